"""Who is at each end of each flow, what each is in law, and the law it relies on there. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary

from undersigned.checks.engine import ProtocolSubject
from undersigned.records.fields import earliest, latest
from undersigned.records.findings import Finding
from undersigned.records.organisation import Legal, Organisation
from undersigned.records.protocol import Flow, Item, Law, Party, Protocol
from undersigned.records.vocabulary import Entry, OrganisationKind, vocabulary

Answer = Literal["yes", "no", "depends"]
Section14 = Literal["side-a", "listed", "not-named", "depends"]
#: Whether a party's capacity says that it acts for another body: `authority` where it also says that this is a relevant
#: authority of section 115, or names one.
Behalf = Literal["no", "someone", "authority"]
PathTo = tuple[str | int, ...]

UNITED_KINGDOM = frozenset({"england", "wales", "scotland", "northern-ireland"})
#: Kinds whose bodies often work beyond the nation in which they are recorded.
_WIDE_KINDS = frozenset({"government", "jobcentre", "court", "voluntary", "employer", "other"})
_ON_BEHALF = re.compile(r"\b(?:on behalf of|acts for|acting for)\b", re.IGNORECASE)
_AN_AUTHORITY = re.compile(
    r"\brelevant authority\b|\bsection 115\b|\bs\.? ?115\b|\bcouncils?\b|\bpolice\b|\bintegrated care board\b|\bNHS England\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LegalCapacity:
    """What a body is in law, from its record or else from its kind. Two bodies of one capacity are judged alike.

    `unconfirmed`: facts taken from the vocabulary that still have to be confirmed. `foreign`: recorded outside the United
    Kingdom, so that its law is not asked there. `processor`: it acts for its controller, whose law it is (UK GDPR Article
    28; DPA 2018 ss.32 and 59), so that none is asked of itself.
    """

    kind: str
    places: frozenset[str]
    public_authority: Answer
    competent: Answer
    section_14: Section14
    section_115: Answer
    duty_to_refer: Answer
    serious_violence: Answer
    specified: Answer
    behalf: Behalf
    mappa_role: str | None
    unconfirmed: frozenset[str]
    foreign: bool
    processor: bool
    #: The protocols and flows to which its part in section 14 is limited; empty: not limited.
    section_14_work: frozenset[str] = frozenset()

    def sure(self, fact: str) -> bool:
        return fact not in self.unconfirmed


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """One body at one end of a flow. `law_path` is the flow, or the `law_differs` entry that replaces its law."""

    id: str
    name: str
    capacity: LegalCapacity
    law: Law
    law_path: PathTo


@dataclass(frozen=True, slots=True)
class SharedItem:
    """What a flow shares: where the flow names it, and where it is spelled out (there, or among the data items)."""

    path: PathTo
    origin: PathTo
    item: Item


@dataclass(frozen=True)
class FlowView:
    """A flow with its ends found. Ends that are unknown, unreadable or no party are left out: other rules name them."""

    path: PathTo
    flow: Flow
    senders: tuple[FlowEnd, ...]
    receivers: tuple[FlowEnd, ...]
    shared: tuple[SharedItem, ...]
    #: Whether every name under `law_differs` is a party or a group, so that the law at each end is known.
    law_is_known: bool = True

    @cached_property
    def pairs(self) -> tuple[tuple[list[FlowEnd], list[FlowEnd]], ...]:
        """Senders with receivers, nobody with itself alone. Bodies of one capacity and law go together: there may be
        many of them, and all are judged alike."""
        senders: dict[tuple[LegalCapacity, PathTo], list[FlowEnd]] = {}
        for end in self.senders:
            senders.setdefault((end.capacity, end.law_path), []).append(end)
        receivers: dict[LegalCapacity, list[FlowEnd]] = {}
        for end in self.receivers:
            receivers.setdefault(end.capacity, []).append(end)
        return tuple(
            (some, others)
            for some in senders.values()
            for others in receivers.values()
            if len(some) > 1 or len(others) > 1 or some[0].id != others[0].id
        )

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(shared.item for shared in self.shared)

    @cached_property
    def sender_ids(self) -> frozenset[str]:
        return frozenset(end.id for end in self.senders)

    @cached_property
    def receiver_ids(self) -> frozenset[str]:
        return frozenset(end.id for end in self.receivers)

    @cached_property
    def special(self) -> bool:
        return any("special-category" in item.sensitivity for item in self.items)

    @cached_property
    def offence(self) -> bool:
        return any("criminal-offence" in item.sensitivity for item in self.items)

    @cached_property
    def identifies(self) -> bool:
        """Whether anybody can be known from it; taken to be so where no item is named."""
        return self.flow.regime != "none" and (
            not self.flow.items or not self.items or any(item.sensitivity != ("depersonalised",) for item in self.items)
        )

    @property
    def leaves_law_enforcement(self) -> bool:
        """Whether it is held under Part 3 and received outside it (DPA 2018 s.36(4))."""
        return self.flow.regime == "crossing" or (
            self.flow.regime == "law-enforcement" and self.flow.receiving_regime == "uk-gdpr"
        )

    def ends_under(self, regime: str) -> Iterator[FlowEnd]:
        """The ends of a flow about people that this regime governs, each body once for each law it relies on.

        Processors are left out: the conditions are their controller's.
        """
        if not self.identifies:
            return
        seen: set[tuple[str, PathTo]] = set()
        both = ((self.flow.regime, self.senders), (self.flow.receiving_regime, self.receivers))
        for found, ends in both:
            if found != regime:
                continue
            for end in ends:
                if not end.capacity.foreign and not end.capacity.processor and (end.id, end.law_path) not in seen:
                    seen.add((end.id, end.law_path))
                    yield end

    @cached_property
    def under_uk_gdpr(self) -> tuple[FlowEnd, ...]:
        return tuple(self.ends_under("uk-gdpr"))

    @cached_property
    def under_part_3(self) -> tuple[FlowEnd, ...]:
        return tuple(self.ends_under("law-enforcement"))

    def laws(self) -> Iterator[tuple[PathTo, Law]]:
        """Every place of the flow that states law, used or not."""
        yield self.path, self.flow
        for index, differs in enumerate(self.flow.law_differs):
            yield (*self.path, "law_differs", index), differs

    def receivers_of(self, sender: FlowEnd) -> Iterator[FlowEnd]:
        return (receiver for receiver in self.receivers if receiver.id != sender.id)

    @cached_property
    def _told(self) -> frozenset[str]:
        """The receivers that are controllers."""
        return frozenset(end.id for end in self.receivers if not end.capacity.processor)

    def discloses(self, sender: FlowEnd) -> bool:
        """Whether this sender tells another controller. What a processor gets or gives never leaves its controller."""
        if sender.capacity.processor:
            return False
        return bool(self._told - {sender.id}) or len(self._told) == len(self.receiver_ids)

    @cached_property
    def not_surely_competent(self) -> frozenset[str]:
        """The receivers that are not a competent authority, or not surely one."""
        return frozenset(end.id for end in self.receivers if end.capacity.competent != "yes")


LawRule = Callable[[ProtocolSubject, tuple[FlowView, ...]], Iterator[Finding]]
#: Each module of law asks about the same flows: their ends are worked out once.
_VIEWS: WeakKeyDictionary[ProtocolSubject, tuple[FlowView, ...]] = WeakKeyDictionary()


def law_rules(*rules: LawRule) -> Callable[[ProtocolSubject], Iterator[Finding]]:
    """One rule on a protocol that runs these on its flows, if its status and text are such that law is asked of it."""

    def check_law(subject: ProtocolSubject) -> Iterator[Finding]:
        if subject.status_severity() is not None:
            views = flow_views(subject)
            for rule in rules:
                yield from rule(subject, views)

    return check_law


def flow_views(subject: ProtocolSubject) -> tuple[FlowView, ...]:
    """Every flow of the protocol with its ends."""
    if subject not in _VIEWS:
        _VIEWS[subject] = _flow_views(subject)
    return _VIEWS[subject]


def _flow_views(subject: ProtocolSubject) -> tuple[FlowView, ...]:
    protocol = subject.protocol
    present = subject.register.present_organisation
    parties: dict[str, Party] = {}
    members: dict[str, list[str]] = {group.id: [] for group in protocol.groups}
    for party in protocol.parties:
        id_ = present(party.organisation)
        if id_ in parties:
            continue
        parties[id_] = party
        if party.group and not (party.left_on is not None and latest(party.left_on) < subject.as_of):
            members.setdefault(party.group, []).append(id_)
    capacities: dict[str, tuple[str, LegalCapacity] | None] = {}
    data_items: dict[str, tuple[PathTo, Item]] = {}
    for index, item in enumerate(protocol.data_items):
        data_items.setdefault(item.id, (("data_items", index), item))

    def capacity(id_: str) -> tuple[str, LegalCapacity] | None:
        if id_ not in capacities:
            record = subject.register.organisation(id_)
            readable = record is not None and record.value is not None and not record.was_dropped("legal")
            organisation = record.value if record is not None and readable else None
            capacities[id_] = None if organisation is None else _capacity(organisation, parties[id_], protocol)
        return capacities[id_]

    def ends(names: Iterable[str], flow: Flow, path: PathTo, regime: str | None) -> Iterator[FlowEnd]:
        found = (id_ for name in names for id_ in (members[name] if name in members else [present(name)]))
        for id_ in dict.fromkeys(found):
            known = capacity(id_) if id_ in parties else None
            if known is not None and vocabulary().organisation_kinds[known[1].kind].controls_data:
                law_path, law = _law_at(id_, parties[id_], flow, path, present_names)
                at_work = _at_work(known[1], subject.folder.id, flow.id)
                if regime == "foreign" and not at_work.foreign:
                    at_work = replace(at_work, foreign=True)
                yield FlowEnd(id_, known[0], at_work, law, law_path)

    present_names: dict[str, str] = {}
    views: list[FlowView] = []
    for index, flow in enumerate(protocol.flows):
        path: PathTo = ("flows", index)
        for differs in flow.law_differs:
            for name in differs.for_:
                present_names.setdefault(name, present(name))
        named = (name for differs in flow.law_differs for name in differs.for_)
        law_is_known = all(name in members or present_names[name] in parties for name in named)
        views.append(
            FlowView(
                path,
                flow,
                tuple(ends(flow.from_, flow, path, flow.regime)),
                tuple(ends(flow.to, flow, path, None)),
                tuple(_shared(flow, path, data_items)),
                law_is_known,
            )
        )
    return tuple(views)


def _shared(flow: Flow, path: PathTo, data_items: Mapping[str, tuple[PathTo, Item]]) -> Iterator[SharedItem]:
    for index, item in enumerate(flow.items):
        here: PathTo = (*path, "items", index)
        if isinstance(item, Item):
            yield SharedItem(here, here, item)
        elif item in data_items:
            yield SharedItem(here, *data_items[item])


def _law_at(id_: str, party: Party, flow: Flow, path: PathTo, present: Mapping[str, str]) -> tuple[PathTo, Law]:
    """An entry for the body itself comes before one for its group."""
    of_group: tuple[PathTo, Law] | None = None
    for index, differs in enumerate(flow.law_differs):
        here: PathTo = (*path, "law_differs", index)
        if any(present[name] == id_ for name in differs.for_):
            return here, differs
        if of_group is None and party.group is not None and party.group in differs.for_:
            of_group = here, differs
    return of_group or (path, flow)


def _capacity(organisation: Organisation, party: Party, protocol: Protocol) -> tuple[str, LegalCapacity]:
    kind = vocabulary().organisation_kinds[organisation.kind]
    legal = organisation.legal or Legal()
    own = organisation.jurisdiction
    where = own or (protocol.jurisdictions[0] if len(protocol.jurisdictions) == 1 else "")
    if own is None:
        places = frozenset(protocol.jurisdictions)
    elif kind.id in _WIDE_KINDS and own in UNITED_KINGDOM:
        places = frozenset({own, *protocol.jurisdictions})
    else:
        places = frozenset({own})
    return organisation.name, LegalCapacity(
        kind=kind.id,
        places=places,
        public_authority=_answer(legal.public_authority, kind.public_authority_within(where)),
        competent=_answer(legal.competent_authority, kind.competent_authority_within(where)),
        section_14=_section_14(legal, kind),
        section_115=_answer(legal.section_115_recipient, kind.section_115_recipient),
        duty_to_refer=_answer(legal.duty_to_refer, kind.duty_to_refer),
        serious_violence=_answer(legal.serious_violence, kind.serious_violence),
        specified=_answer(legal.specified_objective, "depends"),
        behalf=_behalf(party.capacity or ""),
        mappa_role=party.mappa_role,
        unconfirmed=frozenset(kind.unconfirmed) - _said(legal),
        foreign=bool(places) and not places & UNITED_KINGDOM,
        processor=party.role == "processor",
        section_14_work=frozenset(legal.section_14_work),
    )


def _at_work(capacity: LegalCapacity, protocol: str, flow: str) -> LegalCapacity:
    """What the body is for this flow: outside the work of its contract it is not on side A of section 14."""
    work = capacity.section_14_work
    if capacity.section_14 != "side-a" or not work or {protocol, f"{protocol}/{flow}"} & work:
        return capacity
    return replace(capacity, section_14=vocabulary().organisation_kinds[capacity.kind].section_14)


def _said(legal: Legal) -> frozenset[str]:
    """What the organisation says of itself, by the names that the vocabulary of kinds has for it."""
    answered = {name for name in type(legal).model_fields if getattr(legal, name) is not None}
    return frozenset({*answered, "section_14"} if "section_14_side" in answered else answered)


def _answer(recorded: bool | None, default: Answer) -> Answer:
    return default if recorded is None else ("yes" if recorded else "no")


def _section_14(legal: Legal, kind: OrganisationKind) -> Section14:
    """A prison or department that is not on side A is a listed person (OMA 2007 s.14(2))."""
    if legal.section_14_side is None:
        return kind.section_14
    if legal.section_14_side:
        return "side-a"
    return "listed" if kind.section_14 == "side-a" or kind.id == "government" else kind.section_14


def _behalf(capacity: str) -> Behalf:
    if not _ON_BEHALF.search(capacity):
        return "no"
    return "authority" if _AN_AUTHORITY.search(capacity) else "someone"


def day_of_law(protocol: Protocol, as_of: date) -> date:
    """The day at which the law is read: `as_of`, kept within the life that the record gives itself."""
    day = as_of
    if protocol.effective_from is not None:
        day = max(day, earliest(protocol.effective_from))
    if protocol.effective_to is not None:
        day = min(day, latest(protocol.effective_to))
    return day


def names(ends: Iterable[FlowEnd]) -> list[str]:
    """The bodies by name, each once; after four only how many more."""
    found = list(dict.fromkeys(end.name for end in ends))
    return found if len(found) <= 5 else [*found[:4], f"{len(found) - 4} others"]


def all_known(ids: Iterable[str], entries: Mapping[str, Entry]) -> bool:
    """Whether every id is one of the vocabulary; where not, that has been said, and nothing follows from it."""
    return all(id_ in entries for id_ in ids)


def by_law(ends: Iterable[FlowEnd]) -> dict[PathTo, list[FlowEnd]]:
    """Ends grouped by the place that states their law."""
    grouped: dict[PathTo, list[FlowEnd]] = {}
    for end in ends:
        grouped.setdefault(end.law_path, []).append(end)
    return grouped
