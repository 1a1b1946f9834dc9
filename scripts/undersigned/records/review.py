"""One completed review (`protocols/<id>/reviews/<date>.yaml`), named by the day on which it was completed."""

from __future__ import annotations

from typing import Literal

from undersigned.records.fields import Authored, Day, Fingerprint, Prose, VersionNumber

Scope = Literal["whole", "partner"]
ReviewOutcome = Literal["no-change", "editorial", "material", "extend", "retire"]
CheckedPart = Literal["contacts", "law", "forms", "data-items", "outcomes", "funding"]


#: How the note of a review begins that has been made and not written yet.
UNFINISHED = "This review is begun and not finished."


class ReviewedBy(Authored):
    organisation: str
    post: str | None = None


class Board(Authored):
    organisation: str
    minute: str | None = None


class Review(Authored):
    """`due_on` is the due date it answers; absent for a review out of cycle. `scope` absent means whole."""

    due_on: Day | None = None
    version: VersionNumber
    fingerprint: Fingerprint | None = None
    scope: Scope = "whole"
    outcome: ReviewOutcome
    reviewed_by: tuple[ReviewedBy, ...]
    board: Board | None = None
    checked: tuple[CheckedPart, ...] = ()
    review_again_by: Day | None = None
    note: Prose
