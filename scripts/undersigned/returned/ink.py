"""A scanned page laid over the page that was issued: where something was written that was not printed, and where print is missing.

The code in the foot says roughly how the page lies. From there the print itself is followed outwards over the whole page. What is
found is for a person to look at: it may be a signature, a struck-out word or a coffee stain, and nothing here tells them apart.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageStat

#: Pixels for an inch of the pictures that are compared, and of those in which the code and the print are followed.
DOTS: Final = 100
_COARSE: Final = 50
_MM: Final = 25.4
#: How far, in millimetres, the print is looked for around the place where it should be, and how far from the code the
#: first, second … search goes.
_REACH: Final = 2.5
_FAR: Final = 4.5
_LATER: Final = 1.6
_LAST: Final = 0.8
_RINGS: Final = (70.0, 130.0, 200.0, 400.0, 400.0)
#: The side of the cells whose print is followed, in pixels of the coarse picture (8 mm).
_CELL: Final = 16
_FEWEST_CELLS: Final = 4
_FOR_SHEAR: Final = 20
_FOR_DEPTH: Final = 40
#: A cell whose mean darkness is less has no print to follow. Where the best place is not clearly better than the worst one,
#: the cell says nothing.
_LEAST_PRINT: Final = 6.0
_CLEARLY: Final = 0.75
#: Ink is darker than this share of the paper around it, or than the other if the print is faint. Print is whatever is darker than
#: this value, hairlines too; only what is darker than the last one must be on the scan.
_INK: Final = 0.62
_FAINT_INK: Final = 0.8
_PRINT: Final = 240
_BLACK: Final = 150
#: Print may lie this many pixels beside its place (0.75 mm).
_SLACK: Final = 3
_MARGIN_MM: Final = 5.0
#: Strokes that are nearer than this belong together; less ink than this is dust.
_NEAR_MM: Final = 3.0
_FEWEST_PIXELS: Final = 26
_FEWEST_MISSING: Final = 60
_SHORTEST_MM: Final = 2.0
#: Where more of the print than this share is missing, or more of the page is written on, the scan does not lie on the page.
_MOST_MISSING: Final = 0.2
_MOST_WRITTEN: Final = 0.2
_MOST_MARKS: Final = 30
_FRAMES: Final = {"written": (200, 0, 0), "missing": (0, 60, 200)}

Point = tuple[float, float]
#: Coefficients of a projective map (a … h): x' = (ax + by + c) / (gx + hy + 1).
_Map = tuple[float, float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the issued page, in millimetres from its left and upper edge. `kind`: `written` or `missing`."""

    kind: str
    left: float
    top: float
    width: float
    height: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Rounded, for people and for JSON."""
        return round(self.left), round(self.top), max(1, round(self.width)), max(1, round(self.height))


@dataclass(frozen=True)
class Laid:
    """A scanned page as it lies on the issued one. `picture`: upright, at `DOTS` pixels for an inch, in grey. `unlike`: pixels
    that are not as issued, to choose among several pages."""

    marks: tuple[Mark, ...]
    picture: Image.Image
    unlike: int


def lay_over(
    scan: Image.Image, code: Sequence[Point], issued: Image.Image, issued_code: Sequence[Point]
) -> Laid | None:
    """Lays a scan over the issued page, both in grey, the issued one at `DOTS` pixels for an inch; None if it does not fit.

    `code` and `issued_code`: the corners of the code in the foot on either, in the order of the code's own corners.
    """
    found = _followed(scan, code, issued, issued_code)
    if found is None:
        return None
    laid = scan.transform(issued.size, Image.Transform.PERSPECTIVE, found, Image.Resampling.BICUBIC, fillcolor=255)
    return compare(laid, issued)


def compare(laid: Image.Image, issued: Image.Image) -> Laid | None:
    """The same for a scan that lies on the page already; None if too much of it does not fit."""
    print_ = issued.point(lambda value: 255 if value < _PRINT else 0)
    solid = _thinned(issued.point(lambda value: 255 if value < _BLACK else 0))
    inside = _without_margin(issued.size)
    ink = _ink(laid, solid)
    written = ImageChops.multiply(ImageChops.subtract(ink, _thickened(print_, _SLACK)), inside)
    missing = ImageChops.multiply(ImageChops.subtract(solid, _thickened(ink, _SLACK)), inside)
    written_pixels, missing_pixels = written.histogram()[255], missing.histogram()[255]
    if (
        missing_pixels > _MOST_MISSING * max(1, solid.histogram()[255])
        or written_pixels > _MOST_WRITTEN * issued.width * issued.height
    ):
        return None
    marks = [*_marks(written, "written", _FEWEST_PIXELS), *_marks(missing, "missing", _FEWEST_MISSING)]
    marks.sort(key=lambda mark: (mark.top, mark.left))
    return Laid(tuple(marks[:_MOST_MARKS]), laid, written_pixels + missing_pixels)


def framed(laid: Laid) -> Image.Image:
    """The laid page with a frame around each mark: red for what was written, blue for what is missing."""
    picture = laid.picture.convert("RGB")
    draw = ImageDraw.Draw(picture)
    for mark in laid.marks:
        left, top, right, foot = (
            round(value / _MM * DOTS) for value in (mark.left, mark.top, mark.left + mark.width, mark.top + mark.height)
        )
        draw.rectangle((left - 6, top - 6, right + 6, foot + 6), outline=_FRAMES[mark.kind], width=3)
    return picture


# -- how the scan lies ------------------------------------------------------------------------------------------


def _followed(
    scan: Image.Image, code: Sequence[Point], issued: Image.Image, issued_code: Sequence[Point]
) -> _Map | None:
    """The map from the issued page to the scan, by the code at first and then by more and more of the print around it."""
    map_ = _similar(issued_code, code)
    if map_ is None:
        return None
    centre = (sum(x for x, _ in issued_code) / 4, sum(y for _, y in issued_code) / 4)
    fitted = False
    for dots, radius in (*((_COARSE, radius) for radius in _RINGS), (DOTS, _RINGS[-1])):
        factor = DOTS / dots
        page = issued.reduce(round(factor)) if factor > 1 else issued
        laid = scan.transform(
            page.size, Image.Transform.PERSPECTIVE, _scaled(map_, factor), Image.Resampling.BILINEAR, fillcolor=255
        )
        # Where nothing is printed near the code, a fault of a pixel at its corners has become millimetres.
        reach = _LAST if dots == DOTS else _LATER if fitted else _REACH if radius == _RINGS[0] else _FAR
        moved = _moved(page, laid, round(_CELL * dots / _COARSE), max(2, round(reach / _MM * dots)))
        found = _fitted(
            [
                ((x * factor, y * factor), _at(map_, (x + dx) * factor, (y + dy) * factor))
                for (x, y), (dx, dy) in moved
                if math.dist((x * factor, y * factor), centre) <= radius / _MM * DOTS
            ]
        )
        map_, fitted = (found, True) if found is not None else (map_, fitted)
    return map_ if fitted else None


def _moved(page: Image.Image, laid: Image.Image, cell: int, reach: int) -> list[tuple[Point, Point]]:
    """(centre, movement) of each cell with print on it, in pixels: where on the laid scan its print is found."""
    page, laid = (_levelled(one).filter(ImageFilter.BoxBlur(1)) for one in (page, laid))
    across, down = page.width // cell, page.height // cell
    shape = (0, 0, across * cell, down * cell)
    darkness = _means(ImageChops.invert(page), (across, down), shape)
    printed = [index for index, value in enumerate(darkness) if value >= _LEAST_PRINT]
    best = dict.fromkeys(printed, (math.inf, 0, 0))
    worst = dict.fromkeys(printed, 0.0)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            unlike = _means(ImageChops.difference(page, ImageChops.offset(laid, -dx, -dy)), (across, down), shape)
            for index in printed:
                value = unlike[index]
                if value < best[index][0]:
                    best[index] = value, dx, dy
                if value > worst[index]:
                    worst[index] = value
    found = []
    for index, (value, dx, dy) in best.items():
        if max(abs(dx), abs(dy)) < reach and value <= _CLEARLY * worst[index]:
            centre = ((index % across + 0.5) * cell, (index // across + 0.5) * cell)
            found.append((centre, (float(dx), float(dy))))
    return found


def _means(picture: Image.Image, grid: tuple[int, int], shape: tuple[int, int, int, int]) -> array[float]:
    """How bright each cell of a picture is on average, row by row."""
    return array("f", picture.convert("F").resize(grid, Image.Resampling.BOX, shape).tobytes())


def _fitted(pairs: list[tuple[Point, Point]]) -> _Map | None:
    """The map that brings the first point of most pairs to the second; None if too few agree."""
    map_ = None
    left = pairs
    for tolerance in (math.inf, 8.0, 4.0):
        if map_ is not None:
            left = [pair for pair in pairs if math.dist(_at(map_, *pair[0]), pair[1]) <= tolerance]
        if len(left) < _FEWEST_CELLS:
            return None
        if len(left) < _FOR_SHEAR:  # so little print would lead a map with more freedom astray
            map_ = _similar([source for source, _ in left], [target for _, target in left])
        else:
            map_ = _solved(left, projective=len(left) >= _FOR_DEPTH)
        if map_ is None:
            return None
    return map_


def _solved(pairs: Sequence[tuple[Point, Point]], *, projective: bool) -> _Map | None:
    """Least squares. Six unknowns for an affine map, eight for a projective one."""
    size = 8 if projective else 6
    unit = 1000.0  # so that all unknowns are of one size
    matrix = [[0.0] * (size + 1) for _ in range(size)]
    for (x, y), (u, v) in pairs:
        x, y, u, v = x / unit, y / unit, u / unit, v / unit
        for row in ((x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u), (0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v)):
            used = [at for at in range(size) if row[at]]
            for i in used:
                line, factor = matrix[i], row[i]
                for j in used:
                    line[j] += factor * row[j]
                line[size] += factor * row[8]
    found = _eliminated(matrix)
    if found is None:
        return None
    a, b, c, d, e, f, g, h = [*found, 0.0, 0.0][:8]
    return a, b, c * unit, d, e, f * unit, g / unit, h / unit


def _eliminated(matrix: list[list[float]]) -> list[float] | None:
    size = len(matrix)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(matrix[row][column]))
        if abs(matrix[pivot][column]) < 1e-12:
            return None
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        for row in range(size):
            if row != column and matrix[row][column]:
                factor = matrix[row][column] / matrix[column][column]
                matrix[row] = [one - factor * other for one, other in zip(matrix[row], matrix[column], strict=True)]
    return [matrix[row][size] / matrix[row][row] for row in range(size)]


def _similar(source: Sequence[Point], target: Sequence[Point]) -> _Map | None:
    """Turn, size and movement that bring some points to others best. Of the four corners of a code no more can be known: they are
    wrong by a pixel in a hundred."""
    one, other = [complex(x, y) for x, y in source], [complex(x, y) for x, y in target]
    middle, to = sum(one) / len(one), sum(other) / len(other)
    length = sum(abs(p - middle) ** 2 for p in one)
    if not length:
        return None
    turn = sum((q - to) * (p - middle).conjugate() for p, q in zip(one, other, strict=True)) / length
    move = to - turn * middle
    return turn.real, -turn.imag, move.real, turn.imag, turn.real, move.imag, 0.0, 0.0


def _at(map_: _Map, x: float, y: float) -> Point:
    a, b, c, d, e, f, g, h = map_
    depth = g * x + h * y + 1
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth


def _scaled(map_: _Map, factor: float) -> _Map:
    """The map from a picture of the issued page that is `factor` times smaller."""
    a, b, c, d, e, f, g, h = map_
    return a * factor, b * factor, c, d * factor, e * factor, f, g * factor, h * factor


# -- what is on it ----------------------------------------------------------------------------------------------


def _paper(picture: Image.Image) -> Image.Image:
    """How bright the paper is at each place, without what is on it."""
    small = picture.reduce(8).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(4))
    return small.resize(picture.size, Image.Resampling.BILINEAR)


def _levelled(picture: Image.Image) -> Image.Image:
    """The same as black print on white paper."""
    return ImageOps.autocontrast(ImageChops.invert(ImageChops.subtract(_paper(picture), picture)), cutoff=(0.5, 0))


def _ink(laid: Image.Image, solid: Image.Image) -> Image.Image:
    """White where the scan is clearly darker than its paper: half as dark as the print is, if that is faint."""
    paper = _paper(laid)
    depth = ImageStat.Stat(ImageChops.subtract(paper, laid), solid).mean[0] / 255 if solid.getbbox() else 1.0
    share = min(_FAINT_INK, max(_INK, 1 - depth / 2))
    return ImageChops.subtract(paper.point(lambda value: int(value * share)), laid).point(
        lambda value: 255 if value else 0
    )


def _thickened(picture: Image.Image, slack: int) -> Image.Image:
    """White wherever something white is within `slack` pixels to each side. Many times faster than a filter of the maximum."""
    return picture.filter(ImageFilter.BoxBlur(slack)).point(lambda value: 255 if value >= 2 else 0)


def _thinned(picture: Image.Image) -> Image.Image:
    """White only where everything within a pixel is white."""
    return picture.filter(ImageFilter.BoxBlur(1)).point(lambda value: 255 if value >= 254 else 0)


@cache
def _without_margin(size: tuple[int, int]) -> Image.Image:
    margin = round(_MARGIN_MM / _MM * DOTS)
    inside = Image.new("L", size, 0)
    inside.paste(255, (margin, margin, size[0] - margin, size[1] - margin))
    return inside


def _marks(picture: Image.Image, kind: str, fewest: int) -> Iterator[Mark]:
    """The strokes on a picture that are near each other, as one mark."""
    cell = 4
    width, height = picture.width // cell, picture.height // cell
    shares = _means(picture, (width, height), (0, 0, width * cell, height * cell))
    cells = {
        (index % width, index // width): round(share / 255 * cell * cell) for index, share in enumerate(shares) if share
    }
    reach = max(1, round(_NEAR_MM / _MM * DOTS / cell))
    while cells:
        start = next(iter(cells))
        waiting, pixels, group = [start], cells.pop(start), [start]
        while waiting:
            x, y = waiting.pop()
            for near in ((x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)):
                if near in cells:
                    pixels += cells.pop(near)
                    waiting.append(near)
                    group.append(near)
        left, top = min(x for x, _ in group), min(y for _, y in group)
        right, foot = max(x for x, _ in group) + 1, max(y for _, y in group) + 1
        scale = cell / DOTS * _MM
        mark = Mark(kind, left * scale, top * scale, (right - left) * scale, (foot - top) * scale)
        if pixels >= fewest and max(mark.width, mark.height) >= _SHORTEST_MM:
            yield mark
