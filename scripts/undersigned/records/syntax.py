"""What somebody probably meant by text that YAML cannot read: the usual slips, tried out, and libyaml's words explained.

A slip is blamed only if undoing it lets the text be read further than before.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml

from undersigned.findings import Place

#: Spaces that look like the plain one, as Word and web pages use them.
ODD_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
#: Marks that people, Word and web pages put before the items of a list, besides the hyphen.
BULLETS = "•·▪▫◦‣⁃∙●○■□–—−"
#: As those above, but with a finding of their own in prose, or a mark of a list there.
_OTHER_BULLETS = "*\uf0a7\uf0b7"
_ODD_SPACE = re.compile(f"[{ODD_SPACES}]")
_BULLET = re.compile(
    rf"(?P<before>[\s{ODD_SPACES}]*)(?P<mark>[{re.escape(BULLETS + _OTHER_BULLETS)}]|o(?=[\s{ODD_SPACES}]))[\s{ODD_SPACES}]*(?P<text>\S.*)\Z"
)
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'"})
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
