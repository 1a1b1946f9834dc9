"""Makes the site of a national register that has the example register in it: python tests/benchmark/national_site.py FOLDER [--scale N]

It is for the looks that measure and walk at national size: node gate.mjs FOLDER/site --only tasks,phone. It takes minutes.
The bodies, protocols and services of the example are there as in a register of their own, among 1,134 other protocols of 1,500
other bodies in 43 other areas.
"""

from __future__ import annotations

import argparse
import shutil
from datetime import date
from pathlib import Path

from national import write_register

from undersigned.register import load_register
from undersigned.site.build import build_site

REPOSITORY = Path(__file__).parents[2]
AS_OF = date(2026, 11, 30)
OF_EXAMPLE = ("protocols", "signatories", "provision", "law", "docs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    register = options.folder / "register"
    write_register(register, scale=options.scale)
    for name in OF_EXAMPLE:
        shutil.copytree(REPOSITORY / name, register / name, dirs_exist_ok=True)
    for path in (*REPOSITORY.glob("*.yaml"), REPOSITORY / "mkdocs.yml"):
        shutil.copy(path, register)
    build_site(load_register(register), options.folder / "site", as_of=AS_OF)


if __name__ == "__main__":
    main()
