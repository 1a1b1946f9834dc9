"""The search: what is indexed, that the index is the same each time, and a page that is of use without it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html
from site_registers import SOUND, build

from undersigned.site import search
from undersigned.site.search import SearchError, can_search, kind_of, write_search_index

pytestmark = pytest.mark.skipif(not can_search(), reason="Pagefind has no program for this platform")


def fragments(site: Path) -> dict[str, dict[str, object]]:
    """What the index holds of each page, by its address."""
    found = {}
    for path in (site / "pagefind" / "fragment").glob("*.pf_fragment"):
        content = json.loads(gzip.decompress(path.read_bytes()).removeprefix(b"pagefind_dcd"))
        found[content["url"]] = content
    return found


def test_pages_are_found_by_kind_and_lists_are_not(sound_site: Path) -> None:
    found = fragments(sound_site)
    assert found["/protocols/housing/"]["filters"] == {"protocol": ["yes"]}
    assert found["/organisations/probation/"]["filters"] == {"organisation": ["yes"]}
    assert found["/rules/missing-file/"]["filters"] == {"rule": ["yes"], "last": ["yes"]}
    # What is over comes after what stands.
    assert found["/organisations/old-trust/"]["filters"] == {"organisation": ["yes"], "last": ["yes"]}
    assert found["/protocols/old-housing/"]["filters"] == {"protocol": ["yes"], "last": ["yes"]}
    assert "/decisions/" not in str(list(found))
    assert not found.keys() & {"/protocols/", "/organisations/", "/rules/", "/status/", "/search/", "/404.html"}
    assert not [
        url for url in found if (sound_site / url.lstrip("/") / "index.html").read_text().count('http-equiv="refresh"')
    ]


def test_only_the_text_of_a_page_is_found(sound_site: Path) -> None:
    content = str(fragments(sound_site)["/protocols/housing/text/"]["content"])
    assert "The agreed wording of accuracy." in content
    content = str(fragments(sound_site)["/protocols/housing/signatures/"]["content"])
    page = html.document_fromstring((sound_site / "protocols/housing/signatures/index.html").read_bytes())
    # What is in order is told in plain words, what is not bears a tag.
    states = [
        "".join(row[1].xpath("text() | strong/text()")).strip()
        for row in page.cssselect("table.app-not-searched tbody tr")
    ]
    assert states == ["Signed", "Sent, not yet signed", "Signed"]
    for words in ("Skip to main content", "Where each signature stands", "Open Government Licence"):
        assert words in page.text_content()
        assert words not in content


def test_a_restricted_protocol_is_found_by_title_and_parties_alone(sound_site: Path) -> None:
    found = fragments(sound_site)["/protocols/danger/"]
    page = html.document_fromstring((sound_site / "protocols/danger/index.html").read_bytes())
    title = page.cssselect("h1")[0].text_content()
    parties = [item.text_content().strip() for item in page.cssselect("#parties + ul li")]
    words = str(found["content"]).replace(".", "").split()
    assert words == " ".join(["Restricted protocol", title, "Parties", *parties]).replace(".", "").split()


def test_what_is_published_is_what_a_browser_asks_for(sound_site: Path) -> None:
    names = {path.name.split("_")[0] for path in (sound_site / "pagefind").iterdir()}
    assert not [name for name in names if "ui" in name or name.endswith(".css")]
    assert {"pagefind.js", "pagefind-entry.json", "index", "fragment", "filter"} <= names
    head = json.loads((sound_site / "pagefind/pagefind-entry.json").read_bytes())
    for language in head["languages"].values():
        assert (sound_site / "pagefind" / f"pagefind.{language['hash']}.pf_meta").is_file()


@pytest.mark.slow
def test_the_index_is_the_same_each_time(sound_site: Path, tmp_path: Path) -> None:
    """Pagefind's own order of filters is one of many by chance: five kinds, and seven builds."""
    pages = {path.relative_to(sound_site): path.read_bytes() for path in sound_site.rglob("*.html")}
    built = set()
    for number in range(7):
        for name, content in pages.items():
            (tmp_path / str(number) / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / str(number) / name).write_bytes(content)
        write_search_index(tmp_path / str(number))
        index = tmp_path / str(number) / "pagefind"
        built.add(
            tuple(
                sorted(
                    (path.relative_to(index).as_posix(), path.read_bytes())
                    for path in index.rglob("*")
                    if path.is_file()
                )
            )
        )
    assert len(built) == 1


def test_a_setting_of_pagefind_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text(
        "<html lang=en><main data-pagefind-body><h1>One</h1></main>", encoding="utf-8"
    )
    (tmp_path / "pagefind.toml").write_text('root_selector = ".nothing"\n', encoding="utf-8")
    program = "import sys; from pathlib import Path; from undersigned.site.search import write_search_index as w; w(Path('site'))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PAGEFIND_ROOT_SELECTOR": ".nothing"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert len(fragments(tmp_path / "site")) == 1


def test_nothing_to_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="search index"):
        write_search_index(tmp_path)


def test_the_form_stands_on_every_page_and_leads_to_the_search_page(sound_site: Path) -> None:
    for path in sound_site.rglob("*.html"):
        page = html.document_fromstring(path.read_bytes())
        if page.cssselect("meta[http-equiv=refresh]"):
            continue
        forms = page.cssselect("form[role=search][method=get]")
        assert len(forms) == 1, path
        assert forms[0].cssselect("input[name=q]"), path
        action = forms[0].get("action")
        target = sound_site / action.removeprefix("/base/") if path.name == "404.html" else path.parent / action
        assert target.resolve() == (sound_site / "search/index.html").resolve(), path


def test_the_search_page_helps_without_a_script(sound_site: Path) -> None:
    page = html.document_fromstring((sound_site / "search/index.html").read_bytes())
    assert "JavaScript" in page.cssselect("main noscript")[0].text_content()
    links = {link.get("href") for link in page.cssselect("#lists + ul a")}
    assert {f"../{folder}/index.html" for folder in ("protocols", "organisations", "rules")} <= links
    assert page.cssselect("[role=status]")


@pytest.mark.slow
def test_without_the_program_the_site_is_built_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_program", lambda: None)
    site = build(tmp_path, SOUND)
    assert not (site / "pagefind").exists()
    page = html.document_fromstring((site / "search/index.html").read_bytes())
    assert "has no search" in page.cssselect("main")[0].text_content()
    assert not page.cssselect("form, script")
    assert "wasm" not in page.cssselect("meta[http-equiv=Content-Security-Policy]")[0].get("content")
    assert not html.document_fromstring((site / "protocols/index.html").read_bytes()).cssselect("form[role=search]")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("protocols/housing/index.md", "protocol"),
        ("protocols/housing/versions/index.md", "protocol"),
        ("protocols/housing/versions/1.0/index.md", ""),
        ("protocols/index.md", ""),
        ("guidance/index.md", "guidance"),
        ("guidance/sharing/consent.md", "guidance"),
        ("rules/bad-id/index.md", "rule"),
        ("about/privacy.md", "register"),
        ("index.md", "register"),
        ("search/index.md", ""),
        ("status/index.md", ""),
    ],
)
def test_kinds(source: str, kind: str) -> None:
    assert kind_of(source) == kind
