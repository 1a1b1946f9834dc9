"""The practitioner's card on paper: the first side of a protocol's page, printed by a real browser and read back.

That its type can be read is looked at by the gate in tests/browser/looks/paper.mjs.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader
from site_registers import build

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: Cards are measured in fonts that are as wide as Arial; the longest has no room to spare for another.
AS_WIDE_AS_ARIAL = ("Arial", "Liberation Sans", "Arimo")
LONGEST = "staffordshire-housing-protocol"
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


def font_of_arial() -> str:
    done = subprocess.run(["fc-match", "--format=%{family[0]}", "Arial"], capture_output=True, text=True, check=True)
    return done.stdout


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
    if protocol == LONGEST and font_of_arial() not in AS_WIDE_AS_ARIAL:
        pytest.skip("needs a font that is as wide as Arial, for example Liberation Sans")
    target = printed(shipped_site, protocol, tmp_path)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(target).pages[:2]]
    assert "What may be shared" in pages[0]
    assert "whom to contact" in pages[0]
    assert pages[1].startswith("About this protocol")
    with pikepdf.open(target) as document:
        box = [float(side) for side in document.pages[0].mediabox]
    assert box[2:] == pytest.approx([595, 842], abs=2)  # A4 in points


def test_one_that_is_too_long_is_one_sheet(tmp_path: Path) -> None:
    flows = "".join(
        f"  - {{id: f{n}, title: Flow {n}, from: [a], to: [b], items: [Piece of information {n} that is needed to find a home,"
        f" Piece {n} on support, Piece {n} on risk], method: Secure e-mail to team {n}, timing: Within {n} working days}}\n"
        for n in range(1, 71)
    )
    site = build(tmp_path, LONG + flows)
    assert "app-first-side--two-sides" in (site / "protocols/long/index.html").read_text(encoding="utf-8")
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(printed(site, "long", tmp_path)).pages[:3]]
    assert "whom to contact" in pages[1]
    assert pages[2].startswith("About this protocol")


def test_a_dense_card_says_in_full_what_it_says_first(shipped_site: Path, tmp_path: Path) -> None:
    side = PdfReader(printed(shipped_site, "staffordshire-housing-protocol", tmp_path)).pages[0].extract_text()
    card = " ".join(side.split())
    assert card.count("Local housing authorities in the county and the city (housing authorities)") == 1
    assert "housing authorities → supervisors" in card
    assert (
        card.count("Level of risk of serious harm (low, medium, high or very high) and the kind of people it concerns")
        == 1
    )
    assert "Level of risk of serious harm…" in card
    assert "Not shared: As in 1" in card


def test_a_card_with_room_leaves_nothing_out(shipped_site: Path, tmp_path: Path) -> None:
    side = PdfReader(printed(shipped_site, "duty-to-refer-protocol", tmp_path)).pages[0].extract_text()
    card = " ".join(side.split())
    assert "…" not in card
    assert card.count("To: Local housing authorities") == 3


def test_what_is_folded_on_the_screen_is_open_on_paper(sound_site: Path, tmp_path: Path) -> None:
    assert "<details" in (sound_site / "protocols/housing/index.html").read_text(encoding="utf-8")
    text = "".join(page.extract_text() for page in PdfReader(printed(sound_site, "housing", tmp_path)).pages)
    assert "Full name (text" in text
