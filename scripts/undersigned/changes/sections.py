"""The sections of a report, in the same order in every kind of output: what a reader with two minutes needs comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from undersigned.changes.phrases import Phrases, why_odd
from undersigned.changes.report import ChangeReport, Oddity, Part, Point, ProtocolChange, SafeText, UnreadRecord, Weight

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
