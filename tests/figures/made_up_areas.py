"""Areas of 27 protocols, made by rewording the example's: with pairs that say the same, and pairs that share bodies only."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from undersigned.figures.overlap import Edge, SharedItem, Terms
from undersigned.figures.seen import Seen, seen
from undersigned.register import Register

SIZE = 27
#: How much of a text is worded anew: of the words of items, of items and pairs left out, of the words of the purpose.
REWORDED, LEFT_OUT, OTHER_PURPOSE = 0.35, 0.18, 0.3


@dataclass(frozen=True)
class Made:
    """`says`: equal for protocols of the same terms. `who`: equal for protocols between the same bodies."""

    terms: Terms
    says: str
    who: str


def bases(register: Register, as_of: date) -> list[Terms]:
    found: list[Terms] = []
    for folder in register.protocols():
        one: Seen = seen(register, folder, as_of=as_of)
        if one.terms is not None and len(one.terms.items) > 2:
            found.append(one.terms)
    return found


def area(base: Sequence[Terms], seed: int) -> list[Made]:
    """27 protocols: the base, then copies reworded, copies between other bodies, and other terms between the same bodies."""
    pick = random.Random(seed)  # noqa: S311 - the same area each time
    made = [Made(one, one.id, one.id) for one in base]
    while len(made) < SIZE:
        source = pick.choice(made[: len(base)])
        name = f"made-{len(made)}"
        kind = pick.choice(["copy", "elsewhere", "other-terms", "other-terms", "other"])
        edges = _kept(pick, source.terms.edges)
        if kind in ("elsewhere", "other"):
            edges = frozenset((f"{a}-{name}", f"{b}-{name}") for a, b in edges)
        who = source.who if kind in ("copy", "other-terms") else name
        if kind in ("copy", "elsewhere"):
            made.append(Made(_reworded(pick, source.terms, name, edges), source.says, who))
        else:
            made.append(Made(_foreign(pick, source.terms, name, edges), name, who))
    return made


def truth(made: Sequence[Made]) -> Iterator[tuple[str, str, str | None]]:
    """For every two: `merge`, `join` or None."""
    order = sorted(made, key=lambda one: one.terms.id)
    for index, one in enumerate(order):
        for other in order[index + 1 :]:
            same = one.says == other.says
            yield one.terms.id, other.terms.id, ("merge" if one.who == other.who else "join") if same else None


def _kept(pick: random.Random, edges: frozenset[Edge]) -> frozenset[Edge]:
    return frozenset(edge for edge in sorted(edges) if pick.random() > LEFT_OUT)


def _reworded(pick: random.Random, one: Terms, name: str, edges: frozenset[Edge]) -> Terms:
    items = []
    for item in one.items:
        if pick.random() > LEFT_OUT:
            stems = frozenset(
                f"{stem}{pick.randint(0, 9)}x" if pick.random() < REWORDED else stem for stem in sorted(item.stems)
            )
            items.append(SharedItem(" ".join(sorted(stems)), stems, item.sensitivity))
    return Terms(name, edges, tuple(items), one.gateways, _purpose(pick, one.words), one.doors)


def _purpose(pick: random.Random, words: Mapping[str, int]) -> dict[str, int]:
    return {
        f"{word}{pick.randint(0, 9)}y" if pick.random() < OTHER_PURPOSE else word: count
        for word, count in sorted(words.items())
    }


def _foreign(pick: random.Random, one: Terms, name: str, edges: frozenset[Edge]) -> Terms:
    """Other terms, with a few words in common, as protocols of one field have."""
    items = tuple(
        SharedItem(
            f"{name} {number}",
            frozenset({f"{name}{number}a", f"{name}{number}b", *sorted(item.stems)[:1]}),
            item.sensitivity,
        )
        for number, item in enumerate(one.items)
    )
    words = {word if pick.random() < 0.25 else f"{name}{word}": count for word, count in sorted(one.words.items())}
    return Terms(name, edges, items, one.gateways, words, one.doors)
