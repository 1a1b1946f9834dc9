"""Answers and documents from earlier runs, each under a digest of everything that it depends on.

The folder may be deleted at any time. What is in it never changes an answer: what is missing or broken is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import zlib
from importlib.metadata import version
from pathlib import Path

from undersigned.atomic import write_atomically
from undersigned.records.files import Files

_PACKAGE = Path(__file__).parent
#: The libraries that answers and documents are made with; another version may give others.
LIBRARIES = ("PyYAML", "lxml", "pikepdf", "pydantic", "pypandoc_binary", "typst")
_MOST_ANSWERS = 40
_MOST_BYTES = 3 << 30
_DIGEST_BYTES = 32
#: Answers and documents may hold what is not published.
_PRIVATE = 0o600


def program_digest(package: Path = _PACKAGE) -> str:
    """A digest of the program: each of its files (code, rules, words, page design, fonts), Python and the libraries."""
    versions = [version(library) for library in LIBRARIES]
    digest = hashlib.sha256(repr((sys.version_info[:3], versions)).encode())
    for path in sorted(package.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            digest.update(path.relative_to(package).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def answer_key(files: Files, *parts: str) -> str:
    """A digest of the program, of every record file, and of the given parts."""
    digest = hashlib.sha256(repr((program_digest(), parts)).encode())
    for name, content in sorted(files.contents.items()):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(hashlib.sha256(content).digest())
    digest.update(repr((sorted(files.folders), files.findings)).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


class AnswerCache:
    """Answers of verbs, as JSON. Without a folder, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, verb: str, key: str) -> object | None:
        """The answer that `put` stored for the verb and the key; None if there is none."""
        if self._folder is None:
            return None
        try:
            raw = (self._folder / f"{verb}-{key[:32]}.json.z").read_bytes()
            stored = json.loads(zlib.decompress(raw))
        except (OSError, ValueError, zlib.error):
            return None
        return stored["answer"] if isinstance(stored, dict) and stored.get("key") == key else None

    def put(self, verb: str, key: str, answer: object) -> None:
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            raw = zlib.compress(json.dumps({"key": key, "answer": answer}).encode(), 1)
            write_atomically(self._folder / f"{verb}-{key[:32]}.json.z", raw, mode=_PRIVATE)
            by_age = sorted(self._folder.glob("*.json.z"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in by_age[_MOST_ANSWERS:]:
                path.unlink(missing_ok=True)

    def documents(self) -> DocumentCache:
        """The finished documents, in a folder of their own."""
        return DocumentCache(self._folder / "documents" if self._folder is not None else None)


class DocumentCache:
    """Finished documents by a text that differs where what they are made of differs. Without a folder, nothing is kept.

    `program`: the digest of what makes them.
    """

    def __init__(self, folder: Path | None, *, program: str | None = None) -> None:
        self._folder = folder
        self._program = program_digest() if program is None and folder is not None else program

    @property
    def keeps(self) -> bool:
        """Whether there is a folder."""
        return self._folder is not None

    def get(self, made_of: str) -> bytes | None:
        if self._folder is None:
            return None
        path = self._path(self._folder, made_of)
        try:
            raw = path.read_bytes()
            os.utime(path)  # what was used last is deleted last
        except OSError:
            return None
        digest, content = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        return content if hashlib.sha256(content).digest() == digest else None

    def put(self, made_of: str, content: bytes) -> None:
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            raw = hashlib.sha256(content).digest() + content
            write_atomically(self._path(self._folder, made_of), raw, mode=_PRIVATE)

    def forget_old(self, most: int = _MOST_BYTES) -> None:
        """Leaves at most so many bytes, those used last."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            paths = self._folder.glob("??/*")
            by_age = sorted(((path.stat().st_mtime, path.stat().st_size, path) for path in paths), reverse=True)
            total = 0
            for _, size, path in by_age:
                total += size
                if total > most:
                    path.unlink(missing_ok=True)

    def _path(self, folder: Path, made_of: str) -> Path:
        name = hashlib.sha256(f"{self._program}\0{made_of}".encode()).hexdigest()
        return folder / name[:2] / name
