"""How the verbs `send` and `receive` propose changed records instead of writing them: on Git branches, or in pull requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from undersigned.cli.output import CommandError, remark, stop_on

if TYPE_CHECKING:
    from undersigned.github.pulls import PullRequestDraft

_F = TypeVar("_F", bound=Callable[..., int])
#: The author of the commits that --branch makes: a post, as everywhere.
_AUTHOR: Final = ("Signing desk of the register", "receive@register.invalid")


def proposal_options(function: _F) -> _F:
    """Add the options `make_branch`, `make_pull` and `repository`."""
    for option in (
        click.option(
            "--repository",
            metavar="OWNER/NAME",
            envvar="GITHUB_REPOSITORY",
            default="",
            help="With --pull: the repository on GitHub. Default: GITHUB_REPOSITORY.",
        ),
        click.option("--pull", "make_pull", is_flag=True, help="Open a pull request on GitHub instead (GITHUB_TOKEN)."),
        click.option("--branch", "make_branch", is_flag=True, help="Put the records on a Git branch instead."),
    ):
        function = option(function)
    return function


class Proposals:
    """Takes drafts to where they are asked for. `base`: the commit that they are made from; `into`: the branch to merge into."""

    def __init__(self, root: Path, *, pull: bool, repository: str) -> None:
        from undersigned.changes.git import History, HistoryError
        from undersigned.cli.ci import github_of, links_of

        self._root = root
        self._github = github_of(repository, dry_run=False) if pull else None
        self.into = links_of(self._github).branch if self._github is not None else ""
        with stop_on(HistoryError), History(root) as history:
            self.base = history.resolve("HEAD")

    def refuse_uncommitted(self, paths: Sequence[str]) -> None:
        """CommandError if a record has changes that are not committed, which would go with it unseen."""
        from undersigned.changes.git import History, HistoryError
        from undersigned.jobs.receiving import uncommitted

        with stop_on(HistoryError), History(self._root) as history:
            changed = uncommitted(history, self._root, paths)
        if changed:
            raise CommandError(f"{' and '.join(changed)} has changes that are not committed", "Commit them first.")

    def propose(self, drafts: Sequence[PullRequestDraft]) -> None:
        """Makes the branches, or opens the pull requests, and says so."""
        for draft in drafts:
            self.refuse_uncommitted(list(draft.files))
        for draft in drafts:
            if self._github is None:
                self._make_branch(draft)
            else:
                self._open_pull(draft)

    def _make_branch(self, draft: PullRequestDraft) -> None:
        from undersigned.changes.git import History, HistoryError

        with stop_on(HistoryError), History(self._root) as history:
            commit = history.commit(draft.base, draft.files, f"{draft.title}\n", _AUTHOR)
            history.make_branch(draft.branch, commit)
        remark(f"undersigned: branch {draft.branch} holds the change; push it and open a pull request")

    def _open_pull(self, draft: PullRequestDraft) -> None:
        from undersigned.github import GitHubError
        from undersigned.github.client import repeat_if_unanswered
        from undersigned.github.pulls import propose
        from undersigned.jobs.messages import message

        github = self._github
        assert github is not None  # noqa: S101 - the caller has looked
        with stop_on(GitHubError):
            outcome = repeat_if_unanswered(lambda: propose(github, draft))
        text = message("words", "proposals", outcome.code, address=outcome.address, branch=draft.branch)
        remark(f"undersigned: {text}")
