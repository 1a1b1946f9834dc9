"""The practitioner's card on paper: how a protocol's page begins, printed by a real browser and read back.

That its type can be read is looked at by the gate in tests/browser/looks/paper.mjs.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: The most sides that the card of each shipped protocol takes in type of 10.5 points.
SIDES = {
    "duty-to-refer-protocol": 1,
    "primary-care-on-release": 1,
    "staffordshire-information-sharing-framework": 1,
    "alcohol-treatment-requirement-protocol": 2,
    "resettlement-and-employment-protocol": 2,
    "staffordshire-housing-protocol": 3,
}


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


@pytest.mark.parametrize(("protocol", "most"), SIDES.items())
def test_the_card_comes_first_on_few_sides(shipped_site: Path, tmp_path: Path, protocol: str, most: int) -> None:
    target = printed(shipped_site, protocol, tmp_path)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(target).pages[: most + 1]]
    assert "What may be shared" in pages[0]
    sides = next((number for number, text in enumerate(pages) if text.startswith("About this protocol")), most + 1)
    assert sides <= most
    assert "whom to contact" in pages[sides - 1] or "whom to contact" in pages[0]
    with pikepdf.open(target) as document:
        box = [float(side) for side in document.pages[0].mediabox]
    assert box[2:] == pytest.approx([595, 842], abs=2)  # A4 in points


def test_the_card_says_what_must_be_true_first(shipped_site: Path, tmp_path: Path) -> None:
    side = PdfReader(printed(shipped_site, "staffordshire-housing-protocol", tmp_path)).pages[0].extract_text()
    card = " ".join(side.split())
    assert "until the practitioner has asked the MAPPA co-ordinator" in card
    assert "Ask the person first" in card


def test_what_is_folded_on_the_screen_is_open_on_paper(sound_site: Path, tmp_path: Path) -> None:
    assert "<details" in (sound_site / "protocols/housing/index.html").read_text(encoding="utf-8")
    text = "".join(page.extract_text() for page in PdfReader(printed(sound_site, "housing", tmp_path)).pages)
    assert "Full name (text" in text
