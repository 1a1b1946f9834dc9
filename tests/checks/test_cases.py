"""Wrong-on-purpose registers, each with the complete findings expected; a rule without such a case fails here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from undersigned.checks.engine import check_register, rules
from undersigned.register import load_register

CASES = Path(__file__).parent / "cases"
AS_OF = date(2026, 11, 22)
#: What a folder in Git cannot hold, or should not: these are made when tests/test_register.py runs.
SHOWN_ELSEWHERE = {"too-large", "unreadable"}


def cases() -> list[Path]:
    return sorted(folder for folder in CASES.iterdir() if folder.is_dir())


def findings_of(folder: Path) -> list[str]:
    day = folder / "as-of.txt"
    as_of = date.fromisoformat(day.read_text().strip()) if day.exists() else AS_OF
    findings, _ = check_register(load_register(folder), as_of=as_of)
    return [f"{f.path}:{f.line}:{f.column}: {f.severity}[{f.code}]: {f.message}" for f in findings]


@pytest.mark.parametrize("folder", cases(), ids=lambda folder: folder.name)
def test_case(folder: Path) -> None:
    assert findings_of(folder) == (folder / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_every_rule_has_a_case() -> None:
    shown = {
        line.split("[", 1)[1].split("]", 1)[0]
        for folder in cases()
        for line in (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    }
    assert set(rules()) - shown == SHOWN_ELSEWHERE
