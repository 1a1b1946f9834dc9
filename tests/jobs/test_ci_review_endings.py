"""How a review's issue ends, and what is said of a restricted protocol."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from ci_register import protocol, register, review
from scheduled import Jobs

from github.server import PretendGitHub
from undersigned.jobs.issue_sync import marks_of

SOON, DUE = date(2026, 11, 22), date(2026, 12, 15)


def comments(hub: PretendGitHub, number: int = 1) -> list[str]:
    return [comment.body for comment in hub.issues[number].comments]


# -- ended ------------------------------------------------------------------------------------------------------------


def test_a_review_closes_it_and_is_named(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    done = register(protocol(), review("2026-12-01"))
    assert jobs.reviews(done, date(2026, 12, 6))
    issue = hub.issues[1]
    assert (issue.open, issue.reason) == (False, "completed")
    assert "Reviewed on 1 December 2026: [`protocols/housing/reviews/2026-12-01.yaml`]" in comments(hub)[0]
    assert "The next review is due on 15 December 2027." in comments(hub)[0]
    assert jobs.reviews(done, date(2026, 12, 7))
    assert hub.writes == []


def test_a_partners_own_review_closes_nothing(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    jobs.reviews(register(protocol(), review("2026-12-01", None, more="scope: partner")), date(2026, 12, 6))
    assert hub.issues[1].open


def test_a_review_taken_back_opens_it_again(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    jobs.reviews(register(protocol(), review("2026-12-01")), date(2026, 12, 6))
    assert jobs.reviews(register(), date(2026, 12, 8))
    issue = hub.issues[1]
    assert (issue.open, issue.reason) == (True, "reopened")
    assert "no longer in the register" in comments(hub)[-1]
    jobs.reviews(register(), date(2026, 12, 9))
    assert hub.writes == []
    jobs.reviews(register(protocol(), review("2026-12-10")), date(2026, 12, 11))
    assert not issue.open
    assert [marks_of(body)[0].kind for body in comments(hub)] == ["review-done", "review-reopened", "review-done"]


def test_a_superseded_text_closes_it_as_not_planned(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    jobs.reviews(register(protocol(status="superseded")), DUE)
    assert (hub.issues[1].open, hub.issues[1].reason) == (False, "not_planned")
    assert "is now “superseded”" in comments(hub)[0]


def test_another_due_date_closes_it_and_opens_its_own(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    jobs.reviews(register(protocol(start="2026-01-10")), date(2026, 12, 6))
    assert [(issue.open, issue.title) for issue in hub.issues.values()] == [
        (False, "Review due on 15 December 2026: Housing protocol"),
        (True, "Review due on 10 January 2027: Housing protocol"),
    ]
    assert "is now due on 10 January 2027" in comments(hub)[0]


def test_a_protocol_that_is_gone_closes_it(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    jobs.reviews(register(protocol("other")), SOON)
    assert (hub.issues[1].open, hub.issues[2].open) == (False, True)
    assert "The register no longer has a protocol `housing`" in comments(hub)[0]


@pytest.mark.parametrize(
    "broken",
    [
        "\n=== protocols/housing/protocol.yaml\ntitle: [\n",
        review("2026-12-01").replace("outcome", "outcomme"),
        review("first-of-december"),
        "\n=== protocols/housing/versions/1.0.yaml\nagreed_on: soon\n",
    ],
)
def test_what_does_not_read_is_left_alone_and_stops_nothing(hub: PretendGitHub, jobs: Jobs, broken: str) -> None:
    jobs.reviews(register(), SOON)
    assert jobs.reviews(register(protocol(), protocol("other"), broken), DUE)
    assert jobs.log[0] == "housing: left alone, because its records have errors (run 'undersigned check')"
    assert hub.issues[1].open
    assert hub.issues[1].comments == []
    assert hub.issues[2].title.startswith("Review due on 15 December 2026")


# -- restricted -------------------------------------------------------------------------------------------------------


def test_of_a_restricted_protocol_only_title_parties_and_dates_are_said(
    hub: PretendGitHub, jobs: Jobs, tmp_path: Path
) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @keeper\n")
    restricted = protocol(publication="restricted", more="funding: [{source: Secret fund, ends_on: 2026-01-01}]")
    assert Jobs(hub, tmp_path).reviews(register(restricted), SOON)
    body = hub.issues[1].body
    assert "| Parties | County Council; Landlord; Probation Service |" in body
    for withheld in (
        "Partnerships Officer",
        "example.org",
        "Secret fund",
        "Lead organisation",
        "@keeper",
        "organisation: probation",
    ):
        assert withheld not in body, withheld
    assert hub.issues[1].assignees == []


def test_a_private_repository_may_say_it_all(hub: PretendGitHub, jobs: Jobs) -> None:
    assert jobs.reviews(register(protocol(publication="restricted"), private=True), SOON)
    assert "Partnerships Officer" in hub.issues[1].body
