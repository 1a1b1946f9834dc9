"""What a review of a protocol should look at, worked out from the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from undersigned.facts.flows import legal_references
from undersigned.facts.parties import PartyFacts
from undersigned.facts.protocol import ProtocolFacts
from undersigned.records.fields import When, earliest
from undersigned.records.protocol import Operative
from undersigned.records.vocabulary import Dated, Entry, LawChange, OutcomeMeasure, vocabulary
from undersigned.status import COPY_DAYS, LateReturn, add_months, has_happened, newest_version

#: As in the rule `contact-unconfirmed`.
CONFIRM_MONTHS = 6
#: The states of those who still have to sign.
UNSIGNED = ("stale", "awaiting", "not-sent", "declined", "withdrawn")


@dataclass(frozen=True)
class UnconfirmedOfficer:
    """A nominated officer that nobody has confirmed lately. `confirmed_on` is None if never, or if nobody is named."""

    name: str
    post: str | None
    confirmed_on: date | None


@dataclass(frozen=True)
class EndingFund:
    """Money that does not last until the review after this one."""

    source: str
    ends_on: date
    ended: bool


@dataclass(frozen=True)
class DissolvedParty:
    """A party that no longer exists, and the names of the organisations that followed it."""

    name: str
    on: When
    successors: tuple[str, ...]


@dataclass(frozen=True)
class Checklist:
    """`since`: the day of the last review, or the first day in force. `breaks`: measures counted in another way since a day."""

    since: When | None
    law_changes: tuple[LawChange, ...]
    law_ended: tuple[Dated, ...]
    law_open: tuple[Entry, ...]
    law_checked: date | None
    officers: tuple[UnconfirmedOfficer, ...]
    copies: tuple[PartyFacts, ...]
    unsigned: tuple[PartyFacts, ...]
    dissolved: tuple[DissolvedParty, ...]
    funding: tuple[EndingFund, ...]
    returns: tuple[LateReturn, ...]
    breaks: tuple[tuple[OutcomeMeasure, date], ...]
    unreleased: bool


def checklist_of(protocol: ProtocolFacts) -> Checklist:
    """What to look at in a review on the day of `protocol`."""
    as_of, status, start = protocol.as_of, protocol.status, protocol.record.effective_from
    since = status.review.last_completed_on or start
    law = _law_of(protocol)
    return Checklist(
        since=since,
        law_changes=tuple(
            change for change in vocabulary().law_changes.values() if _between(change.in_force_from, since, as_of)
        ),
        law_ended=tuple(entry for entry in law if isinstance(entry, Dated) and has_happened(entry.repealed_on, as_of)),
        law_open=tuple(entry for entry in law if not entry.confirmed),
        law_checked=min((entry.checked for entry in law), default=None),
        officers=tuple(_unconfirmed(protocol)),
        copies=tuple(party for party in protocol.parties if (party.status.copy_outstanding_days or 0) > COPY_DAYS),
        unsigned=tuple(party for party in protocol.parties if party.status.state in UNSIGNED),
        dissolved=tuple(_dissolved(protocol)),
        funding=tuple(_funding(protocol)),
        returns=protocol.late_returns,
        breaks=tuple(_breaks(protocol, since)),
        unreleased=status.unreleased_changes,
    )


def _between(day: date | None, since: When | None, as_of: date) -> bool:
    """Whether `day` may lie after `since`, and lies by `as_of`. In doubt it does: the review then looks at it."""
    return day is not None and since is not None and earliest(since) < day <= as_of


def _law_of(protocol: ProtocolFacts) -> tuple[Entry, ...]:
    """Each entry of the legal vocabularies that the newest agreed text rests on, once, in the order of the text."""
    newest = newest_version(protocol.folder, as_of=protocol.as_of)
    text: Operative = newest[1].text if newest is not None and newest[1].text is not None else protocol.record
    laws = (law for flow in text.flows for law in (flow, *flow.law_differs))
    entries = {found.id: found.entry for law in laws for found in legal_references(law) if found.entry is not None}
    return tuple(entries.values())


def _unconfirmed(protocol: ProtocolFacts) -> Iterator[UnconfirmedOfficer]:
    for party in protocol.parties:
        gone = party.status.state in ("ended", "withdrawn", "declined", "not-required")
        if gone or protocol.signing.has_left(party.id):
            continue
        record = protocol.folder.signing.get(party.id)
        officer = record.value.nominated_officer if record is not None and record.value is not None else None
        confirmed_on = officer.confirmed_on if officer is not None and officer.mailbox else None
        if confirmed_on is None or add_months(confirmed_on, CONFIRM_MONTHS) < protocol.as_of:
            yield UnconfirmedOfficer(party.name, officer.post if officer else None, confirmed_on)


def _dissolved(protocol: ProtocolFacts) -> Iterator[DissolvedParty]:
    register = protocol.register
    for party in protocol.parties:
        record = register.organisation(party.id)
        body = record.value if record is not None else None
        if body is not None and body.dissolved_on is not None and has_happened(body.dissolved_on, protocol.as_of):
            yield DissolvedParty(body.name, body.dissolved_on, tuple(map(register.organisation_name, body.successors)))


def _funding(protocol: ProtocolFacts) -> Iterator[EndingFund]:
    due_on = protocol.status.review.due_on
    for fund in protocol.record.funding:
        if isinstance(fund.ends_on, date) and due_on is not None and fund.ends_on < add_months(earliest(due_on), 12):
            yield EndingFund(fund.source, fund.ends_on, has_happened(fund.ends_on, protocol.as_of))


def _breaks(protocol: ProtocolFacts, since: When | None) -> Iterator[tuple[OutcomeMeasure, date]]:
    wanted = {id_ for monitoring in protocol.record.monitoring for id_ in monitoring.measures}
    for id_, measure in vocabulary().outcome_measures.items():
        for series in measure.series if id_ in wanted else ():
            if series.from_ is not None and not series.comparable and _between(series.from_, since, protocol.as_of):
                yield measure, series.from_
