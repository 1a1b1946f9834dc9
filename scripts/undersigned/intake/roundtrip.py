"""The register as a workbook that people may edit, and the edits back as changed records.

Each row has a hidden key, which names its record and its place, and a hidden mark: a hash of the row as it was exported.
Where the mark and the register differ, the register has moved meanwhile, and that row is not taken.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from undersigned.editing import EditingError
from undersigned.editing.amend import Put, Remove, amended
from undersigned.intake.cell_findings import CellFinding, cell_finding
from undersigned.intake.cells import Cell, Sheet, text_of
from undersigned.intake.meaning import read_when
from undersigned.intake.plan import Plan, PlannedRow, errors_of
from undersigned.records.fields import Authored
from undersigned.records.findings import Finding, new_findings
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.reading import Record
from undersigned.records.schema import values_of
from undersigned.records.signature import SigningRecord
from undersigned.records.source import PlainData
from undersigned.register import Register
from undersigned.reports.tables import neutral

#: What A1 of the sheet About says, so that a workbook is recognised.
TITLE = "A register of information-sharing agreements"
_DAY: Final = "day"
_WORDS: Final = "words"
_FIXED: Final = "fixed"
_HELP = (
    "Change the yellow cells, save, and run 'undersigned import' with this file. Grey cells and hidden columns must stay.",
    "A day may be a month where the day is not known, for example May 2006. An empty cell takes the fact away.",
    "Versions and fingerprints are not changed here: 'undersigned release' stamps a new version.",
)


@dataclass(frozen=True)
class _Field:
    """A column: its heading, the path of the value in the record, and what may be written."""

    heading: str
    path: tuple[str, ...]
    kind: Literal["day", "words", "fixed"] = "words"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Table:
    """A sheet. `within`: the list of the record that gives a row for each of its items, or "" for a row a record."""

    name: str
    model: type[Authored]
    within: str
    fields: tuple[_Field, ...]


def _tables() -> tuple[_Table, ...]:
    return (
        _Table(
            "Protocols",
            Protocol,
            "",
            (
                _Field("Title", ("title",), _FIXED),
                _Field("Kind", ("kind",), _FIXED),
                _Field("Status", ("status",), _WORDS, values_of(Protocol, "status")),
                _Field("Lead", ("lead",), _FIXED),
                _Field("In force from", ("effective_from",), _DAY),
                _Field("In force until", ("effective_to",), _FIXED),
                _Field("Months between reviews", ("review", "interval_months"), _FIXED),
            ),
        ),
        _Table(
            "Signatures",
            SigningRecord,
            "signatures",
            (
                _Field("Version", ("version",), _FIXED),
                _Field("Sent on", ("sent_on",), _DAY),
                _Field("Approved on", ("approved_on",), _DAY),
                _Field("Signed on", ("signed_on",), _DAY),
                _Field("Post that signed", ("signed_by", "post")),
                _Field("Authority", ("signed_by", "authority"), _WORDS, ("office", "delegation", "resolution", "deed")),
                _Field("Reference of the authority", ("signed_by", "reference")),
                _Field(
                    "Method", ("method",), _WORDS, ("wet-ink", "electronic", "digital-certificate", "deed", "minute")
                ),
                _Field("Returned on", ("returned_on",), _DAY),
                _Field("Where the signed copy is", ("evidence", "reference")),
                _Field("Declined on", ("declined", "on"), _DAY),
                _Field("Withdrawn on", ("withdrawn", "on"), _DAY),
            ),
        ),
        _Table(
            "Organisations",
            Organisation,
            "",
            (
                _Field("Name", ("name",), _FIXED),
                _Field("Kind", ("kind",), _FIXED),
                _Field("Website", ("website",)),
                _Field("ICO registration", ("ico_registration",)),
                _Field("Contact's post", ("contact", "post")),
                _Field("Contact's mailbox", ("contact", "mailbox")),
                _Field("Contact confirmed on", ("contact", "confirmed_on"), _DAY),
            ),
        ),
    )


@dataclass(frozen=True)
class _Row:
    """A row of the register. `item` is None for a row that is a whole record."""

    path: str
    item: int | None
    who: tuple[str, str]
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path if self.item is None else f"{self.path}#{self.item}"

    @property
    def mark(self) -> str:
        return hashlib.sha256(json.dumps(self.values).encode()).hexdigest()[:12]


def _rows(register: Register, table: _Table) -> Iterator[_Row]:
    """The rows of a table as the records have them."""
    for path, who, record in _records(register, table):
        data = record.source.data
        items: list[tuple[int | None, PlainData]] = [(None, data)]
        if table.within:
            listed = data.get(table.within)
            items = list(enumerate(listed)) if isinstance(listed, list) else []
        for item, part in items:
            yield _Row(path, item, who, tuple(_at(part, field.path) for field in table.fields))


def _records(register: Register, table: _Table) -> Iterator[tuple[str, tuple[str, str], Record[Authored]]]:
    """Path, the two names that tell the record apart, and the record. Only records without faults."""
    found: list[tuple[str, tuple[str, str], Record[Authored] | None]] = []
    if table.model is Protocol:
        for id_ in register.protocol_ids:
            found.append((f"protocols/{id_}/protocol.yaml", (id_, ""), register.protocol_record(id_)))  # type: ignore[arg-type]
    elif table.model is Organisation:
        for id_ in register.organisation_ids:
            found.append((f"signatories/{id_}/organisation.yaml", (id_, ""), register.organisation(id_)))  # type: ignore[arg-type]
    else:
        for folder in register.protocols():
            for organisation, record in folder.signing.items():
                found.append((record.path, (register.organisation_name(organisation), folder.id), record))  # type: ignore[arg-type]
    for path, who, one in found:
        if one is not None and one.value is not None:
            yield path, who, one


def _at(value: PlainData, path: Sequence[str]) -> str:
    """The text at a path; empty where there is none."""
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None or isinstance(value, dict | list) else " ".join(str(value).split())


# -- out -----------------------------------------------------------------------------------------------------------------


def register_workbook(register: Register, *, as_of: date) -> bytes:
    """An XLSX workbook with the protocols, signatures and organisations of the register."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": TITLE, "created": datetime(as_of.year, as_of.month, as_of.day)})  # noqa: DTZ001
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    fixed = book.add_format({"font_color": "#505a5f", "num_format": "@"})
    words = book.add_format({"bg_color": "#fff7bf", "num_format": "@", "locked": False})
    day = book.add_format({"bg_color": "#fff7bf", "num_format": "d mmm yyyy", "align": "left", "locked": False})
    about = book.add_worksheet("About")
    about.set_column(0, 0, 110)
    commit = f"Commit {register.commit}" if register.commit else "Commit not known"
    for number, text in enumerate((TITLE, f"As of {as_of.isoformat()}", commit, *_HELP)):
        about.write_string(number, 0, text)
    for table in _tables():
        page = book.add_worksheet(table.name)
        first, second = ("Organisation", "Protocol") if table.within else ("Id", "")
        page.write_row(0, 0, ("key", "mark", first, second, *(field.heading for field in table.fields)), heading)
        page.set_column(0, 1, None, None, {"hidden": True})
        page.set_column(2, 3 if second else 2, 34)
        if not second:
            page.set_column(3, 3, None, None, {"hidden": True})
        page.set_column(4, 3 + len(table.fields), 22)
        page.freeze_panes(1, 4)
        last = 0
        for last, row in enumerate(_rows(register, table), 1):
            for column, text in enumerate((row.key, row.mark, *row.who)):
                page.write_string(last, column, neutral(text), fixed)
            for column, (field, text) in enumerate(zip(table.fields, row.values, strict=True), 4):
                style = fixed if field.kind == _FIXED else day if field.kind == _DAY else words
                if not text:
                    page.write_blank(last, column, None, style)
                elif field.kind == _DAY and len(text) == len("2026-05-01"):
                    page.write_datetime(last, column, datetime.fromisoformat(text), style)
                else:
                    page.write_string(last, column, neutral(text), words if style is day else style)
        for column, field in enumerate(table.fields, 4):
            if field.choices and last:
                page.data_validation(1, column, last, column, {"validate": "list", "source": list(field.choices)})
        page.autofilter(0, 0, max(1, last), 3 + len(table.fields))
        page.protect("", {"format_columns": True, "sort": True, "autofilter": True})
    book.close()
    return out.getvalue()


# -- back ----------------------------------------------------------------------------------------------------------------


def is_ours(sheets: Sequence[Sheet]) -> bool:
    """Whether the workbook was made by `register_workbook`."""
    return any(one.name == "About" and one.rows and text_of((one.rows[0] or [None])[0]) == TITLE for one in sheets)


def plan_edits(sheets: Sequence[Sheet], register: Register, *, file: str, as_of: date) -> Plan:
    """The edits of an exported workbook as changed records. Writes nothing."""
    plan = Plan(file)
    wanted: dict[str, list[Put | Remove]] = {}
    models: dict[str, type[Authored]] = {}
    rows: dict[str, list[tuple[PlannedRow, Cell]]] = {}
    by_name = {sheet.name: sheet for sheet in sheets}
    for table in _tables():
        sheet = by_name.get(table.name)
        if sheet is None:
            continue
        now = {row.key: row for row in _rows(register, table)}
        columns = _columns(sheet, table)
        for number in range(2, len(sheet.rows) + 1):
            row = _planned(sheet, number, table, columns, now, plan, wanted)
            if row is not None:
                plan.rows.append(row)
                if row.action == "change":
                    path = row.key.split("#")[0]
                    models[path] = table.model
                    rows.setdefault(path, []).append((row, Cell(sheet.name, number, 3, None)))
    made = _amended(register, wanted, models, rows, file)
    _judge(register, made, rows, file, as_of)
    return plan


def _columns(sheet: Sheet, table: _Table) -> dict[str, int]:
    """Heading to column number: a person may have moved columns."""
    heads = {text_of(value): number for number, value in enumerate(sheet.rows[0] if sheet.rows else [], 1)}
    return {name: heads[name] for name in ("key", "mark", *(field.heading for field in table.fields)) if name in heads}


def _planned(
    sheet: Sheet,
    number: int,
    table: _Table,
    columns: dict[str, int],
    now: dict[str, _Row],
    plan: Plan,
    wanted: dict[str, list[Put | Remove]],
) -> PlannedRow | None:
    cells = sheet.rows[number - 1]

    def cell(name: str) -> Cell:
        at = columns.get(name, 0)
        return Cell(sheet.name, number, at or 1, cells[at - 1] if at and at <= len(cells) else None)

    if not any(text_of(value) for value in cells):
        return None
    row = now.get(cell("key").text)
    address = Cell(sheet.name, number, 3, None)
    if row is None:
        code = "import-row-new" if not cell("key").text else "import-row-unknown"
        plan.findings.append(cell_finding(code, plan.file, address, text=table.name))
        return PlannedRow(address.address, "left-out")
    protocol = row.who[1] or (row.who[0] if table.model is Protocol else "")
    planned = PlannedRow(address.address, "same", protocol, " / ".join(filter(None, row.who)), row.key, row.mark)
    moved = cell("mark").text != row.mark
    for field, old in zip(table.fields, row.values, strict=True):
        if field.heading not in columns:
            continue
        at = cell(field.heading)
        new = _written(at, field, planned.findings, plan.file)
        if new is None or new == old:
            continue
        if field.kind == _FIXED:
            planned.findings.append(cell_finding("import-fixed", plan.file, at, read=field.heading))
        elif moved:
            planned.findings.append(cell_finding("import-changed-since", plan.file, at))
            planned.action = "left-out"
            return planned
        else:
            path: tuple[str | int, ...] = field.path if row.item is None else (table.within, row.item, *field.path)
            value: PlainData = date.fromisoformat(new) if field.kind == _DAY and len(new) == len("2026-05-01") else new
            wanted.setdefault(row.path, []).append(Put(path, value) if new else Remove(path))
            planned.action = "change"
    return planned


def _written(cell: Cell, field: _Field, findings: list[CellFinding], file: str) -> str | None:
    """What the cell says, as a record would; None if it cannot be used."""
    if field.kind != _DAY:
        text = " ".join(cell.text.split())
        if field.path[-1] == "version" and text.isdigit():
            return f"{text}.0"  # a spreadsheet turns a typed 2.0 into the number 2
        if field.choices and text and text not in field.choices:
            findings.append(cell_finding("import-choice", file, cell, read=", ".join(field.choices)))
            return None
        return text
    read = read_when(cell.value)
    if read.problem is not None:
        code = {"no-such-day": "import-no-such-day", "several-dates": "import-several-dates"}
        findings.append(cell_finding(code.get(read.problem, "import-not-a-date"), file, cell))
        return None
    return str(read.when) if read.when is not None else ""


def _amended(
    register: Register,
    wanted: dict[str, list[Put | Remove]],
    models: dict[str, type[Authored]],
    rows: dict[str, list[tuple[PlannedRow, Cell]]],
    file: str,
) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    for path, changes in wanted.items():
        if path not in rows:
            continue
        try:
            made[path] = amended(register, path, register.files.contents[path], models[path], changes)
        except EditingError as error:
            for row, cell in rows[path]:
                row.action = "left-out"
                row.findings.append(cell_finding("import-check", file, cell, text=str(error), read=error.hint))
    return made


def _judge(
    register: Register, made: dict[str, bytes], rows: dict[str, list[tuple[PlannedRow, Cell]]], file: str, as_of: date
) -> None:
    """Leaves out each record that would bring an error; its row says why. The others get their files."""
    protocols = sorted({row.protocol for path in made for row, _ in rows[path] if row.protocol})
    bodies = sorted({path.split("/")[1] for path in made if path.endswith("/organisation.yaml")})
    before = errors_of(register, protocols, bodies, as_of)
    after = errors_of(register.with_files(made), protocols, bodies, as_of) if made else before
    by_path: dict[str, list[Finding]] = {}
    for finding in new_findings(before, after)[0]:
        by_path.setdefault(finding.path, []).append(finding)
    for path, raw in made.items():
        for row, cell in rows[path]:
            for finding in by_path.get(path, ()):
                text = f"in {finding.path}: {finding.message}"
                row.findings.append(cell_finding("import-check", file, cell, text=text, read=finding.hint))
            if path in by_path:
                row.action = "left-out"
            elif row.action == "change":
                row.files = {path: raw}
