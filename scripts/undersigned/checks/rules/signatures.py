"""Signatures: what was signed, by whom, for whom and when, and what became of the copies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from undersigned.checks.engine import Observation, ProtocolSubject, RegisterSubject, RuleSet, Subject
from undersigned.checks.rules.references import unknown_flow, unknown_organisation
from undersigned.checks.rules.versions import SHA256, check_fingerprint, check_version_named, stamp_of
from undersigned.records.fields import When, earliest, latest, surely_before, version_key
from undersigned.records.findings import Finding
from undersigned.records.reading import Record
from undersigned.records.signature import Signature, SigningRecord
from undersigned.records.source import KeyPath
from undersigned.records.version import Version
from undersigned.status import COPY_DAYS, has_happened, may_sign_for

#: A digest of a file that was sent out, perhaps with the names of its scheme and method before it.
_ISSUED = re.compile(r"(?:[a-z0-9]{1,12}:){0,2}[0-9a-f]{64}\Z")
SigningEntry = tuple[str, Record[SigningRecord], KeyPath, Signature]


def entries(subject: ProtocolSubject) -> Iterator[SigningEntry]:
    """Each entry of each signing record that reads: organisation, record, path and entry."""
    for organisation, record in subject.folder.signing.items():
        if record.value is not None:
            for index, signature in enumerate(record.value.signatures):
                yield organisation, record, ("signatures", index), signature


def is_future(subject: Subject, when: When | None) -> bool:
    """Whether it is dated after the day of asking."""
    return when is not None and surely_before(subject.as_of, when)


# -- what was signed ------------------------------------------------------------------------------------------------


def check_signed_versions(subject: ProtocolSubject) -> Iterator[Finding]:
    """A signature names a version that was stamped, and carries its fingerprint."""
    for _organisation, record, path, signature in entries(subject):
        yield from check_version_named(subject, record, path, signature.version)
        yield from check_fingerprint(
            subject, record, path, signature.version, signature.fingerprint, required=signature.signed_on is not None
        )


def check_signed_texts(subject: ProtocolSubject) -> Iterator[Finding]:
    """A text is signed while it may still be: before it ends, and before a material one takes its place."""
    versions = subject.folder.read_versions()
    for _organisation, record, path, signature in entries(subject):
        version, signed_on = stamp_of(subject, signature.version), signature.signed_on
        if version is None or signed_on is None or is_future(subject, signed_on):
            continue
        end = _end_of(subject, version)
        if end is not None and surely_before(end, signed_on):
            if not _extended(subject, signature.version, signed_on):
                yield from subject.find(
                    "signed-ended-text",
                    record,
                    (*path, "signed_on"),
                    words="ended",
                    version=signature.version,
                    day=signed_on,
                    end=end,
                )
            continue
        for newer, other in reversed(versions):
            later = version_key(newer) > version_key(signature.version)
            # Versions agreed out of order are another finding.
            if not later or other.change != "material" or surely_before(other.agreed_on, version.agreed_on):
                continue
            if surely_before(other.agreed_on, signed_on):
                yield from subject.find(
                    "signed-ended-text",
                    record,
                    (*path, "signed_on"),
                    words="replaced",
                    severity="warning",
                    version=signature.version,
                    day=signed_on,
                    newer=newer,
                    agreed=other.agreed_on,
                )
                break


def _end_of(subject: ProtocolSubject, version: Version) -> When | None:
    return version.text.effective_to if version.text is not None else subject.protocol.effective_to


def _extended(subject: ProtocolSubject, number: str, day: When) -> bool:
    """Whether a later version, to which a signature carries, still ran on that day."""
    for later, version in subject.folder.read_versions():
        if version_key(later) <= version_key(number):
            continue
        if version.change == "material":
            return False
        end = _end_of(subject, version)
        if end is None or not surely_before(end, day):
            return True
    return False


# -- by whom and for whom -------------------------------------------------------------------------------------------


def check_contradictions(subject: ProtocolSubject) -> Iterator[Finding]:
    """One entry signs or declines, not both; only a signature is withdrawn, and only a signed copy comes back."""
    for _organisation, record, path, signature in entries(subject):
        unsigned = signature.signed_on is None and record.lacks(*path, "signed_on")
        if signature.declined is not None and signature.signed_on is not None:
            yield from subject.find("declined-and-signed", record, (*path, "declined"))
        if signature.withdrawn is not None and unsigned:
            yield from subject.find("not-signed", record, (*path, "withdrawn"), words="withdrawn")
        if signature.returned_on is not None and unsigned and signature.declined is None:
            yield from subject.find("not-signed", record, (*path, "returned_on"), words="returned", severity="warning")


def check_nothing_is_signed_twice(subject: ProtocolSubject) -> Iterator[Finding]:
    """One body signs one version once, unless it took the first signature back or signed it with a reservation."""
    for organisation, record in subject.folder.signing.items():
        signed: dict[tuple[str, frozenset[str]], int] = {}
        for index, signature in enumerate(record.value.signatures if record.value else ()):
            if not has_happened(signature.signed_on, subject.as_of) or signature.declined is not None:
                continue
            key = (signature.version, frozenset(signature.signs_for))
            if key in signed:
                first = record.place("signatures", signed[key]).line
                yield from subject.find(
                    "signed-twice",
                    record,
                    ("signatures", index, "version"),
                    organisation=organisation,
                    version=signature.version,
                    line=first,
                )
            elif signature.withdrawn is None and not signature.reservations:
                signed[key] = index


def check_signers_existed(subject: ProtocolSubject) -> Iterator[Finding]:
    """A body signs while it exists."""
    for organisation, record, path, signature in entries(subject):
        if signature.signed_on is None:
            continue
        body = subject.organisation(organisation)
        if body is not None and body.dissolved_on is not None and surely_before(body.dissolved_on, signature.signed_on):
            yield from subject.find(
                "signed-after-dissolution",
                record,
                (*path, "signed_on"),
                name=body.name,
                day=signature.signed_on,
                dissolved=body.dissolved_on,
            )


def check_signing_for_others(subject: ProtocolSubject) -> Iterator[Finding]:
    """A body signs for another only as its parent or with a mandate."""
    for organisation, record, path, signature in entries(subject):
        for index, other in enumerate(signature.signs_for):
            place = (*path, "signs_for", index)
            known = subject.register.organisation(other)
            if known is None or known.value is None:
                yield from unknown_organisation(subject, record, place, other)
                continue
            present = subject.register.present_organisation(other)
            if present == organisation or may_sign_for(subject.register, organisation, present, signature):
                continue
            if not known.lacks("parent") or record.was_dropped(*path, "mandate"):
                continue
            yield from subject.find("no-mandate", record, place, signer=organisation, other=other)


def check_who_signed(subject: ProtocolSubject) -> Iterator[Finding]:
    """A signature says which post gave it by what authority; a resolution or deed has the body's own approval."""
    if not subject.is_live:
        return
    for _organisation, record, path, signature in entries(subject):
        if signature.signed_on is None or signature.declined is not None:
            continue
        by = signature.signed_by
        if by is None:
            yield from subject.find("signatory-unstated", record, path, words="signed_by", missing="signed_by")
            continue
        for field, value in (("post", by.post), ("authority", by.authority)):
            if value is None:
                yield from subject.find("signatory-unstated", record, (*path, "signed_by"), words=field, missing=field)
        if by.authority in ("resolution", "deed") and signature.approved_on is None:
            # With a minute or the like cited, the approval can be found, and only its day is wanting.
            yield from subject.find(
                "approval-undated",
                record,
                path,
                missing="approved_on",
                authority=by.authority,
                severity="advice" if by.reference else None,
            )


def check_deeds(subject: ProtocolSubject) -> Iterator[Finding]:
    """A deed says how it was executed, and nothing else does."""
    if not subject.is_live:
        return
    for _organisation, record, path, signature in entries(subject):
        if signature.signed_on is None or signature.declined is not None:
            continue
        if signature.method == "deed" and signature.deed_by is None:
            yield from subject.find("deed-form", record, path, missing="deed_by")
        elif signature.method not in ("deed", None) and signature.deed_by is not None:
            yield from subject.find("deed-form", record, (*path, "deed_by"), words="no_deed", method=signature.method)


def check_reservations(subject: ProtocolSubject) -> Iterator[Finding]:
    """A reservation is about flows that there are, and is accepted or still open."""
    for _organisation, record, path, signature in entries(subject):
        for index, reservation in enumerate(signature.reservations):
            place = (*path, "reservations", index)
            known = _flows_of(subject, signature.version)
            for number, flow in enumerate(reservation.flows):
                if known:
                    yield from unknown_flow(subject, record, (*place, "flows", number), flow, known)
            is_open = signature.signed_on is not None and signature.declined is None and signature.withdrawn is None
            if is_open and reservation.accepted_on is None and subject.is_live:
                yield from subject.find(
                    "reservation-open",
                    record,
                    place,
                    missing="accepted_on",
                    flows=list(reservation.flows) or ["the text"],
                    version=signature.version,
                )


def _flows_of(subject: ProtocolSubject, number: str) -> dict[str, list[str]]:
    """The flows of a version, or where it has no text those of the working text; empty where they cannot be known."""
    text = subject.folder.text_of(number)
    if text is None and subject.record.was_dropped("flows"):
        return {}
    flows = text.flows if text is not None else subject.protocol.flows
    return {flow.id: [flow.title or ""] for flow in flows}


def check_evidence(subject: ProtocolSubject) -> Iterator[Finding]:
    """Evidence of a signature is known by a whole SHA-256, and held by a body that there is; so are copies sent out."""
    for _organisation, record, path, signature in entries(subject):
        for name, digest in signature.issued or ():
            if digest is not None and not _ISSUED.match(digest):
                yield from subject.find(
                    "bad-digest", record, (*path, "issued", name), words=f"issued_{name}", digest=digest
                )
        evidence = signature.evidence
        if evidence is None:
            continue
        if evidence.sha256 is not None and not SHA256.match(evidence.sha256):
            yield from subject.find("bad-digest", record, (*path, "evidence", "sha256"), digest=evidence.sha256)
        if match := evidence.link:
            path_of_link = (*path, "evidence", "reference")
            at = record.place_in(path_of_link, match.start())
            yield from subject.find("evidence-link", record, path_of_link, at=at, link=match[0])
        if evidence.held_by is not None:
            yield from unknown_organisation(subject, record, (*path, "evidence", "held_by"), evidence.held_by)


# -- copies ---------------------------------------------------------------------------------------------------------


def check_copies_are_back(subject: ProtocolSubject) -> Iterator[Finding]:
    """A copy signed in ink is back with the lead within 28 days."""
    if not subject.is_live:
        return
    if not any(s.method == "wet-ink" and s.signed_on and not s.returned_on for _, _, _, s in entries(subject)):
        return
    register, signing = subject.register, subject.signing
    lead = register.present_organisation(subject.protocol.lead) if subject.protocol.lead else None
    for party, text in signing.parties.items():
        state = signing.state(party, text)
        days = state.copy_outstanding_days
        signed_on = state.signed_on
        if not state.copy_outstanding or signed_on is None or signing.has_left(party):
            continue
        if (subject.as_of - latest(signed_on)).days <= COPY_DAYS:
            continue
        entry = state.signed_entry
        record = subject.folder.signing.get(entry.signer) if entry is not None else None
        if entry is None or record is None or record.value is None or entry.signer == lead:
            continue
        index = next(i for i, s in enumerate(record.value.signatures) if s is entry.signature)
        yield from subject.find(
            "copy-outstanding",
            record,
            ("signatures", index),
            missing="returned_on",
            words="default" if days is not None else "month",
            version=entry.version,
            day=entry.signed_on,
            days=days,
        )


def check_counterparts_went_back(subject: ProtocolSubject) -> Iterator[Finding]:
    """The lead's own signed copy goes back within 28 days of the body's."""
    if not subject.is_live or subject.protocol.lead is None:
        return
    if not any(s.returned_on and not s.counterpart_on for _, _, _, s in entries(subject)):
        return
    signing = subject.signing
    for party, text in signing.parties.items():
        state = signing.state(party, text)
        days, entry = state.counterpart_days, state.signed_entry
        if days is None or days <= COPY_DAYS or entry is None or signing.has_left(party):
            continue
        record = subject.folder.signing[entry.signer]
        if record.value is None:
            continue
        index = next(i for i, s in enumerate(record.value.signatures) if s is entry.signature)
        yield from subject.find(
            "counterpart-owed",
            record,
            ("signatures", index),
            missing="counterpart_on",
            version=entry.version,
            day=entry.signature.returned_on,
            days=days,
            protocol=subject.folder.id,
            organisation=party,
        )


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
        yield from _days_of_other_steps(subject, record, path, signature)
        for index, reservation in enumerate(signature.reservations):
            if is_future(subject, reservation.accepted_on):
                yield from subject.find(
                    "signature-in-future",
                    record,
                    (*path, "reservations", index, "accepted_on"),
                    words="accepted_on",
                    day=reservation.accepted_on,
                )


def _days_of_other_steps(
    subject: ProtocolSubject, record: Record[SigningRecord], path: KeyPath, signature: Signature
) -> Iterator[Finding]:
    """Each later step comes after the one that it follows, and not in the future.

    Copies go out again, and are refused, after they went out. The lead's own copy goes back, and a signature is
    withdrawn, after the signature was made.
    """
    declined, withdrawn = signature.declined, signature.withdrawn
    for name, place, day, step, before in (
        ("sent_again_on", ("sent_again_on",), signature.sent_again_on, "sent_on", signature.sent_on),
        ("counterpart_on", ("counterpart_on",), signature.counterpart_on, "signed_on", signature.signed_on),
        ("declined", ("declined", "on"), declined.on if declined else None, "sent_on", signature.sent_on),
        ("withdrawn", ("withdrawn", "on"), withdrawn.on if withdrawn else None, "signed_on", signature.signed_on),
    ):
        if day is None:
            continue
        if is_future(subject, day):
            yield from subject.find("signature-in-future", record, (*path, *place), words=name, day=day)
        elif before is not None and not is_future(subject, before) and surely_before(day, before):
            words = name if place == (name,) else "default"
            yield from subject.find(
                "signature-order", record, (*path, *place), words=words, first=name, day=day, second=step, other=before
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
    """The entries of a signing record are in order, oldest first."""
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


def observe_signatures_of_superseded(subject: ProtocolSubject) -> Iterator[Observation]:
    """The last day on which a body signed a superseded protocol."""
    if subject.protocol.status != "superseded":
        return
    days = [
        earliest(signature.signed_on)
        for _organisation, _record, _path, signature in entries(subject)
        if signature.signed_on is not None and has_happened(signature.signed_on, subject.as_of)
    ]
    if days:
        yield Observation("superseded-signed", subject.folder.id, subject.folder.id, max(days).isoformat())


def check_signatures_of_superseded(subject: RegisterSubject) -> Iterator[Finding]:
    """Nobody signs a protocol that another one in force has superseded."""
    signed = {seen.key: seen.path for seen in subject.observations if seen.kind == "superseded-signed"}
    successors: dict[str, list[tuple[str, str]]] = {}
    for seen in subject.observations:
        if seen.kind == "superseded-by" and seen.path and seen.key in signed and seen.key != seen.protocol:
            successors.setdefault(seen.key, []).append((seen.path, seen.protocol))
    for old, found in successors.items():
        day, successor = min(found)
        if signed[old] > day:
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


RULES = RuleSet(
    observe=(observe_signatures_of_superseded,),
    register=(check_signatures_of_superseded,),
    protocol=(
        check_signed_versions,
        check_signed_texts,
        check_contradictions,
        check_nothing_is_signed_twice,
        check_signers_existed,
        check_signing_for_others,
        check_who_signed,
        check_deeds,
        check_reservations,
        check_evidence,
        check_copies_are_back,
        check_counterparts_went_back,
        check_signature_days,
        check_signed_after_agreement,
        check_order_of_entries,
    ),
)
