"""`ci heartbeat`: every workflow that no person switched off is enabled anew, which starts its sixty days again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from github.server import PretendGitHub
from undersigned.github import GitHub
from undersigned.jobs.upkeep import heartbeat

FOLDER = ".github/workflows/"


@pytest.fixture
def hub() -> Iterator[PretendGitHub]:
    hub = PretendGitHub()
    hub.workflows = {
        f"{FOLDER}check.yml": "active",
        f"{FOLDER}reviews.yml": "disabled_inactivity",
        f"{FOLDER}old.yml": "disabled_manually",
        "dynamic/pages/pages-build-deployment": "active",
        f"{FOLDER}publish.yml": "active",
    }
    hub.largest_page = 2
    yield hub
    assert hub.violations == []


def github(hub: PretendGitHub) -> GitHub:
    return hub.client()


def test_all_stay_on_but_what_a_person_switched_off(hub: PretendGitHub) -> None:
    log: list[str] = []
    assert heartbeat(github(hub), log.append)
    assert hub.enabled == [f"{FOLDER}{name}.yml" for name in ("check", "reviews", "publish")]
    assert log == [
        ".github/workflows/check.yml: stays on",
        ".github/workflows/reviews.yml: was switched off, and is on again",
        ".github/workflows/old.yml: left off (disabled manually)",
        ".github/workflows/publish.yml: stays on",
    ]


def test_one_that_fails_stops_no_other_and_is_told(hub: PretendGitHub) -> None:
    log: list[str] = []
    hub.fault("PUT", "workflows/1/enable", 403, message="Resource not accessible by integration")
    assert not heartbeat(github(hub), log.append)
    assert hub.enabled == [f"{FOLDER}reviews.yml", f"{FOLDER}publish.yml"]
    assert "check.yml: not done" in log[0]


def test_a_dry_run_enables_nothing(hub: PretendGitHub) -> None:
    assert heartbeat(github(hub), lambda _line: None, dry_run=True)
    assert hub.writes == []
