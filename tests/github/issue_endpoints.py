"""The pretend GitHub's repository, labels, accounts, issues and workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github.description import answer
from github.operations import REPO, Paged, at
from github.shapes import comment_of, issue_of, label_of, user
from github.state import Issue, Refusal

if TYPE_CHECKING:
    from github.server import PretendGitHub

LONGEST_TITLE, LONGEST_BODY = 256, 65536


@at("GET", REPO)
def _repository(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    return 200, answer(
        "full-repository",
        full_name=hub.repository,
        default_branch="main",
        private=hub.private,
        has_issues=True,
        html_url=f"https://github.com/{hub.repository}",
        owner=user(hub.repository.split("/")[0]),
    )


@at("GET", "/user")
def _user(_hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    raise Refusal(403, "Resource not accessible by integration")


@at("GET", f"{REPO}/assignees/{{assignee}}")
def _assignee(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    if names["assignee"] not in hub.collaborators:
        raise Refusal(404, "Not Found")
    return 204, None


@at("GET", f"{REPO}/labels")
def _labels(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    return 200, Paged([label_of(hub, name) for name in hub.labels])


@at("POST", f"{REPO}/labels")
def _make_label(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    if body["name"].lower() in (name.lower() for name in hub.labels):
        raise Refusal(422, "Validation Failed: already_exists")
    if len(body["name"]) > 50 or len(body.get("description") or "") > 100:
        raise Refusal(422, "Validation Failed")
    hub.labels[body["name"]] = (body.get("color", "ededed"), body.get("description") or "")
    return 201, label_of(hub, body["name"])


@at("GET", f"{REPO}/issues")
def _issues(hub: PretendGitHub, _names: dict[str, str], query: dict[str, str], _body: Any) -> tuple[int, Any]:
    wanted = query.get("state", "open")
    shown = [
        issue
        for issue in hub.issues.values()
        if issue.number not in hub.hidden
        and (wanted == "all" or issue.open is (wanted == "open"))
        and all(label in issue.labels for label in filter(None, query.get("labels", "").split(",")))
    ]
    shown.sort(key=lambda issue: issue.number, reverse=query.get("direction", "desc") == "desc")
    return 200, Paged([issue_of(hub, issue) for issue in shown])


def checked(hub: PretendGitHub, body: Any) -> None:
    if "title" in body and not 0 < len(str(body["title"])) <= LONGEST_TITLE:
        raise Refusal(422, "Validation Failed: title is too long")
    if len(body.get("body") or "") > LONGEST_BODY:
        raise Refusal(422, "Validation Failed: body is too long")
    if any(login not in hub.collaborators for login in body.get("assignees", ())):
        raise Refusal(422, "Validation Failed: assignees")


def _label(hub: PretendGitHub, issue: Issue, names: list[str]) -> None:
    for name in names:
        hub.labels.setdefault(name, ("ededed", ""))
        if name not in issue.labels:
            issue.labels.append(name)


@at("POST", f"{REPO}/issues")
def _open(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    checked(hub, body)
    issue = hub.open_issue(body["title"], body.get("body") or "")
    _label(hub, issue, body.get("labels", []))
    issue.assignees = list(body.get("assignees", []))
    return 201, issue_of(hub, issue)


@at("GET", f"{REPO}/issues/{{issue_number}}")
def _issue(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    return 200, issue_of(hub, hub.issue(int(names["issue_number"])))


@at("PATCH", f"{REPO}/issues/{{issue_number}}")
def _edit(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    issue = hub.issue(int(names["issue_number"]))
    checked(hub, body)
    issue.title = body.get("title", issue.title)
    issue.body = body.get("body", issue.body) or ""
    if "labels" in body:
        issue.labels = []
        _label(hub, issue, body["labels"])
    if "state" in body and (body["state"] == "open") is not issue.open:
        issue.open = body["state"] == "open"
        issue.reason = body.get("state_reason") or ("reopened" if issue.open else "completed")
    hub.tick()
    return 200, issue_of(hub, issue)


@at("GET", f"{REPO}/issues/{{issue_number}}/comments")
def _comments(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    issue = hub.issue(int(names["issue_number"]))
    return 200, Paged([comment_of(hub, issue, comment) for comment in issue.comments])


@at("POST", f"{REPO}/issues/{{issue_number}}/comments")
def _say(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    issue = hub.issue(int(names["issue_number"]))
    checked(hub, body)
    return 201, comment_of(hub, issue, hub.comment(issue.number, body["body"]))


@at("PATCH", f"{REPO}/issues/comments/{{comment_id}}")
def _reword(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    for issue in hub.issues.values():
        for comment in issue.comments:
            if comment.id == int(names["comment_id"]):
                comment.body = body["body"]
                return 200, comment_of(hub, issue, comment)
    raise Refusal(404, "Not Found")


@at("POST", f"{REPO}/issues/{{issue_number}}/labels")
def _add_labels(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    issue = hub.issue(int(names["issue_number"]))
    _label(hub, issue, body["labels"])
    return 200, [label_of(hub, name) for name in issue.labels]


@at("DELETE", f"{REPO}/issues/{{issue_number}}/labels/{{name}}")
def _remove_label(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    issue = hub.issue(int(names["issue_number"]))
    if names["name"] not in issue.labels:
        raise Refusal(404, "Label does not exist")
    issue.labels.remove(names["name"])
    return 200, [label_of(hub, name) for name in issue.labels]


@at("GET", f"{REPO}/actions/workflows")
def _workflows(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    found = [
        answer("workflow", id=number, name=path, path=path, state=state)
        for number, (path, state) in enumerate(hub.workflows.items(), start=1)
    ]
    return 200, Paged(found, within="workflows")


@at("PUT", f"{REPO}/actions/workflows/{{workflow_id}}/enable")
def _enable(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    paths = list(hub.workflows)
    number = int(names["workflow_id"]) - 1
    if not 0 <= number < len(paths):
        raise Refusal(404, "Not Found")
    hub.workflows[paths[number]] = "active"
    hub.enabled.append(paths[number])
    return 204, None
