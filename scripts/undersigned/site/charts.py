"""Horizontal bars, measured for an SVG that a template draws. Numbers in, geometry out: no words, no markup.

The drawing is narrow, so that its words stay readable on a phone: the label above its bar, the value beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
