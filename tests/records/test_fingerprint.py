"""The fingerprint: the contract's own vector, and what must and must not change it."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import BaseModel

from undersigned.records import fingerprint
from undersigned.records.fingerprint import canonical_json, fingerprint_of, operative_text
from undersigned.records.protocol import StampedText
from undersigned.records.source import PlainData, Source, mappings, value_at

PROTOCOL = """title: "Tŷ protocol "
kind: framework
status: draft
publication: public
summary: Not part of the text
areas: [anywhere]
parties:
  - {organisation: b, role: recipient, signs: no}
  - {organisation: a, role: controller, capacity: ''}
data_items:
  - {id: risk, name: Risk level, sensitivity: criminal-offence, why: Safety}
flows:
  - {id: f, from: [a], to: [b], items: [risk], gateways: []}
clauses:
  - id: accuracy
    text: |
      First line.\x20\x20
      Second line.

review: {interval_months: 12}
"""
FORM = """title: Form
from: [any]
to: [any]
sections:
  - title: S
    fields: [{name: n, label: L, type: text, required: yes}]
"""
VECTOR = "v1:sha256:e1afd088cd26d08888b63c7079a36b8cf107d06f507190a949418bdc7cf3069a"


def stamp(protocol: str = PROTOCOL, form: str = FORM) -> str:
    return fingerprint_of(operative_text(Source("p", protocol.encode()).data, {"x": Source("f", form.encode()).data}))


def test_the_vector_of_the_contract() -> None:
    text = operative_text(Source("p", PROTOCOL.encode()).data, {"x": Source("f", FORM.encode()).data})
    assert canonical_json(text).startswith(
        '{"clauses":[{"id":"accuracy","text":"First line.\\nSecond line."}],"flows":['
    )
    assert stamp() == VECTOR


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("summary: Not part of the text", "summary: Another"),
        ("areas: [anywhere]\n", ""),
        ("status: draft", "status: in-force"),
        ("signs: no}", "signs: false}"),
        ("capacity: ''}", "joined_on: 2026-01-01}"),
        ("\n\nreview:", "\nreview:"),
        ("interval_months: 12", "interval_months: '12'"),
        ("Tŷ", "Ty\u0302"),
        ('title: "Tŷ protocol "', "title: Tŷ protocol"),
        ("gateways: []", "lawful_bases: ['', ~]"),
        ("      First line.  ", "      First line."),
        ("id: risk, name", "id: other, name"),
    ],
)
def test_what_does_not_change_it(old: str, new: str) -> None:
    changed = PROTOCOL.replace(old, new)
    if "id: other" in new:
        changed = changed.replace("items: [risk]", "items: [other]")
    assert changed != PROTOCOL
    assert stamp(changed) == VECTOR


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Tŷ protocol", "Ty protocol"),
        ("signs: no}", "signs: yes}"),
        ("from: [a]", "from: [b]"),
        ("name: Risk level", "name: Risk"),
        ("First line.", "First  line."),
        ("interval_months: 12", "interval_months: 6"),
        ("id: accuracy", "id: security"),
        ("kind: framework", "kind: disclosure-agreement"),
    ],
)
def test_what_changes_it(old: str, new: str) -> None:
    assert stamp(PROTOCOL.replace(old, new)) != VECTOR


def test_line_ends_do_not_change_it() -> None:
    assert stamp(PROTOCOL.replace("\n", "\r\n"), FORM.replace("\n", "\r\n")) == VECTOR


def test_a_text_of_canonical_form_has_the_same_fingerprint() -> None:
    text = operative_text(Source("p", PROTOCOL.encode()).data, {"x": Source("f", FORM.encode()).data})
    assert fingerprint_of(operative_text(text, {"x": value_at(text, ("forms", "x"))})) == VECTOR


def test_the_typed_leaves_are_those_of_the_models() -> None:
    """Numbers and yes/no of the operative text, found in the models."""
    found: set[tuple[str, ...]] = set()

    def walk(model: type[BaseModel], path: tuple[str, ...]) -> None:
        for name, info in model.model_fields.items():
            here = (*path, info.alias or name)
            annotation = info.annotation
            parts = [annotation, *get_args(annotation)]
            parts += [p for part in get_args(annotation) for p in get_args(part)]
            if bool in parts or int in parts:
                found.add(here)
            for part in parts:
                if isinstance(part, type) and issubclass(part, BaseModel):
                    walk(part, (*here, "*") if "dict[" in str(annotation) else here)

    walk(StampedText, ())
    assert found == set(fingerprint._TYPED)


def test_what_is_empty_at_any_depth_is_no_text() -> None:
    empty: dict[str, PlainData] = {
        "title": " \t",
        "people": ["", " "],
        "purpose": {"aims": [" ", []], "necessity": ""},
        "groups": [{}],
        "review": {"interval_months": " "},
        "parties": [{"organisation": "", "signs": ""}],
        "flows": [{"id": " ", "items": [{}]}],
    }
    assert operative_text(empty, {"x": {"title": "", "sections": [{"fields": [{"required": ""}]}]}}) == {}


def test_a_carriage_return_alone_ends_a_line_too() -> None:
    assert (
        stamp(
            PROTOCOL.replace(
                "    text: |\n      First line.  \n      Second line.\n", '    text: "First line.\\rSecond line."\n'
            )
        )
        == VECTOR
    )


def test_data_items_without_an_id_and_items_without_a_data_item_are_left_as_they_are() -> None:
    flow: PlainData = {"id": "f", "items": ["risk", {"name": "Other"}]}
    text = operative_text({"flows": [flow], "data_items": [{"name": "No id"}, {"id": ["risk"], "name": "List"}]}, {})
    assert text == {"flows": [flow]}


@pytest.mark.parametrize("field", ["role: recipient", "capacity: Refers", "group: charities", "mappa_role: duty"])
def test_each_term_of_a_party_is_part_of_the_text(field: str) -> None:
    name = field.partition(":")[0]
    source = Source("p", f"parties: [{{organisation: a, {field}, left_on: 2026-01-01}}]\n".encode())
    (party,) = mappings(operative_text(source.data, {})["parties"])
    assert set(party) == {"organisation", name}


def test_what_is_no_number_stays_text() -> None:
    for written in ("²", "twelve", "-1"):
        assert operative_text({"review": {"interval_months": written}}, {}) == {"review": {"interval_months": written}}
