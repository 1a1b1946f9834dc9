"""The guidance that ships: each page says who it is for, what it rests on and what is still open, and can be read."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

from undersigned.editing.standard_texts import standard_ids
from undersigned.site.handbook import OPEN_POINTS, open_points
from undersigned.site.html import reading_grade_of, with_accessible_tables

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "scripts/undersigned/handbook"
PAGES = sorted(
    [*(HANDBOOK / "guidance").rglob("*.md"), HANDBOOK / "about/history-and-sources.md", ROOT / "docs/about/privacy.md"]
)
#: What a busy officer opens first.
HEADLINE = {
    "guidance/index.md",
    "guidance/sharing/index.md",
    "guidance/sharing/four-considerations.md",
    "guidance/sharing/consent.md",
    "guidance/sharing/refusing-recording-correcting.md",
    "guidance/making/index.md",
    "guidance/making/annual-review.md",
    "guidance/housing/index.md",
    "guidance/housing/duty-to-refer.md",
    "guidance/housing/good-referral.md",
    "guidance/work/index.md",
    "guidance/alcohol/index.md",
    "guidance/outcomes/index.md",
    "guidance/outcomes/reporting-safely.md",
}
KEYS = {"title", "for", "checked", "sources", "to_confirm", "render_macros", "wide"}


def name(path: Path) -> str:
    return path.relative_to(HANDBOOK if path.is_relative_to(HANDBOOK) else ROOT / "docs").as_posix()


def parts(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_says_whom_it_is_for_and_what_it_rests_on(path: Path) -> None:
    head, body = parts(path)
    assert head.keys() <= KEYS
    assert head["title"]
    assert head["for"]
    assert isinstance(head["checked"], date)
    assert isinstance(head["to_confirm"], list)
    sources = head["sources"]
    assert isinstance(sources, list)
    assert sources
    assert all(source["title"] and source.get("url", "https://").startswith("https://") for source in sources)
    assert body.lstrip().startswith("# ")
    assert "<" not in body.replace("<https://", "")  # no HTML of its own
    assert "click here" not in body.lower()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_can_be_read(path: Path) -> None:
    grade = reading_grade_of(parts(path)[1])
    headline = name(path) in HEADLINE or "can-i-share" in path.parts
    assert grade is None or grade <= (8 if headline else 10)


def test_the_headline_pages_are_there() -> None:
    assert {name(path) for path in PAGES} >= HEADLINE


def test_hard_words_have_a_high_grade() -> None:
    hard = (
        "Notwithstanding the aforementioned considerations, organisational representatives must institutionalise interoperability. "
        * 12
    )
    easy = "The cat sat on the mat. The dog ran to the gate and back. " * 12
    assert (reading_grade_of(hard) or 0) > 15
    assert (reading_grade_of(easy) or 99) < 3
    assert reading_grade_of(f"# {hard}\n\n```\n{hard}\n```\n\n{easy}") == reading_grade_of(easy)


def test_a_table_gets_what_markdown_cannot_say() -> None:
    body = "<h2>Whom to ask</h2>\n<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>x &lt;b&gt;</td><td>y</td></tr></tbody></table>\n<p>after</p>"
    made = html.fragment_fromstring(with_accessible_tables(body), create_parent="div")
    box = made.find("div")
    assert box is not None
    assert (box.get("role"), box.get("tabindex"), box.get("aria-label")) == ("region", "0", "Whom to ask")
    assert box.findtext("table/caption") == "Whom to ask"
    assert [cell.get("scope") for cell in box.iterfind("table/thead/tr/th")] == ["col", "col"]
    assert [(cell.tag, cell.get("scope"), cell.text) for cell in box.iterfind("table/tbody/tr/*")] == [
        ("th", "row", "x <b>"),
        ("td", None, "y"),
    ]
    assert made.findtext("p") == "after"
    assert with_accessible_tables("<p>none</p>") == "<p>none</p>"


def test_every_open_point_says_what_it_decides_and_who_must_answer() -> None:
    known = {one["point"]: one for one in tomllib.loads(OPEN_POINTS.read_text(encoding="utf-8"))["points"]}
    asked = [str(point) for path in PAGES if "guidance" in path.parts for point in parts(path)[0]["to_confirm"] or []]
    assert set(known) == set(asked)
    assert {one["who"] for one in known.values()} <= {"lawyer", "own", "keeper"}
    assert all(one["decides"] for one in known.values())


def test_a_point_of_several_pages_is_listed_once() -> None:
    shown = open_points()
    for path in PAGES:
        if "guidance" in path.parts:
            for point in parts(path)[0]["to_confirm"] or []:
                assert shown.count(f"| {str(point).replace('|', chr(92) + '|')} |") == 1, point
    assert "](work/index.md)<br>[" in shown


def test_the_page_of_the_standards_names_each_once_in_its_first_table() -> None:
    table = parts(HANDBOOK / "guidance/making/which-standard.md")[1].partition("## What to look at first")[0]
    named = re.findall(r"^\|[^|]*\| `([a-z-]+)` \|", table, re.MULTILINE)
    assert sorted(named) == list(standard_ids("protocols"))
