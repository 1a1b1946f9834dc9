"""`ci law`: one issue for each instrument that changes an Act, and one pull request whose merge confirms the news."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from ci_register import protocol, register
from scheduled import Jobs

from github.server import PretendGitHub
from undersigned.checks.engine import check_register
from undersigned.editing.law_state import render_law_state
from undersigned.jobs.law import law_draft, law_files, law_issues
from undersigned.law.watch import Look, News, first_state
from undersigned.records.law import LawState, WatchedProvision, provision
from undersigned.register import Register

DAY = date(2026, 12, 1)
ACT, SI = "ukpga/1998/37", "uksi/2026/386"
S115 = provision(f"{ACT}/section/115")
EVIL = "](https://evil.example) @everyone #1 <img src=x> ${{ secrets }} ![](x) `code`"
FLOW = "flows: [{id: referral, from: [probation], to: [council], gateways: [cda98-s115], items: [{name: Name}]}]"


@pytest.fixture(scope="module")
def made() -> Register:
    return register(protocol(more=FLOW))


def seen(*news: News) -> Look:
    state = LawState.model_construct(
        item=ACT,
        title="Crime and Disorder Act 1998",
        modified=None,
        provisions=(WatchedProvision.model_construct(path="section/115", since=date(2026, 9, 30), words="sha256:00"),),
        confirmed=None,
    )
    return Look(states={ACT: state}, news=list(news))


def keep(jobs: Jobs, found: Look, made: Register, day: date = DAY) -> None:
    assert jobs.keeper().keep(law_issues(found, made, as_of=day), as_of=day)


def test_one_issue_says_what_changed_and_who_rests_on_it(hub: PretendGitHub, jobs: Jobs, made: Register) -> None:
    keep(
        jobs, seen(News("changed", S115, date(2026, 9, 30), SI, "The Example Regulations 2026", "words inserted")), made
    )
    (issue,) = hub.issues.values()
    assert (
        issue.title
        == "Law: Crime and Disorder Act 1998, changed by The Example Regulations 2026 from 30 September 2026"
    )
    assert issue.body.startswith("<!-- undersigned:law:ukpga-1998-37:uksi-2026-386 -->\n")
    for words in (
        "[Crime and Disorder Act 1998, section 115](https://www.legislation.gov.uk/ukpga/1998/37/section/115)",
        "changed, and the text online is not up to date yet, from 30 September 2026 (“words inserted”)",
        "Housing protocol (`housing`)",
        "Disclosure to a relevant authority for crime and disorder",
    ):
        assert words in issue.body


def test_the_same_news_is_not_told_twice_and_ends_when_it_is_confirmed(
    hub: PretendGitHub, jobs: Jobs, made: Register
) -> None:
    news = News("coming", S115, date(2027, 3, 1), SI, "The Example Regulations 2026")
    keep(jobs, seen(news), made)
    before = hub.issues[1].body
    keep(jobs, seen(news), made)
    assert (len(hub.issues), hub.issues[1].body) == (1, before)
    keep(jobs, Look(away={ACT: "answered 500"}), made)
    assert hub.issues[1].open
    keep(jobs, seen(), made)
    assert not hub.issues[1].open
    keep(jobs, seen(News("soon", S115, date(2027, 3, 1), SI)), made, date(2027, 2, 10))
    assert (len(hub.issues), hub.issues[1].open) == (1, True)


def test_an_effect_that_moves_on_is_one_issue_with_edits(hub: PretendGitHub, jobs: Jobs, made: Register) -> None:
    keep(jobs, seen(News("enacted", S115, None, SI)), made)
    assert hub.issues == {}
    bodies = []
    for kind, day in (("coming", date(2027, 3, 1)), ("changed", date(2027, 3, 1)), ("amended", date(2027, 3, 1))):
        keep(jobs, seen(News(kind, S115, day, SI)), made)  # type: ignore[arg-type]
        bodies.append(hub.issues[1].body)
    assert (len(hub.issues), len(set(bodies))) == (1, 3)


def test_two_instruments_are_two_issues(hub: PretendGitHub, jobs: Jobs, made: Register) -> None:
    day = date(2026, 9, 30)
    keep(jobs, seen(News("changed", S115, day, SI), News("changed", S115, day, "uksi/2026/9")), made)
    assert len(hub.issues) == 2


def test_no_word_of_the_service_is_markup(hub: PretendGitHub, jobs: Jobs, made: Register) -> None:
    found = seen(News("changed", S115, date(2026, 9, 30), SI, EVIL, EVIL), News("enacted", S115, None, SI, EVIL, EVIL))
    keep(jobs, found, made)
    files = law_files(found, {}, as_of=DAY)
    for text in (hub.issues[1].body, law_draft(found, files, made, base="a" * 40, into="main").body):
        assert "evil" in text
        for markup in ("](https://evil", "https://evil", "@everyone", "#1 ", "<img", "![](", "`code`", "${{"):
            assert markup not in text, markup


def test_the_pull_request_does_not_merge_before_somebody_says_what_it_means(made: Register) -> None:
    found = seen(News("amended", S115, date(2026, 9, 30)))
    files = law_files(found, {}, as_of=DAY)
    assert list(files) == ["law/ukpga-1998-37.yaml"]
    with_file = made.with_files(files)
    assert [f.code for f in check_register(with_file, as_of=DAY)[0] if f.path.startswith("law/")] == ["law-unconfirmed"]
    said = (
        files["law/ukpga-1998-37.yaml"]
        .decode()
        .replace("by:\n", "by: Register keeper\n")
        .replace("note:\n", "note: Read\n")
    )
    confirmed = made.with_files({"law/ukpga-1998-37.yaml": said.encode()})
    assert [f.code for f in check_register(confirmed, as_of=DAY)[0] if f.path.startswith("law/")] == []
    assert confirmed.law_states[ACT].is_confirmed
    assert law_files(found, confirmed.law_states, as_of=DAY) == {}


def test_a_first_state_is_written_and_read_again() -> None:
    state = first_state(ACT, [S115])
    text = render_law_state(state)
    assert text.startswith("# Nobody has looked at this Act yet")
    assert register().with_files({"law/ukpga-1998-37.yaml": text.encode()}).law_states[ACT] == state


def test_every_state_of_this_register_is_of_a_law_that_is_cited() -> None:
    from undersigned.records.law import file_of
    from undersigned.records.vocabulary import vocabulary

    root = Path(__file__).parents[2]
    assert {f"law/{path.name}" for path in (root / "law").iterdir()} == {file_of(item) for item in vocabulary().cited}


def test_the_answer_as_json(made: Register) -> None:
    from undersigned.reports.law import render_law_json

    answer = json.loads(render_law_json(seen(News("coming", S115, date(2027, 3, 1), SI, "SI", "repealed")), made, DAY))
    assert answer["news"] == [
        {
            "by": SI,
            "by_title": "SI",
            "entries": ["cda98-s115"],
            "kind": "coming",
            "on": "2027-03-01",
            "protocols": ["housing"],
            "provision": f"{ACT}/section/115",
            "what": "repealed",
        }
    ]
    assert (answer["schema_version"], answer["looked"], answer["away"]) == (1, [ACT], {})


# -- a look that does not happen ----------------------------------------------------------------------------------


def unseen(made: Register, **state: object) -> Register:
    first = first_state(ACT, [S115]).model_copy(update=state)
    return made.with_files({"law/ukpga-1998-37.yaml": render_law_state(first).encode()})


def test_an_issue_says_that_nobody_has_looked_for_four_weeks(hub: PretendGitHub, jobs: Jobs, made: Register) -> None:
    watched = unseen(made, looked=date(2026, 12, 8))
    away = Look(away={ACT: "www.legislation.gov.uk answered 403"})
    keep(jobs, away, watched, date(2027, 1, 5))
    assert hub.issues == {}  # exactly four weeks
    keep(jobs, away, watched, date(2027, 1, 6))
    (issue,) = hub.issues.values()
    assert issue.title == "Law: nobody has looked since 8 December 2026"
    assert "answered 403" in issue.body
    keep(jobs, away, watched, date(2027, 1, 13))
    assert (len(hub.issues), hub.issues[1].open) == (1, True)
    keep(jobs, seen(), watched, date(2027, 1, 20))
    assert not hub.issues[1].open


def test_a_look_that_found_nothing_is_recorded_once_in_three_weeks(made: Register) -> None:
    quiet = Look(unchanged=[ACT])
    old = first_state(ACT, [S115])
    looked = old.model_copy(update={"looked": date(2026, 12, 1)})
    assert law_files(quiet, {ACT: looked}, as_of=date(2026, 12, 21)) == {}
    for states in ({ACT: looked}, {ACT: old}):
        (text,) = law_files(quiet, states, as_of=date(2026, 12, 22)).values()
        assert b"looked: 2026-12-22\n" in text
        assert b"confirmed" not in text.split(b"item:")[1]
    with_file = made.with_files({"law/ukpga-1998-37.yaml": text})
    assert [f.code for f in check_register(with_file, as_of=date(2027, 1, 10))[0] if f.path.startswith("law/")] == []
