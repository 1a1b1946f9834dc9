"""Who is party to an agreement, what each does under it, and whom to contact, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.agreement import Agreement, PartyEntry
from undersigned.documents.content.pieces import heading, mail, one_or_bullets, paragraph
from undersigned.documents.model import Block, Blocks, Paragraph, Table
from undersigned.documents.words import listed, term, word
from undersigned.facts.contacts import PointOfContact
from undersigned.words.dates import date_in_words

#: Shares of the width, of those columns that are shown; the first is worked out from the names.
_PARTY_WIDTHS = {"organisation": 3.6, "role": 2.4, "capacity": 4.6, "signs": 2.0}


def party_section(agreement: Agreement) -> Iterable[Block]:
    """The parties, each with its part, and the groups that flows name."""
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
        yield _contact_row(contact.name, post, contact.deputy_post, contact.mailbox)
    for other in contact.others:
        post = other.post or word("officers.not_named")
        if other.hours:
            post = word("officers.other", post=post, hours=other.hours.replace("-", " "))
        yield _contact_row(contact.name, post, None, other.mailbox)


def _contact_row(organisation: str, post: str, deputy: str | None, mailbox: str | None) -> tuple[Blocks, ...]:
    return (
        (paragraph(organisation),),
        (paragraph(post),),
        (paragraph(deputy),) if deputy else (),
        (Paragraph(mail(mailbox)),) if mailbox else (),
    )


def _name_share(usual: float, names: Iterable[str]) -> float:
    """The share of the width for names of organisations: more where one is very long."""
    return usual * (1.5 if max(map(len, names), default=0) > 60 else 1)
