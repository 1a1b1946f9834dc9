"""The house: rooms import downward only, one YAML reader, one clock."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "scripts" / "undersigned"
#: Room to layer; a room may import its own layer's folder and any layer below, with the exceptions under it.
LAYERS = {
    "findings": 0,
    "atomic": 0,
    "records": 1,
    "register": 2,
    "words": 2,
    "cache": 2,
    "github": 2,
    "status": 3,
    "changes": 4,
    "parallel": 4,
    "checks": 5,
    "facts": 5,
    "reports": 6,
    "documents": 7,
    "site": 7,
    "returned": 8,
    "editing": 8,
    "jobs": 9,
    "cli": 10,
    "__main__": 11,
}
#: What a layer may not see although it lies below it: outputs read facts, not rules; the cache knows only files.
BARRED = {"documents": {"checks"}, "reports": {"checks"}, "cache": {"register", "status", "checks"}}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).as_posix() != "__init__.py")


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "undersigned":
                names.update(f"undersigned.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_downward(path: Path) -> None:
    room = room_of(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "undersigned" or len(parts) == 1:
            continue
        other = parts[1]
        if other == room or other == "__version__":
            continue
        assert other in LAYERS, f"{other} has no layer"
        assert LAYERS[other] < LAYERS[room], f"{room} imports {other}"
        assert other not in BARRED.get(room, set()), f"{room} imports {other}"


def test_documents_and_site_do_not_know_each_other() -> None:
    for path in modules():
        names = imported(path)
        if room_of(path) == "documents":
            assert not any(name.startswith("undersigned.site") for name in names), path
        if room_of(path) == "site":
            assert not any(name.startswith("undersigned.documents") for name in names), path


def test_yaml_of_records_is_read_in_one_room() -> None:
    """Data files of the package may be loaded where they lie; records only by the source, written only by editing."""
    allowed = {
        "records/source.py",
        "records/shape.py",
        "records/syntax.py",
        "records/schema.py",
        "records/vocabulary/__init__.py",
        "checks/engine.py",
        "words/labels.py",
    }
    for path in modules():
        relative = path.relative_to(PACKAGE).as_posix()
        if "yaml" in imported(path) and not relative.startswith("editing/"):
            assert relative in allowed, relative


def test_git_is_talked_to_in_one_room() -> None:
    users = {path.name for path in modules() if any(name.split(".")[0] == "git" for name in imported(path))}
    assert users == {"git.py"}


def test_only_the_command_line_prints_exits_or_reads_the_clock() -> None:
    for path in modules():
        if room_of(path) in ("cli", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in (
                    "print",
                    "exit",
                    "sys.exit",
                    "date.today",
                    "datetime.now",
                    "time.time",
                    "datetime.utcnow",
                ), f"{path}:{node.lineno} calls {called}"
