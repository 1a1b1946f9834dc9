"""The map of an area: who provides what, until when, and that what is not known is never said to be missing."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

from support import files_from, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.figures.provision import Cell, area_map, missing_for
from undersigned.site.pages import PageSet, generated_pages

DAY = date(2026, 11, 30)
RECORDS = files_from(
    """
=== areas.yaml
county: [north, south]
=== signatories/a/organisation.yaml
name: Council A
kind: local-authority
jurisdiction: england
=== provision/county/tier-3.yaml
title: Structured treatment
kind: alcohol-tier-3
provider: a
funding:
  - {source: Grant, status: confirmed, ends_on: 2028-03-31}
  - {source: Levy, status: indicative, ends_on: 2027-03}
contract: {ends_on: 2028-09-30}
=== provision/county/beds.yaml
title: Beds
kind: supported-housing
covers: [north]
=== provision/county/closed.yaml
title: Closed scheme
kind: rent-deposit-scheme
funding: [{source: Grant, ends_on: 2026-03-31}]
=== provision/county/later.yaml
title: Work club
kind: jobcentre-work-coach
starts_on: 2027-01-01
=== provision/county/area.yaml
none: [alcohol-tier-4]
confirmed_on: 2026-10-01
"""
)


def cells(kind: str) -> list[Cell]:
    found = area_map(register_from(RECORDS), "county", as_of=DAY)
    assert found.places == ("north", "south")
    return next(list(row) for of, row in found.rows if of.id == kind)


def test_a_service_with_two_funders_lasts_as_long_as_the_first_thing_that_it_cannot_do_without() -> None:
    (north, south) = cells("alcohol-tier-3")
    assert north == south
    assert [(one.id, str(one.until)) for one in north.running] == [("tier-3", "2028-03-31")]
    assert [(what, str(when)) for what, when in north.running[0].ends] == [
        ("Levy", "2027-03"),
        ("Grant", "2028-03-31"),
        ("The contract", "2028-09-30"),
    ]


def test_a_service_covers_the_places_that_it_names() -> None:
    assert [cell.state for cell in cells("supported-housing")] == ["provided", "not-known"]


def test_only_what_the_keeper_lists_is_provided_by_nobody() -> None:
    assert {cell.state for cell in cells("alcohol-tier-4")} == {"none"}
    assert {cell.state for cell in cells("alcohol-tier-2")} == {"not-known"}
    assert {cell.state for cell in cells("rent-deposit-scheme")} == {"not-known"}, "it has ended, and another may run"
    assert {cell.state for cell in cells("jobcentre-work-coach")} == {"not-known"}, "it has not started"


def test_what_ends_within_a_year_in_time_order() -> None:
    found = area_map(register_from(RECORDS), "county", as_of=DAY)
    assert [(one.id, what) for one, what, _when in found.ending] == [("tier-3", "Levy")]
    assert [one.id for one in found.without_owner] == ["beds", "tier-3"]


def test_missing_needs_a_record_that_says_so() -> None:
    register = register_from(RECORDS)
    assert missing_for(register, ("south",), "alcohol-tier-4", as_of=DAY) == ("south", "none")
    assert missing_for(register, ("south",), "rent-deposit-scheme", as_of=DAY) == ("south", "ended")
    assert missing_for(register, ("south",), "supported-housing", as_of=DAY) is None, "nothing is known of the south"
    assert missing_for(register, ("elsewhere",), "alcohol-tier-4", as_of=DAY) is None
    assert missing_for(register, ("county",), "alcohol-tier-3", as_of=DAY) is None


def test_the_page_says_not_known_and_no_one_where_each_is_so() -> None:
    pages = PageSet(RegisterFacts(register_from(RECORDS), as_of=DAY), "A register")
    body = next(page.body for page in generated_pages(pages) if page.url == "provision/county/")
    rows = {
        cells_[0]: cells_[1:]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
        if (cells_ := [_words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)])
    }
    assert rows["Tier 2: open-access alcohol help"] == ["Not known"] * 2
    assert rows["Rent deposit or bond scheme"] == ["Not known Closed scheme has ended"] * 2
    assert rows["Jobcentre work coach"] == ["Not known From 1 January 2027: Work club"] * 2
    assert rows["Supported housing"] == ["Yes: Beds. Until when is not known", "Not known"]
    assert rows["Tier 4: in-patient and residential alcohol treatment"] == ["No one as known on 1 October 2026"] * 2
    assert (
        rows["Tier 3: structured alcohol treatment"]
        == ["Yes: Structured treatment, by Council A, until 31 March 2028"] * 2
    )


def _words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", markup)).split())
