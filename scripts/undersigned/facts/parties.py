"""The parties of a protocol on one day: the state of each signature, who is bound, and whom to ask.

`point_of_contact` is the one rule for whom to ask: pages, documents, letters and reminders use it. The JSON names nobody:
mailboxes in it would be harvested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from undersigned.records.fields import When
from undersigned.records.protocol import Party
from undersigned.records.signature import OtherOfficer, Signature, SigningRecord
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Entry, Identities, InForce, PartyStatus, SignatureState, Signing, has_happened
from undersigned.words.text import in_reading_order


@dataclass(frozen=True)
class PointOfContact:
    """A post at an organisation, its deputy, and the mailbox and telephone line that reach them. All None: the register names nobody.

    `nominated`: it is the officer nominated for the protocol; otherwise it is the organisation's general contact.
    `others` answer for single flows or out of hours: pages and documents list them, letters do not go to them.
    """

    organisation: str
    name: str
    post: str | None = None
    deputy_post: str | None = None
    mailbox: str | None = None
    phone: str | None = None
    nominated: bool = False
    others: tuple[OtherOfficer, ...] = ()

    @property
    def is_named(self) -> bool:
        return bool(self.post or self.mailbox or self.phone)

    @property
    def address_line(self) -> str:
        """Post and mailbox in one line; empty if the register names neither."""
        return ", ".join(part for part in (self.post, self.mailbox) if part)


def point_of_contact(organisation: str, folder: ProtocolFolder, register: Register, *, as_of: date) -> PointOfContact:
    """Whom to ask at `organisation` (a present id).

    1. The nominated officer, if the signing record names a post or a mailbox.
    2. If it names only a deputy, the deputy.
    3. An officer with a post and no mailbox, or no telephone line, is reached through that of the organisation's contact.
       An officer with a mailbox and no post stays without a post: the contact's post may be another desk.
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
    phone = contact.phone if contact else None
    if officer is not None and (officer.post or officer.mailbox or officer.phone):
        own = officer.mailbox or mailbox, officer.phone or phone
        return PointOfContact(organisation, name, officer.post, officer.deputy_post, *own, True, others)
    if officer is not None and officer.deputy_post:
        return PointOfContact(organisation, name, officer.deputy_post, None, mailbox, phone, True, others)
    return PointOfContact(organisation, name, contact.post if contact else None, None, mailbox, phone, False, others)


def bodies_of(ids: Iterable[str], identities: Identities, register: Register) -> tuple[tuple[str, str], ...]:
    """(id, name) of those who answer on the day for these ids, each once: the one reading of ids in every output."""
    return tuple((body, register.organisation_name(body)) for body in identities.all_present(ids))


def contact_of_lead(folder: ProtocolFolder, register: Register, *, as_of: date) -> PointOfContact | None:
    """Whom to ask at the lead organisation; None if the protocol names none, or several have divided its place."""
    lead = Identities(folder, register, as_of=as_of).one(folder.value.lead)
    return None if lead is None else point_of_contact(lead, folder, register, as_of=as_of)


@dataclass(frozen=True)
class Refusal:
    """The version that a party declined, or withdrew its signature of; the day; the reason as its record has it."""

    version: str
    on: When
    reason: str | None


@dataclass(frozen=True)
class HistoryFacts:
    """The position of a body whose place a party has taken; `version`: the text that it signed, was sent, or refused."""

    name: str
    state: SignatureState
    version: str | None


@dataclass(frozen=True)
class Reserved:
    """A body that has reserved a flow, and what it says about it (`text`). The lead has accepted it: the body takes no part."""

    id: str
    name: str
    text: str | None


@dataclass(frozen=True)
class PartyFacts:
    """One party of a protocol: what the text says of it, and the state of its signature.

    `signed_version`, `signed_on` and `signature` are of the text that it signed last, also where it has withdrawn
    since: `status` then names none. `refusal`: of a party that has declined or withdrawn. `histories`: of the bodies
    whose place it has taken, if their positions differed and it has not signed itself.
    """

    id: str
    name: str
    text: Party
    status: PartyStatus
    signed_version: str | None
    signed_on: When | None
    signature: Signature | None
    refusal: Refusal | None
    histories: tuple[HistoryFacts, ...] = ()


@dataclass(frozen=True)
class Participant:
    """A party, or a body that only an older text binds (`party` is None). `versions`: those that bind it, newest first."""

    contact: PointOfContact
    versions: tuple[str, ...]
    party: PartyFacts | None

    @property
    def id(self) -> str:
        return self.contact.organisation

    @property
    def name(self) -> str:
        return self.contact.name


def by_name(ids: Iterable[str], register: Register) -> tuple[tuple[str, str], ...]:
    """(id, name) of each, by name."""
    named = ((id_, register.organisation_name(id_)) for id_ in ids)
    return tuple(sorted(named, key=lambda pair: in_reading_order(pair[1])))


def party_facts(status: PartyStatus, register: Register, signing: Signing) -> PartyFacts:
    id_ = status.organisation
    signed = _signed(status)
    return PartyFacts(
        id=id_,
        name=register.organisation_name(id_),
        text=signing.parties[id_],
        status=status,
        signed_version=signed.version if signed else None,
        signed_on=signed.signed_on if signed else None,
        signature=signed.signature if signed else None,
        refusal=_refusal(status),
        histories=tuple(
            HistoryFacts(register.organisation_name(old.organisation), old.state, old.version)
            for old in status.inherited
        ),
    )


def _signed(status: PartyStatus) -> Entry | None:
    """The signature that `status` is about; for a party that has withdrawn, the one that it withdrew."""
    return status.entry if status.state == "withdrawn" else status.signed_entry


def _refusal(status: PartyStatus) -> Refusal | None:
    entry = status.entry
    if entry is None or status.state not in ("declined", "withdrawn"):
        return None
    act = entry.signature.declined if status.state == "declined" else entry.signature.withdrawn
    return None if act is None else Refusal(entry.version, act.on, act.reason)


def reservations_of(parties: Iterable[PartyFacts], *, as_of: date) -> Mapping[str, tuple[Reserved, ...]]:
    """The accepted reservations in the signatures that count now, by the flow that each takes out."""
    found: dict[str, list[Reserved]] = {}
    for party in parties:
        if party.signature is None or party.refusal is not None:
            continue
        for reservation in party.signature.reservations:
            if has_happened(reservation.accepted_on, as_of):
                for flow in reservation.flows:
                    found.setdefault(flow, []).append(Reserved(party.id, party.name, reservation.text))
    return {flow: tuple(reserved) for flow, reserved in found.items()}


def participants(
    parties: Iterable[PartyFacts],
    in_force: Iterable[InForce],
    folder: ProtocolFolder,
    register: Register,
    *,
    as_of: date,
) -> tuple[Participant, ...]:
    """The parties, and those whom an older text still binds although the newest one drops them, by name."""
    of = {party.id: party for party in parties}
    versions: dict[str, list[str]] = {id_: [] for id_ in of}
    for text in in_force:
        for id_ in text.between:
            versions.setdefault(id_, []).append(text.version)
    found = [
        Participant(point_of_contact(id_, folder, register, as_of=as_of), tuple(bound), of.get(id_))
        for id_, bound in versions.items()
    ]
    return tuple(sorted(found, key=lambda body: (in_reading_order(body.name), body.id)))
