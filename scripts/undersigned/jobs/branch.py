"""Files proposed as a pull request through GitHub's API: on a branch of ours, with one commit, never on the main branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from undersigned.github.client import GitHub, segment
from undersigned.github.errors import GitHubError
from undersigned.github.json import JsonObject, as_object, number_in, object_in, objects_in, text_in
from undersigned.jobs import CiError

#: Where a proposal of a program may write.
PLACES = ("protocols/", "signatories/", ".github/CODEOWNERS", ".github/ISSUE_TEMPLATE/")
OURS = ("intake/", "upkeep/")
_BOT = "[bot]@"

OutcomeCode = Literal["opened", "updated", "same", "merged", "closed", "theirs", "not-allowed"]


@dataclass(frozen=True)
class Proposal:
    """What is proposed. `base`: the full id of the commit from which the files were made; `into`: the branch it is for.

    `again`: once a pull request of the branch is merged, the next change opens another.
    """

    branch: str
    base: str
    into: str
    title: str
    body: str
    files: Mapping[str, bytes]
    again: bool = False

    @property
    def message(self) -> str:
        """The message of its one commit. The last line says whose it is."""
        return f"{self.title}\n\n{self._trailer}"

    @property
    def _trailer(self) -> str:
        return f"Proposed-On: {self.branch}"

    def made(self, commit: JsonObject) -> bool:
        """Whether a program made this commit for this proposal: a person who commits to the branch says something else."""
        email = text_in(object_in(commit, "author"), "email")
        return (
            text_in(commit, "message").rstrip().endswith(self._trailer)
            and _BOT in email
            and len(objects_in(commit, "parents")) == 1
        )


@dataclass(frozen=True)
class Outcome:
    """What became of a proposal. `number` and `address` are those of its pull request; 0 and "" where there is none."""

    code: OutcomeCode
    number: int = 0
    address: str = ""


def propose(github: GitHub, proposal: Proposal) -> Outcome:
    """Opens the pull request, or brings the one that is there up to date. Asked twice, it does nothing the second time.

    A branch on which a person has committed is left alone, and so is a pull request that was closed or merged. GitHubError
    where GitHub refuses or stays broken; after an UnansweredError this may be asked again.
    """
    if (
        not proposal.branch.startswith(OURS)
        or not proposal.files
        or not all(path.startswith(PLACES) for path in proposal.files)
    ):
        raise CiError(f"nothing may be proposed on '{proposal.branch}' for these files")
    pulls = list(github.pages("pulls", state="all", head=f"{github.repository.split('/')[0]}:{proposal.branch}"))
    open_ = next((pull for pull in pulls if text_in(pull, "state") == "open"), None)
    if open_ is None and pulls:
        last = max(pulls, key=lambda pull: number_in(pull, "number"))
        merged = bool(text_in(last, "merged_at"))
        if not (merged and proposal.again):
            return _outcome("merged" if merged else "closed", last)
    head = _head(github, proposal.branch)
    if head is not None and not proposal.made(head):
        return _outcome("theirs", open_) if open_ is not None else Outcome("theirs")
    written = _commit(github, proposal, head)
    if open_ is None:
        return _open(github, proposal)
    if text_in(open_, "title") != proposal.title or text_in(open_, "body").replace("\r\n", "\n") != proposal.body:
        github.patch(f"pulls/{number_in(open_, 'number')}", {"title": proposal.title, "body": proposal.body})
        written = True
    return _outcome("updated" if written else "same", open_)


def _outcome(code: OutcomeCode, pull: JsonObject) -> Outcome:
    return Outcome(code, number_in(pull, "number"), text_in(pull, "html_url"))


def _head(github: GitHub, branch: str) -> JsonObject | None:
    """The commit at the end of the branch; None where there is no such branch."""
    try:
        ref = as_object(github.get(f"git/ref/heads/{_path(branch)}"))
    except GitHubError as error:
        if error.status == 404:
            return None
        raise
    return as_object(github.get(f"git/commits/{segment(text_in(object_in(ref, 'object'), 'sha'))}"))


def _commit(github: GitHub, proposal: Proposal, head: JsonObject | None) -> bool:
    """The branch with one commit on its base that holds the files. Whether anything had to be written."""
    base = as_object(github.get(f"git/commits/{segment(proposal.base)}"))
    tree = as_object(
        github.post(
            "git/trees",
            {
                "base_tree": text_in(object_in(base, "tree"), "sha"),
                "tree": [
                    {"path": path, "mode": "100644", "type": "blob", "content": raw.decode("utf-8")}
                    for path, raw in sorted(proposal.files.items())
                ],
            },
        )
    )
    sha = text_in(tree, "sha")
    if (
        head is not None
        and text_in(object_in(head, "tree"), "sha") == sha
        and text_in(objects_in(head, "parents")[0], "sha") == proposal.base
    ):
        return False
    commit = as_object(
        github.post("git/commits", {"message": proposal.message, "tree": sha, "parents": [proposal.base]})
    )
    made = text_in(commit, "sha")
    if head is None:
        github.post("git/refs", {"ref": f"refs/heads/{proposal.branch}", "sha": made})
    else:
        github.patch(f"git/refs/heads/{_path(proposal.branch)}", {"sha": made, "force": True})
    return True


def _open(github: GitHub, proposal: Proposal) -> Outcome:
    try:
        pull = github.post(
            "pulls", {"title": proposal.title, "body": proposal.body, "head": proposal.branch, "base": proposal.into}
        )
    except GitHubError as error:
        if error.status == 403:  # the setting that lets workflows open pull requests is off
            return Outcome("not-allowed")
        raise
    return _outcome("opened", as_object(pull))


def _path(branch: str) -> str:
    return "/".join(segment(part) for part in branch.split("/"))
