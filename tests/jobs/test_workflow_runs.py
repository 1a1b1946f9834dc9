"""Each workflow's steps, run in a fresh clone with the event of a real run."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from github.server import PretendGitHub
from jobs.intake_issues import issue_body
from jobs.workflow_run import Run, event, git, snapshot
from support import ROOT, example_register
from undersigned import __version__

pytestmark = pytest.mark.slow

RECORD = "signatories/brackenford-borough-council/duty-to-refer-protocol.yaml"
NOMINATED = {
    "organisation": "Brackenford Borough Council (brackenford-borough-council)",
    "protocol": "Duty to Refer Protocol (duty-to-refer-protocol)",
    "post": "Head of Housing",
    "mailbox": "housing@example.org",
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is, with a change on a branch, as pull request 2, and a faulty one from a fork, as 3."""
    example_register()
    if not (ROOT / ".git").exists():
        pytest.skip("needs the project in a Git repository")
    folder = tmp_path_factory.mktemp("origin")
    bare = snapshot(folder)
    work = folder / "change"
    subprocess.run(["git", "clone", "-q", str(bare), str(work)], check=True)
    for branch, number, old, new in (
        ("change", 2, "deputy_post: Team Leader", "deputy_post: Senior Team Leader"),
        ("fault", 3, "signed_on: 2026-03-25", "signed_on: 2026-03-52"),
    ):
        git(work, "checkout", "-q", "-b", branch, "origin/main")
        file = work / RECORD
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        git(work, "commit", "-q", "-a", "-m", branch)
        git(work, "checkout", "-q", "--detach", "origin/main")
        git(work, "merge", "-q", "--no-ff", "-m", "Merge", branch)
        heads = [f"{branch}:refs/heads/{branch}"] if number == 2 else []
        git(work, "push", "-q", "origin", *heads, f"{branch}:refs/pull/{number}/head", f"HEAD:refs/pull/{number}/merge")
    return bare


@pytest.fixture
def hub(origin: Path) -> Iterator[PretendGitHub]:
    with PretendGitHub(git=origin) as hub:
        yield hub
        assert not hub.violations


def pull_request(origin: Path, number: int, *, fork: bool = False) -> dict[str, Any]:
    payload = event("pull_request")
    payload["number"] = payload["pull_request"]["number"] = number
    payload["pull_request"]["base"]["sha"] = git(origin, "rev-parse", "main")
    payload["pull_request"]["head"]["sha"] = git(origin, "rev-parse", f"refs/pull/{number}/head")
    if fork:
        payload["pull_request"]["head"]["repo"]["full_name"] = "stranger/register"
    return payload


def run_of(
    workflow: str,
    name: str,
    payload: dict[str, Any],
    origin: Path,
    folder: Path,
    *,
    ref: str = "refs/heads/main",
    api: str = "",
) -> Run:
    shown = ref if ref.startswith("refs/pull/") else "main"
    given = Run(
        workflow, name, payload, origin, folder, git(origin, "rev-parse", shown), ref=ref, cache=origin.parent / "cache"
    )
    return dataclasses.replace(given, api=api) if api else given


def outcomes(run: Run) -> dict[str, str]:
    return {step.name: step.outcome for step in run.steps}


def said(run: Run, name: str) -> str:
    return next(step.said for step in run.steps if step.name == name)


def check_run(origin: Path, folder: Path, number: int, *, fork: bool = False, api: str = "") -> Run:
    return run_of(
        "check",
        "pull_request",
        pull_request(origin, number, fork=fork),
        origin,
        folder,
        ref=f"refs/pull/{number}/merge",
        api=api,
    )


def test_check_register(origin: Path, tmp_path: Path) -> None:
    run = check_run(origin, tmp_path, 2)
    assert run.job("register"), run.steps
    assert set(outcomes(run).values()) == {"success"}
    assert "::warning" not in said(run, "Check the records")  # the change brought none of those that are there
    assert "Senior Team Leader" in run.summary
    assert "## Reviews that are due or overdue" in run.summary
    assert run.artifacts["changes"].read_text(encoding="utf-8") in run.summary
    assert "::warning" not in said(run, "Say whether the owners and the forms are up to date")


def test_check_register_marks_a_fault_at_its_line_and_still_tells_the_rest(origin: Path, tmp_path: Path) -> None:
    run = check_run(origin, tmp_path, 3, fork=True)
    assert not run.job("register")
    assert f"::error file={RECORD},line=" in said(run, "Check the records")
    assert outcomes(run)["Check the records"] == "failure"
    assert [outcome for name, outcome in outcomes(run).items() if name != "Check the records"] == ["success"] * 7
    assert run.summary.startswith("#") or run.summary


def test_check_register_warns_of_owners_that_have_changed(origin: Path, tmp_path: Path) -> None:
    work = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(origin), str(work)], check=True)
    (work / ".github/CODEOWNERS").write_text("* @somebody\n", encoding="utf-8")
    git(work, "commit", "-q", "-a", "-m", "x")
    git(work, "push", "-q", "origin", "HEAD:refs/pull/4/head", "HEAD:refs/pull/4/merge")
    run = check_run(origin, tmp_path, 4)
    assert run.job("register"), run.steps
    assert "::warning file=.github/CODEOWNERS" in said(run, "Say whether the owners and the forms are up to date")


def test_check_on_main_has_no_base(origin: Path, tmp_path: Path) -> None:
    run = run_of("check", "push", event("push"), origin, tmp_path)
    for job in ("register", "preview", "comment"):
        assert run.job(job), run.steps
    assert run.skipped_jobs == ["preview", "comment"]
    assert outcomes(run)["Say what the change means"] == "skipped"
    assert "warning" in said(run, "Check the records")


def test_check_preview(origin: Path, tmp_path: Path) -> None:
    run = check_run(origin, tmp_path, 2)
    assert run.job("preview"), run.steps
    assert (run.artifacts["preview"] / "protocols/duty-to-refer-protocol/index.html").is_file()
    assert list((run.artifacts["preview"] / "downloads/duty-to-refer-protocol").glob("*.pdf"))


def test_check_comment_is_said_once_and_kept_up_to_date(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    hub.open_issue("An issue")
    hub.open_issue("A change").head = "change"
    hub.comment(2, "<!-- undersigned:changes:pull -->\nmine", author="stranger")
    for folder in ("one", "two"):
        run = check_run(origin, tmp_path / folder, 2, api=hub.address)
        assert run.job("comment"), run.steps
    ours = [comment.body for comment in hub.issues[2].comments if comment.author == hub.account]
    assert len(ours) == 1
    assert ours[0].startswith("<!-- undersigned:changes:pull -->\n")
    assert "Senior Team Leader" in ours[0]
    assert hub.writes == ["POST /issues/2/comments"]


def test_check_comment_runs_the_program_of_the_base(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    work = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(origin), str(work)], check=True)
    (work / "scripts/undersigned/__main__.py").write_text(
        "raise SystemExit('the program of the change')\n", encoding="utf-8"
    )
    git(work, "commit", "-q", "-a", "-m", "x")
    git(work, "push", "-q", "origin", "HEAD:refs/heads/program", "HEAD:refs/pull/5/head", "HEAD:refs/pull/5/merge")
    for _ in range(5):
        hub.open_issue("A change")
    run = check_run(origin, tmp_path, 5, api=hub.address)
    assert run.job("comment"), run.steps
    assert len(hub.issues[5].comments) == 1


def test_check_comment_is_not_for_forks_and_bots(origin: Path, tmp_path: Path) -> None:
    run = check_run(origin, tmp_path, 3, fork=True)
    run.job("comment")
    bot = check_run(origin, tmp_path, 2)
    bot.event["pull_request"]["user"]["login"] = "dependabot[bot]"
    bot.job("comment")
    assert (run.skipped_jobs, bot.skipped_jobs) == (["comment"], ["comment"])


@pytest.mark.parametrize("folder", ["protocols", "docs"])
def test_check_runs_the_programs_tests_only_if_more_than_records_changed(
    origin: Path, tmp_path: Path, folder: str
) -> None:
    work = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(origin), str(work)], check=True)
    (work / folder / "new.md").write_text("new\n", encoding="utf-8")
    git(work, "add", folder)
    git(work, "commit", "-q", "-m", "x")
    git(work, "push", "-q", "-f", "origin", "HEAD:refs/pull/6/head", "HEAD:refs/pull/6/merge")
    run = check_run(origin, tmp_path, 6)
    assert run.job("scope")
    assert run.job("program"), run.steps
    assert run.job("systems", system="windows-2025", python="3.14"), run.steps
    if folder == "docs":
        assert run.skipped_jobs == []
        assert "tests collected" in said(run, "Run the tests that need no other program")
    else:
        assert run.skipped_jobs == ["program", "systems"]
        assert "Only records changed" in said(run, "See whether more than records changed")


def test_check_on_main_runs_the_programs_tests(origin: Path, tmp_path: Path) -> None:
    run = run_of("check", "push", event("push"), origin, tmp_path)
    assert run.job("scope")
    assert run.done["scope"]["outputs"] == {"program": "true"}


def test_explain_says_what_a_forks_change_means(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    for _ in range(3):
        hub.open_issue("A change")
    payload = event("workflow_dispatch")
    payload["inputs"] = {"number": "3"}
    run = run_of("explain", "workflow_dispatch", payload, origin, tmp_path, api=hub.address)
    assert run.job("explain"), run.steps
    assert "2026-03-52" in hub.issues[3].comments[0].body or "duty-to-refer-protocol" in hub.issues[3].comments[0].body


@pytest.mark.parametrize("number", ["", "3; id", "$(id)", "-1", "3\n4", "12345678", "../1"])
def test_explain_takes_nothing_but_a_number(origin: Path, tmp_path: Path, number: str) -> None:
    payload = event("workflow_dispatch")
    payload["inputs"] = {"number": number}
    run = run_of("explain", "workflow_dispatch", payload, origin, tmp_path)
    assert not run.job("explain")
    assert "is not the number of a pull request" in said(run, "Fetch the change, without checking it out")
    assert outcomes(run)["Say what the change means"] == "skipped"


def test_publish(origin: Path, tmp_path: Path) -> None:
    run = run_of("publish", "schedule", event("schedule"), origin, tmp_path)
    assert run.job("build"), run.steps
    assert run.job("deploy"), run.steps
    data = json.loads((run.artifacts["github-pages"] / "api/v1/register.json").read_text(encoding="utf-8"))
    assert data["commit"] == git(origin, "rev-parse", "main")
    lost = (run.artifacts["github-pages"] / "404.html").read_text(encoding="utf-8")
    assert 'href="/register/assets/site.css"' in lost  # found from any address below the site's
    schema = json.loads((run.artifacts["github-pages"] / "api/v1/register.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []


def test_publish_is_of_the_main_branch_alone(origin: Path, tmp_path: Path) -> None:
    run = run_of("publish", "workflow_dispatch", event("workflow_dispatch"), origin, tmp_path, ref="refs/heads/change")
    run.job("build")
    assert run.skipped_jobs == ["build"]


def test_intake(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    number = hub.open_issue(
        "Nominated officer", issue_body("nomination", NOMINATED), author="somebody", labels=("intake",)
    ).number
    payload = event("issues")
    payload["issue"] |= {"number": number, "body": issue_body("nomination", NOMINATED), "labels": [{"name": "intake"}]}
    run = run_of("intake", "issues", payload, origin, tmp_path, api=hub.address)
    main = git(origin, "rev-parse", "main")
    assert run.job("propose"), run.steps
    assert (
        said(run, "Propose what the issue asks for").strip()
        == f"#{number}: opened https://github.com/example/register/pull/{number + 1}"
    )
    assert "post: Head of Housing, mailbox: housing@example.org" in git(origin, "show", f"intake/{number}:{RECORD}")
    assert git(origin, "rev-parse", "main") == main
    assert "secret" not in "".join(step.said for step in run.steps)


@pytest.mark.parametrize(
    ("labels", "body", "state", "runs"),
    [
        (["intake"], None, "open", True),
        ([], issue_body("nomination", NOMINATED), "open", True),
        (["bug"], "Hello", "open", False),
        (["intake"], "x", "closed", False),
    ],
)
def test_intake_runs_for_forms_alone(
    origin: Path, tmp_path: Path, hub: PretendGitHub, labels: list[str], body: str | None, state: str, runs: bool
) -> None:
    hub.open_issue("x")
    hub.issues[1].open = False
    payload = event("issues")
    payload["issue"] |= {"number": 1, "body": body, "state": state, "labels": [{"name": name} for name in labels]}
    run = run_of("intake", "issues", payload, origin, tmp_path, api=hub.address)
    run.job("propose")
    assert bool(run.steps) is runs


def test_upkeep(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    run = run_of("upkeep", "push", event("push"), origin, tmp_path, api=hub.address)
    assert run.job("propose"), run.steps
    assert said(run, "Propose what follows from the records") == "owners and forms are up to date\n"
    assert not hub.writes


def test_reviews(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    hub.workflows = {".github/workflows/reviews.yml": "active"}
    run = run_of("reviews", "schedule", event("schedule"), origin, tmp_path, api=hub.address)
    assert run.job("announce"), run.steps
    assert run.job("heartbeat"), run.steps
    assert set(outcomes(run).values()) == {"success"}
    assert any("undersigned:review:" in issue.body for issue in hub.issues.values())


def test_the_law_watch_says_that_it_could_not_look_and_changes_nothing(
    origin: Path, tmp_path: Path, hub: PretendGitHub
) -> None:
    run = run_of("law", "schedule", event("schedule"), origin, tmp_path, api=hub.address)
    assert run.job("watch"), run.steps
    assert "cannot be reached" in said(run, "Look at the law")
    assert "::warning::legislation.gov.uk could not be asked" in said(run, "Look at the law")
    assert not hub.writes


def test_send(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    run = run_of("send", "schedule", event("schedule"), origin, tmp_path, api=hub.address)
    main = git(origin, "rev-parse", "main")
    assert run.job("offer"), run.steps
    pulls = [issue for issue in hub.issues.values() if issue.head]
    assert {str(issue.head).split("/")[0] for issue in pulls} <= {"send"}
    assert all("has sent nothing" in issue.body for issue in pulls)
    assert bool(pulls) is ("packs" in run.artifacts and any(run.artifacts["packs"].rglob("*.eml")))
    assert git(origin, "rev-parse", "main") == main


def test_stamp(origin: Path, tmp_path: Path, hub: PretendGitHub) -> None:
    payload = event("workflow_dispatch")
    payload["inputs"] = {
        "protocol": "primary-care-on-release",
        "change": "material",
        "summary": "First agreed text; $(id) `id`",
        "effective_from": "",
        "judged_by": "",
        "version": "",
    }
    run = run_of("stamp", "workflow_dispatch", payload, origin, tmp_path, api=hub.address)
    main = git(origin, "rev-parse", "main")
    assert run.job("stamp"), run.steps
    assert [issue.base for issue in hub.issues.values() if issue.head] == ["main"]
    assert git(origin, "rev-parse", "main") == main


def test_release(origin: Path, tmp_path: Path) -> None:
    run = run_of("release", "push", event("push"), origin, tmp_path, ref=f"refs/tags/v{__version__}")
    assert run.job("build"), run.steps
    names = {path.name for path in run.artifacts["dist"].iterdir()}
    assert names == {f"undersigned-{__version__}-py3-none-any.whl", f"undersigned-{__version__}.tar.gz"}
    assert run.job("publish"), run.steps
    assert run.published == names


def test_release_refuses_a_tag_that_is_not_the_version(origin: Path, tmp_path: Path) -> None:
    run = run_of("release", "push", event("push"), origin, tmp_path, ref="refs/tags/v9.9.9")
    assert not run.job("build")
    assert "The tag v9.9.9 is not the version in pyproject.toml." in said(run, "Compare the tag with the version")
