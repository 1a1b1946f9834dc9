"""What differs between two operative texts: terms, each by its path and its name in words, and prose word by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from undersigned.records.source import PlainData
from undersigned.words.blocks import Link, every, lines_of
from undersigned.words.prose import read

TermPath = tuple[str, ...]
#: Lists whose entries are identified by one of their fields, and what one entry is called.
_KEYS: Mapping[str, tuple[str, str]] = {
    "parties": ("organisation", "party"),
    "groups": ("id", "group"),
    "flows": ("id", "flow"),
    "clauses": ("id", "clause"),
    "items": ("name", "item"),
    "fields": ("name", "field"),
}
_KINDS = {
    **{name: kind for name, (_key, kind) in _KEYS.items()},
    "forms": "form",
    "sections": "section",
    "law_differs": "law for",
}
#: Words kept on each side of a change of prose.
_CONTEXT = 6
#: The cost of a comparison is one length times the other. Above this, prose counts as rewritten.
_MOST_WORK = 1_500_000
#: If less than this share of the words is kept, the old text is shown whole and then the new one.
_LEAST_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that differs. `path` names entries by their id; a side is None if the term does not exist there."""

    path: TermPath
    label: str
    before: PlainData
    after: PlainData


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of prose that was kept, taken out or put in; `gap` marks words left out in between."""

    kind: Literal["same", "out", "in", "gap"]
    text: str


# -- terms --------------------------------------------------------------------------------------------------------------


def differences(before: Mapping[str, PlainData], after: Mapping[str, PlainData]) -> list[Difference]:
    """The terms that differ, in the order of the earlier text, added ones last within their part."""
    return list(_of_mappings(before, after, ()))


def _of_mappings(
    before: Mapping[str, PlainData], after: Mapping[str, PlainData], path: TermPath
) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        yield from _of_values(before.get(name), after.get(name), (*path, name))


def _of_values(before: PlainData, after: PlainData, path: TermPath) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_mappings(before, after, path)
        return
    old, new = _entries_by_key(before, path), _entries_by_key(after, path)
    if old is None or new is None or path == ():
        yield Difference(path, label_of(path), before, after)
        return
    yield from _of_mappings(old, new, path)
    old_order: list[PlainData] = [key for key in old if key in new]
    new_order: list[PlainData] = [key for key in new if key in old]
    if old_order != new_order:
        yield Difference(path, f"order of {label_of(path)}", old_order, new_order)


def _entries_by_key(value: PlainData, path: TermPath) -> dict[str, PlainData] | None:
    """A list's entries by what identifies them; None for a value that is compared as a whole."""
    last = path[-1] if path else ""
    if last == "forms":
        return value if isinstance(value, dict) else {} if value is None else None
    if last not in _KEYS and last not in ("law_differs", "sections"):
        return None
    if value is None:
        return {}
    if not isinstance(value, list):
        return None
    entries: dict[str, PlainData] = {}
    for index, entry in enumerate(value):
        key = key_of(entry, last, index)
        if key is None or key in entries:
            return None
        entries[key] = entry
    return entries


def key_of(entry: PlainData, name: str, index: int) -> str | None:
    """What identifies an entry of the list `name` in a path; None if nothing does."""
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


def label_of(path: TermPath) -> str:
    """A path in words: `flow housing-referral: retention`."""
    parts: list[str] = []
    index = 0
    while index < len(path):
        name = path[index]
        kind = _KINDS.get(name)
        if kind and index + 1 < len(path):
            parts.append(f"{kind} {path[index + 1]}")
            index += 2
        else:
            parts.append(name)
            index += 1
    return ": ".join(parts)


# -- prose --------------------------------------------------------------------------------------------------------------


def shown_words(text: str) -> list[str]:
    """The words of a prose as every output shows them, with the marks of its lists; then the addresses of its links."""
    blocks = read(text)
    return [*" ".join(lines_of(blocks)).split(), *(node.url for node in every(blocks) if isinstance(node, Link))]


def word_changes(before: str, after: str) -> tuple[Span, ...]:
    """The spans of a change of prose, shortened; empty if the texts are too long and too unlike to compare."""
    old_words, new_words = shown_words(before), shown_words(after)
    head = next((at for at, (a, b) in enumerate(zip_longest(old_words, new_words)) if a != b), len(old_words))
    tail = 0
    while tail < min(len(old_words), len(new_words)) - head and old_words[-1 - tail] == new_words[-1 - tail]:
        tail += 1
    old, new = old_words[head : len(old_words) - tail], new_words[head : len(new_words) - tail]
    if len(old) * len(new) > _MOST_WORK:
        return ()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    spans = [Span("same", " ".join(old_words[:head]))]
    if matcher.ratio() < _LEAST_ALIKE:
        spans += [Span("out", " ".join(old)), Span("in", " ".join(new))]
    else:
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                spans.append(Span("same", " ".join(old[a:b])))
            else:
                spans += [Span("out", " ".join(old[a:b])), Span("in", " ".join(new[c:d]))]
    spans.append(Span("same", " ".join(old_words[len(old_words) - tail :])))
    return tuple(_shortened([span for span in spans if span.text]))


def _shortened(spans: list[Span]) -> list[Span]:
    """The changes with only a few of the kept words next to them."""
    out: list[Span] = []
    for at, span in enumerate(spans):
        words = span.text.split(" ")
        first, last = at == 0, at == len(spans) - 1
        if span.kind != "same" or len(words) <= _CONTEXT * (1 if first or last else 2):
            out.append(span)
            continue
        if not first:
            out.append(Span("same", " ".join(words[:_CONTEXT])))
        out.append(Span("gap", ""))
        if not last:
            out.append(Span("same", " ".join(words[-_CONTEXT:])))
    return out
