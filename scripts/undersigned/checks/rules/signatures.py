"""Signing records: what was signed, by whom and for whom. Days are in `signature_days`, what follows in `standing`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from undersigned.checks.engine import ProtocolSubject, RuleSet, Subject
from undersigned.checks.naming import unknown_organisation
from undersigned.checks.stamps import check_fingerprint, check_version_named, stamp_of
from undersigned.findings import Finding
from undersigned.records.fields import When, earliest, surely_before, version_key
from undersigned.records.reading import Record, did_you_mean
from undersigned.records.signature import Signature, SigningRecord
from undersigned.records.source import Path
from undersigned.records.version import Version
from undersigned.status import COPY_DAYS, may_sign_for

_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")

SigningEntry = tuple[str, Record[SigningRecord], Path, Signature]


def entries(subject: ProtocolSubject) -> Iterator[SigningEntry]:
    """Each entry of each signing record that reads: organisation, record, path and entry."""
    for organisation, record in subject.folder.signing.items():
        if record.value is not None:
            for index, signature in enumerate(record.value.signatures):
                yield organisation, record, ("signatures", index), signature


def is_future(subject: Subject, when: When | None) -> bool:
    """Whether it is dated after the day of asking."""
    return when is not None and earliest(when) > subject.as_of


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


def check_reservations(subject: ProtocolSubject) -> Iterator[Finding]:
    """A reservation is about flows that there are, and is accepted or still open."""
    for _organisation, record, path, signature in entries(subject):
        for index, reservation in enumerate(signature.reservations):
            place = (*path, "reservations", index)
            known = _flows_of(subject, signature.version)
            for number, flow in enumerate(reservation.flows):
                if known and flow not in known:
                    yield from subject.find(
                        "unknown-flow",
                        record,
                        (*place, "flows", number),
                        id=flow,
                        protocol=subject.folder.id,
                        near=did_you_mean(flow, known),
                    )
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


def _flows_of(subject: ProtocolSubject, number: str) -> tuple[str, ...]:
    """The flows of a version, or where it has no text those of the working text; empty where they cannot be known."""
    text = subject.folder.text_of(number)
    if text is None and subject.record.was_dropped("flows"):
        return ()
    return tuple(flow.id for flow in (text.flows if text is not None else subject.protocol.flows))


def check_evidence(subject: ProtocolSubject) -> Iterator[Finding]:
    """Evidence of a signature is known by a whole SHA-256, and held by a body that there is."""
    for _organisation, record, path, signature in entries(subject):
        evidence = signature.evidence
        if evidence is None:
            continue
        if evidence.sha256 is not None and not _SHA256.match(evidence.sha256):
            yield from subject.find("bad-digest", record, (*path, "evidence", "sha256"), digest=evidence.sha256)
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
        if days is None or days <= COPY_DAYS or signing.has_left(party):
            continue
        for entry in reversed(signing.standing(party)):
            if entry.counts and entry.version == state.signed_version and entry.signed_on == state.signed_on:
                record = subject.folder.signing[entry.signer]
                if entry.signer == lead or record.value is None or not isinstance(entry.signed_on, date):
                    break
                index = next(i for i, s in enumerate(record.value.signatures) if s is entry.signature)
                yield from subject.find(
                    "copy-outstanding",
                    record,
                    ("signatures", index),
                    missing="returned_on",
                    version=entry.version,
                    day=entry.signed_on,
                    days=days,
                )
                break


RULES = RuleSet(
    protocol=(
        check_signed_versions,
        check_signed_texts,
        check_contradictions,
        check_signers_existed,
        check_signing_for_others,
        check_who_signed,
        check_reservations,
        check_evidence,
        check_copies_are_back,
    )
)
