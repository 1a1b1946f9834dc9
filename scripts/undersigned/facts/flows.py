"""The flows of a text: each flow, each piece of information and each law once, with the numbers of the flows that share it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from undersigned.records.form import Form
from undersigned.records.protocol import Flow, Group, Item, Law, LawDiffers, Operative, Protocol
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.register import Register
from undersigned.status import Identities
from undersigned.words.labels import label
from undersigned.words.text import with_capital

#: The power under which MAPPA bodies share: a flow under it asks nobody whether the person is a MAPPA case.
_MAPPA_GATEWAY = "cja03-s325"
#: Where a sentence ends: a full stop before a small letter or a digit ends an abbreviation.
_SENTENCE_END = re.compile(r"[.!?](?=\s+[^a-z0-9\s]|\s*\Z)")


@dataclass(frozen=True)
class FlowEnd:
    """One end of a flow: an organisation (`id`) or a group of parties (`group`); the other is None.

    `first`: no earlier flow names it. `members`: (id, name) of the group's parties, where it is named first.
    """

    id: str | None
    group: str | None
    name: str
    members: tuple[tuple[str, str], ...] = ()
    first: bool = True


ConditionKind = Literal["emergency", "mappa", "consent", "statutory-consent"]


@dataclass(frozen=True)
class Condition:
    """What must be true before a flow may be used, in words without a full stop.

    `forbids`: as long as it is not true nothing may be shared, or the text does not say that it may.
    """

    kind: ConditionKind
    words: str
    forbids: bool = True


@dataclass(frozen=True)
class FlowFacts:
    """A flow. `number` counts from 1 in the text. `each_to_others`: a group is at both ends. `law`: number of its `FlowLaw`.

    `conditions`: what must be true first, the most urgent first.
    """

    number: int
    flow: Flow
    senders: tuple[FlowEnd, ...]
    receivers: tuple[FlowEnd, ...]
    each_to_others: bool
    items: tuple[Item, ...]
    law: int
    conditions: tuple[Condition, ...] = ()

    @property
    def title(self) -> str:
        return self.flow.title or title_from_id(self.flow.id)


@dataclass(frozen=True)
class SharedInformation:
    """A piece of information, and the numbers of the flows that share it for the same reason."""

    item: Item
    flows: tuple[int, ...]


@dataclass(frozen=True)
class FlowLaw:
    """The law that some flows have in common; `flow` is the first of them. `differs`: the ends that have another law."""

    number: int
    flow: Flow
    flows: tuple[int, ...]
    differs: tuple[tuple[tuple[FlowEnd, ...], LawDiffers], ...]


@dataclass(frozen=True)
class LegalReference:
    """A provision that a flow names in `field`, one of those of `Law`. `entry` is None if no vocabulary has the id."""

    field: str
    id: str
    entry: Entry | None


@dataclass(frozen=True)
class FlowTerms:
    """Some flows of one text."""

    flows: tuple[FlowFacts, ...]
    items: tuple[SharedInformation, ...]
    laws: tuple[FlowLaw, ...]

    @property
    def first(self) -> tuple[str, ...]:
        """What must be asked about MAPPA before any of them is used, except in an emergency."""
        conditions = (condition for facts in self.flows for condition in facts.conditions)
        return tuple(dict.fromkeys(condition.words for condition in conditions if condition.kind == "mappa"))

    @property
    def keeps(self) -> bool:
        """Whether the text says of any of them how long the information is kept."""
        return any(facts.flow.retention for facts in self.flows)

    @property
    def by_senders(self) -> tuple[tuple[tuple[FlowEnd, ...], tuple[FlowFacts, ...]], ...]:
        """Those with the same senders together, in the order of the text, under their senders as the first of them names them."""
        found: dict[tuple[str, ...], list[FlowFacts]] = {}
        for facts in self.flows:
            found.setdefault(tuple(end.name for end in facts.senders), []).append(facts)
        return tuple((cards[0].senders, tuple(cards)) for cards in found.values())


@dataclass(frozen=True)
class CardSource:
    """The text that a card comes from. `is_shown`: it is the one that the protocol's page shows."""

    protocol: str
    title: str
    version: str
    is_shown: bool


@dataclass(frozen=True, eq=False)
class Card:
    """One flow of a text that binds, with all that a practitioner must know of it.

    `senders`, `receivers`: the ids of the bodies at its ends, groups spelled out. `forms`: (id, title).
    `reserved`: the bodies that take no part in it, by their reservation, with what each says.
    """

    source: CardSource
    flow: str
    number: int
    title: str
    when: str | None
    senders: frozenset[str]
    receivers: frozenset[str]
    items: tuple[str, ...]
    not_shared: tuple[str, ...]
    method: str | None
    timing: str | None
    forms: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    reserved: Mapping[str, str | None]


def flow_terms(
    flows: Iterable[tuple[int, Flow]], text: Operative, record: Protocol, register: Register, identities: Identities
) -> FlowTerms:
    """The terms of `flows` with their numbers. `record` spells out the items that they name by id.

    `identities`: who answers on the day for the bodies that the text names.
    """
    numbered = tuple(flows)
    named: set[tuple[str | None, str | None]] = set()

    def ends(ids: Iterable[str]) -> tuple[FlowEnd, ...]:
        found: dict[tuple[str | None, str | None], FlowEnd] = {}
        for id_ in ids:
            for end in _ends(id_, text, register, identities, named):
                found.setdefault((end.id, end.group), end)
        return tuple(found.values())

    laws: dict[object, list[tuple[int, Flow]]] = {}
    items: dict[object, tuple[Item, list[int]]] = {}
    found = []
    for number, flow in numbered:
        in_full = tuple(spelled_out(item, record) for item in flow.items)
        for item in in_full:
            items.setdefault(_key(item), (item, []))[1].append(number)
        law = _law(flow)
        laws.setdefault(law, []).append((number, flow))
        senders, receivers = ends(flow.from_), ends(flow.to)
        place = list(laws).index(law) + 1
        conditions = tuple(_conditions(flow, text))
        found.append(
            FlowFacts(number, flow, senders, receivers, _each_to_others(flow, text), in_full, place, conditions)
        )
    return FlowTerms(
        tuple(found),
        tuple(SharedInformation(item, tuple(dict.fromkeys(numbers))) for item, numbers in items.values()),
        tuple(_in_common(place, alike, ends) for place, alike in enumerate(laws.values(), start=1)),
    )


def legal_references(law: Law) -> tuple[LegalReference, ...]:
    """Every provision that a flow, or a part of it with another law, names, in the order of the record's fields."""
    found = []
    for field in Law.model_fields:
        named: str | tuple[str, ...] | None = getattr(law, field)
        entries: Mapping[str, Entry] = getattr(vocabulary(), "gateways" if field == "official_authority" else field)
        found += [
            LegalReference(field, id_, entries.get(id_))
            for id_ in ((named,) if isinstance(named, str) else named or ())
        ]
    return tuple(found)


def _conditions(flow: Flow, text: Operative) -> Iterator[Condition]:
    if flow.when == "emergency":
        yield Condition("emergency", "Only in an emergency")
    elif _MAPPA_GATEWAY not in flow.gateways:
        for clause in text.clauses:
            if clause.text and "mappa" in f"{clause.id} {clause.title or ''}".lower():
                yield Condition("mappa", _first_sentence(clause.text))
    for role in flow.consent:
        yield Condition("consent", label("consent_condition", role), forbids=role in ("basis", "statutory"))
    if not flow.consent:
        yield Condition("consent", "The text does not say whether the person must consent")
    for consent in flow.statutory_consents:
        yield Condition("statutory-consent", f"A statute requires the person's {label('statutory_consent', consent)}")


def _first_sentence(text: str) -> str:
    line = " ".join(text.split())
    end = _SENTENCE_END.search(line)
    return line if end is None else line[: end.start()]


def cards_of(
    terms: FlowTerms,
    text: Operative,
    *,
    source: CardSource,
    forms: Mapping[str, Form],
    identities: Identities,
    reserved: Mapping[str, Mapping[str, str | None]],
) -> tuple[Card, ...]:
    """The cards of one text. `reserved`: for each flow, the bodies that take no part in it, with what each says."""
    members = {
        group.id: frozenset(
            id_ for party in text.parties if party.group == group.id for id_ in identities.present(party.organisation)
        )
        for group in text.groups
    }

    def ends(ids: Iterable[str]) -> frozenset[str]:
        return frozenset(one for id_ in ids for one in members.get(id_, identities.present(id_)))

    return tuple(
        Card(
            source=source,
            flow=facts.flow.id,
            number=facts.number,
            title=facts.title,
            when=facts.flow.when,
            senders=ends(facts.flow.from_),
            receivers=ends(facts.flow.to),
            items=tuple(item.name for item in facts.items),
            not_shared=facts.flow.not_shared,
            method=facts.flow.method,
            timing=facts.flow.timing,
            forms=tuple((id_, forms[id_].title if id_ in forms else id_) for id_ in facts.flow.forms),
            conditions=facts.conditions,
            reserved=reserved.get(facts.flow.id, {}),
        )
        for facts in terms.flows
    )


def group_name(group: Group) -> str:
    return group.title or group.id.replace("-", " ")


def title_from_id(id_: str) -> str:
    """What a flow or a clause without a title is called."""
    return with_capital(id_.replace("-", " "))


def spelled_out(item: str | Item, record: Protocol) -> Item:
    """A flow's item in full; one that nothing names is shown by its id."""
    return record.spelled_out(item) or Item(name=str(item))


def _ends(
    id_: str, text: Operative, register: Register, identities: Identities, named: set[tuple[str | None, str | None]]
) -> Iterator[FlowEnd]:
    """The bodies that answer for an end of a flow; or the group, with its members where it is named first."""

    def is_first(key: tuple[str | None, str | None]) -> bool:
        first = key not in named
        named.add(key)
        return first

    group = next((group for group in text.groups if group.id == id_), None)
    if group is None:
        for body in identities.present(id_):
            yield FlowEnd(body, None, register.organisation_name(body), first=is_first((body, None)))
        return
    first = is_first((None, group.id))
    ids = (party.organisation for party in text.parties if party.group == id_)
    members = tuple((body, register.organisation_name(body)) for body in identities.all_present(ids)) if first else ()
    yield FlowEnd(None, group.id, group_name(group), members, first)


def _each_to_others(flow: Flow, text: Operative) -> bool:
    return bool({*flow.from_} & {*flow.to} & {group.id for group in text.groups})


def _key(item: Item) -> object:
    return (item.name, item.sensitivity, item.about, item.why)


def _law(flow: Flow) -> object:
    of_its_own = tuple(getattr(flow, name) for name in Law.model_fields)
    return (flow.regime, flow.receiving_regime, of_its_own, flow.law_differs, flow.consent, flow.statutory_consents)


def _in_common(
    place: int, found: list[tuple[int, Flow]], ends: Callable[[Iterable[str]], tuple[FlowEnd, ...]]
) -> FlowLaw:
    flow = found[0][1]
    differs = tuple((ends(different.for_), different) for different in flow.law_differs)
    return FlowLaw(place, flow, tuple(number for number, _flow in found), differs)
