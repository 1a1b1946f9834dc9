"""Finished files to make copies from: one PDF and the parts of one DOCX for each document, from the cache if possible."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from undersigned.cache import DocumentCache
from undersigned.documents.docx.docx import CUSTOM, docx_parts
from undersigned.documents.docx.word_xml import with_custom_properties
from undersigned.documents.model import Document, DocumentError
from undersigned.documents.packing import Member, packed
from undersigned.documents.pdf.setting import pdf_of
from undersigned.documents.stamping import DocxStamper, PdfStamper, Stamp, defaults_of, mark


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
        return DocxStamper(self.parts, self.sheet.stamped).make(Stamp())

    @cached_property
    def _stampers(self) -> tuple[PdfStamper, DocxStamper]:
        defaults = Stamp(self.sheet.stamped.fields, dict.fromkeys(self.sheet.properties, ""))
        marked = tuple((name, mark(f"property {name}")) for name in self.sheet.properties)
        parts = {**self.parts, CUSTOM: with_custom_properties(self.parts[CUSTOM], marked)}
        return PdfStamper(self.pdf, defaults, record=self.sheet.record), DocxStamper(parts, defaults)

    def copy(self, stamp: Stamp) -> dict[str, bytes]:
        """Returns one copy in both formats, by ending: `.pdf` and `.docx`."""
        pdf, docx = self._stampers
        return {".pdf": pdf.make(stamp), ".docx": docx.make(stamp)}


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
