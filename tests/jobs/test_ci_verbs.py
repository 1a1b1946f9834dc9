"""The verbs of `ci` as a job calls them: environment in, exit status and log out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ci_register import FINGERPRINT, ORGANISATIONS, protocol

from github.server import PretendGitHub
from support import write_register
from undersigned.cli import main
from undersigned.github import client

WAITING = f"""
=== signatories/landlord/housing.yaml
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-01-10}}]
"""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[PretendGitHub]:
    with PretendGitHub() as server:
        monkeypatch.setenv("GITHUB_API_URL", server.address)
        monkeypatch.setenv("GITHUB_REPOSITORY", server.repository)
        monkeypatch.setenv("GITHUB_TOKEN", server.token)
        monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
        monkeypatch.setattr(client, "WRITE_SECONDS", 0.0)
        yield server
        assert server.violations == []


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(write_register(tmp_path, ORGANISATIONS + protocol() + WAITING))


def run(*words: str, root: str) -> int:
    return main(["ci", *words, "--root", root, "--as-of", "2026-11-22"])


def test_reviews_and_chase_open_their_issues_and_tell_it(
    hub: PretendGitHub, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("reviews", root=root) == 0
    assert run("chase", root=root) == 0
    assert [issue.title for issue in hub.issues.values()] == [
        "Review due on 15 December 2026: Housing protocol",
        "Outstanding signatures and copies: Housing protocol",
    ]
    assert "housing: opened “Review due on 15 December 2026: Housing protocol”\n" in capsys.readouterr().out
    assert "/example/register/new/main?filename=" in hub.issues[1].body


def test_a_dry_run_writes_nothing(hub: PretendGitHub, root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("reviews", "--dry-run", root=root) == 0
    assert hub.writes == []
    assert capsys.readouterr().out.splitlines() == [
        "2026-11-22: reviews to announce: 1; our issues: 0; changes: 1",
        "housing: opened “Review due on 15 December 2026: Housing protocol”",
    ]


def test_what_github_refuses_is_exit_status_2(
    hub: PretendGitHub, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.fault("POST", "^/issues$", 403, message="Resource not accessible by integration")
    assert run("reviews", root=root) == 2
    hub.fault("GET", "^/issues", 410, message="Issues are disabled")
    assert run("reviews", root=root) == 2
    assert "Issues are turned off in this repository." in capsys.readouterr().err


def test_the_heartbeat_beats(hub: PretendGitHub, root: str) -> None:
    hub.workflows = {".github/workflows/reviews.yml": "active"}
    assert run("heartbeat", root=root) == 0
    assert hub.enabled == [".github/workflows/reviews.yml"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GITHUB_TOKEN", "", "there is no token"),
        ("GITHUB_REPOSITORY", "", "which repository?"),
        ("GITHUB_REPOSITORY", "../../user", "does not name a repository"),
    ],
)
def test_what_is_missing_is_told(
    hub: PretendGitHub,
    root: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)
    assert run("reviews", root=root) == 2
    assert said in capsys.readouterr().err
    assert hub.requests == []
