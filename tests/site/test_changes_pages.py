"""What changed between any two agreed texts: the words of `changes`, and marks that a screen reader reads out."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from html import unescape
from itertools import combinations

from support import ROOT, example_register
from undersigned.facts.register import RegisterFacts
from undersigned.records.files import load_files
from undersigned.register import register_of
from undersigned.site.pages import PageSet, changes_pages

DAY = date(2026, 11, 30)


@cache
def site() -> RegisterFacts:
    example_register()
    return RegisterFacts(register_of(ROOT, load_files(ROOT)), as_of=DAY)


def test_each_two_kept_texts_are_compared_and_the_page_says_how_they_differ() -> None:
    compared = 0
    for facts in site().open_protocols:
        kept = [one.number for one in facts.versions if facts.folder.stamped_text(one.number) is not None]
        found = {(change.earlier, change.later) for change in facts.text_changes}
        assert found == {(earlier, later) for later, earlier in combinations(kept, 2)}
        pages = changes_pages(PageSet(site(), "A register"), facts)
        assert len(pages) == (1 if found else 0)
        for page in pages:
            for change in facts.text_changes:
                assert f"From version {change.earlier} to version {change.later}" in page.body
                compared += len(change.points)
    assert compared > 10


def test_marks_are_said_as_well_as_drawn() -> None:
    body = "".join(page.body for facts in site().open_protocols for page in changes_pages(PageSet(site(), "x"), facts))
    assert body.count("<del>") == len(re.findall("taken out: ", body)) > 3
    assert body.count("<ins>") == len(re.findall("put in: ", body)) > 3
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
    assert "None" not in words.split()
    assert not re.search(r"[a-z]</del><ins>|</del>[a-z]|[a-z]<(?:del|ins)>", body), "words stay apart"


def test_a_restricted_protocol_has_no_such_page() -> None:
    for facts in site().protocols:
        if facts.restricted:
            assert changes_pages(PageSet(site(), "x"), facts) == ()
