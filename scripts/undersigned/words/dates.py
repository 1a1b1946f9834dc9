"""Dates as people write and read them: `1 April 2024`. Records keep ISO 8601 (`2024-04-01`)."""

from __future__ import annotations

import re
from datetime import date

from undersigned.records.fields import MONTHS, Month

#: A pattern for the name of a month, in full or cut to three letters ("sept" too). Use it with `re.IGNORECASE`.
MONTH_NAME = "(?:" + "|".join((*(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS), "Sept")) + r")(?![A-Za-z])"
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\Z")
_BRITISH = re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})\Z")
_IN_WORDS = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<year>\d{4})\Z")


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
    """A date that a person typed: `2026-05-20`, `20/05/2026` (day first) or `20 May 2026`. None for anything else."""
    match = next((match for form in (_ISO, _BRITISH, _IN_WORDS) if (match := form.match(text.strip()))), None)
    if match is None:
        return None
    parts = match.groupdict()
    month = _month_named(parts["name"]) if "name" in parts else int(parts["month"])
    try:
        return date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None


def _month_named(name: str) -> int:
    """1 to 12; 0 if no month begins so. Three letters are enough to tell the months apart."""
    return next((number for number, month in enumerate(MONTHS, 1) if month.lower().startswith(name.lower())), 0)
