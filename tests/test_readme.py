"""The README's tour prints what the README says, and its links lead somewhere.

`python tests/test_readme.py` writes the tour's output anew; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support import ROOT, copy_of_the_example

README = ROOT / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def blocks() -> list[str]:
    return _BLOCK.findall(README.read_text(encoding="utf-8"))


def output_of(block: str, folder: Path) -> str:
    """The block's commands with what they print, run in `folder`."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(ROOT / "scripts"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    shown = ""
    for line in block.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                ["bash", "-c", line[2:]],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
                stdin=subprocess.DEVNULL,
            )
            assert "Traceback" not in done.stderr, done.stderr
            shown += line + "\n" + done.stdout
    return shown


@pytest.mark.slow
def test_the_tour_prints_what_the_readme_says(tmp_path: Path) -> None:
    folder = copy_of_the_example(tmp_path)
    assert len(blocks()) >= 5
    for block in blocks():
        assert output_of(block, folder) == block


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), target


def rewrite() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = copy_of_the_example(Path(scratch))
        text = README.read_text(encoding="utf-8")
        README.write_text(
            _BLOCK.sub(lambda match: f"```console\n{output_of(match[1], folder)}```", text), encoding="utf-8"
        )


if __name__ == "__main__":
    rewrite()
