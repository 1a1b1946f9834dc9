"""What a party is sent: two copies that say whose they are, a letter, and the form on which it names its officer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from undersigned.documents.content.first_page import footer_of, notice_of, properties_of
from undersigned.documents.content.forms import form_document
from undersigned.documents.content.pieces import heading, mail, paragraph, text
from undersigned.documents.model import (
    Block,
    Blocks,
    Break,
    Document,
    Fact,
    Field,
    Inline,
    Numbered,
    Paragraph,
    Text,
    plain,
)
from undersigned.documents.stamping import Stamp
from undersigned.documents.words import word
from undersigned.facts.agreement import Agreement, Recipient, Sender
from undersigned.records.form import Form
from undersigned.words.dates import date_in_words

#: Properties that only a copy has.
COPY_PROPERTIES: Final = ("Organisation", "OrganisationName", "CopyNumber", "IssuedOn")
KEEP, RETURN = 1, 2
LETTER = "signing-letter"
#: Its places, each with how many lines it has room for.
_STAMPED = {"to": 2, "date": 1, "return_by": 1, "standing": 1}


def covering_letter(agreement: Agreement, sender: Sender | None) -> Document:
    """The letter, with places for what differs from party to party."""
    version = agreement.version or ""
    return Document(
        record=f"{agreement.id}/{LETTER}",
        title=word("covering.title", title=agreement.title),
        kicker=word("covering.kicker"),
        notice=notice_of(agreement),
        watermark="",
        author=plain(agreement.lead or ""),
        subject=word("covering.subject", protocol=agreement.id, version=version),
        facts=tuple(_facts(agreement, sender)),
        lead=(),
        contents=False,
        body=(
            paragraph(
                word(
                    "covering.opening",
                    sender=sender.contact.name if sender else word("covering.nobody"),
                    title=agreement.title,
                    version=version,
                )
            ),
            *_what_is_new(agreement),
            *_what_to_do(agreement, sender),
            heading(1, word("covering.cannot_heading")),
            paragraph(word("covering.cannot")),
        ),
        footer=footer_of(agreement, LETTER),
        properties=properties_of(agreement, LETTER),
    )


def _place(name: str) -> Field:
    return Field("stamped", f"letter__{name}", word(f"covering.{name}"), lines=_STAMPED[name])


def _facts(agreement: Agreement, sender: Sender | None) -> Iterable[Fact]:
    yield Fact(word("covering.to"), (_place("to"),))
    if sender:
        yield Fact(
            word("covering.from"), text(", ".join(part for part in (sender.contact.name, sender.contact.post) if part))
        )
    yield Fact(word("covering.date"), (_place("date"),))
    yield Fact(word("covering.return_by"), (_place("return_by"),))


def _what_is_new(agreement: Agreement) -> Iterable[Block]:
    this = next((entry for entry in agreement.history if entry.number == agreement.version), None)
    if this is not None:
        yield paragraph(
            word(
                "covering.new",
                version=this.number,
                on=date_in_words(this.takes_effect),
                summary=this.summary.strip().removesuffix("."),
            )
        )
    yield Paragraph((_place("standing"),))


def _what_to_do(agreement: Agreement, sender: Sender | None) -> Iterable[Block]:
    yield heading(1, word("covering.do_heading"))
    steps: list[tuple[Block, ...]] = [(paragraph(word(f"covering.step_{name}")),) for name in ("read", "sign", "keep")]
    steps.append((Paragraph(tuple(_where_to_return(sender))),))
    steps.append((paragraph(word("covering.step_nominate")),))
    yield Numbered(tuple(steps))


def _where_to_return(sender: Sender | None) -> Iterable[Inline]:
    if sender is None:
        yield Text(word("covering.step_return_anywhere"))
        return
    yield Text(word("covering.step_return", sender=sender.contact.name))
    for line in filter(None, (sender.contact.post, *sender.address)):
        yield Break()
        yield Text(plain(line))
    if sender.contact.mailbox:
        yield Break()
        yield from mail(sender.contact.mailbox)


def letter_defaults() -> Stamp:
    """The letter's places before it is addressed to anyone."""
    return Stamp({f"letter__{name}": "" for name in _STAMPED})


def stamp_of_letter(to: Recipient) -> Stamp:
    """The letter to one party."""
    if to.signed is None:
        standing = word("covering.standing_new", organisation=to.contact.name)
    else:
        version, on = to.signed
        standing = word("covering.standing_signed", organisation=to.contact.name, version=version, on=date_in_words(on))
    return Stamp(
        {
            "letter__to": ", ".join(part for part in (to.contact.name, to.contact.address_line) if part),
            "letter__date": date_in_words(to.issued_on),
            "letter__return_by": date_in_words(to.return_by),
            "letter__standing": standing,
        },
        properties_of_copy(to),
    )


def nomination_form(form_id: str, form: Form, agreement: Agreement) -> Document:
    """The form on which a party names its officer, with a line for whose it is."""
    return replace(
        form_document(form_id, form, agreement), copy=copy_line(word("copy.nomination"), word("copy.nomination_do"))
    )


def nomination_defaults() -> Stamp:
    return Stamp({"copy__for": word("copy.nomination"), "copy__do": word("copy.nomination_do")})


def stamp_of_nomination(to: Recipient, sender: Sender | None) -> Stamp:
    """The form for one party."""
    what = (
        word("copy.nomination_return", sender=sender.where, by=date_in_words(to.return_by))
        if sender
        else word("copy.return_anywhere", by=date_in_words(to.return_by))
    )
    return Stamp(
        {"copy__for": word("copy.nomination_for", organisation=to.contact.name), "copy__do": what},
        properties_of_copy(to),
    )


# -- copies -----------------------------------------------------------------------------------------------------


def copy_line(whose: str = "", what: str = "") -> Blocks:
    """The band on the first page that says whose copy this is and what to do with it."""
    return (
        Paragraph(
            (Field("stamped", "copy__for", word("copy.for_label"), value=whose or word("copy.master"), lines=2),)
        ),
        Paragraph(
            (Field("stamped", "copy__do", word("copy.do_label"), value=what or word("copy.master_do"), lines=3),)
        ),
    )


def master_stamp() -> Stamp:
    """What the band says before a copy is made."""
    return Stamp({"copy__for": word("copy.master"), "copy__do": word("copy.master_do")})


def stamp_of_copy(number: int, to: Recipient, sender: Sender | None) -> Stamp:
    """Copy 1, which the party keeps, or copy 2, which it returns."""
    if number == KEEP:
        what = word("copy.keep")
    elif sender is None:
        what = word("copy.return_anywhere", by=date_in_words(to.return_by))
    elif sender.contact.organisation == to.contact.organisation:
        what = word("copy.lead")
    else:
        what = word("copy.return", sender=sender.where, by=date_in_words(to.return_by))
    return Stamp(
        {"copy__for": word("copy.for", number=str(number), organisation=to.contact.name), "copy__do": what},
        properties_of_copy(to, number=f"{number} of 2"),
    )


def properties_of_copy(to: Recipient, *, number: str = "") -> dict[str, str]:
    """What the file's metadata says of a party's copy, letter or form."""
    return {
        "Organisation": to.contact.organisation,
        "OrganisationName": to.contact.name,
        "CopyNumber": number,
        "IssuedOn": to.issued_on.isoformat(),
    }
