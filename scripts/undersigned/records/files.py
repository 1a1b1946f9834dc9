"""What is on disk: the bytes of every record file, and what is wrong with names and kinds of file.

Follows no symbolic link and reads nothing outside the register. Knows nothing of what the files say.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from undersigned.records.findings import Finding, file_finding

MAX_BYTES = 1024 * 1024
#: The folders of a register that hold records.
RECORD_FOLDERS = ("protocols", "signatories")
#: The folder of what the law watch last confirmed. Its records belong to no protocol and no organisation.
LAW_FOLDER = "law"
#: The folder of what is provided where, with a folder for each area. Its records belong to no protocol either.
PROVISION_FOLDER = "provision"
#: Folders of other kinds of record, by how deep their records lie. Nothing here reads them; a file that is not a record is a fault.
_OTHER_FOLDERS: Mapping[str, int] = {"imports": 1}
#: Every folder of records other than those of protocols and organisations.
FOLDERS_BESIDE = (LAW_FOLDER, PROVISION_FOLDER, *_OTHER_FOLDERS)
#: The records beside these folders.
ROOT_RECORDS = ("areas.yaml", "landscape.yaml")
#: Endings of files that are published, or lost, if they are put among the records, by the words for them.
_STRAY: Mapping[str, frozenset[str]] = {
    "copy-of-text": frozenset(
        [
            "pdf",
            "tif",
            "tiff",
            "jpg",
            "jpeg",
            "png",
            "gif",
            "bmp",
            "heic",
            "webp",
            "doc",
            "docx",
            "docm",
            "dot",
            "odt",
            "rtf",
            "pages",
            "p7s",
            "asice",
        ]
    ),
    "message": frozenset(["eml", "msg", "mbox", "p7m", "vcf", "ics"]),
    "table": frozenset(["csv", "tsv", "xls", "xlsx", "xlsm", "xlsb", "ods", "numbers", "mdb", "accdb", "sqlite", "db"]),
    "archive": frozenset(["zip", "7z", "rar", "gz", "tar", "tgz"]),
}
_LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Files:
    """What is on disk: the bytes of every record file by path, and what was wrong with names and kinds of file."""

    contents: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    folders: tuple[str, ...]


def load_files(root: Path) -> Files:
    """Reads every record file under `protocols/` and `signatories/`, and those beside them. Does not follow symbolic links."""
    walk = _Walk(root)
    walk.all()
    return Files(walk.contents, tuple(walk.findings), tuple(walk.folders))


#: What tells whether a file or a folder has changed: the times of its content and its properties, its size, and which it is.
_Mark = tuple[int, int, int, int]


class LiveFiles:
    """The files of one folder for a program that goes on running: what has not changed since is not read again.

    All is read again when a folder's entries have changed, and one file when its times or its size have. Several threads
    may call `load`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._walk: _Walk | None = None
        self._files = Files({}, (), ())
        self._lock = threading.Lock()

    def load(self) -> Files:
        """As `load_files`. `folders` is the same object for as long as no file came or went."""
        with self._lock:
            walk = self._walk
            if walk is None or any(_mark_of(f"{self._root}/{one}") != mark for one, mark in walk.seen.items()):
                self._walk = walk = _Walk(self._root, notes_folders=True)
                walk.all()
                self._files = Files({}, tuple(walk.findings), tuple(walk.folders))
            return Files(_LiveContents(self._root, walk), self._files.findings, self._files.folders)


class _LiveContents(Mapping[str, bytes]):
    """Path to content of a walk's files. Each is looked at again once, when it is first asked for."""

    def __init__(self, root: Path, walk: _Walk) -> None:
        self._root, self._walk = root, walk
        self._looked_at: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        raw = self._looked_at.get(path)
        if raw is None:
            raw = self._walk.contents[path]
            if _mark_of(f"{self._root}/{path}") != self._walk.marks.get(path):
                # A file that cannot be read any more counts as empty, and so as faulty.
                raw, self._walk.marks[path] = _read_marked(f"{self._root}/{path}") or (b"", (0, 0, 0, 0))
                self._walk.contents[path] = raw
            self._looked_at[path] = raw
        return raw

    def __contains__(self, path: object) -> bool:
        return path in self._walk.contents

    def __iter__(self) -> Iterator[str]:
        return iter(self._walk.contents)

    def __len__(self) -> int:
        return len(self._walk.contents)


class _Walk:
    """One walk through all places of records.

    `marks`: the mark of each file that was read. `seen`: each folder that was looked into with its mark, if `notes_folders`.
    """

    def __init__(self, root: Path, *, notes_folders: bool = False) -> None:
        self._root, self._notes_folders = root, notes_folders
        self.contents: dict[str, bytes] = {}
        self.marks: dict[str, _Mark] = {}
        self.seen: dict[str, _Mark | None] = {}
        self.findings: list[Finding] = []
        self.folders: list[str] = []

    def all(self) -> None:
        root = self._root
        self._note("")
        for name in ROOT_RECORDS:
            if (root / name).is_symlink():
                self._fault(name, "symbolic-link")
            elif (root / name).exists():
                self._read(name)
        for top in (*RECORD_FOLDERS, LAW_FOLDER, PROVISION_FOLDER):
            folder = root / top
            if folder.is_symlink():
                self._fault(top, "symbolic-link", "folder")
            elif folder.is_dir():
                self._folder(top, 1)
            elif folder.exists():
                self._fault(top, "stray-file", "top", name=top)
        for top, depth in _OTHER_FOLDERS.items():
            folder = root / top
            if folder.is_symlink():
                self._fault(top, "symbolic-link", "folder")
            elif folder.is_dir():
                for path in self._strays(top, depth):
                    self._fault(path, "stray-file", stray_words(path) or "other")

    def _fault(self, path: str, code: str, words: str = "default", **facts: object) -> None:
        self.findings.append(file_finding(printable(path), code, words, **facts))

    def _read(self, path: str) -> None:
        found = _read_marked(f"{self._root}/{path}")
        if found is None:
            self._fault(path, "unreadable")
        else:
            self.contents[path], self.marks[path] = found

    def _note(self, relative: str) -> None:
        if self._notes_folders:
            self.seen[relative] = _mark_of(f"{self._root}/{relative}")

    def _entries(self, relative: str) -> list[os.DirEntry[str]]:
        self._note(relative)
        return sorted(os.scandir(self._root / relative), key=lambda entry: entry.name)

    def _folder(self, relative: str, depth: int) -> None:
        try:
            entries = self._entries(relative)
        except OSError as error:
            self._fault(relative, "unreadable", "folder", reason=error.strerror)
            return
        for entry in entries:
            name = entry.name
            path = f"{relative}/{name}"
            if not name.isprintable():
                self._fault(path, "bad-file-name", "unprintable")
            elif entry.is_symlink():
                self._fault(path, "symbolic-link")
            elif entry.is_dir(follow_symlinks=False):
                if not name.startswith("."):
                    if depth < 2 or not relative.startswith("protocols"):
                        self.folders.append(path)
                    self._folder(path, depth + 1)
            elif name.endswith(".yaml") and not name.startswith("."):
                self._read(path)
            elif words := stray_words(path):
                self._fault(path, "stray-file", words)

    def _strays(self, relative: str, depth: int) -> Iterator[str]:
        """The paths of files that are not records, in a folder whose records lie `depth` levels down. Follows no symbolic link."""
        try:
            entries = self._entries(relative)
        except OSError:
            return
        for entry in entries:
            path = f"{relative}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    yield from self._strays(path, depth - 1)
            elif stray_words(path) or entry.is_symlink() or (depth != 1 and not entry.name.startswith(".")):
                yield path


def stray_words(path: str) -> str | None:
    """The words of `stray-file` for a file that is not a record by its name; None for a record or a file to ignore.

    Ignored are the files that Git, editors and operating systems leave, whose names begin with a full stop.
    """
    name = path.rsplit("/", 1)[-1].lower()
    ending = name.rpartition(".")[2]
    if name in _LEFT_BY_SYSTEMS:
        return None
    for words, endings in _STRAY.items():
        if ending in endings and "." in name:
            return words
    if name.startswith(".") or path.endswith(".yaml"):
        return None
    if name.endswith((".yml", ".yaml", ".yaml.txt")):
        return "name"
    return "copy" if name.endswith(("~", ".bak", ".orig", ".rej", ".old", ".tmp", ".swp")) else "other"


def printable(path: str) -> str:
    """A path that can be shown: what cannot be is U+FFFD."""
    return "".join(character if character.isprintable() else "\ufffd" for character in path)


def read_bytes(path: Path | str) -> bytes | None:
    """At most one byte more than a record may have; None if it is not a plain file that can be read."""
    found = _read_marked(path)
    return found[0] if found is not None else None


def _read_marked(path: Path | str) -> tuple[bytes, _Mark] | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        size = min(status.st_size, MAX_BYTES) + 1
        chunks = os.read(descriptor, size)
        while len(chunks) < min(size, status.st_size) and (more := os.read(descriptor, size - len(chunks))):
            chunks += more
        return chunks, _mark(status)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _mark_of(path: str) -> _Mark | None:
    """The mark of a file or folder; None if there is none. Does not follow symbolic links."""
    try:
        return _mark(os.lstat(path))
    except OSError:
        return None


def _mark(status: os.stat_result) -> _Mark:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
