"""Rules on reviews: that each is of a text, on a day and in words that mean something, and that the next is not missed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta

from undersigned.checks.engine import Observation, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.rules.parties import ever_parties
from undersigned.checks.rules.references import unknown_organisation
from undersigned.checks.rules.versions import check_fingerprint, check_version_named, stamp_of
from undersigned.records.fields import (
    When,
    earliest,
    has_happened,
    in_time,
    latest,
    surely_before,
    version_key,
    when_of,
)
from undersigned.records.findings import Finding, Severity
from undersigned.records.protocol import ENDED
from undersigned.records.reading import Record
from undersigned.records.review import UNFINISHED, Review
from undersigned.register import ProtocolFolder
from undersigned.status import late_returns, names_due_date, review_state, review_steps, takes_effect
from undersigned.words.dates import days_in_words

LONGEST_INTERVAL = 12
FEWEST_WORDS = 5
FEWEST_TELLING = 3
SAME_NOTE_REVIEWS = 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
#: Words that say no more than that there was a review. A note needs three others.
_STOCK = frozenset(
    """
    a accurate action again agreed agreement all amendment amendments an and annual annually any appropriate are as at be been
    before by change changed changes check checked complete completed confirm confirmed current date did document done due
    during everything fine for found from good has have identified in is issue issues it its last made make n na necessary
    need needed needs no none not nothing noted of ok okay on order our out period present protocol read remain remains
    report required review reviewed reviewing satisfactory same still suitable text that the there they this to unchanged up
    valid was we were what with year yearly yes
""".split()  # noqa: SIM905 - a list of words reads better so
)


def _reviews(subject: ProtocolSubject) -> Iterator[tuple[When, Record[Review], Review]]:
    for completed_on, record in subject.folder.reviews.items():
        if record.value is not None:
            yield completed_on, record, record.value


def _clock_is_known(subject: ProtocolSubject) -> bool:
    """Whether everything was read that can move the due date: each review and each version."""
    moved_by = ("due_on", "review_again_by", "scope")
    reviews = subject.folder.reviews.values()
    return all(
        record.value is not None and not any(record.was_dropped(field) for field in moved_by) for record in reviews
    ) and all(record.value is not None for record in subject.folder.versions.values())


# -- one review -----------------------------------------------------------------------------------------------------


def check_reviewed_text(subject: ProtocolSubject) -> Iterator[Finding]:
    """A review is of a version that there was on its day, and carries that version's fingerprint."""
    for completed_on, record, review in _reviews(subject):
        yield from check_version_named(subject, record, (), review.version)
        yield from check_fingerprint(subject, record, (), review.version, review.fingerprint, required=True)
        version = stamp_of(subject, review.version)
        if version is None:
            continue
        if surely_before(completed_on, version.agreed_on):
            if not surely_before(subject.as_of, version.agreed_on):
                yield from subject.find(
                    "review-before-text",
                    record,
                    ("version",),
                    version=review.version,
                    agreed=version.agreed_on,
                    completed=completed_on,
                )
            continue
        newer = [
            number
            for number, other in subject.folder.read_versions()
            if version_key(number) > version_key(review.version)
            and has_happened(other.agreed_on, earliest(completed_on))
            and has_happened(takes_effect(subject.folder, other), earliest(completed_on))
        ]
        if newer and review.scope == "whole":
            yield from subject.find(
                "review-of-old-text",
                record,
                ("version",),
                version=review.version,
                newer=newer[-1],
                completed=completed_on,
            )


def check_review_days(subject: ProtocolSubject) -> Iterator[Finding]:
    """A review is in the past, answers a date that was due, and brings the next one nearer if it moves it at all."""
    for completed_on, record, review in _reviews(subject):
        if surely_before(subject.as_of, completed_on):
            yield from subject.find("review-in-future", record, day=completed_on)
        again = review.review_again_by
        if again is not None and again <= earliest(completed_on):
            yield from subject.find(
                "review-again", record, ("review_again_by",), words="past", day=again, completed=completed_on
            )
    if not _clock_is_known(subject):
        return
    _first, steps = review_steps(subject.folder, as_of=subject.as_of)
    for step in steps:
        record = subject.folder.reviews[step.completed_on]
        due_on, again = step.review.due_on, step.review.review_again_by
        if due_on is not None and not step.was_due and not _was_due_then(subject, step.completed_on):
            yield from subject.find(
                "due-date-never-due",
                record,
                ("due_on",),
                day=due_on,
                due=step.due_before or "",
                completed=step.completed_on,
            )
        if again is not None and step.next_due is not None and surely_before(step.next_due, again):
            yield from subject.find(
                "review-again", record, ("review_again_by",), words="late", day=again, due=step.next_due
            )


def _was_due_then(subject: ProtocolSubject, completed_on: When) -> bool:
    """Whether its due date had been due by the intervals of that time: a later version may have changed them."""
    days = {latest(completed_on)}
    days.update(
        earliest(version.agreed_on) - timedelta(days=1)
        for _, version in subject.folder.read_versions()
        if date.min < earliest(version.agreed_on) <= latest(completed_on)
    )
    due_on = subject.folder.reviews[completed_on].value
    return any(_is_due_date(subject.folder, completed_on, due_on.due_on if due_on else None, as_of=day) for day in days)


def _is_due_date(folder: ProtocolFolder, completed_on: When, due_on: date | None, *, as_of: date) -> bool:
    first, steps = review_steps(folder, as_of=as_of)
    known = [first, *(step.next_due for step in steps if in_time(step.completed_on) < in_time(completed_on))]
    return any(names_due_date(due_on, due) for due in known)


def check_reviewers(subject: ProtocolSubject) -> Iterator[Finding]:
    """Reviewers are known bodies, as a rule parties; the board is a board."""
    reviews = list(_reviews(subject))
    if not reviews:
        return
    insiders = ever_parties(subject)
    for id_ in (subject.protocol.lead, *(owner.organisation for owner in subject.protocol.owner)):
        if id_:
            insiders.add(subject.register.present_organisation(id_))
    for _completed_on, record, review in reviews:
        for index, reviewer in enumerate(review.reviewed_by):
            path = ("reviewed_by", index, "organisation")
            yield from unknown_organisation(subject, record, path, reviewer.organisation)
            body = subject.organisation(reviewer.organisation)
            if body is None or body.kind == "partnership-board" or subject.record.was_dropped("parties"):
                continue
            if subject.register.present_organisation(reviewer.organisation) not in insiders:
                yield from subject.find("reviewer-not-party", record, path, name=body.name)
        if review.board is not None:
            path_of_board = ("board", "organisation")
            yield from unknown_organisation(subject, record, path_of_board, review.board.organisation)
            board = subject.organisation(review.board.organisation)
            if board is not None and board.kind != "partnership-board":
                yield from subject.find("not-a-board", record, path_of_board, name=board.name, kind=board.kind)


# -- the note -------------------------------------------------------------------------------------------------------


def words_of(note: str) -> list[str]:
    """The words of a note in small letters, punctuation and spacing aside."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(note)]


def says_what_was_found(note: str) -> bool:
    """Whether a note says what was looked at and found, and not only that there was a review."""
    words = words_of(note)
    telling = {word for word in words if word not in _STOCK and not word.isdigit()}
    return len(words) >= FEWEST_WORDS and len(telling) >= FEWEST_TELLING


def check_note(subject: ProtocolSubject) -> Iterator[Finding]:
    """A review that changes nothing says what was looked at and found, and none is left as it was made."""
    for _completed_on, record, review in _reviews(subject):
        if UNFINISHED.lower() in " ".join(review.note.split()).lower():
            yield from subject.find("review-unfinished", record, ("note",), at=record.place_in(("note",), 0))
        elif review.outcome == "no-change" and not says_what_was_found(review.note):
            at = record.place_in(("note",), 0)
            yield from subject.find("no-real-note", record, ("note",), at=at)


def observe_notes(subject: ProtocolSubject) -> Iterator[Observation]:
    """Each review's note, by what it says whatever its spacing and capitals."""
    for completed_on, record, review in _reviews(subject):
        if review.note.strip():
            digest = hashlib.blake2b(" ".join(words_of(review.note)).encode(), digest_size=16).hexdigest()
            yield Observation("review-note", digest, f"{subject.folder.id} {completed_on}", record.path)


def check_same_note(subject: RegisterSubject) -> Iterator[Finding]:
    """No note is repeated in many reviews."""
    by_note: dict[str, list[Observation]] = {}
    for seen in subject.observations:
        if seen.kind == "review-note":
            by_note.setdefault(seen.key, []).append(seen)
    for notes in by_note.values():
        if len(notes) < SAME_NOTE_REVIEWS:
            continue
        first = min(notes, key=lambda seen: seen.path)
        for seen in notes:
            if seen is first:
                continue
            id_, day = seen.protocol.split(" ")
            folder = subject.register.protocol(id_)
            record = folder.reviews.get(when_of(day)) if folder is not None else None
            if record is not None:
                yield from subject.find(
                    "same-note", record, ("note",), at=record.place_in(("note",), 0), count=len(notes), first=first.path
                )


# -- the clock ------------------------------------------------------------------------------------------------------


def check_review_is_not_missed(subject: ProtocolSubject) -> Iterator[Finding]:
    """The review of a protocol in force is not overdue."""
    if not _clock_is_known(subject):
        return
    state = review_state(subject.folder, as_of=subject.as_of)
    if state.state not in ("due-soon", "overdue", "lapsed") or state.due_on is None:
        return
    counted = "" if state.days is not None else "-month"
    yield from subject.find(
        "review-due",
        subject.record,
        ("review",),
        words=f"{state.state}{counted}",
        day=state.due_on,
        days=abs(state.days or 0),
        severity="advice" if state.state == "due-soon" else None,
        protocol=subject.folder.id,
    )


def check_interval(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol is reviewed once a year at least."""
    terms = subject.protocol.review
    if terms is None or terms.interval_months is None or subject.protocol.status in ENDED:
        return
    months = terms.interval_months
    severity: Severity | None = None if months == 0 else "advice"
    if months == 0 or months > LONGEST_INTERVAL:
        yield from subject.find(
            "review-interval",
            subject.record,
            ("review", "interval_months"),
            words="none" if months == 0 else "long",
            severity=severity,
            months=months,
        )


def check_funding(subject: ProtocolSubject) -> Iterator[Finding]:
    """Funding lasts until the next review."""
    if not subject.protocol.funding:
        return
    due_on = review_state(subject.folder, as_of=subject.as_of).due_on
    for index, funding in enumerate(subject.protocol.funding):
        ends_on = funding.ends_on
        if due_on is None or ends_on is None or not surely_before(ends_on, due_on):
            continue
        yield from subject.find(
            "funding-ends",
            subject.record,
            ("funding", index, "ends_on"),
            source=funding.source,
            day=ends_on,
            due=due_on,
            words="ended" if has_happened(ends_on, subject.as_of) else "default",
        )


def check_returns(subject: ProtocolSubject) -> Iterator[Finding]:
    """Returns that monitoring asks for come within two months of the end of their period."""
    if any(record.value is None for record in subject.folder.outcomes.values()):
        return
    for late in late_returns(subject.folder, as_of=subject.as_of):
        yield from subject.find(
            "return-late",
            subject.record,
            ("monitoring", late.index),
            words="by" if late.by else "default",
            point=late.point,
            by=late.by,
            start=late.expected_from,
            period_end=late.expected_to,
            period=f"{late.expected_from}-to-{late.expected_to}",
            days=days_in_words(late.days),
            protocol=subject.folder.id,
        )


RULES = RuleSet(
    protocol=(
        check_reviewed_text,
        check_review_days,
        check_reviewers,
        check_note,
        check_review_is_not_missed,
        check_interval,
        check_funding,
        check_returns,
    ),
    observe=(observe_notes,),
    register=(check_same_note,),
)
