"""How dates, sizes and numbers are said in pages. Plain values in, plain text out; no sentence is made here."""

from __future__ import annotations

import re
from datetime import date

from undersigned.records.fields import KEBAB, Month

_CHECKED = re.compile(r"checked (\d{4}-\d\d-\d\d)")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def date_words(when: date | Month | None) -> str:
    """`3 January 2028`, or `May 2004` where only the month is known; empty for None."""
    if when is None:
        return ""
    name = _MONTHS[when.month - 1]
    return f"{name} {when.year}" if isinstance(when, Month) else f"{when.day} {name} {when.year}"


def days_words(days: int) -> str:
    """`1 day` or `40 days`; the sign is dropped."""
    return f"{abs(days):,} day" + ("" if abs(days) == 1 else "s")


def size_words(size: int) -> str:
    """A file's size in bytes as a reader expects it: `64 kB`, `1.2 MB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000)):,} kB"
    return f"{size / 1_000_000:.1f} MB"


_SMALL_WORDS = frozenset({"and", "by", "le", "of", "on", "the", "under", "upon", "with"})


def area_words(area: str) -> str:
    """`stoke-on-trent` as `Stoke on Trent`; what is not written as an id stays as it is."""
    if not KEBAB.match(area):
        return area
    words = area.split("-")
    return " ".join(word if at and word in _SMALL_WORDS else word.capitalize() for at, word in enumerate(words))


def checked_in_words(source: str) -> str:
    """A rule's source, with the day on which it was checked as a reader has it: "checked on 22 November 2026"."""
    return _CHECKED.sub(lambda found: f"checked on {date_words(date.fromisoformat(found[1]))}", source)
