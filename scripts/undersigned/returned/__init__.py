"""A returned copy read back: what was filled in, which text it is a copy of, and for each place to sign whether it is
signed and whether anything changed since. Bytes in, facts out; reads no file, no clock and no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from undersigned.documents.words import word
from undersigned.returned.docx import digest_of_docx, names_of_docx, read_docx
from undersigned.returned.limits import MOST_BYTES
from undersigned.returned.parts import (
    BLOCK_FIELDS,
    Certificate,
    Kind,
    Reading,
    ReturnedError,
    Value,
    block_of,
    organisation_of,
)
from undersigned.returned.pdf import digest_of_pdf, names_of_pdf, read_pdf

__all__ = ["Returned", "ReturnedBlock", "ReturnedError", "field_names", "read_returned", "text_digest"]

State = Literal["unsigned", "intact", "altered"]
How = Literal["certificate", "typed", "picture"]

_PDF, _ZIP, _OLD_WORD = b"%PDF-", b"PK", bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True, slots=True)
class ReturnedBlock:
    """A place to sign. `organisation` is None where no organisation signs there, as for a person's signature on a form.

    `signer`, `certificate` (SHA-256, hex), `claimed_at` and `trusted` are of a digital signature. An intact one is not
    thereby trusted: whose certificate it is, only the caller's trust roots can say. `notes` are sentences for people.
    """

    field: str
    organisation: str | None
    name: str | None
    post: str | None
    date: str | None
    authority: bool
    state: State
    how: How | None
    signer: str | None
    certificate: str | None
    claimed_at: datetime | None
    trusted: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Returned:
    """A returned copy. `values` are by the names of the fields, in the order of the file: None where empty, a bool for a
    box to tick, a day as ISO 8601 where one was typed or picked. `digest` is that of the text as it came.
    """

    kind: Kind
    properties: Mapping[str, str]
    values: Mapping[str, Value]
    blocks: tuple[ReturnedBlock, ...]
    digest: str
    notes: tuple[str, ...]

    def block(self, organisation: str) -> ReturnedBlock:
        """The block of an organisation. KeyError where it has none."""
        for block in self.blocks:
            if block.organisation == organisation:
                return block
        raise KeyError(organisation)


def read_returned(
    content: bytes, *, text_digest: str | None = None, names: tuple[str, ...] = (), trust_roots: tuple[bytes, ...] = ()
) -> Returned:
    """Reads a PDF or DOCX that anybody may have sent. ReturnedError, with a sentence for people, where it cannot be read.

    `text_digest`: of the document as it was issued; else the one that the file itself carries is believed. `names`: of
    the document's fields in the order of reading (`field_names` of the DOCX as issued), for one that lost its tags and
    does not carry them.
    `trust_roots`: certificates (PEM or DER) of those whose certificates are believed; certificates are looked at as of
    the time that the signer claims.
    """
    reading = read_pdf(content, trust_roots) if _kind(content) == "pdf" else read_docx(content, names)
    given = text_digest or reading.properties.get("TextDigest") or None
    return Returned(
        kind=reading.kind,
        properties=reading.properties,
        values=reading.values,
        blocks=tuple(_block(place, reading, given) for place in reading.places),
        digest=reading.digest,
        notes=reading.notes,
    )


def text_digest(content: bytes) -> str:
    """The digest (SHA-256, hex) of the text of a PDF or DOCX: the same however it is filled in, signed and saved anew.

    That of a PDF and that of the DOCX of one document differ. ReturnedError as for `read_returned`.
    """
    return digest_of_pdf(content) if _kind(content) == "pdf" else digest_of_docx(content)


def field_names(content: bytes) -> tuple[str, ...]:
    """The names of the fields of a PDF or DOCX as issued, in the order of the file. ReturnedError as for `read_returned`."""
    return names_of_pdf(content) if _kind(content) == "pdf" else names_of_docx(content)


def _kind(content: bytes) -> Kind:
    """By what the file begins with, whatever it is called. ReturnedError where it is neither."""
    if not content:
        raise ReturnedError("empty")
    if len(content) > MOST_BYTES:
        raise ReturnedError("too_large")
    if content.startswith(_ZIP):
        return "docx"
    if _PDF in content[:1024]:
        return "pdf"
    raise ReturnedError("old_word" if content.startswith(_OLD_WORD) else "neither")


# -- blocks -----------------------------------------------------------------------------------------------------


def _block(place: str, reading: Reading, text_digest: str | None) -> ReturnedBlock:
    organisation = organisation_of(place)
    body = place.rpartition("__")[0]
    held = {kind: reading.values.get(f"{body}__{kind}") if organisation else None for kind in BLOCK_FIELDS}
    authority = held["authority"] is True
    certificate = reading.certificates.get(place)
    how = _how(place, reading, authority and bool(held["name"]), certificate)
    state, notes = _state(place, reading, how, certificate, text_digest)
    if how is None and any(held.values()):
        notes = (*notes, word("returned.filled_not_signed"))
    if how is not None and organisation and not authority:
        notes = (*notes, word("returned.not_authorised"))
    return ReturnedBlock(
        field=place,
        organisation=organisation,
        authority=authority,
        state=state,
        how=how,
        notes=notes,
        name=_text(held["name"]),
        post=_text(held["post"]),
        date=_text(held["date"]),
        signer=certificate.subject if certificate else None,
        certificate=certificate.fingerprint if certificate else None,
        claimed_at=certificate.claimed_at if certificate else None,
        trusted=certificate.trusted if certificate else False,
    )


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _how(place: str, reading: Reading, declared: bool, certificate: Certificate | None) -> How | None:
    """By certificate; else by what stands in the place; else, in a PDF, by the name typed under the declaration: there
    is no typing into the place itself.
    """
    if certificate is not None:
        return "certificate"
    return reading.marks.get(place) or ("typed" if declared and reading.kind == "pdf" else None)


def _state(
    place: str, reading: Reading, how: How | None, certificate: Certificate | None, text_digest: str | None
) -> tuple[State, tuple[str, ...]]:
    if how is None:
        return "unsigned", ()
    notes: list[str] = list(certificate.notes) if certificate else [word(f"returned.by_{how}")]
    altered = certificate is not None and not certificate.intact
    digest = certificate.digest or reading.digest if certificate else reading.digest
    if text_digest is None:
        notes.append(word("returned.not_compared"))
    elif digest != text_digest:
        altered = True
        notes.append(word("returned.text_differs"))
    if reading.kind == "docx" and reading.unexpected:
        altered = True
        notes.append(word("returned.unexpected_fields"))
    if any(name in reading.unexpected for name in block_of(place)):
        altered = True
        notes.append(word("returned.repeated_in_block"))
    if certificate is not None and certificate.intact and not certificate.trusted:
        notes.append(word("returned.not_trusted"))
    return "altered" if altered else "intact", tuple(notes)
