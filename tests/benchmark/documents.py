"""Measures the signable copies of the national register: 1,134 protocols of 20 parties, both copies, both formats, with
letters, nomination forms and archives. A projection from a sample, or with --full the one real run.

Run: make bench-documents, or python tests/benchmark/documents.py [--sample N] [--rounds N] [--scratch DIR] [--full [--delete]].
Nothing here can fail on time. Everything runs on two processors; memory is that of all processes of a command together.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from copying import ratios
from measure import measure
from national import PARTIES, PROTOCOLS, write_register

AS_OF = "2026-11-22"
#: Seconds that a protocol's folder lies untouched before --delete takes it: by then the command has counted its files.
SETTLED = 20.0
#: Seconds between two looks at the memory, which cost a tenth of a processor when they come twenty times a second.
PAUSE = 0.4
#: Two copies, a letter and a nomination form in both formats, and the archive of them.
FILES_OF_A_PARTY = 9
#: The least that keeps both processors at work.
FEW = 2
START, COLD, WARM, FLOOR = (
    "two protocols",
    "the sample",
    "the sample, documents kept",
    "floor: the same bytes as plain files",
)


@dataclass
class Output:
    """What a command left: files, their bytes and the bytes that they take on the disk."""

    files: int = 0
    size: int = 0
    on_disk: int = 0

    def add(self, path: Path) -> None:
        found = path.stat()
        self.files += 1
        self.size += found.st_size
        self.on_disk += found.st_blocks * 512

    @classmethod
    def of(cls, folder: Path) -> Output:
        out = cls()
        for path in files_in(folder):
            out.add(path)
        return out


@dataclass
class Rounds:
    """Seconds of each round, and the highest memory of all."""

    seconds: list[float] = field(default_factory=list)
    memory: int = 0

    def add(self, command: list[str]) -> None:
        wall, peak = measure(command, pause=PAUSE)
        self.seconds.append(wall)
        self.memory = max(self.memory, peak)

    @property
    def middle(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{self.middle:9.1f}  {min(self.seconds):7.1f} to {max(self.seconds):6.1f}{self.memory / 2**20:8.0f}"


def files_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def on_two_processors() -> int:
    """Holds this process and all that it starts to two processors, and says how many there are."""
    count = os.cpu_count() or 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    return count


def command(root: Path, output: Path, protocols: list[str], *, kept: Path | None = None) -> list[str]:
    keeping = ["--cache", str(kept)] if kept else ["--no-cache"]
    tool = [sys.executable, "-m", "undersigned", "--root", str(root), "--as-of", AS_OF, *keeping]
    return [*tool, "documents", "--for-all", "--output", str(output), *protocols]


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """A folder that is empty before and gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def write_the_same(source: Path, target: Path) -> float:
    """Seconds for writing the same bytes into as many files of the same names, by one process."""
    seconds = 0.0
    for path in files_in(source):
        content = path.read_bytes()
        start = time.perf_counter()
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        seconds += time.perf_counter() - start
    return seconds


def project(root: Path, scratch: Path, *, sample: int, rounds: int) -> None:
    """The time of a command grows by the same for each protocol: what two take beyond that is its start and the reading."""
    every = [path.name for path in sorted((root / "protocols").iterdir())]
    spread = [every[number * len(every) // sample] for number in range(sample)]
    found = {name: Rounds() for name in (START, COLD, WARM, FLOOR)}
    kept, output = scratch / "kept", Output()
    for number in range(rounds):
        with emptied(scratch / "few") as place:
            found[START].add(command(root, place, spread[:FEW]))
        with emptied(scratch / "sample") as place:
            found[COLD].add(command(root, place, spread))
            output = Output.of(place)
            if output.files != sample * (2 + PARTIES * FILES_OF_A_PARTY):
                sys.exit(
                    f"the command left {output.files} files; run it by itself to see why: {' '.join(command(root, place, spread[:FEW]))}"
                )
            if number == 0:
                measure(command(root, place, spread, kept=kept), pause=PAUSE)
            with emptied(scratch / "floor") as floor:
                found[FLOOR].seconds.append(write_the_same(place, floor))
        with emptied(scratch / "warm") as place:
            found[WARM].add(command(root, place, spread, kept=kept))
        print(
            f"round {number + 1}: " + ", ".join(f"{name} {rows.seconds[-1]:.1f}" for name, rows in found.items()),
            file=sys.stderr,
            flush=True,
        )
    print(f"{sample} protocols of {len(every)}; {rounds} rounds; load {os.getloadavg()[0]:.1f}")
    print(f"{'':40}{'seconds':>9}{'from':>10}{'':10}{'MiB':>8}")
    for name, rows in found.items():
        print(f"{name:40}{rows}")
    print(
        f"each protocol leaves {output.files / sample:.0f} files, {output.size / sample / 2**20:.1f} MiB ({output.on_disk / sample / 2**20:.1f} on disk)"
    )
    for name in (COLD, WARM):
        report_projection(name, found, output, sample, len(every))


def report_projection(name: str, found: dict[str, Rounds], output: Output, sample: int, protocols: int) -> None:
    grows = [(many - few) / (sample - FEW) for many, few in zip(found[name].seconds, found[START].seconds, strict=True)]
    whole = [few + each * (protocols - FEW) for few, each in zip(found[START].seconds, grows, strict=True)]
    floor = statistics.median(found[FLOOR].seconds) / sample
    each = statistics.median(grows)
    print(
        f"projection from {name}: {statistics.median(whole) / 60:.1f} minutes ({min(whole) / 60:.1f} to {max(whole) / 60:.1f}), "
        f"{each:.3f} seconds for each protocol, {each / floor:.1f} times the floor; "
        f"{output.files * protocols // sample:,} files, {output.on_disk * protocols / sample / 2**30:.1f} GiB on disk"
    )


def run_in_full(root: Path, place: Path, *, delete: bool) -> None:
    """The real thing. With `delete`, folders of protocols that are finished are counted and taken away on the way."""
    output, done = Output(), threading.Event()

    def sweep() -> None:
        while not done.wait(2.0):
            take_settled(place, output)

    sweeper = threading.Thread(target=sweep)
    with emptied(place):
        if delete:
            sweeper.start()
        wall, peak = measure(command(root, place, []), pause=PAUSE)
        done.set()
        if delete:
            sweeper.join()
        for path in files_in(place):
            output.add(path)
    print(
        f"the full run: {wall / 60:.1f} minutes, {peak / 2**20:.0f} MiB, {output.files:,} files, "
        f"{output.size / 2**30:.1f} GiB ({output.on_disk / 2**30:.1f} on disk); load {os.getloadavg()[0]:.1f}"
    )


def take_settled(place: Path, output: Output) -> None:
    """Takes what has lain untouched for a while."""
    before = time.time() - SETTLED
    for folder in place.iterdir() if place.is_dir() else ():
        if max((path.stat().st_mtime for path in folder.rglob("*")), default=before) < before:
            for path in files_in(folder):
                output.add(path)
            shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", type=Path, help="where the files go while they are measured")
    parser.add_argument("--full", action="store_true", help="write every copy of all protocols once, about 30 GB")
    parser.add_argument("--delete", action="store_true", help="with --full: delete on the way")
    options = parser.parse_args()
    count = on_two_processors()
    print(
        f"{PROTOCOLS} protocols, {PARTIES} parties each; 2 of {count} processors, Python {sys.version.split()[0]}; load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        root = Path(scratch) / "register"
        write_register(root)
        if options.full:
            run_in_full(root, Path(scratch) / "full", delete=options.delete)
            return
        ratios(root, AS_OF)
        project(root, Path(scratch), sample=options.sample, rounds=options.rounds)


if __name__ == "__main__":
    main()
