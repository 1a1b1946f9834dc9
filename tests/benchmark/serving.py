"""How soon `serve` shows an edit of the shipped register: the real command, asked over HTTP until the page says it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
_PROTOCOL = "staffordshire-housing-protocol"
_NEVER = 120.0
_QUIET = 2.0


def seconds_to_show(scratch: Path, *, as_of: str, edits: int) -> list[float]:
    """Seconds from writing the record to its page being served, for each of so many edits."""
    for name in ("protocols", "signatories", "docs"):
        shutil.copytree(ROOT / name, scratch / name)
    shutil.copy(ROOT / "mkdocs.yml", scratch)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        sys.executable,
        "-m",
        "undersigned",
        "--root",
        str(scratch),
        "--as-of",
        as_of,
        "serve",
        "--address",
        address,
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://{address}/protocols/{_PROTOCOL}/"
        _wait_for(url, "</h1>")
        record = scratch / "protocols" / _PROTOCOL / "protocol.yaml"
        text = record.read_text(encoding="utf-8")
        return [_edit(record, text, url, number) for number in range(edits)]
    finally:
        server.terminate()
        server.wait(timeout=_NEVER)


def _edit(record: Path, text: str, url: str, number: int) -> float:
    time.sleep(_QUIET)  # the last build is done, and the files have been looked at again
    told = f"Edited for the {number}. time."
    assert "Worked example." in text
    record.write_text(text.replace("Worked example.", told, 1), encoding="utf-8")
    return _wait_for(url, told)


def _wait_for(url: str, words: str) -> float:
    start = time.perf_counter()
    while time.perf_counter() - start < _NEVER:
        try:
            with urlopen(url, timeout=_NEVER) as answer:  # noqa: S310 - on this machine
                if words in answer.read().decode():
                    return time.perf_counter() - start
        except (URLError, ConnectionError):
            pass
        time.sleep(0.02)
    raise TimeoutError(f"{url} never said {words!r}")
