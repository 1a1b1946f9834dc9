"""The words of printed documents (`template/words.toml`), and how days and closed lists are said. Supplies no facts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from undersigned.documents.model import plain
from undersigned.words.labels import label
from undersigned.words.text import with_capital

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
    """The label of a member of a closed list. An id that is not in the list is text of a record, made plain."""
    return plain(label(table, id_))


def listed(things: Iterable[str], between: str = "; ") -> str:
    """Several things in one line, the first with a capital."""
    return with_capital(between.join(things))
