"""For the tests of returned copies: a copy as it was sent, what the register knows of it, and ways to write a changed PDF."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
from document_sample import ADDRESS, TODAY, sample_register
from signing_kit import block, filled, signed, signer

from undersigned.cache import DocumentCache
from undersigned.documents.bases import Base, agreement_sheet, base_of
from undersigned.documents.content.letter import stamp_of_copy
from undersigned.facts.agreement import Recipient, agreement_of
from undersigned.facts.parties import PointOfContact
from undersigned.returned import Issued, ReturnedCopy, claim_of, issued_digest
from undersigned.returned.reading import read_here

COUNCIL, PROBATION, TY_CYMRU = "town-council", "county-probation", "ty-cymru"
NAMES = {COUNCIL: "Town Council", PROBATION: "Probation Service, County", TY_CYMRU: "Cymdeithas Dai Tŷ Ŵyn"}
#: A clause on the second page or later: what people strike out.
CLAUSE = "Secure e-mail"
ChangePdf = Callable[[pikepdf.Pdf], None]


@cache
def base(*changes: tuple[str, str]) -> Base:
    """The master of the sample agreement, in a register whose words are changed."""
    register = sample_register(*changes)
    folder = register.protocol("county-housing")
    assert folder is not None
    return base_of(
        agreement_sheet(agreement_of(folder, register, as_of=TODAY, register_address=ADDRESS)), DocumentCache(None)
    )


@cache
def copy(organisation: str = COUNCIL, number: int = 2, changes: tuple[tuple[str, str], ...] = ()) -> dict[str, bytes]:
    """The files of one body's copy, by ending."""
    to = Recipient(PointOfContact(organisation, NAMES[organisation]), TODAY, TODAY)
    return base(*changes).copy(stamp_of_copy(number, to, None))


def pdf() -> bytes:
    return copy()[".pdf"]


def docx() -> bytes:
    return copy()[".docx"]


@cache
def issued(*, recorded: bool = True, with_text: bool = True, changing: tuple[str, ...] = ()) -> Issued:
    """What the register knows of the council's copy."""
    return Issued(
        "county-housing",
        "1.0",
        str(claim_of(pdf()).fingerprint),
        organisation=COUNCIL,
        copy=2,
        lead=PROBATION,
        digests=frozenset({issued_digest(pdf()), issued_digest(docx())}) if recorded else frozenset(),
        pdf=pdf() if with_text else None,
        docx=docx() if with_text else None,
        changing=changing,
        names=NAMES,
    )


def read(content: bytes, known: Issued | None = None) -> ReturnedCopy:
    """In this process, so that what goes wrong is seen."""
    return read_here(content, known or issued())


# -- PDF --------------------------------------------------------------------------------------------------------


@cache
def typed() -> bytes:
    """The council has filled in its block."""
    return filled(pdf(), block(COUNCIL, "A. Example"))


@cache
def certified() -> bytes:
    """The council has filled in its block and signed with a certificate."""
    return signed(typed(), f"{COUNCIL}__signature", signer("Council"))


def saved(file: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    file.save(out, **options)
    return out.getvalue()


def rewritten(content: bytes, change: ChangePdf = lambda file: None, **options: Any) -> bytes:
    """A change in a file that is written anew."""
    with pikepdf.open(io.BytesIO(content)) as file:
        change(file)
        return saved(file, **options)


def appended(content: bytes, change: ChangePdf) -> bytes:
    """The same change as one more revision after the bytes that are there (ISO 32000-1, 7.5.6)."""
    with pikepdf.open(io.BytesIO(content)) as before, pikepdf.open(io.BytesIO(content)) as after:
        change(after)
        old = {one.objgen: _written(one) for one in before.objects}
        new = {one.objgen: _written(one) for one in after.objects if one.objgen != (0, 0)}
        objects = {number[0]: body for number, body in new.items() if old.get(number) != body}
        root, info = after.trailer.Root.objgen[0], after.trailer.get("/Info")
        size = max(int(before.trailer.Size), *(number + 1 for number in objects), 0)
    out, places = content if content.endswith(b"\n") else content + b"\n", {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[size] = start = len(out)
    previous = int(content.rsplit(b"startxref", 1)[1].split()[0])
    head = b"<< /Type /XRef /Size %d /Index [%s] /W [1 4 2] /Prev %d /Root %d 0 R " % (
        size + 1,
        b" ".join(b"%d 1" % number for number in sorted(places)),
        previous,
        root,
    )
    if info is not None and info.objgen != (0, 0):
        head += b"/Info %d 0 R " % info.objgen[0]
    rows = b"".join(struct.pack(">BIH", 1, places[number], 0) for number in sorted(places))
    out += b"%d 0 obj\n%s/Length %d >>\nstream\n%s\nendstream\nendobj\n" % (size, head, len(rows), rows)
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def _written(one: pikepdf.Object) -> bytes:
    if isinstance(one, pikepdf.Stream):
        data = one.read_raw_bytes()
        head = pikepdf.Dictionary({key: value for key, value in one.items() if key != "/Length"})
        return b"%s /Length %d >>\nstream\n%s\nendstream" % (head.unparse().rstrip()[:-2], len(data), data)
    return bytes(one.unparse(resolved=True))
