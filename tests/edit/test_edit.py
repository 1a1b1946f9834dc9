"""Forms in a browser: an answer becomes a commit on a branch of its own, and nothing else changes."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import hosted_register
import pytest
from flask.testing import FlaskClient
from hosted_register import git
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from undersigned.edit.app import make_app
from undersigned.edit.tasks import FaultyError, change_of, tasks, wording_change, wordings
from undersigned.register import load_register

TODAY = date(2026, 11, 30)
KEY = "k" * 24
ADDRESS = "http://127.0.0.1:8300"
RECORDS = {
    "mkdocs.yml": "site_name: x\n",
    "signatories/lichfield/organisation.yaml": "# first\nname: Lichfield District Council\nkind: local-authority\njurisdiction: england\n",
    "signatories/probation/organisation.yaml": "name: Probation Service\nkind: probation\njurisdiction: england\n",
    "signatories/newcomer/organisation.yaml": "name: Newcomer Council\nkind: local-authority\njurisdiction: england\n",
    "protocols/p/protocol.yaml": hosted_register.RECORDS["protocols/p/protocol.yaml"],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in RECORDS.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")


@pytest.fixture
def browser(root: Path) -> FlaskClient:
    client = make_app(root, as_of=lambda: TODAY, key=KEY).test_client()
    client.get(f"/?key={KEY}", base_url=ADDRESS)
    return client


def send(client: FlaskClient, path: str, **answers: str) -> str:
    page = client.get(path, base_url=ADDRESS).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    data = {"token": token[1], "do": "check", **answers}
    return client.post(path, data=data, base_url=ADDRESS, headers={"Origin": ADDRESS}).text


def propose(client: FlaskClient, path: str, **answers: str) -> str:
    page = send(client, path, **answers)
    base = re.search(r'name="commit_base" value="([^"]+)"', page)
    assert base, page
    return send(client, path, **answers, do="propose", commit_base=base[1])


def faults(page: str) -> list[tuple[str, str]]:
    """The field and the words of each fault in the summary."""
    part = page.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    return [(field, html.unescape(words)) for field, words in re.findall(r'<li>(?:<a href="#([^"]+)">)?([^<]+)', part)]


def test_a_wording_becomes_a_branch_and_nothing_else_moves(root: Path, browser: FlaskClient) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    head = git(root, "rev-parse", "HEAD")
    page = propose(browser, "/wording/p/clauses.accuracy.text", text="Each party keeps it right.\n\n- and says so")
    branch = re.search(r"<strong>(edit/[0-9a-f]+)</strong>", page)
    assert branch
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == before
    assert git(root, "rev-parse", "HEAD") == head
    assert git(root, "status", "--porcelain") == ""
    diff = git(root, "diff", "--unified=0", "main", branch[1]).splitlines()
    changed = [line for line in diff if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    assert changed == [
        "-      Each party keeps what it holds right.",
        "+      Each party keeps it right.",
        "-      It tells the others of a mistake.",
        "+      - and says so",
    ]
    assert "edit@register.invalid" in git(root, "log", "-1", "--format=%ae", branch[1])


def test_the_page_says_what_the_change_means_before_it_is_proposed(browser: FlaskClient) -> None:
    page = send(browser, "/wording/p/clauses.complaints.text", text="No party answers complaints.")
    assert "What the change means" in page
    assert "Complaints" in page


def test_faults_stand_at_their_questions(browser: FlaskClient) -> None:
    page = send(browser, "/task/leave", protocol="p", organisation="lichfield", left_on="31/04/2026")
    assert faults(page) == [("left_on", "On which day does it leave? This day does not exist: April 2026 has 30 days.")]
    assert 'id="left_on-error"' in page
    page = send(browser, "/task/review")
    assert {field for field, _ in faults(page)} == {"protocol", "outcome", "note", "organisation", "post"}
    assert page.count("<title>Error:") == 1


def test_a_finding_of_the_check_stands_at_its_question(browser: FlaskClient) -> None:
    page = send(browser, "/task/organisation", name="Hope", kind="voluntary", jurisdiction="england", post="Jane Smith")
    assert [field for field, _ in faults(page)] == ["post"], faults(page)


def test_a_party_joins_and_leaves(root: Path, browser: FlaskClient) -> None:
    page = propose(
        browser, "/task/join", protocol="p", organisation="newcomer", role="controller", joined_on="1 Dec 2026"
    )
    branch = re.search(r"<strong>(edit/[0-9a-f]+)</strong>", page)
    assert branch
    text = git(root, "show", f"{branch[1]}:protocols/p/protocol.yaml")
    assert "newcomer" in text
    assert "# the lead" in text
    page = send(browser, "/task/leave", protocol="p", organisation="newcomer", left_on="1 Dec 2026")
    assert faults(page)[0][0] == "organisation"


def test_a_body_that_takes_anothers_place(root: Path, browser: FlaskClient) -> None:
    page = propose(
        browser,
        "/task/succession",
        old="lichfield",
        organisation="newcomer",
        on="1 April 2027",
        by="statute",
        instrument="The Example (Structural Changes) Order 2026",
    )
    branch = re.search(r"<strong>(edit/[0-9a-f]+)</strong>", page)
    assert branch
    assert "2027-04-01" in git(root, "show", f"{branch[1]}:signatories/lichfield/organisation.yaml")
    assert "inherits:" in git(root, "show", f"{branch[1]}:signatories/newcomer/p.yaml")


def test_a_link_fills_in_what_is_known(browser: FlaskClient) -> None:
    page = browser.get("/task/leave?protocol=p&organisation=lichfield", base_url=ADDRESS).text
    assert re.search(r'<option value="lichfield" selected>', page)
    assert re.search(r'<option value="p" selected>', page)


def test_somebody_elses_change_meanwhile_is_shown_and_nothing_is_lost(root: Path, browser: FlaskClient) -> None:
    path = "/wording/p/clauses.complaints.text"
    page = send(browser, path, text="Each party answers.")
    base = re.search(r'name="commit_base" value="([^"]+)"', page)
    assert base
    file = root / "protocols/p/protocol.yaml"
    file.write_text(file.read_text().replace("Keeping it right", "Accuracy"))
    commit(root)
    page = send(browser, path, text="Each party answers.", do="propose", commit_base=base[1])
    assert "has changed since you looked" in page
    page = propose(browser, path, text="Each party answers.")
    branch = re.search(r"<strong>(edit/[0-9a-f]+)</strong>", page)
    assert branch
    text = git(root, "show", f"{branch[1]}:protocols/p/protocol.yaml")
    assert "Accuracy" in text
    assert "Each party answers." in text


HOSTILE = '"><script>alert(1)</script>{{ 7777*7777 }}{% raw %}</textarea><img src=x onerror=alert(1)>'


def test_hostile_answers_and_records_are_words(root: Path, browser: FlaskClient) -> None:
    for path in ("/task/organisation", "/task/proposal", "/wording/p/clauses.complaints.text"):
        fields = re.findall(r' name="([a-z_]+)"', browser.get(path, base_url=ADDRESS).text)
        page = send(browser, path, **{name: HOSTILE for name in fields if name not in ("token", "do")})
        assert "<script" not in page
        assert "<img" not in page
        assert "60481729" not in page.partition("<main")[2]
    file = root / "signatories/newcomer/organisation.yaml"
    file.write_text(file.read_text().replace("Newcomer Council", "'" + HOSTILE.replace("'", "") + "'"))
    assert "<script" not in browser.get("/task/contact", base_url=ADDRESS).text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/task/..%2f..%2fetc", 404), ("/wording/p/clauses.nobody.text", 404), ("/wording/../x", 404)],
)
def test_what_is_not_there_is_said_in_a_sentence(browser: FlaskClient, path: str, status: int) -> None:
    answer = browser.get(path, base_url=ADDRESS)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_only_the_person_with_the_key_on_this_machine_may_ask(root: Path, browser: FlaskClient) -> None:
    stranger = make_app(root, as_of=lambda: TODAY, key=KEY).test_client()
    assert stranger.get("/", base_url=ADDRESS).status_code == 403
    assert stranger.get(f"/?key={KEY[:-1]}x", base_url=ADDRESS).status_code == 403
    assert browser.get("/", base_url="http://evil.example:8300").status_code == 403
    page = browser.get("/task/leave", base_url=ADDRESS).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    for headers, data in (
        ({"Origin": ADDRESS}, {}),
        ({"Origin": "http://evil.example"}, {"token": token[1]}),
        ({"Origin": "null"}, {"token": token[1]}),
    ):
        assert browser.post("/task/leave", data=data, base_url=ADDRESS, headers=headers).status_code == 403
    assert git(root, "branch", "--list", "edit/*") == ""


def test_every_page_forbids_scripts_and_frames(browser: FlaskClient) -> None:
    for path in ("/", "/task/signature", "/wording/p", "/nowhere", "/assets/site.css"):
        policy = browser.get(path, base_url=ADDRESS).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy


def test_too_long_an_answer_is_refused(browser: FlaskClient) -> None:
    page = send(browser, "/task/organisation", name="x" * 5000, kind="voluntary", jurisdiction="england")
    assert faults(page)[0][0] == "name"
    answer = browser.post("/task/organisation", data={"name": "x" * 2_000_000}, base_url=ADDRESS)
    assert answer.status_code in (403, 413)


def test_every_form_of_the_issue_forms_is_here_too() -> None:
    assert {"signature", "nomination", "contact", "proposal", "review"} <= set(tasks())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(range(6)), st.text(max_size=300))
def test_no_answer_touches_another_line(root: Path, number: int, text: str) -> None:
    """Whatever is written into one text, every other line of the file keeps its bytes."""
    register = load_register(root)
    folder = register.protocol("p")
    assert folder is not None
    one = wordings(folder)[number % len(wordings(folder))]
    try:
        change = wording_change(one, text, folder, register, as_of=TODAY)
    except FaultyError:
        return
    before = register.files.contents["protocols/p/protocol.yaml"].decode()
    after = change.files["protocols/p/protocol.yaml"].decode()
    own = {line.strip() for line in one.text.splitlines()}
    kept = [line for line in before.splitlines() if line.strip() not in own and one.text not in line]
    for line in kept:
        if f"{one.path[-1]}:" not in line:
            assert line in after.splitlines(), line


def test_what_is_recorded_already_is_not_proposed_again(root: Path) -> None:
    register = load_register(root)
    with pytest.raises(FaultyError) as caught:
        change_of(
            tasks()["join"], {"protocol": "p", "organisation": "lichfield", "role": "controller"}, register, as_of=TODAY
        )
    assert caught.value.faults[0].field in ("", "organisation")
