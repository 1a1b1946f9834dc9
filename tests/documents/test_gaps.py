"""Letters that can be filled in: their gaps in the blocks, in the PDF and in the DOCX, and in the letters that ship."""

from __future__ import annotations

import io
import re

import docx
import page
import pikepdf
import pytest
from document_sample import sample_agreement
from docx.oxml.ns import qn

from support import example_register
from undersigned.documents import render_form_docx, render_form_pdf
from undersigned.documents.content.forms import form_document, with_gaps
from undersigned.documents.model import Field, Paragraph, Text, every
from undersigned.facts.agreement import Agreement
from undersigned.register import load_register
from undersigned.words.prose import read

BODY = """\
  Dear **[full name]**,

  born on [date], seen on [date]:

  - a **[kind of *help*]** list item [one
    sentence];
  - see [the notice](https://example.org/notice), [1], [x], read[ing], [ ], [^2] and `[code]`.

  | Asked | Told |
  |---|---|
  | [first name] | [section 14 of the Offender Management Act 2007, or section 115 of the Crime and Disorder Act 1998] |
"""


def agreement(body: str = BODY) -> Agreement:
    return sample_agreement(("  Dear colleague,\n\n  please find *enclosed*.\n", body))


def gaps_in(text: str) -> list[tuple[str, str, str, str]]:
    blocks = with_gaps(read(text, 0))
    return [(node.name, node.label, node.value, node.kind) for node in every(blocks) if isinstance(node, Field)]


def test_words_in_square_brackets_are_gaps_in_the_order_of_reading() -> None:
    text = "\n".join(line.removeprefix("  ") for line in BODY.splitlines())
    long = "section 14 of the Offender Management Act 2007, or section 115 of the Crime and Disorder Act 1998"
    assert gaps_in(text) == [
        ("gap__1", "Full name", "full name", "text"),
        ("gap__2", "Date", "date", "text"),
        ("gap__3", "Date (2)", "date", "text"),
        ("gap__4", "One sentence", "one sentence", "text"),
        ("gap__5", "First name", "first name", "text"),
        ("gap__6", "Section" + long[7:], long, "multiline"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[1] [x] [^note] [ ] read[ing] [s]",
        "`[full name]`",
        "[full name](https://example.org)",
        "# [full name]",
        "[" + "a b " * 60 + "]",
    ],
)
def test_what_only_looks_like_a_gap_stays_text(text: str) -> None:
    assert gaps_in(text) == []


def test_text_around_a_gap_keeps_its_spaces() -> None:
    (block,) = with_gaps((Paragraph((Text("We refer [full name], born on [date]."),)),))
    assert isinstance(block, Paragraph)
    assert [
        node.text if isinstance(node, Text) else "_" for node in block.content if isinstance(node, Text | Field)
    ] == ["We refer ", "_", ", born on ", "_", "."]


def test_only_a_letter_has_gaps() -> None:
    form = agreement().forms["letter"]
    other = form.model_copy(update={"kind": "form"})
    assert not [node for node in every(form_document("letter", other, agreement()).body) if isinstance(node, Field)]


def test_the_fields_of_the_pdf_show_what_goes_there_and_meet_both_standards() -> None:
    pdf = render_form_pdf("letter", agreement().forms["letter"], agreement())
    with pikepdf.open(io.BytesIO(pdf)) as file:
        fields = {str(field.T): field for field in file.Root.AcroForm.Fields}
        assert {
            name: (str(field.TU), str(field.V)) for name, field in fields.items() if name in ("gap__1", "gap__3")
        } == {"gap__1": ("Full name", "full name"), "gap__3": ("Date (2)", "date")}
        widths = {name: float(field.Rect[2]) - float(field.Rect[0]) for name, field in fields.items()}
        assert len(fields) == 6
    assert all(width >= 37 / 25.4 * 72 for width in widths.values())
    assert widths["gap__6"] > widths["gap__1"]
    for profile in ("ua1", "2a"):
        assert page.validate_pdf_bytes(pdf, profile=profile).failures == []


def test_the_docx_has_a_labelled_control_for_each_gap() -> None:
    root = docx.Document(io.BytesIO(render_form_docx("letter", agreement().forms["letter"], agreement()))).element
    found = {
        control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")): (
            control.find(f"{qn('w:sdtPr')}/{qn('w:alias')}").get(qn("w:val")),
            "".join(words.text for words in control.iter(qn("w:t"))),
        )
        for control in root.iter(qn("w:sdt"))
    }
    assert found["gap__1"] == ("Full name", "[full name]")
    assert found["gap__3"] == ("Date (2)", "[date]")
    assert len(found) == 6


@pytest.mark.parametrize(
    "attack",
    [
        "#read(/etc/passwd) now",
        "<w:t>RAWXML</w:t>",
        "javascript:alert(1)",
        "{title} {0}",
        "a\u202eb \ue000gap__9\ue001",
    ],
)
def test_a_hostile_gap_is_letters(attack: str) -> None:
    made = agreement(f"  Dear [{attack}],\n")
    pdf = render_form_pdf("letter", made.forms["letter"], made)
    content = render_form_docx("letter", made.forms["letter"], made)
    shown = attack.replace("\u202e", "\ufffd").replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert [str(field.V) for field in file.Root.AcroForm.Fields] == [shown]
    assert f"[{shown}]" in "".join(
        words.text or "" for words in docx.Document(io.BytesIO(content)).element.iter(qn("w:t"))
    )


def test_every_letter_that_ships_can_be_filled_in() -> None:
    register = load_register(example_register())
    letters = [
        (folder.id, id_, record.value)
        for folder in register.protocols()
        for id_, record in folder.forms.items()
        if record.value and record.value.kind == "letter"
    ]
    assert len(letters) >= 3
    for protocol, id_, form in letters:
        gaps = gaps_in(form.body or "")
        assert len(gaps) > 5, (protocol, id_)
        assert len({label for _, label, _, _ in gaps}) == len(gaps), (protocol, id_)
        leftover = re.findall(r"\((?:post|date|full name|organisation|reference number)\)", form.body or "")
        assert leftover == [], (protocol, id_)
