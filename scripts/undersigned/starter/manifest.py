"""What the program wrote last time, so that `upgrade` can tell its own files from those that people have changed."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from undersigned import __version__
from undersigned.atomic import write_atomically
from undersigned.starter import StarterError
from undersigned.starter.template import managed_files

MANIFEST = ".undersigned.json"
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_LARGEST = 1 << 20

#: `new` and `updated`: written, or to be written. `yours`: people changed it, so it was left alone. `gone`: this version
#: has no such file any more, and the old one can be deleted.
State = Literal["current", "new", "updated", "yours", "gone"]


@dataclass(frozen=True)
class Upgrade:
    """`before`: the version that wrote the files last. `files`: the state of each managed file, by path."""

    before: str
    files: dict[str, State]

    @property
    def changes(self) -> bool:
        """Whether files were written, or would be."""
        return self.before != __version__ or any(state in ("new", "updated") for state in self.files.values())


def write_manifest(root: Path) -> None:
    """Records the digests of the managed files of this version."""
    files = {path: _digest(text.encode("utf-8")) for path, text in managed_files().items()}
    _write(root, files)


def upgrade(root: Path, *, check: bool = False) -> Upgrade:
    """Brings the managed files of the register in `root` to this version. `check`: only says what would happen.

    A file that differs from what the program wrote last time is never touched. Raises StarterError if the register was
    not made by `init`, or by a newer version.
    """
    before, written = _read(root)
    if _numbers(before) > _numbers(__version__):
        raise StarterError(
            f"version {before} made this register, and version {__version__} is installed",
            "Install the version that requirements.txt names, or a newer one.",
        )
    wanted = managed_files()
    states: dict[str, State] = {}
    for path, text in wanted.items():
        raw = text.encode("utf-8")
        file = root / path
        # A checkout may have changed the line ends; that is no change of the words.
        present = file.read_bytes().replace(b"\r\n", b"\n") if file.is_file() and not file.is_symlink() else None
        if present == raw:
            states[path] = "current"
        elif present is None and not file.is_symlink() and path not in written:
            states[path] = "new"
        elif present is not None and _digest(present) == written.get(path):
            states[path] = "updated"
        else:
            states[path] = "yours"
    states |= {path: "gone" for path in written if path not in wanted and (root / path).is_file()}
    result = Upgrade(before, dict(sorted(states.items())))
    if not check and result.changes:
        for path, state in result.files.items():
            if state in ("new", "updated"):
                write_atomically(root / path, wanted[path].encode("utf-8"))
        digests = {path: _digest(text.encode("utf-8")) for path, text in wanted.items()}
        # A file that people changed keeps the digest of what they changed, so that it stays theirs.
        digests |= {path: written[path] for path, state in states.items() if state == "yours" and path in written}
        _write(root, digests)
    return result


def _read(root: Path) -> tuple[str, dict[str, str]]:
    try:
        raw = (root / MANIFEST).read_bytes()
        data = json.loads(raw) if len(raw) <= _LARGEST else None
    except FileNotFoundError:
        raise StarterError(
            f"there is no {MANIFEST} here, so 'undersigned init' did not make this register",
            "A copy of the program's own repository is updated with Git.",
        ) from None
    except ValueError:
        data = None
    version = data.get("version") if isinstance(data, dict) else None
    files = data.get("files") if isinstance(data, dict) else None
    if not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+\.\d+", version) or not isinstance(files, dict):
        raise StarterError(f"{MANIFEST} has been changed", "Put it back from Git: 'git checkout -- .undersigned.json'.")
    return version, {str(path): str(digest) for path, digest in files.items() if _DIGEST.match(str(digest))}


def _write(root: Path, files: dict[str, str]) -> None:
    data = {"version": __version__, "files": files}
    write_atomically(root / MANIFEST, (json.dumps(data, indent=2, sort_keys=True) + "\n").encode("utf-8"))


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
