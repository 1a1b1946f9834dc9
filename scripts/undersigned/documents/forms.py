"""A standard form or letter as a document with places to fill in. Words come from `words.toml`, facts from the record."""

from __future__ import annotations

import re
from collections.abc import Iterable

from undersigned.documents.agreement import Agreement
from undersigned.documents.blocks import (
    Block,
    Blocks,
    Break,
    Document,
    DocumentError,
    Fact,
    Field,
    Inline,
    Paragraph,
    Styled,
    Table,
    Text,
    plain,
)
from undersigned.documents.first_page import footer_of, notice_of, properties_of, watermark_of
from undersigned.documents.pieces import heading, kinds_in_words, paragraph, text
from undersigned.documents.prose import read_prose
from undersigned.documents.words import listed, term, word
from undersigned.records.form import Form, FormField, Section

#: A field's name in a file may not hold a full stop, which would make a tree of it.
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def form_document(form_id: str, form: Form, agreement: Agreement) -> Document:
    """A form or letter of the agreement. DocumentError where two of its fields have one name or its prose cannot be read."""
    record = f"{agreement.id}/{form_id}"
    names = [name_in_file(field.name) for section in form.sections for field in section.fields]
    if len(set(names)) != len(names):
        raise DocumentError(record, "two of its fields have one name")
    status = term("status", agreement.status)
    return Document(
        record=record,
        title=plain(form.title),
        kicker=word(f"form.{form.kind}"),
        notice=notice_of(agreement),
        watermark=watermark_of(agreement),
        author=plain(agreement.lead or ""),
        subject=(
            word("metadata.form_subject", form=form_id, protocol=agreement.id, version=agreement.version)
            if agreement.version
            else word("metadata.form_subject_draft", form=form_id, protocol=agreement.id, status=status)
        ),
        facts=tuple(_facts(form, agreement)),
        lead=(),
        contents=False,
        body=(
            *(block for section in form.sections for block in _section(section)),
            *(read_prose([form.body], record=record, below=0)[0] if form.body else ()),
            *(() if form.sections or form.body else (paragraph(word("form.empty")),)),
        ),
        footer=footer_of(agreement, form_id),
        properties=properties_of(agreement, form_id),
    )


def name_in_file(name: str) -> str:
    """The name of a form's field inside a PDF or DOCX."""
    return "answer__" + _NOT_IN_NAMES.sub("_", name)


def _facts(form: Form, agreement: Agreement) -> Iterable[Fact]:
    status = term("status", agreement.status)
    annex = (
        word("form.annex_value", title=agreement.title, version=agreement.version) if agreement.version
        else word("form.annex_draft", title=agreement.title, status=status)
    )
    yield Fact(word("form.annex"), text(annex))
    if form.purpose:
        yield Fact(word("form.purpose"), text(form.purpose))
    yield Fact(word("form.from"), text(kinds_in_words(form.from_)))
    yield Fact(word("form.to"), text(kinds_in_words(form.to)))
    yield Fact(word("form.handling"), text(word("form.handling_value")))


def _section(section: Section) -> Iterable[Block]:
    if section.title:
        yield heading(1, section.title)
    if not section.fields:
        return
    caption = word("form.caption", section=section.title) if section.title else word("form.caption_untitled")
    yield Table(
        caption=caption,
        widths=(4.4, 6.6),
        head=(),
        rows=tuple((_question(field), _answer(field)) for field in section.fields),
        row_heads=True,
        captioned=False,
    )


def _question(field: FormField) -> Blocks:
    label = field.label if not field.required else f"{field.label} ({word('form.required')})"
    content: list[Inline] = [Styled("strong", text(label))]
    below = [line for line in (field.hint, _options(field)) if line]
    for line in below:
        content += [Break(), Text(plain(line))]
    return (Paragraph(tuple(content)),)


def _options(field: FormField) -> str:
    return word("form.choose", options=listed(field.options)) if field.type == "choice" and field.options else ""


def _answer(field: FormField) -> Blocks:
    label = plain(field.label)
    if field.type == "date":
        label = word("form.dated_label", label=label)
    if field.required:
        label = word("form.required_label", label=label)
    place = Field(
        kind="text" if field.type == "choice" and not field.options else field.type,
        name=name_in_file(field.name),
        label=label,
        required=field.required,
        options=tuple(dict.fromkeys(plain(option) for option in field.options)),
    )
    return (Paragraph((place,)),)
