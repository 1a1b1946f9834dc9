"""The sheet for the people whom the sharing is about: every word of the page, in large type, on two sides."""

from __future__ import annotations

import dataclasses
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import docx
import pikepdf
import pytest

from support import example_register
from undersigned.cache import DocumentCache
from undersigned.documents.bases import Base, base_of, people_sheet
from undersigned.documents.write import write_documents
from undersigned.facts.agreement import Agreement, agreements_to_print
from undersigned.facts.for_people import PeoplePage
from undersigned.facts.protocol import ProtocolFacts
from undersigned.register import Register, load_register
from undersigned.words.pictures import PICTURES

DAY = date(2026, 11, 30)


@cache
def register() -> Register:
    return load_register(example_register())


@cache
def sheets() -> dict[str, tuple[Agreement, PeoplePage, Base]]:
    """By protocol: what it is made of, and its files."""
    found = {}
    for id_ in register().protocol_ids:
        folder = register().protocol(id_)
        assert folder is not None
        page = ProtocolFacts(folder, register(), as_of=DAY).for_people
        if page is not None and folder.value.status in ("signing", "in-force"):
            [agreement, *_] = agreements_to_print(folder, register(), as_of=DAY)
            found[id_] = agreement, page, base_of(people_sheet(agreement, page), DocumentCache(None))
    assert len(found) >= 4
    return found


def words_of(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def sentences(page: PeoplePage) -> Iterator[str]:
    for section in (*page.sections, *page.rights):
        yield section.heading
        yield from section.sentences


@pytest.mark.slow
def test_each_pdf_fills_two_sides_at_most() -> None:
    for id_, (_, _, base) in sheets().items():
        with pikepdf.open(io.BytesIO(base.pdf)) as file:
            assert len(file.pages) <= 2, id_


def test_a_page_of_as_many_words_as_are_advised_fits() -> None:
    agreement, page, _ = sheets()["staffordshire-housing-protocol"]
    what, *others = page.sections
    spare = 350 - sum(len(sentence.split()) for section in page.sections for sentence in section.sentences)
    longer = dataclasses.replace(
        what, sentences=(*what.sentences, *["One more thing that is said of you."] * (spare // 7))
    )
    long_page = dataclasses.replace(page, sections=(longer, *others))
    with pikepdf.open(io.BytesIO(base_of(people_sheet(agreement, long_page), DocumentCache(None)).pdf)) as file:
        assert len(file.pages) == 2


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_each_docx_fills_two_sides_at_most(tmp_path: Path) -> None:
    for id_, (_, _, base) in sheets().items():
        (tmp_path / f"{id_}.docx").write_bytes(base.docx)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, *map(str, sorted(tmp_path.glob("*.docx")))], check=True, capture_output=True)
    for id_ in sheets():
        with pikepdf.open(tmp_path / f"{id_}.pdf") as file:
            assert len(file.pages) <= 2, id_


def test_both_formats_hold_every_sentence_of_the_page() -> None:
    for id_, (_, page, base) in sheets().items():
        printed = words_of(base.pdf)
        office = " ".join(paragraph.text for paragraph in docx.Document(io.BytesIO(base.docx)).paragraphs)
        for sentence in sentences(page):
            assert sentence in printed, (id_, sentence)
            assert sentence in office, (id_, sentence)


def test_every_picture_has_words() -> None:
    _, page, base = sheets()["staffordshire-housing-protocol"]
    wanted = len(page.sections) + len(page.rights) + 1
    with zipfile.ZipFile(io.BytesIO(base.docx)) as archive:
        text = archive.read("word/document.xml").decode()
    assert text.count("<w:drawing>") == len(re.findall(r'descr="(?:An?|Two) [a-z ]+"', text)) == wanted
    with pikepdf.open(io.BytesIO(base.pdf)) as file:
        figures = [one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
        assert len(figures) == wanted
        assert all(str(one.Alt)[:2] in ("A ", "An", "Tw") for one in figures)


def test_the_officers_post_can_be_filled_in() -> None:
    for _, _, base in sheets().values():
        with pikepdf.open(io.BytesIO(base.pdf)) as file:
            names = [str(field.T) for field in file.Root.AcroForm.Fields]
        assert names == ["officer__post", "officer__reach"]


def test_pictures_are_the_same_bytes_each_time() -> None:
    from undersigned.documents.drawing import png_of

    for name in PICTURES:
        assert png_of.__wrapped__(name) == png_of(name)


@pytest.mark.slow
def test_a_draft_has_none(tmp_path: Path) -> None:
    written = write_documents(
        register(), list(register().protocol_ids), tmp_path, as_of=DAY, public_only=True, forms=False
    )
    made = {Path(name).name for name in written.names if "for-people" in name}
    assert made == {f"{id_}-for-people.{ending}" for id_ in sheets() for ending in ("pdf", "docx")}
