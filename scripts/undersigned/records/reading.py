"""From a file's data to a frozen typed record: every shape fault becomes a finding, and what can be read is read.

A record with shape faults is still read without its faulty parts, so that all other faults show in the same run. It is
then not `clean`: verbs that answer questions leave it out and say so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from undersigned.findings import FILE_START, Finding, Place, Severity
from undersigned.records.fields import Authored, Month
from undersigned.records.source import Data, Path, Source

M = TypeVar("M", bound=Authored)
_SPLIT_BY_COMMA = 'A comma inside {…} begins a new field. Put the whole text in quotes: {title: "one, two and three"}.'
_MOST_ROUNDS = 12


class Record(Generic[M]):
    """One file: its source, its typed value (None if it cannot be read at all), and what was wrong with its shape."""

    __slots__ = ("_above_dropped", "_dropped", "_kept", "_misspelt", "_renamed", "findings", "source", "value")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.value: M | None = None
        self.findings: list[Finding] = []
        self._kept: dict[Path, list[int]] = {}
        self._renamed: dict[Path, str] = {}
        self._dropped: set[Path] = set()
        self._above_dropped: set[Path] = set()
        self._misspelt: set[Path] = set()

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def clean(self) -> bool:
        """Whether all of it was read."""
        return self.value is not None and not self.findings

    def as_written(self, path: Iterable[str | int]) -> Path:
        """A path in the typed value, as the path in the file: faulty items that were left out counted again."""
        written: Path = ()
        for part in path:
            if isinstance(part, int):
                kept = self._kept.get(written)
                written = (*written, kept[part] if kept is not None and part < len(kept) else part)
            else:
                name = part[:-1] if part.endswith("_") else part
                written = (*written, self._renamed.get((*written, name), name))
        return written

    def place(self, *path: str | int) -> Place:
        """Where the value at `path` starts; a missing one answers for the mapping that lacks it."""
        return self.source.place(*self.as_written(path))

    def key_place(self, *path: str | int) -> Place:
        return self.source.key_place(*self.as_written(path))

    def place_in(self, path: Iterable[str | int], offset: int) -> Place:
        """Where the character at `offset` of the text at `path` stands."""
        return self.source.place_in(self.as_written(path), offset)

    def was_dropped(self, *path: str | int) -> bool:
        """Whether something at or under `path` was faulty: then what follows from it is no second fault."""
        if not self._dropped:
            return False
        written = self.as_written(path)
        return written in self._above_dropped or any(
            written[:length] in self._dropped for length in range(len(written) + 1)
        )

    def _drop(self, written: Path) -> None:
        self._dropped.add(written)
        self._above_dropped.update(written[:length] for length in range(len(written)))

    def lacks(self, *path: str | int) -> bool:
        """Whether the absence of `path` is the writer's: not so if it was faulty, or if a misspelt key beside it was."""
        if self.was_dropped(*path):
            return False
        return not self._misspelt or self.as_written(path[:-1]) not in self._misspelt

    def finding(self, place: Place, code: str, severity: Severity, message: str, hint: str = "") -> Finding:
        return Finding(self.path, place.line, place.column, code, severity, message, hint)


def read_record(path: str, raw: bytes, model: type[M]) -> Record[M]:
    """Reads one file as `model`. Never raises for anything that the file holds."""
    source = Source(path, raw)
    record: Record[M] = Record(source)
    for fault in source.faults:
        record.findings.append(record.finding(fault.place, fault.code, "error", fault.message, fault.hint))
    if not source.parsed:
        return record
    for empty in source.empties:
        record.findings.extend(_unknown_empty_key(record, model, empty))
    try:
        record.value = model.model_validate(source.data)
    except ValidationError as error:
        _salvage(record, model, error)
    except RecursionError:
        record.findings.append(record.finding(FILE_START, "too-deep", "error", "this is nested too deeply", ""))
    return record


def _salvage(record: Record[M], model: type[M], error: ValidationError) -> None:
    """Leaves the faulty parts out until the rest reads, a finding for each; `value` stays None if nothing is left."""
    data = _copied(record.source.data)
    for _ in range(_MOST_ROUNDS):
        removals: list[Path] = []
        # Unknown keys first: a required one that was only misspelt is not missing as well.
        for detail in sorted(error.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden"):
            path = _clean_location(detail, data)
            finding, removal = _explain(record, model, detail, path, data)
            if finding is not None:
                record.findings.append(finding)
            if removal is not None:
                removals.append(removal)
        if () in removals:
            return
        for removal in sorted(set(removals), key=_reading_order, reverse=True):
            _remove(record, data, removal)
        try:
            record.value = model.model_validate(data)
        except ValidationError as again:
            error = again
            continue
        return


def _reading_order(path: Path) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _remove(record: Record[M], data: Data, path: Path) -> None:
    """Takes the value at `path` (in the present data) out, remembering what each later index was in the file."""
    *above, last = path
    parent = _at(data, above)
    record._drop(record.as_written(path))
    if isinstance(parent, list) and isinstance(last, int) and last < len(parent):
        kept = record._kept.setdefault(record.as_written(above), list(range(len(parent))))
        del kept[last]
        del parent[last]
    elif isinstance(parent, dict):
        parent.pop(last, None)


def _copied(data: Data) -> Data:
    if isinstance(data, dict):
        return {key: _copied(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_copied(item) for item in data]
    return data


def _clean_location(detail: ErrorDetails, data: Data) -> Path:
    """The validator's location without the names of alternatives in it."""
    path: Path = ()
    here = data
    location = detail["loc"]
    for index, part in enumerate(location):
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = _at(here, (part,))
        elif index == len(location) - 1 and detail["type"] == "missing" and isinstance(here, dict):
            pass
        else:
            continue
        path = (*path, part)
    return path


def _explain(
    record: Record[M], model: type[M], detail: ErrorDetails, path: Path, data: Data
) -> tuple[Finding | None, Path | None]:
    """The finding for one fault, and what must be left out so that the rest can be read."""
    kind = detail["type"]
    if kind == "missing":
        mapping, name = path[:-1], str(path[-1])
        if (*record.as_written(mapping), name) in record._renamed:
            return None, None
        if record.was_dropped(*path):
            return None, mapping
        what = f"'{_shown(mapping)}'" if mapping else "this record"
        return record.finding(
            record.place(*mapping), "missing-key", "error", f"{what} has no '{name}'", f"Add a line '{name}: …'."
        ), mapping
    if kind == "extra_forbidden":
        name = str(path[-1])
        known = field_names(model, record.as_written(path[:-1]))
        finding = record.finding(
            record.key_place(*path), "unknown-key", "error", f"'{name}' is no field here", did_you_mean(name, known)
        )
        close = _closest(name, known)
        parent = _at(data, path[:-1])
        mapping = record.as_written(path[:-1])
        record._misspelt.add(mapping)
        if close and isinstance(parent, dict) and close not in parent:
            parent[close] = parent.pop(name)
            record._renamed[(*mapping, close)] = name
            record._drop((*mapping, name))
            return finding, None
        return finding, path
    value = _at(data, path)
    left_out: Path | None = path
    if kind == "literal_error" and isinstance(value, str) and (close := _closest(value, _allowed(detail))):
        # Read it as what was probably meant, so that the rest of the record is checked in the same run.
        parent = _at(data, path[:-1])
        if isinstance(parent, dict) and isinstance(path[-1], str):
            parent[path[-1]] = close
            record._drop(record.as_written(path))
            left_out = None
    message, hint, code = _words(kind, detail, value, str(path[-1]) if path and isinstance(path[-1], str) else "")
    return record.finding(record.place(*path), code, "error", message, hint), left_out


def _allowed(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))


def _words(kind: str, detail: ErrorDetails, value: Data, field: str) -> tuple[str, str, str]:
    shown = f"'{value}'" if isinstance(value, str) else ""
    if len(shown) > 80:
        shown = shown[:77] + "…'"
    match kind:
        case "literal_error":
            allowed = _allowed(detail)
            if not isinstance(value, str):
                return (
                    f"one word is wanted here, and this is {_a(value)}",
                    "Write one of: " + ", ".join(allowed) + ".",
                    "wrong-type",
                )
            close = _closest(value, allowed)
            hint = (f"Did you mean '{close}'? " if close else "") + "Allowed: " + ", ".join(allowed) + "."
            return f"{shown} is not a value that {_field(field)} can have", hint, "unknown-value"
        case "date":
            if isinstance(value, str):
                return (
                    f"{shown} is not a date",
                    f"Write it as year-month-day, for example 2026-05-01.{_other_date(value)}",
                    "bad-date",
                )
            return (
                f"a date is wanted here, and this is {_a(value)}",
                "Write it as year-month-day, for example 2026-05-01.",
                "wrong-type",
            )
        case "no_such_day":
            return f"{shown} is a day that does not exist", "Look it up in the calendar: year-month-day.", "no-such-day"
        case "yes_no":
            return f"{shown or _a(value)} is neither yes nor no", "Write yes or no, in small letters.", "wrong-type"
        case "whole_number":
            return (
                f"{shown or _a(value)} is not a whole number",
                'Write digits only, for example 12. A figure that may not be shown is "[c]".',
                "wrong-type",
            )
        case "number":
            return f"{shown or _a(value)} is not a number", "Write digits, for example 27 or 27.5.", "wrong-type"
        case "version_number":
            return (
                f"{shown or _a(value)} is not a version number",
                'Versions are two whole numbers with a full stop, for example "1.0" or "2.1".',
                "bad-version",
            )
        case "account":
            return (
                f"{shown or _a(value)} is neither an account nor a team of the place where the register is kept",
                'Write a team in quotes, for example "@example-council/housing".',
                "wrong-type",
            )
        case "tuple_type":
            if isinstance(value, str):
                return (
                    f"a list is wanted here, and {shown} is a single value",
                    f"Put it in square brackets: [{value}]." if len(value) < 60 else "Begin each item with '- '.",
                    "wrong-type",
                )
            return f"a list is wanted here, and this is {_a(value)}", "Begin each item with '- '.", "wrong-type"
        case "string_type":
            if isinstance(value, dict) and len(value) == 1:
                key, inner = next(iter(value.items()))
                if isinstance(inner, str):
                    return (
                        f"text is wanted here, and a colon has split it into a field '{key}' and its value",
                        f'Put the whole text in quotes: "{key}: {inner}".',
                        "wrong-type",
                    )
            return (
                f"text is wanted here, and this is {_a(value)}",
                "Write one value after the colon, in quotes if need be.",
                "wrong-type",
            )
        case _:
            return (
                f"fields are wanted here, and this is {_a(value)}",
                "Write 'name: value' lines, indented by two more spaces.",
                "wrong-type",
            )


def _other_date(value: str) -> str:
    """What an officer probably meant by a date in the British order."""
    match = re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", value.strip())
    if not match or not (1 <= int(match[2]) <= 12 and 1 <= int(match[1]) <= 31):
        return ""
    return f" Did you mean {match[3]}-{int(match[2]):02d}-{int(match[1]):02d}?"


def _a(value: Data) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a group of fields"
    return "text"


def _field(field: str) -> str:
    return f"'{field}'" if field else "this list"


def _shown(path: Path) -> str:
    return " ".join(f"{part + 1}" if isinstance(part, int) else str(part) for part in path)


def _at(data: Data, path: Iterable[str | int]) -> Data:
    """What stands at `path`; None if nothing does."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _unknown_empty_key(record: Record[M], model: type[M], path: Path) -> Iterator[Finding]:
    """An unknown key is refused even if nothing stands after it."""
    known = field_names(model, path[:-1])
    name = path[-1]
    if known and isinstance(name, str) and name not in known:
        yield record.finding(
            record.source.key_place(*path),
            "unknown-key",
            "error",
            f"'{name}' is no field here",
            _SPLIT_BY_COMMA if " " in name else did_you_mean(name, known),
        )


def _closest(word: str, known: Iterable[str]) -> str | None:
    folded = {name.replace("_", "").replace("-", "").lower(): name for name in known}
    same = folded.get(word.replace("_", "").replace("-", "").replace(" ", "").lower())
    if same:
        return same
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.72)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or those there are, forty at most."""
    known = tuple(known)
    close = _closest(word, known)
    if close:
        return f"Did you mean '{close}'?"
    if word == "<<":
        return "'<<' is a YAML merge key, which records do not use. Write the fields out in full."
    shown = ", ".join(known[:40]) + (", …" if len(known) > 40 else "")
    return f"Known here: {shown}." if known else ""


def field_names(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The fields that a mapping at `path` of a record may have; empty where its keys are free (forms of a text)."""
    return _field_names(model, tuple("*" if isinstance(part, int) else part for part in path))


@cache
def _field_names(model: type[BaseModel], path: tuple[str, ...]) -> tuple[str, ...]:
    models: list[type[BaseModel]] = [model]
    free = False
    for part in path:
        if part == "*":
            continue
        if free:
            free = False
            continue
        found: list[type[BaseModel]] = []
        for candidate in models:
            for name, info in candidate.model_fields.items():
                if (info.alias or name) == part:
                    found.extend(_models_in(info.annotation))
                    free = "dict[" in str(info.annotation)
        models = found
    if free:
        return ()
    return tuple(dict.fromkeys(info.alias or name for m in models for name, info in m.model_fields.items()))


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def months_in(value: object, path: Path = ()) -> Iterator[Path]:
    """The paths of all dates given as a month only."""
    if isinstance(value, Month):
        yield path
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from months_in(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from months_in(item, (*path, index))
