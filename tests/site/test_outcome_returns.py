"""Outcome returns on a protocol's page and in its data: every figure, none that could point at a person, none of a restricted one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from lxml import html
from lxml.html import HtmlElement
from site_registers import EVIL, SOUND, WITHHELD, build

from support import TODAY, register_from
from undersigned.facts.outcomes import FEW, HELD_BACK, Amount, Figure, returns
from undersigned.facts.register import RegisterFacts
from undersigned.records.outcome import Outcome, Period, Result

RECORDS = """
=== mkdocs.yml
site_name: Outcomes
=== signatories/council/organisation.yaml
name: The Council
kind: local-authority
=== signatories/probation/organisation.yaml
name: Probation
kind: probation
=== protocols/housing/protocol.yaml
title: Housing protocol
kind: joint-working-protocol
status: in-force
publication: public
lead: probation
effective_from: 2025-01-01
parties: [{organisation: probation}, {organisation: council}]
monitoring:
  - {point: custody, measures: [duty-to-refer-accepted], by: council, every: quarter}
  - {point: release, measures: [mi014], every: year}
  - {point: release, measures: [mi015a]}
=== protocols/housing/outcomes/2024-25.yaml
period: {from: 2024-04-01, to: 2025-03-31}
results: [{measure: soft-outcomes}, {measure: median-days-to-reply, count: 1}, {measure: referrals, count: 3, unknown: 2}]
=== protocols/housing/outcomes/2025-26.yaml
period: {from: 2025-04-01, to: 2026-03-31}
area: stoke-on-trent
source: Quarterly counts
extracted_on: 2026-05-18
results:
  - {measure: referrals, count: 1640, share_of_caseload: 24, rounded_to: 5}
  - {measure: duty-to-refer-accepted, numerator: 260, denominator: 385, unknown: 10, rounded_to: 5}
  - {measure: mi015a, series: MI015Sa, point: release, follow_up_months: 6, group: young-women, numerator: "[c]", denominator: 20, unknown: 5, lost: 0, out_of_scope: 10, rounded_to: 5}
  - {measure: alcohol-provision, offered: [atr, brief-interventions], list: eleven-2009, rounded_to: 5}
notes: |
  Figures for women are **held back**.
=== protocols/housing/outcomes/2026-27.yaml
period: {from: 2026-04-01, to: 2027-03-31}
results: [{measure: referrals, count: 999999}]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("outcomes"), RECORDS)


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def main(site: Path, page: str) -> HtmlElement:
    return html.document_fromstring((site / page / "index.html").read_bytes()).cssselect("main")[0]


def tables(page: HtmlElement) -> Iterator[tuple[str, list[list[str]]]]:
    for table in page.xpath(".//table[caption[contains(., 'Figures from')]]"):
        yield words(table.find("caption")), [[words(cell) for cell in row] for row in table.cssselect("tbody tr")]


def test_each_return_is_a_table_newest_first(site: Path) -> None:
    found = dict(tables(main(site, "protocols/housing/outcomes")))
    assert list(found) == [
        "Figures from 1 April 2025 to 31 March 2026, Stoke on Trent",
        "Figures from 1 April 2024 to 31 March 2025",
    ]
    assert list(found.values()) == [
        [
            ["Referrals", "1,640 24 per cent of the caseload", "None given"],
            ["Duty to refer accepted", "260 of 385 (68 per cent)", "10 not known"],
            [
                "Settled 3 months after release after 6 months, young women, series MI015Sa",
                "Withheld, out of 20",
                "5 not known, 0 lost from sight, 10 out of scope",
            ],
            ["Alcohol interventions offered", "Alcohol treatment requirement; Brief interventions", "None given"],
        ],
        [
            ["Soft outcomes", "Not given", "None given"],
            ["Days to reply", "1 day", "None given"],
            ["Referrals", "Fewer than 5", "fewer than 5 not known"],
        ],
    ]


def test_it_says_where_the_figures_come_from_and_what_is_held_back(site: Path) -> None:
    page = main(site, "protocols/housing/outcomes")
    text = words(page)
    assert "Source: Quarterly counts. Taken on 18 May 2026." in text
    assert text.count("Figures are rounded to the nearest 5.") == 1
    assert text.count("A figure is withheld, or given as fewer than 5, where it could point at a person.") == 2
    assert [strong.text for strong in page.xpath(".//p[contains(., 'Figures for women')]/strong")] == ["held back"]


def test_the_front_page_says_what_is_late_and_leads_to_the_figures(site: Path) -> None:
    due = main(site, "protocols/housing").get_element_by_id("due").getnext()
    assert "Figures in custody for the time to 30 June 2026 are 84 days late." in words(due)
    assert due.xpath(".//a[@id='outcomes']/@href") == ["outcomes/index.html"]


def test_what_is_asked_for_and_what_is_late(site: Path) -> None:
    text = words(main(site, "protocols/housing/outcomes"))
    assert "In custody: duty to refer accepted, by The Council, every quarter" in text
    assert "On release: settled 3 months after release" in text
    assert "In custody: the return for the time to 30 June 2026 is 84 days late" in text
    assert "On release: the return for the time to 31 December 2025 is 267 days late" in text


def test_the_one_who_is_asked_owes_it_and_else_the_lead(site: Path) -> None:
    council = main(site, "organisations/council").get_element_by_id("owed").getnext()
    assert [words(item) for item in council][1:] == [
        "Outcomes in custody, up to 30 June 2026: Housing protocol (84 days late)"
    ]
    probation = main(site, "organisations/probation").get_element_by_id("owed").getnext()
    assert "Outcomes on release, up to 31 December 2025: Housing protocol (267 days late)" in words(probation)


def test_a_protocol_in_force_without_a_return_says_so(sound_site: Path) -> None:
    assert "No outcome figures have been returned yet." in words(main(sound_site, "protocols/housing"))
    assert not main(sound_site, "protocols/alcohol").xpath(".//*[@id='outcomes']")


def test_the_data_has_them_under_the_names_of_the_record(site: Path) -> None:
    data = json.loads((site / "api/v1/protocols/housing.json").read_bytes())
    assert [found["period"] for found in data["outcomes"]] == [
        {"from": "2025-04-01", "to": "2026-03-31"},
        {"from": "2024-04-01", "to": "2025-03-31"},
    ]
    newest = data["outcomes"][0]
    assert (newest["area"], newest["source"], newest["extracted_on"]) == (
        "stoke-on-trent",
        "Quarterly counts",
        "2026-05-18",
    )
    assert newest["notes"] == "Figures for women are **held back**.\n"
    assert newest["results"][1:3] == [
        {
            "measure": "duty-to-refer-accepted",
            "title": "Duty to refer accepted",
            "numerator": 260,
            "denominator": 385,
            "per_cent": 68,
            "unknown": 10,
            "rounded_to": 5,
        },
        {
            "measure": "mi015a",
            "title": "Settled 3 months after release",
            "series": "MI015Sa",
            "point": "release",
            "follow_up_months": 6,
            "group": "young-women",
            "numerator": "[c]",
            "denominator": 20,
            "unknown": 5,
            "lost": 0,
            "out_of_scope": 10,
            "rounded_to": 5,
        },
    ]
    assert data["outcomes"][1]["results"][2] == {
        "measure": "referrals",
        "title": "Referrals",
        "count": "[c]",
        "unknown": "[c]",
    }
    schema = json.loads((site / "api/v1/register.schema.json").read_bytes())
    one = {"$ref": "#/$defs/protocol", "$defs": schema["$defs"]}
    assert list(Draft202012Validator(one).iter_errors(data)) == []
    register = json.loads((site / "api/v1/register.json").read_bytes())
    assert list(Draft202012Validator(schema).iter_errors(register)) == []
    assert register["protocols"][0]["outcomes"] == data["outcomes"]


def test_nothing_of_a_restricted_one(sound_site: Path) -> None:
    page = words(main(sound_site, "protocols/danger"))
    assert "Outcomes" not in page
    assert "640" not in page
    assert WITHHELD not in page
    assert "outcomes" not in json.loads((sound_site / "api/v1/protocols/danger.json").read_bytes())
    council = words(main(sound_site, "organisations/county-council"))
    assert "Outcomes" not in council
    facts = RegisterFacts(
        register_from("=== signatories/" + SOUND.partition("=== signatories/")[2]), as_of=TODAY
    ).by_id["danger"]
    assert (facts.outcomes, facts.late_returns) == ((), ())


def test_hostile_text_is_text(hostile_site: Path) -> None:
    page = main(hostile_site, "protocols/p/outcomes")
    caption, (row, offered) = next(tables(page))
    assert caption.endswith(" ".join(EVIL.split()))
    assert all("<script>evil()</script>" in cell for cell in (row[0], offered[1]))
    assert row[0].count("<script>evil()</script>") == 4
    assert "Source: </title></script><script>evil()</script>" in words(page)


PERIOD = Period.model_validate({"from": "2026-01-01", "to": "2026-03-31"})


def figure(**given: object) -> Figure:
    result = Result.model_validate({name: str(value) for name, value in given.items()})
    outcome = Outcome(period=PERIOD, results=(result,))
    return returns([outcome], as_of=TODAY)[0].figures[0]


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, FEW), (4, FEW), (5, 5), ("[c]", HELD_BACK), ("[x]", "[x]")])
def test_a_small_count_of_people_is_never_shown(count: object, shown: Amount) -> None:
    assert figure(measure="referrals", count=count).count == shown
    assert figure(measure="no-such-measure", count=count).count == shown


def test_a_small_count_of_events_or_days_is_shown() -> None:
    assert figure(measure="complaints", count=3).count == 3
    assert figure(measure="median-days-to-reply", count=3).count == 3


@pytest.mark.parametrize(
    ("part", "whole", "rounded_to", "shown", "per_cent"),
    [
        (18, 20, 1, HELD_BACK, None),
        (20, 20, 1, 20, 100),
        (15, 20, 1, 15, 75),
        (15, 20, 5, 15, 75),
        (3, 20, 1, FEW, None),
        (5, 5, 5, 5, None),
        (1, 2, 1, FEW, None),
        (25, 40, 5, 25, 63),
        (30, 20, 5, 30, None),
    ],
)
def test_no_part_tells_the_rest_and_no_rate_is_of_a_few(
    part: int, whole: int, rounded_to: int, shown: Amount, per_cent: int | None
) -> None:
    found = figure(measure="mi014", numerator=part, denominator=whole, rounded_to=rounded_to)
    assert (found.part, found.per_cent) == (shown, per_cent)


def test_what_was_not_there_on_the_day_is_not_shown() -> None:
    outcome = Outcome.model_validate({"period": PERIOD, "results": [], "extracted_on": "2026-05-01"})
    assert returns([outcome], as_of=date(2026, 4, 30)) == ()
    assert len(returns([outcome], as_of=date(2026, 5, 1))) == 1
