"""What a printed document is made of: a small closed set of blocks and inlines that PDF and DOCX both walk.

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
#: made of them. They are shown as the replacement character, so that a reader sees that something stood there.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"
)
_WHITE = re.compile(r"\s+")

#: About five hundred pages.
MOST_PARTS = 50_000
#: How the names of the fields of a form begin, and how those of its places to sign end.
ANSWER, SIGNED_ANSWER = "answer__", "__sign"

FieldKind = Literal["text", "multiline", "date", "number", "choice", "checkbox", "signature", "stamped"]
Style = Literal["emphasis", "strong", "strike", "superscript", "subscript"]
Numbering = Literal["decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]


class DocumentError(Exception):
    """A document cannot be made. `record` is the id of the protocol, and of the form where it is one."""

    def __init__(self, record: str, reason: str) -> None:
        super().__init__(f"{record}: {reason}")
        self.record, self.reason = record, reason

    def __reduce__(self) -> tuple[type[DocumentError], tuple[str, str]]:
        return DocumentError, (self.record, self.reason)  # it may come from another process


def plain(text: str) -> str:
    """One line of text in NFC, white space folded, what is no text shown as U+FFFD."""
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
class Note:
    """A footnote."""

    blocks: Blocks


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


Inline = Text | Break | Styled | Code | Link | Note | Field
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
    brackets: Literal["full-stop", "one", "two"] = "full-stop"


@dataclass(frozen=True, slots=True)
class Terms:
    """A list of terms, each with what it means."""

    items: tuple[tuple[Inlines, Blocks], ...]


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
class NewPage:
    """What follows starts on a page of its own."""


Block = Paragraph | Heading | Bullets | Numbered | Terms | Quote | Preformatted | Rule | Table | Together | NewPage
Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the table on the first page."""

    name: str
    value: Inlines


@dataclass(frozen=True)
class Document:
    """A whole document, ready to be set. `properties` go into the file's metadata; `copy` says whose copy it is."""

    record: str
    title: str
    kicker: str
    notice: str
    watermark: str
    copy: Blocks = dataclasses.field(default=(), kw_only=True)
    author: str
    subject: str
    facts: tuple[Fact, ...]
    lead: Blocks
    contents: bool
    body: Blocks
    footer: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]


Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def as_data(value: object) -> Json:
    """Any part of a document as plain JSON data: an object per node, its class name under `t`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        node: dict[str, Json] = {"t": type(value).__name__}
        node.update((field.name, as_data(getattr(value, field.name))) for field in dataclasses.fields(value))
        return node
    if isinstance(value, tuple):
        return [as_data(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} is no part of a document")


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


def check_size(document: Document) -> None:
    """DocumentError where a document has more parts than anybody reads: setting them would take minutes and gigabytes."""
    parts = sum(1 for _ in every(document))
    if parts > MOST_PARTS:
        raise DocumentError(
            document.record, f"it has {parts:,} paragraphs, cells and other parts; the limit is {MOST_PARTS:,}"
        )


def fields_of(document: Document) -> tuple[Field, ...]:
    """The places to fill in, in the order of reading. ValueError where two have one name."""
    found = tuple(node for node in every(document) if isinstance(node, Field))
    if len({field.name for field in found}) != len(found):
        raise ValueError("two fields have one name")
    return found
