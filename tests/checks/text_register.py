"""A small sound register in memory, for the tests of the rules on words, references, dates and figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from undersigned.checks.engine import Observation, OrganisationSubject, ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.rules import (
    adoptions,
    blanks,
    circles,
    content,
    dates,
    former_ids,
    forms,
    outcomes,
    privacy,
    prose,
    readability,
    references,
)
from undersigned.findings import Finding
from undersigned.records.files import Files
from undersigned.records.vocabulary import ids
from undersigned.register import Register

AS_OF = date(2026, 11, 22)
#: Rooms that are tested together, by the name of the first.
ROOMS: Mapping[str, tuple[RuleSet, ...]] = {
    "references": (references.RULES, adoptions.RULES, forms.RULES, former_ids.RULES, circles.RULES),
    "content": (content.RULES, blanks.RULES),
    "dates": (dates.RULES,),
    "outcomes": (outcomes.RULES,),
    "privacy": (privacy.RULES,),
    "prose": (prose.RULES, readability.RULES),
}
TOPICS = [topic for topic in ids("content-topics") if topic not in ("title", "summary", "policy-document")]
FLOW = """\
flows:
  - id: referral
    title: Referral
    from: [a]
    to: [b]
    regime: none
    items:
      - {name: Counts, sensitivity: depersonalised, why: To plan}
    method: Secure e-mail
    timing: Each quarter
    retention: 1 year
"""
PARTIES = """\
parties:
  - {organisation: a, role: controller, capacity: Sends}
  - {organisation: b, role: controller, capacity: Receives}
"""


def head(status: str = "in-force", kind: str = "information-sharing-protocol", publication: str = "public") -> str:
    return (
        f"title: A protocol\nsummary: It says what two bodies tell each other.\nkind: {kind}\nstatus: {status}\n"
        f"publication: {publication}\njurisdictions: [england]\nlead: a\neffective_from: 2026-04-01\n"
    )


def terms(*without: str) -> str:
    """The clauses of a sound protocol; one covers all topics but those named."""
    covers = ", ".join(topic for topic in TOPICS if topic not in without)
    return f"clauses:\n  - {{id: terms, title: Terms, covers: [{covers}], text: What the parties have agreed.}}\n"


def sound(more: str = "", **how: str) -> str:
    return head(**how) + PARTIES + FLOW + terms() + more


def organisation(name: str, kind: str = "local-authority", more: str = "") -> str:
    return f"name: {name}\nkind: {kind}\njurisdiction: england\n{more}"


def register(files: Mapping[str, str], *, private: bool = False) -> Register:
    """A register of these files with the organisations `a` and `b`, unless other ones are given."""
    contents = {
        "signatories/a/organisation.yaml": organisation("Council A"),
        "signatories/b/organisation.yaml": organisation("Charity B", "voluntary"),
        **files,
    }
    folders = sorted({"/".join(path.split("/")[:2]) for path in contents})
    raw = {path: text.encode() for path, text in contents.items() if text}
    return Register(Path(), Files(raw, (), tuple(folders)), repository_private=private)


def findings(room: str, files: Mapping[str, str], *, private: bool = False) -> list[Finding]:
    """What a room of rules, with those beside it, finds in a register of these files, in order."""
    whole, rules = register(files, private=private), ROOMS[room]
    found: list[Finding] = []
    for id_ in whole.organisation_ids:
        record = whole.organisation(id_)
        if record is not None and record.value is not None:
            about = OrganisationSubject(whole, id_, record, as_of=AS_OF)
            found += [finding for rule_set in rules for rule in rule_set.organisation for finding in rule(about)]
    observations: list[Observation] = []
    for folder in whole.protocols():
        if folder.readable:
            subject = ProtocolSubject(whole, folder, as_of=AS_OF)
            found += [finding for rule_set in rules for rule in rule_set.protocol for finding in rule(subject)]
            observations += [seen for rule_set in rules for observe in rule_set.observe for seen in observe(subject)]
    last = RegisterSubject(whole, tuple(observations), as_of=AS_OF)
    found += [finding for rule_set in rules for rule in rule_set.register for finding in rule(last)]
    return sorted(found, key=Finding.sort_key)


def codes(room: str, files: Mapping[str, str], *, private: bool = False) -> list[str]:
    return [finding.code for finding in findings(room, files, private=private)]
