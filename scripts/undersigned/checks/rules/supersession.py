"""Supersession: what another protocol in force supersedes is called superseded and signed no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from undersigned.checks.engine import Observation, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.findings import Finding
from undersigned.records.fields import earliest, latest


def observe_supersession(subject: ProtocolSubject) -> Iterator[Observation]:
    """Which protocols are superseded by which, and the last day on which each body signed a superseded one."""
    protocol, register, id_ = subject.protocol, subject.register, subject.folder.id
    start = protocol.effective_from
    in_force = protocol.status == "in-force" and start is not None and earliest(start) <= subject.as_of
    for old in protocol.supersedes:
        day = latest(start).isoformat() if in_force and start is not None else ""
        yield Observation("superseded-by", register.present_protocol(old), id_, day)
    if protocol.status == "superseded":
        yield Observation("status-superseded", id_, id_, "")
        days = [
            earliest(signature.signed_on)
            for record in subject.folder.signing.values()
            for signature in (record.value.signatures if record.value else ())
            if signature.signed_on is not None and earliest(signature.signed_on) <= subject.as_of
        ]
        if days:
            yield Observation("superseded-signed", id_, id_, max(days).isoformat())


def check_supersession(subject: RegisterSubject) -> Iterator[Finding]:
    """What another protocol in force supersedes is superseded, signed no longer, and nothing else is called so."""
    register = subject.register
    successors: dict[str, dict[str, str]] = {}
    signed: dict[str, str] = {}
    for seen in subject.observations:
        if seen.kind == "superseded-by" and seen.key != seen.protocol:
            successors.setdefault(seen.key, {})[seen.protocol] = seen.path
        elif seen.kind == "superseded-signed":
            signed[seen.key] = seen.path
    for seen in subject.observations:
        if seen.kind == "status-superseded" and seen.key not in successors:
            record = register.protocol_record(seen.key)
            if record is not None:
                yield from subject.find(
                    "status-contradicted", record, ("status",), words="superseded-by-none", severity="advice"
                )
    for old, found in successors.items():
        in_force = {id_: day for id_, day in found.items() if day}
        record = register.protocol_record(old) if in_force else None
        if record is None or record.value is None:
            continue
        if record.value.status == "in-force":
            yield from subject.find("status-contradicted", record, ("status",), words="superseded", other=min(in_force))
        elif record.value.status == "superseded" and signed.get(old, "") > min(in_force.values()):
            day, successor = min((day, id_) for id_, day in in_force.items())
            yield from _signed_superseded(subject, old, successor, date.fromisoformat(day))


def _signed_superseded(subject: RegisterSubject, old: str, successor: str, day: date) -> Iterator[Finding]:
    folder = subject.register.protocol(old)
    for record in folder.signing.values() if folder is not None else ():
        for index, signature in enumerate(record.value.signatures if record.value else ()):
            if signature.signed_on is not None and day < earliest(signature.signed_on) <= subject.as_of:
                yield from subject.find(
                    "signed-ended-text",
                    record,
                    ("signatures", index, "signed_on"),
                    words="superseded",
                    day=signature.signed_on,
                    successor=successor,
                    start=day,
                )


RULES = RuleSet(observe=(observe_supersession,), register=(check_supersession,))
