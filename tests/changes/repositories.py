"""Real repositories for tests of what a change means: a small sound register, commits, branches, and reports on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from support import files_from
from undersigned.changes.compare import report_between
from undersigned.changes.render_json import report_data
from undersigned.changes.render_markdown import render_markdown
from undersigned.changes.render_text import render_text
from undersigned.changes.report import ChangeReport, Point, ProtocolChange
from undersigned.editing.release import release
from undersigned.records.version import Change
from undersigned.register import load_register

TODAY = date(2026, 11, 22)
REGISTER = """=== mkdocs.yml
site_name: Test
=== protocols/housing/protocol.yaml
title: Housing Protocol
summary: How homes are found.
kind: joint-working-protocol
status: in-force
publication: public
jurisdictions: [england]
areas: [county]
lead: probation
effective_from: 2025-03-01
parties:
  - {organisation: council, role: controller, capacity: Finds homes}
  - {organisation: police, role: controller, capacity: Keeps the peace}
  - {organisation: probation, role: controller, capacity: Supervises people on probation}
purpose:
  aims: [Find a home]
  necessity: A home cannot be found without knowing who needs one.
people: [people on probation]
considerations:
  consent: Staff ask the person first.
data_items:
  - {id: risk-level, name: Risk level, sensitivity: criminal-offence, why: Safety}
flows:
  - id: risk-summary
    title: Risk summary
    from: [probation]
    to: [council]
    when: routine
    regime: crossing
    lawful_bases: [a6e-public-task]
    gateways: [oma07-s14]
    items:
      - risk-level
      - {name: Support needs, sensitivity: special-category, why: To plan}
    not_shared: [Victim details]
    method: Secure e-mail
    retention: 6 years
  - id: referral
    title: Referral for housing
    from: [probation]
    to: [council, police]
    items: [{name: Name, sensitivity: personal, why: To know who it is}]
    retention: 1 year
clauses:
  - id: accuracy
    title: Keeping information right
    text: |
      Each party must correct what is wrong within five working days of being told.
      It then tells all others that hold the same information.
  - id: extension
    title: Extending
    text: The parties may extend it.
=== protocols/housing/forms/pro-forma.yaml
title: Housing pro forma
from: [probation]
to: [local-authority]
sections:
  - title: The person
    fields:
      - {name: full_name, label: Full name, type: text, required: yes}
=== signatories/probation/organisation.yaml
name: Example Probation
kind: probation
contact: {post: Partnerships Officer, mailbox: probation@example.org, confirmed_on: 2026-09-01}
=== signatories/council/organisation.yaml
name: Example Council
kind: local-authority
contact: {post: Housing Manager, mailbox: council@example.org, confirmed_on: 2026-09-01}
=== signatories/police/organisation.yaml
name: Example Police
kind: police
"""
REVIEW = """due_on: {due}
version: "1.0"
outcome: no-change
reviewed_by: [{{organisation: probation, post: Partnerships Officer}}]
checked: [contacts, law]
note: {note}
"""


_MADE: dict[tuple[str, str, bool], tempfile.TemporaryDirectory[str]] = {}


class Repository:
    """A Git repository in a folder of its own, with a register at its top or in the folder `inside`."""

    def __init__(self, folder: Path, *, inside: str = "", register: str = REGISTER, signed: bool = True) -> None:
        self.top = folder
        self.root = folder / inside
        made = _MADE.get((inside, register, signed))
        if made is not None:
            shutil.copytree(made.name, folder, symlinks=True)
            return
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Officer")
        self.git("config", "user.email", "officer@example.org")
        if register:
            for path, content in files_from(register).items():
                self.write(path, content)
            self.commit("Working text", day="2025-01-10")
        if signed:
            self.stamp("material", "First agreed text", agreed_on=date(2025, 2, 1))
            for organisation in ("council", "police", "probation"):
                self.sign(organisation, "1.0", "2025-02-14")
            self.commit("Version 1.0, signed", day="2025-02-20")
        # Making one takes a dozen programs: the next of the kind is a copy.
        kept = _MADE[inside, register, signed] = tempfile.TemporaryDirectory()
        shutil.copytree(folder, kept.name, symlinks=True, dirs_exist_ok=True)

    def git(self, *words: str, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.top, check=True, capture_output=True, text=True, env={**os.environ, **(env or {})}
        )
        return done.stdout.strip()

    def write(self, path: str, content: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def edit(self, path: str, *changes: tuple[str, str]) -> None:
        """Each text, which is there, replaced by another."""
        content = self.read(path)
        for old, new in changes:
            assert old in content, old
            content = content.replace(old, new, 1)
        self.write(path, content)

    def stamp(
        self,
        change: Change,
        summary: str,
        *,
        agreed_on: date = date(2026, 10, 1),
        protocol: str = "housing",
        judged_by: str | None = None,
    ) -> None:
        register = load_register(self.root)
        release(register, protocol, change=change, summary=summary, agreed_on=agreed_on, judged_by=judged_by)

    def sign(self, organisation: str, version: str, day: str, *, protocol: str = "housing", more: str = "") -> None:
        """One entry more in an organisation's signing record."""
        path = f"signatories/{organisation}/{protocol}.yaml"
        head = self.read(path) if (self.root / path).is_file() else "signatures:\n"
        self.write(
            path,
            head + f'  - version: "{version}"\n    signed_on: {day}\n    method: electronic\n'
            f"    evidence: {{reference: PF/{version}, held_by: probation}}\n{more}",
        )

    def commit(self, message: str, *, day: str = "2026-11-20", email: str = "officer@example.org") -> str:
        self.git("add", "-A")
        moment = {
            "GIT_AUTHOR_DATE": f"{day}T12:00:00Z",
            "GIT_COMMITTER_DATE": f"{day}T12:00:00Z",
            "GIT_AUTHOR_EMAIL": email,
        }
        self.git("commit", "-q", "--allow-empty", "-m", message, env=moment)
        return self.git("rev-parse", "HEAD")

    def report(
        self, base: str = "HEAD~1", head: str = "HEAD", *, author: str | None = None, as_of: date = TODAY
    ) -> ChangeReport:
        return report_between(self.root, base, head, as_of=as_of, author_login=author)


def codes(change: ProtocolChange) -> list[str]:
    return [point.code for point in change.points()]


def only(report: ChangeReport) -> ProtocolChange:
    assert len(report.protocols) == 1
    return report.protocols[0]


def point(change: ProtocolChange, code: str) -> Point:
    found = [one for one in change.points() if one.code == code]
    assert len(found) == 1, (code, codes(change))
    return found[0]


def odd(report: ChangeReport) -> list[str]:
    return [oddity.code for oddity in report.oddities]


def says(report: ChangeReport) -> list[str]:
    """Every line of the text that says something, without its marks."""
    return [line.strip().removeprefix("- ") for line in render_text(report).splitlines() if line.strip()]


__all__ = [
    "REGISTER",
    "REVIEW",
    "TODAY",
    "Repository",
    "codes",
    "odd",
    "only",
    "point",
    "render_markdown",
    "render_text",
    "report_data",
    "says",
]
