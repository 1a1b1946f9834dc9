"""The text of a PDF as paragraphs and tables. Lines are put together by their places on the page.

What is repeated at the head or foot of pages is left out.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pikepdf

from undersigned.intake.document_reader import MOST_BLOCKS, Block, Document, UnusableError, tidy
from undersigned.returned.pdf_text import Letter, shown_by_page

_MOST_PAGES = 300


@dataclass(frozen=True)
class _Line:
    """A line of a page: its parts with wide gaps between them, each with the place of its left end."""

    page: int
    parts: tuple[tuple[float, str], ...]
    bottom: float
    size: float
    strong: bool
    right: float

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.parts)

    @property
    def left(self) -> float:
        return self.parts[0][0]


def document_of_pdf(content: bytes) -> Document:
    """The text of a PDF. Raises UnusableError for a scan, and for a file that is locked or damaged."""
    try:
        with pikepdf.open(io.BytesIO(content)) as file:
            pages = [_lines_of(page.obj, number) for number, page in enumerate(list(file.pages)[:_MOST_PAGES], 1)]
    except pikepdf.PasswordError:
        raise UnusableError("it is locked with a password") from None
    except pikepdf.PdfError:
        raise UnusableError("it is damaged") from None
    lines = [line for page in _without_margins(pages) for line in page]
    if sum(len(line.text) for line in lines) < 40:
        raise UnusableError("it is a scan: its pages are pictures without words")
    blocks = tuple(replace(block, number=number) for number, block in enumerate(_blocks_of(lines), 1))
    return Document(
        blocks[:MOST_BLOCKS], "", ("The file is a PDF: tables and headings were recognised by their places.",)
    )


def _lines_of(page: object, number: int) -> list[_Line]:
    shown = shown_by_page(page)  # type: ignore[arg-type]
    if len(shown.letters) > 40_000:
        raise UnusableError("a page holds more letters than any page of an agreement")
    bold = _bold_fonts(page)
    rows: list[tuple[float, list[Letter]]] = []
    for letter in sorted(shown.letters, key=lambda one: -one.box[1]):
        if rows and abs(rows[-1][0] - letter.box[1]) <= max(1.5, letter.size * 0.3):
            rows[-1][1].append(letter)
        else:
            rows.append((letter.box[1], [letter]))
    lines = []
    for bottom, letters in rows:
        letters.sort(key=lambda one: one.box[0])
        size = max(letter.size for letter in letters)
        parts: list[tuple[float, str]] = []
        last: Letter | None = None
        for letter in letters:
            gap = letter.box[0] - last.box[2] if last is not None else 0.0
            if last is None or gap > size * 1.6:
                parts.append((letter.box[0], letter.text))
            else:
                left, text = parts[-1]
                parts[-1] = (left, text + (" " if gap > size * 0.2 else "") + letter.text)
            last = letter
        parts = [(left, line) for left, text in parts if (line := tidy(text).replace("\n", " "))]
        if parts and last is not None:
            inked = [letter for letter in letters if letter.text.strip()]
            strong = bool(inked) and all(letter.font in bold for letter in inked)
            lines.append(_Line(number, tuple(parts), bottom, size, strong, last.box[2]))
    return lines


def _bold_fonts(page: object) -> frozenset[str]:
    """The names that the page has for its bold fonts."""
    fonts = page.get("/Resources", {}).get("/Font", {})  # type: ignore[attr-defined]
    return frozenset(
        name
        for name, font in fonts.items()
        if re.search("bold|black|heavy|semibold", str(font.get("/BaseFont", "")), re.IGNORECASE)
    ) | frozenset(
        name.removeprefix("/")
        for name, font in fonts.items()
        if re.search("bold|black|heavy|semibold", str(font.get("/BaseFont", "")), re.IGNORECASE)
    )


def _without_margins(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Without the lines that most pages repeat at their head or foot, whatever the page number in them."""
    if len(pages) < 2:
        return [[line for line in page if not _is_page_number(line.text)] for page in pages]

    def key(line: _Line) -> tuple[str, int]:
        return re.sub("[0-9]+", "#", line.text), round(line.bottom / 4)

    ends = [[*page[:3], *page[-3:]] for page in pages]
    seen = Counter(one for page in ends for one in {key(line) for line in page})
    repeated = {one for one, times in seen.items() if times >= max(2, len(pages) * 0.6)}
    return [[line for line in page if key(line) not in repeated and not _is_page_number(line.text)] for page in pages]


def _is_page_number(text: str) -> bool:
    return bool(re.fullmatch(r"(?i)(page )?[0-9]{1,3}( of [0-9]{1,3})?", text.strip(" -–|")))


_ITEM = re.compile(r"(?:[•▪◦‣●\uf0b7o–-]|\(?[a-z]{1,2}\)|\([ivx]+\))\s+(?=\S)")


def _blocks_of(lines: list[_Line]) -> Iterator[Block]:
    """Lines joined to paragraphs, headings, items and tables. Their numbers are given later."""
    sizes = Counter(round(line.size) for line in lines for _ in range(len(line.text)))
    body = sizes.most_common(1)[0][0]
    rights = sorted(line.right for line in lines if len(line.text) > 60)
    full = rights[len(rights) * 3 // 4] if rights else 0.0
    index = 0
    while index < len(lines):
        line = lines[index]
        if len(line.parts) > 1 and not _ITEM.match(line.text):
            rows, index = _table(lines, index)
            if len(rows) > 1 or len(line.parts) > 1:
                yield Block(0, "table", "", rows=rows)
                continue
        texts = [line.text]
        strong = line.strong
        is_heading = line.size > body * 1.15
        index += 1
        while index < len(lines) and _continues(lines[index - 1], lines[index], full):
            texts.append(lines[index].text)
            index += 1
        text = " ".join(texts)
        item = _ITEM.match(text)
        if item:
            yield Block(
                0, "item", text[item.end() :], mark="-" if not item[0].strip(" ()").isalnum() else item[0].strip()
            )
        elif is_heading and len(text) < 150:
            yield Block(0, "heading", text, level=1, strong=strong)
        else:
            yield Block(0, "text", text, strong=strong)


def _continues(last: _Line, line: _Line, full: float) -> bool:
    """Whether a line goes on with the paragraph of the last one."""
    if abs(last.size - line.size) > 0.6 or last.strong != line.strong or len(line.parts) > 1 or _ITEM.match(line.text):
        return False
    if re.match(r"\(?[0-9]{1,2}(?:\.[0-9]+)*[.)]?\s+\S", line.text) and not re.match("[a-z]", line.text):
        return False
    if line.page != last.page:
        return last.right > full - last.size * 6 and not re.search(r"[.:;]\Z", last.text)
    near = last.bottom - line.bottom < last.size * 1.75
    return (
        near
        and (last.right > full - last.size * 6 or not re.search(r"[.:;]\Z", last.text))
        and last.right > full * 0.55
    )


def _table(lines: list[_Line], start: int) -> tuple[tuple[tuple[str, ...], ...], int]:
    """The rows of a table that begins at a line, and the number of the first line after it."""
    rows: list[list[str]] = []
    columns: list[float] = []
    index = start
    while index < len(lines):
        line = lines[index]
        if len(line.parts) > 1:
            if not columns or len(line.parts) >= len(columns):
                columns = [left for left, _ in line.parts]
            row = [""] * len(columns)
            for left, text in line.parts:
                at = min(range(len(columns)), key=lambda n: abs(columns[n] - left))
                row[at] = f"{row[at]}\n{text}".strip()
            if rows and not row[0] and len(row) == len(rows[-1]):  # several cells of the last row go on
                rows[-1] = [f"{one}\n{more}".strip() for one, more in zip(rows[-1], row, strict=True)]
            else:
                rows.append(row)
        elif rows and len(columns) > 1 and any(abs(left - line.left) < 4 for left in columns[1:]):
            at = min(range(len(columns)), key=lambda n: abs(columns[n] - line.left))
            at = min(at, len(rows[-1]) - 1)
            rows[-1][at] = f"{rows[-1][at]}\n{line.text}".strip()
        elif (
            rows
            and abs(columns[0] - line.left) < 4
            and index + 1 < len(lines)
            and len(lines[index + 1].parts) > 1
            and len(line.text) < 60
            and lines[index - 1].bottom - line.bottom < line.size * 1.6
            and line.right < (columns[1] if len(columns) > 1 else 0)
        ):
            rows.append([line.text, *[""] * (len(columns) - 1)])
        else:
            break
        index += 1
    return tuple(tuple(row) for row in rows), index
