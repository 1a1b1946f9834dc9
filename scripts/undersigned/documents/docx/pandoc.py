"""Pandoc, which writes DOCX and reads agreements: in its sandbox, with limits of time and memory."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from functools import cache

import pypandoc

from undersigned.documents.model import DocumentError

LIMITS = ("+RTS", "-M512m", "-RTS")
TIME_LIMIT = 20.0


@cache
def pandoc_path() -> str:
    """Where the pandoc of the wheel is."""
    return str(pypandoc.get_pandoc_path())


def run_pandoc(arguments: Sequence[str], text: str | bytes, *, record: str, epoch: int = 0) -> bytes:
    """Pandoc's output. It sees no file, no network and none of our environment. DocumentError when it fails or takes too long."""
    command = [pandoc_path(), *LIMITS, "--sandbox", *arguments]
    environment = {"SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": os.devnull}
    if root := os.environ.get("SYSTEMROOT"):
        environment["SYSTEMROOT"] = root
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace") if isinstance(text, str) else text,
            capture_output=True,
            check=False,
            timeout=TIME_LIMIT,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(record, f"its text takes pandoc more than {TIME_LIMIT:.0f} seconds") from None
    except OSError as error:
        raise DocumentError(record, f"pandoc cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        message = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DocumentError(record, f"pandoc failed: {message[0] if message else f'exit status {done.returncode}'}")
    return done.stdout


@cache
def api_version() -> tuple[int, ...]:
    """The version of pandoc's tree, which a tree that is handed back must carry."""
    return tuple(json.loads(run_pandoc(["-f", "commonmark", "-t", "json"], "", record="pandoc"))["pandoc-api-version"])
