"""The pages of `edit` in Chromium, at two widths, with axe: no fault that a program can find."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT, copy_of_the_example

BROWSER = ROOT / "tests" / "browser"


@pytest.mark.slow
def test_every_page_and_state_is_accessible(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    missing = chromium is None or shutil.which("node") is None or not (BROWSER / "node_modules" / "axe-core").is_dir()
    if missing and not os.environ.get("CI"):
        pytest.skip("needs Chromium, Node and the packages of tests/browser")
    assert chromium is not None
    copy_of_the_example(tmp_path)
    for arguments in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    command = [sys.executable, "-m", "undersigned", "--root", str(tmp_path), "edit", "--address", "127.0.0.1:8391"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        try:
            address = re.search(r"http://\S+", program.stderr.readline())
            assert address
            walk = ["node", "edit.mjs", address[0], chromium]
            done = subprocess.run(walk, cwd=BROWSER, capture_output=True, text=True, timeout=300, check=False)
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(30)
    assert done.returncode == 0, done.stdout + done.stderr
