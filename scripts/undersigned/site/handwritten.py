"""Hand-written pages: what Markdown cannot say of a table (its caption, the headings of its rows, that it may be scrolled
on a small screen), and how hard a page is to read."""

from __future__ import annotations

import re
from typing import Final

from lxml import html

from undersigned.checks.rules.prose import reading_grade

_FENCED: Final = re.compile(r"```.*?```", re.DOTALL)
_MACRO: Final = re.compile(r"\{\{.*?\}\}")
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ITEM: Final = re.compile(r"^(?:[-*]|\d+\.)\s+")
_RULER: Final = re.compile(r"^[\s|:-]+$")

_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})


def with_accessible_tables(body: str) -> str:
    """The same page with each table captioned by the heading above it, its first column as row headings, in a box that scrolls."""
    if "<table>" not in body:
        return body
    root = html.fragment_fromstring(body, create_parent="div")
    heading = ""
    seen: dict[str, int] = {}
    for element in list(root.iter()):
        if element.tag in _HEADINGS:
            heading = " ".join(element.text_content().split())
        elif element.tag == "table" and not element.get("class"):
            seen[heading] = seen.get(heading, 0) + 1
            _dress(element, heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return "".join(html.tostring(child, encoding="unicode") for child in root)


def _dress(table: html.HtmlElement, title: str) -> None:
    caption = html.Element("caption")
    caption.set("class", "govuk-visually-hidden")
    caption.text = title
    table.insert(0, caption)
    for cell in table.iterfind("thead/tr/th"):
        cell.set("scope", "col")
    for row in table.iterfind("tbody/tr"):
        first = row.find("td")
        if first is not None:
            first.tag = "th"
            first.set("scope", "row")
    box = html.Element("div")
    for name, value in (("class", "app-scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", title)):
        box.set(name, value)
    parent = table.getparent()
    if parent is not None:
        tail, table.tail = table.tail, None
        parent.replace(table, box)
        box.append(table)
        box.tail = tail


def reading_grade_of(markdown: str) -> float | None:
    """The school grade (Flesch-Kincaid) of a page's words: each item and cell counts as a sentence, headings, code and
    addresses do not count. None for a page too short to tell.
    """
    sentences = []
    for raw in _FENCED.sub("", _MACRO.sub("", markdown)).splitlines():
        line = _ITEM.sub("", _LINK.sub(r"\1", raw.strip()))
        if not line or line.startswith("#") or _RULER.match(line):
            continue
        for part in line.strip("|").split("|") if line.startswith("|") else [line]:
            words = part.strip().replace("*", "").replace("`", "")
            if words:
                sentences.append(words if words[-1] in ".!?:;" else f"{words}.")
    return reading_grade(" ".join(sentences))
