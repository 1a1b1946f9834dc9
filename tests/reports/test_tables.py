"""Tables for terminals and spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest

from undersigned.reports.tables import Sheet, csv_text, text_table, workbook

FORMULAS = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_of_csv_is_never_a_formula(text: str) -> None:
    header, row = csv.reader(io.StringIO(csv_text(["title", "plain"], [[text, "plain"]]), newline=""))
    assert header == ["title", "plain"]
    assert row == ["'" + text, "plain"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_of_a_workbook_is_never_a_formula(text: str) -> None:
    raw = workbook([Sheet("S", ["title"], [[text]])], title="T", as_of=date(2026, 11, 22))
    cell = openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


def test_rows_of_csv_end_as_the_standard_says() -> None:
    assert csv_text(["a", "b"], [[1, None], [date(2026, 5, 1), "x,y"]]) == 'a,b\r\n1,\r\n2026-05-01,"x,y"\r\n'


def test_a_long_cell_is_cut_and_numbers_stand_to_the_right() -> None:
    assert text_table(["n", "title"], [[5, "x" * 30], [12, "y\x1b[31m"]], numbers={0}, widest={1: 10}) == [
        " n  title",
        "--  ----------",
        " 5  xxxxxxxxx…",
        "12  y\ufffd[31m",
    ]


def test_sheets_of_examples_say_so() -> None:
    assert csv_text(["a"], [["x"]], example=True) == "a,example\r\nx,yes\r\n"
    raw = workbook([Sheet("S", ["a"], [["x"]])], title="T", as_of=date(2026, 11, 22), notice="Examples only")
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert book.sheetnames == ["S", "About"]
    assert book["About"]["A2"].value == "Examples only"
