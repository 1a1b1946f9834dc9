"""Runs every rule over a register, protocol by protocol, in as many processes as are given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from undersigned.checks.engine import Observation, OrganisationSubject, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.law import rules as law
from undersigned.checks.rules import (
    adoptions,
    blanks,
    circles,
    content,
    dates,
    former_ids,
    forms,
    officers,
    outcomes,
    parties,
    privacy,
    prose,
    readability,
    references,
    reviews,
    signature_days,
    signatures,
    status,
    supersession,
    versions,
)
from undersigned.findings import Finding, in_order
from undersigned.parallel import Watch, in_pieces
from undersigned.register import Register

ROOMS: tuple[RuleSet, ...] = (
    references.RULES,
    adoptions.RULES,
    former_ids.RULES,
    circles.RULES,
    forms.RULES,
    dates.RULES,
    versions.RULES,
    parties.RULES,
    signatures.RULES,
    signature_days.RULES,
    status.RULES,
    officers.RULES,
    supersession.RULES,
    reviews.RULES,
    content.RULES,
    blanks.RULES,
    law.RULES,
    privacy.RULES,
    prose.RULES,
    readability.RULES,
    outcomes.RULES,
)
_Part = tuple[list[Finding], list[Observation], int]


def check_register(
    register: Register, *, as_of: date, processes: int = 1, watch: Watch | None = None
) -> tuple[list[Finding], int]:
    """Every finding of every rule, in order, and the number of signature entries in the register.

    The answer is the same for any number of processes.
    """
    findings = list(register.findings)
    for id_ in register.organisation_ids:
        findings.extend(check_organisation(register, id_, as_of=as_of))
    observations: list[Observation] = []
    signatures_count = 0
    for found, observed, counted in in_pieces(check_protocols, register, as_of=as_of, processes=processes, watch=watch):
        findings.extend(found)
        observations.extend(observed)
        signatures_count += counted
    whole = RegisterSubject(register, tuple(sorted(observations, key=_observation_order)), as_of=as_of)
    for room in ROOMS:
        for rule in room.register:
            findings.extend(rule(whole))
    return in_order(findings), signatures_count


def check_organisation(register: Register, id_: str, *, as_of: date) -> list[Finding]:
    """What is wrong with one organisation's own record."""
    record = register.organisation(id_)
    if record is None:
        return []
    findings = list(record.findings)
    if record.value is not None:
        subject = OrganisationSubject(register, id_, record, as_of=as_of)
        for room in ROOMS:
            for rule in room.organisation:
                findings.extend(rule(subject))
    return findings


def check_protocols(register: Register, ids: Iterable[str], as_of: date) -> _Part:
    """What is wrong with these protocols and the signing records for them, what is to be compared, and how many
    signature entries they hold."""
    findings: list[Finding] = []
    observations: list[Observation] = []
    counted = 0
    for id_ in ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        counted += register.count_signatures(folder)
        findings.extend(folder.findings)
        for record in folder.records():
            findings.extend(record.findings)
        if folder.readable:
            subject = ProtocolSubject(register, folder, as_of=as_of)
            for room in ROOMS:
                for rule in room.protocol:
                    findings.extend(rule(subject))
                for observe in room.observe:
                    observations.extend(observe(subject))
        register.forget(id_)
    return findings, observations, counted


def _observation_order(observation: Observation) -> tuple[str, str, str, str]:
    return observation.kind, observation.key, observation.protocol, observation.path
