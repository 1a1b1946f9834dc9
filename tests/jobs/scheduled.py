"""The scheduled jobs of a register, run against a pretend GitHub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from github.server import PretendGitHub, a_day
from undersigned.github import GitHub
from undersigned.github.issues import Issues
from undersigned.jobs.apply import Keeper
from undersigned.jobs.chase import standing_chases
from undersigned.jobs.place import Place
from undersigned.jobs.reviews import standing_reviews
from undersigned.jobs.standing import Standing
from undersigned.register import Register

PLACE = Place("https://github.com", "example/register", "main")


class Jobs:
    """Runs the jobs for a day and keeps what they said. `root` is where CODEOWNERS is looked for."""

    def __init__(self, hub: PretendGitHub, root: Path = Path("/nonexistent")) -> None:
        self.hub, self.root = hub, root
        self.log: list[str] = []

    def keeper(self) -> Keeper:
        github = GitHub(self.hub.repository, self.hub.token, api=self.hub.address, pause=self.hub.waits.append)
        return Keeper(Issues(github), self.hub.account, self.log.append)

    def standing_reviews(self, register: Register, day: date) -> Standing:
        return standing_reviews(register, as_of=day, place=PLACE, root=self.root)

    def reviews(self, register: Register, day: date) -> bool:
        return self._run(standing_reviews, register, day)

    def chase(self, register: Register, day: date) -> bool:
        return self._run(standing_chases, register, day)

    def _run(self, standing_of: Callable[..., Standing], register: Register, day: date) -> bool:
        self.hub.now = max(self.hub.now, a_day(day.year, day.month, day.day))
        self.hub.requests.clear()
        self.log.clear()
        return self.keeper().keep(standing_of(register, as_of=day, place=PLACE, root=self.root), as_of=day)
