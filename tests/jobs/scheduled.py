"""The scheduled jobs of a register, run against a pretend GitHub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from github.server import PretendGitHub, a_day
from undersigned.github.issues import Issues
from undersigned.jobs.chase import chase_issues
from undersigned.jobs.issue_sync import IssueKeeper, IssueSync
from undersigned.jobs.messages import RepositoryLinks
from undersigned.jobs.provision import provision_issues
from undersigned.jobs.reviews import review_issues
from undersigned.register import Register

LINKS = RepositoryLinks("https://github.com", "example/register", "main")


class Jobs:
    """Runs the jobs for a day and keeps what they said. `root` is where CODEOWNERS is looked for."""

    def __init__(self, hub: PretendGitHub, root: Path = Path("/nonexistent")) -> None:
        self.hub, self.root = hub, root
        self.log: list[str] = []

    def keeper(self) -> IssueKeeper:
        github = self.hub.client()
        return IssueKeeper(Issues(github), self.hub.account, self.log.append)

    def review_issues(self, register: Register, day: date) -> IssueSync:
        return review_issues(register, as_of=day, links=LINKS, root=self.root)

    def reviews(self, register: Register, day: date) -> bool:
        return self._run(review_issues, register, day)

    def chase(self, register: Register, day: date) -> bool:
        return self._run(chase_issues, register, day)

    def provision(self, register: Register, day: date) -> bool:
        return self._run(provision_issues, register, day)

    def _run(self, issues_of: Callable[..., IssueSync], register: Register, day: date) -> bool:
        self.hub.now = max(self.hub.now, a_day(day.year, day.month, day.day))
        self.hub.requests.clear()
        self.log.clear()
        return self.keeper().keep(issues_of(register, as_of=day, links=LINKS, root=self.root), as_of=day)
