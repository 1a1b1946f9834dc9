"""Agreements as agencies write them, made up here in the shapes of real ones: DOCX, ODT and PDF, with what is true of each.

All bodies and people in them are invented.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pypandoc
import typst
from docx import Document as Word
from docx.document import Document as WordDocument

#: The bodies of the test register: id, name, kind.
BODIES = (
    ("brackenford-borough-council", "Brackenford Borough Council", "local-authority"),
    ("brackenshire-county-council", "Brackenshire County Council", "local-authority"),
    ("brackenshire-police", "Brackenshire Police", "police"),
    ("brackenshire-probation", "Probation Service, Brackenshire Delivery Unit", "probation"),
    ("harrowmere-homes", "Harrowmere Homes", "housing-provider"),
    ("oakhollow-nhs", "Oakhollow NHS Foundation Trust", "health"),
    ("hmp-oakhollow", "HMP Oakhollow", "prison"),
    ("safe-haven", "Safe Haven Brackenshire", "voluntary"),
)


@dataclass(frozen=True)
class Truth:
    """What a careful reader finds. `parties`: ids, or the names as written of those that the register does not know.

    `topics`: the topics that the sections answer, by the words of their headings; a heading that is not there has none.
    `people`: words that may be nowhere in what is written.
    """

    title: str
    parties: frozenset[str]
    topics: dict[str, frozenset[str]]
    people: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    version: str = ""
    reference: str = ""
    start: str = ""
    end: str = ""
    review: str = ""
    interval: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """A made-up agreement. `blocks`: what it holds, in the words below; `suffix` says what file is made of it."""

    name: str
    suffix: str
    blocks: tuple[tuple[object, ...], ...] = field(repr=False)
    truth: Truth = field(repr=False, compare=False)


def one(*topics: str) -> frozenset[str]:
    return frozenset(topics)


def content_of(agreement: Agreement) -> bytes:
    """The bytes of its file."""
    return _file(agreement.name, agreement.suffix, agreement.blocks)


@cache
def _file(name: str, suffix: str, blocks: tuple[tuple[object, ...], ...]) -> bytes:
    if suffix == "pdf":
        return typst.compile(_typst(blocks).encode("utf-8"))
    word = io.BytesIO()
    _word(blocks).save(word)
    if suffix == "docx":
        return word.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.docx"
        path.write_bytes(word.getvalue())
        pypandoc.convert_file(str(path), "odt", outputfile=str(Path(folder) / "x.odt"))
        return (Path(folder) / "x.odt").read_bytes()


def _word(blocks: Sequence[tuple[object, ...]]) -> WordDocument:
    """A Word document. Blocks: (h1|h2|title|p|bold|item|number|table|break, text or rows)."""
    document = Word()
    for kind, content in blocks:
        if kind == "table":
            rows: Sequence[Sequence[str]] = content  # type: ignore[assignment]
            table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
            table.style = "Table Grid"
            for row, cells in enumerate(rows):
                for column, text in enumerate(cells):
                    table.cell(row, column).text = text
            continue
        text = str(content)
        if kind in ("h1", "h2", "h3"):
            document.add_heading(text, int(str(kind)[1]))
        elif kind == "title":
            document.add_heading(text, 0)
        elif kind == "bold":
            document.add_paragraph().add_run(text).bold = True
        elif kind == "item":
            document.add_paragraph(text, style="List Bullet")
        elif kind == "number":
            document.add_paragraph(text, style="List Number")
        elif kind == "break":
            document.add_page_break()
        elif kind == "header":
            document.sections[0].header.paragraphs[0].text = text
        else:
            document.add_paragraph(text)
    return document


def _typst(blocks: Sequence[tuple[object, ...]]) -> str:
    lines = [
        '#set page(footer: context align(center)[Page #counter(page).display()], header: [Official])\n#set text(size: 11pt, font: "Libertinus Serif")\n#set par(spacing: 1.2em)'
    ]
    for kind, content in blocks:
        if kind == "table":
            rows: Sequence[Sequence[str]] = content  # type: ignore[assignment]
            cells = ", ".join(f"[{_escaped(cell)}]" for row in rows for cell in row)
            lines.append(f"#table(columns: {max(map(len, rows))}, {cells})")
            continue
        text = _escaped(str(content))
        if kind in ("h1", "title"):
            lines.append(f'#text(size: 15pt, weight: "bold")[{text}]')
        elif kind in ("h2", "bold"):
            lines.append(f"#strong[{text}]")
        elif kind == "item":
            lines.append(f"- {text}")
        elif kind == "break":
            lines.append("#pagebreak()")
        elif kind != "header":
            lines.append(text)
    return "\n\n".join(lines)


def _escaped(text: str) -> str:
    escaped = "".join("\\" + letter if letter in "\\#[]*_`$<>@=+-/~" else letter for letter in text)
    return escaped.replace("\n", " \\\n")
