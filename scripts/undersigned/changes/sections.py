"""The sections of a report and their sentences (`phrases.toml`), in the same order in every kind of output.

What a reader with two minutes needs comes first. Facts in a sentence are made safe for the kind of output.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from undersigned.changes.diff import Span
from undersigned.changes.report import (
    Body,
    ChangeReport,
    Label,
    Oddity,
    Part,
    Point,
    ProtocolChange,
    SafeText,
    UnreadRecord,
    Weight,
)
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


#: The first sections show so many points of one protocol. The others follow in the protocol's own section.
_MOST_FIRST = 6
#: Oddities that a point already reports, in stronger words.
_REPORTED_BY_POINT = frozenset({"stamp-changed"})
_PARTS_BY_HEADING: dict[str, tuple[Part, ...]] = {
    "versions": ("versions", "signing"),
    "terms": ("terms",),
    "reviews": ("reviews",),
    "signatures": ("signatures",),
    "facts": ("facts",),
}


@dataclass(frozen=True)
class Heading:
    """A heading, or a line without a point: a code of the table `heads`, and its facts."""

    code: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of a section. `table`: the table with the phrase of an oddity."""

    content: Point | Oddity | UnreadRecord | Heading
    table: str = "odd"


@dataclass(frozen=True)
class Section:
    """A heading with its lines and parts. `folded`: it may be folded if it is long."""

    heading: Heading
    lines: tuple[Line, ...] = ()
    parts: tuple[Section, ...] = ()
    folded: bool = False


# -- words that several outputs share -----------------------------------------------------------------------------------


def summary(report: ChangeReport, phrases: Phrases) -> str:
    """The counts in one line. Counts of zero are left out."""
    counts = [
        phrases.phrase("summary", name, {"count": count})
        for name, count in report.counts().items()
        if count and name != "odd"
    ]
    return ", ".join(counts) + "."


def line_in_words(line: Line, phrases: Phrases) -> str:
    match line.content:
        case Heading(code, values):
            return phrases.phrase("heads", code, values)
        case UnreadRecord() as unread:
            return phrases.unread(unread)
        case Oddity() as oddity if line.table == "odd":
            return phrases.oddity(oddity)
        case Oddity(code, values):
            return phrases.phrase(line.table, code, values)
        case Point() as point:
            return phrases.point(point)


def reason_in_words(line: Line, phrases: Phrases) -> str:
    """Why an oddity is worth a second look; empty for any other line."""
    if not isinstance(line.content, Oddity) or line.table != "odd":
        return ""
    return phrases.phrase("heads", "why", {"why": SafeText(why_odd(line.content.code))})


def heading_in_words(heading: Heading, phrases: Phrases) -> str:
    return phrases.phrase("heads", heading.code, heading.values)


# -- the order ----------------------------------------------------------------------------------------------------------


def opening(report: ChangeReport) -> Heading:
    """Which revisions are compared, by short ids."""
    code = {"diverged": "compared-ancestor", "behind": "compared-behind", "unrelated": "compared-unrelated"}.get(
        report.relation, "compared"
    )
    return Heading(code, {**short_ids(report), "ancestor": SafeText(report.compared_from[:10]), "as_of": report.as_of})


def short_ids(report: ChangeReport) -> dict[str, object]:
    return {"base": SafeText(report.base[:10]), "head": SafeText(report.head[:10])}


def no_change(report: ChangeReport) -> Heading | None:
    """The only line of a report on a change that changes no record, or no data in one; None for any other change."""
    others = len(report.other_files)
    if report.empty and not report.unread:
        return Heading("empty-other" if others else "empty", {**short_ids(report), "count": others})
    if not (report.protocols or report.organisations or report.unread or report.oddities):
        return Heading("empty-meaning", short_ids(report))
    return None


def sections(report: ChangeReport) -> Iterator[Section]:
    """First what happens to people's information, who must sign and what needs care; then the rest. Each point once."""
    shown: set[int] = set()
    yield _first(report, "information", shown)
    yield _first(report, "signing", shown)
    yield _care(report, shown)
    for protocol in report.protocols:
        parts = tuple(
            Section(Heading(code), lines)
            for code, chosen in _PARTS_BY_HEADING.items()
            if (lines := tuple(Line(point) for point in protocol.points(*chosen) if id(point) not in shown))
        )
        if parts:
            yield Section(_protocol_heading(protocol), parts=parts, folded=True)
    for organisation in report.organisations:
        lines = tuple(Line(point) for point in organisation.points if id(point) not in shown)
        if lines:
            heading = Heading("organisation", {"name": organisation.name, "id": organisation.id})
            yield Section(heading, lines, folded=True)


def _protocol_heading(protocol: ProtocolChange) -> Heading:
    values: dict[str, object] = {"title": protocol.title, "id": protocol.id}
    if protocol.former_id:
        return Heading("protocol-was", {**values, "former": protocol.former_id})
    return Heading("protocol", values)


def _first(report: ChangeReport, weight: Weight, shown: set[int]) -> Section:
    """The points of one weight, the first few of each protocol."""
    parts: list[Section] = []
    for protocol in report.protocols:
        points = [point for point in protocol.points() if point.weight == weight]
        first = points if len(points) <= _MOST_FIRST + 1 else points[:_MOST_FIRST]
        shown.update(id(point) for point in first)
        lines = [Line(point) for point in first]
        if len(points) > len(first):
            lines.append(Line(Heading("more", {"count": len(points) - len(first)})))
        parts.append(Section(_protocol_heading(protocol), tuple(lines)))
    parts += _of_organisations(report, weight, shown)
    none = Heading(f"{weight}-none")
    if weight == "information" and (report.unread or any(protocol.sort == "removed" for protocol in report.protocols)):
        none = Heading("information-none-care")
    elif weight == "information" and any(map(_changes_wording, report.protocols)):
        none = Heading("information-none-wording")
    elif weight == "signing" and any(unread.code == "submodule" for unread in report.unread):
        none = Heading("signing-none-care")
    return _joined(report, Heading(weight), parts, Line(none))


def _changes_wording(protocol: ProtocolChange) -> bool:
    """Whether wording outside the flows changes. It may change what is shared all the same."""
    codes = {point.code for point in protocol.points("terms")} - {"prose-spaced", "prose-set-out"}
    return any(code.startswith(("prose-", "clause-")) for code in codes)


def _of_organisations(report: ChangeReport, weight: Weight, shown: set[int]) -> Iterator[Section]:
    for organisation in report.organisations:
        chosen = [point for point in organisation.points if point.weight == weight]
        shown.update(id(point) for point in chosen)
        heading = Heading("organisation", {"name": organisation.name, "id": organisation.id})
        yield Section(heading, tuple(map(Line, chosen)))


def _joined(report: ChangeReport, heading: Heading, parts: list[Section], none: Line, *last: Line) -> Section:
    """A section of the parts that are not empty. A report on one record alone repeats no heading for it."""
    parts = [part for part in parts if part.lines]
    if not parts:
        return Section(heading, (none, *last))
    if len(report.protocols) + len(report.organisations) == 1 and len(parts) == 1:
        return Section(heading, (*parts[0].lines, *last))
    return Section(heading, last, tuple(parts))


def _care(report: ChangeReport, shown: set[int]) -> Section:
    """What was edited or removed, what is odd, what could not be read; last what could not be judged."""
    odd_codes = {(oddity.protocol, oddity.code) for oddity in report.oddities}
    parts = [Section(Heading("several"), tuple(Line(oddity) for oddity in report.oddities if oddity.protocol is None))]
    for protocol in report.protocols:
        points = [point for point in protocol.points() if point.weight == "care"]
        shown.update(id(point) for point in points)
        lines = [Line(point) for point in points if (protocol.id, point.code) not in odd_codes]
        lines += [
            Line(oddity)
            for oddity in report.oddities
            if oddity.protocol == protocol.id and oddity.code not in _REPORTED_BY_POINT
        ]
        parts.append(Section(_protocol_heading(protocol), tuple(lines)))
    parts += _of_organisations(report, "care", shown)
    parts.append(Section(Heading("unread"), tuple(Line(unread) for unread in report.unread)))
    last = [Line(oddity, "not_judged") for oddity in report.not_judged]
    if report.other_files:
        last.append(Line(Heading("other-files", {"count": len(report.other_files)})))
    return _joined(report, Heading("care"), parts, Line(Heading("care-none")), *last)
