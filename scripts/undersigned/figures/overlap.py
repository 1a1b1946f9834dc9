"""How much two protocols have in common: five figures, never one score, each with the things that it counts.

The limits for "could be one" and "could join" ask a question; people answer it. They were measured on 1 December 2026 with
`python tests/figures/made_up_areas.py`, on 20 areas of 27 of each kind (precision/recall):

    same item, data, purpose   random rewording: one, join   neighbouring subjects: one, join
    0.4  0.3  0.25             1.00/0.87  1.00/0.90          1.00/0.92  0.99/0.95    in use
    0.5  0.3  0.25             1.00/0.60  1.00/0.60          1.00/0.83  0.99/0.86    too few are found
    0.4  0.2  0.25             1.00/0.96  1.00/1.00          0.99/0.97  0.79/0.99    one in five "join" is wrong
    0.4  0.3  0.15             1.00/0.87  1.00/0.90          0.99/0.92  0.98/0.95
    0.3  0.3  0.25             1.00/0.95  1.00/0.94          1.00/0.93  0.82/0.98

Random rewording changes 35 per cent of stems. Neighbouring subjects are the standards and the protocols of the example, and
their texts worded anew by rules; protocols there share bodies and a third of another one's items word for word. No
judgement of a real board is among them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import log, sqrt
from typing import Literal

from undersigned.records.protocol import Flow, Operative, Protocol
from undersigned.status import Identities

Words = Literal["merge", "join", "same-bodies"]
#: From these on, two protocols say the same in other words; from the last on, between the same bodies.
SAME_DATA, SAME_PURPOSE, SAME_BODIES = 0.3, 0.25, 0.5
#: Two items are the same if at least so much of their words is.
_SAME_ITEM = 0.4
#: With fewer protocols in an area, how rare a word is means nothing.
_FEWEST_FOR_WEIGHTS = 5
_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "to",
        "in",
        "for",
        "is",
        "are",
        "be",
        "by",
        "on",
        "or",
        "it",
        "as",
        "that",
        "with",
        "at",
        "from",
        "this",
        "which",
        "who",
        "not",
        "no",
        "their",
        "they",
        "its",
        "was",
        "will",
        "has",
        "have",
        "been",
        "than",
        "then",
        "under",
        "into",
        "only",
        "where",
        "when",
        "each",
        "any",
        "may",
        "can",
        "person",
        "people",
        "information",
    ]
)
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ers", "ed", "es", "s")
_WORD = re.compile(r"[a-z]{3,}")
Edge = tuple[str, str]


@cache
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def stems(text: str | None) -> list[str]:
    """The words of a text without their endings; common words are left out."""
    return [_stem(word) for word in _WORD.findall((text or "").lower()) if word not in _STOP]


@dataclass(frozen=True)
class SharedItem:
    """A piece of information that a protocol shares."""

    name: str
    stems: frozenset[str]
    sensitivity: frozenset[str]


@dataclass(frozen=True)
class Terms:
    """What of one protocol is compared. `edges`: each sender with each receiver, groups spelled out."""

    id: str
    edges: frozenset[Edge]
    items: tuple[SharedItem, ...]
    gateways: frozenset[str]
    words: Mapping[str, int]
    doors: frozenset[str]


def edges_of(flow: Flow, text: Operative, identities: Identities) -> Iterator[Edge]:
    """Each sender of a flow with each receiver, under present ids. A group at both ends: each to the others."""
    senders, receivers = ends_of(flow.from_, text, identities), ends_of(flow.to, text, identities)
    for sender in senders:
        for receiver in receivers:
            if sender != receiver:
                yield sender, receiver


def ends_of(ends: Iterable[str], text: Operative, identities: Identities) -> tuple[str, ...]:
    """The bodies at an end of a flow, with the members of groups, under present ids."""
    members = _members(text)
    named = [body for end in ends for body in members.get(end, (end,))]
    return identities.all_present(named)


def _members(text: Operative) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {group.id: [] for group in text.groups}
    for party in text.parties:
        if party.group is not None:
            found.setdefault(party.group, []).append(party.organisation)
    return found


def terms_of(id_: str, title: str, text: Operative, identities: Identities, kinds: Mapping[str, str]) -> Terms:
    """`kinds`: the kind of each organisation, for the doors that flows open (stage, occasion, kinds of bodies)."""
    edges: set[Edge] = set()
    items: dict[frozenset[str], SharedItem] = {}
    gateways: set[str] = set()
    doors: set[str] = set()
    for flow in text.flows:
        here = set(edges_of(flow, text, identities))
        edges |= here
        gateways.update(flow.gateways, *(law.gateways for law in flow.law_differs))
        for item in flow.items:
            full = text.spelled_out(item) if isinstance(text, Protocol) else item
            if full is not None and not isinstance(full, str):
                words = frozenset(stems(full.name))
                items.setdefault(words, SharedItem(full.name, words, frozenset(full.sensitivity)))
        for one, other in sorted({(kinds.get(a, ""), kinds.get(b, "")) for a, b in here}):
            doors.update(f"{stage}, {flow.when or 'any time'}: {one} to {other}" for stage in flow.stage)
    purpose = text.purpose
    sentences = [title, *((*purpose.aims, *purpose.benefits, purpose.necessity or "") if purpose else ())]
    return Terms(
        id_,
        frozenset(edges),
        tuple(items.values()),
        frozenset(gateways),
        Counter(stems(" ".join(sentences))),
        frozenset(doors),
    )


@dataclass(frozen=True)
class Overlap:
    """Two protocols. `pairs`: of all ordered pairs of bodies, those in both; `inside`: of those of the smaller one.

    `data`: of all pieces of information, those in both. `power`: of all powers, those in both, rare ones weighing more.
    `purpose`: how alike aims, benefits and necessity are worded. All from 0 to 1. `words`: what follows, None if nothing.
    """

    a: Terms
    b: Terms
    pairs: float
    inside: float
    data: float
    power: float
    purpose: float
    words: Words | None
    same_items: tuple[tuple[str, str], ...]

    @property
    def shared(self) -> dict[str, Sequence[object]]:
        """The things that each figure counts."""
        return {
            "pairs": [list(edge) for edge in sorted(self.a.edges & self.b.edges)],
            "data": [list(pair) for pair in self.same_items],
            "power": sorted(self.a.gateways & self.b.gateways),
            "purpose": sorted(self.a.words.keys() & self.b.words.keys()),
            "flow": sorted(self.a.doors & self.b.doors),
        }


@dataclass
class Comparison:
    """Protocols of one area, compared with each other."""

    terms: Sequence[Terms]
    _weights: dict[str, float] = field(default_factory=dict)
    _rarity: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number = len(self.terms)
        words = Counter(word for one in self.terms for word in one.words)
        gateways = Counter(gateway for one in self.terms for gateway in one.gateways)
        if number < _FEWEST_FOR_WEIGHTS:
            self._weights = dict.fromkeys(words, 1.0)
            self._rarity = dict.fromkeys(gateways, 1.0)
        else:
            self._weights = {word: log((1 + number) / (1 + count)) + 1 for word, count in words.items()}
            self._rarity = {id_: log((1 + number) / (1 + count)) + 0.1 for id_, count in gateways.items()}
        self._vectors = [self._vector(one.words) for one in self.terms]

    def _vector(self, words: Mapping[str, int]) -> dict[str, float]:
        values = {word: (1 + log(count)) * self._weights[word] for word, count in words.items()}
        length = sqrt(sum(value * value for value in values.values()))
        return {word: value / length for word, value in values.items()} if length else {}

    @cached_property
    def overlaps(self) -> tuple[Overlap, ...]:
        """Every two protocols, in the order in which they were given."""
        matches = self._matches()
        return tuple(
            self._overlap(i, j, matches.get((i, j), ()))
            for i in range(len(self.terms))
            for j in range(i + 1, len(self.terms))
        )

    def _matches(self) -> dict[tuple[int, int], list[tuple[float, int, int]]]:
        """Items of two protocols that may be the same, with how alike they are. Found by the words that they share."""
        holders: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, one in enumerate(self.terms):
            for place, item in enumerate(one.items):
                for word in item.stems:
                    holders[word].append((number, place))
        common: Counter[tuple[int, int, int, int]] = Counter()
        for entries in holders.values():
            for index, (number, place) in enumerate(entries):
                for other, there in entries[index + 1 :]:
                    if number != other:
                        common[number, other, place, there] += 1
        found: dict[tuple[int, int], list[tuple[float, int, int]]] = defaultdict(list)
        for (number, other, place, there), shared in common.items():
            item, its = self.terms[number].items[place], self.terms[other].items[there]
            alike = shared / (len(item.stems) + len(its.stems) - shared)
            alike_sensitive = not item.sensitivity or not its.sensitivity or item.sensitivity & its.sensitivity
            if alike >= _SAME_ITEM and alike_sensitive:
                found[number, other].append((-alike, place, there))
        return found

    def _overlap(self, i: int, j: int, candidates: Iterable[tuple[float, int, int]]) -> Overlap:
        a, b = self.terms[i], self.terms[j]
        same: list[tuple[str, str]] = []
        used: tuple[set[int], set[int]] = set(), set()
        for _, place, there in sorted(candidates):
            if place not in used[0] and there not in used[1]:
                used[0].add(place)
                used[1].add(there)
                same.append((a.items[place].name, b.items[there].name))
        items = len(a.items) + len(b.items) - len(same)
        shared = len(a.edges & b.edges)
        pairs = shared / len(a.edges | b.edges) if a.edges or b.edges else 0.0
        inside = shared / min(len(a.edges), len(b.edges)) if a.edges and b.edges else 0.0
        data = len(same) / items if items else 0.0
        either = sum(self._rarity[id_] for id_ in a.gateways | b.gateways)
        power = sum(self._rarity[id_] for id_ in a.gateways & b.gateways) / either if either else 0.0
        one, two = self._vectors[i], self._vectors[j]
        purpose = sum(value * two[word] for word, value in one.items() if word in two)
        return Overlap(a, b, pairs, inside, data, power, purpose, _words(inside, data, purpose), tuple(same))


def _words(inside: float, data: float, purpose: float) -> Words | None:
    if data >= SAME_DATA and purpose >= SAME_PURPOSE:
        return "merge" if inside >= SAME_BODIES else "join"
    return "same-bodies" if inside >= SAME_BODIES else None
