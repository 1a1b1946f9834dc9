"""Writes ZIP files from members that are compressed already, in pieces. The same members give the same bytes.

Format: APPNOTE.TXT 6.3.10 of PKWARE, 4.3.7 and 4.3.12. `zipfile` takes no member that is compressed already; with it a copy
of a DOCX takes 3 to 7 milliseconds instead of 0.2, and the copies of a register half as long again (decision 0004).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_DEFLATED: Final = 8
#: 1 January 1980, the first day that the format can express.
_DATE: Final = 0x21
_UTF8: Final = 0x800
_UNIX_FILE: Final = 0o100644 << 16


@dataclass(frozen=True)
class Member:
    """A file of the archive, or a piece of one: `plain` is its content, `body` the same compressed.

    Every piece but the last ends on a whole byte and refers to nothing before it, so that pieces can be joined.
    """

    name: str
    plain: tuple[bytes, ...]
    body: bytes
    crc: int

    @classmethod
    def of(cls, name: str, content: Sequence[bytes], *, last: bool = True) -> Member:
        crc, compressor = 0, zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = b""
        for piece in content:
            crc = zlib.crc32(piece, crc)
            body += compressor.compress(piece)
        body += compressor.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
        return cls(name, tuple(content), body, crc)

    def joined(self, following: Member) -> Member:
        """Returns this piece with the next one."""
        crc = self.crc
        for piece in following.plain:
            crc = zlib.crc32(piece, crc)
        return Member(self.name, self.plain + following.plain, self.body + following.body, crc)


def packed(members: Iterable[Member]) -> bytes:
    """Returns the archive. Each member and the archive must be smaller than four gigabytes."""
    out: list[bytes] = []
    directory: list[bytes] = []
    at = count = 0
    for member in members:
        name = member.name.encode()
        size = sum(map(len, member.plain))
        head = struct.pack("<HHHHHIII", 20, _UTF8, _DEFLATED, 0, _DATE, member.crc, len(member.body), size)
        out += [b"PK\x03\x04", head, struct.pack("<HH", len(name), 0), name, member.body]
        directory += [
            b"PK\x01\x02",
            struct.pack("<H", 0x314),
            head,
            struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, _UNIX_FILE, at),
            name,
        ]
        at += 30 + len(name) + len(member.body)
        count += 1
    listing = b"".join(directory)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), at, 0)
    return b"".join(out) + listing + end
