"""The pages for people: every sentence of the record, what every person can do, and no word about who confirmed it that is not so."""

from __future__ import annotations

import re
from functools import cache

from support import example_facts, words_of
from undersigned.site.pages import PageSet, generated_pages


@cache
def pages() -> dict[str, str]:
    return {
        page.url: page.body
        for page in generated_pages(PageSet(example_facts(), "A register"))
        if page.url.startswith("you/")
    }


def test_every_live_public_protocol_has_a_page_in_each_of_its_areas() -> None:
    live = [one for one in example_facts().open_protocols if one.record.status in ("signing", "in-force")]
    wanted = {f"you/{area}/{one.id}/" for one in live for area in one.record.areas}
    assert wanted <= set(pages())


def test_a_page_holds_every_sentence_of_its_record() -> None:
    urls = [url for url in pages() if url.count("/") == 3]
    assert len(urls) > 5
    for url in urls:
        _, _, id_, _ = url.split("/")
        record = example_facts().by_id[id_].folder.for_people
        assert record is not None
        assert record.value is not None
        said = words_of(pages()[url])
        for name in ("what", "never", "who", "why", "how_long", "choice"):
            for entry in getattr(record.value, name):
                assert (entry if isinstance(entry, str) else entry.say) in said, url
        assert "You can complain" in said
        assert ("Nobody has confirmed this page yet" in said) == (record.value.confirmed is None), url


def test_the_list_leads_to_each_area() -> None:
    for url in pages():
        if url.count("/") == 2:
            area = url.split("/")[1]
            assert re.search(rf'href="[^"]*{area}/', pages()["you/"])
