"""A register in which some have to be sent the newest text."""

from __future__ import annotations

from pathlib import Path

from document_sample import stamped

from support import write_register

TEXT = """\
=== protocols/housing/protocol.yaml
title: Housing
kind: joint-working-protocol
status: in-force
publication: public
lead: lead
effective_from: 2026-03-01
parties:
  - {organisation: lead, role: controller}
  - {organisation: signed, role: controller}
  - {organisation: stale, role: controller}
  - {organisation: asked, role: controller}
  - {organisation: new, role: controller}
  - {organisation: bound, role: controller, signs: no}
data_items: [{id: x, name: X, sensitivity: personal}]
flows:
  - {id: one, title: One, from: [lead], to: [stale], items: [x], method: Post, timing: Daily, retention: RETENTION}
"""
RECORDS = """\
=== signatories/lead/housing.yaml
nominated_officer: {post: Head, mailbox: lead@example.org}
signatures:
  - {version: "2.0", signed_on: 2026-10-02, signed_by: {post: Head, authority: office}, method: electronic}
=== signatories/signed/housing.yaml
signatures:
  - version: "2.0"
    sent_on: 2026-10-02
    signed_on: 2026-10-05   # on paper
    returned_on: 2026-10-09
=== signatories/stale/housing.yaml
# Kept as it is:   spaces too
nominated_officer: {post: Housing Manager,  mailbox: stale@example.org}
signatures:
  - {version: "1.0", signed_on: 2026-03-05}
=== signatories/asked/housing.yaml
signatures:
  - version: "2.0"
    sent_on: 2026-10-02
"""


def stamped_register(folder: Path) -> Path:
    """Two stamped versions; `lead` and `signed` have signed the newest, `asked` was sent it, `stale` and `new` were not."""
    bodies = "".join(
        f"=== signatories/{id_}/organisation.yaml\nname: The {id_} body\nkind: voluntary\njurisdiction: england\n"
        for id_ in ("lead", "signed", "stale", "asked", "new", "bound")
    )
    first = stamped(bodies + TEXT.replace("RETENTION", "1 year"), "housing", ("1.0", "2026-03-01"))
    second = stamped(bodies + TEXT.replace("RETENTION", "2 years"), "housing", ("2.0", "2026-10-01"))
    root = write_register(folder, second + first[first.index("=== protocols/housing/versions/") :] + RECORDS)
    (root / "mkdocs.yml").write_text("site_name: A register\nsite_url: https://register.example.org/\n")
    return root
