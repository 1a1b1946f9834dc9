"""Writes a file whole or not at all: whenever the program is stopped, the old file or the new one is there, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_atomically(
    path: Path, content: bytes, *, new: bool = False, mode: int | None = None, durable: bool = False
) -> None:
    """Writes `content` beside `path` under a hidden name and then moves it into place. Makes missing folders.

    `new`: raises FileExistsError if the file exists. `mode`: the permission bits; None keeps those of the old file, or
    takes what the system gives a new one. `durable`: the file survives a power cut, at the cost of waiting for the disk.
    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Short, because `path` may be as long as a name can be; not ending in .yaml, so that nobody reads it as a record.
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        elif not new:
            with contextlib.suppress(FileNotFoundError):
                temporary.chmod(path.stat().st_mode & 0o7777)
        _move(temporary, path, new=new)
    finally:
        temporary.unlink(missing_ok=True)
    if durable:
        _sync_folder(path.parent)


def _move(temporary: Path, path: Path, *, new: bool) -> None:
    if new:
        # A link fails if another process has written the file in the meantime; a replacement would overwrite it.
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except (OSError, AttributeError):  # a file system without hard links
            if os.path.lexists(path):
                raise FileExistsError(path) from None
        else:
            return
    temporary.replace(path)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows cannot open a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
