"""`serve` shows an edit, and what is wrong: the real command, asked over HTTP.

How soon is measured by tests/benchmark/site.py, not here.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from support import TODAY, write_register

#: A register without a finding.
SOUND = """=== mkdocs.yml
site_name: Test
site_url: https://register.example.org/base/
=== protocols/housing/protocol.yaml
title: Housing protocol
kind: framework
status: withdrawn
publication: public
summary: To find somebody a home.
=== signatories/council/organisation.yaml
name: Council
kind: other
"""
#: So long something may take before it counts as never.
_NEVER = 120.0


@dataclass
class Preview:
    """A running `serve`, and the file that its terminal's lines go to."""

    root: Path
    address: str
    log: Path

    @property
    def terminal(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def page(self) -> str:
        with urlopen(f"http://{self.address}/base/protocols/housing/", timeout=_NEVER) as answer:
            return str(answer.read().decode())

    def comes_to_show(self, words: str) -> bool:
        end = time.monotonic() + _NEVER
        while time.monotonic() < end:
            try:
                if words in self.page():
                    return True
            except (URLError, ConnectionError):
                pass
            time.sleep(0.1)
        return False

    def edit(self, path: str, before: str, after: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")


@contextmanager
def served(folder: Path) -> Iterator[Preview]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    root, log = write_register(folder / "register", SOUND), folder / "terminal"
    command = [sys.executable, "-m", "undersigned", "--root", str(root), "--as-of", TODAY.isoformat()]
    with log.open("w") as stderr:
        server = subprocess.Popen([*command, "serve", "--address", address], stdout=subprocess.DEVNULL, stderr=stderr)
    try:
        yield Preview(root, address, log)
    finally:
        server.terminate()
        server.wait(timeout=_NEVER)


@pytest.mark.slow
def test_an_edit_and_an_error_are_shown_on_the_page_and_in_the_terminal(tmp_path: Path) -> None:
    with served(tmp_path) as preview:
        assert preview.comes_to_show("Housing protocol</h1>")
        assert f"the site is at http://{preview.address}/base/ " in preview.terminal
        preview.edit("protocols/housing/protocol.yaml", "find somebody a home", "find everybody a home")
        assert preview.comes_to_show("find everybody a home")
        assert "error-summary" not in preview.page()
        preview.edit("signatories/council/organisation.yaml", "kind:", '"<b>kind":')
        assert preview.comes_to_show("Records with errors may be missing from these pages.")
        assert "signatories/council/organisation.yaml:" in preview.page()
        assert "&lt;b&gt;kind" in preview.page()
        assert "<b>kind" not in preview.page()
        assert "error[unknown-key]" in preview.terminal
        preview.edit("signatories/council/organisation.yaml", '"<b>kind":', "kind:")
        end = time.monotonic() + _NEVER
        while "error-summary" in preview.page() and time.monotonic() < end:
            time.sleep(0.1)
        assert "error-summary" not in preview.page()
        assert "the register has no errors now" in preview.terminal


@pytest.mark.slow
def test_a_page_that_cannot_be_built_is_named_and_the_last_site_stays(tmp_path: Path) -> None:
    with served(tmp_path) as preview:
        assert preview.comes_to_show("Housing protocol</h1>")
        preview.edit("mkdocs.yml", "site_name:", "theme: {name: no-such-theme}\nsite_name:")
        assert preview.comes_to_show("The last change is not shown")
        assert "no-such-theme" in preview.page()
        assert "Housing protocol</h1>" in preview.page()
        assert "no-such-theme" in preview.terminal
        assert "Traceback" not in preview.terminal
