"""A small sound register in memory, for the tests of the rules on words, references, dates and figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from undersigned.checks.engine import check_register, rules_by_module
from undersigned.records.files import Files
from undersigned.records.findings import Finding
from undersigned.records.vocabulary import ids
from undersigned.register import Register


def _codes(*modules: str) -> frozenset[str]:
    return frozenset(code for module in modules for code in rules_by_module()[module])


AS_OF = date(2026, 11, 22)
WHOLE = {"incomplete-flow", "incomplete-item", "incomplete-party"}
#: The codes that are tested together.
SUBJECTS: Mapping[str, frozenset[str]] = {
    "references": _codes("references", "ids", "flows", "adoption", "forms") - WHOLE
    | {"missing-lead", "lead-not-party"},
    "content": _codes("content") | WHOLE,
    "dates": _codes("dates"),
    "outcomes": _codes("outcomes"),
    "privacy": _codes("privacy"),
    "prose": _codes("prose"),
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


def findings(subject: str, files: Mapping[str, str], *, private: bool = False) -> list[Finding]:
    """What the rules on a subject find in a register of these files, in order."""
    found, _ = check_register(register(files, private=private), as_of=AS_OF)
    return [finding for finding in found if finding.code in SUBJECTS[subject]]


def codes(subject: str, files: Mapping[str, str], *, private: bool = False) -> list[str]:
    return [finding.code for finding in findings(subject, files, private=private)]
