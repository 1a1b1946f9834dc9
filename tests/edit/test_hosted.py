"""A host: who is known, what each may propose, a second person who approves, and what an attacker gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from edit.hosted_register import (
    COUNCIL,
    COUNCIL_TOO,
    HEADER,
    KEEPER,
    LEAD,
    OTHER,
    RECORDS,
    SITE,
    STRANGER,
    TODAY,
    Clock,
    Person,
    git,
    make_app,
    make_repository,
    push,
    waiting,
)
from undersigned.changes.git import register_at
from undersigned.edit.hosted import MOST_FORMS, MOST_REQUESTS
from undersigned.edit.officers import Directory, TableEntry, TableError, read_table
from undersigned.records.files import load_files
from undersigned.register import load_register

WORDING = "/wording/p/clauses.complaints.text"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


@pytest.fixture
def app(root: Path) -> Flask:
    return make_app(root)


def directory(root: Path, table: dict[str, TableEntry] | None = None) -> Directory:
    return Directory(register_at(root, "HEAD"), RECORDS["mkdocs.yml"].encode(), table or {}, as_of=TODAY)


def main(root: Path, path: str) -> str:
    return git(root, "show", f"main:{path}")


def proposed_by(app: Flask, root: Path, mailbox: str, text: str = "Each party answers.", path: str = WORDING) -> str:
    before = set(waiting(root))
    page = Person(app, mailbox).propose(path, text=text)
    assert "Your change is proposed" in page
    (name,) = set(waiting(root)) - before
    return name


# -- the bare repository -------------------------------------------------------------------------------------------------


def test_a_bare_repository_is_read_as_the_folder_is(root: Path) -> None:
    bare, folder = register_at(root, "HEAD"), load_register(root.parent / "work")
    assert dict(bare.files.contents) == dict(folder.files.contents)
    assert bare.files.folders == load_files(root.parent / "work").folders
    assert bare.repository_private == folder.repository_private


# -- who is known --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mailbox", "organisations", "post"),
    [
        (LEAD, ("probation",), "Partnerships Manager"),
        (LEAD.upper(), ("probation",), "Partnerships Manager"),
        (COUNCIL, ("lichfield",), ""),
        (COUNCIL_TOO, ("lichfield",), "Housing Options Manager"),
        (KEEPER, (), "Keeper of the register"),
    ],
)
def test_the_records_say_who_somebody_acts_for(
    root: Path, mailbox: str, organisations: tuple[str, ...], post: str
) -> None:
    officer = directory(root).officer(mailbox)
    assert officer is not None
    assert (officer.organisations, officer.post, officer.is_keeper) == (organisations, post, mailbox == KEEPER)


@pytest.mark.parametrize(
    "mailbox",
    [
        STRANGER,
        "sam@sub.lichfield.example",
        "sam@notlichfield.example",
        "lichfield.example",
        "sam.smith@probation.example",  # its body has a mailbox there, and no website
        "somebody@newcomer.example",
        "",
    ],
)
def test_what_does_not_follow_from_the_records_is_not_guessed(root: Path, mailbox: str) -> None:
    assert directory(root).officer(mailbox) is None


def test_a_domain_that_two_bodies_share_says_nothing(tmp_path: Path) -> None:
    path = "signatories/newcomer/organisation.yaml"
    shared = RECORDS[path].replace(OTHER, "clerk@lichfield.example")
    found = directory(make_repository(tmp_path, {**RECORDS, path: shared}))
    assert found.officer(COUNCIL) is None
    named = found.officer("clerk@lichfield.example")
    assert named is not None
    assert named.organisations == ("newcomer",)


def test_a_body_that_has_ended_has_no_officers(tmp_path: Path) -> None:
    path = "signatories/lichfield/organisation.yaml"
    ended = RECORDS[path] + "dissolved_on: 2026-04-01\nsuccessors: [newcomer]\n"
    found = directory(make_repository(tmp_path, {**RECORDS, path: ended}))
    assert found.officer(COUNCIL) is None
    assert found.officer(COUNCIL_TOO) is None
    heir = found.officer(OTHER)
    assert heir is not None
    assert found.refusal(heir, [path]) == ""


def test_the_table_of_a_host_goes_first_and_names_posts(root: Path) -> None:
    table = read_table("t.yaml", b"sam@nhs.example: {organisation: newcomer, post: Deputy Clerk}\n")
    found = directory(root, table)
    officer = found.officer("Sam@NHS.example")
    assert officer is not None
    assert found.author(officer) == ("Newcomer Council, Deputy Clerk", OTHER)
    assert directory(root, {"sam@nhs.example": TableEntry("nobody", "Clerk")}).officer("sam@nhs.example") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sam: {organisation: a, post: b}", "t.yaml:1: 'sam' is not a mailbox"),
        ("\nsam@a.example: lichfield", "t.yaml:2: sam@a.example needs an organisation and a post"),
        ("sam@a.example: {organisation: a}", "needs an organisation and a post"),
        ("sam@a.example: {organisation: ../a, post: b}", "needs the id of an organisation"),
        ("sam@a.example: {organisation: a", "t.yaml:"),
    ],
)
def test_a_table_with_a_fault_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(TableError, match=re.escape(words)):
        read_table("t.yaml", text.encode())


def test_no_commit_names_a_person(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, COUNCIL)
    shown = git(root, "log", "--all", "--format=%an %ae %cn %ce %B")
    assert "sam" not in shown.lower()
    assert "Lichfield District Council, an officer whose post is not recorded housing@lichfield.example" in shown
    assert "sam" not in name


# -- what each may do ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mailbox", "path", "may"),
    [
        (LEAD, "protocols/p/protocol.yaml", True),
        (COUNCIL, "protocols/p/protocol.yaml", True),
        (OTHER, "protocols/p/protocol.yaml", False),
        (OTHER, "protocols/new/protocol.yaml", True),
        (OTHER, "signatories/newcomer/organisation.yaml", True),
        (OTHER, "signatories/lichfield/organisation.yaml", False),
        (LEAD, "signatories/lichfield/p.yaml", True),
        (LEAD, "signatories/lichfield/organisation.yaml", False),
        (COUNCIL, "signatories/probation/p.yaml", False),
        (COUNCIL, "provision/staffordshire/night-shelter.yaml", True),
        (LEAD, "mkdocs.yml", False),
        (LEAD, ".github/workflows/check.yml", False),
        (KEEPER, "mkdocs.yml", True),
    ],
)
def test_who_may_propose_what(root: Path, mailbox: str, path: str, may: bool) -> None:
    found = directory(root)
    officer = found.officer(mailbox)
    assert officer is not None
    assert (found.refusal(officer, [path]) == "") is may


def test_another_bodys_record_is_refused_in_words_and_the_answers_stay(app: Flask, root: Path) -> None:
    page = Person(app, OTHER).propose(WORDING, text="Nobody answers.")
    assert "Your organisation does not look after the protocol p" in page
    assert "Ask Probation Service." in page
    assert "Nobody answers." in page
    assert waiting(root) == []


def test_a_draft_belongs_to_whoever_began_it(app: Flask, root: Path) -> None:
    mine = Person(app, OTHER)
    answers = {"title": "Ours", "kind": "information-sharing-protocol", "standard": "none"}
    assert mine.post("/new", {"token": mine.token("/new"), **answers}).status_code == 303
    assert Person(app, COUNCIL).send("/protocol/ours/give-up").status_code == 403
    assert Person(app, OTHER).get("/protocol/ours").status_code == 200
    assert "draft/ours" in git(root, "branch")


def test_a_restricted_protocol_is_seen_by_its_parties_only(tmp_path: Path) -> None:
    path = "protocols/p/protocol.yaml"
    restricted = RECORDS[path].replace("publication: public", "publication: restricted")
    root = make_repository(tmp_path, {**RECORDS, path: restricted})
    app = make_app(root)
    for address in ("/protocol/p", "/wording/p", WORDING, "/protocol/p/part/clauses", "/stamp/p", "/return/p"):
        assert Person(app, OTHER).get(address).status_code == 404, address
    assert Person(app, COUNCIL).get("/wording/p").status_code == 200
    name = proposed_by(app, root, COUNCIL)
    assert Person(app, OTHER).get(f"/proposals/{name}").status_code == 404
    assert "Complaints" not in Person(app, OTHER).get("/proposals").text


# -- the second person ---------------------------------------------------------------------------------------------------


def test_a_second_person_approves_and_both_posts_are_recorded(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, COUNCIL)
    before = git(root, "rev-parse", "main")
    page = Person(app, LEAD).get(f"/proposals/{name}").text
    assert "What the change means" in page
    assert "Complaints" in page
    assert "Approved" in Person(app, LEAD).decide(name, "approve").text
    assert "Each party answers." in main(root, "protocols/p/protocol.yaml")
    assert "# A comment that must stay." in main(root, "protocols/p/protocol.yaml")
    assert waiting(root) == []
    message = git(root, "log", "-1", "--format=%an|%B", "main")
    assert "Probation Service, Partnerships Manager|" in message
    assert "Proposed by: Lichfield District Council, an officer whose post is not recorded" in message
    assert git(root, "rev-parse", "main^1") == before
    git(root, "fsck", "--strict")


@pytest.mark.parametrize("mailbox", [COUNCIL, OTHER, STRANGER])
def test_nobody_approves_what_is_their_own_or_not_theirs_to_look_after(app: Flask, root: Path, mailbox: str) -> None:
    name = proposed_by(app, root, COUNCIL)
    tip = git(root, "rev-parse", f"edit/{name}").strip()
    head = git(root, "rev-parse", "main")
    person = Person(app, mailbox)
    token = person.token("/task/leave") if mailbox != STRANGER else "x"
    data = {"token": token, "do": "approve", "main": head.strip(), "tip": tip}
    assert person.post(f"/proposals/{name}", data).status_code == 403
    assert git(root, "rev-parse", "main") == head
    assert waiting(root) == [name]


def test_the_leads_own_proposal_needs_another_person(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, LEAD)
    assert "This is your own proposal" in Person(app, LEAD.upper()).get(f"/proposals/{name}").text
    assert Person(app, LEAD.title()).decide(name, "approve").status_code == 403
    assert "Approved" in Person(app, KEEPER).decide(name, "approve").text


def test_with_another_key_nobody_knows_who_proposed_it(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, COUNCIL)
    other = git(root, "rev-parse", f"edit/{name}").strip()
    git(root, "branch", "-m", f"edit/{name}", f"edit/ffffff-{name[7:]}")
    name = f"ffffff-{name[7:]}"
    assert "It is not known here who proposed this" in Person(app, LEAD).get(f"/proposals/{name}").text
    assert Person(app, LEAD).decide(name, "approve", tip=other).status_code == 403
    other_body = Person(app, OTHER)
    data = {"token": other_body.token("/task/leave"), "do": "send-back", "reason": "Away with it."}
    assert other_body.post(f"/proposals/{name}", data).status_code == 403
    assert Person(app, LEAD).decide(name, "send-back", reason="Please propose it again.").status_code == 303
    assert other_body.post(f"/proposals/sent-back/{name}", data).status_code == 403


def test_what_is_sent_back_is_not_lost(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, COUNCIL)
    assert "Write in one sentence" in Person(app, LEAD).decide(name, "send-back", reason=" ").text
    reason = "Say who answers <b>first</b>."
    assert Person(app, LEAD).decide(name, "send-back", reason=reason).status_code == 303
    page = Person(app, COUNCIL).get("/proposals").text
    assert "Say who answers &lt;b&gt;first&lt;/b&gt;." in page
    assert "Each party answers." in Person(app, COUNCIL).get("/protocol/p/part/clauses").text
    assert "Each party answers." not in main(root, "protocols/p/protocol.yaml")
    path = f"/proposals/sent-back/{name}"
    person = Person(app, COUNCIL)
    assert person.post(path, {"token": person.token("/proposals")}).status_code == 303
    assert "Say who answers" not in Person(app, COUNCIL).get("/proposals").text


def test_two_changes_of_one_record_are_both_kept_where_they_touch_other_lines(app: Flask, root: Path) -> None:
    first = proposed_by(app, root, COUNCIL)
    second = proposed_by(app, root, COUNCIL_TOO, "Keeping it true", "/wording/p/clauses.accuracy.title")
    assert "Approved" in Person(app, LEAD).decide(first, "approve").text
    assert "Approved" in Person(app, LEAD).decide(second, "approve").text
    text = main(root, "protocols/p/protocol.yaml")
    assert "Each party answers." in text
    assert "Keeping it true" in text


def test_two_changes_of_one_line_are_never_joined_and_the_second_stays(app: Flask, root: Path) -> None:
    first = proposed_by(app, root, COUNCIL)
    second = proposed_by(app, root, COUNCIL_TOO, "Nobody answers.")
    assert "Approved" in Person(app, LEAD).decide(first, "approve").text
    page = Person(app, LEAD).get(f"/proposals/{second}").text
    assert "The register has changed in the same lines" in page
    assert 'value="approve"' not in page
    assert (
        "same lines"
        in Person(app, LEAD)
        .decide(
            second,
            "approve",
            main=git(root, "rev-parse", "main").strip(),
            tip=git(root, "rev-parse", f"edit/{second}").strip(),
        )
        .text
    )
    assert waiting(root) == [second]
    assert Person(app, LEAD).decide(second, "send-back", reason="Another came first.").status_code == 303
    assert "Nobody answers." in git(root, "show", f"sent-back/{second}:protocols/p/protocol.yaml")


def test_a_main_text_that_moved_is_shown_before_it_is_approved(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, COUNCIL)
    seen = git(root, "rev-parse", "main").strip()
    work = root.parent / "work"
    file = work / "signatories/newcomer/organisation.yaml"
    file.write_text(file.read_text().replace("Clerk", "Town Clerk"))
    push(work, "main")
    page = Person(app, LEAD).decide(name, "approve", main=seen).text
    assert "The register has changed since you looked at this page" in page
    assert waiting(root) == [name]
    assert "Approved" in Person(app, LEAD).decide(name, "approve").text
    assert "Town Clerk" in main(root, "signatories/newcomer/organisation.yaml")


def test_a_merge_that_the_check_refuses_is_not_made(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, COUNCIL, path="/wording/p/clauses.accuracy.title", text="Keeping it true")
    work = root.parent / "work"
    file = work / "protocols/p/protocol.yaml"
    git(work, "fetch", "-q", "origin", f"edit/{name}")
    git(work, "checkout", "-q", "-b", "x", "FETCH_HEAD")
    file.write_text(file.read_text().replace("status: draft", "status: nonsense"))
    push(work, f"edit/{name}")
    page = Person(app, LEAD).get(f"/proposals/{name}").text
    assert "What the check says" in page
    head = git(root, "rev-parse", "main")
    data = {"tip": git(root, "rev-parse", f"edit/{name}").strip(), "main": head.strip()}
    assert "the check finds errors" in Person(app, LEAD).decide(name, "approve", **data).text.lower()
    assert git(root, "rev-parse", "main") == head


@pytest.mark.parametrize("path", ["mkdocs.yml", ".github/workflows/x.yml", "protocols/p/../q.sh", "docs/index.md"])
def test_a_branch_that_touches_more_than_records_is_not_approved_here(app: Flask, root: Path, path: str) -> None:
    name = proposed_by(app, root, COUNCIL)
    work = root.parent / "work"
    git(work, "fetch", "-q", "origin", f"edit/{name}")
    git(work, "checkout", "-q", "-b", "x", "FETCH_HEAD")
    (work / path).parent.mkdir(parents=True, exist_ok=True)
    (work / path).write_text("x: 1\n")
    push(work, f"edit/{name}")
    page = Person(app, KEEPER).get(f"/proposals/{name}").text
    assert "These pages cannot approve it" in page
    assert 'value="approve"' not in page


# -- attacks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.2", "10.0.0.7", "::1", ""])
def test_the_header_counts_from_the_proxy_only(app: Flask, address: str) -> None:
    assert Person(app, LEAD).get("/").status_code == 200
    assert Person(app, LEAD, address=address).get("/").status_code == 403


@pytest.mark.parametrize(
    "mailbox", ["", f"{LEAD},{KEEPER}", f"{LEAD}, {KEEPER}", "a" * 300 + "@probation.example", "<b>@x.example"]
)
def test_no_header_several_and_a_strange_one_are_refused(app: Flask, mailbox: str) -> None:
    assert Person(app, mailbox).get("/").status_code == 403


def test_other_headers_name_nobody(app: Flask) -> None:
    names = ("X-Forwarded-User", "X-Forwarded-Email-2", "X-Auth-Request-Email", "Remote-User", "From")
    person = Person(app, "")
    for name in names:
        assert person.get("/", **{name: LEAD}).status_code == 403


def test_another_name_of_this_machine_is_refused(app: Flask) -> None:
    client = app.test_client()
    for base in ("https://evil.example/", "http://edit.example.org:8300/", "https://edit.example.org.evil.example/"):
        answer = client.get("/", base_url=base, headers={HEADER: LEAD}, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        assert answer.status_code == 403, base


def test_a_form_needs_its_own_origin_and_its_own_persons_token(app: Flask, root: Path) -> None:
    lead, council = Person(app, LEAD), Person(app, COUNCIL)
    data = {"do": "propose", "text": "Each party answers.", "commit_base": git(root, "rev-parse", "main").strip()}
    token = lead.token(WORDING)
    for origin in ("https://evil.example", "null", "http://edit.example.org", "https://edit.example.org.evil.example"):
        assert lead.post(WORDING, {**data, "token": token}, origin=origin).status_code == 403, origin
    for wrong in ("", token[:-1], token.upper(), council.token(WORDING)):
        assert lead.post(WORDING, {**data, "token": wrong}).status_code == 403, wrong
    assert waiting(root) == []
    assert lead.post(WORDING, {**data, "token": token}).status_code == 200
    assert len(waiting(root)) == 1


def test_a_form_that_is_sent_again_proposes_nothing_twice(app: Flask, root: Path) -> None:
    person = Person(app, COUNCIL)
    data = {"do": "propose", "text": "Each party answers.", "commit_base": git(root, "rev-parse", "main").strip()}
    for _ in range(3):
        page = person.post(WORDING, {**data, "token": person.token(WORDING)}).text
        assert "Your change is proposed" in page
    assert len(waiting(root)) == 1


def test_an_approval_that_is_sent_again_does_nothing(app: Flask, root: Path) -> None:
    name = proposed_by(app, root, COUNCIL)
    seen = git(root, "rev-parse", "main").strip()
    tip = git(root, "rev-parse", f"edit/{name}").strip()
    Person(app, LEAD).decide(name, "approve")
    head = git(root, "rev-parse", "main")
    lead = Person(app, LEAD)
    data = {"token": lead.token("/task/leave"), "do": "approve", "main": seen, "tip": tip}
    assert lead.post(f"/proposals/{name}", data).status_code == 404
    assert git(root, "rev-parse", "main") == head


PATHS = (
    "..%2f..%2fetc%2fpasswd",
    "../../etc/passwd",
    "p%00",
    "%2e%2e",
    "-x",
    "refs%2fheads%2fmain",
    "a" * 3000,
    "{{7}}",
    "p;ls",
)


@pytest.mark.parametrize("text", PATHS)
def test_an_id_is_never_a_path_or_a_revision(app: Flask, root: Path, text: str) -> None:
    person = Person(app, LEAD)
    for prefix in ("/protocol/", "/wording/", "/task/", "/proposals/", "/stamp/", "/return/", "/confirm/", "/assets/"):
        answer = person.get(prefix + text)
        assert answer.status_code in (303, 308, 400, 404), (prefix, answer.status_code)
        assert "root:" not in answer.text
    assert git(root, "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]


HOSTILE = '"><script>alert(1)</script>{{ 7777*7777 }}{% raw %}</textarea>\r\nX-Header: 1'


def test_markup_and_template_syntax_in_answers_stay_words(app: Flask, root: Path) -> None:
    assert "plain words belong here" in Person(app, COUNCIL).propose(WORDING, text=HOSTILE)
    name = proposed_by(app, root, COUNCIL, "`<script>alert(1)</script>` {{ 7777*7777 }} {% raw %}")
    lead = Person(app, LEAD)
    for path in ("/proposals", f"/proposals/{name}"):
        answer = lead.get(path)
        assert "<script" not in answer.text
        assert "60481729" not in answer.text
        assert "X-Header" not in answer.headers
    assert lead.decide(name, "send-back", reason=HOSTILE).status_code == 303
    assert "<script" not in lead.get("/proposals").text
    for text in PATHS:
        assert "<script" not in lead.get(f"/{text}<script>").text


def test_a_branch_that_no_form_made_is_not_listed(app: Flask, root: Path) -> None:
    for name in ("edit/x", "edit/<script>", "edit/0123-4567", "sent-back/evil"):
        git(root, "branch", name, "main")
    page = Person(app, KEEPER).get("/proposals").text
    assert "Nothing waits." in page
    assert "script&gt;" not in page


def test_a_huge_answer_is_refused_before_it_is_read(app: Flask) -> None:
    person = Person(app, LEAD)
    answer = person.post(WORDING, {"token": person.token(WORDING), "text": "x" * 3_000_000})
    assert answer.status_code == 413
    answer = person.post(WORDING, {f"n{number}": "" for number in range(5000)})
    assert answer.status_code in (403, 413)


def test_too_many_requests_wait_for_the_next_minute(root: Path) -> None:
    clock = Clock()
    app = make_app(root, clock=clock)
    person, other = Person(app, LEAD), Person(app, COUNCIL)
    codes = [person.get("/assets/site.css").status_code for _ in range(3)]
    assert codes == [200] * 3
    guard_codes = [person.get("/nowhere").status_code for _ in range(MOST_REQUESTS + 1)]
    assert guard_codes == [404] * MOST_REQUESTS + [429]
    assert other.get("/nowhere").status_code == 404
    clock.now = 61
    forms = [person.post("/nowhere", {"token": "x"}).status_code for _ in range(MOST_FORMS + 1)]
    assert forms == [403] * MOST_FORMS + [429]
    assert person.get("/nowhere").status_code == 404


def test_every_answer_forbids_scripts_frames_and_keeping(app: Flask) -> None:
    for mailbox, path in ((LEAD, "/"), (LEAD, "/proposals"), (STRANGER, "/"), (LEAD, "/nowhere")):
        answer = Person(app, mailbox).get(path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "Set-Cookie" not in answer.headers
        assert SITE not in answer.headers.get("Location", "")
