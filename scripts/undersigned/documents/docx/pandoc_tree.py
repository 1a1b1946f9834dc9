"""Turns blocks into the tree that pandoc's DOCX writer reads. The only raw XML in it is the page break written here."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from xml.sax.saxutils import escape

from undersigned.documents.docx.pandoc import api_version
from undersigned.documents.drawing import png_of
from undersigned.documents.model import (
    Block,
    Blocks,
    Break,
    Bullets,
    Code,
    Document,
    Field,
    Heading,
    Inline,
    Inlines,
    Json,
    Link,
    Mark,
    Marked,
    NewPage,
    Numbered,
    Paragraph,
    Pictured,
    Preformatted,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Text,
    Together,
)

#: Around the name of a field, and for the place of the contents. No text holds them: `plain` and `literal` see to it.
OPEN, CLOSE, CONTENTS = "\ue000", "\ue001", "\ue002"
#: At the beginning of a paragraph that a comparison put in or took out, and of the first cell of such a row.
MARKED_PARAGRAPH: dict[Mark, str] = {"inserted": "\ue003", "deleted": "\ue004"}
MARKED_ROW: dict[Mark, str] = {"inserted": "\ue005", "deleted": "\ue006"}
#: Around the number of a text that is put in after pandoc has run.
_LIFTED, _END = "\ue007", "\ue008"
_NUMBER = re.compile(f"{_LIFTED}([0-9]+){_END}".encode())
#: Western letters and marks, which pandoc writes as they are. It makes elements of soft hyphens and of boxes to tick, and marks
#: letters of East Asia.
_AS_IT_IS = re.compile("[ -~\xa0-\xac\xae-\u024f\u2010-\u2027\u2030-\u2044\u20ac]*")
#: Who made the tracked changes.
TRACKED_BY = "Undersigned"
#: How wide and high a picture is.
_PICTURE = "0.95cm"
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'

_STYLES: dict[Style, str] = {
    "emphasis": "Emph",
    "strong": "Strong",
    "strike": "Strikeout",
    "superscript": "Superscript",
    "subscript": "Subscript",
}
_NUMBERINGS = {
    "decimal": "Decimal",
    "lower-alpha": "LowerAlpha",
    "upper-alpha": "UpperAlpha",
    "lower-roman": "LowerRoman",
    "upper-roman": "UpperRoman",
}
_BRACKETS = {"full-stop": "Period", "one": "OneParen", "two": "TwoParens"}

_SPACE: Json = {"t": "Space"}


def _no_attributes() -> Json:
    return ["", [], []]


def _node(kind: str, content: Json = None) -> Json:
    return {"t": kind} if content is None else {"t": kind, "c": content}


def heading_id(number: int) -> str:
    """Returns the bookmark of the n-th heading, counted from 0."""
    return f"part-{number + 1}"


@cache
def _version() -> tuple[int, ...]:
    return api_version()


class Tree:
    """Builds one document's tree. Headings get their bookmarks in reading order.

    `changed_on`: the day that tracked changes bear, as an ISO date.
    """

    def __init__(self, changed_on: str = "") -> None:
        self._headings = 0
        self._changed_on = changed_on
        #: The mark of the words that are being written.
        self._mark: Mark | None = None

    def document(self, document: Document) -> Json:
        """Returns the first page (the lead, then the facts), the contents and the body."""
        first: list[Json] = [
            self._styled("Kicker", (Text(document.kicker),)),
            self._styled("Title", (Text(document.title),)),
        ]
        if document.notice:
            first.append(self._styled("Notice", (Text(document.notice),)))
        for block in document.copy:
            if isinstance(block, Paragraph):
                first.append(self._styled("Copy", block.content))
        facts = Table(
            "",
            (3, 8),
            (),
            tuple(
                ((Paragraph((Styled("strong", (Text(fact.name),)),)),), (Paragraph(fact.value),))
                for fact in document.facts
            ),
            row_heads=True,
        )
        first += self.blocks(document.lead)
        if document.facts:
            first += self.blocks((facts,))
        if document.contents:
            first.append(_node("Para", [_node("Str", CONTENTS)]))
        body = self.blocks(document.body)
        return {"pandoc-api-version": list(_version()), "meta": {}, "blocks": [*first, *body]}

    def _styled(self, style: str, content: Inlines) -> Json:
        return _node("Div", [["", [], [["custom-style", style]]], [_node("Para", self.inlines(content))]])

    def blocks(self, blocks: Blocks, *, in_cell: bool = False) -> list[Json]:
        out: list[Json] = []
        before: Block | None = None
        for block in blocks:
            if isinstance(block, Bullets) and _is_choice(before):
                out += self._boxes(block)
            else:
                out += self._block(block, in_cell and len(blocks) == 1)
            before = block
        return out

    def _boxes(self, options: Bullets) -> list[Json]:
        """The options of a choice with boxes, to be ticked by hand where the form is printed."""
        return [
            _node("Plain", [*_words("\u2610 "), *self.inlines(block.content)])
            for item in options.items
            for block in item
            if isinstance(block, Paragraph)
        ]

    def _block(self, block: Block, plain: bool) -> list[Json]:
        match block:
            case Paragraph(content):
                return [_node("Plain" if plain else "Para", self._paragraph(content))]
            case Heading():
                return [self._heading(block, [])]
            case Marked(mark, inner):
                before, self._mark = self._mark, mark
                made = self.blocks(inner, in_cell=plain)
                self._mark = before
                return made
            case Bullets(items):
                return [_node("BulletList", [self.blocks(item, in_cell=True) for item in items])]
            case Numbered(items, start, numbering, brackets):
                style: Json = [start, _node(_NUMBERINGS[numbering]), _node(_BRACKETS[brackets])]
                return [_node("OrderedList", [style, [self.blocks(item, in_cell=True) for item in items]])]
            case Quote(inner):
                return [_node("BlockQuote", self.blocks(inner))]
            case Preformatted(text):
                return [_node("CodeBlock", [_no_attributes(), text])]
            case Rule():
                return [_node("HorizontalRule")]
            case NewPage():
                return [_node("RawBlock", ["openxml", PAGE_BREAK])]
            case Together(inner):
                return self.blocks(inner)
            case Pictured():
                return self._pictured(block)
            case Table():
                return [self._table(block)]

    def _pictured(self, block: Pictured) -> list[Json]:
        """The picture is in the heading: beside it in a table, screen readers would announce rows and columns."""
        heading, *rest = block.blocks
        if not isinstance(heading, Heading):
            raise ValueError("what goes beside a picture must begin with a heading")
        source = "data:image/png;base64," + b64encode(png_of(block.picture)).decode()
        size: Json = ["", [], [["width", _PICTURE], ["height", _PICTURE]]]
        image = _node("Image", [size, _words(block.words), [source, ""]])
        return [self._heading(heading, [image, _node("Str", "\u2002")]), *self.blocks(tuple(rest))]

    def _heading(self, heading: Heading, before: list[Json]) -> Json:
        self._headings += 1
        attributes: Json = [heading_id(self._headings - 1), [], []]
        return _node("Header", [heading.level, attributes, [*before, *self._paragraph(heading.content)]])

    def _paragraph(self, content: Inlines) -> list[Json]:
        if not self._mark:
            return self.inlines(content)
        return [*self._tracked([_node("Str", MARKED_PARAGRAPH[self._mark])]), *self.inlines(content)]

    def _tracked(self, nodes: list[Json]) -> list[Json]:
        """Nodes as a tracked change. Pandoc makes `w:ins` and `w:del` of such spans."""
        if not self._mark or not nodes:
            return nodes
        kind = "insertion" if self._mark == "inserted" else "deletion"
        attributes: Json = [["author", TRACKED_BY], ["date", f"{self._changed_on}T00:00:00Z"]]
        return [_node("Span", [["", [kind], attributes], nodes])]

    def _table(self, table: Table) -> Json:
        total = sum(table.widths)
        columns: Json = [[_node("AlignLeft"), _node("ColWidth", width / total)] for width in table.widths]
        head: list[Json] = []
        if table.head:
            cells: tuple[Blocks, ...] = tuple((Paragraph((Text(cell),)),) for cell in table.head)
            head = [self._row(tuple((Marked(self._mark, cell),) for cell in cells) if self._mark else cells)]
        mark = self._mark
        rows: list[Json] = [
            self._row(tuple((Marked(mark, cell),) for cell in row) if mark else row) for row in table.rows
        ]
        shown = table.caption and table.captioned
        caption: Json = [_node("Plain", self._paragraph((Text(table.caption),)))] if shown else []
        return _node(
            "Table",
            [
                _no_attributes(),
                [None, caption],
                columns,
                [_no_attributes(), head],
                [[_no_attributes(), 1 if table.row_heads else 0, [], rows]],
                [_no_attributes(), []],
            ],
        )

    def _row(self, cells: tuple[Blocks, ...]) -> Json:
        mark = row_mark(cells)
        made: list[Json] = []
        for place, cell in enumerate(cells):
            blocks = self.blocks(cell, in_cell=True)
            if mark and not place:
                blocks.insert(0, _node("Plain", [_node("Str", MARKED_ROW[mark])]))
            made.append([_no_attributes(), _node("AlignDefault"), 1, 1, blocks])
        return [_no_attributes(), made]

    def inlines(self, inlines: Iterable[Inline]) -> list[Json]:
        return [node for inline in inlines for node in self._inline(inline)]

    def _inline(self, inline: Inline) -> list[Json]:
        match inline:
            case Text(text):
                return self._tracked(_words(text))
            case Break():
                return self._tracked([_node("LineBreak")])
            case Styled("inserted" | "deleted" as mark, content):
                before, self._mark = self._mark, mark
                made = self.inlines(content)
                self._mark = before
                return made
            case Styled(style, content):
                return [_node(_STYLES[style], self.inlines(content))]
            case Code(text):
                return self._tracked([_node("Code", [_no_attributes(), text])])
            case Link(url, content):
                return [_node("Link", [_no_attributes(), self.inlines(content), [url, ""]])]
            case Field(_, name):
                return [_node("Str", f"{OPEN}{name}{CLOSE}")]


def _is_choice(block: Block | None) -> bool:
    return (
        isinstance(block, Paragraph)
        and len(block.content) == 1
        and isinstance(field := block.content[0], Field)
        and field.kind == "choice"
    )


def row_mark(cells: tuple[Blocks, ...]) -> Mark | None:
    """Returns the mark of a row that came or went as a whole."""
    marks = {cell[0].mark if len(cell) == 1 and isinstance(cell[0], Marked) else None for cell in cells}
    return marks.pop() if len(marks) == 1 else None


def _words(text: str) -> list[Json]:
    """Makes each space a node, so that pandoc keeps spaces at the ends."""
    out: list[Json] = []
    for place, part in enumerate(text.split(" ")):
        if place:
            out.append(_node("Space"))
        if part:
            out.append(_node("Str", part))
    return out


# -- shapes -----------------------------------------------------------------------------------------------------


def without_texts(tree: Json) -> tuple[Json, list[str]]:
    """Returns the tree with numbers in place of its texts, and the texts. Trees that differ in their texts only have one shape."""
    texts: list[str] = []
    return _lifted(tree, texts), texts


def _lifted(node: Json, texts: list[str]) -> Json:
    if isinstance(node, dict):
        return {key: _lifted(value, texts) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    out: list[Json] = []
    place = 0
    while place < len(node):
        words = _words_of(node[place])
        if words is None:
            out.append(_lifted(node[place], texts))
            place += 1
            continue
        # Pandoc joins words with one space between them. It writes all else, such as a space at the end, by itself.
        run, place = [words], place + 1
        while place + 1 < len(node) and node[place] == _SPACE and (words := _words_of(node[place + 1])) is not None:
            run.append(words)
            place += 2
        out.append(_node("Str", f"{_LIFTED}{len(texts)}{_END}"))
        texts.append(" ".join(run))
    return out


def _words_of(node: Json) -> str | None:
    """The words of a node that pandoc writes as they are."""
    words = node.get("c") if isinstance(node, dict) and node.get("t") == "Str" else None
    return words if isinstance(words, str) and _AS_IT_IS.fullmatch(words) else None


def with_texts(part: bytes, texts: list[str]) -> bytes:
    """Returns what pandoc made of a shape, with the texts."""
    return _NUMBER.sub(lambda found: escape(texts[int(found[1])], {'"': "&quot;"}).encode(), part)
