"""Answers kept from the last time, by everything they depend on. May be deleted at any time; never changes an answer."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import zlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from undersigned.atomic import write_atomically
from undersigned.records.files import Files

_PACKAGE = Path(__file__).parent
_SUFFIXES = (".py", ".yaml")
#: What a document is made of beside its record: code, words, page design, fonts and law.
_DOCUMENTS_COME_FROM = ("documents", "records", "status", "register.py", "findings.py", "words")
#: What a page is made of beside its records.
_PAGES_COME_FROM = (
    "changes",
    "checks",
    "facts",
    "findings.py",
    "records",
    "register.py",
    "reports",
    "site",
    "status",
    "words",
)
_PROGRAMS = ("Jinja2", "MarkupSafe", "icalendar", "markdown-it-py", "nh3", "pydantic")
_MOST_BYTES = 3 << 30
_DIGEST = 32
#: Answers and documents may hold what is not published.
_PRIVATE = 0o600


def answer_key(files: Files, *parts: str) -> str:
    """A digest of every record file, this program's own code and rules, Python's version, and the given parts."""
    digest = hashlib.sha256()
    digest.update(repr((sys.version_info[:3], parts)).encode())
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in _SUFFIXES:
            digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    for name, content in sorted(files.contents.items()):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(hashlib.sha256(content).digest())
    digest.update(repr((sorted(files.folders), files.findings)).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


class AnswerCache:
    """A folder of answers. A missing, broken or unwritable folder means working everything out again."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, verb: str, key: str) -> object | None:
        """The answer kept for `verb` under `key`; only the last one of each verb and register is kept."""
        if self._folder is None:
            return None
        try:
            raw = (self._folder / f"{verb}-{key[:32]}.json.z").read_bytes()
            kept = json.loads(zlib.decompress(raw))
        except (OSError, ValueError, zlib.error):
            return None
        return kept["answer"] if isinstance(kept, dict) and kept.get("key") == key else None

    def put(self, verb: str, key: str, answer: object) -> None:
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            raw = zlib.compress(json.dumps({"key": key, "answer": answer}).encode(), 1)
            write_atomically(self._folder / f"{verb}-{key[:32]}.json.z", raw, mode=_PRIVATE)
            self._forget_old()

    def documents(self) -> DocumentCache:
        """The finished documents, in a folder of their own."""
        return DocumentCache(self._folder / "documents" if self._folder is not None else None)

    def pages(self) -> DocumentCache:
        """What is worked out of each protocol for the site, in a folder of its own."""
        folder = self._folder / "pages" if self._folder is not None else None
        return DocumentCache(folder, _PAGES_COME_FROM, _PROGRAMS)

    def _forget_old(self, keep: int = 40) -> None:
        if self._folder is None:
            return
        kept = sorted(self._folder.glob("*.json.z"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[keep:]:
            path.unlink(missing_ok=True)


class DocumentCache:
    """A folder of finished documents by a digest of all that they are made of. What is broken or missing is made again."""

    def __init__(
        self, folder: Path | None, made_by: Sequence[str] = _DOCUMENTS_COME_FROM, programs: Sequence[str] = ()
    ) -> None:
        self._folder = folder
        self.code = _digest_of_code(made_by, programs) if folder is not None else ""

    def get(self, key: str) -> bytes | None:
        if self._folder is None:
            return None
        path = self._folder / key[:2] / key
        try:
            raw = path.read_bytes()
            os.utime(path)  # used again: not among the first to be forgotten
        except OSError:
            return None
        digest, content = raw[:_DIGEST], raw[_DIGEST:]
        return content if hashlib.sha256(content).digest() == digest else None

    def put(self, key: str, content: bytes) -> None:
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            write_atomically(self._folder / key[:2] / key, hashlib.sha256(content).digest() + content, mode=_PRIVATE)

    def forget_old(self, most: int = _MOST_BYTES) -> None:
        """Leaves at most so many bytes, those used last."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            kept = sorted(
                ((path.stat().st_mtime, path.stat().st_size, path) for path in self._folder.glob("??/*")), reverse=True
            )
            total = 0
            for _, size, path in kept:
                total += size
                if total > most:
                    path.unlink(missing_ok=True)


def _digest_of_code(made_by: Sequence[str], programs: Sequence[str]) -> str:
    versions = [version(program) for program in programs]
    digest = hashlib.sha256(repr((sys.version_info[:3], *versions)).encode())
    for name in made_by:
        top = _PACKAGE / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
