"""Who is party to an agreement, what each does under it, and whom to contact, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.documents.content.agreement import Agreement, PartyEntry
from undersigned.documents.content.pieces import heading, mail, one_or_bullets, paragraph
from undersigned.documents.model import Block, Blocks, Paragraph, Table
from undersigned.documents.words import listed, term, word
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


def officer_section(agreement: Agreement) -> Iterable[Block]:
    """The posts to contact; nothing where none is named."""
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
        rows.append(
            (
                (paragraph(officer.organisation),),
                (paragraph(post),),
                (paragraph(officer.deputy_post),) if officer.deputy_post else (),
                (Paragraph(mail(officer.mailbox)),) if officer.mailbox else (),
            )
        )
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
