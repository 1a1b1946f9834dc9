"""A party's pack: its two copies, the covering letter and the form on which it names its officer; and notices to the rest.

Writes no file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pikepdf

from undersigned.cache import DocumentCache
from undersigned.documents.bases import Base, Sheet, base_of
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.content.letter import (
    COPY_PROPERTIES,
    KEEP,
    LETTER,
    NOTICE,
    RETURN,
    letter_document,
    nomination_defaults,
    nomination_form,
    stamp_of_copy,
    stamp_of_nomination,
)
from undersigned.facts.agreement import Agreement, Recipient
from undersigned.facts.letter import Letter, Letters, Place
from undersigned.records.form import Form

#: How the name of the field ends in which a party signs.
SIGNATURE: Final = "__signature"
#: The name of the nomination form in every pack.
NOMINATION = "officer-nomination"


@dataclass(frozen=True)
class Pack:
    """A party's files by name, and the name of their folder and archive."""

    name: str
    files: dict[str, bytes]

    def archive(self) -> bytes:
        """Returns the files in one ZIP, in no folder: unpacking makes one with the name of the archive, and with another in
        it the paths of long names would pass the 259 characters that Windows allows. They are compressed already and are
        stored as they are."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.files.items():
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr = 3, 0o100644 << 16
                archive.writestr(info, content)
        return out.getvalue()


def packs_of(
    letters: Letters, master: Base, recipients: list[Recipient], nomination: Form, cache: DocumentCache
) -> Iterator[Pack]:
    """Yields the packs of these parties. `master`: the agreement's own document. DocumentError if a part cannot be made."""
    if not recipients:
        return
    agreement, sender = letters.agreement, letters.sender
    form = base_of(nomination_sheet(agreement, nomination), cache)
    places = block_places(master.pdf)
    for to in recipients:
        letter = letters.for_signature(to, places.get(to.contact.organisation))
        parts = (
            (LETTER, _letter_files(letter, letters, cache)),
            (f"{agreement.file_stem}-copy-1-keep", master.copy(stamp_of_copy(KEEP, to, sender))),
            (f"{agreement.file_stem}-copy-2-return", master.copy(stamp_of_copy(RETURN, to, sender))),
            (NOMINATION, form.copy(stamp_of_nomination(to, sender))),
        )
        yield Pack(
            f"{agreement.file_stem}-{to.contact.organisation}",
            {stem + ending: content for stem, both in parts for ending, content in sorted(both.items())},
        )


def notices_of(letters: Letters, recipients: list[Recipient], cache: DocumentCache) -> Iterator[tuple[str, bytes]]:
    """Yields name and content of the notice to each of these parties, which have nothing to sign."""
    for to in recipients:
        files = _letter_files(letters.notice(to), letters, cache)
        for ending, content in sorted(files.items()):
            yield f"{letters.agreement.file_stem}-{NOTICE}-{to.contact.organisation}{ending}", content


def block_places(pdf: bytes) -> dict[str, Place]:
    """Where each party's block is in the PDF of an agreement, by the party's id."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return {
            name.removesuffix(SIGNATURE): Place(number, len(file.pages))
            for number, page in enumerate(file.pages, 1)
            for annotation in page.obj.get("/Annots", ())
            if (name := str(annotation.get("/T", ""))).endswith(SIGNATURE)
        }


def _letter_files(letter: Letter, letters: Letters, cache: DocumentCache) -> dict[str, bytes]:
    document = letter_document(letter, letters.agreement, letters.sender)
    sheet = Sheet(document.record, repr(document), epoch_of(letter.to.issued_on), lambda: document)
    base = base_of(sheet, cache)
    return {".pdf": base.pdf, ".docx": base.docx}


def nomination_sheet(agreement: Agreement, form: Form) -> Sheet:
    return Sheet(
        f"{agreement.id}/{NOMINATION}",
        f"nomination {form!r} {agreement!r}",
        epoch_of(agreement.dated),
        lambda: nomination_form(NOMINATION, form, agreement),
        nomination_defaults(),
        COPY_PROPERTIES,
    )
