"""Answers of forms become records: the right ones, with comments kept, and nothing of a stranger's text does anything."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from html import unescape
from pathlib import Path
from typing import get_args

import pytest

from jobs.intake_issues import CONTACT, FINGERPRINT, NEXT, NOMINATED, PROPOSED, SIGNED, issue_body, register_on_disk
from support import one_in
from undersigned.github.pulls import OutcomeCode
from undersigned.jobs.form_answers import LONGEST_BODY, ProblemCode, UnusableError, read_answers
from undersigned.jobs.form_definitions import forms
from undersigned.jobs.issue_forms import checked_change, in_words
from undersigned.jobs.messages import TEMPLATES
from undersigned.register import Register
from undersigned.words.dates import read_date

TODAY = date(2026, 11, 22)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return register_on_disk(tmp_path / "register")


def files(register: Register, form: str, answers: dict[str, str]) -> dict[str, str]:
    """What the answers change, by path."""
    made = checked_change(issue_body(form, answers), register, as_of=TODAY)
    return {path: raw.decode() for path, raw in made.change.files.items()}


def problems(register: Register, form: str, answers: dict[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(UnusableError) as told:
        checked_change(issue_body(form, answers), register, as_of=TODAY)
    return [(problem.field, problem.code) for problem in told.value.problems]


# -- reading ----------------------------------------------------------------------------------------------------------


def test_answers_are_read_as_github_writes_them() -> None:
    answers = read_answers(issue_body("signature", SIGNED))
    assert answers.form.id == "signature"
    assert answers["signed_on"] == "20 November 2026"
    assert answers["method"] == "electronic"
    assert answers["evidence"] == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace("\n", "\r\n"),
        lambda body: body.replace("- [X]", "- [x]"),
        lambda body: body.replace("_No response_", "None"),
        lambda body: body.replace("\n\n", "\n"),
        lambda body: "Dear all,\n\n" + body + "\n\nThank you\n",
        lambda body: body.replace("Chief Executive", "```\nChief Executive\n```"),
        lambda body: body.replace("Chief Executive", "```shell\nChief Executive\n```"),
    ],
    ids=["crlf", "small-x", "none", "no-empty-lines", "words-around", "fenced", "fenced-with-language"],
)
def test_other_ways_of_writing_the_same(change: object) -> None:
    body = change(issue_body("signature", SIGNED))  # type: ignore[operator]
    assert read_answers(body).values == read_answers(issue_body("signature", SIGNED)).values


def test_the_lines_of_an_answer_stay_what_they_are() -> None:
    answers = {**PROPOSED, "summary": "One.\nTwo.\n\nThree."}
    assert read_answers(issue_body("proposal", answers).replace("\n", "\r\n"))["summary"] == "One.\nTwo.\n\nThree."


def test_a_heading_in_a_block_of_code_is_part_of_the_answer() -> None:
    answer = "It is for this.\n```\n### Which organisation leads?\n\nnobody\n```\nAnd more."
    assert read_answers(issue_body("proposal", {**PROPOSED, "summary": answer}))["summary"] == answer


def test_a_heading_of_the_form_in_an_answer_is_refused() -> None:
    answer = "It is for this.\n\n### Which organisation leads?\n\nCouncil"
    with pytest.raises(UnusableError) as told:
        read_answers(issue_body("proposal", {**PROPOSED, "summary": answer}))
    assert [(problem.code, problem.detail) for problem in told.value.problems] == [
        ("heading-twice", "Which organisation leads?")
    ]


@pytest.mark.parametrize(
    ("form", "answers", "expected"),
    [
        ("signature", {**SIGNED, "post": "a" * 301}, [("post", "too-long")]),
        ("signature", {**SIGNED, "post": "Chief\nExecutive"}, [("post", "several-lines")]),
        ("signature", {**SIGNED, "post": "Chief\u202eExecutive"}, [("post", "invisible")]),
        ("signature", {**SIGNED, "post": "", "version": ""}, [("version", "missing"), ("post", "missing")]),
        ("signature", {**SIGNED, "method": "With a quill"}, [("method", "not-an-option")]),
        ("proposal", {**PROPOSED, "summary": "a" * 3001}, [("summary", "too-long")]),
    ],
)
def test_every_faulty_answer_is_named(
    register: Register, form: str, answers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert problems(register, form, answers) == expected


def test_without_the_promise_nothing_is_made(register: Register) -> None:
    with pytest.raises(UnusableError) as told:
        checked_change(issue_body("contact", CONTACT, promised=False), register, as_of=TODAY)
    assert [problem.code for problem in told.value.problems] == ["promise"]


def test_an_issue_of_no_form_is_told_apart() -> None:
    for body in ("", "Hello", "### Which organisation?\n\ncouncil"):
        with pytest.raises(UnusableError) as told:
            read_answers(body)
        assert [problem.code for problem in told.value.problems] == ["no-form"]


def test_an_endless_issue_is_refused() -> None:
    with pytest.raises(UnusableError) as told:
        read_answers(issue_body("contact", CONTACT) + " " * LONGEST_BODY)
    assert [problem.code for problem in told.value.problems] == ["body-too-long"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-20", date(2026, 5, 20)),
        ("2026-5-2", date(2026, 5, 2)),
        ("20/05/2026", date(2026, 5, 20)),
        ("1.2.2026", date(2026, 2, 1)),
        ("20 May 2026", date(2026, 5, 20)),
        ("3rd of June, 2026", date(2026, 6, 3)),
        ("1 Sept 2026", date(2026, 9, 1)),
        ("20/13/2026", None),
        ("31 February 2026", None),
        ("20 Ju 2026", None),
        ("20 May", None),
        ("05/20/2026", None),
        ("tomorrow", None),
        ("20 Ma 2026", None),
        ("20260520", None),
        ("18 Nov. 2026", date(2026, 11, 18)),
        ("18-Nov-2026", date(2026, 11, 18)),
        ("", None),
    ],
)
def test_days_as_officers_write_them(text: str, day: date | None) -> None:
    assert read_date(text) == day


# -- what people paste --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Chief\u00a0Executive", "Chief Executive"),
        ("Chief\tExecutive", "Chief Executive"),
        ("Chief \u202f Executive", "Chief Executive"),
        ("\ufeffChief\u200b Execu\u00adtive\u200e", "Chief Executive"),
        ("Chief\u2028Executive", "Chief Executive"),
        ("Chief\x0bExecutive", "Chief Executive"),
        ("• Chief Executive", "Chief Executive"),
        ("\uf0b7\tChief Executive", "Chief Executive"),
        ("- Chief Executive", "Chief Executive"),
        ("Prif Weithredwr y Cyngor Sw\u0302r", "Prif Weithredwr y Cyngor Sŵr"),
    ],
    ids=[
        "nbsp",
        "tab",
        "narrow",
        "invisible",
        "line-separator",
        "word-break",
        "bullet",
        "wingdings",
        "hyphen",
        "accent",
    ],
)
def test_what_a_paste_brings_along_is_put_right(written: str, read: str) -> None:
    assert read_answers(issue_body("signature", {**SIGNED, "post": written}))["post"] == read


def test_a_pasted_list_becomes_a_list() -> None:
    pasted = "It covers:\n•\tHousing\u00a0needs\no\tTenancies\n· Arrears\n\uf0a7 Repairs\nand no more."
    answers = read_answers(issue_body("proposal", {**PROPOSED, "summary": pasted}))
    assert answers["summary"] == "It covers:\n- Housing needs\n- Tenancies\n- Arrears\n- Repairs\nand no more."


@pytest.mark.parametrize(
    ("written", "detail"),
    [
        ("Chief \u202eevitucexE", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("Chief\x07 Executive", "U+0007"),
        ("Chief \ue000Executive", "U+E000"),
    ],
)
def test_a_character_that_may_change_the_meaning_is_named(register: Register, written: str, detail: str) -> None:
    with pytest.raises(UnusableError) as raised:
        checked_change(issue_body("signature", {**SIGNED, "post": written}), register, as_of=TODAY)
    (problem,) = raised.value.problems
    assert (problem.code, problem.detail) == ("invisible", detail)
    assert problem.suggestion == "".join(character for character in written if character.isprintable())


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("18\u00a0November\u00a02026", date(2026, 11, 18)),
        ("Wednesday 18 November 2026", date(2026, 11, 18)),
        ("Wed, 18th Nov 2026", date(2026, 11, 18)),
        ("November 18, 2026", date(2026, 11, 18)),
        ("18-11-2026", date(2026, 11, 18)),
        ("18 / 11 / 2026", date(2026, 11, 18)),
        ("2026/11/18", date(2026, 11, 18)),
        ("2026–11–18", date(2026, 11, 18)),
        ("18 November, 2026.", date(2026, 11, 18)),
    ],
)
def test_a_day_is_read_as_people_write_it(register: Register, written: str, day: date) -> None:
    text = files(register, "signature", {**SIGNED, "signed_on": written})["signatories/council/housing.yaml"]
    assert f"signed_on: {day}\n" in text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("31/06/2026", "June 2026 has 30 days"),
        ("31st of June 2026", "June 2026 has 30 days"),
        ("29 February 2026", "February 2026 has 28 days"),
        ("11/18/2026", "If you mean 18 November 2026"),
        ("18/11/26", "If you mean 18 November 2026"),
        ("November 2026", "Add the day"),
        ("18 November", "Write day, month and year"),
        ("soon", "Write day, month and year"),
        ("Monday 18 November 2026", "If you mean 18 November 2026"),
        ("٢٠٢٦-١١-١٨", "If you mean 18 November 2026"),
    ],
)
def test_a_day_that_cannot_be_used_is_explained(register: Register, written: str, said: str) -> None:
    assert said in advice(register, "signature", {**SIGNED, "signed_on": written})


def advice(register: Register, form: str, answers: dict[str, str]) -> str:
    """What is said of the only problem with these answers."""
    with pytest.raises(UnusableError) as raised:
        checked_change(issue_body(form, answers), register, as_of=TODAY)
    (problem,) = raised.value.problems
    return str(in_words(problem)["advice"])


@pytest.mark.parametrize(
    ("written", "id_"),
    [
        ("county council", "council"),
        ("The County Council", "council"),
        ("  County\u00a0Council.", "council"),
        ("County-Council", "council"),
        ("COUNTY COUNCIL (council)", "council"),
        ("the county", "council"),
        ("the probation service", "probation"),
        ("Probation Service (probation)", "probation"),
    ],
)
def test_a_body_is_found_by_its_name(register: Register, written: str, id_: str) -> None:
    answers = {**NOMINATED, "organisation": written}
    assert list(files(register, "nomination", answers)) == [f"signatories/{id_}/housing.yaml"]


def test_a_near_name_is_offered_with_the_kind_of_body_and_never_taken(tmp_path: Path) -> None:
    more = """
=== signatories/county-college/organisation.yaml
name: County College
kind: education
"""
    said = advice(register_on_disk(tmp_path, more), "contact", {"organisation": "County Colleage"})
    assert "“county-college” for County College (education" in said.casefold().replace(
        "county college", "County College"
    )


@pytest.mark.parametrize("written", ["Landlord (council)", "Charity (council)"])
def test_a_name_and_a_short_name_that_differ_are_not_guessed_at(register: Register, written: str) -> None:
    assert problems(register, "contact", {"organisation": written}) == [("organisation", "two-organisations")]


def test_two_bodies_of_one_name_are_told_apart_by_their_kind_and_short_name(tmp_path: Path) -> None:
    more = """
=== signatories/landlord-north/organisation.yaml
name: Landlord
kind: voluntary
dissolved_on: 2030-05-31
"""
    register = register_on_disk(tmp_path, more)
    assert advice(register, "contact", {"organisation": "Landlord"}) == (
        "More than one organisation has this name. Write the short name of the one you mean: “landlord” for Landlord "
        "(housing provider); “landlord-north” for Landlord (voluntary organisation, ends 31 May 2030)."
    )
    answers = {"organisation": "landlord", "post": "Lettings Manager"}
    assert list(files(register, "contact", answers)) == ["signatories/landlord/organisation.yaml"]


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("mailbox", "mailto:housing@example.org", "housing@example.org"),
        ("mailbox", "Housing team <housing@example.org>", "housing@example.org"),
        ("mailbox", "housing@example.org.", "housing@example.org"),
        ("website", "https://www.example.org.", "https://www.example.org"),
    ],
)
def test_an_address_is_read_as_a_paste_brings_it(register: Register, field: str, written: str, read: str) -> None:
    text = files(register, "contact", {"organisation": "council", field: written})[
        "signatories/council/organisation.yaml"
    ]
    assert re.search(rf'{field}: "?{re.escape(read)}[",\n]', text)


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("website", "www.example.org", "write https://www.example.org"),
        ("website", "http://www.example.org/a", "write https://www.example.org/a"),
        ("website", "javascript:alert(1)", "such as https://www.example.org"),
        ("mailbox", "ask housing@example.org", "write only housing@example.org"),
        ("mailbox", "a@example.org or b@example.org", "such as housing@example.org"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(register: Register, field: str, written: str, said: str) -> None:
    assert said in unescape(advice(register, "contact", {"organisation": "council", field: written})).replace(
        "\u200b", ""
    )


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"method": "electronic signature"}, "“With an electronic signature”"),
        ({"post": "Chief\nExecutive"}, "on one line: “Chief Executive”"),
        ({"version": "7"}, "Its versions are: 1.0, 2.0"),
    ],
)
def test_other_problems_say_what_to_write(register: Register, answers: dict[str, str], said: str) -> None:
    assert said in advice(register, "signature", {**SIGNED, **answers})


@pytest.mark.parametrize(
    "answers",
    [
        {"version": "Version 2.0"},
        {"version": "v 2"},
        {"method": "with an electronic signature"},
        {"method": "electronic"},
        {"authority": "By virtue of the post."},
    ],
)
def test_small_differences_do_no_harm(register: Register, answers: dict[str, str]) -> None:
    assert files(register, "signature", {**SIGNED, **answers}) == files(register, "signature", SIGNED)


def test_a_title_suggests_a_short_name(register: Register) -> None:
    said = advice(register, "proposal", {**PROPOSED, "id": "Employers' Protocol"})
    assert "such as employers-protocol" in said


def test_forty_parties_are_enough(register: Register) -> None:
    said = advice(register, "proposal", {**PROPOSED, "parties": "charity\n" * 41})
    assert "no more than 40 organisations" in said


# -- a signature ------------------------------------------------------------------------------------------------------


def test_a_signature_completes_the_entry_that_was_sent_out(register: Register) -> None:
    assert files(register, "signature", {**SIGNED, "evidence": "PF/2026/17"}) == {
        "signatories/council/housing.yaml": f"""\
# The council's record.
nominated_officer:
  post: Housing Options Manager   # since the restructuring
  mailbox: housing@example.org
  confirmed_on: 2026-01-05
signatures:
  - version: "1.0"
    fingerprint: "{FINGERPRINT}"
    signed_on: 2025-12-11
    method: electronic
  - version: "2.0"
    fingerprint: "{NEXT}"
    sent_on: 2026-10-02
    signed_on: 2026-11-20
    signed_by: {{post: Chief Executive, authority: office}}
    method: electronic
    evidence: {{reference: PF/2026/17}}
    # The committee meets in November.

# End of the record.
"""
    }


@pytest.mark.parametrize(
    "upload",
    [
        "https://github.com/user-attachments/files/17/signed.pdf",
        "[signed.pdf](https://github.com/example/register/files/17/signed.pdf)",
        "![scan](https://example.org/scan.png)",
        '<img src="https://private-user-images.githubusercontent.com/1/2.png">',
    ],
)
@pytest.mark.parametrize("field", ["evidence", "post"])
def test_an_upload_anywhere_in_the_issue_is_refused(register: Register, field: str, upload: str) -> None:
    assert problems(register, "signature", {**SIGNED, field: upload}) == [("", "upload")]


@pytest.mark.parametrize("link", ["https://example.sharepoint.com/x", "signed copy.pdf", "www.example.org/7"])
def test_evidence_is_a_reference_and_no_link(register: Register, link: str) -> None:
    assert problems(register, "signature", {**SIGNED, "evidence": link}) == [("evidence", "evidence-link")]


def test_a_body_whose_place_another_has_taken_is_not_recorded_for(register: Register) -> None:
    heir = {
        "signatories/heir/organisation.yaml": b"name: Heir\nkind: local-authority\n",
        "signatories/heir/housing.yaml": b"inherits: {from: [council], on: 2026-10-05, by: statute}\n",
    }
    merged = register.with_files(heir)
    assert problems(merged, "signature", SIGNED) == [("organisation", "succeeded")]
    assert "signatories/heir/housing.yaml" in files(merged, "signature", {**SIGNED, "organisation": "heir"})


def test_a_signature_is_a_new_entry_of_the_record_that_is_there(register: Register) -> None:
    answers = {
        **SIGNED,
        "organisation": "probation",
        "sent_on": "1/10/2026",
        "authority": "Under a scheme of delegation",
        "authority_reference": "4.2: heads, of #5",
    }
    assert files(register, "signature", answers) == {
        "signatories/probation/housing.yaml": f"""\
nominated_officer: {{post: Partnerships Officer, mailbox: probation@example.org, confirmed_on: 2026-09-01}}
signatures:
  # The first to sign.
  - version: "1.0"
    fingerprint: "{FINGERPRINT}"
    signed_on: 2025-12-10   # at the board
    method: electronic
  - version: "2.0"
    fingerprint: "{NEXT}"
    sent_on: 2026-10-01
    signed_on: 2026-11-20
    signed_by: {{post: Chief Executive, authority: delegation, reference: "4.2: heads, of #5"}}
    method: electronic
"""
    }


def test_a_first_signature_makes_the_record(register: Register) -> None:
    assert files(register, "signature", {**SIGNED, "organisation": "Landlord"}) == {
        "signatories/landlord/housing.yaml": f"""\
signatures:
  - version: "2.0"
    fingerprint: "{NEXT}"
    signed_on: 2026-11-20
    signed_by: {{post: Chief Executive, authority: office}}
    method: electronic
"""
    }


def test_a_copy_that_came_back_later_is_added(register: Register) -> None:
    answers = {
        **SIGNED,
        "organisation": "probation",
        "version": "1.0",
        "signed_on": "2025-12-10",
        "returned_on": "2025-12-20",
    }
    text = files(register, "signature", answers)["signatories/probation/housing.yaml"]
    assert "    returned_on: 2025-12-20\n" in text
    assert "signed_on: 2025-12-10   # at the board\n" in text


def test_what_the_register_has_otherwise_is_never_written_over(register: Register) -> None:
    assert problems(register, "signature", {**SIGNED, "organisation": "probation", "version": "1.0"}) == [
        ("signed_on", "recorded-otherwise")
    ]


@pytest.mark.parametrize(
    "ending", ["declined: {on: 2026-10-20, reason: Not yet}", "withdrawn: {on: 2026-10-20, reason: Not yet}"]
)
def test_after_a_refusal_or_a_withdrawal_a_signature_is_an_entry_of_its_own(tmp_path: Path, ending: str) -> None:
    ended = f"""
=== signatories/landlord/housing.yaml
signatures:
  - version: "2.0"
    fingerprint: "{NEXT}"
    sent_on: 2026-10-02
    {ending}
"""
    text = files(register_on_disk(tmp_path, ended), "signature", {**SIGNED, "organisation": "landlord"})[
        "signatories/landlord/housing.yaml"
    ]
    assert text.count("- version:") == 2
    assert f"{ending}\n  - version" in text


def test_the_same_answers_again_say_that_it_is_recorded(register: Register) -> None:
    made = checked_change(issue_body("signature", SIGNED), register, as_of=TODAY)
    for path, raw in made.change.files.items():
        (register.root / path).write_bytes(raw)
    assert problems(register_on_disk_again(register), "signature", SIGNED) == [("", "recorded-already")]


def register_on_disk_again(register: Register) -> Register:
    from undersigned.register import load_register

    return load_register(register.root)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({**SIGNED, "organisation": "Charity"}, [("organisation", "no-party")]),
        ({**SIGNED, "organisation": "County Counsel"}, [("organisation", "no-organisation")]),
        ({**SIGNED, "protocol": "Houses"}, [("protocol", "no-protocol")]),
        ({**SIGNED, "version": "3.0", "signed_on": "soon"}, [("version", "no-version"), ("signed_on", "no-day")]),
        ({**SIGNED, "signed_on": "2027-01-01"}, [("", "check")]),
        ({**SIGNED, "organisation": "../../etc/passwd"}, [("organisation", "no-organisation")]),
        ({**SIGNED, "organisation": "x (../../etc)"}, [("organisation", "no-organisation")]),
        ({**SIGNED, "protocol": "x (organisation)"}, [("protocol", "no-protocol")]),
        ({**SIGNED, "version": "../1.0"}, [("version", "no-version")]),
    ],
)
def test_answers_that_the_register_cannot_use(
    register: Register, answers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert problems(register, "signature", answers) == expected


# -- an officer, a contact --------------------------------------------------------------------------------------------


def test_a_nomination_keeps_what_was_not_answered(register: Register) -> None:
    text = files(register, "nomination", NOMINATED)["signatories/council/housing.yaml"]
    assert text.startswith("""\
# The council's record.
nominated_officer:
  post: Head of Housing   # since the restructuring
  mailbox: new-housing@example.org
  confirmed_on: 2026-11-22
signatures:
""")
    assert text.endswith("# The committee meets in November.\n\n# End of the record.\n")


def test_a_nomination_before_any_signature_makes_the_record(register: Register) -> None:
    assert files(register, "nomination", {**NOMINATED, "organisation": "landlord", "deputy_post": "Team Leader"}) == {
        "signatories/landlord/housing.yaml": "nominated_officer:\n  post: Head of Housing\n  mailbox: new-housing@example.org\n  deputy_post: Team Leader\n  confirmed_on: 2026-11-22\n"
    }


def test_a_contact_that_has_changed(register: Register) -> None:
    made = checked_change(
        issue_body("contact", {**CONTACT, "organisation": "the county", "dpo_post": "Data Protection Officer"}),
        register,
        as_of=TODAY,
    )
    assert (
        made.change.files["signatories/council/organisation.yaml"].decode()
        == """\
# Who they are.
name: County Council
kind: local-authority
also_known_as: [The County]
data_protection_officer: {post: Data Protection Officer}
contact: {post: Housing Options Manager, mailbox: new-housing@example.org, confirmed_on: 2026-11-22}   # asked in January
"""
    )
    assert made.change.notes == (("old-mailbox", "signatories/council/housing.yaml"),)


def test_a_contact_that_is_still_right_is_confirmed(register: Register) -> None:
    text = files(register, "contact", {"organisation": "council"})["signatories/council/organisation.yaml"]
    assert "mailbox: housing@example.org, confirmed_on: 2026-11-22}   # asked in January" in text


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({**CONTACT, "mailbox": "housing"}, [("mailbox", "no-mailbox")]),
        ({**CONTACT, "website": "http://www.example.org"}, [("website", "no-https")]),
        ({**CONTACT, "website": "javascript:alert(1)"}, [("website", "no-website")]),
        ({**CONTACT, "organisation": "landlord"}, [("post", "no-contact")]),
    ],
)
def test_a_contact_that_cannot_be_used(
    register: Register, answers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert problems(register, "contact", answers) == expected


# -- a protocol -------------------------------------------------------------------------------------------------------


def test_a_protocol_is_begun_with_its_parties(register: Register) -> None:
    made = files(register, "proposal", PROPOSED)
    assert list(made) == ["protocols/employers-protocol/protocol.yaml"]
    text = made["protocols/employers-protocol/protocol.yaml"]
    assert "\nsummary: |\n  So that people on probation find work.\n\n  With employers.\n" in text
    assert "\nlead: probation\n" in text
    assert [line.split(": ")[1] for line in text.split("\n") if line.startswith("  - organisation:")] == [
        "probation",
        "council",
        "charity",
    ]


def test_a_protocol_from_a_standard_text_puts_each_party_into_its_group(register: Register) -> None:
    made = checked_change(issue_body("proposal", {**PROPOSED, "standard": "Duty to refer"}), register, as_of=TODAY)
    text = made.change.files["protocols/employers-protocol/protocol.yaml"].decode()
    assert (
        "organisation: council\n    role: controller\n    capacity: Local housing authority\n    group: councils"
        in text
    )
    assert made.change.notes == (("no-place", "charity"),)
    assert "summary: |\n  So that people on probation find work." in text


@pytest.mark.parametrize(
    "standard", one_in(3, [words for words, _ in forms().forms["proposal"].field("standard").options])
)
def test_every_standard_text_can_be_begun(register: Register, standard: str) -> None:
    assert "protocols/employers-protocol/protocol.yaml" in files(
        register, "proposal", {**PROPOSED, "standard": standard}
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({**PROPOSED, "id": "Housing"}, [("id", "bad-id")]),
        ({**PROPOSED, "id": "housing"}, [("id", "taken-id")]),
        ({**PROPOSED, "id": "../x"}, [("id", "bad-id")]),
        ({**PROPOSED, "id": "organisation"}, [("id", "bad-id")]),
        ({**PROPOSED, "title": "???"}, [("id", "bad-id")]),
        (
            {**PROPOSED, "parties": "council\nnobody\n../x"},
            [("parties", "no-organisation"), ("parties", "no-organisation")],
        ),
        (
            {**PROPOSED, "parties": "\n".join(f"council {n}" for n in range(41))},
            [("parties", "too-many-organisations")],
        ),
    ],
)
def test_a_protocol_that_cannot_be_begun(
    register: Register, answers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert problems(register, "proposal", answers) == expected


def test_everything_that_can_be_said_has_its_words() -> None:
    words = tomllib.loads((TEMPLATES / "intake.toml").read_text(encoding="utf-8"))
    assert set(words["problems"]) == set(get_args(ProblemCode))
    assert set(words["titles"]) == set(forms().forms)
    assert set(words["log"]) == {*get_args(OutcomeCode), "not-open", "no-form", "unusable"}
    assert set(words["upkeep"]) == {*get_args(OutcomeCode), "title", "current"} - {"merged"}


# -- hostile text -----------------------------------------------------------------------------------------------------

HOSTILE = [
    "x\u0085- y",
    "Head: {a: b}",
    "Head #1",
    "- Head",
    "? Head",
    "&a Head",
    "*a",
    "!tag Head",
    "%x",
    "@you",
    "`x`",
    "yes",
    "null",
    "1.0",
    "2026-01-01",
    '"x',
    "'x",
    "x: |",
    "{{ 7*7 }}",
    "${{ secrets.X }}",
    "$(id)",
    "{detail}",
    "Head\\",
    "[x](https://example.org)",
    "a, b] }",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_answer_stays_the_text_that_it_is(register: Register, text: str) -> None:
    """In a record it reads back as what was written, or it is refused; it never becomes anything else."""
    try:
        made = checked_change(issue_body("nomination", {**NOMINATED, "post": text}), register, as_of=TODAY)
    except UnusableError:
        return
    path = "signatories/council/housing.yaml"
    (register.root / path).write_bytes(made.change.files[path])
    folder = register_on_disk_again(register).protocol("housing")
    assert folder is not None
    value = folder.signing["council"].value
    assert value is not None
    assert value.nominated_officer is not None
    assert value.nominated_officer.post == text.removeprefix("- ")  # a bullet, see above
    assert value.nominated_officer.mailbox == "new-housing@example.org"
