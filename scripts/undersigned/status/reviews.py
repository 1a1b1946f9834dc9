"""When a protocol is due for review, how each completed review moved that date, and which returns are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from undersigned.records.fields import (
    When,
    add_months,
    earliest,
    has_happened,
    in_time,
    latest,
    months_later,
    surely_before,
)
from undersigned.records.protocol import ENDED, Operative, ReviewTerms
from undersigned.records.review import Review
from undersigned.register import ProtocolFolder
from undersigned.status.versions import newest_version

ReviewState = Literal["none", "current", "due-soon", "overdue", "lapsed"]
DUE_SOON_DAYS = 60
LAPSED_DAYS = 90
DEFAULT_INTERVAL = 12
MOST_MONTHS = 1200
RETURN_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
RETURN_GRACE_MONTHS = 2
_UNREVIEWED = frozenset({"draft", "consultation", "signing", *ENDED})


@dataclass(frozen=True)
class ReviewStatus:
    """`days` until the review is due, negative when past. `due_on` is None if none is due, `days` also if it is a month."""

    state: ReviewState
    due_on: When | None
    days: int | None
    last_completed_on: When | None


@dataclass(frozen=True)
class ReviewStep:
    """One completed review and the due date that follows. `was_due`: its `due_on` was a due date at some time."""

    completed_on: When
    review: Review
    due_before: When | None
    was_due: bool
    next_due: When | None


def _terms(folder: ProtocolFolder, *, as_of: date) -> ReviewTerms:
    """What is agreed about reviews: in the newest stamp if it has text, else in the working text."""
    newest = newest_version(folder, as_of=as_of)
    text: Operative = folder.value
    if newest is not None and newest[1].text is not None:
        text = newest[1].text
    return text.review or ReviewTerms()


def review_interval(folder: ProtocolFolder, *, as_of: date) -> int:
    """Returns the months between reviews: from the newest stamp if it has text, else from the working text, else 12."""
    interval = _terms(folder, as_of=as_of).interval_months
    return interval if interval and interval <= MOST_MONTHS else DEFAULT_INTERVAL


def names_due_date(named: date | None, due: When | None) -> bool:
    """Returns whether the `due_on` of a review names this due date: the day itself, or any day of a month."""
    return named is not None and due is not None and earliest(due) <= named <= latest(due)


def review_steps(folder: ProtocolFolder, *, as_of: date) -> tuple[When | None, list[ReviewStep]]:
    """Returns the first due date, and each whole review completed by `as_of`, in order, with the due date that follows.

    A review day that the text states (`next_due`) stays the due date until a review names it, or is completed after it
    or at most `DUE_SOON_DAYS` before it.
    """
    start = folder.value.effective_from
    stated = _terms(folder, as_of=as_of).next_due
    if start is None and stated is None:
        return None, []
    interval = review_interval(folder, as_of=as_of)
    first: When = stated or months_later(start, interval)  # type: ignore[arg-type] # one of the two is there
    due = first
    ever_due = [due, *([months_later(start, interval)] if start is not None else [])]
    steps: list[ReviewStep] = []
    for completed_on, record in folder.reviews.items():
        review = record.value
        if review is None or review.scope != "whole" or not has_happened(completed_on, as_of):
            continue
        before = due
        in_time_for = not surely_before(completed_on, _days_before(due, DUE_SOON_DAYS))
        answers = names_due_date(review.due_on, due) and in_time_for
        following = months_later(due, interval) if answers else months_later(completed_on, interval)
        if not surely_before(completed_on, following):
            following = months_later(completed_on, interval)
        if review.review_again_by is not None:
            following = min(review.review_again_by, following, key=in_time)
        if stated is not None and due == stated and not in_time_for:
            following = min(stated, following, key=in_time) if review.review_again_by else stated
        due = following
        was_due = any(names_due_date(review.due_on, known) for known in ever_due)
        steps.append(ReviewStep(completed_on, review, before, was_due, due))
        ever_due.append(due)
    return first, steps


def due_soon(due: When, as_of: date) -> bool:
    """Returns whether a review completed on `as_of` answers this due date: from `DUE_SOON_DAYS` before it, however late."""
    return as_of >= _days_before(due, DUE_SOON_DAYS)


def _days_before(when: When, days: int) -> date:
    first = earliest(when)
    return first - timedelta(days=days) if first > date.min + timedelta(days=days) else date.min


def review_state(folder: ProtocolFolder, *, as_of: date) -> ReviewStatus:
    """Returns the state of the review on `as_of`. A month is overdue once it is over, and due soon before it begins."""
    first, steps = review_steps(folder, as_of=as_of)
    last = steps[-1].completed_on if steps else None
    if last is None:
        done = [
            day
            for day, record in folder.reviews.items()
            if record.value is not None and record.value.scope == "whole" and has_happened(day, as_of)
        ]
        last = max(done, key=in_time, default=None)
    start = folder.value.effective_from
    due = steps[-1].next_due if steps else first
    if folder.value.status_on(as_of) in _UNREVIEWED or due is None or not has_happened(start, as_of):
        return ReviewStatus("none", None, None, last)
    past = (as_of - latest(due)).days
    if (earliest(due) - as_of).days > DUE_SOON_DAYS:
        state: ReviewState = "current"
    elif past <= 0:
        state = "due-soon"
    elif past < LAPSED_DAYS:
        state = "overdue"
    else:
        state = "lapsed"
    return ReviewStatus(state, due, (due - as_of).days if isinstance(due, date) else None, last)


@dataclass(frozen=True)
class LateReturn:
    """A return that the protocol's monitoring asks for and that is missing. `index`: its position in `monitoring`."""

    index: int
    point: str
    by: str | None
    expected_from: date
    expected_to: date
    days: int


def late_returns(folder: ProtocolFolder, *, as_of: date) -> list[LateReturn]:
    """Returns late returns: those missing two months after their period, counted from the last return or the start."""
    protocol = folder.value
    if protocol.status_on(as_of) != "in-force" or not isinstance(protocol.effective_from, date):
        return []
    late: list[LateReturn] = []
    for index, monitoring in enumerate(protocol.monitoring):
        months = RETURN_MONTHS.get(monitoring.every or "")
        if months is None:
            continue
        covered = [
            record.value.period.to
            for record in folder.outcomes.values()
            if record.value is not None
            and record.value.period.to <= as_of
            and (not monitoring.measures or any(r.measure in monitoring.measures for r in record.value.results))
        ]
        start = max([*covered, protocol.effective_from - timedelta(days=1)])
        expected = add_months(start, months)
        owed = add_months(expected, RETURN_GRACE_MONTHS)
        if as_of > owed:
            first = start + timedelta(days=1)
            late.append(LateReturn(index, monitoring.point, monitoring.by, first, expected, (as_of - owed).days))
    return late
