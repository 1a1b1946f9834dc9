"""The draft of an impact assessment says what the records know, and leaves open what only people can judge."""

from __future__ import annotations

import json
from datetime import date

import pytest

from support import example_register
from undersigned.documents.content.dpia import dpia_document
from undersigned.documents.model import Document, as_data
from undersigned.facts.agreement import agreements_to_print
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
