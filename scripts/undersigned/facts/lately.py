"""What changed lately in the published protocols: versions agreed, signatures, reviews. Facts only, for one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from undersigned.facts.protocol import ProtocolFacts

LATELY_DAYS = 90


@dataclass(frozen=True)
class Change:
    """One thing that happened. `by`: (id, name) of those who signed a version on that day."""

    on: date
    kind: Literal["version", "signature", "review"]
    protocol: ProtocolFacts
    version: str
    by: tuple[tuple[str, str], ...] = ()


def changed_lately(protocols: Iterable[ProtocolFacts], *, as_of: date) -> tuple[Change, ...]:
    """Changes of the last 90 days, newest first. What is known only by its month, and restricted protocols, are left out."""
    since = as_of - timedelta(days=LATELY_DAYS)
    found = [
        change
        for protocol in protocols
        if not protocol.restricted
        for change in _changes(protocol)
        if since <= change.on <= as_of
    ]
    found.sort(key=lambda change: (change.protocol.title.casefold(), change.protocol.id, change.kind, change.version))
    return tuple(sorted(found, key=lambda change: change.on, reverse=True))


def _changes(protocol: ProtocolFacts) -> Iterator[Change]:
    for version in protocol.versions:
        if isinstance(version.version.agreed_on, date):
            yield Change(version.version.agreed_on, "version", protocol, version.number)
    for review in protocol.reviews:
        yield Change(review.completed_on, "review", protocol, review.review.version)
    signed: dict[tuple[date, str], list[tuple[str, str]]] = {}
    for act in protocol.acts:
        if isinstance(act.signed_on, date):
            signed.setdefault((act.signed_on, act.version), []).append((act.organisation, act.name))
    for (day, version_signed), by in signed.items():
        yield Change(day, "signature", protocol, version_signed, tuple(sorted(by, key=lambda body: body[1].casefold())))
