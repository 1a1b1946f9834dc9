"""The page of fields: no field lacks a meaning or an example, each example is one that the register reads, and links lead on."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter

from support import register_from
from undersigned.checks.engine import check_register
from undersigned.facts.register import RegisterFacts
from undersigned.records import schema
from undersigned.records.source import Source
from undersigned.site.fields import RECORDS, FieldsView, fields_view
from undersigned.site.pages import PageSet, Part, other_pages
from undersigned.site.search import kind_of

GUIDE = Path(__file__).parents[2] / "scripts/undersigned/handbook/guides/short-example.md"


@pytest.fixture(scope="module")
def view() -> FieldsView:
    return fields_view()


def held(annotation: object) -> list[type[BaseModel]]:
    """The parts that a field holds."""
    found = [annotation] if isinstance(annotation, type) and issubclass(annotation, BaseModel) else []
    return [*found, *(part for one in get_args(annotation) for part in held(one))]


def test_every_part_of_every_record_has_its_table(view: FieldsView) -> None:
    anchors = [table.anchor for tables in view.records for table in tables]
    assert sorted(anchors) == sorted({f"part-{part.__name__.lower()}" for part in schema.parts()})
    rows = sum(len(table.fields) for tables in view.records for table in tables)
    assert rows == sum(len(part.model_fields) for part in schema.parts())
    assert {model for model, _, _ in RECORDS} <= set(schema.parts())


def test_no_field_lacks_a_meaning_or_an_example(view: FieldsView) -> None:
    for tables in view.records:
        for table in tables:
            for field in table.fields:
                assert field.meaning, (table.title, field.name)
                assert field.kind, (table.title, field.name)
                assert field.example or field.link_to.startswith("part-"), (table.title, field.name)


@pytest.mark.parametrize("part", list(schema.parts()), ids=lambda part: part.__name__)
def test_each_example_is_one_that_the_register_reads(part: type[BaseModel]) -> None:
    for name, info in part.model_fields.items():
        written = info.alias or name
        if held(info.annotation) and not schema.example_of(part, written):
            continue
        source = Source("example.yaml", f"{written}: {schema.example_of(part, written)}".encode())
        assert source.faults == [], written
        kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        TypeAdapter(kind).validate_python(source.data[written])


def test_every_link_of_the_page_leads_to_a_place_on_it() -> None:
    register = register_from("=== signatories/a/organisation.yaml\nname: A\nkind: police\njurisdiction: england\n")
    pages = PageSet(RegisterFacts(register, as_of=date(2026, 11, 30)), "x")
    (page,) = [page for page in other_pages(pages, Part("rules")) if page.url == "fields/"]
    ids = re.findall(r' id="([^"]+)"', page.body)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page.body)) <= set(ids)
    assert "<code>gateways: [ha96-s213b]</code>" in page.body


def test_a_search_finds_the_page_by_its_name_only() -> None:
    assert kind_of("fields/index.md") == ""
    assert kind_of("guides/short-example.md") == "guidance"


def test_the_short_example_is_marked_small_and_clean() -> None:
    protocol, trust, council = re.findall(r"^```yaml\n(.*?)^```$", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert "example" in protocol.splitlines()[0]
    assert len(protocol.splitlines()) < 120
    files = {
        "protocols/short-example/protocol.yaml": protocol,
        "signatories/example-trust/organisation.yaml": trust,
        "signatories/example-council/organisation.yaml": council,
    }
    register = register_from(files)
    findings, _ = check_register(register, as_of=date(2026, 12, 1))
    assert findings == []
    folder = register.protocol("short-example")
    assert folder is not None
    assert (len(folder.value.parties), len(folder.value.flows)) == (2, 2)
