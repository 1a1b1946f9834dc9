"""References: what stays silent beside the wrong-on-purpose cases."""

from __future__ import annotations

import pytest
from text_register import FLOW, PARTIES, codes, findings, head, organisation, sound, terms

from undersigned.checks.rules.references import circles

P = "protocols/p/protocol.yaml"
FRAMEWORK_TEXT = "  title: F\n  kind: framework\n  parties:\n    - {organisation: a}\n    - {organisation: b}\n  clauses:\n    - {id: security, text: Kept safe.}\n"


def framework(*signers: str) -> dict[str, str]:
    """A framework whose version 1.0 these bodies have signed."""
    signed = "signatures:\n  - {version: '1.0', sent_on: 2024-01-11, signed_on: 2024-01-20}\n"
    return {
        "protocols/f/protocol.yaml": head(kind="framework") + PARTIES + terms(),
        "protocols/f/versions/1.0.yaml": (
            f"agreed_on: 2024-01-10\nchange: material\nsummary: First\nfingerprint: v1:sha256:{'0' * 64}\ntext:\n{FRAMEWORK_TEXT}"
        ),
        **{f"signatories/{signer}/f.yaml": signed for signer in signers},
    }


ADOPTS = "  - {id: common, adopts: {protocol: f, version: '1.0', clauses: [security]}}\n"


def test_a_sound_register_is_silent() -> None:
    assert codes("references", {P: sound(), **framework("a", "b")}) == []


def test_adopted_clauses_are_silent_where_all_have_signed() -> None:
    assert codes("references", {P: sound(ADOPTS), **framework("a", "b")}) == []


def test_adopted_clauses_name_those_who_have_not_signed() -> None:
    (found,) = findings("references", {P: sound(ADOPTS), **framework("a")})
    assert (found.code, found.severity) == ("adopted-not-signed", "warning")
    assert "b has not signed version" in found.message


def test_a_party_that_has_left_or_does_not_sign_need_not_have_signed_the_framework() -> None:
    parties = PARTIES.replace("capacity: Receives", "capacity: Receives, signs: no")
    assert codes("references", {P: head() + parties + FLOW + terms() + ADOPTS, **framework("a")}) == []
    parties = PARTIES.replace("capacity: Receives", "capacity: Receives, left_on: 2026-05-01")
    assert codes("references", {P: head() + parties + FLOW + terms() + ADOPTS, **framework("a")}) == []


def test_former_ids_are_known() -> None:
    files = {
        P: sound().replace("lead: a", "lead: old-a").replace("organisation: b", "organisation: old-b")
        + "part_of: old-f\n",
        "signatories/a/organisation.yaml": organisation("A", more="formerly: [old-a]\n"),
        "signatories/b/organisation.yaml": organisation("B", more="formerly: [old-b]\n"),
        **framework("a", "b"),
    }
    files["protocols/f/protocol.yaml"] += "formerly: [old-f]\n"
    assert codes("references", files) == []


def test_an_heir_may_stand_in_a_flow_of_the_body_it_took_over() -> None:
    files = {
        P: sound().replace("to: [b]", "to: [c]"),
        "signatories/c/organisation.yaml": organisation("C", "voluntary"),
        "signatories/c/p.yaml": "inherits: {from: [b], on: 2026-05-01, by: statute, instrument: An order}\n",
    }
    assert codes("references", files) == []


def test_an_organisation_that_does_not_read_still_exists() -> None:
    assert codes("references", {P: sound(), "signatories/b/organisation.yaml": "name: [\n"}) == []


def test_what_could_not_be_read_draws_no_second_finding() -> None:
    items = "data_items:\n  - {id: risk, name: Risk, sensitivity: secret, why: Safety}\n  - {name: No id}\n"
    flow = FLOW.replace(
        "      - {name: Counts, sensitivity: depersonalised, why: To plan}\n", "      - risk\n      - other\n"
    )
    assert "unknown-data-item" not in codes("references", {P: head() + PARTIES + items + flow + terms()})


def test_law_may_differ_for_a_member_of_a_group_at_an_end() -> None:
    groups = "groups:\n  - {id: charities, title: Charities}\n"
    parties = PARTIES.replace("capacity: Receives", "capacity: Receives, group: charities")
    flow = FLOW.replace("to: [b]", "to: [charities]") + "    law_differs:\n      - {for: [b], gateways: [cda98-s115]}\n"
    assert codes("references", {P: head() + groups + parties + flow + terms()}) == []


def test_a_board_may_lead_and_is_no_party() -> None:
    files = {
        P: sound().replace("lead: a", "lead: board"),
        "signatories/board/organisation.yaml": organisation("Board", "partnership-board"),
    }
    assert codes("references", files) == []


def test_a_draft_needs_no_lead_and_a_superseded_text_is_left_alone() -> None:
    for status in ("draft", "superseded", "withdrawn"):
        assert codes("references", {P: sound(status=status).replace("lead: a\n", "")}) == []
    (found,) = findings("references", {P: sound().replace("lead: a\n", "")})
    assert (found.code, found.severity) == ("missing-lead", "error")


def test_the_nearest_id_is_suggested() -> None:
    (found,) = findings(
        "references",
        {
            P: sound().replace("lead: a", "lead: stafford-borough"),
            "signatories/stafford-borough-council/organisation.yaml": organisation("S"),
        },
    )
    assert "The nearest is 'stafford-borough-council' (S, local authority)." in found.hint


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ({"a": ["b"], "b": ["c"]}, []),
        ({"a": ["a"]}, [("a",)]),
        ({"c": ["a"], "a": ["b"], "b": ["c"]}, [("a", "b", "c")]),
        ({"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"], "x": ["a"]}, [("a", "b"), ("c", "d")]),
        ({"a": ["x"], "b": ["c"], "c": ["b"]}, [("b", "c")]),
    ],
)
def test_circles(links: dict[str, list[str]], found: list[tuple[str, ...]]) -> None:
    assert list(circles(links)) == found


def test_a_long_chain_is_no_circle() -> None:
    assert list(circles({str(n): [str(n + 1)] for n in range(3000)})) == []
