"""A review record that is filled in as far as the register can, for the issue that asks for it."""

from __future__ import annotations

from datetime import date

from undersigned.editing.new_records import write_review
from undersigned.editing.new_request import Request
from undersigned.register import ProtocolFolder, Register
from undersigned.status import newest_version

#: What an officer puts the day in place of. As a file's name it is refused by `check`, which then says what to write.
DAY = "YYYY-MM-DD"
_UNWRITTEN = "unwritten"


def review_path(folder: ProtocolFolder) -> str:
    return f"protocols/{folder.id}/reviews/{DAY}.yaml"


def prefilled_review(
    folder: ProtocolFolder, register: Register, reviewer: str | None, post: str | None, *, as_of: date
) -> str | None:
    """The record's text; None where no version had been agreed. What was found is left empty: until somebody writes it, the
    record does not pass `check`. So are the reviewers, where no known body is given."""
    if newest_version(folder, as_of=as_of) is None:
        return None
    known = reviewer is not None and register.has_organisation(reviewer)
    body = reviewer if known else next(iter(register.organisation_ids), "")
    if not body:
        return None
    answers = {
        "outcome": "no-change",
        "note": _UNWRITTEN,
        "organisation": body,
        "post": (post or "") if known else "",
        "checked": "",
        "scope": "whole",
    }
    (text,) = write_review(Request(register, (folder.id,), folder.id, answers, None, as_of)).values()
    text = text.replace(f"note: {_UNWRITTEN}\n", "note:\n")
    return text if known else text.replace(f"reviewed_by:\n  - {{organisation: {body}}}\n", "reviewed_by:\n")
