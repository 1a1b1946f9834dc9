"""A PDF copy that came back: what is ours, and that nothing which a reader sees or a program runs gets past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pytest
from document_sample import TODAY
from pdf_manipulations import (
    HELVETICA,
    MANIPULATIONS,
    NOT_OF_THE_FIRST,
    band_says_another_body,
    drawn_over,
    field,
    font_programs_changed,
    form,
    mark,
    other_title,
    page_away,
    stamp_not_agreed,
    strike_out,
    word_changed,
)
from pikepdf import Dictionary, Name, String
from returned_kit import (
    COUNCIL,
    NAMES,
    PROBATION,
    TY_CYMRU,
    ChangePdf,
    appended,
    base,
    certified,
    copy,
    issued,
    pdf,
    read,
    rewritten,
    saved,
    typed,
)
from signing_kit import block, filled, signed, signer

from support import one_in
from undersigned.documents.content.letter import stamp_of_copy
from undersigned.facts.agreement import Recipient
from undersigned.facts.parties import PointOfContact
from undersigned.returned import Claim, ReturnedCopy, as_json, claim_of, issued_digest, read_copy


def what(found: ReturnedCopy) -> str:
    return " | ".join(f"{one.page} {one.what}: {one.words}" for one in found.differences)


# -- what is ours -----------------------------------------------------------------------------------------------


def test_a_copy_as_it_was_sent() -> None:
    found = read(pdf())
    assert (found.kind, found.verdict, found.compared_with) == ("pdf", "ours", "issued")
    assert replace(found.claim, digest=None) == Claim(
        "county-housing", "1.0", issued().fingerprint, COUNCIL, 2, "2026-11-22"
    )
    assert len(found.claim.digest or "") == 64
    assert [one.state for one in found.blocks] == ["empty"] * 3
    assert (found.differences, found.notes) == ((), ())


def test_filling_in_and_signing_leave_a_copy_ours() -> None:
    by_hand, by_certificate = read(typed()), read(certified())
    assert by_hand.verdict == by_certificate.verdict == "ours"
    assert (by_hand.block(COUNCIL).state, by_hand.block(COUNCIL).how) == ("signed", "typed")
    assert (by_certificate.block(COUNCIL).state, by_certificate.block(COUNCIL).how) == ("signed", "certificate")
    found = by_certificate.block(COUNCIL)
    assert (found.name, found.post, found.date, found.authority) == (
        "A. Example",
        "Head of Housing",
        "2026-11-22",
        True,
    )


def test_the_json_form_names_no_person() -> None:
    found = as_json(read(typed()), "x.pdf")
    assert set(found) == {
        "path", "sha256", "kind", "verdict", "protocol", "version", "copy", "for", "compared_with", "differences", "blocks",
        "notes",
    }  # fmt: skip
    assert (found["protocol"], found["version"], found["copy"], found["for"]) == ("county-housing", "1.0", 2, COUNCIL)
    blocks = found["blocks"]
    assert isinstance(blocks, list)
    assert {"organisation": COUNCIL, "state": "signed", "how": "typed", "post": "Head of Housing", "date": "2026-11-22",
            "authority": True, "notes": list(read(typed()).block(COUNCIL).notes)} in blocks  # fmt: skip
    assert "A. Example" not in str(found)


def test_a_block_that_is_begun() -> None:
    found = read(filled(pdf(), {f"{COUNCIL}__name": "A"})).block(COUNCIL)
    assert (found.state, found.how) == ("begun", None)
    assert any("not signed" in note for note in found.notes)


def test_the_lead_may_sign_every_copy_and_nobody_else() -> None:
    assert read(filled(typed(), block(PROBATION, "B"))).verdict == "ours"
    other = read(filled(typed(), block(TY_CYMRU, "B")))
    assert other.verdict == "ours-with-additions"
    assert "Cymdeithas Dai Tŷ Ŵyn" in what(other)
    assert any("sent for Town Council" in note for note in other.block(TY_CYMRU).notes)


# -- what it is compared with -----------------------------------------------------------------------------------


def test_a_copy_that_was_not_recorded_is_compared_with_one_made_today() -> None:
    found = read(typed(), issued(recorded=False))
    assert (found.verdict, found.compared_with) == ("ours", "master")


def test_a_recorded_digest_is_enough_without_the_text() -> None:
    only = replace(issued(), pdf=None, docx=None)
    assert (read(typed(), only).verdict, read(typed(), only).compared_with) == ("ours", "issued")
    assert read(appended(typed(), stamp_not_agreed), only).verdict == "ours-with-additions"
    anew = read(rewritten(typed()), only)
    assert anew.verdict == "cannot-tell"
    assert anew.notes


def test_the_digest_may_be_that_of_the_master() -> None:
    """Then the revision that says whose copy it is must be the one that we would make."""
    known = replace(issued(), digests=frozenset({issued_digest(base().pdf)}))
    assert (read(typed(), known).verdict, read(typed(), known).compared_with) == ("ours", "issued")
    assert read(appended(typed(), band_says_another_body), known).verdict == "altered"
    assert read(appended(base().pdf, stamp_not_agreed), known).verdict == "altered"
    other = read(copy(TY_CYMRU)[".pdf"], known)
    assert other.verdict == "altered"
    assert "Ŵyn" in what(other)
    to = Recipient(PointOfContact(COUNCIL, NAMES[COUNCIL]), TODAY, TODAY)
    stamp = stamp_of_copy(2, to, None)
    forged = replace(stamp, fields={**stamp.fields, "copy__do": "Signed subject to contract."})
    assert read(base().copy(forged)[".pdf"], known).verdict == "altered"
    assert read(typed(), replace(known, pdf=None)).verdict == "cannot-tell"


def test_nothing_to_compare_with_is_said() -> None:
    found = read_copy(typed())
    assert (found.verdict, found.compared_with) == ("cannot-tell", "nothing")
    assert found.claim.protocol == "county-housing"


OTHER_POST = (("post: Partnerships Officer, deputy_post: Team Leader", "post: Head of Service, deputy_post: Somebody"),)
OTHER_CLAUSE = (("2. Second step.", "2. Other step."),)


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_facts_beside_the_text_that_changed_are_not_called_altered(ending: str) -> None:
    """What was sent was not recorded, and an officer's post has changed since."""
    sent = copy(changes=OTHER_POST)[ending]
    unrecorded = replace(issued(recorded=False), changing=("Partnerships Officer", "Team Leader"))
    found = read(sent, unrecorded)
    assert (found.verdict, found.compared_with) == ("cannot-tell", "master")
    assert "Head of Service" in what(found)
    assert any("The agreed words are the same" in note for note in found.notes)
    assert read(sent, replace(unrecorded, changing=())).verdict == "altered"
    assert read(sent, issued()).verdict == "altered"
    assert read(copy(changes=OTHER_CLAUSE)[ending], unrecorded).verdict == "altered"
    assert read(copy(changes=(*OTHER_POST, *OTHER_CLAUSE))[ending], unrecorded).verdict == "altered"


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_what_was_recorded_stands_against_every_later_change_of_facts(ending: str) -> None:
    sent = copy(changes=OTHER_POST)[ending]
    known = replace(issued(), digests=frozenset({issued_digest(sent)}))
    found = read(sent, known)
    assert (found.verdict, found.compared_with) == ("ours" if ending == ".pdf" else "same-words", "issued")


def test_a_print_whose_post_changed_since_it_was_sent_is_not_called_altered() -> None:
    """What was sent was recorded, but a file that was written anew is not it, byte for byte."""
    sent = copy(changes=OTHER_POST)[".pdf"]
    known = replace(
        issued(), digests=frozenset({issued_digest(sent)}), changing=("Partnerships Officer", "Team Leader")
    )
    assert read(rewritten(sent), known).verdict == "cannot-tell"


def test_copy_1_where_copy_2_was_expected_is_not_the_same_copy() -> None:
    found = read(copy(number=1)[".pdf"])
    assert found.claim.copy == 1
    assert found.verdict != "ours"


def test_printed_words_say_which_text_it_is() -> None:
    def forget(file: pikepdf.Pdf) -> None:
        del file.Root.Metadata
        del file.trailer.Info

    found = claim_of(rewritten(pdf(), forget))
    assert (found.protocol, found.version, found.copy) == ("county-housing", "1.0", None)
    assert issued().fingerprint.removeprefix("v1:sha256:").startswith(str(found.fingerprint))


# -- what is not ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [rewritten, appended], ids=["anew", "appended"])
@pytest.mark.parametrize("change", one_in(4, MANIPULATIONS), ids=lambda change: change.__name__)
def test_no_manipulation_of_a_typed_copy_is_ours(change: ChangePdf, how: Callable[[bytes, ChangePdf], bytes]) -> None:
    found = read(how(typed(), change))
    assert found.verdict in ("altered", "ours-with-additions", "same-words")
    assert found.differences
    if how is appended:
        assert found.verdict != "same-words"


@pytest.mark.slow
@pytest.mark.parametrize("how", [rewritten, appended], ids=["anew", "appended"])
@pytest.mark.parametrize("change", MANIPULATIONS, ids=lambda change: change.__name__)
def test_no_manipulation_before_signing_is_ours(change: ChangePdf, how: Callable[[bytes, ChangePdf], bytes]) -> None:
    content = how(pdf(), change)
    try:
        content = signed(content, f"{COUNCIL}__signature", signer("Council"))
    except Exception:  # noqa: BLE001 - not every changed file can be signed
        pytest.skip("the program that signs refuses the file")
    found = read(content)
    assert found.verdict not in ("ours", "cannot-tell")
    assert found.differences


@pytest.mark.parametrize("change", one_in(12, MANIPULATIONS), ids=lambda change: change.__name__)
def test_every_manipulation_after_a_certificate_signature_breaks_it(change: ChangePdf) -> None:
    found = read(appended(certified(), change))
    assert found.verdict not in ("ours", "cannot-tell", "same-words")
    if change not in NOT_OF_THE_FIRST:
        assert found.block(COUNCIL).state == "broken"
        assert found.block(COUNCIL).notes


@pytest.mark.slow
@pytest.mark.parametrize("change", MANIPULATIONS, ids=lambda change: change.__name__)
def test_a_signed_copy_written_anew_is_broken_and_not_ours(change: ChangePdf) -> None:
    found = read(rewritten(certified(), change))
    assert found.verdict != "ours"
    assert found.block(COUNCIL).state == "broken"


def test_another_title_in_either_place_is_told() -> None:
    found = read(appended(typed(), other_title))
    assert found.verdict == "altered"
    assert [(one.what, one.words) for one in found.differences] == [
        ("property Title of the file", "SUBJECT TO CONTRACT")
    ]


def test_a_mark_is_told_with_its_page_and_the_words_under_it() -> None:
    found = read(appended(typed(), strike_out))
    assert found.verdict == "ours-with-additions"
    [one] = found.differences
    assert (one.page, one.what) == (2, "strike-out")
    assert one.words.startswith("over: ")
    assert len(one.words) > 20


def test_a_stamp_is_told_with_its_own_words() -> None:
    found = read(rewritten(typed(), stamp_not_agreed))
    [one] = found.differences
    assert (found.verdict, one.page, one.what) == ("ours-with-additions", 1, "stamp")
    assert one.words.startswith("NOT AGREED; over: ")


def test_a_changed_word_is_told_with_its_page() -> None:
    for how in (rewritten, appended):
        found = read(how(typed(), word_changed))
        assert found.verdict == "altered"
        assert {one.page for one in found.differences} == {2}


def test_other_fonts_are_told_with_the_words_that_they_set() -> None:
    found = read(rewritten(typed(), font_programs_changed))
    assert found.verdict == "altered"
    assert any(one.page == 2 and "font" in one.what and len(one.words) > 20 for one in found.differences)


def test_what_is_drawn_over_words_is_told_with_them() -> None:
    found = read(rewritten(typed(), drawn_over))
    [one] = found.differences
    assert (found.verdict, one.page) == ("ours-with-additions", 2)
    assert "over: " in one.words


def test_a_page_left_out_is_told_and_one_page_alone_is_a_part() -> None:
    found = read(rewritten(typed(), page_away))
    assert found.verdict == "altered"
    assert any((one.page, one.what) == (2, "page left out") for one in found.differences)

    def last_alone(file: pikepdf.Pdf) -> None:
        del file.pages[: len(file.pages) - 1]

    alone = read(rewritten(typed(), last_alone))
    assert alone.verdict == "same-words"
    assert any("Only 1 page came back" in note for note in alone.notes)


def test_another_document_is_not_ours() -> None:
    file = pikepdf.new()
    file.add_blank_page()
    file.pages[0].obj.Resources = Dictionary(Font=Dictionary(H=HELVETICA))
    file.pages[0].obj.Contents = file.make_stream(b"BT /H 12 Tf 50 500 Td (A letter about something else) Tj ET")
    assert read(saved(file)).verdict == "not-ours"


def test_a_scan_is_a_picture() -> None:
    file = pikepdf.new()
    file.add_blank_page(page_size=(595, 842))
    picture = file.make_stream(bytes(100), Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10,
                               ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
    file.pages[0].obj.Resources = Dictionary(XObject=Dictionary(P=picture))
    file.pages[0].obj.Contents = file.make_stream(b"q 595 0 0 842 0 0 cm /P Do Q")
    found = read(saved(file))
    assert (found.verdict, found.blocks) == ("image", ())
    assert any("picture" in note for note in found.notes)


def test_one_page_that_became_a_picture_cannot_be_judged() -> None:
    def scan(file: pikepdf.Pdf) -> None:
        picture = file.make_stream(bytes(100), Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10,
                                   ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
        page = file.pages[1].obj
        page.Resources = Dictionary(XObject=Dictionary(P=picture))
        page.Contents = file.make_stream(b"q 595 0 0 842 0 0 cm /P Do Q")

    found = read(rewritten(typed(), scan))
    assert found.verdict == "cannot-tell"
    assert any("Page 2 is a picture" in note for note in found.notes)


# -- drawn and placed signatures --------------------------------------------------------------------------------


def at_signature(kind: str, **more: object) -> ChangePdf:
    def put(file: pikepdf.Pdf) -> None:
        place = field(file, f"{COUNCIL}__signature")
        left, bottom, *_ = (float(edge) for edge in place.Rect)
        page = next(number for number, page in enumerate(file.pages) if page.obj.objgen == place.P.objgen)
        mark(file, kind, page, [left + 5, bottom + 5, left + 65, bottom + 15], **more)

    return put


@pytest.mark.parametrize(("kind", "how"), [("Stamp", "image"), ("Ink", "drawn"), ("FreeText", "typed")])
def test_a_mark_over_the_place_signs_a_pdf_and_is_told(kind: str, how: str) -> None:
    found = read(appended(pdf(), at_signature(kind)))
    assert (found.block(COUNCIL).how, found.block(COUNCIL).state) == (how, "signed")
    assert any("authority" in note for note in found.block(COUNCIL).notes)
    assert found.verdict == "ours-with-additions"
    assert found.block(TY_CYMRU).how is None


def test_a_picture_drawn_on_the_page_signs_where_it_stands() -> None:
    def draw(file: pikepdf.Pdf) -> None:
        place = field(file, f"{COUNCIL}__signature")
        left, bottom, *_ = (float(edge) for edge in place.Rect)
        page = next(page for page in file.pages if page.obj.objgen == place.P.objgen)
        picture = file.make_stream(bytes(100), Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10,
                                   ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
        page.obj.Resources.XObject["/Sign"] = picture  # beside the code in the foot
        page.contents_add(f"q 60 0 0 15 {left + 5} {bottom + 5} cm /Sign Do Q".encode())

    for how in (rewritten, appended):
        found = read(how(typed(), draw))
        assert found.block(COUNCIL).how == "image"
        if how is rewritten:
            assert found.verdict == "ours-with-additions"


def test_a_name_that_is_too_long_for_its_field_is_no_other_name() -> None:
    def long(file: pikepdf.Pdf) -> None:
        one = field(file, f"{COUNCIL}__post")
        one.V = String("Head of Housing and of many other things")
        one.AP = Dictionary(N=form(file, "Head of Housing and of", [float(edge) for edge in one.Rect], white=False))

    assert read(appended(pdf(), long)).verdict == "ours"


def test_bytes_that_are_no_revision_are_not_judged() -> None:
    """One reader shows what stands before them, another what they say."""
    start = pdf().rfind(b"startxref")
    odd = pdf() + b"7 0 obj\n<< /Type /Page >>\nendobj\nstartxref\n" + pdf()[start + 10 :].split()[0] + b"\n%%EOF\n"
    found = read(odd)
    assert found.verdict == "cannot-tell"
    assert any("different readers" in note for note in found.notes)
    assert read(pdf() + b"\n% a remark\n").verdict == "cannot-tell"


@pytest.mark.parametrize("places", [8, pytest.param(40, marks=pytest.mark.slow)])
def test_a_flipped_byte_of_what_was_issued_is_never_ours(places: int) -> None:
    for at in range(200, len(pdf()) - 200, len(pdf()) // places):
        broken = bytearray(pdf())
        broken[at] ^= 0x55
        assert read(bytes(broken)).verdict != "ours"
