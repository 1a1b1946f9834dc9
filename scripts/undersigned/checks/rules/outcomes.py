"""Outcomes: figures that add up, hide nobody's secret, and are compared only where they can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from undersigned.checks.engine import Observation, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.rules.references import unknown_measure
from undersigned.figures.audit import FIGURES, POINT_FIGURES, ReturnOf, audit, point_in_words
from undersigned.records.fields import add_months
from undersigned.records.findings import Finding
from undersigned.records.outcome import Outcome, Result
from undersigned.records.reading import Record, did_you_mean
from undersigned.records.source import KeyPath
from undersigned.records.vocabulary import OutcomeMeasure, vocabulary

_FIGURES = FIGURES
#: The kind of observation of a return that counts people.
_COUNTS_PEOPLE = "counts-people"
#: The mark for a figure that is not available, with which a new return is made.
NOT_AVAILABLE = "[x]"
_SAYS_BREAK = re.compile(r"\bcompar|\bseries\b|\bbreak", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})")


@cache
def _measures() -> dict[str, OutcomeMeasure]:
    return dict(vocabulary().outcome_measures)


def _returns(subject: ProtocolSubject) -> list[tuple[Record[Outcome], Outcome]]:
    """The returns that read, oldest first."""
    found = [(record, record.value) for record in subject.folder.outcomes.values() if record.value is not None]
    return sorted(found, key=lambda pair: (pair[1].period.from_, pair[1].period.to, pair[0].path))


def _runs(start: date, end: date, measure: OutcomeMeasure) -> list[str]:
    """The series of a measure that were running on some day of a period."""
    return [
        series.id
        for series in measure.series
        if (series.from_ is None or series.from_ <= end) and (series.to is None or series.to >= start)
    ]


# -- what is counted ------------------------------------------------------------------------------------------------


def check_measures(subject: ProtocolSubject) -> Iterator[Finding]:
    """A result is of a known measure and of one of its series, and gives the figures that the measure asks for."""
    for record, outcome in _returns(subject):
        for index, result in enumerate(outcome.results):
            path: KeyPath = ("results", index)
            yield from unknown_measure(subject, record, (*path, "measure"), result.measure)
            measure = _measures().get(result.measure)
            if measure is None:
                continue
            yield from _check_series(subject, record, path, outcome, result, measure)
            yield from _check_figures_given(subject, record, path, result, measure)


def _check_series(
    subject: ProtocolSubject,
    record: Record[Outcome],
    path: KeyPath,
    outcome: Outcome,
    result: Result,
    measure: OutcomeMeasure,
) -> Iterator[Finding]:
    known = [series.id for series in measure.series]
    period = outcome.period
    running = _runs(period.from_, period.to, measure)
    if result.series is None:
        if len(known) > 1 and period.from_ <= period.to and len(running) != 1:
            yield from subject.find(
                "series-period", record, path, words="unsaid", missing="series", measure=measure.id, known=known
            )
        return
    if result.series not in known:
        words = "default" if known else "none"
        yield from subject.find(
            "unknown-series",
            record,
            (*path, "series"),
            words=words,
            series=result.series,
            measure=measure.id,
            near=did_you_mean(result.series, known),
        )
        return
    run = next(series for series in measure.series if series.id == result.series)
    if period.from_ > period.to:
        return
    if result.series not in running:
        yield from subject.find(
            "series-period",
            record,
            (*path, "series"),
            words="outside",
            series=run.id,
            first=run.from_ or "its start",
            last=run.to or "today",
            near=", ".join(running),
        )
    elif (run.from_ and run.from_ > period.from_) or (run.to and run.to < period.to):
        yield from subject.find(
            "series-period",
            record,
            (*path, "series"),
            words="across",
            series=run.id,
            first=run.from_ or "its start",
            last=run.to or "today",
        )


def _check_figures_given(
    subject: ProtocolSubject, record: Record[Outcome], path: KeyPath, result: Result, measure: OutcomeMeasure
) -> Iterator[Finding]:
    lacking: tuple[str, ...] = ()
    match measure.kind:
        case "rate":
            lacking = tuple(field for field in ("numerator", "denominator") if getattr(result, field) is None)
        case "count" | "days":
            lacking = ("count",) if result.count is None and result.numerator is None else ()
        case "list":
            lacking = ("offered",) if not result.offered and measure.id == "alcohol-provision" else ()
    if lacking:
        yield from subject.find(
            "missing-figure",
            record,
            path,
            missing=lacking[0],
            measure=measure.id,
            fields=list(lacking),
            kind="number of days" if measure.kind == "days" else measure.kind,
        )


def check_is_filled_in(subject: ProtocolSubject) -> Iterator[Finding]:
    """A return gives at least one figure: it is not left as it was made, with a mark in place of each."""
    for record, outcome in _returns(subject):
        figures = [
            figure for result in outcome.results for field in _FIGURES if (figure := getattr(result, field)) is not None
        ]
        given = any(result.share_of_caseload is not None or result.offered for result in outcome.results)
        if figures and not given and all(figure == NOT_AVAILABLE for figure in figures):
            yield from subject.find("return-unfinished", record, ("results",), on_key=True)


def check_interventions(subject: ProtocolSubject) -> Iterator[Finding]:
    """The list named and the interventions offered are those of the vocabulary."""
    known = vocabulary().alcohol_interventions
    tiers = vocabulary().alcohol_tiers
    lists = {entry.list_id for entry in known.values()}
    for record, outcome in _returns(subject):
        for index, result in enumerate(outcome.results):
            if result.measure != "alcohol-provision":
                continue
            path: KeyPath = ("results", index)
            if result.list is not None and result.list not in lists:
                yield from subject.find(
                    "unknown-intervention",
                    record,
                    (*path, "list"),
                    words="list",
                    id=result.list,
                    near=did_you_mean(result.list, lists),
                )
                continue
            allowed = [id_ for id_, entry in known.items() if result.list is None or entry.list_id == result.list] + (
                [] if result.list else list(tiers)
            )
            for place, offered in enumerate(result.offered):
                if offered not in allowed:
                    yield from subject.find(
                        "unknown-intervention",
                        record,
                        (*path, "offered", place),
                        id=offered,
                        near=did_you_mean(offered, allowed),
                    )


# -- whether it adds up ---------------------------------------------------------------------------------------------


def check_arithmetic(subject: ProtocolSubject) -> Iterator[Finding]:
    """A part is not greater than its whole, no share is above 100, and a rounded figure is round."""
    for record, outcome in _returns(subject):
        for index, result in enumerate(outcome.results):
            path: KeyPath = ("results", index)
            part, whole = result.numerator, result.denominator
            if isinstance(part, int) and isinstance(whole, int) and part > whole:
                yield from subject.find(
                    "numerator-above-denominator",
                    record,
                    (*path, "numerator"),
                    part=part,
                    whole=whole,
                    measure=result.measure,
                )
            if result.share_of_caseload is not None and result.share_of_caseload > 100:
                yield from subject.find(
                    "share-above-100", record, (*path, "share_of_caseload"), share=f"{result.share_of_caseload:g}"
                )
            if result.rounded_to is not None and result.rounded_to > 1:
                for field in _FIGURES:
                    figure = getattr(result, field)
                    if isinstance(figure, int) and figure % result.rounded_to:
                        yield from subject.find(
                            "not-rounded", record, (*path, field), figure=figure, to=result.rounded_to, field=field
                        )


# -- small numbers --------------------------------------------------------------------------------------------------


def _is_small(figure: int | str | None, most: int) -> bool:
    return isinstance(figure, int) and 0 < figure <= most


def check_small_numbers(subject: ProtocolSubject) -> Iterator[Finding]:
    """In a public repository no count of people is from 1 to 4, and none can be worked out from the same return."""
    if subject.register.repository_private:
        return
    most = subject.register.hide_up_to
    for record, outcome in _returns(subject):
        for index, result in enumerate(outcome.results):
            measure = _measures().get(result.measure)
            if measure is None or measure.of != "people":
                continue
            path: KeyPath = ("results", index)
            small = [field for field in _FIGURES if _is_small(getattr(result, field), most)]
            for field in small:
                yield from subject.find(
                    "small-count", record, (*path, field), field=field, figure=getattr(result, field), most=most
                )
            part, whole = result.numerator, result.denominator
            exact = result.rounded_to is None or result.rounded_to <= most
            if (
                exact
                and not small
                and isinstance(part, int)
                and isinstance(whole, int)
                and _is_small(whole - part, most)
            ):
                yield from subject.find(
                    "derivable-count",
                    record,
                    (*path, "numerator"),
                    difference=whole - part,
                    whole=whole,
                    part=part,
                    most=most,
                )
        yield from _small_in_cohort(subject, record, outcome, most)
        for index, group in _told_by_groups(outcome):
            yield from subject.find(
                "derivable-count", record, ("results", index, "numerator"), words="group", group=group
            )


def _small_in_cohort(
    subject: ProtocolSubject, record: Record[Outcome], outcome: Outcome, most: int
) -> Iterator[Finding]:
    figures: list[tuple[KeyPath, int | str | None]] = [
        (("points", index, name), getattr(point, name))
        for index, point in enumerate(outcome.points)
        for name in POINT_FIGURES
    ]
    if outcome.cohort is not None:
        figures.append((("cohort", "size"), outcome.cohort.size))
    for path, figure in figures:
        if _is_small(figure, most):
            yield from subject.find("small-count", record, path, field=path[-1], figure=figure, most=most)


def check_cohorts(subject: ProtocolSubject) -> Iterator[Finding]:
    """At each point of a cohort, those known, unknown and ended are all of it, and the point has come for all of them."""
    for record, outcome in _returns(subject):
        cohort = outcome.cohort
        for index, point in enumerate(outcome.points):
            path: KeyPath = ("points", index)
            yield from unknown_measure(subject, record, (*path, "measure"), point.measure)
            if cohort is None:
                continue
            reached = add_months(cohort.began.to, point.after_months or 0) + timedelta(weeks=point.after_weeks or 0)
            if reached > subject.as_of:
                yield from subject.find("point-in-future", record, path, when=point_in_words(point), day=reached)
            parts = [getattr(point, name) for name in ("denominator", "unknown", "ended")]
            counts = [0 if part is None else part for part in parts]
            if isinstance(cohort.size, int) and all(isinstance(part, int) for part in counts):
                rounded = all(part % 5 == 0 for part in (*counts, cohort.size))
                if abs(sum(counts) - cohort.size) > (2 * (len(counts) + 1) if rounded else 0):
                    yield from subject.find("cohort-sum", record, path, when=point_in_words(point), size=cohort.size)
            part, whole = point.numerator, point.denominator
            if isinstance(part, int) and isinstance(whole, int) and part > whole:
                yield from subject.find(
                    "numerator-above-denominator",
                    record,
                    (*path, "numerator"),
                    part=part,
                    whole=whole,
                    measure=point.measure,
                )


def _told_by_groups(outcome: Outcome) -> Iterator[tuple[int, str]]:
    """One hidden group beside the whole and all other groups is not hidden: yields its result and its name.

    Groups of a named set are left to the audit of the whole register.
    """
    rows: dict[tuple[str, str | None, str | None, int | None], list[tuple[int, Result]]] = {}
    for index, result in enumerate(outcome.results):
        measure = _measures().get(result.measure)
        if measure is not None and measure.of == "people":
            rows.setdefault((result.measure, result.series, result.point, result.follow_up_months), []).append(
                (index, result)
            )
    for same in rows.values():
        total = next((result for _, result in same if result.group is None), None)
        groups = [(index, result) for index, result in same if result.group is not None]
        if any(result.group_set for _, result in groups):
            continue
        if total is None or len(groups) < 2 or not isinstance(total.numerator, int):
            continue
        hidden = [(index, result) for index, result in groups if result.numerator == "[c]"]
        wholes = [result.denominator for _, result in groups]
        if len(hidden) != 1 or not isinstance(total.denominator, int):
            continue
        if sum(whole for whole in wholes if isinstance(whole, int)) != total.denominator or "[c]" in wholes:
            continue
        index, result = hidden[0]
        yield index, result.group or ""


def observe_counts(subject: ProtocolSubject) -> Iterator[Observation]:
    """Each return that counts people, so that all of them can be compared."""
    for record, outcome in _returns(subject):
        known = (_measures().get(result.measure) for result in outcome.results)
        if outcome.cohort is not None or any(measure is not None and measure.of == "people" for measure in known):
            yield Observation(_COUNTS_PEOPLE, "", subject.folder.id, record.path)


def check_worked_out(subject: RegisterSubject) -> Iterator[Finding]:
    """In a public repository no hidden count can be worked out from all returns together."""
    if subject.register.repository_private:
        return
    paths = {one.path for one in subject.observations if one.kind == _COUNTS_PEOPLE}
    if not paths:
        return
    records = {record.path: (id_, record) for id_, record in subject.register.returns() if record.path in paths}
    returns = [ReturnOf(path, id_, record.value) for path, (id_, record) in records.items() if record.value is not None]
    most = subject.register.hide_up_to
    found = audit(returns, areas=subject.register.parts_of_areas, hide_up_to=most)
    by_groups = {(one.path, index) for one in returns for index, _ in _told_by_groups(one.outcome)}
    for one in found.worked_out:
        if one.hidden and one.at.part == "results" and (one.at.path, one.at.index) in by_groups:
            continue
        words = "unsaid" if not one.hidden else "default" if one.values == 1 else "narrow"
        yield from subject.find(
            "worked-out-count",
            records[one.at.path][1],
            one.at.in_record,
            words=words,
            severity="error" if words == "default" else "warning",
            field=one.at.field,
            subject=one.subject,
            ways="; ".join(one.ways),
            file=one.at.path,
            most=most,
        )
    for at, reason in {(at.path, reason): (at, reason) for at, reason in reversed(found.unchecked)}.values():
        record = records[at.path][1]
        yield from subject.find("count-not-checked", record, at.in_record, words=reason)
    for at, other in found.twice:
        record = records[at.path][1]
        yield from subject.find("exact-and-rounded", record, at.in_record, other=other.path)


# -- periods --------------------------------------------------------------------------------------------------------


def check_periods(subject: ProtocolSubject) -> Iterator[Finding]:
    """A return covers a period that is over, that its file name fits, and that no other return covers as well."""
    before: list[tuple[Record[Outcome], Outcome]] = []
    for record, outcome in _returns(subject):
        period = outcome.period
        if period.to > subject.as_of:
            yield from subject.find("period-in-future", record, ("period", "to"), day=period.to)
        name = record.path.rsplit("/", 1)[1].removesuffix(".yaml")
        year = _YEAR.match(name)
        if year and int(year[1]) not in (period.from_.year, period.to.year) and not record.was_dropped("period"):
            yield from subject.find("return-name", record, name=name, start=period.from_, end=period.to)
        if period.from_ <= period.to:
            yield from _check_overlap(subject, record, outcome, before)
            before.append((record, outcome))


def _check_overlap(
    subject: ProtocolSubject, record: Record[Outcome], outcome: Outcome, before: list[tuple[Record[Outcome], Outcome]]
) -> Iterator[Finding]:
    """A finding at the later of two returns for the same area that count the same thing on the same days."""
    counted = _counted(outcome)
    start, end = outcome.period.from_, outcome.period.to
    for other_record, other in reversed(before):
        if other.area != outcome.area or other.period.to < start:
            continue
        both = sorted({measure for measure, _ in counted & _counted(other)})
        if not both:
            continue
        inside = (other.period.from_, other.period.to) != (start, end) and (
            other.period.to >= end or other.period.from_ == start
        )
        yield from subject.find(
            "period-overlap",
            record,
            ("period", "from_"),
            severity="warning" if inside else "error",
            words="inside" if inside else "default",
            other=other_record.path.rsplit("/", 1)[1],
            start=other.period.from_,
            end=other.period.to,
            measures=both,
        )
        return


def _counted(outcome: Outcome) -> frozenset[tuple[str, str | None]]:
    return frozenset((result.measure, result.group) for result in outcome.results)


def check_series_breaks(subject: ProtocolSubject) -> Iterator[Finding]:
    """Figures of a measure from both sides of a break in its series are not put side by side without a word."""
    last: dict[tuple[str, str | None], tuple[str, str]] = {}
    for record, outcome in _returns(subject):
        explained = outcome.notes is not None and bool(_SAYS_BREAK.search(outcome.notes))
        for index, result in enumerate(outcome.results):
            measure = _measures().get(result.measure)
            if (
                measure is None
                or result.series is None
                or result.series not in {series.id for series in measure.series}
            ):
                continue
            key = (result.measure, outcome.area)
            earlier = last.get(key)
            last[key] = (result.series, record.path)
            if earlier is None or explained or earlier[0] == result.series:
                continue
            if not measure.comparable_between(earlier[0], result.series):
                yield from subject.find(
                    "series-break",
                    record,
                    ("results", index, "series"),
                    series=result.series,
                    earlier=earlier[0],
                    measure=measure.id,
                    where="above" if earlier[1] == record.path else "in the return before this one",
                )


RULES = RuleSet(
    protocol=(
        check_measures,
        check_is_filled_in,
        check_interventions,
        check_arithmetic,
        check_small_numbers,
        check_cohorts,
        check_periods,
        check_series_breaks,
    ),
    observe=(observe_counts,),
    register=(check_worked_out,),
)
