"""Who has an agreement with whom, through which protocols. `status` says what binds each pair.

Leaves out protocols that have ended, and bodies that have ended and that nothing binds. Of a restricted protocol it only
says that two bodies are both party to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from undersigned.facts.protocol import ProtocolFacts
from undersigned.records.fields import KEBAB
from undersigned.records.protocol import ENDED
from undersigned.words.text import in_reading_order

#: With more bodies than this a table of everybody by everybody cannot be read.
MOST_BODIES = 40


@dataclass(frozen=True)
class Binding:
    """A protocol, and the version of it that is in force between two bodies; None if there is none."""

    protocol: ProtocolFacts
    version: str | None = None


@dataclass(frozen=True)
class Numbered:
    """Some bindings by the numbers of a list of protocols. `apart`: those of a version that their page does not show, and those not on the list."""

    numbers: tuple[int, ...]
    apart: tuple[Binding, ...]


def numbered(bindings: Iterable[Binding], numbers: Mapping[str, int]) -> Numbered:
    """`numbers`: the place of each protocol on the list, by id."""
    usual, apart = [], []
    for binding in bindings:
        number = numbers.get(binding.protocol.id)
        if number is None or binding.version not in (None, binding.protocol.shown_version):
            apart.append(binding)
        else:
            usual.append(number)
    return Numbered(tuple(sorted(usual)), tuple(apart))


@dataclass(frozen=True)
class Pair:
    """The protocols between two bodies. Each tuple is by title. `frameworks`: those in force, which share nothing alone."""

    in_force: tuple[Binding, ...] = ()
    frameworks: tuple[Binding, ...] = ()
    not_in_force: tuple[Binding, ...] = ()
    restricted: tuple[Binding, ...] = ()

    @property
    def key(self) -> tuple[tuple[tuple[str, str | None], ...], ...]:
        """Equal for pairs that have the same protocols in the same state."""
        lists = (self.in_force, self.frameworks, self.not_in_force, self.restricted)
        return tuple(tuple((binding.protocol.id, binding.version) for binding in found) for found in lists)


@dataclass(frozen=True)
class Partner:
    """A body that an organisation is party with, and the protocols between the two."""

    id: str
    name: str
    pair: Pair


@dataclass(frozen=True)
class Way:
    """The same protocols in the same state between an organisation and several partners, who are by name."""

    pair: Pair
    partners: tuple[Partner, ...]


@dataclass(frozen=True)
class Grid:
    """A table of bodies by bodies. The cells of each row are in the order of `bodies`; None if the two share no protocol."""

    bodies: tuple[tuple[str, str], ...]
    rows: tuple[tuple[tuple[str, str], tuple[Pair | None, ...]], ...]


@dataclass(frozen=True)
class Area:
    """An area of published protocols. `bodies`: (id, name) of their parties, by name."""

    id: str
    bodies: tuple[tuple[str, str], ...]


class Partnerships:
    """Every pair of bodies that are party to the same protocol.

    `has_page`: the ids of those that have a page. `ended`: of those that no longer exist.
    """

    def __init__(self, protocols: Iterable[ProtocolFacts], *, has_page: frozenset[str], ended: frozenset[str]) -> None:
        self._ended = ended
        self._has_page = has_page
        self._open = [protocol for protocol in protocols if protocol.restricted or not _has_ended(protocol)]
        found: dict[tuple[str, str], _Lists] = {}
        self._names: dict[str, str] = {}
        for protocol in self._open:
            members = dict(self._members(protocol))
            self._names.update(members)
            for one, other in combinations(sorted(members), 2):
                found.setdefault((one, other), _Lists()).add(protocol, one, other)
        self._pairs: Mapping[tuple[str, str], Pair] = {key: lists.pair() for key, lists in found.items()}
        self._partners: dict[str, list[str]] = {}
        for one, other in self._pairs:
            self._partners.setdefault(one, []).append(other)
            self._partners.setdefault(other, []).append(one)

    def pair(self, one: str, other: str) -> Pair | None:
        return self._pairs.get((min(one, other), max(one, other)))

    def of(self, organisation: str) -> tuple[Partner, ...]:
        """The bodies that an organisation is party with, by name."""
        return tuple(
            Partner(id_, name, self._pairs[min(organisation, id_), max(organisation, id_)])
            for id_, name in self._by_name(self._partners.get(organisation, ()))
        )

    def ways(self, organisation: str) -> tuple[Way, ...]:
        """The partners of an organisation, grouped by the protocols that they share with it, in the order of the first name."""
        found: dict[object, list[Partner]] = {}
        for partner in self.of(organisation):
            found.setdefault(partner.pair.key, []).append(partner)
        return tuple(Way(partners[0].pair, tuple(partners)) for partners in found.values())

    def counts(self, organisation: str) -> tuple[int, int]:
        """With how many bodies a protocol is in force, and how many partners there are."""
        return self._counts[organisation]

    @cached_property
    def _counts(self) -> dict[str, tuple[int, int]]:
        return {
            id_: (sum(1 for partner in partners if (pair := self.pair(id_, partner)) and pair.in_force), len(partners))
            for id_, partners in self._partners.items()
        }

    @cached_property
    def bodies(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of every body with a page that is party with another, by name."""
        return self._by_name(id_ for id_ in self._partners if id_ in self._has_page)

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """The areas of published protocols that can stand in an address, by id. Restricted ones do not tell theirs."""
        members: dict[str, set[str]] = {}
        for protocol in self._open:
            if protocol.restricted:
                continue
            for area in protocol.record.areas:
                if KEBAB.match(area):
                    members.setdefault(area, set()).update(id_ for id_, _name in self._members(protocol))
        return tuple(
            Area(area, self._by_name(members[area] & self._has_page & self._partners.keys()))
            for area in sorted(members)
        )

    @property
    def letters(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """`bodies` by the first letter of the name; the letter is empty for names that begin with none, which come last."""
        found: dict[str, list[tuple[str, str]]] = {}
        for body in self.bodies:
            first = in_reading_order(body[1])[0][:1].upper()  # Ŵ is listed with W
            found.setdefault(first if first.isascii() and first.isalpha() else "", []).append(body)
        return tuple(
            (letter, tuple(found[letter])) for letter in sorted(found, key=lambda letter: (not letter, letter))
        )

    def grid(self, bodies: Sequence[tuple[str, str]]) -> Grid:
        """The table of these bodies. It has a cell for every two, so the caller must pass few."""
        rows = tuple((body, tuple(self.pair(body[0], other) for other, _name in bodies)) for body in bodies)
        return Grid(tuple(bodies), rows)

    def _members(self, protocol: ProtocolFacts) -> Iterator[tuple[str, str]]:
        """(id, name) of those concerned. A body that has ended is among them only while a text binds it: until the day
        on which another takes its place."""
        for id_, name in _named_by(protocol):
            if id_ not in self._ended or (not protocol.restricted and id_ in protocol.bound):
                yield id_, name

    def _by_name(self, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        named = ((id_, self._names[id_]) for id_ in ids)
        return tuple(sorted(named, key=lambda body: (in_reading_order(body[1]), body[0])))


class _Lists:
    """Gathers the protocols of one pair."""

    def __init__(self) -> None:
        self._in_force: list[Binding] = []
        self._frameworks: list[Binding] = []
        self._not_in_force: list[Binding] = []
        self._restricted: list[Binding] = []

    def add(self, protocol: ProtocolFacts, one: str, other: str) -> None:
        if protocol.restricted:
            self._restricted.append(Binding(protocol))
            return
        version = protocol.version_between(one, other)
        if version is None:
            self._not_in_force.append(Binding(protocol))
        elif (protocol.text.kind or protocol.record.kind) == "framework":
            self._frameworks.append(Binding(protocol, version))
        else:
            self._in_force.append(Binding(protocol, version))

    def pair(self) -> Pair:
        return Pair(tuple(self._in_force), tuple(self._frameworks), tuple(self._not_in_force), tuple(self._restricted))


def _has_ended(protocol: ProtocolFacts) -> bool:
    return protocol.record.status in ENDED


def _named_by(protocol: ProtocolFacts) -> Iterator[tuple[str, str]]:
    """(id, name) of the parties, and of those whom an older text still binds though the newest one drops them."""
    yield from protocol.parties_by_name
    if not protocol.restricted:
        for _binding, named in protocol.in_force:
            yield from named
