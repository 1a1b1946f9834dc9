"""The page of all outcomes: unknowns first, ranges, sums and what is never shown."""

from __future__ import annotations

from datetime import date

import pytest

from support import example_register, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register
from undersigned.site.pages import GeneratedPage, PageSet, generated_pages

AS_OF = date(2026, 11, 30)


def page(site: RegisterFacts) -> GeneratedPage:
    return next(page for page in generated_pages(PageSet(site, "Test")) if page.url == "outcomes/")


@pytest.fixture(scope="module")
def example() -> GeneratedPage:
    return page(RegisterFacts(load_register(example_register()), as_of=AS_OF, sizes={}))


def test_figures_of_the_example(example: GeneratedPage) -> None:
    text = " ".join(example.body.split())
    assert "395 of 465" in text
    assert "81 and 88" in text
    assert "Withheld, out of 20" in text
    assert example.contents[0] == ("referrals", "Referrals")
    head = example.body[example.body.index("<thead>") :]
    assert head.index("Not known") < head.index("Figure") < head.index("Per cent")


def test_a_restricted_protocol_shows_nothing() -> None:
    text = """\
=== protocols/p/protocol.yaml
title: P
kind: information-sharing-protocol
status: in-force
publication: restricted
=== protocols/p/outcomes/2025.yaml
period: {from: 2025-01-01, to: 2025-12-31}
area: county
results: [{measure: referrals, count: 635}]
"""
    for private in (False, True):
        found = page(RegisterFacts(register_from(text, private=private), as_of=AS_OF, sizes={}))
        assert "635" not in found.body
        assert "No figures have been returned yet." in found.body
