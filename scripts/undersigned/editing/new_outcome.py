"""A new return: what to ask, and its file."""

from __future__ import annotations

import calendar
import re
from datetime import date

from undersigned.editing import EditingError
from undersigned.editing.commented import render_commented
from undersigned.editing.request import Question, Request, check_new_id, head_comment
from undersigned.records.outcome import Outcome
from undersigned.records.reading import did_you_mean
from undersigned.records.source import Data
from undersigned.records.vocabulary import vocabulary

_PERIODS = re.compile(r"(\d{4})(?:-(\d{2})(?:-q([1-4]))?)?\Z")


def ask_outcome(request: Request) -> list[Question]:
    """What to ask; EditingError where the return could not be made whatever is answered."""
    folder = request.protocol()
    check_new_id(request.ids[1], "a return")
    days = days_of(request.ids[1])
    monitored = [measure for monitoring in folder.value.monitoring for measure in monitoring.measures]
    known = [
        m
        for m in dict.fromkeys(monitored)
        if m in vocabulary().outcome_measures and vocabulary().outcome_measures[m].kind != "list"
    ]
    return [
        Question("from", "The first day it covers (as 2026-04-01)", str(days[0]) if days else None),
        Question("to", "The last day it covers", str(days[1]) if days else None),
        Question("area", "The place it covers", next(iter(folder.value.areas), None)),
        Question("source", "Where the figures come from"),
        Question("measures", "What is counted, with commas between", ", ".join(known) or "referrals"),
    ]


def days_of(period: str) -> tuple[date, date] | None:
    """The days of 2026, 2026-27 (a year from April), 2026-27-q1 or 2026-05 (a month); None for any other name.

    Early in the century a name can be read in two ways: 2003-04 is the year from April 2003, as returns are named.
    """
    match = _PERIODS.match(period)
    if match is None or not 1 <= int(match[1]) <= 9998:
        return None
    year, second, quarter = int(match[1]), match[2], match[3]
    if second is None:
        return date(year, 1, 1), date(year, 12, 31)
    if int(second) == (year + 1) % 100:
        if quarter is None:
            return date(year, 4, 1), date(year + 1, 3, 31)
        month = 3 * int(quarter) + 1
        start = date(year, month, 1) if month <= 12 else date(year + 1, 1, 1)
        return start, _last_day(start.year, start.month + 2)
    if quarter is None and 1 <= int(second) <= 12:
        return date(year, int(second), 1), _last_day(year, int(second))
    return None


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def write_outcome(request: Request) -> dict[str, str]:
    """Path to text, the return itself last."""
    for name in ("from", "to"):
        if not request.answer(name):
            raise EditingError(
                "a return says which days it covers",
                "Name it after them (2026-27, 2026-27-q1, 2026-05), or give --set from=… and --set to=…",
            )
    results: list[Data] = []
    for id_ in (word.strip() for word in request.answers["measures"].split(",")):
        measure = vocabulary().outcome_measures.get(id_)
        if measure is None or measure.kind == "list":
            numbers = [one for one, entry in vocabulary().outcome_measures.items() if entry.kind != "list"]
            raise EditingError(f"there is no measure '{id_}' that is counted", did_you_mean(id_, numbers))
        figures = ("numerator", "denominator") if measure.kind == "rate" else ("count",)
        # [x]: not available (Analysis Function, "Using symbols in tables"): true of a figure that nobody has entered.
        result: dict[str, Data] = {"measure": id_, **dict.fromkeys(figures, "[x]")}
        if measure.series:
            result["series"] = _series(measure.id, date.fromisoformat(request.answers["from"]))
        results.append(result)
    data: dict[str, Data] = {
        "period": {"from": request.answers["from"], "to": request.answers["to"]},
        **{name: request.answers[name] for name in ("area", "source") if request.answer(name)},
        "results": results,
    }
    text = render_commented(
        Outcome,
        data,
        examples={
            "area": "staffordshire",
            "source": "Where the figures come from",
            "extracted_on": str(request.as_of),
            "notes": "|\n  What a reader must know.",
        },
    )
    head = '"[x]" stands for a figure that is not available: write the figure in its place. A count from 1 to 4 of people is written "[c]".'
    return {f"protocols/{request.protocol().id}/outcomes/{request.ids[1]}.yaml": head_comment(head) + text}


def _series(measure: str, day: date) -> str:
    """The newest series of a measure that had begun by a day."""
    series = vocabulary().outcome_measures[measure].series
    begun = [one for one in series if one.from_ is None or one.from_ <= day]
    return (begun or list(series))[-1].id
