"""The words of a DOCX as a reader sees them, in order: text, numbers of lists, headers, footers and notes, each word with
how it looks; and what is among them that is not words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from undersigned.documents.docx.word_xml import Element, w
from undersigned.documents.words import word
from undersigned.returned.docx_parts import Look, Package, Styles, attachments_of
from undersigned.returned.verdict import Difference
from undersigned.returned.words import bare

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NUMBERS = re.compile(r"[0-9.\s\u2026]+")
_WORDS = re.compile(r"\S+")
_END: Final = "\u2029"
_PLAIN: Final = Look(frozenset(), ())
_PICTURES: Final = (w("drawing"), w("pict"), w("object"), f"{_MC}AlternateContent", w("contentPart"))
#: Fields whose results are worked out by the program that shows them.
_WORKED_OUT: Final = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "PAGEREF", "TOC"})
_HARMLESS_FIELDS: Final = _WORKED_OUT | {
    "HYPERLINK",
    "REF",
    "NOTEREF",
    "STYLEREF",
    "FORMTEXT",
    "FORMCHECKBOX",
    "FORMDROPDOWN",
}
_INSERTED: Final = (w("ins"), w("moveTo"))
_DELETED: Final = (w("del"), w("moveFrom"))


@dataclass(frozen=True, slots=True)
class Word:
    """`slot`: the control that holds it, by its place among the controls; None for a word outside controls.
    `is_number`: it is the number or mark of a list."""

    text: str
    look: Look
    slot: int | None = None
    is_number: bool = False


@dataclass
class Text:
    """What a file shows. `lines`: those of its table of contents. `extras`: what is beside the words, such as comments,
    pictures and macros. `heads`: rows of tables that each page repeats, and captions. `controls`: the elements of its controls in order; `page`: width of the text and of the page."""

    words: list[Word] = field(default_factory=list)
    headers: list[list[Word]] = field(default_factory=list)
    footers: list[list[Word]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    extras: list[Difference] = field(default_factory=list)
    controls: list[Element] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    page: tuple[float, float] = (0.0, 0.0)

    def repeats(self, words: str) -> bool:
        """Whether words that a program put in only repeat lines of the contents, heads of tables or their captions."""
        pieces = {_NUMBERS.sub("", bare(one)) for one in (word("cover.contents"), *self.lines, *self.heads)} - {""}
        left = _NUMBERS.sub("", bare(words))
        # Where the words after them begin alike, a comparison takes the end of a piece for its beginning.
        turned = {piece[at:] + piece[:at] for piece in pieces if len(piece) == len(left) for at in range(len(piece))}
        return left in turned or _is_made_of(left, pieces)


def _is_made_of(words: str, pieces: set[str]) -> bool:
    """Whether words are some of the pieces, one after the other."""
    while words:
        piece = max((one for one in pieces if words.startswith(one)), key=len, default=None)
        if piece is None:
            return False
        words = words[len(piece) :]
    return True


def text_of_docx(package: Package) -> Text:
    return _Reader(package).read()


class _Reader:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.styles = Styles(package)
        self.numbers = Numbering(package, self.styles)
        self.text = Text()
        self._slots: dict[Element, int] = {}
        self._contents: set[Element] = set()

    def read(self) -> Text:
        root = self.package.tree(self.package.main)
        self._find_controls(root)
        self.text.words = list(self._words(root))
        for kind in ("footnotes", "endnotes"):
            # Notes at the end of the text are beside no field.
            self.text.words.append(Word(_END, _PLAIN))
            for part in self.package.related(kind):
                for note in self.package.tree(part):
                    if isinstance(note.tag, str) and note.get(w("type"), "normal") == "normal":
                        self.text.words += self._words(note)
        for part in self.package.related("header"):
            self.text.headers.append(list(self._words(self.package.tree(part))))
        for part in self.package.related("footer"):
            self.text.footers.append(list(self._words(self.package.tree(part))))
        self._find_extras(root)
        self._measure(root)
        self.text.heads += [str(one.get(w("val"), "")) for one in root.iter(w("tblCaption"))]
        for row in root.iter(w("tr")):
            if row.find(f"{w('trPr')}/{w('tblHeader')}") is not None:
                self.text.heads.append("".join(words.text or "" for words in row.iter(w("t"))))
        return self.text

    # controls and contents

    def _find_controls(self, root: Element) -> None:
        for element in root.iter(w("sdt")):
            if element.find(f"{w('sdtPr')}/{w('docPartObj')}") is not None:
                self._contents.add(element)
            elif next((True for one in element.iter(w("sdt")) if one is not element), False):
                continue
            elif not any(above in self._contents for above in element.iterancestors(w("sdt"))):
                self._slots[element] = len(self.text.controls)
                self.text.controls.append(element)

    # words

    def _words(self, root: Element) -> Iterator[Word]:
        state = _Fields()
        paragraph: Element | None = None
        pieces: list[tuple[str, Look, int | None]] = []
        for node, slot, looks, in_contents in self._walk(root, None, (), None):
            if node.tag == w("p"):
                yield from self._flush(pieces)
                pieces, paragraph = [], node
                number = self.numbers.of(node)
                if number and not in_contents and slot is None:
                    yield Word(number, _PLAIN, None, True)
                continue
            if node.tag in (w("fldChar"), w("instrText")):
                state.step(node)
                continue
            shown = _shown(node)
            if not shown or state.is_worked_out:
                if (in_contents and node.tag == w("t")) or (state.in_contents and node.tag == w("t")):
                    self._line(node.text or "", paragraph)
                continue
            if in_contents:
                self._line(shown, paragraph)
                continue
            run = node.getparent()
            look = _PLAIN
            if run is not None and run.tag == w("r"):
                look = self.styles.look(run, next(run.iterancestors(w("p")), paragraph))
            if looks:
                look = Look(look.faults | set(looks), look.form)
            pieces.append((shown, look, slot))
        yield from self._flush(pieces)

    def _line(self, words: str, paragraph: Element | None) -> None:
        """A line of the contents, in its paragraph."""
        key = id(paragraph)
        if self._last_line == key and self.text.lines:
            self.text.lines[-1] += words
        else:
            self.text.lines.append(words)
        self._last_line = key

    _last_line = 0

    def _flush(self, pieces: list[tuple[str, Look, int | None]]) -> Iterator[Word]:
        """Words of one paragraph: runs may end within a word, controls never do."""
        start = 0
        while start < len(pieces):
            end = start
            while end < len(pieces) and pieces[end][2] == pieces[start][2]:
                end += 1
            text = "".join(piece[0] for piece in pieces[start:end])
            looks = [look for piece, look, _ in pieces[start:end] for _ in piece]
            for found in _WORDS.finditer(text):
                over = looks[found.start() : found.end()]
                each = {id(look): look for look in over}.values()
                faults = frozenset().union(*(look.faults for look in each))
                yield Word(found[0], Look(faults, over[0].form), pieces[start][2])
            start = end

    def _walk(
        self, element: Element, slot: int | None, looks: tuple[str, ...], contents: Element | None
    ) -> Iterator[tuple[Element, int | None, tuple[str, ...], bool]]:
        """The nodes that show words, begin paragraphs or belong to fields, in order."""
        for child in element:
            if not isinstance(child.tag, str) or child.tag in _PICTURES or child.tag in _PROPERTIES:
                continue
            here, marks, inside = self._slots.get(child, slot), looks, contents
            if child in self._contents:
                inside = child
            if child.tag in _DELETED:
                marks = (*looks, "deleted as a tracked change")
            elif child.tag in _INSERTED:
                marks = (*looks, "inserted as a tracked change")
            elif child.tag == w("fldSimple") and _name_of(child.get(w("instr"), "")) in _WORKED_OUT:
                continue
            if child.tag in _SHOWN:
                yield child, here, marks, inside is not None
            yield from self._walk(child, here, marks, inside)

    # what is beside the words

    def _find_extras(self, root: Element) -> None:
        extras = self.text.extras
        extras += attachments_of(self.package)
        parts = [(self.package.main, root)]
        parts += [
            (part, self.package.tree(part))
            for kind in ("header", "footer", "footnotes", "endnotes")
            for part in self.package.related(kind)
        ]
        for _, tree in parts:
            self._pictures(tree)
            self._fields(tree)
            for chunk in tree.iter(w("altChunk"), w("subDoc")):
                extras.append(Difference("another document put in whole", str(chunk.get("id", ""))))
            for border in tree.iter(w("pgBorders")):
                if len(border):
                    extras.append(Difference("border around the page"))
        for binding in root.iter(w("dataBinding")):
            extras.append(Difference("words loaded from data in the file", str(binding.get(w("xpath"), ""))))
        for part in self.package.related("comments"):
            for comment in self.package.tree(part).iter(w("comment")):
                extras.append(Difference("comment", "".join(words.text or "" for words in comment.iter(w("t")))))
        for part in self.package.related("settings")[:1]:
            settings = self.package.tree(part)
            if settings.find(w("mailMerge")) is not None:
                extras.append(Difference("words loaded from elsewhere (mail merge)"))
        for part in self.package.related("fontTable")[:1]:
            if any(next(self.package.tree(part).iter(w(name)), None) is not None for name in _EMBEDDED):
                extras.append(Difference("font inside the file: its letters may look like others"))

    def _pictures(self, tree: Element) -> None:
        for picture in tree.iter(*_PICTURES):
            if any(above.tag in _PICTURES for above in picture.iterancestors()):
                continue
            if any(above in self._slots for above in picture.iterancestors(w("sdt"))):
                continue
            self.text.extras.append(picture_difference(picture))

    def _fields(self, tree: Element) -> None:
        written = [str(one.get(w("instr"), "")) for one in tree.iter(w("fldSimple"))]
        pieces = ""
        for node in tree.iter(w("instrText"), w("fldChar")):
            if node.tag == w("instrText"):
                pieces += node.text or ""
            elif pieces:
                written.append(pieces)
                pieces = ""
        for instruction in written:
            name = _name_of(instruction)
            if name and name not in _HARMLESS_FIELDS:
                self.text.extras.append(Difference("field that a program works out", instruction.strip()))
            elif name == "HYPERLINK" and "\\l" not in instruction:
                self.text.extras.append(Difference("link", instruction.partition('"')[2].partition('"')[0].rstrip("/")))

    def _measure(self, root: Element) -> None:
        widths = []
        for section in root.iter(w("sectPr")):
            size, margin = section.find(w("pgSz")), section.find(w("pgMar"))
            if size is None:
                continue
            page = _twips(size.get(w("w")))
            sides = sum(_twips(margin.get(w(side))) for side in ("left", "right")) if margin is not None else 0.0
            widths.append((page - sides, page))
        self.text.page = min(widths, default=(0.0, 0.0))


_PROPERTIES: Final = frozenset(
    w(name) for name in ("pPr", "rPr", "sdtPr", "tblPr", "tcPr", "trPr", "sectPr", "tblGrid")
)
_EMBEDDED: Final = ("embedRegular", "embedBold", "embedItalic", "embedBoldItalic")
_SHOWN: Final = frozenset(
    {
        *(
            w(name)
            for name in ("p", "t", "delText", "br", "cr", "tab", "noBreakHyphen", "sym", "fldChar", "instrText", "ptab")
        ),
        f"{_M}t",
    }
)


def _shown(node: Element) -> str:
    if node.tag in (w("t"), w("delText"), f"{_M}t"):
        return node.text or ""
    if node.tag == w("noBreakHyphen"):
        return "\u2011"
    if node.tag == w("sym"):
        return f"[{node.get(w('font'), '')} {node.get(w('char'), '')}]".replace(" ", "\u00a0")
    return " " if node.tag in (w("br"), w("cr"), w("tab"), w("ptab")) else ""


def picture_difference(picture: Element) -> Difference:
    """What a drawing is, with the words in it."""
    words = " ".join(
        part
        for node in picture.iter(w("t"), "{http://schemas.openxmlformats.org/drawingml/2006/main}t")
        if (part := (node.text or "").strip())
    )
    written = [
        str(one.get("string", ""))
        for one in picture.iter("{urn:schemas-microsoft-com:vml}textpath")
        if one.get("string")
    ]
    words = " ".join(dict.fromkeys([*([words] if words else []), *written]))
    if picture.tag == w("object"):
        return Difference("object inside the file", words)
    return Difference("text box or words drawn" if words else "picture or drawing", words)


def _twips(value: object) -> float:
    try:
        return float(str(value or 0))
    except ValueError:
        return 0.0


def _name_of(instruction: object) -> str:
    parts = str(instruction).split()
    return parts[0].upper() if parts else ""


class _Fields:
    """Which complex field a run is in (ISO 29500-1, 17.16.18)."""

    def __init__(self) -> None:
        self._open: list[list[str]] = []

    def step(self, node: Element) -> None:
        if node.tag == w("instrText"):
            if self._open and self._open[-1][1] == "code":
                self._open[-1][0] += node.text or ""
            return
        kind = node.get(w("fldCharType"))
        if kind == "begin":
            self._open.append(["", "code"])
        elif kind == "separate" and self._open:
            self._open[-1][1] = "result"
        elif kind == "end" and self._open:
            self._open.pop()

    @property
    def is_worked_out(self) -> bool:
        return any(_name_of(code) in _WORKED_OUT for code, _ in self._open)

    @property
    def in_contents(self) -> bool:
        return any(_name_of(code) == "TOC" for code, _ in self._open)


# -- numbers of lists -------------------------------------------------------------------------------------------


class Numbering:
    """The numbers and marks that a program puts before the paragraphs of lists (ISO 29500-1, 17.9)."""

    def __init__(self, package: Package, styles: Styles) -> None:
        self._styles = styles
        self._levels: dict[str, dict[int, Element]] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        for part in package.related("numbering")[:1]:
            self._read(package.tree(part))

    def _read(self, root: Element) -> None:
        abstract = {str(one.get(w("abstractNumId"))): one for one in root.findall(w("abstractNum"))}
        for one in root.findall(w("num")):
            id_ = str(one.get(w("numId")))
            link = one.find(w("abstractNumId"))
            base = str(link.get(w("val"))) if link is not None else ""
            self._abstract[id_] = base
            levels = {_level(each): each for each in abstract[base].findall(w("lvl"))} if base in abstract else {}
            for change in one.findall(w("lvlOverride")):
                number = _level(change)
                own = change.find(w("lvl"))
                start = change.find(w("startOverride"))
                if own is not None:
                    levels[number] = own
                if start is not None:
                    self._starts[id_, number] = _whole(start.get(w("val")))
            self._levels[id_] = levels

    def of(self, paragraph: Element) -> str:
        """The number or mark before a paragraph, counted on; "" if it has none that is seen."""
        found = self._styles.paragraph_part(paragraph, "numPr")
        if found is None:
            return ""
        id_element, level_element = found.find(w("numId")), found.find(w("ilvl"))
        id_ = str(id_element.get(w("val"))) if id_element is not None else ""
        number = _whole(level_element.get(w("val"))) if level_element is not None else 0
        level = self._levels.get(id_, {}).get(number)
        if level is None:
            return ""
        form = _format(level)
        counts = self._counts.setdefault(self._abstract.get(id_, id_), {})
        start = level.find(w("start"))
        first = _whole(start.get(w("val"))) if start is not None else 1
        if (id_, number) in self._starts and (id_, number) not in self._begun:
            counts[number] = self._starts[id_, number]
        else:
            counts[number] = counts.get(number, first - 1) + 1
        self._begun.add((id_, number))
        for deeper in [each for each in counts if each > number]:
            del counts[deeper]
        if form == "bullet":
            return "" if not _mark(level).strip() else "\u2022"
        text = _mark(level)
        for place in range(9):
            if f"%{place + 1}" in text:
                other = self._levels[id_].get(place, level)
                text = text.replace(f"%{place + 1}", _written(counts.get(place, 1), _format(other)))
        return " ".join(text.split())


def _level(element: Element) -> int:
    return _whole(element.get(w("ilvl")))


def _whole(value: object) -> int:
    text = str(value or "0")
    return int(text) if text.lstrip("-").isdigit() and len(text) < 8 else 0


def _format(level: Element) -> str:
    found = level.find(w("numFmt"))
    return str(found.get(w("val"), "decimal")) if found is not None else "decimal"


def _mark(level: Element) -> str:
    found = level.find(w("lvlText"))
    return str(found.get(w("val"), "")) if found is not None else ""


def _written(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * min(10, (number - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4_000:
        roman = ""
        for value, letters in _ROMAN:
            roman += letters * (number // value)
            number %= value
        return roman if form == "lowerRoman" else roman.upper()
    return "" if form == "none" else str(number)


_ROMAN: Final[tuple[tuple[int, str], ...]] = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"],
        strict=True,
    )
)
