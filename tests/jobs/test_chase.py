"""`ci chase`: one issue for each protocol that waits for somebody longer than 28 days."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from ci_register import FINGERPRINT, protocol, register
from scheduled import Jobs

from github.server import PretendGitHub
from undersigned.jobs.chase import LEVELS, outstanding_in
from undersigned.jobs.issue_sync import marks_of
from undersigned.register import Register

DAY = date(2026, 3, 1)


def landlord(entry: str, more: str = "") -> str:
    return f"""
=== signatories/landlord/housing.yaml
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", {entry}}}]
{more}
"""


def with_landlord(entry: str, **facts: str) -> Register:
    return register(protocol(**facts), landlord(entry))


@pytest.mark.parametrize(
    ("entry", "what", "words"),
    [
        ("sent_on: 2026-01-10", "approval", "its own approval of version 1.0"),
        (
            "sent_on: 2026-01-10, approved_on: 2026-01-20",
            "signature",
            "its signature on version 1.0, which it has approved",
        ),
        ("signed_on: 2026-01-10, method: wet-ink", "copy", "its signed copy of version 1.0"),
        (
            "signed_on: 2026-01-10, method: electronic, reservations: [{flows: [x], text: No}]",
            "reservation",
            "an answer about its reservation on version 1.0",
        ),
    ],
)
def test_what_is_waited_for(hub: PretendGitHub, jobs: Jobs, entry: str, what: str, words: str) -> None:
    made = with_landlord(entry)
    folder = made.protocol("housing")
    assert folder is not None
    assert [(one.organisation, one.what, one.since) for one in outstanding_in(folder, made, as_of=DAY)] == [
        ("landlord", what, date(2026, 1, 10))
    ]
    assert jobs.chase(made, DAY)
    row = next(line for line in hub.issues[1].body.split("\n") if line.startswith("| [Landlord]"))
    assert words in row
    assert "10 January 2026, more than 28 days" in row
    assert "Lettings Manager, [lettings@example.org](mailto:lettings@example.org)" in row
    assert f"- [ ] Landlord: {words}" in hub.issues[1].body
    assert jobs.chase(made, DAY)
    assert hub.writes == []


def test_an_older_text_is_waited_for_from_the_day_of_the_newer_one(hub: PretendGitHub, jobs: Jobs) -> None:
    newer = f"""
=== protocols/housing/versions/2.0.yaml
agreed_on: 2026-01-15
change: material
summary: Other terms
fingerprint: "{FINGERPRINT.replace("ab", "cd")}"
"""
    made = register(protocol(), landlord("signed_on: 2025-12-20, method: electronic"), newer)
    assert jobs.chase(made, DAY)
    assert hub.issues[1].body.count("it signed an older text | 15 January 2026") == 3


def test_28_days_are_granted(jobs: Jobs, hub: PretendGitHub) -> None:
    assert LEVELS[-1] == 28
    jobs.chase(with_landlord("sent_on: 2026-01-10"), date(2026, 2, 7))
    assert hub.issues == {}
    jobs.chase(with_landlord("sent_on: 2026-01-10"), date(2026, 2, 8))
    assert len(hub.issues) == 1


@pytest.mark.parametrize(
    "facts", [{"status": "superseded"}, {"status": "withdrawn"}, {"status": "draft"}, {"publication": "restricted"}]
)
def test_nobody_is_chased_for_what_is_over_nor_in_public_for_what_is_restricted(
    hub: PretendGitHub, jobs: Jobs, facts: dict[str, str]
) -> None:
    assert jobs.chase(with_landlord("sent_on: 2026-01-10", **facts), DAY)
    assert hub.issues == {}


def test_a_party_that_left_ended_or_declined_is_left_in_peace(hub: PretendGitHub, jobs: Jobs) -> None:
    left = protocol().replace(
        "{organisation: landlord, role: controller}", "{organisation: landlord, role: controller, left_on: 2026-02-01}"
    )
    text = "text: {title: Housing protocol, parties: [{organisation: landlord, role: controller}, {organisation: council, role: controller}]}"
    stamped = left.replace("summary: First agreed text", f"summary: First agreed text\n{text}")
    jobs.chase(register(stamped, landlord("signed_on: 2026-01-10, method: wet-ink")), DAY)
    assert hub.issues == {}
    ended = "\n=== signatories/landlord/organisation.yaml\nname: Landlord\nkind: housing-provider\ndissolved_on: 2026-02-01\n"
    jobs.chase(register(protocol(), landlord("sent_on: 2026-01-10"), ended), DAY)
    jobs.chase(with_landlord("sent_on: 2026-01-10, declined: {on: 2026-02-01, reason: No}"), DAY)
    assert hub.issues == {}


def test_the_email_is_ready_to_send(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.chase(with_landlord("sent_on: 2026-01-10"), DAY)
    body = hub.issues[1].body
    address = next(
        word for word in body.replace("](", " ").split() if word.startswith("mailto:lettings@example.org?")
    ).rstrip(")")
    asked = parse_qs(urlsplit(address).query)
    assert asked["subject"] == ["Your signature: Housing protocol, version 1.0"]
    words = asked["body"][0].replace("\r\n", "\n")
    assert words.startswith(
        "To the Lettings Manager, Landlord\n\nOn 10 January 2026 we sent Landlord two copies of version 1.0"
    )
    assert words.endswith("\n\nProbation Service")
    block = body[body.index("```text") :]
    assert " ".join(words.split()) in " ".join(block.split())
    lines = block.split("```")[1].split("\n")
    addresses = [line.strip() for line in lines if "https://" in line]
    assert [parse_qs(urlsplit(one).query)["version"] for one in addresses] == [["1.0"]], "the form is filled in"
    assert max(len(line) for line in lines if line.strip() not in addresses) <= 90


def test_a_newcomer_and_long_waits_are_said_once(hub: PretendGitHub, jobs: Jobs) -> None:
    first = with_landlord("sent_on: 2026-01-10")
    jobs.chase(first, DAY)
    assert hub.issues[1].comments == []
    both = register(
        protocol(),
        landlord("sent_on: 2026-01-10"),
        f"""
=== signatories/council/housing.yaml
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", signed_on: 2026-02-01, method: wet-ink}}]
""",
    )
    jobs.chase(both, date(2026, 3, 8))
    assert (
        "County Council: its signed copy of version 1.0, outstanding since 1 February 2026, for more than 28 days"
        in hub.issues[1].comments[0].body
    )
    assert "Landlord" not in hub.issues[1].comments[0].body
    for day in (date(2026, 3, 9), date(2026, 4, 10)):
        jobs.chase(both, day)
        assert hub.writes == []
    jobs.chase(both, date(2026, 4, 11))
    assert [marks_of(comment.body)[0].parts for comment in hub.issues[1].comments] == [
        ("council", "copy", "2026-02-01", "28"),
        ("landlord", "approval", "2026-01-10", "90"),
    ]
    jobs.chase(both, date(2026, 4, 12))
    assert hub.writes == []


def test_when_nothing_waits_it_is_closed_and_later_opened_again(hub: PretendGitHub, jobs: Jobs) -> None:
    waiting = with_landlord("sent_on: 2026-01-10")
    settled = with_landlord(
        "sent_on: 2026-01-10, approved_on: 2026-01-20, signed_on: 2026-03-02, method: wet-ink, returned_on: 2026-03-03"
    )
    jobs.chase(waiting, DAY)
    jobs.chase(settled, date(2026, 3, 8))
    issue = hub.issues[1]
    assert (issue.open, issue.reason) == (False, "completed")
    assert "On 8 March 2026 nothing was outstanding any more" in issue.comments[-1].body
    jobs.chase(settled, date(2026, 3, 9))
    assert hub.writes == []
    later = with_landlord("sent_on: 2026-01-10, signed_on: 2026-03-02, method: wet-ink")
    jobs.chase(later, date(2026, 4, 5))
    assert issue.open
    assert len(hub.issues) == 1
    assert "its signed copy of version 1.0" in issue.body


def test_a_signing_record_that_does_not_read_is_left_alone(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.chase(with_landlord("sent_on: 2026-01-10"), DAY)
    assert jobs.chase(with_landlord("sent_on: in January"), date(2026, 3, 2))
    assert hub.issues[1].open
    assert hub.writes == []


def test_reviews_and_chases_keep_apart(hub: PretendGitHub, jobs: Jobs) -> None:
    made = with_landlord("sent_on: 2026-01-10")
    day = date(2026, 12, 20)
    jobs.reviews(made, day)
    jobs.chase(made, day)
    assert len(hub.issues) == 2
    for run in (jobs.reviews, jobs.chase):
        assert run(made, day)
        assert hub.writes == []


@pytest.mark.parametrize(("count", "rows"), [(18, 18), (90, 90), (250, 40)])
def test_a_protocol_of_many_parties_still_fits_into_an_issue(
    hub: PretendGitHub, jobs: Jobs, count: int, rows: int
) -> None:
    parties = "".join(f"  - {{organisation: landlord-{number}, role: controller}}\n" for number in range(count))
    many = "".join(
        f"""
=== signatories/landlord-{number}/organisation.yaml
name: The {number}th Registered Provider of Homes in the County with a Long Name
kind: housing-provider
contact: {{post: Manager of Lettings and Neighbourhoods, mailbox: lettings-and-neighbourhoods-{number}@example.org}}
=== signatories/landlord-{number}/housing.yaml
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-01-10}}]
"""
        for number in range(count)
    )
    text = protocol().replace("  - {organisation: landlord, role: controller}\n", parties)
    assert jobs.chase(register(text, many), DAY)
    body = hub.issues[1].body
    assert len(body) <= 58000
    assert body.count("\n| [The ") == rows
    assert ("There are 210 more." in body) is (count == 250)
    assert body.endswith("keeps the boxes that you tick.*\n")


@pytest.mark.parametrize(
    ("entry", "owed"),
    [
        ("signed_on: 2025-12-20, returned_on: 2026-01-20", True),
        ("signed_on: 2025-12-20, returned_on: 2026-02-10", False),  # less than 28 days ago
        ("signed_on: 2025-12-20, returned_on: 2026-01-20, counterpart_on: 2026-01-25", False),
        ("signed_on: 2025-12-20", False),
    ],
)
def test_the_leads_own_copy_is_named_beside_what_others_owe(
    hub: PretendGitHub, jobs: Jobs, entry: str, owed: bool
) -> None:
    council = f'\n=== signatories/council/housing.yaml\nsignatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", {entry}}}]\n'
    jobs.chase(register(protocol(), landlord("sent_on: 2026-01-10"), council), DAY)
    line = "The lead's own signed copy has not gone back to County Council (`undersigned counterpart housing council`)."
    assert (line in hub.issues[1].body) is owed
