"""Draws text inside a field of a PDF: breaks it into lines and makes it small enough to fit."""

from __future__ import annotations

from undersigned.documents.pdf.form_font import Measures, measures

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
