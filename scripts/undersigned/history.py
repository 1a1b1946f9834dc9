"""The only room that talks to Git: record files as they were at a revision, read from history without touching the tree."""

from __future__ import annotations

from pathlib import Path

import git
from git.exc import BadName, GitCommandError, InvalidGitRepositoryError, NoSuchPathError

from undersigned.records.files import MAX_BYTES, Files

_LINK_MODE = 0o120000


class HistoryError(Exception):
    """History could not answer. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def files_at(root: Path, revision: str) -> Files:
    """The record files of the register in `root` as they were at `revision`."""
    try:
        repository = git.Repo(root, search_parent_directories=True)
    except (InvalidGitRepositoryError, NoSuchPathError):
        raise HistoryError("this register is not in a Git repository", "Leave --since out, or run it in a clone.") from None
    with repository:
        try:
            commit = repository.commit(revision)
        except (BadName, GitCommandError, ValueError, IndexError):
            if (Path(repository.git_dir) / "shallow").exists():
                raise HistoryError(
                    f"'{revision}' is not in this clone, which holds only part of the history",
                    "Fetch the rest with: git fetch --unshallow",
                ) from None
            raise HistoryError(f"'{revision}' is no revision of this repository", "Name a commit, a branch or a tag.") from None
        worktree = Path(repository.working_tree_dir or root).resolve()
        prefix = root.resolve().relative_to(worktree).as_posix()
        contents: dict[str, bytes] = {}
        folders: set[str] = set()
        for top in ("protocols", "signatories"):
            path = top if prefix == "." else f"{prefix}/{top}"
            try:
                tree = commit.tree / path
            except KeyError:
                continue
            if tree.type != "tree":
                continue
            for blob in tree.traverse():
                if not isinstance(blob, git.Blob) or blob.mode == _LINK_MODE:
                    continue
                relative = str(blob.path)[len(path) - len(top) :]
                parts = relative.split("/")
                if not relative.endswith(".yaml") or any(part.startswith(".") for part in parts):
                    continue
                folders.add("/".join(parts[:2]))
                contents[relative] = blob.data_stream.read(MAX_BYTES + 1)
        return Files(contents, (), tuple(sorted(folders)))
