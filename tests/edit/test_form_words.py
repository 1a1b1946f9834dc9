"""What a form says of a finding: in words of forms alone, at the question that it is about or in the list of what is missing."""

from __future__ import annotations

import html
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, answers_on

from support import register_from
from undersigned.checks.engine import check_protocols, check_register, rules, rules_by_module
from undersigned.edit.form_words import CODE, in_form_words, section_of
from undersigned.edit.questions import sections
from undersigned.edit.reach import new_in_change
from undersigned.editing import EditingError
from undersigned.editing.amend import Put, Remove, amended
from undersigned.records.findings import Finding, new_findings
from undersigned.records.protocol import Protocol
from undersigned.records.source import Source
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register

sys.path.append(str(Path(__file__).parents[1] / "checks"))
from case_files import CASES, read_case

#: Records that no form writes. What their files say wrong, only somebody who edits files can see.
NOT_IN_FORMS = {"shape", "landscape", "changed", "forms"}
#: Facts of a finding that stand in the record as somebody wrote them, brackets and all.
_QUOTES_THE_RECORD = {"placeholder", "raw-html", "bad-mailbox"}
#: What only a file can have: no answer ends in a comment.
_OF_FILES = {"cut-off"}


def reach_forms() -> Iterator[tuple[str, str]]:
    for module, of_module in rules_by_module().items():
        if module not in NOT_IN_FORMS:
            yield from ((code, variant) for code, rule in of_module.items() for variant in rule.words)


@pytest.mark.parametrize(("code", "variant"), sorted(reach_forms()))
def test_no_rule_speaks_of_files_to_somebody_who_sees_forms(code: str, variant: str) -> None:
    words = rules()[code].words[variant]
    facts = dict.fromkeys(re.findall(r"\{([a-z_]+)\}", words.message + words.hint), "Example")
    message, hint = words.filled(facts)
    finding = Finding("protocols/p/protocol.yaml", 1, 1, code, "error", message, hint)
    said = in_form_words(finding, register_from({}))
    assert CODE.search(said) is None, said


def test_ids_become_the_names_of_what_they_stand_for() -> None:
    case = read_case(CASES / "not-for-public-tasks.txt")
    register = register_from(case.files)
    found = check_register(register, as_of=case.as_of)[0]
    said = [in_form_words(finding, register) for finding in found if finding.code == "not-for-public-tasks"]
    assert said
    assert "Legitimate interests" in said[0]
    assert said[0].startswith("Card 'Referral for housing'")
    assert "public_authority" not in said[0]


# -- the cases of the rules, replayed ------------------------------------------------------------------------------------


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    return Desk(monkeypatch, tmp_path)


def replayed(path: Path) -> tuple[Register, list[Finding]] | None:
    case = read_case(path)
    try:
        register = register_from(case.files)
    except ValueError:
        return None  # links and other encodings, which are no forms' business
    modules = {code: module for module, of_module in rules_by_module().items() for code in of_module}
    found = [one for one in check_register(register, as_of=case.as_of)[0] if modules[one.code] not in NOT_IN_FORMS]
    return register, found


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_each_case_is_told_in_words_and_on_the_page_of_its_draft(path: Path, desk: Desk) -> None:
    of_case = replayed(path)
    if of_case is None:
        return
    desk.register, found = of_case
    desk.as_of = read_case(path).as_of
    pages: dict[str, str] = {}
    alone: dict[str, list[Finding]] = {}
    for finding in found:
        said = in_form_words(finding, desk.register)
        assert finding.code in _QUOTES_THE_RECORD or CODE.search(said) is None, said
        top, protocol, *rest = finding.path.split("/")
        folder = desk.register.protocol(protocol) if top == "protocols" else None
        if rest not in (["protocol.yaml"], ["for-people.yaml"]) or folder is None or not folder.readable:
            continue
        if protocol not in alone:
            alone[protocol] = check_protocols(desk.register, [protocol], as_of=desk.as_of)[0]
        if finding not in alone[protocol] or finding.code in _OF_FILES | {"no-version"}:
            continue  # only the complete check compares protocols; a draft is stamped later
        if rules()[finding.code].asks_status or finding.code == "status-contradicted":
            continue  # the page asks what stands in the way of signing, whatever the status is today
        topic = re.search(r"covers '([a-z-]+)'", finding.message)
        if topic is not None and topic[1] in vocabulary().content_topics:
            said = vocabulary().content_topics[topic[1]].title
        page = pages.setdefault(protocol, html.unescape(desk.get(f"/protocol/{protocol}")))
        assert said in page, (finding.code, said)


@pytest.mark.slow
def test_a_form_refuses_what_the_complete_check_would_refuse() -> None:
    """Each faulty record of the cases comes in as a change of its own: the part of the check that a form runs finds every error
    that the check of the whole register finds, also between records.
    """
    lost, between = [], 0
    for path in sorted(CASES.glob("*.txt")):
        case = read_case(path)
        try:
            after = register_from(case.files)
        except ValueError:
            continue
        whole = [one for one in check_register(after, as_of=case.as_of)[0] if one.severity == "error"]
        for file in sorted({one.path for one in whole} & case.files.keys()):
            before = register_from({name: raw for name, raw in case.files.items() if name != file})
            old = check_register(before, as_of=case.as_of)[0]
            expected = [one for one in new_findings(old, whole)[0] if one.path == file]
            found = new_in_change(before, after, [file], as_of=case.as_of)
            lost += [(path.stem, one.path, one.code) for one in expected if one not in found]
            alone = check_protocols(after, after.protocol_ids, as_of=case.as_of)[0]
            between += sum(one not in alone for one in expected)
    assert lost == []
    assert between > 10


def test_a_value_that_is_answered_again_is_told_at_its_question(desk: Desk) -> None:
    """The wrong value of each case is taken out of the record and given as an answer: the form tells where it is wrong."""
    told: Counter[str] = Counter()
    for path in sorted(CASES.glob("*.txt")):
        of_case = replayed(path)
        if of_case is None:
            continue
        register, found = of_case
        desk.as_of = read_case(path).as_of
        for finding in found:
            _answer_again(desk, register, finding, told)
    assert not [name for name in told if name.startswith("lost")], told
    assert told["at its question"] >= 5, told


def _answer_again(desk: Desk, register: Register, finding: Finding, told: Counter[str]) -> None:
    top, protocol, *rest = finding.path.split("/")
    if top != "protocols" or rest != ["protocol.yaml"] or finding.severity != "error":
        return
    raw = register.files.contents[finding.path]
    source = Source(finding.path, raw)
    place = source.path_at(finding.place)
    section = sections().get(section_of(place))
    inner = place[2:] if section is not None and section.list and len(place) > 2 else place
    question = next((one for one in section.fields if one.path == inner), None) if section is not None else None
    if (
        section is None
        or question is None
        or question.kind == "group"
        or (section.list and not isinstance(place[1], int))
    ):
        return  # a name of a group that nobody has made yet makes one
    folder = register.protocol(protocol)
    if folder is None or not folder.readable:
        return
    desk.register = register
    part = f"/protocol/{protocol}/part/{section.id}" + (f"/{place[1]}" if section.list else "")
    answers = answers_on(desk.get(part))
    if not any(answers.get(question.id, [])):
        told["not offered"] += 1  # a choice that the form does not have cannot be made
        return
    if finding not in check_protocols(register, [protocol], as_of=desk.as_of)[0]:
        return
    change = Put(place, "Something else") if question.required and question.kind in ("text", "long") else Remove(place)
    try:
        without = amended(register, finding.path, raw, Protocol, [change])
    except EditingError:
        told["not taken out"] += 1
        return
    desk.register = register.with_files({finding.path: without})
    left = check_protocols(desk.register, [protocol], as_of=desk.as_of)[0]
    if any((one.code, one.message) == (finding.code, finding.message) for one in left):
        told["there without it"] += 1  # it is about something else as well, and no answer brings it
        return
    page = html.unescape(desk.post(part, answers))
    said = in_form_words(finding, register)
    if said not in page:
        told[f"lost {finding.code} {said} {re.findall('<h1[^>]*>([^<]*)', page)}"] += 1
    else:
        told["at its question" if f'id="{question.id}-error"' in page else "in the summary"] += 1
