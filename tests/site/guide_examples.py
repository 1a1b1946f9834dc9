"""The examples of a guide's page, done to the register as their first line says."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

_BLOCK = re.compile(r"^( *)```yaml\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_HEAD = re.compile(r"# (The whole of|In) (\S+?)(?:, (?:at the end of (\w+)|(?:flow|clause|party|version) (\S+)))?")


def examples_of(markdown: str) -> list[str]:
    return [textwrap.dedent(match[2]) for match in _BLOCK.finditer(markdown)]


def do_example(root: Path, example: str) -> None:
    """Writes what the example shows: a whole file, fields of a record, an item of a list, or fields of one item."""
    head, _, body = example.partition("\n")
    match = _HEAD.fullmatch(head)
    assert match is not None, f"an example's first line says where it goes, not: {head}"
    path = root / match[2]
    if match[1] == "The whole of":
        assert not path.exists(), path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    if match[3]:
        _, end = _extent(lines, re.compile(rf"{match[3]}:"))
        lines[end:end] = body.splitlines()
    elif match[4]:
        start, end = _extent(lines, re.compile(rf' *- \{{?(?:id|organisation|version): "?{re.escape(match[4])}"?\b'))
        lines[start:end] = _with_fields(lines[start:end], body)
    else:
        lines = _with_fields(lines, body)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _extent(lines: list[str], first: re.Pattern[str]) -> tuple[int, int]:
    """From the line that matches to where what belongs to it ends."""
    start = next(index for index, line in enumerate(lines) if first.match(line))
    depth = _depth(lines[start])
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) > depth):
        end += 1
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return start, end


def _with_fields(lines: list[str], body: str) -> list[str]:
    """The same with each field of `body` in the place of the one of that name, or at the end."""
    fields: list[list[str]] = []
    written = body.splitlines()
    depth = _depth(written[0])
    for line in written:
        if line.strip() and _depth(line) == depth:
            fields.append([line])
        else:
            fields[-1].append(line)
    for field in fields:
        name = re.compile(rf" {{{depth}}}{field[0].split(':')[0].strip()}:")
        if any(name.match(line) for line in lines):
            start, end = _extent(lines, name)
            lines = [*lines[:start], *field, *lines[end:]]
        else:
            lines = [*lines, *field]
    return lines


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
