"""The yearly report of an area: what it says is what `status`, `landscape` and the records of services say."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from support import example_register
from undersigned.documents.content.board import board_document
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.pdf.setting import pdf_of
from undersigned.facts.area import AreaFacts
from undersigned.register import load_register
from undersigned.reports.landscape import all_seen
from undersigned.status import protocol_status
from undersigned.words.blocks import lines_of

DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def facts() -> AreaFacts:
    register = load_register(example_register())
    seen, _ = all_seen(register, as_of=DAY, processes=1)
    statuses = {folder.id: protocol_status(folder.clean_part(), register, as_of=DAY) for folder in register.protocols()}
    return AreaFacts("staffordshire", DAY, register, tuple((one, statuses[one.id]) for one in seen))


@pytest.fixture(scope="module")
def words(facts: AreaFacts) -> str:
    return " ".join(" ".join(lines_of(board_document(facts).body)).split())


def test_every_signature_still_to_come_is_that_of_status(facts: AreaFacts, words: str) -> None:
    register = load_register(example_register())
    owed = 0
    for folder in register.protocols():
        status = protocol_status(folder, register, as_of=DAY)
        restricted = folder.value.publication == "restricted"
        if status.status in ("signing", "in-force") and "staffordshire" in folder.value.areas and not restricted:
            owed += sum(status.counts[state] for state in ("awaiting", "stale", "not-sent"))
    assert f"{owed} signatures are still to come" in words
    assert len(facts.waiting) == owed


def test_late_reviews_are_named_with_their_day(facts: AreaFacts, words: str) -> None:
    assert facts.late
    for one in facts.late:
        assert f"{one.title} (due {one.review.due_on:%-d %B %Y})" in words  # a day in the example, never a month


def test_what_nobody_recorded_is_not_known_and_not_missing(words: str) -> None:
    assert "5 of 23 kinds of service are provided, 2 by no one" in words
    assert "16 not known" in words


def test_the_decisions_fit_the_first_page_and_the_annex_begins_the_second(facts: AreaFacts) -> None:
    pages = PdfReader(BytesIO(pdf_of(board_document(facts), epoch=epoch_of(DAY)))).pages
    first, second = (" ".join(pages[number].extract_text().split()) for number in (0, 1))
    assert "Decisions asked of the board" in first
    assert "Police and crime commissioner, 30 September 2027" in first
    assert "Annex 1: each protocol" in second


@pytest.mark.slow
def test_the_report_of_a_protocol_says_nothing_of_others(facts: AreaFacts) -> None:
    register = load_register(example_register())
    seen, _ = all_seen(register, as_of=DAY, processes=1)
    [one] = [one for one in seen if one.id == "staffordshire-housing-protocol"]
    folder = register.protocol(one.id)
    assert folder is not None
    status = protocol_status(folder.clean_part(), register, as_of=DAY)
    alone = AreaFacts("staffordshire", DAY, register, ((one, status),), protocol=one.id)
    document = board_document(alone)
    assert document.title == folder.value.title
    words = " ".join(" ".join(lines_of(document.body)).split())
    assert "1 protocol in force or out for signature, 0 being written" in words
    owed = sum(status.counts[state] for state in ("awaiting", "stale", "not-sent"))
    assert f"{owed} signatures are still to come" in words
    assert [f"Annex {number}:" in words for number in range(1, 6)] == [True, True, True, True, False]
    for left_out in ("twice", "missing", "Who provides", "Duty to Refer Protocol", "service"):
        assert left_out not in words
    assert {id_ for row in alone.outcomes.rows for id_ in row.protocols} == {one.id}
    assert len(alone.outcomes.rows) < len(facts.outcomes.rows)


def test_an_area_without_records_says_so() -> None:
    register = load_register(example_register())
    found = AreaFacts("nowhere", DAY, register, ())
    said = " ".join(" ".join(lines_of(board_document(found).body)).split())
    assert "No protocol is in force or out for signature." in said
    assert "Nobody has recorded any service for this area." in said
    assert "None. Nothing in the records asks for one." in said
