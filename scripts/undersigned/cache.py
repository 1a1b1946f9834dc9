"""Answers kept from the last time, by everything they depend on. May be deleted at any time; never changes an answer."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import zlib
from pathlib import Path

from undersigned.records.files import Files

_PACKAGE = Path(__file__).parent
_SUFFIXES = (".py", ".yaml")


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
            self._folder.mkdir(parents=True, exist_ok=True)
            raw = zlib.compress(json.dumps({"key": key, "answer": answer}).encode(), 1)
            descriptor, temporary = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(raw)
                Path(temporary).replace(self._folder / f"{verb}-{key[:32]}.json.z")
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise
            self._forget_old()

    def _forget_old(self, keep: int = 40) -> None:
        if self._folder is None:
            return
        kept = sorted(self._folder.glob("*.json.z"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[keep:]:
            path.unlink(missing_ok=True)
