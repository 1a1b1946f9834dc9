from __future__ import annotations

from datetime import date

import pytest
from document_sample import DRAFT, sample_agreement, sample_register, sample_text, stamped

from support import register_from
from undersigned.documents.content.agreement import agreement_document, annex_blocks
from undersigned.documents.content.first_page import notice_of
from undersigned.documents.model import Heading, every
from undersigned.facts.agreement import agreement_of, agreements_to_print


def test_the_newest_stamp_is_printed_and_not_the_working_text() -> None:
    text = sample_text().replace("timing: Within 5 working days", "timing: Within 9 working days")
    register = register_from(text)
    folder = register.protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=date(2026, 11, 22))
    assert folder.value.flows[0].timing == "Within 9 working days"
    assert agreement.text.flows[0].timing == "Within 5 working days"
    assert (agreement.version, agreement.file_stem) == ("1.0", "county-housing-v1.0")


def test_a_draft_prints_its_working_text_and_nobody_signs_it() -> None:
    agreement = sample_agreement(DRAFT)
    assert (agreement.version, agreement.fingerprint, agreement.signable) == (None, None, False)
    assert agreement.file_stem == "county-housing-draft"


def test_what_is_dated_after_the_day_has_not_happened() -> None:
    agreement = sample_agreement(versions=(("1.0", "2026-03-15"), ("2.0", "2026-10-01")), as_of=date(2026, 9, 1))
    assert agreement.version == "1.0"
    assert [entry.number for entry in agreement.history] == ["1.0"]


def test_without_any_stamp_by_that_day_the_text_is_marked() -> None:
    agreement = sample_agreement(as_of=date(2026, 3, 1))
    assert agreement.version is None
    assert "no agreed version" in notice_of(agreement)
    assert not agreement.signable


def test_the_lead_comes_first_then_names_in_order() -> None:
    assert [party.organisation for party in sample_agreement().parties] == [
        "county-probation",
        "ty-cymru",
        "town-council",
        "watcher",
    ]


def test_only_signing_parties_have_a_block() -> None:
    assert [party.organisation for party in sample_agreement().parties if party.signs] == [
        "county-probation",
        "ty-cymru",
        "town-council",
    ]


def test_a_party_that_left_has_no_block_from_that_day() -> None:
    text = sample_text().replace("capacity: Houses people}", "capacity: Houses people, left_on: 2026-10-01}")
    register = register_from(text)
    folder = register.protocol("county-housing")
    assert folder is not None
    for day, signs in ((date(2026, 9, 30), True), (date(2026, 10, 1), False)):
        agreement = agreement_of(folder, register, as_of=day)
        assert [party.signs for party in agreement.parties if party.organisation == "town-council"] == [signs]


def test_the_text_in_force_is_printed_beside_a_newer_one_and_only_the_newer_is_signed() -> None:
    register = sample_register(versions=(("1.0", "2026-03-15"), ("2.0", "2026-11-01")))
    folder = register.protocol("county-housing")
    assert folder is not None
    record = folder.versions["2.0"]
    assert record.value is not None
    record.value = record.value.model_copy(update={"effective_from": date(2026, 12, 1)})
    newest, standing = agreements_to_print(folder, register, as_of=date(2026, 11, 22))
    assert [(a.version, a.signable) for a in (newest, standing)] == [("2.0", True), ("1.0", False)]
    assert "Version 2.0 has been agreed and takes effect on 1 December 2026" in notice_of(standing)
    assert notice_of(newest) == ""


def test_a_superseded_protocol_says_by_what_and_since_when() -> None:
    text = sample_text(("title: County Framework\n", "title: County Framework\nsupersedes: [county-housing]\n"))
    register = register_from(text.replace("status: in-force", "status: superseded", 1))
    folder = register.protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=date(2026, 11, 22))
    assert notice_of(agreement) == "Superseded by County Framework since 1 January 2026: no longer in force"
    assert not agreement.signable
    assert agreement_document(agreement).watermark == "SUPERSEDED"


def test_a_protocol_in_force_has_no_successor_and_a_draft_or_a_restricted_one_is_none() -> None:
    newer = sample_text(("title: County Framework\n", "title: County Framework\nsupersedes: [county-housing]\n"))
    ended = newer.replace("status: in-force", "status: superseded", 1)
    for text, wanted in (
        (newer, []),
        (ended, ["County Framework"]),
        (ended.replace(FRAMEWORK, FRAMEWORK.replace("public\n", "restricted\n")), []),
        (ended.replace(FRAMEWORK, FRAMEWORK.replace("in-force", "draft")), []),
    ):
        register = register_from(text)
        folder = register.protocol("county-housing")
        assert folder is not None
        agreement = agreement_of(folder, register, as_of=date(2026, 11, 22))
        assert [successor.title for successor in agreement.successors] == wanted


def test_a_data_item_named_by_id_is_spelled_out_also_in_a_draft() -> None:
    for agreement in (sample_agreement(), sample_agreement(DRAFT)):
        shown = str(agreement_document(agreement).body)
        assert "Level of risk of serious harm" in shown
        assert "risk-level" not in shown


ADOPTS = 'adopts: {protocol: framework, version: "1.0", clauses: [security]}'
FRAMEWORK = "status: in-force\npublication: public\njurisdictions: [england]\neffective_from: 2026-01-01\n"


def body_of(text: str) -> str:
    folder = register_from(text).protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register_from(text), as_of=date(2026, 11, 22))
    return str((agreement_document(agreement).body, annex_blocks(agreement)))


def test_adopted_clauses_are_printed_from_the_stamp_and_not_from_the_working_text() -> None:
    text = sample_text().replace("      Lock it up.\n", "      Lock it up twice.\n", 1)
    shown = body_of(text)
    assert "2.1 Keeping information secure" in shown
    assert shown.count("These clauses of County Framework, version 1.0, are terms of this protocol:") == 2
    assert "Text(text='Lock it up.')" in shown
    assert "Lock it up twice." not in shown


def test_headings_in_adopted_text_stand_below_its_title() -> None:
    found = [node for node in every(annex_blocks(sample_agreement())) if isinstance(node, Heading)]
    levels = {str(heading.content): heading.level for heading in found}
    assert levels["(Text(text='2.1 Keeping information secure'),)"] == 2
    assert levels["(Text(text='A heading of the framework'),)"] == 3


def test_a_restricted_text_enters_no_public_document_and_it_is_said_whom_to_ask() -> None:
    secret = sample_text((FRAMEWORK, FRAMEWORK.replace("public\n", "restricted\n") + "lead: town-council\n"))
    shown = body_of(secret)
    assert "Text(text='2.1 Security.')" in shown, "the clause is called by the id that the public protocol itself names"
    assert "Keeping information secure" not in shown
    assert "Lock it up" not in shown
    assert "Ask Town Council for it." in shown
    both = secret.replace("status: in-force\npublication: public", "status: in-force\npublication: restricted", 1)
    assert "Lock it up." in body_of(both)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("adopts: {protocol: framework, clauses: [security]}", "No version is named"),
        ('adopts: {protocol: framework, version: "7.0", clauses: [security]}', "not kept in this register"),
        ('adopts: {protocol: gone, version: "1.0", clauses: [security]}', "not kept in this register"),
    ],
)
def test_where_the_adopted_text_is_not_here_titles_stand_and_it_is_said(written: str, says: str) -> None:
    shown = body_of(sample_text((ADOPTS, written)))
    assert says in shown
    assert "Text(text='2.1 Security.')" in shown
    assert "Lock it up" not in shown


def test_clauses_that_adopt_each_other_come_to_an_end() -> None:
    circle = (
        "clauses:\n  - id: security\n    title: Round\n    text: Once more.\n"
        '    adopts: {protocol: framework, version: "1.0", clauses: [security]}\n'
    )
    text = sample_text()
    before, framework = text.split("=== protocols/framework/protocol.yaml", 1)
    start, rest = framework.split("clauses:\n", 1)
    stamps = rest[rest.index("=== protocols/") :]
    working = f"{before}=== protocols/framework/protocol.yaml{start}{circle}"
    own = stamps[stamps.index("=== protocols/county-housing/") :]
    shown = body_of(stamped(working, "framework", ("1.0", "2026-01-01")) + own)
    assert shown.count("Once more.") == 3
    assert "2.1.1.1 Round" in shown


def test_a_working_text_is_never_printed_for_a_version_whose_text_is_not_here() -> None:
    text = sample_text(versions=())
    folder = register_from(text).protocol("county-housing")
    assert folder is not None
    stamp = "=== protocols/county-housing/versions/1.0.yaml\nagreed_on: 2026-03-15\nchange: material\nsummary: First\nfingerprint: {}\n"
    kept, other = text + stamp.format(folder.working_fingerprint), text + stamp.format("v1:sha256:" + "0" * 64)
    assert "Secure e-mail" in body_of(kept)
    register = register_from(other)
    folder = register.protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=date(2026, 11, 22))
    document = agreement_document(agreement)
    assert (agreement.text_available, agreement.signable, agreement.version) == (False, False, "1.0")
    assert "text of version 1.0 is not kept here" in document.notice
    assert "Secure e-mail" not in str(document.body)
    assert "Housing pro forma" not in str(document.body)
    assert "Its text is not kept in this register" in str(document.body)


def test_a_withdrawn_protocol_says_until_when_it_was_in_force() -> None:
    agreement = sample_agreement(
        (
            "status: in-force\npublication: public\njurisdictions: [england, wales]",
            "status: withdrawn\neffective_to: 2026-06-30\npublication: public\njurisdictions: [england, wales]",
        )
    )
    assert notice_of(agreement) == "Withdrawn: in force until 30 June 2026, and no longer"
    assert agreement_document(agreement).watermark == "WITHDRAWN"


def test_a_protocol_that_does_not_read_is_named() -> None:
    register = register_from("=== protocols/broken/protocol.yaml\n- no mapping\n")
    folder = register.protocol("broken")
    assert folder is not None
    with pytest.raises(ValueError, match=r"^broken "):
        agreement_of(folder, register, as_of=date(2026, 11, 22))


def test_a_version_of_a_later_day_is_refused() -> None:
    register = sample_register()
    folder = register.protocol("county-housing")
    assert folder is not None
    with pytest.raises(ValueError, match=r"version 1\.0 had not been agreed"):
        agreement_of(folder, register, as_of=date(2026, 1, 1), version="1.0")
