"""Writes records whole or not at all, and only inside the register."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from undersigned.atomic import write_atomically
from undersigned.editing import EditingError


def write_text(root: Path, path: str, text: str, *, new: bool = False) -> Path:
    """Writes `text` as UTF-8 to `path` (relative to `root`, with `/`) and returns the file's path under `root`.

    `new`: refuses a file that exists. Raises EditingError for a path that leaves the register or passes through a
    symbolic link, and OSError.
    """
    return write_bytes(root, path, text.encode("utf-8"), new=new)


def write_bytes(root: Path, path: str, raw: bytes, *, new: bool = False) -> Path:
    """As `write_text`, for bytes."""
    target = _checked(root, path)
    try:
        write_atomically(target, raw, new=new, durable=True)
    except FileExistsError:
        if not target.parent.is_dir():
            raise  # a folder above it is a file
        raise EditingError(f"{path} exists already", "Edit that file, or choose another id.") from None
    return target


def write_all(root: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Writes every file or, if one cannot be written, none: what was there before comes back. Paths as for `write_text`.

    Raises EditingError and OSError, after everything is as it was.
    """
    targets = [(_checked(root, path), raw) for path, raw in files.items()]
    written: list[tuple[Path, bytes | None]] = []
    try:
        for target, raw in targets:
            before = target.read_bytes() if target.exists() else None
            written.append((target, before))
            write_atomically(target, raw, durable=True)
    except BaseException:
        for target, before in reversed(written):
            if before is None:
                target.unlink(missing_ok=True)
            else:
                write_atomically(target, before, durable=True)
        raise
    return [target for target, _ in targets]


def _checked(root: Path, path: str) -> Path:
    parts = PurePosixPath(path).parts
    if (
        not parts
        or PurePosixPath(path).is_absolute()
        or "\\" in path
        or "\0" in path
        or any(p in ("..", "/") for p in parts)
    ):
        raise EditingError(f"{path} lies outside the register")
    here = root
    for part in parts:
        here = here / part
        if here.is_symlink():
            raise EditingError(
                f"{here.relative_to(root).as_posix()} is a symbolic link, and the register does not follow links",
                "Put the file or folder itself there.",
            )
    if here.is_dir():
        raise EditingError(f"{path} is a folder")
    return here
