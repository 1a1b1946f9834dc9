"""What the words of a cell mean: dates, periods between reviews, version numbers, kinds and statuses.

Dates are read by a fixed grammar, day first. Libraries that guess take the missing day from today's date or swap day and
month without a word; a cell that this grammar does not know becomes a finding instead.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from undersigned.intake.cells import Value, text_of
from undersigned.records.fields import MONTHS, VERSION_NUMBER, Month
from undersigned.records.fields import When as Day
from undersigned.words.dates import read_date

DateProblem = Literal["no-such-day", "not-a-date", "several-dates", "words"]
_SHORT_YEAR = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{2})")
_SHORT_NAMED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?([-/. ])([A-Za-z]{3,9})\.?[-/. ]'?([0-9]{2})")
_MONTH_NAMED = re.compile(r"([A-Za-z]{3,9})\.?[-/., ]+'?([0-9]{4}|[0-9]{2})")
_MONTH_NUMBER = re.compile(r"(?:([0-9]{4})[-/.]([0-9]{1,2})|([0-9]{1,2})[-/.]([0-9]{4}))")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LOOKS_DATED = re.compile(r"[0-9]{1,4}[-/. ](?:[0-9]{1,2}|[A-Za-z]{3,9})[-/. ][0-9]{2,4}")
_TIME = re.compile(r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?\Z")
#: What people write where they have nothing to write.
NOTHING = frozenset(
    [
        "-",
        "–",
        "—",
        "n/a",
        "na",
        "none",
        "nil",
        "tbc",
        "tba",
        "tbd",
        "unknown",
        "?",
        "??",
        "x",
        "not",
        "known",
        "no",
        "data",
        "not",
        "applicable",
        "to",
        "be",
        "confirmed",
        "not known",
        "no data",
        "not applicable",
        "to be confirmed",
        "to be agreed",
        "not recorded",
        "no date",
    ]
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "twelve": 12, "eighteen": 18}
_UNITS = {"month": 1, "year": 12}
_STATUSES: tuple[tuple[str, str], ...] = (
    ("superseded", r"superseded|replaced( by .*)?"),
    ("expired", r"expired|lapsed|out of date|ran out"),
    ("withdrawn", r"withdrawn|terminated|ended|closed|archived|cancelled|no longer (in use|active)"),
    ("signing", r"(out for|awaiting|waiting for|with partners for) (signatures?|signing|sign[ -]?off)|signing|to be signed"),
    ("consultation", r"(out (for|to) )?consultation|(out )?for comments?"),
    ("draft", r"(first |in |being )*(draft(ed|ing)?|development|progress)|proposed|new|work in progress|wip"),
    ("in-force", r"in[ -]force|live|active|current|signed|agreed|complete(d)?|final|approved|in (use|place|operation)|operational|under review|review (due|overdue)|overdue"),
)  # fmt: skip
_KINDS: tuple[tuple[str, str], ...] = (
    ("framework", r"framework|overarching|tier ?1|charter|umbrella"),
    ("memorandum-of-understanding", r"memorandum|\bmou\b"),
    ("joint-controller-arrangement", r"joint controller"),
    ("processing-agreement", r"process(ing|or) (agreement|contract)|\bdpa\b"),
    ("disclosure-agreement", r"disclosure"),
    ("data-sharing-agreement", r"data (sharing|exchange)|\bdsa\b"),
    ("joint-working-protocol", r"joint working|working protocol|joint protocol"),
    ("information-sharing-protocol", r"information sharing|\bis[ap]\b|protocol|agreement"),
)


@dataclass(frozen=True)
class ReadDate:
    """What a cell says of a date. `when` is None if it gives none that can be used; then `problem` says why.

    `century_assumed`: the year had two digits. `interval`: months between reviews, where the cell gives that instead.
    """

    when: Day | None = None
    problem: DateProblem | None = None
    century_assumed: bool = False
    interval: int | None = None


def read_when(value: Value) -> ReadDate:
    """Reads a cell that should hold a date: a real date, `1.11.08`, `23 May 18`, `Feb-2018`, `June 2019`, `2019-06`.

    Two dates, a period or words are never a date.
    """
    if isinstance(value, date):
        return ReadDate(value)
    if isinstance(value, int | float):
        return ReadDate(problem="not-a-date")
    text = _TIME.sub("", " ".join(text_of(value).split())).strip(" .,;")
    if not text or text.casefold() in NOTHING:
        return ReadDate()
    day = read_date(text)
    if day is not None:
        return ReadDate(day)
    line = re.sub(r" *([-/.]) *", r"\1", text)
    if match := _SHORT_YEAR.fullmatch(line):
        return _dated(match[1], int(match[3]), match[4])
    if match := _SHORT_NAMED.fullmatch(line):
        return _dated(match[1], _month(match[3]), match[4])
    if (match := _MONTH_NAMED.fullmatch(line)) and _month(match[1]):
        return ReadDate(Month(_year(match[2]), _month(match[1])), century_assumed=len(match[2]) == 2)
    if match := _MONTH_NUMBER.fullmatch(line):
        year, number = (match[1], match[2]) if match[1] else (match[4], match[3])
        if 1 <= int(number) <= 12:
            return ReadDate(Month(int(year), int(number)))
        return ReadDate(problem="no-such-day")
    interval = read_interval(text)
    if interval is not None:
        return ReadDate(problem="words", interval=interval)
    if _LOOKS_DATED.fullmatch(line):
        return ReadDate(problem="no-such-day")
    if len(_LOOKS_DATED.findall(line)) > 1 or len(_YEAR.findall(line)) > 1:
        return ReadDate(problem="several-dates")
    return ReadDate(problem="words" if re.search("[A-Za-z]{3}", text) else "not-a-date")


def read_interval(text: str) -> int | None:
    """Months between reviews: 12 for `annually`, 24 for `every 2 years` or `biennial`; None if it is not a period."""
    line = text.casefold().strip(" .")
    for word, months in (
        ("annual", 12), ("annually", 12), ("yearly", 12), ("every year", 12), ("once a year", 12), ("each year", 12),
        ("biennial", 24), ("biennially", 24), ("every other year", 24), ("quarterly", 3), ("six-monthly", 6),
        ("six monthly", 6), ("half-yearly", 6), ("half yearly", 6),
    ):  # fmt: skip
        if line in (word, f"{word} review", f"reviewed {word}"):
            return months
    match = re.fullmatch(r"(?:reviewed |review )?(?:every |each )?([0-9]{1,2}|[a-z]+)[ -](month|year)(?:s|ly)?", line)
    if match is None:
        return None
    number = int(match[1]) if match[1].isdigit() else _NUMBERS.get(match[1], 0)
    months = number * _UNITS[match[2]]
    return months if 1 <= months <= 120 else None


def read_version(value: Value, known: frozenset[str] = frozenset()) -> tuple[str, bool]:
    """The version number that a cell gives, and whether it is certain.

    A spreadsheet turns a typed 1.10 into the number 1.1, so a number is uncertain if both are versions of the protocol.
    Empty for a cell that gives none.
    """
    if isinstance(value, date) or value is None:
        return "", True
    text = re.sub(r"(?i)^(?:draft |final )?(?:v(?:ersion|er)?[. ]*)?", "", text_of(value)).strip()
    text = f"{text}.0" if re.fullmatch("[0-9]{1,3}", text) else text
    if not VERSION_NUMBER.match(text):
        return "", not text_of(value)
    doubtful = isinstance(value, float) and f"{text}0" in known
    return text, not doubtful


def read_status(text: str) -> str:
    """The status that the words of a cell name; empty if they name none."""
    line = " ".join(text.casefold().split()).strip(" .")
    return next((id_ for id_, words in _STATUSES if re.fullmatch(words, line)), "")


def read_kind(text: str) -> str:
    """The kind of agreement that a title or a cell speaks of; empty if it speaks of none."""
    return next((id_ for id_, pattern in _KINDS if re.search(pattern, text.casefold())), "")


def bare_words(text: str) -> str:
    """A title or reference as it is compared: without capitals and punctuation, with "and" for "&"."""
    letters = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    return " ".join(re.findall(r"[^\W_]+", letters))


def _dated(day: str, month: int, year: str) -> ReadDate:
    try:
        return ReadDate(date(_year(year), month, int(day)), century_assumed=True)
    except ValueError:
        return ReadDate(problem="no-such-day")


def _year(text: str) -> int:
    """Two digits below 70 are of this century, as POSIX reads them (`%y` of strptime, with its limit at 69)."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 70 else 1900)


def _month(name: str) -> int:
    if name.casefold() == "sept":
        return 9
    return next(
        (n for n, month in enumerate(MONTHS, 1) if len(name) > 2 and month.casefold().startswith(name.casefold())), 0
    )
