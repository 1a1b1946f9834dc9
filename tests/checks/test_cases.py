"""Each wrong-on-purpose register has exactly the findings that its file expects, and every rule has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from case_files import CASES, findings_of, read_case

from undersigned.checks.engine import rules

#: What a text in Git cannot hold, or should not: these are made when tests/test_register.py runs.
SHOWN_ELSEWHERE = {"too-large", "unreadable"}


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = read_case(path)
    assert findings_of(case) == case.expected


def test_every_rule_has_a_case() -> None:
    shown = {
        code
        for path in CASES.glob("*.txt")
        for code in re.findall(r"^\S.*? \w+\[([a-z0-9-]+)\]: ", read_case(path).expected, re.M)
    }
    assert set(rules()) - shown == SHOWN_ELSEWHERE
