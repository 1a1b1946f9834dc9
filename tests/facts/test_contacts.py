"""Whom to ask at a body: pages, documents, letters and reminders name the same post and the same mailbox."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import html

from support import register_from
from undersigned.documents.content.agreement import agreement_document
from undersigned.documents.content.letter import letter_document
from undersigned.documents.model import Heading, Table, Text, every
from undersigned.facts.agreement import agreement_of, sender_of
from undersigned.facts.letter import Letters
from undersigned.facts.parties import contact_of_lead, point_of_contact
from undersigned.facts.register import RegisterFacts
from undersigned.jobs.chase import chase_issues
from undersigned.jobs.messages import RepositoryLinks
from undersigned.jobs.reviews import review_issues
from undersigned.register import Register
from undersigned.site.api import protocol_data, render_json
from undersigned.site.pages import PageSet, protocol_page

DAY = date(2026, 12, 20)
LINKS = RepositoryLinks("https://github.com", "example/register", "main")
FINGERPRINT = "v1:sha256:" + "ab" * 32
#: Landlord leads the protocol, is asked to sign and has not, and reviews are due: every output names somebody at it.
RECORDS = f"""
=== signatories/council/organisation.yaml
name: Council
kind: local-authority
=== signatories/council/housing.yaml
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", signed_on: 2025-12-11, method: electronic}}]
=== protocols/housing/protocol.yaml
title: Housing protocol
kind: joint-working-protocol
status: in-force
publication: public
lead: landlord
effective_from: 2025-12-15
parties: [{{organisation: landlord, role: controller}}, {{organisation: council, role: controller}}]
people: [people on probation]
=== protocols/housing/versions/1.0.yaml
agreed_on: 2025-12-01
change: material
summary: First agreed text
fingerprint: "{FINGERPRINT}"
text:
  title: Housing protocol
  kind: joint-working-protocol
  parties: [{{organisation: landlord, role: controller}}, {{organisation: council, role: controller}}]
  people: [people on probation]
"""


def register(officer: str, contact: str, more: str = "") -> Register:
    return register_from(f"""{RECORDS}
=== signatories/landlord/organisation.yaml
name: Landlord
kind: housing-provider
{f"contact: {contact}" if contact else ""}
=== signatories/landlord/housing.yaml
{f"nominated_officer: {officer}" if officer else ""}
{more}
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-01-10}}]
""")


def in_letter(made: Register) -> tuple[str, str]:
    """Whom the letter to the landlord is addressed to, and whom readers of others may ask at the lead, which is the same body."""
    folder = made.protocol("housing")
    assert folder is not None
    agreement = agreement_of(folder, made, as_of=DAY)
    sender = sender_of(folder, made, as_of=DAY)
    assert sender is not None
    letters = Letters(agreement, folder, made, sender, as_of=DAY)
    to = letters.to("landlord")
    from_lead = letter_document(letters.for_signature(letters.to("council"), None), agreement, sender)
    words = " ".join(node.text for node in every(from_lead.body) if isinstance(node, Text))
    assert all(part in words for part in (to.contact.post, to.contact.mailbox) if part)
    to_lead = letter_document(letters.for_signature(to, None), agreement, sender)
    said = next(node.text for node in every(to_lead.facts[0].value) if isinstance(node, Text))
    assert said == sender.where
    return to.contact.name, said.removeprefix("Landlord").removeprefix(", ")


def in_document(made: Register) -> str:
    """The row of the table of nominated officers; empty if it has none."""
    folder = made.protocol("housing")
    assert folder is not None
    body = agreement_document(agreement_of(folder, made, as_of=DAY)).body
    headings = [str(node.content) for node in body if isinstance(node, Heading)]
    if not any("Nominated officers" in heading for heading in headings):
        return ""
    table = next(node for node in body if isinstance(node, Table) and node.caption == "Nominated officers")
    row = next(row for row in table.rows if "Landlord" in str(row[0]))
    return " ".join(node.text for cell in row[1:] for node in every(cell) if isinstance(node, Text))


def in_issue(made: Register, kind: str) -> str:
    make = chase_issues if kind == "chase" else review_issues
    (wanted,) = make(made, as_of=DAY, links=LINKS, root=Path("/nonexistent")).wanted.values()
    if kind == "chase":
        row = next(line for line in wanted.text.split("\n") if line.startswith("| [Landlord]"))
        return row.split(" | ")[-1]
    return next((line for line in wanted.text.split("\n") if line.startswith("| Contact there")), "")


def on_page(made: Register) -> str:
    site = RegisterFacts(made, as_of=DAY)
    body = html.fragment_fromstring(protocol_page(PageSet(site, "Test"), site.by_id["housing"]).body, "div")
    (row,) = body.xpath("//table[contains(@class, 'app-contacts')]//tr[starts-with(th, 'Landlord')]")
    return " ".join(row.xpath("td")[-1].text_content().split())


CONTACT = "{post: Lettings Manager, mailbox: lettings@example.org}"


@pytest.mark.parametrize(
    ("officer", "contact", "post", "mailbox"),
    [
        ("{post: Duty Lead, mailbox: duty@example.org}", CONTACT, "Duty Lead", "duty@example.org"),
        ("{post: Duty Lead}", CONTACT, "Duty Lead", "lettings@example.org"),
        ("{post: Duty Lead}", "", "Duty Lead", ""),
        ("{mailbox: duty@example.org}", CONTACT, "", "duty@example.org"),
        ("{deputy_post: Deputy}", CONTACT, "Deputy", "lettings@example.org"),
        ("", CONTACT, "Lettings Manager", "lettings@example.org"),
        ("{confirmed_on: 2026-01-01}", CONTACT, "Lettings Manager", "lettings@example.org"),
        ("", "{mailbox: lettings@example.org}", "", "lettings@example.org"),
        ("", "", "", ""),
    ],
)
def test_every_output_names_the_same_post_and_mailbox(officer: str, contact: str, post: str, mailbox: str) -> None:
    made = register(officer, contact)
    named = {
        word for word in ("Duty Lead", "Deputy", "Lettings Manager", "duty@", "lettings@") if word in post + mailbox
    }
    name, address = in_letter(made)
    outputs = {
        "letter": address,
        "document": in_document(made),
        "chase": in_issue(made, "chase").replace("\\", ""),
        "review": in_issue(made, "review").replace("\\", ""),
        "page": on_page(made),
    }
    assert name == "Landlord"
    assert address == ", ".join(part for part in (post, mailbox) if part)
    for output, text in outputs.items():
        found = {word for word in ("Duty Lead", "Deputy", "Lettings Manager", "duty@", "lettings@") if word in text}
        assert found == named, (output, text)
    data = render_json(protocol_data(RegisterFacts(made, as_of=DAY).by_id["housing"]))
    assert not any(word in data for word in ("Duty Lead", "Lettings Manager", "@example.org")), "the JSON names nobody"


def test_a_general_contact_is_not_called_the_nominated_officer() -> None:
    for shown in (on_page, in_document):
        assert "(no officer named yet)" in shown(register("", CONTACT))
        assert "(no officer named yet)" not in shown(register("{post: Duty Lead}", CONTACT))


def test_officers_for_other_hours_are_listed_and_get_no_letter() -> None:
    others = "other_officers: [{post: Night Desk, mailbox: night@example.org, hours: out-of-hours}]"
    made = register("{post: Duty Lead, mailbox: duty@example.org}", CONTACT, others)
    assert "Night Desk (out of hours)" in on_page(made)
    folder = made.protocol("housing")
    assert folder is not None
    table = str(agreement_document(agreement_of(folder, made, as_of=DAY)).body)
    assert "Night Desk (out of hours)" in table
    assert "Night" not in in_letter(made)[1] + in_issue(made, "chase") + in_issue(made, "review")


def test_a_dissolved_body_has_no_general_contact() -> None:
    made = register("", CONTACT + "\ndissolved_on: 2026-12-20")
    folder = made.protocol("housing")
    assert folder is not None
    assert not point_of_contact("landlord", folder, made, as_of=DAY).is_named
    lead = contact_of_lead(folder, made, as_of=date(2026, 12, 19))
    assert lead is not None
    assert (lead.post, lead.nominated) == ("Lettings Manager", False)
