"""Lists under headings, in pages of at most `MOST_ROWS` rows. Free of MkDocs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, get_args

from undersigned.facts.protocol import ProtocolFacts
from undersigned.records.fields import KEBAB
from undersigned.records.protocol import ProtocolKind, Stage
from undersigned.site.areas import MOST_ROWS

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


@dataclass(frozen=True)
class Group(Generic[Row_co]):
    """Rows under one heading. `anchor` is for addresses."""

    key: str
    anchor: str
    rows: tuple[Row_co, ...]


@dataclass(frozen=True)
class Place(Generic[Row_co]):
    """Where a group begins in a list: the number of the page. `total`: its rows on all pages."""

    group: Group[Row_co]
    page: int

    @property
    def total(self) -> int:
        return len(self.group.rows)


@dataclass(frozen=True)
class ListPage(Generic[Row_co]):
    """One page of a list. `name`: its folder below `lists/`, where every page but the first is. `url`: the first page.

    `groups`: what it shows, each with those of its rows that are on this page. `places`: every group of the list.
    """

    name: str
    url: str
    number: int
    numbers: int
    groups: tuple[tuple[Place[Row_co], tuple[Row_co, ...]], ...]
    places: tuple[Place[Row_co], ...]

    def address(self, number: int) -> str:
        """Returns the folder of a page of this list, relative to the site's root."""
        return self.url if number == 1 else f"lists/{self.name}/page-{number}/"

    @property
    def rows(self) -> tuple[Row_co, ...]:
        return tuple(row for _place, rows in self.groups for row in rows)


def in_pages(name: str, url: str, groups: Iterable[Group[Row]]) -> tuple[ListPage[Row], ...]:
    """Returns the pages of a list, at least one. Groups without rows are left out."""
    rows = [(group, row) for group in groups for row in group.rows]
    begins: dict[int, Place[Row]] = {}
    for at, (group, _row) in enumerate(rows):
        begins.setdefault(id(group), Place(group, at // MOST_ROWS + 1))
    places = tuple(begins.values())
    parts = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)] or [[]]
    return tuple(
        ListPage(
            name,
            url,
            number,
            len(parts),
            tuple(
                (place, found)
                for place in places
                if (found := tuple(row for group, row in part if group is place.group))
            ),
            places,
        )
        for number, part in enumerate(parts, start=1)
    )


def pages_of_rows(name: str, url: str, rows: Sequence[Row]) -> tuple[ListPage[Row], ...]:
    """The same of a list without headings."""
    return in_pages(name, url, (Group("", "", tuple(rows)),))


# -- protocols under headings --------------------------------------------------------------------------------------

Facet = Literal["area", "kind", "purpose"]
FACETS: tuple[Facet, ...] = get_args(Facet)


def headings(protocols: Iterable[ProtocolFacts], facet: Facet) -> tuple[Group[ProtocolFacts], ...]:
    """Returns the headings that have a protocol: areas by name, kinds and stages in the order of the record format.

    A protocol may be under more than one. The key is empty for those that state none. Restricted protocols do not publish
    where they belong, and are left out.
    """
    keys_of, order = _FACETS[facet]
    found: dict[str, list[ProtocolFacts]] = {}
    for protocol in protocols:
        if protocol.restricted:
            continue
        for key in dict.fromkeys(keys_of(protocol)) or ("",):
            found.setdefault(key, []).append(protocol)
    keys = sorted(found, key=lambda key: (key == "", order.index(key) if key in order else len(order), key))
    return tuple(Group(key, _anchor(facet, key, place), tuple(found[key])) for place, key in enumerate(keys, start=1))


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


def by_status(protocols: Iterable[ProtocolFacts], order: Sequence[str]) -> Iterator[Group[ProtocolFacts]]:
    """Yields the published protocols under their status, in this order."""
    found = [facts for facts in protocols if not facts.restricted]
    for status in order:
        yield Group(status, status, tuple(facts for facts in found if facts.record.status == status))


def restricted(protocols: Iterable[ProtocolFacts]) -> Group[ProtocolFacts]:
    """Returns the protocols of which only title, parties and dates are published."""
    return Group("restricted", "restricted", tuple(facts for facts in protocols if facts.restricted))
