"""The protocols listed by area, kind and purpose, and what changed lately."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from lxml import html
from site_registers import EVIL, SOUND, WITHHELD

from support import TODAY, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.site.pages import FACETS, headings

RECORDS = "=== signatories/" + SOUND.partition("=== signatories/")[2]


def under(facet: str, text: str = RECORDS) -> dict[str, list[str]]:
    site = RegisterFacts(register_from(text), as_of=TODAY)
    found = next(name for name in FACETS if name == facet)
    return {heading.key: [p.id for p in heading.protocols] for heading in headings(site.protocols, found)}


def test_each_protocol_stands_under_what_it_states_and_else_last() -> None:
    assert under("area") == {"stoke-on-trent": ["housing"], "": ["alcohol", "old-housing"]}
    assert under("kind") == {
        "information-sharing-protocol": ["alcohol"],
        "joint-working-protocol": ["housing", "old-housing"],
    }
    assert list(under("area"))[-1] == ""


def test_purpose_follows_the_order_of_a_sentence_in_the_text_shown() -> None:
    staged = RECORDS.replace(
        "to: [county-council], items:", "to: [county-council], stage: [release, pre-sentence, release], items:"
    )
    assert under("purpose", staged) == {
        "pre-sentence": ["alcohol"],
        "release": ["alcohol"],
        "": ["housing", "old-housing"],
    }


def test_the_pages_have_counts_and_links_to_their_headings(sound_site: Path) -> None:
    for facet in FACETS:
        page = html.document_fromstring((sound_site / f"lists/{facet}/index.html").read_bytes())
        titles = [heading.text_content() for heading in page.cssselect("main h2")]
        assert titles[-1] == "Restricted (1)"
        assert all(title.endswith(")") for title in titles)
        main = page.cssselect("main")[0].text_content()
        assert "Danger protocol" in main
        assert WITHHELD not in main
    links = html.document_fromstring((sound_site / "protocols/index.html").read_bytes()).xpath("//main//li/a/@href")
    assert [f"../lists/{facet}/index.html" for facet in FACETS] == [href for href in links if "lists" in href]


def test_an_area_that_is_no_id_is_text_and_has_an_address_all_the_same(hostile_site: Path) -> None:
    page = html.document_fromstring((hostile_site / "lists/area/index.html").read_bytes())
    heading = page.get_element_by_id("area-no-1")
    assert heading.text_content().startswith(EVIL.strip()[:20])
    assert not page.xpath("//main//script | //main//img")


def changes(as_of: date, text: str = RECORDS) -> list[tuple[str, str, str, list[str]]]:
    site = RegisterFacts(register_from(text), as_of=as_of)
    return [
        (change.on.isoformat(), change.kind, change.protocol.id, [id_ for id_, _ in change.by])
        for change in site.changes
    ]


def test_what_changed_in_ninety_days_newest_first() -> None:
    assert changes(date(2025, 2, 28)) == [
        ("2025-02-01", "signature", "housing", ["county-council"]),
        ("2025-01-20", "signature", "housing", ["probation"]),
        ("2025-01-10", "version", "housing", []),
    ]
    assert changes(date(2026, 4, 25)) == [("2026-01-25", "review", "housing", [])]
    assert changes(date(2026, 4, 26)) == []


def test_a_restricted_protocol_is_not_in_what_changed() -> None:
    assert not [change for change in changes(date(2025, 3, 1)) if change[2] == "danger"]


def test_those_who_signed_on_one_day_stand_together() -> None:
    same = RECORDS.replace("signed_on: 2025-01-20", "signed_on: 2025-02-01")
    assert ("2025-02-01", "signature", "housing", ["county-council", "probation"]) in changes(date(2025, 2, 28), same)


def test_the_status_page_tells_them_with_links() -> None:
    from undersigned.site.pages import PageSet, fragment

    site = RegisterFacts(register_from(RECORDS), as_of=date(2025, 2, 28))
    told = str(fragment(PageSet(site, "Test"), "lately.html", "", most=1))
    assert "1 February 2025: version 1.0 was signed by" in told
    assert 'href="organisations/county-council/"' in told
    assert "2 more changes in these 90 days" in told
    assert "\n" not in told


def test_nothing_lately_is_said() -> None:
    from undersigned.site.pages import PageSet, fragment

    site = RegisterFacts(register_from(RECORDS), as_of=TODAY)
    told = str(fragment(PageSet(site, "Test"), "lately.html", "", most=8))
    assert "Nothing was agreed, signed or reviewed in the last 90 days." in told
