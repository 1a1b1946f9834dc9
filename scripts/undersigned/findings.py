"""What a check says: a place, a code, a severity, a message and a hint. Values only; nothing here prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "advice"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "advice")


class Place(NamedTuple):
    """Where in a file: line and column count from 1, columns in code points."""

    line: int
    column: int


FILE_START = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark. `path` is relative to the register's root, with `/`."""

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    hint: str = ""

    @property
    def place(self) -> Place:
        """Where in its file it is."""
        return Place(self.line, self.column)

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of every listing: by file, then place, then code, then words."""
        return (self.path, self.line, self.column, self.code, self.message)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sorted, each once: two rules may see the same fault at the same place."""
    return sorted(set(findings), key=Finding.sort_key)


def count_by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many there are of each severity; every severity is present."""
    counts: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def new_findings(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """The findings of `after` that `before` does not have, and those that it has, each in the order of `after`.

    Lines move, so findings are matched by path, code and message. If there are more equal ones than before, the extra
    ones are new.
    """
    remaining = Counter(_identity(finding) for finding in before)
    new: list[Finding] = []
    older: list[Finding] = []
    for finding in after:
        identity = _identity(finding)
        (older if remaining[identity] > 0 else new).append(finding)
        remaining[identity] -= 1
    return new, older


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.path, finding.code, finding.message
