"""Who has an agreement with whom, and what two bodies may tell each other under it. `status` says what binds each pair.

Leaves out protocols that have ended, and bodies that have ended and that nothing binds. Of a restricted protocol it only
says that two bodies are both party to it.

Many bodies are in the same position towards one: five councils that signed the same texts receive the same. So what two
bodies may tell each other is kept for each kind of body and each set of cards, and a page stays short however many bodies
a register has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from undersigned.facts.flows import Card
from undersigned.facts.parties import PointOfContact
from undersigned.facts.protocol import ProtocolFacts
from undersigned.records.fields import KEBAB
from undersigned.records.protocol import ENDED
from undersigned.words.text import first_letter, in_reading_order

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
        """The areas of published protocols that can be part of an address, by id. Restricted ones do not show theirs."""
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

    @cached_property
    def areas_with_bodies(self) -> tuple[Area, ...]:
        """The areas that have a body with a page. The bodies of no such area follow under an empty id."""
        areas = tuple(area for area in self.areas if area.bodies)
        named = {body for area in areas for body in area.bodies}
        rest = tuple(body for body in self.bodies if body not in named)
        return (*areas, Area("", rest)) if rest else areas

    @property
    def letters(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """`bodies` by the first letter of the name; the letter is empty for names that begin with none, which come last."""
        found: dict[str, list[tuple[str, str]]] = {}
        for body in self.bodies:
            found.setdefault(first_letter(body[1]), []).append(body)
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


@dataclass(frozen=True)
class ReservedCard:
    """A flow that would pass between two bodies, but one of them (`by`: id, name) has reserved it. `words`: its own."""

    card: Card
    by: tuple[str, str]
    words: str | None


@dataclass(frozen=True)
class Contact:
    """Whom to reach at a body, and for which protocols (by title): all that bind the two if empty."""

    point: PointOfContact
    protocols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counterpart:
    """One of the bodies on the other side, and whom to contact there."""

    id: str
    name: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Refused:
    """A piece of information that some cards never carry (`never`: their titles) and others carry (`allowed`)."""

    what: str
    never: tuple[str, ...]
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Dealing:
    """What a body may tell some others of one kind, and what they may tell it: `tells` and `told`, the same for all of them.

    `pair`: the protocols between it and each of them.
    """

    kind: str
    others: tuple[Counterpart, ...]
    pair: Pair
    tells: tuple[Card, ...]
    told: tuple[Card, ...]
    reserved: tuple[ReservedCard, ...]

    @property
    def first(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What must be asked about MAPPA before a card is used, except in an emergency, with the protocols that say so."""
        found: dict[str, dict[str, None]] = {}
        for card in (*self.tells, *self.told):
            for condition in card.conditions:
                if condition.kind == "mappa":
                    found.setdefault(condition.words, {})[card.source.title] = None
        return tuple((words, tuple(titles)) for words, titles in found.items())

    @property
    def refused(self) -> tuple[Refused, ...]:
        """What some of the cards refuse and others carry: in the same words, or in words that begin with them."""
        cards = tuple(dict.fromkeys((*self.tells, *self.told)))
        never: dict[str, list[str]] = {}
        for card in cards:
            for what in card.not_shared:
                never.setdefault(what, []).append(card.title)
        found = []
        for what, titles in never.items():
            begins = re.compile(rf"{re.escape(what)}\b", re.IGNORECASE)
            carrying = tuple(card.title for card in cards if any(begins.match(item) for item in card.items))
            if carrying:
                found.append(Refused(what, tuple(titles), carrying))
        return tuple(found)

    @property
    def letters(self) -> int:
        """How many letters its cards and the contacts of one body have: what decides the size of type on paper."""
        texts = [text for card in (*self.tells, *self.told) for text in _texts(card)]
        contacts = (contact for other in self.others[:1] for contact in other.contacts)
        return sum(map(len, texts)) + sum(len(contact.point.address_line) + 40 for contact in contacts)

    @property
    def binds(self) -> bool:
        """Whether a text is in force between them under which something may be shared."""
        return bool(self.pair.in_force)


def dealings_of(organisation: str, partnerships: Partnerships, kinds: Mapping[str, str]) -> tuple[Dealing, ...]:
    """What passes between a body and each other that a text names with it. `kinds`: the kind of each organisation that reads.

    Sorted by kind; within a kind, those with most cards first.
    """
    found: dict[object, tuple[tuple[Card, ...], tuple[Card, ...], tuple[ReservedCard, ...], list[Partner]]] = {}
    for partner in partnerships.of(organisation):
        if partner.id not in kinds:
            continue
        tells, told, reserved = _between(organisation, partner)
        key = (
            kinds[partner.id],
            partner.pair.key,
            tuple((card.source, card.flow) for card in tells),
            tuple((card.source, card.flow) for card in told),
            tuple((one.card.source, one.card.flow, one.by) for one in reserved),
        )
        found.setdefault(key, (tells, told, reserved, []))[3].append(partner)
    dealings = [
        Dealing(
            kinds[partners[0].id],
            tuple(Counterpart(one.id, one.name, _contacts(one)) for one in partners),
            partners[0].pair,
            tells,
            told,
            reserved,
        )
        for tells, told, reserved, partners in found.values()
    ]
    return tuple(sorted(dealings, key=lambda one: (one.kind, not one.binds, -len(one.tells) - len(one.told))))


def _between(
    organisation: str, partner: Partner
) -> tuple[tuple[Card, ...], tuple[Card, ...], tuple[ReservedCard, ...]]:
    tells, told, reserved = [], [], []
    for binding in partner.pair.in_force:
        for card in _cards(binding):
            outward = organisation in card.senders and partner.id in card.receivers
            inward = partner.id in card.senders and organisation in card.receivers
            if not (outward or inward):
                continue
            by = next((id_ for id_ in (organisation, partner.id) if id_ in card.reserved), None)
            if by is not None:
                name = binding.protocol.register.organisation_name(by)
                reserved.append(ReservedCard(card, (by, name), card.reserved[by]))
                continue
            if outward:
                tells.append(card)
            if inward:
                told.append(card)
    return tuple(tells), tuple(told), tuple(reserved)


def _texts(card: Card) -> Iterator[str]:
    yield from (card.title, card.source.title, card.method or "", card.timing or "", *card.items, *card.not_shared)
    yield from (condition.words for condition in card.conditions if condition.kind != "mappa")


def _cards(binding: Binding) -> tuple[Card, ...]:
    return binding.protocol.cards.get(binding.version or "", ())


def _contacts(partner: Partner) -> tuple[Contact, ...]:
    """Each desk once. A desk that answers for some of the protocols only says for which."""
    bindings = partner.pair.in_force or partner.pair.frameworks
    desks: dict[object, tuple[PointOfContact, list[str]]] = {}
    for binding in bindings:
        body = binding.protocol.participants_by_id.get(partner.id)
        if body is None or not (body.contact.is_named or body.contact.others):
            continue
        point = body.contact
        desks.setdefault((point.address_line, point.phone, point.others), (point, []))[1].append(binding.protocol.title)
    return tuple(
        Contact(point, () if len(titles) == len(bindings) else tuple(titles)) for point, titles in desks.values()
    )
