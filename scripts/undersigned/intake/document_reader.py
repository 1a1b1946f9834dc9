"""Reads an agreement (DOCX, ODT or a PDF with text) as numbered paragraphs and tables, in the order of the page.

Strangers make such files, so they are read in a process of its own with a limit of memory and of time. Pandoc reads DOCX
and ODT in its sandbox: tracked changes count as accepted, comments and pictures are left out.
"""

from __future__ import annotations

import faulthandler
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from undersigned.intake.cells import UnreadableError, limit_memory
from undersigned.parallel import WorkerError, map_as_done
from undersigned.records.source import PlainData, list_of, mapping_of, mappings, value_at

#: Bytes of a file, and letters of a document, that are read at most.
LARGEST, MOST_LETTERS = 20_000_000, 2_000_000
_SECONDS = 40.0
_LARGEST_UNPACKED = 200_000_000
_DEEPEST = 40
_OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1")
_AS_DOCX = "Open it in Word or LibreOffice, and save it as .docx."

#: The paragraphs and tables of a document that are read at most.
MOST_BLOCKS = 6_000
_Node: TypeAlias = "dict[str, PlainData]"
BlockKind = Literal["heading", "text", "item", "table"]


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, an item of a list, or a table.

    `number`: counts from 1 in the order of the document. `level`: of a heading from 1, of an item from 0. `strong`: all of
    it is bold. `mark`: what comes before an item. `rows`: the cells of a table, each as lines of text.
    """

    number: int
    kind: BlockKind
    text: str
    level: int = 0
    strong: bool = False
    mark: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Document:
    """What was read. `notes`: what a reader of the draft must know about the file. `title`: what the file calls itself."""

    blocks: tuple[Block, ...]
    title: str = ""
    notes: tuple[str, ...] = ()


class UnusableError(Exception):
    """Why a file cannot be used, as half a sentence."""


def read_document(content: bytes, name: str) -> Document:
    """The text of an agreement. Raises UnreadableError, with what to do, for anything that is none."""
    if len(content) > LARGEST:
        raise UnreadableError(
            f"{name} has {len(content):,} bytes, and {LARGEST:,} are read at most", "Save it without its pictures."
        )
    if not content:
        raise UnreadableError(f"{name} is empty", "Choose the file with the agreement.")
    if content.startswith(_OLD_WORD):
        raise UnreadableError(f"{name} is an old Word document (.doc), or is locked with a password", _AS_DOCX)
    if content.startswith(b"{\\rtf"):
        raise UnreadableError(f"{name} is in Rich Text Format", _AS_DOCX)
    if not content.startswith(b"PK\x03\x04") and b"%PDF-" not in content[:1024]:
        raise UnreadableError(f"{name} is no DOCX, ODT or PDF", _AS_DOCX)
    ((_, answer),) = map_as_done(_read_fenced, [content], processes=1, limit=_SECONDS)
    if isinstance(answer, WorkerError):
        answer = "it takes too long or too much memory to read"
    if isinstance(answer, str):
        hint = _AS_DOCX if "scan" not in answer else "Record it with 'undersigned new protocol ID --on-paper'."
        raise UnreadableError(f"{name} cannot be read: {answer}", hint)
    return answer


def _read_fenced(content: bytes) -> Document | str:
    """In a process of its own: the document, or why it cannot be read."""
    from undersigned.intake.document_pdf import document_of_pdf

    faulthandler.disable()  # a library may abort, and the answer says so in a sentence
    limit_memory()
    try:
        document = document_of_pdf(content) if b"%PDF-" in content[:1024] else _from_package(content)
    except MemoryError:
        return "it takes too much memory to read"
    except RecursionError:
        return "it is nested deeper than any agreement"
    except UnusableError as error:
        return str(error)
    except BaseException as error:  # noqa: BLE001 - the libraries raise what they like for a stranger's file
        return f"it is damaged ({type(error).__name__})"
    if not document.blocks:
        return "it holds no text. If it is a scan, its words are only a picture"
    return document


# -- DOCX and ODT ------------------------------------------------------------------------------------------------------


def _from_package(content: bytes) -> Document:
    from undersigned.documents.docx.pandoc import run_pandoc
    from undersigned.documents.model import DocumentError

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            sizes = {one.filename: one.file_size for one in package.infolist()}
            if sum(sizes.values()) > _LARGEST_UNPACKED:
                raise UnusableError("it unpacks to more than any agreement holds")
            if "word/document.xml" in sizes:
                form, notes = "docx", _tracked(package)
            elif "content.xml" in sizes:
                form, notes = "odt", ()
            else:
                raise UnusableError("it is neither a Word document (DOCX) nor an OpenDocument text (ODT)")
    except (zipfile.BadZipFile, NotImplementedError):
        raise UnusableError("it is damaged, or locked with a password") from None
    try:
        answer = run_pandoc(["-f", form, "-t", "json", "--track-changes=accept"], content, record="document")
    except DocumentError:
        raise UnusableError("it is damaged, or it takes too long to read") from None
    tree = json.loads(answer)
    return _Tree(tree, notes).document()


def _tracked(package: zipfile.ZipFile) -> tuple[str, ...]:
    with package.open("word/document.xml") as stream:
        xml = stream.read(_LARGEST_UNPACKED)
    if re.search(rb"<w:(?:ins|del|moveFrom|moveTo)[ >]", xml):
        return ("Changes were still tracked in the file. They are read as if all were accepted.",)
    return ()


class _Tree:
    """Turns pandoc's tree into blocks. The shapes are those of pandoc-types 1.23."""

    def __init__(self, tree: _Node, notes: tuple[str, ...]) -> None:
        self._tree, self._notes = tree, notes
        self._blocks: list[Block] = []
        self._letters = 0

    def document(self) -> Document:
        meta = self._tree["meta"]
        titles = [_meta(meta, name) for name in ("title", "subtitle")] if isinstance(meta, dict) else []
        title = " ".join(filter(None, titles))
        for line in filter(None, titles):
            self._add("text", line, strong=True)
        self._read(_nodes(self._tree["blocks"]), 0)
        notes = self._notes
        if len(self._blocks) == MOST_BLOCKS:
            notes = (*notes, f"Only the first {MOST_BLOCKS:,} paragraphs were read.")
        return Document(tuple(self._blocks), title, notes)

    def _add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        strong: bool = False,
        mark: str = "",
        rows: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        text = tidy(text)
        self._letters += len(text) + sum(len(cell) for row in rows for cell in row)
        if self._letters > MOST_LETTERS:
            raise UnusableError("it is longer than any agreement")
        if (text or rows) and len(self._blocks) < MOST_BLOCKS:
            self._blocks.append(Block(len(self._blocks) + 1, kind, text, level, strong, mark, rows))

    def _read(self, nodes: list[_Node], depth: int) -> None:
        for node in nodes:
            self._block(node, depth)

    def _block(self, node: _Node, depth: int) -> None:
        kind, content = node["t"], node.get("c")
        parts = list_of(content)
        if depth > _DEEPEST:
            raise UnusableError("it is nested deeper than any agreement")
        if kind == "Header":
            self._add("heading", _inlines(parts[2]), level=int(str(parts[0])))
        elif kind in ("Para", "Plain"):
            self._add("text", _inlines(parts), strong=_is_strong(parts))
        elif kind == "LineBlock":
            self._add("text", "\n".join(_inlines(line) for line in parts))
        elif kind == "BulletList":
            self._list([(item, "-") for item in parts], depth)
        elif kind == "OrderedList":
            start, style = _numbering(parts[0])
            items = enumerate(list_of(parts[1]))
            self._list([(item, _numeral(start + index, style)) for index, item in items], depth)
        elif kind == "Table":
            rows = _rows(parts)
            if rows and max(map(len, rows)) == 1:  # a box around text
                for (cell,) in rows:
                    for line in cell.split("\n"):
                        self._add("text", line)
            elif rows:
                self._add("table", "", rows=rows)
        elif kind == "DefinitionList":
            for definition in parts:
                self._add("text", _inlines(value_at(definition, (0,))), strong=True)
                for one in list_of(value_at(definition, (1,))):
                    self._read(_nodes(one), depth + 1)
        elif kind in ("BlockQuote", "Div", "Figure"):
            self._read(_nodes(parts if kind == "BlockQuote" else parts[-1]), depth + 1)

    def _list(self, items: Sequence[tuple[PlainData, str]], depth: int) -> None:
        for item, mark in items:
            nodes = _nodes(item)
            for position, node in enumerate(nodes):
                if node["t"] in ("Para", "Plain") and position == 0:
                    content = node["c"]
                    self._add("item", _inlines(content), level=depth, mark=mark, strong=_is_strong(content))
                else:
                    self._block(node, depth + 1)


def _nodes(value: PlainData) -> list[_Node]:
    return mappings(value)


def _meta(meta: Mapping[str, PlainData], name: str) -> str:
    value = mapping_of(meta.get(name))
    return tidy(_inlines(value.get("c"))) if value.get("t") == "MetaInlines" else ""


def _inlines(value: PlainData) -> str:
    """The words of inlines; a line break is a new line."""
    words: list[str] = []
    for node in _nodes(value):
        kind, content = node["t"], node.get("c")
        if kind == "Str":
            words.append(str(content))
        elif kind in ("Space", "SoftBreak"):
            words.append(" ")
        elif kind == "LineBreak":
            words.append("\n")
        elif kind == "Quoted" and isinstance(content, list):
            opens, closes = ("‘", "’") if "Single" in json.dumps(content[0]) else ("“", "”")
            words.append(opens + _inlines(content[1]) + closes)
        elif kind in ("Code", "Math") and isinstance(content, list):
            words.append(str(content[1]))
        elif kind == "Note":
            words.append(f" ({' '.join(_words(_nodes(content)))})")
        elif kind in ("Link", "Span", "Cite") and isinstance(content, list):
            words.append(_inlines(content[1]))
        elif kind != "Image" and isinstance(content, list):  # emphasis of any kind
            words.append(_inlines(content))
    return "".join(words)


def _words(nodes: list[_Node]) -> Iterator[str]:
    """The words of blocks inside a cell or a note, a text for each."""
    for node in nodes:
        content = node.get("c")
        parts = list_of(content)
        if node["t"] in ("Para", "Plain"):
            yield _inlines(parts)
        elif node["t"] == "Header":
            yield _inlines(parts[2])
        elif node["t"] in ("BulletList", "OrderedList"):
            for item in list_of(parts[-1]) if node["t"] == "OrderedList" else parts:
                yield from _words(_nodes(item))
        elif node["t"] == "LineBlock":
            yield "\n".join(_inlines(line) for line in parts)
        elif node["t"] == "Table":
            for row in _rows(parts):
                yield " ".join(row)
        elif node["t"] in ("BlockQuote", "Div"):
            yield from _words(_nodes(parts if node["t"] == "BlockQuote" else parts[-1]))


def _rows(parts: list[PlainData]) -> tuple[tuple[str, ...], ...]:
    """The cells of a table. A cell that spans columns appears once; one that spans rows appears in its first row."""
    head, bodies, foot = parts[3], list_of(parts[4]), parts[5]
    of_bodies = [(body, part) for body in bodies for part in (2, 3)]
    rows = []
    for row in (row for whole, part in ((head, 1), *of_bodies, (foot, 1)) for row in list_of(value_at(whole, (part,)))):
        cells = [tidy("\n".join(_words(_nodes(value_at(cell, (4,)))))) for cell in list_of(value_at(row, (1,)))]
        if any(cells):
            rows.append(tuple(cells))
    return tuple(rows)


def _is_strong(content: PlainData) -> bool:
    nodes = [node for node in _nodes(content) if node["t"] not in ("Space", "SoftBreak", "LineBreak")]
    return bool(nodes) and all(
        node["t"] == "Strong" or (node["t"] in ("Underline", "Span", "SmallCaps") and _holds_strong(node))
        for node in nodes
    )


def _holds_strong(node: _Node) -> bool:
    content = node.get("c")
    inner = content[-1] if node["t"] == "Span" and isinstance(content, list) else content
    return node["t"] == "Underline" or _is_strong(inner)


def _numbering(value: PlainData) -> tuple[int, str]:
    start, style = (value[0], value[1]) if isinstance(value, list) else (1, {})
    return int(str(start)), str(style.get("t", "")) if isinstance(style, dict) else ""


def _numeral(number: int, style: str) -> str:
    if style == "LowerAlpha" and number <= 26:
        return f"({chr(96 + number)})"
    if style == "UpperAlpha" and number <= 26:
        return f"{chr(64 + number)}."
    if style == "LowerRoman" and number <= 10:
        return f"({('i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x')[number - 1]})"
    return f"{number}."


def tidy(text: str) -> str:
    """Text without odd spaces and unseen characters; its lines stay."""
    text = re.sub("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text)
    text = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))
