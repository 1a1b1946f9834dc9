"""The pages of the rules: in the order of their names, with days in words, and the guide that says how to do it."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import yaml
from lxml import html
from lxml.html import HtmlElement

from undersigned.checks.engine import rules


def page(site: Path, name: str) -> HtmlElement:
    return html.document_fromstring((site / name / "index.html").read_bytes())


def guides() -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load(
        (resources.files("undersigned.site.theme") / "mkdocs_theme.yml").read_bytes()
    )["guides"]
    return found


def test_the_list_goes_by_the_names_that_a_check_gives(sound_site: Path) -> None:
    lists = [page(sound_site, "rules"), *(page(sound_site, f"lists/rules/page-{number}") for number in (2, 3))]
    names = [code.text_content() for one in lists for code in one.cssselect(".app-records__title code")]
    assert names == sorted(rules())


def test_the_day_of_a_source_is_told_in_words(sound_site: Path) -> None:
    for code in rules():
        text = page(sound_site, f"rules/{code}").cssselect("dl")[0].text_content()
        assert not re.search(r"checked \d{4}-", text), code
    assert "checked on 22 November 2026" in page(sound_site, "rules/missing-topic").cssselect("dl")[0].text_content()


def test_a_rule_leads_to_the_guide_for_its_record(shipped_site: Path) -> None:
    for code, guide in {
        "review-due": "annual-review",
        "not-signed": "record-a-signature",
        "wrong-fingerprint": "stamp-a-version",
    }.items():
        links = [link.get("href") for link in page(shipped_site, f"rules/{code}").cssselect("main a")]
        assert f"../../guides/{guide}/index.html" in links, code


def test_a_register_without_guides_has_no_link_to_them(sound_site: Path) -> None:
    assert not (sound_site / "guides").exists()
    assert not page(sound_site, "rules/review-due").cssselect("a[href*=guides]")


def test_each_guide_is_given_for_rules_that_there_are() -> None:
    named = [code for guide in guides() for code in guide["rules"].split()]
    assert not set(named) - set(rules())
    assert len(named) == len(set(named))


def test_a_page_below_guidance_marks_it_in_the_menu(shipped_site: Path) -> None:
    for name in ("guidance/housing/duty-to-refer", "guidance/sharing/can-i-share/ask-first"):
        marked = page(shipped_site, name).cssselect("nav[aria-label=Main] a[aria-current]")
        assert [link.text_content() for link in marked] == ["Guidance"], name
