"""An outcome return begun from the last one: which period is due, what is asked for, and the record that the figures make.

Figures of the last return are shown and never copied. What is hidden follows `outcomes --safe`: a small count does not reach
the record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, amended
from undersigned.editing.new_records import days_of, outcome_text, series_on
from undersigned.figures.audit import ReturnOf
from undersigned.figures.safe import Proposal, proposal, rounded
from undersigned.records.fields import MARKS, add_months
from undersigned.records.outcome import Outcome, Result
from undersigned.records.reading import Record, read_record
from undersigned.records.source import PlainData
from undersigned.records.vocabulary import vocabulary
from undersigned.register import ProtocolFolder, Register
from undersigned.status.reviews import RETURN_MONTHS

_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})-to-(\d{4}-\d{2}-\d{2})\Z")
#: What tells two results of one measure apart, beside the measure. The series may change from one return to the next.
_APART = ("point", "follow_up_months", "group", "group_set", "list")
_OF_RATE = ("denominator", "numerator", "unknown")
#: How each figure is asked for.
ASKS = {
    "count": "{title}: how many?",
    "denominator": "{title}: how many people or cases is it about?",
    "numerator": "{title}: of how many of these is it true?",
    "unknown": "{title}: of how many is it not known?",
    "lost": "{title}: with how many was contact lost?",
    "out_of_scope": "{title}: how many were out of scope?",
    "offered": "{title}: which were there?",
}
_ASKS_DAYS = "{title}: how many days?"
_NOT_AVAILABLE = "[x]"
_NUMBER = re.compile(r"\d{1,3}(?:[, ]\d{3})+|\d+")


@dataclass(frozen=True)
class Asked:
    """The figures of one result. `facts`: what the record says beside them; `index`: its place in a return that exists.

    `fields`: the figures to give. `before`: the same figures of the last return, as written. `now`: those that this return
    has already. `by`: the id of the body that owes it, or "".
    """

    id: str
    facts: Mapping[str, PlainData]
    fields: tuple[str, ...]
    before: Mapping[str, str]
    now: Mapping[str, str]
    index: int | None
    by: str

    @property
    def title(self) -> str:
        """What is counted, with the point or the group where the return has several of one measure."""
        measure = vocabulary().outcome_measures[str(self.facts["measure"])]
        more = [str(self.facts[name]).replace("-", " ") for name in ("point", "group") if self.facts.get(name)]
        return f"{measure.title} ({', '.join(more)})" if more else measure.title

    def question(self, field: str) -> str:
        """How one of its figures is asked for."""
        return (_ASKS_DAYS if self.kind == "days" else ASKS[field]).format(title=self.title)

    @property
    def kind(self) -> str:
        """count, rate, days or list."""
        return vocabulary().outcome_measures[str(self.facts["measure"])].kind


@dataclass(frozen=True)
class Begun:
    """A return to fill in. `last`: the name of the return that it follows, or "". `exists`: it is in the register."""

    path: str
    name: str
    days: tuple[date, date]
    area: str
    source: str
    last: str
    last_notes: str
    asked: tuple[Asked, ...]
    exists: bool


@dataclass(frozen=True)
class Made:
    """The files of a return. `safe`: what was hidden or rounded, and whether anything can still be worked out."""

    files: Mapping[str, bytes]
    safe: Proposal | None


# -- the period ----------------------------------------------------------------------------------------------------------


def period_of(name: str) -> tuple[date, date] | None:
    """The first and last day of a period by its name: as `days_of`, or two days with `-to-` between them."""
    span = _SPAN.match(name)
    if span is None:
        return days_of(name)
    try:
        first, last = date.fromisoformat(span[1]), date.fromisoformat(span[2])
    except ValueError:
        return None
    return (first, last) if first <= last else None


def name_of(first: date, last: date) -> str:
    """The name of a period: 2026-27, 2026-27-q1, 2026-05 or 2026 where it is one of these, else both days."""
    year = first.year if first.month >= 4 else first.year - 1
    spoken = f"{year}-{(year + 1) % 100:02}"
    tried = (f"{spoken}", *(f"{spoken}-q{quarter}" for quarter in range(1, 5)), f"{first:%Y-%m}", f"{first.year}")
    return next((name for name in tried if days_of(name) == (first, last)), f"{first}-to-{last}")


def due_period(folder: ProtocolFolder, *, as_of: date) -> tuple[date, date]:
    """The period that the next return covers: from the day after the last one, for as long as monitoring asks."""
    months = min(
        (RETURN_MONTHS[one.every] for one in folder.value.monitoring if one.every in RETURN_MONTHS), default=12
    )
    last = _last(folder, before=date.max)
    start = folder.value.effective_from
    if last is not None:
        first = last[1].period.to + timedelta(days=1)
    elif isinstance(start, date):
        first = start
    else:
        year = as_of.year - 1 if as_of.month >= 4 else as_of.year - 2
        first = date(year, 4, 1)
    return first, add_months(first - timedelta(days=1), months)


def _last(folder: ProtocolFolder, *, before: date) -> tuple[str, Outcome] | None:
    """The newest return whose period ended before a day, with its name."""
    found = [
        (record.value.period.to, name, record.value)
        for name, record in folder.outcomes.items()
        if record.value is not None and record.value.period.to < before
    ]
    return max(found, key=lambda one: (one[0], one[1]))[1:] if found else None


# -- what is asked ---------------------------------------------------------------------------------------------------------


def begin_return(folder: ProtocolFolder, name: str) -> Begun:
    """What to ask for a return: the measures of the last one, and those that monitoring asks for.

    Raises EditingError if the name is not a period, or if the return is there and cannot be read.
    """
    days = period_of(name)
    if days is None:
        raise EditingError(f"'{name}' is not a period", "Write it as 2026-27, 2026-27-q1 or 2026-05.")
    record = folder.outcomes.get(name)
    if record is not None and not record.clean:
        raise EditingError(f"{record.path} has faults", "Somebody has to repair it first.")
    last = _last(folder, before=days[0])
    here = record.value if record is not None else None
    known = [one for one in (here, last[1] if last is not None else None) if one is not None]
    results: dict[tuple[PlainData, ...], dict[str, Result | int]] = {}
    for index, result in enumerate(here.results if here is not None else ()):
        results.setdefault(_key(result), {})["now"] = result
        results[_key(result)]["index"] = index
    for result in last[1].results if last is not None else ():
        results.setdefault(_key(result), {})["before"] = result
    covered = {key[0] for key in results}
    for monitoring in folder.value.monitoring:
        for measure in monitoring.measures:
            if measure in vocabulary().outcome_measures and measure not in covered:
                results[_key(Result(measure=measure))] = {}
                covered.add(measure)
    owed = {measure: one.by for one in folder.value.monitoring for measure in one.measures if one.by}
    asked: list[Asked] = []
    for key, found in results.items():
        if key[0] in vocabulary().outcome_measures:
            asked.append(_asked(key, found, days[0], owed, {one.id for one in asked}))
    return Begun(
        f"protocols/{folder.id}/outcomes/{name}.yaml",
        name,
        days,
        _first(*(one.area for one in known), *folder.value.areas),
        _first(*(one.source for one in known)),
        last[0] if last is not None else "",
        (last[1].notes or "").strip() if last is not None else "",
        tuple(asked),
        here is not None,
    )


def _first(*texts: str | None) -> str:
    return next((text for text in texts if text), "")


def _key(result: Result) -> tuple[PlainData, ...]:
    return (result.measure, *(getattr(result, name) for name in _APART))


def _asked(
    key: tuple[PlainData, ...], found: Mapping[str, Result | int], first: date, owed: Mapping[str, str], taken: set[str]
) -> Asked:
    measure = vocabulary().outcome_measures[str(key[0])]
    now, before = (one if isinstance(one := found.get(name), Result) else None for name in ("now", "before"))
    index = found.get("index")
    facts: dict[str, PlainData] = {"measure": measure.id}
    if measure.series:
        facts["series"] = now.series if now is not None and now.series else series_on(measure.id, first)
    facts |= {name: value for name, value in zip(_APART, key[1:], strict=True) if value is not None}
    known = now or before
    rounding = known.rounded_to if known is not None else 5 if measure.of == "people" else None
    if rounding and measure.kind in ("count", "rate"):
        facts["rounded_to"] = rounding
    fields: tuple[str, ...] = ("offered",) if measure.kind == "list" else ("count",)
    if measure.kind == "rate":
        fields = _OF_RATE
        if known is not None:
            fields += tuple(name for name in ("lost", "out_of_scope") if getattr(known, name) is not None)
    id_ = "-".join(str(part) for part in key if part is not None)
    while id_ in taken:
        id_ += "-again"
    return Asked(
        id_,
        facts,
        fields,
        _written(before, fields),
        _written(now, fields),
        index if isinstance(index, int) else None,
        owed.get(measure.id, ""),
    )


def _written(result: Result | None, fields: Sequence[str]) -> dict[str, str]:
    """The figures as a person would type them: a figure that is not available is an empty answer."""
    found = {}
    for name in fields:
        value = getattr(result, name) if result is not None else None
        if isinstance(value, tuple):
            found[name] = "\n".join(value)
        elif value is not None and value != _NOT_AVAILABLE:
            found[name] = str(value)
    return found


# -- from figures to a record ----------------------------------------------------------------------------------------------


def read_figure(text: str) -> int | str | None:
    """A whole number, with or without commas; a mark such as `[c]`; None for nothing. ValueError for anything else."""
    text = " ".join(text.split())
    if not text:
        return None
    if text in MARKS:
        return text
    if not text.isascii() or not _NUMBER.fullmatch(text) or len(text) > 12:
        raise ValueError(text)
    return int(text.replace(",", "").replace(" ", ""))


def make_return(
    register: Register,
    begun: Begun,
    figures: Mapping[tuple[str, str], str],
    *,
    area: str,
    source: str,
    notes: str,
    as_of: date,
) -> Made:
    """The record with these figures, made safe. `figures`: by the id of what was asked and the field.

    Writes nothing. Raises ValueError for a text that is not a figure, and EditingError if the existing record cannot take them.
    """
    results = [_result(one, figures, register.hide_up_to) for one in begun.asked]
    folder = register.protocol(begun.path.split("/")[1])
    record = folder.outcomes.get(begun.name) if folder is not None and begun.exists else None
    if record is None:
        data: dict[str, PlainData] = {"period": {"from": begun.days[0], "to": begun.days[1]}}
        data |= {name: value for name, value in (("area", area), ("source", source)) if value}
        data |= {"extracted_on": as_of, "results": [*results]}
        if notes:
            data["notes"] = notes + "\n" if "\n" in notes else notes
        raw = outcome_text(data, as_of=as_of).encode()
    else:
        raw = _into(register, begun, record, results, area=area, source=source, notes=notes)
    files = {begun.path: raw}
    if register.repository_private:
        return Made(files, None)
    after = register.with_files(files)
    safe, changed = made_safe(after, begun.path)
    return Made(files | changed, safe)


def _result(one: Asked, figures: Mapping[tuple[str, str], str], hide_up_to: int) -> dict[str, PlainData]:
    result = dict(one.facts)
    rounding = result.pop("rounded_to", None)
    of_people = vocabulary().outcome_measures[str(one.facts["measure"])].of == "people"
    for name in one.fields:
        text = figures.get((one.id, name), "")
        if name == "offered":
            result[name] = [line.strip() for line in text.split("\n") if line.strip()]
            continue
        value = read_figure(text)
        if isinstance(value, int) and rounding == 5:
            value = rounded(value, hide_up_to if of_people else 0)
        if value is not None or name not in ("unknown", "lost", "out_of_scope"):
            result[name] = _NOT_AVAILABLE if value is None else value
    if rounding:
        result["rounded_to"] = rounding
    return {name: value for name, value in result.items() if value != []}


def _into(
    register: Register,
    begun: Begun,
    record: Record[Outcome],
    results: Sequence[Mapping[str, PlainData]],
    *,
    area: str,
    source: str,
    notes: str,
) -> bytes:
    """A return that exists, with the figures that differ. Its other lines stay."""
    assert record.value is not None  # noqa: S101 - `begin_return` refuses another
    changes: list[Put | Append] = []
    for one, result in zip(begun.asked, results, strict=True):
        if one.index is None:
            if any(result.get(name, _NOT_AVAILABLE) != _NOT_AVAILABLE for name in one.fields):
                changes.append(Append("results", result))
            continue
        now = record.value.results[one.index]
        for name, value in result.items():
            if name in one.fields and value != (list(old) if isinstance(old := getattr(now, name), tuple) else old):
                changes.append(Put(("results", one.index, name), value))
    for name, text in (("area", area), ("source", source), ("notes", notes)):
        if text and text.strip() != (getattr(record.value, name) or "").strip():
            changes.append(Put((name,), text + "\n" if "\n" in text else text))
    return amended(register, begun.path, register.files.contents[begun.path], Outcome, changes)


def made_safe(register: Register, path: str) -> tuple[Proposal, dict[str, bytes]]:
    """What hides every small count of the return at `path`, and the files with that done. KeyError without that return."""
    records = {record.path: (id_, record) for id_, record in register.returns()}
    returns = [ReturnOf(one, id_, record.value) for one, (id_, record) in records.items() if record.value is not None]
    found = proposal(returns, path, areas=register.parts_of_areas, hide_up_to=register.hide_up_to)
    files = {
        one: amended(
            register,
            one,
            register.files.contents[one],
            Outcome,
            [
                Put(records[one][1].as_written(change.at.in_record), _typed(change.write))
                for change in found.changes
                if change.at.path == one
            ],
        )
        for one in dict.fromkeys(change.at.path for change in found.changes)
    }
    return found, files


def _typed(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def recorded_figures(raw: bytes, path: str, begun: Begun) -> dict[tuple[str, str], str]:
    """What a return that was made says, by the id of what was asked and the field."""
    value = read_record(path, raw, Outcome).value
    by_key = {_key(result): result for result in (value.results if value is not None else ())}
    found = {}
    for one in begun.asked:
        result = by_key.get((one.facts["measure"], *(one.facts.get(name) for name in _APART)))
        for name in (*one.fields, "rounded_to") if result is not None else ():
            figure = getattr(result, name)
            if isinstance(figure, tuple):
                figure = "\n".join(figure)
            if figure is not None:
                found[one.id, name] = str(figure)
    return found
