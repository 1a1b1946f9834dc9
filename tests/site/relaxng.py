"""Judges XML files by a RELAX NG schema with Jing, the program of the schema language's own author. Says what is missing.

Jing is inside the jar of the Nu HTML checker, under the checker's own package names.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_JAR: Final = Path(__file__).parents[1] / "browser/node_modules/vnu-jar/build/dist/vnu.jar"
_DRIVER: Final = "nu.validator.vendor.thaiopensource.relaxng.util.Driver"
#: A bounded heap, plain English and UTF-8 on any machine; nothing left behind in the place for passing files.
_JAVA: Final = (
    "-Xmx300m",
    "-XX:-UsePerfData",
    "-XX:+UseSerialGC",
    "-Duser.language=en",
    "-Dfile.encoding=UTF-8",
    "-Dstdout.encoding=UTF-8",
)
_NO_FAULT, _FAULTS = 0, 1


class JingError(Exception):
    """Jing itself failed; nothing is known of the files."""


def missing() -> list[str]:
    """What Jing needs and does not find; empty where it can work."""
    needs = []
    if shutil.which("java") is None:
        needs.append("Java (apt: default-jdk-headless)")
    if not _JAR.is_file():
        needs.append("the Nu HTML checker (npm ci --ignore-scripts, in tests/browser)")
    return needs


def faults(schema: Path, files: Sequence[Path]) -> dict[Path, list[str]]:
    """What Jing says against each file by a schema in the compact syntax, as `line:column: error: words`. JingError."""
    command = ["java", *_JAVA, "-cp", str(_JAR), _DRIVER, "-c", str(schema), *map(str, files)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    found: dict[Path, list[str]] = {path: [] for path in files}
    for line in done.stdout.splitlines():
        path = next((path for path in files if line.startswith(f"{path}:")), None)
        if path is None:
            raise JingError(done.stdout + done.stderr)
        found[path].append(line.removeprefix(f"{path}:"))
    if done.returncode != (_FAULTS if any(found.values()) else _NO_FAULT) or done.stderr:
        raise JingError(done.stdout + done.stderr)
    return found
