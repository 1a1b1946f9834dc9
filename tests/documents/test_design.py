"""The pages of documents that are much longer or wider than usual: looked at when made, and here by their positions."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

import page
import pikepdf
import pytest
from document_sample import DRAFT, sample_agreement

from support import example_register
from undersigned.documents import render_docx, render_form_docx, render_form_pdf, render_pdf
from undersigned.facts.agreement import Agreement, agreement_of
from undersigned.register import load_register

#: Of every page, in points (`template/doc.typ`).
WIDTH, HEIGHT = 595.3, 841.9
SIDE, TOP, FOOT = 56.6, 53.8, 76
LONG_NAME = "The Combined Authority for Resettlement, Housing and Community Safety of the Northern and Western Districts (number {:02d})"
LONG_TITLE = (
    "Protocol for the Sharing of Information "
    + "about Housing, Health, Work and Safety in Each of the Districts of the County " * 3
)
SENTENCE = "Each party keeps to this, tells the others when it cannot, and says by when it will again. "


def bodies(count: int) -> tuple[str, str]:
    """Parties and the folders of their organisations, each with a name of 120 letters."""
    parties = "".join(
        f"  - {{organisation: body-{number:02d}, role: controller, capacity: Houses people}}\n"
        for number in range(count)
    )
    folders = "".join(
        f"=== signatories/body-{number:02d}/organisation.yaml\nname: {LONG_NAME.format(number)}\nkind: other\n"
        for number in range(count)
    )
    return parties, folders


@cache
def large() -> Agreement:
    """Twenty-five parties with long names, a flow of sixty items, a long title, a clause of three pages, 14 versions."""
    parties, folders = bodies(21)
    items = "".join(
        f"      - {{name: Item number {number} of a great many that are shared, sensitivity: [personal, special-category], why: So that a reason is there}}\n"
        for number in range(60)
    )
    first = date(2024, 1, 10)
    return sample_agreement(
        ("title: County Housing Protocol", f"title: {LONG_TITLE[:250].strip()}"),
        ("  - {organisation: watcher,", f"{parties}  - {{organisation: watcher,"),
        ("=== signatories/watcher/", f"{folders}=== signatories/watcher/"),
        ("      - risk-level\n", f"      - risk-level\n{items}"),
        (
            "    text: |\n      1. First step.",
            "    text: |\n" + f"      {SENTENCE * 6}\n\n" * 16 + "      1. First step.",
        ),
        versions=tuple((f"{number}.0", (first + timedelta(days=60 * number)).isoformat()) for number in range(1, 15)),
    )


@cache
def master() -> bytes:
    return render_pdf(large())


@cache
def form(name: str) -> bytes:
    agreement = large()
    return render_form_pdf(name, agreement.forms[name], agreement)


@cache
def words_of(pdf: bytes) -> list[list[tuple[float, float, float, float, str]]]:
    """Of each page its words, each with its edges: left, top, right, bottom, in points from the top left (poppler)."""
    out = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return [
        [
            (float(left), float(top), float(right), float(bottom), text)
            for left, top, right, bottom, text in re.findall(
                r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', one
            )
        ]
        for one in out.split("<page ")[1:]
    ]


def fields_of(pdf: bytes) -> Iterator[tuple[int, str, list[float]]]:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        for number, one in enumerate(file.pages):
            for annotation in one.obj.get("/Annots", []):
                if "/T" in annotation:
                    yield number, str(annotation.T), [float(edge) for edge in annotation.Rect]


def text_of(one: list[tuple[float, float, float, float, str]]) -> str:
    return " ".join(word[4] for word in one)


def is_mark(word: tuple[float, float, float, float, str]) -> bool:
    """Whether it is of the great word across the page."""
    return word[3] - word[1] > 60


def body_of(one: list[tuple[float, float, float, float, str]]) -> list[tuple[float, float, float, float, str]]:
    return [word for word in one if word[1] > TOP - 3 and word[3] < HEIGHT - FOOT + 3]


SAMPLES: dict[str, Callable[[], bytes]] = {
    "large": master,
    "form": lambda: form("pro-forma"),
    "letter": lambda: form("letter"),
    "draft": lambda: render_pdf(sample_agreement(DRAFT)),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_stands_outside_the_margins(name: str) -> None:
    pdf = SAMPLES[name]()
    for number, one in enumerate(words_of(pdf), 1):
        outside = [
            word
            for word in one
            if (word[0] < SIDE - 1 or word[2] > WIDTH - SIDE + 1 or word[1] < 20 or word[3] > HEIGHT - 14)
            and not is_mark(word)
        ]
        assert outside == [], (number, outside)
    for number, field, (left, bottom, right, top) in fields_of(pdf):
        assert left >= SIDE - 1, (number, field)
        assert right <= WIDTH - SIDE + 1, (number, field)
        assert bottom >= FOOT - 1, (number, field)
        assert top <= HEIGHT - TOP + 1, (number, field)


@pytest.mark.slow
def test_the_documents_that_ship_keep_within_their_margins() -> None:
    register = load_register(example_register())
    for folder in register.protocols():
        agreement = agreement_of(
            folder, register, as_of=date(2026, 11, 22), register_address="https://register.example.org"
        )
        made = {id_: render_form_pdf(id_, form, agreement) for id_, form in agreement.forms.items()}
        for name, pdf in {folder.id: render_pdf(agreement), **made}.items():
            for number, one in enumerate(words_of(pdf), 1):
                outside = [
                    word for word in one if (word[0] < SIDE - 1 or word[2] > WIDTH - SIDE + 1) and not is_mark(word)
                ]
                assert outside == [], (name, number, outside)
                assert f"Page {number} of " in text_of(one), (name, number)


def test_words_do_not_run_into_the_foot_of_the_page() -> None:
    for number, one in enumerate(words_of(master()), 1):
        foot = next(word for word in one if word[4].startswith("county-housing,"))
        assert all(word[3] <= foot[1] for word in one if word[1] < foot[1] - 1), number


def test_a_word_too_long_for_its_column_is_broken_and_a_mailbox_is_not() -> None:
    name = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
    pdf = render_pdf(
        sample_agreement(("name: Town Council", f"name: {name}"), ("title: Housing pro forma", f"title: {name}"))
    )
    for one in words_of(pdf):
        assert all(word[2] <= WIDTH - SIDE + 1 for word in one)
    mailbox = "accommodationreferrals@example.org"
    broken = render_pdf(sample_agreement(("mailbox: partnerships@example.org", f"mailbox: {mailbox}")))
    ends = {word[4]: word[2] for one in words_of(broken) for word in one}
    assert any(word.startswith("accommodationreferrals") and ends[word] <= WIDTH - SIDE + 1 for word in ends)
    forms = next(
        one for one in words_of(pdf) if "H. Forms and letters" in text_of(one) and "Asks for a home" in text_of(one)
    )
    at = next(index for index, word in enumerate(forms) if word[4] == "Form")
    columns = [word for word in forms[at:] if word[4].startswith(("Llan", "Asks"))]
    assert len(columns) >= 2
    assert columns[0][2] < columns[1][0]


@pytest.mark.parametrize("name", SAMPLES)
def test_pages_are_numbered_as_they_come(name: str) -> None:
    found = words_of(SAMPLES[name]())
    for number, one in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in text_of(one)


def test_a_signature_block_is_never_on_two_pages_and_five_fit_on_one() -> None:
    on: dict[str, set[int]] = {}
    for number, field, _ in fields_of(master()):
        on.setdefault(field.split("__")[0], set()).add(number)
    assert len(on) == 24 + 1
    assert {len(numbers) for numbers in on.values()} == {1}
    usual = [
        (number, field)
        for number, field, _ in fields_of(
            render_pdf(
                sample_agreement(
                    (
                        "  - {organisation: watcher,",
                        "".join(f"  - {{organisation: body-{n:02d}, role: recipient}}\n" for n in range(9))
                        + "  - {organisation: watcher,",
                    )
                )
            )
        )
        if field.endswith("__signature")
    ]
    assert max(len(list(group)) for _, group in groupby(usual, key=lambda pair: pair[0])) == 5


def test_the_name_of_the_organisation_stands_above_its_block_on_the_same_page() -> None:
    found = words_of(master())
    for number, field, _ in fields_of(master()):
        if field.startswith("body-") and field.endswith("__name"):
            assert f"(number {field[5:7]})" in text_of(found[number]), field


def test_the_head_of_a_table_is_on_each_of_its_pages() -> None:
    for sign, head in (("Houses people", "Group Parties, and what each does"), ("Summary of", "What changed")):
        with_rows = [text_of(one) for one in words_of(master()) if sign in text_of(one)]
        assert with_rows, sign
        for text in with_rows:
            assert head in text, sign
    assert len([one for one in words_of(master()) if "Item number" in text_of(one)]) > 1


def test_no_head_of_a_table_and_no_heading_is_alone_at_the_foot() -> None:
    heads = ("No. Item", "Group Parties", "Flows Held", "Version Agreed", "Organisation Post", "Form or letter What")
    clauses = "".join(
        f"  - {{id: number-{number}, title: On one matter, text: '{SENTENCE * (2 + number % 7)}'}}\n"
        for number in range(60)
    )
    many = render_pdf(sample_agreement(("  - id: common-terms\n", f"{clauses}  - id: common-terms\n")))
    for one in [*words_of(master()), *words_of(many)]:
        body = body_of(one)
        if not body:
            continue
        lowest = max(word[3] for word in body)
        last = " ".join(
            word[4] for word in sorted(body, key=lambda word: (round(word[1]), word[0])) if word[3] > lowest - 8
        )
        assert not last.startswith(heads), last
        assert not re.match(r"(?:2\.1|Clause \d+:|Flow \d+:) ", last) or " . . " in last, last


def test_few_pages_stand_half_empty() -> None:
    found = words_of(master())
    ends = [max(word[3] for word in body_of(one)) for one in found[:-1]]
    half = [number for number, end in enumerate(ends, 1) if end < HEIGHT / 2]
    # Before the signatures, which start on a page of their own, and where a table of facts ran over.
    assert len(half) <= 1, half


def test_only_our_fonts_are_used_and_all_are_embedded() -> None:
    for pdf in (master(), form("pro-forma"), form("letter")):
        lines = (
            subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True)
            .stdout.decode()
            .splitlines()[2:]
        )
        assert lines
        for line in lines:
            assert re.match(r"(?:[A-Z]{6}\+)?(?:Inter|DejaVuSansMono)", line), line
            assert line.split()[-5] == "yes", line


def test_no_letter_is_smaller_than_twelve_points_but_at_head_and_foot(tmp_path: Path) -> None:
    (tmp_path / "master.pdf").write_bytes(master())
    command = ["pdftohtml", "-xml", "-i", "-zoom", "1", "-stdout", str(tmp_path / "master.pdf")]
    out = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    sizes = {font: int(size) for font, size in re.findall(r'<fontspec id="(\d+)" size="(-?\d+)"', out)}
    seen = [
        (sizes[font], words)
        for top, font, words in re.findall(r'<text top="(-?\d+)"[^>]* font="(\d+)">(.*?)</text>', out)
        if TOP - 3 < int(top) < HEIGHT - FOOT
    ]
    assert len(seen) > 300
    assert [words for size, words in seen if size < 12] == []


def test_all_of_it_meets_both_standards() -> None:
    for name, make in SAMPLES.items():
        for profile in ("ua1", "2a"):
            assert [fault.rule_id for fault in page.validate_pdf_bytes(make(), profile=profile).failures] == [], (
                name,
                profile,
            )


def test_a_column_that_says_the_same_of_every_party_is_a_sentence() -> None:
    same = render_pdf(
        sample_agreement(
            ("role: controller, capacity: Houses people", "role: controller"),
            (", capacity: Refers people, mappa_role: responsible", ""),
            ("role: recipient, capacity: Lets homes, ", "role: controller, "),
            ("organisation: watcher, role: recipient, signs: no", "organisation: watcher, role: controller"),
            ("groups:\n  - {id: landlords, title: Landlords in the county}\n", ""),
            ("role: controller, group: landlords", "role: controller"),
            ("to: [town-council, landlords]", "to: [town-council, ty-cymru]"),
            ("{for: [landlords]", "{for: [ty-cymru]"),
        )
    )
    shown = " ".join(text_of(one) for one in words_of(same))
    assert (
        "The role of each party: controller. Every party signs. Organisation Probation Service, County Cymdeithas"
        in shown
    )
    other = " ".join(text_of(one) for one in words_of(render_pdf(sample_agreement())))
    assert "No: bound otherwise" in other
    assert "Every party signs" not in other


def test_the_names_of_facts_are_headings_of_their_rows() -> None:
    with pikepdf.open(io.BytesIO(form("pro-forma"))) as file:
        tables = [item for item in file.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Table"]
        rows = [[str(cell.S) for cell in row.K] for table in tables for row in table.K if row.get("/S") == "/TR"]
    assert len(rows) == 5 + 6
    assert all(row == ["/TH", "/TD"] for row in rows), rows


#: Faults of LibreOffice's own writer (7.4): lines of borders that it does not tag, and pages whose links have no order.
LIBREOFFICE_FAULTS = {"PDFUA1-CONTENT-TAGGING-001", "PDFUA1-PAGE-TABS-001"}


@pytest.mark.slow
def test_libreoffice_opens_the_docx_with_its_structure(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("no LibreOffice here")
    agreement = sample_agreement()
    (tmp_path / "master.docx").write_bytes(render_docx(agreement))
    (tmp_path / "form.docx").write_bytes(render_form_docx("pro-forma", agreement.forms["pro-forma"], agreement))
    choice = 'pdf:writer_pdf_Export:{"PDFUACompliance":{"type":"boolean","value":"true"}}'
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--convert-to",
            choice,
            "--outdir",
            str(tmp_path),
            *map(str, sorted(tmp_path.glob("*.docx"))),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    for name, title in (("master", "County Housing Protocol"), ("form", "Housing pro forma")):
        pdf = (tmp_path / f"{name}.pdf").read_bytes()
        assert {fault.rule_id for fault in page.validate_pdf_bytes(pdf, profile="ua1").failures} <= LIBREOFFICE_FAULTS
        with pikepdf.open(io.BytesIO(pdf)) as file:
            assert str(file.docinfo["/Title"]) == title
            assert str(file.Root.Lang) == "en-GB"
            kinds = {str(item.get("/S")) for item in file.objects if isinstance(item, pikepdf.Dictionary)}
        assert {"/H1", "/Table", "/TR", "/TD"} <= kinds
        assert name == "form" or {"/TH", "/L", "/LI", "/TOC", "/TOCI"} <= kinds, kinds


def test_the_colours_print_in_grey() -> None:
    """Words keep a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3) on the lightest and the darkest ground they stand on."""
    template = (Path(__file__).resolve().parents[2] / "scripts/undersigned/documents/template/doc.typ").read_text(
        encoding="utf-8"
    )
    colours = dict(re.findall(r'#let (accent|quiet) = rgb\("#([0-9a-f]{6})"\)', template))
    assert set(colours) == {"accent", "quiet"}
    for colour in colours.values():
        for ground in ("ffffff", "e8eef1", "ededed"):
            assert contrast(colour, ground) > 4.5, (colour, ground)


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
