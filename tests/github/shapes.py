"""Answers of the pretend GitHub in the shape that its description asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github.description import answer
from github.state import Comment, Issue

if TYPE_CHECKING:
    from github.server import PretendGitHub


def user(login: str) -> dict[str, Any]:
    return answer("simple-user", login=login, type="Bot" if login.endswith("[bot]") else "User")


def stamp(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def label_of(hub: PretendGitHub, name: str) -> dict[str, Any]:
    colour, about = hub.labels[name]
    return answer("label", name=name, color=colour, description=about or None)


def issue_of(hub: PretendGitHub, issue: Issue) -> dict[str, Any]:
    known: dict[str, Any] = {
        "id": issue.number + 10_000,
        "number": issue.number,
        "title": issue.title,
        "body": issue.body or None,
        "user": user(issue.author),
        "state": "open" if issue.open else "closed",
        "state_reason": issue.reason,
        "labels": [label_of(hub, name) for name in issue.labels],
        "assignees": [user(login) for login in issue.assignees],
        "comments": len(issue.comments),
        "created_at": stamp(issue.at),
        "updated_at": stamp(issue.at),
        "html_url": f"https://github.com/{hub.repository}/issues/{issue.number}",
        "closed_at": None if issue.open else stamp(hub.now),
        "author_association": "NONE",
    }
    if issue.head is not None:
        known["pull_request"] = {"url": None, "html_url": None, "diff_url": None, "patch_url": None}
    return answer("issue", **known)


def comment_of(hub: PretendGitHub, issue: Issue, comment: Comment) -> dict[str, Any]:
    return answer(
        "issue-comment",
        id=comment.id,
        body=comment.body,
        user=user(comment.author),
        created_at=stamp(comment.at),
        html_url=f"https://github.com/{hub.repository}/issues/{issue.number}#issuecomment-{comment.id}",
        author_association="NONE",
    )


def end_of(hub: PretendGitHub, ref: str) -> dict[str, Any]:
    return {
        "label": f"{hub.repository.split('/')[0]}:{ref}",
        "ref": ref,
        "sha": hub.git("rev-parse", f"refs/heads/{ref}"),
        "user": user(hub.repository.split("/")[0]),
        "repo": answer("repository", full_name=hub.repository),
    }


def pull_of(hub: PretendGitHub, issue: Issue, *, whole: bool) -> dict[str, Any]:
    assert issue.head is not None
    assert issue.base is not None
    return answer(
        "pull-request" if whole else "pull-request-simple",
        number=issue.number,
        title=issue.title,
        body=issue.body,
        user=user(issue.author),
        state="open" if issue.open else "closed",
        draft=issue.draft,
        head=end_of(hub, issue.head),
        base=end_of(hub, issue.base),
        author_association="NONE",
        html_url=f"https://github.com/{hub.repository}/pull/{issue.number}",
        created_at=stamp(issue.at),
        updated_at=stamp(issue.at),
        merged_at=stamp(hub.now) if issue.merged else None,
    )
