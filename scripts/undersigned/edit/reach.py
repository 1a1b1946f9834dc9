"""What the complete check would say of a change, found by checking only what the change can affect.

That is: the protocols whose files change and those that name them or that they name; each organisation whose record
changes, with all its protocols if more than its contacts, its accounts or its addresses change; and the rules that compare
records. Protocols that have nothing to do with the change are compared with none: a text that two of them share by chance
is found by the complete check alone, and so is a hidden figure that many returns together tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from undersigned.checks.engine import check_organisation, check_protocols, check_root_records
from undersigned.records.findings import Finding, new_findings
from undersigned.records.source import PlainData, Source, mappings, text_of
from undersigned.register import Register

#: What no rule about a protocol reads in the record of one of its parties.
_OF_THE_BODY_ALONE = frozenset(
    {"accounts", "contact", "data_protection_officer", "ico_registration", "name_cy", "postal_address", "website"}
)

#: Returns of more protocols than these are compared by the complete check alone.
_MOST_WITH_RETURNS = 60


def new_in_change(before: Register, after: Register, files: Iterable[str], *, as_of: date) -> list[Finding]:
    """What the check says after a change and did not say before it. `files`: the paths that the change adds or replaces."""
    files = tuple(files)
    protocols = sorted(_protocols(before, after, files))
    organisations = sorted(
        {path.split("/")[1] for path in files if path.startswith("signatories/") and path.count("/") > 1}
    )
    old, new = (_findings(one, protocols, organisations, as_of) for one in (before, after))
    return new_findings(old, new)[0]


def _findings(register: Register, protocols: list[str], organisations: list[str], as_of: date) -> list[Finding]:
    known = [id_ for id_ in protocols if register.has_protocol(id_)]
    found, observations, _ = check_protocols(register, known, as_of=as_of)
    for id_ in organisations:
        if register.has_organisation(id_):
            found += check_organisation(register, id_, as_of=as_of)
    return [*register.findings, *found, *check_root_records(register, tuple(observations), as_of=as_of)]


def _protocols(before: Register, after: Register, files: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in files:
        top, name, *rest = (*path.split("/"), "")
        if top == "protocols":
            found |= {name, *_linked(after, name)}
            if rest[:1] == ["outcomes"]:
                found |= _with_returns_of_the_same(after, path)
        elif top == "signatories" and rest[:1] == ["organisation.yaml"]:
            if _bears_on_protocols(before, after, path):
                found |= {id_ for register in (before, after) for id_ in _of_body(register, name)}
        elif top == "signatories" and rest:
            protocol = after.present_protocol(rest[0].removesuffix(".yaml"))
            found |= {protocol, *_linked(after, protocol)}
    return found


def _linked(register: Register, protocol: str) -> Iterator[str]:
    """The protocols that one names, and those whose records hold its id."""
    record = register.protocol_record(protocol)
    value = record.value if record is not None else None
    if value is not None:
        adopted = (clause.adopts.protocol for clause in value.clauses if clause.adopts)
        for id_ in (value.part_of, *value.supersedes, *adopted):
            if id_ and register.has_protocol(id_):
                yield register.present_protocol(id_)
    ids = [id_.encode() for id_ in (protocol, *(value.formerly if value is not None else ()))]
    for other in register.protocol_ids:
        raw = register.files.contents.get(f"protocols/{other}/protocol.yaml", b"")
        if other != protocol and any(id_ in raw for id_ in ids):
            yield other


def _with_returns_of_the_same(register: Register, path: str) -> set[str]:
    """The protocols with a return about a measure that this return is about; none where there are too many to compare."""
    results = Source(path, register.files.contents[path]).data.get("results")
    words = {text_of(one.get("measure")).encode() for one in mappings(results)} - {b""}
    found = {
        id_
        for id_, folders in register.names.in_protocol.items()
        for other in folders.get("outcomes", ())
        if any(word in register.files.contents[other] for word in words)
    }
    return found if len(found) <= _MOST_WITH_RETURNS else set()


def _of_body(register: Register, organisation: str) -> Iterator[str]:
    yield from (id_ for id_, _record in register.signing_records_of(organisation))
    for id_, line in register.protocol_lines():
        bodies = {*line.parties, line.lead} if line is not None else set()
        if organisation in {register.present_organisation(body) for body in bodies if body}:
            yield id_


def _bears_on_protocols(before: Register, after: Register, path: str) -> bool:
    old, new = (_rest_of_body(register, path) for register in (before, after))
    return old != new


def _rest_of_body(register: Register, path: str) -> Mapping[str, PlainData] | None:
    raw = register.files.contents.get(path)
    if raw is None:
        return None
    return {name: value for name, value in Source(path, raw).data.items() if name not in _OF_THE_BODY_ALONE}
