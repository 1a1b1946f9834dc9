"""People or releases that began in one period, counted at fixed points after it; and shares of counts with their intervals.

Each point is a measure of its own, so no line joins two points. A point with a hidden figure shows none of its figures,
because the others would give the hidden one away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from undersigned.records.fields import add_months
from undersigned.records.outcome import Outcome, Point

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


#: Months after which a cohort is usually counted.
USUAL_MONTHS = (3, 6, 12)
#: What becomes of a cohort at a point, in the order in which it is shown.
PARTS = ("reached", "not_reached", "unknown", "ended")


@dataclass(frozen=True)
class At:
    """One point. `parts`: by the names of `PARTS`; None if a figure is hidden or missing. `size`: of the cohort."""

    measure: str
    series: str | None
    weeks: int
    months: int
    size: int
    parts: Mapping[str, int] | None

    @property
    def when(self) -> str:
        """`after 3 months`, or `at the start`."""
        counted = [(self.months, "month"), (self.weeks, "week")]
        parts = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in counted if number]
        return f"after {' and '.join(parts)}" if parts else "at the start"

    @property
    def rate(self) -> Rate | None:
        """Of those of whom something is known."""
        if self.parts is None:
            return None
        return rate_of(self.parts["reached"], self.parts["reached"] + self.parts["not_reached"])

    @property
    def mostly_unknown(self) -> bool:
        """Whether more than a third is not known: then that is said first."""
        return self.parts is not None and self.parts["unknown"] * 3 > self.size


@dataclass(frozen=True)
class Cohort:
    """`size` None: it is hidden. `not_yet`: months of usual points that have not come for all of it, with the day."""

    protocol: str
    area: str | None
    of: str
    start: date
    end: date
    size: int | None
    points: tuple[At, ...]
    not_yet: tuple[tuple[int, date], ...]


def cohort_of(protocol: str, outcome: Outcome, *, hide_up_to: int, as_of: date) -> Cohort | None:
    """The cohort of a return, without any count from 1 to `hide_up_to`. None if the return has no cohort."""
    found = outcome.cohort
    if found is None:
        return None
    size = found.size if isinstance(found.size, int) and not 0 < found.size <= hide_up_to else None
    points = sorted(outcome.points, key=lambda point: _day(found.began.to, point))
    return Cohort(
        protocol,
        outcome.area,
        found.of or "people",
        found.began.from_,
        found.began.to,
        size,
        tuple(_at(point, size, hide_up_to) for point in points),
        tuple(
            (months, day)
            for months in USUAL_MONTHS
            if (day := add_months(found.began.to, months)) > as_of
            and all(point.after_months != months for point in outcome.points)
        ),
    )


def _day(end: date, point: Point) -> date:
    return add_months(end, point.after_months or 0) + timedelta(weeks=point.after_weeks or 0)


def _at(point: Point, size: int | None, hide_up_to: int) -> At:
    part, whole = point.numerator, point.denominator
    parts = None
    if size is not None and isinstance(part, int) and isinstance(whole, int) and part <= whole:
        counts = (part, whole - part, point.unknown or 0, point.ended or 0)
        known = [count for count in counts if isinstance(count, int)]
        if len(known) == len(counts) and not any(0 < count <= hide_up_to for count in known):
            parts = dict(zip(PARTS, known, strict=True))
    return At(point.measure, point.series, point.after_weeks or 0, point.after_months or 0, size or 0, parts)
