"""Files proposed in a pull request through GitHub's API: one commit on a branch of our own, never on the main branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

#: The only branches that a program may write to, and the only files that it may propose.
BRANCHES = ("intake/", "upkeep/", "send/", "receive/", "edit/")
PATHS = ("protocols/", "signatories/", "provision/", "law/", ".github/CODEOWNERS", ".github/ISSUE_TEMPLATE/")
_BOT = "[bot]@"

OutcomeCode = Literal["opened", "updated", "same", "merged", "closed", "theirs", "not-allowed"]


@dataclass(frozen=True)
class PullRequestDraft:
    """What to propose. `base`: the full id of the commit that the files were made from; `into`: the branch to merge into.

    `again`: after a pull request of the branch was merged, open another for the next change. `author`: the name and
    mailbox of the post whose work it is; without one, GitHub names the account of the token.
    """

    branch: str
    base: str
    into: str
    title: str
    body: str
    files: Mapping[str, bytes]
    again: bool = False
    author: tuple[str, str] | None = None

    @property
    def message(self) -> str:
        """The message of its only commit. The last line marks the commit as ours."""
        return f"{self.title}\n\n{self._trailer}"

    @property
    def _trailer(self) -> str:
        return f"Proposed-On: {self.branch}"

    def wrote(self, commit: JsonObject) -> bool:
        """Whether a program wrote this commit for this draft. A commit that a person makes on the branch lacks the mark."""
        email = text_in(object_in(commit, "author"), "email")
        return (
            text_in(commit, "message").rstrip().endswith(self._trailer)
            and (_BOT in email or (self.author is not None and email == self.author[1]))
            and len(objects_in(commit, "parents")) == 1
        )


@dataclass(frozen=True)
class Outcome:
    """What became of a draft, with the number and address of its pull request; 0 and "" if there is none."""

    code: OutcomeCode
    number: int = 0
    address: str = ""


def propose(github: GitHub, draft: PullRequestDraft) -> Outcome:
    """Open the pull request, or bring the existing one up to date. A second call with the same draft changes nothing.

    Leaves alone a branch on which a person has committed, and a pull request that was closed or merged. GitHubError if
    GitHub refuses or stays broken, or if the draft names a branch or a file that no program may write. May be called again
    after an UnansweredError.
    """
    if (
        not draft.branch.startswith(BRANCHES)
        or not draft.files
        or not all(path.startswith(PATHS) for path in draft.files)
    ):
        raise GitHubError(f"no program may propose these files on the branch '{draft.branch}'")
    pulls = list(github.pages("pulls", state="all", head=f"{github.repository.split('/')[0]}:{draft.branch}"))
    current = next((pull for pull in pulls if text_in(pull, "state") == "open"), None)
    if current is None and pulls:
        last = max(pulls, key=lambda pull: number_in(pull, "number"))
        merged = bool(text_in(last, "merged_at"))
        if not (merged and draft.again):
            return _outcome("merged" if merged else "closed", last)
    head = _head(github, draft.branch)
    if head is not None and not draft.wrote(head):
        return _outcome("theirs", current) if current is not None else Outcome("theirs")
    changed = _commit(github, draft, head)
    if current is None:
        return _open(github, draft)
    if text_in(current, "title") != draft.title or text_in(current, "body").replace("\r\n", "\n") != draft.body:
        github.patch(f"pulls/{number_in(current, 'number')}", {"title": draft.title, "body": draft.body})
        changed = True
    return _outcome("updated" if changed else "same", current)


def _outcome(code: OutcomeCode, pull: JsonObject) -> Outcome:
    return Outcome(code, number_in(pull, "number"), text_in(pull, "html_url"))


def _head(github: GitHub, branch: str) -> JsonObject | None:
    """The last commit of the branch; None if the branch does not exist."""
    try:
        ref = as_object(github.get(f"git/ref/heads/{_path(branch)}"))
    except GitHubError as error:
        if error.status == 404:
            return None
        raise
    return as_object(github.get(f"git/commits/{segment(text_in(object_in(ref, 'object'), 'sha'))}"))


def _commit(github: GitHub, draft: PullRequestDraft, head: JsonObject | None) -> bool:
    """Leave the branch with one commit on its base that holds the files. Returns whether anything had to be written."""
    base = as_object(github.get(f"git/commits/{segment(draft.base)}"))
    tree = as_object(
        github.post(
            "git/trees",
            {
                "base_tree": text_in(object_in(base, "tree"), "sha"),
                "tree": [
                    {"path": path, "mode": "100644", "type": "blob", "content": raw.decode("utf-8")}
                    for path, raw in sorted(draft.files.items())
                ],
            },
        )
    )
    sha = text_in(tree, "sha")
    if (
        head is not None
        and text_in(object_in(head, "tree"), "sha") == sha
        and text_in(objects_in(head, "parents")[0], "sha") == draft.base
    ):
        return False
    body: JsonObject = {"message": draft.message, "tree": sha, "parents": [draft.base]}
    if draft.author is not None:
        body["author"] = {"name": draft.author[0], "email": draft.author[1]}
    commit = as_object(github.post("git/commits", body))
    new_head = text_in(commit, "sha")
    if head is None:
        github.post("git/refs", {"ref": f"refs/heads/{draft.branch}", "sha": new_head})
    else:
        github.patch(f"git/refs/heads/{_path(draft.branch)}", {"sha": new_head, "force": True})
    return True


def _open(github: GitHub, draft: PullRequestDraft) -> Outcome:
    try:
        pull = github.post(
            "pulls", {"title": draft.title, "body": draft.body, "head": draft.branch, "base": draft.into}
        )
    except GitHubError as error:
        if error.status == 403:  # the setting that lets workflows open pull requests is off
            return Outcome("not-allowed")
        raise
    return _outcome("opened", as_object(pull))


def _path(branch: str) -> str:
    return "/".join(segment(part) for part in branch.split("/"))
