"""The pages of `edit` in Chromium, at two widths, with axe: no fault that a program can find.

A whole agreement (a MARAC of six parties) is written with JavaScript off, from nothing and from the standard one, and with the
keyboard alone. The record that comes out has no error at `signing`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from intake.agreements import content_of
from intake.agreements_in_view import FRONT_SHEET
from support import ROOT, copy_of_the_example
from undersigned.changes.git import files_at
from undersigned.checks.engine import check_protocols
from undersigned.register import register_of

BROWSER = ROOT / "tests" / "browser"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PROTOCOL = "staffordshire-multi-agency-risk-assessme"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The example in a folder of its own, and the address at which `edit` shows it."""
    missing = CHROMIUM is None or shutil.which("node") is None or not (BROWSER / "node_modules" / "axe-core").is_dir()
    if missing and not os.environ.get("CI"):
        pytest.skip("needs Chromium, Node and the packages of tests/browser")
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
            yield tmp_path, address[0]
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(30)


def walked(script: str, address: str, *options: str) -> str:
    command = ["node", script, address, str(CHROMIUM), *options]
    done = subprocess.run(command, cwd=BROWSER, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_every_page_and_state_is_accessible(served: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    document = tmp_path_factory.mktemp("document") / "agreement.docx"
    document.write_bytes(content_of(FRONT_SHEET))
    walked("edit.mjs", served[1], "--document", str(document))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "most_pages", "most_words"),
    [(["--keyboard", "--look"], 95, 800), (["--standard", "--look"], 25, 60), (["--standard", "--keyboard"], 25, 60)],
)
def test_an_agreement_is_written_without_script_or_code(
    served: tuple[Path, str], options: list[str], most_pages: int, most_words: int
) -> None:
    root, address = served
    figures = json.loads(walked("edit_marac.mjs", address, *options))
    print(options, {name: value for name, value in figures.items() if name != "faults"})
    assert figures["missing"] == "Nothing is missing. It could go out for signature."
    assert (figures["codes"], figures["faults"]) == (0, [])
    assert figures["pages"] <= most_pages
    assert figures["words"] <= most_words
    register = register_of(root, files_at(root, figures["branch"]))
    path = next(path for path in register.files.contents if path.startswith(f"protocols/{PROTOCOL}"))
    raw = register.files.contents[path].replace(b"\nstatus: draft\n", b"\nstatus: signing\n")
    found = check_protocols(register.with_files({path: raw}), [path.split("/")[1]], as_of=date(2026, 12, 1))[0]
    assert [finding for finding in found if finding.severity == "error"] == []
