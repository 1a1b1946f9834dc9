"""`fmt` moves lines and fills in fingerprints; it loses no word, no comment and no value, and changes no fingerprint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.editing.formatting import arrange, fmt, model_of
from undersigned.editing.yaml_write import key_order
from undersigned.records.fields import Authored
from undersigned.records.fingerprint import fingerprint_of, operative_text
from undersigned.records.form import Form
from undersigned.records.protocol import Protocol
from undersigned.records.reading import read_record
from undersigned.records.signature import SigningRecord
from undersigned.register import load_register

FINGERPRINT = "v1:sha256:" + "a" * 64


def arranged(text: str, model: type[Authored] = Protocol, missing: Any = None) -> str:
    out = arrange("x.yaml", text.encode(), model, missing or {})
    assert out is not None
    return out.decode()


def test_order_style_and_comments() -> None:
    before = """\
\ufeff# About the file
publication: public  \r
# About the status,
# on two lines
status: draft # now
kind: framework
clauses:
  # above a list item
  - title: B
    # the id of b
    id: b
    text: |
      keeps this.··

      # no comment
    # at the end of b
  # above c
  -   id: c
title: T

# Parties
parties:
- signs: true   # why
  role: controller
  # who
  organisation: a
- {signs: false, role: recipient, organisation: b} # flow
# foot


"""
    after = """\
# About the file
title: T
kind: framework
# About the status,
# on two lines
status: draft # now
publication: public

# Parties
parties:
# who
- organisation: a
  role: controller
  signs: yes   # why
- {organisation: b, role: recipient, signs: no} # flow
clauses:
  # above a list item
  # the id of b
  - id: b
    title: B
    text: |
      keeps this.··

      # no comment
    # at the end of b
  # above c
  -   id: c
# foot
"""
    # Middle dots stand for spaces at the end of a line inside a text.
    assert arranged(before.replace("·", " ")) == after.replace("·", " ")


def test_a_comment_set_apart_at_the_top_stays_there_and_one_below_it_moves() -> None:
    before = "# File\n\n# Title\ntitle: T\nkind: letter\nto: [any]\nbody: x\nfrom: [any]\n"
    assert arranged(before, Form) == "# File\n\n# Title\ntitle: T\nkind: letter\nfrom: [any]\nto: [any]\nbody: x\n"
    before = "# File\n\n# To\nto: [any]\nfrom: [any]\nbody: x\ntitle: T\nkind: letter\n"
    assert arranged(before, Form) == "# File\n\ntitle: T\nkind: letter\nfrom: [any]\n# To\nto: [any]\nbody: x\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '- version: "1.0"\n    sent_on: 2026-01-01\n',
            f'- version: "1.0"\n    fingerprint: "{FINGERPRINT}"\n    sent_on: 2026-01-01\n',
        ),
        (
            "- sent_on: 2026-01-01\n    version: 1.0 # v\n",
            f'- version: 1.0 # v\n    fingerprint: "{FINGERPRINT}"\n    sent_on: 2026-01-01\n',
        ),
        ('- version: "1.0"\n    fingerprint:\n', f'- version: "1.0"\n    fingerprint: "{FINGERPRINT}"\n'),
        (
            "- version: '1.0'\n    fingerprint: '' # none yet\n",
            f"- version: '1.0'\n    fingerprint: \"{FINGERPRINT}\" # none yet\n",
        ),
        (
            '- {version: "1.0", sent_on: 2026-01-01}\n',
            f'- {{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-01-01}}\n',
        ),
        (
            '- {sent_on: 2026-01-01, version: "1.0"}\n',
            f'- {{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-01-01}}\n',
        ),
        ('- {version: "1.0", fingerprint: ~}\n', f'- {{version: "1.0", fingerprint: "{FINGERPRINT}"}}\n'),
        ('- \n  - version: "1.0"\n', f'-\n  - version: "1.0"\n    fingerprint: "{FINGERPRINT}"\n'),
    ],
)
def test_fills_in_a_fingerprint(before: str, after: str) -> None:
    head = "signatures:\n  "
    assert arranged(head + before, SigningRecord, {("signatures", 0): FINGERPRINT}) == head + after
    assert arranged(head + after, SigningRecord) == head + after


def _register(root: Path) -> Path:
    files = {
        "protocols/p/protocol.yaml": "kind: framework\ntitle: P\nstatus: draft\npublication: public\n",
        "protocols/p/versions/1.0.yaml": f'change: material\nagreed_on: 2026-01-01\nsummary: s  \nfingerprint: "{FINGERPRINT}"\n',
        "protocols/p/versions/2.0.yaml": f'agreed_on: 2026-01-01\nchange: material\nsummary: s\nfingerprint: "{FINGERPRINT}"\ntext: {{title: Other}}\n',
        "protocols/p/reviews/2026-02-01.yaml": 'version: "1.0"\noutcome: no-change\nreviewed_by: [{organisation: o}]\nnote: n\n',
        "protocols/p/forms/f.yaml": "title: F\n",
        "signatories/o/organisation.yaml": "kind: probation\nname: O\n",
        "signatories/o/p.yaml": 'signatures:\n  - version: "1.0"\n  - version: "2.0"\n  - version: "3.0"\n',
        "signatories/o/q.yaml": 'signatures: [{version: "1.0"}]\n',
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_a_register(tmp_path: Path) -> None:
    root = _register(tmp_path)
    before = {path: path.read_text() for path in root.rglob("*.yaml")}
    expected = (
        "protocols/p/protocol.yaml",
        "protocols/p/reviews/2026-02-01.yaml",
        "signatories/o/organisation.yaml",
        "signatories/o/p.yaml",
    )
    told = fmt(load_register(root), check=True)
    assert told.changed == expected
    assert told.unreadable == ("protocols/p/forms/f.yaml",)
    assert {path: path.read_text() for path in root.rglob("*.yaml")} == before
    assert fmt(load_register(root), ["protocols/p/reviews"]).changed == ("protocols/p/reviews/2026-02-01.yaml",)
    assert fmt(load_register(root)).changed == (
        "protocols/p/protocol.yaml",
        "signatories/o/organisation.yaml",
        "signatories/o/p.yaml",
    )
    assert fmt(load_register(root)).changed == ()
    # 1.0 is taken from the private register; 2.0 is not what it says it is; 3.0 there is none; versions are not touched.
    assert (root / "signatories/o/p.yaml").read_text() == (
        f'signatures:\n  - version: "1.0"\n    fingerprint: "{FINGERPRINT}"\n  - version: "2.0"\n  - version: "3.0"\n'
    )
    assert f'fingerprint: "{FINGERPRINT}"' in (root / "protocols/p/reviews/2026-02-01.yaml").read_text()
    assert (root / "protocols/p/versions/1.0.yaml").read_text() == before[root / "protocols/p/versions/1.0.yaml"]


@pytest.mark.parametrize(
    "text", ["", "title: [\n", "title: T\nkind: framework\nstatus: draft\npublication: public\ncolour: red\n", "\xff"]
)
def test_what_does_not_read_is_left(text: str) -> None:
    assert arrange("x.yaml", text.encode("latin-1"), Protocol, {}) is None


@pytest.mark.parametrize(
    "text",
    [
        "title: T\nbody: |+\n  x\n\n\nkind: letter\nfrom: [any]\nto: [any]\n",
        "title: T\nkind: letter\nfrom: [any]\nto: [any]\nbody: |+\n  x\n\n\n",
        "? title\n: T\nto: [any]\nbody: x\nfrom: [any]\n",
        "{to: [any], title: T,\n from: [any], body: x}\n",
        "to: [any]\nfrom:\n- any\ntitle: >\n  a\n\n  b\nbody: 'x\n\n  y'\n",
        "title: T\nto: [any]\nfrom: [any]\nsections:\n- fields:\n  -\n    type: text\n    label: L\n    name: n\n  title: S\n",
        'title: T\nto: [any]\nfrom: [any]\nsections:\n - fields: [{type: text, label: L,\n     name: n}, {label: "a, b}", type: text, name: m}]\n   title: S\n',
        'title: T\nto: [any]\nfrom: [any]\nsections: [{title: S, fields: [{required: "true", name: n, label: L, type: text}]}]\n',
        "title: T\nto: [any]\nfrom: [any]\npurpose: |2\n    x\n   y\nbody: |\n  z",
    ],
)
def test_odd_ways_of_writing_lose_nothing(text: str) -> None:
    before = read_record("x.yaml", text.encode(), Form)
    assert before.clean
    after = arranged(text, Form)
    assert read_record("x.yaml", after.encode(), Form).value == before.value
    assert arranged(after, Form) == after


# -- generated records ----------------------------------------------------------------------------------------------

_words = st.sampled_from(
    ["plain", "a # b", "x: y", "two\nlines\n\nand a gap", " # no comment\nx  ", "tŷ", "yes", "- a"]
)


def _some(
    fields: dict[str, st.SearchStrategy[Any]], needed: dict[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(needed or {}, optional=fields).flatmap(
        lambda mapping: st.permutations(list(mapping.items())).map(dict)
    )


_yes_no = st.sampled_from([True, False])
_item = _some({"why": _words, "about": st.just("child")}, {"name": _words})
_law = {"gateways": st.lists(st.just("oma07-s14"), max_size=2), "lawful_bases": st.just(["a6e-public-task"])}
_flow = _some(
    {
        "title": _words,
        "from": st.just(["a"]),
        "to": st.just(["b", "c"]),
        "items": st.lists(_item, max_size=2),
        "retention": _words,
        "law_differs": st.lists(_some(_law, {"for": st.just(["b"])}), max_size=2),
        **_law,
    },
    {"id": st.just("f")},
)
_party = _some(
    {"signs": _yes_no, "role": st.just("controller"), "capacity": _words}, {"organisation": st.sampled_from("abc")}
)
_protocol = _some(
    {
        "summary": _words,
        "lead": st.just("a"),
        "parties": st.lists(_party, max_size=3),
        "flows": st.lists(_flow, max_size=2),
        "people": st.lists(_words, max_size=2),
        "considerations": _some({"consent": _words, "proportionality": _words}),
        "clauses": st.lists(_some({"title": _words, "text": _words}, {"id": st.just("c")}), max_size=2),
        "owner": _some({"post": _words}, {"organisation": st.just("a")}),
        "review": _some({"triggers": st.lists(_words, max_size=2)}),
    },
    {"title": _words, "kind": st.just("framework"), "status": st.just("draft"), "publication": st.just("public")},
)


class _Writer:
    """Writes a value as YAML in many of the ways that people do, with comments wherever they may stand."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self.comments: list[str] = []

    def _maybe(self) -> bool:
        return bool(self._draw(st.integers(0, 3)) == 0)

    def _comment(self) -> str:
        self.comments.append(f"# comment {len(self.comments)}")
        return self.comments[-1]

    def _above(self, indent: int) -> list[str]:
        lines = [" " * indent + self._comment()] if self._maybe() else []
        return [*([""] if self._maybe() else []), *lines]

    def _scalar(self, value: Any, indent: int, *, flow: bool = False) -> str:
        if isinstance(value, bool):
            return self._draw(st.sampled_from(["yes", "true"] if value else ["no", "false"]))
        if re.fullmatch(r"[a-zŷ][a-z0-9ŷ-]*", value) and not self._maybe():
            return str(value)
        if "\n" in value and not flow and not value.startswith(" ") and value == value.rstrip():
            return "|-\n" + "\n".join(" " * (indent + 2) + line if line else "" for line in value.split("\n"))
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self._flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self._flow, value)) + "]"
        return self._scalar(value, 0, flow=True)

    def _after(self, value: Any, indent: int) -> list[str]:
        """What stands after a colon."""
        if not isinstance(value, dict | list) or not value or self._maybe():
            text = self._scalar(value, indent) if not isinstance(value, dict | list) else self._flow(value)
            trail = " " * self._draw(st.integers(0, 2)) if "\n" not in text else ""
            return [f" {text}{'  ' + self._comment() if self._maybe() and chr(10) not in text else trail}"]
        if isinstance(value, dict):
            return ["", *self.mapping(value, indent + 2)]
        inner = indent + self._draw(st.sampled_from([0, 2]))
        lines = [""]
        for item in value:
            lines += self._above(inner)
            if isinstance(item, dict) and not self._maybe():
                body = self.mapping(item, inner + 2, first_bare=True)
                lines += [" " * inner + "- " + body[0].lstrip(), *body[1:]]
            else:
                lines += [
                    " " * inner + "- " + (self._flow(item) if isinstance(item, dict) else self._scalar(item, inner))
                ]
        return lines

    def mapping(self, value: dict[str, Any], indent: int, *, first_bare: bool = False) -> list[str]:
        lines: list[str] = []
        for key, inner in value.items():
            if lines or not first_bare:
                lines += self._above(indent)
            first, *rest = self._after(inner, indent)
            lines += [" " * indent + key + ":" + first, *rest]
        return lines


@settings(max_examples=250, deadline=None)
@given(value=_protocol, data=st.data())
def test_generated_records_keep_all_but_their_order(value: dict[str, Any], data: st.DataObject) -> None:
    writer = _Writer(data.draw)
    text = "\n".join(writer.mapping(value, 0)) + data.draw(st.sampled_from(["", "\n", "\n\n", "\n# foot\n"]))
    before = read_record("x.yaml", text.encode(), Protocol)
    assert before.clean, (before.findings, text)
    formatted = arranged(text)
    after = read_record("x.yaml", formatted.encode(), Protocol)
    assert after.value == before.value
    assert fingerprint_of(operative_text(after.source.data, {})) == fingerprint_of(
        operative_text(before.source.data, {})
    )
    assert sorted(re.findall(r"# (?:comment \d+|foot)\b", formatted)) == sorted(
        [*writer.comments, *re.findall("# foot", text)]
    )
    assert arranged(formatted) == formatted
    _assert_in_order(after.source.data, ())


def _assert_in_order(value: Any, path: tuple[str | int, ...]) -> None:
    if isinstance(value, dict):
        order = key_order(Protocol, path)
        assert [*value] == sorted(value, key=order.index), path
        for key, inner in value.items():
            _assert_in_order(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _assert_in_order(inner, (*path, index))


def test_no_record_of_the_register_would_change() -> None:
    root = Path(__file__).parents[2]
    result = fmt(load_register(root), check=True)
    assert result.unreadable == ()
    assert result.changed == ()


def test_versions_and_strays_have_no_order() -> None:
    assert model_of("protocols/p/versions/1.0.yaml") is None
    assert model_of("protocols/p/x.yaml") is None
    assert model_of("signatories/o/p/x.yaml") is None
    assert model_of("signatories/o/p.yaml") is SigningRecord


PASTED = """\
title: T
summary: Ten\u00a0years
kind: “framework”
status: draft
publication: public
people:
  • victims
  •\tchildren
clauses:
- id: c
  title: Café – “as it was”
  text: |
    The parties will:
    • check the “facts”
    o by post
    o by phone
    •\u00a0tell

    – one thing
    – another thing

    – a dash alone stays, and so does
    o alone
    ```
    a  • b
"""
MENDED = """\
title: T
summary: Ten years
kind: framework
status: draft
publication: public
people:
  - victims
  - children
clauses:
- id: c
  title: Café – “as it was”
  text: |
    The parties will:
    - check the “facts”
      - by post
      - by phone
    - tell

    - one thing
    - another thing

    – a dash alone stays, and so does
    o alone
    ```
    a  • b
"""


def test_what_was_pasted_is_mended_where_that_is_safe_and_nothing_else_is(tmp_path: Path) -> None:
    record = tmp_path / "protocols/p/protocol.yaml"
    record.parent.mkdir(parents=True)
    record.write_text(PASTED, encoding="utf-8")
    assert fmt(load_register(tmp_path)).changed == ("protocols/p/protocol.yaml",)
    assert record.read_text(encoding="utf-8") == MENDED
    assert fmt(load_register(tmp_path)).changed == ()


def test_the_words_of_a_stamped_text_are_never_mended(tmp_path: Path) -> None:
    text = "title: T\nkind: framework\nclauses:\n- id: c\n  text: |\n    Will:\n    • check\u00a0it\n"
    head = text.replace("framework\n", "framework\nstatus: draft\npublication: public\n")
    record = tmp_path / "protocols/p/protocol.yaml"
    record.parent.mkdir(parents=True)
    record.write_text(head, encoding="utf-8")
    fingerprint = fingerprint_of(operative_text(read_record("x", head.encode(), Protocol).source.data, {}))
    stamp = tmp_path / "protocols/p/versions/1.0.yaml"
    stamp.parent.mkdir()
    indented = "".join(f"  {line}" for line in text.splitlines(keepends=True))
    stamp.write_text(
        f'agreed_on: 2026-01-01\nchange: material\nsummary: First\nfingerprint: "{fingerprint}"\ntext:\n{indented}',
        encoding="utf-8",
    )
    assert fmt(load_register(tmp_path)).changed == ()
    record.write_text(head.replace("Will", "Must"), encoding="utf-8")
    assert fmt(load_register(tmp_path)).changed == ("protocols/p/protocol.yaml",)
    assert "- check it" in record.read_text(encoding="utf-8")
