"""A finding: a place in a file, a code, a severity, a message and a hint. The findings of reading have their words in `shape.yaml`.

Values only; nothing here prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

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


_LONGEST_IN_MESSAGE, _LONGEST_IN_HINT = 160, 800


class Words(BaseModel):
    """A message and its hint, with `{facts}` to be filled in.

    `form_message` and `form` say the same to somebody who sees a form and no record, where the message or the hint speaks of
    fields or files. An empty `form`: the question says all that there is to say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    message: str
    hint: str = ""
    form_message: str | None = None
    form: str | None = None

    def filled(self, facts: Mapping[str, object]) -> tuple[str, str]:
        """Message and hint with these facts. Braces inside a fact are never read as part of the message."""
        message = {name: _shown(value, _LONGEST_IN_MESSAGE) for name, value in facts.items()}
        hint = {name: _shown(value, _LONGEST_IN_HINT) for name, value in facts.items()}
        return self.message.format_map(message), self.hint.format_map(hint).strip()


def _shown(value: object, longest: int) -> str:
    """A fact as it is shown in a sentence: a list as `a, b and c`, a long text shortened."""
    if isinstance(value, list | tuple | set | frozenset):
        words = sorted(map(str, value)) if isinstance(value, set | frozenset) else [str(word) for word in value]
        return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1] if words else ""
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


class _Rule(BaseModel):
    """The part of a rule that is needed here. The engine of the checks reads the whole of it."""

    model_config = ConfigDict(frozen=True)
    words: Mapping[str, Words]


@cache
def _rules() -> Mapping[str, _Rule]:
    text = (resources.files("undersigned.records") / "shape.yaml").read_bytes()
    return TypeAdapter(dict[str, _Rule]).validate_python(yaml.load(text, Loader=yaml.CSafeLoader))


def shape_finding(path: str, place: Place, code: str, words: str = "default", **facts: object) -> Finding:
    """The error `code` at this place of a file. `words` picks among its messages, and `facts` fill the message in."""
    message, hint = _rules()[code].words[words].filled(facts)
    return Finding(path, place.line, place.column, code, "error", message, hint)


def file_finding(path: str, code: str, words: str = "default", **facts: object) -> Finding:
    """The same for a fault of a whole file or folder, or of its name."""
    return shape_finding(path, FILE_START, code, words, **facts)
