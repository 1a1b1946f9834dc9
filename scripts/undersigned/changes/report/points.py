"""What a proposed change means, as values: points with a code and the facts that their words need. No words here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

#: What a reader looks for first: what happens to people's information, who must sign, what needs care. The rest is plain.
Weight = Literal["information", "signing", "care", "plain"]
Part = Literal["terms", "versions", "signing", "signatures", "reviews", "facts"]
PARTS: tuple[Part, ...] = ("versions", "signing", "terms", "reviews", "signatures", "facts")


class Trusted(str):
    """Words of the program's own, or made safe already: shown as they are."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation: its id in the register and the name it goes by."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """An id of a closed list, to be said in words: `table` of the file of words, and the id."""

    table: str
    id: str


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of prose that stayed, went or came; `gap` stands for what is left out between."""

    kind: Literal["same", "out", "in", "gap"]
    text: str


@dataclass(frozen=True)
class Point:
    """One thing that a change does. `code` names its words and never changes meaning; `spans` show prose word by word.

    A value is text as a record has it, a whole number, a day or month, a body, a word, a place (another point), or
    several of these.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    weight: Weight = "plain"
    spans: tuple[Span, ...] = ()
    variant: str = ""

    @property
    def words(self) -> str:
        """Under which key its words stand: `variant` tells apart ways of saying the same."""
        return f"{self.code}-{self.variant}" if self.variant else self.code


@dataclass
class ProtocolChange:
    """What the change does to one protocol, part by part. `former_id`: its id before, where it had another."""

    id: str
    title: str
    sort: Literal["added", "removed", "renamed", "changed"]
    former_id: str | None = None
    parts: dict[Part, list[Point]] = field(default_factory=dict)

    def add(self, part: Part, points: Iterable[Point]) -> None:
        """Takes points in, each once: several stamps may have been edited in the same place."""
        held = self.parts.setdefault(part, [])
        for point in points:
            if point not in held:
                held.append(point)

    def points(self, *parts: Part) -> Iterator[Point]:
        for part in parts or PARTS:
            yield from self.parts.get(part, ())


@dataclass
class OrganisationChange:
    """What the change does to an organisation's own record. `protocols`: how many it has signing records for."""

    id: str
    name: str
    points: list[Point]


@dataclass(frozen=True)
class Unread:
    """A record that was not wholly read on a side, and the first thing wrong with it. Without a message it was not read
    at all: for its `kind` (a link, a submodule, a name that cannot be shown), or for its `place`, where no record belongs.
    """

    side: Literal["before", "after"]
    path: str
    line: int = 1
    message: str = ""
    code: Literal["fault", "kind", "place"] = "fault"


@dataclass(frozen=True)
class Oddity:
    """Something to look at twice: advice, never an error. `protocol` where it is about one."""

    code: str
    values: Mapping[str, object]
    protocol: str | None = None


@dataclass
class Proposal:
    """What a change between two revisions means, on a day."""

    base: str
    head: str
    compared_from: str
    relation: str
    as_of: date
    protocols: list[ProtocolChange] = field(default_factory=list)
    organisations: list[OrganisationChange] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    odd: list[Oddity] = field(default_factory=list)
    not_judged: list[Oddity] = field(default_factory=list)
    files: int = 0
    other_files: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no record changes."""
        return self.files == 0

    def counts(self) -> dict[str, int]:
        """How much of each there is: protocols, organisations, terms, versions, must_sign_again, signatures, reviews, odd, care (odd
        among it), unread."""
        points = [point for protocol in self.protocols for point in protocol.points()]

        def held(code: str) -> int:
            return sum(
                len(who) if isinstance(who := point.values.get("who"), tuple) else 1
                for point in points
                if point.code == code
            )

        return {
            "protocols": len(self.protocols),
            "organisations": len(self.organisations),
            "terms": sum(1 for protocol in self.protocols for _ in protocol.points("terms")),
            "versions": held("version-stamped"),
            "must_sign_again": held("must-sign-again"),
            "signatures": held("signature-signed"),
            "reviews": held("review-completed"),
            "odd": len(self.odd),
            "care": self._care(),
            "unread": len(self.unread),
        }

    def _care(self) -> int:
        """How many things need care: what is odd, and what else was edited, taken away or wrongly made."""
        odd = {(oddity.protocol, oddity.code) for oddity in self.odd}
        held = [(protocol.id, point) for protocol in self.protocols for point in protocol.points()]
        held += [(organisation.id, point) for organisation in self.organisations for point in organisation.points]
        return len(self.odd) + sum(1 for id_, point in held if point.weight == "care" and (id_, point.code) not in odd)
