"""Kinds of change: which may cover what differs between two texts, and what goes beyond them or is lacking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from undersigned.changes.diff import Difference, differences
from undersigned.changes.membership import beyond_membership
from undersigned.records.fields import Month, When, surely_before
from undersigned.records.source import Data, mappings
from undersigned.records.version import CHANGES, Change


class Unmet(StrEnum):
    """What an extension lacks (record format, table of changes)."""

    NO_END_BEFORE = "the earlier text has no effective_to that could be extended"
    NOT_LATER = "effective_to is not later than before"
    PASSED = "it was agreed after the earlier effective_to had passed"
    NO_CLAUSE = "the summary does not name the clause that allows it"


def least_change(before: Mapping[str, Data], after: Mapping[str, Data]) -> set[Change]:
    """The kinds that may cover the change from one text to the other, by what they may touch."""
    covering: set[Change] = {"material"}
    changed = differences(before, after)
    if all(is_wording(difference) for difference in changed):
        covering.add("editorial")
    if not beyond_membership(before, after):
        covering.add("membership")
    if not beyond_extension(before, after):
        covering.add("extension")
    return {change for change in CHANGES if change in covering}


def excess(
    change: Change,
    before: Mapping[str, Data],
    after: Mapping[str, Data],
    *,
    summary: str,
    agreed_on: When,
    succeeded: frozenset[str] = frozenset(),
) -> list[Difference | Unmet]:
    """What a change touches beyond its kind, or lacks; empty if all is well.

    `succeeded`: parties of the earlier text, under present ids, that have taken another's place since.
    """
    match change:
        case "material":
            return []
        case "editorial":
            return [difference for difference in differences(before, after) if not is_wording(difference)]
        case "membership":
            return list(beyond_membership(before, after, succeeded=succeeded))
        case "extension":
            return beyond_extension(before, after) + lacking_for_extension(before, summary=summary, agreed_on=agreed_on)


def is_wording(difference: Difference) -> bool:
    """Whether an editorial change may touch it: other words for what was there and still is."""
    match difference.path:
        case ("title",) | ("clauses", _, "text") | ("considerations", _) | ("forms", _, "title" | "body"):
            optional = False
        case ("forms", _, "sections", _, "fields", _, "label"):
            optional = False
        case ("clauses", _, "title") | ("forms", _, "sections", _, "title"):
            optional = True
        case ("forms", _, "sections", _, "fields", _, "hint"):
            optional = True
        case _:
            return False
    sides = (difference.before, difference.after)
    return all(isinstance(side, str) or (optional and side is None) for side in sides)


def beyond_extension(before: Mapping[str, Data], after: Mapping[str, Data]) -> list[Difference | Unmet]:
    """What differs beside a later `effective_to`."""
    found: list[Difference | Unmet] = [d for d in differences(before, after) if d.path != ("effective_to",)]
    old, new = _when(before.get("effective_to")), _when(after.get("effective_to"))
    if old is None:
        if new is not None:
            found.append(Unmet.NO_END_BEFORE)
    elif old != new and (new is None or not surely_before(old, new)):
        found.append(Unmet.NOT_LATER)
    return found


def lacking_for_extension(before: Mapping[str, Data], *, summary: str, agreed_on: When) -> list[Difference | Unmet]:
    """Whether it was agreed too late, or the summary names no clause of the text."""
    found: list[Difference | Unmet] = []
    old = _when(before.get("effective_to"))
    if old is not None and surely_before(old, agreed_on):
        found.append(Unmet.PASSED)
    if not any(_names(summary, clause) for clause in _clause_ids(before)):
        found.append(Unmet.NO_CLAUSE)
    return found


def _clause_ids(text: Mapping[str, Data]) -> Iterator[str]:
    for clause in mappings(text.get("clauses")):
        adopts = clause.get("adopts")
        for id_ in (clause.get("id"), *(adopts.get("clauses", ()) if isinstance(adopts, dict) else ())):
            if isinstance(id_, str):
                yield id_


def _names(summary: str, id_: str) -> bool:
    """Whether the id stands in the summary as a word of its own."""
    return id_ in summary and re.search(rf"(?<![\w-]){re.escape(id_)}(?![\w-])", summary) is not None


def _when(value: Data) -> When | None:
    if not isinstance(value, str):
        return None
    try:
        return Month(int(value[:4]), int(value[5:])) if len(value) == 7 else date.fromisoformat(value)
    except ValueError:
        return None
