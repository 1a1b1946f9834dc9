"""What one protocol's documents print, for one day: a text with the facts around it, and who is sent copies of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from undersigned.facts.flows import FlowTerms
from undersigned.facts.parties import PointOfContact, contact_of_lead, point_of_contact
from undersigned.facts.protocol import ProtocolFacts, Successor, title_of
from undersigned.facts.text import ClauseFacts, VersionFacts, clauses_of, form_digests, forms_of
from undersigned.records.fields import When, latest
from undersigned.records.form import Form
from undersigned.records.protocol import (
    ENDED,
    MappaRole,
    Operative,
    Party,
    Protocol,
    ProtocolStatus,
    Publication,
    Role,
    StampedText,
)
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import (
    COPY_DAYS,
    Signing,
    agreed_versions,
    has_happened,
    newest_version,
    takes_effect,
    version_in_force,
)
from undersigned.status.working_days import working_day
from undersigned.words.text import in_a_list, in_reading_order

#: Their working text is printed, marked as not agreed.
UNAGREED = frozenset({"draft", "consultation"})
#: Nothing can be due back after the calendar's last day.
_LAST_SENDING = date.max - timedelta(days=2 * COPY_DAYS)
#: Only these can still be signed.
SIGNABLE = frozenset({"signing", "in-force"})


@dataclass(frozen=True)
class AgreementParty:
    """A party under its present id. `signs`: it has a block to sign; it is not exempt, gone or dissolved.

    `groups`: one at most, unless it took the place of bodies of several groups.

    `standing`: why it is not bound and not waited for, if so, and since when as far as the records say.
    """

    organisation: str
    name: str
    role: Role | None = None
    capacity: str | None = None
    groups: tuple[str, ...] = ()
    bound_otherwise: bool = False
    mappa_role: MappaRole | None = None
    left_on: When | None = None
    signs: bool = True
    standing: Literal["ended", "declined", "withdrawn"] | None = None
    standing_since: When | None = None

    @property
    def is_between(self) -> bool:
        """Whether the text is one between it and others: it is bound, or asked to sign."""
        return self.left_on is None and self.standing is None


@dataclass(frozen=True)
class Agreement:
    """One text of a protocol with the facts around it. `version` and `fingerprint` are None for a working text.

    `record`: the protocol's own record, for what is said beside the text that was agreed. `terms` and `clauses` are the text spelled out. `form_digests`: SHA-256 (hex) of the words of each form by id. `newer`: a later version that is agreed and not yet in effect.
    `text_available` is False if the version's text is not in this register: nothing of it is printed.
    `dated`: the day on which the text was agreed, or the day asked about for a working text. A stamped text whose facts do
    not change has the same documents every day. `register_address`: where the public register is, or "".
    """

    id: str
    title: str
    record: Protocol
    text: Operative
    terms: FlowTerms
    status: ProtocolStatus
    dated: date
    publication: Publication = "public"
    version: str | None = None
    fingerprint: str | None = None
    agreed_on: When | None = None
    effective_from: When | None = None
    newer: tuple[str, When] | None = None
    text_available: bool = True
    on_paper: bool = False
    signable: bool = False
    lead: str | None = None
    owners: tuple[tuple[str, str | None], ...] = ()
    part_of: str | None = None
    review_due: When | None = None
    ended_on: When | None = None
    successors: tuple[Successor, ...] = ()
    parties: tuple[AgreementParty, ...] = ()
    contacts: tuple[PointOfContact, ...] = ()
    clauses: tuple[ClauseFacts, ...] = ()
    forms: Mapping[str, Form] = field(default_factory=lambda: MappingProxyType({}))
    form_digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    history: tuple[VersionFacts, ...] = ()
    register_address: str = ""

    @property
    def file_stem(self) -> str:
        """The name of its master copies, without the ending."""
        return f"{self.id}-v{self.version}" if self.version else f"{self.id}-draft"

    @property
    def short_fingerprint(self) -> str:
        """The first 16 hexadecimal digits, in fours; "" without a stamp."""
        if not self.fingerprint:
            return ""
        digits = self.fingerprint.rsplit(":", 1)[-1][:16]
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def agreements_to_print(
    folder: ProtocolFolder, register: Register, *, as_of: date, register_address: str = ""
) -> list[Agreement]:
    """The text that goes out for signature and, if that is another one, the text in force; newest first."""
    first = agreement_of(folder, register, as_of=as_of, register_address=register_address)
    in_force = version_in_force(folder, as_of=as_of)
    newest = newest_version(folder, as_of=as_of)
    if (
        first.version is None
        or in_force is None
        or newest is None
        or in_force[0] == newest[0]
        or in_force[1].text is None
    ):
        return [first]
    earlier = agreement_of(folder, register, as_of=as_of, version=in_force[0], register_address=register_address)
    return [first, earlier]


def agreement_of(
    folder: ProtocolFolder,
    register: Register,
    *,
    as_of: date,
    version: str | None = None,
    working: bool = False,
    register_address: str = "",
) -> Agreement:
    """What the documents of a protocol print on `as_of`: the newest stamp agreed by then, or `version`.

    A draft or consultation prints its working text, and so does a protocol without a stamp by that day. Once a version
    has been agreed the working text may be an amendment being prepared: if the stamp has no text, the working text is
    printed only if it has the stamp's fingerprint. `working`: its working text, whatever has been agreed. ValueError if
    the protocol does not read, or if `version` had not been agreed by the day.
    """
    protocol = ProtocolFacts(folder, register, as_of=as_of)
    record = protocol.record
    unagreed = working or (record.status in UNAGREED and version is None)
    stamp = None if unagreed else _stamp(folder, version, as_of)
    agreed = _agreed_text(folder, stamp[1]) if stamp else record
    text = agreed or StampedText(
        title=record.title, kind=record.kind, jurisdictions=record.jurisdictions, parties=record.parties
    )
    newest = newest_version(folder, as_of=as_of)
    parties = _parties(text, protocol, is_stamped=stamp is not None)
    return Agreement(
        id=folder.id,
        title=text.title or record.title,
        record=record,
        text=text,
        terms=protocol.terms_of(text),
        status=record.status,
        dated=latest(stamp[1].agreed_on) if stamp else as_of,
        publication=record.publication,
        version=stamp[0] if stamp else None,
        fingerprint=stamp[1].fingerprint if stamp else None,
        agreed_on=stamp[1].agreed_on if stamp else None,
        effective_from=takes_effect(folder, stamp[1]) if stamp else record.effective_from,
        newer=(newest[0], takes_effect(folder, newest[1])) if stamp and newest and stamp[0] != newest[0] else None,
        text_available=agreed is not None,
        on_paper=agreed is None and stamp is not None and stamp[1].document is not None,
        signable=stamp is not None
        and agreed is not None
        and newest is not None
        and stamp[0] == newest[0]
        and record.status in SIGNABLE,
        lead=_named(protocol.lead),
        owners=tuple((_named(protocol.bodies(owner.organisation)) or "", owner.post) for owner in record.owner),
        part_of=title_of(text.part_of, register, as_of=as_of) if text.part_of else None,
        review_due=protocol.status.review.due_on,
        ended_on=_last_day(record, as_of),
        successors=protocol.successors,
        parties=parties,
        contacts=tuple(
            point_of_contact(party.organisation, folder, register, as_of=as_of)
            for party in parties
            if party.left_on is None and record.status not in ENDED
        ),
        clauses=clauses_of(text, record.publication, register, as_of=as_of),
        forms=forms_of(text, folder),
        form_digests=form_digests(folder, stamp[0]) if stamp and agreed is not None else {},
        history=protocol.versions,
        register_address=register_address,
    )


def _last_day(record: Protocol, as_of: date) -> When | None:
    """The last day of a protocol that has ended, as its record gives it."""
    last = record.ended_on or record.effective_to
    return last if has_happened(last, as_of) else None


def _named(bodies: Iterable[tuple[str, str]]) -> str | None:
    return in_a_list([name for _id, name in bodies]) or None


def _stamp(folder: ProtocolFolder, version: str | None, as_of: date) -> tuple[str, Version] | None:
    if version is None:
        return newest_version(folder, as_of=as_of)
    for number, stamped in agreed_versions(folder, as_of=as_of):
        if number == version:
            return number, stamped
    raise ValueError(f"{folder.id}: version {version} had not been agreed on {as_of.isoformat()}")


def _agreed_text(folder: ProtocolFolder, stamped: Version) -> Operative | None:
    if stamped.text is not None:
        return stamped.text
    return folder.value if folder.working_fingerprint == stamped.fingerprint else None


def _parties(text: Operative, protocol: ProtocolFacts, *, is_stamped: bool) -> tuple[AgreementParty, ...]:
    """The lead first, then by name: an order that no amendment being prepared can change."""
    register, signing, record = protocol.register, protocol.signing, protocol.record
    left = {id_: party.left_on for id_, party in signing.identities.present_parties(record.parties).items()}
    leads = {id_ for id_, _name in protocol.lead}
    groups = signing.identities.groups(text.parties)
    found = []
    for id_, party in signing.identities.present_parties(text.parties).items():
        gone = left.get(id_)
        left_on = gone if has_happened(gone, protocol.as_of) else None
        standing, since = _standing(id_, party, signing) if is_stamped and left_on is None else (None, None)
        found.append(
            AgreementParty(
                organisation=id_,
                name=register.organisation_name(id_),
                role=party.role,
                capacity=party.capacity,
                groups=groups[id_],
                bound_otherwise=not party.signs,
                mappa_role=party.mappa_role,
                left_on=left_on,
                signs=party.signs and left_on is None and not signing.dissolved(id_),
                standing=standing,
                standing_since=since,
            )
        )
    return tuple(
        sorted(
            found, key=lambda entry: (entry.organisation not in leads, in_reading_order(entry.name), entry.organisation)
        )
    )


def _standing(
    id_: str, party: Party, signing: Signing
) -> tuple[Literal["ended", "declined", "withdrawn"] | None, When | None]:
    """Why a party of the text is not bound by any version and not asked to sign, and since when."""
    status = signing.state(id_, party)
    if status.state == "ended":
        return "ended", None
    if status.state not in ("declined", "withdrawn") or any(entry.counts for entry in signing.standing(id_)):
        return None, None
    kind: Literal["declined", "withdrawn"] = "declined" if status.state == "declined" else "withdrawn"
    ended = getattr(status.entry.signature, kind) if status.entry is not None else None
    return kind, ended.on if ended is not None else None


# -- the copies that parties are sent ---------------------------------------------------------------------------


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
    """A party that has a block to sign, and what its copies say."""

    contact: PointOfContact
    issued_on: date
    return_by: date


def sender_of(folder: ProtocolFolder, register: Register, *, as_of: date) -> Sender | None:
    """The lead; None if the protocol names none."""
    contact = contact_of_lead(folder, register, as_of=as_of)
    if contact is None:
        return None
    record = register.organisation(contact.organisation)
    address = record.value.postal_address if record is not None and record.value is not None else None
    return Sender(contact, tuple(line.strip() for line in (address or "").splitlines() if line.strip()))


def recipients_of(
    agreement: Agreement,
    folder: ProtocolFolder,
    register: Register,
    *,
    as_of: date,
    wanted: Collection[str] | None = None,
) -> list[Recipient]:
    """The parties that sign this text, in its order: those that answer for the ids `wanted`, or all."""
    signing = Signing(folder, register, as_of=as_of)
    asked = None if wanted is None else signing.identities.all_present(wanted)
    return [
        recipient_of(party.organisation, agreement, signing)
        for party in agreement.parties
        if party.signs and (asked is None or party.organisation in asked)
    ]


def recipient_of(organisation: str, agreement: Agreement, signing: Signing) -> Recipient:
    """A party as the addressee of this text on the day of `signing`."""
    entries = (entry for entry in signing.entries(organisation) if entry.version == agreement.version)
    return Recipient(
        point_of_contact(organisation, signing.folder, signing.register, as_of=signing.as_of),
        issued_on=signing.as_of,
        return_by=_return_by(
            max((entry.sent_on for entry in entries if entry.sent_on), key=latest, default=None), signing.as_of
        ),
    )


def _return_by(sent: When | None, as_of: date) -> date:
    """The first working day that is `COPY_DAYS` after the copies went out; counted from today if that day is not known
    or has passed."""
    due = _due(sent) if isinstance(sent, date) else None
    return due if due is not None and due >= as_of else _due(as_of)


def _due(sent: date) -> date:
    return working_day(sent + timedelta(days=COPY_DAYS)) if sent < _LAST_SENDING else date.max
