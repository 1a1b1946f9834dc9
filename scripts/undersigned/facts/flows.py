"""The flows of a text: each flow, each piece of information and each law once, with the numbers of the flows that share it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from undersigned.records.protocol import Flow, Group, Item, Law, LawDiffers, Operative, Protocol
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.register import Register
from undersigned.status import Identities
from undersigned.words.text import with_capital


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


@dataclass(frozen=True)
class FlowFacts:
    """A flow. `number` counts from 1 in the text. `each_to_others`: a group is at both ends. `law`: number of its `FlowLaw`."""

    number: int
    flow: Flow
    senders: tuple[FlowEnd, ...]
    receivers: tuple[FlowEnd, ...]
    each_to_others: bool
    items: tuple[Item, ...]
    law: int

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
        found.append(FlowFacts(number, flow, senders, receivers, _each_to_others(flow, text), in_full, place))
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
