"""Makes `support` importable from every test folder, and keeps hypothesis's database out of the tree."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("default", database=None, deadline=None, derandomize=True)
settings.load_profile("default")
