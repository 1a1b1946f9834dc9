"""The words of a returned DOCX: those of a control, and the digest of all that was agreed, which no filling in changes."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator

from undersigned.documents.docx.word_xml import Element, W, w
from undersigned.documents.words import word
from undersigned.returned.limits import part_of

_PAGE_NUMBER = re.compile(r"\s*[0-9]+$")


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


def digest_of(archive: zipfile.ZipFile, parts: set[str], root: Element) -> str:
    """SHA-256 over the words outside controls and the table of contents, then those of footnotes; white space folded.

    Headers and footers are not part of it: programs write page numbers into them.
    """
    texts = [_lasting_words(root)]
    if "word/footnotes.xml" in parts:
        texts += [
            _lasting_words(note)
            for note in part_of(archive, "word/footnotes.xml")
            if note.get(w("type"), "normal") == "normal"
        ]
    return hashlib.sha256(" ".join(" ".join(texts).split()).encode()).hexdigest()


def _lasting_words(root: Element) -> str:
    left_out, contents = _left_out(root)
    pieces: list[str] = []
    lines: set[str] = {word("cover.contents")}
    for node in _walk(root, left_out):
        if node.tag == w("t"):
            pieces.append(node.text or "")
        elif node.tag == f"{{{W}}}altChunk":
            pieces.append(" \ufffc ")  # another document, put in whole
        elif node.tag != w("noBreakHyphen"):
            pieces.append("\n" if node.tag == w("p") else " ")
        else:
            pieces.append("\u2011")
    text = "".join(pieces)
    lines |= {_folded(line) for line in text.split("\n")}
    # A line among the contents that is no heading is text like any other.
    for entry in contents:
        for line in words_below(entry).split("\n"):
            folded = _folded(line)
            if folded and folded not in lines and _PAGE_NUMBER.sub("", folded) not in lines:
                text += f"\n{folded}"
    return text


def _folded(line: str) -> str:
    return " ".join(line.split())


def _left_out(root: Element) -> tuple[set[Element], list[Element]]:
    """Controls that hold no other, and tables of contents: none of these is text that was agreed."""
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


_KEPT = frozenset({w("t"), w("p"), w("br"), w("cr"), w("tab"), w("noBreakHyphen"), w("altChunk")})


def _is_hidden(run: Element) -> bool:
    """Whether a run is marked as hidden text (ISO 29500-1, 17.3.2.41)."""
    vanish = run.find(f"{w('rPr')}/{w('vanish')}")
    return vanish is not None and vanish.get(w("val")) not in ("0", "false", "off")
