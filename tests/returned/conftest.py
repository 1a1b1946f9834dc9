"""The tests of returned copies share the samples and the signing kit of the tests of documents."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "documents"))
