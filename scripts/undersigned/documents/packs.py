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
from undersigned.documents.bases import NOMINATION, Base, Sheet, agreement_sheet, annex_sheet, base_of, nomination_sheet
from undersigned.documents.content.agreement import ANNEX, View, has_annex, view_of
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.content.letter import (
    KEEP,
    LETTER,
    NOTICE,
    RETURN,
    letter_document,
    stamp_of_copy,
    stamp_of_nomination,
)
from undersigned.documents.redline import redline_files
from undersigned.facts.agreement import Recipient, agreement_of
from undersigned.facts.letter import Letter, Letters, Place
from undersigned.records.form import Form

#: How the name of the field ends in which a party signs.
SIGNATURE: Final = "__signature"
#: The name of the file that marks what has changed since the version that a party signed.
CHANGES: Final = "changes-since-v{version}"


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
    letters: Letters, recipients: list[Recipient], nomination: Form, cache: DocumentCache, *, annex: Base | None = None
) -> Iterator[Pack]:
    """Yields the packs of these parties. `annex`: the annex, if it is made already. DocumentError if a part cannot be made.

    A party that signed an earlier text also gets what has changed since, if both texts are kept.
    """
    if not recipients:
        return
    agreement, sender = letters.agreement, letters.sender
    form = base_of(nomination_sheet(agreement, nomination), cache)
    if annex is None and has_annex(agreement):
        annex = base_of(annex_sheet(agreement), cache)
    changes: dict[str, dict[str, bytes]] = {}
    alike: dict[View, tuple[Base, Place | None]] = {}
    for to in recipients:
        view = view_of(agreement, to.contact.organisation)
        if view not in alike:
            base = base_of(agreement_sheet(agreement, to.contact.organisation), cache)
            alike[view] = base, block_place_in(base.pdf)
        own, place = alike[view]
        letter = letters.for_signature(to, place)
        marked = ""
        if letter.since is not None and letter.later:
            if letter.since not in changes:
                changes[letter.since] = _changes_since(letter.since, letters, cache)
            marked = CHANGES.format(version=letter.since) if changes[letter.since] else ""
        parts = (
            (LETTER, _letter_files(letter, letters, cache, marked)),
            (f"{agreement.file_stem}-copy-1-keep", own.copy(stamp_of_copy(KEEP, to, sender))),
            (f"{agreement.file_stem}-copy-2-return", own.copy(stamp_of_copy(RETURN, to, sender))),
            *(((f"{agreement.file_stem}{ANNEX}", _both(annex)),) if annex is not None else ()),
            *(((marked, changes[letter.since]),) if marked and letter.since else ()),
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


def block_place_in(pdf: bytes) -> Place | None:
    """Where the one block of a copy is."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        for number, page in enumerate(file.pages, 1):
            if any(str(field.get("/T", "")).endswith(SIGNATURE) for field in page.obj.get("/Annots", ())):
                return Place(number, len(file.pages))
    return None


def _letter_files(letter: Letter, letters: Letters, cache: DocumentCache, marked: str = "") -> dict[str, bytes]:
    """`marked`: the name of the file in which what has changed is marked, if the pack has one."""
    document = letter_document(letter, letters.agreement, letters.sender, marked=marked)
    sheet = Sheet(document.record, repr(document), epoch_of(letter.to.issued_on), lambda: document)
    return _both(base_of(sheet, cache))


def _both(base: Base) -> dict[str, bytes]:
    return {".pdf": base.pdf, ".docx": base.docx}


def _changes_since(version: str, letters: Letters, cache: DocumentCache) -> dict[str, bytes]:
    """The comparison of the text that a party signed with the one that it is sent; empty if one of them is not kept."""
    try:
        earlier = agreement_of(letters.folder, letters.register, as_of=letters.as_of, version=version)
    except ValueError:
        return {}
    if not earlier.text_available or not letters.agreement.text_available:
        return {}
    return redline_files(earlier, letters.agreement, cache)
