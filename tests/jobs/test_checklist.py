"""What a review should look at: each fact of the register that has a say, by name, in the issue."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from ci_register import FINGERPRINT, protocol, register, review
from scheduled import LINKS

from undersigned.jobs.reviews import review_issues
from undersigned.register import Register

DAY = date(2026, 12, 1)
FLOW = """
flows:
  - id: referral
    from: [probation]
    to: [council]
    lawful_bases: [a6e-public-task]
    recognised_interests: [rli-safeguarding]
    gateways: [cja03-s212]
"""
NEWER = f"""
=== protocols/housing/versions/2.0.yaml
agreed_on: 2026-11-01
change: material
summary: Other terms
fingerprint: "{FINGERPRINT.replace("ab", "cd")}"
text:
  title: Housing protocol
  kind: joint-working-protocol
  parties:
    - {{organisation: probation, role: controller}}
    - {{organisation: council, role: controller}}
    - {{organisation: landlord, role: controller}}
"""


def items(made: Register, day: date = DAY) -> list[str]:
    (wanted,) = review_issues(made, as_of=day, links=LINKS, root=Path("/nonexistent")).wanted.values()
    lines = [line.removeprefix("- [ ] ") for line in wanted.text.split("\n") if line.startswith("- [ ] ")]
    return [line.replace("\\", "").replace("**", "") for line in lines]


@pytest.mark.parametrize(
    ("more", "item"),
    [
        (FLOW, "repealed on 1 December 2020."),
        (FLOW, "still have to be confirmed: Safeguarding"),
        ("funding: [{source: Lottery, ends_on: 2027-03-31}]", "Funding. Lottery ends on 31 March 2027."),
        ("funding: [{source: Lottery, ends_on: 2026-11-30}]", "Funding. Lottery ended on 30 November 2026."),
        (
            "monitoring: [{point: release, every: quarter}]",
            "Outcomes missing. The return for “release”, for the period to 14 March 2026, has not arrived.",
        ),
    ],
)
def test_facts_of_the_protocol(more: str, item: str) -> None:
    found = items(register(protocol(more=more)))
    assert any(item in line for line in found), found


def test_funding_that_lasts_beyond_the_next_review_is_no_item() -> None:
    assert not [
        line
        for line in items(register(protocol(more="funding: [{source: Lottery, ends_on: 2028-01-01}]")))
        if "Lottery" in line
    ]


def test_law_that_changed_since_the_last_review() -> None:
    (line,) = [line for line in items(register()) if line.startswith("Law that has changed")]
    assert line.startswith("Law that has changed since 15 December 2025. ")
    assert "Complaints to the controller (Data (Use and Access) Act 2025 s.103, Sch 10, 19 June 2026)" in line
    later = items(register(protocol(start="2026-10-01")), date(2027, 9, 1))
    assert (
        "Law. The register knows of no change in data protection law since 1 October 2026. Is the legal basis of each flow still right?"
        in later
    )


def test_the_last_review_is_where_the_next_one_starts() -> None:
    reviewed = register(protocol(start="2025-10-10"), review("2026-10-05", "2026-10-10"))
    found = items(reviewed, date(2027, 9, 1))
    assert [line for line in found if "no change in data protection law since 5 October 2026." in line]


def test_an_officer_without_a_mailbox_is_no_contact() -> None:
    nobody = protocol().replace("mailbox: housing@example.org, confirmed_on: 2026-01-05", "confirmed_on: 2026-11-01")
    assert (
        "Contact to confirm. County Council: the register has no nominated officer with a confirmed mailbox."
        in items(register(nobody))
    )


def test_a_measure_that_is_counted_in_another_way() -> None:
    made = register(protocol(start="2024-04-15", more="monitoring: [{point: release, measures: [mi016, mi014]}]"))
    assert (
        "A measure that has changed. Employed 6 weeks after release has been counted differently since 1 May 2024."
        in items(made, date(2025, 4, 1))
    )


def test_parties_and_their_contacts() -> None:
    waiting = f"""
=== signatories/landlord/housing.yaml
nominated_officer: {{post: Lettings Manager, mailbox: lettings@example.org}}
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-11-20}}]
=== signatories/probation/housing.yaml
nominated_officer: {{post: Partnerships Officer, mailbox: probation@example.org, confirmed_on: 2026-09-01}}
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", signed_on: 2026-10-20, method: wet-ink}}]
=== signatories/council/organisation.yaml
name: County Council
kind: local-authority
dissolved_on: 2026-10-31
successors: [landlord]
"""
    found = items(register(protocol(), waiting))
    assert "Contact to confirm. Landlord: the register has no nominated officer with a confirmed mailbox." in found
    assert "Copy outstanding. Probation Service, signed on 20 October 2026." in found
    assert "Not signed. Landlord: sent, not yet signed." in found
    assert "A party that has ended. County Council ended (31 October 2026) and was followed by Landlord." in found
    assert not any(line.startswith("Contact to confirm. Probation") for line in found)
    assert not any("County Council: " in line for line in found), "nobody is asked of a body that has ended"


def test_a_contact_goes_stale_after_six_months() -> None:
    stale = "Contact to confirm. County Council: Housing Options Manager, last confirmed on 5 January 2026."
    assert stale in items(register())
    fresh = register(protocol().replace("confirmed_on: 2026-01-05", "confirmed_on: 2026-06-01"))
    assert not [line for line in items(fresh) if line.startswith("Contact to confirm. County Council")]
    assert [line for line in items(fresh, date(2026, 12, 2)) if line.startswith("Contact to confirm. County Council")]


def test_older_texts_and_changes_that_are_not_stamped() -> None:
    found = items(register(protocol(), NEWER))
    assert "Not signed. Probation Service: signed an older text." in found
    assert not [line for line in found if line.startswith("Changes in no version")]
    changed = items(register(protocol(more="people: [people on probation]"), NEWER))
    assert (
        "Changes in no version. The working text differs from the newest version. Should it become a version, or should the changes be undone?"
        in changed
    )


def test_a_day_brings_no_words_of_its_own() -> None:
    """What stands in an issue holds for weeks: no item counts days."""
    made = register(
        protocol(more="funding: [{source: Lottery, ends_on: 2026-11-01}]\nmonitoring: [{point: release, every: month}]")
    )
    assert items(made, date(2026, 12, 1)) == items(made, date(2026, 12, 14))
