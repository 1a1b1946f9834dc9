"""The rooms of versions: what must stay silent beside what must be said."""

from __future__ import annotations

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
    fingerprint,
    organisation,
    record,
    said,
    stamp,
    working,
)

SECOND = "protocols/x/versions/1.1.yaml"
LATER = TEXT.replace("2029-02-28", "2030-02-28")
NEWCOMER = TEXT.replace("parties:\n", "parties:\n  - {organisation: three, role: controller}\n")
LEFT = TEXT.replace("  - {organisation: two, role: controller}\n", "")
THREE = {"signatories/three/organisation.yaml": organisation("Three")}


def second(text: str, change: str, **more: str) -> dict[str, str | None]:
    return {PROTOCOL: working(text), SECOND: stamp(text, "2026-06-01", change, **more)}


def test_the_small_register_is_sound(tmp_path: Path) -> None:
    assert said(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("text", "change", "summary"),
    [
        (TEXT.replace("2 years", "3 years"), "material", "Longer retention"),
        (
            TEXT.replace("Staff must tell the police within five", "All staff shall tell the police within 5"),
            "editorial",
            "Wording",
        ),
        (TEXT.replace("title: Start and review", "title: Beginning and review"), "editorial", "Wording"),
        (LATER, "extension", "Extended under clause start-and-review"),
        (NEWCOMER, "membership", "Three joins"),
        (
            NEWCOMER.replace("from: [one]", "from: [one, three]").replace("for: [two]", "for: [two, three]"),
            "membership",
            "Three joins",
        ),
    ],
)
def test_changes_within_their_kind_are_silent(tmp_path: Path, text: str, change: str, summary: str) -> None:
    signing = (
        {
            ONE: record(entry(), entry("1.1", sent_on="2026-06-02", signed_on="2026-06-08")),
            TWO: record(entry(), entry("1.1", sent_on="2026-06-02", signed_on="2026-06-08")),
        }
        if change == "material"
        else {}
    )
    assert said(tmp_path, {**second(text, change, summary=summary), **THREE, **signing}) == []


@pytest.mark.parametrize(
    ("text", "change", "terms"),
    [
        (
            TEXT.replace("id: procedure, title", "id: procedures, title"),
            "editorial",
            "clause procedure and clause procedures",
        ),
        (NEWCOMER.replace("to: [two]", "to: [two, one]"), "membership", "flow warning: to"),
        (NEWCOMER.replace("two, role: controller", "two, role: recipient"), "membership", "party two: role"),
        (LATER.replace("Example protocol", "Other"), "extension", "title"),
    ],
)
def test_changes_beyond_their_kind_name_the_terms(tmp_path: Path, text: str, change: str, terms: str) -> None:
    found = findings(tmp_path, {**second(text, change, summary="Under clause start-and-review"), **THREE})
    assert [f.code for f in found] == ["change-exceeds-kind"]
    assert found[0].message.endswith(f"also changes {terms}")


def test_a_succession_alone_is_no_amendment_and_may_be_stamped(tmp_path: Path) -> None:
    heir = {
        "signatories/three/organisation.yaml": organisation("Three"),
        "signatories/three/x.yaml": record(before="inherits: {from: [two], on: 2026-05-01, by: statute}\n"),
        "signatories/two/organisation.yaml": organisation("Two", dissolved_on="2026-04-30", successors="[three]"),
    }
    assert said(tmp_path / "unstamped", {**heir, PROTOCOL: working(TEXT.replace("two", "three"))}) == []
    assert said(tmp_path / "stamped", {**heir, **second(TEXT.replace("two", "three"), "membership")}) == []
    # A successor may state its own capacity; nobody else's changes with it.
    capacity = TEXT.replace("organisation: two", "organisation: three, capacity: Takes over").replace(
        "[two]", "[three]"
    )
    assert said(tmp_path / "capacity", {**heir, **second(capacity, "membership")}) == []
    other = capacity.replace("organisation: one", "organisation: one, capacity: New")
    assert said(tmp_path / "other", {**heir, **second(other, "membership")}) == [f"error change-exceeds-kind {SECOND}"]


def test_a_rename_alone_is_no_amendment(tmp_path: Path) -> None:
    renamed = {
        "signatories/two/organisation.yaml": None,
        TWO: None,
        "signatories/new-two/organisation.yaml": organisation("Two", formerly="[two]"),
        "signatories/new-two/x.yaml": record(entry()),
        PROTOCOL: working(TEXT.replace("two", "new-two")),
    }
    assert said(tmp_path, renamed) == []


def test_an_amendment_is_placed_at_its_first_term(tmp_path: Path) -> None:
    found = findings(
        tmp_path, {PROTOCOL: working(TEXT.replace("2 years", "3 years").replace("extend this", "prolong this"))}
    )
    assert [(f.code, f.severity, f.line, f.column) for f in found] == [("amendment-in-preparation", "warning", 9, 54)]
    assert found[0].message.endswith("from version 1.0 in flow warning: retention and clause start-and-review: text")


def test_what_does_not_read_is_no_amendment(tmp_path: Path) -> None:
    found = said(tmp_path, {PROTOCOL: working(TEXT.replace("retention: 2 years", "retenton: 2 years"))})
    assert found == [f"error unknown-key {PROTOCOL}"]


def test_only_live_protocols_are_asked_for_amendments(tmp_path: Path) -> None:
    changed = TEXT.replace("2 years", "3 years")
    assert said(tmp_path, {PROTOCOL: working(changed, "withdrawn")}) == []


def test_layout_does_not_break_a_stamp(tmp_path: Path) -> None:
    text = stamp(TEXT, "2026-02-10", effective_from="2026-03-02").replace("title: Example", "title:   Example")
    assert said(tmp_path, {FIRST: text}) == []


def test_an_edited_stamp_is_an_error_at_its_fingerprint(tmp_path: Path) -> None:
    text = stamp(TEXT, "2026-02-10", effective_from="2026-03-02").replace("2 years", "9 years")
    found = findings(tmp_path, {FIRST: text, PROTOCOL: working(TEXT.replace("2 years", "9 years"))})
    assert [(f.code, f.path, f.line, f.column) for f in found] == [("stamp-mismatch", FIRST, 5, 14)]


def test_a_signature_may_carry_either_fingerprint_of_an_edited_stamp(tmp_path: Path) -> None:
    files = {
        FIRST: stamp(TEXT, "2026-02-10", effective_from="2026-03-02").replace("2 years", "9 years"),
        ONE: record(entry(fingerprint=fingerprint(TEXT))),
        TWO: record(entry(fingerprint=fingerprint(TEXT.replace("2 years", "9 years")))),
    }
    assert {f.code for f in findings(tmp_path, files)} == {"stamp-mismatch", "amendment-in-preparation"}


def test_months_are_compared_only_where_they_are_surely_apart(tmp_path: Path) -> None:
    old = working(TEXT.replace("2029-02-28", "2010-03"), "withdrawn").replace("2026-03-02", "2004-05")
    files: dict[str, str | None] = {
        PROTOCOL: old,
        FIRST: stamp(TEXT.replace("2029-02-28", "2010-03"), "2004-05", effective_from="2004-05"),
        ONE: record(entry(sent_on="2004-05", signed_on="2004-05-03", returned_on="2004-05")),
        TWO: None,
    }
    assert said(tmp_path, files) == []


def test_a_restricted_record_without_text_is_silent(tmp_path: Path) -> None:
    bare = TEXT.split("flows:")[0].replace("effective_to: 2029-02-28\n", "")
    version = "".join(stamp(TEXT, "2026-02-10", effective_from="2026-03-02").partition("text:")[:1])
    files: dict[str, str | None] = {
        "mkdocs.yml": None,
        PROTOCOL: working(bare, publication="restricted"),
        FIRST: version,
    }
    assert said(tmp_path, files) == []
