"""How large the practitioner's card is on paper: the type in which its flows and contacts fill one side of A4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from undersigned.site.flows import FlowCard
from undersigned.site.parties import Contact

CardSize = Literal["short", "medium", "long", "full", "two-sides"]
#: The characters that a card of each size of type holds on one side, measured on paper.
_CARD_SIZES: Mapping[CardSize, int] = {"short": 3500, "medium": 5300, "long": 7700, "full": 12700}
#: An organisation's name with a post, a deputy and a mailbox; a flow's own lines.
_CONTACT_LENGTH, _FLOW_LENGTH = 110, 150


def card_size(cards: Iterable[FlowCard], contacts: Iterable[Contact]) -> CardSize:
    """How small the card must be set to fit one side; where it cannot, it takes a sheet."""
    length = sum(_length_on_card(card) for card in cards) + sum(_length_of_contact(contact) for contact in contacts)
    return next((size for size, most in _CARD_SIZES.items() if length <= most), "two-sides")


def _length_on_card(card: FlowCard) -> int:
    flow = card.flow
    texts = [flow.title or flow.id, flow.method or "", flow.timing or ""]
    texts += flow.not_shared if card.limits_like is None else ()
    texts += [item.name for item in card.items] if card.items_like is None else ()
    texts += [end.name for end in (*card.senders, *card.receivers)]
    return _FLOW_LENGTH + sum(len(text) for text in texts)


def _length_of_contact(contact: Contact) -> int:
    others = contact.party.others if contact.party is not None else ()
    return _CONTACT_LENGTH * (1 + len(others))
