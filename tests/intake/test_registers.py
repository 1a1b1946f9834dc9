"""Registers in the shapes of real ones: no wrong party, no wrong day, no crash, and every question has an answer in Excel."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from intake.agreements import BODIES
from intake.counting import TODAY, register_of_bodies
from intake.spreadsheets import REGISTERS
from intake.spreadsheets import Register as Sheets
from support import ROOT, one_in
from undersigned.intake.imports import Import, import_file
from undersigned.records.fields import Month
from undersigned.records.protocol import Protocol
from undersigned.records.reading import read_record
from undersigned.records.signature import SigningRecord
from undersigned.records.version import Version
from undersigned.register import Register, load_register

each = pytest.mark.parametrize("sheets", one_in(3, REGISTERS), ids=lambda one: one.name)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    return register_of_bodies(tmp_path_factory.mktemp("register"))


def imported(sheets: Sheets, register: Register, folder: Path, answers: Path | None = None) -> Import:
    sheets.write(folder / sheets.file)
    return import_file(register, folder / sheets.file, as_of=TODAY, answers=answers)


def facts_of(done: Import) -> dict[str, tuple[frozenset[str], dict[str, str]]]:
    """Title to parties and days, as they would be written."""
    files = done.plan.files()
    found = {}
    for path, raw in files.items():
        if not path.endswith("/protocol.yaml"):
            continue
        value = read_record(path, raw, Protocol).value
        assert value is not None
        days: dict[str, date | Month | int | None] = {
            "effective_from": value.effective_from,
            "effective_to": value.effective_to,
        }
        if value.review is not None:
            days |= {"interval_months": value.review.interval_months, "next_due": value.review.next_due}
        id_ = path.split("/")[1]
        for other, text in files.items():
            if other.startswith(f"protocols/{id_}/versions/"):
                version = read_record(other, text, Version).value
                assert version is not None
                days["agreed_on"] = version.agreed_on
            if other.startswith("signatories/") and other.endswith(f"/{id_}.yaml"):
                signing = read_record(other, text, SigningRecord).value
                assert signing is not None
                days[f"signed {other.split('/')[1]}"] = signing.signatures[0].signed_on
        parties = frozenset(party.organisation for party in value.parties)
        found[value.title] = (parties, {name: str(day) for name, day in days.items() if day is not None})
    return found


@each
def test_no_party_and_no_day_is_wrong(sheets: Sheets, register: Register, tmp_path: Path) -> None:
    done = imported(sheets, register, tmp_path)
    found = facts_of(done)
    known = {id_ for id_, _, _ in BODIES}
    for row in sheets.rows:
        assert row.title in found, (row.title, [one.action for one in done.plan.rows], done.plan.questions)
        parties, days = found[row.title]
        assert parties == row.parties, row.title
        wrong = {name: day for name, day in days.items() if row.days.get(name, day if name in ("agreed_on", "effective_from") else "") != day}  # fmt: skip
        assert wrong == {}, row.title
        assert {name: days.get(name) for name in row.days} == row.days
    assert set(found) == {row.title for row in sheets.rows}
    assert all(parties <= known for parties, _ in found.values())
    codes = {one.finding.code for one in done.plan.all_findings()}
    assert set(sheets.codes) <= codes
    assert set(sheets.asked) <= {ask.as_written for ask in done.plan.questions}
    written = b"".join(done.files().values()).decode()
    assert not any(words in written for words in sheets.never)


@each
def test_every_finding_and_question_has_a_cell(sheets: Sheets, register: Register, tmp_path: Path) -> None:
    done = imported(sheets, register, tmp_path)
    for one in done.plan.all_findings():
        assert "!" in one.cell
    for ask in done.plan.questions:
        assert all("!" in cell for cell in ask.cells)


@each
def test_every_question_is_answered_in_the_workbook(sheets: Sheets, register: Register, tmp_path: Path) -> None:
    """Chooses from the list of each question until nothing is asked."""
    done = imported(sheets, register, tmp_path)
    for _ in range(4):
        if not done.plan.questions:
            break
        path = tmp_path / "questions.xlsx"
        path.write_bytes(done.questions())
        book = openpyxl.load_workbook(path)
        lists = [[cell.value for cell in row if cell.value] for row in book["Lists"].iter_rows()]
        offered = {
            (name, str(area)): rule.formula1
            for name in ("Names", "Agreements")
            for rule in book[name].data_validations.dataValidation
            for area in rule.sqref.ranges
        }
        for number, row in enumerate(book["Names"].iter_rows(min_row=2), 2):
            assert ("Names", f"B{number}") in offered
            choices = next(one for one in lists if "leave out" in one and "new: other" in one)
            row[1].value = "new: other" if "new: other" in choices else choices[0]
        asks = {ask.key: ask for ask in done.plan.questions}
        for row in book["Agreements"].iter_rows(min_row=2):
            ask = asks[str(row[4].value)]
            row[1].value = "May 2024" if ask.about == "day" else ask.suggestions[0][1]
        book.save(path)
        done = imported(sheets, register, tmp_path, path)
        assert done.problems == ()
    assert done.plan.questions == []
    assert not any(row.action == "question" for row in done.plan.rows)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls"])
def test_a_workbook_that_libreoffice_saved_comes_back_without_a_difference(tmp_path: Path, suffix: str) -> None:
    from undersigned.intake.roundtrip import register_workbook

    register = load_register(ROOT)
    (tmp_path / "register.xlsx").write_bytes(register_workbook(register, as_of=TODAY))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix]
    saved = tmp_path / "saved"
    subprocess.run(
        [*command, "--outdir", str(saved), str(tmp_path / "register.xlsx")],
        check=True,
        capture_output=True,
        timeout=300,
    )
    done = import_file(register, saved / f"register.{suffix}", as_of=TODAY)
    assert {row.action for row in done.plan.rows} == {"same"}
    assert done.plan.all_findings() == []
    assert len(done.plan.rows) > 100
