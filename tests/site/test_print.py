"""The practitioner's card on paper: the first side of a protocol's page, printed by a real browser and read back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ONE_SIDE = [
    "alcohol-treatment-requirement-protocol",
    "duty-to-refer-protocol",
    "primary-care-on-release",
    "resettlement-and-employment-protocol",
    "staffordshire-information-sharing-framework",
]


def printed(site: Path, protocol: str, folder: Path) -> Path:
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: printing is not looked at")
    target = folder / "card.pdf"
    subprocess.run(
        [
            BROWSER,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={folder / 'profile'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            (site / "protocols" / protocol / "index.html").as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target


@pytest.mark.parametrize("protocol", ONE_SIDE)
def test_the_card_is_one_side(shipped_site: Path, tmp_path: Path, protocol: str) -> None:
    target = printed(shipped_site, protocol, tmp_path)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(target).pages[:2]]
    assert "What may be shared" in pages[0]
    assert "Whom to contact" in pages[0]
    assert pages[1].startswith("About this protocol")
    with pikepdf.open(target) as document:
        box = [float(side) for side in document.pages[0].mediabox]
    assert box[2:] == pytest.approx([595, 842], abs=2)  # A4 in points


def test_one_that_is_too_long_is_one_sheet_and_says_so(shipped_site: Path, tmp_path: Path) -> None:
    target = printed(shipped_site, "staffordshire-housing-protocol", tmp_path)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(target).pages[:3]]
    assert "Whom to contact" in pages[1]
    assert pages[2].startswith("About this protocol")
    page = (shipped_site / "protocols/staffordshire-housing-protocol/index.html").read_text(encoding="utf-8")
    assert "Print this page on both sides" in page
