"""The flows of a text set out once: what they have in common is said once, and nothing that was agreed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import TODAY, example_register, register_from, site_of_protocol
from undersigned.facts.flows import FlowTerms
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register
from undersigned.site.wording import runs

FLOWS = """=== signatories/council/organisation.yaml
name: Council
kind: local-authority
=== signatories/probation/organisation.yaml
name: Probation
kind: probation
=== signatories/landlord/organisation.yaml
name: Landlord
kind: housing-provider
=== protocols/p/protocol.yaml
title: P
kind: joint-working-protocol
status: draft
publication: public
groups: [{id: homes, title: Those who let homes}]
parties:
  - {organisation: probation}
  - {organisation: council, group: homes}
  - {organisation: landlord, group: homes}
flows:
  - id: one
    from: [probation]
    to: [homes]
    lawful_bases: [a6e-public-task]
    items: [{name: A, why: Why}, {name: B}, {name: C}, {name: D}]
    not_shared: [X, Y]
  - id: two
    from: [probation]
    to: [homes]
    lawful_bases: [a6e-public-task]
    items: [{name: A, why: Why}, {name: B}, {name: C}, {name: E}]
    not_shared: [X, Y]
  - id: three
    from: [homes]
    to: [homes]
    lawful_bases: [a6c-legal-obligation]
    items: [{name: A, why: Another reason}]
    not_shared: []
"""


@pytest.fixture
def terms() -> FlowTerms:
    return RegisterFacts(register_from(FLOWS), as_of=TODAY).by_id["p"].terms


def test_a_piece_of_information_is_named_once_for_each_reason(terms: FlowTerms) -> None:
    assert [(shared.item.name, shared.item.why, shared.flows) for shared in terms.items] == [
        ("A", "Why", (1, 2)),
        ("B", None, (1, 2)),
        ("C", None, (1, 2)),
        ("D", None, (1,)),
        ("E", None, (2,)),
        ("A", "Another reason", (3,)),
    ]


def test_flows_of_the_same_law_are_told_together(terms: FlowTerms) -> None:
    assert [(law.number, law.flows) for law in terms.laws] == [(1, (1, 2)), (2, (3,))]
    assert [card.law for card in terms.flows] == [1, 1, 2]


def test_members_of_a_group_are_named_where_it_comes_first(terms: FlowTerms) -> None:
    first, again = terms.flows[0].receivers[0], terms.flows[1].receivers[0]
    assert (first.first, [name for _id, name in first.members]) == (True, ["Council", "Landlord"])
    assert (again.first, again.members, again.group) == (False, (), "homes")
    assert [card.each_to_others for card in terms.flows] == [False, False, True]


def test_what_must_be_true_first_is_told_for_each_flow() -> None:
    text = FLOWS.replace(
        "    lawful_bases: [a6c-legal-obligation]", "    when: emergency\n    consent: [none]"
    ).replace("  - id: two", "    consent: [basis, courtesy]\n    statutory_consents: [refer]\n  - id: two")
    text += """clauses:
  - id: mappa-cases
    text: |
      A person managed under MAPPA (e.g. at level 2) is not referred
      until the co-ordinator has been asked. Minutes never travel.
"""
    one, two, three = RegisterFacts(register_from(text), as_of=TODAY).by_id["p"].terms.flows
    mappa = "A person managed under MAPPA (e.g. at level 2) is not referred until the co-ordinator has been asked"
    assert [condition.words for condition in one.conditions] == [
        mappa,
        "The person must consent: consent is a lawful basis",
        "Ask the person first: consent is asked for as a courtesy",
        "A statute requires the person's agreement to be referred",
    ]
    assert [condition.words for condition in two.conditions] == [
        mappa,
        "The text does not say whether the person must consent",
    ]
    assert [condition.words for condition in three.conditions] == [
        "Only in an emergency",
        "The person's consent is not relied on",
    ]
    assert [condition.forbids for condition in one.conditions] == [True, True, False, True]
    assert [condition.forbids for condition in three.conditions] == [True, False]


def test_numbers_without_a_gap_are_a_run() -> None:
    assert runs([1, 2, 3, 5, 7, 8]) == ((1, 3), (5, 5), (7, 8))
    assert runs([]) == ()


def test_nothing_that_was_agreed_of_a_flow_is_lost(shipped_site: Path) -> None:
    """Every word of it stands on its card or in the full text."""
    site = RegisterFacts(load_register(example_register()), as_of=TODAY)
    looked_at = 0
    for facts in site.open_protocols:
        said = " ".join(site_of_protocol(shipped_site, facts.id).text_content().split())
        for card in facts.terms.flows:
            flow = card.flow
            words = [flow.title, flow.method, flow.timing, flow.retention, *flow.not_shared]
            words += [text for item in card.items for text in (item.name, item.why)]
            words += [end.name for end in (*card.senders, *card.receivers)]
            for text in filter(None, words):
                looked_at += 1
                assert " ".join(text.split()) in said, f"{facts.id}, {flow.id}: {text}"
    assert looked_at > 300
