"""What the guide for hosts shows: the commands are taken from its page and run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from edit.hosted_register import git, make_repository
from undersigned.cli.edit import edit_command
from undersigned.edit.officers import read_table

GUIDE = Path(__file__).parents[2] / "scripts/undersigned/handbook/guides/maintaining/host.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_nightly_script_leaves_a_backup_that_restores_the_register(tmp_path: Path) -> None:
    root = make_repository(tmp_path)
    shutil.rmtree(tmp_path / "work")
    (script,) = blocks("bash")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "undersigned").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/ran\n')
    (programs / "undersigned").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    for _ in range(2):
        subprocess.run(
            ["sh", "-c", script.replace("/srv", str(tmp_path))], check=True, env=environment, capture_output=True
        )
    assert [line.split()[0] for line in (tmp_path / "ran").read_text().splitlines()] == [
        "build",
        "reviews",
        "status",
    ] * 2
    (restore,) = (block for block in blocks("sh") if "--mirror" in block)
    words = restore.replace("/srv/register.git", "restored.git").split()
    subprocess.run(words, check=True, cwd=tmp_path, capture_output=True)
    assert git(tmp_path / "restored.git", "for-each-ref") == git(root, "for-each-ref")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_the_timer_is_one_that_systemd_takes() -> None:
    (timer,) = (block for block in blocks("ini") if "[Timer]" in block)
    found = re.search(r"OnCalendar=(.+)", timer)
    assert found
    subprocess.run(["systemd-analyze", "calendar", found[1]], check=True, capture_output=True)


def test_the_options_that_the_page_names_are_there() -> None:
    shown = {
        option
        for block in (*blocks("sh"), *blocks("bash"), *blocks("dockerfile"))
        for option in re.findall(r"--[a-z-]+", block)
    }
    known = {name for parameter in edit_command.params for name in parameter.opts}
    assert {"--hosted", "--proxy", "--site-url", "--address", "--root"} <= shown & known
    assert set(re.findall(r"`(--(?:proxy|header|table|outlet|site-url|address))\b", GUIDE.read_text())) <= known


def test_the_table_of_the_page_can_be_read() -> None:
    (table,) = blocks("yaml")
    assert read_table("t.yaml", table.encode())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--hosted", "--root", "{work}"], "is not a bare repository"),
        (["--hosted", "--root", "{root}"], "--hosted needs --proxy and --site-url"),
        (["--hosted", "--root", "{root}", "--site-url", "https://a.example", "--proxy", "proxy"], "is not an address"),
        (["--root", "{work}", "--proxy", "127.0.0.1"], "go with --hosted"),
    ],
)
def test_a_command_that_cannot_work_says_so(tmp_path: Path, arguments: list[str], words: str) -> None:
    root = make_repository(tmp_path)
    given = [one.format(root=root, work=tmp_path / "work") for one in arguments]
    result = CliRunner().invoke(edit_command, given)
    assert words in str(result.exception)
