"""The practitioner's card on paper: the first side of a protocol's page, printed by a real browser and read back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader
from site_registers import build

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ONE_SIDE = [
    "alcohol-treatment-requirement-protocol",
    "duty-to-refer-protocol",
    "primary-care-on-release",
    "resettlement-and-employment-protocol",
    "staffordshire-housing-protocol",
    "staffordshire-information-sharing-framework",
]
LONG = """
=== mkdocs.yml
site_name: Long
=== signatories/a/organisation.yaml
name: Body A
kind: probation
=== signatories/b/organisation.yaml
name: Body B
kind: local-authority
=== protocols/long/protocol.yaml
title: A long protocol
kind: joint-working-protocol
status: draft
publication: public
parties: [{organisation: a}, {organisation: b}]
flows:
"""


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
    assert "whom to contact" in pages[0]
    assert pages[1].startswith("About this protocol")
    with pikepdf.open(target) as document:
        box = [float(side) for side in document.pages[0].mediabox]
    assert box[2:] == pytest.approx([595, 842], abs=2)  # A4 in points


def test_one_that_is_too_long_is_one_sheet_and_says_so(tmp_path: Path) -> None:
    flows = "".join(
        f"  - {{id: f{n}, title: Flow {n}, from: [a], to: [b], items: [Piece of information {n} that is needed to find a home,"
        f" Piece {n} on support, Piece {n} on risk], method: Secure e-mail to team {n}, timing: Within {n} working days}}\n"
        for n in range(1, 45)
    )
    site = build(tmp_path, LONG + flows)
    assert "Print this page on both sides" in (site / "protocols/long/index.html").read_text(encoding="utf-8")
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(printed(site, "long", tmp_path)).pages[:3]]
    assert "whom to contact" in pages[1]
    assert pages[2].startswith("About this protocol")


def test_what_is_folded_on_the_screen_is_open_on_paper(sound_site: Path, tmp_path: Path) -> None:
    assert "<details" in (sound_site / "protocols/housing/index.html").read_text(encoding="utf-8")
    text = "".join(page.extract_text() for page in PdfReader(printed(sound_site, "housing", tmp_path)).pages)
    assert "Full name (text" in text
