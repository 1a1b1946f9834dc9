"""Issues with their comments and labels, read and written. Nothing here knows what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from undersigned.github.client import (
    GitHub,
    GitHubError,
    JsonObject,
    as_object,
    number_in,
    object_in,
    objects_in,
    segment,
    text_in,
)

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
    """An issue or a pull request. `comments` is empty until `Issues.with_comments` fills it. Line ends are LF."""

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
        """Every issue, open or closed, oldest first, so that an issue opened meanwhile moves none to another page."""
        for answer in self._github.pages("issues", state="all", sort="created", direction="asc"):
            if "pull_request" not in answer:
                yield _issue(answer)

    def newest(self) -> list[Issue]:
        """The newest issues, as many as fit in one answer."""
        answers = self._github.get("issues", state="all", sort="created", direction="desc", per_page=100)
        objects = [as_object(one) for one in answers] if isinstance(answers, list) else []
        return [_issue(answer) for answer in objects if "pull_request" not in answer]

    def one(self, number: int) -> Issue | None:
        """The issue or pull request with this number; None if it does not exist."""
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
        """The names of the repository's labels in lower case, because GitHub ignores case when it compares them."""
        return frozenset(text_in(answer, "name").lower() for answer in self._github.pages("labels"))

    def can_be_assigned(self, login: str) -> bool:
        return self._github.has(f"assignees/{segment(login)}")

    # -- writes -----------------------------------------------------------------------------------------------------

    def open(self, title: str, body: str, labels: Sequence[str], assignees: Sequence[str]) -> int:
        """Open an issue and return its number."""
        fields: JsonObject = {"title": title, "body": body, "labels": list(labels)}
        if assignees:
            fields["assignees"] = list(assignees)
        return number_in(as_object(self._github.post("issues", fields)), "number")

    def edit(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        fields: JsonObject = {}
        if title is not None:
            fields["title"] = title
        if body is not None:
            fields["body"] = body
        self._github.patch(f"issues/{number}", fields)

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

    def create_label(self, name: str, colour: str, about: str) -> None:
        """`colour`: six hexadecimal digits."""
        self._github.post("labels", {"name": name, "color": colour, "description": about})


def cut_to_body(text: str) -> str:
    """`text`, cut to the length that GitHub takes as the body of an issue, comment or pull request."""
    return text if len(text) <= LONGEST_BODY else text[: LONGEST_BODY - 2].rstrip() + " …"


def _issue(answer: JsonObject) -> Issue:
    return Issue(
        number=number_in(answer, "number"),
        title=text_in(answer, "title"),
        body=_with_lf(text_in(answer, "body")),
        author=text_in(object_in(answer, "user"), "login"),
        open=text_in(answer, "state") == "open",
        labels=frozenset(text_in(label, "name") for label in objects_in(answer, "labels")),
        comment_count=number_in(answer, "comments"),
    )


def _comment(answer: JsonObject) -> Comment:
    return Comment(
        id=number_in(answer, "id"),
        author=text_in(object_in(answer, "user"), "login"),
        body=_with_lf(text_in(answer, "body")),
    )


def _with_lf(text: str) -> str:
    """Browsers send CR LF."""
    return text.replace("\r\n", "\n")
