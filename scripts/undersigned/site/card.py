"""How large the practitioner's card is on paper: the largest type in which its flows and contacts fill one side of A4.

What it takes is reckoned in lines, from the sizes that the style sheet gives each class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from undersigned.facts.flows import End, FlowCard, FlowTerms
from undersigned.facts.parties import Participant
from undersigned.facts.protocol import ProtocolFacts

CardSize = Literal["short", "medium", "long", "longer", "full", "two-sides"]


@dataclass(frozen=True)
class _Setting:
    """A size of type. `points`: of a letter; `leading`: of a line, by the letter; `around`: points around a flow.

    `letter`: how wide a letter is on average, by its height, with what is left over at the end of a line.
    `dense`: a flow is one paragraph, and what stands above in full is said by its beginning.
    """

    size: CardSize
    points: float
    leading: float
    around: float
    letter: float
    dense: bool


_SETTINGS = (
    _Setting("short", 11, 1.16, 8, 0.5, dense=False),
    _Setting("medium", 9.5, 1.16, 8, 0.48, dense=False),
    _Setting("long", 10, 1.1, 3, 0.46, dense=True),
    _Setting("longer", 9, 1.1, 3, 0.46, dense=True),
    _Setting("full", 8.5, 1.05, 1, 0.445, dense=True),
)
#: In points: a column of the card, measured on paper; the two of them; what the summary and a notice take from each.
_WIDTH, _HEIGHT, _SUMMARY, _NOTICE = 269, 1530, 35, 32
#: How long its own words are: the standing, the heads and the note; a flow's labels; a body's versions and labels.
_FIXED, _LABELS, _LABEL, _CONTACT = 330, 30, 12, 30


def card_size(protocol: ProtocolFacts) -> CardSize:
    """How small the card must be set to fit one side below its notices; where it cannot, it takes a sheet."""
    bodies = tuple(map(_contact, protocol.participants))
    notices = sum([protocol.shown_as != "in-force", protocol.later_version is not None, bool(protocol.changed_terms)])
    for setting in _SETTINGS:
        room = _HEIGHT - 2 * _NOTICE * notices - (0 if setting.dense else 2 * _SUMMARY)
        if _height(protocol.terms, bodies, setting) <= room:
            return setting.size
    return "two-sides"


def is_dense(size: CardSize) -> bool:
    """Whether a card of that size says by its beginning what stands above in full."""
    return size == "two-sides" or any(setting.dense for setting in _SETTINGS if setting.size == size)


def _height(terms: FlowTerms, bodies: tuple[int, ...], setting: _Setting) -> float:
    letters = _WIDTH / (setting.points * setting.letter)
    lines = ceil(_FIXED / letters) + sum(ceil(length / letters) for length in bodies)
    for card in terms.cards:
        paragraphs = [sum(_dense(card, terms.again[card.number]))] if setting.dense else _plain(card)
        lines += sum(ceil(length / letters) for length in paragraphs)
    return lines * setting.points * setting.leading + len(terms.cards) * setting.around


def _plain(card: FlowCard) -> Iterator[int]:
    """The length of each paragraph of a flow."""
    yield len(card.flow.title or card.flow.id) + 4
    for ends in (card.senders, card.receivers):
        yield _LABEL + _listed(end.name for end in ends)
    yield from _fields(card, {})


def _dense(card: FlowCard, again: Mapping[str, str]) -> Iterator[int]:
    """The length of each part of the one paragraph."""
    yield len(card.flow.title or card.flow.id) + 8
    yield _listed(_said(end, again) for end in (*card.senders, *card.receivers))
    yield from _fields(card, again)


def _said(end: End, again: Mapping[str, str]) -> str:
    if end.handle is None:
        return again.get(end.name, end.name)
    return f"{end.name} ({end.handle})" if end.first else end.handle


def _fields(card: FlowCard, again: Mapping[str, str]) -> Iterator[int]:
    flow = card.flow
    shared, limits = card.items_like, card.limits_like
    names = (item.name for item in card.items) if shared is None else (*shared.without, *shared.also)
    yield _LABEL + _LABELS * (shared is not None) + _listed(again.get(name, name) for name in names)
    names = flow.not_shared if limits is None else (*limits.without, *limits.also)
    yield _LABEL + _listed(again.get(name, name) for name in names)
    for text in (flow.method, flow.timing, flow.when if flow.when != "routine" else None):
        if text:
            yield _LABEL + len(text)


def _listed(texts: Iterable[str]) -> int:
    return sum(len(text) + 2 for text in texts)


def _contact(body: Participant) -> int:
    contact = body.contact
    texts = [contact.post, contact.mailbox, contact.deputy_post, "" if contact.nominated else " (no officer named yet)"]
    for other in contact.others:
        texts += [other.post, other.mailbox, other.hours, "For" + ", 10" * len(other.flows)]
    return len(body.name) + _CONTACT + _listed(text for text in texts if text)
