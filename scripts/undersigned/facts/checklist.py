"""What a review should look at, worked out from the register: facts only, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from undersigned.records.fields import When
from undersigned.records.protocol import Operative
from undersigned.records.vocabulary import Dated, Entry, LawChange, OutcomeMeasure, vocabulary
from undersigned.register import ProtocolFolder, Register
from undersigned.status import (
    COPY_DAYS,
    LateReturn,
    PartyStatus,
    Signing,
    add_months,
    has_happened,
    has_unreleased_changes,
    late_returns,
    newest_version,
    protocol_status,
    review_state,
)

#: As the rule `contact-unconfirmed` has it.
CONFIRM_MONTHS = 6
#: Who still has to sign, as states.
WAITING = ("stale", "awaiting", "not-sent", "declined", "withdrawn")


@dataclass(frozen=True)
class Contact:
    """A nominated officer whose post and mailbox nobody confirmed lately. `confirmed_on` None: never, or nobody is named."""

    name: str
    post: str | None
    confirmed_on: date | None


@dataclass(frozen=True)
class Copy:
    name: str
    signed_on: When | None


@dataclass(frozen=True)
class Fund:
    source: str
    ends_on: date
    ended: bool


@dataclass(frozen=True)
class Signer:
    name: str
    state: str


@dataclass(frozen=True)
class Dissolved:
    name: str
    on: When
    successors: tuple[str, ...]


@dataclass(frozen=True)
class SeriesBreak:
    measure: OutcomeMeasure
    on: date


@dataclass(frozen=True)
class Checklist:
    """`since`: the day of the last review, or the first day in force."""

    since: date | None
    law_changes: tuple[LawChange, ...]
    law_ended: tuple[Dated, ...]
    law_open: tuple[Entry, ...]
    law_checked: date | None
    contacts: tuple[Contact, ...]
    copies: tuple[Copy, ...]
    signers: tuple[Signer, ...]
    dissolved: tuple[Dissolved, ...]
    funding: tuple[Fund, ...]
    returns: tuple[LateReturn, ...]
    breaks: tuple[SeriesBreak, ...]
    unreleased: bool


def checklist_of(folder: ProtocolFolder, register: Register, *, as_of: date) -> Checklist:
    """What is to be looked at. The protocol must read."""
    review = review_state(folder, as_of=as_of)
    start = folder.value.effective_from
    since = review.last_completed_on or (start if isinstance(start, date) else None)
    newest = newest_version(folder, as_of=as_of)
    text: Operative = newest[1].text if newest is not None and newest[1].text is not None else folder.value
    used = _law_of(text)
    signing = Signing(folder, register, as_of=as_of)
    parties = protocol_status(folder, register, as_of=as_of).parties
    return Checklist(
        since=since,
        law_changes=tuple(
            change for change in vocabulary().law_changes.values() if _between(change.in_force_from, since, as_of)
        ),
        law_ended=tuple(
            entry
            for entry in used
            if isinstance(entry, Dated) and entry.repealed_on is not None and has_happened(entry.repealed_on, as_of)
        ),
        law_open=tuple(entry for entry in used if not entry.confirmed),
        law_checked=min((entry.checked for entry in used), default=None),
        contacts=tuple(_contacts(folder, register, signing, parties, as_of)),
        copies=tuple(
            Copy(register.organisation_name(party.organisation), party.signed_on)
            for party in parties
            if (party.copy_outstanding_days or 0) > COPY_DAYS
        ),
        signers=tuple(
            Signer(register.organisation_name(party.organisation), party.state)
            for party in parties
            if party.state in WAITING
        ),
        dissolved=tuple(_dissolved(register, parties, as_of)),
        funding=tuple(_funding(folder, review.due_on, as_of)),
        returns=tuple(late_returns(folder, as_of=as_of)),
        breaks=tuple(_breaks(folder, since, as_of)),
        unreleased=has_unreleased_changes(folder, register, as_of=as_of),
    )


def _between(day: date | None, since: date | None, as_of: date) -> bool:
    return day is not None and since is not None and since < day <= as_of


def _law_of(text: Operative) -> list[Entry]:
    """Each entry of the legal vocabularies that the text rests on, once, in the order of the vocabularies."""
    known = vocabulary()
    named: set[str] = set()
    for flow in text.flows:
        for law in (flow, *flow.law_differs):
            for ids in (
                law.lawful_bases,
                law.recognised_interests,
                law.special_category_conditions,
                law.schedule_1_conditions,
                law.law_enforcement_conditions,
                law.gateways,
            ):
                named.update(ids)
    entries: Iterable[Entry] = (
        *known.lawful_bases.values(),
        *known.recognised_interests.values(),
        *known.special_category_conditions.values(),
        *known.schedule_1_conditions.values(),
        *known.law_enforcement_conditions.values(),
        *known.gateways.values(),
    )
    return [entry for entry in entries if entry.id in named]


def _contacts(
    folder: ProtocolFolder, register: Register, signing: Signing, parties: Iterable[PartyStatus], as_of: date
) -> Iterator[Contact]:
    for party in parties:
        if party.state in ("ended", "withdrawn", "declined", "not-required") or signing.has_left(party.organisation):
            continue
        record = folder.signing.get(party.organisation)
        officer = record.value.nominated_officer if record is not None and record.value is not None else None
        confirmed_on = officer.confirmed_on if officer is not None and officer.mailbox else None
        if confirmed_on is None or add_months(confirmed_on, CONFIRM_MONTHS) < as_of:
            yield Contact(
                register.organisation_name(party.organisation), officer.post if officer else None, confirmed_on
            )


def _dissolved(register: Register, parties: Iterable[PartyStatus], as_of: date) -> Iterator[Dissolved]:
    for party in parties:
        record = register.organisation(party.organisation)
        body = record.value if record is not None else None
        if body is not None and body.dissolved_on is not None and has_happened(body.dissolved_on, as_of):
            yield Dissolved(body.name, body.dissolved_on, tuple(map(register.organisation_name, body.successors)))


def _funding(folder: ProtocolFolder, due_on: date | None, as_of: date) -> Iterator[Fund]:
    """Funding that does not last until the review after this one."""
    for fund in folder.value.funding:
        if isinstance(fund.ends_on, date) and due_on is not None and fund.ends_on < add_months(due_on, 12):
            yield Fund(fund.source, fund.ends_on, has_happened(fund.ends_on, as_of))


def _breaks(folder: ProtocolFolder, since: date | None, as_of: date) -> Iterator[SeriesBreak]:
    wanted = {id_ for monitoring in folder.value.monitoring for id_ in monitoring.measures}
    for id_, measure in vocabulary().outcome_measures.items():
        for series in measure.series if id_ in wanted else ():
            if series.from_ is not None and not series.comparable and _between(series.from_, since, as_of):
                yield SeriesBreak(measure, series.from_)
