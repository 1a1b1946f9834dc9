"""Our own pictures as PNG files, for formats that hold no line drawings."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import typst

from undersigned.words.pictures import SIZE, svg

#: Pixels to the inch: three for each unit of the drawing.
_FINE: Final = 216
_PAGE: Final = (
    f'#set page(width: {SIZE}pt, height: {SIZE}pt, margin: 0pt, fill: none)\n#image("picture.svg", width: {SIZE}pt)\n'
)


@cache
def png_of(name: str) -> bytes:
    """The picture in black on no ground, the same bytes each time. KeyError for an unknown name."""
    with tempfile.TemporaryDirectory(prefix="undersigned-") as folder:
        root = Path(folder)
        (root / "picture.svg").write_text(svg(name), encoding="utf-8")
        (root / "page.typ").write_text(_PAGE, encoding="utf-8")
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False)
        made = typst.Compiler(str(root / "page.typ"), root=str(root), font_paths=fonts).compile(format="png", ppi=_FINE)
    assert isinstance(made, bytes)  # noqa: S101 - one page is one file
    return made
