"""HTML of text: prose from records, and what Markdown cannot express in hand-written pages.

A record's text is hostile until `render_prose` has rendered it: raw HTML comes out as text, links lead only to https and
mailto addresses, images become their description.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import html as lxml_html
from markupsafe import Markup

from undersigned.checks.rules.prose import reading_grade
from undersigned.words.html import html_of
from undersigned.words.prose import read, words_of

#: A full stop before a small letter or a digit ends an abbreviation, not a sentence.
_SENTENCE_END = re.compile(r"[.!?](?= [^a-z0-9])")
_MOST_KEPT = 4096


@lru_cache(maxsize=_MOST_KEPT)
def render_prose(text: str, level: int = 4, label: str = "") -> Markup:
    """Returns safe HTML. The highest heading of `text` becomes `h<level>` (3 to 6); no heading below skips a level.

    `label`: the name of the passage, which screen readers announce for each table in it.
    """
    return html_of(read(text, max(3, min(6, level)) - 1), label)


def first_words(text: str, most: int = 160) -> str:
    """Returns the beginning of `text` in one line, without Markdown's marks, for descriptions and lists.

    Whole sentences if they fill half of `most` characters; otherwise as many words as fit.
    """
    plain = words_of(read(text))
    if len(plain) <= most:
        return plain
    whole = [end.end() for end in _SENTENCE_END.finditer(plain[: most + 2])]
    if whole and whole[-1] * 2 >= most:
        return plain[: whole[-1]]
    return plain[: most - 1].rsplit(" ", 1)[0] + "…"


# -- links ----------------------------------------------------------------------------------------------------------

#: The address of a folder of the site: relative, so without a colon before its end; and one that only leads upwards. Both
#: begin with letters that `re` can search for.
_FOLDER = re.compile(r'( href="(?:[^":#?/][^":#?]*)?/)(?=["#])')
_UPWARDS = re.compile(r'( href="(?:\.\./)*\.\.?)(?=["#])')


def with_page_links(html: str) -> str:
    """Returns the HTML with links to pages instead of to their folders, which a browser lists if it reads from a disk."""
    return _UPWARDS.sub(r"\1/index.html", _FOLDER.sub(r"\1index.html", html))


def page_link(address: str) -> str:
    """Returns the address of a page instead of that of its folder."""
    folder, mark, place = address.partition("#")
    if folder in (".", "..") or folder.endswith(("/.", "/..")):
        return f"{folder}/index.html{mark}{place}"
    return f"{folder}index.html{mark}{place}" if folder.endswith("/") and ":" not in folder else address


# -- hand-written pages -------------------------------------------------------------------------------------------

_FENCED = re.compile(r"```.*?```", re.DOTALL)
_MACRO = re.compile(r"\{\{.*?\}\}")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ITEM = re.compile(r"^(?:[-*]|\d+\.)\s+")
_RULER = re.compile(r"^[\s|:-]+$")

_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})


def with_accessible_tables(body: str) -> str:
    """Returns the page with each table in a box that scrolls, captioned by the heading above it, its first column as headings."""
    if "<table>" not in body:
        return body
    root = lxml_html.fragment_fromstring(body, create_parent="div")
    heading = ""
    seen: dict[str, int] = {}
    for element in list(root.iter()):
        if element.tag in _HEADINGS:
            heading = " ".join(element.text_content().split())
        elif element.tag == "table" and not element.get("class"):
            seen[heading] = seen.get(heading, 0) + 1
            _dress(element, heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return "".join(lxml_html.tostring(child, encoding="unicode") for child in root)


def _dress(table: lxml_html.HtmlElement, title: str) -> None:
    caption = lxml_html.Element("caption")
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
    box = lxml_html.Element("div")
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
