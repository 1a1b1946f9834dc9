"""What somebody probably meant by text that YAML cannot read, or by a value that its field cannot take.

Nothing is mended here. A slip of syntax is blamed only if undoing it lets the text be read further than before. A value
that is understood is shown as the record format writes it, so that people can type it.
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import yaml

from undersigned.records.fields import KEBAB, MONTHS, VERSION_NUMBER
from undersigned.records.findings import Place

#: Spaces that look like the plain one, as Word and web pages use them.
ODD_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
#: Marks that people, Word and web pages put before the items of a list, besides the hyphen.
BULLETS = "•·▪▫◦‣⁃∙●○■□◆◇❖➢➤►▶▸–—−"
#: As those above, but with a finding of their own in prose, or a mark of a list there.
_OTHER_BULLETS = "*\uf0a7\uf0b7"
_ODD_SPACE = re.compile(f"[{ODD_SPACES}]")
_BULLET = re.compile(
    rf"(?P<before>[\s{ODD_SPACES}]*)(?P<mark>[{re.escape(BULLETS + _OTHER_BULLETS)}]|o(?=[\s{ODD_SPACES}]))[\s{ODD_SPACES}]*(?P<text>\S.*)\Z"
)
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'"})
_SEPARATOR = re.compile(
    r"(?P<before>\s*(?:- )?)(?P<name>[A-Za-z_]+)\s*(?P<mark>[=;\uff1a\u2236\ufe55])\s*(?P<value>\S.*)\Z"
)
_NO_SPACE = re.compile(r"(?P<before>\s*(?:- )?)(?P<name>(?!https?:)[A-Za-z_]+):(?P<value>[^\s/].*)\Z")
_LONGEST_SHOWN = 60


class Mend(NamedTuple):
    """A slip: where it is, the words for it among those of `yaml-syntax`, and the facts for these."""

    place: Place
    words: str
    facts: dict[str, object]


def name_of(character: str) -> str:
    """A character for people: what it is called, and its number."""
    name = unicodedata.name(character, "character without a name").lower().replace("no-break", "non-breaking")
    article = "an" if name[0] in "aeiou" else "a"
    return f"{article} {name} (U+{ord(character):04X})"


def bullet_in(line: str) -> tuple[str, str] | None:
    """The mark that a line begins with in place of a list's hyphen, and the text after it."""
    match = _BULLET.match(line)
    return None if match is None else (match["mark"], match["text"])


def mend_of_syntax(lines: Sequence[str], place: Place) -> Mend | None:
    """The slip that stops the text from being read at `place`, if it is a usual one."""
    read_to = _read_to(lines)
    for number in (place.line - 1, place.line - 2):
        if not 0 <= number < len(lines):
            continue
        for mend, line in _slips(lines[number], number):
            if line is None or _read_to([*lines[:number], line, *lines[number + 1 :]]) > read_to:
                return mend
    return None


def _slips(line: str, number: int) -> Iterator[tuple[Mend, str | None]]:
    """The slips that a line may hold, each with the line as it was meant (None: blamed without trying)."""
    if line.lstrip().startswith("```"):
        yield Mend(Place(number + 1, 1), "fence", {"mark": line.strip()}), None
    if odd := _ODD_SPACE.search(line):
        yield (
            Mend(Place(number + 1, odd.start() + 1), "odd-space", {"what": name_of(odd[0])}),
            _ODD_SPACE.sub(" ", line),
        )
    if match := _BULLET.match(line):
        mend = Mend(
            Place(number + 1, match.start("mark") + 1),
            "bullet",
            {"mark": match["mark"], "plain": _short(match["text"])},
        )
        yield mend, f"{match['before']}- {match['text']}"
    if match := _NO_SPACE.match(line):
        plain = f"{match['name']}: {match['value']}"
        mend = Mend(Place(number + 1, match.end("name") + 1), "no-space", {"plain": _short(plain)})
        yield mend, match["before"] + plain
    if match := _SEPARATOR.match(line):
        plain = f"{match['name']}: {match['value']}"
        mend = Mend(
            Place(number + 1, match.start("mark") + 1), "separator", {"mark": match["mark"], "plain": _short(plain)}
        )
        yield mend, match["before"] + plain
    if " #" in line:
        yield Mend(Place(number + 1, line.index(" #") + 2), "comment", {}), line.replace(" #", "_#")
    if line != (straight := line.translate(_CURLY)):
        column = next(at for at, character in enumerate(line) if straight[at] != character) + 1
        yield Mend(Place(number + 1, column), "curly-quote", {"mark": line[column - 1]}), straight


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _read_to(lines: Sequence[str]) -> tuple[float, int]:
    """Line and column at which reading stops: 0 for text that is not a group of fields, infinity if it all reads."""
    try:
        root = yaml.compose("\n".join(lines), Loader=yaml.CLoader)
    except yaml.MarkedYAMLError as error:
        mark = mark_of(error)
        return (mark.line, mark.column) if mark is not None else (0, 0)
    except yaml.YAMLError:
        return 0, 0
    return (math.inf if isinstance(root, yaml.MappingNode) else 0), 0


#: Faults that libyaml sees only at the end of what was opened: they are shown where it was opened.
_BLAME_THE_OPENING = ("unexpected end of stream", "could not find expected ':'", "expected ',' or")


def mark_of(error: yaml.MarkedYAMLError) -> yaml.Mark | None:
    """Where a fault is shown."""
    if error.context_mark is not None and any(part in (error.problem or "") for part in _BLAME_THE_OPENING):
        return error.context_mark
    return error.problem_mark or error.context_mark


#: A part of libyaml's words, and the words of `yaml-syntax` that explain it.
_PROBLEMS = (
    ("found undefined tag handle", "start"),
    ("could not find expected ':'", "no-colon"),
    ("found unexpected end of stream", "never-closed"),
    ("while scanning a quoted scalar", "never-closed"),
    ("did not find expected ',' or ']'", "list-not-closed"),
    ("did not find expected ',' or '}'", "mapping-not-closed"),
    ("did not find expected '-' indicator", "no-hyphen"),
    ("found unknown escape character", "escape"),
    ("mapping keys are not allowed", "question"),
    ("did not find expected comment or line break", "block-mark"),
    ("block sequence entries are not allowed", "list-here"),
    ("found undefined alias", "star"),
    ("did not find expected alphabetic", "star"),
    ("did not find expected key", "alignment"),
    ("block collection", "alignment"),
    ("expected <block end>", "alignment"),
)


def words_of_problem(problem: str, lines: Sequence[str], place: Place) -> str:
    """The words of `yaml-syntax` for what libyaml said at this place."""
    line = lines[place.line - 1]
    before = line[: place.column - 1].rstrip()
    if "mapping values are not allowed" in problem:
        return "colon-in-text" if len(re.findall(r":(?:\s|\Z)", line[: place.column + 1])) > 1 else "indented"
    if "cannot start any token" in problem:
        return "tab" if line[place.column - 1 : place.column] == "\t" else "start"
    if "did not find expected" in problem and before.endswith(("'", '"')) and len(before) > 1:
        return "after-quote"
    return next((words for part, words in _PROBLEMS if part in problem), "default")


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
_NUMBERED_MONTH = re.compile(r"(?:([0-9]{4})[-/.]([0-9]{1,2})|([0-9]{1,2})[-/.]([0-9]{4}))\Z")
_TWO_FIGURES = re.compile(r"[0-9]{2}(?:-[0-9]{2}){2}\Z")
_REMARK = re.compile(r"\s*[(\[].*[)\]]\Z")
_AROUND_A_MARK = re.compile(r"(?<=[0-9OoIl])\s*([-/.])\s*(?=[0-9OoIl])")
#: Letters that are typed for figures, in what else is a date.
_FIGURES = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})
_NEARLY_FIGURES = re.compile(r"[0-9OoIl]{1,4}(?:[-/.][0-9OoIl]{1,4}){1,2}\Z")
_ISO_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\Z")
#: Two figures for a year below this belong to this century.
_CENTURY = 70
_NEEDS_QUOTES = re.compile(r"[\[\]{}#:\"'&*!|>%@`]|\A[-?]")


def odd_character(value: str) -> str | None:
    """The first dash, quotation mark, space or invisible character that only looks like a plain one, by its name."""
    match = _ODD.search(value)
    return None if match is None else name_of(match[0])


def lookalike(value: str, plain: str) -> str | None:
    """The first character of `value` that keeps it from being `plain` and is not on a keyboard, by its name.

    Such a letter, as the Cyrillic а, looks the same, so that nobody sees what is wrong.
    """
    other = next((character for character in value if not character.isascii()), None)
    return name_of(other) if other is not None and plain.isascii() else None


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


def explain_date(value: str, *, or_month: bool = False) -> Explained:
    """Why a text is not a date, and which date it probably means. `or_month`: a month may stand for a day not known."""
    plain = plain_of(value)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", plain) and plain != value and (odd := odd_character(value)):
        return "bad-date", "odd-character", {"what": odd, "plain": plain}
    if _ISO_MONTH.match(value):
        return "bad-date", "month", {"value": value, "plain": f"{value}-01"}
    if _NOT_YET.match(plain):
        return "bad-date", "not-yet", {"value": value}
    readings = list(_readings(_as_figures(plain)))
    if _TWO_FIGURES.match(plain) and len(set(real := [one for one in readings if _is_real(*one)])) > 1:
        first, second = (f"{date(*one).isoformat()} for {_in_words(*one)}" for one in real[:2])
        return "bad-date", "two-figures", {"value": value, "first": first, "second": second}
    for year, month, day in readings:
        if not 1 <= month <= 12:
            continue
        if day == 0 and not or_month:
            return "bad-date", "month", {"value": value, "plain": f"{year:04d}-{month:02d}-01"}
        if day == 0:
            meant, long = f"{year:04d}-{month:02d}", f"{MONTHS[month - 1]} {year}"
        elif day <= calendar.monthrange(year, month)[1]:
            meant, long = date(year, month, day).isoformat(), _in_words(year, month, day)
        else:
            return explain_day(f"{year:04d}-{month:02d}-{day:02d}", value)
        return "bad-date", "meant", {"value": value, "plain": meant, "long": long}
    return "bad-date", "or-month" if or_month else "default", {"value": value}


def _as_figures(text: str) -> str:
    """A date without a remark after it, spaces around its marks, or letters that were typed for figures."""
    text = _AROUND_A_MARK.sub(r"\1", _REMARK.sub("", text))
    return text.translate(_FIGURES) if _NEARLY_FIGURES.match(text) else text


def _is_real(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _in_words(year: int, month: int, day: int) -> str:
    return f"{day} {MONTHS[month - 1]} {year}"


def _readings(text: str) -> Iterator[tuple[int, int, int]]:
    """Year, month and day that a text may mean, the likeliest first. Day 0: the text gives a month only."""
    text = _WEEKDAY.sub("", " ".join(text.split()))
    if match := _YEAR_FIRST.match(text):
        yield int(match[1]), int(match[2]), int(match[3])
    if _TWO_FIGURES.match(text):
        year, month, day = text.split("-")
        yield _year(year), int(month), int(day)
    if match := _DAY_FIRST.match(text):
        yield _year(match[3]), int(match[2]), int(match[1])
        yield _year(match[3]), int(match[1]), int(match[2])
    if match := _DAY_IN_WORDS.match(text):
        yield _year(match[3]), _month(match[2]), int(match[1])
    if match := _MONTH_FIRST.match(text):
        yield int(match[3]), _month(match[1]), int(match[2])
    if match := _MONTH_ALONE.match(text):
        yield int(match[2]), _month(match[1]), 0
    if match := _NUMBERED_MONTH.match(text):
        yield int(match[1] or match[4]), int(match[2] or match[3]), 0


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
        return "wrong-type", "list-of-bullets", {"mark": bullet[0], "plain": _short(" ".join(first.split()))}
    if match := re.match(r"-(\S.*?)(?:\s+-\S|\Z)", value, re.DOTALL):
        return "wrong-type", "list-without-space", {"plain": _short(" ".join(match[1].split()))}
    items = [part.strip() for part in value.split(",")]
    last, joined, other = items[-1].partition(" and ")
    if len(items) > 1:
        items[-1:] = [last, other] if joined else [items[-1].removeprefix("and ")]
    if any(not item or len(item) > _LONGEST_SHOWN or _NEEDS_QUOTES.search(item) for item in items):
        return "wrong-type", "list-of-several", {}
    return "wrong-type", "list", {"value": shown, "plain": ", ".join(items)}


def looks_like_an_id(text: str) -> bool:
    """Whether a text could be the id of a record."""
    return KEBAB.match(text) is not None
