"""A small register for tests of the jobs: one protocol in force, with what each test changes of it."""

from __future__ import annotations

from support import register_from
from undersigned.register import Register

FINGERPRINT = "v1:sha256:" + "ab" * 32


def protocol(
    id_: str = "housing",
    *,
    start: str = "2025-12-15",
    status: str = "in-force",
    publication: str = "public",
    title: str = "Housing protocol",
    more: str = "",
) -> str:
    return f"""
=== protocols/{id_}/protocol.yaml
title: {title}
kind: joint-working-protocol
status: {status}
publication: {publication}
lead: probation
effective_from: {start}
parties:
  - {{organisation: probation, role: controller}}
  - {{organisation: council, role: controller}}
  - {{organisation: landlord, role: controller}}
{more}
=== protocols/{id_}/versions/1.0.yaml
agreed_on: 2025-12-01
change: material
summary: First agreed text
fingerprint: "{FINGERPRINT}"
=== signatories/probation/{id_}.yaml
nominated_officer: {{post: Partnerships Officer, mailbox: probation@example.org, confirmed_on: 2026-09-01}}
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", signed_on: 2025-12-10, method: electronic}}]
=== signatories/council/{id_}.yaml
nominated_officer: {{post: Housing Options Manager, mailbox: housing@example.org, confirmed_on: 2026-01-05}}
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", signed_on: 2025-12-11, method: electronic}}]
"""


ORGANISATIONS = """
=== signatories/probation/organisation.yaml
name: Probation Service
kind: probation
contact: {post: Head of Partnerships, mailbox: partnerships@example.org, confirmed_on: 2026-09-01}
=== signatories/council/organisation.yaml
name: County Council
kind: local-authority
=== signatories/landlord/organisation.yaml
name: Landlord
kind: housing-provider
contact: {post: Lettings Manager, mailbox: lettings@example.org, confirmed_on: 2026-09-01}
"""


def review(day: str, due_on: str | None = "2026-12-15", *, id_: str = "housing", more: str = "") -> str:
    return f"""
=== protocols/{id_}/reviews/{day}.yaml
{f"due_on: {due_on}" if due_on else ""}
version: "1.0"
fingerprint: "{FINGERPRINT}"
outcome: no-change
reviewed_by: [{{organisation: probation}}]
note: The contacts and the forms were looked at and still hold
{more}
"""


def register(*parts: str, private: bool = False) -> Register:
    return register_from(ORGANISATIONS + "".join(parts or (protocol(),)), private=private)
