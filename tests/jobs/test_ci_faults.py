"""Whatever breaks on the way, one more run ends where an unbroken one would have: no issue and no comment twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import pytest
from ci_register import protocol, register, review
from scheduled import Jobs

from github.server import PretendGitHub
from undersigned.jobs.issue_sync import IssueSync

SOON, DUE = date(2026, 11, 22), date(2026, 12, 15)
Run = Callable[[Jobs], bool]


def open_it(jobs: Jobs) -> bool:
    return jobs.reviews(register(), SOON)


def escalate(jobs: Jobs) -> bool:
    return jobs.reviews(register(protocol(more="funding: [{source: Lottery, ends_on: 2026-12-20}]")), DUE)


def close_it(jobs: Jobs) -> bool:
    return jobs.reviews(register(protocol(), review("2026-12-16")), date(2026, 12, 17))


def reopen_it(jobs: Jobs) -> bool:
    return jobs.reviews(register(), date(2026, 12, 18))


STEPS: list[Run] = [open_it, escalate, close_it, reopen_it]


def state(hub: PretendGitHub) -> list[object]:
    return [
        (
            issue.number,
            issue.title,
            issue.body,
            sorted(issue.labels),
            issue.open,
            [comment.body for comment in issue.comments],
        )
        for issue in hub.issues.values()
    ]


@cache
def after_steps(count: int) -> PretendGitHub:
    """What so many steps leave when nothing breaks. `requests` are those of the last step."""
    hub = PretendGitHub()
    jobs = Jobs(hub)
    for run in STEPS[:count]:
        assert run(jobs)
    return hub


@pytest.mark.parametrize("kind", ["cut before", "cut after", "502 before", "502 after", "429 before"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=["open", "escalate", "close", "reopen"])
def test_each_request_may_break(step: int, kind: str) -> None:
    unbroken = after_steps(step + 1)
    assert len(unbroken.requests) > 2
    what, when = kind.split()
    fault = "cut" if what == "cut" else int(what)
    for index in range(len(unbroken.requests)):
        hub = PretendGitHub()
        hub.copy_from(after_steps(step))
        jobs = Jobs(hub)
        headers = {"Retry-After": "5"} if fault == 429 else None
        hub.fault(".*", "", fault, after=when == "after", skip=index, headers=headers)
        assert STEPS[step](jobs), (index, jobs.log)
        assert state(hub) == state(unbroken), (index, jobs.log)
        STEPS[step](jobs)
        assert hub.writes == [], (index, jobs.log)
        assert hub.violations == []


def test_a_run_that_is_ended_half_way_is_finished_by_the_next(hub: PretendGitHub) -> None:
    expected = state(after_steps(3))
    jobs = Jobs(hub)
    open_it(jobs)
    escalate(jobs)
    hub.fault("PATCH", "/issues/1", 403, message="Resource not accessible by integration", times=9)
    assert not close_it(jobs)
    assert any("not done" in line and "permissions" not in line for line in jobs.log)
    hub.mend()
    assert close_it(jobs)
    assert state(hub) == expected


def test_a_fault_of_one_protocol_stops_no_other(hub: PretendGitHub) -> None:
    both = register(protocol("first"), protocol("second"))
    jobs = Jobs(hub)
    hub.fault("POST", "^/issues$", 422, message="Validation Failed")
    assert not jobs.reviews(both, SOON)
    assert [issue.body.split("\n")[0] for issue in hub.issues.values()] == [
        "<!-- undersigned:review:second:2026-12-15 -->"
    ]
    assert any(
        line.startswith("first: not done: POST /repos/example/register/issues: refused with 422") for line in jobs.log
    )
    assert jobs.reviews(both, SOON)
    assert len(hub.issues) == 2


def test_comments_that_cannot_be_read_stop_no_other(hub: PretendGitHub) -> None:
    both = register(protocol("first"), protocol("second"))
    jobs = Jobs(hub)
    jobs.reviews(both, SOON)
    hub.comment(1, "Asked.", author="keeper")
    hub.fault("GET", "^/issues/1/comments", 404, times=1)
    assert not jobs.reviews(both, DUE)
    assert (hub.issues[1].labels, hub.issues[2].labels) == (["review", "review due soon"], ["review", "review due"])


def other_run(hub: PretendGitHub) -> None:
    body = "<!-- undersigned:review:housing:2026-12-15 -->\nby another run"
    hub.open_issue("Review due on 15 December 2026: Housing protocol", body)


def test_another_run_that_opened_it_first_is_seen_before_opening(hub: PretendGitHub) -> None:
    hub.meanwhile("GET /issues.*direction=desc", lambda: other_run(hub))
    jobs = Jobs(hub)
    assert open_it(jobs)
    assert len(hub.issues) == 1
    assert "housing: another run has opened it meanwhile" in jobs.log
    assert "What to check" in hub.issues[1].body


def test_of_two_opened_in_the_same_moment_the_older_stays(hub: PretendGitHub) -> None:
    hub.meanwhile("POST /issues$", lambda: other_run(hub))
    jobs = Jobs(hub)
    assert open_it(jobs)
    assert [(issue.open, issue.reason) for issue in hub.issues.values()] == [(True, None), (False, "duplicate")]
    assert "This is the same as #1" in hub.issues[2].comments[0].body
    assert open_it(jobs)
    assert hub.writes == []


def test_a_second_one_that_a_slow_list_hid_is_closed_by_the_next_run(hub: PretendGitHub) -> None:
    other_run(hub)
    hub.hidden = {1}
    jobs = Jobs(hub)
    open_it(jobs)
    assert len(hub.issues) == 2
    hub.hidden = set()
    assert open_it(jobs)
    assert (hub.issues[1].open, hub.issues[2].open, hub.issues[2].reason) == (True, False, "duplicate")


def test_a_label_that_somebody_made_or_took_off_meanwhile_is_no_fault(hub: PretendGitHub) -> None:
    jobs = Jobs(hub)
    hub.meanwhile("POST /labels", lambda: hub.labels.update({"Review": ("ffffff", "")}))
    assert open_it(jobs)
    hub.meanwhile("DELETE /issues/1/labels", lambda: hub.issues[1].labels.remove("review due soon"))
    assert escalate(jobs)
    assert sorted(hub.issues[1].labels) == ["review", "review due"]


def test_limits_are_waited_for_and_nothing_is_doubled(hub: PretendGitHub) -> None:
    hub.fault("GET", "^/issues", 403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": hub.in_seconds(120)})
    hub.fault("POST", "^/issues$", 403, message="You have exceeded a secondary rate limit", times=2)
    jobs = Jobs(hub)
    assert open_it(jobs)
    assert len(hub.issues) == 1
    assert {121.0, 60.0} <= set(hub.waits)


def test_what_is_planned_alone_writes_nothing(hub: PretendGitHub) -> None:
    jobs = Jobs(hub)
    keeper = jobs.keeper()
    keeper.dry_run = True
    standing: IssueSync = jobs.review_issues(register(), SOON)
    assert keeper.keep(standing, as_of=SOON)
    assert hub.writes == []
    assert jobs.log[1] == "housing: opened “Review due on 15 December 2026: Housing protocol”"
