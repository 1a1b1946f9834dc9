"""Words from records and from strangers in GitHub's Markdown: shown as they are, and nothing else.

No markup, mention, reference, link, image, picture word or formula can come of them. Source: GitHub Flavored Markdown
Spec 0.29 (2.4 backslash escapes, 6.9 autolinks); GitHub Docs, "Basic writing and formatting syntax".
"""

from __future__ import annotations

import re
from urllib.parse import quote

from undersigned.records.fields import MAILBOX

#: GitHub looks for mentions, references and bare links after Markdown is done, where no backslash helps: a space of no
#: width does, after the sign, or before `://` (after it, it would be taken for part of a host's name).
_NOTHING = "\u200b"
_SIGN = re.compile(r"[@#]|\bwww(?=\.)|\bGH(?=-\d)|:(?=[\w+-]+:)|(?<=\w)(?=://)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~&^=\"'])")
#: A formula begins at any dollar but one in a span (GitHub Docs, "Writing mathematical expressions").
_DOLLAR = "<span>$</span>"


def one_line(text: str, longest: int = 300) -> str:
    """Printable words on one line, shortened with a dot-dot-dot."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def inert(text: str, longest: int = 300) -> str:
    """One line of Markdown that shows `text` and does nothing."""
    broken = _SIGN.sub(lambda found: found[0] + _NOTHING, one_line(text, longest))
    return _MARKUP.sub(r"\\\1", broken).replace("$", _DOLLAR)


def fenced(text: str, language: str = "") -> str:
    """A block of code that ends where `text` ends."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def is_mailbox(text: str) -> bool:
    return MAILBOX.match(text) is not None


def mail_link(mailbox: str, words: str, *, subject: str = "", body: str = "") -> str:
    """A link that opens an e-mail (RFC 6068); the words alone, inert, where the mailbox is none."""
    if not is_mailbox(mailbox):
        return inert(words)
    fields = [
        f"{name}={quote(text, safe='')}"
        for name, text in (("subject", subject), ("body", body.replace("\n", "\r\n")))
        if text
    ]
    shown = _MARKUP.sub(r"\\\1", words) if words == mailbox else inert(words)  # in a link, nothing else becomes one
    return f"[{shown}](mailto:{quote(mailbox, safe='@')}" + (f"?{'&'.join(fields)}" if fields else "") + ")"
