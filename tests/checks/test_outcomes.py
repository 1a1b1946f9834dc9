"""Outcomes: figures that may be published, and returns that stand side by side."""

from __future__ import annotations

import pytest
from text_register import codes, findings, sound

P = "protocols/p/protocol.yaml"


def figures(*rows: str, start: str = "2025-01-01", end: str = "2025-12-31", more: str = "") -> str:
    return f"period: {{from: {start}, to: {end}}}\narea: county\nextracted_on: 2026-11-01\n{more}results:\n" + "".join(
        f"  - {{{row}}}\n" for row in rows
    )


def of(text: str, *, private: bool = False) -> list[str]:
    return codes("outcomes", {P: sound(), "protocols/p/outcomes/2025.yaml": text}, private=private)


def test_the_example_of_the_record_format_has_no_error() -> None:
    text = (
        "period: {from: 2003-04-01, to: 2004-03-31}\narea: staffordshire\nsource: Accommodation unit returns\nextracted_on: 2004-05-10\n"
        "results:\n  - {measure: referrals, count: 833, share_of_caseload: 27}\n"
        "  - {measure: homeless-at-referral, numerator: 584, denominator: 833}\n"
        '  - {measure: mi015a, series: MI015Sa, point: release, follow_up_months: 3, group: women, numerator: "[c]", denominator: 60, '
        "unknown: 5, lost: 0, rounded_to: 5}\n"
        "  - {measure: alcohol-provision, offered: [atr, brief-interventions], list: eleven-2009}\n"
    )
    found = findings("outcomes", {P: sound(), "protocols/p/outcomes/2003-04.yaml": text})
    assert [(f.code, f.severity) for f in found] == [("series-period", "warning")]


@pytest.mark.parametrize(
    "row",
    [
        'measure: referrals, count: "[c]"',
        "measure: referrals, count: 0",
        "measure: referrals, count: 5",
        "measure: breaches, count: 3",
        "measure: median-days-to-reply, count: 4",
        "measure: mi014, numerator: 60, denominator: 60, unknown: 0",
        "measure: mi014, numerator: 60, denominator: 65, rounded_to: 5",
        'measure: mi014, numerator: "[c]", denominator: 65',
        "measure: referrals, count: 10, share_of_caseload: 100",
        "measure: mi015a, series: MI015Sa, numerator: 50, denominator: 100",
        "measure: mi015a, numerator: 50, denominator: 100",
        "measure: soft-outcomes",
        "measure: refused, count: 2",
        "measure: alcohol-provision, offered: [atr, tier-3]",
    ],
)
def test_right_figures_are_silent(row: str) -> None:
    assert of(figures(row)) == []


def test_a_private_repository_may_hold_small_counts() -> None:
    text = figures("measure: referrals, count: 3", "measure: mi014, numerator: 62, denominator: 65")
    assert of(text) == ["small-count", "derivable-count"]
    assert of(text, private=True) == []


def test_one_hidden_group_is_safe_where_another_is_hidden_or_missing() -> None:
    whole = "measure: homeless-at-referral, numerator: 40, denominator: 100"
    women = 'measure: homeless-at-referral, group: women, numerator: "[c]", denominator: 20'
    men = 'measure: homeless-at-referral, group: men, numerator: "[c]", denominator: 80'
    assert of(figures(whole, women)) == []
    assert of(figures(whole, women, men)) == []


def test_returns_one_after_the_other_or_for_other_areas_do_not_overlap() -> None:
    row = "measure: referrals, count: 50"
    after = figures(row, start="2026-01-01", end="2026-03-31")
    elsewhere = figures(row).replace("area: county", "area: city")
    other = figures("measure: refused, count: 50")
    for second in (after, elsewhere, other):
        files = {P: sound(), "protocols/p/outcomes/2025.yaml": figures(row), "protocols/p/outcomes/x.yaml": second}
        assert codes("outcomes", files) == []


def test_series_may_follow_each_other_where_the_notes_say_so() -> None:
    old = figures(
        "measure: mi016, series: MI016, numerator: 50, denominator: 100", start="2023-01-01", end="2023-12-31"
    )
    new = figures("measure: mi016, series: MI016R, numerator: 50, denominator: 100")
    files = {P: sound(), "protocols/p/outcomes/2023.yaml": old, "protocols/p/outcomes/2025.yaml": new}
    assert codes("outcomes", files) == ["series-break"]
    files["protocols/p/outcomes/2025.yaml"] = new + "notes: The series is new and is not compared with 2023.\n"
    assert codes("outcomes", files) == []
