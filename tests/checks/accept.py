"""Writes `expected.txt` of the named cases anew from what the checks say now. Read the difference before committing it.

Run: python tests/checks/accept.py CASE…
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from test_cases import CASES, findings_of


def main() -> None:
    for name in sys.argv[1:]:
        lines = findings_of(CASES / name)
        (CASES / name / "expected.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
