"""Any file that somebody sent back: read by its first bytes, taken out of its e-mail or ZIP, and its pages drawn, all
within limits of time and memory. Whatever goes wrong in a file that a stranger made ends in a reason, not in an
error."""

from __future__ import annotations

import contextlib
import email
import email.policy
import hashlib
import importlib.util
import io
import os
import pickle
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

import pikepdf
from lxml import etree

from undersigned.atomic import write_atomically
from undersigned.documents.model import plain
from undersigned.returned import docx, pdf
from undersigned.returned.pdf_text import TooMuchError
from undersigned.returned.trust import TrustedList
from undersigned.returned.verdict import Claim, Issued, Kind, ReturnedCopy, UnreadableError

if TYPE_CHECKING:
    from PIL import Image

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
_FELL_OVER = "The file makes the program that reads it fail. Ask for the copy once more, saved again."
_DAMAGED = "The file is damaged, or made in a way that is not read here. Ask for the copy once more, saved again."
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


def read_copy(content: bytes, issued: Issued | None = None, *, trusted: TrustedList | None = None) -> ReturnedCopy:
    """What a file is, compared with what was issued (None if nothing is known of it). Raises nothing for any content.

    `trusted`: the list by which issuers of certificates are looked up.
    """
    return _answer(content, partial(read_here, content, issued, trusted))


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


def read_here(content: bytes, issued: Issued | None = None, trusted: TrustedList | None = None) -> ReturnedCopy:
    """As `read_copy`, in this process and so without limits of time and memory."""
    try:
        return _read(content, issued, trusted)
    except UnreadableError as error:
        return _unread(content, error)
    except MemoryError:
        return _unread(content, UnreadableError(_TOO_MUCH_MEMORY))
    except _FAMILIES:
        return _unread(content, UnreadableError(_DAMAGED))


def _read(content: bytes, issued: Issued | None, trusted: TrustedList | None) -> ReturnedCopy:
    if len(content) > MOST_BYTES:
        raise UnreadableError(_TOO_LARGE)
    kind = kind_of(content)
    if kind == "pdf":
        return pdf.read_pdf(content, issued, trusted)
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
        if len(content) > MOST_BYTES:
            return Claim()
        if kind == "docx":
            return docx.claim_of_docx(content)
        found = pdf.claim_of_pdf(content) if kind == "pdf" else Claim()
        if kind in ("pdf", "image") and found.protocol is None and can_read_codes():
            return _claim_of_codes(content, kind)
        return found
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


# -- the codes of scans and photographs -------------------------------------------------------------------------

#: What the code in a foot leads to: the page for checking a copy, the protocol, the version, the fingerprint, the page.
CODE: Final = re.compile(r"https://[^\s#]{1,200}/verify/#([a-z0-9-]{1,100})/([0-9.]{1,20})/([0-9a-f]{16})/([0-9]{1,3})")
_MOST_PIXELS: Final = 40_000_000
_MOST_SCANNED: Final = 80


def can_read_codes() -> bool:
    """Whether the optional program that reads codes is installed."""
    return importlib.util.find_spec("zxingcpp") is not None


def _claim_of_codes(content: bytes, kind: Kind) -> Claim:
    """The text that most codes of a scan or photograph name."""
    import zxingcpp

    codes = []
    qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for picture in pictures_in(content, kind):
        for one in zxingcpp.read_barcodes(picture, formats=qr):
            if said := CODE.fullmatch(one.text):
                codes.append(said.groups())
    texts = Counter(code[:3] for code in codes)
    if not texts:
        return Claim()
    [(text, _)] = texts.most_common(1)
    return Claim(text[0], text[1], text[2], pages=tuple(int(code[3]) for code in codes if code[:3] == text))


def pictures_in(content: bytes, kind: Kind) -> Iterator[Image.Image]:
    """The pictures of a picture file, or those that a PDF has on its pages, in grey."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    if kind == "image":
        with Image.open(io.BytesIO(content)) as picture:
            for number in range(min(getattr(picture, "n_frames", 1), _MOST_SCANNED)):
                picture.seek(number)
                yield picture.convert("L")
        return
    with pdf.opened(content) as file:
        for page in list(file.pages)[:_MOST_SCANNED]:
            for one in page.get_images().values():
                if (
                    isinstance(one, pikepdf.Stream)
                    and int(one.get("/Width", 0)) * int(one.get("/Height", 0)) <= _MOST_PIXELS
                ):
                    yield pikepdf.PdfImage(one).as_pil_image().convert("L")


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
    [answer] = limited_each([work])
    return answer


def limited_each(works: Sequence[Callable[[], _T]]) -> list[_T | str]:
    """As `limited` for each of several works, as many at once as there are processors."""
    if not hasattr(os, "fork"):
        return [work() for work in works]
    answers: dict[int, _T | str] = {}
    waiting = list(reversed(range(len(works))))
    running: dict[int, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                one = _Running(works[waiting[-1]], waiting.pop(), running)
                running[one.reader] = one
            first = min(one.deadline for one in running.values())
            ready = select.select(list(running), [], [], max(0.0, first - time.monotonic()))[0]
            late = [reader for reader, one in running.items() if reader not in ready and one.is_late()]
            for reader in [reader for reader in ready if running[reader].has_ended()] + late:
                one = running.pop(reader)
                answer = one.answer()
                # It was written by our own process.
                answers[one.number] = answer if isinstance(answer, str) else pickle.loads(answer)  # noqa: S301
    finally:
        for one in running.values():
            one.answer()
    return [answers[number] for number in range(len(works))]


class _Running:
    """One work in a process of its own. `reader`: where its answer comes."""

    def __init__(self, work: Callable[[], object], number: int, others: Iterable[int]) -> None:
        self.number, self.deadline, self._late = number, time.monotonic() + MOST_SECONDS, False
        self._pieces: list[bytes] = []
        self.reader, writer = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            for reader in (self.reader, *others):
                os.close(reader)
            _work_and_leave(work, writer)
        os.close(writer)

    def is_late(self) -> bool:
        self._late = self._late or time.monotonic() >= self.deadline
        return self._late

    def has_ended(self) -> bool:
        """Takes what has come. True if that was all."""
        piece = os.read(self.reader, 1 << 16)
        self._pieces.append(piece)
        return not piece

    def answer(self) -> bytes | str:
        """The pickled answer, or why there is none. Ends the process."""
        os.close(self.reader)
        os.kill(
            self._child, signal.SIGKILL
        )  # it has answered, or is late; until it is waited for, the number is its own
        _, status = os.waitpid(self._child, 0)
        content = b"".join(self._pieces)
        if content and not self._late:
            return content
        is_late = self._late or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU)
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


#: Of an e-mail or a ZIP as it came: its attachments are written in letters, which takes a third more.
MOST_PACKED: Final = 40 << 20
_MOST_FILES: Final = 60
_MOST_UNPACKED: Final = 120 << 20
#: A ZIP in an e-mail in an e-mail. Nobody packs a copy deeper.
_DEEPEST: Final = 3
_LONGEST_NAME: Final = 120
_HEADER: Final = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}")
_MAIL_HEADERS: Final = re.compile(rb"(?im)^(?:from|mime-version|received|message-id|content-type):")
_EMPTY = (
    "There is no file in this {kind}. If its words alone approve or sign, read them, and say with --seen what they say."
)
_TOO_LARGE_TO_OPEN = "The file is larger than any e-mail or ZIP with copies of an agreement."
_TOO_MANY = f"Only the first {_MOST_FILES} files in it were read."
_TOO_MUCH = "It unpacks to more than copies of an agreement take, so not everything in it was read."
_TOO_DEEP = "It is packed too deep inside other files, and was not read. Unpack it first."
_LOCKED = "It is locked with a password, and was not read. Unpack it first."
_DAMAGED_MESSAGE = "It is damaged and cannot be unpacked. Ask for it once more."


@dataclass(frozen=True)
class Incoming:
    """One file. `name`: for people, with the names of what it came in before it. `content` is None if it was not read, and
    `notes` say why."""

    name: str
    content: bytes | None
    notes: tuple[str, ...] = ()
    sha256: str = ""


def files_in(name: str, content: bytes) -> list[Incoming]:
    """The file itself; or, of an e-mail or a ZIP, every file in it, at least one. Raises nothing for any content."""
    kind = packed_as(content)
    if kind is None:
        return [Incoming(name, content)]
    found = _TOO_LARGE_TO_OPEN if len(content) > MOST_PACKED else limited(partial(_files, name, content))
    if isinstance(found, str):
        found = [Incoming(name, None, (found,))]
    digest = hashlib.sha256(content).hexdigest()
    return [replace(one, sha256=digest) if one.content is None and one.name == name else one for one in found]


def packed_as(content: bytes) -> str | None:
    """`e-mail` or `ZIP` for a file that holds other files; None for any other, DOCX and ODT among them."""
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = set(archive.namelist())
                return None if names & {"[Content_Types].xml", "mimetype"} else "ZIP"
        except (zipfile.BadZipFile, ValueError, LookupError, OSError, NotImplementedError, EOFError):
            return None
    start = content[:65_536].lstrip(b"\r\n")
    if _HEADER.match(start) and _MAIL_HEADERS.search(start) and kind_of(content) == "other":
        return "e-mail"
    return None


def _files(name: str, content: bytes) -> list[Incoming]:
    opener = _Opener()
    opener.open(name, content, 0)
    return opener.found


class _Opener:
    """Opens one file and what is in it. Counts what all of it takes."""

    def __init__(self) -> None:
        self.found: list[Incoming] = []
        self._left = _MOST_UNPACKED

    def open(self, name: str, content: bytes, depth: int) -> None:
        kind = packed_as(content)
        if kind is None:
            self.found.append(Incoming(name, content))
        elif depth >= _DEEPEST:
            self.found.append(Incoming(name, None, (_TOO_DEEP,)))
        else:
            before = len(self.found)
            for one in self._mail(name, content) if kind == "e-mail" else self._archive(name, content):
                if len(self.found) >= _MOST_FILES:
                    self.found.append(Incoming(name, None, (_TOO_MANY,)))
                    return
                if one.content is None:
                    self.found.append(one)
                else:
                    self.open(one.name, one.content, depth + 1)
            if len(self.found) == before:
                self.found.append(Incoming(name, None, (_EMPTY.format(kind=kind),)))

    def _mail(self, name: str, content: bytes) -> Iterator[Incoming]:
        message = email.message_from_bytes(content, policy=email.policy.default)
        for number, part in enumerate(_parts(message), 1):
            inner = _name(part.get_filename() or f"attachment {number}")
            if part.get_content_type() == "message/rfc822":
                payload = part.get_payload()
                held = payload[0] if isinstance(payload, list) and payload else None
                yield Incoming(f"{name}/{inner}", held.as_bytes() if isinstance(held, EmailMessage) else b"")
                continue
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                yield self._taken(f"{name}/{inner}", body)

    def _archive(self, name: str, content: bytes) -> Iterator[Incoming]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.is_dir() or member.filename.startswith("__MACOSX/"):
                    continue
                inner = f"{name}/{_name(member.filename)}"
                if member.flag_bits & 1:
                    yield Incoming(inner, None, (_LOCKED,))
                    continue
                try:
                    with archive.open(member) as file:
                        # The size that a ZIP gives for a file may be a lie: what is read is what counts.
                        body = file.read(min(MOST_BYTES, self._left) + 1)
                except (zipfile.BadZipFile, OSError, EOFError, ValueError, LookupError, RuntimeError):
                    yield Incoming(inner, None, (_DAMAGED_MESSAGE,))
                except Exception as error:
                    if isinstance(error, MemoryError):
                        raise
                    yield Incoming(inner, None, (_DAMAGED_MESSAGE,))
                else:
                    yield self._taken(inner, body)

    def _taken(self, name: str, body: bytes) -> Incoming:
        if len(body) > min(MOST_BYTES, self._left):
            return Incoming(name, None, (_TOO_MUCH,))
        self._left -= len(body)
        return Incoming(name, body)


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The attachments of an e-mail. Its own text, and the pictures in it, are none."""
    waiting: list[EmailMessage] = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_type() == "message/rfc822":
            yield part
        elif part.is_multipart():
            payload = part.get_payload()
            inner = payload if isinstance(payload, list) else []
            waiting[:0] = [one for one in inner if isinstance(one, EmailMessage)]
        elif not _is_of_the_message(part):
            yield part


def _is_of_the_message(part: EmailMessage) -> bool:
    """Whether a part is the message's own text, or a picture in it such as a logo."""
    kind, disposition = part.get_content_maintype(), part.get_content_disposition()
    if kind == "text":
        return disposition != "attachment"
    return kind == "image" and (disposition == "inline" or bool(part.get("Content-ID") and not part.get_filename()))


def _name(name: str) -> str:
    """The last part of a name, to be shown and never used as a path."""
    last = PurePosixPath(plain(name).replace("\\", "/")).name or "file"
    return last if len(last) <= _LONGEST_NAME else last[: _LONGEST_NAME - 1] + "…"


#: More pages than this are not drawn: the officer opens the file.
_MOST_PAGES: Final = 40
_SECONDS: Final = 20
#: Enough to read 10-point print.
_DOTS_PER_INCH: Final = 110
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


def can_draw() -> bool:
    return shutil.which("pdftoppm") is not None


def pages_to_look_at(copy: ReturnedCopy) -> list[int]:
    """Pages, from 1: those with a difference or a block that is not empty; of scans and copies without either, the first ones."""
    if copy.kind != "pdf" or copy.verdict == "not-ours":
        return []
    pages = {one.page for one in copy.differences if one.page is not None}
    pages |= {block.page for block in copy.blocks if block.state != "empty" and block.page is not None}
    return sorted(pages)[:_MOST_PAGES] or list(range(1, _MOST_PAGES + 1))


def draw(name: str, content: bytes, pages: list[int], folder: Path) -> Iterator[Path]:
    """Draws pages of a PDF into PNG files in `folder`, named after the file's name. A page that is not there is left out.

    OSError if a picture cannot be written.
    """
    program = shutil.which("pdftoppm")
    stem = _stem(name)
    with tempfile.TemporaryDirectory(prefix="undersigned-pages-") as scratch:
        source = Path(scratch, "copy.pdf")
        source.write_bytes(content)
        missed = 0
        for page in pages if program is not None else ():
            out = Path(scratch, f"page-{page}")
            with contextlib.suppress(subprocess.SubprocessError):
                subprocess.run(
                    [str(program), "-r", str(_DOTS_PER_INCH), "-f", str(page), "-l", str(page), "-png", "-singlefile",
                     str(source), str(out)],
                    check=True, capture_output=True, timeout=_SECONDS, preexec_fn=limit_resources if hasattr(os, "fork") else None,
                )  # fmt: skip
            picture = out.with_suffix(".png")
            if not picture.exists():
                missed += 1
                if missed > 1:
                    return  # the file has no more pages
                continue
            target = folder / f"{stem}-page-{page}.png"
            write_atomically(target, picture.read_bytes())
            yield target


def keep_pictures(name: str, pictures: Iterable[tuple[int, bytes]], folder: Path) -> Iterator[Path]:
    """Writes pictures that are drawn already, (page, PNG), under the names that `draw` gives. OSError if one cannot be written."""
    for page, picture in pictures:
        target = folder / f"{_stem(name)}-page-{page}.png"
        write_atomically(target, picture)
        yield target


def _stem(name: str) -> str:
    return _NOT_IN_NAMES.sub("-", name).strip("-")[-60:] or "file"
