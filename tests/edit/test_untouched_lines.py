"""Whatever is answered, and in whatever order: each line of the record that no answer is about keeps every byte."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import pytest
from desk import Desk, answers_on
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support import files_from, register_from
from undersigned.edit.questions import Question, sections
from undersigned.records.source import KeyPath, Source

PATH = "protocols/p/protocol.yaml"
RECORD = """# The working text. A comment that must stay.
title: Sharing between two
kind: information-sharing-protocol
status: draft   # not agreed yet
publication: public
summary: |
  What it is for.

  And a second paragraph: with a colon.
lead: probation
areas: [north]

# Who takes part.
parties:
  - {organisation: probation, role: controller, capacity: Supervises}   # the lead
  - organisation: council
    role: controller
    # why it is here
    capacity: Housing authority

purpose:
  aims:
    - Fewer people without a home
    - "Quicker: answers"
  necessity: >-
    Nothing less
    would do.
people: [people on probation]
data_items:
  - {id: name, name: Name and date of birth, sensitivity: personal, why: To know who it is}
  # the second one is sensitive
  - id: risk
    name: 'Level of risk'
    sensitivity: criminal-offence
    why: To keep staff safe
clauses:
  - id: accuracy
    title: Keeping it right
    text: |
      Each party keeps what it holds right.

      - and says so
  - id: complaints   # last
    title: Complaints
    text: Each party answers complaints about itself.
review: {interval_months: 12}   # a year
considerations:
  transparency: People are told.
# The end.
"""
REGISTER = f"""=== signatories/probation/organisation.yaml
name: Probation Service
kind: probation
jurisdiction: england
=== signatories/council/organisation.yaml
name: Example Council
kind: local-authority
jurisdiction: england
=== {PATH}
{RECORD}"""
ODD = (
    "a: b",
    "- a",
    "# no comment",
    "'",
    '"quoted"',
    "{x}",
    "[y]",
    "é ü",
    "yes",
    "2026-05-01",
    "1.0",
    "a\nb\n\nc",
    "|",
    "*x",
    "",
    " ",
)
ENTRIES = {"parties": 2, "items": 2, "clauses": 2}
PAGES = [
    *(section.id for section in sections().values() if section.list is None and section.record == "protocol"),
    *(f"{part}/{index}" for part, number in ENTRIES.items() for index in range(number)),
    *(f"{part}/new" for part in ENTRIES),
]
ANSWER = st.tuples(st.sampled_from(PAGES), st.integers(0, 9), st.sampled_from(ODD) | st.text(max_size=40))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ANSWER, min_size=1, max_size=4))
@example([("parties/0", 2, "Another # capacity"), ("clauses/1", 2, "One\n\n- two"), ("review", 0, "")])
def test_no_answer_touches_another_line(desk: Desk, answers: list[tuple[str, int, str]]) -> None:
    desk.register = register_from(files_from(REGISTER))
    desk.register.known.most = 100
    for page, number, text in answers:
        before = desk.register.files.contents[PATH]
        touched = set(answer(desk, page, number, text))
        after = desk.register.files.contents[PATH]
        compare(before, after, touched)
    for path, raw, record in desk.register.known.kept():
        assert record.source.data == Source(path, raw).data, "a page has changed a record that others read too"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(monkeypatch, tmp_path_factory.mktemp("desk"))


def answer(desk: Desk, page: str, number: int, text: str) -> Iterator[KeyPath]:
    """Answers one question of a page anew, and yields the paths of the record that this is about."""
    part, _, entry = page.partition("/")
    section = sections()[part]
    questions: tuple[Question, ...] = section.fields
    one = questions[number % len(questions)]
    address = f"/protocol/p/part/{page}"
    given = answers_on(desk.get(address))
    if one.options and one.kind in ("one", "some"):
        given[one.id] = [one.options[len(text) % len(one.options)].value]
    else:
        given[one.id] = [text]
    desk.post(address, given)
    inside: KeyPath = one.path[:1] if one.path[0] == "owner" else one.path
    if entry.isdigit():
        yield (str(section.list), int(entry), *inside)
    else:
        yield (str(section.list),) if section.list else inside
    if one.kind == "group":
        yield ("groups",)


def compare(before: bytes, after: bytes, touched: set[KeyPath]) -> None:
    old, new = before.decode().split("\n"), after.decode().split("\n")
    comments = [line for line in old if line.lstrip().startswith("#")]
    rest = iter(new)
    assert [line for line in comments if line not in rest] == [], "a comment is lost, or has moved"
    owners = paths_by_line(before, len(old))
    for what, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what not in ("replace", "delete"):
            continue
        for line in range(start, end):
            about = owners[line]
            assert any(own[: len(path)] == path or path[: len(own)] == own for own in touched for path in about), (
                old[line],
                touched,
            )


def paths_by_line(raw: bytes, count: int) -> list[set[KeyPath]]:
    """For each line the paths of the values that begin on it, or of the one that goes on."""
    found: list[set[KeyPath]] = [set() for _ in range(count)]
    for path, places in Source(PATH, raw)._all_places().items():
        if path:
            for place in places:
                found[place.line - 1].add(path)
    for line in range(1, count):
        if not found[line]:
            found[line] = found[line - 1]
    return found
