"""The practitioner's card on paper: the size of its type, and what it abbreviates, so that it fits one side of A4.

The number of letters decides. Measured on 30 cards (1 to 14 flows, 4 to 24 bodies, cut from the protocols of the
example), each printed in every size by Chromium in two fonts that stand in for Arial:

| How the size is chosen | One side: Liberation Sans | One side: Nimbus Sans | Largest type that fits (Liberation Sans) |
| --- | --- | --- | --- |
| lines of each paragraph reckoned, as before | 30 | 26 | 27 |
| letters counted, as here | 30 | 28 | 23, the rest one size smaller |
| 8.5 points for all | 30 | 28 | 2 |

Abbreviations are kept because without them a card of 10 flows and 15 bodies takes two sides in 8.5 points; with them one
of 14 flows takes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise, takewhile
from operator import eq
from typing import Literal

from undersigned.facts.flows import FlowEnd, FlowFacts, FlowTerms
from undersigned.facts.parties import Participant
from undersigned.facts.protocol import ProtocolFacts

CardSize = Literal["short", "medium", "long", "longer", "full", "two-sides"]

#: The most letters that fit one side in a size of the style sheet. Above the last the card takes a sheet.
_SIZES: Mapping[CardSize, int] = {"short": 3300, "medium": 4400, "long": 5500, "longer": 7200, "full": 10400}
#: How much of a side a notice above the card takes.
_NOTICE = 0.04
#: In these sizes a flow is one paragraph, and the card abbreviates what an earlier flow says in full.
_DENSE: frozenset[CardSize] = frozenset({"long", "longer", "full", "two-sides"})
#: What two lists must have in common, and may at most differ in, for one to refer to the other.
_IN_COMMON, _MAY_DIFFER = 3, 2
#: Where a text may be cut: before a pause or a small word. The least to leave and to save, in letters.
_PAUSE = re.compile(r"(?=,| \(|; |: | \w{1,3}\b)")
_LEAST_LEFT, _LEAST_SAVED = 19, 12


@dataclass(frozen=True)
class SameList:
    """A list that repeats that of an earlier flow, by its number, but for what it leaves out and what it adds."""

    flow: int
    without: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Abbreviation:
    """What the card of a flow need not say in full. `items`, `limits`: lists that nearly repeat an earlier one.

    `again`: the beginning of each text that an earlier flow has in full.
    """

    items: SameList | None
    limits: SameList | None
    again: Mapping[str, str]


def card_size(protocol: ProtocolFacts) -> CardSize:
    """The largest type in which the card fits one side below its notices; `two-sides` if it does not fit."""
    notices = [protocol.shown_as != "in-force", protocol.later_version is not None, bool(protocol.changed_terms)]
    letters = card_letters(protocol) / (1 - _NOTICE * sum(notices))
    return next((size for size, most in _SIZES.items() if letters <= most), "two-sides")


def card_letters(protocol: ProtocolFacts) -> int:
    """How many letters the card says of flows and contacts, with references in the place of lists that repeat."""
    short = abbreviations(protocol.terms)
    texts = [text for flow in protocol.terms.flows for text in _texts_of_flow(flow, short[flow.number])]
    texts += [text for body in protocol.participants for text in _texts_of_contact(body)]
    return sum(len(text) for text in texts if text)


def is_dense(size: CardSize) -> bool:
    """Whether the card abbreviates in this size."""
    return size in _DENSE


def handle(end: FlowEnd) -> str | None:
    """The words of a group's id, if they are well shorter than its title."""
    words = end.group.replace("-", " ") if end.group else end.name
    return words if len(words) + _LEAST_SAVED <= len(end.name) else None


def abbreviations(terms: FlowTerms) -> Mapping[int, Abbreviation]:
    """What each flow may abbreviate, by its number."""
    texts = [{*(item.name for item in flow.items), *flow.flow.not_shared} for flow in terms.flows]
    ends = [{end.name for end in (*flow.senders, *flow.receivers) if end.id} for flow in terms.flows]
    beginnings = _beginnings({name for names in (*texts, *ends) for name in names})
    found: dict[int, Abbreviation] = {}
    items: dict[int, tuple[str, ...]] = {}
    limits: dict[int, tuple[str, ...]] = {}
    earlier: set[str] = set()
    for flow, named, bodies in zip(terms.flows, texts, ends, strict=True):
        items[flow.number] = tuple(item.name for item in flow.items)
        limits[flow.number] = flow.flow.not_shared
        found[flow.number] = Abbreviation(
            _same_list(items, flow.number),
            _same_list(limits, flow.number),
            {name: beginnings[name] for name in sorted(earlier & beginnings.keys())},
        )
        earlier |= named | bodies
    return found


def _texts_of_flow(facts: FlowFacts, short: Abbreviation) -> Iterable[str | None]:
    flow, items, limits = facts.flow, short.items, short.limits
    yield from (facts.title, flow.method, flow.timing, None if flow.when == "routine" else flow.when)
    yield from (end.name for end in (*facts.senders, *facts.receivers))
    yield from (item.name for item in facts.items) if items is None else (*items.without, *items.also)
    yield from flow.not_shared if limits is None else (*limits.without, *limits.also)


def _texts_of_contact(body: Participant) -> Iterable[str | None]:
    yield from (body.name, body.contact.post, body.contact.deputy_post, body.contact.mailbox, body.contact.phone)
    for other in body.contact.others:
        yield from (other.post, other.mailbox, other.phone, other.hours)


def _same_list(lists: Mapping[int, tuple[str, ...]], number: int) -> SameList | None:
    """The earlier list that differs least, if it differs little."""
    own = lists[number]
    found: list[SameList] = []
    for earlier, names in lists.items():
        without = tuple(name for name in names if name not in own)
        also = tuple(name for name in own if name not in names)
        if earlier != number and len(own) - len(also) >= _IN_COMMON and len(without) + len(also) <= _MAY_DIFFER:
            found.append(SameList(earlier, without, also))
    return min(found, key=lambda like: (len(like.without) + len(like.also), like.flow), default=None)


def _beginnings(names: Iterable[str]) -> Mapping[str, str]:
    """A beginning for each long name, which no other name has."""
    ordered = sorted({*names})
    alike = dict.fromkeys(ordered, 0)  # how much of it another name has: the names next to it have most
    for one, other in pairwise(ordered):
        same = sum(takewhile(bool, map(eq, one, other)))
        alike[one], alike[other] = max(alike[one], same), same
    cuts = {name: _cut(name, max(_LEAST_LEFT, alike[name] + 1)) for name in ordered}
    return {name: name[:at] for name, at in cuts.items() if at}


def _cut(name: str, least: int) -> int | None:
    places = (found.start() for found in _PAUSE.finditer(name, least))
    return next((at for at in places if len(name) - at >= _LEAST_SAVED), None)
