"""Makes copies of a finished file that differ only in their stamped fields and properties.

A copy of a PDF is the file itself, byte for byte, with an incremental update after it (ISO 32000-1, 7.5.6): the check of
returned copies relies on that. In a copy of a DOCX only the text that changes is compressed again.
The update is written here because a library reads the whole file for each copy: pyHanko's writer takes 37 milliseconds,
this module 0.2 (decision 0004). pikepdf writes the whole file again.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Dictionary, String

from undersigned.documents.model import Document, DocumentError, fields_of, plain
from undersigned.documents.pdf.form_font import NAMES, WIDE, text_drawing
from undersigned.documents.pdf.metadata import with_properties

#: How the names of the places in a block begin that the copies of several bodies have in common.
PARTY: Final = "party__"
#: They enclose the name of a value in a template. `plain` and `literal` keep them out of a document's own text.
OPEN, CLOSE = "\ue010", "\ue011"
_MARK: Final = re.compile(f"{OPEN}([^{CLOSE}]+){CLOSE}".encode())
#: Longer parts of a DOCX are compressed each time: they are hardly ever the same, and would fill the memory.
_MOST_KEPT: Final = 40_000
_START: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")


@dataclass(frozen=True)
class Stamp:
    """The values of one copy: of each stamped field, and of the properties that it adds or changes.

    `places`: for each place of a block that many bodies' copies have in common, by its name in the document, the name and
    the label that it has in this copy.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def defaults_of(document: Document) -> Stamp:
    """Returns the values of a document's stamped fields before any copy is made."""
    return Stamp({field.name: field.value for field in fields_of(document) if field.kind == "stamped"})


def mark(name: str) -> str:
    """Returns the mark in a template for the value of a field (`field name`) or of a property (`property name`)."""
    return f"{OPEN}{name}{CLOSE}"


def _values(stamp: Stamp) -> dict[str, str]:
    return {
        **{f"field {name}": plain(value) for name, value in stamp.fields.items()},
        **{f"property {name}": plain(value) for name, value in stamp.properties.items()},
    }


def _escaped(words: str) -> str:
    """As XML, in text and in a value of an attribute."""
    return escape(words, {'"': "&quot;"})


# -- PDF --------------------------------------------------------------------------------------------------------


class PdfStamper:
    """Makes copies of one PDF. `defaults`: every field and property that a stamp may set. DocumentError if the PDF lacks one."""

    def __init__(self, base: bytes, defaults: Stamp, *, record: str) -> None:
        self._base = base if base.endswith(b"\n") else base + b"\n"
        self._record, self._names = record, defaults
        start = _START.search(base)
        if start is None:
            raise DocumentError(record, "its PDF has no end")
        self._previous = int(start[1])
        with pikepdf.open(io.BytesIO(base)) as file:
            trailer = file.trailer
            self._size, self._root = int(trailer.Size), trailer.Root.objgen[0]
            self._id = bytes(trailer.ID[0])
            self._info, self._info_head = (
                trailer.Info.objgen[0],
                _opened(trailer.Info, [f"/{name}" for name in defaults.properties]),
            )
            metadata = file.Root.Metadata
            self._metadata = metadata.objgen[0]
            self._xmp = with_properties(
                metadata.read_bytes(), {name: mark(f"property {name}") for name in defaults.properties}, clean=False
            )
            widgets = {str(one.T): one for one in file.Root.AcroForm.Fields} if "/AcroForm" in file.Root else {}
            missing = [name for name in defaults.fields if name not in widgets]
            if missing:
                raise DocumentError(record, f"the field {missing[0]!r} has no place in its PDF")
            self._fields = {name: _StampedField(widgets[name]) for name in defaults.fields}
            missing = [name for name in defaults.places if name not in widgets]
            if missing:
                raise DocumentError(record, f"the place {missing[0]!r} is not in its PDF")
            self._places = {name: _Place(widgets[name]) for name in defaults.places}

    def make(self, stamp: Stamp) -> bytes:
        """Returns one copy. Names that `stamp` leaves out keep their defaults."""
        fields = {name: stamp.fields.get(name, value) for name, value in self._names.fields.items()}
        properties = {**self._names.properties, **stamp.properties}
        objects: dict[int, bytes] = {
            self._info: self._info_head
            + b"".join(b"/%s %s " % (name.encode(), _text(plain(value))) for name, value in properties.items() if value)
            + b">>",
            self._metadata: _stream(
                b"<< /Type /Metadata /Subtype /XML ", _filled(self._xmp, _values(Stamp({}, properties)))
            ),
        }
        for name, value in fields.items():
            objects |= self._fields[name].with_value(plain(value))
        names = {name: stamp.places.get(name, known) for name, known in self._names.places.items()}
        for place in self._places.values():
            objects |= place.renamed(names)
        return self._base + self._update(objects)

    def _update(self, objects: Mapping[int, bytes]) -> bytes:
        out, places, at = [], {}, len(self._base)
        for number in sorted(objects):
            places[number] = at
            out.append(b"%d 0 obj\n%s\nendobj\n" % (number, objects[number]))
            at += len(out[-1])
        places[self._size] = at
        body = b"".join(out)
        second = hashlib.sha256(self._id + body).digest()[:16]
        rows = b"".join(struct.pack(">BIH", 1, place, 0) for place in places.values())
        head = b"<< /Type /XRef /Size %d /Index [%s] /W [1 4 2] /Prev %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] " % (
            self._size + 1,
            b" ".join(b"%d 1" % number for number in places),
            self._previous,
            self._root,
            self._info,
            self._id.hex().encode(),
            second.hex().encode(),
        )
        return body + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (self._size, _stream(head, rows), at)


class _StampedField:
    """A field's two objects as bytes, without its value."""

    def __init__(self, widget: pikepdf.Object) -> None:
        self._number, self._head = widget.objgen[0], _opened(widget, ["/V"])
        drawing = widget.AP.N
        self._drawing, self._drawing_head = (
            drawing.objgen[0],
            _opened(drawing.stream_dict, ["/Length", "/Filter", "/DecodeParms"]),
        )
        self._width, self._height = float(drawing.BBox[2]), float(drawing.BBox[3])
        fonts = drawing.Resources.get("/Font", Dictionary())
        self._font = NAMES if f"/{NAMES}" in fonts else WIDE

    def with_value(self, value: str) -> dict[int, bytes]:
        return {
            self._number: self._head + b"/V " + _text(value) + b" >>",
            self._drawing: _stream(self._drawing_head, text_drawing(value, self._width, self._height, self._font)),
        }


class _Place:
    """A field of a block as bytes, without its name and label; and what a signature in it locks."""

    def __init__(self, widget: pikepdf.Object) -> None:
        self._name = str(widget.T)
        self._number, self._head = widget.objgen[0], _opened(widget, ["/T", "/TU"])
        lock = widget.get("/Lock")
        self._lock = lock.objgen[0] if lock is not None else 0
        self._lock_head = _opened(lock, ["/Fields"]) if lock is not None else b""
        self._locked = tuple(str(name) for name in lock.Fields) if lock is not None else ()

    def renamed(self, names: Mapping[str, tuple[str, str]]) -> dict[int, bytes]:
        name, label = names[self._name]
        made = {self._number: self._head + b"/T %s /TU %s >>" % (_string(name), _string(plain(label)))}
        if self._lock:
            fields = b" ".join(_string(names[locked][0] if locked in names else locked) for locked in self._locked)
            made[self._lock] = self._lock_head + b"/Fields [%s] >>" % fields
        return made


def _opened(thing: pikepdf.Object, without: list[str]) -> bytes:
    """Returns a dictionary's bytes without some keys and without its closing marks."""
    kept = Dictionary({key: value for key, value in thing.items() if key not in without})
    return bytes(kept.unparse(resolved=False)).rstrip()[:-2] + b" "


def _stream(head: bytes, content: bytes) -> bytes:
    return b"%s/Length %d >>\nstream\n%s\nendstream" % (head, len(content), content)


def _text(value: str) -> bytes:
    """Returns a text string in UTF-16 (ISO 32000-1, 7.9.2.2) as hexadecimal digits, which need no escapes."""
    return b"<FEFF" + value.encode("utf-16-be").hex().upper().encode() + b">"


def _string(value: str) -> bytes:
    """Returns a text string as pikepdf writes it, so that it has the same bytes as in a file that pikepdf made."""
    return bytes(String(value).unparse())


def _filled(template: bytes, values: Mapping[str, str]) -> bytes:
    return _MARK.sub(lambda found: _escaped(values[found[1].decode()]).encode(), template)


# -- DOCX -------------------------------------------------------------------------------------------------------


class DocxStamper:
    """Makes copies of one DOCX. `parts`: its parts by name, with marks where values go."""

    def __init__(self, parts: Mapping[str, bytes], defaults: Stamp) -> None:
        self._defaults = defaults
        names = sorted(parts, key=lambda name: (name != "[Content_Types].xml", name))
        self._members: list[Member | Callable[[Mapping[str, str]], Member]] = [
            _in_pieces(name, parts[name]) if _MARK.search(parts[name]) else _whole(name, parts[name]) for name in names
        ]

    def make(self, stamp: Stamp, names: Mapping[str, str] | None = None) -> bytes:
        """Returns one copy. Names that `stamp` leaves out keep their defaults. `names`: what marks of names and labels hold."""
        values = _values(
            Stamp({**self._defaults.fields, **stamp.fields}, {**self._defaults.properties, **stamp.properties})
        ) | dict(names or {})
        return packed([member if isinstance(member, Member) else member(values) for member in self._members])


def _whole(name: str, content: bytes) -> Member:
    return _kept_whole(name, content) if len(content) < _MOST_KEPT else Member.of(name, [content])


@lru_cache(maxsize=64)
def _kept_whole(name: str, content: bytes) -> Member:
    """Most parts of a file, such as the styles, are those of the file before."""
    return Member.of(name, [content])


def _in_pieces(name: str, template: bytes) -> Callable[[Mapping[str, str]], Member]:
    split = _MARK.split(template)
    fixed, marked = split[0::2], [key.decode() for key in split[1::2]]
    compressed = [Member.of(name, [piece], last=number == len(marked)) for number, piece in enumerate(fixed)]

    def member(values: Mapping[str, str]) -> Member:
        whole = compressed[0]
        for key, following in zip(marked, compressed[1:], strict=True):
            whole = whole.joined(Member.of(name, [_escaped(values[key]).encode()], last=False)).joined(following)
        return whole

    return member


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
