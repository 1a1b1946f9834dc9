"""The words of printed documents (`template/words.toml`), how closed lists are said, and the small pieces that every document
is put together from. Supplies no facts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from undersigned.documents.model import Blocks, Bullets, Heading, Inlines, Link, Paragraph, Styled, Text, plain
from undersigned.records.vocabulary import vocabulary
from undersigned.words.labels import label
from undersigned.words.prose import is_safe_link
from undersigned.words.text import with_capital

TEMPLATE = Path(__file__).parent / "template"


@cache
def _all() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = tomllib.loads((TEMPLATE / "words.toml").read_text(encoding="utf-8"))
    return tables


def word(key: str, **facts: str) -> str:
    """The words under `table.name`, facts put in as they are. KeyError for words that are not there."""
    table, name = key.split(".")
    words = _all()[table][name]
    return words.format(**{fact: plain(value) for fact, value in facts.items()}) if facts else words


def term(table: str, id_: str) -> str:
    """The label of a member of a closed list. An id that is not in the list is text of a record, made plain."""
    return plain(label(table, id_))


def listed(things: Iterable[str], between: str = "; ") -> str:
    """Several things in one line, the first with a capital."""
    return with_capital(between.join(things))


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
    """The content of a cell: a line, or a list where there are more."""
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
