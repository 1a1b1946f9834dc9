"""For the tests of returned copies: fills fields as a PDF reader does, makes test certificates, signs, fills a DOCX."""

from __future__ import annotations

import atexit
import io
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from document_sample import sample_agreement
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from lxml import etree
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign import fields, signers
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from undersigned.documents import render_docx, render_form_docx, render_form_pdf, render_pdf
from undersigned.documents.content.agreement import agreement_document
from undersigned.documents.content.forms import form_document
from undersigned.documents.model import fields_of
from undersigned.documents.pdf.form_font import WELSH
from undersigned.documents.words import TEMPLATE

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


@cache
def master_pdf() -> bytes:
    return render_pdf(sample_agreement())


@cache
def master_docx() -> bytes:
    return render_docx(sample_agreement())


@cache
def form_pdf() -> bytes:
    agreement = sample_agreement()
    return render_form_pdf("pro-forma", agreement.forms["pro-forma"], agreement)


@cache
def form_docx() -> bytes:
    agreement = sample_agreement()
    return render_form_docx("pro-forma", agreement.forms["pro-forma"], agreement)


@cache
def names(form: bool = False) -> tuple[str, ...]:
    agreement = sample_agreement()
    document = (
        form_document("pro-forma", agreement.forms["pro-forma"], agreement) if form else agreement_document(agreement)
    )
    return tuple(field.name for field in fields_of(document))


# -- PDF --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signer:
    certificate: bytes
    pdf_signer: signers.SimpleSigner


@cache
def signer(common_name: str, *, with_rsa: bool = False, for_time: bool = False) -> Signer:
    """A key and a certificate of its own making, valid from 2026 for ten years; `for_time` to sign timestamps."""
    key = rsa.generate_private_key(65537, 2048) if with_rsa else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    purpose = ExtendedKeyUsageOID.TIME_STAMPING if for_time else ExtendedKeyUsageOID.EMAIL_PROTECTION
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1))  # noqa: DTZ001 - as X.509 has them
        .not_valid_after(datetime(2036, 1, 1))  # noqa: DTZ001 - as X.509 has them
        .add_extension(usage, True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), for_time)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    loaded = next(iter(load_certs_from_pemder_data(pem)))
    return Signer(
        pem,
        signers.SimpleSigner(
            signing_cert=loaded,
            signing_key=load_private_key_from_pemder_data(private, None),
            cert_registry=SimpleCertificateStore(),
        ),
    )


def changed(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The file with a change as one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def field_in(writer: IncrementalPdfFileWriter, name: str) -> generic.DictionaryObject:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        found = reference.get_object()
        if str(found["/T"]) == name:
            return found
    raise KeyError(name)


def filled(pdf: bytes, values: Mapping[str, str | bool]) -> bytes:
    """Values and their appearance, in one more revision, touching only the fields that are named."""

    def fill(writer: IncrementalPdfFileWriter) -> None:
        for name, value in values.items():
            found = field_in(writer, name)
            if isinstance(value, bool):
                found["/V"] = found["/AS"] = pdf_name("/Yes" if value else "/Off")
            else:
                found["/V"] = pdf_string(value)
                if found["/FT"] == "/Tx":
                    found["/AP"] = generic.DictionaryObject(
                        {pdf_name("/N"): writer.add_object(appearance(writer, found, value))}
                    )
            writer.update_container(found)

    return changed(pdf, fill)


def appearance(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, value: str) -> generic.StreamObject:
    left, bottom, right, top = (float(edge) for edge in field["/Rect"])
    codes = {character: code for code, character, _ in WELSH}
    text = bytes(codes.get(ord(letter)) or letter.encode("cp1252", "replace")[0] for letter in value if letter >= " ")
    for mark in (b"\\", b"(", b")"):
        text = text.replace(mark, b"\\" + mark)
    return generic.StreamObject(
        stream_data=b"/Tx BMC q BT /Inter 11 Tf 0 g 3 %.2f Td (" % ((top - bottom - 8) / 2) + text + b") Tj ET Q EMC",
        dict_data={
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(
                [generic.FloatObject(edge) for edge in (0, 0, right - left, top - bottom)]
            ),
            pdf_name("/Resources"): writer.root["/AcroForm"]["/DR"],
        },
    )


@cache
def stamp_font() -> str:
    """The project's form font as a file with 1,000 units to the em: pyHanko writes the widths of others unscaled."""
    font = TTFont(TEMPLATE / "form-font" / "Inter-Form.ttf")
    scale_upem(font, 1000)
    with tempfile.NamedTemporaryFile(suffix=".ttf", delete=False) as file:
        font.save(file)
    atexit.register(Path(file.name).unlink)
    return file.name


def signed(pdf: bytes, field: str, by: Signer, *, final: bool = False) -> bytes:
    """Signs in an existing field, the stamp set in the project's own font, embedded. A `final` one allows no change at all."""
    style = TextStampStyle(
        stamp_text="Signed by %(signer)s\n%(ts)s",
        border_width=0,
        background=None,
        text_box_style=TextBoxStyle(font=GlyphAccumulatorFactory(stamp_font()), font_size=10),
    )
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=final,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = signers.PdfSigner(meta, by.pdf_signer, stamp_style=style).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), existing_fields_only=True
    )
    return bytes(out.getvalue())


def block(
    organisation: str, name: str, post: str = "Head of Housing", date: str = "22/11/2026"
) -> dict[str, str | bool]:
    return {
        f"{organisation}__authority": True,
        f"{organisation}__name": name,
        f"{organisation}__post": post,
        f"{organisation}__date": date,
    }


def rewritten(pdf: bytes, change: Callable[[pikepdf.Pdf], None] = lambda file: None) -> bytes:
    """The file written whole by another program."""
    file = pikepdf.open(io.BytesIO(pdf))
    change(file)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


# -- DOCX -------------------------------------------------------------------------------------------------------


def parts(docx: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return out.getvalue()


def edited(docx: bytes, edit: Callable[[etree._Element], None], part: str = "word/document.xml") -> bytes:
    content = parts(docx)
    root = etree.fromstring(content[part])
    edit(root)
    content[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return packed(content)


def control(root: etree._Element, tag: str) -> etree._Element:
    return next(found.getparent().getparent() for found in root.iter(qn("w:tag")) if found.get(qn("w:val")) == tag)


def filled_docx(docx: bytes, values: Mapping[str, str | bool]) -> bytes:
    """Values put into the controls as Word does: the mark of the placeholder goes, the words come."""

    def fill(root: etree._Element) -> None:
        for tag, value in values.items():
            found = control(root, tag)
            properties = found.find(qn("w:sdtPr"))
            for flag in properties.findall(qn("w:showingPlcHdr")):
                properties.remove(flag)
            words = next(found.find(qn("w:sdtContent")).iter(qn("w:t")))
            if isinstance(value, bool):
                properties.find(f"{W14}checkbox/{W14}checked").set(f"{W14}val", "1" if value else "0")
                words.text = "\u2612" if value else "\u2610"
                continue
            run = words.getparent()
            lines = value.split("\n")
            words.text = lines[0]
            for line in lines[1:]:
                etree.SubElement(run, qn("w:br"))
                more = etree.SubElement(run, qn("w:t"))
                more.text = line
                more.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")

    return edited(docx, fill)


def through_libreoffice(docx: bytes, folder: Path) -> bytes:
    """The file as LibreOffice saves it. Skipped where there is none, but never in the project's own checks."""
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("CI") == "true":
            pytest.fail("LibreOffice is missing")
        pytest.skip("LibreOffice is not installed")
    (folder / "in").mkdir()
    (folder / "in" / "copy.docx").write_bytes(docx)
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "docx",
            "--outdir",
            str(folder / "out"),
            str(folder / "in" / "copy.docx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "out" / "copy.docx").read_bytes()
