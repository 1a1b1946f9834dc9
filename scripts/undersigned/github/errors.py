"""What can go wrong with GitHub."""

from __future__ import annotations


class GitHubError(Exception):
    """GitHub refused, or could not be reached. `hint` says what to do; `status` is that of its answer, if it gave one."""

    def __init__(self, message: str, hint: str = "", *, status: int | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.status = status


class UnansweredError(GitHubError):
    """A write of which nobody knows whether it was done. Look first, before it is asked for again."""


class UnexpectedAnswerError(GitHubError):
    """An answer lacks what GitHub's description promises."""
