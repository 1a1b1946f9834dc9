"""Status: a protocol is called what its dates, its versions and its signatures make it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from undersigned.checks.engine import UNREADABLE, Observation, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.rules.parties import parties_read
from undersigned.checks.rules.versions import fits, stamp_of
from undersigned.records.fields import FINGERPRINT, When, has_happened, in_time, latest, surely_before
from undersigned.records.findings import Finding, Severity
from undersigned.records.protocol import ENDED
from undersigned.records.signature import Signature
from undersigned.status import Signing, takes_effect, version_in_force


def check_has_version(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol in force, or out for signature, has a version."""
    status = subject.protocol.status
    if not subject.is_live or subject.folder.versions:
        return
    inside = f"protocols/{subject.folder.id}/versions/"
    # A version under a wrong name is another finding.
    if any(finding.path.startswith(inside) for finding in (*subject.register.findings, *subject.folder.findings)):
        return
    severity: Severity | None = None if status == "in-force" else "warning"
    words = status if subject.has_text else "restricted"
    id_ = subject.folder.id
    yield from subject.find(
        "no-version", subject.record, ("status",), words=words, severity=severity, status=status, protocol=id_
    )


def check_status(subject: ProtocolSubject) -> Iterator[Finding]:
    """The status fits the dates and the signatures."""
    yield from _check_end(subject)
    match subject.protocol.status:
        case "draft" | "consultation":
            yield from _check_not_signed(subject)
        case "signing":
            start, bound = subject.protocol.effective_from, subject.signing.in_force()
            if bound and start is not None and has_happened(start, subject.as_of):
                yield from _contradicted(subject, "may-begin", "advice", day=start, parties=_some(bound[0].between))
        case "in-force":
            yield from _check_in_force(subject)


def _check_end(subject: ProtocolSubject) -> Iterator[Finding]:
    """Only a protocol that has ended has a last day, and one that ran out says so: else no day of its life is known."""
    written = subject.folder.value
    if written.ended_on is not None:
        if written.status not in ENDED:
            yield from _contradicted(subject, "ended-on", "error", day=written.ended_on, at="ended_on")
    elif written.status == "expired" and has_happened(written.effective_to, subject.as_of):
        yield from _contradicted(subject, "no-last-day", "advice", day=written.effective_to)


def _contradicted(
    subject: ProtocolSubject,
    words: str,
    severity: Severity | None = None,
    *,
    day: object = "",
    parties: object = "",
    version: str = "",
    at: str = "status",
) -> Iterator[Finding]:
    return subject.find(
        "status-contradicted",
        subject.record,
        (at,),
        words=words,
        severity=severity,
        status=subject.protocol.status,
        day=day,
        parties=parties,
        version=version,
    )


def _check_not_signed(subject: ProtocolSubject) -> Iterator[Finding]:
    """Nobody has signed what is still a draft."""
    signers = [
        id_
        for id_, record in subject.folder.signing.items()
        if record.value and any(_stands(subject, signature) for signature in record.value.signatures)
    ]
    if signers:
        yield from _contradicted(subject, "signed-already", "warning", parties=_some(signers))


def _check_in_force(subject: ProtocolSubject) -> Iterator[Finding]:
    """What is called in force has begun, has not ended, and binds two parties."""
    folder, as_of, start = subject.folder, subject.as_of, subject.protocol.effective_from
    if start is not None and surely_before(as_of, start):
        yield from _contradicted(subject, "not-begun", "warning", day=start)
        return
    versions = folder.read_versions()
    agreed = all(has_happened(version.agreed_on, as_of) for _, version in versions)
    if versions and agreed and len(versions) == len(folder.versions):
        first = min((takes_effect(folder, version) for _, version in versions), key=in_time)
        if surely_before(as_of, first):
            yield from _contradicted(subject, "no-text-yet", "warning", day=first, version=versions[0][0])
            return
    end = _end(subject)
    if end is not None and surely_before(end, as_of):
        yield from _contradicted(subject, "ended", "warning", day=end)
        return
    yield from _check_bound(subject)


def _end(subject: ProtocolSubject) -> When | None:
    """The last day or month of the text in force; without one, that of the working text."""
    in_force = version_in_force(subject.folder, as_of=subject.as_of)
    if in_force is not None:
        return subject.signing.effective_to(in_force[1])
    return subject.protocol.effective_to


def _check_bound(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol in force binds two parties at least."""
    folder, signing = subject.folder, subject.signing
    if not folder.versions or not signing.versions or not parties_read(subject):
        return
    if not all(version.clean for version in folder.versions.values()):
        return
    if not all(signing_record.clean for signing_record in folder.signing.values()):
        return
    if signing.in_force():
        return
    # Versions replaced too early, and a signature that another rule finds void, are not said twice.
    if any(
        v.replaces_earlier_on and surely_before(v.replaces_earlier_on, takes_effect(folder, v))
        for _, v in signing.versions
    ):
        return
    for record in folder.signing.values():
        if record.value and any(_is_void(subject, signature) for signature in record.value.signatures):
            return
    bound = sorted({party for number, _ in signing.versions for party in signing.bound_by(number)})
    answered = {
        organisation
        for organisation, record in folder.signing.items()
        if record.value and any(entry.signed_on or entry.declined for entry in record.value.signatures)
    }
    parties = {subject.register.present_organisation(party.organisation) for party in subject.protocol.parties}
    if parties - answered and all(version.document is not None for _, version in signing.versions):
        # Signed on paper, and nobody has recorded yet who else did. That is not known, and no contradiction.
        yield from subject.find("too-few-bound", subject.record, ("status",), words="on-paper", severity="warning")
        return
    yield from subject.find(
        "too-few-bound",
        subject.record,
        ("status",),
        words="one" if len(bound) == 1 else "none" if not bound else "apart",
        severity="warning" if _a_day_did_it(subject) else None,
        protocol=folder.id,
        parties=_some(bound),
    )


def _is_void(subject: ProtocolSubject, signature: Signature) -> bool:
    """Whether it was signed, but in a way that another rule finds wrong: such a signature does not count."""
    if signature.signed_on is None:
        return False
    version = stamp_of(subject, signature.version)
    given = signature.fingerprint
    wrong = given is not None and (not FINGERPRINT.match(given) or not fits(subject, signature.version, given))
    days = (signature.signed_on, *(reservation.accepted_on for reservation in signature.reservations))
    return (
        version is None
        or wrong
        or signature.declined is not None
        or surely_before(subject.as_of, version.agreed_on)
        or any(day is not None and surely_before(subject.as_of, day) for day in days)
    )


def _stands(subject: ProtocolSubject, signature: Signature) -> bool:
    """Whether an entry is a signature by now that nobody has taken back."""
    withdrawn = signature.withdrawn is not None and has_happened(signature.withdrawn.on, subject.as_of)
    return (
        has_happened(signature.signed_on, subject.as_of)
        and signature.declined is None
        and not withdrawn
        and stamp_of(subject, signature.version) is not None
    )


def _a_day_did_it(subject: ProtocolSubject) -> bool:
    """Whether two were bound until a day passed on which a party ended or left, or earlier versions were replaced."""
    folder, register = subject.folder, subject.register
    days = {version.replaces_earlier_on for _, version in subject.signing.versions}
    days |= {version.text.effective_to for _, version in subject.signing.versions if version.text is not None}
    for party in folder.value.parties:
        days.add(party.left_on)
        organisation = register.organisation(party.organisation)
        if organisation is not None and organisation.value is not None:
            days.add(organisation.value.dissolved_on)
    passed = {latest(day) for day in days if day is not None and has_happened(day, subject.as_of)}
    return any(
        Signing(folder, register, as_of=day - timedelta(days=1)).in_force() for day in sorted(passed) if day > date.min
    )


def _some(ids: tuple[str, ...] | list[str], most: int = 4) -> list[str]:
    more = len(ids) - most
    return list(ids) if more < 2 else [*ids[:most], f"{more} more"]


def observe_supersession(subject: ProtocolSubject) -> Iterator[Observation]:
    """Which protocols are superseded by which, and from which day if the newer one is in force."""
    protocol, register, id_ = subject.protocol, subject.register, subject.folder.id
    start = protocol.effective_from
    in_force = protocol.status == "in-force" and has_happened(start, subject.as_of)
    if subject.record.was_dropped("supersedes"):
        yield Observation(UNREADABLE, "", id_, subject.record.path)
    for old in protocol.supersedes:
        day = latest(start).isoformat() if in_force and start is not None else ""
        yield Observation("superseded-by", register.present_protocol(old), id_, day)
    if protocol.status == "superseded":
        yield Observation("status-superseded", id_, id_, "")


def check_supersession(subject: RegisterSubject) -> Iterator[Finding]:
    """What another protocol in force supersedes is called superseded, and nothing else is."""
    register = subject.register
    successors: dict[str, dict[str, str]] = {}
    for seen in subject.observations:
        if seen.kind == "superseded-by" and seen.key != seen.protocol:
            successors.setdefault(seen.key, {})[seen.protocol] = seen.path
    all_read = not any(seen.kind == UNREADABLE for seen in subject.observations)
    for seen in subject.observations if all_read else ():
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
        status = record.value.status
        if status in ("in-force", "expired"):
            words = "superseded" if status == "in-force" else "expired-superseded"
            yield from subject.find("status-contradicted", record, ("status",), words=words, other=min(in_force))


RULES = RuleSet(
    protocol=(check_has_version, check_status), observe=(observe_supersession,), register=(check_supersession,)
)
