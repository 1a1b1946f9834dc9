"""A spreadsheet as officers keep it becomes proposed records: no wrong party, no wrong day, nothing invented."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from support import ROOT, one_in
from undersigned.cli import main
from undersigned.facts.bodies import known_bodies, listed_bodies
from undersigned.intake.cells import UnreadableError, read_workbook
from undersigned.intake.imports import Import, import_file
from undersigned.intake.meaning import read_interval, read_version, read_when
from undersigned.intake.shape import meaning_of
from undersigned.records.fields import Month
from undersigned.register import Register, load_register

TODAY = date(2026, 11, 30)
HEADS = ["Ref", "Title of agreement", "Lead agency", "Partners involved", "Date agreed", "Review date", "Status"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with three bodies and no protocol."""
    root = tmp_path_factory.mktemp("register")
    (root / "mkdocs.yml").write_text("site_name: x\n")
    for id_, name, kind in (
        ("lichfield-district-council", "Lichfield District Council", "local-authority"),
        ("staffordshire-police", "Staffordshire Police", "police"),
        ("probation-west", "Probation Service, West Midlands Region", "probation"),
    ):
        folder = root / "signatories" / id_
        folder.mkdir(parents=True)
        (folder / "organisation.yaml").write_text(f"name: {name}\nkind: {kind}\n")
    return root


def sheet(folder: Path, *rows: Sequence[object], heads: list[str] = HEADS, name: str = "register.xlsx") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Register"
    for row in (heads, *rows):
        page.append(row)
    book.save(folder / name)
    return folder / name


def imported(root: Path, file: Path, **options: object) -> Import:
    return import_file(load_register(root), file, as_of=TODAY, **options)  # type: ignore[arg-type]


def codes(done: Import) -> list[str]:
    return [one.finding.code for one in done.plan.all_findings()]


# -- words -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ("1.11.08", date(2008, 11, 1)),
        ("23 May 18", date(2018, 5, 23)),
        ("23-May-2018", date(2018, 5, 23)),
        ("3rd March 2021", date(2021, 3, 3)),
        ("01/02/2019", date(2019, 2, 1)),
        ("2019-02-01", date(2019, 2, 1)),
        ("2019-02-01 00:00:00", date(2019, 2, 1)),
        (date(2019, 2, 1), date(2019, 2, 1)),
        ("Feb-2018", Month(2018, 2)),
        ("June 2019", Month(2019, 6)),
        ("Sept 2019", Month(2019, 9)),
        ("05/2019", Month(2019, 5)),
        ("2006-05", Month(2006, 5)),
        ("31/12/69", date(2069, 12, 31)),
        ("31/12/70", date(1970, 12, 31)),
    ],
)
def test_a_date_is_read_day_first(value: object, when: object) -> None:
    assert read_when(value).when == when  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        "31/04/2019", "05/13/2024", "29.2.2023", "13/2019", "2019", "annually", "Under Review", "TBC", "ongoing",
        "Annually (May 2013)", "June 2019 – Note: late", "01/02/2019 - 01/02/2020", "2018/2019", "Six months after start",
        "43586", 43586, 20190201, 3.5, "1 May or 2 May 2019", "Spring 2019", "٢٠٢٦-٠٥-٠١", "32 May 2019",
        "Jan Smith 2019", "Mary 2019", "1st quarter 2019",
    ],
)  # fmt: skip
def test_what_is_no_day_never_becomes_one(value: object) -> None:
    assert read_when(value).when is None  # type: ignore[arg-type]


def test_a_period_is_a_period() -> None:
    assert [read_interval(text) for text in ("Annually", "every 2 years", "two-yearly", "36 months", "soon", "999 years")] == [
        12, 24, 24, 36, None, None,
    ]  # fmt: skip


def test_a_version_that_a_spreadsheet_made_a_number_is_doubted_only_where_two_fit() -> None:
    assert read_version("v2.1") == ("2.1", True)
    assert read_version(2) == ("2.0", True)
    assert read_version(1.1) == ("1.1", True)
    assert read_version(1.1, frozenset({"1.1", "1.10"})) == ("1.1", False)
    assert read_version("final final")[0] == ""


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Title of ISA", "title"), ("ISA Ref No.", "reference"), ("Lead Organisation", "lead"),
        ("Other organisations involved", "parties"), ("Date into force", "start"), ("Next Review Date", "review"),
        ("Last reviewed", "reviewed"), ("Expiry date", "end"), ("Owner", "person"), ("IG Lead", "person"),
        ("Location of signed copy", "held"), ("Version", "version"), ("Date signed", "signed"),
        ("Colour of folder", None), ("Favourite date", None),
    ],
)  # fmt: skip
def test_headings_of_real_registers(heading: str, meaning: str | None) -> None:
    assert meaning_of(heading) == meaning


# -- bodies ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Lichfield District Council", "lichfield-district-council"),
        ("LICHFIELD  DISTRICT  COUNCIL", "lichfield-district-council"),
        ("Lichfield DC", "lichfield-district-council"),
        ("staffordshire-police", "staffordshire-police"),
        ("Thurrock Council", "Thurrock Council"),
        ("Police Service of Northern Ireland (PSNI)", "Police Service of Northern Ireland"),
        ("Devon & Cornwall Police", "Devon and Cornwall Police"),
    ],
)
def test_the_same_words_are_the_same_body(empty: Path, name: str, key: str) -> None:
    match = known_bodies(load_register(empty), as_of=TODAY).match(name)
    assert (match.answer, [body.key for body in match.bodies]) == ("same", [key])


@pytest.mark.parametrize(
    "name",
    [
        "Thurrock District Council",  # its place with another kind of council
        "Devon and Cornwall Probation Trust",
        "Stafford",  # a council, a prison and a town
        "Newcastle",
        "Staffordshire",
        "Lichfield",
        "Probation Service",  # the register has one of its regions
        "Lichfield Distrct Council",
        "Staffordshire Police and Crime Commissioner",
        "Kent Probation",
        "Lichfield District Housing",
        "Taunton Deane Borough Council",  # ended in 2019
        "Durham",
        "Essex",
    ],
)
def test_near_words_are_never_taken(empty: Path, name: str) -> None:
    assert known_bodies(load_register(empty), as_of=TODAY).match(name).answer != "same"


def test_no_name_of_the_open_lists_is_taken_for_another_body(empty: Path) -> None:
    bodies = known_bodies(load_register(empty), as_of=TODAY)
    wrong = []
    for body in listed_bodies():
        match = bodies.match(body.name)
        if match.answer == "same" and match.bodies[0].name.casefold() != body.name.casefold():
            wrong.append((body.name, match.bodies[0].name))
    assert not wrong


# -- rows ------------------------------------------------------------------------------------------------------------------


def test_one_bad_cell_costs_that_fact_alone(empty: Path, tmp_path: Path) -> None:
    file = sheet(
        tmp_path,
        [
            "A1",
            "Homelessness sharing agreement",
            "Lichfield DC",
            "Staffordshire Police",
            "1.11.08",
            "31/04/2027",
            "Live",
        ],
    )
    done = imported(empty, file)
    assert [row.action for row in done.plan.rows] == ["new"], done.plan.all_findings()
    fault = next(one for one in done.plan.all_findings() if one.finding.severity == "error")
    assert (fault.cell, fault.finding.code) == ("Register!F2", "import-no-such-day")
    (protocol,) = (text.decode() for path, text in done.files().items() if path.endswith("protocol.yaml"))
    assert "status: in-force" in protocol
    assert "next_due" not in protocol


def test_an_unknown_name_is_a_question_with_the_kind_of_each_body(empty: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path, ["A1", "Sharing", "Lichfield DC", "Stafford", "2020-01-01", None, "Live"])
    done = imported(empty, file)
    assert done.plan.rows[0].action == "question"
    (ask,) = done.plan.questions
    assert ask.as_written == "Stafford"
    assert all("(" in words for _, words in ask.suggestions)
    assert not done.plan.files()


def test_a_person_is_never_written(empty: Path, tmp_path: Path) -> None:
    heads = [*HEADS, "IG lead", "E-mail"]
    row = ["A1", "Sharing", "Lichfield DC", "Staffordshire Police", "2020-01-01", None, "Live", "Jane Smith", "j@x.org"]
    done = imported(empty, sheet(tmp_path, row, heads=heads))
    text = b"".join(done.files().values())
    assert b"Smith" not in text
    assert b"j@x.org" not in text
    assert {"import-personal-name", "import-mailbox-left-out"} <= set(codes(done))


def test_no_review_is_invented_from_a_day_on_which_somebody_reviewed(empty: Path, tmp_path: Path) -> None:
    heads = ["Title", "Lead organisation", "Date agreed", "Last reviewed"]
    done = imported(empty, sheet(tmp_path, ["Sharing", "Lichfield DC", "2020-01-01", "2024-05-01"], heads=heads))
    assert "import-review-past" in codes(done)
    assert not any("/reviews/" in path or b"2024-05-01" in raw for path, raw in done.files().items())


def test_no_agreement_is_in_force_from_an_invented_day(empty: Path, tmp_path: Path) -> None:
    done = imported(empty, sheet(tmp_path, ["A1", "Sharing", "Lichfield DC", None, None, None, "Live"]))
    (ask,) = done.plan.questions
    assert (ask.about, done.plan.rows[0].action) == ("day", "question")


def test_a_row_for_each_party_makes_one_agreement(empty: Path, tmp_path: Path) -> None:
    heads = ["Agreement", "Date agreed", "Organisation", "Date signed", "Status"]
    file = sheet(
        tmp_path,
        ["Sharing", "2020-01-01", "Lichfield DC", "2020-02-03", "live"],
        ["Sharing", "2020-01-01", "Staffordshire Police", "2020-04", "live"],
        [None, None, "Thurrock Council", None, None],
        heads=heads,
    )
    done = imported(empty, file)
    (row,) = done.plan.rows
    assert row.action in ("new", "question"), codes(done)
    if row.action == "new":
        assert b"2020-02-03" in row.files["signatories/lichfield-district-council/sharing.yaml"]
        assert (
            b'2020-04"' in row.files["signatories/staffordshire-police/sharing.yaml"]
            or b"2020-04" in (row.files["signatories/staffordshire-police/sharing.yaml"])
        )


def test_a_grid_with_a_column_for_each_body(empty: Path, tmp_path: Path) -> None:
    heads = ["Title", "Start date", "Status", "Lichfield DC", "Staffordshire Police", "Thurrock Council"]
    done = imported(empty, sheet(tmp_path, ["Sharing", "2020-01-01", "live", "x", "03/02/2020", "No"], heads=heads))
    text = done.plan.files()["protocols/sharing/protocol.yaml"].decode()
    assert "lichfield-district-council" in text
    assert "staffordshire-police" in text
    assert "thurrock" not in text


def test_lists_of_names_keep_the_commas_and_ands_that_belong_to_a_name(empty: Path, tmp_path: Path) -> None:
    partners = "Armagh City, Banbridge and Craigavon Borough Council, Thurrock Council and Devon and Cornwall Police"
    done = imported(empty, sheet(tmp_path, ["A1", "Sharing", "Lichfield DC", partners, "2020-01-01", None, "Live"]))
    text = done.plan.files()["protocols/sharing/protocol.yaml"].decode()
    assert text.count("organisation:") == 4, text


def test_hidden_and_struck_rows_are_named_and_nothing_is_concluded(empty: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(HEADS)
    page.append(["A1", "One", "Lichfield DC", None, datetime(2020, 1, 1), None, "Live"])  # noqa: DTZ001
    page.append(["A2", "Two", "Lichfield DC", None, datetime(2020, 1, 1), None, "Live"])  # noqa: DTZ001
    page.row_dimensions[2].hidden = True
    page["B3"].font = Font(strike=True)
    book.save(tmp_path / "r.xlsx")
    done = imported(empty, tmp_path / "r.xlsx")
    marked = {(one.finding.code, one.finding.line) for one in done.plan.all_findings()}
    assert {("import-hidden-row", 2), ("import-struck-through", 3)} <= marked
    assert [row.action for row in done.plan.rows] == ["new", "new"]


@pytest.mark.slow
def test_written_once_the_same_file_changes_nothing(
    empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    root = tmp_path / "register"
    shutil.copytree(empty, root)
    row = ["A1", "Sharing", "Lichfield DC", "Staffordshire Police", "2020-01-01", "2027-05-01", "Live"]
    file = sheet(tmp_path, row)
    arguments = ["--root", str(root), "--as-of", "2026-11-30"]
    assert main(["import", str(file), "--write", *arguments]) == 0, capsys.readouterr()
    assert main(["check", *arguments]) == 0, capsys.readouterr()
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    capsys.readouterr()
    assert main(["import", str(file), "--write", "--format", "json", *arguments]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["action"] for row in answer["rows"]] == ["same"]
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == before
    changed = imported(root, sheet(tmp_path, [*row[:5], "2028-05-01", "Live"]))
    assert [row.action for row in changed.plan.rows] == ["change"], codes(changed)
    assert b"2028-05-01" in changed.plan.files()["protocols/sharing/protocol.yaml"]
    gone = imported(root, sheet(tmp_path, ["A2", "Other", "Lichfield DC", None, "2020-01-01", None, "Live"]))
    assert "import-row-gone" in codes(gone)


@pytest.mark.slow
def test_questions_are_answered_in_a_workbook(empty: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path, ["A1", "Sharing", "Lichfield DC", "Stafford; The Hope Project", "2020-01-01", None, "Live"])
    first = imported(empty, file)
    (tmp_path / "q.xlsx").write_bytes(first.questions())
    book = openpyxl.load_workbook(tmp_path / "q.xlsx")
    names = book["Names"]
    for row in names.iter_rows(min_row=2):
        row[1].value = {"Stafford": "Stafford Borough Council", "The Hope Project": "new: voluntary"}[str(row[0].value)]
    offered = next(words for ask in first.plan.questions for _, words in ask.suggestions if "Borough" in words)
    names["B2"].value = offered if names["A2"].value == "Stafford" else names["B2"].value
    book.save(tmp_path / "q.xlsx")
    second = imported(empty, file, answers=tmp_path / "q.xlsx")
    assert not second.problems
    assert [row.action for row in second.plan.rows] == ["new"], second.plan.questions
    assert "signatories/the-hope-project/organisation.yaml" in second.plan.files()
    assert "signatories/stafford-borough-council/organisation.yaml" in second.plan.files()


# -- files -----------------------------------------------------------------------------------------------------------------


def test_formulas_and_markup_stay_text(empty: Path, tmp_path: Path) -> None:
    rows = [["A1", "<script>alert(1)</script> {{ 1/0 }} =1+1", "Lichfield DC", None, "2020-01-01", None, "Live"]]
    with (tmp_path / "r.csv").open("w", newline="", encoding="cp1252") as out:
        csv.writer(out, delimiter=";").writerows([HEADS, *rows])
    done = imported(empty, tmp_path / "r.csv")
    assert all("script" not in path or path.endswith(".yaml") for path in done.plan.files())
    assert all(".." not in path and not path.startswith("/") for path in done.plan.files())


@pytest.mark.parametrize(
    "content", [b"", b"\0\1\2", b"PK\x03\x04 not a zip", b"%PDF-1.7", "Title,Lead\n".encode("utf-16")]
)
@pytest.mark.parametrize("suffix", one_in(2, [".xlsx", ".xls", ".ods", ".csv"]))
def test_what_is_no_spreadsheet_is_refused_in_a_sentence(
    empty: Path, tmp_path: Path, content: bytes, suffix: str
) -> None:
    file = tmp_path / f"x{suffix}"
    file.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        imported(empty, file)
    assert caught.value.hint or str(caught.value)


@pytest.mark.parametrize("cell", ['<c r="XFD1048576" t="n"><v>1</v></c>', '<c r="XFD1048576" s="1"/>'])
def test_a_cell_at_the_far_corner_does_not_take_the_program_along(tmp_path: Path, cell: str) -> None:
    plain = sheet(tmp_path, ["A1", "Sharing", None, None, None, None, None], name="plain.xlsx")
    far = tmp_path / "far.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(far, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = text.replace(b"</sheetData>", f'<row r="1048576">{cell}</row></sheetData>'.encode())
            new.writestr(name, text)
    try:
        sheets = read_workbook(far)
    except UnreadableError as error:
        assert error.hint  # noqa: PT017 - either answer is right, and no crash is
    else:
        assert sheets[0].cut or len(sheets[0].rows) < 100


def test_entities_and_bombs_end_in_a_sentence(tmp_path: Path) -> None:
    plain = sheet(tmp_path, ["A1", "Sharing", None, None, None, None, None], name="plain.xlsx")
    bad = tmp_path / "bad.xlsx"
    doctype = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(
            f'<!ENTITY {chr(98 + n)} "{"&" + chr(97 + n) + ";" * 1}{("&" + chr(97 + n) + ";") * 9}">'.encode()
            for n in range(8)
        )
        + b"]>"
    )
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = doctype + b"<worksheet>&h;" + b" " * 5_000_000 + b"</worksheet>"
            new.writestr(name, text)
    try:
        read_workbook(bad)
    except UnreadableError as error:
        assert str(error)  # noqa: PT017


# -- out and back ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Register, Path]:
    from undersigned.intake.roundtrip import register_workbook

    register = load_register(ROOT)
    path = tmp_path_factory.mktemp("export") / "register.xlsx"
    path.write_bytes(register_workbook(register, as_of=TODAY))
    return register, path


def test_what_goes_out_comes_back_without_a_difference(exported: tuple[Register, Path]) -> None:
    register, path = exported
    done = import_file(register, path, as_of=TODAY)
    assert {row.action for row in done.plan.rows} == {"same"}
    assert not done.plan.all_findings()


def test_an_edited_cell_changes_its_line_and_nothing_else(exported: tuple[Register, Path], tmp_path: Path) -> None:
    register, path = exported
    book = openpyxl.load_workbook(path)
    page = book["Signatures"]
    heads = {str(cell.value): cell.column for cell in page[1]}
    row = next(n for n in range(2, page.max_row + 1) if page.cell(n, heads["Returned on"]).value)
    key = str(page.cell(row, 1).value)
    page.cell(row, heads["Returned on"]).value = None
    page.cell(row, heads["Where the signed copy is"]).value = "Shelf 4"
    bad = row + 1
    page.cell(bad, heads["Signed on"]).value = "31 Nov 2026"
    book.save(tmp_path / "edited.xlsx")
    done = import_file(register, tmp_path / "edited.xlsx", as_of=TODAY)
    found = [(one.cell.split("!")[1][-len(str(bad)) :], one.finding.code) for one in done.plan.all_findings()]
    assert (str(bad), "import-no-such-day") in found
    (changed,) = (one for one in done.plan.rows if one.action == "change")
    file = key.split("#")[0]
    before, after = register.files.contents[file].decode(), changed.files[file].decode()
    lines = set(after.splitlines()) ^ set(before.splitlines())
    assert lines
    assert all("returned_on" in line or "reference" in line or "evidence" in line for line in lines), lines


def test_a_register_that_moved_meanwhile_is_seen_row_by_row(exported: tuple[Register, Path], tmp_path: Path) -> None:
    register, path = exported
    book = openpyxl.load_workbook(path)
    page = book["Organisations"]
    page["B2"].value = "0" * 12
    heads = {str(cell.value): cell.column for cell in page[1]}
    for row in (2, 3):
        page.cell(row, heads["Website"]).value = "https://www.example.org/new"
    book.save(tmp_path / "edited.xlsx")
    done = import_file(register, tmp_path / "edited.xlsx", as_of=TODAY)
    assert [row.action for row in done.plan.rows if row.action != "same"] == ["left-out", "change"]
    assert "import-changed-since" in codes(done)
