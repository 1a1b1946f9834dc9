"""Protocols sorted under headings: by area, by kind, by the stage of a sentence they serve. No words, no HTML.

A protocol may stand under more than one heading. Restricted ones do not tell where they belong, and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from undersigned.facts.protocol import ProtocolFacts
from undersigned.records.fields import KEBAB
from undersigned.records.protocol import ProtocolKind, Stage

Facet = Literal["area", "kind", "purpose"]
FACETS: tuple[Facet, ...] = get_args(Facet)


@dataclass(frozen=True)
class Heading:
    """One heading and what stands under it. `key` is empty for those that state nothing; `anchor` fits an address."""

    key: str
    anchor: str
    protocols: tuple[ProtocolFacts, ...]


def headings(protocols: Iterable[ProtocolFacts], facet: Facet) -> tuple[Heading, ...]:
    """The headings that have a protocol: areas by name, kinds and stages in the order of the record format."""
    keys_of, order = _FACETS[facet]
    found: dict[str, list[ProtocolFacts]] = {}
    for protocol in protocols:
        if protocol.restricted:
            continue
        for key in dict.fromkeys(keys_of(protocol)) or ("",):
            found.setdefault(key, []).append(protocol)
    keys = sorted(found, key=lambda key: (key == "", order.index(key) if key in order else len(order), key))
    return tuple(Heading(key, _anchor(facet, key, place), tuple(found[key])) for place, key in enumerate(keys, start=1))


def _anchor(facet: Facet, key: str, place: int) -> str:
    return f"{facet}-{key}" if KEBAB.match(key) else f"{facet}-no-{place}"


def _areas(protocol: ProtocolFacts) -> Iterable[str]:
    return protocol.record.areas


def _kind(protocol: ProtocolFacts) -> Iterable[str]:
    return (protocol.text.kind or protocol.record.kind,)


def _stages(protocol: ProtocolFacts) -> Iterable[str]:
    return protocol.stages


_FACETS: dict[Facet, tuple[Callable[[ProtocolFacts], Iterable[str]], tuple[str, ...]]] = {
    "area": (_areas, ()),
    "kind": (_kind, get_args(ProtocolKind)),
    "purpose": (_stages, get_args(Stage)),
}
