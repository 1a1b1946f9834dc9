"""The pretend GitHub's Git: a real repository behind, and the pull requests that bring its branches together."""

from __future__ import annotations

import base64
import re
import tempfile
from typing import TYPE_CHECKING, Any

from github.description import answer
from github.issue_endpoints import checked
from github.operations import REPO, Paged, at
from github.shapes import pull_of
from github.state import Issue, Refusal

if TYPE_CHECKING:
    from github.server import PretendGitHub


@at("GET", f"{REPO}/pulls")
def _pulls(hub: PretendGitHub, _names: dict[str, str], query: dict[str, str], _body: Any) -> tuple[int, Any]:
    wanted = query.get("state", "open")
    head = query.get("head", "").partition(":")[2]
    shown = [
        issue
        for issue in hub.issues.values()
        if issue.head is not None and (wanted == "all" or issue.open is (wanted == "open")) and head in ("", issue.head)
    ]
    return 200, Paged([pull_of(hub, issue, whole=False) for issue in shown])


@at("POST", f"{REPO}/pulls")
def _propose(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    checked(hub, body)
    head = body["head"].rpartition(":")[2]
    if any(issue.head == head and issue.open for issue in hub.issues.values()):
        raise Refusal(422, "Validation Failed: a pull request already exists")
    hub.git("rev-parse", "--verify", f"refs/heads/{head}")
    issue = hub.open_issue(body["title"], body.get("body") or "")
    issue.head, issue.base, issue.draft = head, body["base"], bool(body.get("draft"))
    return 201, pull_of(hub, issue, whole=True)


def _pull(hub: PretendGitHub, number: str) -> Issue:
    issue = hub.issue(int(number))
    if issue.head is None:
        raise Refusal(404, "Not Found")
    return issue


@at("GET", f"{REPO}/pulls/{{pull_number}}")
def _one_pull(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    return 200, pull_of(hub, _pull(hub, names["pull_number"]), whole=True)


@at("PATCH", f"{REPO}/pulls/{{pull_number}}")
def _edit_pull(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    issue = _pull(hub, names["pull_number"])
    checked(hub, body)
    issue.title, issue.body = body.get("title", issue.title), body.get("body", issue.body)
    issue.open = body.get("state", "open" if issue.open else "closed") == "open"
    return 200, pull_of(hub, issue, whole=True)


@at("POST", f"{REPO}/pulls/{{pull_number}}/requested_reviewers")
def _ask(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    issue = _pull(hub, names["pull_number"])
    if any(login not in hub.collaborators for login in body.get("reviewers", ())):
        raise Refusal(422, "Reviews may only be requested from collaborators.")
    issue.reviewers += body.get("reviewers", [])
    return 201, pull_of(hub, issue, whole=False)


def _person(line: str) -> dict[str, str]:
    name, _, rest = line.partition(" <")
    mail, _, when = rest.partition("> ")
    return {"name": name, "email": mail, "date": when}


def git_commit_of(hub: PretendGitHub, revision: str) -> dict[str, Any]:
    ask = hub.git_object if re.fullmatch("[0-9a-f]{40}", revision) else hub.git
    told = ask("show", "-s", "--format=%H%n%T%n%P%n%an <%ae> %aI%n%B", revision)
    sha, tree, parents, author, message = told.split("\n", 4)
    return answer(
        "git-commit",
        sha=sha,
        tree={"sha": tree, "url": "https://example.org/"},
        message=message,
        parents=[
            {"sha": parent, "url": "https://example.org/", "html_url": "https://example.org/"}
            for parent in parents.split()
        ],
        author=_person(author),
        committer=_person(author),
    )


@at("GET", f"{REPO}/commits")
def _commits(hub: PretendGitHub, _names: dict[str, str], query: dict[str, str], _body: Any) -> tuple[int, Any]:
    shas = hub.git("rev-list", "--max-count=200", query.get("sha", "main")).split()
    found = []
    for sha in shas:
        one = git_commit_of(hub, sha)
        inner = {**one, "comment_count": 0, "url": "https://example.org/"}
        found.append(
            answer(
                "commit",
                sha=sha,
                parents=one["parents"],
                commit={
                    name: inner[name] for name in ("author", "committer", "message", "comment_count", "tree", "url")
                },
            )
        )
    return 200, Paged(found)


@at("POST", f"{REPO}/git/blobs")
def _make_blob(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    raw = base64.b64decode(body["content"]) if body.get("encoding") == "base64" else body["content"].encode()
    return 201, answer("short-blob", sha=hub.git("hash-object", "-w", "--stdin", given=raw))


@at("GET", f"{REPO}/git/blobs/{{file_sha}}")
def _blob(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    text = hub.git("cat-file", "blob", names["file_sha"])
    return 200, answer(
        "blob",
        sha=names["file_sha"],
        content=base64.b64encode(text.encode()).decode(),
        encoding="base64",
        size=len(text),
    )


def tree_of(hub: PretendGitHub, sha: str, *, recursive: bool) -> dict[str, Any]:
    entries = _entries(hub, sha, recursive=recursive)
    return answer("git-tree", sha=hub.git("rev-parse", f"{sha}^{{tree}}"), tree=entries, truncated=False)


def _entries(hub: PretendGitHub, sha: str, *, recursive: bool) -> list[dict[str, str]]:
    entries = []
    for line in hub.git_object("ls-tree", "-z", *(["-r", "-t"] if recursive else []), sha).split("\0"):
        if line:
            about, path = line.split("\t", 1)
            mode, kind, own = about.split()
            entries.append({"path": path, "mode": mode, "type": kind, "sha": own})
    return entries


@at("GET", f"{REPO}/git/trees/{{tree_sha}}")
def _tree(hub: PretendGitHub, names: dict[str, str], query: dict[str, str], _body: Any) -> tuple[int, Any]:
    return 200, tree_of(hub, names["tree_sha"], recursive="recursive" in query)


@at("POST", f"{REPO}/git/trees")
def _make_tree(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        if body.get("base_tree"):
            hub.git("read-tree", body["base_tree"], environment=index)
        lines = []
        for entry in body["tree"]:
            sha = entry.get("sha")
            if "content" in entry:
                sha = hub.git("hash-object", "-w", "--stdin", given=entry["content"].encode())
            mode = entry.get("mode", "100644") if sha else "0"
            lines.append(f"{mode} {sha or '0' * 40}\t{entry['path']}\0")
        hub.git("update-index", "-z", "--index-info", given="".join(lines).encode(), environment=index)
        sha = hub.git("write-tree", environment=index)
    return 201, answer("git-tree", sha=sha, tree=_entries(hub, sha, recursive=False), truncated=False)


@at("POST", f"{REPO}/git/commits")
def _make_commit(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    parents = [word for parent in body.get("parents", []) for word in ("-p", parent)]
    author = body.get("author")
    named = ("-c", f"user.name={author['name']}", "-c", f"user.email={author['email']}") if author else ()
    sha = hub.git(*named, "commit-tree", body["tree"], *parents, "-F", "-", given=body["message"].encode())
    return 201, git_commit_of(hub, sha)


@at("GET", f"{REPO}/git/commits/{{commit_sha}}")
def _git_commit(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    try:
        return 200, git_commit_of(hub, names["commit_sha"])
    except Refusal:
        raise Refusal(404, "Not Found") from None


def ref_of(hub: PretendGitHub, ref: str) -> dict[str, Any]:
    sha = hub.git("rev-parse", "--verify", ref)
    return answer("git-ref", ref=ref, object={"type": "commit", "sha": sha, "url": "https://example.org/"})


@at("GET", f"{REPO}/git/ref/{{ref}}")
def _ref(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    try:
        return 200, ref_of(hub, f"refs/{names['ref']}")
    except Refusal:
        raise Refusal(404, "Not Found") from None


@at("POST", f"{REPO}/git/refs")
def _make_ref(hub: PretendGitHub, _names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    if not body["ref"].startswith("refs/heads/") or hub.git("for-each-ref", body["ref"]):
        raise Refusal(422, "Reference already exists")
    hub.git("update-ref", body["ref"], body["sha"])
    return 201, ref_of(hub, body["ref"])


@at("PATCH", f"{REPO}/git/refs/{{ref}}")
def _move_ref(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    ref = f"refs/{names['ref']}"
    before = hub.git("rev-parse", "--verify", ref)
    if not body.get("force") and hub.git("merge-base", before, body["sha"]) != before:
        raise Refusal(422, "Update is not a fast forward")
    hub.git("update-ref", ref, body["sha"])
    return 200, ref_of(hub, ref)


@at("DELETE", f"{REPO}/git/refs/{{ref}}")
def _remove_ref(hub: PretendGitHub, names: dict[str, str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    hub.git("rev-parse", "--verify", f"refs/{names['ref']}")
    hub.git("update-ref", "-d", f"refs/{names['ref']}")
    return 204, None
