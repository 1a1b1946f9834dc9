"""Does on GitHub what standing issues ask for. After a write that was cut it looks what is there, and plans again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from undersigned.github import GitHubError, UnansweredError
from undersigned.github.issues import Issue, Issues
from undersigned.jobs.labels import Label, labels
from undersigned.jobs.marks import Mark, marks_of
from undersigned.jobs.standing import Action, Standing
from undersigned.jobs.wording import say, words

#: How often one issue is planned anew after an answer was lost.
MOST_PLANS = 4


@dataclass
class Keeper:
    """Keeps the issues of one repository as they should be. `account`: who opens them; nobody else's are touched.

    `log` is told each step in a line. With `dry_run` nothing is written, and the log says what would be.
    """

    issues: Issues
    account: str
    log: Callable[[str], None]
    dry_run: bool = False
    _labels: frozenset[str] | None = field(default=None, init=False)

    def keep(self, standing: Standing, *, as_of: date) -> bool:
        """Whether GitHub took everything. A fault of one issue stops no other; GitHubError only where none could be read."""
        for protocol in standing.left:
            self.log(say("log", "left", subject=protocol))
        found = self._read(standing)
        marks = sorted({*standing.wanted, *found})
        plans = {mark: plan for mark in marks if (plan := self._first_plan(standing, mark, found)) is not None}
        self.log(
            say(
                "log",
                f"summary-{standing.kind}",
                as_of=as_of.isoformat(),
                wanted=len(standing.wanted),
                issues=sum(map(len, found.values())),
                actions=sum(map(len, plans.values())),
            )
        )
        if self.dry_run:
            for mark, actions in plans.items():
                for action in actions:
                    self._tell(mark, action)
            return True
        done = [self._carry_out(standing, mark, actions) for mark, actions in plans.items() if actions]
        opened = [mark for mark, actions in plans.items() if any(action.what == "open" for action in actions)]
        return len(plans) == len(marks) and all(done) and self._look_again(standing, opened)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _read(self, standing: Standing) -> dict[Mark, list[Issue]]:
        """Our issues of this kind by their mark, with comments where they matter."""
        return self._by_mark(standing, self.issues.all())

    def _by_mark(self, standing: Standing, issues: Iterable[Issue]) -> dict[Mark, list[Issue]]:
        found: dict[Mark, list[Issue]] = {}
        for issue in issues:
            mark = standing.mark_of(issue, self.account)
            if mark is not None:
                found.setdefault(mark, []).append(issue)
        return found

    def _first_plan(self, standing: Standing, mark: Mark, found: dict[Mark, list[Issue]]) -> list[Action] | None:
        """None where GitHub could not be asked."""
        try:
            return self._plan(standing, mark, found)
        except GitHubError as error:
            self.log(say("log", "failed", subject=mark.protocol, error=error))
            return None

    def _plan(self, standing: Standing, mark: Mark, found: dict[Mark, list[Issue]]) -> list[Action]:
        issues = sorted(found.get(mark, []), key=lambda issue: issue.number)
        if issues and (issues[0].open or mark in standing.wanted):
            issues[0] = self.issues.with_comments(issues[0])
        return standing.plan(mark, issues, self.account)

    # -- writing ----------------------------------------------------------------------------------------------------

    def _carry_out(self, standing: Standing, mark: Mark, actions: list[Action]) -> bool:
        for _ in range(MOST_PLANS):
            try:
                self._do_all(standing, mark, actions)
                return True
            except UnansweredError as error:
                self.log(say("log", "unanswered", subject=mark.protocol, error=error))
                lost: GitHubError = error
            except GitHubError as error:
                self.log(say("log", "failed", subject=mark.protocol, error=error))
                return False
            try:
                actions = self._plan(standing, mark, self._read(standing))
            except GitHubError as error:
                lost = error
                break
        self.log(say("log", "failed", subject=mark.protocol, error=lost))
        return False

    def _do_all(self, standing: Standing, mark: Mark, actions: list[Action]) -> None:
        for action in actions:
            if action.what == "open":
                newest = self._by_mark(standing, self.issues.newest())
                if mark in newest:
                    self.log(say("log", "elsewhere", subject=mark.protocol))
                    for following in self._plan(standing, mark, newest):
                        self._do(mark, following)
                    continue
            self._do(mark, action)

    def _do(self, mark: Mark, action: Action) -> None:
        number = action.number
        match action.what:
            case "open":
                self._make_labels(action.add)
                assignees = [login for login in action.assignees if self.issues.can_be_assigned(login)]
                number = self.issues.open(action.title or "", action.body or "", action.add, assignees)
            case "edit":
                self.issues.edit(number, title=action.title, body=action.body)
            case "label":
                self._relabel(action)
            case "say":
                self.issues.comment(number, action.body or "")
            case "close":
                self.issues.close(number, action.reason)
            case "reopen":
                self.issues.reopen(number)
        self._tell(mark, action)

    def _relabel(self, action: Action) -> None:
        if action.add:
            self._make_labels(action.add)
            self.issues.add_labels(action.number, action.add)
        for label in action.remove:
            try:
                self.issues.remove_label(action.number, label)
            except GitHubError as error:
                if error.status != 404:  # somebody took it off meanwhile
                    raise

    def _make_labels(self, names: Iterable[str]) -> None:
        if self._labels is None:
            self._labels = self.issues.labels()
        for label in labels().values():
            if label.name in names and label.name.lower() not in self._labels:
                self._make_label(label)
                self._labels |= {label.name.lower()}

    def _make_label(self, label: Label) -> None:
        try:
            self.issues.make_label(label.name, label.colour, label.about)
        except GitHubError as error:
            if error.status != 422:  # there is one by now
                raise
        self.log(say("log", "made-label", name=label.name))

    def _look_again(self, standing: Standing, opened: list[Mark]) -> bool:
        """Whether another run that opened the same at the same time left no second issue, or it could be closed."""
        if not opened:
            return True
        try:
            found = self._by_mark(standing, self.issues.newest())
        except GitHubError as error:
            self.log(say("log", "failed", subject=standing.kind, error=error))
            return False
        done = True
        for mark in opened:
            if len(found.get(mark, [])) > 1:
                plan = self._first_plan(standing, mark, found)
                done = plan is not None and self._carry_out(standing, mark, plan) and done
        return done

    def _tell(self, mark: Mark, action: Action) -> None:
        first = next(iter(marks_of(action.body or "")), None)
        self.log(
            say(
                "log",
                action.what,
                subject=mark.protocol,
                number=action.number,
                title=action.title,
                labels=", ".join([*(f"+{name}" for name in action.add), *(f"-{name}" for name in action.remove)]),
                said=_said(first) if first is not None else "",
                reason=words()["reasons"][action.reason],
            )
        )


def _said(mark: Mark) -> str:
    known = words()["said"]
    return known.get("-".join((mark.kind, *mark.parts[-1:])), known.get(mark.kind, mark.kind))
