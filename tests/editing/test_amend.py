"""Facts put into records that exist: what is not asked for stays as it is, to the letter."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import register_from
from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, Remove, amended
from undersigned.records.fields import Authored
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.signature import SigningRecord
from undersigned.records.source import Source, text_of, value_at

REGISTER = register_from("=== signatories/a/organisation.yaml\nname: A\nkind: other\n")
DAY = date(2026, 11, 22)


def changed(text: str, *changes: Put | Append, model: type[Authored] = Organisation) -> str:
    path = "signatories/a/organisation.yaml" if model is Organisation else "signatories/a/p.yaml"
    return amended(REGISTER, path, text.encode(), model, changes).decode()


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (
            "name: A\nkind: other\n",
            Put(("website",), "https://a.example.org"),
            'name: A\nkind: other\nwebsite: "https://a.example.org"\n',
        ),
        (
            "name: A\nkind: other\ncontact:\n  post: P   # who\n",
            Put(("contact", "post"), "Q"),
            "name: A\nkind: other\ncontact:\n  post: Q   # who\n",
        ),
        (
            "name: A\nkind: other\ncontact:\n  post: P\n  # where\n",
            Put(("contact", "confirmed_on"), DAY),
            "name: A\nkind: other\ncontact:\n  post: P\n  confirmed_on: 2026-11-22\n  # where\n",
        ),
        (
            "name: A\nkind: other\ncontact: {post: P}  # c\n",
            Put(("contact", "mailbox"), "a@example.org"),
            "name: A\nkind: other\ncontact: {post: P, mailbox: a@example.org}  # c\n",
        ),
        (
            "name: A\nkind: other\ncontact: {}\n",
            Put(("contact", "post"), "P"),
            "name: A\nkind: other\ncontact: {post: P}\n",
        ),
        (
            "name: A\nkind: other\ncontact:\n",
            Put(("contact", "post"), "P"),
            "name: A\nkind: other\ncontact: {post: P}\n",
        ),
        ("name: A\nkind: other\n", Put(("contact", "post"), "P"), "name: A\nkind: other\ncontact: {post: P}\n"),
        ("name: A\nkind: other", Put(("contact", "post"), "P"), "name: A\nkind: other\ncontact: {post: P}\n"),
        ("name: A\r\nkind: other\r\n", Put(("website",), "x"), "name: A\nkind: other\nwebsite: x\n"),
        (
            "name: 'A'\nkind: other\nwebsite: 'http://a'\n",
            Put(("website",), "b"),
            "name: 'A'\nkind: other\nwebsite: b\n",
        ),
        (
            "name: A\nkind: other\npostal_address: |\n  Old\n  Street\n# end\n",
            Put(("postal_address",), "New\nStreet\n"),
            "name: A\nkind: other\npostal_address: |\n  New\n  Street\n# end\n",
        ),
    ],
)
def test_put(before: str, change: Put, after: str) -> None:
    assert changed(before, change) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "nominated_officer: {post: P}\n",
            'nominated_officer: {post: P}\nsignatures:\n  - version: "2.0"\n    signed_on: 2026-11-22\n',
        ),
        (
            'signatures:\n  - version: "1.0"\n',
            'signatures:\n  - version: "1.0"\n  - version: "2.0"\n    signed_on: 2026-11-22\n',
        ),
        (
            'signatures:\n- version: "1.0"\n  # hint\n# end\n',
            'signatures:\n- version: "1.0"\n  # hint\n- version: "2.0"\n  signed_on: 2026-11-22\n# end\n',
        ),
        (
            "nominated_officer: {post: P}\nsignatures: []\n",
            'nominated_officer: {post: P}\nsignatures: [{version: "2.0", signed_on: 2026-11-22}]\n',
        ),
    ],
)
def test_append(before: str, after: str) -> None:
    assert changed(before, Append("signatures", {"version": "2.0", "signed_on": DAY}), model=SigningRecord) == after


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("name: A\nkind: nothing\n", Put(("website",), "x")),
        ("name: [A\n", Put(("website",), "x")),
        ("name: A\nkind: other\ncontact:\n  post: P\n", Put(("contact",), "x")),
        ("name: A\nkind: other\ncontact: {post: P, mailbox: >-\n  b}\n", Put(("contact", "post"), "x")),
        ("name: A\nkind: other\n", Put(("kind",), "nothing")),
        ("name: A\nkind: other\ncontact: {post: P,\n  # why\n  mailbox: b}\n", Put(("contact",), {"post": "Q"})),
    ],
)
def test_what_cannot_be_done_safely_is_refused(text: str, change: Put) -> None:
    with pytest.raises(EditingError):
        changed(text, change)


def test_a_list_in_brackets_is_left_to_a_person() -> None:
    with pytest.raises(EditingError):
        changed('signatures: [{version: "1.0"}]\n', Append("signatures", {"version": "2.0"}), model=SigningRecord)


LAYOUTS = (
    "name: A\nkind: other\ncontact: {post: Old, mailbox: a@example.org}   # kept\n",
    "# head\nname: A\nkind: other\ncontact:\n  # kept\n  post: Old   # tail\n  mailbox: a@example.org\n",
    "name: A\nkind: other\ncontact:\n    mailbox: a@example.org\n    post: 'Old'\n\n# end\n",
    "name: A\nkind: other\n# no contact yet\n",
)


@given(
    st.sampled_from(LAYOUTS),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40),
)
def test_any_text_is_put_as_it_is_or_refused(layout: str, text: str) -> None:
    wanted = {text.strip(), re.sub(r"[^\S\n]", " ", text).strip()}  # `fmt` makes odd spaces plain ones
    try:
        after = changed(layout, Put(("contact", "post"), text))
    except EditingError:
        return
    data = Source("x", after.encode()).data
    assert text_of(value_at(data, ("contact", "post"))).strip() in wanted
    before = Source("x", layout.encode()).data
    assert {**data, "contact": None} == {**before, "contact": None}
    assert all(line.strip() in after for line in layout.split("\n") if line.startswith("#"))


PROTOCOL = """# A comment that must stay.
title: Sharing
kind: information-sharing-protocol
status: draft
publication: public
parties:
  - {organisation: probation, role: controller}   # the lead
  - organisation: lichfield
    role: controller
purpose:
  aims:
    - one that is so long that it is written in a line of its own
    - two
  necessity: x
"""
LONG = "an aim that does not fit in a line with others, because it is much longer than the others"


@pytest.mark.parametrize(
    ("change", "gone", "new"),
    [
        (
            Put(("purpose", "aims"), [LONG, "b"]),
            "    - one that is so long that it is written in a line of its own\n    - two\n",
            f"    - {LONG}\n    - b\n",
        ),
        (Remove(("purpose", "aims", 1)), "    - two\n", ""),
        (Remove(("parties", 1)), "  - organisation: lichfield\n    role: controller\n", ""),
        (
            Put(("parties", 1), {"organisation": "nacro", "role": "processor"}),
            "  - organisation: lichfield\n    role: controller\n",
            "  - organisation: nacro\n    role: processor\n",
        ),
        (
            Put(("purpose", "benefits"), [LONG, LONG]),
            "    - two\n",
            f"    - two\n  benefits:\n    - {LONG}\n    - {LONG}\n",
        ),
    ],
)
def test_a_list_is_replaced_and_an_item_leaves_it(change: Put | Remove, gone: str, new: str) -> None:
    register = register_from("=== protocols/p/protocol.yaml\n" + PROTOCOL)
    raw = amended(register, "protocols/p/protocol.yaml", PROTOCOL.encode(), Protocol, [change]).decode()
    assert raw == PROTOCOL.replace(gone, new)
