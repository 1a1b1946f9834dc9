"""The pages that come with the program, and what is still to be written in a register's own pages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File
from mkdocs.utils.meta import get_data

from undersigned.records.fields import is_example_mailbox

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_GAP = re.compile(r"\[\[[^\[\]\n]{1,200}\]\]")
_MAILBOX = re.compile(r"[A-Za-z0-9._+'-]+@[A-Za-z0-9.-]+")
HANDBOOK = Path(__file__).parents[1] / "handbook"
#: For each open point of the guidance, in the words of its pages, who must answer it and what the answer decides.
OPEN_POINTS = Path(__file__).parent / "open-points.toml"


def add_handbook(files: Files, config: MkDocsConfig) -> None:
    """Adds every page and picture of the handbook that the register does not have itself."""
    for path in sorted(HANDBOOK.rglob("*")):
        name = path.relative_to(HANDBOOK).as_posix()
        if path.is_file() and files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, abs_src_path=str(path)))


#: Who must answer an open point, with the heading of its table. The order is that of the page.
_WHO = {
    "lawyer": "For a lawyer or data protection officer",
    "own": "For your own organisation",
    "keeper": "For whoever keeps this guidance: to be looked up",
}


def open_points() -> str:
    """Every point that the guidance leaves open, once: what it decides, who must answer it, and the pages that it is on.

    Markdown with links from the folder of the guidance. KeyError for a point that `open-points.toml` does not have.
    """
    pages: dict[str, list[str]] = {}
    for path in sorted((HANDBOOK / "guidance").rglob("*.md")):
        _, meta = get_data(path.read_text(encoding="utf-8"))
        link = f"[{meta['title']}]({path.relative_to(HANDBOOK / 'guidance').as_posix()})"
        for point in meta.get("to_confirm") or []:
            pages.setdefault(point, []).append(link)
    known = {one["point"]: one for one in tomllib.loads(OPEN_POINTS.read_text(encoding="utf-8"))["points"]}
    parts: list[str] = []
    for who, heading in _WHO.items():
        rows = [
            f"| {_in_cell(point)} | {_in_cell(known[point]['decides'])} | {'<br>'.join(links)} |"
            for point, links in pages.items()
            if known[point]["who"] == who
        ]
        if rows:
            table = "\n".join(["| Open point | What it decides | On |", "|---|---|---|", *rows])
            parts.append(f"### {heading}\n\n{table}")
    return "\n\n".join(parts)


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def unfinished(markdown: str, *, example: bool) -> Iterator[str]:
    """Yields each gap in double square brackets and, unless the register is an example, each example mailbox."""
    for number, line in enumerate(markdown.split("\n"), start=1):
        for gap in _GAP.findall(line):
            yield f"line {number} has a gap, {gap}"
        if not example:
            for mailbox in dict.fromkeys(_MAILBOX.findall(line)):
                if is_example_mailbox(mailbox):
                    yield f"line {number} has an example mailbox, {mailbox}"
