"""What every verb may be asked: the register's folder, the day, the cache, paths. The only room that reads the clock."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from undersigned.cache import AnswerCache
from undersigned.cli.streams import CommandError


def day(text: str) -> date:
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day; write it as 2026-05-01") from None


def whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


def commit_id(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not the full id of a commit")
    return text


def web_address(text: str) -> str:
    """The address of a site, with the stroke at its end that addresses of folders have."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?", text):
        raise argparse.ArgumentTypeError(
            f"'{text}' is not the address of a site, such as https://example.org/register/"
        )
    return text.rstrip("/") + "/"


def root_of(options: argparse.Namespace) -> Path:
    given: Path | None = getattr(options, "root", None)
    if given is not None:
        if not given.is_dir():
            raise CommandError(f"there is no folder {given}")
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "mkdocs.yml").is_file():
            return folder
    raise CommandError(
        "no register here: no folder from this one upwards holds mkdocs.yml",
        "Go into the register's folder, or name it with --root DIR.",
    )


def day_asked(options: argparse.Namespace) -> date:
    given: date | None = getattr(options, "as_of", None)
    return given or datetime.now(ZoneInfo("Europe/London")).date()


def cache_of(options: argparse.Namespace) -> AnswerCache:
    if getattr(options, "no_cache", False):
        return AnswerCache(None)
    given: Path | None = getattr(options, "cache", None)
    if given is None:
        from platformdirs import user_cache_path

        given = user_cache_path("undersigned", appauthor=False)
    return AnswerCache(given)


def processes() -> int:
    """As many as there are processors for this process, four at most."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, available))


def wanted_paths(root: Path, paths: Sequence[str]) -> list[str] | None:
    """The given paths relative to the root; they may be given from the present folder or from the root."""
    if not paths:
        return None
    wanted: list[str] = []
    for text in paths:
        candidates = [Path.cwd() / text, root / text]
        found = next((path for path in candidates if text and path.exists()), None)
        if found is None:
            raise CommandError(
                f"there is no file or folder {text or repr(text)}",
                "Give paths from here, or from the register's folder.",
            )
        try:
            relative = Path(os.path.abspath(found)).relative_to(Path(os.path.abspath(root)))  # noqa: PTH100 - a link in the path stays a link
        except ValueError:
            try:
                relative = found.resolve().relative_to(root.resolve())
            except ValueError:
                raise CommandError(f"{text} lies outside the register") from None
        if relative == Path():
            return None
        wanted.append(relative.as_posix())
    return wanted
