"""The pages of a scan or photograph, laid over those of the copy that was issued: what was written there, and what is missing.

Needs the codes in the feet (zxing-cpp) to know the pages, and pdftoppm to draw the issued ones.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
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
#: Pixels by which the pages of two candidates must differ from the scan.
_CLEARLY: Final = 150
#: The first is enough to read most codes, whose smallest squares have half a millimetre; the second is for the others.
_SCAN_DOTS: Final = (150, 200)
_SECONDS: Final = 20
_POINTS: Final = 72 / 25.4
_WHAT: Final = {"written": "to look at: something was written here", "missing": "to look at: print is missing here"}
_PLACE: Final = "{left} mm from the left and {top} mm from the top, {width} × {height} mm"


@dataclass(frozen=True)
class Candidate:
    """A copy that the scan may be of. `organisation`: whose; None for the text with all blocks."""

    organisation: str | None
    pdf: bytes


@dataclass(frozen=True)
class Overlay:
    """One page of a scan. `place`: in the file, from 1; `page`: as printed. `marks` is None if it could not be laid over.
    `picture`: PNG, upright, with the marks framed; empty if there are none."""

    place: int
    page: int
    marks: tuple[Mark, ...] | None
    picture: bytes = b""


@dataclass(frozen=True)
class LaidOver:
    """`candidate`: the one that fits best. `unplaced`: sheets of the file, from 1, that no code places. `pages`: how many were issued. `by_first_page`: whether
    the page that tells the copies of organisations apart was there, and fits no other nearly as well."""

    candidate: Candidate
    overlays: tuple[Overlay, ...]
    unplaced: tuple[int, ...]
    pages: int
    by_first_page: bool


def can_lay_over() -> bool:
    return can_read_codes() and can_draw()


def laid_over(
    content: bytes, kind: Kind, candidates: Sequence[Candidate], text: tuple[str, str, str]
) -> LaidOver | None:
    """Lays every page of a scan over the candidate that fits it best. `text`: protocol, version and fingerprint as in the codes.

    None if no page fits any. Raises nothing for any content.
    """
    with tempfile.TemporaryDirectory(prefix="undersigned-scan-") as folder:
        scratch = Path(folder)
        for number, candidate in enumerate(candidates):
            (scratch / f"issued-{number}.pdf").write_bytes(candidate.pdf)
        (scratch / "scan").write_bytes(content)
        pages = _pages_of(content, kind)
        best = None
        for place in range(1, pages + 1):
            chosen = limited(partial(_best, scratch, kind, place, len(candidates), text))
            if isinstance(chosen, tuple):
                best = chosen
                break
        if best is None:
            return None
        number, first, is_clear = best
        issued = scratch / f"issued-{number}.pdf"
        works = [partial(_overlay, scratch, kind, place, issued, text) for place in range(1, pages + 1)]
        found = [one if isinstance(one, Overlay) else None for one in limited_each(works)]
        return LaidOver(
            candidates[number],
            tuple(one for one in found if one is not None),
            tuple(place for place, one in enumerate(found, 1) if one is None),
            _pages_of(candidates[number].pdf, "pdf"),
            first == 1 and is_clear,
        )


def differences_of(found: LaidOver, names: dict[str, str]) -> list[Difference]:
    """What is to be looked at, by printed page. `names`: organisations by id."""
    blocks = _blocks(found.candidate.pdf)
    said = []
    for overlay in found.overlays:
        for mark in overlay.marks or ():
            left, top, width, height = mark.box
            words = _PLACE.format(left=left, top=top, width=width, height=height)
            body = _block_at(blocks, overlay.page, mark) if mark.kind == "written" else None
            if body is not None:
                words = f"in the block of {names.get(body, body)}, {words}"
            said.append(Difference(_WHAT[mark.kind], words, overlay.page, mark.box))
    return said


# -- one page, each in a process of its own -----------------------------------------------------------------------


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
    from undersigned.returned.ink import DOTS, DRAWN, compare, lay_over

    placed = _placed(scratch, kind, place, text)
    if placed is None:
        return None
    scan, page, corners = placed
    if candidates == 1:
        return 0, page, False
    laid = None
    unlike: dict[int, int] = {}
    for number in range(candidates):
        source = scratch / f"issued-{number}.pdf"
        if laid is None:
            issued = _issued(source, page)
            one = lay_over(scan, corners, *issued) if issued is not None else None
        else:
            drawn = _drawn(source, page, DRAWN)
            one = compare(laid.picture, drawn.reduce(DRAWN // DOTS)) if drawn is not None else None
        if one is not None:
            laid = laid or one
            unlike[number] = one.unlike
    if not unlike:
        return None
    first, *others = sorted(unlike, key=lambda number: (unlike[number], number))
    return first, page, all(unlike[number] - unlike[first] >= _CLEARLY for number in others)


def _overlay(scratch: Path, kind: Kind, place: int, issued_at: Path, text: tuple[str, str, str]) -> Overlay | None:
    from undersigned.returned.ink import framed, lay_over

    placed = _placed(scratch, kind, place, text)
    if placed is None:
        return None
    scan, page, corners = placed
    issued = _issued(issued_at, page)
    laid = lay_over(scan, corners, *issued) if issued is not None else None
    if laid is None:
        return Overlay(place, page, None, _png(scan))
    return Overlay(place, page, laid.marks, _png(framed(laid)) if laid.marks else b"")


def _placed(
    scratch: Path, kind: Kind, place: int, text: tuple[str, str, str]
) -> tuple[Image.Image, int, list[Point]] | None:
    """A page of the scan, in grey, the printed page that its code names, and the code's corners. None if no code is read."""
    for dots in _SCAN_DOTS:
        scan = _scanned(scratch, kind, place, dots)
        code = _code_on(scan, text) if scan is not None else None
        if scan is not None and code is not None:
            return scan, *code
        if kind != "pdf":
            break
    return None


def _scanned(scratch: Path, kind: Kind, place: int, dots: int) -> Image.Image | None:
    if kind == "pdf":
        return _drawn(scratch / "scan", place, dots)
    for number, picture in enumerate(pictures_in((scratch / "scan").read_bytes(), kind), 1):
        if number == place:
            return picture
    return None


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


def _issued(path: Path, page: int) -> tuple[Image.Image, list[Point]] | None:
    """The issued page as `lay_over` takes it, with the corners of its code."""
    import zxingcpp

    from undersigned.returned.ink import DOTS, DRAWN

    drawn = _drawn(path, page, DRAWN)
    if drawn is None:
        return None
    for one in zxingcpp.read_barcodes(drawn, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        if CODE.fullmatch(one.text):
            at = one.position
            corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            return drawn, [(corner.x * DOTS / DRAWN, corner.y * DOTS / DRAWN) for corner in corners]
    return None


def _drawn(path: Path, page: int, dots: int) -> Image.Image | None:
    """A page of a PDF in grey; None if it cannot be drawn. The program inherits the limits of this process."""
    from PIL import Image

    program = shutil.which("pdftoppm")
    if program is None:
        return None
    try:
        drawn = subprocess.run(
            [program, "-r", str(dots), "-f", str(page), "-l", str(page), "-gray", "-singlefile", str(path)],
            check=True, capture_output=True, timeout=_SECONDS,
        ).stdout  # fmt: skip
        with Image.open(io.BytesIO(drawn)) as picture:
            return picture.convert("L")
    except (subprocess.SubprocessError, OSError, ValueError):
        return None


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
