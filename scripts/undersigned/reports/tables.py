"""JSON, text tables, CSV and spreadsheets, whatever they are about."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from undersigned.words.text import plain

SCHEMA_VERSION = 1
#: What a cell of a table may hold. Only whole numbers and dates are numbers and dates in a spreadsheet.
Cell = str | int | date | None
#: What a feed, a calendar and a spreadsheet of worked examples say.
EXAMPLES = "Examples only: these are not real agreements."
_WIDEST_COLUMN = 60
_ROWS_MEASURED = 200


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def json_text(answer: Mapping[str, object]) -> str:
    """JSON with `schema_version`, sorted keys and one final newline."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **answer}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def counted(number: int, noun: str) -> str:
    """`1 protocol`, `1,200 protocols`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def text_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    numbers: Collection[int] = (),
    widest: Mapping[int, int] | None = None,
) -> list[str]:
    """Lines of a table for a terminal. `numbers`: columns set to the right. `widest`: where a column is cut."""
    widest = widest or {}
    cells = [[_cut(plain(_text(cell)), widest.get(i)) for i, cell in enumerate(row)] for row in rows]
    widths = [max([len(column), *(len(row[i]) for row in cells)]) for i, column in enumerate(columns)]

    def line(row: Sequence[str]) -> str:
        return "  ".join(c.rjust(widths[i]) if i in numbers else c.ljust(widths[i]) for i, c in enumerate(row)).rstrip()

    return [line(columns), line(["-" * width for width in widths]), *(line(row) for row in cells)]


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, example: bool = False) -> str:
    """CSV with lines that end in CR LF (RFC 4180). No text can be taken for a formula; numbers stay numbers.

    `example`: the rows are worked examples, and a last column says so in each.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*columns, "example"] if example else columns)
    for row in rows:
        cells = (neutral(cell) if isinstance(cell, str) else _text(cell) for cell in row)
        writer.writerow([*cells, *(["yes"] if example else [])])
    return out.getvalue()


def neutral(text: str) -> str:
    """Text that a spreadsheet shows and never works out, with an apostrophe before what could begin a formula.

    Source: OWASP, "CSV Injection".
    """
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@")) or text[:1] in ("\t", "\r", "\n") else text


def workbook(sheets: Iterable[Sheet], *, title: str, as_of: date, notice: str = "") -> bytes:
    """An XLSX workbook: headings that stay in view, filters, real dates, and no cell that is a formula.

    `notice`: what a last sheet says of all the others. The same sheets give the same bytes: `as_of` replaces the hour at
    which it was made.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "created": _midnight(as_of)})
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    about = [Sheet("About", ["About these sheets"], [[notice]])] if notice else []
    for sheet in [*sheets, *about]:
        page = book.add_worksheet(sheet.name)
        page.write_row(0, 0, sheet.columns, heading)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, column, _midnight(cell), day)
                elif isinstance(cell, int):
                    page.write_number(number, column, cell)
                elif cell is not None:
                    page.write_string(number, column, neutral(cell))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
        for column, title_ in enumerate(sheet.columns):
            widest = max([len(title_), *(len(_text(row[column])) for row in sheet.rows[:_ROWS_MEASURED])])
            page.set_column(column, column, min(_WIDEST_COLUMN, widest + 3))
    book.close()
    return out.getvalue()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a spreadsheet knows no time zones


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _cut(text: str, widest: int | None) -> str:
    return text if widest is None or len(text) <= widest else text[: widest - 1] + "…"
