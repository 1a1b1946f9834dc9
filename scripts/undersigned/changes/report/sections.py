"""The order in which a proposal is told, the same in every kind of output: what a reader with two minutes needs comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from undersigned.changes.report.points import Oddity, Part, Point, Proposal, ProtocolChange, Trusted, Unread, Weight

#: So many points of one protocol stand in the first part; the others follow in its own.
_MOST_FIRST = 6
#: Oddities that a point says already, and louder.
_SAID_BY_POINT = frozenset({"stamp-changed"})


@dataclass(frozen=True)
class Head:
    """A heading, or a line of its own: a code of the table `heads`, and its facts."""

    code: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of a section. `table`: where the words of an oddity stand."""

    what: Point | Oddity | Unread | Head
    table: str = "odd"


@dataclass(frozen=True)
class Section:
    """A heading and its lines, or its parts. `folded`: it may be shut where there is much of it."""

    head: Head
    lines: tuple[Line, ...] = ()
    parts: tuple[Section, ...] = ()
    folded: bool = False


def opening(proposal: Proposal) -> Head:
    """What is compared, by short ids."""
    code = {"diverged": "compared-ancestor", "behind": "compared-behind", "unrelated": "compared-unrelated"}.get(
        proposal.relation, "compared"
    )
    return Head(
        code, {**revisions(proposal), "ancestor": Trusted(proposal.compared_from[:10]), "as_of": proposal.as_of}
    )


def revisions(proposal: Proposal) -> dict[str, object]:
    return {"base": Trusted(proposal.base[:10]), "head": Trusted(proposal.head[:10])}


def nothing(proposal: Proposal) -> Head | None:
    """The one line of a change that changes no record, or nothing that a record says; None for any other."""
    others = len(proposal.other_files)
    if proposal.empty:
        return Head("empty-other" if others else "empty", {**revisions(proposal), "count": others})
    if not (proposal.protocols or proposal.organisations or proposal.unread or proposal.odd):
        return Head("empty-meaning", revisions(proposal))
    return None


def sections(proposal: Proposal) -> Iterator[Section]:
    """First what happens to people's information, who must sign and what needs care; then the rest, each point once."""
    told: set[int] = set()
    yield _first(proposal, "information", told)
    yield _first(proposal, "signing", told)
    yield _care(proposal, told)
    for protocol in proposal.protocols:
        parts = tuple(
            Section(Head(head), lines)
            for head, chosen in _PART_HEADS.items()
            if (lines := tuple(Line(point) for point in protocol.points(*chosen) if id(point) not in told))
        )
        if parts:
            yield Section(_protocol_head(protocol), parts=parts, folded=True)
    for organisation in proposal.organisations:
        lines = tuple(Line(point) for point in organisation.points if id(point) not in told)
        if lines:
            yield Section(Head("organisation", {"name": organisation.name, "id": organisation.id}), lines, folded=True)


_PART_HEADS: dict[str, tuple[Part, ...]] = {
    "versions": ("versions", "signing"),
    "terms": ("terms",),
    "reviews": ("reviews",),
    "signatures": ("signatures",),
    "facts": ("facts",),
}


def _protocol_head(protocol: ProtocolChange) -> Head:
    values: dict[str, object] = {"title": protocol.title, "id": protocol.id}
    return (
        Head("protocol-was", {**values, "former": protocol.former_id})
        if protocol.former_id
        else Head("protocol", values)
    )


def _first(proposal: Proposal, weight: Weight, told: set[int]) -> Section:
    """The points of one weight, some of each protocol."""
    parts: list[Section] = []
    for protocol in proposal.protocols:
        points = [point for point in protocol.points() if point.weight == weight]
        first = points if len(points) <= _MOST_FIRST + 1 else points[:_MOST_FIRST]
        told.update(id(point) for point in first)
        lines = [Line(point) for point in first]
        if len(points) > len(first):
            lines.append(Line(Head("more", {"count": len(points) - len(first)})))
        parts.append(Section(_protocol_head(protocol), tuple(lines)))
    parts += _of_organisations(proposal, weight, told)
    return _joined(proposal, Head(weight), parts, Line(Head(f"{weight}-none")))


def _of_organisations(proposal: Proposal, weight: Weight, told: set[int]) -> Iterator[Section]:
    for organisation in proposal.organisations:
        chosen = [point for point in organisation.points if point.weight == weight]
        told.update(id(point) for point in chosen)
        yield Section(
            Head("organisation", {"name": organisation.name, "id": organisation.id}), tuple(map(Line, chosen))
        )


def _joined(proposal: Proposal, head: Head, parts: list[Section], none: Line, *last: Line) -> Section:
    """A section of those parts that say something; the only part of a proposal needs no heading of its own."""
    parts = [part for part in parts if part.lines]
    if not parts:
        return Section(head, (none, *last))
    if len(proposal.protocols) + len(proposal.organisations) == 1 and len(parts) == 1:
        return Section(head, (*parts[0].lines, *last))
    return Section(head, last, tuple(parts))


def _care(proposal: Proposal, told: set[int]) -> Section:
    """What was edited or taken away, what is odd, what does not read; last what could not be judged."""
    odd_codes = {(oddity.protocol, oddity.code) for oddity in proposal.odd}
    parts = [Section(Head("several"), tuple(Line(oddity) for oddity in proposal.odd if oddity.protocol is None))]
    for protocol in proposal.protocols:
        points = [point for point in protocol.points() if point.weight == "care"]
        told.update(id(point) for point in points)
        lines = [Line(point) for point in points if (protocol.id, point.code) not in odd_codes]
        lines += [
            Line(oddity)
            for oddity in proposal.odd
            if oddity.protocol == protocol.id and oddity.code not in _SAID_BY_POINT
        ]
        parts.append(Section(_protocol_head(protocol), tuple(lines)))
    parts += _of_organisations(proposal, "care", told)
    parts.append(Section(Head("unread"), tuple(Line(unread) for unread in proposal.unread)))
    last = [Line(oddity, "not_judged") for oddity in proposal.not_judged]
    if proposal.other_files:
        last.append(Line(Head("other-files", {"count": len(proposal.other_files)})))
    return _joined(proposal, Head("care"), parts, Line(Head("care-none")), *last)
