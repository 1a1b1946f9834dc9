"""Measures `changes` for a pull request of 20 files on a register of national size with 5,000 commits, against a floor.

Run: make bench-changes, or python tests/benchmark/changes.py [--rounds N] [--scale N] [--commits N]. Prints a table; nothing
here can fail on time. The floor, in the same run: `git diff --raw`, and `git cat-file --batch` of the very contents that the
verb reads. The same pull request on a register half the size shows what grows with the register, a larger one on the same
register what grows with the change. Figures are medians of the rounds, the commands taken in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measure import measure
from national import FULL, organisation_id, parties_of, write_register

from undersigned.changes.compare import report_between
from undersigned.changes.git import History

TODAY = date(2026, 11, 22)
PROTOCOLS_AT_ONE = 1134


def git(root: Path, *words: str, given: bytes | None = None) -> bytes:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, input=given).stdout


def begin(root: Path, scale: float, commits: int) -> None:
    """The register in a repository with so many commits, each of which touches one signing record or another file."""
    write_register(root, scale=scale)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Officer")
    git(root, "config", "user.email", "officer@example.org")
    git(root, "config", "gc.auto", "0")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Register")
    stream = bytearray()
    protocols = round(PROTOCOLS_AT_ONE * scale)
    organisations = max(60, round(FULL.organisations * scale) // 60 * 60)
    for number in range(commits):
        protocol = number % protocols
        party = parties_of(protocol, organisations)[number % 20]
        path = f"signatories/{organisation_id(party)}/protocol-{protocol:05d}.yaml"
        content = (root / path).read_bytes() + f"# change {number}\n".encode()
        stream += f"commit refs/heads/main\ncommitter Officer <officer@example.org> {1_700_000_000 + number} +0000\ndata 6\nChange\n".encode()
        stream += b"from refs/heads/main^0\n" if number == 0 else b""
        stream += f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
    git(root, "fast-import", "--quiet", "--force", given=bytes(stream))
    git(root, "reset", "-q", "--hard", "main")
    git(root, "repack", "-adq")


def propose(root: Path, scale: float, times: int) -> int:
    """Commits a change of 20 files, so many times over, on a branch `proposed`. Returns how many files it touches."""
    git(root, "checkout", "-q", "-B", "proposed", "main")
    organisations = max(60, round(FULL.organisations * scale) // 60 * 60)
    touched: set[str] = set()

    def edit(path: str, old: str, new: str) -> None:
        content = (root / path).read_text(encoding="utf-8")
        (root / path).write_text(content.replace(old, new, 1) if old else content + new, encoding="utf-8")
        touched.add(path)

    for number in range(times):
        for protocol in range(number * 40, number * 40 + 20, 5):  # four protocols, five files each
            folder = f"protocols/protocol-{protocol:05d}"
            parties = parties_of(protocol, organisations)
            edit(f"{folder}/protocol.yaml", "retention: 1 years", "retention: 2 years")
            edit(f"{folder}/reviews/2026-02-20.yaml", "checked: [contacts, law]", "checked: [contacts, law, forms]")
            for party in parties[1:3]:
                edit(
                    f"signatories/{organisation_id(party)}/protocol-{protocol:05d}.yaml",
                    "",
                    '  - version: "1.0"\n    sent_on: 2026-11-01\n',
                )
            edit(
                f"signatories/{organisation_id(parties[3])}/organisation.yaml",
                "Partnerships Officer",
                "Partnerships Manager",
            )
    git(root, "commit", "-q", "-a", "-m", "Proposed")
    return len(touched)


def contents_read(root: Path) -> list[str]:
    """The ids of the contents that the verb reads."""
    read: list[str] = []
    before = History.read

    def noted(self: History, id_: str, *, most: int = 2**20 + 1) -> bytes:
        read.append(id_)
        return before(self, id_, most=most)

    History.read = noted  # type: ignore[method-assign]
    try:
        report_between(root, "main", "proposed", as_of=TODAY)
    finally:
        History.read = before  # type: ignore[method-assign]
    return list(dict.fromkeys(read))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--commits", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        plan: dict[str, list[str]] = {}
        for name, scale, times in (
            ("national", options.scale, 1),
            ("half the register", options.scale / 2, 1),
            ("national, five times the change", options.scale, 5),
        ):
            root = Path(scratch) / name.replace(" ", "-").replace(",", "")
            begin(root, scale, options.commits)
            files = propose(root, scale, times)
            ids = contents_read(root)
            listed = root.with_suffix(".ids")
            listed.write_text("\n".join(ids) + "\n", encoding="ascii")
            print(
                f"{name}: {files} files touched, {len(ids)} contents read, {git(root, 'rev-list', '--count', 'proposed').decode().strip()} commits, "
                f"{len(git(root, 'ls-files').splitlines())} files",
                flush=True,
            )
            plan[f"floor, {name}"] = [
                "sh",
                "-c",
                'git -C "$1" diff --raw -z -M main...proposed && git -C "$1" cat-file --batch < "$2"',
                "sh",
                str(root),
                str(listed),
            ]
            plan[f"changes, {name}"] = [
                sys.executable,
                "-m",
                "undersigned",
                "--root",
                str(root),
                "--as-of",
                TODAY.isoformat(),
                "changes",
                "main",
                "proposed",
            ]
            if times == 1 and scale == options.scale:
                plan["changes, national, HEAD left out"] = plan[f"changes, {name}"][:-1]
                plan["the program alone"] = [sys.executable, "-m", "undersigned", "--version"]
        seconds: dict[str, list[float]] = {name: [] for name in plan}
        memory: dict[str, int] = dict.fromkeys(plan, 0)
        for _ in range(options.rounds):
            for name, command in plan.items():
                wall, peak = measure(command)
                seconds[name].append(wall)
                memory[name] = max(memory[name], peak)
        floor = statistics.median(seconds["floor, national"])
        print(f"{options.rounds} rounds, {os.cpu_count()} processors, Python {sys.version.split()[0]}")
        print(f"{'':42}{'seconds':>9}{'to floor':>10}{'MiB':>7}")
        for name, values in seconds.items():
            wall = statistics.median(values)
            print(f"{name:42}{wall:9.2f}{wall / floor:10.1f}{memory[name] / 2**20:7.0f}")


if __name__ == "__main__":
    main()
