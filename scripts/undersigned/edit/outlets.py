"""Where a proposal goes: a branch of this repository, or a pull request on GitHub.

Another forge, such as GitLab or Azure DevOps, needs one more class with the one method of `Outlet`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from undersigned.changes.compare import report_between
from undersigned.changes.git import History, HistoryError
from undersigned.changes.render_markdown import render_markdown
from undersigned.github import GitHub, GitHubError
from undersigned.github.client import repeat_if_unanswered
from undersigned.github.pulls import PullRequestDraft, propose

#: The folder of branches that hold proposals.
FOLDER = "edit"


class OutletError(Exception):
    """The proposal could not be made, and nothing was left half-made. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Proposal:
    """A change to propose. `commit`: a commit with `base` as its only parent that no branch names yet.

    `files`: what the commit changes, path to content. `author`: name and mailbox of the post that proposes it.
    """

    base: str
    commit: str
    title: str
    files: Mapping[str, bytes]
    author: tuple[str, str]

    @property
    def key(self) -> str:
        """Sixteen hexadecimal digits that are the same whenever the same post proposes the same change."""
        texts = (self.base, self.title, *self.author)
        parts = [text.encode() for text in texts]
        for path, content in sorted(self.files.items()):
            parts += [path.encode(), content]
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()[:16]


def words_of(proposal: Proposal, root: Path, *, as_of: date) -> str:
    """What a proposal means, in Markdown."""
    return render_markdown(report_between(root, proposal.base, proposal.commit, as_of=as_of))


@dataclass(frozen=True)
class Proposed:
    """Where a proposal is. `how` is `branch`, `page` or `pull-request`, and chooses the words of the last page.

    `branch`: its name. `address`: a page about it, or "".
    """

    how: str
    branch: str
    address: str = ""


class Outlet(Protocol):
    """Takes proposals. An implementation keeps no state of its own: the repository or the forge holds all of it."""

    def propose(self, proposal: Proposal) -> Proposed:
        """Makes the proposal, so that somebody else can look at it. The main branch does not change.

        The same proposal made twice is there once. OutletError if it could not be made.
        """
        ...


class BranchOutlet:
    """A branch of this repository. `name` gives the branch of a proposal, without its folder.

    `how`: `branch` where a person sends the branch on, `page` where a second person approves it on a page.
    """

    def __init__(
        self, root: Path, *, how: str = "branch", name: Callable[[Proposal], str] = lambda one: one.key
    ) -> None:
        self._root, self._how, self._name = root, how, name

    def propose(self, proposal: Proposal) -> Proposed:
        branch = f"{FOLDER}/{self._name(proposal)}"
        with History(self._root) as history:
            try:
                if branch not in history.branches(FOLDER):
                    history.make_branch(branch, proposal.commit)
            except HistoryError as error:
                raise OutletError(str(error), error.hint) from None
        return Proposed(self._how, branch)


class GitHubOutlet:
    """A pull request. `into`: the branch to merge into. `body` gives the words of the pull request, in Markdown."""

    def __init__(self, github: GitHub, *, into: str, body: Callable[[Proposal], str]) -> None:
        self._github, self._into, self._body = github, into, body

    def propose(self, proposal: Proposal) -> Proposed:
        branch = f"{FOLDER}/{proposal.key}"
        draft = PullRequestDraft(
            branch,
            proposal.base,
            self._into,
            proposal.title,
            self._body(proposal),
            proposal.files,
            author=proposal.author,
        )
        try:
            if not self._github.has(f"git/commits/{proposal.base}"):
                raise OutletError(
                    "GitHub does not have the text that this change begins with",
                    "Ask whoever looks after this copy to fetch and push, and propose it again.",
                )
            outcome = repeat_if_unanswered(lambda: propose(self._github, draft))
        except GitHubError as error:
            raise OutletError(str(error), error.hint) from None
        if outcome.code not in ("opened", "updated", "same"):
            raise OutletError(
                f"GitHub has a branch {branch} that this program may not change ({outcome.code})",
                "Ask whoever looks after the register to look at it.",
            )
        return Proposed("pull-request", branch, outcome.address)
