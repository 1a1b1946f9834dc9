"""Phrases: the sentences of `phrases.toml` with a report's facts in them, made safe for one kind of output."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from undersigned.changes.diff import Span
from undersigned.changes.report import Body, Label, Oddity, Point, SafeText, UnreadRecord
from undersigned.records.fields import Month
from undersigned.words.dates import date_in_words
from undersigned.words.labels import labels
from undersigned.words.text import in_a_list, one_line, with_capital

_MOST_LISTED = 40
_LONGEST = 300
#: Shown for a missing fact.
NOTHING = "–"


@cache
def _tables() -> dict[str, dict[str, str | dict[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


@cache
def _table(name: str) -> dict[str, str]:
    """The phrases of one table by their key; empty if there is no such table."""
    return {key: entry if isinstance(entry, str) else entry["says"] for key, entry in _tables().get(name, {}).items()}


def why_odd(code: str) -> str:
    """Why an oddity is worth a second look; empty for an unknown code."""
    entry = _tables()["odd"].get(code)
    return entry["why"] if isinstance(entry, dict) else ""


class Phrases:
    """Turns points and other parts of a report into sentences.

    `safe` makes text of records safe for the output. `ids`: whether parts of the text are called by their ids as well as
    by their titles.
    """

    def __init__(self, safe: Callable[[str], str], *, ids: bool = True) -> None:
        self._safe, self._ids = safe, ids

    def phrase(self, table: str, code: str, values: Mapping[str, object]) -> str:
        """The phrase for a code, with its facts. KeyError if the table does not have it.

        The key `CODE-one` is used if the value `count` is 1.
        """
        phrases = _table(table)
        template = phrases.get(f"{code}-one", phrases[code]) if values.get("count") == 1 else phrases[code]
        return template.format_map(_Facts(self, values))

    def point(self, point: Point) -> str:
        sentence = self.phrase("points", point.phrase, point.values)
        if "beside" in point.values:
            sentence += self.phrase("points", "beside", point.values)
        return with_capital(sentence)

    def oddity(self, oddity: Oddity) -> str:
        return with_capital(self.phrase("odd", oddity.code, oddity.values))

    def unread(self, unread: UnreadRecord) -> str:
        values = {"path": unread.path, "line": unread.line, "message": unread.message}
        return self.phrase("unread", f"{unread.side}-{unread.code}", values)

    def value(self, value: object) -> str:
        """One fact in words."""
        match value:
            case None:
                return NOTHING
            case SafeText():
                return str(value)
            case Point(values={"title": str() as title}) if not self._ids:
                return f"“{self._text(title)}”"
            case Point():
                return self.phrase("points", value.phrase, value.values)
            case Body():
                return self._text(value.name)
            case Label():
                table = _table("yes_no") if value.table == "yes_no" else labels(value.table)
                return table.get(value.id) or self._text(value.id.replace("_", " "))
            case date() | Month():
                return date_in_words(value)
            case int():
                return f"{value:,}"
            case tuple():
                return in_a_list([self.value(entry) for entry in value], most=_MOST_LISTED, rest="more") or NOTHING
            case _:
                return self._text(str(value))

    def _text(self, text: str) -> str:
        return self._safe(one_line(text, _LONGEST))


def spans_in_words(spans: Sequence[Span]) -> str:
    """Prose with what was taken out and put in marked in words, for readers to whom no colour or line is read out."""
    marks = {"same": "{}", "gap": "…", "out": "[removed: {}]", "in": "[added: {}]"}
    return " ".join(marks[span.kind].format(one_line(span.text)) for span in spans)


class _Facts(Mapping[str, str]):
    """The facts of one sentence, put into words when the sentence asks for them."""

    def __init__(self, phrases: Phrases, values: Mapping[str, object]) -> None:
        self._phrases, self._values = phrases, values

    def __getitem__(self, name: str) -> str:
        return self._phrases.value(self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
