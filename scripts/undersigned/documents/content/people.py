"""Two sides of A4 for the people whom the sharing is about: the page for people, with places to write whom to ask."""

from __future__ import annotations

from pathlib import PurePosixPath

from undersigned.documents.content.first_page import footer_of, properties_of, watermark_of
from undersigned.documents.model import Blocks, Document, Field, Paragraph, Pictured, Styled, Table, Text
from undersigned.documents.words import bullets, heading, mail, paragraph, text, word
from undersigned.facts.agreement import Agreement
from undersigned.facts.for_people import PeoplePage, Section
from undersigned.words.labels import label
from undersigned.words.prose import is_safe_link
from undersigned.words.text import with_capital

#: The id of the document, as a form has one.
FOR_PEOPLE = "for-people"


def people_document(agreement: Agreement, page: PeoplePage) -> Document:
    """The sheet for the person, in large type. `agreement`: the text that it goes with."""
    title = word("people.title", title=page.title)
    return Document(
        record=f"{agreement.id}/{FOR_PEOPLE}",
        title=title,
        kicker=word("people.kicker"),
        notice="",
        watermark=watermark_of(agreement),
        author=agreement.lead or "",
        subject=word("people.subject", protocol=agreement.id),
        facts=(),
        lead=tuple(Paragraph((Styled("strong", text(first)), Text(" "), *text(then))) for first, then in page.notices),
        contents=False,
        body=(
            *(_section(one) for one in (*page.sections, *page.rights)),
            _whom(page),
            paragraph(word("people.looked_at", looked_at=page.looked_at)),
        ),
        footer=_footer(agreement, page),
        properties=properties_of(agreement, FOR_PEOPLE),
        large=True,
    )


def _section(one: Section) -> Pictured:
    said: Blocks = (paragraph(one.sentences[0]),) if len(one.sentences) == 1 else (bullets(one.sentences),)
    return _pictured(one.picture, one.heading, said)


def _pictured(picture: str, title: str, blocks: Blocks) -> Pictured:
    return Pictured(picture, with_capital(label("picture", picture)), (heading(1, title, listed=False), *blocks))


def _whom(page: PeoplePage) -> Pictured:
    """Whom to ask. The officer's post is written in by the office that hands the sheet out, never a name in the register."""
    blocks: list[Table | Paragraph] = [paragraph(word("people.ask_officer"))]
    if page.asked is not None:
        post = word("people.of", post=page.asked.post, organisation=page.asked.organisation)
        line = text(word("people.or_write", to=post if page.asked.post else page.asked.organisation))
        blocks.append(Paragraph((*line, Text(" "), *mail(page.asked.mailbox)) if page.asked.mailbox else line))
    blocks.append(
        Table(
            caption=word("people.caption"),
            widths=(4, 7),
            head=(),
            rows=tuple(
                (
                    (Paragraph((Styled("strong", text(word(f"people.{name}"))),)),),
                    (Paragraph((Field("text", f"officer__{name}", word(f"people.{name}")),)),),
                )
                for name in ("post", "reach")
            ),
            row_heads=True,
            captioned=False,
        )
    )
    return _pictured("person", word("people.whom"), tuple(blocks))


def _footer(agreement: Agreement, page: PeoplePage) -> tuple[str, ...]:
    """What text the sheet speaks of, and where the page is that tells whether it still holds."""
    address = agreement.register_address.rstrip("/")
    first = (
        word("people.about", protocol=agreement.id, version=page.version) if page.version else footer_of(agreement)[0]
    )
    if not is_safe_link(address):
        return first, word("people.look")
    return first, f"{address}/{PurePosixPath('you', page.areas[0], agreement.id)}/"
