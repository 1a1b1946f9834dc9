"""The agreed text with each flow in full, item by item and law by law: for comparing two texts. Nothing is said by reference,
so that a change of one flow is marked in that flow and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.terms import law_rows, occasion_of, regime_of
from undersigned.documents.words import heading, listed, one_or_bullets, paragraph, strong, term, word
from undersigned.facts.agreement import Agreement
from undersigned.facts.flows import FlowFacts
from undersigned.words.blocks import Block, Blocks, Table
from undersigned.words.text import with_capital


def flows_in_full(agreement: Agreement) -> Iterable[Block]:
    """The section on what is shared."""
    yield heading(1, word("in_full.heading"))
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
    yield from row("when", [occasion_of(flow)])
    yield from row("regime", [regime_of(flow)])
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
