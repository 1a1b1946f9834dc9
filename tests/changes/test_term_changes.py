"""Changed terms in words, as a data protection officer reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Repository, codes, only, point, says

from undersigned.changes.diff import word_changes

PROTOCOL = "protocols/housing/protocol.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "retention: 6 years",
            "retention: 2 years",
            "Retention for “Risk summary” (flow risk-summary): 6 years becomes 2 years",
        ),
        (
            "    retention: 6 years\n",
            "",
            "Retention for “Risk summary” (flow risk-summary): no longer stated; it was 6 years",
        ),
        (
            "    retention: 6 years",
            "    retention: 6 years\n    timing: Within 5 days",
            "By when for “Risk summary” (flow risk-summary): Within 5 days (not stated before)",
        ),
        ("      - risk-level\n", "", "“Risk level” is no longer shared in “Risk summary” (flow risk-summary)"),
        (
            "      - risk-level\n",
            "      - risk-level\n      - {name: Address, sensitivity: [personal, special-category]}\n",
            "“Address” is now also shared in “Risk summary” (flow risk-summary) (personal and special category)",
        ),
        (
            "sensitivity: criminal-offence",
            "sensitivity: personal",
            "Sensitivity for “Risk level” in “Risk summary” (flow risk-summary): criminal offence becomes personal",
        ),
        (
            "to: [council, police]",
            "to: [council]",
            "No longer received by Example Police: “Referral for housing” (flow referral)",
        ),
        (
            "to: [council]",
            "to: [council, police]",
            "Now also received by Example Police: “Risk summary” (flow risk-summary)",
        ),
        (
            "[oma07-s14]",
            "[oma07-s14, cda98-s115]",
            "Legal gateway for “Risk summary” (flow risk-summary): added Disclosure to a relevant authority for crime and disorder (Crime and Disorder Act 1998 s.115)",
        ),
        (
            "regime: crossing",
            "regime: uk-gdpr",
            "Sender's data protection law for “Risk summary” (flow risk-summary): held for law enforcement, shared for another purpose (section 36(4) of the Data Protection Act 2018) becomes UK GDPR",
        ),
        (
            "not_shared: [Victim details]",
            "not_shared: [Victim details, Convictions]",
            "Not shared for “Risk summary” (flow risk-summary): added Convictions",
        ),
        (
            "people: [people on probation]",
            "people: [people on probation, victims]",
            "Whose information it is: added victims",
        ),
        (
            "title: Risk summary",
            "title: Risk digest",
            "Title for “Risk digest” (flow risk-summary): Risk summary becomes Risk digest",
        ),
        (
            "capacity: Finds homes",
            "capacity: Finds a home",
            "Capacity for Example Council: Finds homes becomes Finds a home",
        ),
        ("consent: Staff ask", "consent: Staff must ask", "Staff {+must+} ask the person first."),
        (
            "within five working days",
            "within ten days",
            "… must correct what is wrong within [-five working-] {+ten+} days of being told. It then …",
        ),
        (
            "  - id: extension\n    title: Extending\n    text: The parties may extend it.\n",
            "",
            "Taken out: “Extending” (clause extension)",
        ),
        ("aims: [Find a home]", "aims: [Find a home, Keep it]", "Aims: added Keep it"),
        (
            "label: Full name",
            "label: Name in full",
            "Label for the field full_name of “Housing pro forma” (form pro-forma): Full name becomes Name in full",
        ),
        (
            "kind: joint-working-protocol",
            "kind: framework",
            "Kind: joint working protocol becomes information sharing framework",
        ),
        (
            "  - {organisation: police, role: controller, capacity: Keeps the peace}\n",
            "",
            "Example Police is no longer a party (controller)",
        ),
        ("status: in-force", "status: superseded", "Status: in force becomes superseded"),
        (
            "publication: public",
            "publication: restricted",
            "Publication: published in full becomes published by title, parties and dates only",
        ),
        (
            "lead: probation",
            "lead: council\nowner: {organisation: police, post: Chair}",
            "Owner: Chair, Example Police (not stated before)",
        ),
        ("lead: probation", "lead: council", "Lead organisation: Example Probation becomes Example Council"),
        ("effective_from: 2025-03-01", "effective_from: 2025-03-02", "Start date: 1 March 2025 becomes 2 March 2025"),
        (
            "areas: [county]",
            "areas: [county]\nfunding:\n  - {source: Grant, ends_on: 2027-01-01}",
            "Funding: added Grant",
        ),
        ("Keeps the peace}", "Keeps the peace, left_on: 2026-11-01}", "Example Police leaves on 1 November 2026"),
    ],
)
def test_one_term(repository: Repository, old: str, new: str, line: str) -> None:
    path = "protocols/housing/forms/pro-forma.yaml" if "label" in old else PROTOCOL
    repository.edit(path, (old, new))
    repository.commit("change")
    assert line in says(repository.report())


def test_an_added_and_a_removed_flow(repository: Repository) -> None:
    repository.edit(
        PROTOCOL,
        (
            "flows:\n",
            "flows:\n  - {id: urgent, title: Urgent call, from: [police], to: [council, probation], items: [{name: Threat}]}\n",
        ),
    )
    repository.commit("came")
    assert (
        "A new way of sharing, “Urgent call” (flow urgent): Example Police may tell Example Council and Example Probation: Threat"
        in says(repository.report())
    )
    assert (
        "“Urgent call” (flow urgent) ends: Example Police no longer tells Example Council and Example Probation: Threat"
        in says(repository.report("HEAD", "HEAD~1"))
    )


def test_law_of_its_own(repository: Repository) -> None:
    repository.edit(
        PROTOCOL,
        (
            "    not_shared: [Victim",
            "    law_differs:\n      - {for: [council], lawful_bases: [a6f-legitimate-interests]}\n    not_shared: [Victim",
        ),
    )
    repository.commit("law")
    (line,) = [line for line in says(repository.report()) if "law of its own" in line]
    assert line.startswith(
        "Example Council in “Risk summary” (flow risk-summary) now has a law of its own: Legitimate interests"
    )


def test_what_happens_to_information_comes_first(repository: Repository) -> None:
    repository.edit(
        PROTOCOL, ("title: Housing Protocol", "title: Homes Protocol"), ("retention: 6 years", "retention: 2 years")
    )
    repository.commit("both")
    lines = says(repository.report())
    assert lines.index("What it does to people's information") < lines.index(
        "Retention for “Risk summary” (flow risk-summary): 6 years becomes 2 years"
    )
    assert lines.index("Retention for “Risk summary” (flow risk-summary): 6 years becomes 2 years") < lines.index(
        "Title: Housing Protocol becomes Homes Protocol"
    )


def test_a_moved_clause_changes_the_order_and_not_the_wording(repository: Repository) -> None:
    text = repository.read(PROTOCOL)
    clause = "  - id: extension\n    title: Extending\n    text: The parties may extend it.\n"
    repository.write(PROTOCOL, text.replace(clause, "").replace("clauses:\n", "clauses:\n" + clause))
    repository.commit("order")
    assert codes(only(repository.report())) == ["would-be-material", "order-changed"]


def test_line_breaks_do_not_change_the_wording(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("being told.\n      It then", "being told. It\n      then"))
    repository.commit("lines")
    assert "Text of “Keeping information right” (clause accuracy): the same words with other line breaks" in says(
        repository.report()
    )


def test_bold_letters_and_other_bullets_do_not_change_the_wording(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("being told.", "being **told**."))
    repository.commit("bold")
    assert "Text of “Keeping information right” (clause accuracy): the same words, set out in another way" in says(
        repository.report()
    )


def test_the_mark_of_an_item_and_the_address_of_a_link_are_words() -> None:
    assert [span.kind for span in word_changes("(a) one", "(b) one")] == ["out", "in", "same"]
    assert [span.kind for span in word_changes("[x](https://a.example)", "[x](https://b.example)")][1:] == ["out", "in"]
    assert [span.kind for span in word_changes("• one", "- one")] == ["same"]


def test_comments_and_order_of_keys_mean_nothing(repository: Repository) -> None:
    repository.write(
        "signatories/council/housing.yaml", "# A remark\n" + repository.read("signatories/council/housing.yaml")
    )
    repository.edit(
        PROTOCOL,
        (
            "title: Housing Protocol\nsummary: How homes are found.\n",
            "# A remark\nsummary: How homes are found.\ntitle: Housing Protocol\n",
        ),
    )
    repository.commit("style")
    assert says(repository.report()) == [
        f"Records are written differently in {repository.git('rev-parse', 'HEAD~1')[:10]} and {repository.git('rev-parse', 'HEAD')[:10]}, but they say the same."
    ]


def test_a_renamed_organisation_changes_no_term(repository: Repository) -> None:
    repository.git("mv", "signatories/police", "signatories/constabulary")
    repository.edit("signatories/constabulary/organisation.yaml", ("kind: police", "kind: police\nformerly: [police]"))
    repository.commit("renamed")
    assert not repository.report().protocols
    assert not repository.report("HEAD", "HEAD~1").protocols


def test_law_is_shown_by_its_title_and_an_unknown_code_as_written(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("[oma07-s14]", "[nonsense-s1]"))
    repository.commit("law")
    found = point(only(repository.report()), "list-changed")
    assert found.values["added"] == ("nonsense-s1",)
    assert "Offender Management Act 2007" in str(found.values["taken"])
