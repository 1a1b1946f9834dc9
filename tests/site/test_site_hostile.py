"""Hostile text in records comes out as text: in pages, data, calendars and news."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

from icalendar import Calendar
from lxml import html
from site_registers import EVIL

from support import site_of_protocol


def test_it_is_shown_as_text(hostile_site: Path) -> None:
    page = html.document_fromstring((hostile_site / "protocols/p/index.html").read_bytes())
    heading = page.cssselect("h1")[0].text_content()
    assert heading.strip() == EVIL.strip()
    text = site_of_protocol(hostile_site, "p").text_content()
    assert "{{ 7*7 }}" in text
    assert "{% raise %}" in text
    assert "{{ config }}" in text
    assert text.count("<script>evil()</script>") > 30


def test_nothing_of_it_is_markup(hostile_site: Path) -> None:
    for path in hostile_site.rglob("*.html"):
        page = html.document_fromstring(path.read_bytes())
        assert not page.xpath(
            "//script[not(@src='../assets/search.js' or @src='../assets/verify.js' or @src='../../assets/moved.js' or @src='../assets/lists.js' or @src='../../assets/lists.js' or @src='../../../assets/lists.js')] | //img | //svg[not(@class='app-chart' or @class='app-say__picture' or @class='app-pen')] | //*[@onclick] | //*[@onerror] | //*[@onload]"
        ), path
        for href in page.xpath("//@href"):
            assert not href.lower().lstrip().startswith(("javascript:", "data:", "http:", "//")), path


def test_addresses_that_are_none_are_not_linked(hostile_site: Path) -> None:
    for name in ("organisations/a", "organisations/b", "protocols/p", "protocols/p/cards", "protocols/p/text"):
        page = html.document_fromstring((hostile_site / name / "index.html").read_bytes())
        hrefs = page.xpath("//main//a/@href")
        # A place may be named after what an id says, in nothing but letters, digits and hyphens.
        places = [href for href in hrefs if re.fullmatch(r"((\.\./)?[a-z]+/index\.html)?#[a-z0-9-]+", href)]
        assert not [href for href in hrefs if "evil" in href and href not in places], name
    text = html.document_fromstring((hostile_site / "protocols/p/text/index.html").read_bytes())
    assert text.xpath("//a[@href='https://good.example.org']/@rel") == ["noopener noreferrer"]


def test_data_calendars_and_news_hold_it_as_text(hostile_site: Path) -> None:
    data = json.loads((hostile_site / "api/v1/register.json").read_bytes())
    assert data["protocols"][0]["title"] == EVIL.strip() or data["protocols"][0]["title"] == EVIL
    event = Calendar.from_ical((hostile_site / "calendars/reviews.ics").read_bytes()).walk("VEVENT")[0]
    assert "<script>evil()</script>" in str(event["summary"])
    feed = ElementTree.fromstring((hostile_site / "feed.xml").read_bytes())  # noqa: S314 - our own
    titles = [title.text or "" for title in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert any("<script>evil()</script>" in title for title in titles)
    assert not list(feed.iter("script"))
