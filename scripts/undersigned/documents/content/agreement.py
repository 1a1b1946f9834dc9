"""A protocol's agreement as a document: which facts stand where. Words come from `words.toml`, facts from `Agreement`."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.first_page import (
    code_of,
    facts_of,
    footer_of,
    names_of,
    notice_of,
    properties_of,
    watermark_of,
)
from undersigned.documents.content.letter import copy_line
from undersigned.documents.content.pieces import bullets, heading, mail, one_or_bullets, paragraph, strong, text
from undersigned.documents.content.terms import annex_section, clause_section, flow_section
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
from undersigned.documents.words import listed, term, word
from undersigned.facts.agreement import Agreement, AgreementParty
from undersigned.facts.flows import group_name
from undersigned.facts.parties import PointOfContact
from undersigned.words.dates import date_in_words
from undersigned.words.prose import read
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


def _purpose(agreement: Agreement) -> Section:
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
            yield from read(written, 2)
    if agreement.text.people:
        yield heading(2, with_capital(term("field", "people")), listed=False)
        yield bullets(agreement.text.people)


def _considerations(agreement: Agreement) -> Section:
    yield heading(1, word("considerations.heading"))
    answers = agreement.text.considerations
    for name, written in (
        ("proportionality", answers.proportionality if answers else None),
        ("consent", answers.consent if answers else None),
        ("transparency", answers.transparency if answers else None),
        ("vital_interests", answers.vital_interests if answers else None),
    ):
        yield heading(2, with_capital(term("field", name)), listed=False)
        yield from read(written, 2) if written else (paragraph(word("considerations.none")),)


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
                    date_in_words(entry.takes_effect),
                    with_capital(term("change", entry.change)),
                    entry.summary,
                )
            )
            for entry in agreement.history
        ),
        row_heads=True,
        captioned=False,
    )


# -- the parties ----------------------------------------------------------------------------------------------


#: Shares of the width, of those columns that are shown; the first is worked out from the names.
_PARTY_WIDTHS = {"organisation": 3.6, "role": 2.4, "capacity": 4.6, "signs": 2.0}


def party_section(agreement: Agreement) -> Iterable[Block]:
    """The parties, each with its part, and the groups that flows name."""
    yield heading(1, word("parties.heading"))
    if not agreement.parties:
        yield paragraph(word("parties.none"))
        return
    carried = _carried(agreement)
    alike = dict(_said_of_all(agreement.parties))
    if carried and "signs" in alike:
        alike["signs"] = ""  # not every party signs a version to which signatures carry
    said = [*filter(None, alike.values()), *([carried] if carried else [])]
    if said:
        yield paragraph(" ".join(said))
    found = [dict(_party_cells(party)) for party in agreement.parties]
    shown = [name for name in _PARTY_WIDTHS if name not in alike and any(cells[name] for cells in found)]
    yield Table(
        caption=word("parties.caption"),
        widths=(
            _name_share(_PARTY_WIDTHS["organisation"], (party.name for party in agreement.parties)),
            *(_PARTY_WIDTHS[name] for name in shown[1:]),
        ),
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
                ((paragraph(group_name(group)),), one_or_bullets(members) if members else ())
                for group, members in groups
            ),
            row_heads=True,
            captioned=False,
        )


def _carried(agreement: Agreement) -> str:
    """Who need not sign a version that changes no terms; "" for any other text."""
    versions = list(reversed(agreement.history))
    numbers = [version.number for version in versions]
    if agreement.version not in numbers[1:]:
        return ""
    until = versions[: numbers.index(agreement.version) + 1]
    if until[-1].change == "material":
        return ""
    material = next((version for version in reversed(until) if version.change == "material"), until[0])
    return word("parties.carried", material=material.number)


def _said_of_all(parties: tuple[AgreementParty, ...]) -> Iterable[tuple[str, str]]:
    """What one sentence says in the place of a column that says the same of each party."""
    roles = {(party.role, party.mappa_role) for party in parties}
    role, mappa_role = next(iter(roles))
    if len(roles) == 1 and role and not mappa_role:
        yield "role", word("parties.all_role", role=term("role", role))
    if all(party.left_on is None and not party.bound_otherwise for party in parties):
        yield "signs", word("parties.all_sign")


def _party_cells(party: AgreementParty) -> Iterable[tuple[str, Blocks]]:
    """Every column, also those that say nothing or the same of all: whoever sets the table leaves them out."""
    yield "organisation", (paragraph(party.name),)
    role = [term("role", party.role)] if party.role else []
    if party.mappa_role:
        role.append(word("parties.mappa", role=term("mappa_role", party.mappa_role)))
    yield "role", (paragraph(listed(role)),) if role else ()
    yield "capacity", (paragraph(party.capacity),) if party.capacity else ()
    if party.left_on is not None:
        yield "signs", (paragraph(word("parties.left", on=date_in_words(party.left_on))),)
    else:
        yield "signs", (paragraph(word("parties.signs_no" if party.bound_otherwise else "parties.signs_yes")),)


def contact_section(agreement: Agreement) -> Iterable[Block]:
    """Whom to ask at each party; nothing if the register names nobody at any of them."""
    named = [contact for contact in agreement.contacts if contact.is_named or contact.others]
    if not named:
        return
    yield heading(1, word("officers.heading"))
    yield paragraph(word("officers.intro"))
    yield Table(
        caption=word("officers.caption"),
        widths=(_name_share(2.9, (contact.name for contact in named)), 2.5, 2.2, 4.5),
        head=tuple(word(f"officers.{name}") for name in ("organisation", "post", "deputy", "mailbox")),
        rows=tuple(row for contact in named for row in _contact_rows(contact)),
        row_heads=True,
        captioned=False,
    )
    unnamed = [contact.name for contact in agreement.contacts if contact not in named]
    if unnamed:
        yield paragraph(word("officers.none_for", organisations=listed(unnamed)))


def _contact_rows(contact: PointOfContact) -> Iterable[tuple[Blocks, ...]]:
    """A row for the point of contact, and one for each officer who answers for single flows or out of hours."""
    if contact.is_named:
        post = contact.post or word("officers.not_named")
        if not contact.nominated:
            post = word("officers.general", post=post)
        yield _contact_row(contact.name, post, contact.deputy_post, contact.mailbox, contact.phone)
    for other in contact.others:
        post = other.post or word("officers.not_named")
        if other.hours:
            post = word("officers.other", post=post, hours=other.hours.replace("-", " "))
        yield _contact_row(contact.name, post, None, other.mailbox, other.phone)


def _contact_row(
    organisation: str, post: str, deputy: str | None, mailbox: str | None, phone: str | None
) -> tuple[Blocks, ...]:
    reached = [*([Paragraph(mail(mailbox))] if mailbox else []), *([paragraph(phone)] if phone else [])]
    return ((paragraph(organisation),), (paragraph(post),), (paragraph(deputy),) if deputy else (), tuple(reached))


def _name_share(usual: float, names: Iterable[str]) -> float:
    """The share of the width for names of organisations: more where one is very long."""
    return usual * (1.5 if max(map(len, names), default=0) > 60 else 1)


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
    if carried := _carried(agreement):
        yield paragraph(carried)
    for party in signing:
        yield Together(tuple(_signature_block(party, agreement.version)))


def _signature_block(party: AgreementParty, version: str) -> Section:
    def row(name: str, *content: Inline) -> tuple[Blocks, ...]:
        return (strong(word(f"signatures.{name}")),), (Paragraph(content),)

    def blank(kind: str) -> Field:
        label = word(f"signatures.{kind}_label", organisation=party.name)
        return Field(
            "text" if kind in ("name", "post", "basis", "reservation") else "date" if kind == "date" else "signature",
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
            row("basis", blank("basis")),
            row("date", blank("date")),
            row("reservation", blank("reservation")),
            row("signature", blank("signature")),
        ),
        row_heads=True,
        captioned=False,
    )


# -- the whole --------------------------------------------------------------------------------------------------


def agreement_document(agreement: Agreement) -> Document:
    """The whole agreement, ready to be set."""
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
            *(read(agreement.summary) if agreement.summary else (paragraph(word("summary.none")),)),
            *_in_short(agreement),
        ),
        contents=True,
        body=(
            *party_section(agreement),
            *(_terms(agreement) if agreement.text_available else _not_kept(agreement)),
            *contact_section(agreement),
            *(annex_section(agreement) if agreement.text_available else ()),
            *_history(agreement),
            *_signatures(agreement),
        ),
        footer=footer_of(agreement),
        properties=properties_of(agreement),
        copy=copy_line() if agreement.signable else (),
        names=names_of(agreement),
        code=code_of(agreement),
    )


def _in_short(agreement: Agreement) -> Section:
    """One line for each clause that has one, to find one's way. What is signed is the clause."""
    lines = [(entry.title, entry.clause.in_short) for entry in agreement.clauses if entry.clause.in_short]
    if not agreement.text_available or not lines:
        return
    yield heading(1, word("in_short.heading"), listed=False)
    yield paragraph(word("in_short.intro"))
    yield bullets(word("in_short.line", title=title, line=line) for title, line in lines)


def _terms(agreement: Agreement) -> Section:
    """What is agreed, from the purpose to the review."""
    yield from _purpose(agreement)
    yield from _considerations(agreement)
    yield from flow_section(agreement)
    yield from clause_section(agreement)
    yield from _review(agreement)


def agreed_blocks(agreement: Agreement) -> Blocks:
    """Everything that is agreed and nothing else: the title, the parties, the terms, and the annexed forms."""
    return (
        heading(1, word("redline.text_title")),
        paragraph(agreement.title),
        *party_section(agreement),
        *_terms(agreement),
        *annex_section(agreement),
    )
