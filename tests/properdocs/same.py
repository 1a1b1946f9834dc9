"""Whether ProperDocs builds the site that MkDocs builds, byte for byte: MkDocs has no release any more, and this is the way out.

Run: python tests/properdocs/same.py FOLDER_OF_PROPERDOCS [--as-of DAY] [--root REGISTER]. FOLDER_OF_PROPERDOCS is where it was
put by `pip install --no-deps --target FOLDER properdocs==1.6.7`: it is no part of the environment. Exit status 1 where a
file differs or a build fails, 2 where ProperDocs is not there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_TIME_LIMIT = 900
_MOST_TOLD = 20


def built(program: str, root: Path, folder: Path, *, as_of: str, beside: Path | None = None) -> str:
    """Builds the site into `folder`; what went wrong, or nothing."""
    environment = {**os.environ, "UNDERSIGNED_AS_OF": as_of, "NO_MKDOCS_2_WARNING": "1"}
    if beside is not None:
        environment["PYTHONPATH"] = str(beside)
    command = [
        sys.executable,
        "-m",
        program,
        "build",
        "--strict",
        "--quiet",
        "-f",
        str(root / "mkdocs.yml"),
        "-d",
        str(folder),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_TIME_LIMIT, check=False)
    return "" if done.returncode == 0 else f"{program} could not build the site:\n{done.stderr or done.stdout}"


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The files that one of the two lacks, or that differ."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("properdocs", type=Path)
    parser.add_argument("--as-of", default="2026-11-22")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2])
    options = parser.parse_args()
    if not (options.properdocs / "properdocs").is_dir():
        print(f"ProperDocs is not in {options.properdocs}: nothing was compared")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        one, other = Path(scratch) / "mkdocs", Path(scratch) / "properdocs"
        wrong = built("mkdocs", options.root, one, as_of=options.as_of)
        wrong = wrong or built(
            "properdocs", options.root, other, as_of=options.as_of, beside=options.properdocs.resolve()
        )
        if wrong:
            print(wrong)
            return 1
        found = content(one)
        differ = differences(found, content(other))
    if differ:
        print(
            f"{len(differ)} of {len(found)} files differ between MkDocs and ProperDocs: {', '.join(differ[:_MOST_TOLD])}"
        )
        return 1
    print(f"ProperDocs builds the same {len(found)} files, byte for byte")
    return 0


if __name__ == "__main__":
    sys.exit(main())
