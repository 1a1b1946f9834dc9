"""Privacy: what points at a person, what only looks like it, and that the quick look misses nothing."""

from __future__ import annotations

import pytest
from text_register import codes, findings, organisation, sound

from undersigned.checks.people import name_in
from undersigned.checks.rules.privacy import may_point_at_somebody

P = "protocols/p/protocol.yaml"

POINTS = [
    ("national-insurance-number", "QQ123456C"),
    ("national-insurance-number", "AB 12 34 56 D"),
    ("national-insurance-number", "ab123456c"),
    ("national-insurance-number", "AB-12-34-56-A"),
    ("nhs-number", "943 476 5919"),
    ("nhs-number", "943-476-5919"),
    ("nhs-number", "NHS number 9434765919"),
    ("nhs-number", "NHS no: 123 456 7890"),
    ("pnc-number", "03/12345A"),
    ("pnc-number", "2003/0012345A"),
    ("pnc-number", "PNC 98/12X"),
    ("prison-number", "A1234AA"),
    ("case-number", "X123456"),
    ("date-of-birth", "born 12/03/1984"),
    ("date-of-birth", "born on 12th March 1984"),
    ("date-of-birth", "date of birth: 1984-03-12"),
    ("date-of-birth", "DOB 12.3.84"),
    ("date-of-birth", "d.o.b. 12 Mar 1984"),
    ("date-of-birth", "born March 12, 1984"),
    ("date-of-birth", "12/03/1984 (DOB)"),
    ("mobile-number", "07700900123"),
    ("mobile-number", "07700 900 123"),
    ("mobile-number", "+44 7700 900123"),
    ("mobile-number", "+44 (0)7700 900123"),
    ("mobile-number", "0044 7700 900123"),
    ("mobile-number", "(07700) 900123"),
    ("personal-email", "jane.smith@example.org"),
    ("personal-email", "j.smith@example.org"),
    ("personal-email", "somebody@gmail.com"),
    ("personal-email", "jane_brown@council.example.org"),
    ("personal-email", "sarah.o'neill@example.org"),
    ("home-address", "12 High Street, Stafford ST16 2AB"),
    ("home-address", "Flat 3, 12a Church Lane, Stoke-on-Trent, ST1 4AA"),
    ("home-address", "10 The Green ST162AB"),
]
SILENT = [
    "section 115 of the Crime and Disorder Act 1998",
    "SI 2018/223 and SI 2026/82",
    "2025-26",
    "contract EX-ACC-2025-01",
    "Z0000000 and ZA123456",
    "0300 123 4567",
    "020 7946 0018",
    "01785 223121",
    "born after 1 September 2005",
    "people born before 6 April 1978",
    "the day of birth",
    "Date of birth, for example 31/12/1980",
    "born in 1984",
    "housing@example.org",
    "housing.options@example.org",
    "duty.team@example.org",
    "data.protection@example.org",
    "north.staffs@example.org",
    "brackenford-housing@example.org",
    "dpo@example.org",
    "Council offices, 1 Staffordshire Place, Stafford ST16 2LP",
    "Civic Centre, 5 Glebe Street, Stoke-on-Trent ST4 1HH",
    "ST16 2AB",
    "v1:sha256:" + "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567890abcdef0123456789abcde",
    "1,234,567,890",
    "1234567890",
    "PF/2026/17",
    "minute 2026/14",
    "A&E and A51",
    "form B1234",
    "between 07:00 and 19:00 on 365 days",
    "within 28 days, 2 years and 6 months",
    "9.30 to 17.00",
]


@pytest.mark.parametrize(("code", "text"), POINTS)
def test_what_points_at_a_person(code: str, text: str) -> None:
    found = findings("privacy", {P: sound(f"  - id: more\n    text: |\n      Of one case: {text} it was.\n")})
    assert [f.code for f in found] == [code]


@pytest.mark.parametrize(("code", "text"), POINTS)
def test_the_quick_look_misses_nothing(code: str, text: str) -> None:
    assert may_point_at_somebody(f"text: {text}\n".encode()), code


@pytest.mark.parametrize("text", SILENT)
def test_what_only_looks_like_it(text: str) -> None:
    assert codes("privacy", {P: sound(f"  - id: more\n    text: |\n      As before: {text} stands here.\n")}) == []


def test_the_place_is_that_of_the_number_in_a_folded_text() -> None:
    text = sound("  - id: more\n    text: >\n      One line\n      and A1234AA here.\n")
    (found,) = findings("privacy", {P: text})
    assert text.split("\n")[found.line - 1][found.column - 1 :].startswith("A1234AA")


def test_a_number_broken_over_two_lines_is_found() -> None:
    assert codes("privacy", {P: sound("  - id: more\n    text: |\n      It was QQ 12 34\n      56 C indeed.\n")}) == [
        "national-insurance-number"
    ]


def test_every_kind_of_record_is_read() -> None:
    files = {
        P: sound(),
        "protocols/p/reviews/2026-05-01.yaml": "version: '1.0'\noutcome: no-change\nreviewed_by: [{organisation: a}]\nnote: About A1234AA.\n",
        "protocols/p/outcomes/2025.yaml": "period: {from: 2025-01-01, to: 2025-12-31}\nresults: [{measure: breaches, count: 1}]\nnotes: About A1234AA.\n",
        "protocols/p/forms/f.yaml": "title: A1234AA\nfrom: [any]\nto: [any]\nsections: [{title: S, fields: [{name: n, label: L, type: text}]}]\n",
        "protocols/p/versions/1.0.yaml": f"agreed_on: 2024-01-01\nchange: material\nsummary: A1234AA\nfingerprint: v1:sha256:{'0' * 64}\n",
        "signatories/a/p.yaml": "# A1234AA\nsignatures: []\n",
        "signatories/b/organisation.yaml": organisation("B A1234AA"),
        "signatories/b/none.yaml": "# A1234AA\nsignatures: []\n",
    }
    assert [(f.path, f.code) for f in findings("privacy", files)] == sorted(
        (path, "prison-number") for path in files if path != P
    )


def test_a_reference_that_looks_like_a_case_number_is_a_warning() -> None:
    (found,) = findings("privacy", {P: sound("appropriate_policy_document: {reference: D123456}\n")})
    assert (found.code, found.severity) == ("case-number", "warning")


@pytest.mark.parametrize(
    "post",
    [
        "Jane Smith",
        "Mrs Smith",
        "Dr. J. Patel",
        "Manager (Sarah Brown)",
        "J. Bloggs",
        "J Bloggs",
        "Siobhan O'Neill",
        "Chief Executive, David Cameron",
        "Ms Begum, Team Leader",
    ],
)
def test_names_are_found(post: str) -> None:
    assert name_in(post) is not None, post


@pytest.mark.parametrize(
    "post",
    [
        "Head of Housing",
        "Chief Executive",
        "Housing Options Manager",
        "St George's Ward Manager",
        "Victoria House Manager",
        "Scott House Manager",
        "Detective Chief Inspector, Public Protection",
        "Data Protection Officer",
        "Martin Street Hostel Manager",
        "Town Clerk",
        "Team Leader",
        "HR Manager",
        "A Level Coordinator",
        "Head of Region, West Midlands",
        "Duty officer",
        "Dean of Students",
        "Governor, HMP Example",
    ],
)
def test_posts_are_no_names(post: str) -> None:
    assert name_in(post) is None
