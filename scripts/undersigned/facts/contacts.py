"""Whom to ask at an organisation about a protocol: one rule for pages, documents, letters and reminders.

The JSON names nobody: mailboxes in it would be harvested, and a program has nobody to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from undersigned.records.signature import OtherOfficer, SigningRecord
from undersigned.register import ProtocolFolder, Register
from undersigned.status import has_happened


@dataclass(frozen=True)
class PointOfContact:
    """A post at an organisation, its deputy, and the mailbox that reaches them. All None: the register names nobody.

    `nominated`: it is the officer nominated for the protocol; otherwise it is the organisation's general contact.
    `others` answer for single flows or out of hours: pages and documents list them, letters do not go to them.
    """

    organisation: str
    name: str
    post: str | None = None
    deputy_post: str | None = None
    mailbox: str | None = None
    nominated: bool = False
    others: tuple[OtherOfficer, ...] = ()

    @property
    def is_named(self) -> bool:
        return bool(self.post or self.mailbox)

    @property
    def address_line(self) -> str:
        """Post and mailbox in one line; empty if the register names neither."""
        return ", ".join(part for part in (self.post, self.mailbox) if part)


def point_of_contact(organisation: str, folder: ProtocolFolder, register: Register, *, as_of: date) -> PointOfContact:
    """Whom to ask at `organisation` (a present id).

    1. The nominated officer, if the signing record names a post or a mailbox.
    2. If it names only a deputy, the deputy.
    3. An officer with a post and no mailbox is reached through the mailbox of the organisation's contact. An officer
       with a mailbox and no post stays without a post: the contact's post may be another desk.
    4. Without an officer: the organisation's contact.
    5. An organisation that has been dissolved by `as_of` has no contact of its own any more.
    """
    signing = folder.signing.get(organisation)
    written = signing.value if signing is not None and signing.value is not None else SigningRecord()
    officer, others = written.nominated_officer, written.other_officers
    record = register.organisation(organisation)
    body = record.value if record is not None else None
    contact = body.contact if body is not None and not has_happened(body.dissolved_on, as_of) else None
    name, mailbox = register.organisation_name(organisation), contact.mailbox if contact else None
    if officer is not None and (officer.post or officer.mailbox):
        return PointOfContact(
            organisation, name, officer.post, officer.deputy_post, officer.mailbox or mailbox, True, others
        )
    if officer is not None and officer.deputy_post:
        return PointOfContact(organisation, name, officer.deputy_post, None, mailbox, True, others)
    return PointOfContact(organisation, name, contact.post if contact else None, None, mailbox, False, others)


def contact_of_lead(folder: ProtocolFolder, register: Register, *, as_of: date) -> PointOfContact | None:
    """Whom to ask at the lead organisation; None if the protocol names no lead."""
    lead = folder.value.lead
    if lead is None:
        return None
    return point_of_contact(register.present_organisation(lead), folder, register, as_of=as_of)
