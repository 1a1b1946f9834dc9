"""Files written whole or not at all, and only inside the register."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path, PurePosixPath

from undersigned.editing import EditingError


def write_text(root: Path, path: str, text: str, *, new: bool = False) -> Path:
    """Writes `text` as UTF-8 to `path` (relative to `root`, with `/`) and returns the file's path under `root`.

    Whenever it is stopped, the old file or the new one stands there, never a part. `new`: refuses a file that exists.
    EditingError for a path that leaves the register or passes through a symbolic link.
    """
    return write_bytes(root, path, text.encode("utf-8"), new=new)


def write_bytes(root: Path, path: str, raw: bytes, *, new: bool = False) -> Path:
    """As `write_text`, for what is bytes already."""
    target = _checked(root, path)
    if new and os.path.lexists(target):
        raise EditingError(f"{path} exists already", "Edit that file, or choose another id.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Hidden and not ending in .yaml: a register that is read meanwhile does not see it.
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if not new:
            with contextlib.suppress(FileNotFoundError):
                temporary.chmod(target.stat().st_mode & 0o7777)
        _put_in_place(temporary, target, path, new=new)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return target


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
                f"{here.relative_to(root).as_posix()} is a symbolic link, and a register follows none",
                "Put the file or folder itself there.",
            )
    if here.is_dir():
        raise EditingError(f"{path} is a folder")
    return here


def _put_in_place(temporary: Path, target: Path, path: str, *, new: bool) -> None:
    if new:
        # A link, unlike a replacement, fails where another has written the file in the meantime.
        try:
            os.link(temporary, target)
            return
        except FileExistsError:
            raise EditingError(f"{path} exists already", "Edit that file, or choose another id.") from None
        except (OSError, AttributeError):
            pass  # a file system without hard links
    temporary.replace(target)


def _sync_folder(folder: Path) -> None:
    """So that the new name outlives a power cut too; not every system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
