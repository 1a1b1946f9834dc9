"""A scanned page laid over the page that was issued: where something was written that was not printed, and where print is missing.

The code in the foot says roughly how the page lies. From there the print itself is followed outwards over the whole page. What is
found is for a person to look at: it may be a signature, a struck-out word or a coffee stain, and nothing here tells them apart.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageStat

#: Pixels for an inch of the issued page as it is drawn, of the pictures that are compared, of those in which lines through words are
#: looked for, and of those in which the code and the print are followed.
DRAWN: Final = 200
DOTS: Final = 100
_FINE: Final = 150
_COARSE: Final = 50
_MM: Final = 25.4
#: How far, in millimetres, the print is looked for around the place where it should be, and how far from the code the
#: first, second … search goes.
_REACH: Final = 2.5
_FAR: Final = 4.5
_LATER: Final = 1.6
_LAST: Final = 0.6
_RINGS: Final = (70.0, 130.0, 200.0, 400.0)
#: The side of the cells whose print is followed, in pixels of the coarse picture (8 mm).
_CELL: Final = 16
_FEWEST_CELLS: Final = 4
#: How many cells, and how many millimetres across and down, a map with six or eight unknowns needs.
_FOR_SHEAR: Final = 20
_FOR_DEPTH: Final = 40
#: More cells than this make no map better.
_ENOUGH: Final = 200
_SPREAD_FOR_SHEAR: Final = 60.0
_SPREAD_FOR_DEPTH: Final = 120.0
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
#: A line through words: pixels of the fine picture that are dark without a gap, of which at least this share lies in the gaps
#: between the letters and inside them. Clean scans had at most 0.02, lines by pen at least 0.07.
_LINE: Final = 30
_ALMOST_ALL: Final = 0.97
_IN_GAPS: Final = 0.05
#: Strokes that are nearer than this belong together; less ink than this is dust.
_NEAR_MM: Final = 3.0
_FEWEST_PIXELS: Final = 26
_FEWEST_MISSING: Final = 60
_SHORTEST_MM: Final = 2.0
#: Where more of the print than this share is missing, or more of the page is written on, the scan does not lie on the page.
_MOST_MISSING: Final = 0.2
_MOST_WRITTEN: Final = 0.2
_MOST_MARKS: Final = 30
#: Pages of two copies differ where their greys do by this much. On so many pixels at least a scan must be less unlike the one than
#: the other, by this factor, to be clearly of the one: where the scan lies well it was 0.05 to 0.15, where it lay on a page of
#: another layout 0.45.
_OTHER: Final = 60
_FEWEST_OTHER: Final = 60
_LESS: Final = 0.35
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
    that are not as issued. `more`: marks that are not listed."""

    marks: tuple[Mark, ...]
    picture: Image.Image
    unlike: int
    more: int = 0


def lay_over(
    scan: Image.Image, code: Sequence[Point], issued: Image.Image, issued_code: Sequence[Point]
) -> Laid | None:
    """Lays a scan over the issued page, both in grey, the issued one at `DRAWN` pixels for an inch; None if it does not fit.

    `code` and `issued_code`: the corners of the code in the foot on either, in the order of the code's own corners; those of the
    issued one in pixels of `DOTS`.
    """
    page = issued.reduce(DRAWN // DOTS)
    found = _followed(scan, code, page, issued_code)
    if found is None:
        return None
    laid = scan.transform(page.size, Image.Transform.PERSPECTIVE, found, Image.Resampling.BICUBIC, fillcolor=255)
    return compare(laid, page, _lines(scan, found, issued, page.size))


def compare(laid: Image.Image, issued: Image.Image, lines: Image.Image | None = None) -> Laid | None:
    """The same for a scan that lies on the page already, both at `DOTS`; None if too much of it does not fit. `lines`: white where
    a line goes through words."""
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
    if lines is not None:
        written = ImageChops.lighter(written, ImageChops.multiply(lines, inside))
    marks = [*_marks(written, "written", _FEWEST_PIXELS), *_marks(missing, "missing", _FEWEST_MISSING)]
    marks.sort(key=lambda mark: (mark.top, mark.left))
    return Laid(tuple(marks[:_MOST_MARKS]), laid, written_pixels + missing_pixels, max(0, len(marks) - _MOST_MARKS))


def laid_on(
    scan: Image.Image, code: Sequence[Point], issued: Image.Image, issued_code: Sequence[Point]
) -> Image.Image | None:
    """The scan as it lies on a page that is much like it, in grey at `DOTS`; None if it does not lie. As `lay_over` takes them."""
    page = issued.reduce(DRAWN // DOTS)
    found = _followed(scan, code, page, issued_code)
    if found is None:
        return None
    return scan.transform(page.size, Image.Transform.PERSPECTIVE, found, Image.Resampling.BICUBIC, fillcolor=255)


def most_like(laid: Image.Image, pages: Sequence[Image.Image]) -> tuple[int, bool]:
    """The number of the page, of several of one size at `DOTS`, that a laid scan is most like, and whether it is clearly less like each
    other one. Only where the pages differ from each other is looked at: what was written elsewhere says nothing."""
    seen = _followable(laid)
    blurred = [page.filter(ImageFilter.BoxBlur(1)) for page in pages]
    darkest, brightest = reduce(ImageChops.darker, blurred), reduce(ImageChops.lighter, blurred)
    where = ImageChops.subtract(brightest, darkest).point(lambda value: 255 if value >= _OTHER else 0)
    if where.getbbox() is None:
        return 0, len(pages) == 1
    first = min(range(len(pages)), key=lambda number: _unlike(seen, blurred[number], where))
    return first, all(
        _is_clearly(seen, blurred[first], other) for number, other in enumerate(blurred) if number != first
    )


def _is_clearly(seen: Image.Image, one: Image.Image, other: Image.Image) -> bool:
    where = ImageChops.difference(one, other).point(lambda value: 255 if value >= _OTHER else 0)
    return where.histogram()[255] >= _FEWEST_OTHER and _unlike(seen, one, where) <= _LESS * _unlike(seen, other, where)


def _unlike(seen: Image.Image, page: Image.Image, where: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(seen, page), where).mean[0]


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
    agreed = 0
    pages = {dots: _followable(issued.reduce(DOTS // dots) if dots < DOTS else issued) for dots in (_COARSE, DOTS)}
    for dots, radius in (*((_COARSE, radius) for radius in _RINGS), (DOTS, _RINGS[-1])):
        factor = DOTS / dots
        cell = round(_CELL * dots / _COARSE)
        left, top, right, foot = region = _around(
            (centre[0] / factor, centre[1] / factor), radius / _MM * dots, pages[dots].size, cell
        )
        laid = scan.transform(
            (right - left, foot - top),
            Image.Transform.PERSPECTIVE,
            _scaled(map_, factor, left, top),
            Image.Resampling.BILINEAR,
            fillcolor=255,
        )
        # Where nothing is printed near the code, a fault of a pixel at its corners has become millimetres.
        reach = _LAST if dots == DOTS else _LATER if agreed >= _FOR_SHEAR else _REACH if radius == _RINGS[0] else _FAR
        moved = _moved(pages[dots].crop(region), _followable(laid), cell, max(2, round(reach / _MM * dots)))
        found = _fitted(
            [
                (
                    ((x + left) * factor, (y + top) * factor),
                    _at(map_, (x + left + dx) * factor, (y + top + dy) * factor),
                )
                for (x, y), (dx, dy) in moved
                if math.dist(((x + left) * factor, (y + top) * factor), centre) <= radius / _MM * DOTS
            ]
        )
        if found is not None:
            map_, agreed = found
    return map_ if agreed else None


def _around(centre: Point, radius: float, size: tuple[int, int], cell: int) -> tuple[int, int, int, int]:
    """The whole cells of a picture that a circle touches: left, top, right and foot."""
    across, down = size[0] // cell, size[1] // cell
    left, top = (max(0, math.floor((value - radius) / cell)) for value in centre)
    right, foot = math.ceil((centre[0] + radius) / cell), math.ceil((centre[1] + radius) / cell)
    return left * cell, top * cell, min(across, right) * cell, min(down, foot) * cell


def _followable(picture: Image.Image) -> Image.Image:
    return _levelled(picture).filter(ImageFilter.BoxBlur(1))


def _moved(page: Image.Image, laid: Image.Image, cell: int, reach: int) -> list[tuple[Point, Point]]:
    """(centre, movement) of each cell with print on it, in pixels: where on the laid scan its print is found."""
    across, down = page.width // cell, page.height // cell
    shape = (0, 0, across * cell, down * cell)
    if not across or not down:
        return []
    darkness = _means(ImageChops.invert(page), (across, down), shape)
    steps = [(dx, dy) for dy in range(-reach, reach + 1) for dx in range(-reach, reach + 1)]
    unlike = [
        _roughly(ImageChops.difference(page, ImageChops.offset(laid, -dx, -dy)), (across, down)) for dx, dy in steps
    ]
    found = []
    for index, values in enumerate(zip(*unlike, strict=True)):
        if darkness[index] < _LEAST_PRINT:
            continue
        best = min(values)
        dx, dy = steps[values.index(best)]
        if max(abs(dx), abs(dy)) < reach and best <= _CLEARLY * max(values):
            centre = ((index % across + 0.5) * cell, (index // across + 0.5) * cell)
            found.append((centre, (float(dx), float(dy))))
    return found


def _roughly(picture: Image.Image, grid: tuple[int, int]) -> array[float]:
    """As `_means` of a picture that whole cells fill, rounded on the way: in a third of the time."""
    return array("f", picture.reduce(4).convert("F").resize(grid, Image.Resampling.BOX).tobytes())


def _means(picture: Image.Image, grid: tuple[int, int], shape: tuple[int, int, int, int]) -> array[float]:
    """How bright each cell of a picture is on average, row by row."""
    return array("f", picture.convert("F").resize(grid, Image.Resampling.BOX, shape).tobytes())


def _fitted(pairs: list[tuple[Point, Point]]) -> tuple[_Map, int] | None:
    """The map that brings the first point of most pairs to the second, and how many these are; None if too few agree."""
    map_ = None
    left = pairs
    for tolerance in (math.inf, 8.0, 4.0):
        if map_ is not None:
            left = [pair for pair in pairs if math.dist(_at(map_, *pair[0]), pair[1]) <= tolerance]
        if len(left) < _FEWEST_CELLS:
            return None
        spread = _spread([source for source, _ in left])
        # A few lines in the foot would lead a map with more freedom astray at the head.
        if len(left) < _FOR_SHEAR or spread < _SPREAD_FOR_SHEAR / _MM * DOTS:
            map_ = _similar([source for source, _ in left], [target for _, target in left])
        else:
            is_deep = len(left) >= _FOR_DEPTH and spread >= _SPREAD_FOR_DEPTH / _MM * DOTS
            map_ = _solved(left[:: 1 + len(left) // _ENOUGH], projective=is_deep)
        if map_ is None:
            return None
    return (map_, len(left)) if map_ is not None else None


def _spread(points: Sequence[Point]) -> float:
    """How far points reach in the direction in which they reach less."""
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(max(across) - min(across), max(down) - min(down))


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


def _scaled(map_: _Map, factor: float, left: int, top: int) -> _Map:
    """The map from a picture of the issued page that is `factor` times smaller and begins at (left, top) of it."""
    a, b, c, d, e, f, g, h = map_
    a, b, d, e, g, h = a * factor, b * factor, d * factor, e * factor, g * factor, h * factor
    depth = 1 + g * left + h * top
    at = (
        a / depth,
        b / depth,
        (a * left + b * top + c) / depth,
        d / depth,
        e / depth,
        (d * left + e * top + f) / depth,
    )
    return *at, g / depth, h / depth


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


def _lines(scan: Image.Image, map_: _Map, issued: Image.Image, small: tuple[int, int]) -> Image.Image | None:
    """White, at the small size, where a line goes through printed words; None if nothing does.

    Beside the letters, print and pen cannot be told apart; but a line also fills the gaps between the letters and inside them, and
    is dark without a gap.
    """
    size = (round(issued.width * _FINE / DRAWN), round(issued.height * _FINE / DRAWN))
    page = issued.resize(size, Image.Resampling.BILINEAR)
    laid = scan.transform(
        size, Image.Transform.PERSPECTIVE, _scaled(map_, DOTS / _FINE, 0, 0), Image.Resampling.BILINEAR, fillcolor=255
    )
    ink = _ink(laid, _thinned(page.point(lambda value: 255 if value < _BLACK else 0)))
    print_ = page.point(lambda value: 255 if value < _PRINT else 0)
    gaps = ImageChops.subtract(ink, _thickened(print_, 1))
    if gaps.histogram()[255] < _IN_GAPS * _LINE:
        return None
    # A pen wavers and no scan lies quite straight: one pixel up or down is the same line.
    steady = _thickened(ink, (0, 1)).filter(ImageFilter.BoxBlur((_LINE // 2, 0)))
    found = ImageChops.darker(
        gaps.filter(ImageFilter.BoxBlur((_LINE // 2, 1))).point(lambda value: 255 if value >= 255 * _IN_GAPS else 0),
        steady.point(lambda value: 255 if value >= 255 * _ALMOST_ALL else 0),
    )
    whole = _thickened(found, (_LINE // 2, 1))
    return whole.resize(small, Image.Resampling.BOX).point(lambda value: 255 if value >= 64 else 0)


def _thickened(picture: Image.Image, slack: int | tuple[int, int]) -> Image.Image:
    """White wherever something white is within `slack` pixels to each side, or so many across and down. Many times faster than a
    filter of the maximum."""
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
