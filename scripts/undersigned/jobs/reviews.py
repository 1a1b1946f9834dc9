"""One issue for each protocol whose review is due soon, overdue or lapsed. Pure: register and day in, standing issues out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from undersigned.changes.owners import NamedOwners, Owners, named_owners, read_owners
from undersigned.facts.checklist import checklist_of
from undersigned.facts.contacts import PointOfContact, contact_of_lead
from undersigned.jobs.labels import labels
from undersigned.jobs.marks import Mark
from undersigned.jobs.place import Place
from undersigned.jobs.prefilled import prefilled_review, review_path
from undersigned.jobs.standing import Ending, Standing, Wanted
from undersigned.jobs.wording import render, render_plain, words
from undersigned.records.fields import KEBAB
from undersigned.register import ProtocolFolder, Register
from undersigned.status import ReviewStatus, newest_version, review_state, review_steps, version_in_force
from undersigned.words.labels import label
from undersigned.words.text import one_line

KIND = "review"
ANNOUNCED = ("due-soon", "overdue", "lapsed")
#: Days past the due date at which it is said again, the latest first.
LEVELS = ((90, "90"), (30, "30"), (0, "due"))
LEVEL_LABELS = {"soon": "review-soon", "due": "review-due", "30": "review-30", "90": "review-90"}


def standing_reviews(register: Register, *, as_of: date, place: Place, root: Path) -> Standing:
    """Every review that must be announced on that day. `root`: where CODEOWNERS is looked for."""
    code_owners = read_owners(root)
    wanted: dict[Mark, Wanted] = {}
    left: list[str] = []
    for id_ in register.protocol_ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        if not can_be_judged(folder):
            left.append(id_)
        else:
            review = review_state(folder, as_of=as_of)
            if review.state in ANNOUNCED:
                one = _wanted(folder, register, review, as_of, place, code_owners)
                wanted[one.mark] = one
        register.forget(id_)
    return Standing(
        KIND,
        wanted,
        _ending(register, as_of, place),
        _present(register),
        frozenset(labels()[key].name for key in (KIND, *LEVEL_LABELS.values())),
        words()["notes"]["duplicate"],
        tuple(left),
    )


def can_be_judged(folder: ProtocolFolder) -> bool:
    """Whether its due date can be said: a review or a version that does not read could change it."""
    named_well = not any(f"/{part}/" in finding.path for finding in folder.findings for part in ("reviews", "versions"))
    return (
        bool(KEBAB.match(folder.id))
        and named_well
        and folder.record.clean
        and all(record.clean for record in folder.versions.values())
        and all(record.clean for record in folder.reviews.values())
    )


def level_of(days: int) -> str:
    """How far a review has gone, by the days until it is due."""
    return next((level for past, level in LEVELS if days <= -past), "soon")


def _present(register: Register) -> Callable[[Mark], Mark]:
    return lambda mark: Mark(mark.kind, register.present_protocol(mark.protocol), mark.parts)


def is_withheld(folder: ProtocolFolder, register: Register) -> bool:
    """Whether only title, parties and dates may be said: everybody can read the issues of a public repository."""
    return folder.value.publication == "restricted" and not register.repository_private


def _wanted(
    folder: ProtocolFolder, register: Register, review: ReviewStatus, as_of: date, place: Place, code_owners: Owners
) -> Wanted:
    assert review.due_on is not None  # noqa: S101 - such a state has a date
    assert review.days is not None  # noqa: S101
    withheld = is_withheld(folder, register)
    owners = NamedOwners() if withheld else named_owners(f"protocols/{folder.id}/protocol.yaml", code_owners)
    lead = None if withheld else contact_of_lead(folder, register, as_of=as_of)
    level, due = level_of(review.days), (folder.id, (review.due_on.isoformat(),))
    facts: dict[str, object] = {
        "title": folder.value.title,
        "id": folder.id,
        "due_on": review.due_on,
        "level": level,
        "state": review.state,
        "owners": owners,
    }
    notes = (
        {}
        if level == "soon"
        else {Mark(f"{KIND}-late", due[0], (*due[1], level)): render("review-notes.md", note="late", **facts)}
    )
    return Wanted(
        mark=Mark(KIND, *due),
        title=render_plain(
            "titles.txt", title="review", state=review.state, due_on=review.due_on, name=short(folder.value.title)
        ),
        text=_text(folder, register, review, lead, as_of, place, facts, withheld=withheld),
        line=words()["notes"]["line"],
        labels=frozenset({labels()[KIND].name, labels()[LEVEL_LABELS[level]].name}),
        notes=notes,
        closed_early=(
            Mark(f"{KIND}-still", due[0], (*due[1], level)),
            render("review-notes.md", note="still", **facts),
        ),
        reopened=render("review-notes.md", note="reopened", **facts),
        assignees=tuple(account[1:] for account in owners.accounts),
    )


def short(title: str) -> str:
    """A protocol's title as part of an issue's: plain text on one line."""
    return one_line(title, 160)


def _text(
    folder: ProtocolFolder,
    register: Register,
    review: ReviewStatus,
    lead: PointOfContact | None,
    as_of: date,
    place: Place,
    facts: dict[str, object],
    *,
    withheld: bool,
) -> str:
    found = version_in_force(folder, as_of=as_of) or newest_version(folder, as_of=as_of)
    owner = folder.value.owner
    reviewer = None if withheld else owner.organisation if owner else folder.value.lead
    post = owner.post if owner else lead.post if lead else None
    record = prefilled_review(folder, register, reviewer, None if withheld else post, as_of=as_of)
    return render(
        "review.md",
        **facts,
        lead=lead,
        last_completed_on=review.last_completed_on,
        version=found[0] if found else None,
        text_link=place.file(f"protocols/{folder.id}/versions/{found[0]}.yaml") if found else None,
        page=place.page(register.address, f"protocols/{folder.id}/"),
        record=record,
        record_path=review_path(folder),
        record_link=place.new_file(review_path(folder), record) if record else None,
        checklist=None if withheld else checklist_of(folder, register, as_of=as_of),
        parties=sorted({register.organisation_name(party.organisation) for party in folder.value.parties})
        if withheld
        else [],
    )


# -- endings ----------------------------------------------------------------------------------------------------------


def _ending(register: Register, as_of: date, place: Place) -> Callable[[Mark], Ending | None]:
    def ending(mark: Mark) -> Ending | None:
        folder = register.protocol(mark.protocol)
        if folder is None:
            return Ending(False, ("gone",), render("review-notes.md", note="gone", id=mark.protocol))
        if not can_be_judged(folder):
            return None
        review = review_state(folder, as_of=as_of)
        due_on = next((part for part in mark.parts), "")
        if review.due_on is not None and review.due_on.isoformat() == due_on:
            return None
        for step in reversed(review_steps(folder, as_of=as_of)[1]):
            if step.due_before is not None and step.due_before.isoformat() == due_on:
                path = f"protocols/{folder.id}/reviews/{step.completed_on}.yaml"
                return Ending(
                    True,
                    (step.completed_on.isoformat(),),
                    render(
                        "review-notes.md",
                        note="done",
                        title=folder.value.title,
                        completed_on=step.completed_on,
                        path=path,
                        link=place.file(path),
                        next_due=review.due_on,
                    ),
                )
        note = "over" if review.due_on is None else "moved"
        return Ending(
            False,
            (note,),
            render(
                "review-notes.md",
                note=note,
                title=folder.value.title,
                next_due=review.due_on,
                status=label("status", folder.value.status),
                as_of=as_of,
            ),
        )

    return ending
