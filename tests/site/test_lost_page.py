"""The page for addresses that are not there, which a host shows at any depth. The browser gate follows its links below a path."""

from __future__ import annotations

from pathlib import Path

from lxml import html
from lxml.html import HtmlElement


def lost(site: Path) -> HtmlElement:
    return html.document_fromstring((site / "404.html").read_bytes())


def test_every_address_begins_at_the_place_of_the_site(sound_site: Path) -> None:
    found = lost(sound_site).xpath("//@href | //@src | //form/@action")
    inner = [address for address in found if not address.startswith(("https://", "#"))]
    assert len(inner) > 10
    assert not [address for address in inner if not address.startswith("/base/")]


def test_a_site_that_does_not_know_its_place_says_so(sound_site: Path, hostile_site: Path) -> None:
    words = "does not know its own address"
    assert words in lost(hostile_site).text_content()
    assert words not in lost(sound_site).text_content()
