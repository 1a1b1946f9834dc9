"""Makes `support` importable from every test folder, and chooses how Hypothesis draws its examples.

By default the examples are the same in every run, so that a contributor is never stopped by a fault that is not theirs.
`pytest --hypothesis-profile=fresh` draws new ones, and prints how to repeat a failure. CI does so.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("fixed", database=None, deadline=None, derandomize=True)
settings.register_profile("fresh", database=None, deadline=None, print_blob=True)
settings.load_profile("fixed")
