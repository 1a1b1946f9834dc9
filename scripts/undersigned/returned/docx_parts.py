"""The parts of a returned DOCX, opened safely, and how each run of it looks: struck out, hidden, faint, tiny or crossed
out, through direct formatting, styles, tables and the theme (ISO 29500-1, 17.7)."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final
from urllib.parse import unquote

from lxml import etree

from undersigned.documents.docx.word_xml import W14, Element, w
from undersigned.documents.model import plain
from undersigned.returned.verdict import Difference, UnreadableError

_MOST_UNPACKED: Final = 150 << 20
_MOST_IN_A_PART: Final = 30 << 20
_MOST_PARTS: Final = 1_000
_DAMAGED = "The Word document is damaged and cannot be read safely. Ask for it once more."
_TOO_LARGE = "The file is larger than any copy of an agreement, or unpacks to more."
_LOCKED = "The Word document is locked with a password. Ask for it without one."
_STRICT_FORM = "The Word document is in its strict form. Ask for it as an ordinary DOCX."
_NOT_WORD = "The file is not a Word document."
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
_TYPES = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"
_CUSTOM = "docProps/custom.xml"
#: Parts that hold no words of the document.
_PLAIN_PARTS = re.compile(
    r"(?i)\[content_types\]\.xml|(?:.*/)?_rels/.*|docprops/.*|customxml/.*|word/theme/.*"
    r"|word/(?:styles|styleswitheffects|settings|websettings|fonttable|numbering|comments\w*|people|document\w*|footnotes|endnotes"
    r"|header[0-9]*|footer[0-9]*|glossary/.*|media/.*|printersettings/.*)(?:\.\w+)?"
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one part to another, or to something outside the file."""

    id: str
    kind: str
    target: str
    is_external: bool


@dataclass
class Package:
    """The parts of a DOCX by name. `main` is the name of the part that holds the text (ISO 29500-1, 11.3.10)."""

    archive: zipfile.ZipFile
    names: frozenset[str]
    main: str = ""
    _trees: dict[str, Element] = field(default_factory=dict)

    def tree(self, name: str) -> Element:
        """The root of a part. UnreadableError if it is too large, not XML, or declares a document type."""
        if name not in self._trees:
            self._trees[name] = tree_of(self.content(name))
        return self._trees[name]

    def content(self, name: str) -> bytes:
        try:
            with self.archive.open(name) as file:
                content = file.read(_MOST_IN_A_PART + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            LookupError,
            RuntimeError,
            ValueError,
        ) as error:
            raise UnreadableError(_DAMAGED) from error
        if len(content) > _MOST_IN_A_PART:
            raise UnreadableError(_TOO_LARGE)
        return content

    def relations(self, part: str) -> list[Relation]:
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if path not in self.names:
            return []
        found = []
        for one in self.tree(path).iter(_RELATION):
            target, is_external = str(one.get("Target", "")), one.get("TargetMode") == "External"
            if not is_external:
                target = target.lstrip("/") if target.startswith("/") else "/".join(filter(None, (folder, target)))
            found.append(
                Relation(str(one.get("Id", "")), str(one.get("Type", "")).rpartition("/")[2], target, is_external)
            )
        return found

    def related(self, kind: str) -> list[str]:
        """The parts of a kind that the text leads to and that are there."""
        return [one.target for one in self.relations(self.main) if one.kind == kind and one.target in self.names]

    @cached_property
    def properties(self) -> dict[str, str]:
        """Custom properties that are text (ISO 29500-1, 22.3)."""
        if _CUSTOM not in self.names:
            return {}
        return {
            plain(str(entry.get("name", ""))): plain(
                "".join(value.text or "" for value in entry.iter(f"{_TYPES}lpwstr"))
            )
            for entry in self.tree(_CUSTOM)
            if isinstance(entry.tag, str)
        }


def package_of(content: bytes) -> Package:
    """UnreadableError if the file is not a Word document that can be read safely."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, LookupError, EOFError) as error:
        raise UnreadableError(_DAMAGED) from error
    names = frozenset(entry.filename for entry in entries)
    if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise UnreadableError(_TOO_LARGE)
    if len({name.lower() for name in names}) != len(entries):
        raise UnreadableError(_DAMAGED)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableError(_LOCKED)
    package = Package(archive, names)
    if "_rels/.rels" not in names:
        raise UnreadableError(_NOT_WORD, "not-ours")
    targets = {
        str(one.get("Type")): str(one.get("Target", "")).lstrip("/")
        for one in package.tree("_rels/.rels").iter(_RELATION)
    }
    if _STRICT in targets:
        raise UnreadableError(_STRICT_FORM)
    package.main = targets.get(_MAIN, "")
    if package.main not in names or package.tree(package.main).tag != w("document"):
        raise UnreadableError(_NOT_WORD, "not-ours")
    return package


def tree_of(content: bytes) -> Element:
    """XML that a stranger wrote: no entity is replaced, nothing is fetched, no document type is allowed."""
    # Programs show the words on both sides of a comment, so it must not end the text of an element.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(_DAMAGED) from error
    # No entity is replaced and no document type is allowed (OPC, ISO 29500-2, 8.2.3).
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError(_DAMAGED)
    return root


# -- what is neither text nor layout ----------------------------------------------------------------------------


def attachments_of(package: Package) -> list[Difference]:
    """Macros, objects, fonts, other documents and whatever is loaded from elsewhere."""
    found: list[Difference] = []
    for name in sorted(package.names):
        lower = name.lower()
        if lower.endswith("/"):
            continue
        if "vbaproject" in lower or "vbadata" in lower:
            found.append(Difference("macro"))
        elif "/embeddings/" in lower or "/activex/" in lower:
            found.append(Difference("object inside the file", name))
        elif lower.startswith("_xmlsignatures/"):
            continue
        elif "/fonts/" in lower or lower.endswith((".odttf", ".ttf", ".otf")):
            found.append(Difference("font inside the file: its letters may look like others", name))
        elif not _PLAIN_PARTS.fullmatch(name):
            found.append(Difference("file inside the file", name))
        if lower.startswith(("word/_rels/", "word/glossary/_rels/")) and lower.endswith(".rels"):
            part = name.replace("_rels/", "").removesuffix(".rels")
            found += _outside(package, part)
    return found


def _outside(package: Package, part: str) -> list[Difference]:
    found = []
    for relation in package.relations(part):
        if relation.is_external:
            what = "link" if relation.kind == "hyperlink" else f"part that is loaded from elsewhere ({relation.kind})"
            found.append(Difference(what, unquote(relation.target).rstrip("/")))
        elif relation.kind in ("aFChunk", "subDocument", "mailMergeSource"):
            found.append(Difference("another document put in whole", relation.target))
    return found


_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_OFF: Final = frozenset({"0", "false", "off", "none"})
_DEEPEST: Final = 30
#: Contrast with the ground (WCAG 2.2, 1.4.3) below which words are hardly seen.
_LEAST_CONTRAST: Final = 2.0
#: Half-points, and twentieths of a point: below these nobody reads a letter or a line, or sees it on the page.
_SMALLEST, _LOWEST_LINE, _OFF_PAGE = 12, 120, 9_000
_HIGHLIGHTS: Final = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF", "red": "FF0000",
    "yellow": "FFFF00", "white": "FFFFFF", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
    "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
_THEME: Final = {
    "background1": "lt1", "text1": "dk1", "background2": "lt2", "text2": "dk2", "dark1": "dk1", "light1": "lt1",
    "dark2": "dk2", "light2": "lt2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip
_PICTURE_FONTS: Final = ("wingding", "webding", "symbol", "dingbat", "marlett", "barcode", "blank", "adobe not")


@dataclass(frozen=True, slots=True)
class Look:
    """`faults`: why a reader may not see the words, or sees them as taken back. `form`: all else that one sees of them."""

    faults: frozenset[str]
    form: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Properties:
    """Properties of words by tag: `first` from the strongest source that has each; `on`: those that any source turns on."""

    first: Mapping[str, Element]
    on: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """What all words of a paragraph share. `ground`: the colour behind them, if the words themselves have none."""

    faults: frozenset[str]
    properties: _Properties
    ground: str


#: The cells around a paragraph, the innermost first, each with the styles of its table that touch it.
_Cells = Sequence[tuple[Element, Sequence[Element]]]


class Styles:
    """The styles, the theme and the defaults of one file."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles: dict[str, Element] = {}
        self._first: dict[str, str] = {}
        self._defaults: Element | None = None
        for part in package.related("styles")[:1]:
            root = package.tree(part)
            self._defaults = root.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}")
            for style in root.iter(w("style")):
                id_ = str(style.get(w("styleId"), ""))
                self._styles.setdefault(id_, style)
                if style.get(w("default")) in ("1", "true", "on"):
                    self._first.setdefault(str(style.get(w("type"))), id_)
        self.chain = cache(self._chain)
        self._of_style = cache(lambda id_: _properties(_below(self.chain(id_), "rPr")))
        self._parts_of_style = cache(
            lambda id_: {part.tag: part for style in reversed(self.chain(id_)) for part in _parts(style)}
        )
        self.page_ground = self._page_ground()
        #: Only of the paragraph that is being read, because a hostile file can have millions.
        self._latest: tuple[Element | None, _Place] | None = None

    def _chain(self, id_: str) -> tuple[Element, ...]:
        """A style and those that it is based on, itself first."""
        found: list[Element] = []
        while id_ in self._styles and self._styles[id_] not in found and len(found) < _DEEPEST:
            found.append(self._styles[id_])
            based = self._styles[id_].find(w("basedOn"))
            id_ = str(based.get(w("val"), "")) if based is not None else ""
        return tuple(found)

    def _paragraph_style(self, paragraph: Element) -> str:
        return _value(paragraph, "pPr", "pStyle") or self._first.get("paragraph", "")

    def paragraph_part(self, paragraph: Element, name: str) -> Element | None:
        """A property of a paragraph: its own, or that of its style."""
        found = paragraph.find(f"{w('pPr')}/{w(name)}")
        return found if found is not None else self._parts_of_style(self._paragraph_style(paragraph)).get(w(name))

    def _place(self, paragraph: Element | None) -> _Place:
        if self._latest is None or self._latest[0] is not paragraph:
            above = () if paragraph is None else paragraph.iterancestors(w("tc"))
            cells = [(cell, self._table_styles(cell)) for cell in above]
            found = _Place(
                frozenset(self._place_faults(paragraph)),
                _properties(self._paragraph_sources(paragraph, cells)),
                next(filter(None, map(self._shade, self._shadings(paragraph, cells))), self.page_ground),
            )
            self._latest = paragraph, found
        return self._latest[1]

    def _paragraph_sources(self, paragraph: Element | None, cells: _Cells) -> Iterator[Element]:
        """Where the properties of all words of a paragraph come from, the strongest first."""
        if paragraph is not None:
            yield from _below(self.chain(self._paragraph_style(paragraph)), "rPr")
            for _, styles in cells:
                yield from _below(styles, "rPr")
        if self._defaults is not None:
            yield self._defaults

    def _table_styles(self, cell: Element) -> list[Element]:
        """The style of the table around a cell, after its parts for the row and the column (ISO 29500-1, 17.7.6)."""
        table = next(cell.iterancestors(w("tbl")), None)
        if table is None:
            return []
        places = _places_in_table(cell, table)
        found: list[Element] = []
        for style in self.chain(_value(table, "tblPr", "tblStyle") or self._first.get("table", "")):
            found += (
                [part for part in style.findall(w("tblStylePr")) if part.get(w("type")) in places] if places else []
            )
            found.append(style)
        return found

    def look(self, run: Element, paragraph: Element | None) -> Look:
        place = self._place(paragraph)
        own = run.find(w("rPr"))
        mine = _properties([own] if own is not None else [])
        style = mine.first.get(w("rStyle"))
        named = _properties([]) if style is None else self._of_style(str(style.get(w("val"), "")))
        sources = (mine, named, place.properties)

        def first(tag: str) -> Element | None:
            return next((source.first[tag] for source in sources if tag in source.first), None)

        def is_on(name: str) -> bool:
            """Word cancels two styles that both set a property; other programs do not, so any counts."""
            tag = w(name)
            return tag in mine.on if tag in mine.first else any(tag in source.on for source in sources)

        faults = set(place.faults)
        if is_on("strike") or is_on("dstrike"):
            faults.add("struck out")
        if is_on("vanish"):
            faults.add("hidden")
        size = _number(first(w("sz")), "val")
        if size is not None and size < _SMALLEST:
            faults.add("tiny")
        width = _number(first(w("w")), "val")
        spacing = _number(first(w("spacing")), "val")
        if (width is not None and width < 34) or (spacing is not None and spacing < -80):
            faults.add("squeezed")
        fonts = self._fonts(first(w("rFonts")))
        if any(part in font.lower() for font in fonts for part in _PICTURE_FONTS):
            faults.add("in a font of pictures")
        fill = first(f"{{{W14}}}textFill")
        ink = self._ink(fill, first(w("color")))
        ground = self._ground(first(w("highlight")), first(w("shd"))) or place.ground
        if ink is not None and _contrast(ink, ground) < _LEAST_CONTRAST:
            faults.add("hardly to be seen against the ground")
        if fill is not None and _is_see_through(fill):
            faults.add("see-through")
        form = (
            ink,
            ground if ground != self.page_ground else None,
            size,
            fonts[0] if fonts else None,
            *(is_on(name) for name in ("b", "i", "caps", "smallCaps")),
            _underline(first(w("u"))),
        )
        return Look(frozenset(faults), form)

    def _place_faults(self, paragraph: Element | None) -> Iterator[str]:
        """Words whose line, row or place on the page hides them."""
        if paragraph is None:
            return
        spacing = self.paragraph_part(paragraph, "spacing")
        line = _number(spacing, "line")
        if spacing is not None and spacing.get(w("lineRule")) == "exact" and line is not None and line < _LOWEST_LINE:
            yield "in a line without height"
        indent = self.paragraph_part(paragraph, "ind")
        for side in ("left", "start", "right", "end", "firstLine"):
            edge = _number(indent, side)
            if edge is not None and abs(edge) > _OFF_PAGE:
                yield "off the page"
        frame = self.paragraph_part(paragraph, "framePr")
        if frame is not None and any(
            abs(_number(frame, side) or 0) > 2 * _OFF_PAGE or (_number(frame, side) or 0) < -1_000
            for side in ("x", "y")
        ):
            yield "off the page"
        for row in paragraph.iterancestors(w("tr")):
            height = row.find(f"{w('trPr')}/{w('trHeight')}")
            size = _number(height, "val")
            if height is not None and height.get(w("hRule")) == "exact" and size is not None and size < _LOWEST_LINE:
                yield "in a row without height"
            if row.find(f"{w('trPr')}/{w('hidden')}") is not None:
                yield "hidden"
        for cell in paragraph.iterancestors(w("tc")):
            properties = cell.find(w("tcPr"))
            if properties is None:
                continue
            merge = properties.find(w("vMerge"))
            if merge is not None and merge.get(w("val"), "continue") == "continue":
                yield "in a cell that is merged away"
            if any(_is_line(properties.find(f"{w('tcBorders')}/{w(side)}")) for side in ("tl2br", "tr2bl")):
                yield "crossed out"

    def _fonts(self, fonts: Element | None) -> list[str]:
        if fonts is None:
            return []
        found = [str(fonts.get(w(key))) for key in ("ascii", "hAnsi", "cs", "eastAsia") if fonts.get(w(key))]
        theme = fonts.get(w("asciiTheme"))
        if theme:
            found.insert(0, self._theme_fonts.get("major" if str(theme).startswith("major") else "minor", ""))
        return found

    # colours

    @cached_property
    def _theme(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in self._package.related("theme")[:1]:
            for entry in self._package.tree(part).iter(f"{_A}clrScheme"):
                for one in entry:
                    for colour in one:
                        value = colour.get("lastClr") or colour.get("val")
                        if isinstance(one.tag, str) and value:
                            found[one.tag.rpartition("}")[2]] = str(value)
        return found

    @cached_property
    def _theme_fonts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in self._package.related("theme")[:1]:
            for kind in ("major", "minor"):
                latin = self._package.tree(part).find(f".//{_A}{kind}Font/{_A}latin")
                if latin is not None:
                    found[kind] = str(latin.get("typeface", ""))
        return found

    def _page_ground(self) -> str:
        shown = any(
            self._package.tree(part).find(w("displayBackgroundShape")) is not None
            for part in self._package.related("settings")[:1]
        )
        ground = self._package.tree(self._package.main).find(w("background"))
        if not shown or ground is None:
            return "FFFFFF"
        return self._colour(ground, "color", "theme") or "FFFFFF"

    def _colour(self, element: Element | None, key: str = "val", theme: str = "theme") -> str | None:
        """Six hexadecimal digits; None for automatic, or no colour."""
        if element is None:
            return None
        names = (
            ("themeColor", "themeTint", "themeShade") if theme == "theme" else (theme, f"{theme}Tint", f"{theme}Shade")
        )
        name = element.get(w(names[0]))
        written = _hex(element.get(w(key)))
        if name:
            slot = _THEME.get(str(name), str(name))
            base = _hex(self._theme.get(slot)) or written
            return _toned(base, element.get(w(names[1])), element.get(w(names[2]))) if base else None
        return written

    def _ink(self, fill: Element | None, colour: Element | None) -> str | None:
        if fill is not None:
            plain_fill = fill.find(f"{{{W14}}}solidFill/{{{W14}}}srgbClr")
            if plain_fill is not None:
                return _hex(plain_fill.get(f"{{{W14}}}val"))
        return self._colour(colour)

    def _ground(self, highlight: Element | None, shading: Element | None) -> str | None:
        """The colour that words have behind them by themselves, if any."""
        if highlight is not None and str(highlight.get(w("val"))) in _HIGHLIGHTS:
            return _HIGHLIGHTS[str(highlight.get(w("val")))]
        return None if shading is None else self._shade(shading)

    def _shadings(self, paragraph: Element | None, cells: _Cells) -> Iterator[Element]:
        """What may colour the ground of a paragraph, the nearest first."""
        if paragraph is None:
            return
        own = self.paragraph_part(paragraph, "shd")
        if own is not None:
            yield own
        for cell, styles in cells:
            for owner in (cell, *styles):
                shading = owner.find(f"{w('tcPr')}/{w('shd')}")
                if shading is not None:
                    yield shading
        for table in paragraph.iterancestors(w("tbl")):
            shading = table.find(f"{w('tblPr')}/{w('shd')}")
            if shading is not None:
                yield shading

    def _shade(self, shading: Element) -> str | None:
        pattern = str(shading.get(w("val"), "clear"))
        if pattern == "solid":
            return self._colour(shading, "color", "theme") or "000000"
        return self._colour(shading, "fill", "themeFill")


def _places_in_table(cell: Element, table: Element) -> frozenset[str]:
    """The conditional parts of a table's style that touch a cell."""
    look = table.find(f"{w('tblPr')}/{w('tblLook')}")
    row = next(cell.iterancestors(w("tr")), None)
    if look is None or row is None:
        return frozenset()
    bits = _int_of_hex(look.get(w("val")))
    found = set()
    for name, key, bit, fits in (
        ("firstRow", "firstRow", 0x20, row is table.find(w("tr"))),
        ("lastRow", "lastRow", 0x40, row is next(table.iterchildren(w("tr"), reversed=True), None)),
        ("firstCol", "firstColumn", 0x80, cell is row.find(w("tc"))),
        ("lastCol", "lastColumn", 0x100, cell is next(row.iterchildren(w("tc"), reversed=True), None)),
    ):
        given = look.get(w(key))
        if fits and (given in ("1", "true", "on") if given is not None else bool(bits & bit)):
            found.add(name)
    return frozenset(found)


def _int_of_hex(text: object) -> int:
    try:
        return int(str(text or "0"), 16)
    except ValueError:
        return 0


def _properties(sources: Iterable[Element]) -> _Properties:
    """The properties in these sources, the strongest first. In one source the first of a kind counts."""
    first: dict[str, Element] = {}
    on: set[str] = set()
    for source in sources:
        here: dict[str, Element] = {}
        for child in source:
            here.setdefault(child.tag, child)
        for tag, child in here.items():
            first.setdefault(tag, child)
            if child.get(w("val")) not in _OFF:
                on.add(tag)
    return _Properties(first, frozenset(on))


def _is_see_through(fill: Element) -> bool:
    alphas = [str(one.get(f"{{{W14}}}val", "")) for one in fill.iter(f"{{{W14}}}alpha")]
    return fill.find(f"{{{W14}}}noFill") is not None or any(_int(alpha) > 50_000 for alpha in alphas)


def _parts(style: Element) -> list[Element]:
    """The properties of paragraphs that a style sets. Of two of a kind, the first comes last."""
    return [part for owner in style.findall(w("pPr")) for part in owner][::-1]


def _below(styles: Iterable[Element], name: str) -> Iterator[Element]:
    for style in styles:
        found = style.find(w(name))
        if found is not None:
            yield found


def _value(element: Element, *path: str) -> str | None:
    found = element.find("/".join(w(name) for name in path))
    return str(found.get(w("val"))) if found is not None and found.get(w("val")) else None


def _number(element: Element | None, key: str) -> float | None:
    if element is None or element.get(w(key)) is None:
        return None
    try:
        return float(str(element.get(w(key))).removesuffix("pt").removesuffix("%"))
    except ValueError:
        return None


def _int(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _underline(element: Element | None) -> bool:
    return element is not None and element.get(w("val"), "single") not in _OFF


def _is_line(border: Element | None) -> bool:
    return border is not None and border.get(w("val")) not in ("nil", "none", None)


def _hex(value: object) -> str | None:
    text = str(value or "").upper()
    return text if len(text) == 6 and all(digit in "0123456789ABCDEF" for digit in text) else None


def _toned(colour: str, tint: object, shade: object) -> str:
    """A theme colour made lighter or darker (ISO 29500-1, 17.3.2.6), in red, green and blue."""
    parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    for value, towards in ((tint, 255), (shade, 0)):
        try:
            share = int(str(value), 16) / 255 if value else None
        except ValueError:
            share = None
        if share is not None:
            parts = [round(part * share + towards * (1 - share)) for part in parts]
    return "".join(f"{min(255, max(0, part)):02X}" for part in parts)


@cache
def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
