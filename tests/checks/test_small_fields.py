"""The small fields: a sender abroad, several owners, references, codes, telephone lines, names in Welsh."""

from __future__ import annotations

import json

import pytest
from text_register import PARTIES, head, terms

from support import TODAY, findings_in, register_from
from undersigned.documents.content.agreement import agreement_document
from undersigned.facts.agreement import agreement_of
from undersigned.facts.parties import point_of_contact
from undersigned.facts.register import RegisterFacts
from undersigned.records.fingerprint import fingerprint_of, operative_text
from undersigned.records.protocol import Owner
from undersigned.records.source import Source
from undersigned.site.api import register_data, register_schema

P = "=== protocols/p/protocol.yaml\n"


def body(id_: str, more: str = "", kind: str = "probation", jurisdiction: str = "northern-ireland") -> str:
    return f"=== signatories/{id_}/organisation.yaml\nname: Body {id_.upper()}\nkind: {kind}\njurisdiction: {jurisdiction}\n{more}"


def told(text: str, *codes: str) -> list[str]:
    return [line for line in findings_in(text) if any(f"[{code}]" in line for code in codes)]


# -- a sender under another country's law -------------------------------------------------------------------------------

LAW = ("foreign-regime", "no-lawful-basis", "no-gateway", "missing-gateway", "not-competent", "crossing-regime")


def flow(regime: str, receives: str = "law-enforcement", law: str = "") -> str:
    under = f"    receives_under: {receives}\n" if receives else ""
    return (
        "flows:\n  - id: south-to-north\n    title: A person moves\n    from: [b]\n    to: [a]\n    when: on-request\n"
        f"    regime: {regime}\n{under}{law}    consent: [none]\n"
        "    items: [{name: Name and address, sensitivity: criminal-offence, why: To find the right person}]\n"
        "    not_shared: [Names of victims]\n    method: Secure e-mail\n    timing: Within 5 working days\n    retention: 2 years\n"
    )


def across(flows: str, abroad: str = "ireland") -> str:
    between = head().replace("jurisdictions: [england]", "jurisdictions: [northern-ireland, ireland]")
    return P + between + PARTIES + flows + terms() + body("a") + body("b", jurisdiction=abroad)


RECEIVED = "    law_enforcement_conditions: [le-necessary-task]\n"


def test_no_british_law_is_asked_of_a_sender_abroad() -> None:
    assert told(across(flow("foreign", law=RECEIVED)), *LAW) == []
    assert [line for line in findings_in(across(flow("foreign", law=RECEIVED))) if "gateway" in line] == []


def test_a_sender_abroad_is_not_written_as_under_british_law_nor_one_at_home_as_abroad() -> None:
    at = "protocols/p/protocol.yaml:18:13"
    assert told(across(flow("law-enforcement", law=RECEIVED)), "foreign-regime") == [f"{at} warning[foreign-regime]"]
    assert told(across(flow("foreign", law=RECEIVED), abroad="scotland"), "foreign-regime") == [
        f"{at} error[foreign-regime]"
    ]
    unsaid = told(across(flow("foreign", "", RECEIVED)), "foreign-regime")
    assert [line.split(" ")[1] for line in unsaid] == ["error[foreign-regime]"]


# -- owners, references, codes ------------------------------------------------------------------------------------------


def owned(owner: str) -> str:
    parts = head() + f"{owner}references: [ISA-0014, 2020/7]\n" + PARTIES + terms()
    boards = "".join(body(id_, "hosted_by: a\n", "partnership-board", "england") for id_ in ("east", "west"))
    return P + parts + body("a", jurisdiction="england") + body("b", jurisdiction="england") + boards


ONE = "owner: {organisation: east, post: Chair}\n"
TWO = "owner:\n  - {organisation: east, post: Chair}\n  - {organisation: west}\n"


def test_an_owner_may_be_a_list() -> None:
    for text, owners in ((ONE, ("east",)), (TWO, ("east", "west"))):
        register = register_from(owned(text))
        folder = register.protocol("p")
        assert folder is not None
        assert folder.clean
        assert tuple(owner.organisation for owner in folder.value.owner) == owners
        assert folder.value.owner[0] == Owner(organisation="east", post="Chair")
        data = json.loads(json.dumps(register_data(RegisterFacts(register, as_of=TODAY))))["protocols"][0]
        assert (data["owners"], data["references"]) == (list(owners), ["ISA-0014", "2020/7"])


def test_the_faults_of_an_owner_are_found_at_their_place() -> None:
    assert told(owned(ONE.replace("east", "nobody")), "unknown-organisation") == [
        "protocols/p/protocol.yaml:9:23 error[unknown-organisation]"
    ]
    assert told(owned(TWO.replace("west", "nobody")), "unknown-organisation") == [
        "protocols/p/protocol.yaml:11:20 error[unknown-organisation]"
    ]
    assert told(owned(TWO.replace("Chair", "Mrs Jane Smith")), "personal-name") == [
        "protocols/p/protocol.yaml:10:32 error[personal-name]"
    ]


def test_a_code_has_one_body() -> None:
    text = body("a", "codes: {ons: E07000197, ods: RRE}\n") + body("b", "codes: {ons: e07000197, charity: '1234567'}\n")
    assert told(text, "one-body-two-ids") == ["signatories/b/organisation.yaml:4:14 warning[one-body-two-ids]"]
    apart = body("a", "codes: {ons: E07000197}\n") + body("b", "codes: {gss: E07000197}\n")
    assert told(apart, "one-body-two-ids") == []


# -- whom to ring -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "codes"),
    [
        ("01632 960000", []),
        ("+44 1632 960000 ext. 12", []),
        ("(020) 7946 0000", []),
        ("07700 900123", ["mobile-number"]),
        ("+44 7700 900 123", ["mobile-number"]),
        ("duty@example.org", ["bad-phone"]),
    ],
)
def test_a_telephone_line_is_a_number_and_no_mobile(phone: str, codes: list[str]) -> None:
    where = f"{{post: Manager, mailbox: desk@example.org, phone: {phone}, confirmed_on: 2026-10-01}}\n"
    text = body("a", f"contact: {where}") + "=== signatories/a/p.yaml\n" + f"nominated_officer: {where}"
    found = findings_in(
        owned(ONE) + text.replace("=== signatories/a/organisation.yaml", "=== signatories/c/organisation.yaml")
    )
    lines = [line for line in found if "mobile-number" in line or "bad-phone" in line or "long-number" in line]
    assert sorted({line.split("[")[1][:-1] for line in lines}) == codes
    assert len(lines) == 2 * len(codes)


def test_the_line_of_the_officer_comes_first_and_else_that_of_the_body() -> None:
    contact = "contact: {post: Switchboard, mailbox: all@example.org, phone: 01632 960000}\n"
    text = owned(ONE).replace("name: Body A\n", f"name: Body A\n{contact}")
    signing = "=== signatories/a/p.yaml\nnominated_officer: {post: Manager, mailbox: desk@example.org"
    for more, phone in (("}\n", "01632 960000"), (", phone: 01632 960999}\n", "01632 960999")):
        register = register_from(text + signing + more)
        folder = register.protocol("p")
        assert folder is not None
        assert point_of_contact("a", folder, register, as_of=TODAY).phone == phone


# -- outside the fingerprint --------------------------------------------------------------------------------------------


def test_a_reading_aid_is_outside_the_fingerprint() -> None:
    def fingerprint(more: str) -> str:
        data = Source("x", f"title: T\nclauses:\n  - {{id: a, title: A, text: The words.{more}}}\n".encode()).data
        return fingerprint_of(operative_text(data, {}))

    assert fingerprint("") == fingerprint(", in_short: One post and a mailbox.")
    assert fingerprint("") != fingerprint(" Other words.")


def aided(line: str, words: str, *stamps: tuple[str, str, str, str]) -> list[str]:
    """What is found of a short line over these words, after stamps of (number, kind of change, line, words)."""

    def text(line: str, words: str) -> str:
        aid = f", in_short: {line}" if line else ""
        return f"title: A protocol\nclauses:\n  - {{id: contacts, title: Contacts{aid}, text: {words}}}\n"

    versions = "".join(
        f"=== protocols/p/versions/{number}.yaml\nagreed_on: 2026-04-0{number[0]}\nchange: {change}\nsummary: S\n"
        f"fingerprint: v1:sha256:{'0' * 64}\ntext:\n" + "".join(f"  {row}\n" for row in text(was, said).splitlines())
        for number, change, was, said in stamps
    )
    record = head() + PARTIES + text(line, words).split("\n", 1)[1]
    return told(P + record + versions + body("a") + body("b"), "in-short")


def test_a_short_line_is_read_again_when_its_clause_has_changed() -> None:
    first = ("1.0", "material", "You name one post.", "Each names a post.")
    assert aided("You name one post.", "Each names a post.", first) == []
    assert aided("You name one post.", "Each names two posts.", first) == [
        "protocols/p/protocol.yaml:13:47 warning[in-short]"
    ]
    assert aided("You name two posts.", "Each names two posts.", first) == []
    second = ("2.0", "material", "You name one post.", "Each names two posts.")
    assert len(aided("You name one post.", "Each names two posts.", first, second)) == 1
    assert aided("You name two posts.", "Each names two posts.", first, second) == []
    editorial = ("1.1", "editorial", "You name one post.", "Each body names a post.")
    assert aided("You name one post.", "Each body names a post.", first, editorial) == []
    assert len(aided("x" * 161, "Each names a post.")) == 1


def test_the_data_of_the_site_says_what_the_small_fields_hold() -> None:
    schema = json.loads(register_schema())
    assert {"owners", "references", "ended_on"} <= set(schema["$defs"]["public_protocol"]["properties"])
    text = owned(ONE).replace("name: Body A\n", "name: Body A\nname_cy: Corff A\ncodes: {ons: E07000197}\n")
    data = json.loads(json.dumps(register_data(RegisterFacts(register_from(text), as_of=TODAY))))
    found = next(organisation for organisation in data["organisations"] if organisation["id"] == "a")
    assert (found["name_cy"], found["codes"]) == ("Corff A", {"ons": "E07000197"})


def test_the_first_page_of_a_copy_says_the_short_lines_and_whom_to_ring() -> None:
    short = terms().replace("title: Terms,", "title: Terms, in_short: Both tell each other at once.,")
    contact = "contact: {post: Switchboard, mailbox: all@example.org, phone: 01632 960000}\n"
    text = P + head() + TWO + "references: [ISA-0014]\n" + PARTIES + short
    text += (
        body("a", contact) + body("b") + body("east", kind="partnership-board") + body("west", kind="partnership-board")
    )
    register = register_from(text)
    folder = register.protocol("p")
    assert folder is not None
    document = agreement_document(agreement_of(folder, register, as_of=TODAY))
    assert "Terms: Both tell each other at once." in str(document.lead)
    assert "01632 960000" in str(document.body)
    assert "Body EAST, Chair; Body WEST" in str(document.facts)
    assert "ISA-0014" in str(document.facts)
