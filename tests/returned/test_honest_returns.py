"""Copies that honest people return after other programs have saved, printed, flattened or signed them: none is altered.

A program that is not installed is skipped, but never in the project's own checks if they install it.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
import pikepdf
import pypandoc
import pypdf
import pytest
from pikepdf import Dictionary, Name
from returned_kit import COUNCIL, certified, docx, pdf, read, rewritten, typed
from signing_kit import block, filled_docx, through_libreoffice

#: What the project's own checks install.
INSTALLED = {"soffice", "pdftocairo", "pdftops", "pdfsig", "qpdf", "pdftoppm"}


def run(folder: Path, program: str, *arguments: str, name: str = "out.pdf") -> bytes:
    """A program's output for the copy `in.pdf` in a folder."""
    if shutil.which(program) is None:
        if os.environ.get("CI") == "true" and program in INSTALLED:
            pytest.fail(f"{program} is missing")
        pytest.skip(f"{program} is not installed")
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True, timeout=120)
    return (folder / name).read_bytes()


#: Programs that write the copy anew, with what they call it: the same pages, or the same words on pages like them.
COMMANDS: dict[str, tuple[str, ...]] = {
    "qpdf": ("qpdf", "in.pdf", "out.pdf"),
    "qpdf for the web": ("qpdf", "--linearize", "in.pdf", "out.pdf"),
    "qpdf to be read": ("qpdf", "--qdf", "in.pdf", "out.pdf"),
    "qpdf unpacked": ("qpdf", "--object-streams=disable", "--compress-streams=n", "in.pdf", "out.pdf"),
    "qpdf tidied": ("qpdf", "--coalesce-contents", "--normalize-content=y", "in.pdf", "out.pdf"),
    "qpdf flattened": ("qpdf", "--flatten-annotations=all", "in.pdf", "out.pdf"),
    "qpdf with appearances": ("qpdf", "--generate-appearances", "in.pdf", "out.pdf"),
    "Ghostscript": ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-sOutputFile=out.pdf", "in.pdf"),
    "Ghostscript made small": (
        "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dPDFSETTINGS=/ebook", "-sDEVICE=pdfwrite", "-sOutputFile=out.pdf", "in.pdf",
    ),
    "MuPDF": ("mutool", "clean", "in.pdf", "out.pdf"),
    "MuPDF tidied": ("mutool", "clean", "-gggg", "-z", "in.pdf", "out.pdf"),
    "MuPDF sanitised": ("mutool", "clean", "-s", "in.pdf", "out.pdf"),
    "MuPDF drawn anew": ("mutool", "convert", "-o", "out.pdf", "in.pdf"),
    "Poppler printed": ("pdftocairo", "-pdf", "in.pdf", "out.pdf"),
    "pdftk": ("pdftk", "in.pdf", "output", "out.pdf"),
    "pdftk flattened": ("pdftk", "in.pdf", "output", "out.pdf", "flatten"),
    "last page alone": ("qpdf", "in.pdf", "--pages", "in.pdf", "z", "--", "out.pdf"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("program", COMMANDS)
def test_a_pdf_that_another_program_wrote_anew_has_the_same_words(program: str, tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(typed())
    found = read(run(tmp_path, *COMMANDS[program]))
    assert (found.verdict, found.differences) == ("same-words", ())
    assert any("saved anew" in note for note in found.notes)
    council = found.block(COUNCIL)
    assert (council.state, council.how, council.name, council.post, council.date, council.authority) == (
        "signed",
        "typed",
        "A. Example",
        "Head of Housing",
        "2026-11-22",
        True,
    )
    assert {one.state for one in found.blocks if one.organisation != COUNCIL} <= {"empty"}


@pytest.mark.slow
def test_a_pdf_through_postscript_has_letters_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(typed())
    run(tmp_path, "pdftops", "in.pdf", "out.ps", name="out.ps")
    found = read(
        run(tmp_path, "gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-sOutputFile=out.pdf", "out.ps")
    )
    assert found.verdict in ("same-words", "cannot-tell")
    assert found.notes


def by_pypdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    return filled_by(writer)


def by_pypdf_as_a_revision() -> bytes:
    return filled_by(pypdf.PdfWriter(io.BytesIO(pdf()), incremental=True))


def filled_by(writer: pypdf.PdfWriter) -> bytes:
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(
                page, {f"{COUNCIL}__name": "A. Example", f"{COUNCIL}__post": "Head", f"{COUNCIL}__authority": "/Yes"}
            )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def joined_by_pypdf() -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.append(io.BytesIO(typed()))
    writer.write(out)
    return out.getvalue()


def picture_laid_on_by_pypdf() -> bytes:
    """A signature on a page of its own, laid over the copy's page."""
    file = pikepdf.new()
    file.add_blank_page(page_size=(595, 842))
    picture = file.make_stream(
        bytes(100), Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10, ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
    )  # fmt: skip
    file.pages[0].obj.Resources = Dictionary(XObject=Dictionary(P=picture))
    file.pages[0].obj.Contents = file.make_stream(b"q 60 0 0 15 300 300 cm /P Do Q")
    stamp, out = io.BytesIO(), io.BytesIO()
    file.save(stamp)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(typed()))
    writer.pages[1].merge_page(pypdf.PdfReader(stamp).pages[0], over=True)
    writer.write(out)
    return out.getvalue()


def with_plain_tables() -> bytes:
    return rewritten(typed(), object_stream_mode=pikepdf.ObjectStreamMode.disable, recompress_flate=True)


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (by_pypdf, "same-words"),
        (by_pypdf_as_a_revision, "ours"),
        (joined_by_pypdf, "same-words"),
        (picture_laid_on_by_pypdf, "ours-with-additions"),
        (with_plain_tables, "same-words"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_pdf_that_a_library_filled_or_saved(made: Callable[[], bytes], verdict: str) -> None:
    found = read(made())
    assert found.verdict == verdict
    assert found.block(COUNCIL).state == "signed"


def test_a_page_with_links_to_pages_that_did_not_come_is_not_called_altered() -> None:
    def keep_the_first(file: pikepdf.Pdf) -> None:
        del file.pages[1:]

    with pikepdf.open(io.BytesIO(pdf())) as file:
        assert any("/Dest" in one or "/A" in one for one in file.pages[0].obj.Annots)
    found = read(rewritten(pdf(), keep_the_first))
    assert (found.verdict, found.differences) == ("same-words", ())


@pytest.mark.slow
def test_a_signature_by_nss_is_signed(tmp_path: Path) -> None:
    """`pdfsig` changes the generation of an object, which strict readers refuse."""
    if shutil.which("certutil") is None or shutil.which("pdfsig") is None:
        pytest.skip("pdfsig or certutil is not installed")
    store = tmp_path / "nss"
    store.mkdir()
    (tmp_path / "noise").write_bytes(os.urandom(64))
    (tmp_path / "password").write_text("")
    for arguments in (
        ("certutil", "-N", "-d", f"sql:{store}", "--empty-password"),
        ("certutil", "-S", "-d", f"sql:{store}", "-n", "alice", "-s", "CN=Alice", "-x", "-t", "C,C,C", "-z",
         str(tmp_path / "noise"), "-k", "rsa", "-g", "2048", "-Z", "SHA256"),
    ):  # fmt: skip
        subprocess.run(arguments, check=True, capture_output=True, timeout=60)
    (tmp_path / "in.pdf").write_bytes(pdf())
    with pikepdf.open(io.BytesIO(pdf())) as file:
        names = [str(one.T) for one in file.Root.AcroForm.Fields if Name.Sig == one.FT]
    content = run(
        tmp_path, "pdfsig", "-nssdir", f"sql:{store}", "in.pdf", "out.pdf", "-sign",
        str(names.index(f"{COUNCIL}__signature") + 1), "-nick", "alice", "-digest", "SHA256",
    )  # fmt: skip
    found = read(content)
    assert found.verdict in ("ours", "ours-with-additions")
    assert (found.block(COUNCIL).state, found.block(COUNCIL).how) == ("signed", "certificate")


def test_reason_and_links_of_a_signed_copy_stay() -> None:
    assert read(certified()).verdict == "ours"


@pytest.mark.slow
def test_a_scan_of_a_copy_is_a_picture(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "in.pdf").write_bytes(typed())
    run(tmp_path, "pdftoppm", "-r", "50", "-png", "in.pdf", "page", name="page-1.png")
    pages = [Image.open(path).convert("L") for path in sorted(tmp_path.glob("page-*.png"))]
    pages[0].save(tmp_path / "scan.pdf", save_all=True, append_images=pages[1:])
    assert read((tmp_path / "scan.pdf").read_bytes()).verdict == "image"
    assert read((tmp_path / "page-1.png").read_bytes()).verdict == "image"


# -- Word copies ------------------------------------------------------------------------------------------------


def signed_docx() -> bytes:
    return filled_docx(docx(), {**block(COUNCIL, "Siân Ŵyn"), f"{COUNCIL}__signature": "Siân Ŵyn"})


def converted(content: bytes, folder: Path, to: str, *then: str) -> bytes:
    """Through LibreOffice, from one format to the next."""
    name = "copy.docx"
    (folder / name).write_bytes(content)
    for step in (to, *then):
        out = f"to-{step}"
        run(
            folder, "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", step,
            "--outdir", out, name, name=f"{out}/copy.{step}",
        )  # fmt: skip
        name = f"{out}/copy.{step}"
    return (folder / name).read_bytes()


@pytest.mark.slow
def test_what_libreoffice_saved_is_ours(tmp_path: Path) -> None:
    found = read(through_libreoffice(signed_docx(), tmp_path))
    assert (found.verdict, found.differences) == ("ours", ())
    assert found.block(COUNCIL) == read(signed_docx()).block(COUNCIL)
    assert found.claim == read(signed_docx()).claim


@pytest.mark.slow
@pytest.mark.parametrize("steps", [("pdf",), ("odt", "docx")], ids="-".join)
def test_what_libreoffice_made_of_a_word_copy_has_the_same_words(steps: tuple[str, ...], tmp_path: Path) -> None:
    found = read(converted(signed_docx(), tmp_path, *steps))
    assert found.verdict == "same-words"
    council = found.block(COUNCIL)
    assert (council.state, council.name, council.date, council.authority) == ("signed", "Siân Ŵyn", "2026-11-22", True)


@pytest.mark.slow
def test_a_copy_that_went_through_an_old_format_is_not_called_altered(tmp_path: Path) -> None:
    found = read(converted(signed_docx(), tmp_path, "doc", "docx"))
    assert found.verdict == "cannot-tell"
    assert {one.what for one in found.differences} <= {
        "number of a list", "words of another look: colour, size, font or emphasis",
    }  # fmt: skip
    assert (found.block(COUNCIL).state, found.block(COUNCIL).name) == ("signed", "Siân Ŵyn")


@pytest.mark.slow
def test_a_changed_word_in_a_pdf_of_the_word_copy_is_found(tmp_path: Path) -> None:
    from docx_manipulations import word_changed
    from signing_kit import packed, parts

    content = parts(signed_docx())
    word_changed(content)
    found = read(converted(packed(content), tmp_path, "pdf"))
    assert found.verdict == "altered"
    assert [one.words for one in found.differences] == ["Secure e-mail. Forms: Housing pro forma. → Any e-mail"]


def test_what_python_docx_saved_is_ours() -> None:
    out = io.BytesIO()
    python_docx.Document(io.BytesIO(signed_docx())).save(out)
    assert read(out.getvalue()).verdict == "ours"


@pytest.mark.slow
def test_what_pandoc_wrote_anew_has_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "in.docx").write_bytes(signed_docx())
    pypandoc.convert_file(str(tmp_path / "in.docx"), "docx", outputfile=str(tmp_path / "out.docx"))
    found = read((tmp_path / "out.docx").read_bytes())
    assert found.verdict == "same-words"
    assert (found.block(COUNCIL).state, found.block(COUNCIL).name) == ("signed", "Siân Ŵyn")


def as_word_saves() -> bytes:
    """Marks of revisions, languages and spelling, bookmarks, runs cut in pieces, other numbers of parts."""
    import re

    from signing_kit import packed, parts

    content = parts(signed_docx())
    text = content["word/document.xml"].decode()
    text = re.sub(r"<w:p>", '<w:p w:rsidR="00A1" w:rsidRDefault="00A1">', text)
    text = re.sub(r"<w:r>", '<w:proofErr w:type="spellStart"/><w:r w:rsidRPr="00B2">', text)
    text = text.replace(
        "Secure e-mail</w:t></w:r>",
        'Secu</w:t></w:r><w:bookmarkStart w:id="901" w:name="_GoBack"/><w:bookmarkEnd w:id="901"/>'
        '<w:r><w:lastRenderedPageBreak/><w:t xml:space="preserve">re e-mail</w:t></w:r>',
    )
    content["word/document.xml"] = text.encode()
    content["word/webSettings.xml"] = content.get("word/webSettings.xml", b"<x/>")
    content["customXml/item1.xml"] = b"<b/>"
    content["docProps/thumbnail.jpeg"] = b"x"
    return packed(content)


def test_what_word_adds_on_saving_changes_nothing() -> None:
    found = read(as_word_saves())
    assert (found.verdict, found.differences) == ("ours", ())
