"""A return as a workbook: begun from the last one, filled in, and read back with small counts hidden."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from support import copy_of_the_example
from undersigned.editing import EditingError
from undersigned.intake.imports import Import, import_file, render_import_text
from undersigned.intake.return_sheet import return_workbook
from undersigned.register import Register, load_register

TODAY = date(2026, 12, 1)
PROTOCOL, PERIOD = "staffordshire-housing-protocol", "2026-27-q2"
PATH = f"protocols/{PROTOCOL}/outcomes/{PERIOD}.yaml"


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    root = copy_of_the_example(tmp_path_factory.mktemp("register"))
    (root / PATH).unlink(missing_ok=True)
    return load_register(root)


def filled_in(register: Register, folder: Path, answers: dict[str, object]) -> Import:
    """The workbook with answers by key, saved by another program and read back."""
    file = folder / "return.xlsx"
    file.write_bytes(return_workbook(register, PROTOCOL, PERIOD, as_of=TODAY))
    book = openpyxl.load_workbook(file)
    sheet = book["Return"]
    for row in range(2, sheet.max_row + 1):
        key = sheet.cell(row, 1).value
        if key in answers:
            sheet.cell(row, 4).value = answers[key]
    book.save(file)
    return import_file(register, file, as_of=TODAY)


def test_the_last_figures_stand_beside_empty_cells(register: Register, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(return_workbook(register, PROTOCOL, None, as_of=TODAY))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    rows = {row[0]: row for row in book["Return"].iter_rows(values_only=True)}
    assert rows["referrals.count"][2:] == ("165", None)
    assert rows["source"][3]
    assert "mi015a.numerator" in rows
    assert book["About"]["A3"].value == f"{PROTOCOL}/{PERIOD}"


def test_a_workbook_becomes_a_safe_return(register: Register, tmp_path: Path) -> None:
    done = filled_in(
        register,
        tmp_path,
        {"referrals.count": 171, "homeless-at-referral.denominator": "170", "homeless-at-referral.numerator": 3},
    )
    text = done.plan.files()[PATH].decode()
    assert "{measure: referrals, count: 170, rounded_to: 5}" in text
    assert '{measure: homeless-at-referral, numerator: "[c]", denominator: 170, rounded_to: 5}' in text
    assert "1 row: 1 new. 1 file would be written with --write." in render_import_text(done, written=False)


def test_one_cell_that_is_no_figure_costs_that_figure_alone(register: Register, tmp_path: Path) -> None:
    done = filled_in(register, tmp_path, {"referrals.count": "about 40", "refused.count": 45})
    found = [(one.cell, one.finding.code) for one in done.plan.all_findings()]
    assert found == [("Return!D2", "import-figure")]
    assert "{measure: refused, count: 45, rounded_to: 5}" in done.plan.files()[PATH].decode()


def test_a_protocol_or_a_period_that_there_is_not_is_refused(register: Register) -> None:
    with pytest.raises(EditingError, match="there is no protocol"):
        return_workbook(register, "nowhere", None, as_of=TODAY)
    with pytest.raises(EditingError, match="is not a period"):
        return_workbook(register, PROTOCOL, "sometime", as_of=TODAY)
