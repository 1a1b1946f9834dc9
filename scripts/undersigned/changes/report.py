"""What a change means, as values: a report on a diff, with points that have a code and facts. No sentences here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from undersigned.changes.diff import Span

#: What a reader looks for first: what happens to people's information, who must sign, what needs care. The rest is plain.
Weight = Literal["information", "signing", "care", "plain"]
Part = Literal["terms", "versions", "signing", "signatures", "reviews", "facts"]
PARTS: tuple[Part, ...] = ("versions", "signing", "terms", "reviews", "signatures", "facts")


class SafeText(str):
    """Text of the program's own, or already made safe for the output: shown as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation: its id in the register and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Label:
    """An id of a closed list, which is shown by its label: the list's table in `phrases.toml`, and the id."""

    table: str
    id: str


@dataclass(frozen=True)
class Point:
    """One thing that a change does. `code` names its phrase and never changes meaning; `spans` show prose word by word.

    A value is text from a record, a whole number, a day or month, a body, a label, a place (another point), or a tuple
    of these.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    weight: Weight = "plain"
    spans: tuple[Span, ...] = ()
    variant: str = ""

    @property
    def phrase(self) -> str:
        """The key of its phrase: `variant` tells apart several phrases for one code."""
        return f"{self.code}-{self.variant}" if self.variant else self.code


@dataclass
class ProtocolChange:
    """What the change does to one protocol, part by part. `former_id`: its id before, if it had another."""

    id: str
    title: str
    sort: Literal["added", "removed", "renamed", "changed"]
    former_id: str | None = None
    parts: dict[Part, list[Point]] = field(default_factory=dict)

    def add(self, part: Part, points: Iterable[Point]) -> None:
        """Adds points, each once: several stamps may have been edited in the same place."""
        held = self.parts.setdefault(part, [])
        for point in points:
            if point not in held:
                held.append(point)

    def points(self, *parts: Part) -> Iterator[Point]:
        for part in parts or PARTS:
            yield from self.parts.get(part, ())


@dataclass
class OrganisationChange:
    """What the change does to an organisation's own record."""

    id: str
    name: str
    points: list[Point]


@dataclass(frozen=True)
class UnreadRecord:
    """A file that was not read completely on one side.

    `code` says why: `fault` with the first fault, at `line`; `kind`, because it is a link or a name that cannot be shown;
    `place`, because no record belongs there; `stray`, because it is not a record at all; `submodule`, because what is in
    it belongs to another repository, whether it changes or not; `uncompared`, because a report compares no record of
    that kind: services, areas, decisions about pairs, looks at the law, answers about a spreadsheet.
    """

    side: Literal["before", "after"]
    path: str
    line: int = 1
    message: str = ""
    code: Literal["fault", "kind", "place", "stray", "submodule", "uncompared"] = "fault"


@dataclass(frozen=True)
class Oddity:
    """Something to look at twice: advice, never an error. `protocol`: the one that it is about, if only one."""

    code: str
    values: Mapping[str, object]
    protocol: str | None = None


@dataclass
class ChangeReport:
    """What the change between two revisions means, judged on one day. Revisions are full commit ids."""

    base: str
    head: str
    compared_from: str
    relation: str
    as_of: date
    protocols: list[ProtocolChange] = field(default_factory=list)
    organisations: list[OrganisationChange] = field(default_factory=list)
    unread: list[UnreadRecord] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    not_judged: list[Oddity] = field(default_factory=list)
    files: int = 0
    other_files: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no record changes."""
        return self.files == 0

    def counts(self) -> dict[str, int]:
        """The number of protocols, organisations, terms, versions, bodies that must sign again, signatures, reviews,
        oddities, things that need care (oddities included) and unread records."""
        points = [point for protocol in self.protocols for point in protocol.points()]

        def count(code: str) -> int:
            return sum(
                len(who) if isinstance(who := point.values.get("who"), tuple) else 1
                for point in points
                if point.code == code
            )

        return {
            "protocols": len(self.protocols),
            "organisations": len(self.organisations),
            "terms": sum(1 for protocol in self.protocols for _ in protocol.points("terms")),
            "versions": count("version-stamped"),
            "must_sign_again": count("must-sign-again"),
            "signatures": count("signature-signed"),
            "reviews": count("review-completed"),
            "odd": len(self.oddities),
            "care": self._count_care(),
            "unread": len(self.unread),
        }

    def _count_care(self) -> int:
        """The number of oddities, and of points that need care and are not already an oddity."""
        odd = {(oddity.protocol, oddity.code) for oddity in self.oddities}
        points = [(protocol.id, point) for protocol in self.protocols for point in protocol.points()]
        points += [(organisation.id, point) for organisation in self.organisations for point in organisation.points]
        care = sum(1 for id_, point in points if point.weight == "care" and (id_, point.code) not in odd)
        return len(self.oddities) + care
