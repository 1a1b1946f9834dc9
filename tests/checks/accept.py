"""Writes the expected findings of the named cases anew from what the checks find now. Read the difference before committing it.

Run: python tests/checks/accept.py CASE…      (all of them: python tests/checks/accept.py --all)
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from case_files import CASES, findings_of, read_case  # noqa: E402 - the folders of both modules are named just above


def main() -> None:
    names = sorted(path.stem for path in CASES.glob("*.txt")) if sys.argv[1:] == ["--all"] else sys.argv[1:]
    for name in names:
        path = CASES / f"{name}.txt"
        text = path.read_bytes().decode("utf-8")
        found = findings_of(read_case(path))
        before, marker, _ = text.rpartition("=== expected\n")
        path.write_bytes(((before or text) + (marker or "=== expected\n") + found).encode("utf-8"))


if __name__ == "__main__":
    main()
