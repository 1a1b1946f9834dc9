"""The forms and letters that are part of an agreed text: a list of them, then what each asks or says, word for word."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.agreement import Agreement
from undersigned.documents.content.clauses import Prose
from undersigned.documents.content.pieces import heading, kinds_in_words, paragraph
from undersigned.documents.model import Block, Blocks, Quote, Table
from undersigned.documents.words import listed, word
from undersigned.records.form import Form, FormField, Section

#: The level of a letter's title: headings in its body stand below it.
_TITLE = 2


def texts_of_annexes(agreement: Agreement) -> list[tuple[str | None, int]]:
    """The prose of the letters, each with the level that its headings stand below."""
    return [(form.body, _TITLE) for form in agreement.forms.values()]


def annex_section(agreement: Agreement, prose: Prose) -> Iterable[Block]:
    """The section on forms and letters."""
    yield heading(1, word("forms.heading"))
    if not agreement.forms:
        yield paragraph(word("forms.none"))
        return
    yield paragraph(word("forms.intro"))
    yield _list(agreement)
    for number, form in enumerate(agreement.forms.values(), 1):
        yield heading(_TITLE, word("forms.title", number=str(number), title=form.title))
        for section in form.sections:
            yield from _questions(section)
        if form.body:
            yield Quote(prose(form.body, _TITLE))


def _list(agreement: Agreement) -> Table:
    def from_to(form: Form) -> str:
        return word("forms.from_to_value", from_kinds=kinds_in_words(form.from_), to_kinds=kinds_in_words(form.to))

    return Table(
        caption=word("forms.caption"),
        widths=(3.2, 4.6, 4.2),
        head=tuple(word(f"forms.{name}") for name in ("form", "purpose", "from_to")),
        rows=tuple(
            ((paragraph(form.title),), (paragraph(form.purpose),) if form.purpose else (), (paragraph(from_to(form)),))
            for form in agreement.forms.values()
        ),
        row_heads=True,
        captioned=False,
    )


def _questions(section: Section) -> Iterable[Block]:
    if not section.fields:
        return
    title = section.title or word("forms.questions")
    yield Table(
        caption=title,
        widths=(6, 4, 1.9),
        head=tuple(word(f"forms.{name}") for name in ("question", "answer", "required")),
        rows=tuple(
            (
                _question(field),
                (paragraph(_answer(field)),),
                (paragraph(word("forms.yes" if field.required else "forms.no")),),
            )
            for field in section.fields
        ),
        row_heads=True,
    )


def _question(field: FormField) -> Blocks:
    return (paragraph(field.label), paragraph(field.hint)) if field.hint else (paragraph(field.label),)


def _answer(field: FormField) -> str:
    if field.type == "choice" and field.options:
        return word("forms.answer_choice", options=listed(field.options))
    return word(f"forms.answer_{'text' if field.type == 'choice' else field.type}")
