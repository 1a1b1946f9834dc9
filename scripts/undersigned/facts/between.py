"""What two bodies may tell each other, and what must be true first: for the pages, the data and whoever asks for one pair.

Many bodies are in the same position towards one: five councils that signed the same texts receive the same. So the facts are kept for
each kind of body and each set of cards, and a page stays short however many bodies a register has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from undersigned.facts.flows import Card
from undersigned.facts.parties import PointOfContact
from undersigned.facts.partnerships import Binding, Pair, Partner, Partnerships


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
        body = next((one for one in binding.protocol.participants if one.id == partner.id), None)
        if body is None or not (body.contact.is_named or body.contact.others):
            continue
        point = body.contact
        desks.setdefault((point.address_line, point.phone, point.others), (point, []))[1].append(binding.protocol.title)
    return tuple(
        Contact(point, () if len(titles) == len(bindings) else tuple(titles)) for point, titles in desks.values()
    )
