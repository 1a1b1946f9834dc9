"""A protocol's agreement as a document: which facts stand where. Words come from `words.toml`, facts from `Agreement`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from undersigned.documents.agreement import Agreement, PartyEntry
from undersigned.documents.blocks import (
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
from undersigned.documents.first_page import facts_of, footer_of, notice_of, properties_of, watermark_of
from undersigned.documents.flows import flow_section
from undersigned.documents.pieces import (
    bullets,
    heading,
    kinds_in_words,
    mail,
    one_or_bullets,
    paragraph,
    paragraphs,
    strong,
    text,
)
from undersigned.documents.prose import read_prose
from undersigned.documents.words import in_words, listed, term, word
from undersigned.records.protocol import Clause

Section = Iterable[Block]


# -- the sections -----------------------------------------------------------------------------------------------


def _parties(agreement: Agreement) -> Section:
    yield heading(1, word("parties.heading"))
    if not agreement.parties:
        yield paragraph(word("parties.none"))
        return
    yield Table(
        caption=word("parties.caption"),
        widths=(3.4, 2.1, 4.8, 1.5),
        head=(word("parties.organisation"), word("parties.role"), word("parties.capacity"), word("parties.signs")),
        rows=tuple(tuple(_party_row(party)) for party in agreement.parties),
        row_heads=True,
        captioned=False,
    )
    groups = [
        (group, [party.name for party in agreement.parties if party.group == group.id and party.left_on is None])
        for group in agreement.text.groups
    ]
    if groups:
        yield heading(2, word("parties.groups_heading"))
        yield Table(
            caption=word("parties.groups_caption"),
            widths=(4, 6),
            head=(word("parties.group"), word("parties.members")),
            rows=tuple(
                ((paragraph(agreement.names[group.id]),), one_or_bullets(members) if members else ())
                for group, members in groups
            ),
            row_heads=True,
            captioned=False,
        )


def _party_row(party: PartyEntry) -> Iterable[Blocks]:
    yield (paragraph(party.name),)
    role = [term("role", party.role)] if party.role else []
    if party.mappa_role:
        role.append(word("parties.mappa", role=term("mappa_role", party.mappa_role)))
    yield (paragraph(listed(role)),) if role else ()
    yield (paragraph(party.capacity),) if party.capacity else ()
    if party.left_on is not None:
        yield (paragraph(word("parties.left", on=in_words(party.left_on))),)
    else:
        yield (paragraph(word("parties.signs_no" if party.bound_otherwise else "parties.signs_yes")),)


def _purpose(agreement: Agreement, prose: Callable[[str], Blocks]) -> Section:
    yield heading(1, word("purpose.heading"))
    purpose = agreement.text.purpose
    if purpose is None and not agreement.text.people:
        yield paragraph(word("purpose.none"))
        return
    for name, lines in (("aims", purpose.aims if purpose else ()), ("benefits", purpose.benefits if purpose else ())):
        if lines:
            yield heading(2, word(f"purpose.{name}"))
            yield bullets(lines)
    for name, written in (
        ("necessity", purpose.necessity if purpose else None),
        ("if_not_shared", purpose.if_not_shared if purpose else None),
    ):
        if written:
            yield heading(2, word(f"purpose.{name}"))
            yield from prose(written)
    if agreement.text.people:
        yield heading(2, word("purpose.people"))
        yield bullets(agreement.text.people)


def _considerations(agreement: Agreement, prose: Callable[[str], Blocks]) -> Section:
    yield heading(1, word("considerations.heading"))
    answers = agreement.text.considerations
    for name, written in (
        ("proportionality", answers.proportionality if answers else None),
        ("consent", answers.consent if answers else None),
        ("transparency", answers.transparency if answers else None),
        ("vital_interests", answers.vital_interests if answers else None),
    ):
        yield heading(2, word(f"considerations.{name}"))
        yield from prose(written) if written else (paragraph(word("considerations.none")),)


def _clauses(agreement: Agreement, prose: Callable[[str], Blocks]) -> Section:
    yield heading(1, word("clauses.heading"))
    if not agreement.text.clauses:
        yield paragraph(word("clauses.none"))
    for number, clause in enumerate(agreement.text.clauses, 1):
        title = clause.title or clause.id.replace("-", " ").capitalize()
        yield heading(2, word("clauses.title", number=str(number), title=title))
        if clause.text:
            yield from prose(clause.text)
        yield from _adopted(clause, agreement)
        if not clause.text and not clause.adopts:
            yield paragraph(word("clauses.not_written"))


def _adopted(clause: Clause, agreement: Agreement) -> Section:
    adopted = agreement.adopted.get(clause.id)
    if adopted is None:
        return
    if adopted.version:
        yield paragraph(word("clauses.adopts", title=adopted.title, version=adopted.version))
    else:
        yield paragraph(word("clauses.adopts_unversioned", title=adopted.title))
    if adopted.clauses:
        yield bullets(adopted.clauses)


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


def _officers(agreement: Agreement) -> Section:
    if not any(officer.post or officer.mailbox for officer in agreement.officers):
        return
    yield heading(1, word("officers.heading"))
    yield paragraph(word("officers.intro", as_of=in_words(agreement.as_of)))
    rows = []
    for officer in agreement.officers:
        post = officer.post or word("officers.not_named")
        if officer.hours:
            post = word("officers.other", post=post, hours=officer.hours.replace("-", " "))
        rows.append((
            (paragraph(officer.organisation),),
            (paragraph(post),),
            (paragraph(officer.deputy_post),) if officer.deputy_post else (),
            (Paragraph(mail(officer.mailbox)),) if officer.mailbox else (),
        ))
    yield Table(
        caption=word("officers.caption"),
        widths=(3, 2.8, 2.4, 3.8),
        head=tuple(word(f"officers.{name}") for name in ("organisation", "post", "deputy", "mailbox")),
        rows=tuple(rows),
        row_heads=True,
        captioned=False,
    )


def _forms(agreement: Agreement) -> Section:
    yield heading(1, word("forms.heading"))
    if not agreement.forms:
        yield paragraph(word("forms.none"))
        return
    yield paragraph(word("forms.intro"))
    yield Table(
        caption=word("forms.caption"),
        widths=(3.2, 4.6, 4.2),
        head=tuple(word(f"forms.{name}") for name in ("form", "purpose", "from_to")),
        rows=tuple(
            (
                (paragraph(form.title),),
                (paragraph(form.purpose),) if form.purpose else (),
                (paragraph(word(
                    "forms.from_to_value", from_kinds=kinds_in_words(form.from_), to_kinds=kinds_in_words(form.to)
                )),),
            )
            for form in agreement.forms.values()
        ),
        row_heads=True,
        captioned=False,
    )


def _history(agreement: Agreement) -> Section:
    yield heading(1, word("history.heading"))
    if not agreement.history:
        yield paragraph(word("history.none"))
        return
    yield Table(
        caption=word("history.caption"),
        widths=(1.6, 2.6, 2.6, 2.2, 4.4),
        head=tuple(word(f"history.{name}") for name in ("version", "agreed", "effective", "change", "summary")),
        rows=tuple(
            tuple((paragraph(cell),) for cell in (
                entry.number, in_words(entry.agreed_on), in_words(entry.effective_from),
                term("change", entry.change), entry.summary,
            ))
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
    yield paragraph(word(
        "signatures.intro", version=agreement.version, fingerprint=agreement.short_fingerprint
    ))
    for party in signing:
        yield Together(tuple(_signature_block(party, agreement.version)))


def _signature_block(party: PartyEntry, version: str) -> Section:
    def row(name: str, *content: Inline) -> tuple[Blocks, ...]:
        return (strong(word(f"signatures.{name}")),), (Paragraph(content),)

    def blank(kind: str) -> Field:
        label = word(f"signatures.{kind}_label", organisation=party.name)
        return Field("text" if kind in ("name", "post") else "date" if kind == "date" else "signature",
                     f"{party.organisation}__{kind}", label)

    declaration = word("signatures.declaration", organisation=party.name, version=version)
    tick = Field(
        "checkbox", f"{party.organisation}__authority", word("signatures.declaration_label", organisation=party.name)
    )
    yield heading(2, party.name)
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
        kicker=term("kind", agreement.text.kind) if agreement.text.kind else "",
        notice=notice_of(agreement),
        watermark=watermark_of(agreement),
        author=plain(agreement.lead or ""),
        subject=(
            word("metadata.subject", protocol=agreement.id, version=agreement.version) if agreement.version
            else word("metadata.subject_draft", protocol=agreement.id, status=status)
        ),
        facts=tuple(facts_of(agreement)),
        lead=(
            heading(1, word("summary.heading")),
            *(paragraphs(agreement.summary) if agreement.summary else (paragraph(word("summary.none")),)),
        ),
        contents=True,
        body=(
            *_parties(agreement),
            *_purpose(agreement, prose),
            *_considerations(agreement, prose),
            *flow_section(agreement),
            *_clauses(agreement, prose),
            *_review(agreement),
            *_officers(agreement),
            *_forms(agreement),
            *_history(agreement),
            *_signatures(agreement),
        ),
        footer=footer_of(agreement),
        properties=properties_of(agreement),
    )


def _read_all(agreement: Agreement) -> Callable[[str], Blocks]:
    """Every prose of the agreement from one pandoc process; the function returned looks one up."""
    protocol = agreement.text
    purpose, considerations = protocol.purpose, protocol.considerations
    written: list[str | None] = []
    if purpose:
        written += [purpose.necessity, purpose.if_not_shared]
    if considerations:
        written += [
            considerations.proportionality, considerations.consent,
            considerations.transparency, considerations.vital_interests,
        ]
    written += [clause.text for clause in protocol.clauses]
    texts = list(dict.fromkeys(words for words in written if words))
    read = dict(zip(texts, read_prose(texts, record=agreement.id, below=2), strict=True))
    return read.__getitem__
