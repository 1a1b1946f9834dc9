"""Working days in England and Wales, by the bank holidays that GOV.UK lists and Easter Sundays from printed tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from undersigned.status.working_days import working_day

_DAY = timedelta(days=1)


def holidays(year: int) -> list[str]:
    """The days of a year that are not working days, without Saturdays and Sundays."""
    days = (date(year, 1, 1) + number * _DAY for number in range(365))
    return [f"{day:%d %b}" for day in days if day.weekday() < 5 and working_day(day) != day]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2025, ["01 Jan", "18 Apr", "21 Apr", "05 May", "26 May", "25 Aug", "25 Dec", "26 Dec"]),
        (2026, ["01 Jan", "03 Apr", "06 Apr", "04 May", "25 May", "31 Aug", "25 Dec", "28 Dec"]),
        (2027, ["01 Jan", "26 Mar", "29 Mar", "03 May", "31 May", "30 Aug", "27 Dec", "28 Dec"]),
        (2028, ["03 Jan", "14 Apr", "17 Apr", "01 May", "29 May", "28 Aug", "25 Dec", "26 Dec"]),
    ],
)
def test_the_bank_holidays_of_a_year(year: int, expected: list[str]) -> None:
    assert holidays(year) == expected


@pytest.mark.parametrize(
    "easter",
    # The earliest and the latest day, and the years in which the rule of the moon has an exception.
    ["1954-04-18", "1981-04-19", "2008-03-23", "2019-04-21", "2038-04-25", "2049-04-18", "2076-04-19", "2285-03-22"],
)
def test_good_friday_and_easter_monday(easter: str) -> None:
    sunday = date.fromisoformat(easter)
    assert working_day(sunday - 2 * _DAY) == working_day(sunday + _DAY) == sunday + 2 * _DAY
    assert working_day(sunday - 3 * _DAY) == sunday - 3 * _DAY
