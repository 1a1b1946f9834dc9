"""One issue for each protocol that waits for somebody: copies not back, approvals, signatures, older texts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from undersigned.changes.owners import named_owners, read_owners
from undersigned.facts.contacts import PointOfContact, contact_of_lead, point_of_contact
from undersigned.github.issues import LONGEST_BODY
from undersigned.jobs.labels import labels
from undersigned.jobs.marks import Mark
from undersigned.jobs.place import Place
from undersigned.jobs.reviews import is_withheld, short
from undersigned.jobs.standing import Ending, Standing, Wanted
from undersigned.jobs.wording import render, render_plain, words
from undersigned.records.fields import KEBAB
from undersigned.register import ProtocolFolder, Register
from undersigned.status import COPY_DAYS, Entry, PartyStatus, Signing, protocol_status
from undersigned.words.labels import label

KIND = "chase"
LIVE = ("signing", "in-force")
#: Days of waiting at which it is said again, the longest first. The first makes the issue.
LEVELS = (180, 90, COPY_DAYS)
#: Rows and ready e-mails that an issue shows: the first pair with which GitHub takes it, and a person's notes with it.
SHOWN = ((1000, 20), (1000, 5), (100, 5), (40, 0))
ROOM_FOR_NOTES = 8000

What = Literal["copy", "approval", "signature", "reservation", "stale"]


@dataclass(frozen=True)
class Waiting:
    """What one party owes. `since` is the day from which it is waited for; `level` how many days that is at least."""

    contact: PointOfContact
    what: What
    version: str
    since: date
    level: int

    @property
    def organisation(self) -> str:
        return self.contact.organisation


def standing_chases(register: Register, *, as_of: date, place: Place, root: Path) -> Standing:
    """Every protocol that waits for somebody longer than 28 days on that day."""
    code_owners = read_owners(root)
    wanted: dict[Mark, Wanted] = {}
    left: list[str] = []
    for id_ in register.protocol_ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        if not can_be_chased(folder):
            left.append(id_)
        elif waiting := waiting_in(folder, register, as_of=as_of):
            owners = named_owners(f"protocols/{id_}/protocol.yaml", code_owners)
            facts: dict[str, object] = {
                "title": folder.value.title,
                "id": id_,
                "waiting": waiting,
                "owners": owners,
                "lead": contact_of_lead(folder, register, as_of=as_of),
                "files": {
                    one.organisation: place.file(f"signatories/{one.organisation}/{id_}.yaml") for one in waiting
                },
                "mails": {(one.organisation, one.what): _mail(one, folder, register) for one in waiting},
            }
            mark = Mark(KIND, id_)
            notes = {_note_mark(id_, one): render("chase-notes.md", note="waits", one=one) for one in waiting}
            wanted[mark] = Wanted(
                mark=mark,
                title=render_plain("titles.txt", title=KIND, name=short(folder.value.title)),
                text=_text(facts, sum(len(str(one)) + 1 for one in notes)),
                line=words()["notes"]["line"],
                labels=frozenset({labels()[KIND].name}),
                notes=notes,
                closed_early=(
                    Mark(f"{KIND}-still", id_, (str(max(one.level for one in waiting)),)),
                    render("chase-notes.md", note="still"),
                ),
                reopened=render("chase-notes.md", note="reopened"),
                assignees=tuple(account[1:] for account in owners.accounts),
            )
        register.forget(id_)
    return Standing(
        KIND,
        wanted,
        _ending(register, as_of),
        lambda mark: Mark(mark.kind, register.present_protocol(mark.protocol), mark.parts),
        frozenset({labels()[KIND].name}),
        words()["notes"]["duplicate"],
        tuple(left),
    )


def _text(facts: dict[str, object], marks: int) -> str:
    """The issue's text, as long as `marks` characters and a person's notes leave room for."""
    text = ""
    for rows, mails in SHOWN:
        text = render("chase.md", **facts, most_rows=rows, most_mails=mails)
        if len(text) + marks + ROOM_FOR_NOTES < LONGEST_BODY:
            break
    return text


def can_be_chased(folder: ProtocolFolder) -> bool:
    """Whether who waits for whom can be said: a signing record that does not read could hold the signature."""
    named_well = not any("/versions/" in finding.path for finding in folder.findings)
    return (
        bool(KEBAB.match(folder.id))
        and named_well
        and folder.record.clean
        and all(record.clean for record in folder.versions.values())
        and all(record.clean for record in folder.signing.values())
    )


def waiting_in(folder: ProtocolFolder, register: Register, *, as_of: date) -> tuple[Waiting, ...]:
    """What is waited for longer than 28 days, the longest first. Of a restricted protocol nothing may be said."""
    if folder.value.status not in LIVE or is_withheld(folder, register):
        return ()
    signing = Signing(folder, register, as_of=as_of)
    found = [
        one
        for party in protocol_status(folder, register, as_of=as_of).parties
        if not signing.has_left(party.organisation) and KEBAB.match(party.organisation)
        for one in _owed(party, folder, register, signing, as_of)
    ]
    return tuple(sorted(found, key=lambda one: (one.since, one.organisation)))


def _owed(
    party: PartyStatus, folder: ProtocolFolder, register: Register, signing: Signing, as_of: date
) -> Iterator[Waiting]:
    what: What
    days: int | None = None
    version = party.signed_version or ""
    if party.state == "signed" and party.copy_outstanding_days is not None:
        what, days = "copy", party.copy_outstanding_days
    elif party.state == "stale" and party.days_waiting is not None:
        what, days, version = "stale", party.days_waiting, signing.material or ""
    elif party.state == "awaiting":
        entry = _pending(party.organisation, signing)
        if entry is None:
            return
        what, since = _step(entry)
        days, version = ((as_of - since).days if since is not None else None), entry.version
    level = next((level for level in LEVELS if days is not None and days > level), None)
    if days is None or level is None:
        return
    contact = point_of_contact(party.organisation, folder, register, as_of=as_of)
    yield Waiting(contact, what, version, as_of - timedelta(days=days), level)


def _pending(party: str, signing: Signing) -> Entry | None:
    """The newest entry that is waited for, as the state `awaiting` finds it."""
    expected = signing.expected_versions(party)
    return next(
        (
            entry
            for entry in reversed(signing.standing(party))
            if entry.version in expected
            and not entry.declined
            and not entry.counts
            and (entry.sent_on or entry.signed_on)
        ),
        None,
    )


def _step(entry: Entry) -> tuple[What, date | None]:
    """The next step that is owed, and the day of the one before it."""
    if entry.reserved:
        return "reservation", entry.signed_on if isinstance(entry.signed_on, date) else None
    sent_on = entry.sent_on if isinstance(entry.sent_on, date) else None
    return ("signature" if entry.signature.approved_on is not None else "approval"), sent_on


def _mail(one: Waiting, folder: ProtocolFolder, register: Register) -> tuple[str, str]:
    """Subject and words of the e-mail that asks for it, as plain text."""
    facts: dict[str, object] = {
        "one": one,
        "title": short(folder.value.title),
        "lead": register.organisation_name(folder.value.lead) if folder.value.lead else "",
    }
    return (
        render_plain("chase-mail.txt", part="subject", **facts),
        render_plain("chase-mail.txt", part="body", **facts),
    )


def _note_mark(protocol: str, one: Waiting) -> Mark:
    return Mark(f"{KIND}-waits", protocol, (one.organisation, one.what, one.since.isoformat(), str(one.level)))


def _ending(register: Register, as_of: date) -> Callable[[Mark], Ending | None]:
    def ending(mark: Mark) -> Ending | None:
        folder = register.protocol(mark.protocol)
        if folder is None:
            return Ending(False, ("gone",), render("chase-notes.md", note="gone", id=mark.protocol))
        if not can_be_chased(folder):
            return None
        if folder.value.status in LIVE and not is_withheld(folder, register):
            return Ending(True, (as_of.isoformat(),), render("chase-notes.md", note="done", as_of=as_of))
        return Ending(
            False,
            ("over",),
            render(
                "chase-notes.md", note="over", title=folder.value.title, status=label("status", folder.value.status)
            ),
        )

    return ending
