"""Replaces the folder `site/` by a finished one, whole or not at all, and clears away what a killed build left."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from undersigned.records.fields import KEBAB

if TYPE_CHECKING or os.name == "posix":
    import fcntl

_PREFIX = ".site-"
_OLD = "old"
_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


class PublishError(Exception):
    """`site` is not a folder that may be replaced."""


@contextmanager
def beside_site(root: Path) -> Iterator[Path]:
    """Yields an empty folder in `root` to make the site in, and removes it afterwards. Raises OSError, PublishError."""
    site = root / "site"
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        raise PublishError("'site' is a link or a file, and a build puts a folder there: rename it")
    work, held = _held_folder(root)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if held is not None:
            os.close(held)


def put_in_place(made: Path, site: Path, *, work: Path) -> None:
    """Replaces `site` by the folder `made`. `work`: the folder from `beside_site`. File modes do not depend on who builds."""
    for folder, _, names in os.walk(made):
        Path(folder).chmod(_FOLDER_MODE)
        for name in names:
            (Path(folder) / name).chmod(_FILE_MODE)
    old = work / _OLD
    with suppress(FileNotFoundError):
        site.rename(old)
    try:
        made.rename(site)
    except BaseException:
        if old.exists() and not site.exists():
            old.rename(site)
        raise


def keep_former_ids(downloads: Path, former: Mapping[str, str]) -> None:
    """Copies the documents of protocols to their former ids. `former`: former to present id. Raises OSError.

    An address that somebody kept, or that is printed on a copy, still leads to the text. A file cannot redirect as a page can.
    """
    for old, present in sorted(former.items()):
        if not KEBAB.match(old) or (downloads / old).exists():
            continue
        for path in sorted((downloads / present).glob("*")):
            name = path.name
            if name.startswith((f"{present}-v", f"{present}-draft", f"{present}-for-people")):
                name = old + name.removeprefix(present)
            (downloads / old).mkdir(exist_ok=True)
            shutil.copyfile(path, downloads / old / name)


def _held_folder(root: Path) -> tuple[Path, int | None]:
    """Makes a folder and locks it, so that another build does not clear it away. Returns it and the lock's descriptor."""
    while True:
        work = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        if os.name != "posix":
            return work, None
        with suppress(OSError):  # another build cleared it away before it was locked
            held = os.open(work, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if work.exists():
                return work, held
            os.close(held)


def clear_left(root: Path) -> None:
    """Removes what killed builds left, and restores a site that one of them had moved aside."""
    site = root / "site"
    if os.name != "posix":
        return
    for left in sorted(root.glob(f"{_PREFIX}*")):
        if left.is_symlink() or not left.is_dir():
            continue
        with suppress(OSError):
            held = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where a build is at work in it
                if (left / _OLD).is_dir() and not os.path.lexists(site):
                    (left / _OLD).rename(site)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(held)
