"""What changed between two texts, and which kinds of change may cover it."""

from __future__ import annotations

import copy
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undersigned.changes import Unmet, changed_obligation, differences, excess, least_change
from undersigned.changes.obligations import marks

TEXT: dict[str, Any] = {
    "title": "Example",
    "kind": "framework",
    "effective_to": "2027-03-31",
    "groups": [{"id": "landlords", "title": "Landlords"}],
    "parties": [
        {"organisation": "a", "role": "controller", "capacity": "Refers"},
        {"organisation": "b", "role": "controller"},
        {"organisation": "c", "role": "recipient"},
        {"organisation": "d", "role": "controller", "group": "landlords"},
    ],
    "purpose": {"aims": ["Safety"], "necessity": "Needed"},
    "considerations": {"consent": "Staff may ask."},
    "flows": [
        {
            "id": "one",
            "from": ["a"],
            "to": ["b", "landlords"],
            "retention": "2 years",
            "gateways": ["g1", "g2"],
            "items": [{"name": "Risk level", "sensitivity": "criminal-offence"}, "unknown"],
            "law_differs": [{"for": ["b"], "gateways": ["g3"]}, {"for": ["landlords"], "gateways": ["g4"]}],
        },
        {"id": "two", "from": ["c"], "to": ["a"]},
    ],
    "clauses": [
        {"id": "first", "title": "First", "text": "Reply within 5 days."},
        {"id": "last", "adopts": {"protocol": "f", "version": "1.0", "clauses": ["amendment"]}},
    ],
    "review": {"interval_months": 12},
    "forms": {
        "x": {
            "title": "Form",
            "from": ["any"],
            "to": ["any"],
            "sections": [{"title": "S", "fields": [{"name": "n", "label": "L", "type": "text", "required": True}]}],
        },
        "y": {"title": "Letter", "kind": "letter", "from": ["any"], "to": ["any"], "body": "Dear all"},
    },
}
ALL = {"material", "membership", "extension", "editorial"}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """The text with the value at `path` replaced, or with None taken out."""
    text = copy.deepcopy(TEXT)
    here: Any = text
    for part in path[:-1]:
        here = here[part]
    if to is None:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return text


def with_party(party: Any, *, base: dict[str, Any] = TEXT) -> dict[str, Any]:
    text = copy.deepcopy(base)
    text["parties"] = sorted([*text["parties"], party], key=lambda entry: str(entry["organisation"]))
    return text


def without_party(id_: str) -> dict[str, Any]:
    text = copy.deepcopy(TEXT)
    text["parties"] = [party for party in text["parties"] if party["organisation"] != id_]
    return text


@pytest.mark.parametrize(
    ("after", "label", "before", "now"),
    [
        (changed("title", to="Other"), "title", "Example", "Other"),
        (changed("effective_to", to=None), "effective_to", "2027-03-31", None),
        (changed("purpose", "aims", to=["Safety", "Homes"]), "purpose: aims", ["Safety"], ["Safety", "Homes"]),
        (changed("purpose", to=None), "purpose", TEXT["purpose"], None),
        (changed("parties", 1, "role", to="recipient"), "party b: role", "controller", "recipient"),
        (changed("flows", 0, "retention", to="3 years"), "flow one: retention", "2 years", "3 years"),
        (changed("flows", 0, "gateways", to=["g1"]), "flow one: gateways", ["g1", "g2"], ["g1"]),
        (
            changed("flows", 0, "items", 0, "sensitivity", to="personal"),
            "flow one: item Risk level: sensitivity",
            "criminal-offence",
            "personal",
        ),
        (changed("flows", 0, "items", 1, to="other"), "flow one: item unknown", "unknown", None),
        (changed("flows", 0, "law_differs", 0, "gateways", to=["g9"]), "flow one: law for b: gateways", ["g3"], ["g9"]),
        (changed("flows", 1, to=None), "flow two", TEXT["flows"][1], None),
        (changed("clauses", 0, "text", to="Reply."), "clause first: text", "Reply within 5 days.", "Reply."),
        (changed("clauses", to=TEXT["clauses"][::-1]), "order of clauses", ["first", "last"], ["last", "first"]),
        (
            changed("forms", "x", "sections", 0, "fields", 0, "label", to="M"),
            "form x: section 1: field n: label",
            "L",
            "M",
        ),
        (changed("forms", "y", to=None), "form y", TEXT["forms"]["y"], None),
        (changed("review", "interval_months", to=6), "review: interval_months", 12, 6),
    ],
)
def test_differences_name_the_term(after: dict[str, Any], label: str, before: Any, now: Any) -> None:
    first = differences(TEXT, after)[0]
    assert (first.label, first.before, first.after) == (label, before, now)


def test_added_parts_are_one_difference_each() -> None:
    without = {name: value for name, value in TEXT.items() if name not in ("flows", "forms", "parties")}
    assert [d.label for d in differences(without, TEXT)] == [
        "party a",
        "party b",
        "party c",
        "party d",
        "flow one",
        "flow two",
        "form x",
        "form y",
    ]


def test_entries_that_share_an_id_are_compared_as_a_whole() -> None:
    twice = changed("flows", 1, "id", to="one")
    assert [d.label for d in differences(twice, TEXT)] == ["flows"]


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        (TEXT, ALL),
        (changed("title", to="Other"), {"material", "editorial"}),
        (changed("considerations", "consent", to="Staff can ask."), {"material", "editorial"}),
        (changed("clauses", 0, "title", to=None), {"material", "editorial"}),
        (changed("forms", "x", "title", to="Pro forma"), {"material", "editorial"}),
        (changed("forms", "x", "sections", 0, "fields", 0, "label", to="M"), {"material", "editorial"}),
        (changed("forms", "x", "sections", 0, "fields", 0, "hint", to="As on the licence"), {"material", "editorial"}),
        (changed("forms", "y", "body", to="Dear colleagues"), {"material", "editorial"}),
        (changed("effective_to", to="2028-03-31"), {"material", "extension"}),
        (changed("effective_to", to="2027-04"), {"material", "extension"}),
        (changed("effective_to", to="2027-02"), {"material"}),
        (changed("effective_to", to="2026-12-31"), {"material"}),
        (changed("effective_to", to=None), {"material"}),
        (changed("clauses", 0, "text", to=None), {"material"}),
        (changed("clauses", 0, "id", to="other"), {"material"}),
        (changed("clauses", 0, "covers", to=["accuracy"]), {"material"}),
        (changed("clauses", 1, "adopts", "version", to="2.0"), {"material"}),
        (changed("clauses", to=TEXT["clauses"][::-1]), {"material"}),
        (changed("considerations", "transparency", to="A notice"), {"material"}),
        (changed("groups", 0, "title", to="Providers"), {"material"}),
        (changed("flows", 0, "title", to="One"), {"material"}),
        (changed("flows", 0, "not_shared", to=["Files"]), {"material"}),
        (changed("purpose", "necessity", to="Much needed"), {"material"}),
        (changed("forms", "x", "sections", 0, "fields", 0, "required", to=None), {"material"}),
        (changed("forms", "x", "sections", 0, "fields", 0, "label", to=None), {"material"}),
        (changed("flows", 1, "id", to="one"), {"material"}),
        (changed("forms", "x", "purpose", to="To ask"), {"material"}),
        (changed("parties", 0, "capacity", to="Refers people"), {"material"}),
        (with_party({"organisation": "e", "role": "controller"}), {"material", "membership"}),
        (without_party("c"), {"material", "membership"}),
    ],
)
def test_least_change(after: dict[str, Any], kinds: set[str]) -> None:
    assert least_change(TEXT, after) == kinds


def joined(role: str, **ends: list[str]) -> dict[str, Any]:
    """The party e joins with this role and stands in these lists of flow one."""
    text = with_party({"organisation": "e", "role": role})
    for end, ids in ends.items():
        if end == "law":
            text["flows"][0]["law_differs"][0]["for"] = ids
        else:
            text["flows"][0]["from" if end == "from_" else "to"] = ids
    return text


@pytest.mark.parametrize(
    ("after", "labels"),
    [
        (joined("controller", from_=["a", "e"]), []),
        (joined("controller", from_=["e", "a"]), []),
        (joined("controller", to=["b", "e", "landlords"], law=["b", "e"]), []),
        (joined("recipient", from_=["a", "e"]), ["flow one: from"]),
        (joined("controller", from_=["a", "e"], to=["b", "landlords", "c"]), ["flow one: to"]),
        (joined("controller", to=["b"]), ["flow one: to"]),
    ],
)
def test_a_newcomer_joins_a_flow_only_beside_a_party_with_its_role(after: dict[str, Any], labels: list[str]) -> None:
    found = excess("membership", TEXT, after, summary="Joins", agreed_on=date(2026, 1, 1))
    assert [d.label for d in found if not isinstance(d, Unmet)] == labels


def test_a_newcomer_beside_a_member_of_a_group() -> None:
    before = changed("flows", 0, "to", to=["landlords"])
    after = with_party({"organisation": "e", "role": "controller"}, base=before)
    after["flows"][0]["to"] = ["landlords", "e"]
    assert "membership" in least_change(before, after)


def test_a_leaver_is_taken_out_with_what_was_its_own() -> None:
    after = without_party("b")
    after["flows"][0]["to"] = ["landlords"]
    after["flows"][0]["law_differs"] = TEXT["flows"][0]["law_differs"][1:]
    assert least_change(TEXT, after) == {"material", "membership"}
    after["flows"][0]["law_differs"] = []
    assert "membership" not in least_change(TEXT, after)


def test_a_flow_goes_with_the_only_body_at_one_end_and_not_otherwise() -> None:
    without_c = without_party("c")
    without_c["flows"] = TEXT["flows"][:1]
    assert "membership" in least_change(TEXT, without_c)
    without_flow = changed("flows", 1, to=None)
    assert "membership" not in least_change(TEXT, without_flow)


def test_a_party_takes_another_s_place_in_flows() -> None:
    after = without_party("b")
    after["parties"].insert(1, {"organisation": "bb", "role": "controller"})
    after["flows"][0]["to"] = ["bb", "landlords"]
    after["flows"][0]["law_differs"][0]["for"] = ["bb"]
    assert least_change(TEXT, after) == {"material", "membership"}
    after["flows"][0]["law_differs"][0]["gateways"] = ["g9"]
    assert least_change(TEXT, after) == {"material"}


def test_a_successor_states_its_own_capacity_but_not_its_role() -> None:
    capacity = changed("parties", 1, "capacity", to="Takes over")
    assert excess("membership", TEXT, capacity, summary="", agreed_on=date(2026, 1, 1), succeeded=frozenset("b")) == []
    assert excess("membership", TEXT, capacity, summary="", agreed_on=date(2026, 1, 1), succeeded=frozenset("a")) != []
    role = changed("parties", 1, "role", to="recipient")
    assert excess("membership", TEXT, role, summary="", agreed_on=date(2026, 1, 1), succeeded=frozenset("b")) != []


@pytest.mark.parametrize(
    ("end", "summary", "agreed_on", "lacking"),
    [
        ("2028-03-31", "Extended under clause first", date(2027, 3, 31), []),
        ("2028-03-31", "Extended (see amendment)", date(2027, 3, 31), []),
        ("2028-03-31", "Extended under clause first", date(2027, 4, 1), [Unmet.PASSED]),
        ("2028-03-31", "Extended under clause first-of-all", date(2027, 1, 1), [Unmet.NO_CLAUSE]),
        ("2027-03-30", "Extended under clause first", date(2027, 1, 1), [Unmet.NOT_LATER]),
        (None, "Extended under clause first", date(2027, 1, 1), [Unmet.NOT_LATER]),
    ],
)
def test_extensions(end: str | None, summary: str, agreed_on: date, lacking: list[Unmet]) -> None:
    after = changed("effective_to", to=end)
    assert excess("extension", TEXT, after, summary=summary, agreed_on=agreed_on) == lacking


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Reply within five working days.", "Answer within 5 working days.", None),
        ("Reply within five days.", "Reply within ten days.", ("five", "ten", 13)),
        ("Within 5 days the lead must reply.", "The lead must reply within 5 days.", None),
        ("It must go.", "It shall go.", None),
        ("It may go.", "It must go.", ("may", "must", 3)),
        ("It may go.", "It may not go.", (None, "not", 7)),
        ("They cannot go.", "They can go.", ("cannot", None, 0)),
        ("Kept until 1 May 2026.", "Kept until 1 June 2026.", ("May", "June", 13)),
        ("Kept until 1 May 2026.", "Kept until 1 May 2027.", ("2026", "2027", 17)),
        ("They march.", "They walk.", None),
        ("For one month.", "For two months.", ("one", "two", 4)),
        ("One of them.", "Any of them.", None),
        ("For twenty-eight days.", "For 28 days.", None),
        ("1. Ask\n2. Tell", "- Ask\n- Tell", None),
        ("No later than 5 days.", "Within 5 days.", None),
        ("See https://example.org/2024.", "See https://example.org/2025.", None),
        ("5 days, or 10 in winter.", "10 days, or 5 in winter.", ("5", "10", 0)),
    ],
)
def test_obligations(before: str, after: str, expected: tuple[str | None, str | None, int] | None) -> None:
    assert changed_obligation(before, after) == expected


@given(st.text(alphabet="a1 may must not five-twenty.\n", max_size=60))
def test_offsets_are_places_in_the_text(text: str) -> None:
    found = marks(text)
    assert [text[one.offset : one.offset + len(one.written)] for one in found] == [one.written for one in found]
    assert changed_obligation(text, text) is None


def _organisation_of(party: dict[str, Any]) -> str:
    return str(party["organisation"])


_words = st.sampled_from(["a", "b", "c", "one", "two"])
_texts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "title": _words,
        "parties": st.lists(
            st.fixed_dictionaries({"organisation": _words}, optional={"role": _words}), unique_by=_organisation_of
        ),
        "flows": st.lists(
            st.fixed_dictionaries({"id": _words}, optional={"from": st.lists(_words), "to": st.lists(_words)}),
            max_size=3,
        ),
        "clauses": st.lists(st.fixed_dictionaries({"id": _words}, optional={"text": _words}), max_size=3),
    },
)


@given(_texts, _texts)
def test_texts_differ_exactly_where_there_are_differences(before: dict[str, Any], after: dict[str, Any]) -> None:
    empty_is_absent = [{name: value for name, value in text.items() if value != []} for text in (before, after)]
    assert bool(differences(*empty_is_absent)) == (empty_is_absent[0] != empty_is_absent[1])
    assert "material" in least_change(before, after)


def test_comparing_two_texts_loads_neither_git_nor_the_report() -> None:
    """The checks compare texts on every run, and pay for nothing else."""
    program = "import sys, undersigned.changes.kinds; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "'undersigned.changes.kinds'" in loaded
    assert not [name for name in ("'git'", "changes.git'", "changes.report'", "register'") if name in loaded]
