"""The room of reviews: what must stay silent beside what must be said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from signing_register import FIRST, PROTOCOL, TEXT, findings, fingerprint, organisation, said, stamp, working

from undersigned.checks.rules.reviews import says_what_was_found

NOTE = "Twelve warnings were sampled, and every mailbox was tested."
OLD = {PROTOCOL: working(effective_from="2025-03-03"), FIRST: stamp(TEXT, "2025-02-10", effective_from="2025-03-03")}


def review(**fields: str) -> str:
    fields = {
        "version": '"1.0"',
        "fingerprint": f'"{fingerprint(TEXT)}"',
        "outcome": "no-change",
        "reviewed_by": "[{organisation: one, post: Manager}]",
        "note": NOTE,
        **fields,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def reviewed(**days: str) -> dict[str, str | None]:
    """The old register with reviews by day (`_2026_03_03`)."""
    return {**OLD, **{f"protocols/x/reviews/{day[1:].replace('_', '-')}.yaml": text for day, text in days.items()}}


@pytest.mark.parametrize(
    "text",
    [
        review(due_on="2026-03-03"),
        review(due_on="2026-03-03", review_again_by="2027-01-31"),
        review(due_on="2026-03-03", board="{organisation: board, minute: 2026/1}"),
        review(due_on="2026-03-03", reviewed_by="[{organisation: board, post: Chair}, {organisation: two}]"),
        review(due_on="2026-03-03", outcome="material", note="Changes wanted."),
    ],
)
def test_sound_reviews_are_silent(tmp_path: Path, text: str) -> None:
    board = {"signatories/board/organisation.yaml": organisation("Board", "partnership-board")}
    assert said(tmp_path, {**reviewed(_2026_02_20=text), **board}) == []


def test_out_of_cycle_and_partner_reviews_are_silent(tmp_path: Path) -> None:
    files = reviewed(
        _2025_09_01=review(note="Read early, because a new police system changed how warnings arrive."),
        _2026_01_15=review(scope="partner", due_on="2026-01-31", note="Two read its own part against forty files."),
        _2026_08_20=review(due_on="2026-09-01"),
    )
    assert said(tmp_path, files) == []


def test_a_due_date_by_an_earlier_interval_was_due(tmp_path: Path) -> None:
    yearly = TEXT + "review: {interval_months: 12}\n"
    half_yearly = TEXT + "review: {interval_months: 6}\n"
    files: dict[str, str | None] = {
        PROTOCOL: working(half_yearly, effective_from="2025-03-03"),
        FIRST: stamp(yearly, "2025-02-10", effective_from="2025-03-03"),
        "protocols/x/versions/2.0.yaml": stamp(half_yearly, "2026-04-01"),
        "protocols/x/reviews/2026-02-20.yaml": review(due_on="2026-03-03", fingerprint=f'"{fingerprint(yearly)}"'),
    }
    found = [f.code for f in findings(tmp_path, files)]
    assert "due-date-never-due" not in found
    files["protocols/x/reviews/2026-02-20.yaml"] = review(due_on="2026-03-04", fingerprint=f'"{fingerprint(yearly)}"')
    assert "due-date-never-due" in [f.code for f in findings(tmp_path, files)]


@pytest.mark.parametrize(
    "note",
    [
        "Reviewed.",
        "No change.",
        "Reviewed, no changes needed.",
        "The protocol was reviewed and no changes are required.",
        "Annual review completed, all still current and accurate.",
        "ok",
        "Everything was checked and found to be up to date.",
    ],
)
def test_notes_that_say_nothing(note: str) -> None:
    assert not says_what_was_found(note)


@pytest.mark.parametrize(
    "note",
    [
        NOTE,
        "Contacts, law and forms checked: nothing to change.",
        "Read against the law as it stands.",
        "Nothing has changed in the law, and both mailboxes answered.",
        "The contact list was brought up to date and the text was left as it stands.",
    ],
)
def test_notes_that_say_something(note: str) -> None:
    assert says_what_was_found(note)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), []),
        (date(2026, 1, 2), ["advice review-due"]),
        (date(2026, 3, 3), ["advice review-due"]),
        (date(2026, 3, 4), ["warning review-due"]),
        (date(2026, 6, 1), ["warning review-due"]),
    ],
)
def test_the_clock(tmp_path: Path, day: date, expected: list[str]) -> None:
    confirmed = dict.fromkeys(("signatories/one/x.yaml", "signatories/two/x.yaml"))
    found = said(tmp_path, {**OLD, **confirmed}, as_of=day)
    assert [line.rsplit(" ", 1)[0] for line in found if "review" in line] == expected


def test_an_unreadable_review_is_no_missed_one(tmp_path: Path) -> None:
    assert said(tmp_path, reviewed(_2026_02_20="version: [\n")) == [
        "error yaml-syntax protocols/x/reviews/2026-02-20.yaml"
    ]


def test_two_reviews_may_share_a_note_and_three_may_not(tmp_path: Path) -> None:
    files = reviewed(_2025_09_01=review(), _2026_02_20=review())
    assert not [line for line in said(tmp_path, files) if "same-note" in line]
    files = reviewed(
        _2025_09_01=review(), _2026_02_20=review(note=NOTE.upper()), _2026_08_20=review(note=f'"{NOTE}  "')
    )
    assert [line for line in said(tmp_path, files) if "same-note" in line] == [
        "warning same-note protocols/x/reviews/2026-02-20.yaml",
        "warning same-note protocols/x/reviews/2026-08-20.yaml",
    ]
