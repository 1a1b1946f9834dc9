"""Every page that is built: its structure, its links, and nothing in it that the security policy would forbid."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from lxml import html
from lxml.html import HtmlElement

FIXTURES = ("sound_site", "hostile_site", "shipped_site")


@pytest.fixture(params=FIXTURES)
def site(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue(request.param)
    return folder


#: Nothing from another host, no script, no inline style; no page may say that its links lead elsewhere (`base-uri`).
POLICY = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
]
#: The search fetches its index, and WebAssembly reads it.
POLICIES = {
    "search/index.html": [*POLICY, "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'"],
    "verify/index.html": [*POLICY, "script-src 'self'"],
}


def has_moved_places(page: HtmlElement, name: str) -> bool:
    """Whether it is the front page of a protocol that has others: its old places lead on."""
    return name.startswith("protocols/") and bool(page.cssselect(".app-parts--front"))


def is_list(name: str) -> bool:
    """Whether it is a list whose rows a script filters and sorts."""
    folders = ("protocols", "organisations", "reviews", "status", "rules", "matrix")
    return name.startswith("lists/") or name in {f"{folder}/index.html" for folder in folders}


def pages(site: Path) -> list[tuple[str, HtmlElement]]:
    found = [
        (path.relative_to(site).as_posix(), html.document_fromstring(path.read_bytes()))
        for path in sorted(site.rglob("*.html"))
    ]
    assert len(found) > 8
    return found


def test_one_main_heading_and_no_skipped_level(site: Path) -> None:
    for name, page in pages(site):
        levels = [
            int(heading.tag[1])
            for heading in page.cssselect("h1, h2, h3, h4, h5, h6")
            if heading.xpath("ancestor::main")
        ]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        for before, after in pairwise(levels):
            assert after <= before + 1, f"{name}: h{after} after h{before}"


def test_language_title_and_landmarks(site: Path) -> None:
    titles: dict[str, str] = {}
    for name, page in pages(site):
        assert page.get("lang") == "en-GB", name
        title = page.findtext("head/title")
        assert title, name
        if not page.cssselect("meta[http-equiv=refresh]"):
            assert title not in titles, f"{name} and {titles.get(title)} are both called {title}"
            titles[title] = name
        assert len(page.cssselect("main")) == 1, name


def test_tables_have_captions_and_scopes(site: Path) -> None:
    tables = 0
    for name, page in pages(site):
        for table in page.cssselect("table"):
            tables += 1
            captions = table.cssselect("caption")
            assert len(captions) == 1, name
            assert captions[0].text_content().strip(), name
            heads = table.cssselect("th")
            assert heads, name
            assert all(head.get("scope") in ("row", "col") for head in heads), name
    assert tables > 5


def test_lists_of_terms_are_whole(site: Path) -> None:
    for name, page in pages(site):
        for term in page.cssselect("dl.govuk-summary-list > div"):
            assert [child.tag for child in term] == ["dt", "dd"], name
            assert term[1].text_content().strip(), f"{name}: {term[0].text_content()}"


def test_the_list_of_contents_is_beside_the_page_and_not_in_its_title(site: Path) -> None:
    """A title that leaves an element open swallows what follows it, and every tag is closed all the same."""
    for name, page in pages(site):
        for contents in page.find_class("app-contents"):
            assert contents.getparent().get("class") == "app-with-contents", name


def test_nothing_inline_and_nothing_from_elsewhere(site: Path) -> None:
    for name, page in pages(site):
        assert not page.cssselect("style, iframe, object, embed, base"), name
        for picture in page.cssselect("img"):  # only what people wrote has pictures: a record never brings one
            assert name.startswith("guides/"), name
            assert (site / name).parent.joinpath(picture.get("src")).is_file(), name
            assert len(picture.get("alt")) > 40, name
        scripts = page.cssselect("script")
        own = {"search/index.html": ["../assets/search.js"], "verify/index.html": ["../assets/verify.js"]}.get(name, [])
        if has_moved_places(page, name):
            own = ["../../assets/moved.js"]
        elif is_list(name):
            own = [f"{'../' * name.count('/')}assets/lists.js"]
        assert [(script.get("src"), script.text) for script in scripts] == [(source, None) for source in own], name
        forms = {form.get("role") or form.get("id") for form in page.cssselect("form")}
        assert forms <= {"search", "app-filter", *(("verify-form",) if name == "verify/index.html" else ())}, name
        for element in page.iter():
            if not isinstance(element.tag, str):
                continue
            for attribute in element.attrib:
                assert attribute != "style", f"{name}: {element.tag}"
                assert not attribute.startswith("on"), f"{name}: {element.tag} {attribute}"
        for link in page.cssselect("link[rel=stylesheet], link[rel=icon]"):
            assert not urlsplit(link.get("href")).netloc, name
        policy = page.cssselect("meta[http-equiv=Content-Security-Policy]")
        assert len(policy) == 1, name
        has_script = has_moved_places(page, name) or is_list(name)
        wanted = POLICIES["verify/index.html"] if has_script else POLICIES.get(name, POLICY)
        assert policy[0].get("content").split("; ") == wanted, name


#: How the address begins of a calendar that a program follows: that of the site of the tests.
FOLLOWED = "webcal://register.example.org/base/"


def test_ids_are_unique_and_not_empty(site: Path) -> None:
    for name, page in pages(site):
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), f"{name}: {sorted(id_ for id_ in ids if ids.count(id_) > 1)}"
        assert all(id_ and " " not in id_ for id_ in ids), name


def test_every_link_leads_somewhere(site: Path) -> None:
    """Within the site to a file and a place in it; out of it only by https or mailto, and by webcal to a calendar of
    its own. Downloads are put in later."""
    known = {name: set(page.xpath("//@id")) for name, page in pages(site)}
    checked = 0
    for name, page in pages(site):
        for href in page.xpath("//a/@href | //link/@href"):
            if href.startswith(FOLLOWED):
                assert (site / href.removeprefix(FOLLOWED)).suffix == ".ics", f"{name}: {href}"
                assert (site / href.removeprefix(FOLLOWED)).is_file(), f"{name}: {href}"
                continue
            if urlsplit(href).scheme or href.startswith("//"):
                assert urlsplit(href).scheme in ("https", "mailto"), f"{name}: {href}"
                continue
            address, fragment = urldefrag(href)
            if name == "404.html":  # shown at any depth, so its links start at the site's root
                target = site / address.removeprefix("/base").lstrip("/")
            else:
                target = (site / name).parent / unquote(address) if address else site / name
            target = target.resolve()
            if target.is_relative_to(site.resolve() / "downloads"):
                continue
            if name == "404.html" and not address:
                target /= "404.html"
            # A browser that reads the site from a disk shows a folder as a list of files, so no link leads to one.
            assert target.is_file(), f"{name}: {href}"
            if fragment:
                assert fragment in known[target.relative_to(site.resolve()).as_posix()], f"{name}: {href}"
            checked += 1
    assert checked > 100


def test_skip_link_leads_to_the_content(site: Path) -> None:
    for name, page in pages(site):
        if page.cssselect("meta[http-equiv=refresh]"):
            continue
        first = page.cssselect("body a")[0]
        assert first.get("href") == "#main-content", name
        assert page.get_element_by_id("main-content").tag == "main", name


def test_regions_that_scroll_can_be_reached_and_are_named_apart(site: Path) -> None:
    for name, page in pages(site):
        regions = page.cssselect("[role=region]")
        assert all(region.get("tabindex") == "0" for region in regions), name
        names = [region.get("aria-label") for region in regions]
        assert all(names), name
        assert len(names) == len(set(names)), f"{name}: {names}"
