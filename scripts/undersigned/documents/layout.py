"""A protocol's agreement as a document: which facts stand where. Words come from `words.toml`, facts from `Agreement`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from undersigned.documents.adoptions import Adopted
from undersigned.documents.agreement import Agreement, PartyEntry
from undersigned.documents.blocks import (
    Block,
    Blocks,
    Document,
    Field,
    Inline,
    NewPage,
    Paragraph,
    Styled,
    Table,
    Text,
    Together,
    plain,
)
from undersigned.documents.copies import copy_line
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

Section = Iterable[Block]


#: Shares of the width, of those columns that are shown; the first is worked out from the names.
_PARTY_WIDTHS = {"organisation": 3.6, "role": 2.4, "capacity": 4.6, "signs": 2.0}


class Prose(Protocol):
    """Looks up the blocks of a text, its headings below a level."""

    def __call__(self, words: str, below: int = 2) -> Blocks: ...


# -- the sections -----------------------------------------------------------------------------------------------


def _not_kept(agreement: Agreement) -> Section:
    """In the place of a text that was agreed and is not in this register."""
    yield heading(1, word("missing.heading"))
    version = agreement.version or ""
    yield paragraph(word("missing.text", version=version))
    if agreement.lead:
        yield paragraph(word("missing.ask", ask=agreement.lead))


def _parties(agreement: Agreement) -> Section:
    yield heading(1, word("parties.heading"))
    if not agreement.parties:
        yield paragraph(word("parties.none"))
        return
    alike = dict(_said_of_all(agreement.parties))
    if alike:
        yield paragraph(" ".join(alike.values()))
    found = [dict(_party_cells(party)) for party in agreement.parties]
    shown = [name for name in _PARTY_WIDTHS if name not in alike and any(cells[name] for cells in found)]
    yield Table(
        caption=word("parties.caption"),
        widths=(_name_share(_PARTY_WIDTHS["organisation"], (party.name for party in agreement.parties)), *(_PARTY_WIDTHS[name] for name in shown[1:])),
        head=tuple(word(f"parties.{name}") for name in shown),
        rows=tuple(tuple(cells[name] for name in shown) for cells in found),
        row_heads=True,
        captioned=False,
    )
    groups = [
        (group, [party.name for party in agreement.parties if party.group == group.id and party.left_on is None])
        for group in agreement.text.groups
    ]
    if groups:
        yield heading(2, word("parties.groups_heading"), listed=False)
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


def _said_of_all(parties: tuple[PartyEntry, ...]) -> Iterable[tuple[str, str]]:
    """What one sentence says in the place of a column that says the same of each party."""
    roles = {(party.role, party.mappa_role) for party in parties}
    role, mappa_role = next(iter(roles))
    if len(roles) == 1 and role and not mappa_role:
        yield "role", word("parties.all_role", role=term("role", role))
    if all(party.left_on is None and not party.bound_otherwise for party in parties):
        yield "signs", word("parties.all_sign")


def _party_cells(party: PartyEntry) -> Iterable[tuple[str, Blocks]]:
    """Every column, also those that say nothing or the same of all: whoever sets the table leaves them out."""
    yield "organisation", (paragraph(party.name),)
    role = [term("role", party.role)] if party.role else []
    if party.mappa_role:
        role.append(word("parties.mappa", role=term("mappa_role", party.mappa_role)))
    yield "role", (paragraph(listed(role)),) if role else ()
    yield "capacity", (paragraph(party.capacity),) if party.capacity else ()
    if party.left_on is not None:
        yield "signs", (paragraph(word("parties.left", on=in_words(party.left_on))),)
    else:
        yield "signs", (paragraph(word("parties.signs_no" if party.bound_otherwise else "parties.signs_yes")),)


def _purpose(agreement: Agreement, prose: Prose) -> Section:
    yield heading(1, word("purpose.heading"))
    purpose = agreement.text.purpose
    if purpose is None and not agreement.text.people:
        yield paragraph(word("purpose.none"))
        return
    for name, lines in (("aims", purpose.aims if purpose else ()), ("benefits", purpose.benefits if purpose else ())):
        if lines:
            yield heading(2, word(f"purpose.{name}"), listed=False)
            yield bullets(lines)
    for name, written in (
        ("necessity", purpose.necessity if purpose else None),
        ("if_not_shared", purpose.if_not_shared if purpose else None),
    ):
        if written:
            yield heading(2, word(f"purpose.{name}"), listed=False)
            yield from prose(written)
    if agreement.text.people:
        yield heading(2, word("purpose.people"), listed=False)
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
        yield heading(2, word(f"considerations.{name}"), listed=False)
        yield from prose(written) if written else (paragraph(word("considerations.none")),)


def _clauses(agreement: Agreement, prose: Prose) -> Section:
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


def _adopted(adopted: Adopted, number: str, level: int, prose: Prose) -> Section:
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
        yield Paragraph((Styled("emphasis", text(word(
            "clauses.adopted_from", title=adopted.title, version=adopted.version or ""
        ))),))
        if clause.text:
            yield from prose(clause.text, level)
        if clause.adopts:
            yield from _adopted(clause.adopts, here, level + 1, prose)
        if not clause.text and not clause.adopts:
            yield paragraph(word("clauses.not_written"))


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
    yield paragraph(word("officers.intro"))
    rows = []
    named = [officer for officer in agreement.officers if officer.post or officer.mailbox]
    unnamed = [officer.organisation for officer in agreement.officers if not (officer.post or officer.mailbox)]
    for officer in named:
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
        widths=(_name_share(2.9, (officer.organisation for officer in named)), 2.5, 2.2, 4.5),
        head=tuple(word(f"officers.{name}") for name in ("organisation", "post", "deputy", "mailbox")),
        rows=tuple(rows),
        row_heads=True,
        captioned=False,
    )
    if unnamed:
        yield paragraph(word("officers.none_for", organisations=listed(unnamed)))


def _name_share(usual: float, names: Iterable[str]) -> float:
    """The share of the width for names of organisations: more where one is very long."""
    return usual * (1.5 if max(map(len, names), default=0) > 60 else 1)


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
        widths=(1.5, 2.3, 2.3, 2.5, 4.6),
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
            heading(1, word("summary.heading"), listed=False),
            *(paragraphs(agreement.summary) if agreement.summary else (paragraph(word("summary.none")),)),
        ),
        contents=True,
        body=(
            *_parties(agreement),
            *(_terms(agreement, prose) if agreement.kept else _not_kept(agreement)),
            *_officers(agreement),
            *(_forms(agreement) if agreement.kept else ()),
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
    yield from _clauses(agreement, prose)
    yield from _review(agreement)


def _read_all(agreement: Agreement) -> Prose:
    """Every prose of the agreement from one pandoc process; the function returned looks one up."""
    protocol = agreement.text
    purpose, considerations = protocol.purpose, protocol.considerations
    written: list[tuple[str | None, int]] = []
    if purpose:
        written += [(purpose.necessity, 2), (purpose.if_not_shared, 2)]
    if considerations:
        written += [(answer, 2) for answer in (
            considerations.proportionality, considerations.consent,
            considerations.transparency, considerations.vital_interests,
        )]
    written += [(clause.text, 2) for clause in protocol.clauses]
    for adopted in agreement.adopted.values():
        written += _adopted_prose(adopted, 3)
    texts = list(dict.fromkeys((words, below) for words, below in written if words))
    read = read_prose([words for words, _ in texts], record=agreement.id, below=[below for _, below in texts])
    found = dict(zip(texts, read, strict=True))

    def look_up(words: str, below: int = 2) -> Blocks:
        return found[words, below]

    return look_up


def _adopted_prose(adopted: Adopted, level: int) -> Iterable[tuple[str | None, int]]:
    for clause in adopted.clauses:
        yield clause.text, level
        if clause.adopts:
            yield from _adopted_prose(clause.adopts, level + 1)
