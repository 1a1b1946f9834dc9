"""What a text being prepared would change: named on the page, and nothing else is."""

from __future__ import annotations

from datetime import date

from lxml import html

from support import pages_of_protocol, register_from
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.site.pages import PageSet

DAY = date(2026, 12, 20)
TEXT = """
kind: joint-working-protocol
parties: [{organisation: a}, {organisation: b}]
people: [people on probation]
purpose: {aims: [Find homes]}
flows:
  - {id: one, title: Referral, from: [a], to: [b], items: [risk], timing: Within 5 days}
  - {id: two, title: Reply, from: [b], to: [a], items: [{name: Outcome}], timing: Within 9 days}
clauses: [{id: safe, title: Keeping it safe, text: Lock it up.}, {id: true, title: Keeping it true, text: Check it.}]
"""


def protocol(*changes: tuple[str, str], released: bool = True) -> ProtocolFacts:
    """The protocol after changes of its working text; those of `TEXT` are stamped."""
    working = TEXT
    for old, new in changes:
        assert old in working, old
        working = working.replace(old, new)
    stamped = TEXT.replace("items: [risk]", "items: [{name: Level of risk}]").replace("\n", "\n  ").rstrip()
    version = f"""=== protocols/p/versions/1.0.yaml
agreed_on: 2026-01-10
change: material
summary: First
fingerprint: "v1:sha256:{"ab" * 32}"
text:
  title: P{stamped}
"""
    register = register_from(f"""=== signatories/a/organisation.yaml
name: A
kind: other
=== signatories/b/organisation.yaml
name: B
kind: other
=== protocols/p/protocol.yaml
title: P
status: in-force
publication: public
effective_from: 2026-01-10
data_items: [{{id: risk, name: Level of risk}}]{working}
{version if released else ""}""")
    return RegisterFacts(register, as_of=DAY).by_id["p"]


CHANGES = (("people on probation", "tenants"), ("Within 9 days", "Within 3 days"), ("Check it.", "Check it twice."))


def test_an_amendment_names_the_terms_that_change_and_no_others() -> None:
    facts = protocol(*CHANGES)
    assert facts.changed_terms == ("clauses", "flows", "people")
    assert [flow.title for flow in facts.prepared.flows] == ["Reply"]
    assert [entry.title for entry in facts.prepared_clauses] == ["Keeping it true"]


def test_the_page_says_which_terms_an_amendment_would_change() -> None:
    facts = protocol(*CHANGES)
    pages = PageSet(RegisterFacts(facts.register, as_of=DAY), "Test")
    words = " ".join(html.fragment_fromstring(pages_of_protocol(pages, facts), "div").text_content().split())
    sentence = words.partition("It would change ")[2].partition(". ")[0]
    assert sentence.count(",") + sentence.count(" and ") == 2, sentence
    assert "the parties" not in sentence
    assert "the purpose" not in sentence
    prepared = words.partition("This is working text.")[2].partition("The parties")[0]
    assert "Within 3 days" in prepared
    assert "Check it twice." in prepared
    assert "Within 5 days" not in prepared


def test_an_item_named_by_id_is_the_same_as_one_written_out() -> None:
    assert protocol(("Within 9 days", "Within 3 days")).prepared.flows[0].number == 2


def test_without_changes_or_without_a_stamp_nothing_is_prepared() -> None:
    plain = protocol(("items: [risk]", "items: [{name: Level of risk}]"))
    for facts in (plain, protocol(*CHANGES, released=False)):
        assert (facts.changed_terms, facts.prepared.flows, facts.prepared_clauses) == ((), (), ())


def test_a_flow_is_named_by_its_title_and_by_its_id_if_the_text_has_none_of_that_id() -> None:
    facts = protocol()
    assert [facts.flow_title(id_) for id_ in ("one", "gone")] == ["Referral", "gone"]
