"""A draft that joins two protocols says everything that either said, and both wordings where they differ."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from support import copy_of_the_example, files_from
from undersigned.checks.engine import check_register
from undersigned.editing import EditingError
from undersigned.editing.new import new_record
from undersigned.records.protocol import Protocol
from undersigned.register import ProtocolFolder, load_register

DAY = date(2026, 11, 30)
ONE, OTHER = "duty-to-refer-protocol", "staffordshire-housing-protocol"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_of_the_example(tmp_path_factory.mktemp("merged"))
    new_record("protocol", load_register(root), ["joint"], answers={}, merge=[ONE, OTHER], as_of=DAY)
    return root


def folder_of(root: Path, id_: str) -> ProtocolFolder:
    found = load_register(root).protocol(id_)
    assert found is not None
    return found


def test_the_draft_draws_no_error_and_every_choice_is_a_blank_that_check_names(root: Path) -> None:
    findings, _ = check_register(load_register(root), as_of=DAY)
    here = [finding for finding in findings if "protocols/joint/" in finding.path]
    assert {finding.severity for finding in here} == {"advice"}
    raw = (root / "protocols" / "joint" / "protocol.yaml").read_text(encoding="utf-8")
    assert raw.count("[choose: the words of") == 2 * raw.count("both wordings are there") > 10
    assert sum(finding.code == "placeholder" for finding in here) == raw.count("[choose")


def test_nothing_that_either_says_is_lost(root: Path) -> None:
    joint = folder_of(root, "joint")
    text = joint.value
    assert text.supersedes == (ONE, OTHER)
    for id_ in (ONE, OTHER):
        before = folder_of(root, id_)
        assert {party.organisation for party in before.value.parties} <= {party.organisation for party in text.parties}
        titles = [flow.title for flow in text.flows]
        assert {flow.title for flow in before.value.flows} <= set(titles)
        words = "\n".join(clause.text or "" for clause in text.clauses)
        for clause in before.value.clauses:
            assert (clause.text or "").strip() in words
        assert len(joint.forms) >= len(before.forms)
        assert _told(before.value) <= _told(text), "who tells whom what"


def _told(text: Protocol) -> set[tuple[str, str, str]]:
    """Sender, receiver and item of every flow."""
    members: dict[str, list[str]] = {}
    for party in text.parties:
        members.setdefault(party.group or "", []).append(party.organisation)
    found = set()
    for flow in text.flows:
        for item in flow.items:
            full = text.spelled_out(item)
            assert full is not None
            for sender in (one for end in flow.from_ for one in members.get(end, [end])):
                for receiver in (one for end in flow.to for one in members.get(end, [end])):
                    found.add((sender, receiver, full.name))
    return found


CLASH = """
=== signatories/a/organisation.yaml
name: A
kind: local-authority
jurisdiction: england
=== signatories/b/organisation.yaml
name: B
kind: probation
jurisdiction: england
=== signatories/c/organisation.yaml
name: C
kind: local-authority
jurisdiction: england
=== protocols/one/protocol.yaml
title: One
kind: information-sharing-protocol
status: draft
publication: public
groups: [{id: councils, title: Councils}]
parties:
  - {organisation: a, role: controller, group: councils}
  - {organisation: b, role: controller}
data_items: [{id: risk, name: Level of risk}]
flows:
  - {id: referral, title: Referral, from: [b], to: [councils], items: [risk], forms: [referral]}
review: {interval_months: 24}
=== protocols/one/forms/referral.yaml
title: Referral
kind: letter
from: [any]
to: [any]
body: Dear colleague
=== protocols/two/protocol.yaml
title: Two
kind: information-sharing-protocol
status: draft
publication: public
groups: [{id: councils, title: Councils}]
parties:
  - {organisation: a, role: controller, group: councils}
  - {organisation: c, role: controller, group: councils}
  - {organisation: b, role: controller}
data_items: [{id: risk, name: Level of risk of serious harm}]
flows:
  - {id: referral, title: Referral again, from: [b], to: [councils], items: [risk], forms: [referral]}
review: {interval_months: 6}
=== protocols/two/forms/referral.yaml
title: Another referral
kind: letter
from: [any]
to: [any]
body: Dear friend
"""


def test_names_that_both_use_for_different_things_are_kept_apart(tmp_path: Path) -> None:
    for path, text in files_from(CLASH).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    before = [_told(folder_of(tmp_path, id_).value) for id_ in ("one", "two")]
    new_record("protocol", load_register(tmp_path), ["both"], answers={}, merge=["one", "two"], as_of=DAY)
    both = folder_of(tmp_path, "both")
    assert _told(both.value) == before[0] | before[1]
    assert [(flow.id, flow.forms) for flow in both.value.flows] == [
        ("referral", ("referral",)),
        ("referral-2", ("referral-2",)),
    ]
    assert {id_: form.value.title for id_, form in both.forms.items() if form.value} == {
        "referral": "Referral",
        "referral-2": "Another referral",
    }
    assert both.value.review is not None
    assert both.value.review.interval_months == 6, "the shorter one"


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([ONE, ONE], "two different protocols"),
        ([ONE, "nothing"], "there is no protocol"),
        ([ONE, "mappa-information-sharing-protocol"], "is restricted"),
    ],
)
def test_what_cannot_be_joined_is_refused(root: Path, ids: list[str], message: str) -> None:
    with pytest.raises(EditingError, match=message):
        new_record("protocol", load_register(root), ["other"], answers={}, merge=ids, as_of=DAY)
