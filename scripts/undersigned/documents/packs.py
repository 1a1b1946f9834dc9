"""A party's pack: its two copies, the covering letter and the form on which it names its officer. Writes no file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from undersigned.cache import DocumentCache
from undersigned.documents.bases import Base, Sheet, base_of
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.content.letter import (
    COPY_PROPERTIES,
    KEEP,
    LETTER,
    RETURN,
    covering_letter,
    letter_defaults,
    nomination_defaults,
    nomination_form,
    stamp_of_copy,
    stamp_of_letter,
    stamp_of_nomination,
)
from undersigned.facts.agreement import Agreement, Recipient, Sender
from undersigned.records.form import Form

#: The name of the nomination form in every pack.
NOMINATION = "officer-nomination"


@dataclass(frozen=True)
class Pack:
    """A party's files by name, and the name of their folder and archive."""

    name: str
    files: dict[str, bytes]

    def archive(self) -> bytes:
        """Returns the files in one ZIP, in a folder named `name`. They are compressed already and are stored as they are."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.files.items():
                info = zipfile.ZipInfo(str(PurePosixPath(self.name, name)), (1980, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr = 3, 0o100644 << 16
                archive.writestr(info, content)
        return out.getvalue()


def packs_of(
    agreement: Agreement,
    master: Base,
    recipients: list[Recipient],
    sender: Sender | None,
    nomination: Form,
    cache: DocumentCache,
) -> Iterator[Pack]:
    """Yields the packs of these parties. `master`: the agreement's own document. DocumentError if a part cannot be made."""
    letter = base_of(letter_sheet(agreement, sender), cache)
    form = base_of(nomination_sheet(agreement, nomination), cache)
    for to in recipients:
        parts = (
            (LETTER, letter.copy(stamp_of_letter(to))),
            (f"{agreement.file_stem}-copy-1-keep", master.copy(stamp_of_copy(KEEP, to, sender))),
            (f"{agreement.file_stem}-copy-2-return", master.copy(stamp_of_copy(RETURN, to, sender))),
            (NOMINATION, form.copy(stamp_of_nomination(to, sender))),
        )
        yield Pack(
            f"{agreement.file_stem}-{to.contact.organisation}",
            {stem + ending: content for stem, both in parts for ending, content in sorted(both.items())},
        )


def letter_sheet(agreement: Agreement, sender: Sender | None) -> Sheet:
    return Sheet(
        f"{agreement.id}/{LETTER}",
        f"letter {sender!r} {agreement!r}",
        epoch_of(agreement.dated),
        lambda: covering_letter(agreement, sender),
        letter_defaults(),
        COPY_PROPERTIES,
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
