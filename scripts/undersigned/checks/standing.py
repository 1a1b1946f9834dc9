"""Rules on where signatures leave a protocol: its status, its parties, their officers. Registered by `signatures`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from undersigned.checks.rule import Observation, OrganisationSubject, ProtocolSubject, RegisterSubject
from undersigned.checks.versions import fits, stamp_of
from undersigned.findings import Finding, Severity
from undersigned.records.fields import FINGERPRINT, earliest, latest
from undersigned.records.protocol import Party
from undersigned.records.signature import NominatedOfficer, Signature
from undersigned.status import Signing, add_months, has_happened, takes_effect, version_in_force

CONFIRM_MONTHS = 6
_LIVE = ("signing", "in-force")


# -- who is and was party -------------------------------------------------------------------------------------------


def parties_read(subject: ProtocolSubject) -> bool:
    """Whether every text that could name a party was read."""
    if subject.record.was_dropped("parties"):
        return False
    return all(
        record.value is not None and not record.was_dropped("text") for record in subject.folder.versions.values()
    )


def ever_parties(subject: ProtocolSubject) -> set[str]:
    """Present ids of all that the working text or any version names, of their heirs, and of those whose place they took."""
    return _with_succession(subject, named_parties(subject))


def named_parties(subject: ProtocolSubject) -> set[str]:
    """Present ids of all that the working text or any version names."""
    texts: list[tuple[Party, ...]] = [subject.protocol.parties]
    texts += [version.text.parties for _, version in subject.folder.read_versions() if version.text is not None]
    own = subject.register.present_organisation
    return {own(party.organisation) for parties in texts for party in parties}


def named_in(subject: ProtocolSubject, number: str) -> set[str] | None:
    """Present ids of the parties of a version, of their heirs, and of those whose place they took; None without text."""
    text = subject.folder.text_of(number)
    if text is None:
        return None
    return _with_succession(subject, {subject.register.present_organisation(party.organisation) for party in text.parties})


def _with_succession(subject: ProtocolSubject, named: set[str]) -> set[str]:
    identities = subject.signing.identities
    found = named | {heir for id_ in named for heir in identities.present(id_)}
    return found | {old for id_ in found for old in identities.predecessors(id_)}


def is_board(subject: ProtocolSubject, id_: str) -> bool:
    """Whether this is a partnership board."""
    organisation = subject.organisation(id_)
    return organisation is not None and organisation.kind == "partnership-board"


# -- boards ---------------------------------------------------------------------------------------------------------


def check_boards(subject: ProtocolSubject) -> Iterator[Finding]:
    """A partnership board owns, leads or reviews; it never sends, receives, controls or signs."""
    protocol, record = subject.protocol, subject.record
    for index, party in enumerate(protocol.parties):
        if (party.role is not None or party.signs) and is_board(subject, party.organisation):
            yield from subject.find(
                "board-takes-part", record, ("parties", index, "organisation"), words="party", board=party.organisation
            )
    boards: dict[str, bool] = {}
    for index, flow in enumerate(protocol.flows):
        for end, ids in (("from_", flow.from_), ("to", flow.to)):
            for place, id_ in enumerate(ids):
                if boards.setdefault(id_, is_board(subject, id_)):
                    yield from subject.find(
                        "board-takes-part", record, ("flows", index, end, place), words=end.rstrip("_"), board=id_, flow=flow.id
                    )
    for id_, signing in subject.folder.signing.items():
        if signing.value is not None and signing.value.signatures and is_board(subject, id_):
            yield from subject.find("board-takes-part", signing, ("signatures",), words="signature", board=id_)


# -- status ---------------------------------------------------------------------------------------------------------


def check_has_version(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol in force, or out for signature, has a version."""
    status = subject.protocol.status
    if status not in _LIVE or subject.folder.versions:
        return
    inside = f"protocols/{subject.folder.id}/versions/"
    # A version under a wrong name is another finding.
    if any(finding.path.startswith(inside) for finding in (*subject.register.findings, *subject.folder.findings)):
        return
    yield from subject.find(
        "no-version", subject.record, ("status",), words=status, severity=None if status == "in-force" else "warning"
    )


def check_status(subject: ProtocolSubject) -> Iterator[Finding]:
    """The status fits the dates and the signatures."""
    match subject.protocol.status:
        case "draft" | "consultation":
            yield from _check_not_signed(subject)
        case "signing":
            start, bound = subject.protocol.effective_from, subject.signing.in_force()
            if bound and start is not None and has_happened(start, subject.as_of):
                yield from _contradicted(subject, "may-begin", "advice", day=start, parties=_some(bound[0].between))
        case "in-force":
            yield from _check_in_force(subject)


def _contradicted(
    subject: ProtocolSubject, words: str, severity: Severity | None = None, *, day: object = "", parties: object = "",
    version: str = "",
) -> Iterator[Finding]:
    return subject.find(
        "status-contradicted", subject.record, ("status",), words=words, severity=severity, status=subject.protocol.status,
        day=day, parties=parties, version=version,
    )


def _check_not_signed(subject: ProtocolSubject) -> Iterator[Finding]:
    """Nobody has signed what is still a draft."""
    signers = [
        id_ for id_, record in subject.folder.signing.items()
        if record.value and any(_stands(subject, signature) for signature in record.value.signatures)
    ]
    if signers:
        yield from _contradicted(subject, "signed-already", "warning", parties=_some(signers))


def _check_in_force(subject: ProtocolSubject) -> Iterator[Finding]:
    """What is called in force has begun, has not ended, and binds two parties."""
    folder, as_of, start = subject.folder, subject.as_of, subject.protocol.effective_from
    if start is not None and not has_happened(start, as_of):
        yield from _contradicted(subject, "not-begun", "warning", day=start)
        return
    versions = folder.read_versions()
    agreed = all(has_happened(version.agreed_on, as_of) for _, version in versions)
    if versions and agreed and len(versions) == len(folder.versions):
        first = min(takes_effect(folder, version) for _, version in versions)
        if first > as_of:
            yield from _contradicted(subject, "no-text-yet", "warning", day=first, version=versions[0][0])
            return
    end = _end(subject)
    if end is not None and end < as_of:
        yield from _contradicted(subject, "ended", "warning", day=end)
        return
    yield from _check_bound(subject)


def _end(subject: ProtocolSubject) -> date | None:
    """The last day of the text in force; without one, that of the working text."""
    in_force = version_in_force(subject.folder, as_of=subject.as_of)
    if in_force is not None:
        return subject.signing.effective_to(in_force[1])
    end = subject.protocol.effective_to
    return None if end is None else latest(end)


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
    if any(v.replaces_earlier_on and latest(v.replaces_earlier_on) < takes_effect(folder, v) for _, v in signing.versions):
        return
    for record in folder.signing.values():
        if record.value and any(_is_void(subject, signature) for signature in record.value.signatures):
            return
    bound = sorted({party for number, _ in signing.versions for party in signing.bound_by(number)})
    yield from subject.find(
        "too-few-bound", subject.record, ("status",), words="one" if len(bound) == 1 else "none" if not bound else "apart",
        severity="warning" if _a_day_did_it(subject) else None, parties=_some(bound),
    )


def _is_void(subject: ProtocolSubject, signature: Signature) -> bool:
    """Whether it was signed, but in a way that another rule finds wrong: such a signature is none."""
    if signature.signed_on is None:
        return False
    version = stamp_of(subject, signature.version)
    given = signature.fingerprint
    wrong = given is not None and (not FINGERPRINT.match(given) or not fits(subject, signature.version, given))
    days = (signature.signed_on, *(reservation.accepted_on for reservation in signature.reservations))
    return (
        version is None or wrong or signature.declined is not None or earliest(version.agreed_on) > subject.as_of
        or any(day is not None and earliest(day) > subject.as_of for day in days)
    )


def _stands(subject: ProtocolSubject, signature: Signature) -> bool:
    """Whether an entry is a signature by now that nobody has taken back."""
    withdrawn = signature.withdrawn is not None and has_happened(signature.withdrawn.on, subject.as_of)
    return (
        has_happened(signature.signed_on, subject.as_of) and signature.declined is None and not withdrawn
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
    passed = {earliest(day) for day in days if day is not None and earliest(day) <= subject.as_of}
    return any(
        Signing(folder, register, as_of=day - timedelta(days=1)).in_force() for day in sorted(passed) if day > date.min
    )


def _some(ids: tuple[str, ...] | list[str], most: int = 4) -> list[str]:
    more = len(ids) - most
    return list(ids) if more < 2 else [*ids[:most], f"{more} more"]


# -- supersession ---------------------------------------------------------------------------------------------------


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
            earliest(signature.signed_on) for record in subject.folder.signing.values()
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
                    "signed-ended-text", record, ("signatures", index, "signed_on"), words="superseded",
                    day=signature.signed_on, successor=successor, start=day,
                )


# -- parties and officers -------------------------------------------------------------------------------------------


def check_parties_exist_still(subject: ProtocolSubject) -> Iterator[Finding]:
    """No party of a live protocol is dissolved without a successor."""
    if subject.protocol.status not in _LIVE:
        return
    signing = subject.signing
    for index, party in enumerate(subject.protocol.parties):
        if party.left_on is not None and has_happened(party.left_on, subject.as_of):
            continue
        for id_ in signing.identities.present(party.organisation):
            if not signing.dissolved(id_):
                continue
            organisation = subject.organisation(id_)
            successors = organisation.successors if organisation is not None else ()
            yield from subject.find(
                "party-dissolved", subject.record, ("parties", index, "organisation"),
                words="with-successor" if successors else "default", party=id_,
                day=organisation.dissolved_on if organisation is not None else "", successors=list(successors),
                protocol=subject.folder.id,
            )


def check_officers(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each party of a live protocol has a nominated officer with a mailbox, confirmed in the last six months."""
    if subject.protocol.status not in _LIVE:
        return
    signing = subject.signing
    for party, text in signing.parties.items():
        record = subject.folder.signing.get(party)
        if record is None or record.value is None:
            continue
        officer = record.value.nominated_officer
        if officer is not None and _is_whole(officer) and not _is_stale(officer.confirmed_on, subject.as_of):
            continue  # nearly all of them: where the party stands need not be worked out
        state = signing.state(party, text).state
        if state in ("ended", "withdrawn", "declined") or signing.has_left(party):
            continue
        if officer is None:
            if state == "signed" and subject.protocol.status == "in-force":
                yield from subject.find("officer-missing", record, missing="nominated_officer", party=party)
            continue
        for field, value in (("post", officer.post), ("mailbox", officer.mailbox)):
            if value is None and state == "signed":
                yield from subject.find(
                    "officer-missing", record, ("nominated_officer",), words=field, missing=field, party=party
                )
        if officer.confirmed_on is None:
            yield from subject.find(
                "contact-unconfirmed", record, ("nominated_officer",), words="never", missing="confirmed_on",
                what="the nominated officer",
            )
        elif _is_stale(officer.confirmed_on, subject.as_of):
            yield from subject.find(
                "contact-unconfirmed", record, ("nominated_officer", "confirmed_on"), what="the nominated officer",
                day=officer.confirmed_on,
            )


def check_contact(subject: OrganisationSubject) -> Iterator[Finding]:
    """An organisation's contact was confirmed in the last six months."""
    organisation = subject.organisation
    if organisation.contact is None or has_happened(organisation.dissolved_on, subject.as_of):
        return
    confirmed_on = organisation.contact.confirmed_on
    if confirmed_on is None:
        yield from subject.find(
            "contact-unconfirmed", subject.record, ("contact",), words="never", missing="confirmed_on", what="the contact"
        )
    elif _is_stale(confirmed_on, subject.as_of):
        yield from subject.find(
            "contact-unconfirmed", subject.record, ("contact", "confirmed_on"), what="the contact", day=confirmed_on
        )


def _is_whole(officer: NominatedOfficer) -> bool:
    return bool(officer.post and officer.mailbox)


def _is_stale(confirmed_on: date | None, as_of: date) -> bool:
    return confirmed_on is None or add_months(confirmed_on, CONFIRM_MONTHS) < as_of


PROTOCOL_RULES = (check_boards, check_has_version, check_status, check_parties_exist_still, check_officers)
ORGANISATION_RULES = (check_contact,)
OBSERVERS = (observe_supersession,)
REGISTER_RULES = (check_supersession,)
