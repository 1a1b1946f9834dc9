"""Names where ids are wanted: the id is offered whose name was written, and no body that only looks alike."""

from __future__ import annotations

import pytest

from support import TODAY, register_from
from undersigned.checks.suggestions import id_from, suggest, suggest_law, suggest_organisation
from undersigned.records.vocabulary import vocabulary

BODIES = {
    "staffordshire-probation": "name: Probation Service, Staffordshire and Stoke-on-Trent\nkind: probation\n",
    "staffordshire-police": "name: Staffordshire Police\nkind: police\nalso_known_as: [Staffs Police]\n",
    "stafford-borough-council": "name: Stafford Borough Council\nkind: local-authority\n",
    "east-staffordshire-borough-council": "name: East Staffordshire Borough Council\nkind: local-authority\n",
    "tamworth-borough-council": "name: Tamworth Borough Council\nkind: local-authority\n",
    "old-trust": "name: Staffordshire Probation Trust\nkind: probation\ndissolved_on: 2014-05-31\n",
    "north-hospital": "name: Hospital of the North\nkind: health\n",
    "south-hospital": "name: Hospital of the South\nkind: health\n",
}
REGISTER = register_from("".join(f"=== signatories/{id_}/organisation.yaml\n{text}" for id_, text in BODIES.items()))
POLICE = "'staffordshire-police' (Staffordshire Police, police)"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Staffordshire Police", "Write 'staffordshire-police', the id of Staffordshire Police, police."),
        ("the staffordshire police", "Write 'staffordshire-police', the id of Staffordshire Police, police."),
        ("Staffs Police", "Write 'staffordshire-police', the id of Staffordshire Police, police."),
        ("staffordshire_police", "Write 'staffordshire-police', the id of Staffordshire Police, police."),
        (
            "staffordshire–police",
            "Write 'staffordshire-police', the id of Staffordshire Police, police. What is written there contains an en dash"
            " (U+2013).",
        ),
        (
            "st\u0430ffordshire-police",
            f"The nearest is {POLICE}. Use it only if it is the body that you mean. What is written there contains a"
            " cyrillic small letter a (U+0430).",
        ),
        ("stafordshire-police", f"The nearest is {POLICE}. Use it only if it is the body that you mean."),
        (
            "Probation Service, Staffordshire",
            "The nearest is 'staffordshire-probation' (Probation Service, Staffordshire and Stoke-on-Trent, probation)."
            " Use it only if it is the body that you mean.",
        ),
        (
            "Staffordshire Probation Trust",
            "Write 'old-trust', the id of Staffordshire Probation Trust, probation, dissolved on 2014-05-31.",
        ),
        ("stoke-borough-council", ""),
        ("Newcastle Borough Council", ""),
        ("staffordshire-prison", ""),
        ("east-hospital", ""),
        ("west-staffordshire-borough-council", ""),
        ("nacro", ""),
    ],
)
def test_a_body_is_offered_only_if_its_name_was_written_or_nearly(written: str, expected: str) -> None:
    assert suggest_organisation(written, REGISTER, as_of=TODAY) == expected


@pytest.mark.parametrize(
    ("written", "field", "expected"),
    [
        ("Crime and Disorder Act 1998 s.115", "gateways", ["cda98-s115"]),
        ("section 115 of the Crime & Disorder Act 1998", "gateways", ["cda98-s115"]),
        ("CDA 1998 s115", "gateways", ["cda98-s115"]),
        ("CDA98 section 115", "gateways", ["cda98-s115"]),
        ("s.14 Offender Management Act 2007", "gateways", ["oma07-s14"]),
        ("Housing Act 1996 s.213B", "gateways", ["ha96-s213b"]),
        ("Duty to refer a person who may be homeless", "gateways", ["ha96-s213b"]),
        ("Sentencing Act 2020 Schedule 9", "gateways", ["sa20-sch9-p9", "sa20-sch9-p11", "sa20-sch9-p12"]),
        ("oma07-s41", "gateways", ["oma07-s1", "oma07-s14"]),
        ("section 115", "gateways", ["cda98-s115"]),
        ("section 14", "gateways", []),
        ("Offender Management Act 2007", "gateways", []),
        ("Theft Act 1968 s.1", "gateways", []),
        ("Article 6(1)(e)", "lawful_bases", ["a6e-public-task"]),
        ("6(1)(e)", "lawful_bases", ["a6e-public-task"]),
        ("UK GDPR Art. 6(1)(f)", "lawful_bases", ["a6f-legitimate-interests"]),
        ("public task", "lawful_bases", ["a6e-public-task"]),
        ("Legitimate Interests", "lawful_bases", ["a6f-legitimate-interests"]),
        ("Art 9(2)(g)", "special_category_conditions", ["a9g-substantial-public-interest"]),
        ("DPA 2018 Schedule 1 paragraph 18", "schedule_1_conditions", ["s1p18"]),
        ("para 6", "schedule_1_conditions", ["s1p06"]),
        ("s1p6", "schedule_1_conditions", ["s1p06"]),
    ],
)
def test_law_is_found_as_people_cite_it(written: str, field: str, expected: list[str]) -> None:
    entries = getattr(vocabulary(), field)
    hint = suggest_law(written, entries)
    assert [id_ for id_ in entries if f"'{id_}' (" in hint] == expected


@pytest.mark.parametrize(
    ("written", "names", "expected"),
    [
        ("Level of risk", {"risk-level": ["Level of risk"], "needs": ["Needs"]}, "Write 'risk-level'."),
        ("risk-levl", {"risk-level": [], "needs": []}, "Did you mean 'risk-level'?"),
        ("other", {"a": [], "b": []}, "Use one of: a, b."),
        ("other", {}, ""),
        ("landlrods", {"landlords": ["Landlords in the county"], "councils": []}, "Did you mean 'landlords'?"),
    ],
)
def test_an_id_is_found_by_its_name(written: str, names: dict[str, list[str]], expected: str) -> None:
    assert suggest(written, names) == expected


def test_a_name_makes_an_id() -> None:
    assert id_from("St Mary’s Housing & Care (North)") == "st-marys-housing-and-care-north"
