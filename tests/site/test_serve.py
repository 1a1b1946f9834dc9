"""`serve` shows an edit: the real command, asked over HTTP. How soon is measured by tests/benchmark/site.py, not here."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from site_registers import SOUND

from support import TODAY, write_register

#: So long something may take before it counts as never.
_NEVER = 120.0


def shown(url: str, words: str) -> bool:
    """Whether the page comes to say `words`."""
    end = time.monotonic() + _NEVER
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=_NEVER) as answer:  # noqa: S310 - on this machine
                if words in answer.read().decode():
                    return True
        except (URLError, ConnectionError):
            pass
        time.sleep(0.1)
    return False


def test_an_edit_of_a_protocol_is_shown(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        sys.executable,
        "-m",
        "undersigned",
        "--root",
        str(root),
        "--as-of",
        TODAY.isoformat(),
        "serve",
        "--address",
        address,
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://{address}/base/protocols/housing/"
        assert shown(url, "Housing protocol</h1>")
        record = root / "protocols/housing/protocol.yaml"
        text = record.read_text(encoding="utf-8")
        record.write_text(text.replace("find somebody a home", "find everybody a home"), encoding="utf-8")
        assert shown(url, "find everybody a home")
    finally:
        server.terminate()
        server.wait(timeout=_NEVER)
