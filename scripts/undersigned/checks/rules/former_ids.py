"""Former ids: each leads to one present record, and none is in use again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from undersigned.checks.engine import OrganisationSubject, ProtocolSubject, RecordLike, RuleSet, Subject
from undersigned.findings import Finding
from undersigned.records.source import Path


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


RULES = RuleSet(protocol=(check_former_protocol_ids,), organisation=(check_former_organisation_ids,))
