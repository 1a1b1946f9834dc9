"""What history tells: files in trees, what differs between two revisions, who wrote it. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

PLAIN_MODES = ("100644", "100755", "100664")


class HistoryError(Exception):
    """History could not answer. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a tree: its mode in octal digits, and the id of its content."""

    mode: str
    id: str

    @property
    def readable(self) -> bool:
        """Whether it is a plain file: a register follows no symbolic link and holds no submodule."""
        return self.mode in PLAIN_MODES


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differs. Paths are from the register's root; None on a side where it is not there."""

    old_path: str | None
    new_path: str | None
    old: Entry | None
    new: Entry | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit between two revisions, and the record files that it touched. Author and day are as the commit says."""

    id: str
    author_email: str
    made_on: date | None
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Between:
    """What lies between two revisions, by full ids. `compared_from` is the base, or its common ancestor with the head."""

    base: str
    head: str
    compared_from: str
    relation: Literal["ahead", "diverged", "behind", "unrelated", "same"]
    files: tuple[FileChange, ...]
    other_files: tuple[str, ...]
    commits: tuple[Commit, ...]


def is_record(path: str, entry: Entry) -> bool:
    """Whether a file in a tree is one that a register reads, as `records.files` reads a folder."""
    return (
        entry.readable
        and path.endswith(".yaml")
        and path.isprintable()
        and not any(part.startswith(".") for part in path.split("/"))
    )
