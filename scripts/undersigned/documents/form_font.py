"""The font inside the fields of a PDF: a small simple font, embedded once, with the Welsh letters."""

from __future__ import annotations

import json
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name

from undersigned.documents.words import TEMPLATE

#: Welsh letters, in slots of Windows-1252 that hold nothing: code, character, glyph name.
WELSH = ((0x81, 0x174, "Wcircumflex"), (0x8D, 0x175, "wcircumflex"), (0x8F, 0x176, "Ycircumflex"), (0x90, 0x177, "ycircumflex"))
_UNUSED = frozenset({0x7F, 0x9D})


@cache
def _measures() -> tuple[bytes, dict[int, int], dict[str, int], list[int]]:
    """The font file, widths by character, its other measures and its box, in thousandths of the type size."""
    folder = TEMPLATE / "form-font"
    data = json.loads((folder / "Inter-Form.json").read_text(encoding="utf-8"))
    widths = {int(code): int(width) for code, width in data["widths"].items()}
    rest = {name: int(data[name]) for name in ("ascent", "descent", "cap_height")}
    return (folder / "Inter-Form.ttf").read_bytes(), widths, rest, [int(edge) for edge in data["bbox"]]


def _characters() -> dict[int, int]:
    """Unicode by code: Windows-1252 with the Welsh letters."""
    found = {code: character for code, character, _ in WELSH}
    for code in range(32, 256):
        if code not in found and code not in _UNUSED:
            found[code] = ord(bytes([code]).decode("cp1252"))
    return dict(sorted(found.items()))


def font_of_fields(file: pikepdf.Pdf) -> pikepdf.Object:
    """The font as an object of the file, embedded, with its way back to Unicode."""
    data, widths, measures, box = _measures()
    characters = _characters()
    program = file.make_stream(data)
    program.Length1 = len(data)
    descriptor = file.make_indirect(Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/Inter-Regular"), Flags=32, FontBBox=Array(box), ItalicAngle=0,
        Ascent=measures["ascent"], Descent=measures["descent"], CapHeight=measures["cap_height"], StemV=80,
        FontFile2=program,
    ))
    differences = Array([part for code, _, glyph in WELSH for part in (code, Name(f"/{glyph}"))])
    return file.make_indirect(Dictionary(
        Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/Inter-Regular"), FirstChar=32, LastChar=255,
        Widths=Array([widths.get(characters.get(code, 0), 0) for code in range(32, 256)]),
        FontDescriptor=descriptor, ToUnicode=file.make_stream(_to_unicode(characters)),
        Encoding=Dictionary(Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=differences),
    ))


def _to_unicode(characters: dict[int, int]) -> bytes:
    rows = [f"<{code:02X}> <{character:04X}>" for code, character in characters.items()]
    parts = ["/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /F def /CMapType 2 def",
             "1 begincodespacerange <00> <FF> endcodespacerange"]
    for start in range(0, len(rows), 100):
        chunk = rows[start : start + 100]
        parts += [f"{len(chunk)} beginbfchar", *chunk, "endbfchar"]
    parts.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(parts).encode()
