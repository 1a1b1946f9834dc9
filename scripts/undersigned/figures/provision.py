"""Who provides what in an area on a day: the services by kind and place, what ends, who owns it, and what is not known.

A kind that no record mentions is not known. Nobody provides it only if the keeper of the area has said so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from undersigned.figures.combined import areas_in
from undersigned.records.fields import KEBAB, When, add_months, has_happened, in_time, latest
from undersigned.records.provision import Provision
from undersigned.records.vocabulary import ProvisionKind, vocabulary
from undersigned.register import Register

ServiceState = Literal["running", "coming", "ended"]
CellState = Literal["provided", "none", "not-known"]
#: Months after which a record has to be confirmed again, as for contacts.
CONFIRMED_FOR = 6
#: What ends within so many days is named.
SOON = 183
_A_YEAR = 365


@dataclass(frozen=True)
class Service:
    """One record that reads. `until`: the day from which something that it needs is missing; None if that is not known.

    `ends`: what ends and when, in time order: the service itself, its contract, and each source of money.
    """

    area: str
    id: str
    value: Provision
    state: ServiceState
    until: When | None
    ends: tuple[tuple[str, When], ...]
    confirmation_due: date | None

    def covers(self, place: str) -> bool:
        """Whether it serves a place: one that it names, or every place of its area if it names none."""
        return not self.value.covers or place in self.value.covers


@dataclass(frozen=True)
class Cell:
    """What is known of one kind of service in one place. `as_known_on`: the day of a `none`, where the record gives one."""

    state: CellState
    running: tuple[Service, ...]
    others: tuple[Service, ...]
    as_known_on: date | None = None


@dataclass(frozen=True)
class AreaMap:
    """One area: its places, and for each kind of service one cell a place. `services`: every record that reads."""

    area: str
    places: tuple[str, ...]
    rows: tuple[tuple[ProvisionKind, tuple[Cell, ...]], ...]
    services: tuple[Service, ...]
    as_of: date

    @property
    def live(self) -> tuple[Service, ...]:
        return tuple(service for service in self.services if service.state == "running")

    def count(self, state: CellState) -> int:
        """How many kinds of service are in this state. `provided`: in some place; the others: in every place."""
        return sum(
            any(cell.state == state for cell in cells)
            if state == "provided"
            else {cell.state for cell in cells} == {state}
            for _, cells in self.rows
        )

    @property
    def ending(self) -> tuple[tuple[Service, str, When], ...]:
        """What ends within a year from the day, first things first."""
        limit = self.as_of + timedelta(days=_A_YEAR)
        found = [
            (service, what, when)
            for service in self.services
            if service.state != "ended"
            for what, when in service.ends
            if not has_happened(when, self.as_of - timedelta(days=1)) and latest(when) <= limit
        ]
        return tuple(sorted(found, key=lambda entry: (in_time(entry[2]), entry[0].id, entry[1])))

    @property
    def without_owner(self) -> tuple[Service, ...]:
        """Services of which no record says who is in charge."""
        return tuple(service for service in self.live if service.value.owner is None)

    @property
    def unconfirmed(self) -> tuple[Service, ...]:
        """Services that nobody has confirmed for six months, or ever."""
        return tuple(
            service
            for service in self.live
            if service.confirmation_due is None or service.confirmation_due < self.as_of
        )


def money_ends(value: Provision) -> When | None:
    """When the last source of money ends; None without a source, or if one of them states no end."""
    ends = [one.ends_on for one in value.funding]
    known = [end for end in ends if end is not None]
    return max(known, key=in_time) if known and len(known) == len(ends) else None


def service(area: str, id_: str, value: Provision, *, as_of: date) -> Service:
    """What one record says on a day. A service has ended if it says so, or if all its money has ended."""
    ends = list(_ends(value))
    last_money = money_ends(value)
    before = as_of - timedelta(days=1)
    state: ServiceState = "running"
    if has_happened(value.ends_on, before) or has_happened(last_money, before):
        state = "ended"
    elif value.starts_on is not None and not has_happened(value.starts_on, as_of):
        state = "coming"
    contract = value.contract.ends_on if value.contract is not None else None
    stops = [when for when in (value.ends_on, contract, last_money) if when is not None]
    return Service(
        area=area,
        id=id_,
        value=value,
        state=state,
        until=min(stops, key=in_time) if stops else None,
        ends=tuple(sorted(ends, key=lambda entry: in_time(entry[1]))),
        confirmation_due=None if value.confirmed_on is None else add_months(value.confirmed_on, CONFIRMED_FOR),
    )


def _ends(value: Provision) -> Iterator[tuple[str, When]]:
    if value.ends_on is not None:
        yield "The service", value.ends_on
    if value.contract is not None and value.contract.ends_on is not None:
        yield "The contract", value.contract.ends_on
    for one in value.funding:
        if one.ends_on is not None:
            yield one.source, one.ends_on


def area_ids(register: Register) -> tuple[str, ...]:
    """The areas that have a folder under `provision/`, in the order of their names; none whose name cannot be an id."""
    found = {area for area, _ in register.provisions} | set(register.provision_areas)
    return tuple(sorted(filter(KEBAB.match, found)))


def services(register: Register, area: str, *, as_of: date) -> tuple[Service, ...]:
    """Every record of an area that has no faults, in the order of the ids."""
    return tuple(
        service(area, id_, record.value, as_of=as_of)
        for (where, id_), record in register.provisions.items()
        if where == area and record.value is not None and record.clean
    )


def area_map(register: Register, area: str, *, as_of: date) -> AreaMap:
    """The map of one area. Kinds that no record of the area mentions are in it as well, as not known."""
    found = services(register, area, as_of=as_of)
    whole = register.parts_of_areas.get(area) or (area,)
    places = (*whole, *dict.fromkeys(place for one in found for place in one.value.covers if place not in whole))
    record = register.provision_areas.get(area)
    recorded = record.value if record is not None else None
    none = frozenset(recorded.none) if recorded is not None else frozenset[str]()
    rows = []
    for kind in vocabulary().provision_kinds.values():
        of_kind = [one for one in found if one.value.kind == kind.id]
        cells = []
        for place in places:
            here = [one for one in of_kind if one.covers(place)]
            running = tuple(one for one in here if one.state == "running")
            state: CellState = "provided" if running else "none" if kind.id in none else "not-known"
            others = tuple(one for one in here if one.state != "running")
            cells.append(Cell(state, running, others, recorded.confirmed_on if recorded and state == "none" else None))
        rows.append((kind, tuple(cells)))
    return AreaMap(area, places, tuple(rows), found, as_of)


def kinds_reached(register: Register) -> dict[str, frozenset[str]]:
    """By protocol: the kinds of service to which people are sent under it, as the records of provision say."""
    found: dict[str, set[str]] = {}
    for record in register.provisions.values():
        if record.value is not None:
            for id_ in record.value.protocols:
                found.setdefault(register.present_protocol(id_), set()).add(record.value.kind)
    return {id_: frozenset(kinds) for id_, kinds in found.items()}


def missing_for(register: Register, areas: tuple[str, ...], kind: str, *, as_of: date) -> tuple[str, str] | None:
    """The first of these areas where the records show that no service of a kind runs, and why: `none` or `ended`.

    None if a service runs in each area, or if some area says nothing about the kind: that is not known.
    """
    parts = register.parts_of_areas
    for area in areas:
        wider = [whole for whole in area_ids(register) if whole == area or area in areas_in(whole, parts)]
        found = [
            one
            for whole in wider
            for one in services(register, whole, as_of=as_of)
            if one.value.kind == kind and (whole == area or one.covers(area))
        ]
        if any(one.state != "ended" for one in found):
            continue
        records = [register.provision_areas[whole].value for whole in wider if whole in register.provision_areas]
        if any(record is not None and kind in record.none for record in records):
            return area, "none"
        if found:
            return area, "ended"
    return None
