"""The only code that talks to Git: record files and commits as they are in history, read without touching the working tree.

Git's own settings never change an answer, and no program that a repository's settings name is ever run.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from undersigned.records.files import (
    FOLDERS_BESIDE,
    LAW_FOLDER,
    MAX_BYTES,
    PROVISION_FOLDER,
    RECORD_FOLDERS,
    ROOT_RECORDS,
    Files,
    printable,
    stray_words,
)
from undersigned.records.findings import file_finding
from undersigned.register import Known, Register, register_of

if TYPE_CHECKING:
    from git.cmd import Git

_PLAIN_MODES = ("100644", "100755", "100664")
_SUBMODULE_MODE = "160000"
#: Settings that could change an answer or name a program to run. Git reads them last, so they win.
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.quotePath": "false",
    "core.pager": "cat",
    "color.ui": "false",
    "diff.external": "",
    "diff.orderFile": os.devnull,
    "diff.ignoreSubmodules": "none",
    "log.showSignature": "false",
    "log.showRoot": "true",
    "log.mailmap": "false",
    "protocol.allow": "never",
    "status.showUntrackedFiles": "all",
    "core.untrackedCache": "keep",
    "submodule.recurse": "false",
}


class HistoryError(Exception):
    """History could not answer. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


# -- values -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file in a tree: its mode in octal digits, and the id of its content."""

    mode: str
    id: str

    @property
    def is_submodule(self) -> bool:
        """Whether another repository is here: its files are not in this one's history."""
        return self.mode == _SUBMODULE_MODE

    @property
    def is_plain(self) -> bool:
        """Whether it is a plain file: a register follows no symbolic link and holds no submodule."""
        return self.mode in _PLAIN_MODES


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differs. Paths are from the register's root; None where the file does not exist."""

    old_path: str | None
    new_path: str | None
    old: TreeEntry | None
    new: TreeEntry | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit between two revisions, and the record files that it touched. Author and day are what the commit claims."""

    id: str
    author_email: str
    made_on: date | None
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What differs between two revisions, by full ids. `compared_from` is the base, or its common ancestor with the head.

    `files` are those under `protocols/` and `signatories/`; `beside`, those where other kinds of record belong, by path
    from the register's root; `other_files`, all others, by path from the top of the repository.
    """

    base: str
    head: str
    compared_from: str
    relation: Literal["ahead", "diverged", "behind", "unrelated", "same"]
    files: tuple[FileChange, ...]
    beside: tuple[FileChange, ...]
    other_files: tuple[str, ...]
    commits: tuple[Commit, ...]


def is_record(path: str, entry: TreeEntry) -> bool:
    """Whether a register would read this file of a tree, by the same rules as `records.files`."""
    return (
        entry.is_plain
        and path.endswith(".yaml")
        and path.isprintable()
        and not any(part.startswith(".") for part in path.split("/"))
    )


def _file_change(paths: Iterable[str | None], entries: tuple[TreeEntry, TreeEntry]) -> FileChange | None:
    """One file before and after; None if it has no path on either side."""
    old_path, new_path = paths
    old, new = (entry if path is not None else None for path, entry in zip((old_path, new_path), entries, strict=True))
    return FileChange(old_path, new_path, old, new) if old or new else None


# -- reading history ----------------------------------------------------------------------------------------------------


class History:
    """The history of the repository that holds the register in `root`. Use it in a `with`: it keeps a Git process open.

    In a bare repository, `root` is the repository itself, and the register is at the top of it.
    """

    def __init__(self, root: Path) -> None:
        root = root.resolve()
        self.is_bare = is_bare(root)
        self._work_tree = root if self.is_bare else _work_tree(root)
        inside = root.relative_to(self._work_tree).as_posix()
        self._prefix = "" if inside == "." else inside
        folder = root if self.is_bare else _git_folder(self._work_tree)
        self._common = _common_folder(folder)
        self._git = _program(self._work_tree)
        self._git.update_environment(**_environment(self._work_tree, folder, self._common))

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self._git.clear_cache()

    def resolve(self, revision: str) -> str:
        """The full id of the commit that `revision` names. HistoryError if this clone does not have it."""
        try:
            if not revision.strip() or any(ord(character) < 32 for character in revision):
                raise ValueError
            id_: str | bytes = self._git.get_object_header(f"{revision}^{{commit}}")[0]
            return id_.decode("ascii") if isinstance(id_, bytes) else id_
        except (ValueError, UnicodeError):
            if self._shallow:
                raise self._shallow_error(f"'{revision}' is not in this clone") from None
            raise HistoryError(
                f"'{revision}' is not a revision of this repository", "Name a commit, a branch or a tag."
            ) from None

    def compare(self, base: str, head: str) -> Comparison:
        """What differs between two revisions, as a pull request is compared: from their common ancestor to `head`.

        If `head` is an ancestor of `base`, or they share no history, they are compared directly.
        """
        base_id, head_id = self.resolve(base), self.resolve(head)
        ancestor = self._run("merge-base", base_id, head_id, allowed=(0, 1)).decode().split()
        relation: Literal["ahead", "diverged", "behind", "unrelated", "same"]
        if base_id == head_id:
            relation = "same"
        elif not ancestor:
            if self._shallow:
                raise self._shallow_error(f"what '{base}' and '{head}' have in common is not in this clone")
            relation = "unrelated"
        else:
            relation = "ahead" if ancestor[0] == base_id else "behind" if ancestor[0] == head_id else "diverged"
        start = ancestor[0] if relation == "diverged" else base_id
        files, beside, other_files = self._changed_files(start, head_id)
        commits = self._commits(base_id, head_id)
        return Comparison(base_id, head_id, start, relation, files, beside, other_files, commits)

    def _changed_files(
        self, start: str, end: str
    ) -> tuple[tuple[FileChange, ...], tuple[FileChange, ...], tuple[str, ...]]:
        """The files that differ, renames followed, as `files`, `beside` and `other_files` of a comparison."""
        fields = iter(
            _split(
                self._run("diff-tree", "-r", "-z", "--raw", "-M", "-l1000", "--no-abbrev", "--no-ext-diff", start, end)
            )
        )
        records: list[FileChange] = []
        beside: list[FileChange] = []
        others: list[str] = []
        for meta in fields:
            old_mode, new_mode, old_id, new_id, letter = meta.lstrip(":").split(" ")
            first = next(fields)
            second = next(fields) if letter[0] in "RC" else first
            paths = (None if letter[0] == "A" else first, None if letter[0] == "D" else second)
            entries = (TreeEntry(old_mode, old_id), TreeEntry(new_mode, new_id))
            if (file := _file_change(map(self._record_path, paths), entries)) is not None:
                records.append(file)
            elif (file := _file_change(map(self._path_beside, paths), entries)) is not None:
                beside.append(file)
            else:
                others.append(second)
        return tuple(records), tuple(beside), tuple(others)

    def _commits(self, start: str, end: str) -> tuple[Commit, ...]:
        """The commits that `end` has and `start` has not, newest first, that touched records.

        Of a merge, only what the merge itself changed counts.
        """
        fields = _split(
            self._run(
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
                *self._record_folders(),
            )
        )
        commits: list[tuple[str, str, str, list[str]]] = []
        at = 0
        while at < len(fields):
            field = fields[at].lstrip("\n")
            if not field:
                at += 1
                continue
            if field.startswith(":"):
                path = self._record_path(fields[at + 1])
                if path is not None:
                    commits[-1][3].append(path)
                at += 2
            else:
                commits.append((field, fields[at + 1], fields[at + 2], []))
                at += 3
        if self._shallow and not self._shallow.isdisjoint(commit[0] for commit in commits):
            raise self._shallow_error("the commits in between are not all in this clone")
        return tuple(Commit(id_, author, _day(seconds), tuple(paths)) for id_, author, seconds, paths in commits)

    def names(self, commit: str, places: Iterable[str] = RECORD_FOLDERS) -> dict[str, TreeEntry]:
        """Every file in these places of the register at a commit, by its path from the register's root."""
        entries: dict[str, TreeEntry] = {}
        skip = len(self._prefix) + 1 if self._prefix else 0
        paths = map(self.path_from_top, places)
        for line in _split(self._run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)):
            meta, _, path = line.partition("\t")
            mode, _type, id_ = meta.split(" ")
            entries[path[skip:]] = TreeEntry(mode, id_)
        return entries

    def top_folders(self, commit: str) -> dict[str, TreeEntry]:
        """What a commit holds as `protocols/` and `signatories/`: a folder of files, or a submodule."""
        skip = len(self._prefix) + 1 if self._prefix else 0
        found: dict[str, TreeEntry] = {}
        for line in _split(self._run("ls-tree", "-z", "--full-tree", commit, "--", *self._record_folders())):
            meta, _, path = line.partition("\t")
            mode, _type, id_ = meta.split(" ")
            found[path[skip:]] = TreeEntry(mode, id_)
        return found

    def read(self, id_: str, *, most: int = MAX_BYTES + 1) -> bytes:
        """The content with this id, cut after `most` bytes."""
        try:
            _, _, size, stream = self._git.stream_object_data(id_)
            return bytes(stream.read(min(size, most)))
        except ValueError:
            raise HistoryError(
                "this clone does not hold the content of every file (it was made with a filter)",
                "Fetch the rest with: git fetch --refetch --no-filter",
            ) from None

    def text_at(self, commit: str, paths: Iterable[str], *, most: int) -> str | None:
        """The text of the first of these plain files (paths from the top) at a commit.

        None if there is none, or if it has more than `most` bytes.
        """
        for line in _split(self._run("ls-tree", "-z", "--full-tree", commit, "--", *paths)):
            meta, _, _path = line.partition("\t")
            mode, _type, id_ = meta.split(" ")
            if mode in _PLAIN_MODES:
                raw = self.read(id_, most=most + 1)
                return raw.decode("utf-8", "replace") if len(raw) <= most else None
        return None

    def path_from_top(self, path: str) -> str:
        """A path from the register's root, as a path from the top of the repository."""
        return f"{self._prefix}/{path}" if self._prefix else path

    def count_uncommitted(self) -> int:
        """How many record files in the working tree differ from the commit that is checked out."""
        names = _split(self._run("config", "-z", "--name-only", "--get-regexp", r"^filter\.", allowed=(0, 1)))
        settings = {**_SETTINGS, **{name: "false" if name.endswith(".required") else "" for name in names}}
        with self._git.custom_environment(**_as_variables(settings)):
            lines = _split(
                self._run(
                    "status",
                    "--porcelain=v1",
                    "-z",
                    "--no-renames",
                    "--ignore-submodules=all",
                    "--",
                    *self._record_folders(),
                )
            )
        return sum(1 for line in lines if line.endswith(".yaml"))

    def settings_at(self, commit: str) -> bytes | None:
        """The `mkdocs.yml` of a commit in a bare repository; None where there is a working tree, whose own file counts."""
        if not self.is_bare:
            return None
        text = self.text_at(commit, [self.path_from_top("mkdocs.yml")], most=MAX_BYTES)
        return (text or "").encode("utf-8", "surrogateescape")

    def main_branch(self) -> str:
        """The name of the branch that is checked out, or that a bare repository names as its main one."""
        name = self._run("symbolic-ref", "HEAD").decode("utf-8", "replace").strip()
        return name.removeprefix("refs/heads/")

    def described(self, commit: str) -> tuple[str, str, str]:
        """The first line of a commit's message, the name of its author, and the rest of the message."""
        shown = self._run("log", "-1", "--format=%s%x00%an%x00%b", commit).decode("utf-8", "replace")
        title, author, body = shown.split("\0")
        return title.strip(), author.strip(), body.strip()

    def authors(self, start: str, end: str) -> set[str]:
        """The names of the authors of the commits that `end` has and `start` has not."""
        return set(self._run("log", "--format=%an", f"{start}..{end}").decode("utf-8", "replace").splitlines())

    def changed_paths(self, start: str, end: str) -> dict[str, bool]:
        """Every path that differs between two commits; True where the file is a plain one at `end`."""
        fields = iter(_split(self._run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", start, end)))
        return {next(fields): meta.split(" ")[1] in _PLAIN_MODES for meta in fields}

    def merge(self, mine: str, theirs: str, message: str, author: tuple[str, str]) -> str | None:
        """Makes a commit that joins two commits, `mine` first; returns its id. None if they change the same lines.

        No branch points to it yet. HistoryError if this Git is older than 2.38 and cannot do it without a working tree.
        """
        found = self._run("merge-tree", "--write-tree", "--no-messages", "--name-only", mine, theirs, allowed=(0, 1))
        lines = found.decode("utf-8", "replace").splitlines()
        if len(lines) != 1:
            return None
        return self._commit_tree(lines[0], (mine, theirs), message, author)

    def _commit_tree(self, tree: str, parents: Iterable[str], message: str, author: tuple[str, str]) -> str:
        with tempfile.TemporaryDirectory(prefix="undersigned-commit-") as folder:
            file = Path(folder) / "message"
            file.write_text(message, encoding="utf-8")
            options = [option for parent in parents for option in ("-p", parent)]
            made = self._run("commit-tree", tree, *options, "-F", str(file), env=_as_author(author))
            return made.decode().strip()

    def commit(self, base: str, files: Mapping[str, bytes], message: str, author: tuple[str, str]) -> str:
        """Makes a commit of the commit `base` with these files, path in the register to content; returns its id.

        Neither the working tree nor the index changes, and no branch points to it yet. `author`: name and mailbox of a post.
        """
        with tempfile.TemporaryDirectory(prefix="undersigned-commit-") as folder:
            content = Path(folder) / "content"
            variables = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._run("read-tree", base, env=variables)
            for path, raw in files.items():
                content.write_bytes(raw)
                blob = self._run("hash-object", "-w", "--no-filters", str(content)).decode().strip()
                entry = f"100644,{blob},{self.path_from_top(path)}"
                self._run("update-index", "--add", "--cacheinfo", entry, env=variables)
            tree = self._run("write-tree", env=variables).decode().strip()
            return self._commit_tree(tree, (base,), message, author)

    def make_branch(self, name: str, commit: str) -> None:
        """Makes a branch that points to a commit. HistoryError if it exists already, or if the name cannot be one."""
        self._run("check-ref-format", f"refs/heads/{name}")
        self._run("update-ref", f"refs/heads/{name}", commit, "0" * 40)

    def move_branch(self, name: str, commit: str, *, before: str) -> None:
        """Moves a branch from the commit `before` to another. HistoryError if it points to another commit by now."""
        self._run("update-ref", f"refs/heads/{name}", commit, before)

    def delete_branch(self, name: str, *, before: str) -> None:
        """Deletes a branch that points to the commit `before`. HistoryError if it points to another commit by now."""
        self._run("update-ref", "-d", f"refs/heads/{name}", before)

    def branches(self, folder: str) -> dict[str, str]:
        """The branches whose names begin with `folder` and a slash, each with the id of its commit."""
        shown = self._run("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", f"refs/heads/{folder}/")
        return dict(line.rsplit(" ", 1) for line in shown.decode("utf-8", "replace").splitlines())

    def common_ancestor(self, one: str, other: str) -> str:
        """The id of the last commit that two commits share. HistoryError if they share none."""
        found = self._run("merge-base", one, other, allowed=(0, 1)).decode().split()
        if not found:
            raise HistoryError("these two commits share no history", "Begin again from the main branch.")
        return found[0]

    def merged(self, base: bytes, mine: bytes, theirs: bytes) -> bytes | None:
        """Both changes of one text together; None if they touch the same lines."""
        with tempfile.TemporaryDirectory(prefix="undersigned-merge-") as folder:
            paths = []
            for name, raw in (("mine", mine), ("base", base), ("theirs", theirs)):
                path = Path(folder) / name
                path.write_bytes(raw)
                paths.append(str(path))
            try:
                return self._run("merge-file", "-p", "-q", *paths)
            except HistoryError:
                return None

    def _record_folders(self) -> list[str]:
        return [self.path_from_top(folder) for folder in RECORD_FOLDERS]

    def _record_path(self, path: str | None) -> str | None:
        """A path from the top as a path from the register's root; None outside the folders of records."""
        path = self._path_from_root(path)
        return path if path is not None and path.startswith(("protocols/", "signatories/")) else None

    def _path_beside(self, path: str | None) -> str | None:
        """As `_record_path`, for the places of the other kinds of record."""
        path = self._path_from_root(path)
        if path is None or path in ROOT_RECORDS:
            return path
        return path if path.partition("/")[0] in FOLDERS_BESIDE else None

    def _path_from_root(self, path: str | None) -> str | None:
        if path is None or not self._prefix:
            return path
        return path[len(self._prefix) + 1 :] if path.startswith(self._prefix + "/") else None

    def _run(self, *arguments: str, allowed: tuple[int, ...] = (0,), env: Mapping[str, str] | None = None) -> bytes:
        """The standard output of a Git command. HistoryError if it exits with a status that is not allowed."""
        status, output, complaint = self._git.execute(
            [self._git.GIT_PYTHON_GIT_EXECUTABLE or "git", "--no-pager", "--no-optional-locks", *arguments],
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
            env=env,
        )
        if status not in allowed:
            if self._shallow:
                raise self._shallow_error("what was asked for is not in this clone")
            why = [line for line in str(complaint).splitlines() if line.startswith(("fatal:", "error:"))]
            raise HistoryError("Git could not answer" + (f": {why[0]}" if why else ""), "Try: git fsck")
        return output if isinstance(output, bytes) else b""

    @property
    def _shallow(self) -> frozenset[str]:
        """The commits at which a shallow clone ends; empty for a complete clone."""
        try:
            return frozenset((self._common / "shallow").read_text(encoding="ascii").split())
        except (OSError, UnicodeError):
            return frozenset()

    @staticmethod
    def _shallow_error(message: str) -> HistoryError:
        return HistoryError(
            f"{message}, which holds only part of the history", "Fetch the rest with: git fetch --unshallow"
        )


def files_at(root: Path, revision: str) -> Files:
    """The record files of the register in `root` as they were at `revision`, and the files beside them that are not records."""
    with History(root) as history:
        tree = history.names(history.resolve(revision), (*RECORD_FOLDERS, LAW_FOLDER, PROVISION_FOLDER, *ROOT_RECORDS))
        names = {path: entry for path, entry in tree.items() if is_record(path, entry)}
        stray = ((path, stray_words(path)) for path, entry in tree.items() if entry.is_plain)
        findings = tuple(file_finding(printable(path), "stray-file", words) for path, words in stray if words)
        folders = {"/".join(path.split("/")[:2]) for path in names}
        return Files({path: history.read(entry.id) for path, entry in names.items()}, findings, tuple(sorted(folders)))


def register_at(root: Path, revision: str, *, known: Known | None = None) -> Register:
    """The whole register as it was at `revision`, with the settings of then in a bare repository.

    `known`: of an earlier register of the same place. HistoryError if this clone does not have it.
    """
    with History(root) as history:
        commit = history.resolve(revision)
        settings = history.settings_at(commit)
    return register_of(root, _files_of_commit(root, commit), commit=commit, settings=settings, known=known)


@lru_cache(maxsize=2)
def _files_of_commit(root: Path, commit: str) -> Files:
    """Every record file of a commit. What a commit holds never changes, so the last ones are kept."""
    with History(root) as history:
        tree = history.names(commit, (*RECORD_FOLDERS, LAW_FOLDER, PROVISION_FOLDER, *ROOT_RECORDS))
        names = {path: entry.id for path, entry in tree.items() if is_record(path, entry)}
        kept, blobs = _kept_contents(root), dict[str, bytes]()
        for id_ in names.values():
            content = kept.get(id_)  # another thread may change what is kept
            blobs[id_] = history.read(id_) if content is None else content
        kept.clear()
        kept.update(blobs)
        contents = {path: blobs[id_] for path, id_ in names.items()}
    folders = {"/".join(path.split("/")[:2]) for path in contents}
    return Files(contents, (), tuple(sorted(folders)))


@lru_cache(maxsize=2)
def _kept_contents(_root: Path) -> dict[str, bytes]:
    """The contents of the last commit that was read, by id, so that the next one reads only what is new."""
    return {}


def record_contents(
    history: History, names: Mapping[str, TreeEntry], paths: Iterable[str]
) -> Iterator[tuple[str, bytes]]:
    """Path and content of those of `paths` that are records."""
    for path in paths:
        entry = names.get(path)
        if entry is not None and is_record(path, entry):
            yield path, history.read(entry.id)


# -- the program --------------------------------------------------------------------------------------------------------


def _program(folder: Path) -> Git:
    try:
        from git.cmd import Git
    except ImportError:
        raise HistoryError(
            "Git is not on this machine, or cannot be run", "Install it from https://git-scm.com, and try again."
        ) from None
    return Git(str(folder))


def is_bare(folder: Path) -> bool:
    """Whether a folder is a Git repository without a working tree."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _as_author(author: tuple[str, str]) -> dict[str, str]:
    """Variables for Git that name the author and the committer: the name and mailbox of a post."""
    name, mailbox = author
    return {
        f"GIT_{who}_{part}": text
        for who in ("AUTHOR", "COMMITTER")
        for part, text in (("NAME", name), ("EMAIL", mailbox))
    }


def _work_tree(root: Path) -> Path:
    """The nearest folder upwards that is the top of a working tree. No setting and no variable can change this."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return folder
    raise HistoryError("this register is not in a Git repository", "Run it in a clone of the register.")


def _git_folder(work_tree: Path) -> Path:
    """The folder in which Git keeps its data. In linked worktrees and submodules, `.git` is a file that names it."""
    folder = work_tree / ".git"
    if folder.is_dir():
        return folder
    try:
        pointer = re.match(r"gitdir: (.+)", folder.read_text(encoding="utf-8"))
    except (OSError, UnicodeError):
        pointer = None
    if pointer is None or not (work_tree / pointer[1]).is_dir():
        raise HistoryError("this register is in a Git repository that cannot be read", "Clone it again.")
    return (work_tree / pointer[1]).resolve()


def _common_folder(git_folder: Path) -> Path:
    """The folder that all worktrees of a repository share."""
    try:
        return (git_folder / (git_folder / "commondir").read_text(encoding="utf-8").strip()).resolve()
    except (OSError, UnicodeError):
        return git_folder


def _environment(work_tree: Path, git_folder: Path, common: Path) -> dict[str, str]:
    """Variables for Git that override any set outside: fixed folders, no network, no prompt, no replaced objects.

    A repository of another owner may be read, since nothing of its own is run.
    """
    return {
        "GIT_DIR": str(git_folder),
        "GIT_COMMON_DIR": str(common),
        "GIT_WORK_TREE": str(work_tree),
        "GIT_INDEX_FILE": str(git_folder / "index"),
        "GIT_OBJECT_DIRECTORY": str(common / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
        "GIT_NAMESPACE": "",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_GLOB_PATHSPECS": "0",
        "GIT_NOGLOB_PATHSPECS": "0",
        "GIT_ICASE_PATHSPECS": "0",
        "GIT_EXTERNAL_DIFF": "",
        "GIT_DIFF_OPTS": "",
        "GIT_CONFIG_PARAMETERS": "",
        "GIT_TRACE": "0",
        "GIT_TRACE2": "0",
        "GIT_ATTR_NOSYSTEM": "1",
        **_as_variables(_SETTINGS),
    }


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as variables of the environment, where a name may hold any character."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings.items()):
        variables[f"GIT_CONFIG_KEY_{number}"], variables[f"GIT_CONFIG_VALUE_{number}"] = name, value
    return variables


def _day(seconds: str) -> date | None:
    """The day, in UTC, of so many seconds since 1970; None outside the calendar."""
    try:
        return datetime.fromtimestamp(int(seconds.strip()), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _split(output: bytes) -> list[str]:
    """Output with a NUL after each field. Bytes that are not UTF-8 become surrogates, so no two names fall together."""
    return output.decode("utf-8", "surrogateescape").split("\0")[:-1]
