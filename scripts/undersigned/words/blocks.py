"""What a text is made of: a small closed set of blocks and inlines that the site, PDF, DOCX and comparisons all walk.

Text in it is only ever text. There is no node for markup, so none can reach an output. Nothing here reads or writes.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: Control, private-use and unassigned-by-rule characters, and those that turn the direction of reading: no words are
#: made of them. They are shown as the replacement character, so that a reader sees that something was there.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff]"
)
_WHITE = re.compile(r"\s+")

FieldKind = Literal["text", "multiline", "date", "number", "choice", "checkbox", "signature", "stamped"]
Style = Literal["emphasis", "strong", "strike", "superscript", "subscript", "inserted", "deleted"]
Mark = Literal["inserted", "deleted"]
Numbering = Literal["decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]
Brackets = Literal["full-stop", "one", "two"]


def plain(text: str) -> str:
    """One line of text in NFC, white space folded, characters that are not text shown as U+FFFD."""
    return _WHITE.sub(" ", _NOT_TEXT.sub("\ufffd", unicodedata.normalize("NFC", text))).strip()


def literal(text: str) -> str:
    """As `plain`, but white space stays: for words between marks, and for code."""
    return _NOT_TEXT.sub("\ufffd", unicodedata.normalize("NFC", text))


# -- inlines ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A new line in the same paragraph."""


@dataclass(frozen=True, slots=True)
class Styled:
    style: Style
    content: Inlines


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is https or mailto; whoever makes one has looked."""

    url: str
    content: Inlines


@dataclass(frozen=True, slots=True)
class Field:
    """A place to fill in. `name` is unique in its document and has no full stop; `label` is what a screen reader says.

    `value` is what it shows at first. A `stamped` one is read only, so many `lines` high, and set anew for each copy.
    """

    kind: FieldKind
    name: str
    label: str
    required: bool = False
    options: tuple[str, ...] = ()
    value: str = ""
    lines: int = 1


Inline = Text | Break | Styled | Code | Link | Field
Inlines = tuple[Inline, ...]

# -- blocks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    content: Inlines


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` from 1, the title of the document aside; no level is skipped. The contents leave out what is not `listed`."""

    level: int
    content: Inlines
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Blocks, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    items: tuple[Blocks, ...]
    start: int = 1
    numbering: Numbering = "decimal"
    brackets: Brackets = "full-stop"


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Preformatted:
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are shares. `head` may be empty; with `row_heads` the first cell of each row is its heading.

    A caption that is not `captioned` is not shown, as where a heading just above says the same.
    """

    caption: str
    widths: tuple[float, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[Blocks, ...], ...]
    row_heads: bool = False
    captioned: bool = True


@dataclass(frozen=True, slots=True)
class Together:
    """Never split over two pages."""

    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Pictured:
    """Blocks beside one of our own pictures (`words/pictures.py`). `words` say what it shows; the first block is a heading."""

    picture: str
    words: str
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows starts on a page of its own."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Whole blocks that a comparison found put in or taken out. A row is one if each of its cells is."""

    mark: Mark
    blocks: Blocks


Block = (
    Paragraph
    | Heading
    | Bullets
    | Numbered
    | Quote
    | Preformatted
    | Rule
    | Table
    | Together
    | Pictured
    | NewPage
    | Marked
)
Blocks = tuple[Block, ...]

# -- walking ----------------------------------------------------------------------------------------------------

_NAMES: dict[type, tuple[str, ...]] = {}


def _names_of(kind: type) -> tuple[str, ...]:
    """The fields of a class of this room, the last first; none for a plain value."""
    if kind not in _NAMES:
        fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
        _NAMES[kind] = tuple(field.name for field in reversed(fields))
    return _NAMES[kind]


def every(value: object) -> Iterator[object]:
    """Every node below `value`, and it, in the order of reading."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple):
            waiting.extend(reversed(here))
        elif isinstance(here, str) or here is None:
            continue
        elif names := _names_of(type(here)):
            yield here
            waiting.extend(getattr(here, name) for name in names)


_LETTERS = {"lower-alpha": "a", "upper-alpha": "A"}
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def mark_of(numbered: Numbered, place: int) -> str:
    """Returns the mark of an item, as it is printed: `(c)`, `iv.` or `3)`. `place` counts from 0."""
    number = numbered.start + place
    if numbered.numbering == "decimal":
        digits = str(number)
    elif numbered.numbering in _LETTERS:
        digits = chr(ord(_LETTERS[numbered.numbering]) + number - 1)
    else:
        digits = roman(number)
        digits = digits.upper() if numbered.numbering == "upper-roman" else digits
    return {"full-stop": f"{digits}.", "one": f"{digits})", "two": f"({digits})"}[numbered.brackets]


def roman(number: int) -> str:
    """Returns a number as a small Roman numeral. Numbers above 89 get as many x as it takes."""
    digits = ""
    for value, letters in ((50, "l"), (40, "xl"), *_ROMAN) if number < 90 else _ROMAN:
        while number >= value:
            digits += letters
            number -= value
    return digits


# -- plain text -------------------------------------------------------------------------------------------------


#: As `wdiff` marks words: taken out [-…-], put in {+…+}.
_MARKS: dict[Style, tuple[str, str]] = {"inserted": ("{+", "+}"), "deleted": ("[-", "-]")}


def inline_words(inlines: Inlines) -> str:
    """Returns the bare words of inlines. A place to fill in is its label in square brackets."""
    parts: list[str] = []
    for node in inlines:
        match node:
            case Text(text) | Code(text):
                parts.append(text)
            case Break():
                parts.append(" ")
            case Styled(style, content):
                opening, closing = _MARKS.get(style, ("", ""))
                parts.append(f"{opening}{inline_words(content)}{closing}")
            case Link(_, content):
                parts.append(inline_words(content))
            case Field(label=label, value=value):
                parts.append(f"[{value or label}]")
    return "".join(parts)


def lines_of(blocks: Blocks, indent: str = "") -> Iterator[str]:
    """Yields blocks as lines of plain text: items with their marks, the cells of a row with bars between them."""
    for block in blocks:
        match block:
            case Paragraph(content) | Heading(content=content):
                yield f"{indent}{inline_words(content)}"
            case Bullets(items):
                for item in items:
                    yield from _item_lines("•", item, indent)
            case Numbered(items):
                for place, item in enumerate(items):
                    yield from _item_lines(mark_of(block, place), item, indent)
            case Quote(inner) | Together(inner) | Pictured(blocks=inner) | Marked(blocks=inner):
                yield from lines_of(inner, f"{indent}  " if isinstance(block, Quote) else indent)
            case Preformatted(text):
                yield from (f"{indent}{line}" for line in text.split("\n"))
            case Table(caption, _, head, rows, _, captioned):
                if caption and captioned:
                    yield f"{indent}{caption}"
                if head:
                    yield f"{indent}{' | '.join(head)}"
                for row in rows:
                    yield f"{indent}{' | '.join(' '.join(line.strip() for line in lines_of(cell)) for cell in row)}"


def _item_lines(mark: str, item: Blocks, indent: str) -> Iterator[str]:
    lines = list(lines_of(item, f"{indent}{' ' * (len(mark) + 1)}")) or [""]
    yield f"{indent}{mark} {lines[0].lstrip()}"
    yield from lines[1:]
