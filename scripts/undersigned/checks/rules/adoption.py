"""Clauses adopted from another protocol exist there, and the parties that adopt them have signed that text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from weakref import WeakKeyDictionary

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.suggestions import fully_read, suggest
from undersigned.records.fields import version_key
from undersigned.records.findings import Finding
from undersigned.records.protocol import Adoption, Clause
from undersigned.records.source import KeyPath
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Signing, has_happened, newest_version
from undersigned.words.text import a_few


def clauses_adopted(register: Register, adoption: Adoption) -> dict[str, Clause] | None:
    """The clauses by id of the text that is adopted; None where that text cannot be known."""
    folder = register.protocol(adoption.protocol)
    if folder is None or not folder.readable:
        return None
    if adoption.version is not None:
        if adoption.version in folder.versions:
            text = folder.text_of(adoption.version)
            return None if text is None else {clause.id: clause for clause in text.clauses}
        return None
    working = folder.value
    if not fully_read(folder.record, "clauses", bool(working.clauses)) or (
        working.publication == "restricted" and not working.clauses
    ):
        return None
    return {clause.id: clause for clause in working.clauses}


def check_adopted_clauses(subject: ProtocolSubject) -> Iterator[Finding]:
    """An adopted clause is in the version of the protocol that it is adopted from."""
    register, record = subject.register, subject.record
    for index, clause in enumerate(subject.protocol.clauses):
        adoption = clause.adopts
        folder = register.protocol(adoption.protocol) if adoption else None
        if adoption is None or folder is None:
            continue
        at: KeyPath = ("clauses", index, "adopts")
        if adoption.version is not None and adoption.version not in folder.versions:
            yield from subject.find(
                "unknown-version",
                record,
                (*at, "version"),
                version=adoption.version,
                protocol=folder.id,
                near=suggest(adoption.version, folder.versions),
            )
            continue
        known = clauses_adopted(register, adoption)
        if known is None:
            continue
        for place, id_ in enumerate(adoption.clauses):
            if id_ not in known:
                yield from subject.find(
                    "unknown-clause",
                    record,
                    (*at, "clauses", place),
                    id=id_,
                    protocol=folder.id,
                    version=f"version {adoption.version}" if adoption.version else "the working text",
                    near=suggest(id_, {clause.id: [clause.title or ""] for clause in known.values()}, few=40),
                )


#: Who signed what of an adopted protocol: one framework is adopted by many.
_SIGNED: WeakKeyDictionary[Register, dict[tuple[str, str | None, date], frozenset[str] | None]] = WeakKeyDictionary()


def signed_by(register: Register, protocol: str, version: str | None, *, as_of: date) -> frozenset[str] | None:
    """Present ids of those who signed this version or a later one, to whom a signature carries, or who need not sign.

    `version` None means the newest stamp. Those whose signing record cannot be read are counted as having signed. None if
    the protocol or the version cannot be read: nothing is known then.
    """
    known = _SIGNED.setdefault(register, {})
    key = (register.present_protocol(protocol), version, as_of)
    if key not in known:
        folder = register.protocol(protocol)
        known[key] = frozenset() if folder is None else _signers(folder, register, version, as_of=as_of)
    return known[key]


def _signers(folder: ProtocolFolder, register: Register, version: str | None, *, as_of: date) -> frozenset[str] | None:
    if not folder.readable or any(record.value is None for record in folder.versions.values()):
        return None
    newest = newest_version(folder, as_of=as_of)
    number = version or (newest[0] if newest else None)
    signing = Signing(folder, register, as_of=as_of)
    if number is None or number not in signing.by_number:
        return frozenset()
    signed = {id_ for id_, party in signing.parties.items() if not party.signs} | signing.bound_by(number)
    for body in {*signing.parties, *folder.signing}:
        if any(entry.counts and version_key(entry.version) >= version_key(number) for entry in signing.standing(body)):
            signed.add(body)
    signed.update(body for body, record in folder.signing.items() if not record.clean)
    return frozenset(signed)


def signing_parties(subject: ProtocolSubject) -> list[str]:
    """Present ids of the parties of the working text that sign, have joined, have not left and still exist."""
    signing = subject.signing
    found: dict[str, None] = {}
    for party in subject.protocol.parties:
        joined = party.joined_on is None or has_happened(party.joined_on, subject.as_of)
        if party.signs and joined and not has_happened(party.left_on, subject.as_of):
            for id_ in signing.identities.present(party.organisation):
                if subject.register.has_organisation(id_) and not signing.dissolved(id_):
                    found[id_] = None
    return list(found)


def check_adopted_clauses_are_signed(subject: ProtocolSubject) -> Iterator[Finding]:
    """The signing parties of a protocol that adopts clauses have signed the text that holds them."""
    if subject.status_severity() is None:
        return
    for index, clause in enumerate(subject.protocol.clauses):
        adoption = clause.adopts
        if adoption is None or not adoption.clauses:
            continue
        folder = subject.register.protocol(adoption.protocol)
        if folder is None or not folder.readable or folder.id == subject.folder.id:
            continue
        if adoption.version is not None and adoption.version not in folder.versions:
            continue
        signed = signed_by(subject.register, adoption.protocol, adoption.version, as_of=subject.as_of)
        if signed is None:
            continue
        without = [id_ for id_ in signing_parties(subject) if id_ not in signed]
        if without:
            yield from subject.find(
                "adopted-not-signed",
                subject.record,
                ("clauses", index, "adopts"),
                words="one" if len(without) == 1 else "default",
                cap="warning",
                parties=a_few(without),
                protocol=folder.id,
                clauses=", ".join(adoption.clauses),
                version=f"version {adoption.version} of " if adoption.version else "",
            )


RULES = RuleSet(protocol=(check_adopted_clauses, check_adopted_clauses_are_signed))
