"""The agreed text as blocks: what is shared under which law, the clauses, and the annexed forms, word for word."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.pieces import (
    bullets,
    heading,
    kinds_in_words,
    one_or_bullets,
    paragraph,
    strong,
    text,
)
from undersigned.documents.model import Block, Blocks, Paragraph, Quote, Styled, Table, plain
from undersigned.documents.words import listed, term, word
from undersigned.facts.agreement import Agreement
from undersigned.facts.flows import FlowFacts, legal_references
from undersigned.facts.text import AdoptedClauses
from undersigned.records.form import Form, FormField, Section
from undersigned.records.protocol import Flow, Law
from undersigned.records.vocabulary import Entry
from undersigned.words.prose import read
from undersigned.words.text import with_capital

#: The level of a letter's title; headings in its body are below it.
_LETTER_TITLE = 2


# -- what is shared ---------------------------------------------------------------------------------------------


def law_name(entry: Entry | None, id_: str) -> str:
    """An entry's full name with its reference; the id if no vocabulary has the entry."""
    if entry is None:
        return plain(id_)
    title = entry.title_with_reference
    return f"{title}, {word('flows.to_be_confirmed')}" if entry.confirmation else title


def law_rows(law: Law) -> list[tuple[str, list[str]]]:
    """Each kind of law with the full names of what is relied on; leaves out kinds that are not relied on."""
    rows: dict[str, list[str]] = {}
    for found in legal_references(law):
        rows.setdefault(with_capital(term("field", found.field)), []).append(law_name(found.entry, found.id))
    return list(rows.items())


def flow_section(agreement: Agreement) -> Iterable[Block]:
    """The section on what is shared."""
    yield heading(1, word("flows.heading"))
    if not agreement.terms.flows:
        yield paragraph(word("flows.none"))
    for facts in agreement.terms.flows:
        number = str(facts.number)
        yield heading(2, word("flows.title", number=number, title=facts.title))
        yield Table(
            caption=word("flows.caption", number=number),
            widths=(3.5, 7.5),
            head=(),
            rows=tuple(((strong(name),), one_or_bullets(lines)) for name, lines in _flow_rows(facts, agreement)),
            row_heads=True,
            captioned=False,
        )
        yield _items(facts) if facts.items else paragraph(word("flows.no_items"))


def _flow_rows(facts: FlowFacts, agreement: Agreement) -> Iterable[tuple[str, list[str]]]:
    def row(name: str, lines: Iterable[str | None], *, always: bool = False) -> Iterable[tuple[str, list[str]]]:
        present = [line for line in lines if line]
        if present or always:
            yield with_capital(term("field", name)), present or [word("flows.not_written")]

    flow = facts.flow
    receivers = [end.name for end in facts.receivers]
    yield from row("from", (end.name for end in facts.senders), always=True)
    yield from row("to", [*receivers, word("flows.each_to_others") if facts.each_to_others else None], always=True)
    yield from row("when", [_occasion(flow)])
    yield from row("regime", [_regime(flow)])
    yield from law_rows(flow)
    for ends, law in agreement.terms.laws[facts.law - 1].differs:
        lines = [word("flows.labelled", label=name, value=listed(titles)) for name, titles in law_rows(law)]
        yield (
            word("flows.law_differs", ends=listed((end.name for end in ends), ", ")),
            lines or [word("flows.law_differs_none")],
        )
    yield from row("consent", (with_capital(term("consent", role)) for role in flow.consent))
    yield from row(
        "statutory_consents", (with_capital(term("statutory_consent", id_)) for id_ in flow.statutory_consents)
    )
    yield from row("not_shared", flow.not_shared)
    yield from row(
        "forms", [listed(agreement.forms[id_].title if id_ in agreement.forms else id_ for id_ in flow.forms)]
    )
    yield from row("method", [flow.method], always=True)
    yield from row("timing", [flow.timing], always=True)
    yield from row("retention", [flow.retention], always=True)


def _occasion(flow: Flow) -> str:
    """On what occasion, and at which stages of a sentence."""
    stages = ", ".join(term("stage", stage) for stage in flow.stage)
    occasion = term("when", flow.when) if flow.when else ""
    both = occasion and stages
    return with_capital(word("flows.when_stages", occasion=occasion, stages=stages) if both else occasion or stages)


def _regime(flow: Flow) -> str | None:
    if flow.regime is None:
        return None
    sender = with_capital(term("regime", flow.regime))
    if flow.receiving_regime in (None, flow.regime):
        return sender
    receiver = term("regime", str(flow.receiving_regime))
    return word("flows.regime_receiver", sender=sender, receiver=receiver)


def _items(facts: FlowFacts) -> Table:
    """Its items. If all are about one kind of person, the caption says so and no column repeats it."""
    about = {item.about for item in facts.items}
    shared = next(iter(about)) if len(about) == 1 else None
    names = ("item", "kind", "why") if shared else ("item", "kind", "about", "why")
    rows: list[tuple[Blocks, ...]] = []
    for item in facts.items:
        cells: dict[str, Blocks] = {
            "item": (paragraph(item.name),),
            "kind": (paragraph(listed((term("sensitivity", kind) for kind in item.sensitivity), ", ")),),
            "about": (paragraph(with_capital(term("about", item.about))),),
            "why": (paragraph(item.why),) if item.why else (),
        }
        rows.append(tuple(cells[name] for name in names))
    number = str(facts.number)
    return Table(
        caption=(
            word("flows.items_caption_about", number=number, about=term("about", shared))
            if shared
            else word("flows.items_caption", number=number)
        ),
        widths=(4.4, 2.3, 4.9) if shared else (4.1, 2.3, 1.8, 3.8),
        head=tuple(word(f"flows.{name}") for name in names),
        rows=tuple(rows),
        row_heads=True,
    )


# -- clauses ----------------------------------------------------------------------------------------------------


def clause_section(agreement: Agreement) -> Iterable[Block]:
    """The agreed terms: each clause under its number, and below it those that it adopts."""
    yield heading(1, word("clauses.heading"))
    if not agreement.clauses:
        yield paragraph(word("clauses.none"))
    for entry in agreement.clauses:
        yield heading(2, word("clauses.title", number=str(entry.number), title=entry.title))
        if entry.clause.text:
            yield from read(entry.clause.text, 2)
        if entry.adopted:
            yield from _adopted(entry.adopted, str(entry.number), 3)
        if not entry.clause.text and not entry.adopted:
            yield paragraph(word("clauses.not_written"))


def _adopted(adopted: AdoptedClauses, number: str, level: int) -> Iterable[Block]:
    """The adopted clauses, each with its text under its own heading; only their titles if the text is missing."""
    if adopted.version:
        yield paragraph(word("clauses.adopts", title=adopted.title, version=adopted.version))
    else:
        yield paragraph(word("clauses.adopts_unversioned", title=adopted.title))
    if adopted.missing:
        yield bullets(clause.title for clause in adopted.clauses)
        name = f"clauses.{adopted.missing.replace('-', '_')}"
        yield paragraph(word(f"{name}_ask", ask=adopted.ask) if adopted.ask else word(name))
        return
    origin = word("clauses.adopted_from", title=adopted.title, version=adopted.version or "")
    for place, clause in enumerate(adopted.clauses, 1):
        here = f"{number}.{place}"
        yield heading(level, word("clauses.adopted_title", number=here, title=clause.title))
        yield Paragraph((Styled("emphasis", text(origin)),))
        if clause.text:
            yield from read(clause.text, level)
        if clause.adopted:
            yield from _adopted(clause.adopted, here, level + 1)
        if not clause.text and not clause.adopted:
            yield paragraph(word("clauses.not_written"))


# -- annexed forms and letters ----------------------------------------------------------------------------------


def annex_section(agreement: Agreement) -> Iterable[Block]:
    """A list of the forms and letters, then what each asks or says."""
    yield heading(1, word("forms.heading"))
    if not agreement.forms:
        yield paragraph(word("forms.none"))
        return
    yield paragraph(word("forms.intro"))
    yield _list_of_forms(agreement)
    for number, form in enumerate(agreement.forms.values(), 1):
        yield heading(_LETTER_TITLE, word("forms.title", number=str(number), title=form.title))
        for section in form.sections:
            yield from _questions(section)
        if form.body:
            yield Quote(read(form.body, _LETTER_TITLE))


def _list_of_forms(agreement: Agreement) -> Table:
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
    yield Table(
        caption=section.title or word("forms.questions"),
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
