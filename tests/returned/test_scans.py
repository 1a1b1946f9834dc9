"""Scans and photographs: the codes in the feet of their pages say which text they are of, and nothing more is said."""

from __future__ import annotations

import io
import json
import math
import os
import re
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pikepdf
import pytest
from document_sample import ADDRESS, TODAY, sample_register
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from returned_kit import COUNCIL, NAMES, PROBATION, rewritten, typed
from signing_kit import block, filled

from undersigned.cache import DocumentCache
from undersigned.register import Register
from undersigned.returned import Claim, Difference, scans
from undersigned.returned.ink import Laid, compare, lay_over
from undersigned.returned.judging import Judge, Judged, issued_copy
from undersigned.returned.proposal import Proposer, Seen
from undersigned.returned.reading import can_read_codes

pytestmark = pytest.mark.slow
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


TEXT = ("county-housing", "1.0", "75dab64b39dd2f0b")


# -- laid over the issued pages -----------------------------------------------------------------------------------


@cache
def at_address() -> Register:
    """The sample register with the address that the codes name."""
    register = sample_register()
    return Register(register.root, register.files, address=ADDRESS)


@cache
def documents() -> DocumentCache:
    return DocumentCache(Path(mkdtemp(prefix="undersigned-test-")))


@cache
def sent(organisation: str = COUNCIL, number: int = 2) -> bytes:
    """A copy that a body was sent."""
    claim = Claim("county-housing", "1.0", organisation=organisation, copy=number)
    made = issued_copy(claim, at_address(), as_of=TODAY, cache=documents(), register_address=ADDRESS)
    assert made is not None
    assert made.pdf is not None
    return made.pdf


@cache
def printed(organisation: str = COUNCIL, number: int = 2) -> tuple[Image.Image, ...]:
    """That copy, filled in, on paper."""
    with TemporaryDirectory() as folder:
        Path(folder, "in.pdf").write_bytes(filled(sent(organisation, number), block(organisation, "A. Example")))
        subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", "in.pdf", "p"], cwd=folder, check=True, timeout=60)
        return tuple(Image.open(path).convert("L") for path in sorted(Path(folder).glob("p-*.png")))


def pen(page: Image.Image, what: str) -> Image.Image:
    """The page with something done to it by hand, at 150 dots per inch."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    if what == "struck out":
        draw.line((300, 700, 620, 706), fill=50, width=3)
    elif what == "number changed":
        draw.arc((560, 900, 585, 930), 0, 360, fill=40, width=3)
        draw.line((584, 915, 578, 955), fill=40, width=3)
    elif what == "initials":
        for step in range(12):
            draw.arc((1000 + step * 8, 400 + step % 3 * 6, 1030 + step * 8, 430), 0, 300, fill=70, width=3)
    elif what == "painted over":
        draw.rectangle((150, 400, 1000, 470), fill=255)
    return page


def through_the_scanner(page: Image.Image, how: str) -> Image.Image:
    if how == "smaller":
        page = page.resize((round(page.width * 0.985), round(page.height * 0.985)), Image.Resampling.BICUBIC)
    elif how == "bent":  # as paper that does not lie flat: half a millimetre aside in the middle
        steps = [page.height * step // 20 for step in range(21)]
        aside = [3 * math.sin(math.pi * y / page.height) for y in steps]
        pieces = [
            ((0, top, page.width, foot), (a, top, b, foot, page.width + b, foot, page.width + a, top))
            for top, foot, a, b in zip(steps, steps[1:], aside, aside[1:], strict=False)
        ]
        page = page.transform(page.size, Image.Transform.MESH, pieces, Image.Resampling.BICUBIC, fillcolor=255)
    turned, quality, noise, faint = {
        "flat": (0.0, 75, 5, 1.0),
        "smaller": (0.8, 70, 6, 1.0),
        "bent": (-0.4, 70, 6, 1.0),
        "askew": (3.5, 60, 6, 1.0),
        "upside down": (181.0, 75, 6, 1.0),
        "on its side": (90.5, 75, 6, 1.0),
        "faint": (0.7, 60, 6, 0.5),
        "poor": (-1.2, 35, 12, 0.9),
    }[how]
    page = page.point(lambda value: int(255 - (255 - value) * faint)).rotate(
        turned, Image.Resampling.BICUBIC, expand=True, fillcolor=255
    )
    page = ImageChops.add(page.filter(ImageFilter.GaussianBlur(0.5)), Image.effect_noise(page.size, noise), 1, -128)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("L")


def looked_at(content: bytes, of: str | None = COUNCIL) -> Judged:
    return Judge(at_address(), as_of=TODAY, cache=documents(), of=of).judge(content)


def outside(found: Judged) -> list[Difference]:
    return [one for one in found.copy.differences if "in the block of" not in one.words]


HOW = ("flat", "askew", "upside down", "on its side", "faint", "poor")
PLACES = {"struck out": (50, 118), "number changed": (94, 152), "initials": (169, 67), "painted over": (25, 75)}


@cache
def issued_page(page: int) -> tuple[Image.Image, tuple[tuple[float, float], ...]]:
    """A page as it was sent, with the corners of its code."""
    with TemporaryDirectory() as folder:
        Path(folder, "in.pdf").write_bytes(sent())
        found = scans._issued(Path(folder, "in.pdf"), [page]).get(page)
    assert found is not None
    return found[0], tuple(found[1])


def laid(scan: Image.Image, page: int) -> Laid | None:
    code = scans._code_on(scan, TEXT)
    assert code is not None
    assert code[0] == page
    return lay_over(scan, code[1], *issued_page(page))


@cache
def words_on(page: int) -> tuple[tuple[float, float, float, float], ...]:
    """Where each word of a page that was sent is printed, in pixels at 150 dots per inch."""
    with TemporaryDirectory() as folder:
        Path(folder, "in.pdf").write_bytes(sent())
        asked = ["pdftotext", "-f", str(page), "-l", str(page), "-bbox", "in.pdf", "-"]
        said = subprocess.run(asked, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout
    found = re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">', said)
    return tuple((float(a) / 0.48, float(b) / 0.48, float(c) / 0.48, float(d) / 0.48) for a, b, c, d in found)


def line_of_words(page: int, number: int) -> tuple[float, float, float, float]:
    """The box of some words that follow each other on one line. It differs by number."""
    words = words_on(page)
    runs = [
        (words[at][0], words[at][1], words[at + 2][2], words[at][3])
        for at in range(len(words) - 2)
        if words[at][1] == words[at + 2][1] and words[at][0] + 60 < words[at + 1][2] < words[at + 2][0]
    ]
    return runs[(number * 37) % len(runs)]


#: A line through words by hand: how far it rises in pixels, how thick it is, how dark.
LINES = {"biro": (0, 2, 60), "rising": (4, 3, 50), "falling": (-4, 3, 50), "felt tip": (1, 5, 20)}


@pytest.mark.parametrize("how", [*HOW, "smaller", "bent"])
def test_a_straight_line_through_printed_words_is_found(how: str) -> None:
    page, boxes = printed()[1].copy(), []
    draw = ImageDraw.Draw(page)
    for number, (rise, width, grey) in enumerate(LINES.values()):
        left, top, right, foot = line_of_words(2, number)
        middle = top + (foot - top) * 0.58  # of the small letters: nothing sticks out above or below the words
        draw.line((left, middle + rise / 2, right, middle - rise / 2), fill=grey, width=width)
        boxes.append(tuple(value / 150 * 25.4 for value in (left, top, right, foot)))
    found = laid(through_the_scanner(page, how), 2)
    assert found is not None
    assert {mark.kind for mark in found.marks} == {"written"}
    for name, (left, top, right, foot) in zip(LINES, boxes, strict=True):
        assert any(
            mark.left <= (left + right) / 2 <= mark.left + mark.width
            and mark.top <= foot and mark.top + mark.height >= top
            for mark in found.marks
        ), (name, found.marks)  # fmt: skip


@pytest.mark.parametrize("how", [*HOW, "smaller", "bent"])
def test_nothing_is_found_on_pages_as_they_were_printed(how: str) -> None:
    found = laid(through_the_scanner(printed()[1], how), 2)
    assert found is not None
    assert found.marks == ()
    last = laid(through_the_scanner(printed()[-1], how), len(printed()))  # it has little print to be laid by
    assert last is not None
    assert last.marks == ()


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("what", PLACES)
def test_what_was_done_to_a_page_by_hand_is_found(how: str, what: str) -> None:
    found = laid(through_the_scanner(pen(printed()[1], what), how), 2)
    assert found is not None
    assert {mark.kind for mark in found.marks} == {"missing" if what == "painted over" else "written"}
    x, y = PLACES[what]
    assert any(
        mark.left - 6 <= x <= mark.left + mark.width + 6 and mark.top - 4 <= y <= mark.top + mark.height + 4
        for mark in found.marks
    ), found.marks


def test_a_scan_shows_what_stands_in_the_block_and_what_was_struck_out() -> None:
    pages = [printed()[0], pen(printed()[1], "struck out"), printed()[-1]]
    found = looked_at(scan([through_the_scanner(page, "askew") for page in pages]))
    assert found.copy.verdict == "image"
    assert {one.page for one in outside(found)} == {2}
    assert {one.what for one in outside(found)} == {"to look at: something was written here"}
    inside = [one for one in found.copy.differences if one not in outside(found)]
    assert {one.words.partition(",")[0] for one in inside} == {"in the block of Town Council"}
    assert f"Laid over the issued pages: 1 to 2, {len(printed())}" in " ".join(found.copy.notes)
    assert not {"signed", "intact", "unchanged"} & set(" ".join(found.copy.notes).split())
    assert [page for page, _ in found.pictures] == [1, 2]
    assert all(picture.startswith(b"\x89PNG") for _, picture in found.pictures)
    assert all(one.box is not None for one in found.copy.differences)
    assert '"box": [' in json.dumps(found.json("scan.pdf"))


def photograph_of(page: Image.Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()


def test_it_is_said_whose_copy_a_first_page_is_like() -> None:
    found = looked_at(photograph_of(through_the_scanner(printed(PROBATION)[0], "askew")), None)
    assert f"most like that of the copy of {NAMES[PROBATION]}" in " ".join(found.copy.notes)


def test_another_page_with_the_code_of_ours_is_not_laid_over() -> None:
    page, other = printed()[1].copy(), printed()[0]
    width, height = page.size
    page.paste(other.crop((0, 0, width, height - 220)), (0, 0))
    found = looked_at(photograph_of(page))
    assert "could not be laid over" in " ".join(found.copy.notes) or "Not laid over" in " ".join(found.copy.notes)


def test_a_page_that_all_copies_have_alike_is_said_to_be_of_nobody() -> None:
    """Page 4 names no organisation, so nothing on it is said to be in the block of one."""
    found = looked_at(photograph_of(through_the_scanner(pen(printed()[3], "initials"), "flat")), None)
    said = " ".join(found.copy.notes)
    assert "most like" not in said
    assert "Nobody can tell from it whose copy it is" in said
    assert {one.page for one in found.copy.differences} == {4}
    assert found.copy.differences == tuple(outside(found))


def test_what_lies_over_the_picture_of_a_page_is_found() -> None:
    """A page of a scan shows more than its picture: a program drew a line over the words."""

    def drawn_over(file: pikepdf.Pdf) -> None:
        page = file.pages[1]
        height = float(page.mediabox[3])
        page.contents_add(f"q 2 w 144 {height - 336} m 300 {height - 336} l S Q".encode())

    content = scan([through_the_scanner(page, "flat") for page in printed()[:3]])
    clean, changed = looked_at(content), looked_at(rewritten(content, drawn_over))
    assert [one.page for one in outside(clean)] == []
    assert {one.page for one in outside(changed)} == {2}


def test_marks_that_are_not_listed_are_counted() -> None:
    blank, written = Image.new("L", (827, 1170), 255), Image.new("L", (827, 1170), 255)
    draw = ImageDraw.Draw(written)
    for number in range(40):
        left, top = 100 + number % 5 * 100, 100 + number // 5 * 100
        draw.rectangle((left, top, left + 20, top + 20), fill=0)
    found = compare(written, blank)
    assert found is not None
    assert (len(found.marks), found.more) == (30, 10)
    whole = scans.LaidOver(
        scans.Candidate(COUNCIL, sent()), (scans.Overlay(1, 2, found.marks, more=found.more),), (), 1, 2
    )
    assert scans.differences_of(whole, {})[-1] == Difference(
        "to look at: 10 more places on this page, which are not listed", "", 2
    )
