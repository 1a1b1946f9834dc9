"""`ci provision`: one issue for each area whose services end soon, wait to be confirmed or have nobody in charge."""

from __future__ import annotations

from datetime import date

import pytest
from scheduled import Jobs

from github.server import PretendGitHub
from support import register_from
from undersigned.register import Register

DAY = date(2026, 11, 30)
SOUND = "owner: {organisation: council, post: Commissioning Manager}\nconfirmed_on: 2026-10-01\n"


def service(more: str, title: str = "Treatment") -> Register:
    return register_from(
        f"""
=== signatories/council/organisation.yaml
name: Council
kind: local-authority
=== provision/north/treatment.yaml
title: {title}
kind: alcohol-tier-3
provider: council
{more}"""
    )


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        (SOUND, None),
        (SOUND + "ends_on: 2027-12-31\n", None),
        (SOUND + "ends_on: 2027-03-31\n", "end of a service (The service): 31 March 2027."),
        (SOUND + "contract: {notice_by: 2027-02, ends_on: 2028-03-31}\n", "last day for notice: February 2027."),
        (SOUND + "funding: [{source: Grant, ends_on: 2027-03-31}, {source: Rates}]\n", "end of a service (Grant): 31"),
        (SOUND + "ends_on: 2026-11-01\n", None),
        (SOUND.replace("2026-10-01", "2026-06-10"), "Confirmed until 10 December 2026."),
        (SOUND.replace("2026-10-01", "2026-06-20"), None),
        (SOUND.replace("confirmed_on: 2026-10-01\n", ""), "Nobody has confirmed it yet."),
        ("confirmed_on: 2026-10-01\n", "nobody is named"),
    ],
)
def test_what_is_asked(hub: PretendGitHub, jobs: Jobs, more: str, asked: str | None) -> None:
    made = service(more)
    assert jobs.provision(made, DAY)
    assert len(hub.issues) == (asked is not None)
    if asked is not None:
        assert asked in hub.issues[1].body
        assert hub.issues[1].title == "Services that end or have to be confirmed: North"
    assert jobs.provision(made, DAY)
    assert hub.writes == []


def test_the_issue_closes_when_the_record_answers_it(hub: PretendGitHub, jobs: Jobs) -> None:
    assert jobs.provision(service(SOUND + "ends_on: 2027-03-31\n"), DAY)
    assert jobs.provision(service(SOUND + "ends_on: 2029-03-31\n"), DAY)
    assert not hub.issues[1].open
    assert jobs.provision(service(SOUND + "ends_on: 2027-04-30\n"), DAY)
    assert sum(issue.open for issue in hub.issues.values()) == 1


def test_a_service_that_cannot_be_read_leaves_its_issue_alone(hub: PretendGitHub, jobs: Jobs) -> None:
    assert jobs.provision(service(SOUND + "ends_on: 2027-03-31\n"), DAY)
    assert jobs.provision(service(SOUND + "ends_on: never\n"), DAY)
    assert hub.issues[1].open


def test_text_of_a_record_is_inert(hub: PretendGitHub, jobs: Jobs) -> None:
    assert jobs.provision(service("", title='"<img src=x onerror=alert(1)> @team [x](http://evil.example) #1"'), DAY)
    body = hub.issues[1].body
    assert "<img" not in body
    assert "@team" not in body
    assert "](http://evil" not in body
