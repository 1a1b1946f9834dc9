"""Words compared with words: what was changed, added and left out, in the order of reading."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_MOST: Final = 60_000
_SHOWN_WORDS: Final = 40
#: Words that may stand between a fact and what was added beside it.
_BESIDE: Final = 3


@dataclass(frozen=True, slots=True)
class Chunk:
    """Where two lists of words differ: `[start:end]` of the first became `[begin:stop]` of the second."""

    start: int
    end: int
    begin: int
    stop: int


def chunks_of(before: Sequence[str], after: Sequence[str]) -> list[Chunk]:
    """Where the lists differ. Words that are only divided in another way do not differ."""
    before, after = before[:_MOST], after[:_MOST]
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    one, other = before[head : len(before) - tail], after[head : len(after) - tail]
    found = []
    for tag, start, end, begin, stop in SequenceMatcher(None, one, other, autojunk=True).get_opcodes():
        if tag != "equal" and bare("".join(one[start:end])) != bare("".join(other[begin:stop])):
            found.append(Chunk(head + start, head + end, head + begin, head + stop))
    return found


def bare(words: str) -> str:
    """Words without spaces, as programs that print them anew keep them."""
    return "".join(unicodedata.normalize("NFKC", words).replace("\u00ad", "").split())


def changed(before: str, after: str) -> tuple[str, str]:
    """What happened to words, and the words themselves."""
    if not before:
        return "words added", after
    return ("words left out", before) if not after else ("words changed", f"{before} → {after}")


def changed_words(before: str, after: str) -> str:
    """The words of two texts that differ, in one line."""
    one, other = before.split(), after.split()
    parts = [
        changed(" ".join(one[chunk.start : chunk.end]), " ".join(other[chunk.begin : chunk.stop]))[1]
        for chunk in chunks_of(one, other)[:5]
    ]
    return "; ".join(" ".join(part.split()[:_SHOWN_WORDS]) for part in parts)


def explained_by(before: Sequence[str], phrases: Sequence[str]) -> Callable[[Chunk], bool]:
    """Tells of a difference whether facts that change from day to day, given as phrases, may explain it: the words that are
    gone stand where such a fact is printed, or words were added beside one."""
    words = [_plain(word) for word in before]
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word, []).append(place)
    is_fact = [False] * len(words)
    for phrase in dict.fromkeys(phrases):
        parts = [_plain(part) for part in phrase.split()]
        for start in places.get(parts[0], ()) if parts else ():
            if words[start : start + len(parts)] == parts:
                is_fact[start : start + len(parts)] = [True] * len(parts)

    def explains(chunk: Chunk) -> bool:
        if chunk.start < chunk.end:
            return all(is_fact[chunk.start : chunk.end])
        return any(is_fact[max(0, chunk.start - _BESIDE) : chunk.start + _BESIDE])

    return explains


def _plain(word: str) -> str:
    return bare(word).strip(".,;:()").casefold()
