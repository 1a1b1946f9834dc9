"""The words of printed documents (`template/words.toml`), and how days and closed lists are said. Supplies no facts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from undersigned.documents.model import plain

TEMPLATE = Path(__file__).parent / "template"


@cache
def _all() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = tomllib.loads((TEMPLATE / "words.toml").read_text(encoding="utf-8"))
    return tables


def word(key: str, **facts: str) -> str:
    """The words under `table.name`, facts put in as they are. KeyError for words that are not there."""
    table, name = key.split(".")
    words = _all()[table][name]
    return words.format(**{fact: plain(value) for fact, value in facts.items()}) if facts else words


def term(table: str, id_: str) -> str:
    """How an id of a closed list is said; the id itself, without its hyphens, where the list has no such id."""
    return _all()[table].get(id_) or plain(id_.replace("-", " "))


def listed(things: Iterable[str], between: str = "; ") -> str:
    """Several things in one line, the first with a capital."""
    line = between.join(things)
    return line[:1].upper() + line[1:]
