"""What a text demands: its numbers, dates, musts, mays and nots, and which of them a change of wording touches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from undersigned.records.fields import MONTHS

_NUMBERS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "hundred": 100,
    "thousand": 1000,
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
#: "One" is a number only before a period of time; May is a month only beside a number.
_COUNTED = tuple(word for word in _NUMBERS if word != "one")
_MONTHS = tuple(name for name in MONTHS if name != "May")
_PERIOD = r"(?:working\s+|calendar\s+)?(?:hour|day|week|fortnight|month|quarter|year)s?"
_OBLIGATION = re.compile(
    r"(?P<number>\d+(?:[.,:/\-]\d+)*)"
    rf"|\b(?P<one>one)(?=\s+{_PERIOD}\b)"
    rf"|\b(?P<tens>{'|'.join(_TENS)})(?:[-\s](?P<unit>one|two|three|four|five|six|seven|eight|nine))?\b"
    rf"|\b(?P<word>{'|'.join(_COUNTED)})\b"
    r"|\b(?P<may_month>May)(?=\s+\d)|(?<=\d\s)(?P<may_after>May)\b"
    rf"|\b(?P<month>{'|'.join(_MONTHS)})\b"
    r"|\b(?P<must>must|shall|mustn['’]t|shan['’]t)\b"
    r"|\b(?P<may>may)\b"
    r"|\b(?P<not>not|never|cannot|no|none|nor|neither|\w+n['’]t)\b",
    re.IGNORECASE,
)
#: What does not count: the numbers of list items, web addresses, and the "no" of "no later than".
_NO_OBLIGATION = re.compile(
    r"^[ \t]*\d+[.)](?=\s)|https?://\S+|\bnot?(?=\s+later\s+than\b)", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Obligation:
    """A number, a date, or a must, may or not, and where it is in its text."""

    sort: str
    value: str
    offset: int
    written: str


def obligations(text: str) -> list[Obligation]:
    """The numbers, dates, musts, mays and nots of a text, in order. Numbers in words count as figures."""
    masked = _NO_OBLIGATION.sub(lambda match: " " * len(match[0]), text)
    out: list[Obligation] = []
    for match in _OBLIGATION.finditer(masked):
        kind = match.lastgroup or ""
        word = match[0].lower()
        at = match.start()
        if kind in ("may_month", "may_after"):
            out.append(Obligation("number", "may", at, match[0]))
        elif kind == "month":
            # Only the capital tells March from a march.
            if match[0][0].isupper():
                out.append(Obligation("number", word, at, match[0]))
        elif kind in ("tens", "unit"):
            unit = _NUMBERS[(match["unit"] or "zero").lower()]
            out.append(Obligation("number", str(_TENS[match["tens"].lower()] + unit), at, match[0]))
        elif kind == "number":
            out.append(Obligation("number", match[0].rstrip(".,:/-"), at, match[0]))
        elif kind in ("one", "word"):
            out.append(Obligation("number", str(_NUMBERS[word]), at, match[0]))
        elif kind == "must":
            out.append(Obligation("word", "must", at, match[0]))
            if word not in ("must", "shall"):
                out.append(Obligation("word", "not", at, match[0]))
        else:
            out.append(Obligation("word", kind, at, match[0]))
    return out


def changed_obligation(before: str, after: str) -> tuple[str | None, str | None, int] | None:
    """The first number, date, must, may or not that differs; None if all are the same in the same order.

    Returns it as it was written and as it is written now (None: it does not exist), and its offset in `after`. Numbers
    and words are compared apart, so a sentence may be turned round.
    """
    old, new = obligations(before), obligations(after)
    for sort in ("number", "word"):
        old_of_sort = [obligation for obligation in old if obligation.sort == sort]
        new_of_sort = [obligation for obligation in new if obligation.sort == sort]
        for was, now in zip_longest(old_of_sort, new_of_sort):
            if was is None or now is None or was.value != now.value:
                return was.written if was else None, now.written if now else None, now.offset if now else 0
    return None
