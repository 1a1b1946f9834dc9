"""What is on disk: the bytes of every record file, and what is wrong with names and kinds of file.

Follows no symbolic link and reads nothing outside the register. Knows nothing of what the files say.
"""

from __future__ import annotations

import os
import stat
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
    contents: dict[str, bytes] = {}
    findings: list[Finding] = []
    folders: list[str] = []

    def fault(path: str, code: str, words: str = "default", **facts: object) -> None:
        findings.append(file_finding(printable(path), code, words, **facts))

    def walk(relative: str, depth: int) -> None:
        try:
            entries = sorted(os.scandir(root / relative), key=lambda entry: entry.name)
        except OSError as error:
            fault(relative, "unreadable", "folder", reason=error.strerror)
            return
        for entry in entries:
            name = entry.name
            path = f"{relative}/{name}"
            if not name.isprintable():
                fault(path, "bad-file-name", "unprintable")
            elif entry.is_symlink():
                fault(path, "symbolic-link")
            elif entry.is_dir(follow_symlinks=False):
                if not name.startswith("."):
                    if depth < 2 or not relative.startswith("protocols"):
                        folders.append(path)
                    walk(path, depth + 1)
            elif name.endswith(".yaml") and not name.startswith("."):
                raw = read_bytes(entry.path)
                if raw is None:
                    fault(path, "unreadable")
                else:
                    contents[path] = raw
            elif words := stray_words(path):
                fault(path, "stray-file", words)

    for name in ROOT_RECORDS:
        if (root / name).is_symlink():
            fault(name, "symbolic-link")
        elif (root / name).exists():
            raw = read_bytes(root / name)
            if raw is None:
                fault(name, "unreadable")
            else:
                contents[name] = raw
    for top in (*RECORD_FOLDERS, LAW_FOLDER, PROVISION_FOLDER):
        folder = root / top
        if folder.is_symlink():
            fault(top, "symbolic-link", "folder")
        elif folder.is_dir():
            walk(top, 1)
        elif folder.exists():
            fault(top, "stray-file", "top", name=top)
    for top, depth in _OTHER_FOLDERS.items():
        folder = root / top
        if folder.is_symlink():
            fault(top, "symbolic-link", "folder")
        elif folder.is_dir():
            for path in _strays(root, top, depth):
                fault(path, "stray-file", stray_words(path) or "other")
    return Files(contents, tuple(findings), tuple(folders))


def _strays(root: Path, relative: str, depth: int) -> Iterator[str]:
    """The paths of files that are not records, in a folder whose records lie `depth` levels down. Follows no symbolic link."""
    try:
        entries = sorted(os.scandir(root / relative), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = f"{relative}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield from _strays(root, path, depth - 1)
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
        return chunks
    except OSError:
        return None
    finally:
        os.close(descriptor)
