"""Mutated records: never a traceback, never a place outside the file, every finding complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import TODAY, files_from
from undersigned.checks.engine import check_register
from undersigned.records.files import Files
from undersigned.register import Register
from undersigned.status import protocol_status

REGISTER = """=== protocols/p/protocol.yaml
title: Example protocol
summary: A worked example for tests.
kind: joint-working-protocol
status: in-force
publication: public
jurisdictions: [england]
areas: [here]
lead: a
effective_from: 2025-01-01
effective_to: 2028-01-01
groups: [{id: councils, title: Councils}]
parties:
  - {organisation: a, role: controller, capacity: Probation}
  - {organisation: b, role: controller, capacity: Council, group: councils}
purpose: {aims: [Homes], benefits: [Safety], necessity: It is needed., if_not_shared: Harm.}
people: [people on probation]
considerations:
  proportionality: |
    Only what is needed. See [the code](https://example.org/code).
  consent: It is not the basis.
data_items:
  - {id: risk, name: Risk level, sensitivity: [criminal-offence, personal], why: Safety}
flows:
  - id: referral
    from: [a]
    to: [councils]
    when: routine
    regime: crossing
    lawful_bases: [a6e-public-task]
    special_category_conditions: [a9g-substantial-public-interest]
    schedule_1_conditions: [s1p06]
    gateways: [oma07-s14]
    items:
      - risk
      - {name: Support needs, sensitivity: special-category, why: To plan}
    law_differs: [{for: [councils], lawful_bases: [a6e-public-task]}]
    forms: [referral]
    retention: 2 years
clauses:
  - id: accuracy
    text: |
      Facts are kept apart from opinion.
  - id: terms
    covers: [security]
    adopts: {protocol: q, version: "1.0", clauses: [security]}
dpia: {status: completed, completed_on: 2025-01-01}
review: {interval_months: 12}
=== protocols/p/forms/referral.yaml
title: Referral
from: [probation]
to: [local-authority]
sections: [{title: S, fields: [{name: n, label: Name, type: choice, options: [x, y]}]}]
=== protocols/p/versions/1.0.yaml
agreed_on: 2024-12-01
change: material
summary: First
fingerprint: "v1:sha256:0000000000000000000000000000000000000000000000000000000000000000"
text: {title: Example protocol, parties: [{organisation: a}, {organisation: b}]}
=== protocols/p/versions/1.1.yaml
agreed_on: 2025-12-01
change: editorial
summary: Wording
fingerprint: "v1:sha256:0000000000000000000000000000000000000000000000000000000000000001"
text: {title: Example protocol now, parties: [{organisation: a}, {organisation: b}]}
=== protocols/p/reviews/2025-12-20.yaml
due_on: 2026-01-01
version: "1.0"
outcome: no-change
reviewed_by: [{organisation: a, post: Officer}]
note: We read it and found nothing to change.
=== protocols/p/outcomes/2025-26.yaml
period: {from: 2025-04-01, to: 2026-03-31}
results: [{measure: mi014, numerator: 40, denominator: 60}]
=== signatories/a/organisation.yaml
name: A
kind: probation
jurisdiction: england
formerly: [old-a]
=== signatories/a/p.yaml
nominated_officer: {post: Officer, mailbox: officer@example.org, confirmed_on: 2026-09-01}
signatures:
  - {version: "1.0", sent_on: 2024-12-02, signed_on: 2024-12-05, method: wet-ink, signed_by: {post: Chief, authority: office}, returned_on: 2024-12-20}
=== signatories/b/organisation.yaml
name: B
kind: local-authority
jurisdiction: england
=== signatories/b/p.yaml
inherits: {from: [c], on: 2025-02-01, by: statute, instrument: An Order}
signatures:
  - {version: "1.0", sent_on: 2024-12-02}
"""
FILES = files_from(REGISTER)
PIECES = [
    ":",
    "- ",
    "  ",
    "\t",
    "\n",
    "|",
    ">",
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    "&x",
    "*x",
    "!!str ",
    "#",
    "---\n",
    "%",
    "\x00",
    "\u2028",
    "\ufeff",
    "é",
    "1.10",
    "2026-02-30",
    "2004-05",
    "yes",
    "null",
    "~",
    "<b>",
    "[x](javascript:y)",
    "![i](x)",
    "{0}",
    "{x}",
    "%s",
    "x" * 300,
    "- " * 60,
    "[" * 60,
    "9" * 30,
    "99999",
    "-1",
    "AB123456C",
    "07700 900123",
    "a: b",
    ", ",
    "a@b.example",
]


def _cut(data: st.DataObject, raw: bytes) -> bytes:
    at = data.draw(st.integers(0, len(raw)))
    return raw[:at] + raw[at + data.draw(st.integers(1, 40)) :]


def _insert(data: st.DataObject, raw: bytes) -> bytes:
    at = data.draw(st.integers(0, len(raw)))
    return raw[:at] + data.draw(st.sampled_from(PIECES)).encode() + raw[at:]


def _overwrite(data: st.DataObject, raw: bytes) -> bytes:
    at = data.draw(st.integers(0, len(raw)))
    return raw[:at] + data.draw(st.binary(min_size=1, max_size=1)) + raw[at + 1 :]


def _truncate(data: st.DataObject, raw: bytes) -> bytes:
    return raw[: data.draw(st.integers(0, len(raw)))]


def _swap_lines(data: st.DataObject, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    one, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _replace_value(data: st.DataObject, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    key, separator, _ = lines[at].partition(b":")
    lines[at] = key + separator + b" " + data.draw(st.sampled_from(PIECES)).encode()
    return b"\n".join(lines)


def _repeat_line(data: st.DataObject, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    lines.insert(data.draw(st.integers(0, len(lines))), data.draw(st.sampled_from(lines)))
    return b"\n".join(lines)


MUTATIONS = (_cut, _insert, _overwrite, _truncate, _swap_lines, _replace_value, _repeat_line)


@pytest.mark.parametrize("examples", [120, pytest.param(10_000, marks=pytest.mark.slow)], ids=["a few", "ten thousand"])
def test_mutated_records_never_break_the_check(examples: int) -> None:
    """Every draw is Hypothesis's own, so that a failing example shrinks and can be repeated."""

    @settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def judge(data: st.DataObject) -> None:
        files = {path: text.encode() for path, text in FILES.items()}
        for _ in range(data.draw(st.integers(1, 4))):
            path = data.draw(st.sampled_from(sorted(files)))
            files[path] = data.draw(st.sampled_from(MUTATIONS))(data, files[path])
        assert_judged(files)

    judge()


def assert_judged(files: dict[str, bytes]) -> None:
    folders = tuple(sorted({"/".join(path.split("/")[:2]) for path in files}))
    register = Register(Path(), Files(files, (), folders))
    findings, _ = check_register(register, as_of=TODAY)
    for finding in findings:
        assert finding.message
        assert finding.line >= 1
        assert finding.column >= 1
        if finding.path in files:
            # A lone carriage return ends no line: it is one of the characters that a record may not hold.
            lines = files[finding.path].decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
            assert finding.line <= len(lines), finding
            assert finding.column <= len(lines[finding.line - 1]) + 1, finding
    folder = register.protocol("p")
    if folder is not None and folder.readable:
        protocol_status(folder, register, as_of=TODAY)
