"""The protocols listed by area, kind and purpose, and what changed lately."""

from __future__ import annotations

import posixpath
from datetime import date
from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement
from site_registers import EVIL, FINGERPRINT, SOUND, WITHHELD

from support import TODAY, register_from
from undersigned.checks.engine import rules
from undersigned.facts.register import RegisterFacts
from undersigned.site.areas import MOST_ROWS
from undersigned.site.lists import FACETS, headings
from undersigned.site.pages import PageSet, other_pages, other_parts

RECORDS = "=== signatories/" + SOUND.partition("=== signatories/")[2]


def under(facet: str, text: str = RECORDS) -> dict[str, list[str]]:
    site = RegisterFacts(register_from(text), as_of=TODAY)
    found = next(name for name in FACETS if name == facet)
    return {heading.key: [p.id for p in heading.rows] for heading in headings(site.protocols, found)}


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


@pytest.fixture(scope="module")
def long_lists() -> dict[str, HtmlElement]:
    """The lists of a register with 130 protocols and 260 bodies in three areas, by address."""
    records = "".join(
        f"""=== signatories/body-{number}/organisation.yaml
name: Body {number:03}
kind: {"local-authority" if number < 150 else "housing-provider"}
areas: [area-{number % 3}]
"""
        for number in range(260)
    )
    for number in range(130):
        records += f"""=== protocols/p-{number}/protocol.yaml
title: Protocol {number:03}
kind: joint-working-protocol
status: {"in-force" if number < 120 else "draft"}
publication: {"restricted" if number == 5 else "public"}
areas: [area-{number % 3}]
effective_from: 2026-01-{1 + number % 28:02}
review: {{interval_months: 12}}
parties: [{{organisation: body-{number}}}, {{organisation: body-{number + 130}}}]
=== protocols/p-{number}/versions/1.0.yaml
agreed_on: 2025-12-01
change: material
summary: First
fingerprint: "{FINGERPRINT}"
=== signatories/body-{number}/p-{number}.yaml
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-01-02}}]
"""
    site = RegisterFacts(register_from(records), as_of=TODAY)
    pages = PageSet(site, "Test", rules())
    made = (
        page for part in other_parts(pages) if part.kind in ("overviews", "matrix") for page in other_pages(pages, part)
    )
    return {page.url: html.fragment_fromstring(page.body, "div") for page in made}


LONG = ("protocols/", "organisations/", "reviews/", "status/", "matrix/", "rules/", "verify/", "between/", "lists/")


def rows_of(page: HtmlElement) -> list[HtmlElement]:
    return page.cssselect("table.app-list tbody tr:not(.app-list__all)")


def test_no_list_is_longer_than_100_rows(long_lists: dict[str, HtmlElement]) -> None:
    looked_at = 0
    for url, page in long_lists.items():
        if url.startswith(LONG):
            looked_at += 1
            for rows in (table.cssselect("tbody tr:not(.app-list__all)") for table in page.cssselect("table")):
                assert len(rows) <= MOST_ROWS, url
            assert max((len(one) for one in page.xpath(".//ul")), default=0) <= MOST_ROWS, url
            assert url == "status/" or len(rows_of(page)) <= MOST_ROWS, url
    assert looked_at >= 20


def test_every_row_is_on_one_page_and_each_page_leads_to_the_others(long_lists: dict[str, HtmlElement]) -> None:
    for first, name, number in (
        ("protocols/", "protocols", 130),
        ("organisations/", "organisations", 260),
        ("verify/", "verify", 129),
    ):
        urls = [url for url in long_lists if url == first or url.startswith(f"lists/{name}/")]
        assert len(urls) == -(-number // MOST_ROWS)
        found = [row.cssselect("th a")[0].text_content() for url in urls for row in rows_of(long_lists[url])]
        assert len(found) == len(set(found)) == number
        for url in urls:
            links = {
                posixpath.normpath(posixpath.join(url, href))
                for href in long_lists[url].xpath(".//nav[@aria-label='Pages of this list']//a/@href")
            }
            assert links == {other.rstrip("/") for other in urls if other != url}


def test_a_heading_says_how_many_there_are_and_its_link_leads_to_where_it_begins(
    long_lists: dict[str, HtmlElement],
) -> None:
    page = long_lists["protocols/"]
    links = {link.text_content(): link.get("href") for link in page.cssselect(".app-columns a")}
    assert links == {
        "In force": "#in-force",
        "Draft": "../lists/protocols/page-2/#draft",
        "Restricted": "../lists/protocols/page-2/#restricted",
    }
    more = long_lists["lists/protocols/page-2/"]
    assert [head.text_content() for head in more.cssselect("h2")] == [
        "In force (119), continued",
        "Draft (10)",
        "Restricted (1)",
    ]
    assert [head.get("id") for head in more.cssselect("h2")] == [None, "draft", "restricted"]


def test_a_body_is_chosen_from_those_of_its_area(long_lists: dict[str, HtmlElement]) -> None:
    areas = [posixpath.normpath(f"between/{link.get('href')}") for link in long_lists["between/"].cssselect("li a")]
    # Of a restricted protocol no area is published, so its bodies are listed without one.
    assert areas == [*(f"lists/between-area-{number}" for number in range(3)), "lists/between"]
    found = [
        posixpath.normpath(posixpath.join(area, row.cssselect("th a")[0].get("href")))
        for area in areas
        for row in rows_of(long_lists[f"{area}/"])
    ]
    assert sorted(found) == sorted(f"between/body-{number}" for number in range(260))


def test_each_list_has_a_column_of_areas(long_lists: dict[str, HtmlElement]) -> None:
    for url in ("protocols/", "organisations/", "reviews/", "lists/area/", "lists/kind/", "lists/waiting/page-2/"):
        table = long_lists[url].cssselect("table.app-list")[0]
        column = [head.text_content() for head in table.cssselect("thead th")].index("Area")
        assert rows_of(long_lists[url])[0][column].text_content() in ("Area 0", "Area 1", "Area 2")


def test_a_restricted_protocol_tells_no_area(long_lists: dict[str, HtmlElement]) -> None:
    rows = {row.cssselect("a")[0].text_content(): row for row in rows_of(long_lists["reviews/"])}
    assert rows["Protocol 005"][1].text_content() == "Not published"
    hidden = long_lists["lists/protocols/page-2/"].cssselect("table.app-list")[-1]
    assert [head.text_content() for head in hidden.cssselect("thead th")] == ["Protocol", "From"]
