"""Each organisation in the register: its protocols, what it leads and owes, and which bodies it took over from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from undersigned.facts.parties import PartyFacts
from undersigned.facts.protocol import ProtocolFacts
from undersigned.records.fields import KEBAB, When
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import ENDED
from undersigned.register import Register
from undersigned.status import LateReturn, has_happened
from undersigned.words.text import in_reading_order


@dataclass(frozen=True)
class Membership:
    """An organisation as a party of one protocol. `party` is None if the protocol is restricted."""

    protocol: ProtocolFacts
    party: PartyFacts | None


@dataclass(frozen=True)
class OrganisationFacts:
    """One organisation. `returns_owed`: outcome returns that are due from it and late.

    `has_ended`: by the day asked about. `predecessors` and `successors` are (id, name). `to_take_over`: the bodies that it
    will succeed, with the day on which each ends, which has not come.
    """

    id: str
    record: Organisation
    has_ended: bool
    memberships: tuple[Membership, ...]
    leads: tuple[ProtocolFacts, ...]
    owns: tuple[ProtocolFacts, ...]
    returns_owed: tuple[tuple[ProtocolFacts, LateReturn], ...]
    predecessors: tuple[tuple[str, str], ...]
    successors: tuple[tuple[str, str], ...]
    to_take_over: tuple[tuple[str, str, When], ...] = ()

    @property
    def to_sign(self) -> tuple[Membership, ...]:
        """Protocols that wait for this body's signature."""
        return tuple(
            m
            for m in self.memberships
            if m.party
            and m.party.status.state in ("awaiting", "stale", "not-sent")
            and m.protocol.record.status not in ("draft", "consultation", *ENDED)
        )

    @property
    def binding(self) -> int:
        """How many of its protocols have a text that binds it."""
        return sum(1 for m in self.memberships if m.party and self.id in m.protocol.bound)

    @property
    def copies_owed(self) -> tuple[Membership, ...]:
        """Protocols whose lead has no signed paper copy from this body yet."""
        return tuple(m for m in self.memberships if m.party and m.party.status.copy_outstanding)


@dataclass
class _Place:
    """Gathers what the protocols say about one organisation."""

    memberships: list[Membership] = field(default_factory=list)
    leads: list[ProtocolFacts] = field(default_factory=list)
    owns: list[ProtocolFacts] = field(default_factory=list)
    returns: list[tuple[ProtocolFacts, LateReturn]] = field(default_factory=list)


def organisations_of(
    protocols: Iterable[ProtocolFacts], register: Register, *, as_of: date
) -> Iterator[OrganisationFacts]:
    """Every organisation that reads, by id. `protocols` in the order in which they are to be listed."""
    present = register.present_organisation
    places = _places(protocols)
    records: dict[str, Organisation] = {}
    for id_ in register.organisation_ids:
        read = register.organisation(id_)
        if KEBAB.match(id_) and read is not None and read.value is not None:
            records[id_] = read.value
    before: dict[str, list[str]] = {}
    for id_, record in records.items():
        for successor in record.successors:
            before.setdefault(present(successor), []).append(id_)

    def ahead(record: Organisation) -> bool:
        """Whether it ends on a day that has not come."""
        return record.dissolved_on is not None and not has_happened(record.dissolved_on, as_of)

    for old in before.values():
        old.sort(key=lambda id_: (in_reading_order(records[id_].name), id_))
    for id_, record in records.items():
        place = places.get(id_, _Place())
        yield OrganisationFacts(
            id=id_,
            record=record,
            has_ended=has_happened(record.dissolved_on, as_of),
            memberships=tuple(place.memberships),
            leads=tuple(place.leads),
            owns=tuple(place.owns),
            returns_owed=tuple(place.returns),
            predecessors=tuple((old, records[old].name) for old in before.get(id_, ()) if not ahead(records[old])),
            successors=tuple((present(new), register.organisation_name(new)) for new in record.successors),
            to_take_over=tuple(
                (old, records[old].name, end)
                for old in before.get(id_, ())
                if ahead(records[old]) and (end := records[old].dissolved_on) is not None
            ),
        )


def _places(protocols: Iterable[ProtocolFacts]) -> dict[str, _Place]:
    found: dict[str, _Place] = {}

    def place(id_: str) -> _Place:
        return found.setdefault(id_, _Place())

    for protocol in protocols:
        if protocol.restricted:
            for id_, _name in protocol.parties_by_name:
                place(id_).memberships.append(Membership(protocol, None))
            continue
        for party in protocol.parties:
            place(party.id).memberships.append(Membership(protocol, party))
        for id_, _name in protocol.lead:
            place(id_).leads.append(protocol)
        for id_, _name in protocol.bodies(*(owner.organisation for owner in protocol.record.owner)):
            place(id_).owns.append(protocol)
        for late in protocol.late_returns:
            # What nobody is named for falls to the lead.
            for id_, _name in protocol.bodies(late.by or protocol.record.lead):
                place(id_).returns.append((protocol, late))
    return found
