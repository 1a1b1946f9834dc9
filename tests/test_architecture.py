"""The house: imports follow the table in docs/contributing/architecture.md; one YAML reader, one clock, one Git client."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from support import ROOT

PACKAGE = ROOT / "scripts" / "undersigned"
TABLE = ROOT / "docs" / "contributing" / "architecture.md"
_ROW = re.compile(r"^\| (\d+) \| `(\w+)` \| (.+?) \| (.*?) ?\|$", re.MULTILINE)


def rooms() -> dict[str, tuple[int, set[str]]]:
    """Each room's layer, and the rooms that it never uses although they are on a lower layer."""
    rows = _ROW.findall(TABLE.read_text(encoding="utf-8"))
    return {room: (int(layer), set(re.findall(r"`(\w+)`", never))) for layer, room, _, never in rows}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "undersigned":
                names.update(f"undersigned.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


def rooms_used_by(path: Path) -> Iterator[str]:
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "undersigned" and len(parts) > 1 and parts[1] not in (room_of(path), "__version__"):
            yield parts[1]


def test_the_table_names_every_room_and_no_other() -> None:
    assert set(rooms()) == {room_of(path) for path in modules()}


def test_imports_follow_the_table() -> None:
    table = rooms()
    wrong = [
        f"{path.relative_to(PACKAGE)} uses {other}"
        for path in modules()
        for other in rooms_used_by(path)
        if table[other][0] >= table[room_of(path)][0] or other in table[room_of(path)][1]
    ]
    assert wrong == []


def test_yaml_of_records_is_read_in_one_room() -> None:
    """Other modules may load the package's own data files; only `editing` writes YAML."""
    allowed = {
        "records/source.py",
        "records/slips.py",
        "records/schema.py",
        "records/findings.py",
        "records/vocabulary/__init__.py",
        "checks/engine.py",
    }
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if "yaml" in imported(path) and room_of(path) not in ("editing", "words")
    }
    assert users <= allowed


def test_any_is_named_nowhere() -> None:
    """Plain data has a type, `PlainData` of `records/source.py`, and helpers beside it that read it."""
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and node.module == "typing" and "Any" in {one.name for one in node.names})
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "typing.Any")
    ]
    assert wrong == []


def test_git_is_used_in_one_room() -> None:
    users = {room_of(path) for path in modules() if any(name.split(".")[0] == "git" for name in imported(path))}
    assert users == {"changes"}


def test_only_the_command_line_prints_exits_or_reads_the_clock() -> None:
    calls = ("print", "exit", "sys.exit", "date.today", "datetime.now", "time.time", "datetime.utcnow")
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in modules()
        if room_of(path) not in ("cli", "__main__")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in calls
    ]
    assert wrong == []
