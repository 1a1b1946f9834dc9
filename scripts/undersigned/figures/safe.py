"""How to make a return safe: the smallest change after which no hidden count can be worked out.

Steps, the first that suffices: hide small counts, round the return, round the returns that are in the same sums, hide
the smallest further figures of a sum. Groups are not merged, because the figures of hidden groups are not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from undersigned.figures.audit import FIGURES, HIDDEN, POINT_FIGURES, Audit, Place, ReturnOf, audit
from undersigned.records.outcome import Result
from undersigned.records.vocabulary import vocabulary

#: What figures are rounded to (Ministry of Justice, written answer HL13695; NHS England, Hospital Episode Statistics).
ROUNDED_TO = 5
_MOST_HIDDEN = 12


@dataclass(frozen=True, order=True)
class Change:
    """What to write at one field of a result: a number, or a mark."""

    at: Place
    write: str


@dataclass(frozen=True)
class Proposal:
    """`changes`: what to write, in order of files. `left`: what can still be worked out afterwards."""

    changes: tuple[Change, ...]
    left: Audit

    @property
    def safe(self) -> bool:
        """Whether nothing can be worked out after the changes."""
        return _clear(self.left)


def proposal(
    returns: Sequence[ReturnOf], path: str, *, areas: Mapping[str, Sequence[str]], hide_up_to: int
) -> Proposal:
    """What to change so that the return at `path` is safe beside all others. KeyError if there is no such return."""
    now = {one.path: one for one in returns}
    before = now[path]
    measures = {result.measure for result in before.outcome.results if _of_people(result)}

    def judged(these: Mapping[str, ReturnOf]) -> Audit:
        found = audit(these.values(), areas=areas, hide_up_to=hide_up_to)
        return _about(found, these, path, measures)

    changed = {**now, path: _without_small(before, hide_up_to)}
    left = judged(changed)
    if not _clear(left):
        changed = {**changed, path: _cohort_rounded(_rounded(changed[path], measures, hide_up_to), hide_up_to)}
        left = judged(changed)
    if not _clear(left):
        touched = [one for one in returns if measures & {result.measure for result in one.outcome.results}]
        changed |= {one.path: _rounded(changed[one.path], measures, hide_up_to) for one in touched}
        left = judged(changed)
    for _ in range(_MOST_HIDDEN):
        if _clear(left):
            break
        place = _next_to_hide(changed, path, measures, left)
        if place is None:
            break
        changed |= {place.path: _with(changed[place.path], place, HIDDEN)}
        left = judged(changed)
    if _clear(left):
        for other in sorted(changed.keys() - {path}):  # leave alone what need not change
            fewer = {**changed, other: now[other]}
            if changed[other] != now[other] and _clear(judged(fewer)):
                changed = fewer
    return Proposal(tuple(sorted(_differences(now, changed))), left)


def _of_people(result: Result) -> bool:
    measure = vocabulary().outcome_measures.get(result.measure)
    return measure is not None and measure.of == "people" and measure.kind in ("count", "rate")


def _about(found: Audit, returns: Mapping[str, ReturnOf], path: str, measures: set[str]) -> Audit:
    """What concerns the return: its own figures, and those of its measures in other returns."""

    def concerns(place: Place) -> bool:
        results = returns[place.path].outcome.results
        return place.path == path or (place.part == "results" and results[place.index].measure in measures)

    return Audit(
        tuple(one for one in found.worked_out if concerns(one.at)),
        tuple(one for one in found.unchecked if concerns(one[0])),
        tuple(pair for pair in found.twice if concerns(pair[0])),
    )


def _clear(found: Audit) -> bool:
    return not found.worked_out and not found.twice


# -- changes --------------------------------------------------------------------------------------------------------


def _each(one: ReturnOf, change: Mapping[int, Result]) -> ReturnOf:
    results = tuple(change.get(index, result) for index, result in enumerate(one.outcome.results))
    return ReturnOf(one.path, one.protocol, one.outcome.model_copy(update={"results": results}))


def _with(one: ReturnOf, place: Place, value: str) -> ReturnOf:
    result = one.outcome.results[place.index]
    return _each(one, {place.index: result.model_copy(update={place.field: value})})


def _without_small(one: ReturnOf, hide_up_to: int) -> ReturnOf:
    """Small counts hidden. The numerator of an exact rate that leaves a small rest is rounded away with its denominator."""
    change: dict[int, Result] = {}
    for index, result in enumerate(one.outcome.results):
        if _of_people(result):
            small = {name: HIDDEN for name, value in _numbers(result) if 0 < value <= hide_up_to}
            new = result.model_copy(update=small)
            part, whole = new.numerator, new.denominator
            if isinstance(part, int) and isinstance(whole, int) and 0 < whole - part <= hide_up_to:
                new = _rounded_result(new, hide_up_to)
            change[index] = new
    return _cohort_hidden(_each(one, change), hide_up_to)


def _cohort_hidden(one: ReturnOf, hide_up_to: int) -> ReturnOf:
    def hidden(value: int | str | None) -> int | str | None:
        return HIDDEN if isinstance(value, int) and 0 < value <= hide_up_to else value

    points = tuple(
        point.model_copy(update={name: hidden(getattr(point, name)) for name in POINT_FIGURES})
        for point in one.outcome.points
    )
    return ReturnOf(one.path, one.protocol, one.outcome.model_copy(update={"points": points}))


def _rounded(one: ReturnOf, measures: set[str], hide_up_to: int) -> ReturnOf:
    return _each(
        one,
        {
            index: _rounded_result(result, hide_up_to)
            for index, result in enumerate(one.outcome.results)
            if result.measure in measures and _of_people(result)
        },
    )


def _rounded_result(result: Result, hide_up_to: int) -> Result:
    if (result.rounded_to or 1) >= ROUNDED_TO or not list(_numbers(result)):
        return result
    figures = {name: rounded(value, hide_up_to) for name, value in _numbers(result)}
    return result.model_copy(update={"rounded_to": ROUNDED_TO, **figures})


def _cohort_rounded(one: ReturnOf, hide_up_to: int) -> ReturnOf:
    """All figures of a cohort rounded: it counts as exact if one of them is not a multiple of 5."""
    cohort = one.outcome.cohort
    if cohort is None:
        return one
    size = cohort.model_copy(update={"size": rounded(cohort.size, hide_up_to)})
    points = tuple(
        point.model_copy(update={name: rounded(getattr(point, name), hide_up_to) for name in POINT_FIGURES})
        for point in one.outcome.points
    )
    return ReturnOf(one.path, one.protocol, one.outcome.model_copy(update={"cohort": size, "points": points}))


def rounded(value: int | str | None, hide_up_to: int) -> int | str | None:
    """The nearest multiple of 5, or a mark. A whole number is never halfway between two multiples."""
    if not isinstance(value, int):
        return value
    return HIDDEN if 0 < value <= hide_up_to else (value + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def _numbers(result: Result) -> Iterable[tuple[str, int]]:
    return [(name, value) for name in FIGURES if isinstance(value := getattr(result, name), int)]


def _next_to_hide(returns: Mapping[str, ReturnOf], path: str, measures: set[str], left: Audit) -> Place | None:
    """The smallest figure of a group, or else of a part of the time or the area, first in the return itself."""
    exposed = {
        (one.at.path, returns[one.at.path].outcome.results[one.at.index].measure, one.at.field)
        for one in left.worked_out
        if one.at.part == "results"
    }
    found: list[tuple[bool, bool, bool, int, Place]] = []
    for other in returns.values():
        for index, result in enumerate(other.outcome.results):
            if result.measure not in measures or not _of_people(result):
                continue
            for name, value in _numbers(result):
                if value:
                    near = (other.path, result.measure, name) in exposed
                    place = Place(other.path, index, name)
                    found.append((result.group is None, not near, other.path != path, value, place))
    return min(found)[-1] if found else None


def _differences(before: Mapping[str, ReturnOf], after: Mapping[str, ReturnOf]) -> Iterable[Change]:
    for path, one in after.items():
        was, now = before[path].outcome, one.outcome
        if was.cohort is not None and now.cohort is not None and was.cohort.size != now.cohort.size:
            yield Change(Place(path, 0, "size", "cohort"), str(now.cohort.size))
        for index, (point, new_point) in enumerate(zip(was.points, now.points, strict=True)):
            for name in POINT_FIGURES:
                if getattr(point, name) != getattr(new_point, name):
                    yield Change(Place(path, index, name, "points"), str(getattr(new_point, name)))
        for index, (old, new) in enumerate(zip(before[path].outcome.results, one.outcome.results, strict=True)):
            for name in (*FIGURES, "rounded_to"):
                if getattr(old, name) != getattr(new, name):
                    yield Change(Place(path, index, name), str(getattr(new, name)))
