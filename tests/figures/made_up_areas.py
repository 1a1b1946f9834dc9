"""Areas of 27 protocols, made by rewording the example's: with pairs that say the same, and pairs that share bodies only."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import ROOT
from undersigned.editing.standard_texts import flows_of, standard_ids, standard_protocol
from undersigned.figures import overlap as overlap_module
from undersigned.figures.overlap import Comparison, Edge, SharedItem, Terms, stems
from undersigned.figures.profile import Seen, seen
from undersigned.records.source import mapping_of, strings
from undersigned.register import Register, load_register

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


# -- harder areas: protocols of neighbouring subjects, which share standard items and bodies --------------------------

#: Texts that were made of one another or share most of their flows. Whether two of them say the same is a matter of
#: opinion, so a pair of them counts neither for nor against.
_FAMILIES = (
    ("alcohol-treatment-requirement", "alcohol-treatment-requirement-protocol", "mental-health-treatment-requirement"),
    ("duty-to-refer", "duty-to-refer-protocol"),
    ("education-and-training", "employment", "resettlement-and-employment-protocol"),
    ("housing-referral", "housing-referral-wales", "staffordshire-housing-protocol"),
)
#: Words that people put for others when they write a protocol anew, by their stems.
_SYNONYMS = {
    "address": "home",
    "agree": "accept",
    "appointment": "meeting",
    "assess": "evaluat",
    "condition": "requirement",
    "contact": "reach",
    "council": "authority",
    "danger": "hazard",
    "date": "day",
    "decision": "outcome",
    "drink": "alcohol",
    "health": "medical",
    "help": "support",
    "hous": "accommodation",
    "landlord": "lett",
    "licence": "permit",
    "money": "fund",
    "need": "requir",
    "offence": "crime",
    "plan": "programme",
    "police": "constabulary",
    "post": "role",
    "probation": "supervision",
    "reason": "ground",
    "refer": "notif",
    "referral": "request",
    "release": "discharge",
    "reply": "answer",
    "risk": "threat",
    "safe": "secur",
    "serious": "grave",
    "shar": "disclos",
    "staff": "worker",
    "tenancy": "occupancy",
    "treatment": "therapy",
    "visit": "call",
    "work": "employment",
}


def standards() -> list[Terms]:
    """The fourteen standard protocols, as an area would adopt them: each between the bodies of its groups."""
    found = []
    for id_ in standard_ids("protocols"):
        data, edges, gateways = standard_protocol(id_), set[Edge](), set[str]()
        items: dict[frozenset[str], SharedItem] = {}
        for flow in (one.data for one in flows_of(id_)):
            edges |= {(str(a), str(b)) for a in _many(flow["from"]) for b in _many(flow["to"]) if a != b}
            gateways.update(map(str, _many(flow.get("gateways", []))))
            for item in _many(flow["items"]):
                words = frozenset(stems(str(item["name"])))
                items.setdefault(
                    words, SharedItem(str(item["name"]), words, frozenset(map(str, _many(item["sensitivity"]))))
                )
        purpose = mapping_of(data["purpose"])
        said = [data["title"], *strings(purpose["aims"]), *strings(purpose["benefits"]), purpose["necessity"]]
        found.append(
            Terms(
                id_,
                frozenset(edges),
                tuple(items.values()),
                frozenset(gateways),
                Counter(stems(" ".join(map(str, said)))),
                frozenset(),
            )
        )
    return found


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def neighbours(base: Sequence[Terms], seed: int) -> list[Made]:
    """27 protocols of 14: standards and protocols of the register, then some of them worded anew by rules.

    A copy is between the same bodies with some pairs left out, or between other bodies. A neighbour is a text on another
    subject into which a third of another one's items were copied word for word, between the same bodies.
    """
    pick = random.Random(seed)  # noqa: S311 - the same area each time
    made = [Made(one, one.id, one.id) for one in pick.sample(base, 14)]
    while len(made) < SIZE:
        source, other = pick.sample(made[:14], 2)
        name = f"made-{len(made)}"
        kind = pick.choice(["copy", "elsewhere", "neighbour"])
        edges = _kept(pick, source.terms.edges)
        if kind == "neighbour":
            borrowed = tuple(item for item in other.terms.items if pick.random() < 1 / 3)
            own = _by_rules(pick, source.terms, name, _kept(pick, other.terms.edges))
            subject = {f"{name}{word}" if pick.random() < 0.5 else word: n for word, n in sorted(own.words.items())}
            items = tuple(
                SharedItem(
                    item.name,
                    frozenset(f"{name}{stem}" if pick.random() < 0.5 else stem for stem in sorted(item.stems)),
                    item.sensitivity,
                )
                for item in own.items
            )
            terms = Terms(name, own.edges, items + borrowed, own.gateways | other.terms.gateways, subject, own.doors)
            made.append(Made(terms, name, other.who))
        else:
            if kind == "elsewhere":
                edges = frozenset((f"{a}-{name}", f"{b}-{name}") for a, b in edges)
            who = source.who if kind == "copy" else name
            made.append(Made(_by_rules(pick, source.terms, name, edges), source.says, who))
    return made


def _by_rules(pick: random.Random, one: Terms, name: str, edges: frozenset[Edge]) -> Terms:
    """Words put for others wherever there are some, a word of each longer item left out or added, some items left out."""
    items = []
    for item in one.items:
        if pick.random() > LEFT_OUT:
            words = {_SYNONYMS.get(stem, stem) if pick.random() < 0.8 else stem for stem in sorted(item.stems)}
            if len(words) > 3:
                words.discard(pick.choice(sorted(words)))
            words.add(pick.choice(("full", "current", "known", "relevant")))
            items.append(SharedItem(" ".join(sorted(words)), frozenset(words), item.sensitivity))
    said: Counter[str] = Counter()
    for word, number in sorted(one.words.items()):
        if pick.random() > LEFT_OUT:
            said[_SYNONYMS.get(word, word)] += number
    return Terms(name, edges, tuple(items), one.gateways, said, one.doors)


def measured(
    areas: Iterable[Sequence[Made]], originals: Collection[str] | None = None
) -> dict[str, tuple[float, float]]:
    """Precision and recall of `merge` and `join`. `originals`: only pairs with one of these count."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    for made in areas:
        expected = {(a, b): words for a, b, words in truth(made)}
        says = {one.terms.id: one.says for one in made}
        for overlap in Comparison(sorted((one.terms for one in made), key=lambda one: one.id)).overlaps:
            pair = (overlap.a.id, overlap.b.id)
            texts = {says[id_] for id_ in pair}
            kin = len(texts) == 2 and any(texts <= set(family) for family in _FAMILIES)
            if not kin and (originals is None or set(originals) & set(pair)):
                counts[expected[pair], overlap.words] += 1
    found = {}
    for words in ("merge", "join"):
        right = counts[words, words]
        said = sum(number for (_, told), number in counts.items() if told == words)
        true = sum(number for (meant, _), number in counts.items() if meant == words)
        found[words] = (right / said if said else 1.0, right / true if true else 1.0)
    return found


def main() -> None:
    """Prints precision and recall for several limits: `python tests/figures/made_up_areas.py`, from the root."""
    register = load_register(ROOT)
    own = bases(register, date(2026, 11, 30))
    easy = [area(own, seed) for seed in range(20)]
    hard = [neighbours([*standards(), *own], seed) for seed in range(20)]
    ids = {one.id for one in own}
    print("item  data  purpose | easy: merge, join          | hard: merge, join (precision/recall)")
    for same in (0.3, 0.4, 0.5, 0.6):
        for data in (0.15, 0.2, 0.3, 0.4):
            for purpose in (0.15, 0.25):
                overlap_module._SAME_ITEM = same
                overlap_module.SAME_DATA, overlap_module.SAME_PURPOSE = data, purpose
                told = [measured(easy, ids), measured(hard)]
                print(
                    f"{same:4}  {data:4}  {purpose:7} | "
                    + " | ".join(
                        ", ".join(f"{found[w][0]:.2f}/{found[w][1]:.2f}" for w in ("merge", "join")) for found in told
                    ),
                    flush=True,
                )


if __name__ == "__main__":
    main()
