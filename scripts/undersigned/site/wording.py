"""Sizes of files and sources of rules as pages show them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from undersigned.words.messages import date_message

_CHECKED = re.compile(r"checked (\d{4}-\d\d-\d\d)")


def size_words(size: int) -> str:
    """A file's size in bytes as a reader expects it: `64 kB`, `1.2 MB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000)):,} kB"
    return f"{size / 1_000_000:.1f} MB"


def checked_in_words(source: str) -> str:
    """A rule's source, with the day on which it was checked as a reader has it: "checked on 22 November 2026"."""
    return _CHECKED.sub(lambda found: f"checked on {date_message(date.fromisoformat(found[1]))}", source)


def runs(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers in order as (first, last) of each unbroken run: 1, 2, 3, 5 as 1 to 3, 5 to 5."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)
