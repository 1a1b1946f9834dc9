"""The agreed terms: clauses with stable numbers, and the whole text of those adopted from another protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from undersigned.documents.content.adoptions import Adopted
from undersigned.documents.content.agreement import Agreement
from undersigned.documents.content.pieces import bullets, heading, paragraph, text
from undersigned.documents.model import Block, Blocks, Paragraph, Styled
from undersigned.documents.words import word


class Prose(Protocol):
    """Looks up the blocks of a text, its headings below a level."""

    def __call__(self, words: str, below: int = 2) -> Blocks: ...


def clause_section(agreement: Agreement, prose: Prose) -> Iterable[Block]:
    """The agreed terms: each clause under its number, those that it adopts below it."""
    yield heading(1, word("clauses.heading"))
    if not agreement.text.clauses:
        yield paragraph(word("clauses.none"))
    for number, clause in enumerate(agreement.text.clauses, 1):
        title = clause.title or clause.id.replace("-", " ").capitalize()
        yield heading(2, word("clauses.title", number=str(number), title=title))
        if clause.text:
            yield from prose(clause.text)
        if clause.id in agreement.adopted:
            yield from _adopted(agreement.adopted[clause.id], str(number), 3, prose)
        if not clause.text and clause.id not in agreement.adopted:
            yield paragraph(word("clauses.not_written"))


def _adopted(adopted: Adopted, number: str, level: int, prose: Prose) -> Iterable[Block]:
    """The clauses that a clause adopts, each with its text under a heading of its own; only titles where none is here."""
    if adopted.version:
        yield paragraph(word("clauses.adopts", title=adopted.title, version=adopted.version))
    else:
        yield paragraph(word("clauses.adopts_unversioned", title=adopted.title))
    if adopted.missing:
        yield bullets(clause.title for clause in adopted.clauses)
        name = f"clauses.{adopted.missing.replace('-', '_')}"
        yield paragraph(word(f"{name}_ask", ask=adopted.ask) if adopted.ask else word(name))
        return
    for place, clause in enumerate(adopted.clauses, 1):
        here = f"{number}.{place}"
        yield heading(level, word("clauses.adopted_title", number=here, title=clause.title))
        yield Paragraph(
            (
                Styled(
                    "emphasis", text(word("clauses.adopted_from", title=adopted.title, version=adopted.version or ""))
                ),
            )
        )
        if clause.text:
            yield from prose(clause.text, level)
        if clause.adopts:
            yield from _adopted(clause.adopts, here, level + 1, prose)
        if not clause.text and not clause.adopts:
            yield paragraph(word("clauses.not_written"))


def texts_of_clauses(agreement: Agreement) -> Iterable[tuple[str | None, int]]:
    """Every text of the clauses with the level that its headings stand below."""
    for clause in agreement.text.clauses:
        yield clause.text, 2
    for adopted in agreement.adopted.values():
        yield from _adopted_prose(adopted, 3)


def _adopted_prose(adopted: Adopted, level: int) -> Iterable[tuple[str | None, int]]:
    for clause in adopted.clauses:
        yield clause.text, level
        if clause.adopts:
            yield from _adopted_prose(clause.adopts, level + 1)
