"""What the landscape of an area needs of one protocol: its parties, flows, clauses, money, waits and stages on a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import get_args

from undersigned.figures.overlap import Terms, edges_of, ends_of, terms_of
from undersigned.figures.survival import Spell
from undersigned.records.fields import Month, When, has_happened, latest
from undersigned.records.protocol import MilestoneStage, Operative, Protocol
from undersigned.register import ProtocolFolder, Register
from undersigned.status import (
    Identities,
    ProtocolStatus,
    agreed_versions,
    newest_version,
    protocol_status,
    review_state,
)

_LIVE, _COMING = frozenset({"signing", "in-force"}), frozenset({"draft", "consultation"})
STAGES: tuple[MilestoneStage, ...] = get_args(MilestoneStage)
_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_AMOUNT = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)}) ((?:working |calendar |clear )?(?:hour|day|week|month|year)s?)\b",
    re.IGNORECASE,
)


def numbers_in(text: str | None) -> tuple[str, ...]:
    """Each length of time in a text, once, in its order: `3 months`, `20 working days`."""
    found: dict[str, None] = {}
    for amount, unit in _AMOUNT.findall(text or ""):
        number = int(amount) if amount.isdigit() else _NUMBERS.index(amount.lower()) + 1
        bare = unit.lower().rstrip("s")
        found[f"{number} {bare}" + ("" if number == 1 else "s")] = None
    return tuple(found)


@dataclass(frozen=True)
class FlowSeen:
    edges: frozenset[tuple[str, str]]
    gateways: frozenset[str]


@dataclass(frozen=True)
class ClauseSeen:
    """`numbers`: the lengths of time in its own words. `adopts`: the protocol from which it is taken, or None."""

    id: str
    title: str | None
    numbers: tuple[str, ...]
    adopts: str | None


@dataclass(frozen=True)
class Kept:
    """How long receivers keep a piece of information. `numbers`: the lengths of time in `retention`."""

    item: str
    receivers: frozenset[str]
    retention: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """A body that has a copy and has not answered. `days` None if only the month is known."""

    organisation: str
    days: int | None


@dataclass(frozen=True)
class Seen:
    """What the landscape needs of one protocol. `terms` None if it is not compared.

    `material_on`: when its newest material version was agreed. `between`: bodies bound to each other by one version.
    `agreeing`: from its first milestone until it was in force, or until now.
    """

    id: str
    title: str
    status: str
    restricted: bool
    areas: tuple[str, ...]
    parties: tuple[str, ...]
    between: tuple[frozenset[str], ...]
    waiting: tuple[Waiting, ...]
    terms: Terms | None
    flows: tuple[FlowSeen, ...]
    clauses: tuple[ClauseSeen, ...]
    kept: tuple[Kept, ...]
    funding: tuple[tuple[str, When | None], ...]
    review_due: When | None
    effective_to: When | None
    stages: tuple[tuple[str, Spell], ...]
    stages_by_month: int
    agreeing: Spell | None
    signing: tuple[Spell, ...]
    signing_by_month: int
    material_on: When | None

    @cached_property
    def bound(self) -> frozenset[str]:
        """Every body that some version binds to another."""
        return frozenset[str]().union(*self.between)

    @property
    def live(self) -> bool:
        """Whether it is in force or out for signature."""
        return self.status in _LIVE

    @property
    def coming(self) -> bool:
        """Whether it is still being written."""
        return self.status in _COMING


def seen(register: Register, folder: ProtocolFolder, *, as_of: date, status: ProtocolStatus | None = None) -> Seen:
    """Reads one protocol, which has no faults. `status`: its state on that day, if the caller has it already."""
    protocol = folder.value
    identities = Identities(folder, register, as_of=as_of)
    if status is None:
        status = protocol_status(folder, register, as_of=as_of)
    stamp = newest_version(folder, as_of=as_of)
    text: Operative = stamp[1].text if stamp is not None and stamp[1].text is not None else protocol
    restricted = protocol.publication == "restricted"
    compared = not restricted and status.status in _LIVE | _COMING
    stages, stages_by_month = _stages(folder.id, protocol, status.status, as_of)
    signing, signing_by_month = _signing(folder, register, as_of)
    material = [
        version.agreed_on for _, version in agreed_versions(folder, as_of=as_of) if version.change == "material"
    ]
    return Seen(
        id=folder.id,
        title=text.title or protocol.title,
        status=status.status,
        restricted=restricted,
        areas=protocol.areas,
        parties=tuple(sorted(party.organisation for party in status.parties)),
        between=tuple(frozenset(one.between) for one in status.in_force),
        waiting=tuple(
            Waiting(p.organisation, p.days_waiting) for p in status.parties if p.state in ("awaiting", "stale")
        ),
        terms=terms_of(folder.id, text.title or protocol.title, text, identities, register.kinds) if compared else None,
        flows=tuple(_flows(text, identities)) if compared else (),
        clauses=tuple(_clauses(text, register)) if compared else (),
        kept=tuple(_kept(text, identities)) if compared else (),
        funding=() if restricted else tuple((one.source, one.ends_on) for one in protocol.funding),
        review_due=None if restricted else review_state(folder, as_of=as_of).due_on,
        effective_to=text.effective_to,
        stages=stages,
        stages_by_month=stages_by_month,
        agreeing=_agreeing(folder.id, protocol, status.status, as_of),
        signing=signing,
        signing_by_month=signing_by_month,
        material_on=max(material, key=latest) if material else None,
    )


def _flows(text: Operative, identities: Identities) -> Iterator[FlowSeen]:
    for flow in text.flows:
        gateways = frozenset(flow.gateways).union(*(law.gateways for law in flow.law_differs))
        yield FlowSeen(frozenset(edges_of(flow, text, identities)), gateways)


def _clauses(text: Operative, register: Register) -> Iterator[ClauseSeen]:
    for clause in text.clauses:
        if clause.adopts is not None:
            adopted = register.present_protocol(clause.adopts.protocol)
            yield ClauseSeen(clause.id, clause.title, numbers_in(clause.text), adopted)
            for id_ in clause.adopts.clauses:
                yield ClauseSeen(id_, None, (), adopted)
        elif clause.text:
            yield ClauseSeen(clause.id, clause.title, numbers_in(clause.text), None)


def _kept(text: Operative, identities: Identities) -> Iterator[Kept]:
    for flow in text.flows:
        numbers = numbers_in(flow.retention)
        if flow.retention and numbers:
            receivers = frozenset(ends_of(flow.to, text, identities))
            for item in flow.items:
                full = text.spelled_out(item) if isinstance(text, Protocol) else item
                if full is not None and not isinstance(full, str):
                    yield Kept(full.name, receivers, flow.retention, numbers)


def _stages(id_: str, protocol: Protocol, status: str, as_of: date) -> tuple[tuple[tuple[str, Spell], ...], int]:
    """From each milestone to the next; the last one is open while the protocol is not in force."""
    reached = {one.stage: one.on for one in protocol.milestones if has_happened(one.on, as_of)}
    order = [stage for stage in STAGES if stage in reached]
    found: list[tuple[str, Spell]] = []
    by_month = 0
    for stage, following in pairwise(order):
        start, end = reached[stage], reached[following]
        if isinstance(start, Month) or isinstance(end, Month):
            by_month += 1
        elif end >= start:
            found.append((stage, Spell((end - start).days, "ended", id_, stage)))
    if order and order[-1] != "in-force" and status in _COMING | {"signing"}:
        start = reached[order[-1]]
        if isinstance(start, Month):
            by_month += 1
        else:
            found.append((order[-1], Spell((as_of - start).days, None, id_, order[-1])))
    return tuple(found), by_month


def _agreeing(id_: str, protocol: Protocol, status: str, as_of: date) -> Spell | None:
    """From the first milestone until it was in force. None for what is known by month only, or was given up."""
    reached = {one.stage: one.on for one in protocol.milestones if has_happened(one.on, as_of)}
    first = next((reached[stage] for stage in STAGES if stage in reached), None)
    end = reached.get("in-force")
    open_ = end is None and status in _COMING | {"signing"}
    if isinstance(first, Month) or isinstance(end, Month) or first is None or not (end or open_):
        return None
    days = ((end or as_of) - first).days
    return Spell(days, "ended" if end else None, id_, id_) if days > 0 else None


def _signing(folder: ProtocolFolder, register: Register, as_of: date) -> tuple[tuple[Spell, ...], int]:
    """From the day on which a copy went out to a signature or a refusal. It waits until a later copy went out, or today."""
    found: list[Spell] = []
    by_month = 0
    for id_, record in folder.signing.items():
        entries = record.value.signatures if record.value else ()
        body = register.organisation(id_)
        gone = body.value.dissolved_on if body is not None and body.value is not None else None
        for index, entry in enumerate(entries):
            if entry.sent_on is None or not has_happened(entry.sent_on, as_of):
                continue
            answers = [("signed", entry.signed_on), ("declined", entry.declined.on if entry.declined else None)]
            given = [(what, on) for what, on in answers if on is not None and has_happened(on, as_of)]
            ending, end = given[0] if given else (None, None)
            if isinstance(entry.sent_on, Month) or isinstance(end, Month):
                by_month += 1
                continue
            if end is None:
                later = [
                    one.sent_on for one in entries[index + 1 :] if one.sent_on and has_happened(one.sent_on, as_of)
                ]
                stops = [day for day in (*later, gone) if isinstance(day, date) and entry.sent_on <= day <= as_of]
                end = min([*stops, as_of])
            if end >= entry.sent_on:
                found.append(Spell((end - entry.sent_on).days, ending, folder.id, id_))
    return tuple(found), by_month
