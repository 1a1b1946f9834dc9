"""The font of a PDF's fields, embedded once and used in two ways.

A simple font is for what people type, because every viewer can handle it. A composite font is for text that this program
draws; it has every letter of Latin-1 and Latin Extended-A. A document with other Latin letters, or with Greek or Cyrillic
ones, gets a larger composite font in its place: 70 kB more in each copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from undersigned.documents.words import TEMPLATE

#: Welsh letters, in unused codes of Windows-1252: code, character, glyph name.
WELSH = (
    (0x81, 0x174, "Wcircumflex"),
    (0x8D, 0x175, "wcircumflex"),
    (0x8F, 0x176, "Ycircumflex"),
    (0x90, 0x177, "ycircumflex"),
)
_UNUSED = frozenset({0x7F, 0x9D})


@dataclass(frozen=True)
class Measures:
    """The font file, its widths and glyphs by character, its heights and its box; lengths in thousandths of the type size."""

    program: bytes
    widths: dict[int, int]
    glyphs: dict[int, int]
    ascent: int
    descent: int
    cap_height: int
    box: list[int]


#: What drawings call the composite font by, and its file.
WIDE, NAMES = "Wide", "Names"
_FILES = {WIDE: "Inter-Form", NAMES: "Inter-Names"}


@cache
def measures(font: str = WIDE) -> Measures:
    """The composite font of that name: the small one (`WIDE`), or the larger one (`NAMES`)."""
    folder = TEMPLATE / "form-font"
    data = json.loads((folder / f"{_FILES[font]}.json").read_text(encoding="utf-8"))
    return Measures(
        (folder / f"{_FILES[font]}.ttf").read_bytes(),
        {int(code): int(width) for code, width in data["widths"].items()},
        {int(code): int(glyph) for code, glyph in data["glyphs"].items()},
        int(data["ascent"]),
        int(data["descent"]),
        int(data["cap_height"]),
        [int(edge) for edge in data["bbox"]],
    )


def _characters() -> dict[int, int]:
    """Returns Unicode by code: Windows-1252 with the Welsh letters."""
    found = {code: character for code, character, _ in WELSH}
    for code in range(32, 256):
        if code not in found and code not in _UNUSED:
            found[code] = ord(bytes([code]).decode("cp1252"))
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Fonts:
    """Objects of one file: `typed` for fields that people fill in, `drawn` for text that this program draws, and its name."""

    typed: pikepdf.Object
    drawn: pikepdf.Object
    name: str


def font_for(letters: Iterable[str]) -> str:
    """Returns the composite font that has most of these letters: the small one if the other has no more of them."""
    lacking = {ord(letter) for letter in letters} - measures().glyphs.keys()
    return NAMES if lacking & measures(NAMES).glyphs.keys() else WIDE


def fonts_of_fields(file: pikepdf.Pdf, name: str) -> Fonts:
    """Returns both fonts as objects of the file, with their maps to Unicode (ISO 14289-1, 7.21)."""
    small, large = measures(), measures(name)
    program = _program(file, small)
    other = program if large is small else _program(file, large)
    return Fonts(
        _typed(file, small, _descriptor(file, small, program, 32)),
        _wide(file, large, _descriptor(file, large, other, 4)),
        name,
    )


def _program(file: pikepdf.Pdf, known: Measures) -> pikepdf.Object:
    program = file.make_stream(known.program)
    program.Length1 = len(known.program)
    return program


def _descriptor(file: pikepdf.Pdf, known: Measures, program: pikepdf.Object, flags: int) -> pikepdf.Object:
    return file.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/Inter-Regular"),
            Flags=flags,
            FontBBox=Array(known.box),
            ItalicAngle=0,
            Ascent=known.ascent,
            Descent=known.descent,
            CapHeight=known.cap_height,
            StemV=80,
            FontFile2=program,
        )
    )


def _typed(file: pikepdf.Pdf, known: Measures, descriptor: pikepdf.Object) -> pikepdf.Object:
    characters = _characters()
    differences = Array([part for code, _, glyph in WELSH for part in (code, Name(f"/{glyph}"))])
    return file.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name("/Inter-Regular"),
            FirstChar=32,
            LastChar=255,
            Widths=Array([known.widths.get(characters.get(code, 0), 0) for code in range(32, 256)]),
            FontDescriptor=descriptor,
            ToUnicode=file.make_stream(_to_unicode(characters, 1)),
            Encoding=Dictionary(Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=differences),
        )
    )


def _wide(file: pikepdf.Pdf, known: Measures, descriptor: pikepdf.Object) -> pikepdf.Object:
    """Returns the composite font. Its codes are glyph numbers (ISO 32000-1, 9.7.4 and 9.7.5.2: Identity-H)."""
    by_glyph: dict[int, int] = {}
    for character, glyph in sorted(known.glyphs.items()):
        by_glyph.setdefault(glyph, character)
    widths = Array(
        [part for glyph, character in sorted(by_glyph.items()) for part in (glyph, Array([known.widths[character]]))]
    )
    return file.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/Inter-Regular"),
            Encoding=Name("/Identity-H"),
            ToUnicode=file.make_stream(_to_unicode(by_glyph, 2)),
            DescendantFonts=Array(
                [
                    file.make_indirect(
                        Dictionary(
                            Type=Name.Font,
                            Subtype=Name.CIDFontType2,
                            BaseFont=Name("/Inter-Regular"),
                            FontDescriptor=descriptor,
                            CIDSystemInfo=Dictionary(
                                Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
                            ),
                            CIDToGIDMap=Name.Identity,
                            DW=600,
                            W=widths,
                        )
                    )
                ]
            ),
        )
    )


def _to_unicode(characters: dict[int, int], size: int) -> bytes:
    """Returns the map to Unicode for codes of `size` bytes (ISO 32000-1, 9.10.3)."""
    digits = 2 * size
    rows = [f"<{code:0{digits}X}> <{character:04X}>" for code, character in sorted(characters.items())]
    parts = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /F def /CMapType 2 def",
        f"1 begincodespacerange <{'00' * size}> <{'FF' * size}> endcodespacerange",
    ]
    for start in range(0, len(rows), 100):
        chunk = rows[start : start + 100]
        parts += [f"{len(chunk)} beginbfchar", *chunk, "endbfchar"]
    parts.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(parts).encode()


_SIZES = (12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0)
_PAD, _LEADING = 3.0, 1.25
_UNKNOWN, _DOTS = "?", "…"


def text_drawing(text: str, width: float, height: float, font: str) -> bytes:
    """Returns the content of an appearance stream (ISO 32000-1, 12.7.3.3) that shows `text` in a box; sizes in points.

    `font`: the name of the composite font.

    Text that does not fit at six points is cut and ends in dots. A character that the font lacks is a question mark.
    """
    known = measures(font)
    size, lines = _fitted(known, "".join(_shown(known, character) for character in text), width - 2 * _PAD, height)
    drop = size * _LEADING
    capital = size * known.cap_height / 1000
    # One line in a low box is centred; in a high box lines begin at the top.
    first = (height - capital) / 2 if height < 2 * drop else height - _PAD - (drop + capital) / 2
    rows = " ".join(
        f"<{_codes(known, line)}> Tj" if not number else f"0 {-drop:.2f} Td <{_codes(known, line)}> Tj"
        for number, line in enumerate(lines)
    )
    return f"/Tx BMC q BT /{font} {size:g} Tf 0 g {_PAD:g} {first:.2f} Td {rows} ET Q EMC".encode()


def _shown(known: Measures, character: str) -> str:
    return character if ord(character) in known.glyphs else " " if character.isspace() else _UNKNOWN


def _codes(known: Measures, line: str) -> str:
    glyphs = known.glyphs
    return "".join(f"{glyphs[ord(character)]:04X}" for character in line)


def _fitted(known: Measures, text: str, width: float, height: float) -> tuple[float, list[str]]:
    lines: list[str] = []
    for size in _SIZES:
        lines = _broken(known, text, width / size * 1000)
        room = max(1, int((height - _PAD) / (size * _LEADING)))
        if len(lines) <= room:
            return size, lines
    kept = lines[:room]
    while kept[-1] and _width(known, kept[-1] + _DOTS) > width / size * 1000:
        kept[-1] = kept[-1][:-1]
    kept[-1] += _DOTS
    return size, kept


def _width(known: Measures, text: str) -> int:
    widths = known.widths
    return sum(widths[ord(character)] for character in text)


def _broken(known: Measures, text: str, width: float) -> list[str]:
    """Returns lines no wider than `width` (thousandths of the type size), broken between words where possible."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(known, joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and _width(known, lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines
