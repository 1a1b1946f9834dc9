"""The terms in which two operative texts differ, each with its path by ids and its name in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from undersigned.records.source import Data

Path = tuple[str, ...]
#: Lists whose entries are known by a field of theirs, and what one entry is called.
_KEYS: Mapping[str, tuple[str, str]] = {
    "parties": ("organisation", "party"),
    "groups": ("id", "group"),
    "flows": ("id", "flow"),
    "clauses": ("id", "clause"),
    "items": ("name", "item"),
    "fields": ("name", "field"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that differs. `path` names entries by their id; None on a side: the term is not there."""

    path: Path
    label: str
    before: Data
    after: Data


def differences(before: Mapping[str, Data], after: Mapping[str, Data]) -> list[Difference]:
    """The terms that differ, in the order of the earlier text, added ones last within their part."""
    return list(_in_mapping(before, after, ()))


def _in_mapping(before: Mapping[str, Data], after: Mapping[str, Data], path: Path) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        yield from _between(before.get(name), after.get(name), (*path, name))


def _between(before: Data, after: Data, path: Path) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _in_mapping(before, after, path)
        return
    one, other = _keyed(before, path), _keyed(after, path)
    if one is None or other is None or path == ():
        yield Difference(path, label_of(path), before, after)
        return
    yield from _in_mapping(one, other, path)
    shared = [key for key in one if key in other]
    moved = [key for key in other if key in one]
    if shared != moved:
        yield Difference(path, f"order of {label_of(path)}", shared, moved)


def _keyed(value: Data, path: Path) -> dict[str, Data] | None:
    """A list's entries by what they are known by; None for what is one term as a whole."""
    last = path[-1] if path else ""
    if last == "forms":
        return value if isinstance(value, dict) else {} if value is None else None
    if last not in _KEYS and last not in ("law_differs", "sections"):
        return None
    if value is None:
        return {}
    if not isinstance(value, list):
        return None
    found: dict[str, Data] = {}
    for index, entry in enumerate(value):
        key = key_of(entry, last, index)
        if key is None or key in found:
            return None
        found[key] = entry
    return found


def key_of(entry: Data, name: str, index: int) -> str | None:
    """What an entry of the list `name` is known by in a path; None if by nothing."""
    if name == "sections":
        return str(index + 1)
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict) or (name not in _KEYS and name != "law_differs"):
        return None
    key = entry.get("for" if name == "law_differs" else _KEYS[name][0])
    if isinstance(key, list):
        return ", ".join(map(str, key))
    return key if isinstance(key, str) else None


def label_of(path: Path) -> str:
    """A path in words: `flow housing-referral: retention`."""
    words: list[str] = []
    index = 0
    while index < len(path):
        name = path[index]
        following = path[index + 1] if index + 1 < len(path) else None
        kind = {"forms": "form", "sections": "section", "law_differs": "law for"}.get(name) or _KEYS.get(
            name, ("", "")
        )[1]
        if kind and following is not None:
            words.append(f"{kind} {following}")
            index += 2
        else:
            words.append(name)
            index += 1
    return ": ".join(words)
