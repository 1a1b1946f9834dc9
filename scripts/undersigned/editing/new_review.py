"""A new review: what to ask, and its file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from undersigned.editing import EditingError
from undersigned.editing.commented import render_commented
from undersigned.editing.request import Question, Request, find_organisation
from undersigned.records.review import Review
from undersigned.records.schema import values_of
from undersigned.records.source import Data
from undersigned.register import ProtocolFolder
from undersigned.status import DUE_SOON_DAYS, Identities, newest_version, party_text, review_state, version_in_force

#: A review that is begun and not finished: of one party's part, so that it does not move the due date.
_BEGUN = {
    "outcome": "no-change",
    "scope": "partner",
    "checked": "",
    "note": (
        "This review is begun and not finished. Write here, in a sentence or two, what was looked at and what was "
        "found; then set the outcome, list what was checked, and make the scope whole."
    ),
}
_CHECKED = "contacts, law, forms, data-items, outcomes, funding"


def ask_review(request: Request) -> list[Question]:
    """What to ask; EditingError where the review could not be made whatever is answered."""
    folder = request.protocol()
    if request.as_of in folder.reviews:
        raise EditingError(f"{folder.reviews[request.as_of].path} exists already", "One review is one file; edit it.")
    if _reviewed_version(folder, request.as_of) is None:
        raise EditingError(
            f"no version of {folder.id} had been agreed by {request.as_of}",
            "A review reads a stamped version; 'undersigned release' writes one.",
        )
    parties = list(
        Identities(folder, request.register, as_of=request.as_of).present_parties(
            party_text(folder, as_of=request.as_of)
        )
    )
    return [
        Question("outcome", "What came of it", None, values_of(Review, "outcome")),
        Question("note", "What was looked at and found, in a sentence at least"),
        Question(
            "organisation",
            "The id of the organisation that reviewed it",
            folder.value.lead or next(iter(parties), None),
        ),
        Question("post", "The post that reviewed it, never a name"),
        Question("checked", "What was looked at, with commas between", _CHECKED),
        Question("scope", "The whole protocol, or one party's own part", "whole", values_of(Review, "scope")),
    ]


def _reviewed_version(folder: ProtocolFolder, as_of: date) -> tuple[str, str] | None:
    """The version in force and its fingerprint; before any is, the newest stamp's."""
    found = version_in_force(folder, as_of=as_of) or newest_version(folder, as_of=as_of)
    return None if found is None else (found[0], found[1].fingerprint)


def write_review(request: Request) -> dict[str, str]:
    """Path to text, the review itself last. With neither outcome nor note it is written as one that is begun."""
    folder = request.protocol()
    if not request.answer("outcome") and not request.answer("note"):
        request = replace(request, answers={**request.answers, **_BEGUN})
    for name in ("outcome", "note", "organisation"):
        if not request.answer(name):
            raise EditingError(f"a review needs the answer to '{name}'", f"Give it with --set {name}=…")
    version = _reviewed_version(folder, request.as_of)
    assert version is not None  # noqa: S101 - asked before
    due = review_state(folder, as_of=request.as_of).due_on
    data: dict[str, Data] = {}
    if request.answers["scope"] == "whole" and due is not None and request.as_of >= due - timedelta(days=DUE_SOON_DAYS):
        data["due_on"] = due
    by = {"organisation": find_organisation(request.register, request.answers["organisation"])}
    if request.answer("post"):
        by["post"] = request.answers["post"]
    data |= {
        "version": version[0],
        "fingerprint": version[1],
        "scope": request.answers["scope"],
        "outcome": request.answers["outcome"],
        "reviewed_by": [by],
        "checked": [word.strip() for word in request.answers["checked"].split(",") if word.strip()],
        "note": request.answers["note"],
    }
    text = render_commented(
        Review,
        data,
        examples={
            "due_on": str(due or "2027-05-01"),
            "board": "{organisation: (the id of the board), minute: 2026/14}",
            "review_again_by": "2027-02-01",
        },
    )
    return {f"protocols/{folder.id}/reviews/{request.as_of}.yaml": text}
