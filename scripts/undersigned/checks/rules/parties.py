"""Parties: who they are and were, who leads, and who can be asked at each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from undersigned.checks.engine import OrganisationSubject, ProtocolSubject, RecordLike, RuleSet, Subject
from undersigned.checks.rules.references import unknown_organisation
from undersigned.checks.suggestions import fully_read
from undersigned.records.fields import MAILBOX
from undersigned.records.findings import Finding
from undersigned.records.protocol import Party
from undersigned.records.signature import NominatedOfficer
from undersigned.records.source import KeyPath
from undersigned.status import Inherited, add_months, has_happened
from undersigned.words.labels import label
from undersigned.words.text import in_a_list


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
    return _with_succession(
        subject, {subject.register.present_organisation(party.organisation) for party in text.parties}
    )


def _with_succession(subject: ProtocolSubject, named: set[str]) -> set[str]:
    identities = subject.signing.identities
    found = named | {heir for id_ in named for heir in identities.present(id_)}
    return found | {old for id_ in found for old in identities.predecessors(id_)}


def is_board(subject: ProtocolSubject, id_: str) -> bool:
    """Whether this is a partnership board."""
    organisation = subject.organisation(id_)
    return organisation is not None and organisation.kind == "partnership-board"


def check_lead(subject: ProtocolSubject) -> Iterator[Finding]:
    """A protocol that is not a draft any more names its lead, and the lead is a party or a board."""
    protocol, register = subject.protocol, subject.register
    if protocol.lead is None:
        if protocol.status != "draft":
            yield from subject.find("missing-lead", subject.record, missing="lead", status=protocol.status)
        return
    if subject.status_severity() is None or not fully_read(subject.record, "parties", bool(protocol.parties)):
        return
    lead = subject.organisation(protocol.lead)
    if lead is None or lead.kind == "partnership-board" or not protocol.parties:
        return
    present = subject.signing.identities.present
    heirs = present(protocol.lead)
    if len(heirs) > 1:
        former = register.present_organisation(protocol.lead)
        yield from subject.find(
            "lead-not-party", subject.record, ("lead",), words="divided", lead=former, heirs=in_a_list(heirs)
        )
        return
    members = {id_ for party in protocol.parties for id_ in present(party.organisation)}
    if not members.intersection(heirs):
        yield from subject.find(
            "lead-not-party", subject.record, ("lead",), lead=register.present_organisation(protocol.lead)
        )


def check_parties_are_whole(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each party has a role in data protection law and says what it does under the protocol."""
    if subject.status_severity() is None:
        return
    for index, party in enumerate(subject.protocol.parties):
        path: KeyPath = ("parties", index)
        body = subject.organisation(party.organisation)
        if party.role is None and not (body is not None and body.kind == "partnership-board"):
            yield from subject.find("incomplete-party", subject.record, path, missing="role", party=party.organisation)
        if party.capacity is None:
            yield from subject.find(
                "incomplete-party",
                subject.record,
                path,
                words="capacity",
                missing="capacity",
                severity="advice",
                party=party.organisation,
            )


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
                        "board-takes-part",
                        record,
                        ("flows", index, end, place),
                        words=end.rstrip("_"),
                        board=id_,
                        flow=flow.id,
                    )
    for id_, signing in subject.folder.signing.items():
        if signing.value is not None and signing.value.signatures and is_board(subject, id_):
            yield from subject.find("board-takes-part", signing, ("signatures",), words="signature", board=id_)


def check_parties_exist_still(subject: ProtocolSubject) -> Iterator[Finding]:
    """No party of a live protocol is dissolved without a successor."""
    if not subject.is_live:
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
                "party-dissolved",
                subject.record,
                ("parties", index, "organisation"),
                words="with-successor" if successors else "default",
                party=id_,
                day=organisation.dissolved_on if organisation is not None else "",
                successors=list(successors),
                protocol=subject.folder.id,
            )


def check_signers_are_parties(subject: ProtocolSubject) -> Iterator[Finding]:
    """A signing record is for a body that is or was a party, and an entry is for a text that names it."""
    folder, register = subject.folder, subject.register
    if not parties_read(subject):
        return
    ever = ever_parties(subject)
    without_text = {number for number, version in folder.read_versions() if version.text is None}
    named_by = {number: named_in(subject, number) for number in folder.versions}
    for organisation, record in folder.signing.items():
        signing_record = record.value
        if signing_record is None or is_board(subject, organisation):
            continue
        signed_for = {register.present_organisation(o) for s in signing_record.signatures for o in s.signs_for}
        if organisation not in ever and not signed_for & ever:
            # A text that is not held may have named it; an inheritance from a stranger is another finding.
            if signing_record.inherits is None and not any(
                signature.version in without_text for signature in signing_record.signatures
            ):
                yield from subject.find("never-party", record, organisation=organisation, protocol=folder.id)
            continue
        for index, signature in enumerate(signing_record.signatures):
            named = named_by.get(signature.version)
            if named is None or signature.signed_on is None or organisation in named:
                continue
            if any(register.present_organisation(other) in named for other in signature.signs_for):
                continue
            yield from subject.find(
                "not-party-to-version",
                record,
                ("signatures", index, "version"),
                organisation=organisation,
                version=signature.version,
            )


def check_inheritance(subject: ProtocolSubject) -> Iterator[Finding]:
    """A body inherits from one that was a party, and both records name the succession."""
    if not any(record.value and record.value.inherits for record in subject.folder.signing.values()):
        return
    readable, named = parties_read(subject), named_parties(subject)
    predecessors = subject.signing.identities.predecessors
    for organisation, record in subject.folder.signing.items():
        inherits = record.value.inherits if record.value else None
        if inherits is None:
            continue
        for index, old in enumerate(inherits.from_):
            path = ("inherits", "from_", index)
            present = subject.register.present_organisation(old)
            if not subject.register.has_organisation(old):
                yield from unknown_organisation(subject, record, path, old)
            elif present == organisation:
                continue
            elif readable and present not in subject.folder.signing and not named.intersection(predecessors(present)):
                yield from subject.find("inherits-from-stranger", record, path, old=present, protocol=subject.folder.id)
            elif has_happened(inherits.on, subject.as_of) and inherits.by != "novation":
                yield from _succession(subject, present, organisation)


def _succession(subject: ProtocolSubject, old: str, heir: str) -> Iterator[Finding]:
    record = subject.register.organisation(old)
    if record is None or record.value is None:
        return
    if record.value.dissolved_on is None:
        yield from subject.find(
            "succession-untold", record, words="dissolved", missing="dissolved_on", old=old, heir=heir
        )
    successors = {subject.register.present_organisation(successor) for successor in record.value.successors}
    if not successors:
        yield from subject.find(
            "succession-untold", record, words="successors", missing="successors", old=old, heir=heir
        )
    elif heir not in successors and not record.was_dropped("successors"):
        yield from subject.find("succession-untold", record, ("successors",), words="successors", old=old, heir=heir)


def check_predecessors_stood_alike(subject: ProtocolSubject) -> Iterator[Finding]:
    """A body that has taken the place of several signs itself if their positions differed."""
    if not subject.is_live:
        return
    signing = subject.signing
    for organisation, record in subject.folder.signing.items():
        text = signing.parties.get(organisation)
        if record.value is None or record.value.inherits is None or text is None:
            continue
        status = signing.state(organisation, text)
        if status.inherited:
            histories = [_history_in_words(old) for old in status.inherited]
            state = label("signature_state", status.state)
            yield from subject.find(
                "unlike-predecessors",
                record,
                ("inherits", "from_"),
                heir=organisation,
                histories=histories,
                state=state,
            )


def _history_in_words(old: Inherited) -> str:
    """`north-council (version 2.0: signed)`."""
    state = label("signature_state", old.state)
    return f"{old.organisation} ({f'version {old.version}: ' if old.version else ''}{state})"


CONFIRM_MONTHS = 6


def check_officers(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each party of a live protocol has a nominated officer with a mailbox, confirmed in the last six months."""
    if not subject.is_live:
        return
    signing = subject.signing
    for party, text in signing.parties.items():
        record = subject.folder.signing.get(party)
        if record is None or record.value is None:
            continue
        officer = record.value.nominated_officer
        if officer is not None and _is_whole(officer) and not _is_stale(officer.confirmed_on, subject.as_of):
            continue  # nearly all of them: the party's position need not be worked out
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
                "contact-unconfirmed",
                record,
                ("nominated_officer",),
                words="never",
                missing="confirmed_on",
                what="the nominated officer",
            )
        elif _is_stale(officer.confirmed_on, subject.as_of):
            yield from subject.find(
                "contact-unconfirmed",
                record,
                ("nominated_officer", "confirmed_on"),
                what="the nominated officer",
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
            "contact-unconfirmed",
            subject.record,
            ("contact",),
            words="never",
            missing="confirmed_on",
            what="the contact",
        )
    elif _is_stale(confirmed_on, subject.as_of):
        yield from subject.find(
            "contact-unconfirmed", subject.record, ("contact", "confirmed_on"), what="the contact", day=confirmed_on
        )


def check_officers_mailboxes(subject: ProtocolSubject) -> Iterator[Finding]:
    """The mailbox of an officer is an address that can be written to."""
    if not subject.is_live:
        return
    for record in subject.folder.signing.values():
        if record.value is None:
            continue
        if record.value.nominated_officer is not None:
            yield from _bad(subject, record, ("nominated_officer", "mailbox"), record.value.nominated_officer.mailbox)
        for index, officer in enumerate(record.value.other_officers):
            yield from _bad(subject, record, ("other_officers", index, "mailbox"), officer.mailbox)


def check_mailboxes(subject: OrganisationSubject) -> Iterator[Finding]:
    """The mailbox of a contact is an address that can be written to."""
    organisation = subject.organisation
    if organisation.contact is not None:
        yield from _bad(subject, subject.record, ("contact", "mailbox"), organisation.contact.mailbox)
    if organisation.data_protection_officer is not None:
        yield from _bad(
            subject,
            subject.record,
            ("data_protection_officer", "mailbox"),
            organisation.data_protection_officer.mailbox,
        )


#: A number as people write it, perhaps with an extension. A mobile number is another finding.
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()-]{4,24}[0-9](?:,? ?(?:ext\.?|extension|x) ?[0-9]{1,6})?\Z", re.IGNORECASE)


def check_officers_phones(subject: ProtocolSubject) -> Iterator[Finding]:
    """The telephone line of an officer is a number."""
    for record in subject.folder.signing.values():
        if record.value is None:
            continue
        if record.value.nominated_officer is not None:
            yield from _bad_phone(subject, record, ("nominated_officer", "phone"), record.value.nominated_officer.phone)
        for index, officer in enumerate(record.value.other_officers):
            yield from _bad_phone(subject, record, ("other_officers", index, "phone"), officer.phone)


def check_phone(subject: OrganisationSubject) -> Iterator[Finding]:
    """The telephone line of a contact is a number."""
    contact = subject.organisation.contact
    if contact is not None:
        yield from _bad_phone(subject, subject.record, ("contact", "phone"), contact.phone)


def _bad_phone(
    subject: Subject, record: RecordLike, path: tuple[str | int, ...], phone: str | None
) -> Iterator[Finding]:
    if phone is not None and not _PHONE.match(phone.strip()):
        yield from subject.find("bad-phone", record, path, phone=phone)


def _bad(subject: Subject, record: RecordLike, path: tuple[str | int, ...], mailbox: str | None) -> Iterator[Finding]:
    if mailbox is not None and not MAILBOX.match(mailbox):
        yield from subject.find("bad-mailbox", record, path, mailbox=mailbox)


def _is_whole(officer: NominatedOfficer) -> bool:
    return bool(officer.post and officer.mailbox)


def _is_stale(confirmed_on: date | None, as_of: date) -> bool:
    return confirmed_on is None or add_months(confirmed_on, CONFIRM_MONTHS) < as_of


RULES = RuleSet(
    protocol=(
        check_lead,
        check_parties_are_whole,
        check_boards,
        check_parties_exist_still,
        check_signers_are_parties,
        check_inheritance,
        check_predecessors_stood_alike,
        check_officers,
        check_officers_mailboxes,
        check_officers_phones,
    ),
    organisation=(check_contact, check_mailboxes, check_phone),
)
