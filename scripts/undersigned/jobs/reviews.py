"""Issues that announce reviews: one for each protocol whose review is due soon, overdue or lapsed, with a checklist.

The checklist says what a review of the protocol should look at. Pure: no GitHub here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from undersigned.changes.owners import NamedOwners, Owners, named_owners, read_owners
from undersigned.editing.new_records import write_review
from undersigned.editing.new_request import Request
from undersigned.facts.flows import legal_references
from undersigned.facts.parties import PartyFacts, PointOfContact, by_name, contact_of_lead
from undersigned.facts.protocol import ProtocolFacts
from undersigned.jobs.issue_sync import Ending, IssueSync, Mark, WantedIssue
from undersigned.jobs.messages import RepositoryLinks, labels, messages, render, render_plain
from undersigned.records.fields import KEBAB, When, earliest, latest
from undersigned.records.protocol import Operative
from undersigned.records.vocabulary import Dated, Entry, LawChange, OutcomeMeasure, vocabulary
from undersigned.register import ProtocolFolder, Register
from undersigned.status import (
    COPY_DAYS,
    Identities,
    LateReturn,
    ReviewStatus,
    add_months,
    has_happened,
    newest_version,
    review_state,
    review_steps,
    version_in_force,
)
from undersigned.words.form_links import Named
from undersigned.words.labels import label
from undersigned.words.text import one_line

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


KIND = "review"
ANNOUNCED = ("due-soon", "overdue", "lapsed")
#: Days past the due date at which an issue is reopened or commented on again, the latest first.
LEVELS = ((90, "90"), (30, "30"), (0, "due"))
LEVEL_LABELS = {"soon": "review-soon", "due": "review-due", "30": "review-30", "90": "review-90"}
#: An officer replaces this by the date. Until then, `check` refuses the file's name and says what to write.
DATE_TO_FILL_IN = "YYYY-MM-DD"
_NOTE_TO_FILL_IN = "unwritten"


def review_issues(register: Register, *, as_of: date, links: RepositoryLinks, root: Path) -> IssueSync:
    """The issue of every review that has to be announced on that day. `root`: where to look for CODEOWNERS."""
    code_owners = read_owners(root)
    wanted: dict[Mark, WantedIssue] = {}
    unreadable: list[str] = []
    for id_ in register.protocol_ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        if not can_be_judged(folder):
            unreadable.append(id_)
        else:
            review = review_state(folder, as_of=as_of)
            if review.state in ANNOUNCED:
                issue = _wanted_issue(folder, register, review, as_of, links, code_owners)
                wanted[issue.mark] = issue
        register.forget(id_)
    return IssueSync(
        KIND,
        wanted,
        _endings(register, as_of, links),
        lambda mark: Mark(mark.kind, register.present_protocol(mark.protocol), mark.parts),
        frozenset(labels()[key].name for key in (KIND, *LEVEL_LABELS.values())),
        messages("words")["notes"]["duplicate"],
        tuple(unreadable),
    )


def can_be_judged(folder: ProtocolFolder) -> bool:
    """Whether its due date is certain. A review or a version that cannot be read might change it."""
    names_are_valid = not any(
        f"/{part}/" in finding.path for finding in folder.findings for part in ("reviews", "versions")
    )
    return (
        bool(KEBAB.match(folder.id))
        and names_are_valid
        and folder.record.clean
        and all(record.clean for record in folder.versions.values())
        and all(record.clean for record in folder.reviews.values())
    )


def level_of(days: int) -> str:
    """How late a review is, from the days until it is due."""
    return next((level for past, level in LEVELS if days <= -past), "soon")


def is_withheld(folder: ProtocolFolder, register: Register) -> bool:
    """Whether only title, parties and dates may appear, because everybody can read a public repository's issues."""
    return folder.value.publication == "restricted" and not register.repository_private


def short_title(title: str) -> str:
    """A protocol's title for an issue's title: plain text on one line."""
    return one_line(title, 160)


def _wanted_issue(
    folder: ProtocolFolder,
    register: Register,
    review: ReviewStatus,
    as_of: date,
    links: RepositoryLinks,
    code_owners: Owners,
) -> WantedIssue:
    assert review.due_on is not None  # noqa: S101 - an announced review has a due date
    withheld = is_withheld(folder, register)
    owners = NamedOwners() if withheld else named_owners(f"protocols/{folder.id}/protocol.yaml", code_owners)
    lead = None if withheld else contact_of_lead(folder, register, as_of=as_of)
    level, due = level_of((latest(review.due_on) - as_of).days), str(review.due_on)
    facts: dict[str, object] = {
        "title": folder.value.title,
        "id": folder.id,
        "due_on": review.due_on,
        "level": level,
        "state": review.state,
        "owners": owners,
    }
    notes = {}
    if level != "soon":
        notes[Mark(f"{KIND}-late", folder.id, (due, level))] = render("review-notes.md", note="late", **facts)
    return WantedIssue(
        mark=Mark(KIND, folder.id, (due,)),
        title=render_plain(
            "titles.txt", title="review", state=review.state, due_on=review.due_on, name=short_title(folder.value.title)
        ),
        text=_text(folder, register, review, lead, as_of, links, facts, withheld=withheld),
        line=messages("words")["notes"]["line"],
        labels=frozenset({labels()[KIND].name, labels()[LEVEL_LABELS[level]].name}),
        notes=notes,
        closed_early=(Mark(f"{KIND}-still", folder.id, (due, level)), render("review-notes.md", note="still", **facts)),
        reopened=render("review-notes.md", note="reopened", **facts),
        assignees=tuple(account[1:] for account in owners.accounts),
    )


def _text(
    folder: ProtocolFolder,
    register: Register,
    review: ReviewStatus,
    lead: PointOfContact | None,
    as_of: date,
    links: RepositoryLinks,
    facts: dict[str, object],
    *,
    withheld: bool,
) -> str:
    version = version_in_force(folder, as_of=as_of) or newest_version(folder, as_of=as_of)
    owner = next(iter(folder.value.owner), None)
    identities = Identities(folder, register, as_of=as_of)
    reviewer = None if withheld else owner.organisation if owner else folder.value.lead
    reviewer = identities.one(reviewer)
    post = owner.post if owner else lead.post if lead else None
    named = [party.organisation for party in folder.value.parties]
    record = prefilled_review(folder, register, reviewer, None if withheld else post, as_of=as_of)
    return render(
        "review.md",
        **facts,
        lead=lead,
        last_completed_on=review.last_completed_on,
        version=version[0] if version else None,
        text_link=links.file(f"protocols/{folder.id}/versions/{version[0]}.yaml") if version else None,
        page=links.page(register.address, f"protocols/{folder.id}/"),
        form=Markup(_form(folder, register, links)),  # noqa: S704 - quoted
        record=record,
        record_path=_review_path(folder),
        record_link=links.new_file(_review_path(folder), record) if record else None,
        checklist=None if withheld else checklist_of(ProtocolFacts(folder, register, as_of=as_of)),
        parties=[name for _id, name in by_name(identities.all_present(named), register)] if withheld else [],
    )


# -- the prefilled record ---------------------------------------------------------------------------------------------


def _review_path(folder: ProtocolFolder) -> str:
    return f"protocols/{folder.id}/reviews/{DATE_TO_FILL_IN}.yaml"


def prefilled_review(
    folder: ProtocolFolder, register: Register, reviewer: str | None, post: str | None, *, as_of: date
) -> str | None:
    """A review record filled in as far as the register can; None if no version had been agreed by then.

    The note is left empty, so the record fails `check` until somebody writes what was found. So are the reviewers if
    `reviewer` is not an organisation of the register.
    """
    if newest_version(folder, as_of=as_of) is None:
        return None
    known = reviewer is not None and register.has_organisation(reviewer)
    organisation = reviewer if known else next(iter(register.organisation_ids), "")
    if not organisation:
        return None
    answers = {
        "outcome": "no-change",
        "note": _NOTE_TO_FILL_IN,
        "organisation": organisation,
        "post": (post or "") if known else "",
        "checked": "",
        "scope": "whole",
    }
    (text,) = write_review(Request(register, (folder.id,), folder.id, answers, None, as_of)).values()
    text = text.replace(f"note: {_NOTE_TO_FILL_IN}\n", "note:\n")
    return text if known else text.replace(f"reviewed_by:\n  - {{organisation: {organisation}}}\n", "reviewed_by:\n")


# -- endings ----------------------------------------------------------------------------------------------------------


def _form(folder: ProtocolFolder, register: Register, links: RepositoryLinks) -> str:
    """The form that records the review, with protocol and lead filled in; "" where `edit` has no host."""
    answers: dict[str, Named | str] = {"protocol": Named(folder.id, folder.value.title)}
    if folder.value.lead:
        lead = register.present_organisation(folder.value.lead)
        answers["organisation"] = Named(lead, register.organisation_name(lead))
    return links.forms(register).address("review", answers)


def _endings(register: Register, as_of: date, links: RepositoryLinks) -> Callable[[Mark], Ending | None]:
    def ending(mark: Mark) -> Ending | None:
        folder = register.protocol(mark.protocol)
        if folder is None:
            return Ending(False, ("gone",), render("review-notes.md", note="gone", id=mark.protocol))
        if not can_be_judged(folder):
            return None
        review = review_state(folder, as_of=as_of)
        due_on = next(iter(mark.parts), "")
        if review.due_on is not None and str(review.due_on) == due_on:
            return None
        for step in reversed(review_steps(folder, as_of=as_of)[1]):
            if step.due_before is not None and str(step.due_before) == due_on:
                path = f"protocols/{folder.id}/reviews/{step.completed_on}.yaml"
                return Ending(
                    True,
                    (str(step.completed_on),),
                    render(
                        "review-notes.md",
                        note="done",
                        title=folder.value.title,
                        completed_on=step.completed_on,
                        path=path,
                        link=links.file(path),
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
                status=label("status", folder.value.status_on(as_of)),
                as_of=as_of,
            ),
        )

    return ending
