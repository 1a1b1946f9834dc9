"""The pages of a scan or photograph, laid over those of the copy that was issued: what was written there, and what is missing.

Needs the codes in the feet (zxing-cpp) to know the pages, and pdftoppm to draw the issued ones.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pikepdf

from undersigned.returned import pdf
from undersigned.returned.reading import CODE, can_draw, can_read_codes, limited, limited_each, pictures_in
from undersigned.returned.verdict import Difference, Kind

if TYPE_CHECKING:
    from PIL import Image

    from undersigned.returned.ink import Mark, Point

#: Of a page more than this far beyond the fields of a block, writing is not said to be in it (millimetres).
_AROUND: Final = 8.0
_MOST_PAGES: Final = 80
#: So many pages of the scan are looked at to tell whose copy it is: the first ones name the organisation.
_MOST_TRIED: Final = 4
#: So many pages are laid over in one process, which draws the issued ones at once.
_AT_ONCE: Final = 4
#: The first is enough to read most codes, whose smallest squares have half a millimetre; the second is for the others.
_SCAN_DOTS: Final = (150, 200)
_SECONDS: Final = 20
#: A picture that fills its page is taken as it is if it has so many pixels for an inch, and the page no longer content than this.
_PLAIN_DOTS: Final = (140, 230)
_PLAIN_CONTENT: Final = 2000
_POINTS: Final = 72 / 25.4
_WHAT: Final = {"written": "to look at: something was written here", "missing": "to look at: print is missing here"}
_MORE: Final = "to look at: {count} more places on this page, which are not listed"
_PLACE: Final = "{left} mm from the left and {top} mm from the top, {width} × {height} mm"


@dataclass(frozen=True)
class Candidate:
    """A copy that the scan may be of. `organisation`: whose; None for the text with all blocks."""

    organisation: str | None
    pdf: bytes


@dataclass(frozen=True)
class Overlay:
    """One page of a scan. `place`: in the file, from 1; `page`: as printed. `marks` is None if it could not be laid over.
    `picture`: PNG, upright, with the marks framed; empty if there are none. `more`: marks that are not listed."""

    place: int
    page: int
    marks: tuple[Mark, ...] | None
    picture: bytes = b""
    more: int = 0


@dataclass(frozen=True)
class LaidOver:
    """`candidate`: the one that fits best. `unplaced`: sheets of the file, from 1, that no code places. `pages`: how many were issued.
    `told_by`: the printed page that is clearly more like this candidate's than any other's; None if there is none, so that nobody
    knows whose copy it is."""

    candidate: Candidate
    overlays: tuple[Overlay, ...]
    unplaced: tuple[int, ...]
    pages: int
    told_by: int | None


def can_lay_over() -> bool:
    return can_read_codes() and can_draw()


def laid_over(
    content: bytes, kind: Kind, candidates: Sequence[Candidate], text: tuple[str, str, str]
) -> LaidOver | None:
    """Lays every page of a scan over the candidate that fits it best. `text`: protocol, version and fingerprint as in the codes.

    None if no page fits any. Raises nothing for any content.
    """
    # Loaded before processes are forked: otherwise each would load them again.
    import zxingcpp

    from undersigned.returned import ink

    del ink, zxingcpp
    with tempfile.TemporaryDirectory(prefix="undersigned-scan-") as folder:
        scratch = Path(folder)
        for number, candidate in enumerate(candidates):
            (scratch / f"issued-{number}.pdf").write_bytes(candidate.pdf)
        (scratch / "scan").write_bytes(content)
        pages = _pages_of(content, kind)
        best = _best_of(scratch, kind, pages, len(candidates), text)
        if best is None:
            return None
        number, page, is_clear = best
        overlays = _overlays_of(scratch, kind, pages, scratch / f"issued-{number}.pdf", text)
        return LaidOver(
            candidates[number],
            tuple(overlays.values()),
            tuple(place for place in range(1, pages + 1) if place not in overlays),
            _pages_of(candidates[number].pdf, "pdf"),
            page if is_clear else None,
        )


def differences_of(found: LaidOver, names: dict[str, str]) -> list[Difference]:
    """What is to be looked at, by printed page. `names`: organisations by id; empty if it is not known whose copy it is."""
    blocks = _blocks(found.candidate.pdf) if names else {}
    said = []
    for overlay in found.overlays:
        for mark in overlay.marks or ():
            left, top, width, height = mark.box
            words = _PLACE.format(left=left, top=top, width=width, height=height)
            body = _block_at(blocks, overlay.page, mark) if mark.kind == "written" else None
            if body is not None:
                words = f"in the block of {names.get(body, body)}, {words}"
            said.append(Difference(_WHAT[mark.kind], words, overlay.page, mark.box))
        if overlay.more:
            said.append(Difference(_MORE.format(count=overlay.more), "", overlay.page))
    return said


def _best_of(
    scratch: Path, kind: Kind, pages: int, candidates: int, text: tuple[str, str, str]
) -> tuple[int, int, bool] | None:
    """As `_best`, for the first page that tells clearly; else for the first that fits any."""
    fits: list[tuple[int, int, bool]] = []
    for place in range(1, pages + 1):
        chosen = limited(partial(_best, scratch, kind, place, candidates, text))
        if isinstance(chosen, tuple):
            fits.append(chosen)
            if chosen[2] or candidates == 1 or len(fits) == _MOST_TRIED:
                break
    return next((one for one in fits if one[2]), fits[0] if fits else None)


def _overlays_of(scratch: Path, kind: Kind, pages: int, issued: Path, text: tuple[str, str, str]) -> dict[int, Overlay]:
    """By their places in the file. Where several pages at once take too long, or one of them does harm, each is read by itself."""
    places = list(range(1, pages + 1))
    works = [tuple(places[at : at + _AT_ONCE]) for at in range(0, pages, _AT_ONCE)]
    found: dict[int, Overlay] = {}
    while works:
        answers = limited_each([partial(_overlays, scratch, kind, work, issued, text) for work in works])
        failed = [work for work, answer in zip(works, answers, strict=True) if isinstance(answer, str)]
        for answer in answers:
            if not isinstance(answer, str):
                found |= {one.place: one for one in answer}
        works = [(place,) for work in failed if len(work) > 1 for place in work]
    return dict(sorted(found.items()))


# -- a few pages, each few in a process of their own --------------------------------------------------------------


def _pages_of(content: bytes, kind: Kind) -> int:
    found = limited(partial(_count, content, kind))
    return min(found, _MOST_PAGES) if isinstance(found, int) else 0


def _count(content: bytes, kind: Kind) -> int:
    if kind == "pdf":
        with pdf.opened(content) as file:
            return len(file.pages)
    return sum(1 for _ in pictures_in(content, kind))


def _best(
    scratch: Path, kind: Kind, place: int, candidates: int, text: tuple[str, str, str]
) -> tuple[int, int, bool] | None:
    """(number of the candidate, printed page, whether no other is nearly as like) for one page of the scan; None if it names no
    page or fits none."""
    from undersigned.returned.ink import DOTS, compare, laid_on, most_like

    placed = _placed(scratch, kind, [place], text).get(place)
    if placed is None:
        return None
    scan, page, corners = placed
    if candidates == 1:
        return 0, page, False
    sources = [scratch / f"issued-{number}.pdf" for number in range(candidates)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # they wait for programs
        drawings = list(pool.map(lambda source: _drawn(source, [page], DOTS).get(page), sources))
    there = [number for number, drawing in enumerate(drawings) if drawing is not None]
    tried: list[int] = []
    number, is_clear, laid = (there or [0])[0], False, None
    # Laid by the print of a page of another layout it lies a little beside its place, so it is laid again on the page that it is
    # most like, until that is the same.
    while there and number not in tried:
        tried.append(number)
        issued = _issued(sources[number], [page]).get(page)
        laid = laid_on(scan, corners, *issued) if issued is not None else None
        if laid is None:
            there.remove(number)
            number = next((one for one in there if one not in tried), number)
            continue
        pages = {one: drawing for one in there if (drawing := drawings[one]) is not None and drawing.size == laid.size}
        first, is_clear = most_like(laid, list(pages.values()))
        number = list(pages)[first]
    drawing = drawings[number]
    if laid is None or drawing is None or compare(laid, drawing) is None:
        return None
    # One that could not be drawn may be the one; and where the choice goes round in a circle, nothing is clear.
    return number, page, is_clear and number == tried[-1] and all(one is not None for one in drawings)


def _overlays(
    scratch: Path, kind: Kind, places: Sequence[int], issued_at: Path, text: tuple[str, str, str]
) -> list[Overlay]:
    from undersigned.returned.ink import framed, lay_over

    placed = _placed(scratch, kind, places, text)
    issued = _issued(issued_at, sorted({page for _, page, _ in placed.values()}))
    overlays = []
    for place, (scan, page, corners) in placed.items():
        laid = lay_over(scan, corners, *issued[page]) if page in issued else None
        if laid is None:
            overlays.append(Overlay(place, page, None, _png(scan)))
        else:
            overlays.append(Overlay(place, page, laid.marks, _png(framed(laid)) if laid.marks else b"", laid.more))
    return overlays


def _placed(
    scratch: Path, kind: Kind, places: Sequence[int], text: tuple[str, str, str]
) -> dict[int, tuple[Image.Image, int, list[Point]]]:
    """Pages of the scan, in grey, by their places: the picture, the printed page that its code names, and the code's corners. Those
    of which no code is read are left out."""
    found = {}
    for scans in _scanned(scratch, kind, places):
        for place, scan in scans:
            code = _code_on(scan, text) if place not in found else None
            if code is not None:
                found[place] = (scan, *code)
        if len(found) == len(places):
            break
    return dict(sorted(found.items()))


def _scanned(scratch: Path, kind: Kind, places: Sequence[int]) -> Iterator[Iterator[tuple[int, Image.Image]]]:
    """The pages by their places, in one way after the other: the first is the quickest, the last reads the most codes."""
    content = (scratch / "scan").read_bytes()
    if kind != "pdf":
        yield ((place, one) for place, one in enumerate(pictures_in(content, kind), 1) if place in places)
        return
    plain: set[int] = set()
    with pdf.opened(content) as file:
        pictures = [(place, _only_picture(file.pages[place - 1])) for place in places]
    plain = {place for place, one in pictures if one is not None}
    yield ((place, one) for place, one in pictures if one is not None)
    for number, dots in enumerate(_SCAN_DOTS):
        wanted = [place for place in places if number or place not in plain]
        yield iter(_drawn(scratch / "scan", wanted, dots).items())


def _only_picture(page: pikepdf.Page) -> Image.Image | None:
    """The picture of a page that shows it and nothing else, upright and without a margin, as scanners write it: drawing the page
    would take ten times as long. None if the page is not as plain as that."""
    left, foot, right, top = (float(value) for value in page.mediabox)
    content, pictures = page.obj.get("/Contents"), list(page.get_images().items())
    if (
        not isinstance(content, pikepdf.Stream)
        or len(content.read_raw_bytes()) > _PLAIN_CONTENT
        or len(pictures) != 1
        or [*page.cropbox] != [*page.mediabox]
        or page.obj.get("/Annots")
        or page.obj.get("/Rotate")
        or "/UserUnit" in page.obj
    ):
        return None
    [(name, picture)] = pictures
    shown: list[tuple[str, list[pikepdf.Object]]] = []
    for one in pikepdf.parse_content_stream(page):
        shown.append((str(one.operator), [*one.operands]))
    if [one for one, _ in shown] != ["q", "cm", "Do", "Q"] or str(shown[2][1][0]) != name:
        return None
    across, turned, leaning, down, x, y = (float(value) for value in shown[1][1])
    if (
        any({"/SMask", "/Mask", "/ImageMask", "/Decode", "/Alternates", "/OC"} & set(picture.keys()))
        or max(abs(x - left), abs(y - foot), abs(x + across - right), abs(y + down - top)) > 1
        or turned
        or leaning
        or not _PLAIN_DOTS[0] <= int(picture.Width) / across * 72 <= _PLAIN_DOTS[1]
        or int(picture.Height) > 2 * int(picture.Width)
    ):
        return None
    return pikepdf.PdfImage(picture).as_pil_image().convert("L")


def _code_on(picture: Image.Image, text: tuple[str, str, str]) -> tuple[int, list[Point]] | None:
    """The printed page that the code names, and its corners."""
    import zxingcpp

    for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        said = CODE.fullmatch(one.text)
        if said is not None and said.groups()[:3] == text:
            at = one.position
            corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            return int(said[4]), [(float(corner.x), float(corner.y)) for corner in corners]
    return None


def _issued(path: Path, pages: Sequence[int]) -> dict[int, tuple[Image.Image, list[Point]]]:
    """The issued pages as `lay_over` takes them, each with the corners of its code."""
    from undersigned.returned.ink import DOTS, DRAWN

    found = {}
    for page, drawn in _drawn(path, pages, DRAWN).items():
        corners = _code_in_foot(drawn)
        if corners:
            found[page] = drawn, [(x * DOTS / DRAWN, y * DOTS / DRAWN) for x, y in corners]
    return found


def _code_in_foot(drawn: Image.Image) -> list[Point]:
    """The corners of the code on an issued page; none if it has no code. It is looked for where it is, and then everywhere."""
    import zxingcpp

    for top in (drawn.height * 4 // 5, 0):
        part = drawn.crop((0, top, *drawn.size))
        for one in zxingcpp.read_barcodes(part, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
            if CODE.fullmatch(one.text):
                at = one.position
                corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
                return [(float(corner.x), float(corner.y + top)) for corner in corners]
    return []


def _drawn(path: Path, pages: Sequence[int], dots: int) -> dict[int, Image.Image]:
    """Pages of a PDF in grey; those that cannot be drawn are left out. The program inherits the limits of this process."""
    from PIL import Image

    program = shutil.which("pdftoppm")
    if program is None or not pages:
        return {}
    # Neighbours are drawn by one program, which reads the file once.
    if len(pages) > 1 and max(pages) - min(pages) >= len(pages):
        return {page: one for each in pages for page, one in _drawn(path, [each], dots).items()}
    with tempfile.TemporaryDirectory(prefix="undersigned-drawn-") as folder:
        try:
            subprocess.run(
                [program, "-r", str(dots), "-f", str(min(pages)), "-l", str(max(pages)), "-gray", str(path), f"{folder}/p"],
                check=True, capture_output=True, timeout=_SECONDS,
            )  # fmt: skip
            found = {}
            for one in Path(folder).iterdir():
                with Image.open(one) as picture:
                    found[int(one.stem.rpartition("-")[2])] = picture.convert("L")
            return {page: picture for page, picture in sorted(found.items()) if page in pages}
        except (subprocess.SubprocessError, OSError, ValueError):
            return {}


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)  # a page of noise takes a fifth of the time
    return out.getvalue()


# -- whose block --------------------------------------------------------------------------------------------------


def _blocks(content: bytes) -> dict[tuple[int, str], tuple[float, float, float, float]]:
    """(page, organisation) to the place of its fields: left, top, right and foot in millimetres."""
    places: dict[tuple[int, str], tuple[float, float, float, float]] = {}
    with pdf.opened(content) as file:
        for number, page in enumerate(file.pages, 1):
            height = float(page.mediabox[3])
            for body, (left, foot, right, top) in _fields(page):
                now = (left / _POINTS, (height - top) / _POINTS, right / _POINTS, (height - foot) / _POINTS)
                was = places.get((number, body), now)
                places[number, body] = (
                    min(was[0], now[0]), min(was[1], now[1]), max(was[2], now[2]), max(was[3], now[3])
                )  # fmt: skip
    return places


def _fields(page: pikepdf.Page) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for one in page.obj.get("/Annots", ()):
        name = str(one.get("/T", ""))
        body, _, kind = name.rpartition("__")
        if body and kind and body != "copy":
            left, foot, right, top = (float(value) for value in one["/Rect"])
            yield body, (left, foot, right, top)


def _block_at(blocks: dict[tuple[int, str], tuple[float, float, float, float]], page: int, mark: Mark) -> str | None:
    """The organisation in whose block the middle of a mark lies."""
    x, y = mark.left + mark.width / 2, mark.top + mark.height / 2
    for (number, body), (left, top, right, foot) in blocks.items():
        if number == page and left - _AROUND <= x <= right + _AROUND and top - _AROUND <= y <= foot + _AROUND:
            return body
    return None
