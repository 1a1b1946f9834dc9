"""A party that declined or withdrew: its pages say which text, on what day, why, and what it had signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from lxml import html
from site_registers import EVIL, FINGERPRINT

from support import TODAY, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.site.pages import PageSet, generated_pages

_PROTOCOL = f"""=== protocols/p/protocol.yaml
title: Housing
kind: framework
status: in-force
publication: public
effective_from: 2025-01-01
parties: [{{organisation: a}}, {{organisation: b}}]
=== protocols/p/versions/1.0.yaml
agreed_on: 2025-01-01
change: material
summary: First
fingerprint: "{FINGERPRINT}"
=== protocols/p/versions/2.0.yaml
agreed_on: 2026-04-01
change: material
summary: Second
fingerprint: "{FINGERPRINT}"
=== signatories/b/organisation.yaml
name: Council
kind: local-authority
=== signatories/a/organisation.yaml
name: Landlord
kind: housing-provider
=== signatories/a/p.yaml
signatures:
  - {{version: "1.0", signed_on: 2025-01-20, signed_by: {{post: Director}}}}
"""
_SECOND = '  - {version: "2.0", sent_on: 2026-04-20'


def declined(reason: str = "It takes too long") -> str:
    return f"{_PROTOCOL}{_SECOND}, declined: {{on: 2026-07-08, reason: {reason}}}}}\n"


def withdrawn(reason: str = "It takes too long") -> str:
    signed = "signed_on: 2026-05-14, signed_by: {post: Chair, authority: resolution}"
    return f"{_PROTOCOL}{_SECOND}, {signed}, withdrawn: {{on: 2026-09-30, reason: {reason}}}}}\n"


def told(text: str, as_of: date = TODAY) -> tuple[list[str], str]:
    """The cells of the landlord's row on the page of signatures, and its cell on its own page."""
    pages = {
        page.url: page.body
        for page in generated_pages(PageSet(RegisterFacts(register_from(text), as_of=as_of), "Test"))
    }
    table = html.document_fromstring(pages["protocols/p/signatures/"]).cssselect("table.app-not-searched")[0]
    row = next(row for row in table.cssselect("tbody tr") if row[0].text_content() == "Landlord")
    own = html.document_fromstring(pages["organisations/a/"]).get_element_by_id("p1")
    return [" ".join(cell.text_content().split()) for cell in row[1:]], " ".join(own[-1].text_content().split())


def test_who_declined_says_what_when_why_and_what_it_had_signed() -> None:
    row, own = told(declined())
    assert row == [
        "Declined version 2.0 on 8 July 2026 Reason: It takes too long",
        "Version 1.0, on 20 January 2025By the Director",
    ]
    assert own == f"{row[0]} It had signed version 1.0 on 20 January 2025"


def test_who_withdrew_says_when_why_and_what_it_had_signed() -> None:
    row, own = told(withdrawn())
    assert row == [
        "Withdrawn on 30 September 2026 Reason: It takes too long",
        "Version 2.0, on 14 May 2026By the Chair, by resolution of the board or committee",
    ]
    assert own == f"{row[0]} It had signed version 2.0 on 14 May 2026"


def test_nothing_is_told_before_its_day() -> None:
    assert told(declined(), date(2026, 7, 7))[0][0] == "Signed an older text Newer text agreed 97 days ago"
    assert told(withdrawn(), date(2026, 9, 29)) == (
        ["Signed", "Version 2.0, on 14 May 2026By the Chair, by resolution of the board or committee"],
        "Signed, version 2.0",
    )


def test_who_declined_without_a_reason_and_had_signed_nothing() -> None:
    first, _, _ = declined("''").partition('  - {version: "1.0"')
    text = f"{first}{_SECOND}, declined: {{on: 2026-07}}}}\n"
    assert told(text) == (["Declined version 2.0 in July 2026", "Nothing"], "Declined version 2.0 in July 2026")


@pytest.mark.parametrize("write", [declined, withdrawn])
def test_a_hostile_reason_is_text(write: Callable[[str], str]) -> None:
    text = write("'" + EVIL.replace("'", "''") + "'")
    for url in ("protocols/p/signatures/", "organisations/a/"):
        body = next(
            page.body
            for page in generated_pages(PageSet(RegisterFacts(register_from(text), as_of=TODAY), "Test"))
            if page.url == url
        )
        page = html.document_fromstring(body)
        assert page.xpath("//span[@class='app-note'][starts-with(., 'Reason:')]")[0].text == f"Reason: {EVIL}"
        assert not page.xpath("//script | //img | //*[@onclick] | //*[@onerror]")


def test_the_data_say_as_before_that_no_signature_stands() -> None:
    """`status` and the data name a signature that stands; what was withdrawn is told on pages alone."""
    for text, version in ((declined(), "1.0"), (withdrawn(), None)):
        party = RegisterFacts(register_from(text), as_of=TODAY).by_id["p"].parties[1]
        assert party.name == "Landlord"
        assert party.status.signed_version == version
