"""The flows of a text as a page sets them out: a card for each, each piece of information once, each law once.

What flows have in common is said once, with the numbers of the flows. Facts only: no words, no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile
from operator import eq

from undersigned.records.protocol import Flow, Item, Law, LawDiffers, Operative, Protocol
from undersigned.register import Register

#: What two lists must have in common, and may at most differ in, for paper to refer from one to the other.
_IN_COMMON, _MAY_DIFFER = 3, 2
#: Where a text may be cut that stands in full above: before a pause or a small word, not too soon, where it is worth it.
_PAUSE = re.compile(r"(?=,| \(|; |: | \w{1,3}\b)")
_LEAST_LEFT, _LEAST_SAVED = 19, 12


@dataclass(frozen=True)
class End:
    """One end of a flow. `id`: an organisation's; `group`: a group's; the other is None. `first`: nowhere named before."""

    id: str | None
    group: str | None
    name: str
    members: tuple[tuple[str, str], ...] = ()
    first: bool = True

    @property
    def handle(self) -> str | None:
        """The words of a group's id, where they are well shorter than its title."""
        words = self.group.replace("-", " ") if self.group else self.name
        return words if len(words) + _LEAST_SAVED <= len(self.name) else None


@dataclass(frozen=True)
class Like:
    """A list that is that of an earlier flow, by its number, but for what it leaves out and what it adds."""

    flow: int
    without: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class FlowCard:
    """A flow and its number, from 1. `each_to_others`: within a group that stands at both ends.

    `items_like` and `limits_like`: an earlier flow that shares almost the same, or never shares it; None without one.
    """

    number: int
    flow: Flow
    senders: tuple[End, ...]
    receivers: tuple[End, ...]
    each_to_others: bool
    items: tuple[Item, ...]
    law: int
    items_like: Like | None
    limits_like: Like | None


@dataclass(frozen=True)
class SharedItem:
    """A piece of information, and the numbers of the flows that share it for the same reason."""

    item: Item
    flows: tuple[int, ...]


@dataclass(frozen=True)
class FlowLaw:
    """The law that flows have in common, as one of them writes it. `differs`: for whom it is another."""

    number: int
    flow: Flow
    flows: tuple[int, ...]
    differs: tuple[tuple[tuple[End, ...], LawDiffers], ...]


@dataclass(frozen=True)
class FlowTerms:
    """All terms of some flows of one text."""

    cards: tuple[FlowCard, ...]
    items: tuple[SharedItem, ...]
    laws: tuple[FlowLaw, ...]

    @cached_property
    def again(self) -> Mapping[int, Mapping[str, str]]:
        """For each card, by its number, the beginnings of the texts that stand in full on an earlier one."""
        texts = [{*(item.name for item in card.items), *card.flow.not_shared} for card in self.cards]
        ends = [{end.name for end in (*card.senders, *card.receivers) if end.id} for card in self.cards]
        known = _beginnings({name for names in (*texts, *ends) for name in names})
        found: dict[int, Mapping[str, str]] = {}
        said: set[str] = set()
        for card, named, bodies in zip(self.cards, texts, ends, strict=True):
            found[card.number] = {name: known[name] for name in sorted(said & known.keys())}
            said |= named | bodies
        return found


def flow_terms(flows: Iterable[tuple[int, Flow]], text: Operative, record: Protocol, register: Register) -> FlowTerms:
    """The terms of `flows` with their numbers. `record` spells out the items that they name by id."""
    numbered = tuple(flows)
    named: set[tuple[str | None, str | None]] = set()

    def ends(ids: Iterable[str]) -> tuple[End, ...]:
        return tuple(_end(id_, text, register, named) for id_ in ids)

    laws: dict[object, list[tuple[int, Flow]]] = {}
    items: dict[object, tuple[Item, list[int]]] = {}
    shared: dict[int, tuple[str, ...]] = {}
    limits: dict[int, tuple[str, ...]] = {}
    cards = []
    for number, flow in numbered:
        in_full = tuple(spelled_out(item, record) for item in flow.items)
        for item in in_full:
            items.setdefault(_key(item), (item, []))[1].append(number)
        law = _law(flow)
        laws.setdefault(law, []).append((number, flow))
        shared[number] = tuple(item.name for item in in_full)
        limits[number] = flow.not_shared
        cards.append(
            FlowCard(
                number,
                flow,
                ends(flow.from_),
                ends(flow.to),
                _each_to_others(flow, text),
                in_full,
                law=list(laws).index(law) + 1,
                items_like=_like(shared, number),
                limits_like=_like(limits, number),
            )
        )
    return FlowTerms(
        tuple(cards),
        tuple(SharedItem(item, tuple(dict.fromkeys(numbers))) for item, numbers in items.values()),
        tuple(_in_common(place, found, ends) for place, found in enumerate(laws.values(), start=1)),
    )


def spelled_out(item: str | Item, record: Protocol) -> Item:
    """A flow's item in full; one that nothing names is shown by its id."""
    return record.spelled_out(item) or Item(name=str(item))


def runs(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers in order as (first, last) of each unbroken run: 1, 2, 3, 5 as 1 to 3, 5 to 5."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def _beginnings(names: Iterable[str]) -> Mapping[str, str]:
    """A beginning for each long name, which no other name has."""
    ordered = sorted({*names})
    alike = dict.fromkeys(ordered, 0)  # how much of it another name has: the names beside it have most
    for one, other in pairwise(ordered):
        same = sum(takewhile(bool, map(eq, one, other)))
        alike[one], alike[other] = max(alike[one], same), same
    cuts = {name: _cut(name, max(_LEAST_LEFT, alike[name] + 1)) for name in ordered}
    return {name: name[:at] for name, at in cuts.items() if at}


def _cut(name: str, least: int) -> int | None:
    places = (found.start() for found in _PAUSE.finditer(name, least))
    return next((at for at in places if len(name) - at >= _LEAST_SAVED), None)


def _end(id_: str, text: Operative, register: Register, named: set[tuple[str | None, str | None]]) -> End:
    group = next((group for group in text.groups if group.id == id_), None)
    present = None if group is not None else register.present_organisation(id_)
    key = (present, group.id if group is not None else None)
    first = key not in named
    named.add(key)
    if group is None:
        return End(present, None, register.organisation_name(id_), first=first)
    members = tuple(
        (register.present_organisation(party.organisation), register.organisation_name(party.organisation))
        for party in text.parties
        if first and party.group == id_
    )
    return End(None, group.id, group.title or id_, members, first)


def _each_to_others(flow: Flow, text: Operative) -> bool:
    return bool({*flow.from_} & {*flow.to} & {group.id for group in text.groups})


def _like(lists: Mapping[int, tuple[str, ...]], number: int) -> Like | None:
    """The earlier list that differs least, where it differs little."""
    own = lists[number]
    found: list[Like] = []
    for earlier, names in lists.items():
        without = tuple(name for name in names if name not in own)
        also = tuple(name for name in own if name not in names)
        if earlier != number and len(own) - len(also) >= _IN_COMMON and len(without) + len(also) <= _MAY_DIFFER:
            found.append(Like(earlier, without, also))
    return min(found, key=lambda like: (len(like.without) + len(like.also), like.flow), default=None)


def _key(item: Item) -> object:
    return (item.name, item.sensitivity, item.about, item.why)


def _law(flow: Flow) -> object:
    of_its_own = tuple(getattr(flow, name) for name in Law.model_fields)
    return (flow.regime, flow.receiving_regime, of_its_own, flow.law_differs, flow.consent, flow.statutory_consents)


def _in_common(place: int, found: list[tuple[int, Flow]], ends: Callable[[Iterable[str]], tuple[End, ...]]) -> FlowLaw:
    flow = found[0][1]
    differs = tuple((ends(different.for_), different) for different in flow.law_differs)
    return FlowLaw(place, flow, tuple(number for number, _flow in found), differs)
