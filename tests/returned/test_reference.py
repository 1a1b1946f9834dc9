"""The copy that a file claims to be, made again from the register, whatever was recorded since."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from document_sample import TODAY, sample_register, sample_text
from returned_kit import COUNCIL, PROBATION, copy, pdf, read, rewritten, typed

from support import one_in, register_from
from undersigned.cache import DocumentCache
from undersigned.documents.bases import agreement_sheet, base_of
from undersigned.documents.content.letter import stamp_of_copy
from undersigned.facts.agreement import agreement_of, recipients_of, sender_of
from undersigned.register import Register
from undersigned.returned import Claim, Issued, claim_of, issued_digest
from undersigned.returned.judging import days_sent, issued_copy

POST = ("post: Partnerships Officer, deputy_post: Team Leader", "post: Head of Service, deputy_post: Somebody")
ENDED = (
    "status: in-force\npublication: public\njurisdictions: [england, wales]",
    "status: withdrawn\npublication: public\njurisdictions: [england, wales]",
)


def sent(register: Register, as_of: date = TODAY) -> dict[str, bytes]:
    """The council's second copy, as `documents --for` makes it."""
    folder = register.protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=as_of)
    [to] = recipients_of(agreement, folder, register, as_of=as_of, wanted=[COUNCIL])
    base = base_of(agreement_sheet(agreement, COUNCIL), DocumentCache(None))
    return base.copy(stamp_of_copy(2, to, sender_of(folder, register, as_of=as_of)))


def known(claim: Claim, register: Register, as_of: date = TODAY, **more: Any) -> Issued:
    found = issued_copy(claim, register, as_of=as_of, cache=DocumentCache(None), **more)
    assert found is not None
    return found


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_the_same_register_makes_the_same_copy_again_on_any_later_day(ending: str) -> None:
    content = sent(sample_register())[ending]
    found = known(claim_of(content), sample_register(), date(2027, 6, 1))
    assert (found.pdf if ending == ".pdf" else found.docx) == content
    assert (found.organisation, found.copy, found.lead) == (COUNCIL, 2, PROBATION)
    assert (read(content, found).verdict, read(content, found).compared_with) == ("ours", "master")


@pytest.mark.parametrize("ending", one_in(2, [".pdf", ".docx"]))
def test_a_post_that_changed_since_is_not_called_altered_and_a_clause_is(ending: str) -> None:
    content = sent(sample_register(POST))[ending]
    found = read(content, known(claim_of(content), sample_register()))
    assert (found.verdict, found.compared_with) == ("cannot-tell", "master")
    assert any("Head of Service" in one.words for one in found.differences)
    other = sent(sample_register(("2. Second step.", "2. Other step.")))[ending]
    assert read(other, known(claim_of(other), sample_register())).verdict == "altered"


def test_what_was_recorded_when_it_was_sent_goes_before_what_can_be_made_today() -> None:
    content = sent(sample_register(POST))[".pdf"]
    digests = [issued_digest(content)]
    found = read(content, known(claim_of(content), sample_register(), digests=digests))
    assert (found.verdict, found.compared_with) == ("ours", "issued")


@pytest.mark.parametrize("days", [(TODAY,), (TODAY, date(2026, 12, 20))], ids=["sent", "sent again"])
def test_a_printed_copy_is_compared_with_one_of_the_day_on_which_it_was_sent(days: tuple[date, ...]) -> None:
    """Its first page names the day by which it is to be returned, which is another on each day."""
    text = sample_text() + f"=== signatories/{COUNCIL}/county-housing.yaml\nsignatures:\n  - version: '1.0'\n"
    text += "".join(f"    {name}: {day}\n" for name, day in zip(("sent_on", "sent_again_on"), days, strict=False))
    register = register_from(text)
    content = sent(register, days[-1])[".pdf"]
    claim = dataclasses.replace(claim_of(content), issued_on=None)
    assert known(claim, register, date(2027, 6, 1)).pdf == content
    folder = register.protocol("county-housing")
    assert folder is not None
    assert days_sent(folder, COUNCIL, "1.0", as_of=date(2027, 6, 1)) == sorted(days, reverse=True)
    assert days_sent(folder, COUNCIL, "1.0", as_of=date(2026, 1, 1)) == []


@pytest.mark.slow
def test_a_copy_of_a_protocol_that_ended_since_can_still_be_judged() -> None:
    content = sent(sample_register())[".pdf"]
    found = read(content, known(claim_of(content), sample_register(ENDED)))
    assert found.verdict in ("ours", "cannot-tell")


@pytest.mark.slow
def test_a_small_number_in_a_clause_is_no_day_that_changed() -> None:
    """A date that is printed elsewhere does not excuse the same figure in a term."""
    content = sent(sample_register(("Within 5 working days", "Within 9 working days")))[".pdf"]
    assert read(content, known(claim_of(content), sample_register())).verdict == "altered"


@pytest.mark.parametrize(
    "claim",
    [
        Claim(),
        Claim("no-such-protocol", "1.0"),
        Claim("county-housing"),
        Claim("county-housing", "9.9"),
        Claim("../../etc", "1.0"),
        Claim("county-housing", "1.0", issued_on="not a day", organisation="nobody", copy=7),
    ],
)
def test_any_claim_has_an_answer(claim: Claim) -> None:
    found = issued_copy(claim, sample_register(), as_of=TODAY, cache=DocumentCache(None))
    if claim.organisation:
        assert found is not None
        assert (found.organisation, found.copy) == (None, None)
    else:
        assert found is None


@pytest.mark.slow
def test_a_printed_page_that_names_no_party_is_compared_with_the_master() -> None:
    def forget(file: object) -> None:
        del file.Root.Metadata  # type: ignore[attr-defined]
        del file.trailer.Info  # type: ignore[attr-defined]

    content = rewritten(typed(), forget)
    claim = claim_of(content)
    assert claim.organisation is None
    assert known(claim, sample_register()).organisation is None


def test_the_kit_s_copy_is_one_that_the_register_makes() -> None:
    assert copy()[".pdf"] == pdf()
