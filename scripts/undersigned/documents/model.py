"""What a printed document is made of: blocks (`words/blocks.py`), and the document that holds them. Nothing here reads or writes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from undersigned.words.blocks import (
    Block,
    Blocks,
    Break,
    Bullets,
    Code,
    Field,
    FieldKind,
    Heading,
    Inline,
    Inlines,
    Link,
    Mark,
    Marked,
    NewPage,
    Numbered,
    Numbering,
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
    every,
    literal,
    plain,
)

__all__ = [
    "ANSWER",
    "MOST_PARTS",
    "SIGNED_ANSWER",
    "Block",
    "Blocks",
    "Break",
    "Bullets",
    "Code",
    "Document",
    "DocumentError",
    "Fact",
    "Field",
    "FieldKind",
    "Heading",
    "Inline",
    "Inlines",
    "Json",
    "Link",
    "Mark",
    "Marked",
    "NewPage",
    "Numbered",
    "Numbering",
    "Paragraph",
    "Pictured",
    "Preformatted",
    "Quote",
    "Rule",
    "Style",
    "Styled",
    "Table",
    "Text",
    "Together",
    "as_data",
    "check_size",
    "every",
    "fields_of",
    "literal",
    "plain",
]

#: About five hundred pages.
MOST_PARTS = 50_000
#: How the names of the fields of a form begin, and how those of its places to sign end.
ANSWER, SIGNED_ANSWER = "answer__", "__sign"


class DocumentError(Exception):
    """A document cannot be made. `record` is the id of the protocol, and of the form where it is one."""

    def __init__(self, record: str, reason: str) -> None:
        super().__init__(f"{record}: {reason}")
        self.record, self.reason = record, reason

    def __reduce__(self) -> tuple[type[DocumentError], tuple[str, str]]:
        return DocumentError, (self.record, self.reason)  # it may come from another process


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the table on the first page."""

    name: str
    value: Inlines


@dataclass(frozen=True)
class Document:
    """A whole document, ready to be set. `properties` go into the file's metadata; `copy` says whose copy it is.

    `names`: those that its stamped fields may show. `code`: the address in the code of each page's foot, to which the page's
    number is added; "" for none. `large`: it has large type, made smaller only so that it fills two sides at most.
    """

    record: str
    title: str
    kicker: str
    notice: str
    watermark: str
    copy: Blocks = dataclasses.field(default=(), kw_only=True)
    names: tuple[str, ...] = dataclasses.field(default=(), kw_only=True)
    code: str = dataclasses.field(default="", kw_only=True)
    large: bool = dataclasses.field(default=False, kw_only=True)
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
    raise TypeError(f"{type(value).__name__} is not part of a document")


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
