"""What the lead of an area asks of its protocols: what do we have twice, what is missing, what waits, what falls due.

`landscape` joins what was seen of each protocol. A restricted protocol is never compared. What a record does not say is
not known, and never a gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from undersigned.figures.combined import areas_in
from undersigned.figures.overlap import Comparison, Overlap, Words
from undersigned.figures.profile import STAGES, ClauseSeen, Seen
from undersigned.figures.provision import area_ids, services
from undersigned.figures.survival import Clock, Spell, clock
from undersigned.records.areas import Judged
from undersigned.records.fields import When, earliest, has_happened, in_time, latest, surely_before
from undersigned.records.organisation import Organisation
from undersigned.records.vocabulary import ExpectedLink, LinkEnd, vocabulary
from undersigned.register import Register

#: A review; the end of a text; the end of a protocol's money; the last day for notice to a service; and its end.
EventKind = Literal["review", "text", "money", "notice", "service"]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
_A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Event:
    """One day or month. `what`: the money or the part of a service, "" where the kind says it. `of`: the title of what
    it belongs to. `id`: of the protocol, or `area/service`."""

    kind: EventKind
    on: When
    what: str
    of: str
    id: str


def in_the_year(events: Iterable[Event], *, as_of: date) -> tuple[Event, ...]:
    """Those from the day on that are over within a year, first things first."""
    found = [
        one
        for one in events
        if not has_happened(one.on, as_of - timedelta(days=1)) and latest(one.on) <= as_of + _A_YEAR
    ]
    return tuple(sorted(found, key=lambda one: (in_time(one.on), KINDS.index(one.kind), one.of, one.what)))


def services_due(register: Register, area: str | None, *, as_of: date) -> Iterator[Event]:
    """Of every service that has not ended, in the area and the areas in it: its days of notice and its ends."""
    within = None if area is None else areas_in(area, register.parts_of_areas)
    for id_ in area_ids(register):
        for one in services(register, id_, as_of=as_of) if within is None or id_ in within else ():
            if one.state != "ended":
                yield from (Event("service", when, what, one.value.title, f"{id_}/{one.id}") for what, when in one.ends)
                contract = one.value.contract
                if contract is not None and contract.notice_by is not None:
                    yield Event("notice", contract.notice_by, "", one.value.title, f"{id_}/{one.id}")


def months_of(as_of: date) -> tuple[tuple[int, int], ...]:
    """The thirteen months, as (year, month), that a year from a day touches."""
    first = as_of.year * 12 + as_of.month - 1
    return tuple(divmod(first + number, 12) for number in range(13))


def by_month(events: Iterable[Event], *, as_of: date) -> dict[EventKind, tuple[int, ...]]:
    """How many events of each kind there are in each of the thirteen months. A month without a day counts as it is."""
    place = {month: number for number, month in enumerate(months_of(as_of))}
    counts = {kind: [0] * len(place) for kind in KINDS}
    for one in events:
        day = earliest(one.on)
        counts[one.kind][place[day.year, day.month - 1]] += 1
    return {kind: tuple(numbers) for kind, numbers in counts.items()}


#: Copies that are out for more days are named.
LONG_OUT = 90
_SIX_MONTHS = 183
LinkState = Literal["in-force", "agreed", "other", "none", "cannot-say"]
FundingState = Literal["ended", "before-review", "within-six-months", "later", "no-end", "not-said"]


@dataclass(frozen=True)
class Pair:
    """Two protocols of one area. `words`: what follows from the figures, or what people decided. `judged`: that decision,
    while it holds."""

    overlap: Overlap
    words: Words | None
    judged: Judged | None
    area: str


@dataclass(frozen=True)
class Link:
    """An expected flow. `protocol`: the one that gives it its state. `waits`: who has still to sign, if it is agreed."""

    link: str
    from_: str
    to: str
    state: LinkState
    protocol: str | None
    waits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    """A clause that two protocols or more have. `numbers`: the lengths of time in it, by protocol. `adopted`: by protocol,
    the one that it is taken from."""

    id: str
    title: str | None
    numbers: Mapping[str, tuple[str, ...]]
    own: tuple[str, ...]
    adopted: Mapping[str, str]

    @property
    def differs(self) -> bool:
        """Whether the protocols that give a length of time give others."""
        return len({numbers for numbers in self.numbers.values() if numbers}) > 1


@dataclass(frozen=True)
class Conflict:
    """Two terms that bind one body at once. `what`: `retention` or `breach`. `about`: the item or clause. `terms`: by protocol."""

    what: Literal["retention", "breach"]
    bodies: tuple[str, ...]
    about: str
    terms: Mapping[str, str]


@dataclass(frozen=True)
class Funding:
    """One source of a protocol's money. `source` None: the protocol says nothing of money."""

    protocol: str
    source: str | None
    ends_on: When | None
    review_due: When | None
    effective_to: When | None
    state: FundingState


@dataclass(frozen=True)
class Landscape:
    """`protocols`: those that are live or coming, restricted ones too, which are compared with nothing.

    `signing_by_kind`: by kind of body. `agreeing`: from the first milestone until in force. `year`: what falls due.
    """

    area: str | None
    as_of: date
    protocols: tuple[Seen, ...]
    pairs: tuple[Pair, ...]
    links: tuple[Link, ...]
    clauses: tuple[Clause, ...]
    conflicts: tuple[Conflict, ...]
    stage: Clock
    by_stage: Mapping[str, Clock]
    signing: Clock
    signing_by_kind: Mapping[str, Clock]
    agreeing: Clock
    funding: tuple[Funding, ...]
    year: tuple[Event, ...]


def areas_of(protocols: Iterable[Seen]) -> list[str]:
    """Every area that a protocol names, by id."""
    return sorted({area for one in protocols for area in one.areas})


def landscape(register: Register, protocols: Sequence[Seen], *, area: str | None, as_of: date) -> Landscape:
    """Joins what was seen of all protocols. `area` None: the whole register, each area by itself."""
    parts = register.parts_of_areas
    inside = [one for one in protocols if area is None or areas_in(area, parts) & set(one.areas)]
    here = [one for one in inside if one.live or one.coming]
    bodies = {
        id_: record.value
        for id_ in register.organisation_ids
        if (record := register.organisation(id_)) is not None
        and record.value is not None
        and not has_happened(record.value.dissolved_on, as_of)
    }
    judged = _judged(register, {one.id: one for one in protocols})
    party_to: dict[str, list[Seen]] = defaultdict(list)
    for protocol in sorted(protocols, key=lambda protocol: protocol.id):
        for body in protocol.parties if protocol.live else ():
            party_to[body].append(protocol)
    pairs: dict[tuple[str, str], Pair] = {}
    links: dict[tuple[str, str, str], Link] = {}
    for one in [area] if area is not None else areas_of(here):
        within = areas_in(one, parts)
        local = [protocol for protocol in here if within & set(protocol.areas)]
        for pair in _pairs(local, judged, one):
            pairs.setdefault((pair.overlap.a.id, pair.overlap.b.id), pair)
        for link in _links(party_to, {id_: body for id_, body in bodies.items() if within & set(body.areas)}):
            links.setdefault((link.link, link.from_, link.to), link)
    live = [one for one in here if one.live and not one.restricted]
    stages: dict[str, list[Spell]] = {stage: [] for stage in STAGES[:-1]}
    for protocol in inside:
        for stage, spell in protocol.stages:
            stages[stage].append(spell)
    by_month = sum(one.stages_by_month for one in inside)
    return Landscape(
        area,
        as_of,
        tuple(here),
        tuple(pairs[key] for key in sorted(pairs)),
        tuple(links.values()),
        tuple(_shared_clauses(live)),
        tuple(_conflicts(pairs.values(), {one.id: one for one in live})),
        clock([spell for spells in stages.values() for spell in spells], "ended", by_month=by_month),
        {stage: clock(spells, "ended") for stage, spells in stages.items() if spells},
        clock(
            [spell for one in inside for spell in one.signing],
            "signed",
            by_month=sum(one.signing_by_month for one in inside),
        ),
        _by_kind(register, [spell for one in inside for spell in one.signing]),
        clock([one.agreeing for one in inside if one.agreeing is not None], "ended"),
        tuple(funding for one in live for funding in _funding(one, as_of)),
        in_the_year([*_due(live), *services_due(register, area, as_of=as_of)], as_of=as_of),
    )


# what waits


def _by_kind(register: Register, spells: Iterable[Spell]) -> dict[str, Clock]:
    """How long each kind of body takes to sign. Kinds are not compared: few cases differ by chance."""
    found: dict[str, list[Spell]] = defaultdict(list)
    for spell in spells:
        record = register.organisation(spell.case)
        if record is not None and record.value is not None:
            found[record.value.kind].append(spell)
    return {kind: clock(found[kind], "signed") for kind in sorted(found)}


# what do we have twice


def _judged(register: Register, protocols: Mapping[str, Seen]) -> dict[frozenset[str], Judged]:
    """People's decisions that hold: those of before the newest material version of either protocol have lapsed."""
    record = register.landscape_record
    found: dict[frozenset[str], Judged] = {}
    for judged in record.value.judged if record is not None and record.value is not None else ():
        ids = frozenset(register.present_protocol(id_) for id_ in judged.protocols)
        changed = [protocols[id_].material_on for id_ in ids if id_ in protocols]
        if len(ids) == 2 and not any(day is not None and latest(day) > judged.on for day in changed):
            found[ids] = judged
    return found


def _pairs(local: Sequence[Seen], judged: Mapping[frozenset[str], Judged], area: str) -> Iterator[Pair]:
    compared = [one.terms for one in local if one.terms is not None]
    for overlap in Comparison(sorted(compared, key=lambda terms: terms.id)).overlaps:
        decided = judged.get(frozenset((overlap.a.id, overlap.b.id)))
        words = overlap.words
        if decided is not None:
            words = None if decided.answer == "keep-apart" else decided.answer
        yield Pair(overlap, words, decided, area)


# what is missing


def _links(protocols: Mapping[str, Sequence[Seen]], bodies: Mapping[str, Organisation]) -> Iterator[Link]:
    """`protocols`: by body, those that it is party to. `bodies`: those of one area."""
    for expected in vocabulary().expected_links.values():
        senders = [(id_, fits) for id_, body in bodies.items() if (fits := _fits(expected.from_, body)) is not False]
        receivers = [(id_, fits) for id_, body in bodies.items() if (fits := _fits(expected.to, body)) is not False]
        best: Link | None = None
        for from_, sends in senders:
            for to, receives in receivers:
                where = _where(expected, bodies[from_], bodies[to])
                if from_ == to or where is False or (best is not None and best.state == "in-force"):
                    continue
                known = sends is True and receives is True and where is True
                link = _link(expected, from_, to, protocols, known)
                if expected.per == "pair":
                    yield link
                elif best is None or _BEST.index(link.state) < _BEST.index(best.state):
                    best = link
        if best is not None:
            yield best


_BEST: tuple[LinkState, ...] = ("in-force", "agreed", "cannot-say", "other", "none")


def _fits(end: LinkEnd, body: Organisation) -> bool | None:
    """Whether a body is at this end; None if its record does not say."""
    if body.kind not in end.kinds:
        return False
    legal = body.legal
    if end.duty_to_refer is not None:
        known = legal.duty_to_refer if legal is not None else None
        if known is None:
            kind = vocabulary().organisation_kinds[body.kind].duty_to_refer
            known = {"yes": True, "no": False}.get(str(kind))
        if known is None or known is not end.duty_to_refer:
            return known if known is None else False
    if end.housing_authority is not None:
        known = legal.housing_authority if legal is not None else None
        if known is None:
            return None
        return known is end.housing_authority
    return True


def _where(expected: ExpectedLink, one: Organisation, other: Organisation) -> bool | None:
    """Whether the enactment reaches both; None if a record does not say where its body is."""
    places = [body.jurisdiction for body in (one, other)]
    if any(place is not None and place not in expected.jurisdictions for place in places):
        return False
    return None if None in places else True


def _link(expected: ExpectedLink, from_: str, to: str, protocols: Mapping[str, Sequence[Seen]], known: bool) -> Link:
    """The state of one link, by the protocols to which both are party."""
    wanted = frozenset(expected.gateways_any)
    found: dict[LinkState, Seen] = {}
    for one in protocols.get(from_, ()):
        if to not in one.parties:
            continue
        if one.restricted:
            found.setdefault("cannot-say", one)
            continue
        gateways = [flow.gateways for flow in one.flows if (from_, to) in flow.edges]
        bound = any(from_ in both and to in both for both in one.between)
        if any(not wanted or wanted & named for named in gateways):
            found.setdefault("in-force" if bound else "agreed", one)
        elif gateways and bound:
            found.setdefault("other", one)
    for state in ("in-force", "agreed", "cannot-say", "other"):
        if state in ("cannot-say", "other") and not known:
            break
        if state in found:
            one = found[state]
            waits = tuple(body for body in (from_, to) if body not in one.bound) if state == "agreed" else ()
            return Link(expected.id, from_, to, state, one.id, waits)
    if known:
        return Link(expected.id, from_, to, "none", None)
    restricted = found.get("cannot-say")
    return Link(expected.id, from_, to, "cannot-say", restricted.id if restricted else None)


# terms that differ


def _shared_clauses(live: Sequence[Seen]) -> Iterator[Clause]:
    found: dict[str, dict[str, ClauseSeen]] = defaultdict(dict)
    for one in live:
        for clause in one.clauses:
            found[clause.id].setdefault(one.id, clause)
    for id_, by_protocol in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        if len(by_protocol) > 1:
            yield Clause(
                id_,
                next((clause.title for clause in by_protocol.values() if clause.title), None),
                {protocol: clause.numbers for protocol, clause in by_protocol.items() if clause.adopts is None},
                tuple(protocol for protocol, clause in by_protocol.items() if clause.adopts is None),
                {protocol: clause.adopts for protocol, clause in by_protocol.items() if clause.adopts is not None},
            )


def _conflicts(pairs: Iterable[Pair], live: Mapping[str, Seen]) -> Iterator[Conflict]:
    """Two breach clocks, or two retentions of one item, that bind one body."""
    for pair in pairs:
        one, other = live.get(pair.overlap.a.id), live.get(pair.overlap.b.id)
        if one is None or other is None:
            continue
        both = one.bound & other.bound
        if not both:
            continue
        clocks = [
            next((clause.numbers for clause in each.clauses if clause.id == "breach" and clause.adopts is None), ())
            for each in (one, other)
        ]
        if clocks[0] and clocks[1] and clocks[0] != clocks[1]:
            terms = {each.id: ", ".join(clock) for each, clock in zip((one, other), clocks, strict=True)}
            yield Conflict("breach", tuple(sorted(both)), "breach", terms)
        for mine, theirs in pair.overlap.same_items:
            yield from _retentions(one, other, mine, theirs, both)


def _retentions(one: Seen, other: Seen, mine: str, theirs: str, both: frozenset[str]) -> Iterator[Conflict]:
    """At most one conflict for an item: all bodies that are to keep it for two lengths of time."""
    receivers: set[str] = set()
    terms: dict[str, str] = {}
    for first in one.kept:
        for second in other.kept if first.item == mine else ():
            if second.item == theirs and first.numbers != second.numbers:
                here = both & first.receivers & second.receivers
                if here:
                    receivers |= here
                    terms = terms or {one.id: first.retention, other.id: second.retention}
    if receivers:
        yield Conflict("retention", tuple(sorted(receivers)), mine, terms)


# what ends


def _due(live: Iterable[Seen]) -> Iterator[Event]:
    for one in live:
        if one.review_due is not None:
            yield Event("review", one.review_due, "", one.title, one.id)
        if one.effective_to is not None:
            yield Event("text", one.effective_to, "", one.title, one.id)
        for source, ends_on in one.funding:
            if ends_on is not None:
                yield Event("money", ends_on, source, one.title, one.id)


def _funding(one: Seen, as_of: date) -> Iterator[Funding]:
    if not one.funding:
        yield Funding(one.id, None, None, one.review_due, one.effective_to, "not-said")
    for source, ends_on in one.funding:
        yield Funding(one.id, source, ends_on, one.review_due, one.effective_to, _money(ends_on, one.review_due, as_of))


def _money(ends_on: When | None, review_due: When | None, as_of: date) -> FundingState:
    if ends_on is None:
        return "no-end"
    if latest(ends_on) < as_of:
        return "ended"
    if review_due is not None and surely_before(ends_on, review_due):
        return "before-review"
    return "within-six-months" if latest(ends_on) <= as_of + timedelta(days=_SIX_MONTHS) else "later"
