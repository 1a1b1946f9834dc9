"""From a file's data to a frozen typed record: every shape fault becomes a finding, and what can be read is read.

A record with shape faults is still read without its faulty parts, so that all other faults show in the same run. It is
then not `clean`: verbs that answer questions leave it out and say so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Generic, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from undersigned.records.fields import Authored, Month
from undersigned.records.findings import Finding, Place, file_finding, shape_finding
from undersigned.records.slips import (
    Explained,
    bullet_in,
    explain_date,
    explain_day,
    explain_list,
    explain_number,
    explain_version,
    explain_yes_no,
    lookalike,
    odd_character,
    plain_of,
)
from undersigned.records.source import MAX_DEPTH, KeyPath, PlainData, Source, value_at

M = TypeVar("M", bound=Authored)
_MOST_ROUNDS = 12
_LONGEST_SHOWN = 78
#: So many known words a hint lists.
_MOST_LISTED = 40
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
#: What is left of a number after the comma that separates its thousands.
_THOUSANDS = re.compile(r"[0-9]{3}\Z")


class Record(Generic[M]):
    """One file: its source, its typed value (None if it cannot be read at all), and what was wrong with its shape."""

    __slots__ = ("_above_dropped", "_dropped", "_kept", "_misspelt", "_renamed", "findings", "source", "value")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.value: M | None = None
        self.findings: list[Finding] = []
        self._kept: dict[KeyPath, list[int]] = {}
        self._renamed: dict[KeyPath, str] = {}
        self._dropped: set[KeyPath] = set()
        self._above_dropped: set[KeyPath] = set()
        self._misspelt: set[KeyPath] = set()

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def clean(self) -> bool:
        """Whether all of it was read."""
        return self.value is not None and not self.findings

    def as_written(self, path: Iterable[str | int]) -> KeyPath:
        """A path in the typed value, as the path in the file: faulty items that were left out counted again."""
        written: KeyPath = ()
        for part in path:
            if isinstance(part, int) and not isinstance(value_at(self.source.data, written), list):
                continue  # one was written where there may be a list
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
        """Where the character at `offset` of the text at `path` is."""
        return self.source.place_in(self.as_written(path), offset)

    def was_dropped(self, *path: str | int) -> bool:
        """Whether something at or under `path` was faulty: then a consequence of it is not reported as a second fault."""
        if not self._dropped:
            return False
        written = self.as_written(path)
        return written in self._above_dropped or any(
            written[:length] in self._dropped for length in range(len(written) + 1)
        )

    def _drop(self, written: KeyPath) -> None:
        self._dropped.add(written)
        self._above_dropped.update(written[:length] for length in range(len(written)))

    def lacks(self, *path: str | int) -> bool:
        """Whether the absence of `path` is the writer's: not so if it was faulty, or if a misspelt key beside it was."""
        if self.was_dropped(*path):
            return False
        return not self._misspelt or self.as_written(path[:-1]) not in self._misspelt


def read_record(path: str, raw: bytes, model: type[M]) -> Record[M]:
    """Reads one file as `model`. Never raises for anything that the file holds."""
    source = Source(path, raw)
    record: Record[M] = Record(source)
    record.findings.extend(source.faults)
    if not source.parsed:
        return record
    for entry in source.cut:
        record._drop(entry)
    for empty in source.empties:
        record.findings.extend(_unknown_empty_key(record, model, empty))
    try:
        record.value = model.model_validate(source.data)
    except ValidationError as error:
        _salvage(record, model, error)
    except RecursionError:
        record.findings.append(file_finding(path, "too-deep", most=MAX_DEPTH))
    return record


def _salvage(record: Record[M], model: type[M], error: ValidationError) -> None:
    """Leaves the faulty parts out until the rest reads, a finding for each; `value` stays None if nothing is left."""
    data = _copied(record.source.data)
    for _ in range(_MOST_ROUNDS):
        removals: list[KeyPath] = []
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


def _reading_order(path: KeyPath) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _remove(record: Record[M], data: PlainData, path: KeyPath) -> None:
    """Takes the value at `path` (in the present data) out, remembering what each later index was in the file."""
    *above, last = path
    parent = value_at(data, above)
    record._drop(record.as_written(path))
    if isinstance(parent, list) and isinstance(last, int) and last < len(parent):
        kept = record._kept.setdefault(record.as_written(above), list(range(len(parent))))
        del kept[last]
        del parent[last]
    elif isinstance(parent, dict) and isinstance(last, str):
        parent.pop(last, None)


def _copied(data: PlainData) -> PlainData:
    if isinstance(data, dict):
        return {key: _copied(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_copied(item) for item in data]
    return data


def _clean_location(detail: ErrorDetails, data: PlainData) -> KeyPath:
    """The validator's location without the names of alternatives in it."""
    path: KeyPath = ()
    here = data
    location = detail["loc"]
    for index, part in enumerate(location):
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = value_at(here, (part,))
        elif index == len(location) - 1 and detail["type"] == "missing" and isinstance(here, dict):
            pass
        else:
            continue
        path = (*path, part)
    return path


def _explain(
    record: Record[M], model: type[M], detail: ErrorDetails, path: KeyPath, data: PlainData
) -> tuple[Finding | None, KeyPath | None]:
    """The finding for one fault, and what must be left out so that the rest can be read."""
    kind = detail["type"]
    if kind == "missing":
        return _missing(record, model, path)
    if kind == "extra_forbidden":
        return _unknown_key(record, model, path, data)
    value = value_at(data, path)
    left_out: KeyPath | None = path
    if kind == "literal_error" and isinstance(value, str) and (close := _closest(value, _allowed(detail))):
        # Read it as what was probably meant, so that the rest of the record is checked in the same run.
        parent = value_at(data, path[:-1])
        if isinstance(parent, dict) and isinstance(path[-1], str):
            parent[path[-1]] = close
            record._drop(record.as_written(path))
            left_out = None
    code, words, facts = _explain_value(model, kind, detail, value, record.as_written(path))
    return shape_finding(record.path, record.place(*path), code, words, **facts), left_out


def _missing(record: Record[M], model: type[M], path: KeyPath) -> tuple[Finding | None, KeyPath | None]:
    mapping, name = path[:-1], str(path[-1])
    written = record.as_written(mapping)
    if (*written, name) in record._renamed:
        return None, None
    if record.was_dropped(*path):
        return None, mapping
    allowed = _choices(model, (*written, name))
    if (*written, name) in record.source.empties:
        at, what = record.source.key_place(*written, name), _what(model, written, this=True)
        return shape_finding(record.path, at, "missing-key", "empty", what=what, name=name), mapping
    words, what = "choice" if allowed else "default", _what(model, written, this=True)
    at = record.place(*mapping)
    return shape_finding(
        record.path, at, "missing-key", words, what=what, name=name, allowed=", ".join(allowed)
    ), mapping


def _unknown_key(
    record: Record[M], model: type[M], path: KeyPath, data: PlainData
) -> tuple[Finding | None, KeyPath | None]:
    name, mapping = str(path[-1]), record.as_written(path[:-1])
    finding = _key_finding(record, model, (*mapping, name))
    record._misspelt.add(mapping)
    close = _closest(name, field_names(model, mapping))
    parent = value_at(data, path[:-1])
    if close and isinstance(parent, dict) and close not in parent:
        parent[close] = parent.pop(name)
        record._renamed[(*mapping, close)] = name
        record._drop((*mapping, name))
        return finding, None
    return finding, path


def _key_finding(record: Record[M], model: type[M], written: KeyPath) -> Finding:
    """The finding for a key that the format does not know, at its path as written in the file."""
    *above, key = written
    mapping, name = tuple(above), str(key)
    known = field_names(model, mapping)
    words, facts = "default", {"name": name, "what": _what(model, mapping)}
    if name == "<<":
        words = "merge-key"
    elif odd := odd_character(name):
        words, facts = "odd-character", {"what": odd, "plain": plain_of(name)}
    elif (close := _closest(name, known)) and (odd := lookalike(name, close)):
        words, facts = "odd-character", {"what": odd, "plain": close}
    elif (bullet := bullet_in(name)) and bullet[1] != name:
        words, facts = "bullet", {"name": name, "plain": bullet[1]}
    elif " " in name and not _closest(name, known) and record.source.is_inline(*mapping):
        words = "comma"
    return shape_finding(
        record.path, record.source.key_place(*written), "unknown-key", words, near=did_you_mean(name, known), **facts
    )


def _allowed(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))


def _explain_value(
    model: type[BaseModel], kind: str, detail: ErrorDetails, value: PlainData, path: KeyPath
) -> Explained:
    """What is wrong with a value of the wrong kind, for the validator's name of the fault."""
    shown = _quoted(value) if isinstance(value, str) else _a(value)
    text = value if isinstance(value, str) else ""
    match kind:
        case "literal_error":
            return _explain_choice(value, _allowed(detail), path)
        case "date" | "date_or_month" if not text:
            return "wrong-type", "date", {"actual": _a(value)}
        case "date":
            return explain_date(text)
        case "date_or_month":
            return explain_date(text, or_month=True)
        case "no_such_day":
            return explain_day(text)
        case "yes_no":
            return explain_yes_no(text, shown)
        case "whole_number":
            return explain_number(text, shown, "whole-number")
        case "number":
            return explain_number(text, shown, "number")
        case "version_number":
            return explain_version(text, shown)
        case "account":
            return "wrong-type", "account", {"value": shown}
        case "provision_path":
            return "wrong-type", "provision", {"value": shown}
        case "tuple_type":
            fields = _required(model, (*path, 0))
            if text:
                return explain_list(text, shown, fields)
            example = ", ".join(f"{name}: …" for name in fields)
            return "wrong-type", "list-of-groups" if fields else "not-list", {"actual": _a(value), "example": example}
        case "string_type":
            return _explain_text(value, path)
        case _:
            return "wrong-type", "group", {"actual": _a(value), "fields": field_names(model, path)}


def _explain_choice(value: PlainData, allowed: list[str], path: KeyPath) -> Explained:
    field = next((part for part in reversed(path) if isinstance(part, str)), "")
    if not isinstance(value, str):
        return "wrong-type", "one-word", {"actual": _a(value), "allowed": ", ".join(allowed)}
    close = _closest(value, allowed)
    odd = lookalike(value, close) if close else None
    if close and odd:
        return "unknown-value", "odd-character", {"what": odd, "plain": close}
    near = f"Did you mean '{close}'?" if close else ""
    facts: dict[str, object] = {"value": _short(value), "field": field, "near": near, "allowed": ", ".join(allowed)}
    return "unknown-value", "default", facts


def _explain_text(value: PlainData, path: KeyPath) -> Explained:
    """Text was expected. A colon, or a blank in brackets that nobody has filled in, often makes something else of it."""
    if isinstance(value, dict) and len(value) == 1:
        key, inner = next(iter(value.items()))
        if isinstance(inner, str):
            words = "field-below" if _FIELD_NAME.match(key) else "colon"
            field = next((part for part in reversed(path) if isinstance(part, str)), "")
            return "wrong-type", words, {"key": key, "rest": inner, "field": field}
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return "wrong-type", "brackets", {"text": value[0]}
    return "wrong-type", "text", {"actual": _a(value)}


def _a(value: PlainData) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a group of fields"
    return "text"


def _quoted(text: str) -> str:
    return f"'{_short(text)}'"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


#: What an entry of a list is called, by the field that holds the list.
_ENTRIES = {
    "parties": "party",
    "groups": "group",
    "flows": "flow",
    "clauses": "clause",
    "data_items": "data item",
    "items": "item",
    "milestones": "milestone",
    "signatures": "signature",
    "reservations": "reservation",
    "other_officers": "officer",
    "sections": "section",
    "fields": "form field",
    "results": "result",
}
_KINDS = {
    "SigningRecord": "signing record",
    "Outcome": "return",
    "AreaProvision": "record of an area",
    "LawState": "record of the law",
}


def _what(model: type[BaseModel], mapping: KeyPath, *, this: bool = False) -> str:
    """What a group of fields describes: `a protocol`, `a party`, `'purpose'`. `this`: as `this party`."""
    if not mapping:
        noun = _KINDS.get(model.__name__, model.__name__.lower())
    elif isinstance(mapping[-1], int):
        field = next((part for part in reversed(mapping) if isinstance(part, str)), "")
        noun = _ENTRIES.get(field, f"entry of '{field}'")
    else:
        return f"'{mapping[-1]}'"
    if this:
        return f"this {noun}"
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _unknown_empty_key(record: Record[M], model: type[M], path: KeyPath) -> Iterator[Finding]:
    """An unknown key is refused even if nothing follows it."""
    known = field_names(model, path[:-1])
    name = path[-1]
    if not known or not isinstance(name, str) or name in known:
        return
    before = record.source.key_before(*path) if _THOUSANDS.match(name) else None
    figures = value_at(record.source.data, (*path[:-1], before)) if before else None
    if isinstance(figures, str) and figures.isdigit():
        # {count: 1,650} is read as a count of 1: what follows from that figure would be wrong.
        record._drop((*path[:-1], before))  # type: ignore[arg-type]
        at = record.source.place(*path[:-1], before)  # type: ignore[arg-type]
        yield shape_finding(record.path, at, "unknown-key", "thousands", name=name, before=figures)
    else:
        yield _key_finding(record, model, path)


def _closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is or nearly is. Odd hyphens, quotation marks and spaces count as plain ones."""
    word = plain_of(word)
    folded = {name.replace("_", "").replace("-", "").lower(): name for name in known}
    same = folded.get(word.replace("_", "").replace("-", "").replace(" ", "").lower())
    if same:
        return same
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.72)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or else the known words, forty at most."""
    known = tuple(known)
    close = _closest(word, known)
    if close:
        return f"Did you mean '{close}'?"
    shown = ", ".join(known[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
    return f"Use one of: {shown}." if known else ""


def field_names(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
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


def _fields_at(model: type[BaseModel], path: KeyPath) -> Iterator[FieldInfo]:
    """What the models say of the field at a path, in each group of fields that it may belong to."""
    *above, name = path
    models = [model]
    for part in above:
        if isinstance(part, str):
            models = [
                inner
                for candidate in models
                for key, info in candidate.model_fields.items()
                if (info.alias or key) == part
                for inner in _models_in(info.annotation)
            ]
    for candidate in models:
        for key, info in candidate.model_fields.items():
            if (info.alias or key) == name:
                yield info


def _choices(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
    """The values that the field at a path may have, if it has a list of them."""
    for info in _fields_at(model, path):
        if get_origin(info.annotation) is Literal:
            return get_args(info.annotation)
    return ()


def _required(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
    """The fields that a group at a path must have, or the first of its fields if none must be there."""
    for info in _fields_at(model, path[:-1]):
        item = next(iter(get_args(info.annotation)), None)
        if isinstance(item, type) and issubclass(item, BaseModel):
            fields = item.model_fields.items()
            required = [field.alias or name for name, field in fields if field.is_required()]
            others = [field.alias or name for name, field in fields if not field.is_required()]
            return (*required, *others[: max(0, 2 - len(required))])
    return ()


#: A month as records write it. The pattern begins with the hyphen because `re` looks for one byte many times faster.
_MAY_BE_MONTH = re.compile(rb"-(?<=[0-9]{4}-)[0-9]{2}(?![-0-9])")


def may_hold_months(raw: bytes) -> bool:
    """A quick look at a whole file: it may say yes too often, never no to what `months_in` finds.

    An escape in quotes may write a month in another way.
    """
    return b"\\" in raw or _MAY_BE_MONTH.search(raw) is not None


def months_in(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Month]]:
    """All dates that are given as a month only, each with its path."""
    if isinstance(value, Month):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from months_in(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from months_in(item, (*path, index))
