"""Measures `check` and `status` on a register of national size against the floor, in the same run.

Run: make bench, or python tests/benchmark/measure.py [--rounds N] [--scale N]. Prints a table; nothing here can fail on time.
Each figure is the median of the rounds, the commands taken in turn; ratios are to the floor of the same run. Memory is
that of the largest process and of all processes of the command together, added up from samples.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from national import write_register

HERE = Path(__file__).parent


def memory_of(process: int) -> int:
    """Proportional memory of a process and all below it, in bytes; 0 where the system does not say."""
    total = 0
    for pid in [process, *children_of(process)]:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
    return total


def children_of(process: int) -> list[int]:
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except OSError:
        return []
    found: list[int] = []
    for child in map(int, text.split()):
        found += [child, *children_of(child)]
    return found


def measure(command: list[str], *, pause: float = 0.05) -> tuple[float, int]:
    """Wall seconds, and the highest memory seen in samples, `pause` seconds apart. Each sample costs some of the time."""
    peak = 0
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not done.wait(pause):
            peak = max(peak, memory_of(process.pid))

    watcher = threading.Thread(target=sample)
    watcher.start()
    process.wait()
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        one, two = Path(scratch) / "one", Path(scratch) / "two"
        write_register(one, scale=options.scale)
        write_register(two, scale=options.scale * 2)
        tool = [sys.executable, "-m", "undersigned"]
        cache = str(Path(scratch) / "cache")
        plan = {
            "floor": [sys.executable, str(HERE / "floor.py"), str(one)],
            "check, cold": [*tool, "--root", str(one), "--as-of", "2026-11-22", "--no-cache", "check"],
            "check, nothing changed": [*tool, "--root", str(one), "--as-of", "2026-11-22", "--cache", cache, "check"],
            "status, cold": [
                *tool,
                "--root",
                str(one),
                "--as-of",
                "2026-11-22",
                "--no-cache",
                "status",
                "--format",
                "json",
            ],
            "status, nothing changed": [
                *tool,
                "--root",
                str(one),
                "--as-of",
                "2026-11-22",
                "--cache",
                cache,
                "status",
                "--format",
                "json",
            ],
            "floor, twice the register": [sys.executable, str(HERE / "floor.py"), str(two)],
            "check, twice the register": [*tool, "--root", str(two), "--as-of", "2026-11-22", "--no-cache", "check"],
        }
        for name in ("check, nothing changed", "status, nothing changed"):
            subprocess.run(plan[name], stdout=subprocess.DEVNULL, check=False)
        seconds: dict[str, list[float]] = {name: [] for name in plan}
        memory: dict[str, int] = dict.fromkeys(plan, 0)
        for _ in range(options.rounds):
            for name, command in plan.items():
                wall, peak = measure(command)
                seconds[name].append(wall)
                memory[name] = max(memory[name], peak)
        floor = statistics.median(seconds["floor"])
        print(f"{options.rounds} rounds, {os.cpu_count()} processors, Python {sys.version.split()[0]}")
        print(f"{'':28}{'seconds':>9}{'to floor':>10}{'MiB':>7}")
        for name, values in seconds.items():
            wall = statistics.median(values)
            print(f"{name:28}{wall:9.2f}{wall / floor:10.2f}{memory[name] / 2**20:7.0f}")
        doubled = statistics.median(seconds["check, twice the register"]) / statistics.median(seconds["check, cold"])
        print(f"twice the register takes {doubled:.2f} times the time of check, cold")


if __name__ == "__main__":
    main()
