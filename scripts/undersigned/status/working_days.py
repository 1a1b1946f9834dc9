"""Working days: those that are one in England, Wales, Scotland and Northern Ireland alike.

A body may be in any of them, and its post room in another, so a day that is a holiday in one of them is left out for all.
Bank holidays: Banking and Financial Dealings Act 1971, section 1 and schedule 1, with the days that have been proclaimed
every year since 1978 (New Year's Day, the first Monday in May), and Good Friday and Christmas Day, which are holidays at
common law; in Scotland also 2 January, the first Monday in August and St Andrew's Day (St Andrew's Day Bank Holiday
(Scotland) Act 2007), in Northern Ireland St Patrick's Day and 12 July. Checked on 1 December 2026. A holiday proclaimed
for one year alone is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

_SATURDAY = 5
_DAY = timedelta(days=1)


def working_day(day: date) -> date:
    """Returns the day itself, or the next one that is neither at a weekend nor a bank holiday."""
    while day.weekday() >= _SATURDAY or day in _bank_holidays(day.year):
        day += _DAY
    return day


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    """Returns the bank holidays of a year. One that falls on a weekend is held on the next working day."""
    found: set[date] = set()
    for day in sorted(_fixed(year), key=lambda day: day.weekday() >= _SATURDAY):
        while day.weekday() >= _SATURDAY or day in found:
            day += _DAY
        found.add(day)
    return frozenset(found)


def _fixed(year: int) -> Iterator[date]:
    easter = _easter(year)
    yield date(year, 1, 1)
    yield date(year, 1, 2)
    yield date(year, 3, 17)
    yield easter - 2 * _DAY
    yield easter + _DAY
    yield _monday_from(date(year, 5, 1))
    yield _monday_from(date(year, 5, 25))
    yield date(year, 7, 12)
    yield _monday_from(date(year, 8, 1))
    yield _monday_from(date(year, 8, 25))
    yield date(year, 11, 30)
    yield date(year, 12, 25)
    yield date(year, 12, 26)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter(year: int) -> date:
    """Returns Easter Sunday: the tables of the Calendar (New Style) Act 1750 as the rule that J.-M. Oudin made of them."""
    century = year // 100
    golden = year % 19
    moon = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    sunday = moon - (year + year // 4 + moon + 2 - century + century // 4) % 7
    month = 3 + (sunday + 40) // 44
    return date(year, month, sunday + 28 - 31 * (month // 4))
