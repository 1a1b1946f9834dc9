"""The pages of outcome figures, of the whole register and of an area: the same figures as table and drawing. Free of MkDocs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from undersigned.facts.outcomes import measure_title
from undersigned.facts.register import RegisterFacts
from undersigned.figures.cohorts import PARTS, At, Cohort
from undersigned.figures.combined import Combined, Row
from undersigned.records.vocabulary import vocabulary
from undersigned.site.charts import Strip, Whisker, strips, whiskers
from undersigned.words.labels import heading
from undersigned.words.messages import date_message
from undersigned.words.messages import translated as _
from undersigned.words.text import in_a_list, name_of_id, with_capital

#: So many rows of a measure are drawn. With more, the sums are drawn; the table has every row.
MOST_DRAWN = 12
#: The height of one row of a cohort's drawing, with its words.
COHORT_ROW = 114


@dataclass(frozen=True)
class MeasureShown:
    """One measure. `drawn`: of how many `rows` the picture is made. `has_series`: whether a national series may exist."""

    id: str
    anchor: str
    rows: tuple[Row, ...]
    whiskers: tuple[Whisker, ...]
    height: int
    has_series: bool

    @property
    def drawn(self) -> int:
        return len(self.whiskers)


@dataclass(frozen=True)
class CohortShown:
    """One cohort. `points`: (words, its figures, its bar or None if a figure is hidden)."""

    cohort: Cohort
    points: tuple[tuple[str, At, Strip | None], ...]


def outcome_values(site: RegisterFacts, found: Combined, *, area: str | None = None) -> dict[str, object]:
    """What a page of outcomes shows. `found`: without restricted protocols. `area` None: the whole register."""
    shown = {facts.id: facts for facts in site.protocols if not facts.restricted}
    rows = [row for row in found.rows if set(row.protocols) <= shown.keys()]
    measures = dict.fromkeys(row.measure for row in rows)
    titles = {id_: facts.title for id_, facts in shown.items()}
    return {
        "area": area,
        "measures": [
            _measure(id_, place, tuple(row for row in rows if row.measure == id_), found, titles)
            for place, id_ in enumerate(measures, start=1)
        ],
        "breaks": found.breaks,
        "left_out": found.left_out,
        "protocols": shown,
        "cohorts": [_cohort(one) for one in found.cohorts if one.protocol in shown],
        "part_patterns": dict(zip(PARTS, ("solid", "lines", "dots", "none"), strict=True)),
    }


def _measure(id_: str, place: int, rows: tuple[Row, ...], found: Combined, titles: Mapping[str, str]) -> MeasureShown:
    known = vocabulary().outcome_measures.get(id_)
    rated = [row for row in rows if "denominator" in row.figures]
    drawn = rated if len(rated) <= MOST_DRAWN else [row for row in rated if row.parts > 1][:MOST_DRAWN]
    breaks = {(one.earlier, one.later) for one in found.breaks if one.measure == id_}
    marks, height = whiskers(list(_whisker_rows(drawn, breaks, titles)))
    return MeasureShown(id_, id_ if known else f"measure-no-{place}", rows, marks, height, bool(known and known.series))


def _whisker_rows(
    rows: Sequence[Row], breaks: set[tuple[str, str]], titles: Mapping[str, str]
) -> Iterator[tuple[tuple[str, ...], tuple[int, int, int] | None, str, bool]]:
    before: str | None = None
    same = Counter((row.start, row.end, who(row)) for row in rows)
    for row in rows:
        twice = same[row.start, row.end, who(row)] > 1
        rate = row.rate
        yield (
            (
                _("%(start)s to %(end)s") % {"start": date_message(row.start), "end": date_message(row.end)},
                who(row),
                *((in_a_list([titles[id_] for id_ in row.protocols], most=2),) if twice else ()),
                _("Not known: %(number)s") % {"number": amount(row.figures.get("unknown")).lower()},
            ),
            (rate.per_cent, rate.low, rate.high) if rate else None,
            _("%(rate)s (%(low)s to %(high)s)") % {"rate": rate.per_cent, "low": rate.low, "high": rate.high}
            if rate
            else _("No rate is shown"),
            any(earlier == before and later == row.series for earlier, later in breaks),
        )
        before = row.series or before


def who(row: Row) -> str:
    """Of whom and where a row tells: `Women, Staffordshire` or `Everybody, 3 returns added up`."""
    group = (row.group or _("everybody")).replace("-", " ")
    areas = in_a_list([name_of_id(area) for area in row.areas])
    where = _("%(number)s returns added up") % {"number": row.parts} if row.parts > 1 else areas
    return f"{group[:1].upper()}{group[1:]}, {where}" if where else f"{group[:1].upper()}{group[1:]}"


def amount(figure: int | str | None) -> str:
    """A figure as a page shows it: a number, what its mark means, or that it is not given."""
    if figure is None:
        return _("Not given")
    return f"{figure:,}" if isinstance(figure, int) else heading("figure_mark", figure)


def _cohort(cohort: Cohort) -> CohortShown:
    bars = strips(
        {
            str(place): [(name, point.parts[name], False) for name in PARTS]
            for place, point in enumerate(cohort.points)
            if point.parts is not None
        },
        row_height=COHORT_ROW,
        longest=300,
    )
    by_place = {bar.key: bar for bar in bars}
    return CohortShown(
        cohort,
        tuple(
            (f"{with_capital(point.when)}: {measure_title(point.measure).lower()}", point, by_place.get(str(place)))
            for place, point in enumerate(cohort.points)
        ),
    )
