"""Eight registers as agencies keep them, made up here in the shapes of real ones, with their dirt, and what is true of each.

All bodies are those of the test register in `agreements`, and all people are invented.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True)
class Row:
    """What a careful reader finds in the row of one agreement. `days`: field of the record to the day or month."""

    title: str
    parties: frozenset[str]
    days: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """A made-up register. `asked`: names that only a person can settle. `codes`: findings that must be there."""

    name: str
    file: str
    write: Callable[[Path], None]
    rows: tuple[Row, ...]
    asked: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def _book(*sheets: tuple[str, Callable[[Worksheet], None]]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        first = book.active
        assert isinstance(first, Worksheet)
        book.remove(first)
        for name, fill in sheets:
            fill(book.create_sheet(name))
        book.save(path)

    return write


def _rows(page: Worksheet, *rows: tuple[object, ...]) -> None:
    for row in rows:
        page.append(list(row))


def of(*ids: str) -> frozenset[str]:
    return frozenset(ids)


COUNCIL, COUNTY, POLICE = "brackenford-borough-council", "brackenshire-county-council", "brackenshire-police"
PROBATION, HOMES, TRUST, PRISON, HAVEN = (
    "brackenshire-probation",
    "harrowmere-homes",
    "oakhollow-nhs",
    "hmp-oakhollow",
    "safe-haven",
)


# 1. a list copied from a web page: section rows with counts, the number inside the title, months and words as dates
def _web_list(page: Worksheet) -> None:
    _rows(
        page,
        ("Title", "Purpose", "Lead organisation", "Other organisations involved", "Start date", "Review date"),
        ("Crime and disorder (2)",),
        ("0012 - Night-time economy V2.0", "To reduce violence", "Brackenshire Police", "Brackenford Borough Council and Oakhollow NHS Foundation Trust", "Feb-2018", "Under Review"),
        ("0014 - Stalking panel", "", "Brackenshire Police", "Probation Service, Brackenshire Delivery Unit, Safe Haven Brackenshire", "Mar-2024", "Mar-2027"),
        ("Housing (1)",),
        ("0031 - Evictions notice", "", "Harrowmere Homes", "Brackenford BC; Brackenshire CC", "June 2019", "June 2019 – Note: late"),
        ("Entries older than three months after review are deleted.",),
    )  # fmt: skip


# 2. eighteen columns with codes and names side by side, as CSV with semicolons
def _codes(path: Path) -> None:
    out = io.StringIO()
    heads = "ID;Agreement name;Purpose;Benefits;Legal power;Disclosed information;Controller ids;Controllers;Method;Processor ids;Processors;Retention;Start date;End date;Review date;Contact;Area ids;Areas"
    rows = csv.writer(out, delimiter=";")
    rows.writerow(heads.split(";"))
    rows.writerow(
        [
            "DEA/1",
            "Fuel debt matching",
            "Debt",
            "No data",
            "s48",
            "Names",
            "C1|C2",
            "Brackenford Borough Council|Brackenshire County Council",
            "API",
            "No data",
            "No data",
            "No data",
            "2023-04-01",
            "2026-03-31",
            "2025-04-01",
            "Siobhan Reilly",
            "E1",
            "Brackenshire",
        ]
    )
    rows.writerow(
        [
            "DEA/2",
            "Council tax arrears",
            "Debt",
            "",
            "s48",
            "",
            "C1",
            "Brackenford Borough Council",
            "API",
            "No data",
            "No data",
            "No data",
            "No data",
            "No data",
            "No data",
            "dea@brackenford.example",
            "E1",
            "Brackenshire",
        ]
    )
    path.write_text(out.getvalue(), encoding="cp1252")


# 3. banner rows, two rows of headings, merged cells, a total, footnotes
def _banner(page: Worksheet) -> None:
    _rows(
        page,
        ("Brackenshire Partnership: register of agreements (updated 3/4/25)",),
        (),
        ("Agreement", None, "Who", None, "When", None, None),
        ("Ref", "Title", "Lead agency", "Partners", "Signed", "In force from", "Next review"),
        ("BP1", "Street sleeping outreach", "Brackenford Borough Council", "Brackenshire Police\nSafe Haven Brackenshire", date(2022, 5, 9), date(2022, 6, 1), datetime(2025, 6, 1)),  # noqa: DTZ001
        ("BP2", "Hospital discharge*", "Oakhollow NHS Foundation Trust", "Brackenshire County Council", "9 May 2023", "n/a", "TBC"),
        (),
        ("Total", 2),
        ("* Under discussion with the trust since January.",),
    )  # fmt: skip
    for area in ("A1:G1", "A3:B3", "C3:D3", "E3:G3"):
        page.merge_cells(area)


# 4. dates as text in the American order, as bare serial numbers, in words, two in a cell
def _dates(page: Worksheet) -> None:
    _rows(
        page,
        ("Ref", "Name of agreement", "Lead organisation", "Partners", "Date agreed", "Expiry date", "Review date"),
        ("D1", "American order", "Brackenshire Police", "Harrowmere Homes", "04/05/2024", "05/13/2026", None),
        ("D2", "Serial number", "Brackenshire Police", "Harrowmere Homes", "1 May 2024", 46022, None),
        ("D3", "Two days", "Brackenshire Police", "Harrowmere Homes", "1.5.24", "1/5/26 or 1/5/27", None),
        ("D4", "No such day", "Brackenshire Police", "Harrowmere Homes", "2024-05-01", "31/11/2026", "annually"),
        (
            "D5",
            "Ends before it begins",
            "Brackenshire Police",
            "Harrowmere Homes",
            "2024-05-01",
            "2020-05-01",
            "every 2 years",
        ),
    )


# 5. a grid with a column for each body, with ticks, days and a key
def _grid(page: Worksheet) -> None:
    _rows(
        page,
        ("Y = party, date = signed on",),
        (
            "Agreement",
            "Start date",
            "Status",
            "Brackenshire Police",
            "Brackenford Borough Council",
            "HMP Oakhollow",
            "Notes",
        ),
        ("Prolific offenders", "1 April 2021", "Live", "Y", "12/03/2021", "N", "see file"),
        ("Gate to home", date(2020, 2, 29), "live", "no", "Y", "x", None),
        ("Old one", "2015", "Expired", "Y", "Y", None, None),
    )


# 6. one row for each party, titles merged over several rows, "n/a" and "TBC" among the days
def _by_party(page: Worksheet) -> None:
    _rows(
        page,
        ("Agreement", "Date agreed", "Organisation", "Date signed", "Status"),
        ("Supported lodgings", "10 January 2024", "Brackenshire County Council", "10 January 2024", "In force"),
        (None, None, "Harrowmere Homes", "TBC", None),
        (None, None, "Safe Haven Brackenshire", "30/02/2024", None),
        ("Winter shelter", "Nov 2023", "Brackenford Borough Council", "n/a", "In force"),
        (None, None, "Brackenshire Police", "3 Nov 2023", None),
    )
    page.merge_cells("A2:A4")
    page.merge_cells("A5:A6")


# 7. several agreements in a cell, mixed parties in a cell, a person's name among the parties
def _crowded(page: Worksheet) -> None:
    _rows(
        page,
        ("No.", "Title of ISA", "Lead", "Parties", "Date signed", "Status", "IG lead"),
        ("1", "Fire safety visits", "Brackenford Borough Council", "Brackenshire Police, Harrowmere Homes & Safe Haven Brackenshire / HMP Oakhollow; n/a", "7 July 2021", "Live", "Wanda Kowalczyk"),
        ("2\n3", "Loan sharks\nCounterfeit goods", "Brackenshire Police", "Brackenford Borough Council", "2021-07-07", "Live", "w.kowalczyk@brackenford.example"),
        ("4", "Young carers", "Brackenshire County Council", "All schools, Oakhollow NHS Foundation Trust and others", "8 July 2021", "Live", "Tel 01632 960 010"),
        ("5", "Missing people", "Brackenshire Police and Crime Commissioner", "Brackenshire Police", "9 July 2021", "Live", ""),
        ("6", "Beds", "Oakhollow", "Brackenshire", "10 July 2021", "Live", ""),
    )  # fmt: skip


# 8. a hidden sheet with an older register, struck and hidden rows, formulas that were never worked out
def _old(page: Worksheet) -> None:
    page.sheet_state = "hidden"
    _rows(
        page,
        (
            "Ref",
            "Title",
            "Lead organisation",
            "Partners",
            "Start date",
            "End date",
            "Review date",
            "Version",
            "Status",
            "Kind",
        ),
        (
            "OLD1",
            "Never take this one",
            "Brackenshire Police",
            "HMP Oakhollow",
            date(2009, 1, 1),
            None,
            None,
            "1.0",
            "Live",
            "ISA",
        ),
    )


def _hidden(page: Worksheet) -> None:
    _rows(
        page,
        ("Ref", "Title", "Lead organisation", "Partners", "Start date", "Version", "Status"),
        ("H1", "Shared houses", "Harrowmere Homes", "Brackenford Borough Council", date(2023, 1, 2), 1.1, "Live"),
        ("H2", "Withdrawn perhaps", "Harrowmere Homes", "Brackenshire Police", date(2023, 1, 3), "2.0", "Live"),
        ("H3", "=B2", "Harrowmere Homes", "Brackenshire Police", "=TODAY()", "2.0", "Live"),
        ("H4", "+44 is no formula", "Harrowmere Homes", "=cmd|' /C calc'!A0", date(2023, 1, 4), "v3", "Live"),
        ("H5", "Out of sight", "Harrowmere Homes", "Brackenshire Police", date(2023, 1, 5), "final", "Archived"),
    )
    page["B3"].font = Font(strike=True)
    page["D5"].data_type = "s"
    page.row_dimensions[6].hidden = True


def _as_ods(path: Path) -> None:
    """The grid once more, as an OpenDocument spreadsheet written by hand."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    _grid(page)
    rows = []
    for row in page.iter_rows(values_only=True):
        cells = []
        for value in row:
            if isinstance(value, date):
                day = value.strftime("%Y-%m-%d")
                cells.append(
                    f'<table:table-cell office:value-type="date" office:date-value="{day}"><text:p>{day}</text:p></table:table-cell>'
                )
            elif value is None:
                cells.append("<table:table-cell/>")
            else:
                cells.append(
                    f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
                )
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="Grid">{"".join(rows)}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", kind, zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        package.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
        )


_GRID = (
    Row(
        "Prolific offenders",
        of(POLICE, COUNCIL),
        {"effective_from": "2021-04-01", "agreed_on": "2021-03-12", f"signed {COUNCIL}": "2021-03-12"},
    ),
    Row("Gate to home", of(COUNCIL, PRISON), {"effective_from": "2020-02-29"}),
)

REGISTERS = (
    Register(
        "web list",
        "web.xlsx",
        _book(("Protocols", _web_list)),
        (
            Row("0012 - Night-time economy V2.0", of(POLICE, COUNCIL, TRUST), {"effective_from": "2018-02-28", "agreed_on": "2018-02"}),
            Row("0014 - Stalking panel", of(POLICE, PROBATION, HAVEN), {"effective_from": "2024-03-31", "agreed_on": "2024-03", "next_due": "2027-03"}),
            Row("0031 - Evictions notice", of(HOMES, COUNCIL, COUNTY), {"effective_from": "2019-06-30", "agreed_on": "2019-06"}),
        ),
        codes=("import-section", "import-month-only", "import-not-a-date"),
    ),
    Register(
        "codes beside names",
        "codes.csv",
        _codes,
        (Row("Fuel debt matching", of(COUNCIL, COUNTY), {"effective_from": "2023-04-01", "effective_to": "2026-03-31", "next_due": "2025-04-01"}), Row("Council tax arrears", of(COUNCIL))),
        codes=("import-personal-name", "import-mailbox-left-out"),
        never=("Reilly", "dea@"),
    ),
    Register(
        "banner and two rows of headings",
        "banner.xlsx",
        _book(("Register", _banner)),
        (
            Row("Street sleeping outreach", of(COUNCIL, POLICE, HAVEN), {"effective_from": "2022-06-01", "next_due": "2025-06-01", "agreed_on": "2022-05-09"}),
            Row("Hospital discharge*", of(TRUST, COUNTY), {"agreed_on": "2023-05-09", "effective_from": "2023-05-09"}),
        ),
    ),
    Register(
        "days of every sort",
        "days.xlsx",
        _book(("Register", _dates)),
        (
            Row("American order", of(POLICE, HOMES), {"agreed_on": "2024-05-04"}),
            Row("Serial number", of(POLICE, HOMES), {"agreed_on": "2024-05-01"}),
            Row("Two days", of(POLICE, HOMES), {"agreed_on": "2024-05-01"}),
            Row("No such day", of(POLICE, HOMES), {"agreed_on": "2024-05-01", "interval_months": "12"}),
            Row("Ends before it begins", of(POLICE, HOMES), {"agreed_on": "2024-05-01", "interval_months": "24"}),
        ),
        codes=("import-no-such-day", "import-not-a-date", "import-several-dates", "import-end-before-start", "import-two-digit-year"),
    ),
    Register("grid", "grid.xlsx", _book(("Matrix", _grid)), _GRID),
    Register(
        "a row for each party",
        "parties.xlsx",
        _book(("Sheet1", _by_party)),
        (
            Row("Supported lodgings", of(COUNTY, HOMES, HAVEN), {"agreed_on": "2024-01-10", f"signed {COUNTY}": "2024-01-10"}),
            Row("Winter shelter", of(COUNCIL, POLICE), {"agreed_on": "2023-11", f"signed {POLICE}": "2023-11-03"}),
        ),
        codes=("import-no-such-day",),
    ),
    Register(
        "crowded cells",
        "crowded.xlsx",
        _book(("ISAs", _crowded)),
        (Row("Fire safety visits", of(COUNCIL, POLICE, HOMES, HAVEN, PRISON), {"agreed_on": "2021-07-07"}),),
        asked=("All schools", "Brackenshire Police and Crime Commissioner", "Oakhollow", "Brackenshire"),
        codes=("import-several-agreements", "import-personal-name", "import-mailbox-left-out"),
        never=("Kowalczyk", "960 010"),
    ),
    Register(
        "hidden sheets and formulas",
        "hidden.xlsx",
        _book(("Old register", _old), ("Current", _hidden)),
        (
            Row("Shared houses", of(HOMES, COUNCIL), {"effective_from": "2023-01-02"}),
            Row("Withdrawn perhaps", of(HOMES, POLICE), {"effective_from": "2023-01-03"}),
            Row("Out of sight", of(HOMES, POLICE), {"effective_from": "2023-01-05"}),
        ),
        codes=("import-hidden-row", "import-struck-through", "import-no-title"),
        never=("Never take this one",),
    ),
    Register("grid as OpenDocument", "grid.ods", _as_ods, _GRID),
)  # fmt: skip
