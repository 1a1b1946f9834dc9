"""Issues with their comments and labels, read and written. What they are about is not known here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from undersigned.github.client import GitHub, segment
from undersigned.github.errors import GitHubError
from undersigned.github.json import JsonObject, as_object, number_in, object_in, objects_in, text_in

#: GitHub's own limits, in characters.
LONGEST_TITLE, LONGEST_BODY = 256, 65536

Reason = Literal["completed", "not_planned", "duplicate"]


@dataclass(frozen=True)
class Comment:
    id: int
    author: str
    body: str


@dataclass(frozen=True)
class Issue:
    """`comment_count` says how many there are; `comments` are empty until they are asked for. Line ends are LF."""

    number: int
    title: str
    body: str
    author: str
    open: bool
    labels: frozenset[str]
    comment_count: int
    comments: tuple[Comment, ...] = ()


class Issues:
    """The issues of one repository."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    # -- reads ------------------------------------------------------------------------------------------------------

    def all(self) -> Iterator[Issue]:
        """Every issue, open or closed, oldest first, so that one that is opened meanwhile moves none to another page."""
        for answer in self._github.pages("issues", state="all", sort="created", direction="asc"):
            if "pull_request" not in answer:
                yield _issue(answer)

    def newest(self) -> list[Issue]:
        """The newest issues, as many as come in one answer."""
        answers = self._github.get("issues", state="all", sort="created", direction="desc", per_page=100)
        found = [as_object(one) for one in answers] if isinstance(answers, list) else []
        return [_issue(answer) for answer in found if "pull_request" not in answer]

    def one(self, number: int) -> Issue | None:
        """The issue or pull request with this number. None where there is none."""
        try:
            return _issue(as_object(self._github.get(f"issues/{number}")))
        except GitHubError as error:
            if error.status in (404, 410):
                return None
            raise

    def with_comments(self, issue: Issue) -> Issue:
        if not issue.comment_count:
            return issue
        comments = tuple(_comment(answer) for answer in self._github.pages(f"issues/{issue.number}/comments"))
        return replace(issue, comments=comments)

    def labels(self) -> frozenset[str]:
        """The names of the repository's labels, in small letters: GitHub takes two that differ in nothing else for one."""
        return frozenset(text_in(answer, "name").lower() for answer in self._github.pages("labels"))

    def can_be_assigned(self, login: str) -> bool:
        return self._github.has(f"assignees/{segment(login)}")

    # -- writes -----------------------------------------------------------------------------------------------------

    def open(self, title: str, body: str, labels: Sequence[str], assignees: Sequence[str]) -> int:
        """The number of the new issue."""
        asked: JsonObject = {"title": title, "body": body, "labels": list(labels)}
        if assignees:
            asked["assignees"] = list(assignees)
        return number_in(as_object(self._github.post("issues", asked)), "number")

    def edit(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        asked: JsonObject = {}
        if title is not None:
            asked["title"] = title
        if body is not None:
            asked["body"] = body
        self._github.patch(f"issues/{number}", asked)

    def comment(self, number: int, body: str) -> None:
        self._github.post(f"issues/{number}/comments", {"body": body})

    def edit_comment(self, comment: int, body: str) -> None:
        self._github.patch(f"issues/comments/{comment}", {"body": body})

    def close(self, number: int, reason: Reason) -> None:
        self._github.patch(f"issues/{number}", {"state": "closed", "state_reason": reason})

    def reopen(self, number: int) -> None:
        self._github.patch(f"issues/{number}", {"state": "open", "state_reason": "reopened"})

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        self._github.post(f"issues/{number}/labels", {"labels": list(labels)})

    def remove_label(self, number: int, label: str) -> None:
        self._github.delete(f"issues/{number}/labels/{segment(label)}")

    def make_label(self, name: str, colour: str, about: str) -> None:
        """`colour`: six hexadecimal digits."""
        self._github.post("labels", {"name": name, "color": colour, "description": about})


def _issue(answer: JsonObject) -> Issue:
    return Issue(
        number=number_in(answer, "number"),
        title=text_in(answer, "title"),
        body=_lines(text_in(answer, "body")),
        author=text_in(object_in(answer, "user"), "login"),
        open=text_in(answer, "state") == "open",
        labels=frozenset(text_in(label, "name") for label in objects_in(answer, "labels")),
        comment_count=number_in(answer, "comments"),
    )


def _comment(answer: JsonObject) -> Comment:
    return Comment(
        id=number_in(answer, "id"),
        author=text_in(object_in(answer, "user"), "login"),
        body=_lines(text_in(answer, "body")),
    )


def _lines(text: str) -> str:
    """A browser sends CR LF."""
    return text.replace("\r\n", "\n")
