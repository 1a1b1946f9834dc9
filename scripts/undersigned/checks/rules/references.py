"""References: every id that a record names must mean something, once. What it means is not judged here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from undersigned.checks.engine import OrganisationSubject, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.naming import FEW, nearest, spaced, trusted, unknown_measure, unknown_organisation
from undersigned.findings import Finding
from undersigned.records.fields import KEBAB, Authored
from undersigned.records.protocol import Flow
from undersigned.records.reading import Record, did_you_mean
from undersigned.records.source import Path, Source
from undersigned.records.vocabulary import ids

# -- organisations --------------------------------------------------------------------------------------------------


def check_organisations_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every organisation that a protocol names has a folder, under this id or as its former one."""
    protocol = subject.protocol
    named: list[tuple[Path, str, str]] = [
        (("parties", index, "organisation"), party.organisation, "party")
        for index, party in enumerate(protocol.parties)
    ]
    if protocol.lead:
        named.append((("lead",), protocol.lead, "default"))
    if protocol.owner:
        named.append((("owner", "organisation"), protocol.owner.organisation, "default"))
    for index, monitoring in enumerate(protocol.monitoring):
        if monitoring.by:
            named.append((("monitoring", index, "by"), monitoring.by, "default"))
    for path, id_, words in named:
        yield from unknown_organisation(subject, subject.record, path, id_, words=words, few=FEW)


def check_organisation_names(subject: OrganisationSubject) -> Iterator[Finding]:
    """The parent, host and successors of an organisation have folders."""
    organisation = subject.organisation
    if organisation.parent:
        yield from unknown_organisation(subject, subject.record, ("parent",), organisation.parent, few=FEW)
    if organisation.hosted_by:
        yield from unknown_organisation(subject, subject.record, ("hosted_by",), organisation.hosted_by, few=FEW)
    for index, successor in enumerate(organisation.successors):
        yield from unknown_organisation(subject, subject.record, ("successors", index), successor, few=FEW)


def check_lead(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol that is no longer a draft names its lead, and the lead is a party or a board."""
    protocol, register = subject.protocol, subject.register
    if protocol.lead is None:
        if protocol.status != "draft":
            yield from subject.find("missing-lead", subject.record, missing="lead", status=protocol.status)
        return
    if subject.status_severity() is None or not trusted(subject.record, "parties", bool(protocol.parties)):
        return
    lead = subject.organisation(protocol.lead)
    if lead is None or lead.kind == "partnership-board" or not protocol.parties:
        return
    present = subject.signing.identities.present
    members = {id_ for party in protocol.parties for id_ in present(party.organisation)}
    if not members.intersection(present(protocol.lead)):
        yield from subject.find(
            "lead-not-party", subject.record, ("lead",), lead=register.present_organisation(protocol.lead)
        )


# -- protocols, versions, clauses -----------------------------------------------------------------------------------


def check_protocols_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every protocol that a protocol supersedes, sits under or adopts from exists."""
    protocol, register = subject.protocol, subject.register
    named: list[tuple[Path, str]] = [(("supersedes", index), id_) for index, id_ in enumerate(protocol.supersedes)]
    if protocol.part_of:
        named.append((("part_of",), protocol.part_of))
    for index, clause in enumerate(protocol.clauses):
        if clause.adopts:
            named.append((("clauses", index, "adopts", "protocol"), clause.adopts.protocol))
    for path, id_ in named:
        if not register.has_protocol(id_):
            yield from subject.find(
                "unknown-protocol", subject.record, path, id=id_, near=nearest(id_, register.protocol_ids)
            )


# -- inside a protocol ----------------------------------------------------------------------------------------------


def check_ids_are_unique(subject: ProtocolSubject) -> Iterator[Finding]:
    """Flows, clauses, groups, data items and parties each have an id of their own, in small letters and hyphens."""
    protocol, record = subject.protocol, subject.record
    lists: tuple[tuple[str, str, list[str]], ...] = (
        ("groups", "group", [group.id for group in protocol.groups]),
        ("data_items", "data item", [item.id for item in protocol.data_items]),
        ("flows", "flow", [flow.id for flow in protocol.flows]),
        ("clauses", "clause", [clause.id for clause in protocol.clauses]),
    )
    for field, what, named in lists:
        seen: set[str] = set()
        for index, id_ in enumerate(named):
            if id_ in seen:
                yield from subject.find("duplicate-id", record, (field, index, "id"), id=id_, what=what)
            elif not KEBAB.match(id_):
                yield record.finding(
                    record.place(field, index, "id"),
                    "bad-id",
                    "error",
                    f"'{id_}' cannot be the id of a {what}",
                    "Use small letters, digits and single hyphens, for example housing-referral.",
                )
            seen.add(id_)
    parties: set[str] = set()
    for index, party in enumerate(protocol.parties):
        id_ = subject.register.present_organisation(party.organisation)
        if id_ in parties:
            yield from subject.find("duplicate-id", record, ("parties", index, "organisation"), words="party", id=id_)
        parties.add(id_)


def check_groups(subject: ProtocolSubject) -> Iterator[Finding]:
    """A group is no organisation, is known where it is named, has members, and some flow names it."""
    protocol, record = subject.protocol, subject.record
    groups = {group.id for group in protocol.groups}
    if trusted(record, "groups", bool(groups)):
        for index, party in enumerate(protocol.parties):
            if party.group and party.group not in groups:
                yield from subject.find(
                    "unknown-group",
                    record,
                    ("parties", index, "group"),
                    id=party.group,
                    near=nearest(party.group, groups),
                )
    if not groups:
        return
    members = {party.group for party in protocol.parties}
    ends = {end for flow in protocol.flows for end in (*flow.from_, *flow.to)}
    live = subject.status_severity() is not None
    whole = trusted(record, "parties", bool(protocol.parties)) and trusted(record, "flows", bool(protocol.flows))
    for index, group in enumerate(protocol.groups):
        path: Path = ("groups", index, "id")
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
    if not protocol.flows or not trusted(record, "groups", bool(groups)):
        return
    parties_read = trusted(record, "parties", bool(protocol.parties))
    present = subject.signing.identities.present
    members = {id_: party.group for party in protocol.parties for id_ in present(party.organisation)}
    known = [*groups, *(party.organisation for party in protocol.parties)]

    def ends(path: Path, named: Iterable[str]) -> Iterator[Finding]:
        for index, end in enumerate(named):
            if end in groups or members.keys() & set(present(end)):
                continue
            if not register.has_organisation(end):
                yield from subject.find("unknown-end", record, (*path, index), id=end, near=nearest(end, known))
            elif parties_read:
                yield from subject.find("end-not-party", record, (*path, index), id=end)

    for number, flow in enumerate(protocol.flows):
        at: Path = ("flows", number)
        yield from ends((*at, "from_"), flow.from_)
        yield from ends((*at, "to"), flow.to)
        for place, law in enumerate(flow.law_differs):
            path: Path = (*at, "law_differs", place, "for_")
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
    known = {item.id for item in protocol.data_items}
    used: set[str] = set()
    readable = trusted(record, "data_items", bool(known))
    for number, flow in enumerate(protocol.flows):
        for index, item in enumerate(flow.items):
            if not isinstance(item, str):
                continue
            used.add(item)
            if readable and item not in known:
                yield from subject.find(
                    "unknown-data-item", record, ("flows", number, "items", index), id=item, near=nearest(item, known)
                )
    # Not beside a mistyped id, which is probably the one that seems unused.
    if (
        used <= known
        and known - used
        and subject.status_severity() is not None
        and trusted(record, "flows", bool(protocol.flows))
    ):
        for index, data_item in enumerate(protocol.data_items):
            if data_item.id not in used:
                yield from subject.find("unused-data-item", record, ("data_items", index, "id"), id=data_item.id)


def check_vocabulary(subject: ProtocolSubject) -> Iterator[Finding]:
    """Topics that a clause covers and measures that monitoring asks for are those of the vocabulary."""
    topics, record = ids("content-topics"), subject.record
    for number, clause in enumerate(subject.protocol.clauses):
        for index, topic in enumerate(clause.covers):
            if topic not in topics:
                yield from subject.find(
                    "unknown-topic",
                    record,
                    ("clauses", number, "covers", index),
                    id=topic,
                    near=did_you_mean(topic, topics),
                )
    for number, monitoring in enumerate(subject.protocol.monitoring):
        for index, measure in enumerate(monitoring.measures):
            yield from unknown_measure(subject, record, ("monitoring", number, "measures", index), measure)


# -- forms and signing records --------------------------------------------------------------------------------------


def check_officers_flows(subject: ProtocolSubject) -> Iterator[Finding]:
    """The flows that an officer answers for are flows of the working text or of a stamp."""
    known = {flow.id for flow in subject.protocol.flows}
    if not any(record.value and record.value.other_officers for record in subject.folder.signing.values()):
        return
    for _number, version in subject.folder.read_versions():
        if version.text is not None:
            known.update(flow.id for flow in version.text.flows)
    if not known or not trusted(subject.record, "flows", True):
        return
    for record in subject.folder.signing.values():
        for place, officer in enumerate(record.value.other_officers if record.value else ()):
            for index, flow in enumerate(officer.flows):
                if flow not in known:
                    yield from subject.find(
                        "unknown-flow",
                        record,
                        ("other_officers", place, "flows", index),
                        id=flow,
                        protocol=subject.folder.id,
                        near=nearest(flow, known),
                    )


def check_orphan_signing_records(subject: RegisterSubject) -> Iterator[Finding]:
    """A signing record is named by a protocol that exists."""
    register = subject.register
    for organisation, protocol, path in register.orphan_signing_records():
        yield from subject.find(
            "orphan-signing-record",
            Record[Authored](Source(path, b"")),
            organisation=organisation,
            protocol=protocol,
            near=spaced(nearest(protocol, register.protocol_ids)),
        )


RULES = RuleSet(
    protocol=(
        check_organisations_exist,
        check_lead,
        check_protocols_exist,
        check_ids_are_unique,
        check_groups,
        check_flow_ends,
        check_items,
        check_vocabulary,
        check_officers_flows,
    ),
    organisation=(check_organisation_names,),
    register=(check_orphan_signing_records,),
)
