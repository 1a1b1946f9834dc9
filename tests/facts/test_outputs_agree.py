"""Page, PDF and JSON of one protocol say the same: they read the same facts."""

from __future__ import annotations

from datetime import date

from lxml import html

from support import register_from
from undersigned.documents.content.agreement import agreement_document
from undersigned.documents.model import Text, every
from undersigned.facts.agreement import agreement_of
from undersigned.facts.register import RegisterFacts
from undersigned.site.api import protocol_data
from undersigned.site.pages import PageSet, protocol_page

DAY = date(2026, 12, 20)
RECORDS = """
=== signatories/probation/organisation.yaml
name: Probation
kind: probation
=== signatories/landlord/organisation.yaml
name: Landlord
kind: housing-provider
=== protocols/housing/protocol.yaml
title: Housing protocol
kind: joint-working-protocol
status: in-force
publication: public
effective_from: 2004-05
groups: [{id: those-who-let}]
parties: [{organisation: probation}, {organisation: landlord, group: those-who-let}]
flows: [{id: asking-for-a-home, from: [probation], to: [those-who-let]}]
clauses: [{id: keeping-it-safe, text: Lock it up.}]
=== protocols/housing/versions/1.0.yaml
agreed_on: 2004-03-01
change: material
summary: First agreed text
fingerprint: "v1:sha256:abababababababababababababababababababababababababababababababab"
text:
  title: Housing protocol
  kind: joint-working-protocol
  groups: [{id: those-who-let}]
  parties: [{organisation: probation}, {organisation: landlord, group: those-who-let}]
  flows: [{id: asking-for-a-home, from: [probation], to: [those-who-let]}]
  clauses: [{id: keeping-it-safe, text: Lock it up.}]
"""


def outputs() -> tuple[str, str, dict[str, object]]:
    """The words of the page, those of the document, and the data."""
    register = register_from(RECORDS)
    site = RegisterFacts(register, as_of=DAY)
    facts = site.by_id["housing"]
    body = html.fragment_fromstring(protocol_page(PageSet(site, "Test"), facts).body, "div")
    document = agreement_document(agreement_of(facts.folder, register, as_of=DAY))
    words = " ".join(node.text for node in every((document.facts, document.body)) if isinstance(node, Text))
    return " ".join(body.text_content().split()), words, dict(protocol_data(facts))


def test_a_version_takes_effect_no_earlier_than_its_protocol_and_in_the_month_that_is_known() -> None:
    page, document, data = outputs()
    for words in (page, document):
        assert "May 2004" in words
        assert "1 May 2004" not in words
    assert data["versions"] == [
        {
            "version": "1.0",
            "agreed_on": "2004-03-01",
            "change": "material",
            "effective_from": "2004-05",
            "fingerprint": "v1:sha256:" + "ab" * 32,
            "summary": "First agreed text",
        }
    ]


def test_what_has_no_title_has_the_same_name_everywhere() -> None:
    page, document, _data = outputs()
    for words in (page, document):
        assert "Asking for a home" in words
        assert "Keeping it safe" in words
        assert "those who let" in words
        assert not any(id_ in words for id_ in ("asking-for-a-home", "keeping-it-safe", "those-who-let"))
