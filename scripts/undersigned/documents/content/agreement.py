"""Everything that one protocol's documents print, for one day. Gathers facts; chooses no words and sets no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from undersigned.documents.content.adoptions import Adopted, adopted_by
from undersigned.documents.model import DocumentError
from undersigned.facts.contacts import PointOfContact, point_of_contact
from undersigned.records.fields import When, earliest
from undersigned.records.form import Form
from undersigned.records.protocol import Item, MappaRole, Operative, ProtocolStatus, Publication, Role, StampedText
from undersigned.records.version import Change, Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Signing, agreed_versions, has_happened, newest_version, review_state, takes_effect
from undersigned.words.text import in_reading_order

#: Their working text is what is printed, marked as such.
UNAGREED = frozenset({"draft", "consultation"})
#: These bind nobody, so there is nobody to ask.
ENDED = frozenset({"superseded", "withdrawn"})
#: Only these are still to be signed.
SIGNABLE = frozenset({"signing", "in-force"})


@dataclass(frozen=True)
class PartyEntry:
    """A party under its present id. `signs` here: it has a block to sign, being neither exempt, gone nor dissolved."""

    organisation: str
    name: str
    role: Role | None = None
    capacity: str | None = None
    group: str | None = None
    bound_otherwise: bool = False
    mappa_role: MappaRole | None = None
    left_on: When | None = None
    signs: bool = True


@dataclass(frozen=True)
class VersionEntry:
    number: str
    agreed_on: When
    effective_from: When
    change: Change
    summary: str


@dataclass(frozen=True)
class Successor:
    """The protocol that took a superseded one's place."""

    title: str
    since: When | None


@dataclass(frozen=True)
class Agreement:
    """One protocol's text with the facts around it. `version` and `fingerprint` are None for a working text.

    `names` says every organisation and group that the text may name; `items` spells out data items named by id.
    `newer` is a later version, agreed and not yet in effect. `register_address` is where the public register is, or "".
    `kept` is False where a version has been agreed whose text is not in this register: nothing of it is printed.
    `dated` is the day that the text was agreed, or for a working text the day of which it tells: a stamped text whose
    facts stand has the same documents every day.
    """

    id: str
    title: str
    text: Operative
    status: ProtocolStatus
    dated: date
    publication: Publication = "public"
    version: str | None = None
    fingerprint: str | None = None
    agreed_on: When | None = None
    effective_from: When | None = None
    newer: tuple[str, When] | None = None
    kept: bool = True
    signable: bool = False
    summary: str | None = None
    lead: str | None = None
    owner: tuple[str, str | None] | None = None
    part_of: str | None = None
    review_due: date | None = None
    ended_on: When | None = None
    successors: tuple[Successor, ...] = ()
    parties: tuple[PartyEntry, ...] = ()
    contacts: tuple[PointOfContact, ...] = ()
    forms: Mapping[str, Form] = field(default_factory=lambda: MappingProxyType({}))
    history: tuple[VersionEntry, ...] = ()
    adopted: Mapping[str, Adopted] = field(default_factory=lambda: MappingProxyType({}))
    items: Mapping[str, Item] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    register_address: str = ""

    @property
    def file_stem(self) -> str:
        """The name of its master copies, without the ending."""
        return f"{self.id}-v{self.version}" if self.version else f"{self.id}-draft"

    @property
    def short_fingerprint(self) -> str:
        """The first 16 hexadecimal digits, in fours; "" where there is no stamp."""
        if not self.fingerprint:
            return ""
        digits = self.fingerprint.rsplit(":", 1)[-1][:16]
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def agreement_of(
    folder: ProtocolFolder, register: Register, *, as_of: date, version: str | None = None, register_address: str = ""
) -> Agreement:
    """What the documents of a protocol print on `as_of`: the newest stamp agreed by then, or `version`.

    A draft or consultation prints its working text; so does a protocol that has no stamp by that day. Once a version
    has been agreed the working text may be an amendment in the making: where the stamp has no text, it is printed
    only if its fingerprint is that of the stamp. DocumentError where the protocol does not read, or has no such
    version by that day.
    """
    if not folder.readable:
        raise DocumentError(folder.id, "its record does not read")
    protocol = folder.value
    stamp = None if protocol.status in UNAGREED else _stamp(folder, version, as_of)
    agreed = _agreed_text(folder, stamp[1]) if stamp else protocol
    text = agreed or StampedText(
        title=protocol.title, kind=protocol.kind, jurisdictions=protocol.jurisdictions, parties=protocol.parties
    )
    signing = Signing(folder, register, as_of=as_of)
    newest = newest_version(folder, as_of=as_of)
    effective = takes_effect(folder, stamp[1]) if stamp else None
    review = review_state(folder, as_of=as_of)
    parties = _parties(text, folder, register, signing, as_of)
    return Agreement(
        id=folder.id,
        title=text.title or protocol.title,
        text=text,
        status=protocol.status,
        dated=earliest(stamp[1].agreed_on) if stamp else as_of,
        publication=protocol.publication,
        version=stamp[0] if stamp else None,
        fingerprint=stamp[1].fingerprint if stamp else None,
        agreed_on=stamp[1].agreed_on if stamp else None,
        effective_from=_as_written(effective, stamp, protocol.effective_from),
        newer=_newer(folder, stamp, newest),
        kept=agreed is not None,
        signable=stamp is not None
        and agreed is not None
        and newest is not None
        and stamp[0] == newest[0]
        and protocol.status in SIGNABLE,
        summary=protocol.summary,
        lead=register.organisation_name(protocol.lead) if protocol.lead else None,
        owner=(register.organisation_name(protocol.owner.organisation), protocol.owner.post)
        if protocol.owner
        else None,
        part_of=_title_of(register, text.part_of) if text.part_of else None,
        review_due=review.due_on,
        ended_on=protocol.effective_to if has_happened(protocol.effective_to, as_of) else None,
        successors=_successors(folder, register) if protocol.status == "superseded" else (),
        parties=parties,
        contacts=tuple(
            point_of_contact(party.organisation, folder, register, as_of=as_of)
            for party in parties
            if party.left_on is None and protocol.status not in ENDED
        ),
        forms=_forms(text, folder),
        history=_history(folder, as_of),
        adopted=adopted_by(text, protocol.publication, register),
        items={item.id: item for item in protocol.data_items},
        names=_names(text, register, parties),
        register_address=register_address,
    )


def _stamp(folder: ProtocolFolder, version: str | None, as_of: date) -> tuple[str, Version] | None:
    if version is None:
        return newest_version(folder, as_of=as_of)
    for number, stamped in agreed_versions(folder, as_of=as_of):
        if number == version:
            return number, stamped
    raise DocumentError(folder.id, f"version {version} had not been agreed on {as_of.isoformat()}")


def _agreed_text(folder: ProtocolFolder, stamped: Version) -> Operative | None:
    if stamped.text is not None:
        return stamped.text
    return folder.value if folder.working_fingerprint == stamped.fingerprint else None


def _as_written(effective: date | None, stamp: tuple[str, Version] | None, start: When | None) -> When | None:
    """The first day of the text; a month where that is all that the record knows."""
    if stamp is None or effective is None:
        return start
    for known in (stamp[1].takes_effect, start):
        if known is not None and not isinstance(known, date) and known.first_day == effective:
            return known
    return effective


def _newer(
    folder: ProtocolFolder, stamp: tuple[str, Version] | None, newest: tuple[str, Version] | None
) -> tuple[str, When] | None:
    if stamp is None or newest is None or stamp[0] == newest[0]:
        return None
    return newest[0], takes_effect(folder, newest[1])


def _parties(
    text: Operative, folder: ProtocolFolder, register: Register, signing: Signing, as_of: date
) -> tuple[PartyEntry, ...]:
    """The lead first, then by name: an order that no amendment being prepared can change."""
    left = {id_: party.left_on for id_, party in signing.identities.present_parties(folder.value.parties).items()}
    found = []
    for id_, party in signing.identities.present_parties(text.parties).items():
        gone = left.get(id_)
        left_on = gone if has_happened(gone, as_of) else None
        found.append(
            PartyEntry(
                organisation=id_,
                name=register.organisation_name(id_),
                role=party.role,
                capacity=party.capacity,
                group=party.group,
                bound_otherwise=not party.signs,
                mappa_role=party.mappa_role,
                left_on=left_on,
                signs=party.signs and left_on is None and not signing.dissolved(id_),
            )
        )
    lead = register.present_organisation(folder.value.lead) if folder.value.lead else None
    return tuple(
        sorted(found, key=lambda entry: (entry.organisation != lead, in_reading_order(entry.name), entry.organisation))
    )


def _forms(text: Operative, folder: ProtocolFolder) -> Mapping[str, Form]:
    if isinstance(text, StampedText):
        return dict(sorted(text.forms.items()))
    return {id_: record.value for id_, record in sorted(folder.forms.items()) if record.value is not None}


def _history(folder: ProtocolFolder, as_of: date) -> tuple[VersionEntry, ...]:
    """Newest first."""
    return tuple(
        VersionEntry(number, version.agreed_on, version.takes_effect, version.change, version.summary)
        for number, version in reversed(agreed_versions(folder, as_of=as_of))
    )


def _title_of(register: Register, protocol: str) -> str:
    other = register.protocol(protocol)
    return other.value.title if other is not None and other.readable else protocol


def _successors(folder: ProtocolFolder, register: Register) -> tuple[Successor, ...]:
    return tuple(
        Successor(other.value.title, other.value.effective_from)
        for other in register.protocols()
        if other.readable
        and folder.id in [register.present_protocol(id_) for id_ in other.value.supersedes]
        and other.value.status not in UNAGREED
    )


def _names(text: Operative, register: Register, parties: tuple[PartyEntry, ...]) -> Mapping[str, str]:
    groups = {group.id: group.title or group.id.replace("-", " ") for group in text.groups}
    ends = {
        end
        for flow in text.flows
        for end in (*flow.from_, *flow.to, *(id_ for law in flow.law_differs for id_ in law.for_))
    }
    organisations = {id_: register.organisation_name(id_) for id_ in sorted(ends - groups.keys())}
    return {**{party.organisation: party.name for party in parties}, **organisations, **groups}
