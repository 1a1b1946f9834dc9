"""Reads the cells of a spreadsheet (XLSX, XLS, XLSB, ODS or CSV), each with its address.

The libraries that read these formats have been made to take gigabytes or to abort on small hostile files, so the reading
is done in a process of its own with a limit of memory and of time. Formulas are never worked out; only the value that the
spreadsheet program last stored is read.
"""

from __future__ import annotations

import csv
import faulthandler
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from undersigned.parallel import WorkerError, map_as_done

#: What a cell holds. A number that is whole is an int; a date with a time of day loses the time.
Value: TypeAlias = str | int | float | date | None
#: Largest file in bytes, and most rows and columns of a sheet that are read.
LARGEST, MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 30_000_000, 20_000, 300, 40
_SECONDS, _MEMORY = 20.0, 1 << 30
_LONGEST_CELL = 20_000
_LARGEST_PART = 200_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class UnreadableError(Exception):
    """The file cannot be read as a spreadsheet. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows` begin with the sheet's first row, so that `rows[6][1]` is B7. Row numbers count from 1.

    `hidden_rows`: rows that a reader does not see. `struck_rows`: rows whose first words are struck through.
    """

    name: str
    rows: list[list[Value]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()
    cut: bool = False


@dataclass(frozen=True)
class Cell:
    """A value and where it is."""

    sheet: str
    row: int
    column: int
    value: Value

    @property
    def address(self) -> str:
        """`Register!B7`."""
        return f"{self.sheet}!{column_letters(self.column)}{self.row}"

    @property
    def text(self) -> str:
        """The value as one line without a reader's eye noticing a difference."""
        return text_of(self.value)


def column_letters(number: int) -> str:
    """`A` for 1, `AB` for 28."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def text_of(value: Value) -> str:
    """The value as text on as many lines as it has, without odd spaces or the apostrophe that makes a cell text."""
    if value is None:
        return ""
    if isinstance(value, str):
        lines = (" ".join(line.split()) for line in value.replace("\u200b", "").replace("\ufeff", "").splitlines())
        text = "\n".join(line for line in lines if line)
        return text[1:] if re.match(r"'[=+\-@]", text) else text
    return str(value)


def read_workbook(path: Path) -> list[Sheet]:
    """The sheets of a spreadsheet file. Raises UnreadableError, and OSError if the file itself cannot be read."""
    size = path.stat().st_size
    if size > LARGEST:
        raise UnreadableError(
            f"{path.name} has {size:,} bytes, and {LARGEST:,} are read at most",
            "Copy the sheet with the register into a new workbook, without pictures, and save that.",
        )
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return [_csv(path)]
    ((_, answer),) = map_as_done(_read_fenced, [path], processes=1, limit=_SECONDS)
    if isinstance(answer, WorkerError):
        answer = "it takes too long or too much memory to read"
    if isinstance(answer, str):
        raise UnreadableError(
            f"{path.name} cannot be read: {answer}",
            "Open it in Excel or LibreOffice, copy the sheet's values into a new workbook, and save that as .xlsx.",
        )
    return answer


def _csv(path: Path) -> Sheet:
    raw = path.read_bytes()
    if b"\0" in raw:
        raise UnreadableError(f"{path.name} is not a text file", "Save the sheet as CSV (UTF-8) or as .xlsx.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    head = "\n".join(text.splitlines()[:20])
    delimiter = max(",;\t|", key=head.count)
    rows: list[list[Value]] = []
    cut = False
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if len(rows) == MOST_ROWS:
                cut = True
                break
            rows.append([cell[:_LONGEST_CELL] or None for cell in row[:MOST_COLUMNS]])
    except csv.Error as error:
        raise UnreadableError(f"{path.name} cannot be read: {error}", "Save the sheet as .xlsx.") from None
    return Sheet(path.stem, rows, cut=cut)


def _read_fenced(path: Path) -> list[Sheet] | str:
    """In a process of its own: the sheets, or why they cannot be read."""
    faulthandler.disable()  # the library may abort, and the answer says so in a sentence
    limit_memory()
    try:
        from python_calamine import CalamineWorkbook

        marks = _Marks.of(path)
        with CalamineWorkbook.from_path(str(path)) as book:
            return [
                _sheet(book, number, name, marks.get(name, _Marks()))
                for number, name in enumerate(book.sheet_names[:MOST_SHEETS])
            ]
    except MemoryError:
        return "it takes too much memory to read"
    except BaseException as error:  # noqa: BLE001 - the library is written in Rust, and its panics are no Exception
        return " ".join(str(error).split())[:200] or type(error).__name__


def _sheet(book: object, number: int, name: str, marks: _Marks) -> Sheet:
    sheet = book.get_sheet_by_index(number)  # type: ignore[attr-defined]
    if sheet.total_height > 1_048_576 or sheet.width > MOST_COLUMNS * 60:
        return Sheet(name, [], cut=True)
    rows: list[list[Value]] = []
    cut = False
    for row in sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1):
        if len(rows) == MOST_ROWS:
            cut = True
            break
        cells = [_value(cell) for cell in row[:MOST_COLUMNS]]
        while cells and cells[-1] is None:
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    visible = str(book.sheets_metadata[number].visible).rpartition(".")[2]  # type: ignore[attr-defined]
    return Sheet(name, rows, visible != "Visible", frozenset(marks.hidden), frozenset(marks.struck), cut)


def _value(value: object) -> Value:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return str(value)[:_LONGEST_CELL]


def limit_memory() -> None:
    """For a process that reads a stranger's file: a limit of memory, where the system has it."""
    try:
        import resource
    except ImportError:  # Windows: only the time is limited
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = Path("/proc/self/statm")
    if pages.exists():
        taken = int(pages.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + _MEMORY, taken + _MEMORY))


# -- what a reader of the sheet sees, and the library does not tell ------------------------------------------------------


@dataclass
class _Marks:
    """Row numbers of an XLSX sheet: those hidden, and those whose cells are struck through."""

    hidden: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, path: Path) -> dict[str, _Marks]:
        """By the name of the sheet; empty for other formats."""
        if not zipfile.is_zipfile(path):
            return {}
        with zipfile.ZipFile(path) as package:
            names = {info.filename: info.file_size for info in package.infolist()}
            if "xl/workbook.xml" not in names or sum(names.values()) > _LARGEST_PART:
                return {}
            struck = _struck_styles(package) if "xl/styles.xml" in names else frozenset()
            return {name: cls._read(package, part, struck) for name, part in _sheet_parts(package) if part in names}

    @classmethod
    def _read(cls, package: zipfile.ZipFile, part: str, struck_styles: frozenset[str]) -> _Marks:
        marks, last = cls(), 0
        for tag, attributes in _starts(package, part, "row", "c"):
            if tag == "row":
                last = int(attributes.get("r", last + 1))
                if last > MOST_ROWS:
                    break
                if attributes.get("hidden") in ("1", "true"):
                    marks.hidden.add(last)
            elif attributes.get("s") in struck_styles:
                marks.struck.add(last)
        return marks


def _starts(package: zipfile.ZipFile, part: str, *tags: str) -> Iterator[tuple[str, dict[str, str]]]:
    from lxml import etree

    wanted = [_MAIN + tag for tag in tags]
    with package.open(part) as stream:
        for _, element in etree.iterparse(
            stream, events=("start",), tag=wanted, resolve_entities=False, no_network=True, huge_tree=False
        ):
            yield str(element.tag).removeprefix(_MAIN), {str(key): str(value) for key, value in element.attrib.items()}
            while element.getprevious() is not None:
                del element.getparent()[0]


def _sheet_parts(package: zipfile.ZipFile) -> list[tuple[str, str]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {str(one.get("Id")): str(one.get("Target")) for one in relations}
    found = []
    for sheet in etree.fromstring(package.read("xl/workbook.xml"), parser).iter(f"{_MAIN}sheet"):
        target = targets.get(str(sheet.get(_RELATION)), "")
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        found.append((str(sheet.get("name")), part))
    return found


def _struck_styles(package: zipfile.ZipFile) -> frozenset[str]:
    """The numbers of the cell styles whose font is struck through."""
    from lxml import etree

    tree = etree.fromstring(package.read("xl/styles.xml"), etree.XMLParser(resolve_entities=False, no_network=True))
    fonts = [font.find(f"{_MAIN}strike") for font in tree.iterfind(f"{_MAIN}fonts/{_MAIN}font")]
    struck = {
        str(number)
        for number, strike in enumerate(fonts)
        if strike is not None and strike.get("val") not in ("0", "false")
    }
    styles = tree.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")
    return frozenset(str(number) for number, style in enumerate(styles) if style.get("fontId") in struck)
