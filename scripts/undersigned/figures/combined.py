"""Outcome returns side by side and added up, only where figures may be added: for a board, a spreadsheet and a page.

Numerators and denominators are added, rates never. Only figures of one measure, one series and one period are added, of
areas that do not overlap. Counts of people are added over areas only; referrals and other events over protocols too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from undersigned.figures.audit import FIGURES, HIDDEN
from undersigned.figures.cohorts import SMALLEST_WHOLE, Amount, Cohort, Rate, cohort_of, rate_of
from undersigned.records.outcome import Outcome, Period, Result
from undersigned.records.reading import Record
from undersigned.records.vocabulary import OutcomeMeasure, vocabulary
from undersigned.register import Register

#: Below this a remark says how few cases there are.
FEW_CASES = 30


@dataclass(frozen=True)
class Row:
    """Figures of one measure for one period: of one return, or the sum of several.

    `protocols` and `areas`: of which it is made. `parts`: of how many returns. `figures`: by the names of `FIGURES`.
    """

    measure: str
    series: str | None
    point: str | None
    months: int | None
    group: str | None
    start: date
    end: date
    protocols: tuple[str, ...]
    areas: tuple[str, ...]
    parts: int
    figures: Mapping[str, Amount]
    rounded_to: int | None
    offered: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def rate(self) -> Rate | None:
        """The share with its interval, where one may be shown."""
        return rate_of(self.figures.get("numerator"), self.figures.get("denominator"))

    @property
    def national(self) -> float | None:
        """The published figure in per cent, only for the same series and the same days, and everybody; None otherwise."""
        measure = vocabulary().outcome_measures.get(self.measure)
        if measure is None or self.group is not None or self.point not in (None, *measure.points):
            return None
        if self.months not in (None, measure.follow_up_months):
            return None
        return next(
            (
                figure.per_cent
                for series in measure.series
                for figure in series.national
                if series.id == self.series and (figure.from_, figure.to) == (self.start, self.end)
            ),
            None,
        )


@dataclass(frozen=True)
class Break:
    """Two series of a measure among the rows that cannot be compared. `note`: why, as far as the vocabulary says."""

    measure: str
    earlier: str
    later: str
    on: date | None
    note: str


@dataclass(frozen=True)
class LeftOut:
    """A return, or one measure of it, that is in no sum, and why. `measure` None: the return is not shown at all."""

    path: str
    measure: str | None
    reason: str


@dataclass(frozen=True)
class Combined:
    rows: tuple[Row, ...]
    breaks: tuple[Break, ...]
    left_out: tuple[LeftOut, ...]
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True)
class _Part:
    path: str
    row: Row


_Same = tuple[str, str | None, str | None, int | None, str | None, date, date]


def combined(
    register: Register,
    *,
    as_of: date,
    area: str | None = None,
    measure: str | None = None,
    period: tuple[date, date] | None = None,
    restricted: bool | None = None,
) -> Combined:
    """The figures of all returns made by the day. `area`: only this area and those in it. `period`: only within it.

    `restricted`: whether returns of restricted protocols count; by default, only if the repository is private.
    """
    shows_restricted = register.repository_private if restricted is None else restricted
    left_out: list[LeftOut] = []
    inside = None if area is None else areas_in(area, register.parts_of_areas)
    together: dict[_Same, list[_Part]] = defaultdict(list)
    cohorts: list[Cohort] = []
    for protocol, record in register.returns():
        outcome = _told(register, protocol, record, as_of, left_out, shows_restricted)
        if outcome is None or (inside is not None and (outcome.area or "") not in inside):
            continue
        if period is not None and not period[0] <= outcome.period.from_ <= outcome.period.to <= period[1]:
            continue
        followed = cohort_of(protocol, outcome, hide_up_to=register.hide_up_to, as_of=as_of)
        if followed is not None and (measure is None or any(point.measure == measure for point in followed.points)):
            cohorts.append(followed)
        for result in outcome.results:
            if measure is None or result.measure == measure:
                part = _part(record.path, protocol, outcome, result, register.hide_up_to)
                row = part.row
                key = (row.measure, row.series, row.point, row.months, row.group, row.start, row.end)
                together[key].append(part)
    rows: list[Row] = []
    for _, parts in sorted(together.items(), key=lambda pair: _order(pair[0])):
        rows.extend(part.row for part in parts)
        rows.extend(_sum(parts, register.parts_of_areas, left_out))
    cohorts.sort(key=lambda one: (one.start, one.end, one.area or "", one.protocol))
    return Combined(tuple(rows), tuple(_breaks(rows)), tuple(left_out), tuple(cohorts))


def areas_in(area: str, parts: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """An area and all areas in it."""
    found = {area}
    waiting = [area]
    while waiting:
        new = set(parts.get(waiting.pop(), ())) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def known_areas(register: Register) -> frozenset[str]:
    """Every area that a return or `areas.yaml` names."""
    named = {area for whole, parts in register.parts_of_areas.items() for area in (whole, *parts)}
    returned = (record.value.area for _, record in register.returns() if record.value is not None)
    return frozenset(named | {area for area in returned if area})


def _order(key: _Same) -> tuple[object, ...]:
    """Measures in the order of the vocabulary, then series, group and period."""
    measure, series, point, months, group, start, end = key
    known = list(vocabulary().outcome_measures)
    place = known.index(measure) if measure in known else len(known)
    of_measure = vocabulary().outcome_measures.get(measure)
    runs = [one.id for one in of_measure.series] if of_measure else []
    run = runs.index(series) if series in runs else -1
    return place, measure, run, series or "", point or "", months or 0, group or "", start, end


def _told(
    register: Register, protocol: str, record: Record[Outcome], as_of: date, left_out: list[LeftOut], restricted: bool
) -> Outcome | None:
    outcome = record.value
    if outcome is None or not record.clean:
        left_out.append(LeftOut(record.path, None, "the return has errors"))
        return None
    about = register.protocol_record(protocol)
    if about is None or about.value is None:
        left_out.append(LeftOut(record.path, None, "its protocol has errors"))
        return None
    if about.value.publication == "restricted" and not restricted:
        left_out.append(LeftOut(record.path, None, "its protocol is restricted"))
        return None
    if outcome.period.to > as_of or (outcome.extracted_on is not None and outcome.extracted_on > as_of):
        return None
    return outcome


def _part(path: str, protocol: str, outcome: Outcome, result: Result, most: int) -> _Part:
    measure = vocabulary().outcome_measures.get(result.measure)
    of_people = measure is None or measure.of == "people"
    figures: dict[str, Amount] = {}
    for name in FIGURES:
        value = getattr(result, name)
        if value is not None:
            small = of_people and isinstance(value, int) and 0 < value <= most
            figures[name] = HIDDEN if small else value
    part, whole = figures.get("numerator"), figures.get("denominator")
    exact = isinstance(part, int) and isinstance(whole, int) and (result.rounded_to or 1) <= most
    if of_people and exact and 0 < int(whole or 0) - int(part or 0) <= most:  # the rest would be a small count
        figures["numerator"] = HIDDEN
    months = result.follow_up_months
    if months is None and measure is not None:
        months = measure.follow_up_months
    point = result.point or (next(iter(measure.points), None) if measure else None)
    row = Row(
        result.measure,
        result.series or _only_series(measure, outcome.period),
        point,
        months,
        result.group,
        outcome.period.from_,
        outcome.period.to,
        (protocol,),
        (outcome.area,) if outcome.area else (),
        1,
        figures,
        result.rounded_to,
        tuple(map(_offered, result.offered)),
        tuple(_remarks(figures)),
    )
    return _Part(path, row)


def _offered(id_: str) -> str:
    known = vocabulary()
    entry = known.alcohol_interventions.get(id_) or known.alcohol_tiers.get(id_)
    return id_ if entry is None else entry.title


def _only_series(measure: OutcomeMeasure | None, period: Period) -> str | None:
    running = [
        one.id
        for one in (measure.series if measure else ())
        if (one.from_ is None or one.from_ <= period.to) and (one.to is None or one.to >= period.from_)
    ]
    return running[0] if len(running) == 1 else None


def _remarks(figures: Mapping[str, Amount]) -> Iterator[str]:
    whole = figures.get("denominator")
    unknown = [value for name in ("unknown", "lost") if isinstance(value := figures.get(name), int)]
    if isinstance(whole, int) and unknown and sum(unknown) * 2 > whole:
        yield f"known of {whole} of {whole + sum(unknown)}"
    if not isinstance(figures.get("numerator"), int):
        return
    if isinstance(whole, int) and SMALLEST_WHOLE <= whole < FEW_CASES:
        yield f"few cases: one more is {round(100 / whole)} points"
    elif isinstance(whole, int) and whole < SMALLEST_WHOLE:
        yield f"no rate of fewer than {SMALLEST_WHOLE}"


# -- sums -----------------------------------------------------------------------------------------------------------


def _sum(parts: Sequence[_Part], areas: Mapping[str, Sequence[str]], left_out: list[LeftOut]) -> Iterator[Row]:
    """The sum of the parts that may be added, if there are two at least."""
    first = parts[0].row
    measure = vocabulary().outcome_measures.get(first.measure)
    if len(parts) < 2 or measure is None or measure.kind not in ("count", "rate"):
        return
    # A person who is referred under two protocols is two referrals.
    over_protocols = measure.of == "events" or measure.id == "referrals"
    kept: list[_Part] = []
    for part in parts:
        reason = _why_not(part, kept, areas, over_protocols)
        if reason:
            left_out.append(LeftOut(part.path, first.measure, reason))
        else:
            kept.append(part)
    if len(kept) < 2:
        return
    rows = [part.row for part in kept]
    figures = {
        name: amount for name in FIGURES if (amount := _added([row.figures.get(name) for row in rows])) is not None
    }
    rounded = {row.rounded_to for row in rows}
    yield Row(
        first.measure,
        first.series,
        first.point,
        first.months,
        first.group,
        first.start,
        first.end,
        tuple(sorted({protocol for row in rows for protocol in row.protocols})),
        tuple(sorted({area for row in rows for area in row.areas})),
        len(rows),
        figures,
        rounded.pop() if len(rounded) == 1 else None,
        (),
        tuple(_remarks(figures)),
    )


def _why_not(
    part: _Part, kept: Sequence[_Part], areas: Mapping[str, Sequence[str]], over_protocols: bool
) -> str | None:
    here = part.row
    for other in (one.row for one in kept):
        same_protocol = here.protocols == other.protocols
        if not here.areas or not other.areas:
            if same_protocol or not over_protocols:
                return "it names no area, so nobody can say whether it counts the same people"
        elif _overlap(here.areas[0], other.areas[0], areas):
            if same_protocol:
                return "its area overlaps with the area of another return"
            if not over_protocols:
                return "the same people may be counted under another protocol"
    return None


def _overlap(one: str, other: str, areas: Mapping[str, Sequence[str]]) -> bool:
    return bool(areas_in(one, areas) & areas_in(other, areas))


def _added(amounts: Sequence[Amount | None]) -> Amount | None:
    """The sum; a mark if a part is a mark; None if a part does not give the figure."""
    if any(amount is None for amount in amounts):
        return None
    marks = [amount for amount in amounts if isinstance(amount, str)]
    if marks:
        return HIDDEN if HIDDEN in marks else marks[0]
    return sum(amount for amount in amounts if isinstance(amount, int))


def _breaks(rows: Iterable[Row]) -> Iterator[Break]:
    """Each pair of series that follow each other among the rows and cannot be compared."""
    by_measure: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.series is not None and row.series not in by_measure[row.measure]:
            by_measure[row.measure].append(row.series)
    for id_, series_used in by_measure.items():
        measure = vocabulary().outcome_measures.get(id_)
        runs = [one.id for one in measure.series] if measure else []
        known = sorted((series for series in series_used if series in runs), key=runs.index)
        for earlier, later in pairwise(known):
            if measure is not None and not measure.comparable_between(earlier, later):
                run = next(one for one in measure.series if one.id == later)
                yield Break(id_, earlier, later, run.from_, run.note)
