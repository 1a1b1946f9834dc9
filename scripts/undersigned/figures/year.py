"""What falls due in an area within a year of a day: reviews, ends of texts, of money and of services, and days of notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from undersigned.figures.combined import areas_in
from undersigned.figures.provision import area_ids, services
from undersigned.records.fields import When, earliest, has_happened, in_time, latest
from undersigned.register import Register

#: A review; the end of a text; the end of a protocol's money; the last day for notice to a service; and its end.
EventKind = Literal["review", "text", "money", "notice", "service"]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
_A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Event:
    """One day or month. `what`: the money or the part of a service, "" where the kind says it. `of`: the title of what
    it belongs to. `id`: of the protocol, or `area/service`."""

    kind: EventKind
    on: When
    what: str
    of: str
    id: str


def in_the_year(events: Iterable[Event], *, as_of: date) -> tuple[Event, ...]:
    """Those from the day on that are over within a year, first things first."""
    found = [
        one
        for one in events
        if not has_happened(one.on, as_of - timedelta(days=1)) and latest(one.on) <= as_of + _A_YEAR
    ]
    return tuple(sorted(found, key=lambda one: (in_time(one.on), KINDS.index(one.kind), one.of, one.what)))


def services_due(register: Register, area: str | None, *, as_of: date) -> Iterator[Event]:
    """Of every service that has not ended, in the area and the areas in it: its days of notice and its ends."""
    within = None if area is None else areas_in(area, register.parts_of_areas)
    for id_ in area_ids(register):
        for one in services(register, id_, as_of=as_of) if within is None or id_ in within else ():
            if one.state != "ended":
                yield from (Event("service", when, what, one.value.title, f"{id_}/{one.id}") for what, when in one.ends)
                contract = one.value.contract
                if contract is not None and contract.notice_by is not None:
                    yield Event("notice", contract.notice_by, "", one.value.title, f"{id_}/{one.id}")


def months_of(as_of: date) -> tuple[tuple[int, int], ...]:
    """The thirteen months, as (year, month), that a year from a day touches."""
    first = as_of.year * 12 + as_of.month - 1
    return tuple(divmod(first + number, 12) for number in range(13))


def by_month(events: Iterable[Event], *, as_of: date) -> dict[EventKind, tuple[int, ...]]:
    """How many events of each kind there are in each of the thirteen months. A month without a day counts as it is."""
    place = {month: number for number, month in enumerate(months_of(as_of))}
    counts = {kind: [0] * len(place) for kind in KINDS}
    for one in events:
        day = earliest(one.on)
        counts[one.kind][place[day.year, day.month - 1]] += 1
    return {kind: tuple(numbers) for kind, numbers in counts.items()}
