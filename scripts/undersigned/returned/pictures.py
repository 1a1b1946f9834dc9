"""Pictures of the pages that a person has to look at, drawn by `pdftoppm` (poppler) if it is installed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from undersigned.atomic import write_atomically
from undersigned.returned.reading import limit_resources
from undersigned.returned.verdict import ReturnedCopy

#: More pages than this are not drawn: the officer opens the file.
_MOST_PAGES: Final = 40
_SECONDS: Final = 20
#: Enough to read 10-point print.
_DOTS_PER_INCH: Final = 110
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


def can_draw() -> bool:
    return shutil.which("pdftoppm") is not None


def pages_to_look_at(copy: ReturnedCopy) -> list[int]:
    """Pages, from 1: those with a difference or a block that is not empty; of scans and copies without either, the first ones."""
    if copy.kind != "pdf" or copy.verdict == "not-ours":
        return []
    pages = {one.page for one in copy.differences if one.page is not None}
    pages |= {block.page for block in copy.blocks if block.state != "empty" and block.page is not None}
    return sorted(pages)[:_MOST_PAGES] or list(range(1, _MOST_PAGES + 1))


def draw(name: str, content: bytes, pages: list[int], folder: Path) -> Iterator[Path]:
    """Draws pages of a PDF into PNG files in `folder`, named after the file's name. A page that is not there is left out.

    OSError if a picture cannot be written.
    """
    program = shutil.which("pdftoppm")
    stem = _NOT_IN_NAMES.sub("-", name).strip("-")[-60:] or "file"
    with tempfile.TemporaryDirectory(prefix="undersigned-pages-") as scratch:
        source = Path(scratch, "copy.pdf")
        source.write_bytes(content)
        missed = 0
        for page in pages if program is not None else ():
            out = Path(scratch, f"page-{page}")
            with contextlib.suppress(subprocess.SubprocessError):
                subprocess.run(
                    [str(program), "-r", str(_DOTS_PER_INCH), "-f", str(page), "-l", str(page), "-png", "-singlefile",
                     str(source), str(out)],
                    check=True, capture_output=True, timeout=_SECONDS, preexec_fn=limit_resources if hasattr(os, "fork") else None,
                )  # fmt: skip
            picture = out.with_suffix(".png")
            if not picture.exists():
                missed += 1
                if missed > 1:
                    return  # the file has no more pages
                continue
            target = folder / f"{stem}-page-{page}.png"
            write_atomically(target, picture.read_bytes())
            yield target
