"""The PDFs, read back with other programs than the one that wrote them."""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path

import page
import pikepdf
import pypdf
import pytest
from document_sample import ADDRESS, ATTACKS, DRAFT, sample_agreement

from support import one_in
from undersigned.documents import DocumentError, render_form_pdf, render_pdf
from undersigned.documents.content.agreement import agreement_document, annex_document
from undersigned.documents.model import Code, Field, Paragraph, Text
from undersigned.documents.pdf.fields import with_fields
from undersigned.documents.pdf.setting import pdf_of
from undersigned.facts.agreement import Agreement

#: A file's objects live as long as it is open.
_OPEN: list[pikepdf.Pdf] = []


@cache
def master() -> bytes:
    return render_pdf(sample_agreement())


@cache
def form() -> bytes:
    agreement = sample_agreement()
    return render_form_pdf("pro-forma", agreement.forms["pro-forma"], agreement)


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page_.extract_text().split()) for page_ in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def failures(pdf: bytes) -> list[str]:
    return [
        f"{profile} {fault.rule_id}"
        for profile in ("ua1", "2a")
        for fault in page.validate_pdf_bytes(pdf, profile=profile).failures
    ]


def fields(pdf: bytes) -> dict[str, pikepdf.Object]:
    file = pikepdf.open(io.BytesIO(pdf))
    _OPEN.append(file)
    return {str(field.T): field for field in file.Root.AcroForm.Fields}


def letter(agreement: Agreement) -> bytes:
    return render_form_pdf("letter", agreement.forms["letter"], agreement)


@pytest.mark.slow
def test_masters_forms_and_letters_meet_both_standards() -> None:
    draft = sample_agreement(DRAFT)
    for pdf in (master(), form(), letter(sample_agreement()), render_pdf(draft)):
        assert failures(pdf) == []


def test_the_validator_can_fail() -> None:
    file = pikepdf.open(io.BytesIO(master()))
    del file.Root.StructTreeRoot
    del file.Root.MarkInfo
    out = io.BytesIO()
    file.save(out)
    assert failures(out.getvalue())


def test_what_an_agreement_must_hold_is_there_in_order() -> None:
    shown = words(master())
    wanted = [
        "Joint working protocol",
        "County Housing Protocol",
        "First paragraph of the summary.",
        "Status In force",
        "Version 1.0, agreed on 15 March 2026",
        "Between Probation Service, County; Cymdeithas Dai Tŷ Ŵyn; Town Council; Watching Body",
        "In effect from 1 April 2026",
        "Next review due 1 April 2027",
        "Contents",
        "A. The parties",
        "Landlords in the county",
        "MAPPA: responsible authority",
        "No: bound otherwise",
        "House people sooner",
        "Proportionality",
        "Flow 1: Referral for housing",
        "From Probation Service, County to Town Council, Landlords in the county.",
        "Level of risk of serious harm",
        "The whole assessment",
        "F. The law of each flow",
        "For Landlords in the county: Art 6(1)(f).",
        "Legitimate interests",
        "Disclosure for offender management purposes (Offender Management Act 2007 s.14)",
        "Clause 1: Keeping information accurate",
        "Second step.",
        "Clause 2: From the framework",
        "County Framework, version 1.0",
        "2.1 Keeping information secure",
        "reviewed every 12 months",
        "H. Forms and letters",
        "Covering letter",
        "Housing pro forma",
        "Nominated officers",
        "Partnerships Officer",
        "Version history",
        "Summary of 1.0",
        "Signatures",
    ]
    at = 0
    body = shown.index("Contents")
    for piece in wanted:
        # The contents name the headings before they come.
        start = max(at, body + shown[body:].index("H. Forms")) if piece == "A. The parties" else at
        assert piece in shown[start:], piece
        at = shown.index(piece, start)


def test_the_annex_prints_what_the_agreement_names_and_does_not_repeat() -> None:
    agreement = sample_agreement()
    annex = pdf_of(annex_document(agreement), epoch=0)
    assert failures(annex) == []
    shown, at = words(annex), 0
    for piece in (
        "Clause 2: From the framework",
        "2.1 Keeping information secure",
        "Lock it up.",
        "1. Covering letter",
        "please find enclosed",
        "2. Housing pro forma",
        "The person",
        "Full name",
        "As on the licence",
        "Yes",
        "Several lines of text",
        "One of: North; South",
        "A box to tick",
        "A signature",
    ):
        start = max(at, shown.index("belongs to the agreement"))
        assert piece in shown[start:], piece
        at = shown.index(piece, start)
    digest = agreement.form_digests["pro-forma"][:16]
    for document in (master(), annex):
        assert digest in "".join(words(document).split())


def test_the_foot_of_each_page_says_which_text_it_is_and_where_to_check() -> None:
    shown = pages(master())
    for number, text in enumerate(shown, 1):
        assert f"Page {number} of {len(shown)}" in text
        assert "county-housing, version 1.0; text " in text
        assert f"Checkthatthiscopyiscurrent:{ADDRESS}/protocols/county-housing/" in "".join(text.split())


def test_the_full_fingerprint_is_on_the_first_page_and_in_the_metadata() -> None:
    fingerprint = sample_agreement().fingerprint
    assert fingerprint is not None
    assert fingerprint in "".join(pages(master())[0].split())
    file = pikepdf.open(io.BytesIO(master()))
    with file.open_metadata() as metadata:
        assert fingerprint in str(metadata["pdf:Keywords"])
        assert metadata["dc:title"] == "County Housing Protocol"
    assert str(file.Root.Lang) == "en-GB"


@pytest.mark.slow
def test_a_draft_is_marked_on_each_page_and_has_nothing_to_sign() -> None:
    pdf = render_pdf(sample_agreement(DRAFT))
    for text in pages(pdf):
        assert "Draft: a working text, not agreed and not for signature" in text
        assert "DRAFT" in text
    assert "AcroForm" not in pikepdf.open(io.BytesIO(pdf)).Root
    assert "Signatures" not in words(pdf)


def test_an_agreed_text_bears_no_mark() -> None:
    assert "DRAFT" not in words(master())


BLOCK = ("authority", "name", "post", "basis", "date", "reservation", "signature")


def test_each_signing_party_has_a_block_with_labelled_fields() -> None:
    found = fields(master())
    for body, name in (
        ("county-probation", "Probation Service, County"),
        ("town-council", "Town Council"),
        ("ty-cymru", "Cymdeithas Dai Tŷ Ŵyn"),
    ):
        kinds = {kind: str(found[f"{body}__{kind}"].FT) for kind in BLOCK}
        assert kinds == {**dict.fromkeys(BLOCK, "/Tx"), "authority": "/Btn", "signature": "/Sig"}
        assert all(name in str(found[f"{body}__{kind}"].TU) for kind in kinds)
    assert len(found) == 21 + 2  # and the two of the copy line
    assert not any(field.startswith("watcher") for field in found)
    assert not any("." in field for field in found)


def test_a_signature_locks_its_own_block_only() -> None:
    lock = fields(master())["town-council__signature"].Lock
    assert str(lock.Action) == "/Include"
    assert {str(name) for name in lock.Fields} == {f"town-council__{kind}" for kind in BLOCK if kind != "signature"}


def test_no_block_is_split_over_pages() -> None:
    many = "".join(f"  - {{organisation: body-{number:02d}, role: recipient}}\n" for number in range(25))
    pdf = render_pdf(sample_agreement(("  - {organisation: watcher,", f"{many}  - {{organisation: watcher,")))
    file = pikepdf.open(io.BytesIO(pdf))
    on: dict[str, set[int]] = {}
    for number, one in enumerate(file.pages):
        for annotation in one.obj.get("/Annots", []):
            if "/T" in annotation:
                on.setdefault(str(annotation.T).split("__")[0], set()).add(number)
    assert len(on) == 28 + 1  # and the copy line
    assert {len(numbers) for numbers in on.values()} == {1}
    assert len({min(numbers) for numbers in on.values()}) > 2
    assert failures(pdf) == []


def test_the_kinds_of_question_of_a_form() -> None:
    found = {name.removeprefix("answer__"): field for name, field in fields(form()).items()}
    assert {name: str(field.FT) for name, field in found.items()} == {
        "full_name": "/Tx",
        "needs": "/Tx",
        "born_on": "/Tx",
        "people": "/Tx",
        "area": "/Btn",
        "told": "/Btn",
        "signed__sign": "/Sig",
    }
    assert int(found["needs"].Ff) & (1 << 12)
    assert int(found["full_name"].Ff) & 2
    assert not int(found["born_on"].Ff) & 2
    assert [str(option) for option in found["area"].Opt] == ["North", "South"]
    assert str(found["born_on"].TU) == "Date of birth (DD/MM/YYYY)"
    assert str(found["told"].TU) == "The person was told (required)"
    assert str(found["full_name"].TU) == "Full name (required). As on the licence"
    # A choice is one list: its options, each with a box to tick on the screen or on paper.
    kids = list(found["area"].Kids)
    assert [sorted(kid.AP.N.keys()) for kid in kids] == [["/0", "/Off"], ["/1", "/Off"]]
    assert [str(kid.TU) for kid in kids] == ["Area: North", "Area: South"]
    assert all(kid.Parent.T == "answer__area" and int(kid.F) == 4 for kid in kids)
    shown = words(form())
    assert "Full name (required) As on the licence" in shown
    assert "Area Choose one North South" in shown
    assert "From Probation" in shown
    assert "Annexed to County Housing Protocol, version 1.0" in shown


def test_a_letter_has_its_body_and_no_fields() -> None:
    pdf = letter(sample_agreement())
    assert "please find enclosed." in words(pdf)
    assert "AcroForm" not in pikepdf.open(io.BytesIO(pdf)).Root


def test_fields_are_tagged_in_place_and_reached_in_the_order_of_the_page() -> None:
    file = pikepdf.open(io.BytesIO(master()))
    forms = [
        element for element in file.objects if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Form"
    ]
    assert len(forms) == 21 + 2
    assert all(str(element.K.Type) == "/OBJR" for element in forms)
    assert all(str(one.obj.Tabs) == "/S" for one in file.pages if "/Annots" in one.obj)
    assert "NeedAppearances" not in file.Root.AcroForm


def test_first_cells_are_headings_of_their_rows() -> None:
    file = pikepdf.open(io.BytesIO(master()))
    heads = [
        element for element in file.objects if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/TH"
    ]
    rows = [element for element in heads if any(str(a.get("/Scope")) == "/Row" for a in _as_list(element.get("/A")))]
    assert len(rows) > 30


def _as_list(value: pikepdf.Object | None) -> list[pikepdf.Object]:
    if value is None:
        return []
    return list(value.as_list()) if isinstance(value, pikepdf.Array) else [value]


def test_only_our_fonts_are_used() -> None:
    names = {
        str(font.BaseFont).split("+")[-1]
        for one in pikepdf.open(io.BytesIO(master())).pages
        for font in one.obj.Resources.get("/Font", {}).values()
    }
    assert names
    assert all(name.startswith(("Inter", "DejaVuSansMono")) for name in names), names


@pytest.mark.parametrize(("attack", "shown"), one_in(3, ATTACKS))
def test_an_attack_is_letters_wherever_it_stands(attack: str, shown: str) -> None:
    quoted = "'" + attack.replace("'", "''") + "'"
    agreement = sample_agreement(
        ("title: County Housing Protocol", f"title: {quoted}"),
        ("name: Town Council", f"name: {quoted}"),
        ("title: Referral for housing", f"title: {quoted}"),
        ("method: Secure e-mail", f"method: {quoted}"),
        ("label: Needs,", f"label: {quoted},"),
        ("proportionality: Only a summary is sent.", f"proportionality: {quoted}"),
        ("hint: As on the licence", f"hint: {quoted}"),
    )
    pdf, asked = render_pdf(agreement), render_form_pdf("pro-forma", agreement.forms["pro-forma"], agreement)
    for made in (pdf, asked):
        text = words(made)
        assert "".join(shown.split()) in "".join(text.split())
        assert "root:x:0" not in text
    assert failures(pdf) == []


def test_no_link_but_https_and_mailto() -> None:
    pdf = render_pdf(
        sample_agreement(
            (
                "proportionality: Only a summary is sent.",
                "proportionality: '[a](javascript:alert(1)) [b](file:///etc/passwd) [c](https://field.invalid/town-council__signature)'",
            )
        )
    )
    urls = {
        str(annotation.A.URI)
        for one in pikepdf.open(io.BytesIO(pdf)).pages
        for annotation in one.obj.get("/Annots", [])
        if "/A" in annotation and "/URI" in annotation.A
    }
    assert urls == {"https://example.org/notice", "mailto:partnerships@example.org", "mailto:duty@example.org"}


def test_two_fields_of_one_name_are_refused_by_name_of_the_form() -> None:
    agreement = sample_agreement(("name: needs,", "name: full.name,"), ("name: born_on,", "name: full:name,"))
    with pytest.raises(DocumentError, match="county-housing/pro-forma: two of its fields have one name"):
        render_form_pdf("pro-forma", agreement.forms["pro-forma"], agreement)


def test_a_place_that_is_missing_or_not_expected_is_refused() -> None:
    document = agreement_document(sample_agreement(DRAFT))
    extra = Paragraph((Field("text", "ghost", "Ghost"),))
    from dataclasses import replace

    from undersigned.documents.pdf.setting import _setter

    with_ghost = replace(document, body=(*document.body, extra))
    with pytest.raises(DocumentError, match="no place"):
        with_fields(_setter().set_pages(document, 0), with_ghost)
    with pytest.raises(DocumentError, match="not one of its fields"):
        with_fields(_setter().set_pages(with_ghost, 0), document)


def test_a_flow_of_sixty_items_runs_over_several_pages() -> None:
    items = "".join(
        f"      - {{name: Item number {number} of many, sensitivity: personal, why: A reason}}\n"
        for number in range(60)
    )
    pdf = render_pdf(sample_agreement(("      - risk-level\n", f"      - risk-level\n{items}")))
    shown = words(pdf)
    assert all(f"Item number {number} of many. Personal. A reason." in shown for number in range(60))
    assert len([text for text in pages(pdf) if "Item number" in text]) > 1
    assert failures(pdf) == []


def test_a_character_that_no_font_has_is_printed_as_its_code() -> None:
    pdf = render_pdf(sample_agreement(("title: County Housing Protocol", "title: 'A \U00013000 \u6f22 protocol'")))
    assert "A [U+13000] [U+6F22] protocol" in pages(pdf)[0]
    assert failures(pdf) == []


def test_another_script_that_a_font_has_is_printed_as_it_stands() -> None:
    pdf = render_pdf(sample_agreement(("title: County Housing Protocol", "title: '\u0428\u05e9\u6f22 protocol'")))
    first = pages(pdf)[0]
    assert "\u0428" in first
    assert "\u05e9" in first
    assert "[U+6F22]" in first
    assert failures(pdf) == []


def test_text_nodes_are_plain() -> None:
    document = agreement_document(sample_agreement())
    assert Text("County Housing Protocol").text == document.title
    assert not isinstance(document.facts[0].value[0], Code)


def test_the_scripts_of_large_communities_are_printed_and_can_be_read_out() -> None:
    name = "বাংলা ক্ষমতা ગુજરાતી ਪੰਜਾਬੀ اردو زبان Ŵyn Ẁẃ Ḃ Ελλάδα Москва"
    pdf = render_pdf(sample_agreement(("name: Town Council", f"name: {name}")))
    for profile in ("ua1", "2a"):
        assert page.validate_pdf_bytes(pdf, profile=profile).failures == []
    words = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert [word for word in name.split() if word not in words] == []


@pytest.mark.slow
def test_the_title_is_a_heading_of_the_first_level(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(master())
    done = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, check=True)
    tags = [line.strip() for line in done.stdout.decode("utf-8", "replace").splitlines()]
    assert tags[tags.index('"County Housing Protocol"') - 1].startswith("H1")
