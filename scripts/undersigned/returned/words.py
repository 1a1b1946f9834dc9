"""Words compared with words, in the order of reading; and what people type into a block: text, dates, and the names
that its fields go by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from undersigned.documents.model import ANSWER, literal
from undersigned.documents.words import word

_MOST: Final = 60_000
_SHOWN_WORDS: Final = 40
#: Words that may come between a fact and what was added beside it.
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
    gone are where such a fact is printed, or words were added beside one."""
    words = [_plain(one) for one in before]
    places: dict[str, list[int]] = {}
    for place, one in enumerate(words):
        places.setdefault(one, []).append(place)
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


Value = str | bool | None

SIGNATURE = "__signature"
#: The other fields of a block, by the end of their names.
BLOCK_FIELDS = ("authority", "name", "post", "basis", "date", "reservation")
#: No person types more than this into a field.
_MOST_LETTERS = 20_000
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BRITISH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def text_value(written: str) -> str | None:
    """Text as typed, in NFC, with line feeds for line ends; what is not text becomes U+FFFD. None if nothing is left."""
    return literal(_LINE_ENDS.sub("\n", written))[:_MOST_LETTERS].strip() or None


def date_value(written: str) -> str | None:
    """A day as ISO 8601 if it was given as DD/MM/YYYY or as ISO; otherwise the text as typed."""
    typed = text_value(written)
    if typed is None:
        return None
    british = _BRITISH_DATE.fullmatch(typed)
    try:
        if british:
            return date(int(british[3]), int(british[2]), int(british[1])).isoformat()
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return typed


def is_date(name: str, label: str) -> bool:
    """Whether a field asks for a day: by the end of its name in a block, or by its label."""
    return name.endswith("__date") or word("form.date_placeholder") in label


def organisation_of(place: str) -> str | None:
    """The organisation whose block a signature field belongs to; None for a signature elsewhere, as on a form."""
    body, _, kind = place.rpartition("__")
    return body if body and f"__{kind}" == SIGNATURE and not place.startswith(ANSWER) else None


def block_fields(organisation: str) -> tuple[str, ...]:
    """The names of all fields of an organisation's block, its signature first."""
    return (f"{organisation}{SIGNATURE}", *(f"{organisation}__{kind}" for kind in BLOCK_FIELDS))


def block_of(field: str) -> str | None:
    """The organisation whose block a field belongs to; None for other fields."""
    body, _, kind = field.rpartition("__")
    return body if body and kind in ("signature", *BLOCK_FIELDS) and not field.startswith(ANSWER) else None


def is_placeholder(words: str) -> bool:
    """Whether words only ask for others."""
    return words == "SIGN" or words in {  # MuPDF prints this into places that are not signed
        word(f"form.{name}")
        for name in ("text_placeholder", "date_placeholder", "signature_placeholder", "choose_short")
    }
