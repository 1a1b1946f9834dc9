"""A report for programs: codes and facts beside the phrases. Every id is complete, every day ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from undersigned.changes.report import Body, ChangeReport, Label, Oddity, Point
from undersigned.changes.sections import Phrases, why_odd
from undersigned.records.fields import Month
from undersigned.words.text import plain

_PHRASES = Phrases(plain)


def report_data(report: ChangeReport) -> dict[str, object]:
    """The report as JSON data. Codes never change meaning; phrases (`says`, `why`) may change."""
    return {
        "base": report.base,
        "head": report.head,
        "compared_from": report.compared_from,
        "relation": report.relation,
        "as_of": report.as_of.isoformat(),
        "counts": {**report.counts(), "files": report.files, "other_files": len(report.other_files)},
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
            for protocol in report.protocols
        ],
        "organisations": [
            {
                "id": organisation.id,
                "name": organisation.name,
                "points": [_point(point) for point in organisation.points],
            }
            for organisation in report.organisations
        ],
        "unread": [{**asdict(unread), "says": _PHRASES.unread(unread)} for unread in report.unread],
        "odd": [
            {**_oddity(oddity), "says": _PHRASES.oddity(oddity), "why": why_odd(oddity.code)}
            for oddity in report.oddities
        ],
        "not_judged": [
            {**_oddity(oddity), "says": _PHRASES.phrase("not_judged", oddity.code, oddity.values)}
            for oddity in report.not_judged
        ],
    }


def _point(point: Point) -> dict[str, object]:
    data: dict[str, object] = {
        "code": point.code,
        "weight": point.weight,
        "says": _PHRASES.point(point),
        "values": _values(point.values),
    }
    if point.spans:
        data["words"] = [asdict(span) for span in point.spans]
    return data


def _oddity(oddity: Oddity) -> dict[str, object]:
    return {"code": oddity.code, "protocol": oddity.protocol, "values": _values(oddity.values)}


def _values(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: object) -> object:
    match value:
        case Body():
            return asdict(value)
        case Label():
            return value.id
        case Point():
            return {"says": _PHRASES.value(value), **_values(value.values)}
        case tuple():
            return [_value(entry) for entry in value]
        case date() | Month():
            return str(value)
        case None | bool() | int():
            return value
        case _:
            return str(value)
