"""The digest of a document's text that each file carries as its property `TextDigest`.

It stays the same while a copy is filled in, signed and saved again. It covers what pages draw (PDF) or the words (DOCX),
not fonts, marks or visibility: the `returned` room compares those.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name

from undersigned.documents.docx.word_xml import PARSER, Element, W, w
from undersigned.documents.words import word

_DEEPEST = 30
_PAGE_NUMBER = re.compile(r"\s*[0-9]+$")
_FOOTNOTES = "word/footnotes.xml"


# -- PDF --------------------------------------------------------------------------------------------------------


def pdf_text_digest(file: pikepdf.Pdf) -> str:
    """SHA-256 (hex) of what the pages draw, in page order: contents, then the form objects that they draw, unpacked."""
    digest = hashlib.sha256()
    seen: set[tuple[int, int]] = set()
    for page in file.pages:
        contents = page.obj.get("/Contents", Array())
        parts = [part.read_bytes() for part in (contents if isinstance(contents, Array) else [contents])]
        # The boundary between two content streams has no meaning (ISO 32000-1, 7.8.2).
        digest.update(hashlib.sha256(b"\n".join(parts).rstrip()).digest())
        for form in _drawn_forms(page.obj.get("/Resources", Dictionary()), seen, 0):
            digest.update(hashlib.sha256(form.read_bytes().rstrip()).digest())
    return digest.hexdigest()


def _drawn_forms(resources: pikepdf.Object, seen: set[tuple[int, int]], depth: int) -> Iterator[pikepdf.Object]:
    """The form objects of a page and of those forms, each once."""
    objects = resources.get("/XObject", Dictionary())
    for name in sorted(objects.keys()):
        form = objects[name]
        if not isinstance(form, pikepdf.Stream) or form.get("/Subtype") != Name.Form or form.objgen in seen:
            continue
        seen.add(form.objgen)
        yield form
        if depth < _DEEPEST:
            yield from _drawn_forms(form.get("/Resources", Dictionary()), seen, depth + 1)


# -- DOCX -------------------------------------------------------------------------------------------------------


def docx_text_digest(parts: dict[str, bytes]) -> str:
    """SHA-256 (hex) of the words outside controls and the table of contents, then of footnotes; white space is folded.

    Headers and footers are not covered: programs write page numbers into them.
    """
    texts = [_agreed_words(etree.fromstring(parts["word/document.xml"], PARSER))]
    if _FOOTNOTES in parts:
        texts += [
            _agreed_words(note)
            for note in etree.fromstring(parts[_FOOTNOTES], PARSER)
            if note.get(w("type"), "normal") == "normal"
        ]
    return hashlib.sha256(" ".join(" ".join(texts).split()).encode()).hexdigest()


def words_below(element: Element) -> str:
    """The words below an element; paragraphs and breaks begin new lines."""
    pieces: list[str] = []
    for node in element.iter(w("t"), w("br"), w("cr"), w("tab"), w("p"), w("noBreakHyphen")):
        if node.tag == w("t"):
            pieces.append(node.text or "")
        elif node.tag == w("noBreakHyphen"):
            pieces.append("\u2011")
        else:
            pieces.append(" " if node.tag == w("tab") else "\n")
    return "".join(pieces)


def _agreed_words(root: Element) -> str:
    left_out, contents = _controls_and_contents(root)
    pieces: list[str] = []
    for node in _walk(root, left_out):
        if node.tag == w("t"):
            pieces.append(node.text or "")
        elif node.tag == w("altChunk"):
            pieces.append(" \ufffc ")  # another document, put in whole
        elif node.tag == w("noBreakHyphen"):
            pieces.append("\u2011")
        else:
            pieces.append("\n" if node.tag == w("p") else " ")
    text = "".join(pieces)
    lines = {word("cover.contents")} | {_folded(line) for line in text.split("\n")}
    # A line among the contents that is not a heading is text like any other.
    for entry in contents:
        for line in words_below(entry).split("\n"):
            folded = _folded(line)
            if folded and folded not in lines and _PAGE_NUMBER.sub("", folded) not in lines:
                text += f"\n{folded}"
    return text


def _folded(line: str) -> str:
    return " ".join(line.split())


def _controls_and_contents(root: Element) -> tuple[set[Element], list[Element]]:
    """Controls that hold no other control, with the tables of contents; and the tables of contents alone."""
    left_out: set[Element] = set()
    contents: list[Element] = []
    for element in root.iter(w("sdt")):
        if element.find(f"{w('sdtPr')}/{w('docPartObj')}") is not None:
            contents.append(element)
            left_out.add(element)
        elif sum(1 for _ in element.iter(w("sdt"))) == 1:
            left_out.add(element)
    return left_out, contents


def _walk(element: Element, left_out: set[Element]) -> Iterator[Element]:
    """Words, breaks and paragraphs that a reader sees, in order."""
    for child in element:
        if child in left_out or (child.tag == w("r") and _is_hidden(child)):
            continue
        if child.tag in _KEPT:
            yield child
        yield from _walk(child, left_out)


_KEPT = frozenset(f"{{{W}}}{name}" for name in ("t", "p", "br", "cr", "tab", "noBreakHyphen", "altChunk"))


def _is_hidden(run: Element) -> bool:
    """Whether a run is marked as hidden text (ISO 29500-1, 17.3.2.41)."""
    vanish = run.find(f"{w('rPr')}/{w('vanish')}")
    return vanish is not None and vanish.get(w("val")) not in ("0", "false", "off")
