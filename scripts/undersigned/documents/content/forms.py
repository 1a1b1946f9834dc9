"""A standard form or letter as a document with places to fill in. Words come from `words.toml`, facts from the record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from undersigned.documents.content.first_page import footer_of, names_of, notice_of, properties_of, watermark_of
from undersigned.documents.model import (
    ANSWER,
    SIGNED_ANSWER,
    Block,
    Blocks,
    Break,
    Bullets,
    Document,
    DocumentError,
    Fact,
    Field,
    Inline,
    Inlines,
    Numbered,
    Paragraph,
    Quote,
    Styled,
    Table,
    Text,
    plain,
)
from undersigned.documents.words import bullets, heading, kinds_in_words, paragraph, term, text, word
from undersigned.facts.agreement import Agreement
from undersigned.records.form import Form, FormField, Section
from undersigned.words.prose import read

#: A field's name in a file may not hold a full stop, which would make a tree of it.
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
#: After these no full stop is needed.
_ENDS = (".", "?", "!", ":")


def form_document(
    form_id: str, form: Form, agreement: Agreement, known: Mapping[str, Blocks] | None = None
) -> Document:
    """A form or letter of the agreement. `known`: for a form that is not an annex, what is above the place of a field, by its name.

    DocumentError where two of its fields have one name.
    """
    record = f"{agreement.id}/{form_id}"
    names = [name_in_file(field) for section in form.sections for field in section.fields]
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
        facts=tuple(_facts(form, agreement, annexed=known is None)),
        lead=(),
        contents=False,
        body=(
            *(block for section in form.sections for block in _section(section, known or {})),
            *_body(form),
            *(() if form.sections or form.body else (paragraph(word("form.empty")),)),
        ),
        footer=footer_of(agreement, form_id),
        properties=properties_of(agreement, form_id),
        names=names_of(agreement),
    )


def _body(form: Form) -> Blocks:
    if not form.body:
        return ()
    blocks = read(form.body, 0)
    return with_gaps(blocks) if form.kind == "letter" else blocks


def name_in_file(field: FormField) -> str:
    """The name of a form's field inside a PDF or DOCX. That of a place to sign says so: in a DOCX nothing else does."""
    ending = SIGNED_ANSWER if field.type == "signature" else ""
    return ANSWER + _NOT_IN_NAMES.sub("_", field.name) + ending


def _facts(form: Form, agreement: Agreement, *, annexed: bool) -> Iterable[Fact]:
    """The purpose of a letter is for its writer, so the list of forms shows it and the letter does not."""
    status = term("status", agreement.status)
    annex = (
        word("form.annex_value", title=agreement.title, version=agreement.version)
        if agreement.version
        else word("form.annex_draft", title=agreement.title, status=status)
    )
    yield Fact(word("form.annex" if annexed else "dpia.text"), text(annex))
    if form.purpose and form.kind == "form":
        yield Fact(word("form.purpose"), text(form.purpose))
    yield Fact(word("form.from"), text(kinds_in_words(form.from_)))
    yield Fact(word("form.to"), text(kinds_in_words(form.to)))
    yield Fact(word("form.handling"), text(word("form.handling_value")))


def _section(section: Section, known: Mapping[str, Blocks]) -> Iterable[Block]:
    """Questions and answers side by side; what is only to be ticked is a sentence beside its box."""
    if section.title:
        yield heading(1, section.title)
    caption = word("form.caption", section=section.title) if section.title else word("form.caption_untitled")
    for ticked, fields in groupby(section.fields, key=lambda field: field.type == "checkbox"):
        if ticked:
            yield from (Paragraph((_place(field), Text(" "), *_question(field))) for field in fields)
        else:
            yield Table(
                caption=caption,
                widths=(4.2, 6.8),
                head=(),
                rows=tuple(
                    ((Paragraph(_question(field)),), (*known.get(field.name, ()), *_answer(field))) for field in fields
                ),
                row_heads=True,
                captioned=False,
            )


def _question(field: FormField) -> Inlines:
    """The label, with what belongs to it in lines below."""
    choose = word("form.choose") if field.type == "choice" and field.options else ""
    content: list[Inline] = [Styled("strong", text(_label(field)))]
    if field.type == "date":
        content.append(Text(f" {word('form.date_format')}"))
    for line in (field.hint, choose):
        if line:
            content += [Break(), Text(plain(line))]
    return tuple(content)


def _label(field: FormField) -> str:
    return word("form.required_label", label=field.label) if field.required else plain(field.label)


def _spoken(field: FormField) -> str:
    """What a screen reader says of the place: the label, whether it must be answered, how a date is written, the hint."""
    label = _label(field)
    if field.type == "date":
        label = word("form.dated_label", label=label)
    if not field.hint:
        return label
    return word("form.hinted_sentence" if label[-1:] in _ENDS else "form.hinted_label", label=label, hint=field.hint)


def _answer(field: FormField) -> Blocks:
    """The place, and below it the options to tick by hand where it is filled in on paper."""
    place = Paragraph((_place(field),))
    return (place, bullets(_options(field))) if field.type == "choice" and field.options else (place,)


def _options(field: FormField) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(option) for option in field.options))


def _place(field: FormField) -> Field:
    return Field(
        kind="text" if field.type == "choice" and not field.options else field.type,
        name=name_in_file(field),
        label=_spoken(field),
        required=field.required,
        options=_options(field),
    )


# -- the gaps of a letter ---------------------------------------------------------------------------------------

#: How the name of a gap's field begins; no question of a form can have it.
GAP = "gap__"
#: Words in square brackets. Not within a word (`read[ing]`), not a mark (`[1]`, `[x]`, `[^note]`), and not without end.
_GAP = re.compile(r"(?<!\w)\[(?=[^\[\]]*[^\W\d_]{2})(?!\^)([^\[\]]{1,200})\]")
#: Longer words than these do not fit into a line.
_LINE = 70


def with_gaps(blocks: Blocks) -> Blocks:
    """The same with its gaps as fields, in the order of reading. Headings, notes and the words of links have none."""
    return _Gaps().blocks(blocks)


class _Gaps:
    """Counts the gaps: each has a name of its own, and those of the same words different labels."""

    def __init__(self) -> None:
        self._count = 0
        self._labels: Counter[str] = Counter()

    def blocks(self, blocks: Blocks) -> Blocks:
        return tuple(self._block(block) for block in blocks)

    def _block(self, block: Block) -> Block:
        match block:
            case Paragraph(content):
                return Paragraph(self._inlines(content))
            case Bullets(items):
                return Bullets(tuple(map(self.blocks, items)))
            case Numbered(items, start, numbering, brackets):
                return Numbered(tuple(map(self.blocks, items)), start, numbering, brackets)
            case Quote(inner):
                return Quote(self.blocks(inner))
            case Table(caption, widths, head, rows, row_heads, captioned):
                cells = tuple(tuple(map(self.blocks, row)) for row in rows)
                return Table(caption, widths, head, cells, row_heads, captioned)
        return block

    def _inlines(self, inlines: Inlines) -> Inlines:
        return tuple(made for inline in inlines for made in self._inline(inline))

    def _inline(self, inline: Inline) -> Iterator[Inline]:
        match inline:
            case Text(text):
                yield from self._text(text)
            case Styled(style, content):
                yield Styled(style, self._inlines(content))
            case _:
                yield inline

    def _text(self, text: str) -> Iterator[Inline]:
        end = 0
        for match in _GAP.finditer(text):
            if match.start() > end:
                yield Text(text[end : match.start()])
            yield self._field(plain(match[1]))
            end = match.end()
        if end < len(text):
            yield Text(text[end:])

    def _field(self, words: str) -> Field:
        self._count += 1
        label = words[:1].upper() + words[1:]
        self._labels[label] += 1
        if self._labels[label] > 1:
            label = word("form.gap_again", label=label, number=str(self._labels[label]))
        return Field("text" if len(words) <= _LINE else "multiline", f"{GAP}{self._count}", label, value=words)
