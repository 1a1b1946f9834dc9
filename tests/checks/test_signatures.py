"""The rooms of signatures and standing: what must stay silent beside what must be said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from signing_register import (
    FIRST,
    ONE,
    PROTOCOL,
    TEXT,
    TWO,
    entry,
    findings,
    organisation,
    record,
    said,
    stamp,
    working,
)

THIRD = TEXT.replace("parties:\n", "parties:\n  - {organisation: three, role: controller}\n")
WET = {"method": "wet-ink"}


def with_three(*entries: str, **more: str) -> dict[str, str | None]:
    """Three parties; the third has these entries."""
    return {
        PROTOCOL: working(THIRD),
        FIRST: stamp(THIRD, "2026-02-10", effective_from="2026-03-02"),
        "signatories/three/organisation.yaml": organisation("Three", **more),
        "signatories/three/x.yaml": record(*entries),
    }


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (entry(signed_on="", signed_by=""),),
        (
            entry(signed_on="", signed_by="", declined="{on: 2026-03-01, reason: Not now}"),
            entry(sent_on="2026-06-01", signed_on="2026-06-03"),
        ),
        (entry(withdrawn="{on: 2026-05-01, reason: Closed}"), entry(sent_on="2026-06-01", signed_on="2026-06-03")),
        (entry(sent_on="", signed_on="2026-02-10"),),
        (
            entry(
                sent_on="2026-02-20",
                approved_on="2026-02-20",
                signed_on="2026-02-20",
                returned_on="2026-02-20",
                counterpart_on="2026-02-20",
            ),
        ),
        (entry(signed_by="{post: Chair, authority: resolution, reference: Minute 4}", approved_on="2026-02-18"),),
        (entry(reservations="[{flows: [warning], text: Not by night, accepted_on: 2026-02-25}]"),),
        (entry(evidence="{sha256: " + "aB" * 32 + ", held_by: one, reference: PF/1}"),),
        (entry(signed_on="2026-11-01", **WET),),
        (entry(signed_on="2026-02-20", method="electronic"),),
    ],
)
def test_sound_records_are_silent(tmp_path: Path, entries: tuple[str, ...]) -> None:
    assert said(tmp_path, with_three(*entries)) == []


def test_a_copy_is_outstanding_only_after_28_days(tmp_path: Path) -> None:
    files = with_three(entry(signed_on="2026-10-25", **WET))
    assert said(tmp_path / "a", files, as_of=date(2026, 11, 22)) == []
    assert said(tmp_path / "b", files, as_of=date(2026, 11, 23)) == [
        "warning copy-outstanding signatories/three/x.yaml"
    ]


def test_the_lead_owes_itself_no_copy(tmp_path: Path) -> None:
    assert said(tmp_path, {ONE: record(entry(**WET))}) == []
    assert said(tmp_path, {TWO: record(entry(**WET))}) == [f"warning copy-outstanding {TWO}"]


def test_a_parent_or_a_mandate_may_sign_for_another(tmp_path: Path) -> None:
    for_three = {TWO: record(entry(signs_for="[three]"))}
    base = {**with_three(), "signatories/three/x.yaml": None}
    assert said(tmp_path / "stranger", {**base, **for_three}) == [f"error no-mandate {TWO}"]
    parent = {**with_three(parent="two"), "signatories/three/x.yaml": None}
    assert said(tmp_path / "parent", {**parent, **for_three}) == []
    mandate = {TWO: record(entry(signs_for="[three]", mandate="{reference: Minute 9}"))}
    assert said(tmp_path / "mandate", {**base, **mandate}) == []


def test_a_parent_that_is_no_party_may_sign_for_one(tmp_path: Path) -> None:
    files: dict[str, str | None] = {
        "signatories/two/organisation.yaml": organisation("Two", parent="group"),
        TWO: None,
        "signatories/group/organisation.yaml": organisation("Group", "housing-provider"),
        "signatories/group/x.yaml": record(entry(signs_for="[two]")),
    }
    assert said(tmp_path, files) == []


def test_records_of_bodies_that_once_were_parties_stay(tmp_path: Path) -> None:
    files = with_three(entry())
    files[PROTOCOL] = working(TEXT)
    files["protocols/x/versions/1.1.yaml"] = stamp(TEXT, "2026-06-01", "membership")
    assert said(tmp_path, files) == []


def test_a_succession_told_on_both_sides_is_silent(tmp_path: Path) -> None:
    files: dict[str, str | None] = {
        "signatories/two/organisation.yaml": organisation("Two", dissolved_on="2026-06-30", successors="[three]"),
        "signatories/three/organisation.yaml": organisation("Three"),
        "signatories/three/x.yaml": record(
            before="inherits: {from: [two], on: 2026-07-01, by: statute, instrument: An order}\n"
        ),
    }
    assert said(tmp_path / "after", files) == []
    # Planned: until the day the old body answers, and nothing is amiss.
    assert said(tmp_path / "before", files, as_of=date(2026, 6, 15)) == []


def test_two_steps_of_succession(tmp_path: Path) -> None:
    files: dict[str, str | None] = {
        "signatories/two/organisation.yaml": organisation("Two", dissolved_on="2026-04-30", successors="[three]"),
        "signatories/three/organisation.yaml": organisation("Three", dissolved_on="2026-06-30", successors="[four]"),
        "signatories/three/x.yaml": record(before="inherits: {from: [two], on: 2026-05-01, by: statute}\n"),
        "signatories/four/organisation.yaml": organisation("Four"),
        "signatories/four/x.yaml": record(before="inherits: {from: [three], on: 2026-07-01, by: statute}\n"),
    }
    assert said(tmp_path, files) == []


def test_handing_over_by_novation_ends_nobody(tmp_path: Path) -> None:
    files: dict[str, str | None] = {
        "signatories/three/organisation.yaml": organisation("Three"),
        "signatories/three/x.yaml": record(before="inherits: {from: [two], on: 2026-05-01, by: novation}\n"),
    }
    assert said(tmp_path, files) == []


def test_a_late_signature_after_an_extension_is_no_fault(tmp_path: Path) -> None:
    short, long = TEXT.replace("2029-02-28", "2026-06-30"), TEXT.replace("2029-02-28", "2027-06-30")
    files: dict[str, str | None] = {
        PROTOCOL: working(long),
        FIRST: stamp(short, "2026-02-10", effective_from="2026-03-02"),
        TWO: record(entry(signed_on="2026-08-03")),
    }
    extended = {
        "protocols/x/versions/1.1.yaml": stamp(long, "2026-06-01", "extension", summary="Under clause start-and-review")
    }
    assert said(tmp_path / "extended", {**files, **extended}) == []
    late = said(tmp_path / "not", {**files, PROTOCOL: working(short, "withdrawn")})
    assert late == [f"error signed-ended-text {TWO}"]


def test_boards_own_lead_and_review(tmp_path: Path) -> None:
    board = {"signatories/board/organisation.yaml": organisation("Board", "partnership-board", hosted_by="one")}
    owned = working(TEXT, lead="board", owner="{organisation: board, post: Chair}")
    assert said(tmp_path / "owner", {**board, PROTOCOL: owned}) == []
    bound_otherwise = TEXT.replace("clauses:\n", "clauses:\n").replace(
        "flows:", "  - {organisation: board, signs: no}\nflows:"
    )
    files = {
        **board,
        PROTOCOL: working(bound_otherwise),
        FIRST: stamp(bound_otherwise, "2026-02-10", effective_from="2026-03-02"),
    }
    assert said(tmp_path / "associate", files) == []


@pytest.mark.parametrize(
    ("status", "begins", "expected"),
    [
        ("draft", "2027-01-11", ["warning status-contradicted"]),
        ("signing", "2027-01-11", []),
        ("signing", "2026-03-02", ["advice status-contradicted"]),
        ("in-force", "2026-03-02", []),
        ("in-force", "2027-01-11", ["warning status-contradicted"]),
        ("withdrawn", "2026-03-02", []),
    ],
)
def test_status_and_facts(tmp_path: Path, status: str, begins: str, expected: list[str]) -> None:
    files: dict[str, str | None] = {
        PROTOCOL: working(status=status, effective_from=begins),
        FIRST: stamp(TEXT, "2026-02-10", effective_from=begins),
    }
    assert [line.rsplit(" ", 1)[0] for line in said(tmp_path, files)] == expected


@pytest.mark.parametrize("last", ["2026-06-30", "2026-11-21"])
def test_an_end_that_has_passed_is_a_warning(tmp_path: Path, last: str) -> None:
    text = TEXT.replace("2029-02-28", last)
    files: dict[str, str | None] = {
        PROTOCOL: working(text),
        FIRST: stamp(text, "2026-02-10", effective_from="2026-03-02"),
    }
    assert said(tmp_path / "after", files) == [f"warning status-contradicted {PROTOCOL}"]
    assert said(tmp_path / "on the last day", files, as_of=date.fromisoformat(last)) == []


def test_a_void_signature_is_not_said_twice(tmp_path: Path) -> None:
    wrong = {TWO: record(entry(fingerprint='"v1:sha256:' + "0" * 64 + '"'))}
    assert said(tmp_path / "fingerprint", wrong) == [f"error wrong-fingerprint {TWO}"]
    assert said(tmp_path / "version", {TWO: record(entry("9.0"))}) == [f"error no-such-version {TWO}"]
    assert said(tmp_path / "future", {TWO: record(entry(signed_on="2026-12-01"))}) == [
        f"error signature-in-future {TWO}"
    ]
    assert said(tmp_path / "unread", {TWO: record(entry(signed_on="2026-02-31"))}) == [f"error no-such-day {TWO}"]


def test_too_few_are_bound(tmp_path: Path) -> None:
    assert said(tmp_path / "unsigned", {TWO: record()}) == [f"error too-few-bound {PROTOCOL}"]
    reserved = {TWO: record(entry(reservations="[{flows: [warning], text: Not by night}]"))}
    assert said(tmp_path / "reserved", reserved) == [
        f"error too-few-bound {PROTOCOL}",
        f"warning reservation-open {TWO}",
    ]
    dissolved = {"signatories/two/organisation.yaml": organisation("Two", dissolved_on="2026-08-31")}
    assert said(tmp_path / "a day passed", dissolved) == [
        f"warning party-dissolved {PROTOCOL}",
        f"warning too-few-bound {PROTOCOL}",
    ]


def test_findings_of_one_protocol_do_not_depend_on_another_that_does_not_read(tmp_path: Path) -> None:
    assert said(tmp_path, {"signatories/two/organisation.yaml": "name: Two\nkind: polce\n"}) == [
        "error unknown-value signatories/two/organisation.yaml"
    ]
    assert said(tmp_path, {"signatories/two/organisation.yaml": "name: [\n"}) == [
        "error yaml-syntax signatories/two/organisation.yaml"
    ]


def test_contacts_are_asked_again_after_six_months(tmp_path: Path) -> None:
    contact = "{post: Manager, mailbox: office@example.org, confirmed_on: 2026-05-22}"
    files: dict[str, str | None] = {"signatories/two/organisation.yaml": organisation("Two", contact=contact)}
    assert said(tmp_path / "a", files, as_of=date(2026, 11, 22)) == []
    assert said(tmp_path / "b", files, as_of=date(2026, 11, 23)) == [
        "warning contact-unconfirmed signatories/two/organisation.yaml"
    ]
    gone = {
        "signatories/old/organisation.yaml": organisation(
            "Old", contact=contact.replace("2026-05", "2015-05"), dissolved_on="2016-01-01"
        )
    }
    assert said(tmp_path / "c", {**files, **gone}) == []


def test_officers_of_those_who_have_gone_are_not_asked_for(tmp_path: Path) -> None:
    gone = with_three(entry(withdrawn="{on: 2026-05-01, reason: Closed}"))
    text = gone["signatories/three/x.yaml"]
    assert text is not None
    gone["signatories/three/x.yaml"] = text.replace("2026-10-01", "2025-10-01")
    assert said(tmp_path, gone) == []


def test_places_are_those_of_the_steps(tmp_path: Path) -> None:
    found = findings(
        tmp_path, {TWO: record(entry(approved_on="2026-02-25", returned_on="2026-02-01", counterpart_on="2026-03-01"))}
    )
    assert [(f.code, f.line, f.column) for f in found] == [("signature-order", 5, 16), ("signature-order", 7, 18)]
