"""Any file that somebody sent back, read: its kind by its first bytes, within limits of time and memory. Whatever goes wrong
in a file that a stranger made ends in a reason, not in an error."""

from __future__ import annotations

import hashlib
import os
import pickle
import select
import signal
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, NoReturn, TypeVar

import pikepdf
from lxml import etree

from undersigned.returned import docx, pdf
from undersigned.returned.pdf_text import TooMuchError
from undersigned.returned.verdict import Claim, Issued, Kind, ReturnedCopy, UnreadableError

#: Of a file as it came. The largest agreement so far has less than one mebibyte.
MOST_BYTES: Final = 25 << 20
#: What reading one file may take: seconds of work, seconds on the clock (a busy machine works slowly), bytes of memory.
MOST_WORK: Final = 8
MOST_SECONDS: Final = 60.0
MOST_MEMORY: Final = 600 << 20

_T = TypeVar("_T")
#: Everything that the libraries here raise for files that they cannot read.
_FAMILIES: Final = (
    pikepdf.PdfError,
    etree.LxmlError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    TooMuchError,
)
_TOO_LARGE = "The file is larger than any copy of an agreement."
_TOO_MUCH_MEMORY = "Reading the file takes more memory than any copy of an agreement needs."
_TOO_LONG = "Reading the file takes longer than any copy of an agreement needs."
_FELL_OVER = "The file makes the program that reads it fail. Ask for the copy once more, saved anew."
_DAMAGED = "The file is damaged, or made in a way that is not read here. Ask for the copy once more, saved anew."
_PICTURE = "The file is a picture, as a scan or a photograph is. Its words were not read: look at it."
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF")
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
_OTHERS: Final = (
    (b"", "not-ours", "The file is empty."),
    (
        bytes.fromhex("d0cf11e0a1b11ae1"),
        "cannot-tell",
        "The file is an old Word document (DOC), an Outlook message (MSG), or a locked document. Ask for it as DOCX or PDF without a password, or save the message as EML.",
    ),
    (b"{\\rtf", "cannot-tell", "The file is in Rich Text Format. Ask for it as DOCX or PDF."),
)


def read_copy(content: bytes, issued: Issued | None = None, *, trust_roots: tuple[bytes, ...] = ()) -> ReturnedCopy:
    """What a file is, compared with what was issued (None if nothing is known of it). Raises nothing for any content.

    `trust_roots`: certificates (PEM or DER) of issuers whose certificates are believed.
    """
    return _answer(content, partial(read_here, content, issued, trust_roots))


def claim_of(content: bytes) -> Claim:
    """What a file says of itself. Raises nothing for any content."""
    found = limited(partial(_claim_here, content))
    return found if isinstance(found, Claim) else Claim()


def issued_digest(content: bytes) -> str:
    """What a signing record keeps of a PDF or DOCX when it is sent. UnreadableError for any other file."""
    if kind_of(content) == "docx":
        return docx.issued_digest_docx(content)
    if kind_of(content) != "pdf":
        raise UnreadableError(_DAMAGED)
    return pdf.issued_digest(content)


def read_here(content: bytes, issued: Issued | None = None, trust_roots: tuple[bytes, ...] = ()) -> ReturnedCopy:
    """As `read_copy`, in this process and so without limits of time and memory."""
    try:
        return _read(content, issued, trust_roots)
    except UnreadableError as error:
        return _unread(content, error)
    except MemoryError:
        return _unread(content, UnreadableError(_TOO_MUCH_MEMORY))
    except _FAMILIES:
        return _unread(content, UnreadableError(_DAMAGED))


def _read(content: bytes, issued: Issued | None, trust_roots: tuple[bytes, ...]) -> ReturnedCopy:
    if len(content) > MOST_BYTES:
        raise UnreadableError(_TOO_LARGE)
    kind = kind_of(content)
    if kind == "pdf":
        return pdf.read_pdf(content, issued, trust_roots)
    if kind == "docx":
        if _OPEN_DOCUMENT in content[:200]:
            raise UnreadableError("The file is an OpenDocument text (ODT). Ask for it as DOCX or PDF.")
        return docx.read_docx(content, issued)
    if kind == "image":
        raise UnreadableError(_PICTURE, "image")
    for start, verdict, reason in _OTHERS:
        if content.startswith(start) if start else not content:
            raise UnreadableError(reason, "cannot-tell" if verdict == "cannot-tell" else "not-ours")
    raise UnreadableError("The file is neither a PDF, nor a Word document (DOCX), nor a picture.", "not-ours")


def _claim_here(content: bytes) -> Claim:
    try:
        kind = kind_of(content)
        if len(content) <= MOST_BYTES and kind in ("pdf", "docx"):
            return pdf.claim_of_pdf(content) if kind == "pdf" else docx.claim_of_docx(content)
    except (UnreadableError, MemoryError, *_FAMILIES):
        pass
    return Claim()


def kind_of(content: bytes) -> Kind:
    """By what the file begins with, whatever it is called."""
    if content.startswith(b"PK\x03\x04"):
        return "docx"
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(_PICTURES) or content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return "image"
    return "other"


def _unread(content: bytes, error: UnreadableError) -> ReturnedCopy:
    return ReturnedCopy(kind_of(content), hashlib.sha256(content).hexdigest(), error.verdict, notes=(error.reason,))


# -- limits -----------------------------------------------------------------------------------------------------


def _answer(content: bytes, work: Callable[[], ReturnedCopy]) -> ReturnedCopy:
    found = limited(work)
    return _unread(content, UnreadableError(found)) if isinstance(found, str) else found


def limited(work: Callable[[], _T]) -> _T | str:
    """The answer of `work`, done in a process of its own with limits; or the reason why there is none.

    Where processes cannot be forked, the work is done here, without limits.
    """
    if not hasattr(os, "fork"):
        return work()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work_and_leave(work, writer)
    os.close(writer)
    try:
        answer = _received(reader, time.monotonic() + MOST_SECONDS)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)  # it has answered, or is late; until it is waited for, the number is its own
        _, status = os.waitpid(child, 0)
    if answer:
        found: _T | str = pickle.loads(answer)  # noqa: S301 - written by our own process
        return found
    is_late = answer is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU)
    return _TOO_LONG if is_late else _FELL_OVER


def _work_and_leave(work: Callable[[], object], writer: int) -> NoReturn:
    """In the child: answers with a pickle, or with nothing if not even that can be made."""
    try:
        limit_resources()
        try:
            answer = work()
        except MemoryError:
            answer = _TOO_MUCH_MEMORY
        except BaseException:  # noqa: BLE001 - libraries written in other languages raise what is no Exception
            answer = _FELL_OVER
        content = pickle.dumps(answer)
        while content:
            content = content[os.write(writer, content) :]
    finally:
        os._exit(0)


def limit_resources() -> None:
    """For a process that reads a stranger's file: limits of work and memory, where the system has them."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_WORK, MOST_WORK + 1))
    pages = Path("/proc/self/statm")
    if pages.exists():
        taken = int(pages.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_MEMORY, taken + MOST_MEMORY))


def _received(reader: int, deadline: float) -> bytes | None:
    """All that a child writes; None if it is not done by the deadline."""
    pieces: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return None
        piece = os.read(reader, 1 << 16)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
