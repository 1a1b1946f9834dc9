"""The page of fields: every field of every record, with what it means, what it may be and an example, from the models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel

from undersigned.records.areas import Areas, Landscape
from undersigned.records.for_people import ForPeople
from undersigned.records.form import Form
from undersigned.records.law import LawState
from undersigned.records.organisation import Organisation
from undersigned.records.outcome import Outcome
from undersigned.records.protocol import Protocol
from undersigned.records.provision import AreaProvision, Provision
from undersigned.records.review import Review
from undersigned.records.schema import PART, Schema, definitions, example_of, help_of
from undersigned.records.signature import SigningRecord
from undersigned.records.source import list_of, mapping_of, mappings, strings, text_of
from undersigned.records.version import Version

#: Each kind of record, with what it is called and where it is kept.
RECORDS: tuple[tuple[type[BaseModel], str, str], ...] = (
    (Protocol, "Protocol", "protocols/ID/protocol.yaml"),
    (Form, "Form or letter", "protocols/ID/forms/NAME.yaml"),
    (Version, "Version", "protocols/ID/versions/1.0.yaml"),
    (Review, "Review", "protocols/ID/reviews/2026-05-01.yaml"),
    (Outcome, "Outcome return", "protocols/ID/outcomes/2026-27.yaml"),
    (ForPeople, "Page for the people concerned", "protocols/ID/for-people.yaml"),
    (Organisation, "Organisation", "signatories/ID/organisation.yaml"),
    (SigningRecord, "Signing record", "signatories/ID/PROTOCOL.yaml"),
    (Provision, "Service", "provision/AREA/NAME.yaml"),
    (AreaProvision, "What nobody provides in an area", "provision/AREA/area.yaml"),
    (Areas, "Areas", "areas.yaml"),
    (Landscape, "What was decided about an area", "landscape.yaml"),
    (LawState, "What the law watch confirmed", "law/ACT.yaml"),
)
#: What the vocabularies are called that fields are closed to.
_VOCABULARIES = {
    "lawful_bases": "Lawful bases",
    "recognised_interests": "Recognised legitimate interests",
    "special_category_conditions": "Conditions for special category information",
    "schedule_1_conditions": "Conditions of Schedule 1",
    "law_enforcement_conditions": "Conditions for law enforcement processing",
    "powers": "Powers to share",
    "gateways": "Powers, limits and duties",
    "content_topics": "Topics",
    "outcome_measures": "Outcome measures",
    "form_ends": "Kinds of organisation, or any",
    "organisation_kinds": "Kinds of organisation",
    "provision_kinds": "Kinds of service",
}
_YES_OR_NO = ("yes", "no", "true", "false", True, False, None)
#: What may be written for each pattern of the schemas.
_PATTERNS = {
    r"^\d+\.\d+$": "the number of a version, such as 1.0",
    r"^\d{4}-\d{2}(-\d{2})?$": "a day, such as 2026-05-01, or a month, such as 2004-05",
    r"^(v1|d1):sha256:[0-9a-f]{64}$": "a fingerprint",
    "^@[A-Za-z0-9/_.-]+$": "an account, such as @example-council/housing",
    "^[0-9]+$": "a whole number",
}


@dataclass(frozen=True)
class Value:
    """One value of a closed list, with what it means; "" where nothing is said."""

    value: str
    meaning: str


@dataclass(frozen=True)
class FieldRow:
    """One field. `kind`: what may be written, in words. `values`: those of a short closed list.

    `link` and `link_to`: the words and the anchor of the part or the list that it holds. `example` is as it is written
    after the name; "" for a part, which has its examples in its own table.
    """

    name: str
    meaning: str
    required: bool
    kind: str
    values: tuple[Value, ...]
    link: str
    link_to: str
    example: str


@dataclass(frozen=True)
class PartTable:
    """A record or a part of one. `title`: its name, or the fields that lead to it; `path`: its file, or "" for a part."""

    anchor: str
    title: str
    about: str
    path: str
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True)
class ClosedList:
    """A vocabulary, which several fields share."""

    anchor: str
    title: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class FieldsView:
    """What the page shows: for each kind of record its tables, the record's own first; then the closed lists."""

    records: tuple[tuple[PartTable, ...], ...]
    lists: tuple[ClosedList, ...]


def fields_view() -> FieldsView:
    """Returns every field of every record. A part that several records have is shown with the first of them."""
    seen: set[str] = set()
    lists: dict[str, ClosedList] = {}
    records = []
    for model, title, path in RECORDS:
        pieces = definitions(model)
        for name, piece in pieces.items():
            if name in _VOCABULARIES and name not in lists:
                lists[name] = ClosedList(f"list-{name}", _VOCABULARIES[name], _values(piece))
        tables = []
        for part, called in _named_parts(model):
            if part.__name__ not in seen:
                seen.add(part.__name__)
                rows = tuple(_rows(part, pieces[part.__name__]))
                own = part is model
                tables.append(
                    PartTable(
                        f"part-{part.__name__.lower()}",
                        title if own else called,
                        help_of(part, PART),
                        path if own else "",
                        rows,
                    )
                )
        records.append(tuple(tables))
    return FieldsView(tuple(records), tuple(lists.values()))


def _named_parts(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Yields the parts of a record, each with the names of the fields that lead to it."""
    waiting: list[tuple[type[BaseModel], str]] = [(model, "")]
    for part, called in waiting:
        yield part, called
        for name, info in part.model_fields.items():
            for inner in dict.fromkeys(_held(info.annotation)):
                path = f"{called} › {info.alias or name}".removeprefix(" › ")
                if inner is not part and all(inner is not known for known, _ in waiting):
                    waiting.append((inner, path))


def _held(annotation: object) -> list[type[BaseModel]]:
    """The parts that a field holds, without theirs."""
    found: list[type[BaseModel]] = []
    waiting = [annotation]
    for one in waiting:
        waiting.extend(get_args(one))
        if isinstance(one, type) and issubclass(one, BaseModel):
            found.append(one)
    return found


def _rows(part: type[BaseModel], piece: Schema) -> Iterator[FieldRow]:
    for name, said in mapping_of(piece["properties"]).items():
        kind, values, link = _allowed(mapping_of(said))
        inner = link in _VOCABULARIES
        yield FieldRow(
            name,
            help_of(part, name),
            name in list_of(piece.get("required")),
            kind,
            values,
            (_VOCABULARIES[link] if inner else "its own table") if link else "",
            (f"list-{link}" if inner else f"part-{link.lower()}") if link else "",
            example_of(part, name),
        )


def _allowed(piece: Schema) -> tuple[str, tuple[Value, ...], str]:
    """What may be written: in words, the values of a closed list, and the part or vocabulary that it names."""
    if "$ref" in piece:
        name = text_of(piece["$ref"]).rpartition("/")[2]
        return ("one of a list" if name in _VOCABULARIES else "a part with fields of its own"), (), name
    if "items" in piece:
        kind, values, link = _allowed(mapping_of(piece["items"]))
        many = {"one of a list": "a list: several of", "one of these": "a list: several of these"}
        return many.get(kind, f"a list: {kind} each"), values, link
    if others := mapping_of(piece.get("additionalProperties")):
        kind, values, link = _allowed(others)
        return f"for each name, {kind}", values, link
    if "anyOf" in piece:
        found = [_allowed(option) for option in mappings(piece["anyOf"])]
        kinds = dict.fromkeys(kind for kind, _, _ in found)
        values = next((values for _, values, _ in found if values), ())
        return ", or ".join(kinds), values, next((link for _, _, link in found if link), "")
    if "enum" in piece:
        if all(value in _YES_OR_NO for value in list_of(piece["enum"])):
            return "yes or no", (), ""
        return "one of these", _values(piece), ""
    if "const" in piece:
        return f"the word {piece['const']}", (), ""
    if piece.get("format") == "date":
        return "a day, such as 2026-05-01", (), ""
    if "pattern" in piece:
        return _PATTERNS[text_of(piece["pattern"])], (), ""
    return ("a number" if "minimum" in piece else "words"), (), ""


def _values(piece: Schema) -> tuple[Value, ...]:
    values = list_of(piece["enum"])
    meanings = strings(piece.get("markdownEnumDescriptions")) or [""] * len(values)
    return tuple(
        Value(str(value), meaning) for value, meaning in zip(values, meanings, strict=True) if value is not None
    )
