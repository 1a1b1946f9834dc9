"""A pretend GitHub whose every request and answer was as GitHub describes it, and the jobs that run against it. The samples of
the tests of documents are used here too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scheduled import Jobs

from github.server import PretendGitHub

sys.path.insert(0, str(Path(__file__).parents[1] / "documents"))


@pytest.fixture
def hub() -> Iterator[PretendGitHub]:
    server = PretendGitHub()
    yield server
    assert server.violations == []


@pytest.fixture
def jobs(hub: PretendGitHub) -> Jobs:
    return Jobs(hub)
