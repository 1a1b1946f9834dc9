"""The bodies that a name can mean, with what is true of each on the day."""

from __future__ import annotations

from datetime import date

from support import register_from
from undersigned.facts.bodies import own_bodies


def test_a_body_that_was_dissolved_says_so_from_that_day_on() -> None:
    register = register_from(
        "=== signatories/old/organisation.yaml\nname: Old\nkind: other\ndissolved_on: 2026-03-31\n"
    )
    days = (date(2026, 3, 30), date(2026, 4, 1), None)
    assert [own_bodies(register, as_of=day)[0].ended for day in days] == [None, date(2026, 3, 31), None]
