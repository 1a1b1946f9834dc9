"""Days of signatures: sent, approved, signed and returned in that order, after the text was agreed, none to come."""

from __future__ import annotations

from collections.abc import Iterator

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.rules.signatures import entries, is_future
from undersigned.checks.stamps import stamp_of
from undersigned.findings import Finding
from undersigned.records.fields import When, latest, surely_before
from undersigned.records.reading import Record
from undersigned.records.signature import Signature, SigningRecord
from undersigned.records.source import Path

#: The steps of a signature in their order.
_STEPS = ("sent_on", "approved_on", "signed_on", "returned_on")


def check_signature_days(subject: ProtocolSubject) -> Iterator[Finding]:
    """A copy is sent, approved, signed and returned in that order, none of it in the future."""
    for _organisation, record, path, signature in entries(subject):
        last: tuple[str, When] | None = None
        for step in _STEPS:
            day: When | None = getattr(signature, step)
            if day is None:
                continue
            if is_future(subject, day):
                yield from subject.find("signature-in-future", record, (*path, step), words=step, day=day)
                continue
            if last is not None and surely_before(day, last[1]):
                yield from subject.find(
                    "signature-order", record, (*path, step), first=step, day=day, second=last[0], other=last[1]
                )
            else:
                last = (step, day)
        yield from _days_of_ending(subject, record, path, signature)
        for index, reservation in enumerate(signature.reservations):
            if is_future(subject, reservation.accepted_on):
                yield from subject.find(
                    "signature-in-future",
                    record,
                    (*path, "reservations", index, "accepted_on"),
                    words="accepted_on",
                    day=reservation.accepted_on,
                )


def _days_of_ending(
    subject: ProtocolSubject, record: Record[SigningRecord], path: Path, signature: Signature
) -> Iterator[Finding]:
    """A refusal comes after the copies were sent, a withdrawal after the signature; neither in the future."""
    for name, end, step, before in (
        ("declined", signature.declined, "sent_on", signature.sent_on),
        ("withdrawn", signature.withdrawn, "signed_on", signature.signed_on),
    ):
        if end is None:
            continue
        if is_future(subject, end.on):
            yield from subject.find("signature-in-future", record, (*path, name, "on"), words=name, day=end.on)
        elif before is not None and not is_future(subject, before) and surely_before(end.on, before):
            yield from subject.find(
                "signature-order", record, (*path, name, "on"), first=name, day=end.on, second=step, other=before
            )


def check_signed_after_agreement(subject: ProtocolSubject) -> Iterator[Finding]:
    """A version is signed, and sent out for signature, no earlier than it was agreed."""
    for _organisation, record, path, signature in entries(subject):
        version = stamp_of(subject, signature.version)
        if version is None or is_future(subject, version.agreed_on):
            continue
        for step, severity in (("signed_on", None), ("sent_on", "warning")):
            day: When | None = getattr(signature, step)
            if day is not None and surely_before(day, version.agreed_on):
                yield from subject.find(
                    "signed-before-version",
                    record,
                    (*path, step),
                    words=step,
                    severity=severity,  # type: ignore[arg-type]
                    version=signature.version,
                    day=day,
                    agreed=version.agreed_on,
                )
                break


def check_order_of_entries(subject: ProtocolSubject) -> Iterator[Finding]:
    """The entries of a signing record stand oldest first."""
    for record in subject.folder.signing.values():
        last: Signature | None = None
        for index, signature in enumerate(record.value.signatures if record.value else ()):
            step, day, other = _compared(last, signature) if last is not None else ("", None, None)
            if day is not None and other is not None and surely_before(day, other):
                yield from subject.find(
                    "entries-order", record, ("signatures", index, *step.split(".")), day=day, other=other
                )
            else:
                last = signature


def _compared(one: Signature, other: Signature) -> tuple[str, When | None, When | None]:
    """The step by which two entries are set in order: one that both have, else the first that the second has."""
    first, second = _days(one), _days(other)
    shared = next((step for step in second if step in first), None)
    if shared is not None:
        return shared, second[shared], first[shared]
    step = next(iter(second), "")
    return step, second.get(step), max(first.values(), key=latest, default=None)


def _days(signature: Signature) -> dict[str, When]:
    steps = {
        "signed_on": signature.signed_on,
        "sent_on": signature.sent_on,
        "declined.on": signature.declined.on if signature.declined else None,
    }
    return {step: day for step, day in steps.items() if day is not None}


RULES = RuleSet(protocol=(check_signature_days, check_signed_after_agreement, check_order_of_entries))
