"""One aggregate return (`protocols/<id>/outcomes/<period>.yaml`): never a row about a person."""

from __future__ import annotations

from pydantic import Field

from undersigned.records.fields import Authored, Count, Day, Number, Prose, Whole

#: Below this, a count of people may point at somebody: 1 to 4 are written as a mark (record format, "outcomes").
SMALLEST_SHOWN = 5


class Period(Authored):
    from_: Day = Field(alias="from")
    to: Day


class Result(Authored):
    """A figure for one measure. Counts are whole numbers or a mark such as `[c]` (confidential)."""

    measure: str
    series: str | None = None
    point: str | None = None
    follow_up_months: Whole | None = None
    group: str | None = None
    group_set: str | None = None
    count: Count | None = None
    share_of_caseload: Number | None = None
    numerator: Count | None = None
    denominator: Count | None = None
    unknown: Count | None = None
    lost: Count | None = None
    out_of_scope: Count | None = None
    rounded_to: Whole | None = None
    offered: tuple[str, ...] = ()
    list: str | None = None


class Cohort(Authored):
    """People, or releases, that began in a period and are counted at fixed points after it."""

    began: Period
    of: str | None = None
    size: Count | None = None


class Point(Authored):
    """What was known of a cohort so many weeks or months after it began. `ended`: those who were followed no longer."""

    after_weeks: Whole | None = None
    after_months: Whole | None = None
    measure: str
    series: str | None = None
    numerator: Count | None = None
    denominator: Count | None = None
    unknown: Count | None = None
    ended: Count | None = None


class Outcome(Authored):
    period: Period
    area: str | None = None
    source: str | None = None
    extracted_on: Day | None = None
    results: tuple[Result, ...]
    cohort: Cohort | None = None
    points: tuple[Point, ...] = ()
    notes: Prose | None = None
