"""The blocks of a copy: who signed where and how, and whether the block is one that this copy was sent for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from undersigned.returned.signatures import Certificate
from undersigned.returned.values import Value
from undersigned.returned.verdict import Block, Difference, How, Issued, State

_TYPED = "It is signed by typing. Nothing in the file shows who typed it."
_PICTURE = "A picture or drawing stands where the signature goes. Nothing in the file shows whose it is."
_NOT_TICKED = "The box for the declaration of authority is not ticked."
_BEGUN = "The block is filled in, or begun, but not signed."


@dataclass(frozen=True)
class Place:
    """What stands in one block. `how`: what stands at the place of the signature, beside a certificate."""

    organisation: str | None
    held: Mapping[str, Value]
    how: How | None
    certificate: Certificate | None = None
    certificate_field: str | None = None
    notes: tuple[str, ...] = ()
    page: int | None = None


def blocks_of(
    places: Sequence[Place], loose: Sequence[Place], issued: Issued | None, *, typing_shows: bool = True
) -> tuple[list[Block], list[Difference]]:
    """The blocks, and the differences that signatures in another organisation's block are.

    `typing_shows`: a name under a ticked declaration is a signature, because nothing can be typed at its place.
    """
    blocks = [_block(place, typing_shows) for place in (*places, *loose)]
    if issued is None or issued.organisation is None:
        return blocks, []
    mine = {issued.organisation, issued.lead}
    found, foreign = [], []
    for block in blocks:
        if block.organisation is None or block.organisation in mine or block.state == "empty":
            found.append(block)
            continue
        name = issued.name(block.organisation)
        note = f"The copy was sent for {issued.name(issued.organisation)}, and this is the block of {name}."
        found.append(replace(block, notes=(*block.notes, note)))
        what = (
            "block of another organisation filled in"
            if block.state == "begun"
            else "signature in the block of another organisation"
        )
        foreign.append(Difference(what, name))
    return found, foreign


def _block(place: Place, typing_shows: bool) -> Block:
    certificate, authority = place.certificate, place.held.get("authority") is True
    name = _text(place.held.get("name"))
    how: How | None = place.how
    if certificate is not None:
        how = "certificate"
    elif how is None and typing_shows and authority and name:
        how = "typed"
    notes = [*place.notes, *(certificate.notes if certificate else ())]
    state: State = "empty"
    if certificate is not None:
        state = certificate.state
    elif how is not None:
        state = "signed"
        notes.append(_TYPED if how == "typed" else _PICTURE)
    elif any(place.held.values()):
        state = "begun"
        notes.append(_BEGUN)
    if how is not None and not authority and place.organisation is not None:
        notes.append(_NOT_TICKED)
    return Block(
        organisation=place.organisation,
        state=state,
        how=how,
        name=name,
        post=_text(place.held.get("post")),
        date=_text(place.held.get("date")),
        authority=authority,
        basis=_text(place.held.get("basis")),
        reservation=_text(place.held.get("reservation")),
        certificate=certificate.fingerprint if certificate else None,
        notes=tuple(notes),
        page=place.page,
        signed_at=_day_in_london(certificate.claimed_at) if certificate and certificate.claimed_at else None,
    )


def _day_in_london(moment: datetime) -> str:
    return (moment.astimezone(ZoneInfo("Europe/London")) if moment.tzinfo else moment).date().isoformat()


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
