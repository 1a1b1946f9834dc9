"""References: every id that a record names must mean something, once. What it means is not judged here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from weakref import WeakKeyDictionary

from undersigned.checks.rule import (
    Observation,
    OrganisationSubject,
    ProtocolSubject,
    RecordLike,
    RegisterSubject,
    RuleSet,
    Subject,
)
from undersigned.findings import Finding, Severity
from undersigned.records.fields import KEBAB, Authored, version_key
from undersigned.records.form import Form
from undersigned.records.protocol import Adoption, Clause, Flow, Protocol
from undersigned.records.reading import Record, did_you_mean
from undersigned.records.source import Source
from undersigned.records.vocabulary import ids
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Signing, has_happened, newest_version

_Path = tuple[str | int, ...]
_MOST_NAMED = 4


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known id, or all of them where they are few; else nothing."""
    ids_ = tuple(known)
    hint = did_you_mean(word, ids_)
    return hint if hint.startswith("Did") or 0 < len(ids_) <= 12 else ""


def some(names: Iterable[str]) -> str:
    """A few names in order, and how many more there are."""
    listed = sorted(names)
    if len(listed) <= _MOST_NAMED:
        return ", ".join(listed[:-1]) + (" and " if len(listed) > 1 else "") + listed[-1] if listed else ""
    return ", ".join(listed[:_MOST_NAMED]) + f" and {len(listed) - _MOST_NAMED} others"


def trusted(record: Record[Protocol], field: str, holds: bool) -> bool:
    """Whether what stands in a field is all that its writer put there: not where a part of it could not be read."""
    return not record.was_dropped(field) and (holds or record.lacks(field))


# -- organisations --------------------------------------------------------------------------------------------------


def check_organisations_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every organisation that a protocol names has a folder, under this id or as its former one."""
    protocol = subject.protocol
    named: list[tuple[_Path, str, str]] = [
        (("parties", index, "organisation"), party.organisation, "party") for index, party in enumerate(protocol.parties)
    ]
    if protocol.lead:
        named.append((("lead",), protocol.lead, "default"))
    if protocol.owner:
        named.append((("owner", "organisation"), protocol.owner.organisation, "default"))
    for index, monitoring in enumerate(protocol.monitoring):
        if monitoring.by:
            named.append((("monitoring", index, "by"), monitoring.by, "default"))
    for path, id_, words in named:
        yield from _unknown_organisation(subject, subject.record, path, id_, words)


def check_organisation_names(subject: OrganisationSubject) -> Iterator[Finding]:
    """The parent, host and successors of an organisation have folders."""
    organisation = subject.organisation
    if organisation.parent:
        yield from _unknown_organisation(subject, subject.record, ("parent",), organisation.parent, "default")
    if organisation.hosted_by:
        yield from _unknown_organisation(subject, subject.record, ("hosted_by",), organisation.hosted_by, "default")
    for index, successor in enumerate(organisation.successors):
        yield from _unknown_organisation(subject, subject.record, ("successors", index), successor, "default")


def _unknown_organisation(
    subject: Subject, record: RecordLike, path: _Path, id_: str, words: str
) -> Iterator[Finding]:
    if not subject.register.has_organisation(id_):
        hint = nearest(id_, subject.register.organisation_ids)
        yield from subject.find("unknown-organisation", record, path, words=words, id=id_, near=_spaced(hint))


def _spaced(hint: str) -> str:
    return hint + " " if hint else ""


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
        yield from subject.find("lead-not-party", subject.record, ("lead",), lead=register.present_organisation(protocol.lead))


# -- protocols, versions, clauses -----------------------------------------------------------------------------------


def check_protocols_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every protocol that a protocol supersedes, sits under or adopts from exists."""
    protocol, register = subject.protocol, subject.register
    named: list[tuple[_Path, str]] = [(("supersedes", index), id_) for index, id_ in enumerate(protocol.supersedes)]
    if protocol.part_of:
        named.append((("part_of",), protocol.part_of))
    for index, clause in enumerate(protocol.clauses):
        if clause.adopts:
            named.append((("clauses", index, "adopts", "protocol"), clause.adopts.protocol))
    for path, id_ in named:
        if not register.has_protocol(id_):
            yield from subject.find("unknown-protocol", subject.record, path, id=id_, near=nearest(id_, register.protocol_ids))


def clauses_adopted(register: Register, adoption: Adoption) -> dict[str, Clause] | None:
    """The clauses by id of the text that is adopted; None where that text cannot be known."""
    folder = register.protocol(adoption.protocol)
    if folder is None or not folder.readable:
        return None
    if adoption.version is not None:
        if adoption.version in folder.versions:
            text = folder.text_of(adoption.version)
            return None if text is None else {clause.id: clause for clause in text.clauses}
        return None
    working = folder.value
    if not trusted(folder.record, "clauses", bool(working.clauses)) or (
        working.publication == "restricted" and not working.clauses
    ):
        return None
    return {clause.id: clause for clause in working.clauses}


def check_adopted_clauses(subject: ProtocolSubject) -> Iterator[Finding]:
    """An adopted clause stands in the version of the protocol that it is adopted from."""
    register, record = subject.register, subject.record
    for index, clause in enumerate(subject.protocol.clauses):
        adoption = clause.adopts
        folder = register.protocol(adoption.protocol) if adoption else None
        if adoption is None or folder is None:
            continue
        at: _Path = ("clauses", index, "adopts")
        if adoption.version is not None and adoption.version not in folder.versions:
            yield from subject.find(
                "unknown-version", record, (*at, "version"), version=adoption.version, protocol=folder.id,
                near=nearest(adoption.version, folder.versions),
            )
            continue
        known = clauses_adopted(register, adoption)
        if known is None:
            continue
        for place, id_ in enumerate(adoption.clauses):
            if id_ not in known:
                yield from subject.find(
                    "unknown-clause", record, (*at, "clauses", place), id=id_, protocol=folder.id,
                    version=f"version {adoption.version}" if adoption.version else "the working text",
                    near=did_you_mean(id_, known),
                )


#: Who signed what of an adopted protocol: one framework is adopted by many.
_SIGNED: WeakKeyDictionary[Register, dict[tuple[str, str | None, date], frozenset[str]]] = WeakKeyDictionary()


def signed_by(register: Register, protocol: str, version: str | None, *, as_of: date) -> frozenset[str]:
    """Present ids of those who signed this version or a later one, to whom a signature carries, or who need not sign.

    `version` None: the newest stamp.
    """
    known = _SIGNED.setdefault(register, {})
    key = (register.present_protocol(protocol), version, as_of)
    if key not in known:
        folder = register.protocol(protocol)
        known[key] = frozenset() if folder is None else _signers(folder, register, version, as_of=as_of)
    return known[key]


def _signers(folder: ProtocolFolder, register: Register, version: str | None, *, as_of: date) -> frozenset[str]:
    if not folder.readable:
        return frozenset()
    newest = newest_version(folder, as_of=as_of)
    number = version or (newest[0] if newest else None)
    signing = Signing(folder, register, as_of=as_of)
    if number is None or number not in signing.by_number:
        return frozenset()
    signed = {id_ for id_, party in signing.parties.items() if not party.signs} | signing.bound_by(number)
    for body in {*signing.parties, *folder.signing}:
        if any(entry.counts and version_key(entry.version) >= version_key(number) for entry in signing.standing(body)):
            signed.add(body)
    return frozenset(signed)


def signing_parties(subject: ProtocolSubject) -> list[str]:
    """Present ids of the parties of the working text that sign, have joined, have not left and still exist."""
    signing = subject.signing
    found: dict[str, None] = {}
    for party in subject.protocol.parties:
        joined = party.joined_on is None or has_happened(party.joined_on, subject.as_of)
        if party.signs and joined and not has_happened(party.left_on, subject.as_of):
            for id_ in signing.identities.present(party.organisation):
                if subject.register.has_organisation(id_) and not signing.dissolved(id_):
                    found[id_] = None
    return list(found)


def check_adopted_clauses_are_signed(subject: ProtocolSubject) -> Iterator[Finding]:
    """The signing parties of a protocol that adopts clauses have signed the text that holds them."""
    severity: Severity | None = {"error": "warning", "advice": "advice"}.get(subject.status_severity() or "")  # type: ignore[assignment]
    if severity is None:
        return
    for index, clause in enumerate(subject.protocol.clauses):
        adoption = clause.adopts
        if adoption is None or not adoption.clauses:
            continue
        folder = subject.register.protocol(adoption.protocol)
        if folder is None or not folder.readable or folder.id == subject.folder.id:
            continue
        if adoption.version is not None and adoption.version not in folder.versions:
            continue
        signed = signed_by(subject.register, adoption.protocol, adoption.version, as_of=subject.as_of)
        without = [id_ for id_ in signing_parties(subject) if id_ not in signed]
        if without:
            yield from subject.find(
                "adopted-not-signed", subject.record, ("clauses", index, "adopts"), severity=severity,
                parties=some(without), protocol=folder.id, clauses=", ".join(adoption.clauses),
                version=f"version {adoption.version} of " if adoption.version else "",
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
                    record.place(field, index, "id"), "bad-id", "error", f"'{id_}' cannot be the id of a {what}",
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
                    "unknown-group", record, ("parties", index, "group"), id=party.group, near=nearest(party.group, groups)
                )
    if not groups:
        return
    members = {party.group for party in protocol.parties}
    ends = {end for flow in protocol.flows for end in (*flow.from_, *flow.to)}
    live = subject.status_severity() is not None
    whole = trusted(record, "parties", bool(protocol.parties)) and trusted(record, "flows", bool(protocol.flows))
    for index, group in enumerate(protocol.groups):
        path: _Path = ("groups", index, "id")
        if subject.register.has_organisation(group.id):
            yield from subject.find("group-is-organisation", record, path, id=group.id)
        elif live and whole and group.id not in members:
            yield from subject.find("empty-group", record, path, id=group.id)
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

    def ends(path: _Path, named: Iterable[str]) -> Iterator[Finding]:
        for index, end in enumerate(named):
            if end in groups or members.keys() & set(present(end)):
                continue
            if not register.has_organisation(end):
                yield from subject.find("unknown-end", record, (*path, index), id=end, near=nearest(end, known))
            elif parties_read:
                yield from subject.find("end-not-party", record, (*path, index), id=end)

    for number, flow in enumerate(protocol.flows):
        at: _Path = ("flows", number)
        yield from ends((*at, "from_"), flow.from_)
        yield from ends((*at, "to"), flow.to)
        for place, law in enumerate(flow.law_differs):
            path: _Path = (*at, "law_differs", place, "for_")
            yield from ends(path, law.for_)
            for index, end in enumerate(law.for_):
                known_end = end in groups or bool(members.keys() & set(present(end)))
                if known_end and not _is_end(end, flow, groups, members, present(end)):
                    yield from subject.find("law-for-nobody", record, (*path, index), id=end, flow=flow.id)


def _is_end(
    end: str, flow: Flow, groups: set[str], members: Mapping[str, str | None], bodies: tuple[str, ...]
) -> bool:
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
    if used <= known and known - used and subject.status_severity() is not None and trusted(record, "flows", bool(protocol.flows)):
        for index, data_item in enumerate(protocol.data_items):
            if data_item.id not in used:
                yield from subject.find("unused-data-item", record, ("data_items", index, "id"), id=data_item.id)


def check_forms_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each form that a flow names is in the protocol's folder `forms`."""
    forms = subject.folder.forms
    for number, flow in enumerate(subject.protocol.flows):
        for index, form in enumerate(flow.forms):
            if form not in forms:
                yield from subject.find(
                    "unknown-form", subject.record, ("flows", number, "forms", index), id=form, protocol=subject.folder.id,
                    near=_spaced(nearest(form, forms)),
                )


def check_vocabulary(subject: ProtocolSubject) -> Iterator[Finding]:
    """Topics that a clause covers and measures that monitoring asks for are those of the vocabulary."""
    topics, record = ids("content-topics"), subject.record
    for number, clause in enumerate(subject.protocol.clauses):
        for index, topic in enumerate(clause.covers):
            if topic not in topics:
                yield from subject.find(
                    "unknown-topic", record, ("clauses", number, "covers", index), id=topic, near=did_you_mean(topic, topics)
                )
    for number, monitoring in enumerate(subject.protocol.monitoring):
        for index, measure in enumerate(monitoring.measures):
            yield from unknown_measure(subject, record, ("monitoring", number, "measures", index), measure)


def unknown_measure(subject: Subject, record: RecordLike, path: _Path, measure: str) -> Iterator[Finding]:
    """A finding if no outcome measure has this id."""
    measures = ids("outcome-measures")
    if measure not in measures:
        yield from subject.find("unknown-measure", record, path, id=measure, near=did_you_mean(measure, measures))


# -- forms and signing records --------------------------------------------------------------------------------------


def check_forms(subject: ProtocolSubject) -> Iterator[Finding]:
    """A form names known kinds of organisation and holds what its kind needs; its fields have names of their own."""
    for record in subject.folder.forms.values():
        form = record.value
        if form is None:
            continue
        kinds = ids("organisation-kinds")
        for field, named in (("from_", form.from_), ("to", form.to)):
            for index, kind in enumerate(named):
                if kind != "any" and kind not in kinds:
                    yield from subject.find("unknown-kind", record, (field, index), id=kind, near=did_you_mean(kind, ("any", *kinds)))
        if form.kind == "letter":
            if form.body is None:
                yield from subject.find("form-content", record, words="letter", missing="body")
        elif not form.sections:
            yield from subject.find("form-content", record, missing="sections")
        yield from _check_form_fields(subject, record, form)


def _check_form_fields(subject: ProtocolSubject, record: Record[Form], form: Form) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, section in enumerate(form.sections):
        for index, field in enumerate(section.fields):
            path: _Path = ("sections", number, "fields", index)
            if field.name in seen:
                yield from subject.find("duplicate-id", record, (*path, "name"), id=field.name, what="field")
            seen.add(field.name)
            if field.type == "choice" and not field.options:
                yield from subject.find("form-options", record, path, missing="options", name=field.name)
            elif field.type != "choice" and field.options and not record.was_dropped(*path, "type"):
                yield from subject.find(
                    "form-options", record, (*path, "options"), words="unused", severity="warning", name=field.name, type=field.type
                )


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
                        "unknown-flow", record, ("other_officers", place, "flows", index), id=flow,
                        protocol=subject.folder.id, near=nearest(flow, known),
                    )


def check_orphan_signing_records(subject: RegisterSubject) -> Iterator[Finding]:
    """A signing record is named by a protocol that exists."""
    register = subject.register
    for organisation, protocol, path in register.orphan_signing_records():
        yield from subject.find(
            "orphan-signing-record", _File(path), organisation=organisation, protocol=protocol,
            near=_spaced(nearest(protocol, register.protocol_ids)),
        )


class _File(Record[Authored]):
    """A file that is not read: findings stand at its start."""

    __slots__ = ()

    def __init__(self, path: str) -> None:
        super().__init__(Source(path, b"a: b"))


# -- former ids -----------------------------------------------------------------------------------------------------


def check_former_protocol_ids(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol's former id is no folder, and no other protocol's former id."""
    register = subject.register
    yield from _check_former(
        subject, subject.record, subject.folder.id, subject.protocol.formerly, frozenset(register.protocol_ids)
        if subject.protocol.formerly else frozenset(), register.former_protocols, "protocols",
    )


def check_former_organisation_ids(subject: OrganisationSubject) -> Iterator[Finding]:
    """An organisation's former id is no folder, and no other organisation's former id."""
    register = subject.register
    if subject.organisation.formerly:
        yield from _check_former(
            subject, subject.record, subject.id, subject.organisation.formerly, frozenset(register.organisation_ids),
            register.former_organisations, "signatories",
        )


def _check_former(
    subject: Subject, record: RecordLike, id_: str, formerly: tuple[str, ...],
    folders: frozenset[str], claimed: Mapping[str, str], top: str,
) -> Iterator[Finding]:
    for index, former in enumerate(formerly):
        path: _Path = ("formerly", index)
        if former in folders:
            yield from subject.find("former-id-in-use", record, path, former=former, folder=f"{top}/{former}")
        elif claimed.get(former, id_) != id_ or former in formerly[:index]:
            yield from subject.find("former-id-twice", record, path, former=former, other=claimed.get(former, id_))


# -- circles --------------------------------------------------------------------------------------------------------


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


def _link_path(register: Register, protocol: Protocol, kind: str, target: str) -> _Path:
    if kind == "supersedes":
        return ("supersedes", next(i for i, id_ in enumerate(protocol.supersedes) if register.present_protocol(id_) == target))
    if kind == "adopts":
        number = next(
            i for i, clause in enumerate(protocol.clauses)
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
            path: _Path = ("parent",) if words == "parent" else ("successors", links[circle[0]].index(target))
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
        path: _Path = ("inherits", "from_", links[circle[0]].index(target))
        yield from subject.find("reference-circle", signing[circle[0]], path, words="inherits", circle=_shown_circle(circle))


RULES = RuleSet(
    protocol=(
        check_organisations_exist, check_lead, check_protocols_exist, check_adopted_clauses,
        check_adopted_clauses_are_signed, check_ids_are_unique, check_groups, check_flow_ends, check_items,
        check_forms_exist, check_vocabulary, check_forms, check_officers_flows, check_former_protocol_ids,
        check_circles_of_inheritance,
    ),
    organisation=(check_organisation_names, check_former_organisation_ids),
    observe=(observe_links,),
    register=(check_orphan_signing_records, check_circles_of_protocols, check_circles_of_organisations),
)
