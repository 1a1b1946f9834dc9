"""A share of a count, with the interval in which it may lie by chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

#: Two-sided 95 per cent of the normal distribution.
Z = 1.959963984540054
#: No rate is shown of a whole smaller than this.
SMALLEST_WHOLE = 10
#: A number or a mark such as `[c]`.
Amount = int | str


@dataclass(frozen=True)
class Rate:
    """Whole per cents: the share, and the bounds of its 95 per cent interval by Wilson's method."""

    per_cent: int
    low: int
    high: int


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 per cent interval of a share, from 0 to 1. Source: E. B. Wilson, JASA 22 (1927), 209-212."""
    share, square = part / whole, Z * Z
    middle = share + square / (2 * whole)
    width = Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    low, high = (middle - width) / (1 + square / whole), (middle + width) / (1 + square / whole)
    return low if part else 0.0, high if part < whole else 1.0


def rate_of(part: Amount | None, whole: Amount | None) -> Rate | None:
    """None where a figure is missing or hidden, and for a whole that is too small."""
    if not isinstance(part, int) or not isinstance(whole, int) or whole < SMALLEST_WHOLE or part > whole:
        return None
    low, high = wilson(part, whole)
    return Rate((200 * part + whole) // (2 * whole), round(100 * low), round(100 * high))
