"""Documents to DOCX: pandoc writes the text, then places to fill in become content controls and properties are set.

The parts of the file are changed as XML trees, never by pasting text; the same document gives the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TypeVar

from lxml import etree

from undersigned.documents.digest import docx_text_digest
from undersigned.documents.docx.controls import Planned, control, names_in_copy, names_property, planned_controls
from undersigned.documents.docx.pandoc import run_pandoc
from undersigned.documents.docx.pandoc_tree import (
    CLOSE,
    CONTENTS,
    MARKED_PARAGRAPH,
    MARKED_ROW,
    OPEN,
    TRACKED_BY,
    Tree,
    heading_id,
    with_texts,
    without_texts,
)
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
from undersigned.documents.stamping import PARTY, DocxStamper, Stamp, defaults_of
from undersigned.documents.words import TEMPLATE, word

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_DOCUMENT, _NUMBERING = "word/document.xml", "word/numbering.xml"
#: How far each level of a list stands in, and its marks hang out, in twentieths of a point.
_STEP, _HANG = 440, 320
#: Where the properties are that a copy adds to.
CUSTOM = "docProps/custom.xml"
#: The room above a paragraph after a table or a list, in twentieths of a point.
_AIR = "160"
#: A row of up to this many letters stays on one page.
_SHORT_ROW = 700
#: Pandoc numbers its own changes from 0.
_FIRST_CHANGE = 1_000_000
#: Sizes of type that a document in large type has instead of others, in half points.
_LARGE_TYPE = {"24": "28", "56": "44", "38": "34", "40": "34"}
#: By style, the room above and below in such a document, in twentieths of a point.
_LARGE_ROOM = {
    "Heading1": ("120", "20"),
    "Compact": ("0", "10"),
    "BodyText": ("0", "40"),
    "FirstParagraph": ("0", "40"),
}
T = TypeVar("T")


def docx_of(document: Document, *, epoch: int) -> bytes:
    """Returns the DOCX of a document. `epoch`: the time in it, in seconds since 1970. DocumentError if it cannot be made."""
    defaults = defaults_of(document)
    own = {field.name: (field.name, field.label) for field in fields_of(document) if field.name.startswith(PARTY)}
    return DocxStamper(docx_parts(document, epoch=epoch), defaults).make(Stamp(), names_in_copy(defaults.fields, own))


def docx_parts(document: Document, *, epoch: int) -> dict[str, bytes]:
    """Returns the parts of the DOCX by name, with marks where the values of stamped fields go. DocumentError as `docx_of`."""
    check_size(document)
    parts = _written(document, epoch)
    parts[_DOCUMENT] = _with_controls(parts[_DOCUMENT], document, epoch)
    for name in parts:
        if name.startswith(("word/header", "word/footer")) and name.endswith(".xml"):
            parts[name] = _with_marks(parts[name], document)
    if document.large:
        parts["word/styles.xml"] = _with_large_type(parts["word/styles.xml"])
    parts["docProps/core.xml"] = core_properties(document, epoch)
    names = tuple(field.name for field in fields_of(document))
    parts[CUSTOM] = custom_properties(
        (*document.properties, ("TextDigest", docx_text_digest(parts)), *names_property(names))
    )
    return parts


#: What pandoc made of the last shapes. It takes longer to start than to write a letter, and most letters are alike in all but
#: their words. Long documents are hardly ever alike.
_KEPT: dict[str, dict[str, bytes]] = {}
_MOST_KEPT, _LONGEST_KEPT = 64, 50_000


def _written(document: Document, epoch: int) -> dict[str, bytes]:
    """The parts as pandoc writes them, in British English and with narrow lists."""
    tree = Tree(_day_of(epoch)).document(document)
    whole = json.dumps(tree)
    if len(whole) > _LONGEST_KEPT:
        return _by_pandoc(whole, document.record, epoch)
    lifted, texts = without_texts(tree)
    shape = json.dumps(lifted)
    if shape not in _KEPT:
        made = _by_pandoc(shape, document.record, epoch)
        if len(_KEPT) >= _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[shape] = made
    parts = _KEPT[shape]
    return {**parts, _DOCUMENT: with_texts(parts[_DOCUMENT], texts)}


def _by_pandoc(tree: str, record: str, epoch: int) -> dict[str, bytes]:
    arguments = ["-f", "json", "-t", "docx", "--reference-doc", str(TEMPLATE / "reference.docx"), "-o", "-"]
    with zipfile.ZipFile(io.BytesIO(run_pandoc(arguments, tree, record=record, epoch=epoch))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if _NUMBERING in parts:
        parts[_NUMBERING] = _with_narrow_lists(parts[_NUMBERING])
    parts["word/settings.xml"] = _in_british_english(parts["word/settings.xml"])
    return parts


def _day_of(epoch: int) -> str:
    return (date(1970, 1, 1) + timedelta(seconds=epoch)).isoformat()


# -- the main part ----------------------------------------------------------------------------------------------


def _with_controls(part: bytes, document: Document, epoch: int) -> bytes:
    # lxml cannot add a namespace to a root that is there, and Word wants w14 declared and marked as ignorable on it.
    declared = (
        part.replace(b"<w:document ", f'<w:document xmlns:w14="{W14}" xmlns:mc="{MC}" mc:Ignorable="w14" '.encode(), 1)
        if b"xmlns:w14=" not in part
        else part
    )
    root = etree.fromstring(declared, PARSER)
    expected = planned_controls(fields_of(document))
    _track_changes(root, _day_of(epoch))
    _dress_tables(root, document)
    _give_air(root)
    _place_contents(root, document)
    for words in [words for words in root.iter(w("t")) if OPEN in (words.text or "")]:
        _place_controls(words, expected, document.record)
    if expected:
        raise DocumentError(document.record, f"the field {min(expected)!r} has no place in its DOCX")
    for name in root.iter(f"{{{_PICTURE}}}cNvPr"):
        name.set("descr", "")  # pandoc writes the whole picture there; its words are beside it, in docPr
    return serial(root)


def _track_changes(root: Element, day: str) -> None:
    """Marks the paragraphs and rows that a comparison put in or took out (ECMA-376 part 1, 17.13.5)."""
    marks = {sign: ("ins" if mark == "inserted" else "del") for mark, sign in MARKED_PARAGRAPH.items()}
    row_marks = {sign: ("ins" if mark == "inserted" else "del") for mark, sign in MARKED_ROW.items()}
    signs = re.compile(f"[{''.join((*marks, *row_marks))}]")
    number = _FIRST_CHANGE
    for words in [words for words in root.iter(w("t"), w("delText")) if signs.search(words.text or "")]:
        sign = signs.findall(words.text or "")[0]
        words.text = signs.sub("", words.text or "")
        number += 1
        paragraph = next(words.iterancestors(w("p")))
        if sign in row_marks:
            row = next(paragraph.iterancestors(w("tr")))
            first_child(row, "trPr").append(_change(row_marks[sign], number, day))
            cell = paragraph.getparent()
            if cell is not None:
                cell.remove(paragraph)
        else:
            properties = first_child(paragraph, "pPr")
            run_properties = properties.find(w("rPr"))
            if run_properties is None:
                run_properties = make("rPr")
                properties.append(run_properties)
            run_properties.insert(0, _change(marks[sign], number, day))

    if number > _FIRST_CHANGE:
        _keep_tables_apart(root, day, number)


def _keep_tables_apart(root: Element, day: str, number: int) -> None:
    """Marks the empty paragraphs between tables, without which Word joins them: each is in a text that needs it and in no other."""
    after_table = {"ins": False, "del": False}  # whether a table is the last thing of the later and of the earlier text
    apart: Element | None = None
    for element in list(next(root.iter(w("body")))):
        if element.tag == w("p") and not len(element):
            apart = element
        elif element.tag == w("tbl"):
            kinds = {"ins", "del"} - _other_kinds(element.findall(w("tr")), w("trPr"))
            needed = {kind for kind in kinds if after_table[kind]}
            if needed and apart is None:
                apart = make("p")
                _before_caption(element).addprevious(apart)
            if apart is not None and len(needed) < 2:
                run_properties = first_child(first_child(apart, "pPr"), "rPr")
                for place, kind in enumerate(("ins", "del")):
                    # What only the earlier text needs is a deletion, and what neither needs is both.
                    if needed == {kind} or not needed:
                        run_properties.insert(place, _change(kind, number := number + 1, day))
            after_table |= dict.fromkeys(kinds, True)
            apart = None
        elif element.tag == w("p") and not _is_caption(element):
            kinds = {"ins", "del"} - _other_kinds([element], f"{w('pPr')}/{w('rPr')}")
            after_table |= dict.fromkeys(kinds, False)
            apart = None


def _other_kinds(parts: list[Element], properties: str) -> set[str]:
    """The kind of text that has none of these parts: `del` if all were put in, `ins` if all were taken out."""
    marks = [{kind for kind in ("ins", "del") if part.find(f"{properties}/{w(kind)}") is not None} for part in parts]
    together = set.intersection(*marks) if marks else set()
    return {"del" if kind == "ins" else "ins" for kind in together}


def _is_caption(paragraph: Element) -> bool:
    style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
    return style is not None and style.get(w("val")) == "TableCaption"


def _before_caption(table: Element) -> Element:
    before = table.getprevious()
    return before if before is not None and before.tag == w("p") and _is_caption(before) else table


def _change(kind: str, number: int, day: str) -> Element:
    return make(kind, id=str(number), author=TRACKED_BY, date=f"{day}T00:00:00Z")


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
        pieces.append(control(planned, in_common=name.startswith(PARTY)))
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
        *([(None, False)] if document.facts else []),
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
        if heading.level > 1 or not heading.listed:
            continue
        text = "".join(node.text for node in every(heading.content) if isinstance(node, Text))
        link = make("hyperlink", run(text), anchor=heading_id(number), history="1")
        lines.append(make("p", make("pPr", make("pStyle", val=f"TOC{heading.level}")), link))
    for line in lines[:-1]:
        _keep_with_next(line)
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
    instruction.text = ' TOC \\o "1-1" \\h \\z \\u '
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


def _with_large_type(styles: bytes) -> bytes:
    """Makes the text larger, and the title, the headings and the room around them smaller, so that two sides hold more."""
    root = etree.fromstring(styles, PARSER)
    for size in root.iter(w("sz"), w("szCs")):
        size.set(w("val"), _LARGE_TYPE.get(size.get(w("val"), ""), size.get(w("val"), "")))
    for style in root.iter(w("style")):
        before, after = _LARGE_ROOM.get(style.get(w("styleId"), ""), ("", ""))
        for room in style.iter(w("spacing")) if before else ():
            room.set(w("before"), before)
            room.set(w("after"), after)
    return serial(root)


def _in_british_english(settings: bytes) -> bytes:
    root = etree.fromstring(settings, PARSER)
    for language in root.iter(w("themeFontLang")):
        language.set(w("val"), "en-GB")
    return serial(root)
