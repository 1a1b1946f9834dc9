"""HTML of text: prose from records, and what Markdown cannot express in hand-written pages.

A record's text is hostile until `render_prose` has rendered it: raw HTML comes out as text, links lead only to https and
mailto addresses, images become their description.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from undersigned.checks.rules.prose import reading_grade

#: Elements that prose may contain. `h1` and `h2` belong to the page.
_TAGS = {
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "code",
    "pre",
    "blockquote",
    "br",
    "hr",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_ATTRIBUTES = {"a": {"href"}, "th": {"scope"}, "ol": {"start"}}
_SCHEMES = {"https", "mailto"}
_MOST_KEPT = 4096
#: A full stop before a small letter or a digit ends an abbreviation, not a sentence.
_SENTENCE_END = re.compile(r"[.!?](?= [^a-z0-9])")
#: Paragraphs without any mark of Markdown and without anything to escape, as in most prose. They need no parser.
_PLAIN_LINE = r"[A-Za-z(](?:[A-Za-z0-9,.;:'()/%£’–— -]*[A-Za-z0-9,.;:'()/%£’–—-])?"
_PLAIN = re.compile(rf"{_PLAIN_LINE}(?:\n{{1,2}}{_PLAIN_LINE})*\n?", re.ASCII)


def _may_link(url: str) -> bool:
    return url.lower().startswith(("https://", "mailto:"))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image"])
    parser.validateLink = _may_link  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


@lru_cache(maxsize=_MOST_KEPT)
def render_prose(text: str, level: int = 4, label: str = "") -> Markup:
    """Returns safe HTML. The highest heading of `text` becomes `h<level>` (3 to 6); no heading below skips a level.

    `label`: the name of the passage, which screen readers announce for each table in it.
    """
    if _PLAIN.fullmatch(text):
        paragraphs = text.removesuffix("\n").replace("\n\n", "</p>\n<p>")
        return Markup(f"<p>{paragraphs}</p>\n")  # noqa: S704 - nothing but letters and signs without meaning
    tokens = _PARSER.parse(text)
    _fit_headings(tokens, max(3, min(6, level)))
    for token in tokens:
        if token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open":
            token.attrs = {}
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")
    return Markup(_framed_tables(clean, label))  # noqa: S704 - cleaned on the line above


def first_words(text: str, most: int = 160) -> str:
    """Returns the beginning of `text` in one line, without Markdown's marks, for descriptions and lists.

    Whole sentences if they fill half of `most` characters; otherwise as many words as fit.
    """
    if _PLAIN.fullmatch(text):
        inline = [text]
    else:
        inline = [token.content for token in _PARSER.parse(text) if token.type == "inline"]
    plain = " ".join(" ".join(inline).replace("*", "").replace("`", "").split())
    if len(plain) <= most:
        return plain
    whole = [end.end() for end in _SENTENCE_END.finditer(plain[: most + 2])]
    if whole and whole[-1] * 2 >= most:
        return plain[: whole[-1]]
    return plain[: most - 1].rsplit(" ", 1)[0] + "…"


def _fit_headings(tokens: Sequence[Token], level: int) -> None:
    """Moves the headings below the page's own, and closes gaps between levels."""
    openings = [token for token in tokens if token.type == "heading_open"]
    top = min((int(token.tag[1]) for token in openings), default=1)
    before = level - 1
    for token in tokens:
        if token.type == "heading_open":
            before = min(6, max(level, level + int(token.tag[1]) - top), before + 1)
            token.tag = f"h{before}"
        elif token.type == "heading_close":
            token.tag = f"h{before}"


def _framed_tables(html: str, label: str) -> str:
    """Gives each table a caption, and a frame that can be scrolled by keyboard. `html` is clean: no table has attributes."""
    if "<table>" not in html:
        return html
    first, *rest = html.split("<table>")
    parts = [first]
    for number, part in enumerate(rest, 1):
        name = escape(f"{label or 'Text'}: table {number}")
        inside, after = part.split("</table>", 1)
        parts.append(
            f'<div class="app-scroll" tabindex="0" role="region" aria-label="{name}"><table>'
            f'<caption class="govuk-visually-hidden">{name}</caption>{inside}</table></div>{after}'
        )
    return "".join(parts)


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
