"""A draft of a data protection impact assessment, filled in as far as the records of a protocol know the answer.

Its parts are those of UK GDPR Article 35(7) and Data Protection Act 2018 section 64(3): the processing, its need, the risks,
the measures. What only people can judge is left open and marked.
"""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.first_page import footer_of, notice_of, properties_of
from undersigned.documents.content.pieces import bullets, heading, one_or_bullets, paragraph, strong, text
from undersigned.documents.content.terms import flow_section, law_name
from undersigned.documents.model import Block, Blocks, Document, Fact, Table, plain
from undersigned.documents.words import listed, term, word
from undersigned.facts.agreement import Agreement
from undersigned.facts.flows import FlowFacts, legal_references
from undersigned.words.prose import read

FORM = "dpia-draft"
#: The risks that every assessment looks at, in this order.
_RISKS = ("too-much", "wrong-place", "wrong-fact", "victim", "refusal", "reuse", "silence")


def dpia_document(agreement: Agreement) -> Document:
    """The draft for one text. It is nobody's assessment until a controller has completed it."""
    return Document(
        record=f"{agreement.id}/{FORM}",
        title=word("dpia.title", title=agreement.title),
        kicker=word("dpia.kicker"),
        notice=listed([part for part in (word("dpia.notice"), notice_of(agreement)) if part], ". "),
        watermark=word("dpia.watermark"),
        author=plain(agreement.lead or ""),
        subject=word("dpia.subject", protocol=agreement.id),
        facts=tuple(_facts(agreement)),
        lead=(),
        contents=False,
        body=tuple(_body(agreement)),
        footer=footer_of(agreement, FORM),
        properties=properties_of(agreement, FORM),
    )


def _facts(agreement: Agreement) -> Iterable[Fact]:
    yield Fact(word("dpia.text"), text(word("dpia.text_value", version=agreement.version or word("dpia.working"))))
    yield Fact(word("dpia.between"), text(listed((party.name for party in agreement.parties), ", ")))


def _body(agreement: Agreement) -> Iterable[Block]:
    flows = agreement.terms.flows
    yield heading(1, word("dpia.parties"))
    yield _table(
        word("dpia.parties"),
        ("party", "role", "part"),
        [(one.name, term("role", one.role) if one.role else "", one.capacity or "") for one in agreement.parties],
    )
    yield heading(1, word("dpia.people"))
    people = list(agreement.text.people)
    yield from (one_or_bullets(people) if people else (_open(),))
    yield paragraph(word("dpia.how_many"))
    yield heading(1, word("dpia.need"))
    purpose = agreement.text.purpose
    yield from _said("necessity", purpose.necessity if purpose else None)
    yield from _said("if_not_shared", purpose.if_not_shared if purpose else None)
    yield from flow_section(agreement)
    considerations = agreement.text.considerations
    yield heading(1, word("dpia.fair"))
    for name in ("proportionality", "consent", "transparency"):
        yield from _said(name, getattr(considerations, name) if considerations else None)
    yield heading(1, word("dpia.look"))
    points = [point for facts in flows for point in _points(facts)]
    yield bullets(points) if points else paragraph(word("dpia.nothing"))
    yield heading(1, word("dpia.risks"))
    yield paragraph(word("dpia.risks_intro"))
    for number, risk in enumerate(_RISKS, 1):
        yield heading(2, word("dpia.risk", number=str(number), risk=word(f"dpia.{risk}")))
        yield _table(
            word(f"dpia.{risk}"),
            (),
            [(word(f"dpia.{name}"), word("dpia.open")) for name in ("likely", "harm", "measure", "left")],
        )
    yield heading(1, word("dpia.views"))
    yield _table(
        word("dpia.views"),
        (),
        [(word(f"dpia.{name}"), word("dpia.open")) for name in ("asked", "advice", "decision", "again")],
    )


def _points(facts: FlowFacts) -> Iterable[str]:
    """What in a flow an assessor looks at, as its record shows it."""
    flow, number = facts.flow, str(facts.number)
    for kind in ("special-category", "criminal-offence"):
        names = [item.name for item in facts.items if kind in item.sensitivity]
        if names:
            yield word(f"dpia.point-{kind}", number=number, items=listed(names))
    others = [item.name for item in facts.items if item.about not in ("subject", None)]
    if others:
        yield word("dpia.point-others", number=number, items=listed(others))
    if flow.regime != "none" and not flow.retention:
        yield word("dpia.point-retention", number=number)
    if flow.method and "telephone" in flow.method.lower():
        yield word("dpia.point-telephone", number=number)
    if flow.when == "emergency":
        yield word("dpia.point-emergency", number=number)
    laws = (law for one in (flow, *flow.law_differs) for law in legal_references(one))
    unsure = dict.fromkeys(law_name(law.entry, law.id) for law in laws if law.entry is None or law.entry.confirmation)
    if unsure:
        yield word("dpia.point-law", number=number, laws=listed(unsure))


def _said(name: str, words: str | None) -> Iterable[Block]:
    yield heading(2, word(f"dpia.{name}"))
    yield from (read(words, 2) if words else (_open(),))


def _open() -> Block:
    return paragraph(word("dpia.open"))


def _table(caption: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    cells: list[tuple[Blocks, ...]] = [
        ((strong(row[0]),), *((paragraph(cell),) if cell else () for cell in row[1:])) for row in rows
    ]
    return Table(
        caption=caption,
        widths=(3.2, 2.2, 6) if head else (3.2, 8.2),
        head=tuple(word(f"dpia.{name}") for name in head),
        rows=tuple(cells),
        row_heads=True,
        captioned=False,
    )
