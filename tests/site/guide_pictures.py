"""Takes the pictures of the guides anew: `python tests/site/guide_pictures.py [CHROMIUM]`. Look at them before committing them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from guide_register import make_register

from undersigned.register import load_register
from undersigned.site.build import build_site

ROOT = Path(__file__).parents[2]


def take(folder: Path) -> None:
    """Writes the pictures into `folder`; Node and the packages of tests/browser have to be there."""
    with tempfile.TemporaryDirectory() as scratch:
        root = make_register(Path(scratch))
        build_site(load_register(root), root / "site", as_of=date(2026, 11, 22))
        command = ["node", str(ROOT / "tests/browser/pictures.mjs"), str(root / "site"), str(folder), *sys.argv[1:]]
        subprocess.run(command, cwd=ROOT / "tests/browser", check=True, timeout=120)


if __name__ == "__main__":
    take(ROOT / "scripts/undersigned/handbook/guides/pictures")
