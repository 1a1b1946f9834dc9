"""Drawings, measured for an SVG that a template draws: bars, a matrix, parts of a bar, shares. Numbers in, geometry out.

A drawing is narrow, so that its words stay readable on a phone: the label above its bar, the value beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

#: In the SVG's own units, which a screen shows at about one pixel each.
WIDTH = 360
LONGEST_BAR = 290
ROW_HEIGHT = 50
BAR_HEIGHT = 18
_SHORTEST_BAR = 2.0


@dataclass(frozen=True)
class Bar:
    """One value. `top` and `length` in the SVG's units; a value of nought has no length."""

    key: str
    number: int
    top: int
    length: float


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    width: int
    height: int

    @property
    def total(self) -> int:
        return sum(bar.number for bar in self.bars)


def chart(numbers: Mapping[str, int]) -> Chart:
    """Bars in the order given, the longest for the greatest number. ValueError for a number below nought."""
    if any(number < 0 for number in numbers.values()):
        raise ValueError("a bar cannot show less than nought")
    greatest = max(numbers.values(), default=0)
    bars = tuple(
        Bar(key, number, place * ROW_HEIGHT, _length(number, greatest))
        for place, (key, number) in enumerate(numbers.items())
    )
    return Chart(bars, WIDTH, max(1, len(bars)) * ROW_HEIGHT)


def _length(number: int, greatest: int) -> float:
    return max(_SHORTEST_BAR, round(LONGEST_BAR * number / greatest, 1)) if number else 0.0


# -- which protocols are alike ----------------------------------------------------------------------------------------

#: A cell of a grid, and the room for the numbers beside it. Letters in it are as large as the words of the bars.
CELL = 24
_BESIDE = 30
#: More protocols are only listed: the drawing could not be read.
MOST_IN_MATRIX = 40


@dataclass(frozen=True)
class Mark:
    """Two things by their numbers from 1 on. `letter`: what they may be to each other, or ""; `dot`: a radius, or nought."""

    row: int
    column: int
    x: int
    y: int
    letter: str
    dot: float


@dataclass(frozen=True)
class Matrix:
    """The lower half of a square. `x` and `y` of a mark are the middle of its cell."""

    count: int
    marks: tuple[Mark, ...]
    size: int

    @property
    def wide(self) -> bool:
        """Whether a phone would show its letters too small to read."""
        return self.size > WIDTH


def matrix(pairs: Mapping[tuple[int, int], tuple[str, int]], count: int) -> Matrix:
    """`pairs`: by the two numbers, the smaller first, a letter or "" and the per cent of data in both.

    A pair with a letter has no dot. A dot is larger for more data, and missing for none.
    """
    marks = tuple(
        Mark(
            row,
            column,
            _BESIDE + (column - 1) * CELL + CELL // 2,
            (row - 1) * CELL + CELL // 2,
            letter,
            0.0 if letter or not share else round(1.5 + 6.5 * share / 100, 1),
        )
        for (column, row), (letter, share) in sorted(pairs.items())
    )
    return Matrix(count, marks, _BESIDE + count * CELL + CELL)


# -- how long each stage took -----------------------------------------------------------------------------------------

STAGE_ROW = 66


@dataclass(frozen=True)
class Piece:
    """A part of a bar. `open`: it has not ended."""

    key: str
    number: int
    x: float
    length: float
    open: bool = False


@dataclass(frozen=True)
class Strip:
    """Parts that follow each other in one bar."""

    key: str
    top: int
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> int:
        return sum(piece.number for piece in self.pieces)


def strips(
    rows: Mapping[str, Sequence[tuple[str, int, bool]]], *, row_height: int = STAGE_ROW, longest: int = LONGEST_BAR
) -> tuple[Strip, ...]:
    """Bars of parts, in the order given, to one scale: `longest` for the row with the greatest sum. A part of nought has
    no length."""
    greatest = max((sum(number for _, number, _ in parts) for parts in rows.values()), default=0)
    found = []
    for place, (key, parts) in enumerate(rows.items()):
        pieces = []
        before = 0
        for name, number, open_ in parts:
            x, end = (round(longest * sum_ / greatest, 1) if greatest else 0.0 for sum_ in (before, before + number))
            pieces.append(Piece(name, number, x, round(end - x, 1), open_))
            before += number
        found.append(Strip(key, place * row_height, tuple(pieces)))
    return tuple(found)


# -- a share and where it may lie -------------------------------------------------------------------------------------

#: The length of an axis from 0 to 100 per cent, and the distance between two lines of words.
AXIS, _LINE = 300, 21


@dataclass(frozen=True)
class Whisker:
    """One share in per cent. `top`: of its words, `lines`; `axis`: where its mark is. `point` None: no share is shown.

    `breaks`: it may not be compared with the one above it.
    """

    top: int
    lines: tuple[str, ...]
    axis: int
    point: float | None
    low: float
    high: float
    value: str
    breaks: bool


def whiskers(
    rows: Sequence[tuple[Sequence[str], tuple[int, int, int] | None, str, bool]],
) -> tuple[tuple[Whisker, ...], int]:
    """Rows of (words, (per cent, low, high) or None, value in words, whether it breaks with the row above), and the height."""
    found: list[Whisker] = []
    top = 0
    for words, rate, value, breaks in rows:
        lines = tuple(line for text in words for line in wrap(text, 40))
        top += _LINE + 8 if breaks else 0
        axis = top + _LINE * len(lines) + 14
        point, low, high = (AXIS * share / 100 for share in rate) if rate else (None, 0.0, 0.0)
        found.append(Whisker(top, lines, axis, point, low, high, value, breaks))
        top = axis + _LINE + 20
    return tuple(found), max(top, 1)
