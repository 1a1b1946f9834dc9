"""Ids are unique in their record, and a former id leads to one record only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from undersigned.checks.engine import OrganisationSubject, ProtocolSubject, RecordLike, RuleSet, Subject
from undersigned.findings import Finding
from undersigned.records.fields import KEBAB
from undersigned.records.shape import shape_finding
from undersigned.records.source import Path


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
                    path: Path = ("sections", number, "fields", index, "name")
                    yield from subject.find("duplicate-id", record, path, id=field.name, what="field")
                seen.add(field.name)


def check_former_protocol_ids(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol's former id is no folder, and no other protocol's former id."""
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
    """An organisation's former id is no folder, and no other organisation's former id."""
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
        path: Path = ("formerly", index)
        if former in folders:
            yield from subject.find("former-id-in-use", record, path, former=former, folder=f"{top}/{former}")
        elif claimed.get(former, id_) != id_ or former in formerly[:index]:
            yield from subject.find("former-id-twice", record, path, former=former, other=claimed.get(former, id_))


RULES = RuleSet(
    protocol=(check_ids_are_unique, check_field_names_are_unique, check_former_protocol_ids),
    organisation=(check_former_organisation_ids,),
)
