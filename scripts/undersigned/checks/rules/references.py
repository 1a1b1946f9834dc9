"""Every id that a record names exists, once, and no chain of references goes in a circle."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from undersigned.checks.engine import (
    Observation,
    OrganisationSubject,
    ProtocolSubject,
    RecordLike,
    RegisterSubject,
    RuleSet,
    Subject,
)
from undersigned.checks.suggestions import fully_read, id_from, suggest, suggest_organisation
from undersigned.records.fields import Authored
from undersigned.records.findings import Finding
from undersigned.records.protocol import Protocol
from undersigned.records.provision import Provision
from undersigned.records.reading import Record
from undersigned.records.source import KeyPath, Source
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register


def unknown_organisation(
    subject: Subject, record: RecordLike, path: KeyPath, id_: str, *, words: str = "default"
) -> Iterator[Finding]:
    """A finding if no organisation has this id, now or formerly."""
    register = subject.register
    if register.has_organisation(id_):
        return
    near = suggest_organisation(id_, register, as_of=subject.as_of)
    new = id_from(id_)
    if words == "party" and (not new or new in register.organisation_ids):
        words = "default"
    elif words == "party" and new != id_:
        words = "party-by-name"
    yield from subject.find("unknown-organisation", record, path, words=words, id=id_, near=near, new=new)


def unknown_measure(subject: Subject, record: RecordLike, path: KeyPath, measure: str) -> Iterator[Finding]:
    """A finding if no outcome measure has this id."""
    measures = vocabulary().outcome_measures
    if measure not in measures:
        titles = {id_: [entry.title] for id_, entry in measures.items()}
        yield from subject.find("unknown-measure", record, path, id=measure, near=suggest(measure, titles, few=60))


def _titles(register: Register) -> dict[str, list[str]]:
    """Every protocol with its title, by which it may have been named."""
    records = {id_: register.protocol_record(id_) for id_ in register.protocol_ids}
    return {id_: [record.value.title] if record and record.value else [] for id_, record in records.items()}


# -- organisations --------------------------------------------------------------------------------------------------


def check_organisations_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every organisation that a protocol names has a folder, under this id or as its former one."""
    protocol = subject.protocol
    named: list[tuple[KeyPath, str, str]] = [
        (("parties", index, "organisation"), party.organisation, "party")
        for index, party in enumerate(protocol.parties)
    ]
    if protocol.lead:
        named.append((("lead",), protocol.lead, "default"))
    for index, owner in enumerate(protocol.owner):
        named.append((("owner", index, "organisation"), owner.organisation, "default"))
    for index, monitoring in enumerate(protocol.monitoring):
        if monitoring.by:
            named.append((("monitoring", index, "by"), monitoring.by, "default"))
    for path, id_, words in named:
        if subject.register.has_organisation(id_):
            continue
        version = _version_that_names(subject, id_)
        if version is not None:
            yield from subject.find("unknown-organisation", subject.record, path, words="gone", id=id_, version=version)
        else:
            yield from unknown_organisation(subject, subject.record, path, id_, words=words)


def _version_that_names(subject: ProtocolSubject, id_: str) -> str | None:
    """The newest version with this body among its parties: its folder was there once."""
    for number, version in reversed(subject.folder.read_versions()):
        if version.text is not None and any(party.organisation == id_ for party in version.text.parties):
            return number
    return None


def check_organisation_names(subject: OrganisationSubject) -> Iterator[Finding]:
    """The parent, host and successors of an organisation have folders."""
    organisation = subject.organisation
    if organisation.parent:
        yield from unknown_organisation(subject, subject.record, ("parent",), organisation.parent)
    if organisation.hosted_by:
        yield from unknown_organisation(subject, subject.record, ("hosted_by",), organisation.hosted_by)
    for index, successor in enumerate(organisation.successors):
        yield from unknown_organisation(subject, subject.record, ("successors", index), successor)


# -- protocols, versions, clauses -----------------------------------------------------------------------------------


def check_protocols_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every protocol that a protocol supersedes, sits under or adopts from exists."""
    protocol, register = subject.protocol, subject.register
    named: list[tuple[KeyPath, str]] = [(("supersedes", index), id_) for index, id_ in enumerate(protocol.supersedes)]
    if protocol.part_of:
        named.append((("part_of",), protocol.part_of))
    for index, clause in enumerate(protocol.clauses):
        if clause.adopts:
            named.append((("clauses", index, "adopts", "protocol"), clause.adopts.protocol))
    for path, id_ in named:
        if not register.has_protocol(id_):
            yield from subject.find(
                "unknown-protocol", subject.record, path, id=id_, near=suggest(id_, _titles(register))
            )


def check_vocabulary(subject: ProtocolSubject) -> Iterator[Finding]:
    """Topics that a clause covers and measures that monitoring asks for are those of the vocabulary."""
    topics = {topic.id: [topic.title] for topic in vocabulary().content_topics.values()}
    record = subject.record
    for number, clause in enumerate(subject.protocol.clauses):
        for index, topic in enumerate(clause.covers):
            if topic not in topics:
                yield from subject.find(
                    "unknown-topic",
                    record,
                    ("clauses", number, "covers", index),
                    id=topic,
                    near=suggest(topic, topics, few=40),
                )
    for number, monitoring in enumerate(subject.protocol.monitoring):
        for index, measure in enumerate(monitoring.measures):
            yield from unknown_measure(subject, record, ("monitoring", number, "measures", index), measure)


def check_section_14_work(subject: RegisterSubject) -> Iterator[Finding]:
    """The protocols and flows to which a body's part in section 14 is limited exist."""
    register = subject.register
    for id_ in register.organisation_ids:
        record = register.organisation(id_)
        legal = record.value.legal if record is not None and record.value is not None else None
        if record is None or legal is None:
            continue
        for index, work in enumerate(legal.section_14_work):
            named, _, flow = work.partition("/")
            path: KeyPath = ("legal", "section_14_work", index)
            if not register.has_protocol(named):
                near = suggest(named, _titles(register))
                yield from subject.find("unknown-protocol", record, path, id=named, near=near)
                continue
            found = register.protocol_record(register.present_protocol(named))
            if not flow or found is None or found.value is None or not fully_read(found, "flows", True):
                continue
            known = {one.id: [one.title or ""] for one in found.value.flows}
            if flow not in known:
                near = suggest(flow, known)
                yield from subject.find("unknown-flow", record, path, id=flow, protocol=named, near=near)


# -- forms and signing records --------------------------------------------------------------------------------------


def unknown_flow(
    subject: ProtocolSubject, record: RecordLike, path: KeyPath, flow: str, known: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """A finding if no flow of the protocol has this id. `known`: the ids of its flows, with their titles."""
    if flow not in known:
        near = suggest(flow, known)
        yield from subject.find("unknown-flow", record, path, id=flow, protocol=subject.folder.id, near=near)


def check_officers_flows(subject: ProtocolSubject) -> Iterator[Finding]:
    """The flows that an officer answers for are flows of the working text or of a stamp."""
    known = {flow.id: [flow.title or ""] for flow in subject.protocol.flows}
    if not any(record.value and record.value.other_officers for record in subject.folder.signing.values()):
        return
    for _number, version in subject.folder.read_versions():
        if version.text is not None:
            known.update({flow.id: [flow.title or ""] for flow in version.text.flows})
    if not known or not fully_read(subject.record, "flows", True):
        return
    for record in subject.folder.signing.values():
        for place, officer in enumerate(record.value.other_officers if record.value else ()):
            for index, flow in enumerate(officer.flows):
                yield from unknown_flow(subject, record, ("other_officers", place, "flows", index), flow, known)


def check_orphan_signing_records(subject: RegisterSubject) -> Iterator[Finding]:
    """A signing record is named by a protocol that exists."""
    register = subject.register
    for organisation, protocol, path in register.orphan_signing_records():
        yield from subject.find(
            "orphan-signing-record",
            Record[Authored](Source(path, b"")),
            organisation=organisation,
            protocol=protocol,
            near=suggest(protocol, _titles(register)),
        )


def circles(links: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, ...]]:
    """The circles of a directed graph, each from its smallest id, one for each set of ids that lead to each other."""
    open_: dict[str, set[str]] = {node: set(targets) for node, targets in links.items()}
    while dead := {t for targets in open_.values() for t in targets if not open_.get(t)}:
        for targets in open_.values():
            targets -= dead
        if not any(open_.values()):
            return
    done: set[str] = set()
    for start in sorted(node for node, targets in open_.items() if targets):
        if start in done:
            continue
        circle = _way_back(start, open_)
        if circle:
            done.update(circle)
            yield circle


def _way_back(start: str, links: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The shortest way from `start` to itself, without its last step; empty if there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for target in sorted(links.get(node, ())):
            if target == start:
                way = [node]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if target not in came_from:
                came_from[target] = node
                waiting.append(target)
    return ()


def _shown_circle(circle: tuple[str, ...]) -> str:
    return " → ".join((*circle, circle[0]))


def observe_links(subject: ProtocolSubject) -> Iterator[Observation]:
    """Which protocol supersedes, sits under or adopts from which."""
    protocol, register = subject.protocol, subject.register
    targets: dict[str, set[str]] = {
        "supersedes": set(protocol.supersedes),
        "part_of": {protocol.part_of} if protocol.part_of else set(),
        "adopts": {clause.adopts.protocol for clause in protocol.clauses if clause.adopts},
    }
    for kind, named in targets.items():
        for target in {register.present_protocol(id_) for id_ in named}:
            yield Observation(kind, target, subject.folder.id, subject.record.path)


def check_circles_of_protocols(subject: RegisterSubject) -> Iterator[Finding]:
    """No protocol supersedes itself, sits under itself or adopts from itself, in however many steps."""
    register = subject.register
    links: dict[str, dict[str, set[str]]] = {}
    for seen in subject.observations:
        if seen.kind in ("supersedes", "part_of", "adopts"):
            links.setdefault(seen.kind, {}).setdefault(seen.protocol, set()).add(seen.key)
    for kind in sorted(links):
        for circle in circles(links[kind]):
            record = register.protocol_record(circle[0])
            if record is None or record.value is None:
                continue
            target = circle[1] if len(circle) > 1 else circle[0]
            path = _link_path(register, record.value, kind, target)
            yield from subject.find("reference-circle", record, path, words=kind, circle=_shown_circle(circle))


def _link_path(register: Register, protocol: Protocol, kind: str, target: str) -> KeyPath:
    if kind == "supersedes":
        return (
            "supersedes",
            next(i for i, id_ in enumerate(protocol.supersedes) if register.present_protocol(id_) == target),
        )
    if kind == "adopts":
        number = next(
            i
            for i, clause in enumerate(protocol.clauses)
            if clause.adopts and register.present_protocol(clause.adopts.protocol) == target
        )
        return ("clauses", number, "adopts", "protocol")
    return ("part_of",)


def check_circles_of_organisations(subject: RegisterSubject) -> Iterator[Finding]:
    """No organisation is its own parent or successor, in however many steps."""
    register = subject.register
    parents: dict[str, list[str]] = {}
    successors: dict[str, list[str]] = {}
    for id_ in register.organisation_ids:
        record = register.organisation(id_)
        if record is None or record.value is None:
            continue
        if record.value.parent:
            parents[id_] = [register.present_organisation(record.value.parent)]
        if record.value.successors:
            successors[id_] = [register.present_organisation(successor) for successor in record.value.successors]
    for words, links in (("parent", parents), ("successors", successors)):
        for circle in circles(links):
            first = register.organisation(circle[0])
            if first is None:
                continue
            target = circle[1] if len(circle) > 1 else circle[0]
            path: KeyPath = ("parent",) if words == "parent" else ("successors", links[circle[0]].index(target))
            yield from subject.find("reference-circle", first, path, words=words, circle=_shown_circle(circle))


def check_circles_of_inheritance(subject: ProtocolSubject) -> Iterator[Finding]:
    """No body inherits a place in a protocol from itself, in however many steps."""
    register, signing = subject.register, subject.folder.signing
    links: dict[str, list[str]] = {}
    for id_, record in signing.items():
        if record.value and record.value.inherits:
            links[id_] = [register.present_organisation(old) for old in record.value.inherits.from_]
    if not links:
        return
    for circle in circles(links):
        target = circle[1] if len(circle) > 1 else circle[0]
        path: KeyPath = ("inherits", "from_", links[circle[0]].index(target))
        yield from subject.find(
            "reference-circle", signing[circle[0]], path, words="inherits", circle=_shown_circle(circle)
        )


def check_provision(subject: RegisterSubject) -> Iterator[Finding]:
    """The bodies and protocols that a record of a service names exist."""
    register = subject.register
    for record in register.provisions.values():
        if record.value is None:
            continue
        for path, id_ in bodies_of(record.value):
            yield from unknown_organisation(subject, record, path, id_)
        for index, id_ in enumerate(record.value.protocols):
            if not register.has_protocol(id_):
                near = suggest(id_, register.protocol_ids)
                yield from subject.find("unknown-protocol", record, ("protocols", index), id=id_, near=near)


def bodies_of(provision: Provision) -> Iterator[tuple[KeyPath, str]]:
    """Every organisation that a record of a service names, with its place in the record."""
    yield from ((("provider", index), id_) for index, id_ in enumerate(provision.provider))
    yield from ((("commissioned_by", index), id_) for index, id_ in enumerate(provision.commissioned_by))
    if provision.owner is not None:
        yield ("owner", "organisation"), provision.owner.organisation


RULES = RuleSet(
    protocol=(
        check_organisations_exist,
        check_protocols_exist,
        check_vocabulary,
        check_officers_flows,
        check_circles_of_inheritance,
    ),
    organisation=(check_organisation_names,),
    observe=(observe_links,),
    register=(
        check_section_14_work,
        check_orphan_signing_records,
        check_circles_of_protocols,
        check_circles_of_organisations,
        check_provision,
    ),
)
