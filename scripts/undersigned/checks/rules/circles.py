"""Circles: nothing supersedes, adopts from, belongs to or takes the place of itself, in however many steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from undersigned.checks.engine import Observation, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.findings import Finding
from undersigned.records.protocol import Protocol
from undersigned.records.source import Path
from undersigned.register import Register


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


def _link_path(register: Register, protocol: Protocol, kind: str, target: str) -> Path:
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
            path: Path = ("parent",) if words == "parent" else ("successors", links[circle[0]].index(target))
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
        path: Path = ("inherits", "from_", links[circle[0]].index(target))
        yield from subject.find(
            "reference-circle", signing[circle[0]], path, words="inherits", circle=_shown_circle(circle)
        )


RULES = RuleSet(
    protocol=(check_circles_of_inheritance,),
    observe=(observe_links,),
    register=(check_circles_of_protocols, check_circles_of_organisations),
)
