"""Reviews that a change records: what was read, what came of it, which due date it answers and when the next is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from undersigned.changes.report.points import Body, Point, Word
from undersigned.changes.report.versions import body_of
from undersigned.records.review import Review
from undersigned.register import ProtocolFolder, Register
from undersigned.status import DUE_SOON_DAYS, ReviewStep, review_steps


def added_reviews(before: ProtocolFolder | None, after: ProtocolFolder | None) -> dict[date, Review]:
    """The reviews that read and that the earlier side has not."""
    old = before.reviews if before is not None else {}
    new = after.reviews if after is not None else {}
    return {day: record.value for day, record in new.items() if day not in old and record.value is not None}


def review_points(
    before: ProtocolFolder | None, after: ProtocolFolder | None, register: Register, *, as_of: date
) -> Iterator[Point]:
    """Reviews completed, changed and taken away."""
    old = before.reviews if before is not None else {}
    new = after.reviews if after is not None else {}
    taken_by: dict[date, ReviewStep] = {}
    if after is not None and after.readable:
        last = max([as_of, *new])
        taken_by = {step.completed_on: step for step in review_steps(after, as_of=last)[1]}
    for day, review in added_reviews(before, after).items():
        yield from _completed(day, review, taken_by.get(day), register)
    for day, record in old.items():
        if day not in new:
            yield Point("review-removed", {"on": day}, "care")
        elif record.source.data != new[day].source.data:
            written, now = record.source.data, new[day].source.data
            names = tuple(
                Word("label", name) for name in dict.fromkeys((*written, *now)) if written.get(name) != now.get(name)
            )
            yield Point("review-changed", {"on": day, "names": names}, "care")


def _completed(day: date, review: Review, step: ReviewStep | None, register: Register) -> Iterator[Point]:
    readers = tuple(body_of(register, by.organisation) for by in review.reviewed_by)
    values: dict[str, object] = {
        "on": day,
        "version": review.version,
        "scope": Word("scope", review.scope),
        "outcome": Word("outcome", review.outcome),
        "readers": readers,
        "note": review.note,
    }
    yield Point("review-completed" if readers else "review-completed-by-nobody", values)
    if review.board is not None:
        board: tuple[Body, ...] = (body_of(register, review.board.organisation),)
        yield Point("review-board", {"who": board, "minute": review.board.minute or ""})
    if review.checked:
        yield Point("review-checked", {"checked": tuple(Word("checked", part) for part in review.checked)})
    if review.scope == "partner":
        yield Point("review-partner", {})
        return
    yield _clock(day, review, step)
    if step is not None and step.next_due is not None:
        yield Point("review-next", {"due_on": step.next_due}, "plain")


def _clock(day: date, review: Review, step: ReviewStep | None) -> Point:
    """Which due date it answers, and whether in time."""
    if review.due_on is None:
        return Point("review-out-of-cycle", {})
    values: dict[str, object] = {"due_on": review.due_on}
    if step is None or step.due_before is None or not step.was_due:
        return Point("review-answers-none", values, "care")
    if review.due_on != step.due_before:
        return Point("review-answers-another", {**values, "due": step.due_before}, "care")
    late = (day - review.due_on).days
    if day < review.due_on - timedelta(days=DUE_SOON_DAYS):
        return Point("review-too-early", {**values, "count": -late}, "care")
    return Point("review-late", {**values, "count": late}) if late > 0 else Point("review-in-time", values)
