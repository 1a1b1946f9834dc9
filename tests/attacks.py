"""Text that means harm in GitHub's Markdown, and what a page of Markdown does when GitHub shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypandoc

ATTACKS = [
    "@octocat",
    "@org/team",
    "octocat@deadbeef",
    "see #1 and #22",
    "GH-12 gh-12",
    "org/repo#3",
    "org/repo@0123456789abcdef0123456789abcdef01234567",
    "0123456789abcdef0123456789abcdef01234567",
    "abc1234",
    "deadbeef1 DEADBEEF2 _deadbeef3_",
    "https://evil.example/x",
    "HTTP://evil.example",
    "(https://evil.example)",
    "www.evil.example WWW.evil.example",
    "ftp://evil.example/x",
    "mailto:a@evil.example",
    "xmpp:a@evil.example",
    "a@evil.example",
    "<https://evil.example> <a@evil.example>",
    "[click](https://evil.example)",
    "[click](javascript:alert(1))",
    "click](https://evil.example)",
    "[ref]: https://evil.example",
    "[^1]",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</details></details></table><h1>Approved</h1>",
    "<!-- undersigned:changes -->",
    "<!-- undersigned:review:other:2026-12-15 -->",
    "<b>bold</b>",
    "&lt;b&gt; &#64;octocat &commat;octocat",
    "\\@octocat \\<b> keeper\\@x",
    "# Heading",
    "> quote",
    "> [!WARNING]",
    "- item",
    "- [x] ticked",
    "[x] done",
    "+ item",
    "* item",
    "1. item",
    "12) item",
    "---",
    "===",
    ":--",
    "```mermaid",
    "~~~",
    "```",
    "`code` `#0969DA`",
    "*em* **strong** __x__ _y_",
    "~~gone~~ H~2~O x^2^",
    "| a | b |",
    "a | b |\n|---|---|\n| c | d |",
    "$\\href{https://evil.example}{x}$",
    "$$x$$",
    "$`x`$",
    "costs $5 and $6",
    ":tada: :+1: a:smile:b",
    "one\n\n# two\n> three",
    "one\n\n# two\r\n> three\x0b\u2028four",
    "    indented code",
    "\u202eevil\u202c",
    "a\u200bb",
    "\x1b[31mred",
    "line\u2028break",
    "a\tb",
    "{{ 7 * 7 }} {% raw %} ${HOME}",
    "{0} {who} {version} %s",
    "javascript:alert(1)",
    "x" * 5000,
]

#: GitHub's own Markdown as pandoc reads it, with what GitHub adds to it.
_GFM = "gfm+autolink_bare_uris+emoji+footnotes+alerts+tex_math_gfm+tex_math_dollars+raw_html"
#: What GitHub finds in text after Markdown (GitHub Docs, "Autolinked references and URLs"; "Basic writing").
_FOUND_IN_TEXT = re.compile(
    r"@\w|#\d|\bGH-\d|\w://|\bwww\.|\b(?:mailto|xmpp):|:[\w+-]+:|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])", re.IGNORECASE
)
_ACTIVE = {
    "Link",
    "Image",
    "Math",
    "Note",
    "Code",
    "CodeBlock",
    "Strikeout",
    "Superscript",
    "Subscript",
    "Emph",
    "Strong",
}


@dataclass
class Shown:
    """What a reader gets: the words outside links, the addresses of links, HTML tags, and what else is no plain text."""

    words: str = ""
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    active: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)

    @property
    def structure(self) -> tuple[list[str], list[str], list[str]]:
        """Everything but words and links. Text can be called harmless if it leaves this as plain words leave it."""
        ours = [tag for tag in self.tags if tag not in ("<span>", "</span>")]
        return self.active, ours, self.blocks

    def live_words(self) -> list[str]:
        """What GitHub would link, mention or draw although Markdown left it as text."""
        return [match[0] for match in _FOUND_IN_TEXT.finditer(self.words)]


def shown_by_github(markdown: str) -> Shown:
    shown = Shown()
    document = json.loads(pypandoc.convert_text(markdown, "json", format=_GFM))
    for kind, content, inside_link in _nodes(document["blocks"], False):
        match kind:
            case "Str":
                shown.words += "" if inside_link else content
            case "Space" | "SoftBreak" | "LineBreak":
                shown.words += " "
            case "RawInline" | "RawBlock":
                shown.tags += re.findall(r"<[^>]*>?", content[1])
            case "Span" if "emoji" in content[0][1]:
                shown.active.append("emoji")
            case "Link":
                shown.links.append(content[-1][0])
            case _ if kind in _ACTIVE:
                shown.active.append(kind)
        if kind in (
            "Para",
            "Plain",
            "Header",
            "Table",
            "BulletList",
            "OrderedList",
            "BlockQuote",
            "HorizontalRule",
            "Div",
        ):
            shown.blocks.append(kind)
            shown.words += "\n"
    return shown


def _nodes(node: Any, inside_link: bool) -> Iterator[tuple[str, Any, bool]]:
    if isinstance(node, list):
        for inner in node:
            yield from _nodes(inner, inside_link)
    elif isinstance(node, dict):
        kind = node.get("t")
        if kind is not None:
            yield kind, node.get("c"), inside_link
        for inner in node.values():
            yield from _nodes(inner, inside_link or kind == "Link")
