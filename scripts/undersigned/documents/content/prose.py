"""Markdown to blocks through pandoc: one process for many texts, in its sandbox, with limits of time and memory.

The texts are hostile until proven otherwise. Only what has a block of its own gets through; raw HTML becomes its own
letters, images their description, and links other than https and mailto their words.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

import pypandoc

from undersigned.documents.model import (
    Block,
    Blocks,
    Break,
    Bullets,
    Code,
    DocumentError,
    Heading,
    Inline,
    Inlines,
    Link,
    Note,
    Numbered,
    Numbering,
    Paragraph,
    Preformatted,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Terms,
    Text,
    every,
    literal,
)
from undersigned.records.source import Data

READER = "commonmark-raw_html+pipe_tables+fancy_lists+smart+footnotes+definition_lists"
LIMITS = ("+RTS", "-M512m", "-RTS")
TIME_LIMIT = 20.0
MAX_DEPTH = 24
MAX_HEADING = 6
#: Never a place on the web (RFC 2606): pages use it to mark fields, so no prose may.
FIELD_HOST = "field.invalid"

#: A definition of a link or a footnote reaches beyond its own text, so such a text is read alone.
_DEFINES = re.compile(r"\]:")
_STYLES: dict[str, Style] = {
    "Emph": "emphasis",
    "Strong": "strong",
    "Underline": "emphasis",
    "SmallCaps": "emphasis",
    "Strikeout": "strike",
    "Superscript": "superscript",
    "Subscript": "subscript",
}
_NUMBERINGS: dict[str, Numbering] = {
    "LowerAlpha": "lower-alpha",
    "UpperAlpha": "upper-alpha",
    "LowerRoman": "lower-roman",
    "UpperRoman": "upper-roman",
}

_BRACKETS: dict[str, Literal["one", "two"]] = {"OneParen": "one", "TwoParens": "two"}

#: A node of pandoc's tree: plain JSON data, taken apart here and nowhere else.
Node = Data


@cache
def pandoc_path() -> str:
    """Where the pandoc of the wheel is."""
    return str(pypandoc.get_pandoc_path())


def run_pandoc(arguments: Sequence[str], text: str, *, record: str, epoch: int = 0) -> bytes:
    """Pandoc's output. It sees no file, no network and none of our environment. DocumentError when it fails or takes too long."""
    command = [pandoc_path(), *LIMITS, "--sandbox", *arguments]
    environment = {"SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": os.devnull}
    if root := os.environ.get("SYSTEMROOT"):
        environment["SYSTEMROOT"] = root
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
            timeout=TIME_LIMIT,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(record, f"its text takes pandoc more than {TIME_LIMIT:.0f} seconds") from None
    except OSError as error:
        raise DocumentError(record, f"pandoc cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        message = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DocumentError(record, f"pandoc failed: {message[0] if message else f'exit status {done.returncode}'}")
    return done.stdout


@cache
def api_version() -> tuple[int, ...]:
    """The version of pandoc's tree, which a tree that is handed back must carry."""
    return tuple(json.loads(run_pandoc(["-f", "commonmark", "-t", "json"], "", record="pandoc"))["pandoc-api-version"])


def read_prose(texts: Sequence[str], *, record: str, below: Sequence[int] | int = 1) -> list[Blocks]:
    """The blocks of each text, in order. Headings in a text are put below the level given for it, none skipped.

    DocumentError, naming `record`, where a text is too deep, too slow or not understood.
    """
    levels = [below] * len(texts) if isinstance(below, int) else list(below)
    trees = _trees(texts, record)
    try:
        return [_with_levels(_blocks(tree, 0), level) for tree, level in zip(trees, levels, strict=True)]
    except (_TooDeepError, RecursionError):
        raise DocumentError(record, f"its text is nested more than {MAX_DEPTH} deep") from None


def _trees(texts: Sequence[str], record: str) -> list[Node]:
    together = [number for number, text in enumerate(texts) if text.strip() and not _DEFINES.search(text)]
    found: dict[int, Node] = {}
    if len(together) > 1:
        found = dict(zip(together, _batch([texts[number] for number in together], record) or (), strict=False))
    return [
        found[number] if number in found else (_tree(text, record) if text.strip() else [])
        for number, text in enumerate(texts)
    ]


def _batch(texts: Sequence[str], record: str) -> list[Node] | None:
    """All trees from one process, told apart by a heading nobody can know; None where a text swallowed one."""
    mark = "s" + secrets.token_hex(16)
    trees: list[Node] = []
    current: list[Node] = []
    for block in _tree("\n\n".join(f"{text}\n\n# {mark}" for text in texts), record):
        if block["t"] == "Header" and block["c"][2] == [{"t": "Str", "c": mark}]:
            trees.append(current)
            current = []
        else:
            current.append(block)
    return trees if len(trees) == len(texts) and not current else None


def _tree(text: str, record: str) -> Node:
    output = run_pandoc(["-f", READER, "-t", "json"], text, record=record)
    try:
        return json.loads(output)["blocks"]
    except RecursionError:
        raise DocumentError(record, f"its text is nested more than {MAX_DEPTH} deep") from None


class _TooDeepError(Exception):
    pass


def _blocks(nodes: Iterable[Node], depth: int) -> Blocks:
    if depth > MAX_DEPTH:
        raise _TooDeepError
    return tuple(block for node in nodes for block in _block(node, depth + 1))


def _block(node: Node, depth: int) -> Blocks:
    kind, content = node["t"], node.get("c")
    match kind:
        case "Para" | "Plain":
            return (Paragraph(_inlines(content, depth)),)
        case "Header":
            return (Heading(content[0], _inlines(content[2], depth)),)
        case "BulletList":
            return (Bullets(tuple(_blocks(item, depth) for item in content)),)
        case "OrderedList":
            return (_numbered(content, depth),)
        case "DefinitionList":
            return (
                Terms(
                    tuple(
                        (
                            _inlines(term, depth),
                            tuple(block for meaning in meanings for block in _blocks(meaning, depth)),
                        )
                        for term, meanings in content
                    )
                ),
            )
        case "BlockQuote":
            return (Quote(_blocks(content, depth)),)
        case "CodeBlock" | "RawBlock":
            return (Preformatted(literal(content[1]).rstrip("\n")),)
        case "LineBlock":
            return tuple(Paragraph(_inlines(line, depth)) for line in content)
        case "HorizontalRule":
            return (Rule(),)
        case "Div" | "Figure":
            return _blocks(content[-1], depth)
        case "Table":
            return (_table(content, depth),)
    return ()


def _numbered(content: Node, depth: int) -> Numbered:
    start, style, delimiter = content[0]
    return Numbered(
        tuple(_blocks(item, depth) for item in content[1]),
        start=max(0, min(int(start), 9999)),
        numbering=_NUMBERINGS.get(style["t"], "decimal"),
        brackets=_BRACKETS.get(delimiter["t"], "full-stop"),
    )


def _table(content: Node, depth: int) -> Block:
    _, _, columns, head, bodies, foot = content
    heads = [cell for row in head[1] for cell in row[1]][: len(columns)]
    rows = [row for body in bodies for row in (*body[2], *body[3])] + list(foot[1])
    count = len(columns)
    cells = tuple(tuple(_blocks(cell[4], depth) for cell in row[1]) for row in rows)
    return Table(
        caption="",
        widths=(1.0,) * count,
        head=tuple(_words(_blocks(cell[4], depth)) for cell in heads),
        rows=tuple((row + ((),) * count)[:count] for row in cells),
    )


def _words(blocks: Blocks) -> str:
    """The bare words of a table's head."""
    return " ".join(node.text for node in every(blocks) if isinstance(node, Text | Code)).strip()


def _inlines(nodes: Iterable[Node], depth: int) -> Inlines:
    if depth > MAX_DEPTH:
        raise _TooDeepError
    out: list[Inline] = []
    for node in nodes:
        for inline in _inline(node, depth + 1):
            if isinstance(inline, Text) and out and isinstance(last := out[-1], Text):
                out[-1] = Text(last.text + inline.text)
            else:
                out.append(inline)
    return tuple(out)


def _inline(node: Node, depth: int) -> Inlines:
    kind, content = node["t"], node.get("c")
    match kind:
        case "Str":
            return (Text(literal(content)),)
        case "Space" | "SoftBreak":
            return (Text(" "),)
        case "LineBreak":
            return (Break(),)
        case "Emph" | "Strong" | "Underline" | "SmallCaps" | "Strikeout" | "Superscript" | "Subscript":
            return (Styled(_STYLES[kind], _inlines(content, depth)),)
        case "Quoted":
            left, right = ("\u201c", "\u201d") if content[0]["t"] == "DoubleQuote" else ("\u2018", "\u2019")
            return (Text(left), *_inlines(content[1], depth), Text(right))
        case "Code":
            return (Code(literal(content[1])),)
        case "RawInline" | "Math":
            return (Text(literal(content[1])),)
        case "Link":
            words, url = _inlines(content[1], depth), content[2][0]
            return (Link(url, words),) if is_safe_link(url) else words
        case "Image" | "Span" | "Cite":
            return _inlines(content[1], depth)
        case "Note":
            return (Note(_blocks(content, depth)),)
    return ()


def is_safe_link(url: str) -> bool:
    """Whether a link may stay one: https with a host, or mailto, and no blank or control character in it."""
    if any(ord(character) < 33 or ord(character) == 127 for character in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return bool(parts.path)
    return parts.scheme == "https" and bool(host) and host != FIELD_HOST and not str(host).endswith("." + FIELD_HOST)


def _with_levels(blocks: Blocks, below: int) -> Blocks:
    """The same with every heading under level `below` and no level skipped. A heading inside a list or quotation is
    a strong paragraph: it would tear the outline of the document.
    """
    out: list[Block] = []
    last = below
    for block in blocks:
        if isinstance(block, Heading):
            last = max(below + 1, min(block.level + below, last + 1, MAX_HEADING))
            out.append(Heading(last, block.content) if last > below else _strong(block))
        else:
            out.append(_without_headings(block))
    return tuple(out)


def _strong(heading: Heading) -> Paragraph:
    return Paragraph((Styled("strong", heading.content),))


def _flat(blocks: Blocks) -> Blocks:
    return tuple(_strong(block) if isinstance(block, Heading) else _without_headings(block) for block in blocks)


def _without_headings(block: Block) -> Block:
    match block:
        case Bullets(items):
            return Bullets(tuple(map(_flat, items)))
        case Numbered(items, start, numbering, brackets):
            return Numbered(tuple(map(_flat, items)), start, numbering, brackets)
        case Quote(inner):
            return Quote(_flat(inner))
        case Terms(items):
            return Terms(tuple((term, _flat(meaning)) for term, meaning in items))
    return block
