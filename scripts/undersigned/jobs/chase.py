"""Issues that ask for copies, approvals and signatures: one for each protocol with any outstanding. Pure: no GitHub here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from undersigned.changes.owners import named_owners, read_owners
from undersigned.facts.parties import PointOfContact, contact_of_lead, point_of_contact
from undersigned.github.issues import LONGEST_BODY
from undersigned.jobs.issue_sync import Ending, IssueSync, Mark, WantedIssue
from undersigned.jobs.messages import RepositoryLinks, labels, messages, render, render_plain
from undersigned.jobs.reviews import is_withheld, short_title
from undersigned.records.fields import KEBAB
from undersigned.register import ProtocolFolder, Register
from undersigned.status import COPY_DAYS, Entry, PartyStatus, Signing, has_happened, protocol_status
from undersigned.words.form_links import FormLinks, Named
from undersigned.words.labels import label

KIND = "chase"
LIVE = ("signing", "in-force")
#: Days outstanding at which the issue says so again, the longest first. The shortest opens the issue.
LEVELS = (180, 90, COPY_DAYS)
#: Most table rows and most e-mails in an issue. The first pair is used that leaves room for a person's notes.
MOST_SHOWN = ((1000, 20), (1000, 5), (100, 5), (40, 0))
ROOM_FOR_NOTES = 8000

What = Literal["copy", "approval", "signature", "reservation", "stale"]


@dataclass(frozen=True)
class Outstanding:
    """What one party owes. `since`: the day from which it has been owed; `level`: the most days of LEVELS that have passed."""

    contact: PointOfContact
    what: What
    version: str
    since: date
    level: int

    @property
    def organisation(self) -> str:
        return self.contact.organisation


def chase_issues(register: Register, *, as_of: date, links: RepositoryLinks, root: Path) -> IssueSync:
    """The issue of every protocol with something outstanding for more than 28 days. `root`: where to look for CODEOWNERS."""
    code_owners = read_owners(root)
    wanted: dict[Mark, WantedIssue] = {}
    unreadable: list[str] = []
    for id_ in register.protocol_ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        if not can_be_chased(folder):
            unreadable.append(id_)
        elif outstanding := outstanding_in(folder, register, as_of=as_of):
            owners = named_owners(f"protocols/{id_}/protocol.yaml", code_owners)
            lead = contact_of_lead(folder, register, as_of=as_of)
            forms, outside = links.forms(register), links.forms(register, public=True)
            facts: dict[str, object] = {
                "title": folder.value.title,
                "id": id_,
                "forms": {one: Markup(_form(one, folder, forms)) for one in outstanding},  # noqa: S704 - quoted
                "waiting": outstanding,
                "owners": owners,
                "lead": lead,
                "files": {
                    one.organisation: links.file(f"signatories/{one.organisation}/{id_}.yaml") for one in outstanding
                },
                "counterparts": counterparts_owed(folder, register, as_of=as_of),
                "mails": {
                    (one.organisation, one.what): _mail(one, folder, lead, _form(one, folder, outside))
                    for one in outstanding
                },
            }
            mark = Mark(KIND, id_)
            notes = {_note_mark(id_, one): render("chase-notes.md", note="waits", one=one) for one in outstanding}
            wanted[mark] = WantedIssue(
                mark=mark,
                title=render_plain("titles.txt", title=KIND, name=short_title(folder.value.title)),
                text=_text(facts, sum(len(str(note)) + 1 for note in notes)),
                line=messages("words")["notes"]["line"],
                labels=frozenset({labels()[KIND].name}),
                notes=notes,
                closed_early=(
                    Mark(f"{KIND}-still", id_, (str(max(one.level for one in outstanding)),)),
                    render("chase-notes.md", note="still"),
                ),
                reopened=render("chase-notes.md", note="reopened"),
                assignees=tuple(account[1:] for account in owners.accounts),
            )
        register.forget(id_)
    return IssueSync(
        KIND,
        wanted,
        _endings(register, as_of),
        lambda mark: Mark(mark.kind, register.present_protocol(mark.protocol), mark.parts),
        frozenset({labels()[KIND].name}),
        messages("words")["notes"]["duplicate"],
        tuple(unreadable),
    )


def _text(facts: dict[str, object], marks_length: int) -> str:
    """The issue's text, short enough to leave room for its marks and a person's notes."""
    text = ""
    for rows, mails in MOST_SHOWN:
        text = render("chase.md", **facts, most_rows=rows, most_mails=mails)
        if len(text) + marks_length + ROOM_FOR_NOTES < LONGEST_BODY:
            break
    return text


def can_be_chased(folder: ProtocolFolder) -> bool:
    """Whether it is certain who owes what. A signing record that cannot be read might hold the signature."""
    names_are_valid = not any("/versions/" in finding.path for finding in folder.findings)
    return (
        bool(KEBAB.match(folder.id))
        and names_are_valid
        and folder.record.clean
        and all(record.clean for record in folder.versions.values())
        and all(record.clean for record in folder.signing.values())
    )


def outstanding_in(folder: ProtocolFolder, register: Register, *, as_of: date) -> tuple[Outstanding, ...]:
    """What has been outstanding for more than 28 days, the longest first. Nothing for a protocol that is withheld."""
    if folder.value.status_on(as_of) not in LIVE or is_withheld(folder, register):
        return ()
    signing = Signing(folder, register, as_of=as_of)
    outstanding = [
        one
        for party in protocol_status(folder, register, as_of=as_of).parties
        if not signing.has_left(party.organisation) and KEBAB.match(party.organisation)
        for one in _owed_by(party, folder, register, signing, as_of)
    ]
    return tuple(sorted(outstanding, key=lambda one: (one.since, one.organisation)))


def counterparts_owed(folder: ProtocolFolder, register: Register, *, as_of: date) -> tuple[tuple[str, str], ...]:
    """(id, name) of each body whose copy came back more than 28 days ago and that has not got the lead's own."""
    return tuple(
        (party.organisation, register.organisation_name(party.organisation))
        for party in protocol_status(folder, register, as_of=as_of).parties
        if (party.counterpart_days or 0) > COPY_DAYS and KEBAB.match(party.organisation)
    )


def _owed_by(
    party: PartyStatus, folder: ProtocolFolder, register: Register, signing: Signing, as_of: date
) -> Iterator[Outstanding]:
    what: What
    days: int | None = None
    version = party.signed_version or ""
    if party.state == "signed" and party.copy_outstanding_days is not None:
        what, days = "copy", party.copy_outstanding_days
    elif party.state == "stale" and party.days_waiting is not None:
        what, days, version = "stale", party.days_waiting, signing.material or ""
    elif party.state == "awaiting":
        if party.entry is None:
            return
        what, since = _next_step(party.entry, as_of)
        days, version = ((as_of - since).days if since is not None else None), party.entry.version
    level = next((level for level in LEVELS if days is not None and days > level), None)
    if days is None or level is None:
        return
    contact = point_of_contact(party.organisation, folder, register, as_of=as_of)
    yield Outstanding(contact, what, version, as_of - timedelta(days=days), level)


def _next_step(entry: Entry, as_of: date) -> tuple[What, date | None]:
    """The step that the party owes next, and the day of the step before it."""
    if entry.reserved:
        return "reservation", entry.signed_on if isinstance(entry.signed_on, date) else None
    sent_on = entry.sent_on if isinstance(entry.sent_on, date) else None
    approved = has_happened(entry.signature.approved_on, as_of)
    return ("signature" if approved else "approval"), sent_on


def _form(one: Outstanding, folder: ProtocolFolder, forms: FormLinks) -> str:
    """The form that records it, with body, protocol and version filled in; "" where there is none."""
    return forms.address(
        "signature",
        {
            "organisation": Named(one.organisation, one.contact.name),
            "protocol": Named(folder.id, folder.value.title),
            "version": one.version,
        },
    )


def _mail(one: Outstanding, folder: ProtocolFolder, lead: PointOfContact | None, form: str) -> tuple[str, str]:
    """Subject and body of the e-mail that asks for it, as plain text. `form`: where it can be recorded, or ""."""
    facts: dict[str, object] = {
        "one": one,
        "title": short_title(folder.value.title),
        "lead": lead.name if lead is not None else "",
        "form": form,
    }
    return (
        render_plain("chase-mail.txt", part="subject", **facts),
        render_plain("chase-mail.txt", part="body", **facts),
    )


def _note_mark(protocol: str, one: Outstanding) -> Mark:
    return Mark(f"{KIND}-waits", protocol, (one.organisation, one.what, one.since.isoformat(), str(one.level)))


def _endings(register: Register, as_of: date) -> Callable[[Mark], Ending | None]:
    def ending(mark: Mark) -> Ending | None:
        folder = register.protocol(mark.protocol)
        if folder is None:
            return Ending(False, ("gone",), render("chase-notes.md", note="gone", id=mark.protocol))
        if not can_be_chased(folder):
            return None
        if folder.value.status_on(as_of) in LIVE and not is_withheld(folder, register):
            return Ending(True, (as_of.isoformat(),), render("chase-notes.md", note="done", as_of=as_of))
        status = label("status", folder.value.status_on(as_of))
        return Ending(False, ("over",), render("chase-notes.md", note="over", title=folder.value.title, status=status))

    return ending
