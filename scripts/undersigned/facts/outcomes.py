"""A protocol's outcome returns as a page and the data may show them: without any count that could identify a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from undersigned.records.outcome import SMALLEST_SHOWN, Outcome, Result
from undersigned.records.vocabulary import OutcomeMeasure, vocabulary

#: No rate is shown of a whole smaller than this (guidance, "Reporting safely").
SMALLEST_WHOLE = 10
#: Shown in place of a count of people that is too small to publish.
FEW = "<5"
#: The mark of a figure that is held back, as records write it.
HELD_BACK = "[c]"

#: A number; or a mark such as `[c]`, or `FEW`, where none is shown.
Amount = int | str


@dataclass(frozen=True)
class Figure:
    """One result. `measure`: the title of its measure; its id where that is unknown.

    `point` and `months`: where and how long after it was counted, as far as the measure does not say it itself.
    `per_cent`: of the whole, None where no rate may be shown. `offered`: titles, where the measure is a list.
    """

    result: Result
    measure: str
    point: str | None
    months: int | None
    in_days: bool
    count: Amount | None
    part: Amount | None
    whole: Amount | None
    per_cent: int | None
    unknown: Amount | None
    lost: Amount | None
    out_of_scope: Amount | None
    offered: tuple[str, ...]


@dataclass(frozen=True)
class Return:
    """One aggregate return with its figures, in the order of the record."""

    outcome: Outcome
    figures: tuple[Figure, ...]

    @property
    def rounded_to(self) -> int | None:
        """What every figure is rounded to; None if they differ or are not rounded."""
        found = {figure.result.rounded_to for figure in self.figures}
        return found.pop() if len(found) == 1 else None

    @property
    def holds_back(self) -> bool:
        """Whether a figure is withheld because it could identify a person."""
        return any({FEW, HELD_BACK} & {*_amounts(figure)} for figure in self.figures)


def returns(outcomes: Iterable[Outcome], *, as_of: date) -> tuple[Return, ...]:
    """The returns made by the day, newest period first."""
    there = [
        outcome
        for outcome in outcomes
        if outcome.period.to <= as_of and (outcome.extracted_on is None or outcome.extracted_on <= as_of)
    ]
    newest_first = sorted(there, key=lambda outcome: (outcome.period.to, outcome.period.from_), reverse=True)
    return tuple(Return(outcome, tuple(map(_figure, outcome.results))) for outcome in newest_first)


def measure_title(id_: str) -> str:
    """The title of a measure; its id where it is unknown."""
    measure = vocabulary().outcome_measures.get(id_)
    return id_ if measure is None else measure.title


def _figure(result: Result) -> Figure:
    measure = vocabulary().outcome_measures.get(result.measure)
    in_measure = () if measure is None else (*measure.points, measure.follow_up_months)
    of_people = measure is None or measure.of == "people"
    part, whole = _shown(result.numerator, of_people), _shown(result.denominator, of_people)
    if of_people and _tells_the_rest(result):
        part = HELD_BACK
    return Figure(
        result,
        measure_title(result.measure),
        None if result.point in in_measure else result.point,
        None if result.follow_up_months in in_measure else result.follow_up_months,
        _is_days(measure),
        _shown(result.count, of_people and not _is_days(measure)),
        part,
        whole,
        _per_cent(part, whole),
        _shown(result.unknown, of_people),
        _shown(result.lost, of_people),
        _shown(result.out_of_scope, of_people),
        tuple(_offered(id_) for id_ in result.offered),
    )


def _amounts(figure: Figure) -> tuple[Amount | None, ...]:
    return (figure.count, figure.part, figure.whole, figure.unknown, figure.lost, figure.out_of_scope)


def _is_days(measure: OutcomeMeasure | None) -> bool:
    return measure is not None and measure.kind == "days"


def _shown(figure: Amount | None, of_people: bool) -> Amount | None:
    return FEW if of_people and isinstance(figure, int) and 0 < figure < SMALLEST_SHOWN else figure


def _tells_the_rest(result: Result) -> bool:
    """Whether subtracting the part from the whole would reveal a count that is withheld."""
    part, whole = result.numerator, result.denominator
    if not isinstance(part, int) or not isinstance(whole, int):
        return False
    rounded = result.rounded_to is not None and result.rounded_to >= SMALLEST_SHOWN
    return not rounded and 0 < whole - part < SMALLEST_SHOWN and part >= SMALLEST_SHOWN


def _per_cent(part: Amount | None, whole: Amount | None) -> int | None:
    if not isinstance(part, int) or not isinstance(whole, int) or whole < SMALLEST_WHOLE or part > whole:
        return None
    return (200 * part + whole) // (2 * whole)


def _offered(id_: str) -> str:
    known = vocabulary()
    entry = known.alcohol_interventions.get(id_) or known.alcohol_tiers.get(id_)
    return id_ if entry is None else entry.title
