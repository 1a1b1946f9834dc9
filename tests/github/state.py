"""What the pretend GitHub remembers: issues, comments, labels, pull requests, workflows, and a real Git repository."""

from __future__ import annotations

import copy
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ACTIONS = "github-actions[bot]"


_OBJECTS: dict[tuple[str, ...], str] = {}


class Refusal(Exception):  # noqa: N818
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Comment:
    id: int
    author: str
    body: str
    at: datetime


@dataclass
class Issue:
    """An issue, or with `head` a pull request."""

    number: int
    title: str
    body: str
    author: str
    at: datetime
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    open: bool = True
    reason: str | None = None
    comments: list[Comment] = field(default_factory=list)
    head: str | None = None
    base: str | None = None
    draft: bool = False
    merged: bool = False
    reviewers: list[str] = field(default_factory=list)


class State:
    """`account` is who the token belongs to. `hidden`: issues that lists do not show yet."""

    def __init__(self, repository: str, git: Path | None) -> None:
        self.repository = repository
        self.git_folder = git
        self.account = ACTIONS
        self.collaborators = {"keeper"}
        self.private = False
        self.issues: dict[int, Issue] = {}
        self.hidden: set[int] = set()
        self.labels: dict[str, tuple[str, str]] = {"bug": ("d73a4a", "Something is wrong")}
        self.workflows: dict[str, str] = {}
        self.enabled: list[str] = []
        self.now = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
        self._ids = 1000

    def copy_from(self, other: State) -> None:
        """Take over everything that another one remembers."""
        for name in ("issues", "hidden", "labels", "workflows", "enabled", "now", "_ids"):
            setattr(self, name, copy.deepcopy(getattr(other, name)))

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def open_issue(
        self, title: str, body: str = "", *, author: str | None = None, labels: tuple[str, ...] = ()
    ) -> Issue:
        issue = Issue(len(self.issues) + 1, title, body, author or self.account, self.tick(), list(labels))
        self.issues[issue.number] = issue
        for label in labels:
            self.labels.setdefault(label, ("ededed", ""))
        return issue

    def comment(self, number: int, body: str, *, author: str | None = None) -> Comment:
        comment = Comment(self.next_id(), author or self.account, body, self.tick())
        self.issues[number].comments.append(comment)
        return comment

    def issue(self, number: int) -> Issue:
        if number not in self.issues:
            raise Refusal(404, "Not Found")
        return self.issues[number]

    def git_object(self, *words: str) -> str:
        """What a command says of an object by its full id, remembered: an id never names another object."""
        if words not in _OBJECTS:
            _OBJECTS[words] = self.git(*words)
        return _OBJECTS[words]

    def git(self, *words: str, given: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
        """One command of the real Git in the repository behind; Refusal 422 where it fails."""
        if self.git_folder is None:
            raise Refusal(409, "Git Repository is empty.")
        identity = [
            "-c",
            "user.name=github-actions[bot]",
            "-c",
            "user.email=41898282+github-actions[bot]@users.noreply.github.com",
        ]
        done = subprocess.run(
            ["git", *identity, "-C", str(self.git_folder), *words],
            input=given,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            check=False,
            timeout=30,
        )
        if done.returncode:
            raise Refusal(422, done.stderr.decode(errors="replace").strip()[:200] or "Git refused")
        return done.stdout.decode().strip()
