"""An organisation's signing record for one protocol (`signatories/<organisation>/<protocol>.yaml`)."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from undersigned.records.fields import Authored, Day, DayOrMonth, Fingerprint, VersionNumber

Authority = Literal["office", "delegation", "resolution", "deed"]
SigningMethod = Literal["wet-ink", "electronic", "digital-certificate", "deed", "minute"]
#: How a deed was executed: under seal, by one person before a witness, or by two who may sign for the body.
DeedForm = Literal["seal", "witness", "two-signatories"]
Succession = Literal["statute", "transfer-of-engagements", "novation"]

#: An address, a path to a file, an upload or the name of a file: not the reference that the holder files it under.
_LINK = re.compile(
    r"(?:https?|ftp|file|onedrive|sharepoint)://\S+|\bwww\.\S+|!?\[[^\]]*\]\([^)]*\)|\\\\\S+|\b[A-Za-z]:\\\S+"
    r"|\S+\.(?:pdf|docx?|odt|tiff?|jpe?g|png|heic|msg|eml|zip)\b",
    re.IGNORECASE,
)


class NominatedOfficer(Authored):
    post: str | None = None
    mailbox: str | None = None
    phone: str | None = None
    deputy_post: str | None = None
    confirmed_on: Day | None = None


class OtherOfficer(Authored):
    post: str | None = None
    mailbox: str | None = None
    phone: str | None = None
    hours: str | None = None
    flows: tuple[str, ...] = ()


class SignedBy(Authored):
    """A post, never a name, and the authority by which it signs."""

    post: str | None = None
    authority: Authority | None = None
    reference: str | None = None


class Reservation(Authored):
    flows: tuple[str, ...] = ()
    text: str | None = None
    accepted_on: DayOrMonth | None = None


class Evidence(Authored):
    sha256: str | None = None
    held_by: str | None = None
    reference: str | None = None

    @property
    def link(self) -> re.Match[str] | None:
        """The first link or name of a file in the reference; None if it is what the holder files the copy under."""
        return _LINK.search(self.reference or "")


class Issued(Authored):
    """Digests of the copies that were sent out: `sha256:` of the PDF to be returned, `v1:` of the words of the DOCX."""

    pdf: str | None = None
    docx: str | None = None


class Mandate(Authored):
    reference: str | None = None


class Dated(Authored):
    """A refusal or a withdrawal."""

    on: DayOrMonth
    reason: str | None = None


class Signature(Authored):
    """One act of signing, or of refusing to, bound to a version and its fingerprint."""

    version: VersionNumber
    fingerprint: Fingerprint | None = None
    sent_on: DayOrMonth | None = None
    sent_again_on: DayOrMonth | None = None
    issued: Issued | None = None
    approved_on: DayOrMonth | None = None
    signed_on: DayOrMonth | None = None
    signed_by: SignedBy | None = None
    method: SigningMethod | None = None
    deed_by: DeedForm | None = None
    returned_on: DayOrMonth | None = None
    counterpart_on: DayOrMonth | None = None
    signs_for: tuple[str, ...] = ()
    mandate: Mandate | None = None
    reservations: tuple[Reservation, ...] = ()
    evidence: Evidence | None = None
    declined: Dated | None = None
    withdrawn: Dated | None = None


class Inheritance(Authored):
    """Another body's place taken over: it counts from `on`."""

    from_: tuple[str, ...] = Field(alias="from")
    on: DayOrMonth
    by: Succession | None = None
    instrument: str | None = None


class SigningRecord(Authored):
    """`signatures` are oldest first."""

    nominated_officer: NominatedOfficer | None = None
    other_officers: tuple[OtherOfficer, ...] = ()
    signatures: tuple[Signature, ...] = ()
    inherits: Inheritance | None = None
