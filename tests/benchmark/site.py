"""Measures the site of a national register and its search index against the floor, in the same run.

Run: make bench-site, or python tests/benchmark/site.py [--rounds N] [--scale N] [--brief] [--twice] [--rivals PYTHON]. Prints a table; nothing here can fail on time.
The floor writes the same files with the same bytes and nothing else. Each figure is the median of the rounds, the work
taken in turn; ratios are to the floor of the same run. The site is made beside the last one and put in its place, as
`build` does. Memory is that of all processes together, added up from samples. An area's register of 100 protocols is
`--scale 0.0882`.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measure import measure
from national import BRIEF, FULL, write_register
from rivals import commands
from serving import seconds_to_show

AS_OF = "2026-11-22"
_SITE = """
import sys
from datetime import date
from pathlib import Path
from undersigned.register import load_register
from undersigned.site import search
from undersigned.site.build import build_site
from undersigned.site.publish import beside_site, put_in_place
import undersigned.site.plugin as plugin
plugin.write_search_index = lambda site: None
root, site, processes = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
with beside_site(site.parent) as work:
    build_site(load_register(root), work / "made", as_of=date.fromisoformat("2026-11-22"), processes=processes)
    put_in_place(work / "made", site, work=work)
"""
_INDEX = """
import shutil, sys
from pathlib import Path
from undersigned.site.search import write_search_index
shutil.rmtree(Path(sys.argv[1]) / "pagefind", ignore_errors=True)
write_search_index(Path(sys.argv[1]))
"""
_FLOOR = """
import shutil, sys
from pathlib import Path
source, target = Path(sys.argv[1]), Path(sys.argv[2])
shutil.rmtree(target, ignore_errors=True)
for path in sorted(source.rglob("*")):
    if path.is_file():
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
"""
SITE, ALONE, INDEX, FLOOR = "site", "site, one process", "search index", "floor: the same files"
TWICE = "site, twice the register"


def run(program: str, *arguments: Path | int) -> list[str]:
    return [sys.executable, "-c", program, *map(str, arguments)]


def on_two_processors() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def sizes(site: Path) -> None:
    """Prints files and MiB by the kind of thing that they are, and how much of a protocol's page is what it says."""
    kinds: dict[str, list[int]] = {}
    for path in site.rglob("*"):
        if path.is_file():
            kinds.setdefault(_kind(path.relative_to(site)), []).append(path.stat().st_size)
    for kind, found in sorted(kinds.items()):
        print(
            f"{kind:32}{len(found):8,} files{sum(found) / 2**20:9.1f} MiB{sum(found) / len(found) / 1000:9.1f} kB each"
        )
    page = next(iter(sorted(site.glob("protocols/*/index.html")))).read_text(encoding="utf-8")
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    print(
        f"a protocol's page: {len(page) / 1000:.1f} kB, of which {len(words) / 1000:.1f} kB are its {len(words.split()):,} words"
    )


def _kind(path: Path) -> str:
    if path.parts[0] == "pagefind":
        return "search index"
    if path.suffix != ".html":
        return "data and calendars"
    return f"pages: {path.parts[0]}" if path.parts[0] in ("protocols", "organisations", "matrix") else "pages: the rest"


class Timed:
    """What was measured of one piece of work in each round. `processor`: seconds of all its processes together."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []
        self.memory = 0

    def take(self, command: list[str]) -> None:
        before = _processor_seconds()
        wall, peak = measure(command, pause=0.5)
        self.wall.append(wall)
        self.processor.append(_processor_seconds() - before)
        self.memory = max(self.memory, peak)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(taken: dict[str, Timed]) -> None:
    floor = statistics.median(taken[FLOOR].wall)
    print(f"{'':32}{'seconds':>9}  {'fastest to slowest':>18}{'processor':>11}{'to floor':>10}{'MiB':>7}")
    for name, found in taken.items():
        wall, used = statistics.median(found.wall), statistics.median(found.processor)
        spread = f"{min(found.wall):8.2f} to {max(found.wall):6.2f}"
        print(f"{name:32}{wall:9.2f}  {spread}{used:11.2f}{wall / floor:10.2f}{found.memory / 2**20:7.0f}")


def ratio(taken: dict[str, Timed], one: str, other: str) -> float:
    """By processor seconds, which other work on the same machine hardly changes."""
    return statistics.median(taken[one].processor) / statistics.median(taken[other].processor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--brief", action="store_true", help="a register of 400 organisations and shorter texts")
    parser.add_argument("--twice", action="store_true", help="also a register of twice the size")
    parser.add_argument(
        "--rivals", type=Path, metavar="PYTHON", help="also Material for MkDocs and Zensical, once: see rivals.py"
    )
    parser.add_argument("--edits", type=int, default=5, help="edits of the shipped register while it is served")
    options = parser.parse_args()
    on_two_processors()
    with tempfile.TemporaryDirectory() as scratch:
        root, two, site = (Path(scratch) / name for name in ("register", "twice", "site"))
        size = BRIEF if options.brief else FULL
        write_register(root, scale=options.scale, size=size)
        plan = {
            SITE: run(_SITE, root, site, 2),
            ALONE: run(_SITE, root, site, 1),
            INDEX: run(_INDEX, site),
            FLOOR: run(_FLOOR, site, Path(scratch) / "floor"),
        }
        if options.twice:
            write_register(two, scale=options.scale * 2, size=size)
            plan[TWICE] = run(_SITE, two, Path(scratch) / "site-twice", 2)
        subprocess.run(plan[SITE], check=True)
        taken = {name: Timed() for name in plan}
        for _ in range(options.rounds):
            for name, command in plan.items():
                taken[name].take(command)
        others = commands(options.rivals, root, Path(scratch)) if options.rivals else {}
        for name, command in others.items():
            taken[name] = Timed()
            taken[name].take(command)
        print(
            f"{options.rounds} rounds, {os.cpu_count()} processors of which two are used, Python {sys.version.split()[0]}"
        )
        table(taken)
        if options.twice:
            print(f"twice the register takes {ratio(taken, TWICE, SITE):.2f} times the processor's time")
        for name in others:
            print(f"{name} takes {ratio(taken, name, SITE):.2f} times the processor's time of the site")
        subprocess.run(plan[INDEX], check=True)
        sizes(site)
        if options.edits:
            shown = seconds_to_show(Path(scratch) / "served", as_of=AS_OF, edits=options.edits)
            print(
                f"an edit while serving is shown after {statistics.median(shown):.2f} s ({min(shown):.2f} to {max(shown):.2f})"
            )


if __name__ == "__main__":
    main()
