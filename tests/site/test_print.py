"""The practitioner's cards on paper: a protocol's page of cards, printed by a real browser and read back.

That its type can be read is looked at by the gate in tests/browser/looks/paper.mjs.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from support import one_in

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: The most sides that the cards of each shipped protocol take in type of 10.5 points.
SIDES = {
    "duty-to-refer-protocol": 1,
    "primary-care-on-release": 1,
    "alcohol-treatment-requirement-protocol": 2,
    "resettlement-and-employment-protocol": 2,
    "staffordshire-housing-protocol": 3,
}


def printed(site: Path, protocol: str, folder: Path, place: str = "") -> Path:
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
            (site / "protocols" / protocol / "index.html").as_uri() + place,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target


@pytest.mark.parametrize(("protocol", "most"), one_in(3, SIDES.items()))
def test_the_cards_take_few_sides(shipped_site: Path, tmp_path: Path, protocol: str, most: int) -> None:
    target = printed(shipped_site, f"{protocol}/cards", tmp_path)
    sides = [" ".join(page.extract_text().split()) for page in PdfReader(target).pages]
    assert "What may be shared" in sides[0]
    last = next(number for number, text in enumerate(sides, start=1) if "for which this page was last checked" in text)
    assert last <= most + 1  # the footer may be alone on a side
    assert any("whom to contact" in text for text in sides[:most])
    with pikepdf.open(target) as document:
        box = [float(side) for side in document.pages[0].mediabox]
    assert box[2:] == pytest.approx([595, 842], abs=2)  # A4 in points


@pytest.mark.slow
def test_the_card_says_what_must_be_true_first(shipped_site: Path, tmp_path: Path) -> None:
    side = PdfReader(printed(shipped_site, "staffordshire-housing-protocol/cards", tmp_path)).pages[0].extract_text()
    card = " ".join(side.split())
    assert "until the practitioner has asked the MAPPA co-ordinator" in card
    assert "Ask the person first" in card


@pytest.mark.slow
def test_a_card_that_was_opened_is_printed_alone(shipped_site: Path, tmp_path: Path) -> None:
    cards = "staffordshire-housing-protocol/cards"
    pages = PdfReader(printed(shipped_site, cards, tmp_path, "#flow-landlord-referral")).pages
    text = " ".join(pages[0].extract_text().split())
    assert len(pages) == 1
    assert "2. Referral to a registered landlord" in text
    assert "1. Referral for housing" not in text
    assert "whom to contact" not in text


def test_what_is_folded_on_the_screen_is_open_on_paper(sound_site: Path, tmp_path: Path) -> None:
    assert "<details" in (sound_site / "protocols/housing/forms/index.html").read_text(encoding="utf-8")
    text = "".join(page.extract_text() for page in PdfReader(printed(sound_site, "housing/forms", tmp_path)).pages)
    assert "Full name (text" in text
