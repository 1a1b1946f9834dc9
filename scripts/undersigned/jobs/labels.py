"""The labels that the jobs set. What they are called stands in a data file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from undersigned.jobs.wording import TEMPLATES


@dataclass(frozen=True)
class Label:
    """`colour` is six hexadecimal digits, `about` 100 characters at most (GitHub's limit)."""

    name: str
    colour: str
    about: str


@cache
def labels() -> dict[str, Label]:
    found = tomllib.loads((TEMPLATES / "labels.toml").read_text(encoding="utf-8"))
    return {key: Label(**label) for key, label in found.items()}
