"""Points in words: the words of `words.toml` with facts put in, each made safe by the renderer that asks."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from undersigned.changes.report.points import Body, Oddity, Point, Trusted, Unread, Word
from undersigned.records.fields import Month
from undersigned.words.dates import date_in_words
from undersigned.words.labels import labels
from undersigned.words.text import in_a_list, one_line

_MOST_LISTED = 40
_LONGEST = 300
#: What stands where there is no fact.
NOTHING = "–"


@cache
def _words() -> dict[str, dict[str, str]]:
    tables = _file()
    return {
        name: {key: words if isinstance(words, str) else words["says"] for key, words in table.items()}
        for name, table in tables.items()
        if isinstance(table, dict)
    }


@cache
def _file() -> dict[str, dict[str, str | dict[str, str]] | list[str]]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def why_odd(code: str) -> str:
    """Why an oddity is worth a second look."""
    table = _file()["odd"]
    entry = table.get(code) if isinstance(table, dict) else None
    return entry["why"] if isinstance(entry, dict) else ""


class Speech:
    """Says points, its facts made safe by `safe`: text of records in, text for one kind of output out."""

    def __init__(self, safe: Callable[[str], str]) -> None:
        self._safe = safe

    def say(self, table: str, code: str, values: Mapping[str, object]) -> str:
        """The words of a code with its facts. KeyError for a code that has none."""
        words = _words()[table]
        template = words.get(f"{code}-one", words[code]) if _is_one(values) else words[code]
        return template.format_map(_Facts(self, values))

    def point(self, point: Point) -> str:
        line = self.say("points", point.words, point.values)
        if "beside" in point.values:
            line += self.say("points", "beside", point.values)
        return line[:1].upper() + line[1:]

    def oddity(self, oddity: Oddity) -> str:
        line = self.say("odd", oddity.code, oddity.values)
        return line[:1].upper() + line[1:]

    def unread(self, unread: Unread) -> str:
        return self.say(
            "unread",
            f"{unread.side}-{unread.code}",
            {"path": unread.path, "line": unread.line, "message": unread.message},
        )

    def value(self, value: object) -> str:
        """One fact in words."""
        match value:
            case None:
                return NOTHING
            case Trusted():
                return str(value)
            case Point():
                return self.say("points", value.words, value.values)
            case Body():
                return self._text(value.name)
            case Word():
                words = (_words() if value.table in ("label", "yes_no") else {}).get(value.table) or labels(value.table)
                return words.get(value.id) or self._text(value.id.replace("_", " "))
            case date() | Month():
                return date_in_words(value)
            case int():
                return f"{value:,}"
            case tuple():
                return self._listed(value)
            case _:
                return self._text(str(value))

    def _listed(self, values: tuple[object, ...]) -> str:
        return in_a_list([self.value(value) for value in values], most=_MOST_LISTED, rest="more") or NOTHING

    def _text(self, text: str) -> str:
        return self._safe(one_line(text, _LONGEST))


class _Facts(Mapping[str, str]):
    """The facts of one sentence, put into words as it asks for them."""

    def __init__(self, speech: Speech, values: Mapping[str, object]) -> None:
        self._speech, self._values = speech, values

    def __getitem__(self, name: str) -> str:
        return self._speech.value(self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _is_one(values: Mapping[str, object]) -> bool:
    count = values.get("count")
    return count == 1 if isinstance(count, int) else False
