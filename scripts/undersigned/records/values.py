"""What somebody probably meant by a value that its field cannot take: dates, numbers, versions, yes or no, and lists.

Nothing is mended here. A value that is understood is shown as the record format writes it, so that it can be typed.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from undersigned.records.fields import KEBAB, MONTHS, VERSION_NUMBER
from undersigned.records.syntax import ODD_SPACES, bullet_in, name_of

#: The words for a fault among those of `shape.yaml`: the code, the variant and the facts.
Explained = tuple[str, str, dict[str, object]]

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_QUOTES = "“”„‟‘’‚‛«»"
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_ODD = re.compile(f"[{_DASHES}{_QUOTES}{ODD_SPACES}{_UNSEEN}]")
_AROUND = " \t\n'\"`"
_NOT_YET = re.compile(
    r"(?:t\.?b\.?[acd]\.?|n/?a|none|unknown|not (?:yet|known|applicable)|to be \w+|pending|awaited|soon|today|now|ongoing|[-?.…]+)\Z",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/. ]?([0-9]{1,2})[-/. ]?([0-9]{1,2})(?:T.*| [0-9]{1,2}:.*)?\Z")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})\Z")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,? +", re.IGNORECASE)
_DAY_IN_WORDS = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[- ](?:of )?([a-z]{3,9})\.?,?[- ]'?([0-9]{4}|[0-9]{2})\Z", re.IGNORECASE
)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})\Z", re.IGNORECASE)
_MONTH_ALONE = re.compile(r"([a-z]{3,9})\.?,? ([0-9]{4})\Z", re.IGNORECASE)
_ISO_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\Z")
#: Two figures for a year below this belong to this century.
_CENTURY = 70
_LONGEST_ITEM = 60
_NEEDS_QUOTES = re.compile(r"[\[\]{}#:\"'&*!|>%@`]|\A[-?]")


def odd_character(value: str) -> str | None:
    """The first dash, quotation mark, space or invisible character that only looks like a plain one, by its name."""
    match = _ODD.search(value)
    return None if match is None else name_of(match[0])


def plain_of(value: str) -> str:
    """The value with plain hyphens, spaces and figures, and without quotation marks around it or invisible characters."""
    out: list[str] = []
    for character in value:
        if character in _DASHES:
            out.append("-")
        elif character in _QUOTES:
            out.append('"' if character in "“”„‟«»" else "'")
        elif not character.isascii() and character.isspace():
            out.append(" ")
        elif unicodedata.category(character) == "Nd":
            out.append(str(unicodedata.decimal(character)))
        elif unicodedata.category(character) not in ("Cf", "Co"):
            out.append(character)
    return "".join(out).strip(_AROUND)


# -- dates ----------------------------------------------------------------------------------------------------------


def explain_date(value: str) -> Explained:
    """Why a text is not a date, and which date it probably means."""
    plain = plain_of(value)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", plain) and plain != value and (odd := odd_character(value)):
        return "bad-date", "odd-character", {"what": odd, "plain": plain}
    if _ISO_MONTH.match(value):
        return "bad-date", "month", {"value": value}
    if _NOT_YET.match(plain):
        return "bad-date", "not-yet", {"value": value}
    for year, month, day in _readings(plain):
        if not 1 <= month <= 12:
            continue
        if day == 0:
            meant, long = f"{year:04d}-{month:02d}", f"{MONTHS[month - 1]} {year}"
        elif day <= calendar.monthrange(year, month)[1]:
            meant, long = date(year, month, day).isoformat(), f"{day} {MONTHS[month - 1]} {year}"
        else:
            return explain_day(f"{year:04d}-{month:02d}-{day:02d}", value)
        return "bad-date", "meant", {"value": value, "plain": meant, "long": long}
    return "bad-date", "default", {"value": value}


def _readings(text: str) -> Iterator[tuple[int, int, int]]:
    """Year, month and day that a text may mean, the likeliest first. Day 0: the text gives a month only."""
    text = _WEEKDAY.sub("", " ".join(text.split()))
    if match := _YEAR_FIRST.match(text):
        yield int(match[1]), int(match[2]), int(match[3])
    if match := _DAY_FIRST.match(text):
        yield _year(match[3]), int(match[2]), int(match[1])
        yield _year(match[3]), int(match[1]), int(match[2])
    if match := _DAY_IN_WORDS.match(text):
        yield _year(match[3]), _month(match[2]), int(match[1])
    if match := _MONTH_FIRST.match(text):
        yield int(match[3]), _month(match[1]), int(match[2])
    if match := _MONTH_ALONE.match(text):
        yield int(match[2]), _month(match[1]), 0


def _year(figures: str) -> int:
    year = int(figures)
    return max(1, year) if len(figures) == 4 else year + (2000 if year < _CENTURY else 1900)


def _month(name: str) -> int:
    """1 to 12, or 0 if no month has this name."""
    return next((number for number, month in enumerate(MONTHS, 1) if month.lower().startswith(name.lower())), 0)


def explain_day(value: str, shown: str | None = None) -> Explained:
    """Why a date in the right form is not in the calendar. `shown`: as it was written, if in another form."""
    shown = shown or value
    year, month, *day = (int(part) for part in value.split("-"))
    if day and year and 1 <= month <= 12 and day[0] > 28:
        facts = {"value": shown, "month": f"{MONTHS[month - 1]} {year}", "days": calendar.monthrange(year, month)[1]}
        return "no-such-day", "month-length", facts
    return "no-such-day", "default", {"value": shown}


# -- numbers, versions, yes and no ----------------------------------------------------------------------------------


def explain_number(value: str, shown: str, words: str) -> Explained:
    """Why a text is not a number. `words`: `whole-number` or `number`."""
    plain = plain_of(value)
    joined = re.sub(r"[, ]", "", plain)
    if joined.isdigit() and joined != plain:
        return "wrong-type", "thousands", {"value": shown, "plain": joined}
    if joined.rstrip("%").strip().isdigit() and plain.endswith("%"):
        return "wrong-type", "percent", {"value": shown, "plain": joined.rstrip("%")}
    return "wrong-type", words, {"value": shown}


def explain_version(value: str, shown: str) -> Explained:
    """Why a text is not a version number."""
    match = re.fullmatch(r"(?:version|ver\.?|v\.?)? ?([0-9]+)(?:[.,]([0-9]+))?(?:\.0+)?", plain_of(value).lower())
    meant = f"{int(match[1])}.{int(match[2] or 0)}" if match else ""
    near = f'Did you mean "{meant}"?' if VERSION_NUMBER.match(meant) else ""
    return "bad-version", "default", {"value": shown, "near": near}


def explain_yes_no(value: str, shown: str) -> Explained:
    """Why a text is neither yes nor no."""
    word = plain_of(value).lower().rstrip(".")
    meant = {"y": "yes", "n": "no", "true": "yes", "false": "no", "1": "yes", "0": "no"}.get(word, word)
    near = f"Did you mean {meant}?" if meant in ("yes", "no") else ""
    return "wrong-type", "yes-no", {"value": shown, "near": near}


# -- lists ----------------------------------------------------------------------------------------------------------


def explain_list(value: str, shown: str, fields: Sequence[str]) -> Explained:
    """Why a text is not a list. `fields`: those that each item of the list must have, if it is a list of groups."""
    if fields:
        return "wrong-type", "list-of-groups", {"actual": "text", "example": ", ".join(f"{name}: …" for name in fields)}
    if bullet := bullet_in(value):
        first = re.split(rf"\s+{re.escape(bullet[0])}\s*", bullet[1])[0]
        return "wrong-type", "list-of-bullets", {"mark": bullet[0], "plain": _short(first)}
    if match := re.match(r"-(\S.*?)(?:\s+-\S|\Z)", value, re.DOTALL):
        return "wrong-type", "list-without-space", {"plain": _short(match[1])}
    items = [part.strip() for part in value.split(",")]
    last, joined, other = items[-1].partition(" and ")
    if len(items) > 1:
        items[-1:] = [last, other] if joined else [items[-1].removeprefix("and ")]
    if any(not item or len(item) > _LONGEST_ITEM or _NEEDS_QUOTES.search(item) for item in items):
        return "wrong-type", "list-of-several", {}
    return "wrong-type", "list", {"value": shown, "plain": ", ".join(items)}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_ITEM else line[: _LONGEST_ITEM - 1] + "…"


def looks_like_an_id(text: str) -> bool:
    """Whether a text could be the id of a record."""
    return KEBAB.match(text) is not None
