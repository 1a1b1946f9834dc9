"""Files that are hostile, broken or something else: each ends in a reason, within limits of time and memory."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from returned_kit import COUNCIL, appended, certified, docx, issued, pdf, rewritten, saved, typed
from signing_kit import block, filled, filled_docx, form_pdf, packed, parts

from support import one_in, seeds
from undersigned.returned import Claim, claim_of, issued_digest, read_copy, reading
from undersigned.returned.pdf import opened
from undersigned.returned.pdf_objects import fields_of
from undersigned.returned.verdict import UnreadableError
from undersigned.returned.words import date_value, text_value

VERDICTS = {"ours", "ours-with-additions", "altered", "same-words", "image", "not-ours", "cannot-tell"}


# -- values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed_in", "read"),
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
def test_days(typed_in: str, read: str | None) -> None:
    assert date_value(typed_in) == read


TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("ŵŷŴŶâêîôûẁ()\\<>&\r\n\t\x00\x0b")), max_size=200
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT)
def test_any_text_comes_back_from_a_pdf(text: str) -> None:
    with pikepdf.open(io.BytesIO(form_pdf())) as file:
        for one in file.Root.AcroForm.Fields:
            if str(one.T) == "answer__needs":
                one.V = String(b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass"))
        value = fields_of(file)["answer__needs"].value()
    assert value == text_value(text)
    assert value is None or unicodedata.is_normalized("NFC", str(value))


def test_a_value_that_the_document_was_issued_with_is_none() -> None:
    with pikepdf.open(io.BytesIO(form_pdf())) as file:
        for one in file.Root.AcroForm.Fields:
            if str(one.T) == "answer__needs":
                one.V = one.DV = String("As issued")
        assert fields_of(file)["answer__needs"].value() is None


def test_long_text_is_cut() -> None:
    with opened(filled(form_pdf(), {"answer__needs": "a" * 50_000})) as file:
        assert fields_of(file)["answer__needs"].value() == "a" * 20_000


# -- hostile files ----------------------------------------------------------------------------------------------


def with_part(name: str, content: bytes) -> bytes:
    return packed(parts(docx()) | {name: content})


def without_part(name: str) -> bytes:
    return packed({key: value for key, value in parts(docx()).items() if key != name})


def twice() -> bytes:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", b"<x/>")
    return out.getvalue()


def locked_zip() -> bytes:
    content = bytearray(docx())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def locked_pdf(user: str) -> bytes:
    return saved(pikepdf.open(io.BytesIO(form_pdf())), encryption=pikepdf.Encryption(owner="o", user=user))


@cache
def two_gigabytes_of_spaces() -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range(2_000)) + packer.flush()


def pdf_bomb(layers: int = 1) -> bytes:
    file = pikepdf.open(io.BytesIO(form_pdf()))
    content = two_gigabytes_of_spaces()
    for _ in range(layers - 1):
        content = zlib.compress(content, 9)
    names = Array([Name.FlateDecode] * layers)
    file.pages[0].obj.Contents = pikepdf.Stream(file, content, Filter=names if layers > 1 else Name.FlateDecode)
    return saved(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def laughing(depth: int = 8) -> bytes:
    """Fields that hold each other many times over."""
    file = pikepdf.open(io.BytesIO(form_pdf()))
    below = file.make_indirect(Dictionary(FT=Name.Tx, T=String("end")))
    for level in range(depth):
        below = file.make_indirect(Dictionary(T=String(f"n{level}"), Kids=Array([below] * 10)))
    file.Root.AcroForm.Fields.append(below)
    return saved(file)


def circle() -> bytes:
    file = pikepdf.open(io.BytesIO(form_pdf()))
    field = file.make_indirect(Dictionary(T=String("round")))
    field.Kids = Array([field])
    file.Root.AcroForm.Fields.append(field)
    return saved(file)


def forms_in_forms() -> bytes:
    """Drawings that draw each other many times over."""
    file = pikepdf.open(io.BytesIO(form_pdf()))
    below = file.make_stream(b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    for _ in range(9):
        below = file.make_stream(
            b"/X Do " * 12, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]),
            Resources=Dictionary(XObject=Dictionary(X=below)),
        )  # fmt: skip
    file.pages[0].obj.Resources.XObject = Dictionary(X=below)
    file.pages[0].contents_add(b"/X Do")
    return saved(file)


def many_pages() -> bytes:
    file = pikepdf.open(io.BytesIO(form_pdf()))
    for _ in range(501):
        file.add_blank_page()
    return saved(file)


def many_operators() -> bytes:
    file = pikepdf.open(io.BytesIO(form_pdf()))
    file.pages[0].obj.Contents = file.make_stream(b"q Q\n" * 2_000_000)
    return saved(file)


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>&c;</w:body></w:document>'
)
OUTSIDE = ENTITIES.replace(b'<!ENTITY a "lol">', b'<!ENTITY a SYSTEM "file:///etc/passwd">')
FETCHED = b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><w:document xmlns:w="x"/>'
HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "not-ours", "empty"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n", "image", "picture"),
    "photograph": (lambda: b"\xff\xd8\xff\xe0" + bytes(100), "image", "picture"),
    "words": (lambda: b"Dear colleague", "not-ours", "neither"),
    "old Word": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "cannot-tell", "old Word"),
    "rich text": (lambda: b"{\\rtf1 x}", "cannot-tell", "Rich Text"),
    "too long": (lambda: b"%PDF-1.7" + bytes(reading.MOST_BYTES), "cannot-tell", "larger"),
    "no zip": (lambda: b"PK\x03\x04 and nothing", "cannot-tell", "damaged"),
    "half a zip": (lambda: docx()[:-2_000], "cannot-tell", "damaged"),
    "another zip": (lambda: packed({"a.txt": b"a"}), "not-ours", "not a Word document"),
    "no document": (lambda: without_part("word/document.xml"), "not-ours", "not a Word document"),
    "no relations": (lambda: without_part("_rels/.rels"), "not-ours", "not a Word document"),
    "no XML": (lambda: with_part("word/document.xml", b"%PDF"), "cannot-tell", "damaged"),
    "no styles": (lambda: with_part("word/styles.xml", b"%PDF"), "cannot-tell", "damaged"),
    "other XML": (lambda: with_part("word/document.xml", b"<html/>"), "not-ours", "not a Word document"),
    "deep XML": (
        lambda: with_part("word/document.xml", b"<a>" * 100_000 + b"</a>" * 100_000),
        "cannot-tell",
        "damaged",
    ),
    "entities": (lambda: with_part("word/document.xml", ENTITIES), "cannot-tell", "damaged"),
    "outside entity": (lambda: with_part("word/document.xml", OUTSIDE), "cannot-tell", "damaged"),
    "outside DTD": (lambda: with_part("word/document.xml", FETCHED), "cannot-tell", "damaged"),
    "entities in properties": (lambda: with_part("docProps/custom.xml", ENTITIES), "cannot-tell", "damaged"),
    "zip bomb": (lambda: with_part("word/document.xml", b" " * (40 << 20)), "cannot-tell", "larger"),
    "zip of many": (lambda: packed({f"word/{number}.xml": b"" for number in range(1_100)}), "cannot-tell", "larger"),
    "a part twice": (twice, "cannot-tell", "damaged"),
    "names that differ in case": (lambda: with_part("word/Document.xml", b"<x/>"), "cannot-tell", "damaged"),
    "locked zip": (locked_zip, "cannot-tell", "password"),
    "locked PDF": (lambda: locked_pdf("u"), "cannot-tell", "password"),
    "PDF locked for changes": (lambda: locked_pdf(""), "cannot-tell", "password"),
    "no PDF": (lambda: b"%PDF-1.7\nnothing", "cannot-tell", "damaged"),
    "half a PDF": (lambda: form_pdf()[: len(form_pdf()) // 2], "cannot-tell", "damaged"),
    "broken table": (lambda: form_pdf().replace(b"startxref\n", b"startxref\n9"), "cannot-tell", "damaged"),
    "PDF bomb": (pdf_bomb, "cannot-tell", ""),
    "PDF bomb in a bomb": (lambda: pdf_bomb(2), "cannot-tell", ""),
    "many pages": (many_pages, "cannot-tell", "larger"),
    "many operators": (many_operators, "cannot-tell", ""),
    "many revisions": (lambda: form_pdf() + b"startxref\n0\n%%EOF\n" * 200, "cannot-tell", "larger"),
    "laughing fields": (laughing, "cannot-tell", "more fields"),
    "fields in a circle": (circle, "cannot-tell", "fields"),
    "drawings in drawings": (forms_in_forms, "cannot-tell", ""),
}


#: Those that take seconds to read.
HEAVY = ("PDF bomb", "PDF bomb in a bomb", "drawings in drawings")


@pytest.mark.parametrize(
    "case",
    [
        *one_in(3, [name for name in HOSTILE if name not in HEAVY]),
        *(pytest.param(name, marks=pytest.mark.slow) for name in HEAVY),
    ],
)
def test_a_hostile_file_ends_in_a_reason(case: str) -> None:
    make, verdict, words = HOSTILE[case]
    content = make()
    begun = time.process_time() + os.times().children_user
    found = read_copy(content, issued())
    assert time.process_time() + os.times().children_user - begun < 10
    assert found.verdict == verdict
    assert found.notes
    assert words in " ".join(found.notes)
    assert all(note.endswith(".") for note in found.notes)
    assert isinstance(claim_of(content), Claim)


def test_a_digest_is_only_of_a_document() -> None:
    for content in (b"", b"x", b"%PDF-1.7", b"PK\x03\x04"):
        if content != b"%PDF-1.7":
            with pytest.raises(UnreadableError):
                issued_digest(content)


# -- limits -----------------------------------------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")


@needs_fork
def test_reading_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_WORK", 1)

    def forever(content: bytes, known: object, roots: object) -> None:
        while True:
            pass

    monkeypatch.setattr(reading.pdf, "read_pdf", forever)
    found = read_copy(pdf(), issued())
    assert (found.verdict, found.kind) == ("cannot-tell", "pdf")
    assert "takes longer" in found.notes[0]


@needs_fork
def test_reading_that_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SECONDS", 0.2)
    monkeypatch.setattr(reading.pdf, "read_pdf", lambda *given: time.sleep(60))
    assert "takes longer" in read_copy(pdf(), issued()).notes[0]


@needs_fork
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is limited on Linux only")  # noqa: PTH110
def test_reading_that_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.pdf, "read_pdf", lambda *given: bytearray(reading.MOST_MEMORY * 2))
    assert "more memory" in read_copy(pdf(), issued()).notes[0]


@needs_fork
def test_a_library_that_falls_over_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.pdf, "read_pdf", lambda *given: os.kill(os.getpid(), signal.SIGKILL))
    assert "fail" in read_copy(pdf(), issued()).notes[0]

    class Panic(BaseException):
        pass

    def panic(*given: object) -> None:
        raise Panic

    monkeypatch.setattr(reading.pdf, "read_pdf", panic)
    assert "fail" in read_copy(pdf(), issued()).notes[0]


@pytest.mark.parametrize(
    "error",
    [ValueError(), KeyError(), OverflowError(), RecursionError(), MemoryError(), zlib.error(), pikepdf.PdfError(),
     zipfile.BadZipFile(), EOFError(), AssertionError(), NotImplementedError(), UnicodeDecodeError("x", b"", 0, 1, "")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_every_family_of_errors_ends_in_a_reason(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        raise error

    monkeypatch.setattr(reading.pdf, "read_pdf", fail)
    found = reading.read_here(pdf(), issued())
    assert found.verdict == "cannot-tell"
    assert found.notes[0].endswith(".")


# -- damage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("examples", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_no_damage_ends_in_an_error_or_is_called_ours(examples: int) -> None:
    settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])(
        given(
            st.sampled_from(["pdf", "typed", "certified", "docx"]),
            st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
        )(assert_no_damage_is_called_ours)
    )()


def assert_no_damage_is_called_ours(kind: str, damage: list[tuple[float, int]]) -> None:
    whole = {"pdf": pdf, "typed": typed, "certified": certified, "docx": docx}[kind]()
    content = bytearray(whole)
    for place, byte in damage:
        content[int(place * len(content))] = byte
    found = reading.read_here(bytes(content), issued())
    assert found.verdict in VERDICTS
    if bytes(content) != whole and kind == "pdf":
        assert found.verdict != "ours"


VALUES: tuple[Callable[[pikepdf.Pdf], object], ...] = (
    lambda file: None,
    lambda file: 7,
    lambda file: -1,
    lambda file: 10**12,
    lambda file: True,
    lambda file: Name("/X"),
    lambda file: String("x"),
    lambda file: Array(),
    lambda file: Array([1, Array(), Dictionary(), Name("/Y")]),
    lambda file: Dictionary(),
    lambda file: file.make_stream(b"odd"),
    lambda file: file.Root,
    lambda file: file.pages[0].obj,
)


@pytest.mark.parametrize("seed", seeds(6, 60))
def test_no_object_of_another_kind_ends_in_an_error(seed: int) -> None:
    """Any entry of any object is replaced by something that does not belong there."""
    chance = random.Random(seed)  # noqa: S311 - not a secret

    def spoil(file: pikepdf.Pdf) -> None:
        objects = [one for one in file.objects if isinstance(one, (Dictionary, pikepdf.Stream))]
        for _ in range(chance.randint(1, 4)):
            one = chance.choice([file.Root, file.Root.AcroForm, file.pages[1].obj, *objects])
            key = chance.choice(sorted(one.keys()))
            if key in ("/Length", "/Filter"):
                continue
            value = chance.choice(VALUES)(file)
            if value is None:
                del one[key]
            else:
                one[key] = value

    for how in (appended, rewritten):
        content = b""
        with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError):
            content = how(certified(), spoil)
        # Some such files cannot be written.
        assert reading.read_here(content, issued()).verdict in VERDICTS


@pytest.mark.parametrize("seed", seeds(20, 40))
def test_no_odd_part_of_a_docx_ends_in_an_error(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not a secret
    content = parts(filled_docx(docx(), block(COUNCIL, "A")))
    for _ in range(3):
        name = chance.choice(sorted(content))
        part = content[name]
        at = chance.randrange(max(1, len(part)))
        end = min(len(part), at + chance.randint(1, 60))
        cut = [part[:at] + part[end:], part[:end] + part[at:end] + part[end:], part.replace(b'w:val="', b'w:val="-1e9', 1),
               part.replace(b"w:", b"x:", 3), b""]  # fmt: skip
        content[name] = chance.choice(cut)
    assert reading.read_here(packed(content), issued()).verdict in VERDICTS
