"""What keeps a file that a stranger sent from taking all memory or time: sizes are looked at before anything is unpacked."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import Final

from lxml import etree

from undersigned.documents.docx.word_xml import Element
from undersigned.returned.parts import ReturnedError

MEBIBYTE: Final = 1 << 20
#: Of the file as it came. The largest agreement so far has less than one.
MOST_BYTES: Final = 25 * MEBIBYTE
MOST_PAGES: Final = 500
MOST_FIELDS: Final = 600
MOST_SIGNATURES: Final = 60
#: Of states of the file with a signature before them; each takes about 35 ms. Thirty signed blocks, each filled in first.
MOST_COMPARISONS: Final = 1_000
#: A copy that sixty organisations filled in and signed, each step saved on its own, and some to spare.
MOST_REVISIONS: Final = 150
_MOST_UNPACKED: Final = 150 * MEBIBYTE
_MOST_IN_A_PART: Final = 30 * MEBIBYTE
_MOST_PARTS: Final = 1_000
_MOST_LAYERS: Final = 4
_CHUNK: Final = 1 << 16

_STREAM = re.compile(rb"stream\r?\n")
_REVISION = re.compile(rb"startxref")
#: Packings that no writer of forms needs, and that this room cannot measure beforehand; names written with codes, and
#: names given elsewhere, would hide them (ISO 32000-1, 7.3.5 and 7.4).
_STRANGE_PACKING = re.compile(
    rb"/LZWDecode|/RunLengthDecode|/Filter\s*\[?\s*(?:%|[0-9]+\s+[0-9]+\s+R|/[A-Za-z0-9]*#)"
    rb"|/Filter\s*\[[^\]]{0,200}(?:%|#|/FlateDecode[^\]]{0,200}/FlateDecode)"
)


class Budget:
    """How much of a file may still be looked at. One thing that is named a thousand times is looked at a thousand times."""

    def __init__(self, left: int = _MOST_UNPACKED) -> None:
        self._left = left

    def spend(self, amount: int) -> None:
        """ReturnedError once there is nothing left."""
        self._left -= amount
        if self._left < 0:
            raise ReturnedError("too_large")


def check_pdf(content: bytes) -> None:
    """ReturnedError where a PDF is of more revisions, or unpacks to more, than any signed copy would be."""
    if len(_REVISION.findall(content)) > MOST_REVISIONS:
        raise ReturnedError("too_large")
    if _STRANGE_PACKING.search(content):
        raise ReturnedError("strange_packing")
    left = _MOST_UNPACKED
    for start in _STREAM.finditer(content):
        left -= _unpacked_size(content, start.end(), left, _MOST_LAYERS)
        if left < 0:
            raise ReturnedError("too_large")


def _unpacked_size(packed: bytes, start: int, most: int, layers: int) -> int:
    """The size of a deflated stream once unpacked, however often it was packed; a little over `most` where it is more.

    What does not unpack counts as nothing: then it is not deflated, or readers will stop at the same place.
    """
    if packed[start : start + 1] not in (b"\x08", b"\x18", b"\x28", b"\x38", b"\x48", b"\x58", b"\x68", b"\x78"):
        return 0
    unpacker = zlib.decompressobj()
    size, head = 0, b""
    at = start
    try:
        while not unpacker.eof and size <= most:
            piece = unpacker.unconsumed_tail
            if not piece:
                piece, at = packed[at : at + _CHUNK], at + _CHUNK
            if not piece:
                break
            out = unpacker.decompress(piece, _CHUNK)
            size += len(out)
            if layers and len(head) < MEBIBYTE:
                head += out
    except zlib.error:
        pass
    if layers and head and size <= most:
        size += _unpacked_size(head, 0, most - size, layers - 1)
    return size


def parts_of(archive: zipfile.ZipFile) -> set[str]:
    """The names of the parts of a DOCX. ReturnedError where they are too many, too large, locked, or one comes twice."""
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise ReturnedError("too_large")
    if len({name.lower() for name in names}) != len(entries):
        raise ReturnedError("broken_docx")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ReturnedError("locked")
    return names


def part_of(archive: zipfile.ZipFile, name: str) -> Element:
    """The root of a part. ReturnedError where it is too large, is no XML, or declares a document type (OPC, ISO 29500-2, 8.2.3)."""
    try:
        with archive.open(name) as file:
            content = file.read(_MOST_IN_A_PART + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError, RuntimeError) as error:
        raise ReturnedError("broken_docx") from error
    if len(content) > _MOST_IN_A_PART:
        raise ReturnedError("too_large")
    return tree_of(content)


def tree_of(content: bytes) -> Element:
    """XML that a stranger wrote: no entity is replaced, nothing is fetched, no document type is allowed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReturnedError("broken_docx") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ReturnedError("broken_docx")
    return root
