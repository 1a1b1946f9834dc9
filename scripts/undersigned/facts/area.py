"""One area on one day: its protocols with their states, what they have in common, who provides help, and what ends.

The pages of an area and the report to its board say the same, because both read this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from undersigned.figures.combined import Combined, areas_in, combined
from undersigned.figures.landscape import Event, Landscape, Link, areas_of, landscape
from undersigned.figures.profile import Seen
from undersigned.figures.provision import AreaMap, area_ids, area_map
from undersigned.figures.survival import FEWEST, Clock
from undersigned.records.fields import KEBAB, in_time
from undersigned.register import Register
from undersigned.status import PartyStatus, ProtocolStatus
from undersigned.words.dates import days_in_words
from undersigned.words.text import in_reading_order

_WAITING = frozenset({"awaiting", "stale", "not-sent"})


@dataclass(frozen=True)
class AreaFacts:
    """One area, or one protocol of it. Works each answer out when it is asked for: a list of areas needs no landscape.

    `known`: every protocol of the register without faults, and its state. `protocol`: the id of the only protocol looked at.
    Then nothing is said of pairs, links and services.
    """

    area: str
    as_of: date
    register: Register
    known: tuple[tuple[Seen, ProtocolStatus], ...] = field(repr=False)
    protocol: str | None = None

    @cached_property
    def landscape(self) -> Landscape:
        return landscape(self.register, [seen for seen, _ in self.known], area=self.area, as_of=self.as_of)

    @cached_property
    def statuses(self) -> tuple[ProtocolStatus, ...]:
        """Those of its protocols that are live or coming, by title."""
        here = (status for _, status in self.known if status.id in self._here)
        return tuple(sorted(here, key=lambda one: one.title))

    @cached_property
    def _here(self) -> Mapping[str, Seen]:
        return {
            seen.id: seen
            for seen, _ in self.known
            if (seen.live or seen.coming) and not self._within.isdisjoint(seen.areas)
        }

    @cached_property
    def maps(self) -> tuple[AreaMap, ...]:
        """What is provided in it, for each area in it that says so."""
        ids = [id_ for id_ in area_ids(self.register) if id_ in self._within]
        return tuple(area_map(self.register, id_, as_of=self.as_of) for id_ in ids)

    @cached_property
    def _within(self) -> frozenset[str]:
        return areas_in(self.area, self.register.parts_of_areas)

    @cached_property
    def outcomes(self) -> Combined:
        """What was returned for the area and the areas in it, under protocols that are not restricted."""
        found = combined(self.register, as_of=self.as_of, area=self.area, restricted=False)
        if self.protocol is None:
            return found
        return replace(found, rows=tuple(row for row in found.rows if set(row.protocols) == {self.protocol}))

    @property
    def live(self) -> tuple[ProtocolStatus, ...]:
        return tuple(one for one in self.statuses if one.status in ("signing", "in-force"))

    @property
    def late(self) -> tuple[ProtocolStatus, ...]:
        """Protocols whose review is late, the latest first."""
        late = [one for one in self.statuses if one.review.state in ("overdue", "lapsed")]
        return tuple(sorted(late, key=lambda one: (in_time(one.review.due_on or self.as_of), one.id)))

    @property
    def waiting(self) -> tuple[tuple[ProtocolStatus, PartyStatus], ...]:
        """Signatures still to come, the longest wait first; those whose wait is not known come last."""
        open_ = [
            (one, party)
            for one in self.live
            if not self._here[one.id].restricted
            for party in one.parties
            if _waits(party)
        ]
        return tuple(sorted(open_, key=lambda pair: (-(pair[1].days_waiting or 0), pair[0].id, pair[1].organisation)))

    @property
    def ending(self) -> tuple[Event, ...]:
        """Money, contracts and services that end within a year, first things first."""
        kinds = ("money", "service") if self.protocol is None else ("money",)
        return tuple(one for one in self.landscape.year if one.kind in kinds)

    def title(self, protocol: str) -> str:
        found = self._here.get(protocol)
        return protocol if found is None else found.title

    @property
    def gaps(self) -> tuple[Link, ...]:
        return tuple(link for link in self.landscape.links if link.state not in ("in-force", "cannot-say"))

    def name(self, organisation: str) -> str:
        return self.register.organisation_name(organisation)


def clock_in_words(start: str, clock: Clock) -> str:
    """How long something takes and how sure that is, for every output. `start`: what the days finish, as `Half end within`.

    Too few cases are said to be too few.
    """
    if clock.ended < FEWEST:
        return f"Too few have ended to say how long it takes ({clock.ended} of {clock.n})."
    if clock.median is None:
        return f"Fewer than half of {clock.n} have ended, so nobody can say yet how long it takes."
    low = "not known" if clock.low is None else str(clock.low)
    sure = f"between {low} and {clock.high}" if clock.high is not None else f"not before {low}"
    return f"{start} {days_in_words(clock.median)} ({sure}, with 95 per cent confidence; {clock.ended} of {clock.n} have ended)."


def _waits(party: PartyStatus) -> bool:
    return party.state in _WAITING


def areas_shown(
    register: Register, protocols: Iterable[tuple[Seen, ProtocolStatus]], *, as_of: date
) -> tuple[AreaFacts, ...]:
    """Every area that one of these protocols names, and each that holds such areas, by name.

    `protocols`: those without faults, each with its state. What cannot be the id of an area is left out, because the id
    becomes an address. A restricted protocol publishes no area, and is in none. Whether it covers a link cannot be said.
    """
    known = tuple((replace(seen, areas=()) if seen.restricted else seen, status) for seen, status in protocols)
    named, parts = set(areas_of([seen for seen, _ in known])), register.parts_of_areas
    whole = {area for area in parts if named & areas_in(area, parts)}
    shown = sorted(filter(KEBAB.match, named | whole), key=in_reading_order)
    return tuple(AreaFacts(area, as_of, register, known) for area in shown)
