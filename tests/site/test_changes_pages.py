"""What changed between any two agreed texts: the words of `changes`, and marks that a screen reader reads out."""

from __future__ import annotations

import re
from html import unescape
from itertools import combinations

from support import example_facts
from undersigned.site.pages import PageSet, changes_pages


def test_each_two_kept_texts_are_compared_and_the_page_says_how_they_differ() -> None:
    compared = 0
    for facts in example_facts().open_protocols:
        kept = [one.number for one in facts.versions if facts.folder.stamped_text(one.number) is not None]
        found = {(change.earlier, change.later) for change in facts.text_changes}
        assert found == {(earlier, later) for later, earlier in combinations(kept, 2)}
        pages = changes_pages(PageSet(example_facts(), "A register"), facts)
        assert len(pages) == (1 if found else 0)
        for page in pages:
            for change in facts.text_changes:
                assert f"From version {change.earlier} to version {change.later}" in page.body
                compared += len(change.points)
    assert compared > 10


def test_marks_are_said_as_well_as_drawn() -> None:
    body = "".join(
        page.body
        for facts in example_facts().open_protocols
        for page in changes_pages(PageSet(example_facts(), "x"), facts)
    )
    assert body.count("<del>") == len(re.findall("taken out: ", body)) > 3
    assert body.count("<ins>") == len(re.findall("put in: ", body)) > 3
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
    assert "None" not in words.split()
    assert not re.search(r"[a-z]</del><ins>|</del>[a-z]|[a-z]<(?:del|ins)>", body), "words stay apart"


def test_a_restricted_protocol_has_no_such_page() -> None:
    for facts in example_facts().protocols:
        if facts.restricted:
            assert changes_pages(PageSet(example_facts(), "x"), facts) == ()
