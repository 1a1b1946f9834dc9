"""A proposal for programs: codes and facts beside the words. Every id is whole, every day ISO."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from undersigned.changes.report.phrases import Speech, why_odd
from undersigned.changes.report.points import Body, Oddity, Point, Proposal, Unread, Word
from undersigned.records.fields import Month
from undersigned.words.text import plain

_SPEECH = Speech(plain)


def proposal_data(proposal: Proposal) -> dict[str, object]:
    """The proposal as JSON data. Codes never change meaning; words may."""
    return {
        "base": proposal.base,
        "head": proposal.head,
        "compared_from": proposal.compared_from,
        "relation": proposal.relation,
        "as_of": proposal.as_of.isoformat(),
        "counts": {**proposal.counts(), "files": proposal.files, "other_files": len(proposal.other_files)},
        "protocols": [
            {
                "id": protocol.id,
                "title": protocol.title,
                "sort": protocol.sort,
                "former_id": protocol.former_id,
                "points": [
                    {"part": part, **_point(point)} for part, points in protocol.parts.items() for point in points
                ],
            }
            for protocol in proposal.protocols
        ],
        "organisations": [
            {
                "id": organisation.id,
                "name": organisation.name,
                "points": [_point(point) for point in organisation.points],
            }
            for organisation in proposal.organisations
        ],
        "unread": [_unread(unread) for unread in proposal.unread],
        "odd": [
            {**_oddity(oddity), "says": _SPEECH.oddity(oddity), "why": why_odd(oddity.code)} for oddity in proposal.odd
        ],
        "not_judged": [
            {**_oddity(oddity), "says": _SPEECH.say("not_judged", oddity.code, oddity.values)}
            for oddity in proposal.not_judged
        ],
    }


def _point(point: Point) -> dict[str, object]:
    out: dict[str, object] = {
        "code": point.code,
        "weight": point.weight,
        "says": _SPEECH.point(point),
        "values": _values(point.values),
    }
    if point.spans:
        out["words"] = [{"kind": span.kind, "text": span.text} for span in point.spans]
    return out


def _unread(unread: Unread) -> dict[str, object]:
    return {
        "code": unread.code,
        "side": unread.side,
        "path": unread.path,
        "line": unread.line,
        "message": unread.message,
        "says": _SPEECH.unread(unread),
    }


def _oddity(oddity: Oddity) -> dict[str, object]:
    return {"code": oddity.code, "protocol": oddity.protocol, "values": _values(oddity.values)}


def _values(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: object) -> object:
    match value:
        case Body():
            return {"id": value.id, "name": value.name}
        case Word():
            return value.id
        case Point():
            return {"says": _SPEECH.value(value), **_values(value.values)}
        case tuple():
            return [_value(entry) for entry in value]
        case date() | Month():
            return str(value)
        case None | bool() | int():
            return value
        case _:
            return str(value)
