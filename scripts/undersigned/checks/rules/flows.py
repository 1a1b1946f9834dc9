"""Flows: who sends what to whom is known, whole and of use. Groups and data items exist for flows, so they are here too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.rules.content import topics_claimed
from undersigned.checks.suggestions import fully_read, suggest, suggest_organisation
from undersigned.records.findings import Finding, Severity
from undersigned.records.protocol import Flow
from undersigned.records.source import KeyPath


def check_groups(subject: ProtocolSubject) -> Iterator[Finding]:
    """A group is not an organisation, is known where it is named, has members, and some flow names it."""
    protocol, record = subject.protocol, subject.record
    titles = {group.id: [group.title or ""] for group in protocol.groups}
    groups = titles.keys()
    if fully_read(record, "groups", bool(groups)):
        for index, party in enumerate(protocol.parties):
            if party.group and party.group not in groups:
                yield from subject.find(
                    "unknown-group",
                    record,
                    ("parties", index, "group"),
                    id=party.group,
                    near=suggest(party.group, titles),
                )
    if not groups:
        return
    members = {party.group for party in protocol.parties}
    ends = {end for flow in protocol.flows for end in (*flow.from_, *flow.to)}
    live = subject.status_severity() is not None
    whole = fully_read(record, "parties", bool(protocol.parties)) and fully_read(record, "flows", bool(protocol.flows))
    for index, group in enumerate(protocol.groups):
        path: KeyPath = ("groups", index, "id")
        if subject.register.has_organisation(group.id):
            yield from subject.find("group-is-organisation", record, path, id=group.id)
        elif live and whole and group.id not in members:
            yield from subject.find(
                "empty-group",
                record,
                path,
                id=group.id,
                cap="advice" if subject.status_severity() == "advice" else None,
            )
        elif live and whole and protocol.flows and group.id not in ends:
            yield from subject.find("unused-group", record, path, id=group.id)


def check_flow_ends(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each end of a flow is a party or a group, and different law is stated only for ends that the flow has."""
    protocol, record, register = subject.protocol, subject.record, subject.register
    groups = {group.id for group in protocol.groups}
    if not protocol.flows or not fully_read(record, "groups", bool(groups)):
        return
    parties_read = fully_read(record, "parties", bool(protocol.parties))
    present = subject.signing.identities.present
    members = {id_: party.group for party in protocol.parties for id_ in present(party.organisation)}
    known = {group.id: [group.title or ""] for group in protocol.groups}
    known |= {party.organisation: [register.organisation_name(party.organisation)] for party in protocol.parties}

    def ends(path: KeyPath, named: Iterable[str]) -> Iterator[Finding]:
        for index, end in enumerate(named):
            if end in groups or members.keys() & set(present(end)):
                continue
            if not register.has_organisation(end):
                near = suggest_organisation(end, register, as_of=subject.as_of) or suggest(end, known)
                yield from subject.find("unknown-end", record, (*path, index), id=end, near=near)
            elif parties_read:
                yield from subject.find("end-not-party", record, (*path, index), id=end)

    for number, flow in enumerate(protocol.flows):
        at: KeyPath = ("flows", number)
        yield from ends((*at, "from_"), flow.from_)
        yield from ends((*at, "to"), flow.to)
        for place, law in enumerate(flow.law_differs):
            path: KeyPath = (*at, "law_differs", place, "for_")
            yield from ends(path, law.for_)
            for index, end in enumerate(law.for_):
                known_end = end in groups or bool(members.keys() & set(present(end)))
                if known_end and not _is_end(end, flow, groups, members, present(end)):
                    yield from subject.find("law-for-nobody", record, (*path, index), id=end, flow=flow.id)


def _is_end(end: str, flow: Flow, groups: set[str], members: Mapping[str, str | None], bodies: tuple[str, ...]) -> bool:
    """Whether `end` is at either end of the flow, itself, through its group, or through one of its members."""
    ends = {*flow.from_, *flow.to}
    if end in ends or not ends:
        return True
    if end in groups:
        return any(group == end and id_ in ends for id_, group in members.items())
    return any(id_ in ends or members.get(id_) in ends for id_ in bodies)


def check_items(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each data item that a flow names exists, and each that exists is used."""
    protocol, record = subject.protocol, subject.record
    names = {item.id: [item.name] for item in protocol.data_items}
    known = names.keys()
    used: set[str] = set()
    readable = fully_read(record, "data_items", bool(known))
    for number, flow in enumerate(protocol.flows):
        for index, item in enumerate(flow.items):
            if not isinstance(item, str):
                continue
            used.add(item)
            if readable and item not in known:
                yield from subject.find(
                    "unknown-data-item", record, ("flows", number, "items", index), id=item, near=suggest(item, names)
                )
    # Not beside a mistyped id, which is probably the one that seems unused.
    if (
        used <= known
        and known - used
        and subject.status_severity() is not None
        and fully_read(record, "flows", bool(protocol.flows))
    ):
        for index, data_item in enumerate(protocol.data_items):
            if data_item.id not in used:
                yield from subject.find("unused-data-item", record, ("data_items", index, "id"), id=data_item.id)


# -- flows, items, parties, assessment ------------------------------------------------------------------------------

#: What each flow states, the topic it belongs to, and the highest severity of its absence.
_FLOW_FIELDS: tuple[tuple[str, str, Severity], ...] = (
    ("title", "", "warning"),
    ("from_", "", "error"),
    ("to", "", "error"),
    ("items", "data-items", "error"),
    ("regime", "regime", "error"),
    ("method", "procedure", "error"),
    ("timing", "procedure", "error"),
    ("retention", "retention", "error"),
)


def check_flows_are_whole(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each flow says from whom to whom, what, under which regime, how, when, and how long it is kept."""
    if subject.status_severity() is None or not subject.protocol.flows:
        return
    claimed: frozenset[str] | None = None
    for index, flow in enumerate(subject.protocol.flows):
        for field, topic, cap in _FLOW_FIELDS:
            if getattr(flow, field):
                continue
            if topic:
                claimed = topics_claimed(subject) if claimed is None else claimed
                if topic in claimed:
                    continue
            name = field.rstrip("_")
            yield from subject.find(
                "incomplete-flow", subject.record, ("flows", index), words=name, missing=field, cap=cap, flow=flow.id
            )
        yield from _items_are_whole(subject, index, flow)


def _items_are_whole(subject: ProtocolSubject, index: int, flow: Flow) -> Iterator[Finding]:
    for place, item in enumerate(flow.items):
        if not isinstance(item, str):
            path: KeyPath = ("flows", index, "items", place)
            yield from _item_is_whole(subject, path, item.name, bool(item.sensitivity), bool(item.why))


def check_data_items_are_whole(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each data item says how sensitive it is and why it is needed."""
    if subject.status_severity() is None:
        return
    for index, item in enumerate(subject.protocol.data_items):
        yield from _item_is_whole(subject, ("data_items", index), item.name, bool(item.sensitivity), bool(item.why))


def _item_is_whole(subject: ProtocolSubject, path: KeyPath, name: str, sensitive: bool, why: bool) -> Iterator[Finding]:
    if not sensitive:
        yield from subject.find("incomplete-item", subject.record, path, missing="sensitivity", name=name)
    if not why:
        yield from subject.find("incomplete-item", subject.record, path, words="why", missing="why", name=name)


RULES = RuleSet(
    protocol=(check_groups, check_flow_ends, check_items, check_flows_are_whole, check_data_items_are_whole)
)
