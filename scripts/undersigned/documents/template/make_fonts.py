"""Makes the font files of this folder from the variable Inter 4.1 and from Noto Sans: `python make_fonts.py INTER NOTO`.

Run by a developer when the font changes; its output is committed. Needs fonttools, which nothing else here does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped,import-not-found,unused-ignore]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped,import-not-found,unused-ignore]
from fontTools.varLib.instancer import OverlapMode, instantiateVariableFont  # type: ignore[import-untyped,import-not-found,unused-ignore]

FONTS = Path(__file__).parent / "fonts"
#: Name of the static file: the variable file it is cut from, its weight and its style name.
CUTS = {
    "Inter-Regular.ttf": ("Inter[opsz,wght].ttf", 400, "Regular"),
    "Inter-Bold.ttf": ("Inter[opsz,wght].ttf", 700, "Bold"),
    "Inter-Italic.ttf": ("Inter-Italic[opsz,wght].ttf", 400, "Italic"),
}
#: What people may type into a field: Latin-1 and Latin Extended-A, with the marks of Windows-1252.
#: The scripts of large communities in the United Kingdom that Inter lacks, cut from Noto Sans without hints: 390 kB.
#: Chinese would take 8 MB and more.
SCRIPTS = {
    "Arabic": [*range(0x600, 0x700), *range(0x750, 0x780), *range(0x200C, 0x2010)],
    "Bengali": [*range(0x980, 0xA00), 0x964, 0x965, 0x200C, 0x200D],
    "Gujarati": [*range(0xA80, 0xB00), 0x964, 0x965, 0x200C, 0x200D],
    "Gurmukhi": [*range(0xA00, 0xA80), 0x964, 0x965, 0x200C, 0x200D],
}
#: What a name may hold that is drawn in the box of a copy: Latin with all its accents, Greek and Cyrillic.
NAMED = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x300, 0x370),
    *range(0x370, 0x530),
    *range(0x1E00, 0x2000),
    *range(0x2010, 0x2028),
    *range(0x2030, 0x205F),
    *range(0x20A0, 0x20C0),
    0x2116,
    0x2122,
]
TYPED = [*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, "‘’‚“”„†‡•…‰‹›€™–—ˆ˜ƒŠŒŽšœžŸ")]


def cut(source: Path, target: Path, weight: int, style: str) -> None:
    """One weight of a variable font as a static one, named so that the family has regular, bold and italic."""
    font = TTFont(source, recalcTimestamp=False)
    instantiateVariableFont(font, {"wght": weight, "opsz": 14}, inplace=True, overlap=OverlapMode.KEEP_AND_SET_FLAGS)
    names = font["name"]
    for number, text in ((1, "Inter"), (2, style), (4, f"Inter {style}"), (6, f"Inter-{style}")):
        names.setName(text, number, 3, 1, 0x409)
    for number in (16, 17, 25):
        names.removeNames(nameID=number)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = {"Regular": 0x40, "Bold": 0x20, "Italic": 0x01}[style]
    font["head"].macStyle = {"Regular": 0, "Bold": 1, "Italic": 2}[style]
    font.save(target)


def cut_script(source: Path, target: Path, letters: list[int]) -> None:
    """The letters of one script with the features that join them."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(hinting=False, glyph_names=False, recalc_timestamp=False, notdef_outline=True)
    options.layout_features = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    font.save(target)


def cut_form_font(source: Path, target: Path, letters: list[int]) -> None:
    """The font inside fields, and its measures (thousandths of the type size) beside it as JSON."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(layout_features=[], notdef_outline=True, glyph_names=False, hinting=False, recalc_timestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    font.save(target)
    cut_font = TTFont(target)
    per_em = cut_font["head"].unitsPerEm
    widths = {
        str(code): round(cut_font["hmtx"][glyph][0] * 1000 / per_em) for code, glyph in cut_font.getBestCmap().items()
    }
    head, os2 = cut_font["head"], cut_font["OS/2"]
    measures = {
        "ascent": round(os2.sTypoAscender * 1000 / per_em),
        "bbox": [round(value * 1000 / per_em) for value in (head.xMin, head.yMin, head.xMax, head.yMax)],
        "cap_height": round(os2.sCapHeight * 1000 / per_em),
        "descent": round(os2.sTypoDescender * 1000 / per_em),
        "glyphs": {str(code): cut_font.getGlyphID(glyph) for code, glyph in cut_font.getBestCmap().items()},
        "widths": widths,
    }
    target.with_suffix(".json").write_text(json.dumps(measures, sort_keys=True) + "\n", encoding="utf-8")


def main(inter: Path, noto: Path) -> None:
    FONTS.mkdir(exist_ok=True)
    for name, (variable, weight, style) in CUTS.items():
        cut(inter / variable, FONTS / name, weight, style)
    for script, letters in SCRIPTS.items():
        cut_script(noto / f"NotoSans{script}-Regular.ttf", FONTS / f"NotoSans{script}-Regular.ttf", letters)
    forms = FONTS.parent / "form-font"
    forms.mkdir(exist_ok=True)
    cut_form_font(FONTS / "Inter-Regular.ttf", forms / "Inter-Form.ttf", TYPED)
    cut_form_font(FONTS / "Inter-Regular.ttf", forms / "Inter-Names.ttf", NAMED)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
