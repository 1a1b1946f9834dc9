"""Documents to DOCX: pandoc writes the text, then places to fill in become content controls and properties are set.

The parts of the file are changed as XML trees, never by pasting text; the same document gives the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import TypeVar

from lxml import etree

from undersigned.documents.digest import docx_text_digest
from undersigned.documents.docx.controls import Planned, control, field_names_property, planned_controls
from undersigned.documents.docx.pandoc import run_pandoc
from undersigned.documents.docx.pandoc_tree import CLOSE, CONTENTS, OPEN, Tree, heading_id
from undersigned.documents.docx.watermark import watermark
from undersigned.documents.docx.word_xml import (
    PARSER,
    W14,
    XML,
    Element,
    core_properties,
    custom_properties,
    first_child,
    make,
    run,
    serial,
    w,
)
from undersigned.documents.model import (
    Document,
    DocumentError,
    Heading,
    Table,
    Text,
    Together,
    check_size,
    every,
    fields_of,
)
from undersigned.documents.stamping import DocxStamper, Stamp, defaults_of
from undersigned.documents.words import TEMPLATE, word

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_DOCUMENT, _NUMBERING = "word/document.xml", "word/numbering.xml"
#: How far each level of a list stands in, and its marks hang out, in twentieths of a point.
_STEP, _HANG = 440, 320
#: Where the properties are that a copy adds to.
CUSTOM = "docProps/custom.xml"
#: The room above a paragraph after a table or a list, in twentieths of a point.
_AIR = "160"
#: A row of up to this many letters stays on one page.
_SHORT_ROW = 700
T = TypeVar("T")


def docx_of(document: Document, *, epoch: int) -> bytes:
    """Returns the DOCX of a document. `epoch`: the time in it, in seconds since 1970. DocumentError if it cannot be made."""
    return DocxStamper(docx_parts(document, epoch=epoch), defaults_of(document)).make(Stamp())


def docx_parts(document: Document, *, epoch: int) -> dict[str, bytes]:
    """Returns the parts of the DOCX by name, with marks where the values of stamped fields go. DocumentError as `docx_of`."""
    check_size(document)
    tree = json.dumps(Tree().document(document))
    arguments = ["-f", "json", "-t", "docx", "--reference-doc", str(TEMPLATE / "reference.docx"), "-o", "-"]
    with zipfile.ZipFile(io.BytesIO(run_pandoc(arguments, tree, record=document.record, epoch=epoch))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[_DOCUMENT] = _with_controls(parts[_DOCUMENT], document)
    for name in parts:
        if name.startswith(("word/header", "word/footer")) and name.endswith(".xml"):
            parts[name] = _with_marks(parts[name], document)
    if _NUMBERING in parts:
        parts[_NUMBERING] = _with_narrow_lists(parts[_NUMBERING])
    parts["word/settings.xml"] = _in_british_english(parts["word/settings.xml"])
    parts["docProps/core.xml"] = core_properties(document, epoch)
    names = tuple(field.name for field in fields_of(document))
    parts[CUSTOM] = custom_properties(
        (*document.properties, ("TextDigest", docx_text_digest(parts)), *field_names_property(names))
    )
    return parts


# -- the main part ----------------------------------------------------------------------------------------------


def _with_controls(part: bytes, document: Document) -> bytes:
    # lxml cannot add a namespace to a root that is there, and Word wants w14 declared and marked as ignorable on it.
    declared = (
        part.replace(b"<w:document ", f'<w:document xmlns:w14="{W14}" xmlns:mc="{MC}" mc:Ignorable="w14" '.encode(), 1)
        if b"xmlns:w14=" not in part
        else part
    )
    root = etree.fromstring(declared, PARSER)
    expected = planned_controls(fields_of(document))
    _dress_tables(root, document)
    _give_air(root)
    _place_contents(root, document)
    for words in [words for words in root.iter(w("t")) if OPEN in (words.text or "")]:
        _place_controls(words, expected, document.record)
    if expected:
        raise DocumentError(document.record, f"the field {min(expected)!r} has no place in its DOCX")
    return serial(root)


def _place_controls(words: Element, expected: dict[str, Planned], record: str) -> None:
    """Splits the run at each mark and puts the control between the halves."""
    marked = words.getparent()
    paragraph = marked.getparent() if marked is not None else None
    if marked is None or paragraph is None:
        raise DocumentError(record, "its DOCX has a field outside any paragraph")
    style = marked.find(w("rPr"))
    at = paragraph.index(marked)
    paragraph.remove(marked)
    before, *rest = (words.text or "").split(OPEN)
    pieces: list[Element] = [run(before)] if before else []
    tall = False
    for part in rest:
        name, _, after = part.partition(CLOSE)
        planned = expected.pop(name, None)
        if planned is None:
            raise DocumentError(record, f"the field {name!r} is not one of its fields, or comes twice")
        tall = tall or planned.field.kind in ("signature", "multiline")
        pieces.append(control(planned))
        if after:
            pieces.append(run(after))
    for piece in pieces:
        if style is not None and piece.tag == w("r"):
            piece.insert(0, etree.fromstring(etree.tostring(style)))
    for place, piece in enumerate(pieces):
        paragraph.insert(at + place, piece)
    if tall:
        _raise_row(paragraph)


def _raise_row(paragraph: Element) -> None:
    """Room to write by hand."""
    row = next(paragraph.iterancestors(w("tr")), None)
    if row is not None:
        first_child(row, "trPr").append(make("trHeight", val="1200", hRule="atLeast"))


def _dress_tables(root: Element, document: Document) -> None:
    """Marks row headings, and keeps each row on one page. The table of the facts comes after the lead."""
    tables: list[tuple[Table | None, bool]] = [
        *_found(document.lead, Table),
        (None, False),
        *_found(document.body, Table),
    ]
    found = [table for table in root.iter(w("tbl")) if next(table.iterancestors(w("tbl")), None) is None]
    if len(found) != len(tables):
        raise DocumentError(document.record, "the tables of its DOCX are not those of the document")
    for element, (table, together) in zip(found, tables, strict=True):
        properties = first_child(element, "tblPr")
        look = properties.find(w("tblLook"))
        if look is not None and (table is None or table.row_heads):
            look.set(w("firstColumn"), "1")
        if table is not None and table.caption:
            for old in properties.findall(w("tblCaption")):
                properties.remove(old)
            properties.append(make("tblCaption", val=table.caption))
        rows = element.findall(w("tr"))
        for place, row in enumerate(rows):
            if together or sum(len(words.text or "") for words in row.iter(w("t"))) < _SHORT_ROW:
                row_properties = first_child(row, "trPr")
                if row_properties.find(w("cantSplit")) is None:
                    row_properties.insert(0, make("cantSplit"))
            if together and place < len(rows) - 1:
                for paragraph in row.iter(w("p")):
                    _keep_with_next(paragraph)


def _give_air(root: Element) -> None:
    """Adds space above a paragraph that follows a table or a list, because their own styles leave none below."""
    for paragraph in root.iter(w("p")):
        before = paragraph.getprevious()
        after_list = before is not None and before.tag == w("p") and before.find(f"{w('pPr')}/{w('numPr')}") is not None
        if before is None or not (before.tag == w("tbl") or after_list):
            continue
        properties = first_child(paragraph, "pPr")
        style = properties.find(w("pStyle"))
        if properties.find(w("numPr")) is None and (style is None or not style.get(w("val"), "").startswith("Heading")):
            # It comes after these and before all else that such a paragraph may have (ECMA-376 part 1, 17.3.1.26).
            earlier = sum(child.tag in (w("pStyle"), w("keepNext"), w("keepLines")) for child in properties)
            properties.insert(earlier, make("spacing", before=_AIR))
            for other in properties.findall(w("spacing"))[1:]:
                properties.remove(other)


def _found(value: object, kind: type[T], *, together: bool = False) -> Iterator[tuple[T, bool]]:
    """Yields the nodes of a kind in reading order, each with whether it is in a block that must not be split."""
    if isinstance(value, Together):
        yield from _found(value.blocks, kind, together=True)
    elif isinstance(value, tuple):
        for item in value:
            yield from _found(item, kind, together=together)
    else:
        for node in every(value):
            if isinstance(node, kind):
                yield node, together


def _keep_with_next(paragraph: Element) -> None:
    properties = first_child(paragraph, "pPr")
    style = properties.find(w("pStyle"))
    properties.insert(0 if style is None else 1, make("keepNext"))


def _place_contents(root: Element, document: Document) -> None:
    """Returns a table of contents that shows the headings at once; Word adds the page numbers when it updates the table."""
    mark = next((words for words in root.iter(w("t")) if words.text == CONTENTS), None)
    if mark is None:
        return
    place = next(mark.iterancestors(w("p")))
    parent = place.getparent()
    if parent is None:
        return
    title = make("p", make("pPr", make("pStyle", val="TOCHeading")), run(word("cover.contents")))
    lines = [title]
    parts = (document.lead, document.body)
    for number, (heading, _) in enumerate(_found(parts, Heading)):
        if heading.level > 2 or not heading.listed:
            continue
        text = "".join(node.text for node in every(heading.content) if isinstance(node, Text))
        link = make("hyperlink", run(text), anchor=heading_id(number), history="1")
        lines.append(make("p", make("pPr", make("pStyle", val=f"TOC{heading.level}")), link))
    if len(lines) > 1:
        start = [
            make("r", make("fldChar", fldCharType="begin")),
            _instruction(),
            make("r", make("fldChar", fldCharType="separate")),
        ]
        for offset, piece in enumerate(start, 1):
            lines[1].insert(offset, piece)
        lines[-1].append(make("r", make("fldChar", fldCharType="end")))
    gallery = make("docPartObj", make("docPartGallery", val="Table of Contents"), make("docPartUnique"))
    parent.replace(place, make("sdt", make("sdtPr", gallery), make("sdtContent", *lines)))


def _instruction() -> Element:
    instruction = make("instrText")
    instruction.text = ' TOC \\o "1-2" \\h \\z \\u '
    instruction.set(f"{{{XML}}}space", "preserve")
    return make("r", instruction)


# -- the other parts --------------------------------------------------------------------------------------------


def _with_marks(part: bytes, document: Document) -> bytes:
    """Returns the header and the footer with this document's words in place of the reference document's marks."""
    marks = {
        "@@NOTICE@@": document.notice,
        "@@FOOT@@": document.footer[0],
        "@@CHECK@@": document.footer[1] if len(document.footer) > 1 else "",
        "@@PAGE@@": word("footer.page"),
        "@@OF@@": word("footer.of"),
    }
    root = etree.fromstring(part, PARSER)
    for words in root.iter(w("t")):
        text = words.text or ""
        mark = next((mark for mark in marks if mark in text), None)
        if mark is not None:
            before, after = text.split(mark, 1)
            words.text = before + marks[mark] + after
            words.set(f"{{{XML}}}space", "preserve")
    if root.tag == w("hdr") and document.watermark:
        next(root.iter(w("p"))).append(watermark(document.watermark))
    return serial(root)


def _with_narrow_lists(numbering: bytes) -> bytes:
    """Reduces the indent of lists: in the cells of tables pandoc's takes a third of the width."""
    root = etree.fromstring(numbering, PARSER)
    for level in root.iter(w("lvl")):
        depth = int(level.get(w("ilvl"), "0"))
        for indent in level.iter(w("ind")):
            indent.set(w("left"), str(_STEP * (depth + 1)))
            indent.set(w("hanging"), str(_HANG))
    return serial(root)


def _in_british_english(settings: bytes) -> bytes:
    root = etree.fromstring(settings, PARSER)
    for language in root.iter(w("themeFontLang")):
        language.set(w("val"), "en-GB")
    return serial(root)
