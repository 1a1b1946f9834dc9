"""Issues as GitHub makes them of the forms, and a small register that they are for."""

from __future__ import annotations

from pathlib import Path

from support import write_register
from undersigned.jobs.form_definitions import forms
from undersigned.register import Register, load_register

FINGERPRINT = "v1:sha256:" + "ab" * 32
NEXT = "v1:sha256:" + "cd" * 32

RECORDS = f"""
=== mkdocs.yml
site_name: Test
extra:
  register: {{keeper: "@example/keepers"}}
=== protocols/housing/protocol.yaml
title: Housing Protocol
kind: joint-working-protocol
status: in-force
publication: restricted
lead: probation
effective_from: 2025-12-15
parties:
  - {{organisation: probation, role: controller}}
  - {{organisation: council, role: controller}}
  - {{organisation: landlord, role: controller}}
=== protocols/housing/versions/1.0.yaml
agreed_on: 2025-12-01
change: material
summary: First agreed text
fingerprint: "{FINGERPRINT}"
=== protocols/housing/versions/2.0.yaml
agreed_on: 2026-10-01
change: material
summary: Second agreed text
fingerprint: "{NEXT}"
=== signatories/probation/housing.yaml
nominated_officer: {{post: Partnerships Officer, mailbox: probation@example.org, confirmed_on: 2026-09-01}}
signatures:
  # The first to sign.
  - version: "1.0"
    fingerprint: "{FINGERPRINT}"
    signed_on: 2025-12-10   # at the board
    method: electronic
=== signatories/council/housing.yaml
# The council's record.
nominated_officer:
  post: Housing Options Manager   # since the restructuring
  mailbox: housing@example.org
  confirmed_on: 2026-01-05
signatures:
  - version: "1.0"
    fingerprint: "{FINGERPRINT}"
    signed_on: 2025-12-11
    method: electronic
  - version: "2.0"
    fingerprint: "{NEXT}"
    sent_on: 2026-10-02
    # The committee meets in November.

# End of the record.
=== signatories/probation/organisation.yaml
name: Probation Service
kind: probation
contact: {{post: Head of Partnerships, mailbox: partnerships@example.org, confirmed_on: 2026-09-01}}
accounts: ["@example/probation"]
=== signatories/council/organisation.yaml
# Who they are.
name: County Council
kind: local-authority
also_known_as: [The County]
contact: {{post: Housing Options Manager, mailbox: housing@example.org, confirmed_on: 2026-01-05}}   # asked in January
=== signatories/landlord/organisation.yaml
name: Landlord
kind: housing-provider
=== signatories/charity/organisation.yaml
name: Charity
kind: voluntary
"""

SIGNED = {
    "organisation": "County Council (council)",
    "protocol": "Housing Protocol (housing)",
    "version": "2.0",
    "signed_on": "20 November 2026",
    "post": "Chief Executive",
    "authority": "By virtue of the post",
    "method": "With an electronic signature",
}
NOMINATED = {
    "organisation": "County Council (council)",
    "protocol": "Housing Protocol (housing)",
    "post": "Head of Housing",
    "mailbox": "new-housing@example.org",
}
CONTACT = {"organisation": "County Council (council)", "mailbox": "new-housing@example.org"}
PROPOSED = {
    "title": "Employers' Protocol",
    "standard": "No, begin with an empty draft",
    "lead": "Probation Service (probation)",
    "parties": "County Council\n- charity",
    "summary": "So that people on probation find work.\n\nWith employers.",
}


def register_on_disk(folder: Path, more: str = "") -> Register:
    return load_register(write_register(folder, RECORDS + more))


def issue_body(form: str, answers: dict[str, str], *, promised: bool = True) -> str:
    """The body that GitHub makes of a form."""
    shared = forms()
    parts = [f"### {field.label}\n\n{answers.get(field.id) or '_No response_'}" for field in shared.forms[form].fields]
    parts.append(f"### {shared.promise_label}\n\n- [{'X' if promised else ' '}] {shared.promise}")
    return "\n\n".join(parts)
