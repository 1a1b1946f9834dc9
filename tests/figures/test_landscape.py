"""The landscape of an area: what two protocols have in common, expected links, terms, waits and money."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from made_up_areas import area, bases, measured, neighbours, standards

from support import example_register, register_from
from undersigned.cli.main import main
from undersigned.figures.landscape import Landscape, landscape
from undersigned.figures.overlap import Comparison, SharedItem, Terms, stems
from undersigned.figures.profile import numbers_in
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register, load_register
from undersigned.reports.landscape import all_seen, render_landscape_json, render_landscape_table

AS_OF = date(2026, 11, 30)


# -- two protocols ----------------------------------------------------------------------------------------------------


def terms(id_: str, *items: str, edges: str = "a>b b>a", words: str = "housing people on release") -> Terms:
    pairs = frozenset((edge[0], edge[-1]) for edge in edges.split())
    shared = tuple(SharedItem(name, frozenset(stems(name)), frozenset({"personal"})) for name in items)
    return Terms(id_, pairs, shared, frozenset({"oma07-s14"}), Counter(stems(words)), frozenset())


def test_the_five_figures_count_what_they_name() -> None:
    one = terms("a", "Risk of serious harm", "Tenancy history", edges="a>b b>a a>c")
    other = terms("b", "Level of risk of serious harm", "Drinking diary", edges="a>b b>a c>d d>c")
    (overlap,) = Comparison([one, other]).overlaps
    assert (overlap.pairs, overlap.inside) == (2 / 5, 2 / 3)
    assert overlap.same_items == (("Risk of serious harm", "Level of risk of serious harm"),)
    assert (overlap.data, overlap.power, round(overlap.purpose, 9)) == (1 / 3, 1.0, 1.0)
    assert overlap.words == "merge"
    assert {name: len(things) for name, things in overlap.shared.items()} == {
        "pairs": 2,
        "data": 1,
        "power": 1,
        "purpose": 2,
        "flow": 0,
    }


@pytest.mark.parametrize(
    ("edges", "item", "expected"),
    [
        ("a>b b>a", "Drinking diary", "same-bodies"),
        ("c>d", "Risk level", "join"),
        ("c>d", "Drinking diary", None),
        ("", "Risk level", "join"),
    ],
)
def test_words_that_follow(edges: str, item: str, expected: str | None) -> None:
    (overlap,) = Comparison([terms("a", "Risk level"), terms("b", item, edges=edges)]).overlaps
    assert overlap.words == expected


def test_items_of_another_sensitivity_are_others() -> None:
    one = terms("a", "Risk level")
    other = Terms(
        "b",
        one.edges,
        (SharedItem("Risk level", one.items[0].stems, frozenset({"criminal-offence"})),),
        one.gateways,
        one.words,
        one.doors,
    )
    (overlap,) = Comparison([one, other]).overlaps
    assert overlap.data == 0


@pytest.fixture(scope="module")
def example() -> Register:
    return load_register(example_register())


def test_made_up_areas_of_27(example: Register) -> None:
    """Precision and recall of what could be one and what could join, between the example's texts and reworded ones."""
    base = bases(example, AS_OF)
    found = measured([area(base, seed) for seed in range(8)], {one.id for one in base})
    for precision, recall in found.values():
        assert precision >= 0.95
        assert recall >= 0.8


def test_neighbouring_subjects_that_share_items_and_bodies(example: Register) -> None:
    """Standards and the example's protocols, and their texts worded anew by rules."""
    found = measured([neighbours([*standards(), *bases(example, AS_OF)], seed) for seed in range(8)])
    for precision, recall in found.values():
        assert precision >= 0.95
        assert recall >= 0.85


# -- an area ----------------------------------------------------------------------------------------------------------


def seen_in(register: Register, area_: str | None = "county") -> Landscape:
    protocols, _ = all_seen(register, as_of=AS_OF)
    return landscape(register, protocols, area=area_, as_of=AS_OF)


def a_protocol(
    id_: str, status: str = "in-force", publication: str = "public", more: str = "", gateway: str = "ha96-s213b"
) -> str:
    return f"""\
=== protocols/{id_}/protocol.yaml
title: Protocol {id_}
kind: information-sharing-protocol
status: {status}
publication: {publication}
areas: [county]
effective_from: 2026-01-01
parties:
  - {{organisation: probation, role: controller}}
  - {{organisation: council, role: controller}}
flows:
  - id: f
    from: [probation]
    to: [council]
    gateways: [{gateway}]
    items: [{{name: Risk level, sensitivity: personal}}]
{more}"""


BODIES = """\
=== signatories/probation/organisation.yaml
name: Probation
kind: probation
jurisdiction: england
areas: [county]
=== signatories/council/organisation.yaml
name: Council
kind: local-authority
jurisdiction: england
areas: [county]
legal: {housing_authority: yes}
"""


def signed(id_: str) -> str:
    """A version without text that both have signed."""
    mark = f'fingerprint: "v1:sha256:{"ab" * 32}"'
    version = (
        f"=== protocols/{id_}/versions/1.0.yaml\nagreed_on: 2026-01-01\nchange: material\nsummary: First\n{mark}\n"
    )
    entry = f'signatures:\n  - {{version: "1.0", {mark}, sent_on: 2026-01-01, signed_on: 2026-01-11}}\n'
    return version + "".join(f"=== signatories/{body}/{id_}.yaml\n{entry}" for body in ("probation", "council"))


def link(register: Register, name: str = "duty-to-refer") -> tuple[str, str | None]:
    (found,) = [one for one in seen_in(register).links if one.link == name]
    return found.state, found.protocol


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (a_protocol("p") + signed("p"), ("in-force", "p")),
        (a_protocol("p", status="signing"), ("agreed", "p")),
        (a_protocol("p", gateway="oma07-s14") + signed("p"), ("other", "p")),
        (a_protocol("p", status="draft"), ("none", None)),
        (a_protocol("p", publication="restricted"), ("cannot-say", "p")),
        ("", ("none", None)),
    ],
)
def test_states_of_an_expected_link(text: str, expected: tuple[str, str | None]) -> None:
    assert link(register_from(text + BODIES)) == expected


def test_what_a_record_does_not_say_is_never_a_gap() -> None:
    unsaid = BODIES.replace("legal: {housing_authority: yes}\n", "")
    assert link(register_from(unsaid)) == ("cannot-say", None)
    assert link(register_from(a_protocol("p") + signed("p") + unsaid)) == ("in-force", "p")
    no = register_from(BODIES.replace("housing_authority: yes", "housing_authority: no"))
    assert [one for one in seen_in(no).links if one.link == "duty-to-refer"] == []
    nowhere = BODIES.replace("jurisdiction: england\n", "")
    assert link(register_from(nowhere)) == ("cannot-say", None)


def test_expected_links_name_what_exists() -> None:
    known = vocabulary()
    for expected in known.expected_links.values():
        assert set(expected.gateways_any) <= set(known.gateways)
        assert {*expected.from_.kinds, *expected.to.kinds} <= set(known.organisation_kinds)


def test_a_decision_holds_until_a_material_version() -> None:
    judged = "=== landscape.yaml\njudged:\n  - {protocols: [p, q], answer: keep-apart, by: board, minute: 1/26, on: 2026-02-01}\n"
    two = a_protocol("p") + signed("p") + a_protocol("q") + signed("q") + BODIES
    (open_,) = seen_in(register_from(two)).pairs
    (decided,) = seen_in(register_from(two + judged)).pairs
    (lapsed,) = seen_in(register_from(two + judged.replace("2026-02-01", "2025-12-01"))).pairs
    assert open_.words == "merge" or open_.words == "same-bodies"
    assert (decided.words, decided.judged is not None) == (None, True)
    assert (lapsed.words, lapsed.judged) == (open_.words, None)


@pytest.mark.parametrize(
    ("money", "state"),
    [
        ("", "not-said"),
        ("funding: [{source: Grant}]\n", "no-end"),
        ("funding: [{source: Grant, ends_on: 2026-11-01}]\n", "ended"),
        ("funding: [{source: Grant, ends_on: 2026-12-31}]\n", "before-review"),
        ("funding: [{source: Grant, ends_on: 2027-03-31}]\n", "within-six-months"),
        ("funding: [{source: Grant, ends_on: 2028-03}]\n", "later"),
    ],
)
def test_money(money: str, state: str) -> None:
    text = a_protocol("p", more=money) + signed("p") + BODIES
    assert [one.state for one in seen_in(register_from(text)).funding] == [state]


def test_clauses_and_conflicts() -> None:
    clause = "clauses:\n  - {id: breach, title: Breach, text: Tell the other within 24 hours.}\n"
    kept = "    retention: Two years after the case ends\n"
    one = a_protocol("p", more=kept + clause) + signed("p")
    other = a_protocol("q", more=(kept + clause).replace("24 hours", "3 working days").replace("Two", "6")) + signed(
        "q"
    )
    found = seen_in(register_from(one + other + BODIES))
    assert [(c.id, dict(c.numbers)) for c in found.clauses] == [
        ("breach", {"p": ("24 hours",), "q": ("3 working days",)})
    ]
    assert [(c.what, c.bodies, c.about) for c in found.conflicts] == [
        ("breach", ("council", "probation"), "breach"),
        ("retention", ("council",), "Risk level"),
    ]


def test_lengths_of_time() -> None:
    assert numbers_in("Three months, or 20 working days; one day; 3 months; version 2") == (
        "3 months",
        "20 working days",
        "1 day",
    )


def test_times_count_every_case_once() -> None:
    found = seen_in(register_from(a_protocol("p") + signed("p") + BODIES))
    assert (found.signing.n, found.signing.ended, found.signing.median, found.signing.method) == (
        2,
        2,
        None,
        "each case",
    )
    months = register_from((a_protocol("p") + signed("p") + BODIES).replace("sent_on: 2026-01-01", "sent_on: 2026-01"))
    again = seen_in(months).signing
    assert (again.n, again.by_month) == (0, 2)


@pytest.mark.parametrize("text", [BODIES, a_protocol("p") + BODIES, a_protocol("p", publication="restricted") + BODIES])
def test_areas_with_hardly_anything(text: str) -> None:
    register = register_from(text)
    found = seen_in(register)
    assert found.pairs == ()
    assert json.loads(render_landscape_json(found))["area"] == "county"
    assert "What is missing?" in render_landscape_table(found, register)


def test_a_restricted_protocol_is_compared_with_nothing() -> None:
    secret = a_protocol("q", publication="restricted", more="funding: [{source: Secret fund}]\n")
    answer = json.loads(render_landscape_json(seen_in(register_from(a_protocol("p") + secret + BODIES))))
    assert answer["pairs"] == []
    assert {one["protocol"] for one in answer["funding"]} == {"p"}
    assert "Secret fund" not in json.dumps(answer)


# -- the verb ---------------------------------------------------------------------------------------------------------


def test_the_example_as_json(example: Register) -> None:
    answer = json.loads(render_landscape_json(seen_in(example, "staffordshire")))
    assert set(answer) >= {
        "schema_version",
        "area",
        "as_of",
        "protocols",
        "pairs",
        "links",
        "clauses",
        "times",
        "funding",
    }
    compared = [one["id"] for one in answer["protocols"] if not one["restricted"]]
    assert len(answer["pairs"]) == len(compared) * (len(compared) - 1) // 2
    for pair in answer["pairs"]:
        assert set(pair) >= {"a", "b", "pairs", "inside", "data", "power", "purpose", "words", "shared"}
        assert all(0 <= pair[figure] <= 1 for figure in ("pairs", "inside", "data", "power", "purpose"))
    assert Counter(pair["words"] for pair in answer["pairs"])["merge"] == 0
    for clock in answer["times"].values():
        assert set(clock) >= {"n", "ended", "median", "low", "high", "method", "by_month"}
    assert {one["state"] for one in answer["links"]} <= {"in-force", "agreed", "other", "none", "cannot-say"}
    assert sum(clock["n"] for clock in answer["times"]["stage"]["by_stage"].values()) == answer["times"]["stage"]["n"]


def test_spreadsheet_and_wrong_area(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root, target = str(example_register()), tmp_path / "landscape.xlsx"
    asked = ["landscape", "staffordshire", "--root", root, "--as-of", "2026-11-30"]
    assert main([*asked, "--format", "xlsx", "--output", str(target)]) == 0
    assert openpyxl.load_workbook(target).sheetnames == [
        "Protocols",
        "Twice",
        "Terms",
        "Conflicts",
        "Missing",
        "Waits",
        "Stages",
        "Year",
        "Ends",
    ]
    assert main(["landscape", "stafordshire", "--root", root]) == 2
    assert "Did you mean 'staffordshire'?" in capfd.readouterr().err
