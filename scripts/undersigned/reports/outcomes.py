"""Combined outcome returns, and the proposal that makes a return safe, as a table, JSON, CSV or a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from undersigned.figures.audit import FIGURES, HIDDEN, Place
from undersigned.figures.cohorts import PARTS, Cohort
from undersigned.figures.combined import Combined, Row
from undersigned.figures.safe import Proposal
from undersigned.records.findings import Place as InFile
from undersigned.records.vocabulary import vocabulary
from undersigned.reports.tables import EXAMPLES, Cell, Sheet, counted, csv_text, json_text, text_table, workbook
from undersigned.words.dates import date_in_words
from undersigned.words.labels import label

#: What is unknown comes before what is known.
COLUMNS = (
    "measure",
    "series",
    "group",
    "point",
    "from",
    "to",
    "area",
    "protocol",
    "returns",
    "unknown",
    "lost",
    "out of scope",
    "count",
    "numerator",
    "denominator",
    "per cent",
    "between low",
    "between high",
    "nationally",
    "rounded to",
    "remarks",
)


COHORT_COLUMNS = (
    "of",
    "began from",
    "to",
    "area",
    "protocol",
    "size",
    "after months",
    "after weeks",
    "measure",
    "reached",
    "not reached",
    "unknown",
    "followed no longer",
    "per cent",
    "between low",
    "between high",
)


def measure_title(id_: str) -> str:
    """The title of a measure; its id if it is unknown."""
    measure = vocabulary().outcome_measures.get(id_)
    return id_ if measure is None else measure.title


def render_outcomes_json(found: Combined, as_of: date, asked: Mapping[str, str | None]) -> str:
    """`asked`: the area, measure and period that were asked for; None for all."""
    return json_text(
        {
            "as_of": as_of.isoformat(),
            **asked,
            "rows": [_row_json(row) for row in found.rows],
            "breaks": [
                {
                    "measure": one.measure,
                    "earlier": one.earlier,
                    "later": one.later,
                    "on": one.on.isoformat() if one.on else None,
                    "note": one.note,
                }
                for one in found.breaks
            ],
            "cohorts": [_cohort_json(one) for one in found.cohorts],
            "left_out": [{"path": one.path, "measure": one.measure, "reason": one.reason} for one in found.left_out],
        }
    )


def _cohort_json(one: Cohort) -> dict[str, object]:
    return {
        "protocol": one.protocol,
        "area": one.area,
        "of": one.of,
        "began": {"from": one.start.isoformat(), "to": one.end.isoformat()},
        "size": one.size,
        "points": [
            {
                "measure": point.measure,
                "series": point.series,
                "after_weeks": point.weeks,
                "after_months": point.months,
                **{name: None if point.parts is None else point.parts[name] for name in PARTS},
                "hidden": point.parts is None,
                "per_cent": point.rate.per_cent if point.rate else None,
                "between": [point.rate.low, point.rate.high] if point.rate else None,
            }
            for point in one.points
        ],
        "not_yet": [{"after_months": months, "on": day.isoformat()} for months, day in one.not_yet],
    }


def _row_json(row: Row) -> dict[str, object]:
    rate = row.rate
    return {
        "measure": row.measure,
        "title": measure_title(row.measure),
        "series": row.series,
        "point": row.point,
        "follow_up_months": row.months,
        "group": row.group,
        "period": {"from": row.start.isoformat(), "to": row.end.isoformat()},
        "protocols": list(row.protocols),
        "areas": list(row.areas),
        "returns": row.parts,
        **{name: row.figures.get(name) for name in FIGURES},
        "per_cent": rate.per_cent if rate else None,
        "between": [rate.low, rate.high] if rate else None,
        "national_per_cent": row.national,
        "rounded_to": row.rounded_to,
        "offered": list(row.offered),
        "remarks": list(row.notes),
    }


def render_outcomes_table(found: Combined, as_of: date) -> str:
    """One table a measure, unknowns first, with breaks and what is in no sum below it."""
    lines: list[str] = []
    for measure in dict.fromkeys(row.measure for row in found.rows):
        rows = [row for row in found.rows if row.measure == measure]
        lines += [measure_title(measure), ""]
        lines += text_table(
            ("period", "of", "protocol", "area", "unknown", "figure", "per cent", "remarks"),
            [
                (
                    f"{row.start} to {row.end}",
                    ", ".join(part for part in (row.series, row.group) if part) or "everybody",
                    row.protocols[0] if len(row.protocols) == 1 else f"{len(row.protocols)} protocols",
                    ", ".join(row.areas) if row.parts == 1 else f"{counted(len(row.areas), 'area')} added up",
                    _amount(row.figures.get("unknown")),
                    _figure(row),
                    _per_cent(row),
                    "; ".join(row.notes),
                )
                for row in rows
            ],
            widest={2: 40, 3: 40},
        )
        for one in found.breaks:
            if one.measure == measure:
                day = f" on {date_in_words(one.on)}" if one.on else ""
                lines += ["", f"The series {one.later} began{day}. Do not compare it with {one.earlier}."]
        for reason, number in _reasons(found, measure):
            lines += ["", f"Not added up: {counted(number, 'return')}, because {reason}."]
        lines.append("")
    for cohort in found.cohorts:
        lines += [*_cohort_lines(cohort), ""]
    shown = counted(len(found.rows), "row")
    left = [one for one in found.left_out if one.measure is None]
    if left:
        lines += [f"Left out: {one.path}, because {one.reason}" for one in left] + [""]
    lines += [
        "A rate leaves out what is unknown. 'Between' gives the range in which the rate may lie by chance alone (95 per",
        'cent, Wilson). "[c]" is hidden because it could identify a person.',
        "",
        f"{shown}, as of {as_of}",
    ]
    return "\n".join(lines) + "\n"


def _cohort_lines(cohort: Cohort) -> Iterator[str]:
    size = "a number that is hidden" if cohort.size is None else f"{cohort.size} in all"
    yield f"Followed over time: {cohort.of} from {cohort.start} to {cohort.end}, {size} ({cohort.protocol})"
    yield ""
    for point in cohort.points:
        parts = point.parts
        state = "hidden" if parts is None else ", ".join(f"{label('followed', name)} {parts[name]}" for name in PARTS)
        yield f"  {point.when}, {measure_title(point.measure).lower()}: {state}"
    for months, day in cohort.not_yet:
        yield f"  after {months} months: not yet, until {day}"


def _reasons(found: Combined, measure: str) -> Iterator[tuple[str, int]]:
    reasons: dict[str, int] = {}
    for one in found.left_out:
        if one.measure == measure:
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    yield from reasons.items()


def _amount(amount: int | str | None) -> str:
    return "not given" if amount is None else str(amount)


def _figure(row: Row) -> str:
    if row.offered:
        return ", ".join(row.offered)
    if "numerator" in row.figures or "denominator" in row.figures:
        return f"{_amount(row.figures.get('numerator'))} of {_amount(row.figures.get('denominator'))}"
    return _amount(row.figures.get("count"))


def _per_cent(row: Row) -> str:
    rate = row.rate
    return "" if rate is None else f"{rate.per_cent}, between {rate.low} and {rate.high}"


def render_outcomes_csv(found: Combined, *, example: bool = False) -> str:
    """`example`: the records are worked examples."""
    return csv_text(COLUMNS, _rows(found), example=example)


def render_outcomes_xlsx(found: Combined, as_of: date, *, example: bool = False) -> bytes:
    """A workbook of four sheets: the figures, breaks in series, cohorts, and what was left out. `example`: as in CSV."""
    return workbook(
        (
            Sheet("Outcomes", COLUMNS, list(_rows(found))),
            Sheet(
                "Breaks",
                ("measure", "earlier series", "later series", "from", "why they cannot be compared"),
                [(measure_title(one.measure), one.earlier, one.later, one.on, one.note) for one in found.breaks],
            ),
            Sheet("Cohorts", COHORT_COLUMNS, list(_cohort_rows(found))),
            Sheet(
                "Left out",
                ("return", "measure", "why it is in no sum"),
                [(one.path, one.measure and measure_title(one.measure), one.reason) for one in found.left_out],
            ),
        ),
        title=f"Outcomes as of {as_of}",
        as_of=as_of,
        notice=EXAMPLES if example else "",
    )


def _cohort_rows(found: Combined) -> Iterator[Sequence[Cell]]:
    for one in found.cohorts:
        for point in one.points:
            yield (
                one.of,
                one.start,
                one.end,
                one.area,
                one.protocol,
                one.size if one.size is not None else HIDDEN,
                point.months,
                point.weeks,
                measure_title(point.measure),
                *(HIDDEN if point.parts is None else point.parts[name] for name in PARTS),
                point.rate.per_cent if point.rate else None,
                point.rate.low if point.rate else None,
                point.rate.high if point.rate else None,
            )


def _rows(found: Combined) -> Iterator[Sequence[Cell]]:
    for row in found.rows:
        rate = row.rate
        figures = row.figures
        yield (
            measure_title(row.measure),
            row.series,
            row.group,
            row.point,
            row.start,
            row.end,
            ", ".join(row.areas),
            ", ".join(row.protocols),
            row.parts,
            figures.get("unknown"),
            figures.get("lost"),
            figures.get("out_of_scope"),
            figures.get("count"),
            figures.get("numerator"),
            figures.get("denominator"),
            rate.per_cent if rate else None,
            rate.low if rate else None,
            rate.high if rate else None,
            None if row.national is None else str(row.national),
            row.rounded_to,
            "; ".join((*row.notes, *row.offered)),
        )


# -- a safe return ----------------------------------------------------------------------------------------------------


def render_safe_json(found: Proposal, path: str, places: Mapping[Place, InFile], *, written: bool) -> str:
    """`places`: where each change is to be made; for a field that is not there yet, its result."""
    return json_text(
        {
            "path": path,
            "safe": found.safe,
            "written": written,
            "changes": [
                {
                    "path": change.at.path,
                    "line": places[change.at].line,
                    "column": places[change.at].column,
                    "part": change.at.part,
                    "result": change.at.index,
                    "field": change.at.field,
                    "write": int(change.write) if change.write.isdigit() else change.write,
                }
                for change in found.changes
            ],
            "left": [
                {
                    "path": one.at.path,
                    "part": one.at.part,
                    "result": one.at.index,
                    "field": one.at.field,
                    "ways": list(one.ways),
                }
                for one in found.left.worked_out
            ],
            "unchecked": [{"path": at.path, "result": at.index, "field": at.field} for at, _ in found.left.unchecked],
        }
    )


def render_safe_text(found: Proposal, path: str, places: Mapping[Place, InFile], *, written: bool) -> str:
    """What to write where. Never a figure that should be hidden."""
    lines: list[str] = []
    if found.changes:
        done = "Written" if written else "Write"
        for change in found.changes:
            at = places[change.at]
            value = f'"{change.write}"' if change.write.startswith("[") else change.write
            lines.append(f"{change.at.path}:{at.line}:{at.column}: {done} {change.at.field}: {value}")
        lines.append("")
    if not found.safe:
        lines += [
            f"{one.at.path}: {one.at.field} can still be worked out ({one.subject}): {'; '.join(one.ways)}"
            for one in found.left.worked_out
        ]
        lines += [
            "",
            "No change found that makes this return safe. Leave out the groups, or give a longer period or a wider area.",
        ]
    elif not found.changes:
        lines.append(f"{path} is safe: no hidden count can be worked out from the returns of this register.")
    elif written:
        lines.append("After these changes no hidden count can be worked out from the returns of this register.")
    else:
        lines.append("With these changes no hidden count can be worked out. Add --write to make them.")
    if found.left.unchecked:
        lines.append(
            f"Not checked: {counted(len(found.left.unchecked), 'hidden count')}, because the figures around them do not add up or are too many."
        )
    return "\n".join(lines) + "\n"
