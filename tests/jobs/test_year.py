"""A year of the shipped register, day by day: what is announced, when, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from scheduled import Jobs

from github.server import PretendGitHub
from support import copy_of_the_example
from undersigned.editing.new import new_record
from undersigned.jobs.issue_sync import marks_of
from undersigned.register import Register, load_register
from undersigned.status import review_state

pytestmark = pytest.mark.slow

FIRST = date(2026, 11, 22)
LAST = FIRST + timedelta(days=365)
NOTE = (
    "The legal bases and the forms were read against a year of referrals; two mailboxes had changed and were corrected."
)
#: When which review is completed: early, late, at last, long after, on its day.
COMPLETED = {
    date(2026, 12, 10): "staffordshire-information-sharing-framework",
    date(2027, 1, 14): "alcohol-treatment-requirement-protocol",
    date(2027, 5, 20): "staffordshire-housing-protocol",
    date(2027, 10, 1): "duty-to-refer-protocol",
}
WITHDRAWN = {date(2027, 7, 5): "mappa-information-sharing-protocol"}


@dataclass
class Year:
    """The register as people change it, the jobs, and what was seen."""

    root: Path
    hub: PretendGitHub
    jobs: Jobs
    register: Register
    log: list[str] = field(default_factory=list)
    opened: dict[int, date] = field(default_factory=dict)
    closed: dict[int, date] = field(default_factory=dict)

    def people_act(self, day: date) -> None:
        done, withdrawn = COMPLETED.get(day), WITHDRAWN.get(day)
        if done is not None:
            new_record(
                "review",
                self.register,
                [done],
                as_of=day,
                answers={
                    "outcome": "no-change",
                    "note": NOTE,
                    "organisation": "staffordshire-probation",
                    "checked": "law, contacts",
                },
            )
        if withdrawn is not None:
            path = self.root / "protocols" / withdrawn / "protocol.yaml"
            path.write_text(
                path.read_text(encoding="utf-8").replace("status: in-force", "status: withdrawn"), encoding="utf-8"
            )
        if done or withdrawn:
            self.register = load_register(self.root)

    def run(self, day: date) -> None:
        before = {number: issue.open for number, issue in self.hub.issues.items()}
        assert self.jobs.reviews(self.register, day), self.jobs.log
        self.log += self.jobs.log
        for number, issue in self.hub.issues.items():
            if number not in before:
                self.opened[number] = day
            if before.get(number, True) and not issue.open:
                self.closed[number] = day

    def expected(self, day: date) -> set[tuple[str, str]]:
        """Protocol and due date of every review that must be open on a day, by the status alone."""
        found = set()
        for folder in self.register.protocols():
            review = review_state(folder, as_of=day)
            due = review.due_on
            if folder.value.status == "in-force" and isinstance(due, date) and (due - day).days <= 60:
                found.add((folder.id, due.isoformat()))
        return found

    def open_issues(self) -> list[tuple[str, str]]:
        marks = [marks_of(issue.body)[0] for issue in self.hub.issues.values() if issue.open]
        return [(mark.protocol, mark.parts[0]) for mark in marks]


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Year]:
    copy_of_the_example(tmp_path)
    monkeypatch.setattr(Register, "forget", lambda _self, _id: None)  # the same few records for a whole year
    hub = PretendGitHub()
    yield Year(tmp_path, hub, Jobs(hub, tmp_path), load_register(tmp_path))
    assert hub.violations == []


def test_every_review_is_announced_before_it_is_due_and_none_after_it_is_done(year: Year) -> None:
    late_from_the_start = {"alcohol-treatment-requirement-protocol", "mappa-information-sharing-protocol"}
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        year.people_act(day)
        year.run(day)
        assert sorted(year.open_issues()) == sorted(year.expected(day)), day
    for number, issue in year.hub.issues.items():
        mark = marks_of(issue.body)[0]
        due_on = date.fromisoformat(mark.parts[0])
        if due_on >= FIRST:
            assert year.opened[number] == max(FIRST, due_on - timedelta(days=60)), issue.title
        else:
            assert mark.protocol in late_from_the_start
        assert mark.protocol not in (
            "offender-housing-protocol-2004",
            "primary-care-on-release",
            "resettlement-and-employment-protocol",
        )
    by_protocol = {marks_of(year.hub.issues[number].body)[0].protocol: day for number, day in year.closed.items()}
    assert by_protocol == {
        **{protocol: day for day, protocol in COMPLETED.items()},
        **{protocol: day for day, protocol in WITHDRAWN.items()},
    }
    assert len(year.hub.issues) == 7  # five at first or during the year, and two whose next date came round


def test_run_weekly_it_says_each_thing_once_and_in_words(year: Year) -> None:
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        year.people_act(day)
        if day.weekday() == 0 or day == FIRST:
            year.run(day)
            assert sorted(year.open_issues()) == sorted(year.expected(day)), day
    said = [
        (number, mark)
        for number, issue in year.hub.issues.items()
        for comment in issue.comments
        for mark in marks_of(comment.body)
    ]
    assert len(said) == len(set(said))
    first_weeks = year.log[: next(index for index, line in enumerate(year.log) if line.startswith("2027-02-15"))]
    assert first_weeks == Path(__file__).with_name("year.log").read_text(encoding="utf-8").splitlines()
