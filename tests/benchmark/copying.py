"""What a stamped copy costs beside the runs that it replaces: of the same documents, taken in turn in one process."""

from __future__ import annotations

import io
import json
import statistics
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from undersigned.cache import DocumentCache
from undersigned.documents.bases import agreement_sheet, base_of
from undersigned.documents.content.letter import KEEP, RETURN, stamp_of_copy
from undersigned.documents.docx.docx import docx_parts
from undersigned.documents.docx.pandoc import run_pandoc
from undersigned.documents.docx.pandoc_tree import Tree
from undersigned.documents.pdf.setting import pdf_of
from undersigned.documents.words import TEMPLATE
from undersigned.facts.agreement import agreement_of, recipients_of, sender_of
from undersigned.records.files import load_files
from undersigned.register import Register, register_of

T = TypeVar("T")
#: How many protocols are measured, after one whose times are not counted.
PROTOCOLS = 12
PANDOC, DOCX, PDF = "pandoc, one DOCX", "pandoc and controls, one DOCX", "Typst and fields, one PDF"
READY, DOCX_COPY, PDF_COPY = "getting ready for copies of both", "a stamped DOCX", "a stamped PDF"
#: What libraries would do instead of `packing` and of the cross-reference table of `stamping`.
ZIPFILE, PYHANKO = "the same DOCX by zipfile", "the same PDF update by pyHanko"

Times = dict[str, list[float]]


def ratios(root: Path, as_of: str) -> None:
    """Prints the times and, for each protocol, how many copies are stamped in the time of one run."""
    register = register_of(root, load_files(root))
    ids = list(register.protocol_ids)
    chosen = [ids[number * len(ids) // (PROTOCOLS + 1)] for number in range(PROTOCOLS + 1)]
    each = [times_of(register, id_, date.fromisoformat(as_of)) for id_ in chosen][1:]
    copies = sum(len(times[PDF_COPY]) for times in each)
    print(f"one copy and what it replaces, {PROTOCOLS} protocols, {copies} copies in each format, milliseconds")
    for name in (PANDOC, DOCX, PDF, READY, DOCX_COPY, ZIPFILE, PDF_COPY, PYHANKO):
        values = [1000 * value for times in each for value in times[name]]
        print(f"{name:40}{statistics.median(values):9.2f}  {min(values):7.2f} to {max(values):7.2f}")
    for run, copy in ((PANDOC, DOCX_COPY), (PDF, PDF_COPY)):
        found = [statistics.median(times[run]) / statistics.median(times[copy]) for times in each]
        print(
            f"{copy} is {statistics.median(found):.0f} times cheaper than {run} ({min(found):.0f} to {max(found):.0f})"
        )
    both = [
        (sum(times[PANDOC]) + sum(times[PDF]))
        / (
            statistics.median(times[DOCX_COPY])
            + statistics.median(times[PDF_COPY])
            + sum(times[READY]) / len(times[PDF_COPY])
        )
        for times in each
    ]
    print(
        f"both together, the getting ready shared among the copies, {statistics.median(both):.0f} times ({min(both):.0f} to {max(both):.0f})"
    )


def times_of(register: Register, id_: str, as_of: date) -> Times:
    """Seconds for the runs, once each, and for every copy that the parties of one protocol are sent."""
    folder = register.protocol(id_)
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=as_of)
    sheet = agreement_sheet(agreement)
    document = sheet.build()
    tree = json.dumps(Tree().document(document))
    arguments = ["-f", "json", "-t", "docx", "--reference-doc", str(TEMPLATE / "reference.docx"), "-o", "-"]
    out: Times = {}
    timed(out, PANDOC, lambda: run_pandoc(arguments, tree, record=id_, epoch=sheet.epoch))
    timed(out, DOCX, lambda: docx_parts(document, epoch=sheet.epoch))
    timed(out, PDF, lambda: pdf_of(document, epoch=sheet.epoch))
    base = base_of(sheet, DocumentCache(None))
    pdf, docx = timed(out, READY, lambda: base._stampers)
    sender = sender_of(folder, register, as_of=as_of)
    for to in recipients_of(agreement, folder, register, as_of=as_of):
        for number in (KEEP, RETURN):
            stamp = stamp_of_copy(number, to, sender)
            timed(out, DOCX_COPY, lambda stamp=stamp: docx.make(stamp))  # type: ignore[misc]
            timed(out, PDF_COPY, lambda stamp=stamp: pdf.make(stamp))  # type: ignore[misc]
            copy = docx.make(stamp)
            timed(out, ZIPFILE, lambda copy=copy: zipped(copy))  # type: ignore[misc]
        timed(out, PYHANKO, lambda: updated(base.pdf))
    return out


def zipped(docx: bytes) -> bytes:
    """The parts of a finished copy compressed again, as `zipfile` must: it takes no part that is compressed already."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            archive.writestr(name, parts.read(name))
    return out.getvalue()


def updated(pdf: bytes) -> bytes:
    """The least that pyHanko's writer must do for a copy: read the file and write an update of its information."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.mark_update(writer.trailer.raw_get("/Info"))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def timed(out: Times, name: str, work: Callable[[], T]) -> T:
    start = time.perf_counter()
    answer = work()
    out.setdefault(name, []).append(time.perf_counter() - start)
    return answer
