"""Judges every PDF in some folders by PDF/UA-1 and PDF/A-2a with veraPDF; files with the same bytes once.

Run: python tests/verapdf/gate.py FOLDER... Status 1 where a file fails, 2 where nothing could be judged.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from judge import JudgeError, judged


def different(folders: list[Path]) -> tuple[list[Path], int]:
    """The first PDF of each content, and how many there are in all."""
    found: dict[str, Path] = {}
    paths = sorted(path for folder in folders for path in folder.rglob("*.pdf"))
    for path in paths:
        found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return list(found.values()), len(paths)


def main() -> int:
    folders = [Path(argument) for argument in sys.argv[1:]]
    empty = [folder for folder in folders if not any(folder.rglob("*.pdf"))]
    if empty or not folders:
        print(f"no PDF in {', '.join(map(str, empty)) or 'any folder'}", file=sys.stderr)
        return 2
    paths, count = different(folders)
    start = time.monotonic()
    try:
        verdicts = judged(paths, processes=min(2, os.cpu_count() or 1))
    except JudgeError as error:
        print(error, file=sys.stderr)
        return 2
    failed = [verdict for verdict in verdicts if not verdict.passed]
    for verdict in failed:
        print(verdict)
    print(
        f"veraPDF: {count} PDF files, {len(paths)} of them different; by PDF/UA-1 and PDF/A-2a {len(verdicts) - len(failed)} verdicts "
        f"of {len(verdicts)} are good; {time.monotonic() - start:.0f} seconds"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
