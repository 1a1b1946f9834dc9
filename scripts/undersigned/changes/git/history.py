"""The only room that talks to Git: record files and changes as they stand in history, read without touching the tree.

Git's own settings never change an answer, and nothing that a repository's settings name is ever run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from undersigned.changes.git.folder import SETTINGS, as_variables, common_folder, environment, git_folder, tree_of
from undersigned.changes.git.values import PLAIN_MODES, Between, Commit, Entry, FileChange, HistoryError, is_record
from undersigned.records.files import MAX_BYTES, Files

if TYPE_CHECKING:
    from git.cmd import Git

TOPS = ("protocols", "signatories")
_OWNERS_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_OWNERS_BYTES = 3 * 1024 * 1024  # a larger one is not read by GitHub either


class History:
    """The history of the repository that holds the register in `root`. Use it in a `with`: it keeps a program of Git's open."""

    def __init__(self, root: Path) -> None:
        self._tree = tree_of(root.resolve())
        inside = root.resolve().relative_to(self._tree).as_posix()
        self._prefix = "" if inside == "." else inside
        folder = git_folder(self._tree)
        self._common = common_folder(folder)
        self._git = _git(self._tree)
        self._git.update_environment(**environment(self._tree, folder, self._common, SETTINGS))

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self._git.clear_cache()

    # -- revisions ----------------------------------------------------------------------------------------------

    def resolve(self, revision: str) -> str:
        """The full id of the commit that `revision` names. HistoryError where there is none in this clone."""
        try:
            if not revision.strip() or any(ord(character) < 32 for character in revision):
                raise ValueError
            id_: str | bytes = self._git.get_object_header(f"{revision}^{{commit}}")[0]
            return id_.decode("ascii") if isinstance(id_, bytes) else id_
        except (ValueError, UnicodeError):
            if self._shallow:
                raise self._held_in_part(f"'{revision}' is not in this clone") from None
            raise HistoryError(
                f"'{revision}' is no revision of this repository", "Name a commit, a branch or a tag."
            ) from None

    def between(self, base: str, head: str) -> Between:
        """What lies between two revisions: from their common ancestor to `head`, as a pull request is compared; where
        `head` lies behind `base`, or they share no history, from the one directly to the other."""
        one, other = self.resolve(base), self.resolve(head)
        ancestor = self._ask("merge-base", one, other, fine=(0, 1)).decode().split()
        relation: Literal["ahead", "diverged", "behind", "unrelated", "same"]
        if one == other:
            relation = "same"
        elif not ancestor:
            if self._shallow:
                raise self._held_in_part(f"what '{base}' and '{head}' have in common is not in this clone")
            relation = "unrelated"
        else:
            relation = "ahead" if ancestor[0] == one else "behind" if ancestor[0] == other else "diverged"
        start = ancestor[0] if relation == "diverged" else one
        files, others = self._differing(start, other)
        return Between(one, other, start, relation, files, others, self._commits(one, other))

    def _differing(self, start: str, end: str) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
        """The record files that differ, renames followed, and the paths of all other files that do (from the top)."""
        told = iter(
            _words(
                self._ask("diff-tree", "-r", "-z", "--raw", "-M", "-l1000", "--no-abbrev", "--no-ext-diff", start, end)
            )
        )
        records: list[FileChange] = []
        others: list[str] = []
        for meta in told:
            old_mode, new_mode, old_id, new_id, letter = meta.lstrip(":").split(" ")
            first = next(told)
            second = next(told) if letter[0] in "RC" else first
            old_path, new_path = self._inside(first), self._inside(second)
            old = Entry(old_mode, old_id) if letter[0] != "A" and old_path is not None else None
            new = Entry(new_mode, new_id) if letter[0] != "D" and new_path is not None else None
            if old is None and new is None:
                others.append(second)
            else:
                records.append(FileChange(old_path if old else None, new_path if new else None, old, new))
        return tuple(records), tuple(others)

    def _commits(self, start: str, end: str) -> tuple[Commit, ...]:
        """The commits that `end` has and `start` has not, newest first, where they touched records; of a merge, what
        it changed itself."""
        told = _words(
            self._ask(
                "log",
                "-z",
                "--format=%H%x00%ae%x00%ct",
                "--raw",
                "--no-abbrev",
                "-c",
                "--no-renames",
                "--no-ext-diff",
                "--no-textconv",
                "--no-show-signature",
                "--no-mailmap",
                "--no-color",
                "--full-history",
                f"{start}..{end}",
                "--",
                *self._tops(),
            )
        )
        commits: list[tuple[str, str, str, list[str]]] = []
        at = 0
        while at < len(told):
            word = told[at].lstrip("\n")
            if not word:
                at += 1
                continue
            if word.startswith(":"):
                path = self._inside(told[at + 1])
                if path is not None:
                    commits[-1][3].append(path)
                at += 2
            else:
                commits.append((word, told[at + 1], told[at + 2], []))
                at += 3
        if self._shallow and not self._shallow.isdisjoint(commit[0] for commit in commits):
            raise self._held_in_part("the commits in between are not all in this clone")
        return tuple(Commit(id_, author, _day(seconds), tuple(paths)) for id_, author, seconds, paths in commits)

    # -- files --------------------------------------------------------------------------------------------------

    def names(self, commit: str) -> dict[str, Entry]:
        """Every file under `protocols/` and `signatories/` at a commit, by its path from the register's root."""
        found: dict[str, Entry] = {}
        skip = len(self._prefix) + 1 if self._prefix else 0
        for word in _words(self._ask("ls-tree", "-r", "-z", "--full-tree", commit, "--", *self._tops())):
            meta, _, path = word.partition("\t")
            mode, _sort, id_ = meta.split(" ")
            found[path[skip:]] = Entry(mode, id_)
        return found

    def read(self, id_: str, *, most: int = MAX_BYTES + 1) -> bytes:
        """The content with this id, or so many bytes of it."""
        try:
            _, _, size, stream = self._git.stream_object_data(id_)
            return bytes(stream.read(min(size, most)))
        except ValueError:
            raise HistoryError(
                "this clone does not hold the content of every file (it was made with a filter)",
                "Fetch the rest with: git fetch --refetch --no-filter",
            ) from None

    def owners(self, commit: str) -> str | None:
        """The text of CODEOWNERS at a commit, from the first of the places where GitHub looks; None without one."""
        for word in _words(self._ask("ls-tree", "-z", "--full-tree", commit, "--", *_OWNERS_PLACES)):
            meta, _, _path = word.partition("\t")
            mode, _sort, id_ = meta.split(" ")
            if mode in PLAIN_MODES:
                raw = self.read(id_, most=_OWNERS_BYTES + 1)
                return raw.decode("utf-8", "replace") if len(raw) <= _OWNERS_BYTES else None
        return None

    def from_top(self, path: str) -> str:
        """A path from the register's root, as a path from the top of the repository."""
        return f"{self._prefix}/{path}" if self._prefix else path

    def uncommitted(self) -> int:
        """How many record files in the working tree are not as the commit checked out has them."""
        names = _words(self._ask("config", "-z", "--name-only", "--get-regexp", r"^filter\.", fine=(0, 1)))
        settings = {**SETTINGS, **{name: "false" if name.endswith(".required") else "" for name in names}}
        with self._git.custom_environment(**as_variables(settings)):
            told = self._ask(
                "status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=all", "--", *self._tops()
            )
        return sum(1 for word in _words(told) if word.endswith(".yaml"))

    # -- inside -------------------------------------------------------------------------------------------------

    def _tops(self) -> list[str]:
        return [self.from_top(top) for top in TOPS]

    def _inside(self, path: str) -> str | None:
        """A path from the top as one from the register's root; None for what is no record's."""
        if self._prefix:
            if not path.startswith(self._prefix + "/"):
                return None
            path = path[len(self._prefix) + 1 :]
        return path if path.startswith(("protocols/", "signatories/")) else None

    def _ask(self, *words: str, fine: tuple[int, ...] = (0,)) -> bytes:
        """What Git says on standard output."""
        status, said, complaint = self._git.execute(
            [self._git.GIT_PYTHON_GIT_EXECUTABLE or "git", "--no-pager", "--no-optional-locks", *words],
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
        )
        if status not in fine:
            if self._shallow:
                raise self._held_in_part("what was asked for is not in this clone")
            why = [line for line in str(complaint).splitlines() if line.startswith(("fatal:", "error:"))]
            raise HistoryError("Git could not answer" + (f": {why[0]}" if why else ""), "Try: git fsck")
        return said if isinstance(said, bytes) else b""

    @property
    def _shallow(self) -> frozenset[str]:
        """The commits at which a shallow clone ends; empty for a whole one."""
        try:
            return frozenset((self._common / "shallow").read_text(encoding="ascii").split())
        except (OSError, UnicodeError):
            return frozenset()

    @staticmethod
    def _held_in_part(message: str) -> HistoryError:
        return HistoryError(
            f"{message}, which holds only part of the history", "Fetch the rest with: git fetch --unshallow"
        )


def files_at(root: Path, revision: str) -> Files:
    """The record files of the register in `root` as they were at `revision`."""
    with History(root) as history:
        names = {
            path: entry for path, entry in history.names(history.resolve(revision)).items() if is_record(path, entry)
        }
        folders = {"/".join(path.split("/")[:2]) for path in names}
        return Files({path: history.read(entry.id) for path, entry in names.items()}, (), tuple(sorted(folders)))


def contents(history: History, names: Mapping[str, Entry], paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Path and content of those of `paths` that are records."""
    for path in paths:
        entry = names.get(path)
        if entry is not None and is_record(path, entry):
            yield path, history.read(entry.id)


def _git(folder: Path) -> Git:
    try:
        from git.cmd import Git
    except ImportError:
        raise HistoryError(
            "Git is not on this machine, or cannot be run", "Install it from https://git-scm.com, and try again."
        ) from None
    return Git(str(folder))


def _day(seconds: str) -> date | None:
    """The day, in UTC, of so many seconds since 1970; None for one that no calendar has."""
    try:
        return datetime.fromtimestamp(int(seconds.strip()), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _words(told: bytes) -> list[str]:
    """What Git says with a NUL after each word. Bytes that are no UTF-8 stay apart as surrogates."""
    return told.decode("utf-8", "surrogateescape").split("\0")[:-1]
