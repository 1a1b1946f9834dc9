"""The folder `site/`: a new one is made beside it and put in its place whole. What a killed build left is cleared away."""

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


class PlaceError(Exception):
    """The site's folder is not one that may be replaced."""


@contextmanager
def beside_site(root: Path) -> Iterator[Path]:
    """An empty folder in `root` to make the site in; it is gone afterwards, however that ended. OSError, PlaceError."""
    site = root / "site"
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        raise PlaceError("'site' is a link or a file, and a build puts a folder there: rename it")
    work, held = _held_folder(root)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if held is not None:
            os.close(held)


def put_in_place(made: Path, site: Path, *, work: Path) -> None:
    """Replaces `site` by the folder `made`; `work` is the folder of `beside_site`. The modes are the same whoever builds."""
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
    """Puts the documents of protocols under their former ids too. `former`: former to present id. OSError.

    An address that somebody kept, or printed on a copy, goes on leading to the text; it cannot be a page, as others are.
    """
    for old, present in sorted(former.items()):
        if not KEBAB.match(old) or (downloads / old).exists():
            continue
        for path in sorted((downloads / present).glob("*")):
            name = path.name
            if name.startswith((f"{present}-v", f"{present}-draft")):
                name = old + name.removeprefix(present)
            (downloads / old).mkdir(exist_ok=True)
            shutil.copyfile(path, downloads / old / name)


def _held_folder(root: Path) -> tuple[Path, int | None]:
    """A new folder, and what holds the lock on it that tells another build that it is in use."""
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
    """Clears what builds left that were killed, and gives back a site that one of them had moved aside."""
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
