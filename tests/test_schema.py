"""The JSON Schemas agree with what the reader takes: editors show no fault that is none, and most that are."""

from __future__ import annotations

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from support import example_register
from undersigned.records.files import ROOT_RECORDS
from undersigned.records.reading import read_record
from undersigned.records.schema import _MODELS, KINDS, PART, _help, help_of, parts, schema
from undersigned.records.source import mapping_of

ROOT = Path(__file__).parents[1]


class _AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2's core types: days are text, yes is text, true is not, 1.0 is a number."""

    yaml_implicit_resolvers: Any = {}  # noqa: RUF012 - as PyYAML declares it


for _tag, _pattern, _starts in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _AsEditorsRead.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_starts))


def as_editors_read(text: str) -> Any:
    return yaml.load(text, Loader=_AsEditorsRead)  # noqa: S506 - a SafeLoader


def kind_of(path: Path) -> str:
    match path.relative_to(ROOT).parts:
        case ("protocols", _, "protocol.yaml"):
            return "protocol"
        case ("protocols", _, "for-people.yaml"):
            return "for-people"
        case ("protocols", _, folder, _):
            return folder.removesuffix("s")
        case ("law", _):
            return "law"
        case ("provision", _, _):
            return "provision"
        case (name,):
            return name.removesuffix(".yaml")
        case (_, _, "organisation.yaml"):
            return "organisation"
        case _:
            return "signature"


RECORDS = sorted(
    [
        *ROOT.glob("protocols/*/*.yaml"),
        *ROOT.glob("protocols/*/*/*.yaml"),
        *ROOT.glob("signatories/*/*.yaml"),
        *ROOT.glob("law/*.yaml"),
        *ROOT.glob("provision/*/*.yaml"),
        *(path for name in ROOT_RECORDS if (path := ROOT / name).exists()),
    ]
)
VALIDATORS = {
    kind: Draft202012Validator(schema(kind), format_checker=Draft202012Validator.FORMAT_CHECKER) for kind in KINDS
}


def faults(kind: str, text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[kind].iter_errors(as_editors_read(text))]


def test_there_are_records() -> None:
    example_register()
    assert {kind_of(path) for path in RECORDS} >= set(KINDS) - {
        "signatory",
        "areas",
        "landscape",
    }  # a register may do without


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_records_of_the_register_are_valid(path: Path) -> None:
    kind = kind_of(path)
    assert faults(kind, path.read_text(encoding="utf-8")) == []
    if kind in ("organisation", "signature"):
        assert faults("signatory", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_is_a_schema_and_the_committed_copy_is_fresh(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    committed = (ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert committed == json.dumps(schema(kind), indent=2, sort_keys=True, ensure_ascii=False) + "\n", (
        "run: undersigned schema --output schemas"
    )


def test_no_other_schema_is_committed() -> None:
    assert sorted(path.name for path in (ROOT / "schemas").iterdir()) == sorted(f"{kind}.schema.json" for kind in KINDS)


def test_editors_find_one_schema_for_every_record() -> None:
    settings = json.loads((ROOT / ".vscode/settings.json").read_text())
    for path in RECORDS:
        name = path.relative_to(ROOT).as_posix()
        kind = kind_of(path)
        found = [file for file, pattern in settings["yaml.schemas"].items() if _matches(name, pattern)]
        wanted = "signatory" if kind in ("organisation", "signature") else kind
        assert found == [f"./schemas/{wanted}.schema.json"]
        assert (ROOT / found[0]).is_file()


def _matches(name: str, pattern: str) -> bool:
    parts_, patterns = name.split("/"), pattern.split("/")
    return len(parts_) == len(patterns) and all(map(fnmatch.fnmatchcase, parts_, patterns))


PROTOCOL = "title: T\nkind: framework\nstatus: draft\npublication: public\n"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("protocol", PROTOCOL + "summary:\nareas: []\nparties:\nflows: []\nreview: {}\ndpia:\n"),
        ("areas", "county: [north, south]\nnorth: [hill]\n"),
        ("landscape", "judged:\n  - {protocols: [a, b], answer: keep-apart, by: c, minute: 2026/31, on: 2026-01-04}\n"),
        ("protocol", PROTOCOL + "effective_from: 2004-05\nreview: {interval_months: '12'}\n"),
        ("protocol", PROTOCOL + "parties: [{organisation: a, signs: true}, {organisation: b, signs: no}]\n"),
        (
            "protocol",
            PROTOCOL
            + "flows: [{id: f, items: [x, {name: n, sensitivity: personal}, {name: 12, sensitivity: [personal]}]}]\n",
        ),
        ("protocol", PROTOCOL + "clauses: [{id: a, adopts: {protocol: p, version: 2.0, clauses: [b]}}]\n"),
        ("protocol", PROTOCOL.replace("title: T", "title: 1984")),
        ("signature", "signatures: [{version: 1.0, signed_on: 2026-05-01, declined: {on: 2026-05}}]\n"),
        ("signature", "inherits:\n"),
        (
            "outcome",
            "period: {from: 2026-01-01, to: 2026-02-01}\nresults: [{measure: referrals, count: '[c]', numerator: 12, denominator: '12', share_of_caseload: 2.5}]\n",
        ),
        (
            "form",
            "title: F\nfrom: [any]\nto: [probation]\nsections: [{fields: [{name: n, label: L, type: choice, options: [Yes, No]}]}]\n",
        ),
        ("signatory", "name: N\nkind: probation\n"),
        ("signatory", "nominated_officer: {post: P}\n"),
    ],
)
def test_takes_what_the_reader_takes(kind: str, text: str) -> None:
    if kind != "signatory":
        assert read_record("x.yaml", text.encode(), _MODELS[kind]).clean  # type: ignore[type-var]
    assert faults(kind, text) == []


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("protocol", PROTOCOL + "colour: red\n", "'colour' was unexpected"),
        ("protocol", PROTOCOL.replace("title: T\n", ""), "'title' is a required property"),
        ("protocol", PROTOCOL.replace("title: T", "title:"), "None is not of type"),
        ("protocol", PROTOCOL.replace("draft", "drafty"), "'drafty' is not one of"),
        ("protocol", PROTOCOL + "flows: [{id: f, gateways: [oma07-s99]}]\n", "'oma07-s99' is not one of"),
        (
            "protocol",
            PROTOCOL + "flows: [{id: f, law_differs: [{for: [a], lawful_bases: [x]}]}]\n",
            "'x' is not one of",
        ),
        ("protocol", PROTOCOL + "effective_from: 1 May 2026\n", "does not match"),
        ("protocol", PROTOCOL + "parties: [{organisation: a, signs: maybe}]\n", "'maybe' is not one of"),
        ("organisation", "name: N\nkind: church\n", "'church' is not one of"),
        ("organisation", "name: N\nkind: probation\ncontact: {confirmed_on: 2026-02-30}\n", "is not a 'date'"),
        ("signature", "signatures: [{version: one}]\n", "'one' does not match"),
        ("signature", 'signatures: [{version: "1.0", fingerprint: x}]\n', "'x' does not match"),
        ("outcome", "period: {from: 2026-01-01, to: 2026-02-01}\nresults: [{measure: luck}]\n", "'luck' is not one of"),
        (
            "outcome",
            "period: {from: 2026-01-01, to: 2026-02-01}\nresults: [{measure: referrals, count: few}]\n",
            "not valid under any",
        ),
        ("signatory", "name: N\nkind: probation\nsignature: []\n", "'signature' was unexpected"),
        ("signatory", "signatures: [{verzion: 1.0}]\n", "'verzion' was unexpected"),
    ],
)
def test_refuses_what_the_reader_or_a_rule_refuses(kind: str, text: str, fault: str) -> None:
    assert any(fault in said for said in faults(kind, text)), faults(kind, text)


def test_every_field_is_explained_and_every_explanation_has_a_field() -> None:
    known = {(part.__name__, PART) for part in parts()}
    for part in parts():
        for name, info in part.model_fields.items():
            field = info.alias or name
            assert help_of(part, field), f"{part.__name__}.{field} is not explained"
            known.update((base.__name__, field) for base in part.__mro__)
    for name, fields in _help().items():
        for field in fields:
            assert (name, field) in known, f"{name}.{field} is no field"


def test_every_value_is_explained() -> None:
    def values(piece: Any) -> None:
        if isinstance(piece, dict):
            said, allowed = piece.get("markdownEnumDescriptions"), piece.get("enum")
            if said is not None:
                assert allowed is not None
                assert len(said) == len(allowed)
                assert all(said)
            for inner in piece.values():
                values(inner)
        elif isinstance(piece, list):
            for inner in piece:
                values(inner)

    for kind in KINDS:
        values(schema(kind))
    for name, fields in _help().items():
        part = next((part for part in parts() if part.__name__ == name), None)
        for field, entry in fields.items():
            if isinstance(entry, dict) and "values" in entry and part is not None:
                property_ = {**schema_of(part)["properties"][field]}
                allowed = property_.get("items", property_)["enum"]
                assert [value for value in allowed if value is not None] == [*entry["values"]]


def schema_of(part: Any) -> Any:
    return next(
        definitions[part.__name__]
        for kind in KINDS
        if part.__name__
        in (
            definitions := {
                _MODELS[kind].__name__ if kind in _MODELS else "": schema(kind),
                **mapping_of(schema(kind).get("$defs")),
            }
        )
    )
