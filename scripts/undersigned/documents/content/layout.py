"""A protocol's agreement as a document: which facts stand where. Words come from `words.toml`, facts from `Agreement`."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.agreement import Agreement, PartyEntry
from undersigned.documents.content.annexes import annex_section, texts_of_annexes
from undersigned.documents.content.clauses import Prose, clause_section, texts_of_clauses
from undersigned.documents.content.first_page import facts_of, footer_of, notice_of, properties_of, watermark_of
from undersigned.documents.content.flows import flow_section
from undersigned.documents.content.parties import contact_section, party_section
from undersigned.documents.content.pieces import bullets, heading, paragraph, paragraphs, strong, text
from undersigned.documents.content.prose import read_prose
from undersigned.documents.copies import copy_line
from undersigned.documents.model import (
    Block,
    Blocks,
    Document,
    Field,
    Inline,
    NewPage,
    Paragraph,
    Table,
    Text,
    Together,
    plain,
)
from undersigned.documents.words import term, word
from undersigned.words.dates import date_in_words
from undersigned.words.text import with_capital

Section = Iterable[Block]


# -- the sections -----------------------------------------------------------------------------------------------


def _not_kept(agreement: Agreement) -> Section:
    """In the place of a text that was agreed and is not in this register."""
    yield heading(1, word("missing.heading"))
    version = agreement.version or ""
    yield paragraph(word("missing.text", version=version))
    if agreement.lead:
        yield paragraph(word("missing.ask", ask=agreement.lead))


def _purpose(agreement: Agreement, prose: Prose) -> Section:
    yield heading(1, word("purpose.heading"))
    purpose = agreement.text.purpose
    if purpose is None and not agreement.text.people:
        yield paragraph(word("purpose.none"))
        return
    for name, lines in (("aims", purpose.aims if purpose else ()), ("benefits", purpose.benefits if purpose else ())):
        if lines:
            yield heading(2, with_capital(term("field", name)), listed=False)
            yield bullets(lines)
    for name, written in (
        ("necessity", purpose.necessity if purpose else None),
        ("if_not_shared", purpose.if_not_shared if purpose else None),
    ):
        if written:
            yield heading(2, with_capital(term("field", name)), listed=False)
            yield from prose(written)
    if agreement.text.people:
        yield heading(2, with_capital(term("field", "people")), listed=False)
        yield bullets(agreement.text.people)


def _considerations(agreement: Agreement, prose: Prose) -> Section:
    yield heading(1, word("considerations.heading"))
    answers = agreement.text.considerations
    for name, written in (
        ("proportionality", answers.proportionality if answers else None),
        ("consent", answers.consent if answers else None),
        ("transparency", answers.transparency if answers else None),
        ("vital_interests", answers.vital_interests if answers else None),
    ):
        yield heading(2, with_capital(term("field", name)), listed=False)
        yield from prose(written) if written else (paragraph(word("considerations.none")),)


def _review(agreement: Agreement) -> Section:
    terms = agreement.text.review
    if terms is None:
        return
    yield heading(1, word("review.heading"))
    if terms.interval_months:
        yield paragraph(word("review.interval", months=str(terms.interval_months)))
    if terms.triggers:
        yield paragraph(word("review.triggers"))
        yield bullets(terms.triggers)


def _history(agreement: Agreement) -> Section:
    yield heading(1, word("history.heading"))
    if not agreement.history:
        yield paragraph(word("history.none"))
        return
    yield Table(
        caption=word("history.caption"),
        widths=(1.5, 2.3, 2.3, 2.5, 4.6),
        head=tuple(word(f"history.{name}") for name in ("version", "agreed", "effective", "change", "summary")),
        rows=tuple(
            tuple(
                (paragraph(cell),)
                for cell in (
                    entry.number,
                    date_in_words(entry.agreed_on),
                    date_in_words(entry.effective_from),
                    with_capital(term("change", entry.change)),
                    entry.summary,
                )
            )
            for entry in agreement.history
        ),
        row_heads=True,
        captioned=False,
    )


# -- signatures -------------------------------------------------------------------------------------------------


def _signatures(agreement: Agreement) -> Section:
    if not agreement.signable or agreement.version is None:
        return
    yield NewPage()
    yield heading(1, word("signatures.heading"))
    signing = [party for party in agreement.parties if party.signs]
    if not signing:
        yield paragraph(word("signatures.none"))
        return
    yield paragraph(word("signatures.intro", version=agreement.version, fingerprint=agreement.short_fingerprint))
    for party in signing:
        yield Together(tuple(_signature_block(party, agreement.version)))


def _signature_block(party: PartyEntry, version: str) -> Section:
    def row(name: str, *content: Inline) -> tuple[Blocks, ...]:
        return (strong(word(f"signatures.{name}")),), (Paragraph(content),)

    def blank(kind: str) -> Field:
        label = word(f"signatures.{kind}_label", organisation=party.name)
        return Field(
            "text" if kind in ("name", "post") else "date" if kind == "date" else "signature",
            f"{party.organisation}__{kind}",
            label,
        )

    declaration = word("signatures.declaration", organisation=party.name, version=version)
    tick = Field(
        "checkbox", f"{party.organisation}__authority", word("signatures.declaration_label", organisation=party.name)
    )
    yield heading(2, party.name, listed=False)
    yield Table(
        caption=word("signatures.caption", organisation=party.name),
        widths=(3.6, 8),
        head=(),
        rows=(
            row("authority", tick, Text(" "), *text(declaration)),
            row("name", blank("name")),
            row("post", blank("post")),
            row("date", blank("date")),
            row("signature", blank("signature")),
        ),
        row_heads=True,
        captioned=False,
    )


# -- the whole --------------------------------------------------------------------------------------------------


def agreement_document(agreement: Agreement) -> Document:
    """The whole agreement, ready to be set. DocumentError where its prose cannot be read."""
    prose = _read_all(agreement)
    status = term("status", agreement.status)
    return Document(
        record=agreement.id,
        title=plain(agreement.title),
        kicker=with_capital(term("kind", agreement.text.kind)) if agreement.text.kind else "",
        notice=notice_of(agreement),
        watermark=watermark_of(agreement),
        author=plain(agreement.lead or ""),
        subject=(
            word("metadata.subject", protocol=agreement.id, version=agreement.version)
            if agreement.version
            else word("metadata.subject_draft", protocol=agreement.id, status=status)
        ),
        facts=tuple(facts_of(agreement)),
        lead=(
            heading(1, word("summary.heading"), listed=False),
            *(paragraphs(agreement.summary) if agreement.summary else (paragraph(word("summary.none")),)),
        ),
        contents=True,
        body=(
            *party_section(agreement),
            *(_terms(agreement, prose) if agreement.kept else _not_kept(agreement)),
            *contact_section(agreement),
            *(annex_section(agreement, prose) if agreement.kept else ()),
            *_history(agreement),
            *_signatures(agreement),
        ),
        footer=footer_of(agreement),
        properties=properties_of(agreement),
        copy=copy_line() if agreement.signable else (),
    )


def _terms(agreement: Agreement, prose: Prose) -> Section:
    """What is agreed, from the purpose to the review."""
    yield from _purpose(agreement, prose)
    yield from _considerations(agreement, prose)
    yield from flow_section(agreement)
    yield from clause_section(agreement, prose)
    yield from _review(agreement)


def _read_all(agreement: Agreement) -> Prose:
    """Every prose of the agreement from one pandoc process; the function returned looks one up."""
    protocol = agreement.text
    purpose, considerations = protocol.purpose, protocol.considerations
    written: list[tuple[str | None, int]] = []
    if purpose:
        written += [(purpose.necessity, 2), (purpose.if_not_shared, 2)]
    if considerations:
        written += [
            (answer, 2)
            for answer in (
                considerations.proportionality,
                considerations.consent,
                considerations.transparency,
                considerations.vital_interests,
            )
        ]
    written += texts_of_clauses(agreement)
    written += texts_of_annexes(agreement)
    texts = list(dict.fromkeys((words, below) for words, below in written if words))
    read = read_prose([words for words, _ in texts], record=agreement.id, below=[below for _, below in texts])
    found = dict(zip(texts, read, strict=True))

    def look_up(words: str, below: int = 2) -> Blocks:
        return found[words, below]

    return look_up
