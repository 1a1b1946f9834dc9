"""Text from records, forms and other people, made harmless in GitHub's Markdown.

The text is shown as written. It cannot become markup, HTML, a link, a mention, a reference, an emoji or a formula, and
it cannot end the table cell, list item, heading or HTML element that holds it.

Sources: GitHub Flavored Markdown Spec 0.29 (6.9 autolinks, 6.2 entities); GitHub Docs, "Autolinked references and
URLs", "Basic writing and formatting syntax" and "Writing mathematical expressions".
"""

from __future__ import annotations

import re
from urllib.parse import quote

from undersigned.records.fields import MAILBOX
from undersigned.words.text import one_line

#: A space of no width. GitHub looks for links, mentions, references and emoji in the text that Markdown leaves, so
#: neither a backslash nor an entity stops it.
_BREAK = "\u200b"
_LINKED = re.compile(
    r"(?<=[@#])(?!\s)"  # mentions, mailboxes, #12, owner/name#12
    r"|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=mailto)(?=:)|(?<=xmpp)(?=:)"  # addresses
    r"|(?<=GH-)(?=\d)"
    r"|(?<=:)(?=[\w+-]+(?::|$))",  # :tada:, also if a colon follows the text
    re.IGNORECASE,
)
#: GitHub links seven or more hexadecimal digits if they begin the id of a commit.
_COMMIT = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE)
_SHORTER_THAN_A_COMMIT = re.compile(r".{1,6}")
#: Entities and not backslashes, because inside an HTML element (a `<summary>`) Markdown shows a backslash.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&]|^[#+\-=](?=[\s#\-=]|$)")
_NUMBERED_ITEM = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
#: A lone dollar in an element of its own starts no formula (GitHub Docs, "Writing mathematical expressions").
_DOLLAR = "<span>&#36;</span>"


def inert(text: str, longest: int | None = None) -> str:
    """One line of Markdown that shows `text`, cut to `longest` characters, and does nothing else."""
    line = _COMMIT.sub(_broken_up, one_line(text, longest))
    line = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", _BREAK.join(_LINKED.split(line)))
    return _NUMBERED_ITEM.sub(lambda match: f"{match[1]}&#{ord(match[2])};", line).replace("$", _DOLLAR)


def _broken_up(digits: re.Match[str]) -> str:
    return _BREAK.join(_SHORTER_THAN_A_COMMIT.findall(digits[0]))


def fenced(text: str, language: str = "") -> str:
    """A block of code whose fence is longer than any run of backticks in `text`."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def is_mailbox(text: str) -> bool:
    return MAILBOX.match(text) is not None


def mail_link(mailbox: str, words: str, *, subject: str = "", body: str = "") -> str:
    """A link that opens an e-mail (RFC 6068). If `mailbox` is not one, the words alone, inert."""
    if not is_mailbox(mailbox):
        return inert(words)
    fields = [
        f"{name}={quote(text, safe='')}"
        for name, text in (("subject", subject), ("body", body.replace("\n", "\r\n")))
        if text
    ]
    query = f"?{'&'.join(fields)}" if fields else ""
    # A link cannot hold another link, so a mailbox shown in its own link needs no break and can be copied.
    shown = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", words) if words == mailbox else inert(words)
    return f"[{shown}](mailto:{quote(mailbox, safe='@')}{query})"
