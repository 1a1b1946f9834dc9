"""What readers type and what the register calls it (`search.yaml`): abbreviations, slips, Welsh words, words for a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "search.yaml"


@dataclass(frozen=True)
class SearchWords:
    """`means`: typed words to the register's words. `pages`: a page's folder in the site to what people type for it.

    `misspelt` and `welsh`: a word to the English one.
    """

    means: dict[str, list[str]]
    pages: dict[str, list[str]]
    misspelt: dict[str, str]
    welsh: dict[str, str]


@cache
def search_words() -> SearchWords:
    """Returns the words of the file. ValueError if it has other parts, or a key or word that is not text."""
    parts: dict[str, dict[str, str | list[str]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    lists = {
        part: {key: value if isinstance(value, list) else [value] for key, value in entries.items()}
        for part, entries in parts.items()
    }
    for part, entries in lists.items():
        for key, values in entries.items():
            if not all(isinstance(text, str) and text.strip() for text in (key, *values)):
                raise ValueError(f"search.yaml, {part}: {key} is not text, or means none; quote it")
    if lists.keys() != {"means", "pages", "misspelt", "welsh"}:
        raise ValueError(f"search.yaml: {sorted(lists)} are not its four parts")
    return SearchWords(
        lists["means"],
        lists["pages"],
        {word: meant for word, [meant] in lists["misspelt"].items()},
        {word: meant for word, [meant] in lists["welsh"].items()},
    )
