"""Two parties fill in and sign a PDF one after the other, and every later change to what they signed is found.

The certificates are made here; pyHanko signs as a signatory's program would; the changes are made by pyHanko and pikepdf.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import page
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from returned_kit import COUNCIL, PROBATION, TY_CYMRU, appended, issued, pdf, read, rewritten
from signing_kit import appearance, block, changed, field_in, filled, signed, signer

from support import one_in
from undersigned.returned.reading import read_here

#: Of `page`, where veraPDF is content: it does not accept the font that people type with beside an /Encoding with
#: /Differences, and cannot read the way back to Unicode of the font that pyHanko embeds for its stamp.
STRICTER = ("TRUETYPE-NONSYMBOLIC-ENCODING", "UNICODE-MAPPING")


@cache
def one() -> bytes:
    """The lead has filled in and signed."""
    return signed(filled(pdf(), block(PROBATION, "A. Post Holder")), f"{PROBATION}__signature", signer("Probation"))


@cache
def two() -> bytes:
    """Then the council."""
    return signed(
        filled(one(), block(COUNCIL, "B. Ŵyn", date="23/11/2026")), f"{COUNCIL}__signature", signer("Council")
    )


def states(content: bytes) -> dict[str | None, str]:
    return {found.organisation: found.state for found in read(content).blocks}


def notes_of(writer: IncrementalPdfFileWriter, number: int = 0) -> generic.ArrayObject:
    found = writer.find_page_for_modification(number)[0].get_object()
    if "/Annots" not in found:
        found["/Annots"] = generic.ArrayObject()
        writer.update_container(found)
    writer.update_container(found["/Annots"])
    writer.update_container(found)
    return found["/Annots"]


# -- what is allowed --------------------------------------------------------------------------------------------


def test_two_parties_sign_one_after_the_other() -> None:
    first, second = read(one()), read(two())
    assert states(one()) == {PROBATION: "signed", COUNCIL: "empty", TY_CYMRU: "empty"}
    assert states(two()) == {PROBATION: "signed", COUNCIL: "signed", TY_CYMRU: "empty"}
    assert first.block(PROBATION).how == second.block(COUNCIL).how == "certificate"
    council = second.block(COUNCIL)
    assert (council.name, council.post, council.date, council.authority) == (
        "B. Ŵyn",
        "Head of Housing",
        "2026-11-23",
        True,
    )
    assert any("Common Name: Council" in note for note in council.notes)
    assert council.certificate is not None
    assert len(council.certificate) == 64
    assert first.verdict == second.verdict == "ours"


@pytest.mark.slow
def test_a_third_may_fill_in_after_two_have_signed() -> None:
    third = filled(two(), block(TY_CYMRU, "C"))
    assert states(third)[PROBATION] == states(third)[COUNCIL] == "signed"
    # A name under a ticked declaration is how one signs without a certificate.
    assert (read(third).block(TY_CYMRU).how, read(third).block(TY_CYMRU).state) == ("typed", "signed")
    whole = signed(third, f"{TY_CYMRU}__signature", signer("Ty Cymru"))
    assert set(states(whole).values()) == {"signed"}


def test_nothing_is_established_of_a_holder_without_a_trusted_list() -> None:
    """With one: `test_trusted_list`."""
    for organisation in (COUNCIL, PROBATION):
        assert "was not established" in " ".join(read_here(two(), issued()).block(organisation).notes)


def test_filled_and_signed_copies_still_meet_pdf_ua() -> None:
    for content in (filled(pdf(), block(PROBATION, "A")), one(), two()):
        faults = {fault.rule_id for fault in page.validate_pdf_bytes(content, profile="ua1").failures}
        assert {fault for fault in faults if not any(known in fault.upper() for known in STRICTER)} == set()


def test_flags_that_show_nothing_are_harmless() -> None:
    """Programs set 'read only' on what they have locked (ISO 32000-1, table 221); it changes nothing that one sees."""

    def lock(writer: IncrementalPdfFileWriter) -> None:
        found = field_in(writer, f"{PROBATION}__name")
        found["/Ff"] = generic.NumberObject(1)
        writer.update_container(found)

    assert states(changed(two(), lock))[PROBATION] == "signed"


# -- what is found ----------------------------------------------------------------------------------------------


def value(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__post")
    found["/V"] = pdf_string("Chief Executive")
    writer.update_container(found)


def look(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__post")
    found["/AP"] = generic.DictionaryObject(
        {pdf_name("/N"): writer.add_object(appearance(writer, found, "Chief Executive"))}
    )
    writer.update_container(found)


def look_in_place(writer: IncrementalPdfFileWriter) -> None:
    stream = field_in(writer, f"{PROBATION}__post")["/AP"]["/N"]
    stream._data = b"/Tx BMC q BT /Inter 11 Tf 3 5 Td (Chief Executive) Tj ET Q EMC"
    stream._encoded_data = None
    writer.update_container(stream)


def untick(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__authority")
    found["/V"] = found["/AS"] = pdf_name("/Off")
    writer.update_container(found)


def hidden(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__name")
    found["/F"] = generic.NumberObject(2)
    writer.update_container(found)


def password(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__name")
    found["/Ff"] = generic.NumberObject(1 << 13)
    writer.update_container(found)


def moved(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__name")
    found["/Rect"] = generic.ArrayObject([generic.FloatObject(edge) for edge in (0, 0, 1, 1)])
    writer.update_container(found)


def stamp_of_signature(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__signature")
    found["/AP"] = generic.DictionaryObject(
        {pdf_name("/N"): writer.add_object(appearance(writer, found, "Somebody else"))}
    )
    writer.update_container(found)


def without_signature(writer: IncrementalPdfFileWriter) -> None:
    found = field_in(writer, f"{PROBATION}__signature")
    del found["/V"]
    writer.update_container(found)


def removed(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/Fields")] = generic.ArrayObject(
        reference for reference in form["/Fields"] if str(reference.get_object()["/T"]) != f"{PROBATION}__post"
    )
    writer.update_container(form)


def replaced(writer: IncrementalPdfFileWriter) -> None:
    """Another field of the same name in its place."""
    form = writer.root["/AcroForm"]
    old = field_in(writer, f"{PROBATION}__post")
    new = generic.DictionaryObject({key: old.raw_get(key) for key in old})
    new["/V"] = pdf_string("Chief Executive")
    reference = writer.add_object(new)
    form[pdf_name("/Fields")] = generic.ArrayObject(
        reference if str(one_.get_object()["/T"]) == f"{PROBATION}__post" else one_ for one_ in form["/Fields"]
    )
    writer.update_container(form)


def doubled(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    old = field_in(writer, f"{PROBATION}__post")
    new = generic.DictionaryObject({key: old.raw_get(key) for key in old})
    new["/V"] = pdf_string("Chief Executive")
    form["/Fields"].append(writer.add_object(new))
    writer.update_container(form["/Fields"])
    writer.update_container(form)


def another_field(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form["/Fields"].append(
        writer.add_object(
            generic.DictionaryObject(
                {
                    pdf_name("/FT"): pdf_name("/Tx"),
                    pdf_name("/T"): pdf_string("terms"),
                    pdf_name("/V"): pdf_string("And one term more"),
                }
            )
        )
    )
    writer.update_container(form["/Fields"])
    writer.update_container(form)


def page_added(writer: IncrementalPdfFileWriter) -> None:
    tree = writer.root["/Pages"]
    box = generic.ArrayObject([generic.NumberObject(edge) for edge in (0, 0, 595, 842)])
    extra = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Page"),
                pdf_name("/Parent"): writer.root.raw_get("/Pages"),
                pdf_name("/MediaBox"): box,
            }
        )
    )
    tree["/Kids"].append(extra)
    tree["/Count"] = generic.NumberObject(int(tree["/Count"]) + 1)
    writer.update_container(tree["/Kids"])
    writer.update_container(tree)


def page_changed(writer: IncrementalPdfFileWriter) -> None:
    found = writer.find_page_for_modification(1)[0].get_object()
    found[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.update_container(found)


def overlay(writer: IncrementalPdfFileWriter) -> None:
    """A shadow attack: a note without a frame lies over the text."""
    page_box = generic.ArrayObject([generic.NumberObject(edge) for edge in (50, 300, 500, 500)])
    notes_of(writer).append(
        writer.add_object(
            generic.DictionaryObject(
                {
                    pdf_name("/Type"): pdf_name("/Annot"),
                    pdf_name("/Subtype"): pdf_name("/FreeText"),
                    pdf_name("/Rect"): page_box,
                    pdf_name("/DA"): pdf_string("/Helv 12 Tf 0 g"),
                    pdf_name("/Contents"): pdf_string("Everything is shared"),
                }
            )
        )
    )


def needs_appearances(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/NeedAppearances")] = generic.BooleanObject(True)
    writer.update_container(form)


def script(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/OpenAction")] = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("this.getField('x').value = 1")}
    )
    writer.update_root()


def metadata(writer: IncrementalPdfFileWriter) -> None:
    writer._update_meta = lambda: None  # type: ignore[method-assign] # pyHanko would write its own over it
    stream = writer.root["/Metadata"]
    old = stream.data
    assert b'ProtocolId="county-housing"' in old
    writer.root[pdf_name("/Metadata")] = writer.add_object(
        generic.StreamObject(
            dict_data={pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")},
            stream_data=old.replace(b'ProtocolId="county-housing"', b'ProtocolId="other-protocol"'),
        )
    )
    writer.update_root()


def borrowed(writer: IncrementalPdfFileWriter) -> None:
    """The signature of one body in the field of another."""
    found = field_in(writer, f"{TY_CYMRU}__signature")
    found["/V"] = field_in(writer, f"{PROBATION}__signature").raw_get("/V")
    writer.update_container(found)


CHANGES: tuple[Callable[[IncrementalPdfFileWriter], None], ...] = (
    value,
    look,
    look_in_place,
    untick,
    hidden,
    password,
    moved,
    stamp_of_signature,
    removed,
    replaced,
    doubled,
    another_field,
    page_added,
    page_changed,
    overlay,
    script,
    metadata,
    borrowed,
)


@pytest.mark.parametrize("change", one_in(3, CHANGES), ids=lambda change: change.__name__)
def test_a_later_change_to_what_was_signed_is_found(change: Callable[[IncrementalPdfFileWriter], None]) -> None:
    found = read(changed(two(), change)).block(PROBATION)
    assert found.state == "broken", found
    assert found.how == "certificate"
    assert any(word_ in note.casefold() for note in found.notes for word_ in ("changed", "several fields"))


@pytest.mark.parametrize(
    "change", [page_added, page_changed, overlay, another_field, script], ids=lambda change: change.__name__
)
def test_a_change_to_the_whole_file_alters_every_signature_before_it(
    change: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    found = states(changed(two(), change))
    assert found[PROBATION] == found[COUNCIL] == "broken"


def test_a_change_to_one_block_is_not_held_against_another() -> None:
    found = states(changed(two(), value))
    assert (found[PROBATION], found[COUNCIL]) == ("broken", "signed")


def test_a_change_that_is_undone_again_is_found() -> None:
    def back(writer: IncrementalPdfFileWriter) -> None:
        found = field_in(writer, f"{PROBATION}__post")
        found["/V"] = pdf_string("Head of Housing")
        writer.update_container(found)

    assert states(changed(changed(two(), value), back))[PROBATION] == "broken"


def test_a_signature_that_was_taken_away_leaves_no_signature() -> None:
    found = read(changed(two(), without_signature))
    assert found.block(PROBATION).how != "certificate"
    assert found.block(COUNCIL).state == "broken"


def test_redrawing_by_the_reader_is_harmless() -> None:
    """/NeedAppearances asks a reader to draw the fields from their values (ISO 32000-1, table 218): those are compared."""
    found = read(changed(two(), needs_appearances))
    assert found.block(PROBATION).state == "signed"
    assert found.block(PROBATION).post == "Head of Housing"


def test_a_block_is_compared_where_the_signing_program_did_not_lock_it() -> None:
    def unlock(file: pikepdf.Pdf) -> None:
        for field in file.Root.AcroForm.Fields:
            if "/Lock" in field:
                del field["/Lock"]

    unlocked = signed(
        filled(rewritten(pdf(), unlock), block(PROBATION, "A")), f"{PROBATION}__signature", signer("Probation")
    )
    assert states(unlocked)[PROBATION] == "signed"
    assert states(filled(unlocked, block(COUNCIL, "B")))[PROBATION] == "signed"
    found = read(filled(unlocked, {f"{PROBATION}__post": "Chief Executive"})).block(PROBATION)
    assert found.state == "broken"
    assert any(f"{PROBATION}__post" in note for note in found.notes)


def test_one_signature_in_two_fields_from_the_start_signs_for_neither() -> None:
    """Made before signing: both fields point to what will be the signature."""
    tied = changed(one(), borrowed)
    found = states(tied)
    assert found[PROBATION] == found[TY_CYMRU] == "broken"


def test_a_signature_that_allows_no_change_is_broken_by_the_next_party() -> None:
    """A certification (ISO 32000-1, 12.8.2.2): whoever signs so asks that nobody else fill anything in."""
    closed = signed(filled(pdf(), block(PROBATION, "A")), f"{PROBATION}__signature", signer("Probation"), final=True)
    assert states(closed)[PROBATION] == "signed"
    assert states(filled(closed, block(COUNCIL, "B")))[PROBATION] == "broken"


@pytest.mark.parametrize(
    "change",
    [pytest.param(lambda file: None, id="nothing"), pytest.param(lambda file: file.pages.reverse(), id="pages")],
)
def test_a_file_written_whole_by_another_program_breaks_signatures(change: Callable[[pikepdf.Pdf], None]) -> None:
    """What a signature covers are bytes: a program that writes them anew breaks it, though nothing that one sees changed."""
    found = read(rewritten(two(), change))
    assert found.block(PROBATION).state == found.block(COUNCIL).state == "broken"
    assert found.block(COUNCIL).name == "B. Ŵyn"


def test_a_changed_byte_is_found() -> None:
    assert two().count(b"(Head of Housing)") >= 2
    found = states(two().replace(b"(Head of Housing)", b"(Head of Mousing)", 1))
    assert found[PROBATION] == found[COUNCIL] == "broken"


def test_a_changed_byte_of_what_is_packed_is_never_ours() -> None:
    content = bytearray(two())
    content[two().index(b"stream") + 40] ^= 1
    assert read(bytes(content)).verdict in ("cannot-tell", "altered")


def test_a_text_changed_before_anybody_signed_is_found() -> None:
    def rewrite(file: pikepdf.Pdf) -> None:
        file.pages[1].obj.Contents = file.make_stream(b"q Q")

    other = signed(
        filled(rewritten(pdf(), rewrite), block(PROBATION, "A")), f"{PROBATION}__signature", signer("Probation")
    )
    found = read(other)
    assert found.verdict == "altered"
    assert found.block(PROBATION).state == "signed"


# -- honest signatures of other kinds ---------------------------------------------------------------------------


def field_of_its_own(content: bytes, box: tuple[int, int, int, int], page_number: int) -> bytes:
    """A certificate in a field that the signing program adds."""
    name = "Signature1"
    place = fields.SigFieldSpec(name, on_page=page_number, box=box)
    meta = signers.PdfSignatureMetadata(field_name=name, md_algorithm="sha256")
    out = signers.PdfSigner(meta, signer("Council").pdf_signer, new_field_spec=place).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content))
    )
    return bytes(out.getvalue())


def place_of_signature(organisation: str) -> tuple[tuple[int, int, int, int], int]:
    """Its box and its page."""
    with pikepdf.open(io.BytesIO(pdf())) as file:
        one_ = next(each for each in file.Root.AcroForm.Fields if str(each.T) == f"{organisation}__signature")
        left, bottom, right, top = (int(edge) for edge in one_.Rect)
        return (left, bottom, right, top), next(
            number for number, each in enumerate(file.pages) if each.obj.objgen == one_.P.objgen
        )


def test_a_certificate_in_a_field_of_its_own_over_a_block_signs_that_block() -> None:
    found = read(field_of_its_own(pdf(), *place_of_signature(COUNCIL)))
    assert found.verdict == "ours-with-additions"
    assert (found.block(COUNCIL).state, found.block(COUNCIL).how) == ("signed", "certificate")
    assert any("field of its own" in note for note in found.block(COUNCIL).notes)


def test_a_certificate_that_stands_nowhere_signs_for_no_organisation() -> None:
    found = read(field_of_its_own(pdf(), (0, 0, 0, 0), 1))
    assert found.verdict == "ours-with-additions"
    assert (found.block(None).state, found.block(None).how) == ("signed", "certificate")
    assert found.block(COUNCIL).state == "empty"
    assert any("does not say for which" in note for note in found.block(None).notes)


def test_a_later_signature_of_its_own_beside_the_text_leaves_the_first_signed_with_a_remark() -> None:
    found = read(field_of_its_own(one(), (5, 5, 50, 20), 1))
    assert found.block(PROBATION).state == "signed"
    assert any("another was added on page" in note for note in found.block(PROBATION).notes)


def test_a_later_signature_over_words_or_over_a_block_breaks_the_first() -> None:
    for place in (((60, 300, 540, 800), 1), place_of_signature(PROBATION)):
        found = read(field_of_its_own(one(), *place))
        assert found.block(PROBATION).state == "broken"
        assert any("signature field" in note for note in found.block(PROBATION).notes)


def timestamper() -> DummyTimeStamper:
    by = signer("Clock", with_rsa=True, for_time=True).pdf_signer
    return DummyTimeStamper(tsa_cert=by.signing_cert, tsa_key=by.signing_key)


def test_a_timestamp_of_the_document_is_no_addition() -> None:
    out = signers.PdfTimeStamper(timestamper()).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(one())), "sha256", signers_context()
    )
    found = read(bytes(out.getvalue()))
    assert found.verdict == "ours"
    assert found.block(PROBATION).state == "signed"
    assert any("timestamp" in note for note in found.notes)


def signers_context() -> object:
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=[signer("Clock", with_rsa=True, for_time=True).pdf_signer.signing_cert], allow_fetching=False
    )


@pytest.mark.parametrize("weak", ["sha1", "md5"])
def test_a_signature_that_can_be_forged_is_not_signed(weak: str) -> None:
    meta = signers.PdfSignatureMetadata(field_name=f"{COUNCIL}__signature", md_algorithm=weak)
    by = signer("Council", with_rsa=True).pdf_signer
    out = signers.PdfSigner(meta, by).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf())), existing_fields_only=True)
    found = read(bytes(out.getvalue()))
    assert found.verdict == "ours"
    assert (found.block(COUNCIL).state, found.block(COUNCIL).how) == ("cannot-check", "certificate")
    assert any(weak.upper() in note for note in found.block(COUNCIL).notes)


def test_a_signature_of_another_kind_cannot_be_checked() -> None:
    for change in (strange_kind, no_range, no_contents):
        found = read(appended(pdf(), change))
        assert (found.block(COUNCIL).state, found.block(COUNCIL).how) == ("cannot-check", "certificate"), change
        assert found.block(COUNCIL).notes
        assert found.verdict == "ours"


def sign_with(file: pikepdf.Pdf, **entries: Any) -> None:
    place = next(one_ for one_ in file.Root.AcroForm.Fields if str(one_.T) == f"{COUNCIL}__signature")
    place.V = file.make_indirect(Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), **entries))


def strange_kind(file: pikepdf.Pdf) -> None:
    sign_with(
        file, SubFilter=Name("/adbe.x509.rsa_sha1"), ByteRange=Array([0, 10, 20, 10]), Contents=String(b"\x04\x02ab")
    )


def no_range(file: pikepdf.Pdf) -> None:
    sign_with(file, SubFilter=Name("/adbe.pkcs7.detached"), Contents=String(b"\x30\x00"))


def no_contents(file: pikepdf.Pdf) -> None:
    sign_with(file, SubFilter=Name("/adbe.pkcs7.detached"), ByteRange=Array([0, 10, 20, 10]))


def test_a_signature_that_leaves_out_more_than_itself_is_broken() -> None:
    """Bytes in the hole that the signature leaves for its own digits could say anything."""

    def widen(content: bytes) -> bytes:
        start = content.rindex(b"/ByteRange [") + len(b"/ByteRange [")
        end = content.index(b"]", start)
        first, length, after, rest = (int(number) for number in content[start:end].split())
        wider = f"{first} {length - 20} {after} {rest}".encode()
        return content[:start] + wider.ljust(end - start) + content[end:]

    assert read(widen(one())).block(PROBATION).state in ("broken", "cannot-check")


def test_the_hole_of_a_signature_holds_digits_alone() -> None:
    from undersigned.returned.signatures import _Later

    with pikepdf.open(io.BytesIO(pdf())) as file:
        later = _Later(b"0123<00ff>rest", file)
        assert later.end_of((0, 4, 10, 4)) == 14
        for numbers in (
            (0, 3, 10, 4),
            (0, 4, 11, 3),
            (1, 4, 10, 4),
            (0, 4, 10, 0),
            (0, 10, 4, 4),
            (),
            (0, 4, 10, 4, 0),
        ):
            assert later.end_of(numbers) is None, numbers


def test_a_field_that_a_signature_locks_is_locked() -> None:
    """A program may lock more than the block that it signs."""
    meta = signers.PdfSignatureMetadata(field_name=f"{PROBATION}__signature", md_algorithm="sha256")

    def lock_all(file: pikepdf.Pdf) -> None:
        place = next(one_ for one_ in file.Root.AcroForm.Fields if str(one_.T) == f"{PROBATION}__signature")
        place.Lock = file.make_indirect(Dictionary(Type=Name.SigFieldLock, Action=Name.All))

    content = filled(rewritten(pdf(), lock_all), block(PROBATION, "A"))
    out = signers.PdfSigner(meta, signer("Probation").pdf_signer).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)), existing_fields_only=True
    )
    locked = bytes(out.getvalue())
    assert read(locked).block(PROBATION).state == "signed"
    found = read(filled(locked, block(COUNCIL, "B"))).block(PROBATION)
    assert found.state == "broken"
    assert any("locks" in note for note in found.notes)
