"""The two copies that each party is sent: whose they are, where one comes back to and by when. Sets no page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from undersigned.documents.content.agreement import Agreement
from undersigned.documents.model import Blocks, Field, Paragraph
from undersigned.documents.stamping import Stamp
from undersigned.documents.words import word
from undersigned.facts.contacts import PointOfContact, contact_of_lead, point_of_contact
from undersigned.records.fields import When, earliest
from undersigned.register import ProtocolFolder, Register
from undersigned.status import COPY_DAYS, Signing
from undersigned.words.dates import date_in_words

#: Properties that only a copy has.
COPY_PROPERTIES: Final = ("Organisation", "OrganisationName", "CopyNumber", "IssuedOn")
KEEP, RETURN = 1, 2


@dataclass(frozen=True)
class Sender:
    """The lead organisation, which sends the copies out and gets one of each back. `address`: its lines, or none."""

    contact: PointOfContact
    address: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Name, post and mailbox in one line."""
        return ", ".join(part for part in (self.contact.name, self.contact.address_line) if part)


@dataclass(frozen=True)
class Recipient:
    """A party that signs, and what its copies say. `signed` is the version that binds it now, with the day."""

    contact: PointOfContact
    issued_on: date
    return_by: date
    signed: tuple[str, When] | None = None


def sender_of(folder: ProtocolFolder, register: Register, *, as_of: date) -> Sender | None:
    """The lead; None where the protocol names none."""
    contact = contact_of_lead(folder, register, as_of=as_of)
    if contact is None:
        return None
    record = register.organisation(contact.organisation)
    address = record.value.postal_address if record is not None and record.value is not None else None
    lines = tuple(line.strip() for line in (address or "").splitlines() if line.strip())
    return Sender(contact, lines)


def recipients_of(
    agreement: Agreement,
    folder: ProtocolFolder,
    register: Register,
    *,
    as_of: date,
    wanted: Collection[str] | None = None,
) -> list[Recipient]:
    """The parties that sign this text, in its order; of them those `wanted` by present id, or all."""
    signing = Signing(folder, register, as_of=as_of)
    found = []
    for party in agreement.parties:
        if not party.signs or (wanted is not None and party.organisation not in wanted):
            continue
        entries = signing.entries(party.organisation)
        sent = next(
            (entry.sent_on for entry in reversed(entries) if entry.version == agreement.version and entry.sent_on), None
        )
        last = next((entry for entry in reversed(signing.standing(party.organisation)) if entry.counts), None)
        found.append(
            Recipient(
                point_of_contact(party.organisation, folder, register, as_of=as_of),
                issued_on=as_of,
                return_by=_return_by(sent, as_of),
                signed=(last.version, last.signed_on) if last is not None and last.signed_on is not None else None,
            )
        )
    return found


def _return_by(sent: When | None, as_of: date) -> date:
    """So many days after the copies went out; counted anew where none went out or the day has passed."""
    due = earliest(sent) + timedelta(days=COPY_DAYS) if sent is not None else None
    return due if due is not None and due >= as_of else as_of + timedelta(days=COPY_DAYS)


# -- what they say ----------------------------------------------------------------------------------------------


def copy_line(whose: str = "", what: str = "") -> Blocks:
    """The band on the first page that says whose copy this is and what to do with it."""
    return (
        Paragraph(
            (Field("stamped", "copy__for", word("copy.for_label"), value=whose or word("copy.master"), lines=2),)
        ),
        Paragraph(
            (Field("stamped", "copy__do", word("copy.do_label"), value=what or word("copy.master_do"), lines=3),)
        ),
    )


def master_stamp() -> Stamp:
    """What the band says before a copy is made."""
    return Stamp({"copy__for": word("copy.master"), "copy__do": word("copy.master_do")})


def stamp_of_copy(number: int, to: Recipient, sender: Sender | None) -> Stamp:
    """Copy 1, which the party keeps, or copy 2, which it returns."""
    if number == KEEP:
        what = word("copy.keep")
    elif sender is None:
        what = word("copy.return_anywhere", by=date_in_words(to.return_by))
    elif sender.contact.organisation == to.contact.organisation:
        what = word("copy.lead")
    else:
        what = word("copy.return", sender=sender.where, by=date_in_words(to.return_by))
    return Stamp(
        {"copy__for": word("copy.for", number=str(number), organisation=to.contact.name), "copy__do": what},
        properties_of_copy(to, number=f"{number} of 2"),
    )


def properties_of_copy(to: Recipient, *, number: str = "") -> dict[str, str]:
    """What the file's metadata says of a party's copy, letter or form."""
    return {
        "Organisation": to.contact.organisation,
        "OrganisationName": to.contact.name,
        "CopyNumber": number,
        "IssuedOn": to.issued_on.isoformat(),
    }
