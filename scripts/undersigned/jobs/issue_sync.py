"""Keeps issues as the register asks for: works out what to change, and does it on GitHub.

An issue of ours is recognised by the hidden mark in its first line. Further marks at its head record notes that were
part of its first text. Only what our own account wrote is read for marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from undersigned.github import GitHubError, UnansweredError
from undersigned.github.issues import LONGEST_BODY, LONGEST_TITLE, Comment, Issue, Issues, Reason, cut_to_body
from undersigned.jobs.messages import Label, labels, message, messages

#: How often the changes to one issue are worked out again after an answer was lost.
MOST_PLANS = 4
_WORD = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_WHOLE_WORD = re.compile(_WORD + r"\Z")
_MARK = re.compile(rf"<!-- undersigned:({_WORD}):({_WORD})((?::{_WORD})*) -->\Z")
#: The line between what is kept up to date and a person's notes, whatever words an earlier version wrote in it.
_LINE = re.compile(r"\n---\n<!-- undersigned: keep this line -->\n[^\n]*\n")
_TASK = re.compile(r"- \[(?P<tick>[ xX])\] (?P<words>.*\S)\s*\Z")


# -- marks ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Mark:
    """`<!-- undersigned:<kind>:<protocol>:<part>:… -->`: words of small letters, digits and single hyphens.

    ValueError for any other word, so that no text from a record gets into a mark.
    """

    kind: str
    protocol: str
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for word in (self.kind, self.protocol, *self.parts):
            if not _WHOLE_WORD.match(word):
                raise ValueError(f"'{word}' cannot be part of a mark")

    def __str__(self) -> str:
        return f"<!-- undersigned:{':'.join((self.kind, self.protocol, *self.parts))} -->"


def marks_of(text: str) -> tuple[Mark, ...]:
    """The marks at the head of a text: its first lines, up to the first that is not a mark."""
    marks: list[Mark] = []
    for line in text.split("\n"):
        match = _MARK.match(line.rstrip())
        if match is None:
            break
        marks.append(Mark(match[1], match[2], tuple(match[3].split(":")[1:])))
    return tuple(marks)


def with_marks(text: str, *marks: Mark) -> str:
    """The text with these marks at its head."""
    return "\n".join([*map(str, marks), text])


# -- what to change ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WantedIssue:
    """An issue as it should be now.

    `text` is kept up to date; what people write below `line` is theirs. Each of `notes` is posted once as a comment and
    recognised by its mark; those of a new issue are part of its text. A new note reopens an issue that a person closed;
    until then, `closed_early` is posted once.
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
    """Why an issue is no longer needed. `done`: what it asked for was done."""

    done: bool
    details: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Action:
    """One step. `kind` says which other fields count; `number` is 0 for an issue that has to be opened first."""

    kind: Literal["open", "edit", "label", "comment", "close", "reopen"]
    number: int = 0
    title: str | None = None
    body: str | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reason: Reason = "completed"


@dataclass(frozen=True)
class IssueSync:
    """All issues of one kind, as they should be.

    `ending` explains why an issue is no longer wanted; None leaves it alone. `present` puts a mark under the present id of
    its protocol. `labels` are all that this kind ever sets. `unreadable`: protocols whose records could not be judged.
    """

    kind: str
    wanted: Mapping[Mark, WantedIssue]
    ending: Callable[[Mark], Ending | None]
    present: Callable[[Mark], Mark]
    labels: frozenset[str]
    duplicate: str
    unreadable: tuple[str, ...] = field(default=())

    def mark_of(self, issue: Issue, account: str) -> Mark | None:
        """The present mark of an issue of this kind; None if our account did not open it or it has no mark."""
        if issue.author != account:
            return None
        marks = marks_of(issue.body)
        return self.present(marks[0]) if marks and marks[0].kind == self.kind else None

    def plan(self, mark: Mark, issues: Sequence[Issue], account: str) -> list[Action]:
        """The steps for one mark. `issues`: all that have it. The oldest is kept and must have its comments read."""
        issues = sorted(issues, key=lambda issue: issue.number)
        actions = [action for issue in issues[1:] if issue.open for action in self._close_duplicate(issue, issues[0])]
        wanted = self.wanted.get(mark)
        first = issues[0] if issues else None
        if wanted is None:
            ending = self.ending(mark) if first is not None and first.open else None
            return actions if first is None or ending is None else actions + self._end(mark, first, ending, account)
        if first is None:
            return [_opening(wanted)]
        return actions + self._update(wanted, first, account)

    def _posted(self, issue: Issue, account: str) -> list[Mark]:
        """The marks of everything posted so far, oldest first: at the issue's head, then in our own comments."""
        texts = [issue.body, *(comment.body for comment in issue.comments if comment.author == account)]
        marks = [[self.present(mark) for mark in marks_of(text)] for text in texts]
        return [*marks[0][1:], *(mark for of_comment in marks[1:] for mark in of_comment)]

    def _last_state(self, posted: Sequence[Mark]) -> str:
        states = {f"{self.kind}-done": "ended", f"{self.kind}-ended": "ended", f"{self.kind}-reopened": "reopened"}
        return next((states[mark.kind] for mark in reversed(posted) if mark.kind in states), "")

    def _close_duplicate(self, issue: Issue, older: Issue) -> list[Action]:
        text = with_marks(self.duplicate.format(number=older.number), Mark(f"{self.kind}-duplicate", str(older.number)))
        return [Action("close", issue.number, reason="duplicate"), Action("comment", issue.number, body=text)]

    def _end(self, mark: Mark, issue: Issue, ending: Ending, account: str) -> list[Action]:
        actions = []
        if self._last_state(self._posted(issue, account)) != "ended":
            kind = f"{self.kind}-{'done' if ending.done else 'ended'}"
            reason = Mark(kind, mark.protocol, (*mark.parts, *ending.details))
            actions.append(Action("comment", issue.number, body=with_marks(ending.text, reason)))
        actions.append(Action("close", issue.number, reason="completed" if ending.done else "not_planned"))
        return actions

    def _update(self, wanted: WantedIssue, issue: Issue, account: str) -> list[Action]:
        posted = self._posted(issue, account)
        new_notes = {mark: text for mark, text in wanted.notes.items() if mark not in posted}
        actions: list[Action] = []
        if self._last_state(posted) == "ended":  # we closed it, and it is wanted again
            if not issue.open:
                actions.append(Action("reopen", issue.number))
            reason = Mark(f"{self.kind}-reopened", wanted.mark.protocol, wanted.mark.parts)
            actions.append(Action("comment", issue.number, body=with_marks(wanted.reopened, reason)))
        elif not issue.open and new_notes:
            actions.append(Action("reopen", issue.number))
        elif not issue.open:
            mark, text = wanted.closed_early
            return [] if mark in posted else [Action("comment", issue.number, body=with_marks(text, mark))]
        return actions + self._edits(wanted, issue) + self._comments(new_notes, issue)

    def _edits(self, wanted: WantedIssue, issue: Issue) -> list[Action]:
        actions = []
        body = _updated_body(wanted, issue.body, self.present)
        title = wanted.title[:LONGEST_TITLE]
        if title != issue.title or body.rstrip() != issue.body.rstrip():
            actions.append(Action("edit", issue.number, title=None if title == issue.title else title, body=body))
        add, remove = wanted.labels - issue.labels, (self.labels - wanted.labels) & issue.labels
        if add or remove:
            actions.append(Action("label", issue.number, add=tuple(sorted(add)), remove=tuple(sorted(remove))))
        return actions

    def _comments(self, notes: Mapping[Mark, str], issue: Issue) -> list[Action]:
        if not notes:
            return []
        body = with_marks("\n\n".join(dict.fromkeys(notes.values())), *notes)[:LONGEST_BODY]
        return [Action("comment", issue.number, body=body)]


def _opening(wanted: WantedIssue) -> Action:
    body = _body(wanted.text, wanted.line, (wanted.mark, *wanted.notes), "")
    return Action(
        "open",
        title=wanted.title[:LONGEST_TITLE],
        body=body,
        add=tuple(sorted(wanted.labels)),
        assignees=wanted.assignees,
    )


def _body(text: str, line: str, marks: Sequence[Mark], below: str) -> str:
    return f"{with_marks(text.strip(), *marks)}\n\n{line}\n{below}"[:LONGEST_BODY]


def _updated_body(wanted: WantedIssue, body: str, present: Callable[[Mark], Mark]) -> str:
    """The body as it should be, keeping the boxes that people ticked and what they wrote below the line."""
    above, *rest = _LINE.split(f"{body}\n", maxsplit=1)
    below = "".join(rest)
    ticked = {match["words"] for line in above.split("\n") if (match := _TASK.match(line)) and match["tick"] != " "}
    lines = [
        f"- [x] {match['words']}" if (match := _TASK.match(line)) and match["words"] in ticked else line
        for line in wanted.text.split("\n")
    ]
    marks = dict.fromkeys((wanted.mark, *map(present, marks_of(body)[1:])))
    return _body("\n".join(lines), wanted.line, tuple(marks), below.removesuffix("\n"))


# -- doing it ---------------------------------------------------------------------------------------------------------


@dataclass
class IssueKeeper:
    """Does on GitHub what an IssueSync asks for. After a write whose answer was lost, it looks and plans again.

    `account` opens the issues; issues of anybody else are never touched. `log` gets one line for each step. With `dry_run`
    nothing is written, and the log says what would be done.
    """

    issues: Issues
    account: str
    log: Callable[[str], None]
    dry_run: bool = False
    _labels: frozenset[str] | None = field(default=None, init=False)

    def keep(self, sync: IssueSync, *, as_of: date) -> bool:
        """Returns whether GitHub accepted everything. An error with one issue does not stop the others.

        GitHubError only if the issues could not be read at all.
        """
        for protocol in sync.unreadable:
            self._log("left", subject=protocol)
        current = self._by_mark(sync, self.issues.all())
        marks = sorted({*sync.wanted, *current})
        plans = {mark: plan for mark in marks if (plan := self._try_plan(sync, mark, current)) is not None}
        self._log(
            f"summary-{sync.kind}",
            as_of=as_of.isoformat(),
            wanted=len(sync.wanted),
            issues=sum(map(len, current.values())),
            actions=sum(map(len, plans.values())),
        )
        if self.dry_run:
            for mark, actions in plans.items():
                for action in actions:
                    self._log_action(mark, action)
            return True
        done = [self._carry_out(sync, mark, actions) for mark, actions in plans.items() if actions]
        opened = [mark for mark, actions in plans.items() if any(action.kind == "open" for action in actions)]
        return len(plans) == len(marks) and all(done) and self._close_duplicates(sync, opened)

    # -- planning ---------------------------------------------------------------------------------------------------

    def _by_mark(self, sync: IssueSync, issues: Iterable[Issue]) -> dict[Mark, list[Issue]]:
        """Our issues of this kind by their mark."""
        by_mark: dict[Mark, list[Issue]] = {}
        for issue in issues:
            mark = sync.mark_of(issue, self.account)
            if mark is not None:
                by_mark.setdefault(mark, []).append(issue)
        return by_mark

    def _try_plan(self, sync: IssueSync, mark: Mark, current: dict[Mark, list[Issue]]) -> list[Action] | None:
        """None if GitHub could not be asked."""
        try:
            return self._plan(sync, mark, current)
        except GitHubError as error:
            self._log("failed", subject=mark.protocol, error=error)
            return None

    def _plan(self, sync: IssueSync, mark: Mark, current: dict[Mark, list[Issue]]) -> list[Action]:
        issues = sorted(current.get(mark, []), key=lambda issue: issue.number)
        if issues and (issues[0].open or mark in sync.wanted):
            issues[0] = self.issues.with_comments(issues[0])
        return sync.plan(mark, issues, self.account)

    # -- writing ----------------------------------------------------------------------------------------------------

    def _carry_out(self, sync: IssueSync, mark: Mark, actions: list[Action]) -> bool:
        for _ in range(MOST_PLANS):
            try:
                self._do_all(sync, mark, actions)
                return True
            except UnansweredError as error:
                self._log("unanswered", subject=mark.protocol, error=error)
                last_error: GitHubError = error
            except GitHubError as error:
                self._log("failed", subject=mark.protocol, error=error)
                return False
            try:
                actions = self._plan(sync, mark, self._by_mark(sync, self.issues.all()))
            except GitHubError as error:
                last_error = error
                break
        self._log("failed", subject=mark.protocol, error=last_error)
        return False

    def _do_all(self, sync: IssueSync, mark: Mark, actions: list[Action]) -> None:
        for action in actions:
            if action.kind == "open":
                newest = self._by_mark(sync, self.issues.newest())
                if mark in newest:
                    self._log("elsewhere", subject=mark.protocol)
                    for following in self._plan(sync, mark, newest):
                        self._do(mark, following)
                    continue
            self._do(mark, action)

    def _do(self, mark: Mark, action: Action) -> None:
        number = action.number
        match action.kind:
            case "open":
                self._create_labels(action.add)
                assignees = [login for login in action.assignees if self.issues.can_be_assigned(login)]
                self.issues.open(action.title or "", action.body or "", action.add, assignees)
            case "edit":
                self.issues.edit(number, title=action.title, body=action.body)
            case "label":
                self._relabel(action)
            case "comment":
                self.issues.comment(number, action.body or "")
            case "close":
                self.issues.close(number, action.reason)
            case "reopen":
                self.issues.reopen(number)
        self._log_action(mark, action)

    def _relabel(self, action: Action) -> None:
        if action.add:
            self._create_labels(action.add)
            self.issues.add_labels(action.number, action.add)
        for label in action.remove:
            try:
                self.issues.remove_label(action.number, label)
            except GitHubError as error:
                if error.status != 404:  # somebody removed it meanwhile
                    raise

    def _create_labels(self, names: Iterable[str]) -> None:
        if self._labels is None:
            self._labels = self.issues.labels()
        for label in labels().values():
            if label.name in names and label.name.lower() not in self._labels:
                self._create_label(label)
                self._labels |= {label.name.lower()}

    def _create_label(self, label: Label) -> None:
        try:
            self.issues.create_label(label.name, label.colour, label.about)
        except GitHubError as error:
            if error.status != 422:  # somebody created it meanwhile
                raise
        self._log("made-label", name=label.name)

    def _close_duplicates(self, sync: IssueSync, opened: list[Mark]) -> bool:
        """Look again after opening issues, because another run may have opened the same ones at the same time.

        Returns whether no second issue is left open.
        """
        if not opened:
            return True
        try:
            newest = self._by_mark(sync, self.issues.newest())
        except GitHubError as error:
            self._log("failed", subject=sync.kind, error=error)
            return False
        done = True
        for mark in opened:
            if len(newest.get(mark, [])) > 1:
                plan = self._try_plan(sync, mark, newest)
                done = plan is not None and self._carry_out(sync, mark, plan) and done
        return done

    # -- logging ----------------------------------------------------------------------------------------------------

    def _log(self, key: str, **facts: object) -> None:
        self.log(message("words", "log", key, **facts))

    def _log_action(self, mark: Mark, action: Action) -> None:
        first = next(iter(marks_of(action.body or "")), None)
        self._log(
            action.kind,
            subject=mark.protocol,
            number=action.number,
            title=action.title,
            labels=", ".join([*(f"+{name}" for name in action.add), *(f"-{name}" for name in action.remove)]),
            comment=_comment_in_words(first) if first is not None else "",
            reason=messages("words")["reasons"][action.reason],
        )


def _comment_in_words(mark: Mark) -> str:
    by_kind = messages("words")["comments"]
    return by_kind.get("-".join((mark.kind, *mark.parts[-1:])), by_kind.get(mark.kind, mark.kind))


# -- one comment ------------------------------------------------------------------------------------------------------


def keep_comment(issues: Issues, issue: Issue, mark: Mark, text: str, *, account: str) -> bool:
    """Create or update our comment with this mark. Returns whether GitHub was written to.

    Comments of anybody else are never touched, whatever mark they begin with. `text` is Markdown and must be inert already.
    """
    body = cut_to_body(with_marks(text.strip(), mark))
    ours = _our_comment(issues, issue, mark, account)
    if ours is None:
        issues.comment(issue.number, body)
        return True
    if ours.body.rstrip() == body.rstrip():
        return False
    issues.edit_comment(ours.id, body)
    return True


def _our_comment(issues: Issues, issue: Issue, mark: Mark, account: str) -> Comment | None:
    """The oldest comment of our account that begins with the mark."""
    if not issue.comments:  # their number may have changed since the issue was read
        issue = issues.with_comments(replace(issue, comment_count=max(1, issue.comment_count)))
    ours = [one for one in issue.comments if one.author == account and marks_of(one.body)[:1] == (mark,)]
    return min(ours, key=lambda one: one.id, default=None)
