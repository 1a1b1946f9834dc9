"""Finished files to make copies from: one PDF and the parts of one DOCX for each document, from the cache if possible."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

from undersigned.cache import DocumentCache
from undersigned.documents.content.agreement import agreement_document, annex_document, view_of
from undersigned.documents.content.dpo import FORM as DPIA
from undersigned.documents.content.dpo import NOTICE, dpia_document, filled_form, privacy_notice
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.content.forms import form_document
from undersigned.documents.content.letter import COPY_PROPERTIES, master_stamp, nomination_defaults, nomination_form
from undersigned.documents.content.people import people_document
from undersigned.documents.docx.controls import names_in_copy
from undersigned.documents.docx.docx import CUSTOM, docx_parts
from undersigned.documents.docx.word_xml import with_custom_properties
from undersigned.documents.model import Document, DocumentError
from undersigned.documents.pdf.setting import pdf_of
from undersigned.documents.stamping import DocxStamper, Member, PdfStamper, Stamp, defaults_of, mark, packed
from undersigned.facts.agreement import Agreement
from undersigned.facts.for_people import PeoplePage
from undersigned.records.form import Form


@dataclass(frozen=True)
class Sheet:
    """A document to make.

    `facts`: everything that it is made of, as text, so that two documents that differ have different texts. `epoch`: the
    time in the document, in seconds since 1970. `stamped`: the first values of its stamped fields. `properties`: the names
    of the properties that a copy adds.
    """

    record: str
    facts: str
    epoch: int
    build: Callable[[], Document]
    stamped: Stamp = field(default_factory=Stamp)
    properties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Base:
    """A document's PDF, and the parts of its DOCX with marks where stamped values go."""

    sheet: Sheet
    pdf: bytes
    parts: Mapping[str, bytes]

    @property
    def docx(self) -> bytes:
        """The document itself, before any copy is made."""
        return DocxStamper(self.parts, self.sheet.stamped).make(Stamp(), self._names(Stamp()))

    def _names(self, stamp: Stamp) -> dict[str, str]:
        places = {name: stamp.places.get(name, known) for name, known in self.sheet.stamped.places.items()}
        return names_in_copy(self.sheet.stamped.fields, places)

    @cached_property
    def _stampers(self) -> tuple[PdfStamper, DocxStamper]:
        stamped = self.sheet.stamped
        defaults = Stamp(stamped.fields, dict.fromkeys(self.sheet.properties, ""), stamped.places)
        marked = tuple((name, mark(f"property {name}")) for name in self.sheet.properties)
        parts = {**self.parts, CUSTOM: with_custom_properties(self.parts[CUSTOM], marked)}
        return PdfStamper(self.pdf, defaults, record=self.sheet.record), DocxStamper(parts, defaults)

    def copy(self, stamp: Stamp) -> dict[str, bytes]:
        """Returns one copy in both formats, by ending: `.pdf` and `.docx`."""
        pdf, docx = self._stampers
        return {".pdf": pdf.make(stamp), ".docx": docx.make(stamp, self._names(stamp))}


def base_of(sheet: Sheet, cache: DocumentCache) -> Base:
    """Makes the document, or takes it from the cache. DocumentError if it cannot be made."""
    made_of = "\0".join([sheet.record, str(sheet.epoch), sheet.facts])
    whole = cache.get(made_of)
    if whole is not None:
        return _opened(sheet, whole)
    document = sheet.build()
    if defaults_of(document).fields != sheet.stamped.fields:
        raise DocumentError(sheet.record, "its stamped fields are not those that its copies need")
    base = Base(sheet, pdf_of(document, epoch=sheet.epoch), docx_parts(document, epoch=sheet.epoch))
    if cache.keeps:
        cache.put(made_of, _closed(base))
    return base


_PDF, _PART = "document.pdf", "part/"


def _closed(base: Base) -> bytes:
    """Returns all files of the document as one archive, to be cached."""
    members = [Member.of(_PDF, [base.pdf])]
    members += [Member.of(_PART + name, [content]) for name, content in base.parts.items()]
    return packed(members)


def _opened(sheet: Sheet, whole: bytes) -> Base:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    parts = {name.removeprefix(_PART): value for name, value in content.items() if name.startswith(_PART)}
    return Base(sheet, content[_PDF], parts)


# -- the documents of a protocol ------------------------------------------------------------------------------------

#: The name of the nomination form in every pack.
NOMINATION: Final = "officer-nomination"


def agreement_sheet(agreement: Agreement, organisation: str | None = None) -> Sheet:
    """The document of an agreement. If it is to be signed, it has fields for whose copy it is.

    `organisation`: a party whose copies are made of it: it begins with what that party sends and receives, and has one
    block. All parties with the same part in the flows have the same document. ValueError if it does not sign this text.
    """
    view = view_of(agreement, organisation) if organisation is not None else None
    stamp = master_stamp(in_common=view is not None) if agreement.signable else Stamp()
    return Sheet(
        agreement.id,
        f"agreement {view!r} {agreement!r}",
        epoch_of(agreement.dated),
        lambda: agreement_document(agreement, view),
        stamp,
        COPY_PROPERTIES,
    )


def annex_sheet(agreement: Agreement) -> Sheet:
    """What the agreement names and does not repeat."""
    return Sheet(
        f"{agreement.id}/annex", f"annex {agreement!r}", epoch_of(agreement.dated), lambda: annex_document(agreement)
    )


def form_sheet(form_id: str, form: Form, agreement: Agreement) -> Sheet:
    return Sheet(
        f"{agreement.id}/{form_id}",
        f"form {form_id} {agreement!r}",
        epoch_of(agreement.dated),
        lambda: form_document(form_id, form, agreement),
    )


def dpia_sheet(agreement: Agreement) -> Sheet:
    """The draft of an impact assessment."""
    return Sheet(
        f"{agreement.id}/{DPIA}", f"dpia {agreement!r}", epoch_of(agreement.dated), lambda: dpia_document(agreement)
    )


def paper_sheets(agreement: Agreement, papers: Mapping[str, Form]) -> Iterator[tuple[str, Sheet]]:
    """The working papers of a data protection officer. `papers`: the standard forms, by their ids."""
    yield DPIA, dpia_sheet(agreement)
    notice, epoch = f"{NOTICE}-draft", epoch_of(agreement.dated)
    yield notice, Sheet(f"{agreement.id}/{notice}", f"notice {agreement!r}", epoch, lambda: privacy_notice(agreement))
    for id_, form in papers.items():
        make = partial(filled_form, id_, form, agreement)
        yield f"{id_}-draft", Sheet(f"{agreement.id}/{id_}-draft", f"paper {id_} {form!r} {agreement!r}", epoch, make)


def people_sheet(agreement: Agreement, page: PeoplePage) -> Sheet:
    """Two sides for the people whom the sharing is about."""
    where = (agreement.id, agreement.version, agreement.status, agreement.lead, agreement.register_address)
    return Sheet(
        f"{agreement.id}/for-people",
        f"people {page!r} {where!r}",
        epoch_of(agreement.dated),
        lambda: people_document(agreement, page),
    )


def nomination_sheet(agreement: Agreement, form: Form) -> Sheet:
    return Sheet(
        f"{agreement.id}/{NOMINATION}",
        f"nomination {form!r} {agreement!r}",
        epoch_of(agreement.dated),
        lambda: nomination_form(NOMINATION, form, agreement),
        nomination_defaults(),
        COPY_PROPERTIES,
    )
