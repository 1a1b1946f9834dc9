"""Makes `support` importable from every test folder, keeps compiled code, and chooses how Hypothesis draws its examples.

By default the examples are the same in every run, so that a contributor is never stopped by a fault that is not theirs.
`pytest --hypothesis-profile=fresh` draws new ones, and prints how to repeat a failure. CI does so.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
# Tests start the program hundreds of times. Where Python is told to keep no compiled code, as in many containers, each
# start would compile the whole program again: then the code is kept beside what pytest keeps.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parents[1] / ".pytest_cache" / "code")
settings.register_profile("fixed", database=None, deadline=None, derandomize=True)
settings.register_profile("fresh", database=None, deadline=None, print_blob=True)
settings.load_profile("fixed")

#: Modules of which one test takes minutes. They come first, so that no process works on one alone at the end.
_LONGEST = ("test_fuzz.py", "test_whole_round.py", "test_edit_pages.py", "test_verify_page.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in _LONGEST)
