"""Measures `import` on a register of 5,000 rows with its dirt: names to ask about, days that are none, several bodies in a cell.

Run: PYTHONPATH=tests python tests/benchmark/importing.py [ROWS]. The limit is 10 seconds for 5,000 rows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import openpyxl

from intake.counting import TODAY, register_of_bodies
from undersigned.facts.bodies import listed_bodies
from undersigned.intake.imports import import_file

_HEADS = ("Ref", "Title", "Lead organisation", "Partners", "Date agreed", "Review date", "Status", "Owner")
_DAYS = (
    "1.11.18",
    "23 May 18",
    "Feb-2018",
    "2019-02-01",
    "31/04/2019",
    "TBC",
    "June 2019 – Note: late",
    "3rd March 2021",
)


def write_register(path: Path, rows: int) -> None:
    names = [body.name for body in listed_bodies() if not body.ended]
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Register")
    page.append(_HEADS)
    for row in range(rows):
        partners = [names[(row * 7 + step) % len(names)] for step in range(1 + row % 4)]
        if row % 9 == 0:
            partners.append(f"{names[row % len(names)].split()[0]} Advice Project")
        lead = names[row * 3 % len(names)]
        between = ("; ", ", ", "\n")[row % 3]
        page.append(
            (f"ISA-{row}", f"Agreement number {row} on a matter", lead, between.join(partners), _DAYS[row % len(_DAYS)], _DAYS[(row + 3) % len(_DAYS)], "Live", "A. Person")
        )  # fmt: skip
    book.save(path)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "register"
        root.mkdir()
        register = register_of_bodies(root)
        file = Path(folder) / "register.xlsx"
        write_register(file, rows)
        begun, worked = time.perf_counter(), time.process_time()
        done = import_file(register, file, as_of=TODAY)
        spent, work = time.perf_counter() - begun, time.process_time() - worked
        actions = Counter(row.action for row in done.plan.rows)
        sys.stdout.write(
            f"{rows:,} rows in {spent:.1f} s ({work:.1f} s of work): {dict(actions)}, {len(done.plan.questions):,} questions\n"
        )


if __name__ == "__main__":
    main()
