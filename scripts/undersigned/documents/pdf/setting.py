"""Makes the PDF of a document: Typst sets the pages (PDF/UA-1 and PDF/A-2a), then placeholders become form fields.

Each process has one compiler, with our fonts only, so that the bytes are the same everywhere.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Final, Literal

import typst

from undersigned.documents.model import Document, DocumentError, Json, Pictured, as_data, check_size, every
from undersigned.documents.pdf.codes import pictures_of
from undersigned.documents.pdf.fields import with_fields
from undersigned.documents.words import TEMPLATE, word
from undersigned.words.pictures import svg

#: Every font has every character up to this one (basic Latin).
_SURELY_THERE: Final = "\x7f"
_PROBE: Final = '#set document(title: "x")\n#set text(font: "Inter", lang: "en")\n#json("probe.json")\n'
#: What is not shown as text: addresses, and the names of fields.
_NOT_SHOWN: Final = frozenset(
    {"t", "url", "name", "kind", "record", "properties", "code", "codes", "picture", "pictures"}
)
#: Pages after these have no code in their foot. No agreement has had so many.
_MOST_CODES: Final = 100

#: How close lines are set, in steps of the template: as designed, then closer, then wider.
_STEPS: Final = (0, 1, 2, 3, 5, -2, -4, -6, 7, -9, -12)
#: Points of the type of a document, and of one in large type: the first that fits; and how close its lines may be set.
_NORMAL_TYPE: Final = 12
_LARGE_TYPES: Final = (14, 13, 12)
_CLOSER: Final = (0, 2, 4)
_SIDES: Final = 2
#: How far down the last page must reach, in points: a fifth of the room for text, below the margin.
_LEAST_OF_LAST_PAGE: Final = 51 + 720 / 5

STANDARDS: Final[tuple[Literal["ua-1"], Literal["a-2a"]]] = ("ua-1", "a-2a")


class _Setter:
    """The compiler, in a private folder with the template and the data of one document."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="undersigned-")
        self.root = Path(self._folder.name)
        (self.root / "doc.typ").write_bytes((TEMPLATE / "doc.typ").read_bytes())
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(TEMPLATE / "fonts")]
        )
        (self.root / "probe.typ").write_text(_PROBE, encoding="utf-8")
        self._compiler = typst.Compiler(str(self.root / "doc.typ"), root=str(self.root), font_paths=fonts)
        self._probe = typst.Compiler(str(self.root / "probe.typ"), root=str(self.root), font_paths=fonts)
        self._glyphs: dict[str, bool] = {}

    def set_pages(self, document: Document, epoch: int) -> bytes:
        data = as_data(document)
        assert isinstance(data, dict)  # noqa: S101
        data |= {"page": word("footer.page"), "of": word("footer.of"), "contents_title": word("cover.contents")}
        data["codes"] = _codes_of(document)
        data["pictures"] = {
            block.picture: svg(block.picture) for block in every(document) if isinstance(block, Pictured)
        }
        data |= {"added": word("redline.added"), "removed": word("redline.removed")}
        try:
            return self._filled(data, epoch)
        except typst.TypstError as error:
            foreign = {character for character in _characters(data) if not self._has_glyph(character)}
            if not foreign:
                raise DocumentError(document.record, f"its PDF cannot be set: {error.message}") from error
        shown = _with_codes(data, {ord(character): f"[U+{ord(character):04X}]" for character in foreign})
        assert isinstance(shown, dict)  # noqa: S101
        try:
            return self._filled(shown, epoch)
        except typst.TypstError as error:
            raise DocumentError(document.record, f"its PDF cannot be set: {error.message}") from error

    def _filled(self, data: dict[str, Json], epoch: int) -> bytes:
        """The PDF. If its last page would be nearly empty, lines are set a little closer, or wider if that does not help."""
        if data["large"]:
            return self._on_two_sides(data, epoch)
        first = b""
        for tight in _STEPS:
            pdf = self._compile({**data, "tight": tight, "size": _NORMAL_TYPE}, epoch)
            if not self._ends_on_empty_page():
                return pdf
            first = first or pdf
        return first

    def _on_two_sides(self, data: dict[str, Json], epoch: int) -> bytes:
        """The PDF in the largest type in which it fills two sides at most. Text that fits in none runs on."""
        pdf = b""
        for size in _LARGE_TYPES:
            for tight in _CLOSER:
                pdf = self._compile({**data, "tight": tight, "size": size}, epoch)
                if int(self._end()["page"]) <= _SIDES:
                    return pdf
        return pdf

    def _end(self) -> dict[str, int | str]:
        """Where the text ends: its page and its height on it."""
        end: dict[str, int | str] = json.loads(self._compiler.query("<end>", field="value", one=True))
        return end

    def _ends_on_empty_page(self) -> bool:
        end = self._end()
        return int(end["page"]) > 1 and float(str(end["y"]).removesuffix("pt")) < _LEAST_OF_LAST_PAGE

    def _compile(self, data: Json, epoch: int) -> bytes:
        (self.root / "doc.json").write_text(json.dumps(data), encoding="utf-8")
        pdf = self._compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=epoch)
        assert isinstance(pdf, bytes)  # noqa: S101 - a PDF is always one file
        return pdf

    def _has_glyph(self, character: str) -> bool:
        """Whether any of our fonts has it. Called only after a document failed, because each call takes milliseconds."""
        if character not in self._glyphs:
            if character < _SURELY_THERE:
                self._glyphs[character] = True
            else:
                (self.root / "probe.json").write_text(json.dumps(character), encoding="utf-8")
                try:
                    self._probe.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=0)
                    self._glyphs[character] = True
                except typst.TypstError:
                    self._glyphs[character] = False
        return self._glyphs[character]


def _codes_of(document: Document) -> list[Json]:
    """Returns the pictures of the codes of the pages, each as a list of bytes; none for a document without them."""
    if not document.code:
        return []
    return [list(one) for one in pictures_of([f"{document.code}/{page}" for page in range(1, _MOST_CODES + 1)])]


def _characters(data: Json) -> set[str]:
    """Returns every character of the texts in a document's data."""
    if isinstance(data, dict):
        return set().union(*(_characters(value) for key, value in data.items() if key not in _NOT_SHOWN))
    if isinstance(data, list):
        return set().union(*map(_characters, data))
    return set(data) if isinstance(data, str) else set()


def _with_codes(data: Json, codes: dict[int, str]) -> Json:
    """Returns the same data with each character that no font has replaced by its code, so that a reader sees it."""
    if isinstance(data, dict):
        return {key: value if key in _NOT_SHOWN else _with_codes(value, codes) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_codes(value, codes) for value in data]
    return data.translate(codes) if isinstance(data, str) else data


@cache
def _setter() -> _Setter:
    return _Setter()


def pdf_of(document: Document, *, epoch: int) -> bytes:
    """Returns the PDF of a document. `epoch`: the time in it, in seconds since 1970. DocumentError if it cannot be set."""
    check_size(document)
    return with_fields(_setter().set_pages(document, epoch), document)
