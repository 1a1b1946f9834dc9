"""Working papers say what the records know, and leave open what only people can judge."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from support import example_register
from undersigned.documents.bases import paper_sheets
from undersigned.documents.content.dpo import FORMS, dpia_document, filled_form, privacy_notice
from undersigned.documents.content.forms import name_in_file
from undersigned.documents.model import Document, as_data, fields_of
from undersigned.editing.standard_texts import standard_form_record
from undersigned.facts.agreement import Agreement, agreements_to_print
from undersigned.facts.flows import FlowTerms
from undersigned.register import load_register

DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def draft() -> Document:
    register = load_register(example_register())
    folder = register.protocol("staffordshire-housing-protocol")
    assert folder is not None
    return dpia_document(agreements_to_print(folder, register, as_of=DAY)[0])


def test_it_says_that_it_is_a_draft(draft: Document) -> None:
    assert draft.watermark == "Draft"
    assert draft.notice.startswith("Draft. A program filled in what the records say")


def test_it_holds_what_the_records_know(draft: Document) -> None:
    words = json.dumps(as_data(draft), ensure_ascii=False)
    for known in (
        "Referral for housing to a council",
        "Conditions on where the person may live or go",
        "The council keeps the referral for 2 years",
        "Offender Management Act 2007 s.14",
        "Flow 1 shares information about offences",
        "Flow 1 is about other people too",
        "for emergencies: there is no time to check it twice",
        "may go by telephone",
        "A council cannot decide a homelessness application",
    ):
        assert known in words, known


def test_it_leaves_open_what_people_judge(draft: Document) -> None:
    words = json.dumps(as_data(draft), ensure_ascii=False)
    assert words.count("To be filled in.") == 7 * 4 + 4


# -- the other working papers -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    register = load_register(example_register())
    folder = register.protocol("staffordshire-housing-protocol")
    assert folder is not None
    return agreements_to_print(folder, register, as_of=DAY)[0]


def words_of(document: Document) -> str:
    return json.dumps(as_data(document), ensure_ascii=False)


def test_a_notice_says_each_flow_its_law_and_how_long_it_is_kept(agreement: Agreement) -> None:
    words = words_of(privacy_notice(agreement))
    for known in (
        "Referral for housing to a council",
        "Never: The full assessment (OASys)",
        "Offender Management Act 2007 s.14",
        "How long it is kept: The council keeps the referral for 2 years",
        "Objecting is never a breach of an order or licence.",
    ):
        assert known in words, known
    assert "Quarterly figures" not in words  # counts are about nobody
    assert '"label": "Post and mailbox"' in words


@pytest.mark.parametrize("form_id", FORMS)
def test_every_question_keeps_its_place(agreement: Agreement, form_id: str) -> None:
    form = standard_form_record(form_id)
    asked = {name_in_file(field) for section in form.sections for field in section.fields}
    assert {field.name for field in fields_of(filled_form(form_id, form, agreement))} == asked


@pytest.mark.parametrize(
    ("form_id", "known"),
    [
        ("legitimate-interests-assessment", "A council cannot decide a homelessness application"),
        ("appropriate-policy-document", "2018 Sch 1 para 6"),
        ("appropriate-policy-document", "Flow 1: The council keeps the referral for 2 years"),
        ("information-disclosure-record", "Crime and Disorder Act 1998 s.115"),
        ("record-of-refusal", "Flow 1: Referral for housing to a council"),
        ("subject-access-request", "Brackenford Borough Council"),
    ],
)
def test_a_form_has_what_the_text_says(agreement: Agreement, form_id: str, known: str) -> None:
    assert known in words_of(filled_form(form_id, standard_form_record(form_id), agreement))


def test_what_is_only_to_choose_from_is_not_drawn_as_an_answer(agreement: Agreement) -> None:
    for form_id in ("information-disclosure-record", "record-of-refusal", "subject-access-request"):
        words = words_of(filled_form(form_id, standard_form_record(form_id), agreement))
        assert "From the text of the protocol" not in words
        assert "The text leaves these to choose from:" in words


def test_interests_are_listed_with_the_ends_that_rest_on_them(agreement: Agreement) -> None:
    words = words_of(filled_form(FORMS[0], standard_form_record(FORMS[0]), agreement))
    assert "No flow of this text rests on legitimate interests" not in words
    without = dataclasses.replace(agreement, terms=FlowTerms((), (), ()))
    assert "No flow of this text rests on legitimate interests" in words_of(
        filled_form(FORMS[0], standard_form_record(FORMS[0]), without)
    )


def test_every_paper_has_a_file_of_its_own(agreement: Agreement) -> None:
    sheets = dict(paper_sheets(agreement, {id_: standard_form_record(id_) for id_ in FORMS}))
    assert list(sheets) == [f"{paper}-draft" for paper in ("dpia", "privacy-notice", *FORMS)]
    for stem, sheet in sheets.items():
        assert sheet.record == sheet.build().record == f"staffordshire-housing-protocol/{stem}"
