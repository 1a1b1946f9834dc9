"""What is shared, as tables: each flow's terms, with its law by full name, and its information."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from undersigned.documents.content.agreement import Agreement
from undersigned.documents.content.pieces import heading, one_or_bullets, paragraph, strong
from undersigned.documents.model import Block, Blocks, Table, plain
from undersigned.documents.words import listed, term, word
from undersigned.records.protocol import Flow, Law
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.words.text import with_capital


def law_name(entries: Mapping[str, Entry], id_: str) -> str:
    """An entry's full name with its reference; the id where the vocabulary has no such entry."""
    entry = entries.get(id_)
    if entry is None:
        return plain(id_)
    return (
        f"{entry.title_with_reference}, {word('flows.to_be_confirmed')}"
        if entry.confirmation
        else entry.title_with_reference
    )


def law_rows(law: Law) -> list[tuple[str, list[str]]]:
    """Each kind of law with the full names of what is relied on; kinds not relied on are left out."""
    known = vocabulary()
    rows: list[tuple[str, list[str]]] = []
    for name, ids, entries in (
        ("lawful_bases", law.lawful_bases, known.lawful_bases),
        ("recognised_interests", law.recognised_interests, known.recognised_interests),
        ("special_category_conditions", law.special_category_conditions, known.special_category_conditions),
        ("schedule_1_conditions", law.schedule_1_conditions, known.schedule_1_conditions),
        ("official_authority", (law.official_authority,) if law.official_authority else (), known.gateways),
        ("law_enforcement_conditions", law.law_enforcement_conditions, known.law_enforcement_conditions),
        ("gateways", law.gateways, known.gateways),
    ):
        if ids:
            rows.append((with_capital(term("field", name)), [law_name(entries, id_) for id_ in ids]))
    return rows


def flow_section(agreement: Agreement) -> Iterable[Block]:
    """The section on what is shared."""
    yield heading(1, word("flows.heading"))
    if not agreement.text.flows:
        yield paragraph(word("flows.none"))
    for number, flow in enumerate(agreement.text.flows, 1):
        yield heading(2, word("flows.title", number=str(number), title=flow.title or flow.id.replace("-", " ")))
        yield Table(
            caption=word("flows.caption", number=str(number)),
            widths=(3.5, 7.5),
            head=(),
            rows=tuple(((strong(name),), one_or_bullets(lines)) for name, lines in _flow_rows(flow, agreement)),
            row_heads=True,
            captioned=False,
        )
        yield _items(number, flow, agreement) if flow.items else paragraph(word("flows.no_items"))


def _flow_rows(flow: Flow, agreement: Agreement) -> Iterable[tuple[str, list[str]]]:
    def row(name: str, lines: Iterable[str | None], *, always: bool = False) -> Iterable[tuple[str, list[str]]]:
        present = [line for line in lines if line]
        if present or always:
            yield with_capital(term("field", name)), present or [word("flows.not_written")]

    names = agreement.names
    both = set(flow.from_) & set(flow.to) & {group.id for group in agreement.text.groups}
    yield from row("from", (names.get(end, end) for end in flow.from_), always=True)
    yield from row(
        "to", [*(names.get(end, end) for end in flow.to), word("flows.each_to_others") if both else None], always=True
    )
    yield from row("when", [_occasion(flow)])
    yield from row("regime", [_regime(flow)])
    yield from law_rows(flow)
    for law in flow.law_differs:
        ends = listed((names.get(end, end) for end in law.for_), ", ")
        lines = [word("flows.labelled", label=name, value=listed(titles)) for name, titles in law_rows(law)] or [
            word("flows.law_differs_none")
        ]
        yield word("flows.law_differs", ends=ends), lines
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


def _items(number: int, flow: Flow, agreement: Agreement) -> Table:
    """Its items. Where all are about one kind of person the caption says so, and no column repeats it."""
    items = [agreement.items.get(written) if isinstance(written, str) else written for written in flow.items]
    about = {item.about for item in items if item is not None}
    shared = next(iter(about)) if len(about) == 1 else None
    rows: list[tuple[Blocks, ...]] = []
    names = ("item", "kind", "why") if shared else ("item", "kind", "about", "why")
    for written, item in zip(flow.items, items, strict=True):
        if item is None:
            rows.append(((paragraph(str(written)),), *(() for _ in names[1:])))
            continue
        cells: dict[str, Blocks] = {
            "item": (paragraph(item.name),),
            "kind": (paragraph(listed((term("sensitivity", kind) for kind in item.sensitivity), ", ")),),
            "about": (paragraph(with_capital(term("about", item.about))),),
            "why": (paragraph(item.why),) if item.why else (),
        }
        rows.append(tuple(cells[name] for name in names))
    return Table(
        caption=(
            word("flows.items_caption_about", number=str(number), about=term("about", shared))
            if shared
            else word("flows.items_caption", number=str(number))
        ),
        widths=(4.4, 2.3, 4.9) if shared else (4.1, 2.3, 1.8, 3.8),
        head=tuple(word(f"flows.{name}") for name in names),
        rows=tuple(rows),
        row_heads=True,
    )
