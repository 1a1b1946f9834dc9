"""Dates as people write and read them: `1 April 2024`. Records keep ISO 8601 (`2024-04-01`)."""

from __future__ import annotations

import re
from datetime import date

from undersigned.records.fields import MONTHS, Month

#: A pattern for the name of a month, in full or cut to three letters ("sept" too). Use it with `re.IGNORECASE`.
MONTH_NAME = "(?:" + "|".join((*(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS), "Sept")) + r")(?![A-Za-z])"
_DAY, _MONTH, _YEAR = r"(?P<day>[0-9]{1,2})", r"(?P<month>[0-9]{1,2})", r"(?P<year>[0-9]{4})"
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?,?"
_WEEKDAY = r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? )?"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINAL = "(?:st|nd|rd|th)?"
#: Ways to write a date that leave no doubt in Britain.
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}([-/.]){_MONTH}\2{_DAY}",
        rf"{_DAY}([-/.]){_MONTH}\2{_YEAR}",
        rf"{_WEEKDAY}{_DAY}{_ORDINAL}[- ](?:of )?{_NAME}[- ]{_YEAR}",
        rf"{_WEEKDAY}{_NAME} {_DAY}{_ORDINAL},? {_YEAR}",
    )
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def date_in_words(when: date | Month | None) -> str:
    """`1 April 2024`, or `May 2004` where only the month is known. Empty for None."""
    if when is None:
        return ""
    name = MONTHS[when.month - 1]
    return f"{name} {when.year}" if isinstance(when, Month) else f"{when.day} {name} {when.year}"


def on_in_words(when: date | Month | None) -> str:
    """`on 1 April 2024`, or `in May 2004` if only the month is known. Empty for None."""
    return "" if when is None else f"{'in' if isinstance(when, Month) else 'on'} {date_in_words(when)}"


def days_in_words(days: int) -> str:
    """`1 day`, `40 days` or `1,100 days`. Drops the sign."""
    return f"{abs(days):,} day" + ("" if abs(days) == 1 else "s")


def read_date(text: str) -> date | None:
    """A date that a person typed: `2026-05-20`, `20/05/2026` (day first), `20 May 2026`, `May 20, 2026`; None otherwise."""
    line = re.sub(r" *([-/]) *", r"\1", _DASHES.sub("-", " ".join(text.split()).removesuffix(".")))
    matches = (form.fullmatch(line) for form in _FORMS)
    return next((day for match in matches if match and (day := _date(match.groupdict()))), None)


def _date(parts: dict[str, str]) -> date | None:
    """The date; None if the calendar does not have it, or if it falls on another weekday than the one given."""
    month = _month_named(parts["name"]) if "name" in parts else int(parts["month"])
    try:
        day = date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None
    weekday = parts.get("weekday")
    return day if not weekday or _WEEKDAYS[day.weekday()] == weekday.lower() else None


def _month_named(name: str) -> int:
    """1 to 12; 0 if no month begins so. Three letters are enough to tell the months apart."""
    return next((number for number, month in enumerate(MONTHS, 1) if month.lower().startswith(name.lower())), 0)
