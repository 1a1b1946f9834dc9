"""Nominated officers and contacts: there is one, it can be written to, and it was confirmed lately."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from undersigned.checks.engine import OrganisationSubject, ProtocolSubject, RecordLike, RuleSet, Subject
from undersigned.findings import Finding
from undersigned.records.fields import MAILBOX
from undersigned.records.signature import NominatedOfficer
from undersigned.status import add_months, has_happened

CONFIRM_MONTHS = 6


def check_officers(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each party of a live protocol has a nominated officer with a mailbox, confirmed in the last six months."""
    if not subject.is_live:
        return
    signing = subject.signing
    for party, text in signing.parties.items():
        record = subject.folder.signing.get(party)
        if record is None or record.value is None:
            continue
        officer = record.value.nominated_officer
        if officer is not None and _is_whole(officer) and not _is_stale(officer.confirmed_on, subject.as_of):
            continue  # nearly all of them: where the party stands need not be worked out
        state = signing.state(party, text).state
        if state in ("ended", "withdrawn", "declined") or signing.has_left(party):
            continue
        if officer is None:
            if state == "signed" and subject.protocol.status == "in-force":
                yield from subject.find("officer-missing", record, missing="nominated_officer", party=party)
            continue
        for field, value in (("post", officer.post), ("mailbox", officer.mailbox)):
            if value is None and state == "signed":
                yield from subject.find(
                    "officer-missing", record, ("nominated_officer",), words=field, missing=field, party=party
                )
        if officer.confirmed_on is None:
            yield from subject.find(
                "contact-unconfirmed",
                record,
                ("nominated_officer",),
                words="never",
                missing="confirmed_on",
                what="the nominated officer",
            )
        elif _is_stale(officer.confirmed_on, subject.as_of):
            yield from subject.find(
                "contact-unconfirmed",
                record,
                ("nominated_officer", "confirmed_on"),
                what="the nominated officer",
                day=officer.confirmed_on,
            )


def check_contact(subject: OrganisationSubject) -> Iterator[Finding]:
    """An organisation's contact was confirmed in the last six months."""
    organisation = subject.organisation
    if organisation.contact is None or has_happened(organisation.dissolved_on, subject.as_of):
        return
    confirmed_on = organisation.contact.confirmed_on
    if confirmed_on is None:
        yield from subject.find(
            "contact-unconfirmed",
            subject.record,
            ("contact",),
            words="never",
            missing="confirmed_on",
            what="the contact",
        )
    elif _is_stale(confirmed_on, subject.as_of):
        yield from subject.find(
            "contact-unconfirmed", subject.record, ("contact", "confirmed_on"), what="the contact", day=confirmed_on
        )


def check_officers_mailboxes(subject: ProtocolSubject) -> Iterator[Finding]:
    """The mailbox of an officer is an address that can be written to."""
    if not subject.is_live:
        return
    for record in subject.folder.signing.values():
        if record.value is None:
            continue
        if record.value.nominated_officer is not None:
            yield from _bad(subject, record, ("nominated_officer", "mailbox"), record.value.nominated_officer.mailbox)
        for index, officer in enumerate(record.value.other_officers):
            yield from _bad(subject, record, ("other_officers", index, "mailbox"), officer.mailbox)


def check_mailboxes(subject: OrganisationSubject) -> Iterator[Finding]:
    """The mailbox of a contact is an address that can be written to."""
    organisation = subject.organisation
    if organisation.contact is not None:
        yield from _bad(subject, subject.record, ("contact", "mailbox"), organisation.contact.mailbox)
    if organisation.data_protection_officer is not None:
        yield from _bad(
            subject,
            subject.record,
            ("data_protection_officer", "mailbox"),
            organisation.data_protection_officer.mailbox,
        )


def _bad(subject: Subject, record: RecordLike, path: tuple[str | int, ...], mailbox: str | None) -> Iterator[Finding]:
    if mailbox is not None and not MAILBOX.match(mailbox):
        yield from subject.find("bad-mailbox", record, path, mailbox=mailbox)


def _is_whole(officer: NominatedOfficer) -> bool:
    return bool(officer.post and officer.mailbox)


def _is_stale(confirmed_on: date | None, as_of: date) -> bool:
    return confirmed_on is None or add_months(confirmed_on, CONFIRM_MONTHS) < as_of


RULES = RuleSet(protocol=(check_officers, check_officers_mailboxes), organisation=(check_contact, check_mailboxes))
