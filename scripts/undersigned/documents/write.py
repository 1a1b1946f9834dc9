"""Documents to files: what each protocol leaves, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from undersigned.documents.agreement import Agreement, agreement_of
from undersigned.documents.blocks import Document, DocumentError
from undersigned.documents.docx import docx_of
from undersigned.documents.first_page import epoch_of
from undersigned.documents.forms import form_document
from undersigned.documents.layout import agreement_document
from undersigned.documents.pdf import pdf_of
from undersigned.records.form import Form
from undersigned.register import ProtocolFolder, Register
from undersigned.status import newest_version, version_in_force

__all__ = [
    "DocumentError", "agreements_to_print", "documents_of", "render_docx", "render_form_docx", "render_form_pdf", "render_pdf",
    "write_documents", "write_whole",
]


def render_pdf(agreement: Agreement) -> bytes:
    """The signable master as PDF/UA-1 and PDF/A-2a. DocumentError where it cannot be made."""
    return pdf_of(agreement_document(agreement), epoch=epoch_of(agreement.as_of))


def render_docx(agreement: Agreement) -> bytes:
    """The signable master as DOCX with content controls. DocumentError where it cannot be made."""
    return docx_of(agreement_document(agreement), epoch=epoch_of(agreement.as_of))


def render_form_pdf(form_id: str, form: Form, agreement: Agreement) -> bytes:
    """A standard form or letter of the agreement as PDF to fill in. DocumentError where it cannot be made."""
    return pdf_of(form_document(form_id, form, agreement), epoch=epoch_of(agreement.as_of))


def render_form_docx(form_id: str, form: Form, agreement: Agreement) -> bytes:
    """A standard form or letter of the agreement as DOCX to fill in. DocumentError where it cannot be made."""
    return docx_of(form_document(form_id, form, agreement), epoch=epoch_of(agreement.as_of))


def agreements_to_print(
    folder: ProtocolFolder, register: Register, *, as_of: date, register_address: str = ""
) -> list[Agreement]:
    """The text that goes out for signature and, where that is another, the text in force; newest first."""
    first = agreement_of(folder, register, as_of=as_of, register_address=register_address)
    standing = version_in_force(folder, as_of=as_of)
    newest = newest_version(folder, as_of=as_of)
    if first.version is None or standing is None or newest is None or standing[0] == newest[0] or standing[1].text is None:
        return [first]
    earlier = agreement_of(folder, register, as_of=as_of, version=standing[0], register_address=register_address)
    return [first, earlier]


def write_documents(
    register: Register,
    protocols: Iterable[str],
    output_dir: Path,
    *,
    as_of: date,
    public_only: bool,
    forms: bool = True,
    register_address: str = "",
    watch: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Writes `<output>/<protocol>/<protocol>-v<version>.pdf` and `.docx` (a draft: `-draft`), and `<form>.pdf` and `.docx`.

    Restricted protocols are left out where `public_only`, and always where their text is not kept here. `watch` is told how many protocols are done, and of how many.
    Returns the files written, in order. DocumentError names the record that failed; no half-written file has a final
    name, and the files of a protocol are put in place only when all of them were made.
    """
    written: list[Path] = []
    ids = list(protocols)
    for number, id_ in enumerate(ids, 1):
        folder = register.protocol(id_)
        if folder is None:
            raise DocumentError(id_, "there is no such protocol")
        if not folder.readable:
            raise DocumentError(folder.id, "its record does not read")
        if _is_printed(folder, as_of=as_of, public_only=public_only):
            made = documents_of(folder, register, as_of=as_of, forms=forms, register_address=register_address)
            written += [write_whole(output_dir / folder.id / name, content) for name, content in made.items()]
        if watch is not None:
            watch(number, len(ids))
    return written


def _is_printed(folder: ProtocolFolder, *, as_of: date, public_only: bool) -> bool:
    if folder.value.publication != "restricted":
        return True
    newest = newest_version(folder, as_of=as_of)
    has_text = (newest is not None and newest[1].text is not None) or folder.value.flows or folder.value.clauses
    return bool(has_text) and not public_only


def documents_of(
    folder: ProtocolFolder, register: Register, *, as_of: date, forms: bool = True, register_address: str = ""
) -> dict[str, bytes]:
    """Every document of a protocol by file name."""
    agreements = agreements_to_print(folder, register, as_of=as_of, register_address=register_address)
    made: dict[str, bytes] = {}
    for agreement in agreements:
        made |= _both(agreement.file_stem, agreement_document(agreement), as_of)
    if forms:
        newest = agreements[0]
        for form_id, form in newest.forms.items():
            made |= _both(form_id, form_document(form_id, form, newest), as_of)
    return made


def _both(stem: str, document: Document, as_of: date) -> dict[str, bytes]:
    epoch = epoch_of(as_of)
    return {f"{stem}.pdf": pdf_of(document, epoch=epoch), f"{stem}.docx": docx_of(document, epoch=epoch)}


def write_whole(path: Path, content: bytes) -> Path:
    """Writes a file under a passing name and then puts it in place: a kill or a full disk leaves the old one or none.

    DocumentError, naming the file, where the disk refuses.
    """
    passing: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
            passing = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        passing.chmod(0o644)
        passing.replace(path)
    except OSError as error:
        if passing is not None:
            passing.unlink(missing_ok=True)
        raise DocumentError(path.name, f"it cannot be written: {error.strerror}") from error
    return path
