"""The copies that parties are sent: stamped, not rebuilt, and packed for each of them."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import unicodedata
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import page
import pikepdf
import pytest
from document_sample import ATTACKS, TODAY, sample_register, sample_text
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from support import write_register
from undersigned.cache import DocumentCache
from undersigned.documents import DocumentError
from undersigned.documents.bases import Base, agreement_sheet, base_of
from undersigned.documents.content.letter import stamp_of_copy
from undersigned.documents.digest import docx_text_digest, pdf_text_digest
from undersigned.documents.pdf.form_font import NAMES, WIDE, measures, text_drawing
from undersigned.documents.pdf.metadata import NAMESPACE
from undersigned.documents.stamping import Member, Stamp, packed
from undersigned.documents.write import Copies, write_documents
from undersigned.editing.standard_texts import standard_form_record
from undersigned.facts.agreement import Recipient, agreement_of, recipients_of, sender_of
from undersigned.facts.parties import PointOfContact
from undersigned.register import Register

NOMINATION = standard_form_record("officer-nomination")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@cache
def master() -> Base:
    register = sample_register()
    folder = register.protocol("county-housing")
    assert folder is not None
    return base_of(agreement_sheet(agreement_of(folder, register, as_of=TODAY)), DocumentCache(None))


def stamp(name: str = "Town Council") -> Stamp:
    to = Recipient(PointOfContact("town-council", name), TODAY, TODAY)
    return stamp_of_copy(2, to, None)


def shown(pdf: bytes, tmp_path: Path) -> str:
    """The words of the first page, drawn fields too, read by another program, which must not complain."""
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-l", "1", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return " ".join(done.stdout.split())


def properties_of_docx(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("docProps/custom.xml"))
    return {str(one.get("name")): "".join(one.itertext()) for one in root}


def controls(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    return {
        str(control.find(f"{W}sdtPr/{W}tag").get(f"{W}val")): "".join(text.text or "" for text in control.iter(f"{W}t"))
        for control in root.iter(f"{W}sdt")
        if control.find(f"{W}sdtPr/{W}tag") is not None
    }


# -- stamping ---------------------------------------------------------------------------------------------------


def test_a_copy_says_whose_it_is_and_what_to_do_with_it(tmp_path: Path) -> None:
    copy = master().copy(stamp("Cyngor Tŷ Ŵyn a'r Łódź"))
    assert "Copy 2 of 2, for Cyngor Tŷ Ŵyn a'r Łódź Sign this copy and return it by" in shown(copy[".pdf"], tmp_path)
    assert controls(copy[".docx"])["copy__for"] == "Copy 2 of 2, for Cyngor Tŷ Ŵyn a'r Łódź"
    assert "Copy from the register, for reading" in shown(master().pdf, tmp_path)
    assert controls(master().docx)["copy__for"] == "Copy from the register, for reading"


def test_a_copy_can_be_traced_in_both_formats() -> None:
    wanted = {
        "ProtocolId": "county-housing",
        "ProtocolVersion": "1.0",
        "Organisation": "town-council",
        "OrganisationName": "Town Council",
        "CopyNumber": "2 of 2",
        "IssuedOn": "2026-11-22",
    }
    copy = master().copy(stamp())
    docx = properties_of_docx(copy[".docx"])
    with pikepdf.open(io.BytesIO(copy[".pdf"])) as file:
        info = {str(key)[1:]: str(value) for key, value in file.docinfo.items()}
        xmp = {
            etree.QName(one).localname: one.text
            for one in etree.fromstring(file.Root.Metadata.read_bytes()).iter(f"{{{NAMESPACE}}}*")
        }
    assert re.fullmatch("v1:sha256:[0-9a-f]{64}", docx["Fingerprint"])
    for found in (docx, info, xmp):
        assert {**wanted, "Fingerprint": docx["Fingerprint"]}.items() <= found.items()


def test_every_copy_carries_the_digest_of_the_text_of_its_master() -> None:
    copy = master().copy(stamp())
    assert properties_of_docx(copy[".docx"])["TextDigest"] == properties_of_docx(master().docx)["TextDigest"]
    with zipfile.ZipFile(io.BytesIO(copy[".docx"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert properties_of_docx(copy[".docx"])["TextDigest"] == docx_text_digest(parts)
    with pikepdf.open(io.BytesIO(copy[".pdf"])) as file:
        assert str(file.docinfo["/TextDigest"]) == pdf_text_digest(file)


def test_a_master_is_nobodys_copy() -> None:
    assert not {"Organisation", "CopyNumber"} & properties_of_docx(master().docx).keys()
    with pikepdf.open(io.BytesIO(master().pdf)) as file:
        assert "/Organisation" not in file.docinfo


def test_copies_meet_both_standards_and_are_sound(tmp_path: Path) -> None:
    path = tmp_path / "copy.pdf"
    path.write_bytes(master().copy(stamp())[".pdf"])
    assert [
        fault.rule_id for profile in ("ua1", "2a") for fault in page.validate_pdf(str(path), profile=profile).failures
    ] == []
    subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)


def test_only_what_is_stamped_differs() -> None:
    base, copy = master().pdf, master().copy(stamp())[".pdf"]
    assert copy.startswith(base)
    with pikepdf.open(io.BytesIO(base)) as before, pikepdf.open(io.BytesIO(copy)) as after:
        assert len(before.pages) == len(after.pages)
        for one, other in zip(before.pages, after.pages, strict=True):
            assert one.Contents.read_bytes() == other.Contents.read_bytes()
        changed = {
            str(field.T)
            for field, old in zip(after.Root.AcroForm.Fields, before.Root.AcroForm.Fields, strict=True)
            if field.get("/V") != old.get("/V")
        }
        assert changed == {"copy__for", "copy__do"}
        assert all(int(field.Ff) & 1 for field in after.Root.AcroForm.Fields if str(field.T) in changed)  # read only
    with (
        zipfile.ZipFile(io.BytesIO(master().docx)) as before_,
        zipfile.ZipFile(io.BytesIO(master().copy(stamp())[".docx"])) as after_,
    ):
        assert {name for name in before_.namelist() if before_.read(name) != after_.read(name)} == {
            "word/document.xml",
            "docProps/custom.xml",
        }


def test_the_same_copy_is_the_same_file_and_another_is_another() -> None:
    first, again, other = (master().copy(stamp(name)) for name in ("A", "A", "B"))
    assert first == again
    assert all(first[ending] != other[ending] for ending in first)


@pytest.mark.parametrize(
    "attack",
    [
        *(words for words, _ in ATTACKS),
        "field copy__for",
        "\ue010property CopyNumber\ue011",
        ")>> endobj",
        "]]>",
        "a\x00b",
        "x" * 3000,
    ],
)
def test_a_hostile_name_stays_text(attack: str, tmp_path: Path) -> None:
    copy = master().copy(stamp(attack))
    said = " ".join(re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff]", "\ufffd", attack).split())
    with pikepdf.open(io.BytesIO(copy[".pdf"])) as file:
        assert {str(one.T): str(one.V) for one in file.Root.AcroForm.Fields if "/V" in one}[
            "copy__for"
        ] == f"Copy 2 of 2, for {said}"
    assert controls(copy[".docx"])["copy__for"] == f"Copy 2 of 2, for {said}"
    assert properties_of_docx(copy[".docx"])["OrganisationName"] == said
    shown(copy[".pdf"], tmp_path)


#: Welsh with each accent, Irish with dots, Greek, Cyrillic, and an accent that is typed apart.
NAME = "Tŷ Ẁẃ Ḃċḋḟ Ελλάδα Москва W\u0302yn"


def test_a_name_is_drawn_on_its_copy_as_it_is_written(tmp_path: Path) -> None:
    register = sample_register(("name: Town Council", f"name: {NAME}"))
    folder = register.protocol("county-housing")
    assert folder is not None
    base = base_of(agreement_sheet(agreement_of(folder, register, as_of=TODAY)), DocumentCache(None))
    copy = base.copy(stamp(NAME))[".pdf"]
    words = unicodedata.normalize("NFC", NAME)
    assert f"Copy 2 of 2, for {words}" in unicodedata.normalize("NFC", shown(copy, tmp_path))
    for profile in ("ua1", "2a"):
        assert page.validate_pdf_bytes(copy, profile=profile).failures == []
    # Others pay nothing for the larger font.
    assert len(copy) - len(master().copy(stamp())[".pdf"]) > 30_000


def test_a_base_without_the_fields_is_refused() -> None:
    from undersigned.documents.stamping import PdfStamper

    with pytest.raises(DocumentError, match="county-housing: the field 'nowhere' has no place"):
        PdfStamper(master().pdf, Stamp({"nowhere": ""}), record="county-housing")


# -- drawing and packing ----------------------------------------------------------------------------------------


@given(st.text(max_size=400), st.floats(30, 500), st.floats(14, 60), st.sampled_from([WIDE, NAMES]))
@settings(max_examples=200, deadline=None)
def test_drawn_text_stays_in_its_box(text: str, width: float, height: float, font: str) -> None:
    drawing = text_drawing(text, width, height, font).decode()
    size = float(re.search(rf"/{font} ([\d.]+) Tf", drawing)[1])  # type: ignore[index]
    glyphs = {f"{glyph:04X}": measures(font).widths[character] for character, glyph in measures(font).glyphs.items()}
    lines = re.findall("<([0-9A-F]*)>", drawing)
    for line in lines:
        assert (
            line == ""
            or len(line) == 4
            or sum(glyphs[line[at : at + 4]] for at in range(0, len(line), 4)) * size / 1000 <= width - 6 + 0.01
        )
    start = float(re.search(r"3 (-?[\d.]+) Td", drawing)[1])  # type: ignore[index]
    bottom = start - (len(lines) - 1) * size * 1.25
    assert len(lines) == 1 or bottom > -0.5
    assert start < height


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_pieces_joined_are_one_file(pieces: list[bytes]) -> None:
    whole = Member.of("a", [pieces[0]], last=len(pieces) == 1)
    for number, piece in enumerate(pieces[1:], 2):
        whole = whole.joined(Member.of("a", [piece], last=number == len(pieces)))
    with zipfile.ZipFile(io.BytesIO(packed([whole, Member.of("Ŵ/b", [b"x"])]))) as archive:
        assert archive.testzip() is None
        assert archive.read("a") == b"".join(pieces)
        assert archive.read("Ŵ/b") == b"x"


# -- packs ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_each_party_that_signs_has_a_pack(tmp_path: Path) -> None:
    written = write_documents(
        sample_register(),
        ["county-housing"],
        tmp_path,
        as_of=TODAY,
        public_only=True,
        forms=False,
        copies=Copies(NOMINATION),
    )
    assert written.failures == ()
    assert written.organisations == {"county-probation", "town-council", "ty-cymru"}  # the watcher does not sign
    place = tmp_path / "county-housing"
    folder = place / "county-housing-v1.0-ty-cymru"
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(
        f"{stem}{ending}"
        for ending in (".docx", ".pdf")
        for stem in (
            "county-housing-v1.0-annex",
            "county-housing-v1.0-copy-1-keep",
            "county-housing-v1.0-copy-2-return",
            "officer-nomination",
            "signing-letter",
        )
    )
    with zipfile.ZipFile(place / "county-housing-v1.0-ty-cymru.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: (folder / name).read_bytes() for name in names
        }
    for path in folder.glob("*.pdf"):
        assert [
            fault.rule_id
            for profile in ("ua1", "2a")
            for fault in page.validate_pdf(str(path), profile=profile).failures
        ] == []
    letter = shown((folder / "signing-letter.pdf").read_bytes(), tmp_path)
    assert "To Cymdeithas Dai Tŷ Ŵyn" in letter
    assert "21 December 2026" in letter
    nomination = shown((folder / "officer-nomination.pdf").read_bytes(), tmp_path)
    assert (
        "For Cymdeithas Dai Tŷ Ŵyn Fill it in and return it by 21 December 2026, with your signed copy, to Probation Service, County"
        in nomination
    )


def test_who_has_signed_is_sent_no_pack_and_the_reason_is_given(tmp_path: Path) -> None:
    register = sample_register()
    folder = register.protocol("county-housing")
    assert folder is not None
    record = b"signatures:\n  - {version: '1.0', signed_on: 2026-04-02, method: electronic}\n"
    contents = {**register.files.contents, "signatories/ty-cymru/county-housing.yaml": record}
    written = write_documents(
        Register(Path(), replace(register.files, contents=contents)),
        ["county-housing"],
        tmp_path,
        as_of=TODAY,
        public_only=True,
        forms=False,
        copies=Copies(NOMINATION, frozenset({"ty-cymru", "watcher"}), all_masters=False),
    )
    assert list(tmp_path.iterdir()) == []
    assert written.not_owed == (
        ("county-housing", "ty-cymru", "Cymdeithas Dai Tŷ Ŵyn signed version 1.0 on 2 April 2026."),
        ("county-housing", "watcher", "Watching Body is bound otherwise and signs nothing under this protocol."),
    )


@pytest.mark.slow
def test_only_those_asked_for_have_one(tmp_path: Path) -> None:
    copies = Copies(NOMINATION, frozenset({"town-council"}), all_masters=False)
    written = write_documents(
        sample_register(),
        ["county-housing", "framework"],
        tmp_path,
        as_of=TODAY,
        public_only=True,
        forms=False,
        copies=copies,
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["county-housing"]
    assert sorted(path.name for path in (tmp_path / "county-housing").iterdir()) == [
        "county-housing-v1.0-annex.docx",
        "county-housing-v1.0-annex.pdf",
        "county-housing-v1.0-town-council",
        "county-housing-v1.0-town-council.zip",
        "county-housing-v1.0.docx",
        "county-housing-v1.0.pdf",
    ]
    assert written.organisations == {"town-council"}


@pytest.mark.parametrize(
    ("sent", "due"),
    [(None, "2026-12-21"), ("2026-11-12", "2026-12-10"), ("2026-10-25", "2026-11-23"), ("2026-10-23", "2026-12-21")],
)
def test_a_copy_is_due_back_on_the_first_working_day_28_days_after_it_was_sent(sent: str | None, due: str) -> None:
    register = sample_register()
    if sent:
        record = f"signatures:\n  - {{version: '1.0', sent_on: {sent}}}\n".encode()
        contents = {**register.files.contents, "signatories/ty-cymru/county-housing.yaml": record}
        register = Register(Path(), replace(register.files, contents=contents))
    folder = register.protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=TODAY)
    to = {one.contact.organisation: one for one in recipients_of(agreement, folder, register, as_of=TODAY)}
    assert to["ty-cymru"].return_by.isoformat() == due
    sender = sender_of(folder, register, as_of=TODAY)
    assert sender is not None
    assert sender.contact.organisation == "county-probation"


# -- kept documents ---------------------------------------------------------------------------------------------


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def write(root: Path, output: Path, cache: DocumentCache | None) -> dict[str, str]:
    from undersigned.register import load_register

    written = write_documents(
        load_register(root),
        ["county-housing"],
        output,
        as_of=TODAY,
        public_only=True,
        copies=Copies(NOMINATION),
        cache=cache,
    )
    assert written.failures == ()
    return digests(output)


@pytest.mark.slow
def test_what_has_not_changed_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from undersigned.documents import bases

    root, cache = write_register(tmp_path / "register", sample_text()), DocumentCache(tmp_path / "cache")
    first = write(root, tmp_path / "a", cache)
    made: list[str] = []
    monkeypatch.setattr(bases, "pdf_of", lambda document, **_: made.append(document.record) or b"")  # type: ignore[func-returns-value]
    assert write(root, tmp_path / "b", cache) == first
    assert made == []
    for kept in (tmp_path / "cache").rglob("*"):
        if kept.is_file():
            kept.write_bytes(kept.read_bytes()[:-3])  # a broken file is no file
    monkeypatch.undo()
    assert write(root, tmp_path / "c", cache) == first


@pytest.mark.slow
def test_a_changed_term_template_or_program_makes_it_again(tmp_path: Path) -> None:
    cache = DocumentCache(tmp_path / "cache")
    register, changed = sample_register(), sample_register(("method: Secure e-mail", "method: By hand"))
    sheets = [
        agreement_sheet(agreement_of(one.protocol("county-housing"), one, as_of=TODAY)) for one in (register, changed)
    ]
    first, second = (base_of(sheet, cache) for sheet in sheets)
    assert first.pdf != second.pdf
    assert len([path for path in (tmp_path / "cache").rglob("*") if path.is_file()]) == 2
    base_of(sheets[0], DocumentCache(tmp_path / "cache", program="another template"))
    assert len([path for path in (tmp_path / "cache").rglob("*") if path.is_file()]) == 3


def test_bodies_with_the_same_part_share_a_document_and_each_copy_has_its_own_names() -> None:
    register = sample_register(("name: Town Council", 'name: Tŷ "A" & B'))
    folder = register.protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=TODAY)
    sheets = {id_: agreement_sheet(agreement, id_) for id_ in ("town-council", "ty-cymru", "county-probation")}
    assert len({sheet.facts for sheet in sheets.values()}) == 2  # the two that receive, and the one that sends
    [to] = recipients_of(agreement, folder, register, as_of=TODAY, wanted=["town-council"])
    copy = base_of(sheets["town-council"], DocumentCache(None)).copy(stamp_of_copy(2, to, None))
    kinds = ("authority", "name", "post", "basis", "date", "reservation", "signature")
    with pikepdf.open(io.BytesIO(copy[".pdf"])) as file:
        fields = {str(field.T): field for field in file.Root.AcroForm.Fields}
        assert list(fields) == ["copy__for", "copy__do", "copy__name", *(f"town-council__{kind}" for kind in kinds)]
        assert fields["copy__name"].V == 'Tŷ "A" & B'
        assert str(fields["town-council__post"].TU) == 'Post for Tŷ "A" & B'
        locked = [str(name) for name in fields["town-council__signature"].Lock.Fields]
        assert locked
        assert set(locked) <= set(fields)
    for profile in ("ua1", "2a"):
        assert page.validate_pdf_bytes(copy[".pdf"], profile=profile).failures == []
    assert {f"town-council__{kind}" for kind in kinds} <= controls(copy[".docx"]).keys()
    with pytest.raises(ValueError, match="watcher does not sign"):
        agreement_sheet(agreement, "watcher")
