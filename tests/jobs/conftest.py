"""A pretend GitHub whose every request and answer was as GitHub describes it, and the jobs that run against it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scheduled import Jobs

from github.server import PretendGitHub


@pytest.fixture
def hub() -> Iterator[PretendGitHub]:
    server = PretendGitHub()
    yield server
    assert server.violations == []


@pytest.fixture
def jobs(hub: PretendGitHub) -> Jobs:
    return Jobs(hub)
