"""Standing issues: what an issue should say, and what must be done so that it does. Pure: nothing here asks GitHub.

An issue is found by the mark in its first line. Further marks in its head are of notes that it said when it was opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from undersigned.github.issues import LONGEST_BODY, LONGEST_TITLE, Issue, Reason
from undersigned.jobs.marks import Mark, marked, marks_of

_TICK = re.compile(r"- \[(?P<tick>[ xX])\] (?P<words>.*\S)\s*\Z")


@dataclass(frozen=True)
class Wanted:
    """An issue as it should be now.

    `text` is what we keep up to date; what a person writes below `line` stays theirs. `notes` are comments that are said
    once each, found again by their marks; what an issue says when it is opened counts as said. A note not yet said opens
    an issue again that a person closed; until then `closed_early` is said once.
    """

    mark: Mark
    title: str
    text: str
    line: str
    labels: frozenset[str]
    notes: Mapping[Mark, str]
    closed_early: tuple[Mark, str]
    reopened: str
    assignees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ending:
    """Why an issue has nothing more to ask for. `done`: what it asked for was done."""

    done: bool
    details: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Action:
    """One step. `what` says which fields are meant; `number` is 0 for an issue that is still to be opened."""

    what: Literal["open", "edit", "label", "say", "close", "reopen"]
    number: int = 0
    title: str | None = None
    body: str | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reason: Reason = "completed"


@dataclass(frozen=True)
class Standing:
    """All issues of one kind. `endings` is asked for marks that are not wanted: None leaves their issue as it is.

    `present` gives a mark under the present id of its protocol. `labels` are all that this kind ever sets.
    """

    kind: str
    wanted: Mapping[Mark, Wanted]
    ending: Callable[[Mark], Ending | None]
    present: Callable[[Mark], Mark]
    labels: frozenset[str]
    duplicate: str
    left: tuple[str, ...] = field(default=())

    def mark_of(self, issue: Issue, account: str) -> Mark | None:
        """The present mark of an issue of this kind that our account opened."""
        if issue.author != account:
            return None
        marks = marks_of(issue.body)
        return self.present(marks[0]) if marks and marks[0].kind == self.kind else None

    def plan(self, mark: Mark, issues: Sequence[Issue], account: str) -> list[Action]:
        """What must be done for one mark. `issues`: those that have it; the oldest stays, with its comments read."""
        issues = sorted(issues, key=lambda issue: issue.number)
        actions = [action for issue in issues[1:] if issue.open for action in self._duplicate(issue, issues[0])]
        wanted = self.wanted.get(mark)
        first = issues[0] if issues else None
        if wanted is None:
            ending = self.ending(mark) if first is not None and first.open else None
            return actions if first is None or ending is None else actions + self._end(mark, first, ending, account)
        if first is None:
            return [_opened(wanted)]
        return actions + self._keep(wanted, first, account)

    def _said(self, issue: Issue, account: str) -> list[Mark]:
        """The marks of all that was said, oldest first: in the issue's head, then in our own comments."""
        texts = [issue.body, *(comment.body for comment in issue.comments if comment.author == account)]
        found = [[self.present(mark) for mark in marks_of(text)] for text in texts]
        return [*found[0][1:], *(mark for marks in found[1:] for mark in marks)]

    def _last_state(self, said: Sequence[Mark]) -> str:
        states = {f"{self.kind}-done": "ended", f"{self.kind}-ended": "ended", f"{self.kind}-reopened": "reopened"}
        return next((states[mark.kind] for mark in reversed(said) if mark.kind in states), "")

    def _duplicate(self, issue: Issue, older: Issue) -> list[Action]:
        text = marked(self.duplicate.format(number=older.number), Mark(f"{self.kind}-duplicate", str(older.number)))
        return [Action("close", issue.number, reason="duplicate"), Action("say", issue.number, body=text)]

    def _end(self, mark: Mark, issue: Issue, ending: Ending, account: str) -> list[Action]:
        actions = []
        if self._last_state(self._said(issue, account)) != "ended":
            told = Mark(
                f"{self.kind}-{'done' if ending.done else 'ended'}", mark.protocol, (*mark.parts, *ending.details)
            )
            actions.append(Action("say", issue.number, body=marked(ending.text, told)))
        actions.append(Action("close", issue.number, reason="completed" if ending.done else "not_planned"))
        return actions

    def _keep(self, wanted: Wanted, issue: Issue, account: str) -> list[Action]:
        said = self._said(issue, account)
        unsaid = {mark: text for mark, text in wanted.notes.items() if mark not in said}
        actions: list[Action] = []
        if self._last_state(said) == "ended":  # we closed it, and it is wanted again
            if not issue.open:
                actions.append(Action("reopen", issue.number))
            told = Mark(f"{self.kind}-reopened", wanted.mark.protocol, wanted.mark.parts)
            actions.append(Action("say", issue.number, body=marked(wanted.reopened, told)))
        elif not issue.open and unsaid:
            actions.append(Action("reopen", issue.number))
        elif not issue.open:
            mark, text = wanted.closed_early
            return [] if mark in said else [Action("say", issue.number, body=marked(text, mark))]
        return actions + self._edits(wanted, issue) + self._notes(unsaid, issue)

    def _edits(self, wanted: Wanted, issue: Issue) -> list[Action]:
        actions = []
        body = _kept_up(wanted, issue.body, self.present)
        title = _title(wanted)
        if title != issue.title or body.rstrip() != issue.body.rstrip():
            actions.append(Action("edit", issue.number, title=None if title == issue.title else title, body=body))
        add, remove = wanted.labels - issue.labels, (self.labels - wanted.labels) & issue.labels
        if add or remove:
            actions.append(Action("label", issue.number, add=tuple(sorted(add)), remove=tuple(sorted(remove))))
        return actions

    def _notes(self, unsaid: Mapping[Mark, str], issue: Issue) -> list[Action]:
        if not unsaid:
            return []
        return [
            Action(
                "say", issue.number, body=marked("\n\n".join(dict.fromkeys(unsaid.values())), *unsaid)[:LONGEST_BODY]
            )
        ]


def _title(wanted: Wanted) -> str:
    return wanted.title[:LONGEST_TITLE]


def _opened(wanted: Wanted) -> Action:
    body = _body(wanted.text, wanted.line, (wanted.mark, *wanted.notes), "")
    return Action("open", title=_title(wanted), body=body, add=tuple(sorted(wanted.labels)), assignees=wanted.assignees)


def _body(text: str, line: str, marks: Sequence[Mark], below: str) -> str:
    return f"{marked(text.strip(), *marks)}\n\n{line}\n{below}"[:LONGEST_BODY]


def _kept_up(wanted: Wanted, body: str, present: Callable[[Mark], Mark]) -> str:
    """The body as it should be, with a person's ticks and with what stands below the line."""
    above, _line, below = f"{body}\n".partition(f"\n{wanted.line}\n")
    ticked = {match["words"] for line in above.split("\n") if (match := _TICK.match(line)) and match["tick"] != " "}
    lines = [
        f"- [x] {match['words']}" if (match := _TICK.match(line)) and match["words"] in ticked else line
        for line in wanted.text.split("\n")
    ]
    marks = dict.fromkeys((wanted.mark, *map(present, marks_of(body)[1:])))
    return _body("\n".join(lines), wanted.line, tuple(marks), below.removesuffix("\n"))
