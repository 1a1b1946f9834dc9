"""Intake against a pretend GitHub: one pull request for each issue, kept up to date, and never a word of a stranger alive."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from attacks import shown_by_github
from github.server import PretendGitHub
from jobs.intake_issues import CONTACT, NOMINATED, PROPOSED, SIGNED, issue_body, register_on_disk
from undersigned.cli import main
from undersigned.github import GitHubError
from undersigned.github.pulls import PullRequestDraft, propose
from undersigned.jobs.form_definitions import forms
from undersigned.jobs.issue_forms import answer_issue
from undersigned.jobs.messages import RepositoryLinks
from undersigned.jobs.upkeep import stale_files, upkeep
from undersigned.register import load_register
from undersigned.words.markdown import inert

TODAY = date(2026, 11, 22)
LINKS = RepositoryLinks("https://github.com", "example/register", "main")


class Intake:
    """A register in a real repository, a pretend GitHub before it, and the job."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "work"
        self.hub = PretendGitHub(git=folder / "hub.git")
        self.base = self.hub.git("rev-parse", "main")

    def opened(self, form: str, answers: dict[str, str], *, labels: tuple[str, ...] = ("intake",)) -> int:
        return self.hub.open_issue("From a form", issue_body(form, answers), author="somebody", labels=labels).number

    def run(self, number: int) -> str:
        github = self.hub.client()
        said = answer_issue(
            github, load_register(self.root), number, base=self.base, links=LINKS, account=self.hub.account, as_of=TODAY
        )
        assert not self.hub.violations
        return said

    def file(self, branch: str, path: str) -> str:
        return self.hub.git("show", f"{branch}:{path}")

    def said(self, number: int) -> list[str]:
        return [comment.body for comment in self.hub.issues[number].comments]

    @property
    def pulls(self) -> list[int]:
        return [number for number, issue in self.hub.issues.items() if issue.head]

    def commit_by_hand(self, branch: str) -> None:
        """What the pencil on GitHub does."""
        tree = self.hub.git("rev-parse", f"{branch}^{{tree}}")
        parent = self.hub.git("rev-parse", branch)
        with_name = ["-c", "user.name=A person", "-c", "user.email=1+person@users.noreply.github.com"]
        done = subprocess.run(
            [
                "git",
                *with_name,
                "-C",
                str(self.hub.git_folder),
                "commit-tree",
                tree,
                "-p",
                parent,
                "-m",
                "Update housing.yaml",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        self.hub.git("update-ref", f"refs/heads/{branch}", done.stdout.strip())


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the register in a repository, `work`, and a bare clone of it, `hub.git`."""
    folder = tmp_path_factory.mktemp("repository")
    work = folder / "work"
    register_on_disk(work)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    start = ["init", "-q", "-b", "main", "--template="]  # without the samples of hooks, so that a copy is small
    for words in (start, ["add", "."], ["commit", "-q", "-m", "Register"], ["repack", "-adq"]):
        subprocess.run(["git", *identity, "-C", str(work), *words], check=True, capture_output=True)
    bare = ["clone", "-q", "--bare", "--template=", str(work), str(folder / "hub.git")]
    subprocess.run(["git", *bare], check=True)
    return folder


@pytest.fixture
def job(repository: Path, tmp_path: Path) -> Intake:
    shutil.copytree(repository, tmp_path, dirs_exist_ok=True)
    return Intake(tmp_path)


@pytest.fixture
def served(job: Intake, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    """The same with a real server, for the command."""
    with job.hub:
        monkeypatch.setenv("GITHUB_API_URL", job.hub.address)
        monkeypatch.setenv("GITHUB_TOKEN", job.hub.token)
        yield job


def test_an_issue_becomes_a_pull_request_on_a_branch_of_its_own(job: Intake) -> None:
    number = job.opened("signature", SIGNED)
    assert job.run(number) == "#1: opened https://github.com/example/register/pull/2"
    pull = job.hub.issues[2]
    assert (pull.title, pull.head, pull.base) == ("Signature of council: housing 2.0", "intake/1", "main")
    assert "signed_on: 2026-11-20" in job.file("intake/1", "signatories/council/housing.yaml")
    assert job.hub.git("rev-parse", "main") == job.base
    assert job.hub.git("diff", "--name-only", "main", "intake/1") == "signatories/council/housing.yaml"
    assert job.hub.git("log", "-1", "--format=%P", "intake/1") == job.base
    assert not [request for request in job.hub.writes if re.search(r"refs/heads/(?!intake/1$)", request)]


def test_the_pull_request_says_what_was_recorded_and_who_should_look(job: Intake) -> None:
    job.run(job.opened("signature", {**SIGNED, "sent_on": "2 October 2026"}))
    assert (
        job.hub.issues[2].body
        == """\
Issue #1 asks for this. A program made it from the answers to the form “Record a signature”. **No person has checked it yet.**

## What it records

| Question | Answer |
| --- | --- |
| Which organisation signed? | County Council (council) |
| Which protocol? | Housing Protocol (housing) |
| Which version? | 2.0 |
| On which day was it signed? | 20 November 2026 |
| Which post signed? | Chief Executive |
| By what authority? | By virtue of the post |
| How was it signed? | With an electronic signature |
| On which day did the copies reach you? | 2 October 2026 |

## What the checks found

Nothing that needs attention.

The program checked the register with this change on top of `"""
        + job.base[:12]
        + """`. GitHub holds all further checks of a program's pull request until a person starts them: choose **Approve workflows to run** below. If that button is missing, choose **Close pull request**, then **Reopen pull request**.

## Who should check it

- `signatories/council/housing.yaml`: `housing@example.org`

Anybody can fill in a form, so ask the organisation itself whether this is right before you merge.

Closes #1"""
    )


def test_the_issue_is_told_once(job: Intake) -> None:
    number = job.opened("contact", CONTACT)
    job.run(number)
    assert len(job.said(number)) == 1
    assert job.said(number)[0].startswith(
        "<!-- undersigned:intake:1 -->\nThank you. Your answers are now proposed in #2."
    )


def test_a_second_run_writes_nothing_but_a_tree_that_is_there(job: Intake) -> None:
    number = job.opened("signature", SIGNED)
    job.run(number)
    job.hub.requests.clear()
    assert job.run(number) == "#1: https://github.com/example/register/pull/2 is up to date"
    assert job.hub.writes == ["POST /git/trees"]


def test_an_edited_issue_brings_the_same_pull_request_up_to_date(job: Intake) -> None:
    number = job.opened("signature", SIGNED)
    job.run(number)
    job.hub.issues[number].body = issue_body("signature", {**SIGNED, "signed_on": "19 November 2026"})
    assert job.run(number) == "#1: updated https://github.com/example/register/pull/2"
    assert job.pulls == [2]
    assert "signed_on: 2026-11-19" in job.file("intake/1", "signatories/council/housing.yaml")
    assert "19 November 2026" in job.hub.issues[2].body
    assert job.hub.git("rev-list", "--count", "main..intake/1") == "1"


def test_answers_that_cannot_be_used_are_told_and_nothing_is_made(job: Intake) -> None:
    number = job.opened("signature", {**SIGNED, "signed_on": "soon", "version": "7.0"})
    assert job.run(number) == "#1: its answers cannot be used; replied why"
    assert job.pulls == []
    assert job.hub.git("branch", "--list", "intake/*") == ""
    assert job.said(number) == [
        """\
<!-- undersigned:intake:1 -->
Thank you. Some of this cannot be used yet, so nothing has been changed:

- **Which version?** You wrote “7.0”. This protocol has no version with this number. Its versions are: 1.0, 2.0.
- **On which day was it signed?** You wrote “soon”. This is not a date. Write day, month and year, such as 20 May 2026.

To correct it, edit the first post of this issue (the three dots, then **Edit**), change the answers below their headings, and save. It will be looked at again a few minutes later."""
    ]


def test_the_same_comment_says_what_came_of_it(job: Intake) -> None:
    number = job.opened("signature", {**SIGNED, "signed_on": "soon"})
    job.run(number)
    job.run(number)
    assert len(job.said(number)) == 1
    job.hub.issues[number].body = issue_body("signature", SIGNED)
    job.run(number)
    assert len(job.said(number)) == 1
    assert "are now proposed in #2" in job.said(number)[0]


def test_a_strangers_comment_with_the_mark_is_left_alone(job: Intake) -> None:
    number = job.opened("contact", CONTACT)
    job.hub.comment(number, "<!-- undersigned:intake:1 -->\nmine", author="stranger")
    job.run(number)
    assert [comment.author for comment in job.hub.issues[number].comments] == ["stranger", job.hub.account]
    assert job.said(number)[0].endswith("mine")


def test_a_branch_on_which_a_person_worked_is_left_alone(job: Intake) -> None:
    number = job.opened("signature", SIGNED)
    job.run(number)
    job.commit_by_hand("intake/1")
    theirs = job.hub.git("rev-parse", "intake/1")
    job.hub.issues[number].body = issue_body("signature", {**SIGNED, "signed_on": "19 November 2026"})
    assert job.run(number) == "#1: somebody has committed to its branch, so it was left alone"
    assert job.hub.git("rev-parse", "intake/1") == theirs
    assert "Somebody has worked on the proposal #2 by hand" in job.said(number)[0]


def test_a_proposal_that_was_closed_stays_closed(job: Intake) -> None:
    number = job.opened("signature", SIGNED)
    job.run(number)
    job.hub.issues[2].open = False
    job.hub.issues[number].body = issue_body("signature", {**SIGNED, "signed_on": "19 November 2026"})
    assert job.run(number) == "#1: somebody closed https://github.com/example/register/pull/2, so it stays closed"
    assert job.pulls == [2]


def test_a_proposal_that_was_merged_is_told_as_that(job: Intake) -> None:
    number = job.opened("signature", SIGNED)
    job.run(number)
    job.hub.issues[2].open, job.hub.issues[2].merged = False, True
    job.hub.issues[number].body = issue_body("signature", {**SIGNED, "signed_on": "19 November 2026"})
    assert job.run(number) == "#1: https://github.com/example/register/pull/2 has been merged already"
    assert "#2 has been merged" in job.said(number)[0]
    assert job.pulls == [2]


def test_a_closed_issue_asks_for_nothing(job: Intake) -> None:
    number = job.opened("signature", SIGNED)
    job.hub.issues[number].open = False
    assert job.run(number) == "#1: closed, so nothing was done"
    assert not job.hub.writes


def test_an_issue_of_no_form_is_answered_only_where_it_has_the_label(job: Intake) -> None:
    plain = job.hub.open_issue("A question", "Where is it?", author="somebody").number
    assert job.run(plain) == "#1: not made with a form of this register, so nothing was done"
    assert not job.hub.writes
    broken = job.hub.open_issue("Signature", "I deleted it all", author="somebody", labels=("intake",)).number
    job.run(broken)
    assert "The headings of the form are missing" in job.said(broken)[0]


def test_a_label_that_the_repository_has_not_is_made(job: Intake) -> None:
    number = job.opened("contact", CONTACT, labels=())
    job.run(number)
    assert job.hub.issues[number].labels == ["intake"]
    assert job.hub.labels["intake"][0] == "00703c"


def test_where_workflows_may_not_open_pull_requests_a_keeper_is_led_there(job: Intake) -> None:
    job.hub.fault(
        "POST", r"^/pulls$", 403, message="GitHub Actions is not permitted to create or approve pull requests."
    )
    number = job.opened("contact", CONTACT)
    assert job.run(number) == "#1: the branch is ready, but workflows may not open pull requests in this repository"
    assert "https://github.com/example/register/compare/main...intake/1?expand=1" in job.said(number)[0]
    assert job.run(number).startswith("#1: opened")


def test_a_register_without_a_keeper_takes_answers_all_the_same(job: Intake) -> None:
    (job.root / "mkdocs.yml").write_text("site_name: Test\n", encoding="utf-8")
    job.run(job.opened("contact", CONTACT))
    assert "- `signatories/council/organisation.yaml`: the keeper of the register\n" in job.hub.issues[2].body


@pytest.mark.parametrize("path", ["/pulls$", "/git/trees$", "/git/commits$", "/git/refs$", "/comments$"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", [502, "cut"])
def test_a_write_that_was_lost_is_looked_for_before_it_is_asked_again(
    job: Intake, path: str, after: bool, kind: int | str
) -> None:
    job.hub.fault("POST", path, kind, after=after)
    number = job.opened("signature", SIGNED)
    job.run(number)
    assert job.pulls == [2]
    assert len(job.said(number)) == 1
    assert "signed_on: 2026-11-20" in job.file("intake/1", "signatories/council/housing.yaml")


def test_github_that_stays_broken_is_told(job: Intake) -> None:
    job.hub.fault("POST", "/git/trees$", 502, times=9)
    with pytest.raises(GitHubError):
        job.run(job.opened("signature", SIGNED))


def test_a_proposal_may_touch_nothing_but_records_on_a_branch_of_ours(job: Intake) -> None:
    github = job.hub.client()
    for branch, path in (
        ("main", "protocols/x.yaml"),
        ("intake/1", ".github/workflows/check.yml"),
        ("intake/1", "mkdocs.yml"),
    ):
        with pytest.raises(GitHubError, match="no program may propose"):
            propose(github, PullRequestDraft(branch, job.base, "main", "t", "b", {path: b""}))
    assert not job.hub.requests


# -- hostile text -----------------------------------------------------------------------------------------------------

HOSTILE = (
    "@everyone @example/keepers #1 GH-2 example/register#3 https://evil.example www.evil.example [x](https://evil.example) "
    "![p](https://evil.example/p) `code` <img src=x> $x$ :tada: Closes {{ 7*7 }} {detail} | a"
)


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ("nomination", {**NOMINATED, "post": HOSTILE}),
        (
            "nomination",
            {**NOMINATED, "post": HOSTILE.replace("<img src=x> ", "").replace("![p](https://evil.example/p) ", "")},
        ),
        ("signature", {**SIGNED, "organisation": HOSTILE}),
        ("signature", {**SIGNED, "signed_on": HOSTILE, "protocol": HOSTILE}),
        ("proposal", {**PROPOSED, "parties": HOSTILE, "id": HOSTILE[:60]}),
        ("proposal", {**PROPOSED, "summary": "Fine.\n\n# " + HOSTILE.split("<img")[0]}),
        ("contact", {**CONTACT, "post": "Head\n\n### Which organisation?\n\n" + HOSTILE}),
    ],
)
def test_nothing_of_an_answer_is_alive_in_what_we_write(job: Intake, form: str, answers: dict[str, str]) -> None:
    number = job.opened(form, answers)
    job.run(number)
    texts = [
        *job.said(number),
        *(job.hub.issues[pull].body + "\n\n" + job.hub.issues[pull].title for pull in job.pulls),
    ]
    message = job.hub.git("log", "-1", "--format=%B", f"intake/{number}") if job.pulls else ""
    for text in texts:
        drawn = shown_by_github(re.sub(rf"(Issue|Closes|proposed in) #[{number}2]\b", "", text))
        assert drawn.links == []
        assert drawn.live_words() == []
        assert set(drawn.active) <= {"Code", "Strong"}
        assert set(drawn.tags) <= {"<span>", "</span>", "<!-- undersigned:intake:1 -->"}
        assert "49" not in re.sub("[0-9a-f]{12}", "", text)  # 7 * 7, were braces a template; a commit's id may hold it
    assert "evil" not in message


def test_hostile_words_that_the_register_takes_come_out_as_words(job: Intake) -> None:
    """So that the test above is not of refusals alone."""
    job.run(
        job.opened("nomination", {**NOMINATED, "post": "Head @everyone #1 {detail} www.evil.example $x$ :tada: | a"})
    )
    assert f"| {inert('Head @everyone #1 {detail} www.evil.example $x$ :tada: | a')} |" in job.hub.issues[2].body


# -- upkeep -----------------------------------------------------------------------------------------------------------


def test_upkeep_proposes_what_follows_from_the_records_once(job: Intake) -> None:
    github = job.hub.client()
    register = load_register(job.root)

    def run() -> str:
        return upkeep(github, register, base=job.base, into="main", as_of=TODAY)

    assert run() == "opened https://github.com/example/register/pull/1"
    assert job.hub.git("diff", "--name-only", "main", "upkeep/owners-and-forms").split() == [
        ".github/CODEOWNERS",
        *sorted(f".github/ISSUE_TEMPLATE/{form.file}" for form in forms().forms.values()),
    ]
    assert "- `+ /signatories/council/ housing@example.org`" in job.hub.issues[1].body
    assert run() == "https://github.com/example/register/pull/1 is up to date"
    assert len(job.pulls) == 1
    job.hub.issues[1].open, job.hub.issues[1].merged = False, True
    assert run() == "opened https://github.com/example/register/pull/2"
    job.hub.issues[2].open = False
    assert (
        run() == "somebody closed https://github.com/example/register/pull/2; nothing is proposed until it is reopened"
    )
    for path, raw in stale_files(register, as_of=TODAY).items():
        (job.root / path).parent.mkdir(parents=True, exist_ok=True)
        (job.root / path).write_bytes(raw)
    assert run() == "owners and forms are up to date"
    assert not job.hub.violations


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"issue": 1}', '{"issue": {"number": "1"}}', '{"issue": {"number": true}}', "not JSON"]
)
def test_an_event_without_an_issue_is_told(
    repository: Path, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "event.json").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    assert main(["ci", "intake", "--root", str(repository / "work")]) == 2
    assert "which issue?" in capsys.readouterr().err


def test_the_command_can_only_say_what_it_would_write(served: Intake, capsys: pytest.CaptureFixture[str]) -> None:
    job = served
    asked = [
        "ci",
        "intake",
        "--root",
        str(job.root),
        "--repository",
        "example/register",
        "--dry-run",
        "--as-of",
        "2026-11-22",
        "--issue",
    ]
    assert main([*asked, str(job.opened("signature", SIGNED))]) == 0
    assert capsys.readouterr().out == "signatories/council/housing.yaml\n"
    assert main([*asked, str(job.opened("signature", {**SIGNED, "version": "7"}))]) == 1
    assert not job.hub.writes


def test_a_comment_needs_its_text_and_its_pull_request(
    served: Intake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = served
    text = tmp_path / "text.md"
    asked = ["ci", "comment", str(text), "--repository", "example/register", "--pull"]
    assert main([*asked, "1"]) == 2
    text.write_text("What it means " + "x" * 70_000, encoding="utf-8")
    assert main([*asked, "1"]) == 2
    job.hub.open_issue("A change")
    assert main([*asked, "1"]) == 0
    assert len(job.said(1)[0]) <= 65536
    assert job.hub.token not in capsys.readouterr().err
