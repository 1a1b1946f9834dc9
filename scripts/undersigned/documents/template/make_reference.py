"""Makes `reference.docx`, whose styles, header and footer every DOCX takes: `python make_reference.py`.

Run by a developer when the design changes; its output is committed.
"""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import docx.document
import docx.text.paragraph
import pypandoc
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

HERE = Path(__file__).parent
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ACCENT, QUIET = RGBColor(0x12, 0x50, 0x6B), RGBColor(0x4A, 0x4F, 0x54)
SIZES = {
    "Title": 28,
    "Heading 1": 19,
    "Heading 2": 14,
    "Heading 3": 12,
    "Heading 4": 12,
    "Heading 5": 12,
    "Heading 6": 12,
    "TOC Heading": 19,
}
MONOSPACE = ("Verbatim Char", "Source Code")


def set_fonts(document: docx.document.Document) -> None:
    """Arial everywhere, which every office has; en-GB; no theme fonts or colours left."""
    code = document.styles.add_style("Source Code", WD_STYLE_TYPE.PARAGRAPH)
    code.base_style = document.styles["Normal"]
    for style in document.styles:
        if style.type not in (WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER):
            continue
        properties = style.element.get_or_add_rPr()
        for old in properties.findall(qn("w:rFonts")):
            properties.remove(old)
        name = "Courier New" if style.name in MONOSPACE else "Arial"
        properties.insert(
            0, parse_xml(f'<w:rFonts {W} w:ascii="{name}" w:hAnsi="{name}" w:cs="{name}" w:eastAsia="{name}"/>')
        )
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in (*defaults.findall(qn("w:lang")), *defaults.findall(qn("w:sz")), *defaults.findall(qn("w:szCs"))):
        defaults.remove(old)
    defaults.append(parse_xml(f'<w:sz {W} w:val="24"/>'))
    defaults.append(parse_xml(f'<w:szCs {W} w:val="24"/>'))
    defaults.append(parse_xml(f'<w:lang {W} w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/>'))


def set_styles(document: docx.document.Document) -> None:
    styles = document.styles
    for name, size in SIZES.items():
        style = styles[name]
        style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = Pt(size), True, False, ACCENT
        style.paragraph_format.alignment = 0
        style.paragraph_format.keep_with_next = True
        style.paragraph_format.space_before = Pt(0 if name == "Title" else 14 if name == "Heading 1" else 10)
        style.paragraph_format.space_after = Pt(10 if name == "Title" else 4)
    for name in ("Body Text", "First Paragraph", "Compact", "Footnote Text", "Block Text"):
        styles[name].font.size = Pt(12)
    for name in ("Body Text", "First Paragraph"):
        styles[name].paragraph_format.space_before = Pt(0)
        styles[name].paragraph_format.space_after = Pt(6)
        styles[name].paragraph_format.line_spacing = 1.08
    styles["Compact"].paragraph_format.space_before = styles["Compact"].paragraph_format.space_after = Pt(2)
    caption = styles["Table Caption"]
    caption.font.size, caption.font.italic, caption.font.color.rgb = Pt(12), False, QUIET
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(10), Pt(4)
    for name in MONOSPACE:
        styles[name].font.size = Pt(12)
    link = styles["Hyperlink"]
    link.font.color.rgb, link.font.underline = ACCENT, True
    for name, size, bold, colour in (
        ("Kicker", 14, True, QUIET),
        ("Notice", 12, True, ACCENT),
        ("Copy", 12, False, None),
        ("TOC 1", 12, True, None),
        ("TOC 2", 12, False, None),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), bold
        if colour is not None:
            style.font.color.rgb = colour
        style.paragraph_format.space_after = Pt(2 if name.startswith("TOC") else 0 if name == "Copy" else 8)
        style.paragraph_format.left_indent = Cm(0.6) if name == "TOC 2" else None
    styles["Kicker"].element.get_or_add_pPr().insert(
        0, parse_xml(f'<w:pBdr {W}><w:top w:val="single" w:sz="36" w:space="12" w:color="12506B"/></w:pBdr>')
    )
    styles["TOC 1"].paragraph_format.space_before = Pt(6)
    for name in ("Notice", "Copy"):
        properties = styles[name].element.get_or_add_pPr()
        # Both come before any spacing (ECMA-376 part 1, 17.3.1.26).
        properties.insert(0, parse_xml(f'<w:shd {W} w:val="clear" w:color="auto" w:fill="E8EEF1"/>'))
        properties.insert(
            0, parse_xml(f'<w:pBdr {W}><w:left w:val="single" w:sz="36" w:space="8" w:color="12506B"/></w:pBdr>')
        )


def set_tables(document: docx.document.Document) -> None:
    """Quiet lines between rows, a tinted head that is repeated."""
    table = next(style for style in document.styles if style.name == "Table").element
    for old in (*table.findall(qn("w:tblPr")), *table.findall(qn("w:tblStylePr"))):
        table.remove(old)
    lines = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="9AA3AA"/>' for edge in ("top", "bottom", "insideH")
    )
    table.append(
        parse_xml(
            f'<w:tblPr {W}><w:tblBorders>{lines}</w:tblBorders><w:tblCellMar><w:top w:w="20" w:type="dxa"/>'
            '<w:left w:w="100" w:type="dxa"/><w:bottom w:w="20" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )
    table.append(
        parse_xml(
            f'<w:tblStylePr {W} w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
            '<w:shd w:val="clear" w:color="auto" w:fill="E8EEF1"/></w:tcPr></w:tblStylePr>'
        )
    )


def set_page(document: docx.document.Document) -> None:
    """A4, and the marks that each document replaces in its header and footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.1), Cm(2.4)
    header = section.header.paragraphs[0]
    run = header.add_run("@@NOTICE@@")
    run.font.name, run.font.size, run.font.bold, run.font.color.rgb = "Arial", Pt(12), True, ACCENT
    footer = section.footer.paragraphs[0]
    footer._p.get_or_add_pPr().append(
        parse_xml(
            f'<w:tabs {W}><w:tab w:val="clear" w:pos="4680"/><w:tab w:val="clear" w:pos="9360"/><w:tab w:val="right" w:pos="9638"/></w:tabs>'
        )
    )

    def small(text: str, paragraph: docx.text.paragraph.Paragraph = footer) -> None:
        run = paragraph.add_run(text)
        run.font.name, run.font.size, run.font.color.rgb = "Arial", Pt(12), QUIET

    small("@@FOOT@@\t@@PAGE@@ ")
    for instruction, after in (("PAGE", " @@OF@@ "), ("NUMPAGES", "")):
        footer._p.append(
            parse_xml(
                f'<w:fldSimple {W} w:instr="{instruction}"><w:r><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial"/>'
                '<w:color w:val="4A4F54"/><w:sz w:val="24"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>'
            )
        )
        small(after)
    small("@@CHECK@@", section.footer.add_paragraph())
    for paragraph in (header, *section.footer.paragraphs):
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)


def main() -> None:
    default = subprocess.run(
        [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"], capture_output=True, check=True
    ).stdout
    document = docx.Document(io.BytesIO(default))
    set_fonts(document)
    set_styles(document)
    set_tables(document)
    set_page(document)
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(HERE / "reference.docx", "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
