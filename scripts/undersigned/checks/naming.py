"""Ids that records name: whether one is known, which known one is nearest, and how a few are listed.

Shared by the rooms of rules; holds none itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from undersigned.checks.engine import RecordLike, Subject
from undersigned.findings import Finding
from undersigned.records.protocol import Protocol
from undersigned.records.reading import Record, did_you_mean
from undersigned.records.source import Path
from undersigned.records.vocabulary import ids

#: So many known ids a hint may list.
FEW = 12
_MOST_NAMED = 4


def nearest(word: str, known: Iterable[str], *, few: int = FEW) -> str:
    """A hint that names the nearest known id, or all of them where they are no more than `few`; else nothing."""
    ids_ = tuple(known)
    hint = did_you_mean(word, ids_)
    return hint if hint.startswith("Did") or 0 < len(ids_) <= few else ""


def spaced(hint: str) -> str:
    """A hint with a space after it, to stand before another sentence."""
    return hint + " " if hint else ""


def some(names: Iterable[str]) -> str:
    """A few names in order, and how many more there are."""
    listed = sorted(names)
    if len(listed) <= _MOST_NAMED:
        return ", ".join(listed[:-1]) + (" and " if len(listed) > 1 else "") + listed[-1] if listed else ""
    return ", ".join(listed[:_MOST_NAMED]) + f" and {len(listed) - _MOST_NAMED} others"


def trusted(record: Record[Protocol], field: str, holds: bool) -> bool:
    """Whether what stands in a field is all that its writer put there: not where a part of it could not be read."""
    return not record.was_dropped(field) and (holds or record.lacks(field))


def unknown_organisation(
    subject: Subject, record: RecordLike, path: Path, id_: str, *, words: str = "default", few: int = 0
) -> Iterator[Finding]:
    """A finding if no organisation has this id, now or formerly. `few` as for `nearest`."""
    if not subject.register.has_organisation(id_):
        near = spaced(nearest(id_, subject.register.organisation_ids, few=few))
        yield from subject.find("unknown-organisation", record, path, words=words, id=id_, near=near)


def unknown_measure(subject: Subject, record: RecordLike, path: Path, measure: str) -> Iterator[Finding]:
    """A finding if no outcome measure has this id."""
    measures = ids("outcome-measures")
    if measure not in measures:
        yield from subject.find("unknown-measure", record, path, id=measure, near=did_you_mean(measure, measures))
