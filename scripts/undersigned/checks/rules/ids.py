"""Ids: unique in their record, one for each body and each text, and a former one leads to one record only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from undersigned.checks.engine import (
    Observation,
    OrganisationSubject,
    ProtocolSubject,
    RecordLike,
    RegisterSubject,
    RuleSet,
    Subject,
)
from undersigned.records.fields import KEBAB
from undersigned.records.findings import Finding, shape_finding
from undersigned.records.organisation import Codes, Organisation
from undersigned.records.source import KeyPath
from undersigned.status import has_happened

_NOT_LETTERS = re.compile(r"[\W_]+|\bthe\b")
#: What makes two protocols one: who agrees what with whom. Title and dates are often changed in a copy.
_COPIED = ("parties", "flows", "clauses")


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
                place = record.place(field, index, "id")
                yield shape_finding(record.path, place, "bad-id", id=id_, what=what, example="housing-referral")
            seen.add(id_)
    parties: set[str] = set()
    for index, party in enumerate(protocol.parties):
        id_ = subject.register.present_organisation(party.organisation)
        if id_ in parties:
            yield from subject.find("duplicate-id", record, ("parties", index, "organisation"), words="party", id=id_)
        parties.add(id_)


def check_field_names_are_unique(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each field of a form has a name of its own."""
    for record in subject.folder.forms.values():
        seen: set[str] = set()
        for number, section in enumerate(record.value.sections if record.value else ()):
            for index, field in enumerate(section.fields):
                if field.name in seen:
                    path: KeyPath = ("sections", number, "fields", index, "name")
                    yield from subject.find("duplicate-id", record, path, id=field.name, what="field")
                seen.add(field.name)


def check_former_protocol_ids(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol's former id is not the name of a folder, nor another protocol's former id."""
    register = subject.register
    yield from _check_former(
        subject,
        subject.record,
        subject.folder.id,
        subject.protocol.formerly,
        frozenset(register.protocol_ids) if subject.protocol.formerly else frozenset(),
        register.former_protocols,
        "protocols",
    )


def check_former_organisation_ids(subject: OrganisationSubject) -> Iterator[Finding]:
    """An organisation's former id is not the name of a folder, nor another organisation's former id."""
    register = subject.register
    if subject.organisation.formerly:
        yield from _check_former(
            subject,
            subject.record,
            subject.id,
            subject.organisation.formerly,
            frozenset(register.organisation_ids),
            register.former_organisations,
            "signatories",
        )


def _check_former(
    subject: Subject,
    record: RecordLike,
    id_: str,
    formerly: tuple[str, ...],
    folders: frozenset[str],
    claimed: Mapping[str, str],
    top: str,
) -> Iterator[Finding]:
    for index, former in enumerate(formerly):
        path: KeyPath = ("formerly", index)
        if former in folders:
            yield from subject.find("former-id-in-use", record, path, former=former, folder=f"{top}/{former}")
        elif claimed.get(former, id_) != id_ or former in formerly[:index]:
            yield from subject.find("former-id-twice", record, path, former=former, other=claimed.get(former, id_))


# -- one thing under two ids ----------------------------------------------------------------------------------------


def check_one_id_for_each_body(subject: RegisterSubject) -> Iterator[Finding]:
    """No two organisations have one name, one registration or one code, unless one has ended or is the other's successor."""
    register = subject.register
    seen: dict[tuple[str | int, str], tuple[str, Organisation]] = {}
    for id_ in register.organisation_ids:
        record = register.organisation(id_)
        if record is None or record.value is None:
            continue
        body = record.value
        codes = body.codes or Codes()
        named: list[tuple[KeyPath, str, str]] = [
            (("name",), "name", body.name),
            (("ico_registration",), "ico_registration", body.ico_registration or ""),
            *((("codes", name), "code", getattr(codes, name) or "") for name in Codes.model_fields),
        ]
        for path, field, value in named:
            key = (path[-1], _NOT_LETTERS.sub("", value.casefold().replace("&", "and")))
            if not key[1]:
                continue
            first = seen.setdefault(key, (id_, body))
            if first[0] != id_ and not _may_share(subject, first, (id_, body)):
                yield from subject.find("one-body-two-ids", record, path, words=field, value=value, other=first[0])


def _may_share(subject: Subject, one: tuple[str, Organisation], other: tuple[str, Organisation]) -> bool:
    if any(has_happened(body.dissolved_on, subject.as_of) for _, body in (one, other)):
        return True
    return one[0] in other[1].successors or other[0] in one[1].successors


def observe_texts(subject: ProtocolSubject) -> Iterator[Observation]:
    """Who shares what under which terms, by their ids and lengths: protocols with the same are compared word for word."""
    protocol = subject.protocol
    if subject.status_severity() is None or not (protocol.parties and protocol.flows and protocol.clauses):
        return
    ids = (
        sorted(party.organisation for party in protocol.parties),
        [flow.id for flow in protocol.flows],
        [(clause.id, len(clause.text or "")) for clause in protocol.clauses],
    )
    yield Observation("text", repr(ids), subject.folder.id, " ".join(protocol.supersedes))


def check_one_id_for_each_text(subject: RegisterSubject) -> Iterator[Finding]:
    """No protocol agrees the same between the same parties as another does, unless it supersedes that one."""
    by_ids: dict[str, list[Observation]] = {}
    for seen in subject.observations:
        if seen.kind == "text":
            by_ids.setdefault(seen.key, []).append(seen)
    for alike in by_ids.values():
        by_text: dict[str, list[Observation]] = {}
        for seen in alike if len(alike) > 1 else ():
            by_text.setdefault(_digest(subject, seen.protocol), []).append(seen)
        for same in by_text.values():
            for first, second in pairwise(same):
                if first.protocol in second.path.split() or second.protocol in first.path.split():
                    continue
                folder = subject.register.protocol(second.protocol)
                if folder is not None and folder.readable:
                    about = ProtocolSubject(subject.register, folder, as_of=subject.as_of)
                    yield from about.find("one-text-two-ids", about.record, ("title",), other=first.protocol)


def _digest(subject: RegisterSubject, protocol: str) -> str:
    record = subject.register.protocol_record(protocol)
    data = {} if record is None else record.source.data
    text = repr([data.get(field) for field in _COPIED])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


RULES = RuleSet(
    protocol=(check_ids_are_unique, check_field_names_are_unique, check_former_protocol_ids),
    organisation=(check_former_organisation_ids,),
    observe=(observe_texts,),
    register=(check_one_id_for_each_body, check_one_id_for_each_text),
)
