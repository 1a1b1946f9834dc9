"""The lists of the site as CSV: nothing in them that the pages keep to themselves, and no cell that is a formula."""

from __future__ import annotations

import csv
import io
from functools import cache

from support import TODAY, example_register, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register
from undersigned.reports.lists import LISTS, render_lists

HOSTILE = """
=== protocols/p/protocol.yaml
title: "=cmd|' /C calc'!A0"
kind: information-sharing-protocol
status: draft
publication: public
jurisdictions: [england]
parties:
  - {organisation: a}
=== signatories/a/organisation.yaml
name: "@SUM(A1)"
kind: other
website: "+1"
contact: {post: "-2", mailbox: a@example.org}
"""


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@cache
def lists() -> dict[str, str]:
    return dict(render_lists(RegisterFacts(load_register(example_register()), as_of=TODAY)))


def test_each_list_that_is_named_is_made_and_has_rows() -> None:
    assert lists().keys() == LISTS.keys()
    for name, text in lists().items():
        assert rows_of(text), name
        assert {row["example"] for row in rows_of(text)} == {"yes"}, name


def test_no_list_holds_a_mailbox() -> None:
    assert not [name for name, text in lists().items() if "@" in text]


def test_a_restricted_protocol_is_there_by_title_and_dates_only() -> None:
    site = RegisterFacts(load_register(example_register()), as_of=TODAY)
    [restricted] = [facts.id for facts in site.protocols if facts.restricted]
    assert [name for name, text in lists().items() if restricted in text] == ["protocols", "reviews"]
    [row] = [row for row in rows_of(lists()["protocols"]) if row["protocol"] == restricted]
    assert not any(row[name] for name in ("status", "kind", "areas", "version", "lead", "signed"))
    [row] = [row for row in rows_of(lists()["reviews"]) if row["protocol"] == restricted]
    assert row["lead"] == ""


def test_no_cell_begins_a_formula() -> None:
    found = dict(render_lists(RegisterFacts(register_from(HOSTILE), as_of=TODAY)))
    cells = [cell for text in found.values() for row in rows_of(text) for cell in row.values()]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_days_that_have_passed_stay_numbers() -> None:
    assert any(row["days"].startswith("-") for row in rows_of(lists()["reviews"]))
