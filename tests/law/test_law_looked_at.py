"""When the law was last looked at, as status and the law pages of the site say it."""

from __future__ import annotations

from datetime import date

import pytest

from support import pages_of_protocol, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register
from undersigned.reports.status import status_report
from undersigned.site.pages import PageSet, law_rows
from undersigned.status.law import law_looked_on, long_unseen

SECTION_14 = "=== law/ukpga-2007-21.yaml\nitem: ukpga/2007/21\nprovisions:\n  - {path: section/14}\n"
LOOKED = SECTION_14 + "looked: 2027-02-02\n"
WITH_OPEN_LAW = """=== protocols/example/protocol.yaml
title: Example protocol
kind: information-sharing-protocol
status: draft
publication: public
flows:
- {id: warning, from: [police], to: [landlord], gateways: [cda98-s6, common-law-police], items: [{name: Danger}]}
"""
CONFIRMED = LOOKED + "confirmed: {on: 2027-02-09, by: Register keeper, note: Only a name changed}\n"


def made(text: str) -> Register:
    return register_from(text)


@pytest.mark.parametrize(
    ("text", "as_of", "seen"),
    [
        (SECTION_14, date(2027, 3, 1), vocabulary().gateways["oma07-s14"].checked),
        (LOOKED, date(2027, 3, 1), date(2027, 2, 2)),
        (CONFIRMED, date(2027, 3, 1), date(2027, 2, 9)),
        (CONFIRMED, date(2027, 2, 5), date(2027, 2, 2)),
        ("", date(2027, 3, 1), vocabulary().gateways["oma07-s14"].checked),
        ("", date(2020, 1, 1), None),
    ],
)
def test_the_newest_look_counts_and_none_that_lies_ahead(text: str, as_of: date, seen: date | None) -> None:
    assert law_looked_on(vocabulary().gateways["oma07-s14"], made(text).law_states, as_of=as_of) == seen


def test_after_four_weeks_status_and_the_pages_say_so() -> None:
    register = made(LOOKED)
    for as_of, long in ((date(2027, 3, 2), False), (date(2027, 3, 3), True)):
        assert (long_unseen(register.law_states, as_of=as_of) is not None) is long
        assert (status_report(register, as_of=as_of).law_seen_on == date(2027, 2, 2)) is long
        pages = PageSet(RegisterFacts(register, as_of=as_of), "Test")
        table = law_rows(pages, "", "Gateways", [vocabulary().gateways["oma07-s14"]], linked=True)
        assert "Law last looked at on 2 February 2027." in table
        assert "Still open: The extent clause, and that no regulations have added listed persons." in table
        assert ("Nobody has looked at 1 of the Acts" in table) is long


def test_a_register_that_does_not_watch_the_law_is_not_reminded() -> None:
    assert long_unseen(made("").law_states, as_of=date(2030, 1, 1)) is None


@pytest.mark.parametrize("guidance", [True, False])
def test_a_law_that_is_not_confirmed_leads_to_what_is_open(guidance: bool) -> None:
    site = RegisterFacts(register_from(WITH_OPEN_LAW), as_of=date(2026, 12, 1))
    said = pages_of_protocol(PageSet(site, "Test", guidance=guidance), site.by_id["example"])
    assert ('href="../../../guidance/for-your-lawyer/">What is open</a>' in said) is guidance
    assert said.count("What is open") == (1 if guidance else 0)
