"""What two bodies may tell each other: the example register, and bodies that nothing binds."""

from __future__ import annotations

import pytest

from support import TODAY, example_register
from undersigned.facts.partnerships import Dealing
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register

PROBATION = "staffordshire-probation"


@pytest.fixture(scope="module")
def facts() -> RegisterFacts:
    return RegisterFacts(load_register(example_register()), as_of=TODAY)


def between(facts: RegisterFacts, one: str, other: str) -> Dealing:
    (found,) = (
        dealing for dealing in facts.dealings(one) if other in [counterpart.id for counterpart in dealing.others]
    )
    return found


def test_each_card_that_applies_is_told_both_ways(facts: RegisterFacts) -> None:
    council = "brackenford-borough-council"
    dealing, back = between(facts, PROBATION, council), between(facts, council, PROBATION)
    assert ("housing-referral", "2.1") in [(card.flow, card.source.version) for card in dealing.tells]
    assert [card.flow for card in dealing.tells] == [card.flow for card in back.told]
    assert [card.flow for card in dealing.told] == [card.flow for card in back.tells]
    assert "landlord-referral" not in [card.flow for card in dealing.tells]


def test_what_must_be_true_first_is_told(facts: RegisterFacts) -> None:
    dealing = between(facts, PROBATION, "brackenford-borough-council")
    ((words, titles),) = dealing.first
    assert words.startswith(
        "A person managed under multi-agency public protection arrangements (MAPPA) is not referred"
    )
    assert words.endswith("until the practitioner has asked the MAPPA co-ordinator"), "the first sentence of the clause"
    assert titles == ("Staffordshire Housing Protocol for People on Probation",)
    kinds = {card.flow: [condition.kind for condition in card.conditions] for card in dealing.tells}
    assert kinds["emergency-warning"] == ["emergency", "consent"]
    assert any("statutory-consent" in found for found in kinds.values())


def test_what_one_card_refuses_and_another_carries_is_told(facts: RegisterFacts) -> None:
    refused = {one.what: one for one in between(facts, PROBATION, "brackenford-borough-council").refused}
    risk = refused["Level of risk"]
    assert risk.never == ("Statutory referral from probation, the prison and the youth offending team",)
    assert "Referral for housing to a council" in risk.allowed


def test_a_reserved_flow_does_not_pass_and_is_named(facts: RegisterFacts) -> None:
    dealing = between(facts, "longstile-resettlement", PROBATION)
    assert "tenancy-warning" not in [card.flow for card in dealing.tells]
    assert [(one.card.flow, one.by[0]) for one in dealing.reserved] == [("tenancy-warning", "longstile-resettlement")]


def test_a_body_that_signed_an_older_text_is_told_the_cards_of_that_text(facts: RegisterFacts) -> None:
    dealing = between(facts, PROBATION, "east-marl-borough-council")
    assert {card.source.version for card in dealing.tells if "housing" in card.source.protocol} == {"1.1"}
    assert not any(card.source.is_shown for card in dealing.tells if "housing" in card.source.protocol)


def test_where_nothing_is_in_force_no_card_is_told(facts: RegisterFacts) -> None:
    dealing = between(facts, PROBATION, "thornbeck-north")
    assert not dealing.binds
    assert (dealing.tells, dealing.told) == ((), ())
    assert "staffordshire-housing-protocol" in [binding.protocol.id for binding in dealing.pair.not_in_force]


def test_contacts_say_for_which_protocol_and_who_answers_out_of_hours(facts: RegisterFacts) -> None:
    dealing = between(facts, PROBATION, "brackenford-borough-council")
    contacts = next(one for one in dealing.others if one.id == "brackenford-borough-council").contacts
    assert [contact.protocols for contact in contacts] == [
        ("Duty to Refer Protocol",),
        ("Staffordshire Housing Protocol for People on Probation",),
    ]
    assert [officer.hours for contact in contacts for officer in contact.point.others] == ["out-of-hours"]


def test_bodies_in_the_same_position_are_one_dealing(facts: RegisterFacts) -> None:
    others = [one.id for one in between(facts, PROBATION, "brackenford-borough-council").others]
    assert others == ["brackenford-borough-council", "caldwick-city-council"]
