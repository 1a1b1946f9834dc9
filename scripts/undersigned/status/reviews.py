"""When a protocol is due for review, how each completed review moved that date, and which returns are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from undersigned.records.protocol import Operative
from undersigned.records.review import Review
from undersigned.register import ProtocolFolder
from undersigned.status.versions import add_months, newest_version

ReviewState = Literal["none", "current", "due-soon", "overdue", "lapsed"]
DUE_SOON_DAYS = 60
LAPSED_DAYS = 90
DEFAULT_INTERVAL = 12
MOST_MONTHS = 1200
RETURN_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
RETURN_GRACE_MONTHS = 2
_UNREVIEWED = frozenset({"draft", "consultation", "signing", "superseded", "withdrawn"})


@dataclass(frozen=True)
class ReviewStatus:
    """`days` until the review is due, negative when past. `days` and `due_on` are None if none is due."""

    state: ReviewState
    due_on: date | None
    days: int | None
    last_completed_on: date | None


@dataclass(frozen=True)
class ReviewStep:
    """One completed review and the due date that follows. `was_due`: its `due_on` was a due date at some time."""

    completed_on: date
    review: Review
    due_before: date | None
    was_due: bool
    next_due: date | None


def review_interval(folder: ProtocolFolder, *, as_of: date) -> int:
    """Returns the months between reviews: from the newest stamp if it has text, else from the working text, else 12."""
    newest = newest_version(folder, as_of=as_of)
    text: Operative = folder.value
    if newest is not None and newest[1].text is not None:
        text = newest[1].text
    interval = text.review.interval_months if text.review else None
    return interval if interval and interval <= MOST_MONTHS else DEFAULT_INTERVAL


def review_steps(folder: ProtocolFolder, *, as_of: date) -> tuple[date | None, list[ReviewStep]]:
    """Returns the first due date, and each whole review completed by `as_of`, in order, with the due date that follows."""
    start = folder.value.effective_from
    if not isinstance(start, date):
        return None, []
    interval = review_interval(folder, as_of=as_of)
    first = due = add_months(start, interval)
    ever_due = {due}
    steps: list[ReviewStep] = []
    for completed_on, record in folder.reviews.items():
        review = record.value
        if review is None or review.scope != "whole" or completed_on > as_of:
            continue
        before = due
        answers = review.due_on == due and completed_on >= due - timedelta(days=DUE_SOON_DAYS)
        following = add_months(due, interval) if answers else add_months(completed_on, interval)
        if following <= completed_on:
            following = add_months(completed_on, interval)
        if review.review_again_by is not None and review.review_again_by < following:
            following = review.review_again_by
        due = following
        steps.append(ReviewStep(completed_on, review, before, review.due_on in ever_due, due))
        ever_due.add(due)
    return first, steps


def review_state(folder: ProtocolFolder, *, as_of: date) -> ReviewStatus:
    """Returns the state of the review on `as_of`."""
    first, steps = review_steps(folder, as_of=as_of)
    last = steps[-1].completed_on if steps else None
    if last is None:
        done = [
            day
            for day, record in folder.reviews.items()
            if record.value is not None and record.value.scope == "whole" and day <= as_of
        ]
        last = max(done, default=None)
    protocol = folder.value
    start = protocol.effective_from
    if first is None or protocol.status in _UNREVIEWED or not isinstance(start, date) or as_of < start:
        return ReviewStatus("none", None, None, last)
    due = steps[-1].next_due if steps else first
    if due is None:
        return ReviewStatus("none", None, None, last)
    days = (due - as_of).days
    if days > DUE_SOON_DAYS:
        state: ReviewState = "current"
    elif days >= 0:
        state = "due-soon"
    elif days > -LAPSED_DAYS:
        state = "overdue"
    else:
        state = "lapsed"
    return ReviewStatus(state, due, days, last)


@dataclass(frozen=True)
class LateReturn:
    """A return that the protocol's monitoring asks for and that is missing. `index`: its position in `monitoring`."""

    index: int
    point: str
    by: str | None
    expected_to: date
    days: int


def late_returns(folder: ProtocolFolder, *, as_of: date) -> list[LateReturn]:
    """Returns late returns: those missing two months after their period, counted from the last return or the start."""
    protocol = folder.value
    if protocol.status != "in-force" or not isinstance(protocol.effective_from, date):
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
            late.append(LateReturn(index, monitoring.point, monitoring.by, expected, (as_of - owed).days))
    return late
