"""A small sound register in force, to be changed a little by each test of versions, signatures and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from undersigned.checks.engine import check_register, rules_by_module
from undersigned.records.findings import Finding
from undersigned.records.fingerprint import fingerprint_of, operative_text
from undersigned.records.source import Source, mapping_of
from undersigned.register import load_register

AS_OF = date(2026, 11, 22)
#: What other subjects find in these small registers is their own tests' business.
CODES = {
    code
    for subject in ("versions", "parties", "signatures", "status", "reviews", "shape")
    for code in rules_by_module()[subject]
} - {"fingerprint-missing", "missing-lead", "lead-not-party", "incomplete-party"}
PROTOCOL = "protocols/x/protocol.yaml"
FIRST = "protocols/x/versions/1.0.yaml"
ONE = "signatories/one/x.yaml"
TWO = "signatories/two/x.yaml"

TEXT = """\
title: Example protocol
kind: information-sharing-protocol
jurisdictions: [england]
effective_to: 2029-02-28
parties:
  - {organisation: one, role: controller}
  - {organisation: two, role: controller}
flows:
  - {id: warning, from: [one], to: [two], retention: 2 years, law_differs: [{for: [two], gateways: [cda98-s115]}]}
clauses:
  - {id: procedure, title: Procedure, text: Staff must tell the police within five working days.}
  - {id: start-and-review, title: Start and review, text: The parties may extend this text once.}
"""


def fingerprint(text: str) -> str:
    """Of a text as it would stand in a version."""
    data = Source("text", text.encode()).data
    return fingerprint_of(operative_text(data, mapping_of(data.get("forms"))))


def stamp(text: str, agreed_on: str, change: str = "material", **more: str) -> str:
    """A version file."""
    head = {
        "agreed_on": agreed_on,
        "change": change,
        "summary": "Example",
        **more,
        "fingerprint": f'"{fingerprint(text)}"',
    }
    lines = [f"{name}: {value}\n" for name, value in head.items()]
    return "".join([*lines, "text:\n", *(f"  {line}\n" for line in text.splitlines())])


def working(text: str = TEXT, status: str = "in-force", **more: str) -> str:
    """A `protocol.yaml`."""
    head = {
        "summary": "Example",
        "status": status,
        "publication": "public",
        "effective_from": "2026-03-02",
        "lead": "one",
        **more,
    }
    return text + "".join(f"{name}: {value}\n" for name, value in head.items())


def entry(version: str = "1.0", **steps: str) -> str:
    """One entry of a signing record."""
    steps = {"sent_on": "2026-02-12", "signed_on": "2026-02-20", **steps}
    steps.setdefault("signed_by", "{post: Chief Officer, authority: office}")
    return f'  - version: "{version}"\n' + "".join(f"    {name}: {value}\n" for name, value in steps.items() if value)


def record(*entries: str, before: str = "") -> str:
    """A signing record."""
    officer = "nominated_officer: {post: Manager, mailbox: office@example.org, confirmed_on: 2026-10-01}\n"
    return before + officer + ("signatures:\n" + "".join(entries) if entries else "")


def organisation(name: str = "Example", kind: str = "police", **more: str) -> str:
    """An organisation's own record."""
    return f"name: {name}\nkind: {kind}\n" + "".join(f"{field}: {value}\n" for field, value in more.items())


def register(files: Mapping[str, str | None]) -> dict[str, str | None]:
    """The sound register with some files changed, added or (None) taken out."""
    return {
        "mkdocs.yml": "extra: {register: {repository: private}}\n",
        PROTOCOL: working(),
        FIRST: stamp(TEXT, "2026-02-10", effective_from="2026-03-02"),
        "signatories/one/organisation.yaml": organisation("One", "probation"),
        "signatories/two/organisation.yaml": organisation("Two"),
        ONE: record(entry()),
        TWO: record(entry()),
        **files,
    }


def findings(root: Path, files: Mapping[str, str | None], *, as_of: date = AS_OF) -> list[Finding]:
    """What these rules find."""
    for path, text in register(files).items():
        if text is not None:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    found, _ = check_register(load_register(root), as_of=as_of)
    return [finding for finding in found if finding.code in CODES]


def said(root: Path, files: Mapping[str, str | None], *, as_of: date = AS_OF) -> list[str]:
    """Severity, code and file of each finding."""
    return [f"{f.severity} {f.code} {f.path}" for f in findings(root, files, as_of=as_of)]
