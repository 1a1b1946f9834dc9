"""Scans and photographs: the codes in the feet of their pages say which text they are of, and nothing more is said."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from document_sample import TODAY, sample_register
from PIL import Image, ImageFilter
from returned_kit import COUNCIL, typed

from undersigned.cache import DocumentCache
from undersigned.returned.judging import Judge, Judged
from undersigned.returned.proposal import Proposer, Seen
from undersigned.returned.reading import can_read_codes

SEEN = Seen("county-housing", COUNCIL, date(2026, 11, 21), "Head of Housing")


@pytest.fixture(autouse=True)
def _programs() -> None:
    if not can_read_codes() or shutil.which("pdftoppm") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("zxing-cpp or pdftoppm is missing")
        pytest.skip("zxing-cpp or pdftoppm is not installed")


@cache
def paper() -> list[Image.Image]:
    """The pages of a signed copy, as a scanner sees them at 150 dots per inch."""
    with TemporaryDirectory() as folder:
        Path(folder, "in.pdf").write_bytes(typed())
        subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", "in.pdf", "p"], cwd=folder, check=True, timeout=60)
        pages = []
        for path in sorted(Path(folder).glob("p-*.png")):
            with Image.open(path) as picture:
                pages.append(picture.copy())
        return pages


def scan(pages: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


def photograph(page: Image.Image, *, turned: float, quality: int = 50) -> bytes:
    out = io.BytesIO()
    page.rotate(turned, expand=True, fillcolor=180).filter(ImageFilter.GaussianBlur(0.8)).save(
        out, "JPEG", quality=quality
    )
    return out.getvalue()


def judged(content: bytes, **versions: tuple[tuple[str, str], ...]) -> Judged:
    return Judge(sample_register(**versions), as_of=TODAY, cache=DocumentCache(None)).judge(content)


def test_a_scan_names_its_text_and_the_pages_that_are_there() -> None:
    pages = paper()
    found = judged(scan([pages[0], pages[2].rotate(180), *pages[3:]]))
    claim = found.copy.claim
    assert (found.copy.verdict, claim.protocol, claim.version, found.standing.state) == (
        "image", "county-housing", "1.0", "current",
    )  # fmt: skip
    assert set(claim.pages) == set(range(1, len(pages) + 1)) - {2}
    assert f"the pages 1, 3 to {len(pages)}. They do not show what else is on the paper" in " ".join(found.copy.notes)


@pytest.mark.parametrize("turned", [0, 3, 90, 184])
def test_a_photograph_of_one_page_is_placed(turned: float) -> None:
    found = judged(photograph(paper()[2], turned=turned))
    assert (found.copy.verdict, found.copy.claim.version, found.copy.claim.pages) == ("image", "1.0", (3,))


def test_an_older_text_and_another_text_are_told() -> None:
    page = photograph(paper()[0], turned=1)
    later = judged(page, versions=(("1.0", "2026-03-15"), ("2.0", "2026-11-01")))
    assert (later.standing.state, later.standing.by) == ("superseded", "2.0")
    other = Judge(sample_register(("2. Second step.", "2. Other step.")), as_of=TODAY, cache=DocumentCache(None)).judge(
        page
    )
    assert (other.copy.claim.protocol, other.standing.state) == (None, "unknown")
    assert "does not have" in " ".join(other.copy.notes)


def test_what_a_person_saw_is_held_against_the_code() -> None:
    register = sample_register(versions=(("1.0", "2026-03-15"), ("2.0", "2026-11-01")))
    found = Judge(register, as_of=TODAY, cache=DocumentCache(None)).judge(scan(paper()))
    outcome = Proposer(register, as_of=TODAY, came_on=TODAY).propose_seen(found, SEEN)
    assert outcome.proposal is None
    assert "not the current text" in " ".join(outcome.reasons)
    register = sample_register()
    found = Judge(register, as_of=TODAY, cache=DocumentCache(None)).judge(scan(paper()))
    proposal = Proposer(register, as_of=TODAY, came_on=TODAY).propose_seen(found, SEEN).proposal
    assert proposal is not None
    assert proposal.entry["version"] == "1.0"
