"""Versions whose words are lost or only on paper: what they owe, what they do not, and fingerprints that are invented."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from support import TODAY, findings_in, register_from, status_of
from undersigned.checks.engine import check_register
from undersigned.records.fingerprint import is_made_up
from undersigned.records.reading import may_hold_months
from undersigned.reports.status import render_status_json, status_report

SCAN = hashlib.sha256(b"a scan").hexdigest()
FACTS = """=== protocols/p/protocol.yaml
title: Agreement on paper between a council and a charity
summary: A council and a charity tell each other what they need to house people. The signed paper has the words.
kind: information-sharing-protocol
status: in-force
publication: public
jurisdictions: [england]
areas: [westshire]
lead: a
effective_from: 2016-04-01
parties:
  - {organisation: a, role: controller}
  - {organisation: b, role: controller}
review: {interval_months: 12}
=== protocols/p/reviews/2026-03-20.yaml
due_on: 2017-04-01
version: "1.0"
outcome: no-change
reviewed_by: [{organisation: a, post: Partnerships Officer}]
checked: [contacts, law, forms, data-items, outcomes, funding]
note: The two services read the paper together. Mailboxes were out of date and are corrected.
"""
BODIES = "".join(
    f"=== signatories/{id_}/organisation.yaml\nname: Body {id_.upper()}\nkind: {kind}\njurisdiction: england\n"
    f"data_protection_officer: {{post: Data Protection Officer, mailbox: dpo@{id_}.example}}\n"
    f"contact: {{post: Manager, mailbox: desk@{id_}.example, confirmed_on: 2026-10-01}}\n"
    for id_, kind in (("a", "local-authority"), ("b", "voluntary"))
)


def signed(fingerprint: str = "", when: str = "2016-03") -> str:
    line = f"    fingerprint: '{fingerprint}'\n" if fingerprint else ""
    return "".join(
        f"=== signatories/{id_}/p.yaml\n"
        f"nominated_officer: {{post: Manager, mailbox: desk@{id_}.example, deputy_post: Deputy, confirmed_on: 2026-10-01}}\n"
        f"signatures:\n  - version: '1.0'\n{line}    signed_on: {when}\n"
        f"    signed_by: {{post: Director, authority: office}}\n    method: wet-ink\n    returned_on: {when}\n"
        for id_ in "ab"
    )


def version(more: str = "") -> str:
    return (
        f"=== protocols/p/versions/1.0.yaml\nagreed_on: 2016-03\nchange: material\nsummary: First agreed text\n{more}"
    )


DOCUMENT = "document: {pages: 23, held_by: a, reference: PF/2016/17}\n"
SCANNED = (
    f"fingerprint: 'd1:sha256:{SCAN}'\ndocument: {{sha256: {SCAN}, pages: 23, held_by: a, reference: PF/2016/17}}\n"
)


@pytest.mark.parametrize(("document", "fingerprint"), [(DOCUMENT, ""), (SCANNED, f"d1:sha256:{SCAN}")])
def test_an_agreement_on_paper_takes_one_short_record_and_draws_one_warning(document: str, fingerprint: str) -> None:
    facts = FACTS.replace('version: "1.0"', f'version: "1.0"\nfingerprint: "{fingerprint}"') if fingerprint else FACTS
    text = facts + version(document) + BODIES + signed(fingerprint)
    at = 4 if document == DOCUMENT else 5
    assert findings_in(text) == [f"protocols/p/versions/1.0.yaml:{at}:1 warning[text-not-entered]"]
    status = status_of(text)
    assert [(p.state, p.bound_to) for p in status.parties] == [("signed", "document")] * 2
    assert [(item.version, item.between) for item in status.in_force] == [("1.0", ("a", "b"))]


def test_the_warning_counts_the_open_topics_and_names_what_to_do() -> None:
    findings, _ = check_register(register_from(FACTS + version(DOCUMENT) + BODIES + signed()), as_of=TODAY)
    assert "are on paper and not entered here: " in findings[0].message
    assert int(findings[0].message.split()[-5]) > 10


def test_dates_reviews_signatures_and_privacy_are_asked_as_always() -> None:
    text = FACTS + version(DOCUMENT) + BODIES
    late = text.replace("2026-03-20", "2024-03-20") + signed().replace(
        "authority: office", "authority: office, reference: Jo Smith 07700 900123"
    )
    codes = {line.split("[")[1][:-1] for line in findings_in(late)}
    assert {"text-not-entered", "review-due"} < codes
    assert {"phone-number", "personal-phone", "telephone-number", "mobile-number"} & codes or any(
        "phone" in c for c in codes
    )


def test_with_flows_or_clauses_everything_is_asked_again() -> None:
    entered = FACTS.replace(
        "review: {", "clauses:\n  - {id: security, title: Security, text: By secure e-mail only.}\nreview: {"
    )
    codes = [line.split("[")[1][:-1] for line in findings_in(entered + version(DOCUMENT) + BODIES + signed())]
    assert "text-not-entered" not in codes
    assert "missing-topic" in codes


def test_a_lost_text_needs_no_fingerprint_and_its_signatures_are_not_asked_for_one() -> None:
    text = FACTS + version() + BODIES + signed()
    codes = {line.split("[")[1][:-1] for line in findings_in(text)}
    assert not codes & {
        "missing-key",
        "fingerprint-missing",
        "bad-fingerprint",
        "month-only",
        "too-few-bound",
        "wrong-fingerprint",
    }
    register = register_from(text)
    parties = json.loads(render_status_json(status_report(register, as_of=TODAY), TODAY))["protocols"][0]["parties"]
    assert [(p["state"], p["bound_to"], p["signed_on"], p["days_waiting"]) for p in parties] == [
        ("signed", "record", "2016-03", None)
    ] * 2
    carried = findings_in(FACTS + version() + BODIES + signed(f"v1:sha256:{SCAN}"))
    assert [line for line in carried if "wrong-fingerprint" in line] == [
        "signatories/a/p.yaml:4:18 error[wrong-fingerprint]",
        "signatories/b/p.yaml:4:18 error[wrong-fingerprint]",
    ]
    before = {p.organisation: p.bound_to for p in status_of(text, as_of=date(2016, 3, 30)).parties}
    assert before == {"a": None, "b": None}


def test_bound_to_a_text_by_its_fingerprint() -> None:
    text = FACTS + version(f"fingerprint: 'v1:sha256:{SCAN}'\n") + BODIES + signed(f"v1:sha256:{SCAN}")
    assert {p.bound_to for p in status_of(text).parties} == {"text"}


def test_a_text_without_a_fingerprint_is_not_a_stamp() -> None:
    found = findings_in(FACTS + version("text:\n  title: T\n  kind: framework\n") + BODIES + signed())
    assert "protocols/p/versions/1.0.yaml:1:1 error[stamp-mismatch]" in found


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("document: {pages: 3}\n", "4:11 error[document-unclear]"),
        ("document: {held_by: nobody}\n", "4:21 error[unknown-organisation]"),
        (f"document: {{sha256: {SCAN}, held_by: a}}\n", "1:1 error[document-unclear]"),
        (f"fingerprint: 'd1:sha256:{SCAN}'\n", "4:14 error[document-unclear]"),
        (
            f"fingerprint: 'v1:sha256:{SCAN}'\ndocument: {{sha256: {SCAN}, held_by: a}}\n",
            "4:14 error[document-unclear]",
        ),
        (f"fingerprint: 'd1:sha256:{SCAN}'\ndocument: {{held_by: a}}\n", "4:14 error[document-unclear]"),
        ("document: {sha256: abc, held_by: a}\n", "4:20 error[document-unclear]"),
        (f"document: {{sha256: {'0' * 64}, held_by: a}}\n", "4:20 error[document-unclear]"),
        (f"fingerprint: 'v1:sha256:{'0' * 64}'\n", "4:14 error[bad-fingerprint]"),
        (f"fingerprint: 'v1:sha256:{'0123456789abcdef' * 4}'\n", "4:14 error[bad-fingerprint]"),
    ],
)
def test_what_says_of_a_document_less_than_it_must_or_what_cannot_be(more: str, expected: str) -> None:
    assert f"protocols/p/versions/1.0.yaml:{expected}" in findings_in(FACTS + version(more) + BODIES + signed())


@pytest.mark.parametrize(
    "digest",
    ["0" * 64, "f" * 64, "0123456789abcdef" * 4, "fedcba9876543210" * 4, "deadbeef" * 8, "1234567890" * 6 + "1234",
     "0011223344556677" + "8899aabbccddeeff" + "0011223344556677" + "8899aabbccddeeff", hashlib.sha256(b"").hexdigest(),
     "abc123" * 10 + "abc1", "0" * 60 + "1234"],
)  # fmt: skip
def test_invented_digests_are_recognised(digest: str) -> None:
    assert is_made_up(digest)


def test_no_true_digest_is_taken_for_invented() -> None:
    assert not any(is_made_up(hashlib.sha256(str(number).encode()).hexdigest()) for number in range(20_000))


@pytest.mark.parametrize("written", ["2026-09", '"2026-09"', '"\\x32026-09"', '"2026\\u002d09"'])
def test_a_month_is_seen_however_it_is_written(written: str) -> None:
    assert may_hold_months(f"sent_on: {written}\n".encode())


def test_days_are_no_months() -> None:
    assert not may_hold_months(b"sent_on: 2026-09-01\nversion: '2.0'\nfingerprint: u1:sha256:2026091\n")
