"""The pages that come with the program, and what is still to be written in a register's own pages."""

from __future__ import annotations

import re
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


def add_handbook(files: Files, config: MkDocsConfig) -> None:
    """Adds every page and picture of the handbook that the register does not have itself."""
    for path in sorted(HANDBOOK.rglob("*")):
        name = path.relative_to(HANDBOOK).as_posix()
        if path.is_file() and files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, abs_src_path=str(path)))


def open_points() -> str:
    """Every point that a guidance page still leaves open, in Markdown with links from the folder of the guidance."""
    parts: list[str] = []
    for path in sorted((HANDBOOK / "guidance").rglob("*.md")):
        _, meta = get_data(path.read_text(encoding="utf-8"))
        points = meta.get("to_confirm") or []
        if points:
            name = path.relative_to(HANDBOOK / "guidance").as_posix()
            parts.append("\n".join([f"[{meta['title']}]({name})", "", *(f"- {point}" for point in points)]))
    return "\n\n".join(parts)


def unfinished(markdown: str, *, example: bool) -> Iterator[str]:
    """Yields each gap in double square brackets and, unless the register is an example, each example mailbox."""
    for number, line in enumerate(markdown.split("\n"), start=1):
        for gap in _GAP.findall(line):
            yield f"line {number} has a gap, {gap}"
        if not example:
            for mailbox in dict.fromkeys(_MAILBOX.findall(line)):
                if is_example_mailbox(mailbox):
                    yield f"line {number} has an example mailbox, {mailbox}"
