"""The codes in the feet of pages: what they say, that they are read, and that they are no part of the text."""

from __future__ import annotations

import hashlib
import io
from collections import Counter

import pikepdf
import pytest
from document_sample import DRAFT, sample_agreement
from PIL import Image

from undersigned.documents.content.agreement import agreement_document
from undersigned.documents.pdf.codes import pictures_of
from undersigned.documents.pdf.setting import pdf_of

ADDRESS = "https://register.example.org/verify/#county-housing/1.0/75dab64b39dd2f0b"
#: Lengths that need each of the versions 2 to 8, and the first letters of the SHA-256 of the modules. zxing-cpp 3.1 read every
#: length from 1 to 152 on 30 November 2026.
SIZES = {20: 25, 42: 29, 62: 33, 84: 37, 106: 41, 122: 45, 152: 49}


def test_each_version_has_its_size_and_another_program_reads_it() -> None:
    for length, side in SIZES.items():
        words = (ADDRESS + "/1" * 60)[:length]
        [picture] = pictures_of([words])
        image = Image.open(io.BytesIO(picture))
        assert image.size == ((side + 8) * 4, (side + 8) * 4)
        try:
            import zxingcpp
        except ImportError:
            continue
        assert [one.text for one in zxingcpp.read_barcodes(image)] == [words]
    assert pictures_of(["x" * 153]) == []
    assert pictures_of([]) == []
    assert len({Image.open(io.BytesIO(one)).size for one in pictures_of(["a", "b" * 100])}) == 1


def test_the_codes_stay_as_they_were_when_they_were_read() -> None:
    drawn = b"".join(
        Image.open(io.BytesIO(pictures_of([(ADDRESS + "/1" * 60)[:length]])[0])).tobytes() for length in SIZES
    )
    assert hashlib.sha256(drawn).hexdigest()[:16] == "1a5012961c965537"


def test_each_foot_has_a_code_that_is_no_part_of_the_text() -> None:
    document = agreement_document(sample_agreement())
    assert document.code == ADDRESS
    with pikepdf.open(io.BytesIO(pdf_of(document, epoch=0))) as file:
        codes = [
            {one.objgen for one in page.get_images().values()} for page in file.pages
        ]  # fmt: skip
        assert [len(one) for one in codes] == [1] * len(file.pages)
        assert len(set().union(*codes)) == len(file.pages)
        kinds = Counter(
            str(one.S)
            for one in file.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
        )
        assert kinds["/Figure"] == 0


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ((DRAFT,), "https://register.example.org"),
        ((("publication: public\njurisdictions: [england, wales]", "publication: restricted\njurisdictions: [england, wales]"),), "https://register.example.org"),
        ((), ""),
        ((), "javascript:alert(1)"),
    ],
    ids=["draft", "restricted", "no address", "no web address"],
)  # fmt: skip
def test_a_text_that_the_page_does_not_list_has_no_code(changes: tuple[tuple[str, str], ...], address: str) -> None:
    from dataclasses import replace

    agreement = replace(sample_agreement(*changes), register_address=address)
    if changes == (DRAFT,):
        agreement = replace(agreement, version=None)
    assert agreement_document(agreement).code == ""
