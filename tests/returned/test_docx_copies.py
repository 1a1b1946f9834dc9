"""A Word copy that came back: words and how they are seen, fields, blocks, and what programs lose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from docx.oxml.ns import qn
from docx_manipulations import ADDED, ALTERED, LOOKS, ChangeDocx, change_part, clause, element, formatted, part_of
from lxml import etree
from returned_kit import COUNCIL, TY_CYMRU, docx, issued, read
from signing_kit import block, control, edited, filled_docx, form_docx, packed, parts

from support import one_in
from undersigned.returned import ReturnedCopy, issued_digest
from undersigned.returned.docx import opened, value_of

ANSWERS: dict[str, str | bool] = {
    "answer__full_name": "Siân Ŵyn-Pugh",
    "answer__needs": "First line\nSecond line",
    "answer__born_on": "01/02/1990",
    "answer__people": "3",
    "answer__area": "North",
    "answer__told": True,
}
READ = {**ANSWERS, "answer__born_on": "1990-02-01"}


def signed() -> bytes:
    return filled_docx(docx(), {**block(COUNCIL, "A. Example"), f"{COUNCIL}__signature": "A. Example"})


def changed(content: bytes, change: ChangeDocx) -> bytes:
    content_parts = parts(content)
    change(content_parts)
    return packed(content_parts)


def what(found: ReturnedCopy) -> str:
    return " | ".join(f"{one.what}: {one.words}" for one in found.differences)


def test_a_copy_as_it_was_sent_and_filled_in() -> None:
    found = read(docx())
    assert (found.kind, found.verdict, found.compared_with) == ("docx", "ours", "issued")
    assert (found.claim.protocol, found.claim.organisation, found.claim.copy) == ("county-housing", COUNCIL, 2)
    assert [one.state for one in found.blocks] == ["empty"] * 3
    assert (found.differences, found.notes) == ((), ())
    council = read(signed()).block(COUNCIL)
    assert (council.state, council.how, council.name, council.date) == ("signed", "typed", "A. Example", "2026-11-22")
    assert read(signed()).verdict == "ours"


def test_typing_a_name_does_not_sign_where_there_is_a_place_to_sign() -> None:
    found = read(filled_docx(docx(), block(COUNCIL, "A"))).block(COUNCIL)
    assert (found.state, found.how, found.authority) == ("begun", None, True)


def test_a_picture_or_ink_in_the_place_signs() -> None:
    def draw(root: etree._Element) -> None:
        etree.SubElement(next(control(root, f"{COUNCIL}__signature").iter(qn("w:r"))), qn("w:drawing"))

    found = read(edited(docx(), draw))
    assert (found.block(COUNCIL).how, found.block(COUNCIL).state, found.verdict) == ("image", "signed", "ours")


@pytest.mark.parametrize("content", [pytest.param(docx, marks=pytest.mark.slow), signed], ids=["empty", "signed"])
@pytest.mark.parametrize("change", one_in(3, ALTERED), ids=lambda change: change.__name__)
def test_what_a_reader_would_see_otherwise_is_altered(change: ChangeDocx, content: Callable[[], bytes]) -> None:
    found = read(changed(content(), change))
    assert found.verdict == "altered"
    assert found.differences


@pytest.mark.parametrize("content", [docx, signed], ids=["empty", "signed"])
@pytest.mark.parametrize("change", one_in(3, ADDED), ids=lambda change: change.__name__)
def test_what_was_put_there_is_told(change: ChangeDocx, content: Callable[[], bytes]) -> None:
    found = read(changed(content(), change))
    assert found.verdict == "ours-with-additions"
    assert found.differences


@pytest.mark.parametrize("change", LOOKS, ids=lambda change: change.__name__)
def test_another_look_is_not_called_ours(change: ChangeDocx) -> None:
    found = read(changed(signed(), change))
    assert found.verdict == "same-words"
    assert "Secure e-mail" in what(found)


@pytest.mark.parametrize("change", one_in(12, [*ALTERED, *ADDED]), ids=lambda change: change.__name__)
def test_the_recorded_digest_alone_finds_it_too(change: ChangeDocx) -> None:
    """Colours, sizes and fonts aside, which `same-words` says."""
    known = replace(issued(), pdf=None, docx=None)
    assert (read(signed(), known).verdict, read(signed(), known).compared_with) == ("same-words", "issued")
    found = read(changed(signed(), change), known)
    if change.__name__ in ("page_made_narrow", "signature_in_another_block", "block_twice"):
        return
    assert found.verdict == "cannot-tell"


def test_struck_words_are_told() -> None:
    found = read(changed(signed(), formatted("<w:strike/>", "strike")))
    assert what(found) == "words struck out: Secure e-mail. Forms: Housing pro forma."


def test_hidden_words_that_are_shown_again_are_no_fault() -> None:
    """Direct formatting goes before a style (ISO 29500-1, 17.7.2)."""

    def shown(content: dict[str, bytes]) -> None:
        style = '<w:style w:type="character" w:styleId="X0"><w:rPr><w:vanish/><w:strike/></w:rPr></w:style>'
        change_part(content, "word/styles.xml", lambda root: root.append(element(style)))

        def use(root: etree._Element) -> None:
            properties = part_of(clause(root), "w:rPr")
            for piece in ('<w:rStyle w:val="X0"/>', '<w:strike w:val="0"/>', '<w:vanish w:val="false"/>'):
                properties.append(element(piece))

        change_part(content, "word/document.xml", use)

    assert read(changed(signed(), shown)).verdict == "ours"


def test_a_theme_that_makes_white_black_hides_nothing() -> None:
    for xml in (
        '<w:color w:val="FFFFFF" w:themeColor="text1"/>',
        '<w:color w:val="FFFFFF" w:themeColor="background1" w:themeShade="00"/>',
    ):
        assert read(changed(signed(), formatted(xml, "x"))).verdict in ("ours", "same-words")


def test_tracked_changes_in_ones_own_name_are_filling_in() -> None:
    def track(root: etree._Element) -> None:
        words = next(control(root, f"{COUNCIL}__name").iter(qn("w:r")))
        wrapper = element('<w:ins w:id="900" w:author="A"/>')
        words.addprevious(wrapper)
        wrapper.append(words)

    assert read(edited(signed(), track)).verdict == "ours"


def test_a_signature_in_another_body_s_block_is_said() -> None:
    content = filled_docx(docx(), {**block(TY_CYMRU, "A. Example"), f"{TY_CYMRU}__signature": "A. Example"})
    found = read(content)
    assert found.verdict == "ours-with-additions"
    assert "signature in the block of another organisation: Cymdeithas Dai Tŷ Ŵyn" in what(found)
    assert any("sent for Town Council" in note for note in found.block(TY_CYMRU).notes)


# -- what programs lose -----------------------------------------------------------------------------------------


def without_controls(content: bytes) -> bytes:
    def unwrap(root: etree._Element) -> None:
        for found in list(root.iter(qn("w:sdt"))):
            inner = found.find(qn("w:sdtContent"))
            parent, at = found.getparent(), found.getparent().index(found)
            for child in reversed(list(inner)):
                parent.insert(at, child)
            parent.remove(found)

    return edited(content, unwrap)


def test_a_copy_that_lost_its_controls_is_read_by_place() -> None:
    found = read(without_controls(signed()))
    assert found.verdict == "same-words"
    assert any("lost fields" in note for note in found.notes)
    council = found.block(COUNCIL)
    assert (council.state, council.how, council.name, council.post, council.date, council.authority) == (
        "signed",
        "typed",
        "A. Example",
        "Head of Housing",
        "2026-11-22",
        True,
    )
    assert found.block(TY_CYMRU).state == "empty"


@pytest.mark.parametrize("change", one_in(4, ALTERED), ids=lambda change: change.__name__)
def test_without_controls_nothing_gets_past_either(change: ChangeDocx) -> None:
    found = read(without_controls(changed(signed(), change)))
    # Two fields of one name are one place to write in.
    assert found.verdict == ("same-words" if change.__name__ == "block_twice" else "altered")


def test_a_header_that_was_lost_is_said() -> None:
    def lose(root: etree._Element) -> None:
        for name in ("w:headerReference", "w:footerReference"):
            for one in list(root.iter(qn(name))):
                one.getparent().remove(one)

    content = parts(edited(signed(), lose))
    relations = etree.fromstring(content["word/_rels/document.xml.rels"])
    for one in list(relations):
        if one.get("Type", "").endswith(("/header", "/footer")):
            relations.remove(one)
    content["word/_rels/document.xml.rels"] = etree.tostring(relations)
    found = read(packed(content))
    assert found.verdict == "same-words"
    assert any("footer" in note for note in found.notes)


def without_names(content: bytes) -> bytes:
    """As LibreOffice leaves them: of many controls it loses the tag, the title and the number."""

    def lose(root: etree._Element) -> None:
        for properties in root.iter(qn("w:sdtPr")):
            kinds = {child.tag for child in properties}
            for child in list(properties):
                keeps_title = qn("w:text") in kinds and child.tag == qn("w:alias")
                if child.tag in (qn("w:tag"), qn("w:alias"), qn("w:id")) and not keeps_title:
                    properties.remove(child)

    return edited(content, lose)


def test_names_that_were_lost_are_known_by_the_order_of_the_fields() -> None:
    found = read(without_names(signed()))
    assert found.verdict == "ours"
    assert found.block(COUNCIL).name == "A. Example"


def test_names_are_not_given_by_order_where_a_control_is_missing_or_moved() -> None:
    def drop(root: etree._Element) -> None:
        one = control(root, "county-probation__post")
        one.getparent().remove(one)

    def swap(root: etree._Element) -> None:
        first, second = (control(root, f"{COUNCIL}__{kind}") for kind in ("name", "date"))
        after, parent = second.getnext(), second.getparent()
        first.addprevious(second)
        if after is not None:
            after.addprevious(first)
        else:
            parent.append(first)

    for change in (drop, swap):
        found = read(without_names(edited(signed(), change)))
        assert found.verdict != "ours"


# -- forms and values -------------------------------------------------------------------------------------------


def test_values_of_a_form_come_back() -> None:
    file = opened(filled_docx(form_docx(), ANSWERS))
    values = {name: value_of(name, one) for name, one in zip(file.names, file.controls, strict=True)}
    assert {name: value for name, value in values.items() if value is not None} == READ


def test_a_day_that_was_picked_and_is_shown_in_words() -> None:
    def pick(root: etree._Element) -> None:
        next(control(root, f"{COUNCIL}__date").iter(qn("w:date"))).set(qn("w:fullDate"), "2026-05-02T00:00:00Z")

    content = edited(filled_docx(docx(), {f"{COUNCIL}__date": "2 May 2026"}), pick)
    assert read(content).block(COUNCIL).date == "2026-05-02"
    content = edited(filled_docx(docx(), {f"{COUNCIL}__date": "03/05/2026"}), pick)
    assert read(content).block(COUNCIL).date == "2026-05-03"


def test_words_called_a_placeholder_are_told_of() -> None:
    def type_over(root: etree._Element) -> None:
        next(control(root, f"{COUNCIL}__post").iter(qn("w:t"))).text = "Head of Housing"

    found = read(edited(docx(), type_over))
    assert found.block(COUNCIL).post is None
    assert any(f"{COUNCIL}__post" in note for note in found.notes)


def test_two_controls_of_one_name_are_told_of_and_neither_is_taken() -> None:
    def double(root: etree._Element) -> None:
        first = control(root, f"{COUNCIL}__name")
        copy = etree.fromstring(etree.tostring(first))
        next(copy.iter(qn("w:t"))).text = "Somebody else"
        first.addnext(copy)

    found = read(edited(signed(), double))
    assert found.verdict == "altered"
    assert found.block(COUNCIL).name is None
    assert any("more than once" in note for note in found.block(COUNCIL).notes)


def test_words_own_signatures_are_noted() -> None:
    content = parts(signed()) | {"_xmlsignatures/sig1.xml": b"<x/>"}
    assert any("digital signatures" in note for note in read(packed(content)).notes)


def test_the_digest_for_the_record_changes_with_no_filling_in() -> None:
    assert issued_digest(signed()) == issued_digest(docx())
    assert issued_digest(docx()).startswith("v1:")
    assert issued_digest(without_names(signed())) == issued_digest(docx())
