"""An outcome return as a workbook: begun from the last one, filled in by whoever has the figures, and read back."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from undersigned.editing import EditingError
from undersigned.editing.returns import Asked, Begun, begin_return, due_period, make_return, name_of, read_figure
from undersigned.intake.cell_findings import cell_finding
from undersigned.intake.cells import Cell, Sheet, text_of
from undersigned.intake.plan import Plan, PlannedRow, errors_of
from undersigned.records.findings import new_findings
from undersigned.register import Register
from undersigned.reports.tables import neutral

#: What A1 of the sheet About says, so that the workbook is recognised.
TITLE = "A return of outcomes"
_SHEET = "Return"
_HELP = (
    "Write the figures of this period in the yellow cells, as you have them, and send the file back.",
    "Leave a cell empty if nobody knows the figure. The figures of the last return are shown beside it.",
    "Small counts of people are hidden, and figures are rounded, before anything is recorded.",
    "Write nothing about a person.",
)
_ABOUT = (
    ("source", "Where do the figures come from?"),
    ("area", "Which area do they cover?"),
    ("notes", "What must a reader know to understand them?"),
)


def return_workbook(register: Register, protocol: str, period: str | None, *, as_of: date) -> bytes:
    """An XLSX workbook for a return of a protocol. `period`: its name; without it, the one that is due.

    Raises EditingError if there is no such protocol, or if the name is not a period.
    """
    import xlsxwriter

    folder = register.protocol(protocol)
    if folder is None or not folder.readable:
        raise EditingError(f"there is no protocol '{protocol}' that can be read", "Write its id.")
    begun = begin_return(folder, period or name_of(*due_period(folder, as_of=as_of)))
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": TITLE, "created": datetime(as_of.year, as_of.month, as_of.day)})  # noqa: DTZ001
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    fixed = book.add_format({"font_color": "#505a5f", "num_format": "@", "text_wrap": True, "valign": "top"})
    answer = book.add_format({"bg_color": "#fff7bf", "locked": False, "text_wrap": True, "valign": "top"})
    page = book.add_worksheet(_SHEET)
    page.write_row(0, 0, ("key", "What is asked", f"Last time ({begun.last or 'none'})", "This time"), heading)
    page.set_column(0, 0, None, None, {"hidden": True})
    page.set_column(1, 1, 60)
    page.set_column(2, 3, 24)
    page.freeze_panes(1, 2)
    for number, (key, words, before, now) in enumerate(_rows(begun), 1):
        page.write_string(number, 0, key, fixed)
        page.write_string(number, 1, neutral(words), fixed)
        page.write_string(number, 2, neutral(before), fixed)
        if now.isascii() and now.isdigit():
            page.write_number(number, 3, int(now), answer)
        else:
            page.write_string(number, 3, neutral(now), answer) if now else page.write_blank(number, 3, None, answer)
    page.protect("", {"format_columns": True})
    about = book.add_worksheet("About")
    about.set_column(0, 0, 90)
    facts = (TITLE, folder.value.title, f"{folder.id}/{begun.name}", f"{begun.days[0]} to {begun.days[1]}", *_HELP)
    for number, text in enumerate(facts):
        about.write_string(number, 0, neutral(text))
    book.close()
    return out.getvalue()


def _rows(begun: Begun) -> list[tuple[str, str, str, str]]:
    """Key, question, the answer of the last return and that of this one."""
    rows = [
        (f"{one.id}.{field}", one.question(field), one.before.get(field, ""), one.now.get(field, ""))
        for one in begun.asked
        for field in one.fields
    ]
    known = {"source": begun.source, "area": begun.area, "notes": ""}
    return [*rows, *((name, words, "", known[name]) for name, words in _ABOUT)]


def is_return(sheets: Sequence[Sheet]) -> bool:
    """Whether the workbook was made by `return_workbook`."""
    return _about(sheets)[:1] == [TITLE]


def _about(sheets: Sequence[Sheet]) -> list[str]:
    sheet = next((one for one in sheets if one.name == "About"), None)
    return [text_of((row or [None])[0]) for row in sheet.rows] if sheet is not None else []


def plan_return(sheets: Sequence[Sheet], register: Register, *, file: str, as_of: date) -> Plan:
    """The return that a workbook holds, as a planned record. A figure that cannot be used is left out, and no other."""
    plan = Plan(file)
    told = _about(sheets)
    protocol, _, period = (told[2] if len(told) > 2 else "").partition("/")
    sheet = next((one for one in sheets if one.name == _SHEET), None)
    folder = register.protocol(protocol)
    first = Cell("About", 3, 1, protocol)
    if sheet is None or folder is None or not folder.readable:
        plan.findings.append(cell_finding("import-row-unknown", file, first, text="the protocol"))
        return plan
    row = PlannedRow(first.address, "new", folder.id, f"{folder.value.title}, {period}", f"{protocol}/{period}")
    plan.rows.append(row)
    try:
        begun = begin_return(folder, period)
        answers = _answers(sheet, begun.asked, row, file)
        made = make_return(
            register,
            begun,
            {(one.id, field): answers.get(f"{one.id}.{field}", "") for one in begun.asked for field in one.fields},
            area=answers.get("area", ""),
            source=answers.get("source", ""),
            notes=answers.get("notes", ""),
            as_of=as_of,
        )
    except EditingError as error:
        row.action = "left-out"
        row.findings.append(cell_finding("import-check", file, first, text=str(error), read=error.hint))
        return plan
    if all(register.files.contents.get(path) == raw for path, raw in made.files.items()):
        row.action = "same"
        return plan
    before = errors_of(register, [folder.id], [], as_of)
    after = errors_of(register.with_files(made.files), [folder.id], [], as_of)
    for finding in new_findings(before, after)[0]:
        row.action = "left-out"
        text = f"in {finding.path}: {finding.message}"
        row.findings.append(cell_finding("import-check", file, first, text=text, read=finding.hint))
    if row.action != "left-out":
        row.action = "change" if begun.exists else "new"
        row.files = dict(made.files)
    return plan


def _answers(sheet: Sheet, asked: Sequence[Asked], row: PlannedRow, file: str) -> Mapping[str, str]:
    """The answers by their key. A value that is not a figure is reported at its cell and left out."""
    figures = {f"{one.id}.{field}" for one in asked for field in one.fields if field != "offered"}
    found = {}
    for number, cells in enumerate(sheet.rows[1:], 2):
        key = text_of(cells[0]) if cells else ""
        cell = Cell(sheet.name, number, 4, cells[3] if len(cells) > 3 else None)
        if key in figures:
            try:
                read_figure(cell.text)
            except ValueError:
                row.findings.append(cell_finding("import-figure", file, cell))
                continue
        if key:
            found[key] = cell.text.strip()
    return found
