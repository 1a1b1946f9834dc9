"""The sites that most tests look at, each built once."""

from __future__ import annotations

from pathlib import Path

import pytest
from site_registers import HOSTILE, SOUND, build

from support import TODAY, example_register
from undersigned.register import load_register
from undersigned.site.build import build_site


@pytest.fixture(scope="session")
def sound_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sizes = {"housing/housing-v1.0.pdf": 123_456, "housing/housing-v1.0.docx": 64_000, "housing/referral-form.pdf": 900}
    return build(tmp_path_factory.mktemp("sound"), SOUND, sizes)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("hostile"), HOSTILE)


@pytest.fixture(scope="session")
def shipped_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example."""
    site = tmp_path_factory.mktemp("shipped") / "site"
    build_site(load_register(example_register()), site, as_of=TODAY)
    return site
