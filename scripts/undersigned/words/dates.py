"""Dates as people write and read them: `1 April 2024`. Records keep ISO 8601 (`2024-04-01`)."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

from undersigned.records.fields import MONTHS, Month

#: A pattern for the name of a month, in full or cut to three letters ("sept" too). Use it with `re.IGNORECASE`.
MONTH_NAME = "(?:" + "|".join((*(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS), "Sept")) + r")(?![A-Za-z])"
_DAY, _MONTH, _YEAR = r"(?P<day>[0-9]{1,2})", r"(?P<month>[0-9]{1,2})", r"(?P<year>[0-9]{4})"
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?,?"
_WEEKDAY = r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? )?"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINAL = "(?:st|nd|rd|th)?"
#: Ways to write a date that mean one day only.
_CLEAR = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}([-/.]){_MONTH}\2{_DAY}",
        rf"{_DAY}([-/.]){_MONTH}\2{_YEAR}",
        rf"{_WEEKDAY}{_DAY}{_ORDINAL}[- ](?:of )?{_NAME}[- ]{_YEAR}",
        rf"{_WEEKDAY}{_NAME} {_DAY}{_ORDINAL},? {_YEAR}",
    )
)
#: Ways that need a question: the month first, or two figures for the year.
_UNCLEAR = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_MONTH}([-/.]){_DAY}\2{_YEAR}",
        rf"{_DAY}([-/.]){_MONTH}\2(?P<short>[0-9]{{2}})",
        rf"{_WEEKDAY}{_DAY}{_ORDINAL}[- ](?:of )?{_NAME}[- ]'?(?P<short>[0-9]{{2}})",
    )
)
_MONTH_ALONE = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (rf"{_NAME} {_YEAR}", rf"{_YEAR}-{_MONTH}"))
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def date_in_words(when: date | Month | None) -> str:
    """`1 April 2024`, or `May 2004` where only the month is known. Empty for None."""
    if when is None:
        return ""
    name = MONTHS[when.month - 1]
    return f"{name} {when.year}" if isinstance(when, Month) else f"{when.day} {name} {when.year}"


def days_in_words(days: int) -> str:
    """`1 day`, `40 days` or `1,100 days`. Drops the sign."""
    return f"{abs(days):,} day" + ("" if abs(days) == 1 else "s")


def read_date(text: str) -> date | None:
    """A date that a person typed: `2026-05-20`, `20/05/2026` (day first), `20 May 2026`, `May 20, 2026`; None otherwise."""
    return next((day for parts in _readings(text, _CLEAR) if (day := _date(parts)) and _on_weekday(day, parts)), None)


def probable_date(text: str) -> date | None:
    """The date that somebody probably means by a text that `read_date` does not take; None if it is not close to a date."""
    text = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text)
    return next((day for parts in _readings(text, (*_CLEAR, *_UNCLEAR)) if (day := _date(parts))), None)


def month_too_short(text: str) -> tuple[str, int] | None:
    """(`June 2026`, 30) for `31 June 2026`; None for a text that does not name a day missing from its month."""
    for parts in _readings(text, _CLEAR):
        year, month = parts["year"], parts["month"]
        if year and 1 <= month <= 12 and parts["day"] > (days := calendar.monthrange(year, month)[1]):
            return f"{MONTHS[month - 1]} {year}", days
    return None


def is_month_alone(text: str) -> bool:
    """Whether a text names a month and a year and no day."""
    return any(1 <= parts["month"] <= 12 for parts in _readings(text, _MONTH_ALONE))


def _readings(text: str, forms: Iterable[re.Pattern[str]]) -> Iterator[dict[str, int]]:
    """`year`, `month` and perhaps `day` and `weekday` (Monday is 0), for each form that the text has."""
    line = re.sub(r" *([-/]) *", r"\1", _DASHES.sub("-", " ".join(text.split()).removesuffix(".")))
    for form in forms:
        match = form.fullmatch(line)
        if match is None:
            continue
        parts = {name: part for name, part in match.groupdict().items() if part}
        numbers = {name: int(part) for name, part in parts.items() if part.isdigit()}
        if "short" in numbers:
            numbers["year"] = 2000 + numbers.pop("short")
        if "name" in parts:
            numbers["month"] = _month_named(parts["name"])
        if "weekday" in parts:
            numbers["weekday"] = _WEEKDAYS.index(parts["weekday"].lower())
        yield numbers


def _date(parts: dict[str, int]) -> date | None:
    try:
        return date(parts["year"], parts["month"], parts["day"])
    except ValueError:
        return None


def _on_weekday(day: date, parts: dict[str, int]) -> bool:
    return parts.get("weekday", day.weekday()) == day.weekday()


def _month_named(name: str) -> int:
    """1 to 12; 0 if no month begins so. Three letters are enough to tell the months apart."""
    return next((number for number, month in enumerate(MONTHS, 1) if month.lower().startswith(name.lower())), 0)
