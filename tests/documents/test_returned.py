"""What comes back from a filled-in PDF or DOCX, also after LibreOffice has saved it, and what hostile files come to."""

from __future__ import annotations

import contextlib
import io
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pikepdf import Array, Dictionary, Name, String
from signing_kit import (
    block,
    control,
    edited,
    filled,
    filled_docx,
    form_docx,
    form_pdf,
    master_docx,
    master_pdf,
    packed,
    parts,
    rewritten,
    through_libreoffice,
)

from undersigned.returned import ReturnedError, field_names, read_returned, text_digest
from undersigned.returned import limits as returned_limits
from undersigned.returned.parts import date_value, text_value

COUNCIL = "town-council"
PROPERTIES = {"ProtocolId": "county-housing", "ProtocolVersion": "1.0", "Status": "in-force"}
ANSWERS: dict[str, str | bool] = {
    "answer__full_name": "Siân Ŵyn-Pugh",
    "answer__needs": "First line\nSecond line",
    "answer__born_on": "01/02/1990",
    "answer__people": "3",
    "answer__area": "North",
    "answer__told": True,
}
TOLD: dict[str, str | bool | None] = {**ANSWERS, "answer__born_on": "1990-02-01", "answer__signed__sign": None}
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


def save(file: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    file.save(out, **options)
    return out.getvalue()


def answers(values: object) -> dict[str, object]:
    assert isinstance(values, dict)
    return {name: value for name, value in values.items() if name.startswith("answer__")}


# -- values and properties --------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [master_pdf, master_docx], ids=["pdf", "docx"])
def test_a_copy_that_nobody_touched(content: Callable[[], bytes]) -> None:
    found = read_returned(content(), text_digest=text_digest(content()))
    assert PROPERTIES.items() <= found.properties.items()
    assert found.properties["Fingerprint"].startswith("v1:sha256:")
    assert not any(value for name, value in found.values.items() if not name.startswith("copy__"))
    assert [one.state for one in found.blocks] == ["unsigned"] * 3
    assert [one.notes for one in found.blocks] == [()] * 3
    assert found.notes == ()


def test_values_of_a_pdf_come_back() -> None:
    found = read_returned(filled(form_pdf(), ANSWERS))
    assert answers(found.values) == TOLD


def test_values_of_a_docx_come_back() -> None:
    assert answers(read_returned(filled_docx(form_docx(), ANSWERS)).values) == TOLD


def test_a_value_that_the_document_was_issued_with_is_none() -> None:
    def initial(file: pikepdf.Pdf) -> None:
        for field in file.Root.AcroForm.Fields:
            if str(field.T) == "answer__needs":
                field.V = field.DV = String("As issued")

    assert read_returned(rewritten(form_pdf(), initial)).values["answer__needs"] is None
    assert (
        read_returned(filled(rewritten(form_pdf(), initial), {"answer__needs": "Mine"})).values["answer__needs"]
        == "Mine"
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("22/11/2026", "2026-11-22"),
        ("2/1/2026", "2026-01-02"),
        (" 22.11.2026 ", "2026-11-22"),
        ("2026-11-22", "2026-11-22"),
        ("31/02/2026", "31/02/2026"),
        ("tomorrow", "tomorrow"),
        ("", None),
        ("22/11/26", "22/11/26"),
    ],
)
def test_days(typed: str, told: str | None) -> None:
    assert date_value(typed) == told


def test_a_day_that_was_picked_and_is_shown_in_words() -> None:
    def pick(root: etree._Element) -> None:
        root_control = control(root, f"{COUNCIL}__date")
        next(root_control.iter(qn("w:date"))).set(qn("w:fullDate"), "2026-05-02T00:00:00Z")

    docx = edited(filled_docx(master_docx(), {f"{COUNCIL}__date": "2 May 2026"}), pick)
    assert read_returned(docx).values[f"{COUNCIL}__date"] == "2026-05-02"
    docx = edited(filled_docx(master_docx(), {f"{COUNCIL}__date": "03/05/2026"}), pick)
    assert read_returned(docx).values[f"{COUNCIL}__date"] == "2026-05-03"


def test_words_called_a_placeholder_are_told_of() -> None:
    def type_over(root: etree._Element) -> None:
        next(control(root, "answer__full_name").iter(qn("w:t"))).text = "Example Person"

    found = read_returned(edited(form_docx(), type_over))
    assert found.values["answer__full_name"] is None
    assert any("answer__full_name" in note for note in found.notes)


TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("ŵŷŴŶâêîôûẁ()\\<>&\r\n\t\x00\x0b")), max_size=200
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT)
def test_any_text_comes_back_from_a_pdf(text: str) -> None:
    value = read_returned(with_value(text)).values["answer__needs"]
    assert value == text_value(text)
    assert value is None or unicodedata.is_normalized("NFC", str(value))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT)
def test_any_text_comes_back_from_a_docx(text: str) -> None:
    # What XML cannot hold no program can have written.
    written = "".join(
        letter for letter in text if letter in "\n\t" or (letter >= " " and letter not in "\ufffe\uffff\r")
    )
    value = read_returned(filled_docx(form_docx(), {"answer__needs": written})).values["answer__needs"]
    assert value == text_value(written)


@cache
def _small() -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(form_pdf()))


def with_value(text: str) -> bytes:
    file = _small()
    for field in file.Root.AcroForm.Fields:
        if str(field.T) == "answer__needs":
            field.V = String(b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass"))
    return save(file)


def test_long_text_is_cut() -> None:
    value = read_returned(filled(form_pdf(), {"answer__needs": "a" * 50_000})).values["answer__needs"]
    assert value == "a" * 20_000


# -- signing without a certificate ------------------------------------------------------------------------------


def test_typing_signs_a_pdf_where_authority_is_ticked_and_a_name_is_given() -> None:
    digest = text_digest(master_pdf())
    signed = read_returned(filled(master_pdf(), block(COUNCIL, "A")), text_digest=digest).block(COUNCIL)
    assert (signed.how, signed.state, signed.name) == ("typed", "intact", "A")
    half = read_returned(filled(master_pdf(), {f"{COUNCIL}__name": "A"}), text_digest=digest).block(COUNCIL)
    assert (half.how, half.state) == (None, "unsigned")
    assert any("begun" in note for note in half.notes)


def stamp(kind: Name, dx: float = 5) -> Callable[[pikepdf.Pdf], None]:
    def put(file: pikepdf.Pdf) -> None:
        for field in file.Root.AcroForm.Fields:
            if str(field.T) == f"{COUNCIL}__signature":
                left, bottom, *_ = (float(edge) for edge in field.Rect)
                field.P.Annots.append(
                    file.make_indirect(
                        Dictionary(
                            Type=Name.Annot,
                            Subtype=kind,
                            Rect=Array([left + dx, bottom + 5, left + dx + 60, bottom + 15]),
                        )
                    )
                )

    return put


@pytest.mark.parametrize(("kind", "how"), [(Name.Stamp, "picture"), (Name.Ink, "picture"), (Name.FreeText, "typed")])
def test_a_mark_over_the_place_signs_a_pdf(kind: Name, how: str) -> None:
    pdf = rewritten(master_pdf(), stamp(kind))
    found = read_returned(pdf, text_digest=text_digest(master_pdf()))
    assert (found.block(COUNCIL).how, found.block(COUNCIL).state) == (how, "intact")
    assert any("authority" in note for note in found.block(COUNCIL).notes)
    assert found.block("ty-cymru").how is None
    assert read_returned(rewritten(master_pdf(), stamp(kind, dx=-400))).block(COUNCIL).how is None


def test_words_or_a_picture_sign_a_docx() -> None:
    digest = text_digest(master_docx())
    typed = filled_docx(master_docx(), {**block(COUNCIL, "A"), f"{COUNCIL}__signature": "A. Example"})
    found = read_returned(typed, text_digest=digest).block(COUNCIL)
    assert (found.how, found.state, found.authority, found.date) == ("typed", "intact", True, "2026-11-22")

    def draw(root: etree._Element) -> None:
        run = next(control(root, f"{COUNCIL}__signature").iter(qn("w:r")))
        etree.SubElement(run, qn("w:drawing"))

    drawn = read_returned(edited(master_docx(), draw), text_digest=digest).block(COUNCIL)
    assert (drawn.how, drawn.state) == ("picture", "intact")


# -- the text ---------------------------------------------------------------------------------------------------


def test_filling_in_and_writing_anew_leave_the_digest_as_it_was() -> None:
    digest = text_digest(master_pdf())
    filled_in = filled(master_pdf(), block(COUNCIL, "A"))
    for pdf in (
        filled_in,
        rewritten(filled_in),
        save(pikepdf.open(io.BytesIO(filled_in)), linearize=True),
        save(
            pikepdf.open(io.BytesIO(filled_in)),
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            recompress_flate=True,
        ),
        save(
            pikepdf.open(io.BytesIO(filled_in)),
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
        ),
    ):
        assert text_digest(pdf) == digest
        found = read_returned(pdf, text_digest=digest)
        assert (found.block(COUNCIL).state, found.block(COUNCIL).name) == ("intact", "A")
        assert PROPERTIES.items() <= found.properties.items()


def page_away(file: pikepdf.Pdf) -> None:
    del file.pages[2]


def page_turned(file: pikepdf.Pdf) -> None:
    file.pages.reverse()


def page_redrawn(file: pikepdf.Pdf) -> None:
    file.pages[1].contents_add(b"BT /f0 9 Tf 50 50 Td (no) Tj ET")


@pytest.mark.parametrize("change", [page_away, page_turned, page_redrawn], ids=lambda change: change.__name__)
def test_another_text_in_a_typed_pdf_is_found(change: Callable[[pikepdf.Pdf], None]) -> None:
    pdf = rewritten(filled(master_pdf(), block(COUNCIL, "A")), change)
    found = read_returned(pdf, text_digest=text_digest(master_pdf())).block(COUNCIL)
    assert (found.how, found.state) == ("typed", "altered")


def first_words(root: etree._Element, start: str) -> etree._Element:
    return next(words for words in root.iter(qn("w:t")) if (words.text or "").startswith(start))


def word_changed(root: etree._Element) -> None:
    first_words(root, "Secure e-mail").text = "Any e-mail"


def word_struck(root: etree._Element) -> None:
    """As a tracked change."""
    words = first_words(root, "Secure e-mail")
    words.tag = qn("w:delText")


def word_hidden(root: etree._Element) -> None:
    run = first_words(root, "Secure e-mail").getparent()
    properties = run.find(qn("w:rPr"))
    if properties is None:
        properties = etree.Element(qn("w:rPr"))
        run.insert(0, properties)
    etree.SubElement(properties, qn("w:vanish"))


def word_in_contents(root: etree._Element) -> None:
    contents = next(root.iter(qn("w:docPartObj"))).getparent().getparent()
    paragraph = etree.SubElement(contents.find(qn("w:sdtContent")), qn("w:p"))
    etree.SubElement(etree.SubElement(paragraph, qn("w:r")), qn("w:t")).text = "Everything is shared with everybody."


def word_wrapped(root: etree._Element) -> None:
    """Words put out of sight of the digest by a control around them."""
    run = first_words(root, "Secure e-mail").getparent()
    paragraph = run.getparent()
    at = paragraph.index(run)
    wrapper = etree.Element(qn("w:sdt"))
    etree.SubElement(wrapper, qn("w:sdtPr"))
    etree.SubElement(wrapper, qn("w:sdtContent")).append(run)
    paragraph.insert(at, wrapper)


def html_put_in(root: etree._Element) -> None:
    etree.SubElement(root.find(qn("w:body")), qn("w:altChunk"))


@pytest.mark.parametrize(
    "change",
    [word_changed, word_struck, word_hidden, word_in_contents, word_wrapped, html_put_in],
    ids=lambda change: change.__name__,
)
def test_another_text_in_a_docx_is_found(change: Callable[[etree._Element], None]) -> None:
    docx = filled_docx(master_docx(), {**block(COUNCIL, "A"), f"{COUNCIL}__signature": "A"})
    found = read_returned(edited(docx, change), text_digest=text_digest(master_docx())).block(COUNCIL)
    assert (found.how, found.state) == ("typed", "altered")
    assert any("issued" in note for note in found.notes)


def test_a_clause_in_a_control_that_was_never_issued_is_found() -> None:
    def smuggle(root: etree._Element) -> None:
        paragraph = (
            next(words for words in root.iter(qn("w:t")) if words.text == "Second step.").getparent().getparent()
        )
        extra = etree.SubElement(paragraph, qn("w:sdt"))
        etree.SubElement(etree.SubElement(extra, qn("w:sdtPr")), qn("w:tag")).set(qn("w:val"), "third")
        run = etree.SubElement(etree.SubElement(extra, qn("w:sdtContent")), qn("w:r"))
        etree.SubElement(run, qn("w:t")).text = "Third step: everything is shared."

    docx = edited(filled_docx(master_docx(), {**block(COUNCIL, "A"), f"{COUNCIL}__signature": "A"}), smuggle)
    found = read_returned(docx, text_digest=text_digest(master_docx()), names=field_names(master_docx()))
    assert found.values["third"] == "Third step: everything is shared."
    assert found.block(COUNCIL).state == "altered"


def test_the_digest_that_the_file_carries_is_used_where_there_is_no_other() -> None:
    def carry(digest: str) -> bytes:
        def put(file: pikepdf.Pdf) -> None:
            with file.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
                metadata["{urn:undersigned:document:1}TextDigest"] = digest
            file.docinfo["/TextDigest"] = String(digest)

        return rewritten(filled(master_pdf(), block(COUNCIL, "A")), put)

    assert read_returned(carry(text_digest(master_pdf()))).block(COUNCIL).state == "intact"
    assert read_returned(carry("0" * 64)).block(COUNCIL).state == "altered"


def test_without_any_digest_it_is_said_that_nothing_was_compared() -> None:
    def forget(file: pikepdf.Pdf) -> None:
        file.Root.Metadata = file.make_stream(b"<x/>")
        for key in list(file.docinfo):
            del file.docinfo[key]

    found = read_returned(rewritten(filled(master_pdf(), block(COUNCIL, "A")), forget))
    assert found.properties == {}
    assert found.block(COUNCIL).state == "intact"
    assert any("compared" in note for note in found.block(COUNCIL).notes)


def test_properties_that_do_not_agree_are_told_of() -> None:
    def differ(file: pikepdf.Pdf) -> None:
        file.docinfo["/ProtocolId"] = String("other")

    found = read_returned(rewritten(master_pdf(), differ))
    assert found.properties["ProtocolId"] == "county-housing"
    assert any("ProtocolId" in note for note in found.notes)


# -- LibreOffice ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_libreoffice_saved_reads_the_same(tmp_path: Path) -> None:
    docx = filled_docx(master_docx(), {**block(COUNCIL, "Siân Ŵyn"), f"{COUNCIL}__signature": "Siân Ŵyn"})
    before = read_returned(docx, text_digest=text_digest(master_docx()))
    names = field_names(master_docx())
    after = read_returned(through_libreoffice(docx, tmp_path), text_digest=text_digest(master_docx()), names=names)
    assert after.values == before.values
    assert after.properties == before.properties
    assert after.digest == before.digest == text_digest(master_docx())
    assert after.blocks == before.blocks
    assert after.block(COUNCIL).state == "intact"


@pytest.mark.slow
def test_a_form_that_libreoffice_saved_reads_the_same(tmp_path: Path) -> None:
    saved = through_libreoffice(filled_docx(form_docx(), ANSWERS), tmp_path)
    assert answers(read_returned(saved, names=field_names(form_docx())).values) == TOLD
    assert text_digest(saved) == text_digest(form_docx())


def without_names(docx: bytes) -> bytes:
    def lose(root: etree._Element) -> None:
        for properties in root.iter(qn("w:sdtPr")):
            kinds = {child.tag for child in properties}
            for child in list(properties):
                keeps_title = qn("w:text") in kinds and child.tag == qn("w:alias")
                if child.tag in (qn("w:tag"), qn("w:alias"), qn("w:id")) and not keeps_title:
                    properties.remove(child)

    return edited(docx, lose)


def test_a_docx_without_its_tags_is_read_by_the_names_that_it_carries() -> None:
    def carry(root: etree._Element) -> None:
        for entry in root:
            if entry.get("name") == "FieldNames":
                return
        extra = etree.SubElement(root, root[0].tag, dict(root[0].attrib))
        extra.set("name", "FieldNames")
        extra.set("pid", "99")
        etree.SubElement(extra, root[0][0].tag).text = " ".join(field_names(master_docx()))

    docx = without_names(filled_docx(master_docx(), block(COUNCIL, "A")))
    found = read_returned(edited(docx, carry, "docProps/custom.xml"))
    assert (found.values[f"{COUNCIL}__name"], found.values[f"{COUNCIL}__authority"]) == ("A", True)
    assert list(found.values) == list(field_names(master_docx()))


def test_names_are_not_given_by_place_where_a_control_is_missing() -> None:
    def drop(root: etree._Element) -> None:
        found = control(root, "county-probation__post")
        found.getparent().remove(found)

    docx = without_names(edited(filled_docx(master_docx(), block(COUNCIL, "A")), drop))
    found = read_returned(docx, names=field_names(master_docx()))
    assert f"{COUNCIL}__name" not in found.values
    assert found.values["Full name for Town Council"] == "A"
    assert any("lost the names" in note for note in found.notes)


def test_names_are_not_given_by_place_where_controls_changed_places() -> None:
    def swap(root: etree._Element) -> None:
        first, second = (control(root, f"{COUNCIL}__{kind}") for kind in ("name", "date"))
        after, parent = second.getnext(), second.getparent()
        first.addprevious(second)
        if after is not None:
            after.addprevious(first)
        else:
            parent.append(first)

    docx = without_names(edited(filled_docx(master_docx(), block(COUNCIL, "A")), swap))
    found = read_returned(docx, names=field_names(master_docx()))
    assert found.values["Full name for Town Council"] == "A"
    assert f"{COUNCIL}__date" not in found.values


# -- files that somebody made odd -------------------------------------------------------------------------------


def test_two_controls_of_one_name_are_told_of_and_neither_is_taken() -> None:
    def double(root: etree._Element) -> None:
        first = control(root, f"{COUNCIL}__name")
        copy = etree.fromstring(etree.tostring(first))
        next(copy.iter(qn("w:t"))).text = "Somebody else"
        first.addnext(copy)

    docx = edited(filled_docx(master_docx(), {**block(COUNCIL, "A"), f"{COUNCIL}__signature": "A"}), double)
    found = read_returned(docx, text_digest=text_digest(master_docx()))
    assert found.values[f"{COUNCIL}__name"] is None
    assert found.block(COUNCIL).state == "altered"
    assert any(f"{COUNCIL}__name" in note for note in found.notes)


def test_two_fields_of_one_name_are_told_of_and_neither_is_taken() -> None:
    def double(file: pikepdf.Pdf) -> None:
        form = file.Root.AcroForm
        form.Fields.append(file.make_indirect(Dictionary(FT=Name.Tx, T=String(f"{COUNCIL}__post"), V=String("Other"))))

    found = read_returned(
        rewritten(filled(master_pdf(), block(COUNCIL, "A")), double), text_digest=text_digest(master_pdf())
    )
    assert found.values[f"{COUNCIL}__post"] is None
    assert found.block(COUNCIL).state == "altered"


def test_words_own_signatures_and_macros_are_noted() -> None:
    content = parts(master_docx()) | {"_xmlsignatures/sig1.xml": b"<x/>", "word/vbaProject.bin": b"x"}
    notes = " ".join(read_returned(packed(content)).notes)
    assert "digital signatures" in notes
    assert "macros" in notes


def with_part(name: str, content: bytes) -> bytes:
    return packed(parts(master_docx()) | {name: content})


def without_part(name: str) -> bytes:
    return packed({key: value for key, value in parts(master_docx()).items() if key != name})


def twice() -> bytes:
    out = io.BytesIO(master_docx())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", b"<x/>")
    return out.getvalue()


def many_parts() -> bytes:
    return packed({f"word/{number}.xml": b"" for number in range(1_100)})


def locked_zip() -> bytes:
    content = bytearray(master_docx())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def locked_pdf(user: str) -> bytes:
    return save(pikepdf.open(io.BytesIO(form_pdf())), encryption=pikepdf.Encryption(owner="o", user=user))


def pdf_bomb(layers: int = 1) -> bytes:
    file = pikepdf.open(io.BytesIO(form_pdf()))
    packer = zlib.compressobj(9)
    content = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(200)) + packer.flush()
    for _ in range(layers - 1):
        content = zlib.compress(content, 9)
    names = Array([Name.FlateDecode] * layers)
    file.pages[0].obj.Contents = pikepdf.Stream(file, content, Filter=names if layers > 1 else Name.FlateDecode)
    return save(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def hidden_bomb() -> bytes:
    """Not drawn by any page: only programs that unpack all would fall for it."""
    file = pikepdf.open(io.BytesIO(form_pdf()))
    file.Root.PieceInfo = Dictionary(
        X=pikepdf.Stream(file, zlib.compress(bytes(200 << 20), 9), Filter=Name.FlateDecode)
    )
    return save(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def laughing(depth: int = 8) -> bytes:
    """Forms of fields that hold each other many times over."""
    file = pikepdf.open(io.BytesIO(form_pdf()))
    below = file.make_indirect(Dictionary(FT=Name.Tx, T=String("end")))
    for level in range(depth):
        below = file.make_indirect(Dictionary(T=String(f"n{level}"), Kids=Array([below] * 10)))
    file.Root.AcroForm.Fields.append(below)
    return save(file)


def circle() -> bytes:
    file = pikepdf.open(io.BytesIO(form_pdf()))
    field = file.make_indirect(Dictionary(T=String("round")))
    field.Kids = Array([field])
    file.Root.AcroForm.Fields.append(field)
    return save(file)


def many_pages() -> bytes:
    file = pikepdf.open(io.BytesIO(form_pdf()))
    for _ in range(501):
        file.add_blank_page()
    return save(file)


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>&c;</w:body></w:document>'
)
OUTSIDE = (
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>&a;</w:body></w:document>'
)
FETCHED = b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><w:document xmlns:w="x"/>'
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n", "neither"),
    "words": (lambda: b"Dear colleague", "neither"),
    "old Word": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old_word"),
    "too long": (lambda: b"%PDF-1.7" + bytes(returned_limits.MOST_BYTES), "too_large"),
    "no zip": (lambda: b"PK\x03\x04 and nothing", "broken_docx"),
    "half a zip": (lambda: master_docx()[:-2_000], "broken_docx"),
    "empty zip": (lambda: packed({}), "neither"),
    "another zip": (lambda: packed({"a.txt": b"a"}), "neither"),
    "no document": (lambda: without_part("word/document.xml"), "neither"),
    "no relations": (lambda: without_part("_rels/.rels"), "neither"),
    "no XML": (lambda: with_part("word/document.xml", b"%PDF"), "broken_docx"),
    "other XML": (lambda: with_part("word/document.xml", b"<html/>"), "neither"),
    "deep XML": (lambda: with_part("word/document.xml", b"<a>" * 100_000 + b"</a>" * 100_000), "broken_docx"),
    "entities": (lambda: with_part("word/document.xml", ENTITIES), "broken_docx"),
    "outside entity": (lambda: with_part("word/document.xml", OUTSIDE), "broken_docx"),
    "outside DTD": (lambda: with_part("word/document.xml", FETCHED), "broken_docx"),
    "entities in properties": (lambda: with_part("docProps/custom.xml", ENTITIES), "broken_docx"),
    "zip bomb": (lambda: with_part("word/document.xml", b" " * (40 << 20)), "too_large"),
    "zip of many": (many_parts, "too_large"),
    "a part twice": (twice, "broken_docx"),
    "names that differ in case": (lambda: with_part("word/Document.xml", b"<x/>"), "broken_docx"),
    "locked zip": (locked_zip, "locked"),
    "locked PDF": (lambda: locked_pdf("u"), "locked"),
    "PDF locked for changes": (lambda: locked_pdf(""), "locked"),
    "no PDF": (lambda: b"%PDF-1.7\nnothing", "broken_pdf"),
    "half a PDF": (lambda: form_pdf()[: len(form_pdf()) // 2], "broken_pdf"),
    "broken table": (lambda: form_pdf().replace(b"startxref\n", b"startxref\n9"), "broken_pdf"),
    "PDF bomb": (pdf_bomb, "too_large"),
    "hidden PDF bomb": (hidden_bomb, "too_large"),
    "PDF bomb in a bomb": (lambda: pdf_bomb(2), "strange_packing"),
    "many pages": (many_pages, "too_large"),
    "many revisions": (lambda: form_pdf() + b"startxref\n0\n%%EOF\n" * 200, "too_large"),
    "laughing fields": (laughing, "too_large"),
    "fields in a circle": (circle, "broken_pdf"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(case: str) -> None:
    make, reason = HOSTILE[case]
    content = make()
    begun = time.monotonic()
    with pytest.raises(ReturnedError) as caught:
        read_returned(content)
    assert time.monotonic() - begun < 10
    assert caught.value.reason == reason
    assert str(caught.value).endswith(".")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["pdf", "docx"]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_no_damage_ends_in_anything_but_a_reading_or_a_sentence(kind: str, damage: list[tuple[float, int]]) -> None:
    content = bytearray(form_pdf() if kind == "pdf" else form_docx())
    for place, byte in damage:
        content[int(place * len(content))] = byte
    with contextlib.suppress(ReturnedError):
        assert read_returned(bytes(content)).kind == kind
