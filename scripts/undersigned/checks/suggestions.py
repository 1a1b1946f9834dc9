"""Ids that records name: whether one is known, which known one is nearest, and how a few are listed.

Shared by the rooms of rules; holds none itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.records.protocol import Protocol
from undersigned.records.reading import Record, did_you_mean

#: So many known ids a hint may list.
FEW = 12


def nearest(word: str, known: Iterable[str], *, few: int = FEW) -> str:
    """A hint that names the nearest known id, or all of them where they are no more than `few`; else nothing."""
    ids_ = tuple(known)
    hint = did_you_mean(word, ids_)
    return hint if hint.startswith("Did") or 0 < len(ids_) <= few else ""


def spaced(hint: str) -> str:
    """A hint with a space after it, to stand before another sentence."""
    return hint + " " if hint else ""


def trusted(record: Record[Protocol], field: str, holds: bool) -> bool:
    """Whether what stands in a field is all that its writer put there: not where a part of it could not be read."""
    return not record.was_dropped(field) and (holds or record.lacks(field))
