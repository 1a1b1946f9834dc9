"""Dates: steps in their order, nothing that must have happened in the future, days where days are asked.

The dates of versions, signatures and reviews are judged in their own rooms.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from undersigned.checks.engine import (
    Observation,
    OrganisationSubject,
    ProtocolSubject,
    RecordLike,
    RegisterSubject,
    RuleSet,
    Subject,
    all_parts,
)
from undersigned.checks.texts import raw_bytes
from undersigned.records.fields import Month, When, add_months, earliest, in_time, latest, surely_before
from undersigned.records.findings import Finding
from undersigned.records.protocol import ENDED
from undersigned.records.reading import may_hold_months, months_in
from undersigned.records.source import KeyPath
from undersigned.records.version import Version

_STAGES = ("proposed", "drafting", "consultation", "approval", "signing", "in-force")
#: The stages that a protocol has been through, by its status. A later one may be a plan.
_REACHED: dict[str, tuple[str, ...]] = {"draft": _STAGES[:2], "consultation": _STAGES[:3], "signing": _STAGES[:5]}


def order(
    subject: Subject,
    record: RecordLike,
    path: KeyPath,
    later: tuple[str, When | None],
    earlier: tuple[str, When | None],
    words: str = "default",
) -> Iterator[Finding]:
    """A finding at `path`, the later step, if it lies before the earlier one. Each step is its name and its day."""
    name, day = later
    before, start = earlier
    if day is not None and start is not None and surely_before(day, start):
        yield from subject.find(
            "date-order", record, path, words=words, later=name, day=day, earlier=before, start=start
        )


def future(subject: Subject, record: RecordLike, path: KeyPath, name: str, day: When | None) -> Iterator[Finding]:
    """A finding at `path` if what has happened by its nature is dated after the day of asking."""
    if day is not None and surely_before(subject.as_of, day):
        yield from subject.find("date-in-future", record, path, what=name, day=day, as_of=subject.as_of)


def check_period(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol ends on or after the day it starts, and one in force has a day on which it started."""
    protocol, record = subject.protocol, subject.record
    yield from order(
        subject,
        record,
        ("effective_to",),
        ("effective_to", protocol.effective_to),
        ("effective_from", protocol.effective_from),
    )
    ended_on = ("ended_on", protocol.ended_on)
    yield from order(subject, record, ("ended_on",), ended_on, ("effective_from", protocol.effective_from))
    last, end = protocol.effective_to, protocol.ended_on
    if last is not None and end is not None and surely_before(last, end):
        yield from subject.find("date-order", record, ("ended_on",), words="ran-out", day=end, start=last)
    if protocol.status == "in-force" and protocol.effective_from is None:
        yield from subject.find("no-start", record, missing="effective_from")


def check_parties(subject: ProtocolSubject) -> Iterator[Finding]:
    """A party leaves on or after the day it joined, and joins before the protocol has ended."""
    protocol, record = subject.protocol, subject.record
    for index, party in enumerate(protocol.parties):
        path: KeyPath = ("parties", index)
        if party.left_on is not None:
            yield from order(
                subject, record, (*path, "left_on"), ("left_on", party.left_on), ("joined_on", party.joined_on)
            )
        end = protocol.effective_to
        if party.joined_on is not None and end is not None and surely_before(end, party.joined_on):
            yield from subject.find(
                "date-order", record, (*path, "joined_on"), words="joined", day=party.joined_on, start=end
            )


def check_milestones(subject: ProtocolSubject) -> Iterator[Finding]:
    """The stages of making a protocol follow each other, and those that it has reached lie in the past."""
    protocol, record = subject.protocol, subject.record
    if not protocol.milestones:
        return
    reached = _REACHED.get(protocol.status, _STAGES)
    first: dict[str, tuple[When, int]] = {}
    for index, milestone in enumerate(protocol.milestones):
        known = first.get(milestone.stage)
        if known is None or in_time(milestone.on) < in_time(known[0]):
            first[milestone.stage] = (milestone.on, index)
        if milestone.stage in reached:
            yield from future(
                subject, record, ("milestones", index, "on"), f"the stage {milestone.stage}", milestone.on
            )
    latest_stage: tuple[str, When] | None = None
    for stage in _STAGES:
        if stage not in first:
            continue
        day, index = first[stage]
        if latest_stage is not None and surely_before(day, latest_stage[1]):
            yield from order(
                subject,
                record,
                ("milestones", index, "on"),
                (f"the stage {stage}", day),
                (f"the stage {latest_stage[0]}", latest_stage[1]),
            )
        else:
            latest_stage = (stage, day)


def check_funding(subject: ProtocolSubject) -> Iterator[Finding]:
    """Money that pays for a protocol in force lasts at least until the day it starts."""
    protocol = subject.protocol
    if subject.status_severity() is None or protocol.effective_from is None:
        return
    for index, funding in enumerate(protocol.funding):
        if funding.ends_on is not None and surely_before(funding.ends_on, protocol.effective_from):
            yield from subject.find(
                "funding-before-start",
                subject.record,
                ("funding", index, "ends_on"),
                source=funding.source,
                day=funding.ends_on,
                start=protocol.effective_from,
            )


def check_impact_assessment(subject: ProtocolSubject) -> Iterator[Finding]:
    """An impact assessment that was completed was completed by today."""
    dpia = subject.protocol.dpia
    if dpia is not None:
        yield from future(
            subject,
            subject.record,
            ("dpia", "completed_on"),
            "the completion of the impact assessment",
            dpia.completed_on,
        )


def observe_starts(subject: ProtocolSubject) -> Iterator[Observation]:
    """When a protocol starts, and what it supersedes: what is compared is never read twice."""
    start, id_, path = subject.protocol.effective_from, subject.folder.id, subject.record.path
    if start is None:
        return
    yield Observation("start", f"{earliest(start)} {latest(start)} {start}", id_, path)
    for older in subject.protocol.supersedes:
        yield Observation("supersedes-by-date", subject.register.present_protocol(older), id_, path)


def check_superseded(subject: RegisterSubject) -> Iterator[Finding]:
    """A protocol starts no earlier than the one that it supersedes."""
    starts = {seen.protocol: seen.key.split(" ") for seen in subject.observations if seen.kind == "start"}
    for seen in subject.observations:
        if seen.kind != "supersedes-by-date" or seen.key not in starts:
            continue
        _first, last, day = starts[seen.protocol]
        first_of_older, _last, start = starts[seen.key]
        record = subject.register.protocol_record(seen.protocol) if last < first_of_older else None
        if record is not None:
            yield from subject.find(
                "date-order", record, ("effective_from",), words="superseded", day=day, start=start, older=seen.key
            )


def check_officers(subject: ProtocolSubject) -> Iterator[Finding]:
    """A nominated officer was confirmed by today."""
    for record in subject.folder.signing.values():
        officer = record.value.nominated_officer if record.value else None
        if officer is not None and officer.confirmed_on is not None and officer.confirmed_on > subject.as_of:
            yield from future(
                subject,
                record,
                ("nominated_officer", "confirmed_on"),
                "the confirmation of this contact",
                officer.confirmed_on,
            )


def check_returns(subject: ProtocolSubject) -> Iterator[Finding]:
    """A return covers a period that ends after it begins, and was drawn up after that and by today."""
    for record in subject.folder.outcomes.values():
        outcome = record.value
        if outcome is None:
            continue
        period, drawn = outcome.period, outcome.extracted_on
        yield from order(
            subject,
            record,
            ("period", "to"),
            ("the last day of the period", period.to),
            ("its first day", period.from_),
        )
        yield from future(subject, record, ("extracted_on",), "the extraction of these figures", drawn)
        if period.from_ <= period.to <= subject.as_of:
            yield from order(
                subject, record, ("extracted_on",), ("extracted_on", drawn), ("the last day of the period", period.to)
            )


def check_organisation(subject: OrganisationSubject) -> Iterator[Finding]:
    """A contact was confirmed by today, and a successor outlives the body that it succeeds."""
    organisation, record = subject.organisation, subject.record
    if organisation.contact is not None:
        yield from future(
            subject,
            record,
            ("contact", "confirmed_on"),
            "the confirmation of this contact",
            organisation.contact.confirmed_on,
        )
    end = organisation.dissolved_on
    if end is None:
        return
    for index, id_ in enumerate(organisation.successors):
        successor = subject.register.organisation(id_)
        if successor is None or successor.value is None or subject.register.present_organisation(id_) == subject.id:
            continue
        its_end = successor.value.dissolved_on
        if its_end is not None and surely_before(its_end, end):
            yield from subject.find(
                "successor-dissolved", record, ("successors", index), successor=id_, day=its_end, end=end
            )


#: Where a day that nobody knows any more may be a month, by the fields at the end of its path (record format, "Facts that
#: are not known to the day"). Forms, clauses and flows hold no dates.
_MAY_BE_A_MONTH = frozenset(
    {
        ("agreed_on",),
        ("sent_on",),
        ("approved_on",),
        ("signed_on",),
        ("returned_on",),
        ("sent_again_on",),
        ("counterpart_on",),
        ("declined", "on"),
        ("withdrawn", "on"),
        ("joined_on",),
        ("left_on",),
        ("dissolved_on",),
        ("ended_on",),
        ("inherits", "on"),
        ("review", "next_due"),
    }
)


def _may_be_a_month(record: object, path: KeyPath) -> bool:
    names = tuple(part for part in path if isinstance(part, str))
    if isinstance(record, Version) and names == ("effective_from",):
        return True
    return any(names[-len(known) :] == known for known in _MAY_BE_A_MONTH)


def _is_recent(month: When, as_of: date) -> bool:
    """Whether it lies less than a year back, and not ahead."""
    return isinstance(month, Month) and not surely_before(as_of, month) and add_months(latest(month), 12) > as_of


def _recent_month(subject: Subject, record: RecordLike, path: KeyPath, month: Month) -> Iterator[Finding]:
    """A warning if somebody can still find the day."""
    if path[-1] != "next_due" and _is_recent(month, subject.as_of):
        yield from subject.find("month-only", record, path, words="recent", severity="warning", month=month)


def check_months(subject: ProtocolSubject) -> Iterator[Finding]:
    """A date is a month only in the fields that allow it, and only if it lies a year back: before that it can be found."""
    for record in all_parts(subject.folder):
        if not may_hold_months(raw_bytes(subject.register, record)):
            continue
        for path, month in months_in(record.value):
            if _may_be_a_month(record.value, path):
                yield from _recent_month(subject, record, path, month)
            elif subject.folder.value.status not in ENDED:
                yield from subject.find("month-only", record, path, status=subject.protocol.status)
    for completed_on, review in subject.folder.reviews.items():
        if _is_recent(completed_on, subject.as_of):
            yield from subject.find("month-only", review, words="recent-review", severity="warning", month=completed_on)


def check_months_of_organisation(subject: OrganisationSubject) -> Iterator[Finding]:
    """The month in which a body was dissolved lies a year back: before that the day can be found."""
    for path, month in months_in(subject.organisation):
        yield from _recent_month(subject, subject.record, path, month)


RULES = RuleSet(
    protocol=(
        check_period,
        check_parties,
        check_milestones,
        check_funding,
        check_impact_assessment,
        check_officers,
        check_returns,
        check_months,
    ),
    organisation=(check_organisation, check_months_of_organisation),
    observe=(observe_starts,),
    register=(check_superseded,),
)
