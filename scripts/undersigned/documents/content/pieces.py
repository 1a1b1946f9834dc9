"""The small pieces that documents are put together from. No document is described here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from undersigned.documents.model import Blocks, Bullets, Heading, Inlines, Link, Paragraph, Styled, Text, plain
from undersigned.documents.words import listed, word
from undersigned.records.vocabulary import vocabulary
from undersigned.words.prose import is_safe_link


def text(words: str) -> Inlines:
    """One line of plain text."""
    return (Text(plain(words)),)


def paragraph(words: str) -> Paragraph:
    return Paragraph(text(words))


def strong(words: str) -> Paragraph:
    """The heading of a row."""
    return Paragraph((Styled("strong", text(words)),))


def heading(level: int, words: str, *, listed: bool = True) -> Heading:
    return Heading(level, text(words), listed)


def bullets(lines: Iterable[str]) -> Bullets:
    return Bullets(tuple((paragraph(line),) for line in lines))


def one_or_bullets(lines: Sequence[str]) -> Blocks:
    """What stands in a cell: a line, or a list where there are more."""
    return (paragraph(lines[0]),) if len(lines) == 1 else (bullets(lines),)


def mail(mailbox: str) -> Inlines:
    """A mailbox as a link, where it can be one."""
    address = plain(mailbox)
    url = f"mailto:{address}"
    return (Link(url, text(address)),) if is_safe_link(url) and "?" not in address else text(address)


def kinds_in_words(kinds: Iterable[str]) -> str:
    """Kinds of organisation by their titles."""
    known = vocabulary().organisation_kinds
    return listed(
        (word("form.any") if kind == "any" else known[kind].title if kind in known else plain(kind) for kind in kinds),
        ", ",
    )
