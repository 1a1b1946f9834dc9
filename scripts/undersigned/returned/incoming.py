"""The files in what came back: an e-mail with attachments and a ZIP are opened, within limits. Writes nothing to disk."""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from undersigned.documents.model import plain
from undersigned.returned.reading import MOST_BYTES, kind_of, limited

#: Of an e-mail or a ZIP as it came: its attachments are written in letters, which takes a third more.
MOST_PACKED: Final = 40 << 20
_MOST_FILES: Final = 60
_MOST_UNPACKED: Final = 120 << 20
#: A ZIP in an e-mail in an e-mail. Nobody packs a copy deeper.
_DEEPEST: Final = 3
_LONGEST_NAME: Final = 120
_HEADER: Final = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}")
_MAIL_HEADERS: Final = re.compile(rb"(?im)^(?:from|mime-version|received|message-id|content-type):")
_EMPTY = "There is no file in this {kind}. If its words alone approve or sign, look at them and record it by hand."
_TOO_LARGE = "The file is larger than any e-mail or ZIP with copies of an agreement."
_TOO_MANY = f"Only the first {_MOST_FILES} files in it were read."
_TOO_MUCH = "It unpacks to more than copies of an agreement take, so not everything in it was read."
_TOO_DEEP = "It is packed too deep inside other files, and was not read. Unpack it first."
_LOCKED = "It is locked with a password, and was not read. Unpack it first."
_DAMAGED = "It is damaged and cannot be unpacked. Ask for it once more."


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
    found = _TOO_LARGE if len(content) > MOST_PACKED else limited(partial(_files, name, content))
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
                    yield Incoming(inner, None, (_DAMAGED,))
                except Exception as error:
                    if isinstance(error, MemoryError):
                        raise
                    yield Incoming(inner, None, (_DAMAGED,))
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
