"""Working days, by the bank holidays that GOV.UK lists for each part of the United Kingdom and Easter Sundays from printed
tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from undersigned.status.working_days import working_day

_DAY = timedelta(days=1)


def holidays(year: int) -> list[str]:
    """The days of a year that are not working days, without Saturdays and Sundays."""
    days = (date(year, 1, 1) + number * _DAY for number in range(365))
    return [f"{day:%d %b}" for day in days if day.weekday() < 5 and working_day(day) != day]


ENGLAND_AND_WALES = {
    2025: ["01 Jan", "18 Apr", "21 Apr", "05 May", "26 May", "25 Aug", "25 Dec", "26 Dec"],
    2026: ["01 Jan", "03 Apr", "06 Apr", "04 May", "25 May", "31 Aug", "25 Dec", "28 Dec"],
    2027: ["01 Jan", "26 Mar", "29 Mar", "03 May", "31 May", "30 Aug", "27 Dec", "28 Dec"],
    2028: ["03 Jan", "14 Apr", "17 Apr", "01 May", "29 May", "28 Aug", "25 Dec", "26 Dec"],
}
#: Those that only Scotland and Northern Ireland have.
SCOTLAND = {
    2025: ["02 Jan", "04 Aug", "01 Dec"],
    2026: ["02 Jan", "03 Aug", "30 Nov"],
    2027: ["04 Jan", "02 Aug", "30 Nov"],
    2028: ["04 Jan", "07 Aug", "30 Nov"],
}
NORTHERN_IRELAND = {
    2025: ["17 Mar", "14 Jul"],
    2026: ["17 Mar", "13 Jul"],
    2027: ["17 Mar", "12 Jul"],
    2028: ["17 Mar", "12 Jul"],
}


@pytest.mark.parametrize("year", ENGLAND_AND_WALES)
def test_the_bank_holidays_of_a_year(year: int) -> None:
    assert sorted(holidays(year)) == sorted(ENGLAND_AND_WALES[year] + SCOTLAND[year] + NORTHERN_IRELAND[year])


@pytest.mark.parametrize(
    "easter",
    # The earliest and the latest day, and the years in which the rule of the moon has an exception.
    ["1954-04-18", "1981-04-19", "2008-03-23", "2019-04-21", "2038-04-25", "2049-04-18", "2076-04-19", "2285-03-22"],
)
def test_good_friday_and_easter_monday(easter: str) -> None:
    sunday = date.fromisoformat(easter)
    assert working_day(sunday - 2 * _DAY) == working_day(sunday + _DAY) == sunday + 2 * _DAY
    assert working_day(sunday - 3 * _DAY) == sunday - 3 * _DAY
