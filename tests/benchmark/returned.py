"""Measures `receive` of one returned copy of about 46 pages: as it was sent, filled in, printed to PDF by other programs, and scanned.

Run: python tests/benchmark/returned.py [--rounds N] [--scratch DIR]. Needs pdftoppm; Ghostscript, MuPDF and zxing-cpp where they are
installed. Nothing here can fail on time. The floor is drawing the same pages with pdftoppm at 150 dots per inch, in the same
round: a busy or slow machine takes longer for both.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "documents"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image, ImageChops, ImageFilter
from signing_kit import block, filled

from support import copy_of_the_example
from undersigned.cli.main import main as undersigned

PROTOCOL, BODY = "staffordshire-housing-protocol", "hollinmoor-district-council"
SENT, CAME = "2026-12-02", "2026-12-10"
#: So many parts more bring the copy of the example from 19 to about 46 pages.
MORE_PARTS, PARAGRAPHS = 41, 9
WORDS = (
    "Paragraph {at} of part {part}. The sender decides what to send in case {at}, and is responsible until it arrives; the recipient "
    "answers within {days} working days, and keeps a copy for {months} months after the last decision on the matter."
)
FLOOR = "floor: drawn by pdftoppm"
PRINTED = {
    "printed by Ghostscript": ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-o", "OUT", "IN"),
    "cleaned by MuPDF": ("mutool", "clean", "-gggg", "-z", "IN", "OUT"),
    "written by MuPDF": ("mutool", "convert", "-o", "OUT", "IN"),
    "printed by Cairo": ("pdftocairo", "-pdf", "IN", "OUT"),
}


def long_register(root: Path) -> Path:
    """The example register with a housing protocol of more parts, released and sent. Returns the copy to be returned."""
    copy_of_the_example(root)
    settings = root / "mkdocs.yml"
    settings.write_text(f"site_url: https://register.example.org/\n{settings.read_text()}")
    record = root / f"protocols/{PROTOCOL}/protocol.yaml"
    before, after = record.read_text().split("\ndpia:", 1)
    for part in range(MORE_PARTS):
        before += f"\n  - id: more-{part}\n    title: Further part {part}\n    text: |"
        for at in range(PARAGRAPHS):
            before += "\n      " + WORDS.format(at=at, part=part, days=at + 2, months=at + 1) + "\n"
    record.write_text(f"{before.rstrip()}\n\ndpia:{after}")
    run(root, SENT, "release", PROTOCOL, "--change", "material", "--summary", "More parts")
    run(root, SENT, "send", PROTOCOL, "--for", BODY)
    [copy] = (root / "build/send").rglob("*copy-2-return.pdf")
    return copy


def run(root: Path, day: str, *arguments: str) -> None:
    if undersigned([*arguments, "--root", str(root), "--as-of", day, "--cache", str(root / "cache")]):
        sys.exit(f"could not {arguments[0]}")


def scanned(content: bytes, folder: Path) -> bytes:
    """As a scanner saves it at 150 dots per inch."""
    (folder / "drawn.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "drawn.pdf", "page"], cwd=folder, check=True, capture_output=True)
    pages = []
    for number, path in enumerate(sorted(folder.glob("page-*.pgm"))):
        with Image.open(path) as picture:
            page = picture.convert("L").rotate(0.6 * (-1) ** number, Image.Resampling.BICUBIC, fillcolor=255)
        page = page.filter(ImageFilter.GaussianBlur(0.5))
        pages.append(ImageChops.add(page, Image.effect_noise(page.size, 6), 1, -128))
        path.unlink()
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150, quality=70)
    return out.getvalue()


def files(copy: Path, folder: Path) -> dict[str, Path]:
    content = filled(copy.read_bytes(), block(BODY, "A. Example", date="03/12/2026"))
    found = {"as sent": copy, "filled in": folder / "filled.pdf", "scanned": folder / "scanned.pdf"}
    found["filled in"].write_bytes(content)
    found["scanned"].write_bytes(scanned(content, folder))
    for number, (name, command) in enumerate(PRINTED.items()):
        out = folder / f"printed-{number}.pdf"
        places = {"IN": str(found["filled in"]), "OUT": str(out)}
        if shutil.which(command[0]):
            subprocess.run([places.get(one, one) for one in command], check=True, capture_output=True)
            found[name] = out
    return found


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds by the clock and of work, of the program and all that it starts. Its exit status may be any."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=False, capture_output=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", type=Path, help="where the files go while they are measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        root, folder = Path(scratch) / "register", Path(scratch)
        copy = long_register(root)
        tool = [sys.executable, "-m", "undersigned", "receive", "--root", str(root), "--as-of", CAME]
        commands = {
            name: [*tool, "--cache", str(root / "cache"), str(path)] for name, path in files(copy, folder).items()
        }
        floor = ["pdftoppm", "-r", "150", "-gray", str(copy), str(folder / "floor")]
        measured(commands["scanned"])  # makes the copies of all bodies, which are kept
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in (FLOOR, *commands)}
        for _ in range(options.rounds):
            for name, command in {FLOOR: floor, **commands}.items():
                found[name].append(measured(command))
        pages = len(list(folder.glob("floor-*")))
    print(f"{pages} pages, {options.rounds} rounds, load {os.getloadavg()[0]:.1f}; medians")
    print(f"{'':28}{'clock, s':>10}{'work, s':>10}{'work to floor':>16}")
    least = statistics.median(work for _, work in found[FLOOR])
    for name, rows in found.items():
        wall, work = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{name:28}{wall:10.1f}{work:10.1f}{work / least:16.1f}")


if __name__ == "__main__":
    main()
