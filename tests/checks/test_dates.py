"""Dates: orders that are right, plans that may lie in the future, months where they may stand."""

from __future__ import annotations

import pytest
from text_register import PARTIES, codes, findings, head, organisation, sound, terms

P = "protocols/p/protocol.yaml"


@pytest.mark.parametrize(
    "more",
    [
        "effective_to: 2026-04-01\n",
        "effective_to: 2036-03-31\n",
        "funding:\n  - {source: A grant, ends_on: 2031-03-31}\n",
        "dpia: {status: completed, reference: D, completed_on: 2026-11-22}\n",
        "milestones:\n  - {stage: in-force, on: 2026-04-01}\n  - {stage: proposed, on: 2025-01-01}\n  - {stage: signing, on: 2026-04-01}\n",
        "milestones:\n  - {stage: consultation, on: 2025-02-01}\n  - {stage: drafting, on: 2025-01-01}\n  - {stage: drafting, on: 2025-06-01}\n",
    ],
)
def test_right_dates_are_silent(more: str) -> None:
    assert codes("dates", {P: sound(more)}) == []


def test_what_is_planned_may_lie_in_the_future() -> None:
    milestones = "milestones:\n  - {stage: drafting, on: 2026-10-01}\n  - {stage: consultation, on: 2027-02-01}\n"
    assert codes("dates", {P: sound(milestones, status="draft")}) == []
    assert codes("dates", {P: sound(milestones, status="consultation")}) == ["date-in-future"]
    leaving = PARTIES.replace("capacity: Receives", "capacity: Receives, joined_on: 2027-01-01, left_on: 2028-01-01")
    assert codes("dates", {P: head() + leaving + terms()}) == []
    closing = organisation("B", "voluntary", "dissolved_on: 2028-03-31\nsuccessors: [a]\n")
    assert codes("dates", {P: sound(), "signatories/b/organisation.yaml": closing}) == []


def test_months_of_old_records_are_not_counted_in_days() -> None:
    old = sound(status="superseded").replace("effective_from: 2026-04-01", "effective_from: 2004-05")
    assert codes("dates", {P: old + "effective_to: 2004-05-01\n"}) == []
    assert codes("dates", {P: old + "effective_to: 2004-04-30\n"}) == ["date-order"]


def test_a_month_in_a_stamp_or_signature_is_told_while_the_day_can_be_found() -> None:
    stamp = f"agreed_on: 2026-01\nchange: material\nsummary: First\nfingerprint: v1:sha256:{'0' * 64}\n"
    signing = "signatures:\n  - {version: '1.0', signed_on: 2026-02}\n"
    files = {P: sound(), "protocols/p/versions/1.0.yaml": stamp, "signatories/a/p.yaml": signing}
    assert [(f.path, f.line, f.column) for f in findings("dates", files)] == [
        ("protocols/p/versions/1.0.yaml", 1, 12),
        ("signatories/a/p.yaml", 2, 33),
    ]
    files["signatories/a/p.yaml"] = signing.replace("2026-02", "2024-02")
    files["protocols/p/versions/1.0.yaml"] = stamp.replace("2026-01", "2024-01")
    assert codes("dates", files) == []


def test_a_return_that_was_drawn_on_the_last_day_is_right() -> None:
    right = "period: {from: 2025-01-01, to: 2025-12-31}\nextracted_on: 2025-12-31\nresults:\n  - {measure: breaches, count: 3}\n"
    assert codes("dates", {P: sound(), "protocols/p/outcomes/2025.yaml": right}) == []


def test_a_period_that_is_not_over_is_told_once() -> None:
    early = "period: {from: 2026-01-01, to: 2026-12-31}\nextracted_on: 2026-11-01\nresults:\n  - {measure: breaches, count: 3}\n"
    assert codes("dates", {P: sound(), "protocols/p/outcomes/2026.yaml": early}) == []
    assert codes("outcomes", {P: sound(), "protocols/p/outcomes/2026.yaml": early}) == ["period-in-future"]


def test_only_a_protocol_in_force_owes_a_start() -> None:
    for status, found in (("draft", []), ("signing", []), ("withdrawn", []), ("in-force", ["no-start"])):
        assert codes("dates", {P: sound(status=status).replace("effective_from: 2026-04-01\n", "")}) == found
