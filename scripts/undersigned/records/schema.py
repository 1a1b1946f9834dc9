"""JSON Schema of each kind of record, from the models, the vocabularies and the help texts: for editors and programs.

It is a little kinder than the reader in one way only: ids of other records are not looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import get_args

import yaml
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
from undersigned.records.signature import SigningRecord
from undersigned.records.source import PlainData, list_of, mapping_of, mappings, strings
from undersigned.records.version import Version
from undersigned.records.vocabulary import Entry, vocabulary

_MODELS: dict[str, type[BaseModel]] = {
    "protocol": Protocol,
    "version": Version,
    "organisation": Organisation,
    "signature": SigningRecord,
    "review": Review,
    "form": Form,
    "outcome": Outcome,
    "for-people": ForPeople,
    "law": LawState,
    "areas": Areas,
    "landscape": Landscape,
}
#: Folders with two kinds of record, because editors choose a schema by the file's name and few can leave one name out:
#: a record is of the first kind if it has any of these fields, otherwise of the second.
_EITHER: dict[str, tuple[type[BaseModel], tuple[str, ...], type[BaseModel]]] = {
    "signatory": (SigningRecord, tuple(SigningRecord.model_fields), Organisation),
    "provision": (AreaProvision, ("none",), Provision),
}
KINDS: tuple[str, ...] = (*_MODELS, *_EITHER)
#: What the help texts call a part as a whole.
PART = "_part"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: Fields that hold one value or a list of them.
_ONE_OR_LIST = frozenset({"sensitivity", "owner", "provider", "commissioned_by"})

# A schema is a tree of plain JSON values, and so is a piece of it.
Schema = dict[str, PlainData]


@cache
def _help() -> Mapping[str, Mapping[str, str | Mapping[str, PlainData]]]:
    """By the name of a record part, then of a field. Ours, so read without places."""
    found: Mapping[str, Mapping[str, str | Mapping[str, PlainData]]] = yaml.load(
        (resources.files("undersigned.records") / "schema-help.yaml").read_bytes(), Loader=yaml.CSafeLoader
    )
    return found


def help_of(model: type[BaseModel], field: str) -> str:
    """What a field means, in a sentence or two; empty where nothing is said. `PART` is the part as a whole."""
    entry = _entry(model, field)
    return entry if isinstance(entry, str) else str(entry.get("help", ""))


def values_of(model: type[BaseModel], field: str) -> tuple[str, ...]:
    """The values that a field of few can have; empty for all others."""
    entry = _entry(model, field)
    return tuple(mapping_of(entry.get("values"))) if isinstance(entry, Mapping) else ()


def example_of(model: type[BaseModel], field: str) -> str:
    """An example of a field, as it is written after its name; empty for a field that holds a part."""
    for part in model.__mro__:
        entry = _help().get(part.__name__, {}).get(field)
        if isinstance(entry, Mapping) and "example" in entry:
            return str(entry["example"])
    return ""


def _entry(model: type[BaseModel], field: str) -> str | Mapping[str, PlainData]:
    for part in model.__mro__:
        entry = _help().get(part.__name__, {}).get(field)
        if entry is not None and (field != PART or part is model):
            return entry
    return ""


def schema(kind: str) -> Schema:
    """The JSON Schema (2020-12) of one kind of record, of `KINDS`.

    It is written for YAML 1.2 as editors read it: a day is text, 1.0 is a number, yes is text and true is not; a field
    with nothing after it is null, which means absent. `signatory` is either record of a signatory's folder, and
    `provision` either record of an area's.
    """
    head: Schema = {"$schema": DIALECT, "title": kind.capitalize()}
    if kind in _EITHER:
        first, fields, second = _EITHER[kind]
        return {
            **head,
            "if": {"anyOf": [{"required": [name]} for name in fields]},
            "then": {"$ref": f"#/$defs/{first.__name__}"},
            "else": {"$ref": f"#/$defs/{second.__name__}"},
            "$defs": {**definitions(first), **definitions(second)},
        }
    found = definitions(_MODELS[kind])
    whole = found.pop(_MODELS[kind].__name__)
    return {**head, **whole, "type": "object", **({"$defs": {**found}} if found else {})}


def definitions(model: type[BaseModel]) -> dict[str, Schema]:
    """The schema of every part of a record, itself included, and of the vocabularies that they use."""
    raw = model.model_json_schema(by_alias=True)
    pieces = {**raw.pop("$defs", {}), model.__name__: raw}
    models = {part.__name__: part for part in _parts_of(model)}
    found = {name: _part(piece, models[name]) for name, piece in sorted(pieces.items())}
    fields = [(part, info.alias or name) for part in models.values() for name, info in part.model_fields.items()]
    used = {words for part, name in fields if (words := _vocabulary_of(part, name)) is not None}
    return found | {words: _words(words) for words in sorted(used)}


def _all_models() -> Iterator[type[BaseModel]]:
    yield from _MODELS.values()
    for first, _fields, second in _EITHER.values():
        yield from (first, second)


def parts() -> Iterator[type[BaseModel]]:
    """Every model that a record is made of, each once."""
    yield from {part: None for model in _all_models() for part in _parts_of(model)}


def _parts_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model that one kind of record is made of, itself first; some more than once."""
    yield model
    for info in model.model_fields.values():
        annotations: list[object] = [info.annotation]
        for annotation in annotations:
            annotations.extend(get_args(annotation))
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                yield from _parts_of(annotation)


def _part(raw: Schema, model: type[BaseModel]) -> Schema:
    required = list_of(raw.get("required"))
    # Only `areas.yaml` has keys of its writer's choice.
    others = raw.get("additionalProperties") if model.model_config.get("extra") == "allow" else False
    part: Schema = {
        "type": ["object", "null"],
        "additionalProperties": others,
        "properties": {
            name: _field(mapping_of(piece), model, name, required=name in required)
            for name, piece in mapping_of(raw.get("properties")).items()
        },
    }
    if required:
        part["required"] = required
    about = help_of(model, PART)
    return {"description": about, **part} if about else part


def _field(raw: Schema, model: type[BaseModel], name: str, *, required: bool) -> Schema:
    entry = _entry(model, name)
    piece = _plain({key: value for key, value in raw.items() if key not in ("title", "description", "x-prose")})
    if name in _ONE_OR_LIST and "items" in piece:
        piece = {"anyOf": [dict(mapping_of(piece["items"])), piece]}
    words = _vocabulary_of(model, name)
    if words is not None:
        reference: Schema = {"$ref": f"#/$defs/{words}"}
        piece = {"type": "array", "items": reference} if "items" in piece else reference
    holder = mapping_of(piece.get("items", piece))
    if isinstance(entry, Mapping):
        values = mapping_of(entry.get("values"))
        if values:
            holder["markdownEnumDescriptions"] = [values.get(value, "") for value in strings(holder["enum"])]
        if "examples" in entry:
            holder["examples"] = entry["examples"]
    if not required:
        _allow_null(piece)
    description = help_of(model, name)
    return {"description": description, **piece} if description else piece


def _plain(raw: Schema) -> Schema:
    """Without defaults and alternatives that say nothing to a writer; text may look like a number."""
    piece = {key: value for key, value in raw.items() if key != "default" or isinstance(value, str)}
    options = mappings(piece.get("anyOf", piece.get("oneOf")))
    if options:
        left = [
            _plain({k: v for k, v in option.items() if k != "x-prose"})
            for option in options
            if option != {"type": "null"}
        ]
        piece = {key: value for key, value in piece.items() if key not in ("anyOf", "oneOf", "discriminator")}
        piece.update(left[0] if len(left) == 1 else {"anyOf": [*left]})
    if "items" in piece:
        piece["items"] = _plain(mapping_of(piece["items"]))
    if piece.get("type") == "string" and not piece.keys() & {"enum", "const", "pattern", "format"}:
        piece["type"] = ["string", "number"]
    elif piece.get("type") == "integer":  # in quotes it is the same
        piece |= {"type": ["integer", "string"], "pattern": "^[0-9]+$"}
    return piece


def _allow_null(piece: Schema) -> None:
    if "type" in piece:
        kinds = piece["type"] if isinstance(piece["type"], list) else [piece["type"]]
        piece["type"] = [*kinds, *(["null"] if "null" not in kinds else [])]
    if "enum" in piece:
        piece["enum"] = [*list_of(piece["enum"]), None]
        if "markdownEnumDescriptions" in piece:
            piece["markdownEnumDescriptions"] = [*list_of(piece["markdownEnumDescriptions"]), "Nothing said"]
    for option in mappings(piece.get("anyOf")):
        if "type" in option:
            _allow_null(option)
            break


# -- vocabularies ---------------------------------------------------------------------------------------------------

#: The vocabulary that a field is closed to, by the field's name; of some names only in one part.
_VOCABULARIES: dict[str, str] = {
    "lawful_bases": "lawful_bases",
    "recognised_interests": "recognised_interests",
    "special_category_conditions": "special_category_conditions",
    "schedule_1_conditions": "schedule_1_conditions",
    "law_enforcement_conditions": "law_enforcement_conditions",
    "gateways": "powers",
    "official_authority": "gateways",
    "required_by": "gateways",
    "Clause.covers": "content_topics",
    "Monitoring.measures": "outcome_measures",
    "Result.measure": "outcome_measures",
    "Form.from": "form_ends",
    "Form.to": "form_ends",
    "Organisation.kind": "organisation_kinds",
    "Provision.kind": "provision_kinds",
    "AreaProvision.none": "provision_kinds",
}


def _vocabulary_of(model: type[BaseModel], field: str) -> str | None:
    return _VOCABULARIES.get(f"{model.__name__}.{field}") or _VOCABULARIES.get(field)


@cache
def _words(name: str) -> Schema:
    known = vocabulary()
    entries: Mapping[str, Entry]
    match name:
        case "powers":  # a limit or a context empowers nobody
            entries = {id_: gateway for id_, gateway in known.gateways.items() if gateway.is_power}
        case "form_ends":
            entries = known.organisation_kinds
        case _:
            entries = getattr(known, name)
    ids = {id_: _meaning(entry) for id_, entry in entries.items()}
    if name == "form_ends":
        ids = {"any": "Any organisation", **ids}
    # An empty item of a list, or a field with nothing after it, is as good as absent.
    return {
        "type": ["string", "null"],
        "enum": [*ids, None],
        "markdownEnumDescriptions": [*ids.values(), "Nothing said"],
    }


def _meaning(entry: Entry) -> str:
    parts = (entry.title_with_reference, entry.meaning, entry.confirmation.capitalize())
    return " ".join(text.rstrip(". ") + "." for text in parts if text)
