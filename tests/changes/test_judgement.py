"""Editorial means editorial: what a person must judge is named, and nothing says that words are harmless."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from repositories import Repository, codes, only, point, render_markdown, render_text, report_data, says

from undersigned.changes.judgement import ChangedWording, changed_wordings
from undersigned.changes.obligations import changed_marks
from undersigned.cli import main

PROTOCOL = "protocols/housing/protocol.yaml"
NAMES = {"council": ("Example Council", "the council"), "police": ("Example Police", "the police"), "probation": ()}


def text(clause: str) -> dict[str, Any]:
    return {
        "parties": [{"organisation": id_} for id_ in ("council", "police", "probation", "landlord-a", "landlord-b")],
        "groups": [{"id": "landlords", "title": "Registered landlords"}],
        "flows": [
            {"id": "referral", "from": ["probation"], "to": ["council", "police"]},
            {"id": "warning", "from": ["police"], "to": ["landlords"]},
        ],
        "clauses": [{"id": "duties", "text": clause}],
    }


def judged(before: str, after: str) -> ChangedWording:
    old, new = text(before), text(after)
    for party in (*old["parties"][3:], *new["parties"][3:]):
        party["group"] = "landlords"
    (wording,) = changed_wordings(old, new, NAMES)
    return wording


# -- every must, may, not, number, date, condition and body --------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("The receiver does not pass it on.", "The receiver may pass it on.", [("may", "not", "may")]),
        ("Each party must tell.", "Each party may tell.", [("may", "must", "may")]),
        ("Each party will tell.", "Each party should tell.", [("should", "will", "should")]),
        ("Each party tells.", "Each party tries to tell.", [("should", None, "tries to")]),
        (
            "Each party is required to tell.",
            "Each party is encouraged to tell.",
            [("should", "is required to", "is encouraged to")],
        ),
        ("Staff must tell.", "Staff must tell where practicable.", [("should", None, "where practicable")]),
        ("It is kept.", "It is not kept.", [("not", None, "not")]),
        ("It is kept with a lock.", "It is kept without a lock.", [("not", None, "without")]),
        ("It may be used.", "It may be used at its own discretion.", [("may", None, "at its own discretion")]),
        ("Answer in five days.", "Answer in ten days.", [("number", "five", "ten")]),
        ("Answer within 5 days.", "Answer within 5 working days.", [("date", "days", "working days")]),
        ("Answer within 5 days.", "Answer within 5 weeks.", [("date", "days", "weeks")]),
        ("Kept until 31 May.", "Kept until 31 June.", [("date", "May", "June")]),
        ("Checked weekly.", "Checked monthly.", [("date", "weekly", "monthly")]),
        ("Told at once.", "Told in due course.", [("date", "at once", "in due course")]),
        ("Told before release.", "Told after release.", [("date", "before", "after")]),
        ("Shared if it is safe.", "Shared.", [("condition", "if", None)]),
        ("Shared.", "Shared unless it is unsafe.", [("condition", None, "unless")]),
        ("Shared with consent.", "Shared.", [("condition", "consent", None)]),
        ("Shared only for housing.", "Shared for housing.", [("condition", "only", None)]),
        ("Asked in writing.", "Asked.", [("condition", "in writing", None)]),
        ("All staff are trained.", "Some staff are trained.", [("extent", "All", "Some")]),
        ("At least two sign.", "Up to two sign.", [("extent", "At least", "Up to")]),
        ("It tells the council.", "It tells the police.", [("body", "the council", "the police")]),
        ("It tells the sender.", "It tells the receiver.", [("body", "sender", "receiver")]),
        ("It tells Registered landlords.", "It tells landlords.", [("body", "Registered landlords", "landlords")]),
        ("It tells Shelter.", "It tells Nacro.", [("body", "Shelter", "Nacro")]),
        ("It tells the Chamber of Commerce.", "It tells it.", [("body", "Chamber of Commerce", None)]),
        ("Stoke Action decides.", "It decides.", [("body", "Stoke Action", None)]),
        ("Nacro keeps the record.", "Shelter keeps the record.", [("body", "Nacro", "Shelter")]),
        ("Reply in half a day.", "Reply in a day.", [("number", "half", None)]),
        ("Tell it twice.", "Tell it once.", [("number", "twice", "once")]),
        ("It is the first notice.", "It is the second notice.", [("number", "first", "second")]),
        ("Kept for 50% of them.", "Kept for 50 of them.", [("number", "50%", "50")]),
        ("It costs £100.", "It costs $100.", [("number", "£100", "$100")]),
        ("As in part (a).", "As in part (b).", [("number", "part (a)", "part (b)")]),
        ("Told the same day.", "Told the next day.", [("date", "same", "next")]),
        ("It is lawful.", "It is unlawful.", [("not", None, "unlawful")]),
        (
            "It is disproportionate.",
            "It is proportionate.",
            [("not", "disproportionate", None), ("extent", None, "proportionate")],
        ),
        ("It is unable to tell.", "It is able to tell.", [("not", "unable", None)]),
        ("The council refuses.", "The council agrees.", [("not", "refuses", None)]),
        ("It fails to answer.", "It answers.", [("not", "fails to", None)]),
        ("Health and crime are told.", "Health or crime are told.", [("condition", "and", "or")]),
        ("It is told excluding health.", "It is told including health.", [("condition", "excluding", "including")]),
        ("Told regardless of it.", "Told with it.", [("condition", "regardless of", None)]),
        ("It has a duty to tell.", "It has a power to tell.", [("may", "has a duty to", "has a power to")]),
        ("Told of serious harm.", "Told of harm.", [("extent", "serious", None)]),
        ("Sent by secure e-mail.", "Sent by e-mail.", [("extent", "secure", None)]),
        (
            "The council must tell the police.",
            "The police must tell the council.",
            [("body", "The council", "The police"), ("body", "the police", "the council")],
        ),
    ],
)
def test_every_word_that_may_change_what_is_owed_is_named(
    before: str, after: str, named: list[tuple[str, str | None, str | None]]
) -> None:
    assert [(mark.sort, mark.before, mark.after) for mark in judged(before, after).marks] == named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Each party recieves it.", "Each party receives it."),
        ("It then tells all others.", "It then tells all of the others."),
        ("Within 5 days the lead must reply.", "The lead must reply within five days."),
        ("No later than 5 days after it, it must reply.", "Within 5 days after it, it must reply."),
        ("It must go.", "It shall go."),
        ("The parties hold it.", "Each party holds it."),
        ("1. Ask\n2. Tell", "- Ask\n- Tell"),
        ("See https://example.org/2024.", "See https://example.org/2025."),
        ("It follows the Protocol.", "It follows the protocol."),
        ("Copies are destroyed.", "They destroy copies."),
        ("It is kept under lock, at 50 per cent.", "It is kept under a lock, at 50%."),
        ("It informs the unit.", "It informs that unit."),
    ],
)
def test_words_that_change_nothing_of_the_kind_are_not_named(before: str, after: str) -> None:
    assert changed_marks(before, after) == [] or "parties" in before
    assert not judged(before, after).weaker


def test_line_breaks_alone_do_not_change_the_wording() -> None:
    assert changed_wordings(text("One line\nand another."), text("One line and\nanother."), NAMES) == []


# -- what looks weaker, and who would lose by it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The receiver does not pass it on.", "The receiver may pass it on."),
        ("Each party must correct it.", "Each party may correct it."),
        ("Each party will tell the others.", "Each party should tell the others."),
        ("Each party tells the others.", "Each party tries to tell the others."),
        ("Staff shall record it.", "Staff record it."),
        ("It must tell the others within five working days.", "It must tell the others within ten working days."),
        ("It must tell the others within five working days.", "It must tell the others in due course."),
        ("It must tell the others within five days.", "It must tell the others within five working days."),
        ("The police must tell it at once.", "The police must tell it."),
        ("It must not share it.", "It must not share it unless asked."),
        ("It must tell the others.", "It must tell the others where practicable."),
        ("It must tell them.", "It must tell them if it can."),
        ("It may share it only if the person agrees.", "It may share it."),
        ("It may share it with the consent of the person.", "It may share it with the person."),
        ("It tells the council and the police.", "It tells the council."),
        ("It tells all parties.", "It tells some parties."),
        ("Staff are trained.", "Some staff are trained."),
        ("Each party must answer.", "Either party must answer."),
        ("It must keep at least two copies.", "It must keep up to two copies."),
        ("It must ask in writing.", "It must ask."),
        ("It may only tell staff.", "It may tell staff."),
        ("It may ask, and must answer.", "It may ask, and must answer if it can."),
        ("It may ask, and never tells.", "It may ask, and never tells unless it is asked."),
        ("It must answer within 20 days.", "It must answer within one month."),
        ("It must answer within 3 weeks.", "It must answer within one month."),
        ("It must answer within one quarter.", "It must answer within 4 months."),
        ("It must answer within 11 months.", "It must answer within one year."),
        ("It must answer within 30 hours.", "It must answer within 2 days."),
        ("It must answer within one fortnight.", "It must answer within three weeks."),
        ("It must answer within 5 days.", "It must answer."),
        ("It keeps the name and the address.", "It keeps the name or the address."),
        ("It must tell them. It must keep a record.", "It must tell them."),
        ("It must delete it.", "It need not delete it."),
        ("It must delete it.", "It must not delete it."),
        ("It must share only what is necessary.", "It must share what is useful."),
        ("Nobody opens it.", "Anybody opens it."),
        ("It is never kept.", "It is kept."),
        ("It cannot be shared.", "It can be shared."),
        ("It tells them.", "It tells them. The lead may decide otherwise."),
    ],
)
def test_a_duty_or_a_protection_that_looks_weaker(before: str, after: str) -> None:
    assert judged(before, after).weaker


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Each party should tell the others.", "Each party must tell the others."),
        ("It may share it.", "It may not share it."),
        ("It may share it.", "It may share it only with consent."),
        ("It may go.", "It should go."),
        ("It may tell staff.", "It may only tell staff."),
        ("It keeps the name or the address.", "It keeps the name and the address."),
        ("All staff must know it.", "Staff must know it."),
        ("It must keep up to two copies.", "It must keep at least two copies."),
        ("It must answer within 5 weeks.", "It must answer within one month."),
        ("It must answer within 4 months.", "It must answer within one quarter."),
        ("It must answer within one year.", "It must answer within 11 months."),
        ("It must answer.", "It must answer within 5 days."),
        ("It must not share it unless asked.", "It must not share it."),
        ("It must tell the others within ten days.", "It must tell the others within five days."),
        ("It must tell them if asked.", "It must tell them."),
        ("It keeps it safe.", "It keeps it safe. It must not pass it on."),
    ],
)
def test_what_is_stronger_does_not_look_weaker(before: str, after: str) -> None:
    assert not judged(before, after).weaker


@pytest.mark.parametrize(
    ("before", "after", "losers"),
    [
        # what a receiver owes is owed to the senders, through groups too, and the other way round
        ("The receiver must delete it.", "The receiver may delete it.", ("probation", "police")),
        ("The sender must check it.", "The sender may check it.", ("council", "police", "landlord-a", "landlord-b")),
        # what a party owes is owed to the others
        ("The council must ask.", "The council may ask.", ("police", "probation", "landlord-a", "landlord-b")),
        ("Registered landlords must ask.", "Registered landlords may ask.", ("council", "police", "probation")),
        ("Each party must ask.", "Each party may ask.", ("council", "police", "probation", "landlord-a", "landlord-b")),
        # a body that is no longer told comes first
        (
            "It tells the council and the police.",
            "It tells the council.",
            ("police", "council", "probation", "landlord-a", "landlord-b"),
        ),
    ],
)
def test_who_would_lose(before: str, after: str, losers: tuple[str, ...]) -> None:
    assert judged(before, after).losers == losers


def test_a_hostile_text_is_compared_in_reasonable_time_and_says_what_was_not_compared(repository: Repository) -> None:
    many = "must may not " * 7000
    assert len(changed_marks(many, "may not must " * 6999)) == 3
    assert judged("It must go. " * 5000, "It may go now. " * 4000).weaker
    assert judged("a" * 100_001, "b").too_long
    repository.edit(PROTOCOL, ("must correct", f"may correct {'must ' * 150}{'x' * 90_000}"))
    repository.commit("a long text")
    assert point(only(repository.report()), "obligations-more").values["count"] == 50
    repository.edit(PROTOCOL, ("may correct", f"may correct {'y' * 20_000}"))
    repository.commit("a longer text")
    assert "wording-too-long" in codes(only(repository.report("HEAD~2", "HEAD")))


# -- in the report -------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


def weaken(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("must correct", "may correct"))


def test_nothing_says_that_an_editorial_kind_is_right(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("It then tells all others", "It then tells all of the others"))
    repository.stamp("editorial", "Plainer words")
    repository.commit("1.1")
    report = repository.report()
    for output in (render_text(report), render_markdown(report), json.dumps(report_data(report))):
        assert "The kind is right" not in output
        assert "A person must judge this" in output
    assert "kind-fits" not in codes(only(report))


def test_a_stamp_that_weakens_a_duty_says_who_would_lose(repository: Repository) -> None:
    weaken(repository)
    repository.stamp("editorial", "A small fix", judged_by="Information Governance Manager")
    repository.commit("1.1")
    lines = says(repository.report())
    assert (
        "A person must judge this: version 1.1 is stamped as editorial and changes the wording of clause accuracy: text "
        "from version 1.0. No program can tell whether anybody now owes more or less" in lines
    )
    assert "Clause accuracy: text: “must” becomes “may”. Does anybody now owe more or less?" in lines
    assert (
        "Clause accuracy: text looks weaker than before. If it is, these lose by it: people on probation, and every "
        "party" in lines
    )
    assert "The post that judged the wording of version 1.1: Information Governance Manager" in lines


def test_the_party_that_owes_a_duty_is_not_among_those_who_would_lose(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("Each party must correct", "Example Council must correct"))
    repository.stamp("material", "The council alone corrects", agreed_on=date(2026, 1, 1))
    repository.edit(PROTOCOL, ("Example Council must", "Example Council may"))
    repository.commit("2.0, and weaker words")
    assert any(
        line.startswith("Clause accuracy: text looks weaker than before.")
        and line.endswith("people on probation, and of the parties Example Police and Example Probation")
        for line in says(repository.report())
    )


def test_a_working_text_that_weakens_a_duty_is_not_called_editorial(repository: Repository) -> None:
    weaken(repository)
    repository.commit("working text")
    change = only(repository.report())
    assert {"would-be-editorial", "obligation-changed", "duty-weakened"} <= set(codes(change))
    assert point(change, "would-be-editorial").values["count"] == 3
    assert any(
        line.endswith(
            "A person must judge this: if nobody owes more or less by it, it can be stamped as editorial, and nobody "
            "signs again. If anybody does, it is material, and 3 must sign"
        )
        for line in says(repository.report())
    )


def test_a_material_stamp_of_weaker_words_is_not_called_more_than_needed(repository: Repository) -> None:
    weaken(repository)
    repository.stamp("material", "Correction is now a choice")
    repository.commit("2.0")
    assert "kind-fits" in codes(only(repository.report()))


def test_a_material_stamp_of_mere_words_could_be_less_if_a_person_says_so(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("It then tells all others", "It then tells all of the others"))
    repository.stamp("material", "Plainer words")
    repository.commit("2.0")
    found = point(only(repository.report()), "kind-more-than-needed")
    assert found.variant == "editorial"
    assert any("If a person judges that nobody owes more or less by it" in line for line in says(repository.report()))


def test_whether_a_clause_allows_an_extension_is_for_a_person(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("lead: probation", "lead: probation\neffective_to: 2027-03-31"))
    repository.stamp("material", "An end")
    repository.commit("2.0")
    repository.edit(PROTOCOL, ("2027-03-31", "2028-03-31"))
    repository.stamp("extension", "One more year under clause extension")
    repository.commit("2.1")
    change = only(repository.report())
    assert "kind-fits" not in codes(change)
    assert point(change, "person-must-judge").variant == "extension"


# -- side by side --------------------------------------------------------------------------------------------------------


def stamp_editorial(repository: Repository, *words: str) -> int:
    options = ["--root", str(repository.root), "--as-of", "2026-11-22", "release", "housing", "--change", "editorial"]
    return main([*options, "--summary", "Plainer words", *words])


def test_release_shows_both_wordings_and_asks_who_judged_them(
    repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    weaken(repository)
    assert stamp_editorial(repository) == 0
    written = capsys.readouterr()
    assert written.out == "protocols/housing/versions/1.1.yaml\n"
    assert (
        written.err
        == """clause accuracy: text

  Before                                 | Now
                                         |
  Each party must correct what is wrong  | Each party may correct what is wrong
  within five working days of being      | within five working days of being
  told. It then tells all others that    | told. It then tells all others that
  hold the same information.             | hold the same information.

  - Clause accuracy: text: “must” becomes “may”. Does anybody now owe more or less?
  - Clause accuracy: text looks weaker than before. If it is, these lose by it: people on probation, and every party

undersigned: nobody is named as having judged these words. Have somebody compare them before you propose this:
  then delete the new file, and stamp again with --judged-by and their post.
"""
    )
    (repository.root / "protocols/housing/versions/1.1.yaml").unlink()
    assert stamp_editorial(repository, "--judged-by", "Information Governance Manager") == 0
    assert capsys.readouterr().out == "protocols/housing/versions/1.1.yaml\n"


def test_a_terminal_is_asked_for_the_post(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    weaken(repository)
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdin, "readline", lambda: "Information Governance Manager\n")
    assert stamp_editorial(repository) == 0
    assert "judged_by: Information Governance Manager" in repository.read("protocols/housing/versions/1.1.yaml")


def test_words_without_a_mark_are_stamped_and_nobody_is_said_to_have_judged_them(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.edit(PROTOCOL, ("It then tells all others", "It then tells all of the others"))
    assert stamp_editorial(repository) == 0
    assert "nobody is named as having judged these words" in capsys.readouterr().err
    assert "judged_by" not in repository.read("protocols/housing/versions/1.1.yaml")


def test_both_columns_are_plain_text(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.edit(PROTOCOL, ("must correct", "may \u202eevil\u202c correct"))
    stamp_editorial(repository)
    assert all(character.isprintable() or character == "\n" for character in capsys.readouterr().err)


def test_line_breaks_alone_are_not_for_a_person_to_judge(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("being told.\n      It then", "being told. It\n      then"))
    repository.commit("working text")
    assert point(only(repository.report()), "would-be-editorial").variant == "spaced"
    repository.stamp("editorial", "Other lines")
    repository.commit("1.1")
    assert point(only(repository.report()), "kind-fits").variant == "spaced"
    assert "person-must-judge" not in codes(only(repository.report()))


def test_no_changed_flow_does_not_mean_that_sharing_stays_the_same(repository: Repository) -> None:
    """The section on people's information never says more than the terms show."""
    weaken(repository)
    repository.commit("words of a clause")
    assert "- No flow and no party changes. The wording of clauses" in render_text(repository.report())
    repository.git("rm", "-q", "-r", "protocols/housing")
    repository.commit("protocol removed")
    assert "- No changed flow or party can be named here." in render_text(repository.report())
