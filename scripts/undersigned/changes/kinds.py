"""Kinds of change: which of them may cover what differs between two texts, and what goes beyond a kind.

Texts are as `records.fingerprint.operative_text` gives them, every id under its present name. The kinds are those of the
record format, table of changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum

from undersigned.changes.diff import Difference, differences
from undersigned.records.fields import Month, When, surely_before
from undersigned.records.source import PlainData, mappings, strings
from undersigned.records.version import CHANGES, Change

_ENDS = ("from", "to")


class Unmet(StrEnum):
    """A condition of an extension that is not met."""

    NO_END_BEFORE = "the earlier text has no effective_to that could be extended"
    NOT_LATER = "effective_to is not later than before"
    PASSED = "it was agreed after the earlier effective_to had passed"
    NO_CLAUSE = "the summary does not name the clause that allows it"


def least_change(before: Mapping[str, PlainData], after: Mapping[str, PlainData]) -> set[Change]:
    """The kinds that may cover the change, judged by the terms that it touches. Nobody has judged its words."""
    covering: set[Change] = {"material"}
    if all(is_wording(difference) for difference in differences(before, after)):
        covering.add("editorial")
    if not beyond_membership(before, after):
        covering.add("membership")
    if not beyond_extension(before, after):
        covering.add("extension")
    return {change for change in CHANGES if change in covering}


def excess(
    change: Change,
    before: Mapping[str, PlainData],
    after: Mapping[str, PlainData],
    *,
    summary: str,
    agreed_on: When,
    succeeded: frozenset[str] = frozenset(),
) -> list[Difference | Unmet]:
    """What a change touches beyond its kind, and the conditions that it does not meet; empty if there are none.

    `succeeded`: parties of the earlier text, by present id, whose place another body has taken since.
    """
    match change:
        case "material":
            return []
        case "editorial":
            return [difference for difference in differences(before, after) if not is_wording(difference)]
        case "membership":
            return list(beyond_membership(before, after, succeeded=succeeded))
        case "extension":
            unmet = unmet_by_extension(before, summary=summary, agreed_on=agreed_on)
            return [*beyond_extension(before, after), *unmet]


# -- editorial ----------------------------------------------------------------------------------------------------------


def is_wording(difference: Difference) -> bool:
    """Whether an editorial change may touch the term: wording that both texts have. It says nothing of the meaning."""
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
    values = (difference.before, difference.after)
    return all(isinstance(value, str) or (optional and value is None) for value in values)


# -- extension ----------------------------------------------------------------------------------------------------------


def beyond_extension(before: Mapping[str, PlainData], after: Mapping[str, PlainData]) -> list[Difference | Unmet]:
    """What differs apart from a later `effective_to`."""
    beyond: list[Difference | Unmet] = [d for d in differences(before, after) if d.path != ("effective_to",)]
    old, new = _when(before.get("effective_to")), _when(after.get("effective_to"))
    if old is None:
        if new is not None:
            beyond.append(Unmet.NO_END_BEFORE)
    elif old != new and (new is None or not surely_before(old, new)):
        beyond.append(Unmet.NOT_LATER)
    return beyond


def unmet_by_extension(before: Mapping[str, PlainData], *, summary: str, agreed_on: When) -> list[Unmet]:
    """Whether the extension was agreed too late, or its summary names no clause of the text."""
    unmet: list[Unmet] = []
    old = _when(before.get("effective_to"))
    if old is not None and surely_before(old, agreed_on):
        unmet.append(Unmet.PASSED)
    if not any(_has_word(summary, clause) for clause in _clause_ids(before)):
        unmet.append(Unmet.NO_CLAUSE)
    return unmet


def _clause_ids(text: Mapping[str, PlainData]) -> Iterator[str]:
    for clause in mappings(text.get("clauses")):
        adopts = clause.get("adopts")
        for id_ in (clause.get("id"), *(strings(adopts.get("clauses")) if isinstance(adopts, dict) else ())):
            if isinstance(id_, str):
                yield id_


def _has_word(summary: str, id_: str) -> bool:
    return id_ in summary and re.search(rf"(?<![\w-]){re.escape(id_)}(?![\w-])", summary) is not None


def _when(value: PlainData) -> When | None:
    if not isinstance(value, str):
        return None
    try:
        return Month(int(value[:4]), int(value[5:])) if len(value) == 7 else date.fromisoformat(value)
    except ValueError:
        return None


# -- membership ---------------------------------------------------------------------------------------------------------


def beyond_membership(
    before: Mapping[str, PlainData], after: Mapping[str, PlainData], *, succeeded: frozenset[str] = frozenset()
) -> list[Difference]:
    """What differs apart from parties that join, leave or are succeeded, and their ids in the flows.

    A newcomer may join a flow beside a party with the same role. A flow, or a difference in law, that had only leavers
    at one end goes with them. A successor may state its own capacity, group and MAPPA role.
    """
    old, new = _parties(before), _parties(after)
    leavers, newcomers = old.keys() - new.keys(), new.keys() - old.keys()
    roles = {id_: party.get("role") for id_, party in {**new, **old}.items()}
    members = _members(old)

    def may_join(newcomer: str, ends: Iterable[str]) -> bool:
        present = {id_ for end in ends for id_ in members.get(end, (end,))}
        return any(id_ in old and roles[id_] == roles[newcomer] for id_ in present)

    comparable_before, comparable_after = dict(before), dict(after)
    comparable_before["parties"] = [
        {**party, **_own_terms(new[id_])} if id_ in succeeded and id_ in new else party
        for id_, party in old.items()
        if id_ not in leavers
    ]
    comparable_after["parties"] = [
        {**party, **_own_terms(party)} if id_ in succeeded else party
        for id_, party in new.items()
        if id_ not in newcomers
    ]
    old_flows, new_flows = _by_id(before.get("flows")), _by_id(after.get("flows"))
    if old_flows is not None and new_flows is not None:
        gone = {id_ for id_, flow in old_flows.items() if id_ not in new_flows and _has_only(flow, leavers, members)}
        comparable_before["flows"] = [_without(flow, leavers) for id_, flow in old_flows.items() if id_ not in gone]
        comparable_after["flows"] = [
            # A leaver that the text still names is a fault of the text, not a change to it.
            _without(_without_newcomers(flow, old_flows.get(id_, {}), leavers, newcomers, may_join), leavers)
            for id_, flow in new_flows.items()
        ]
    return differences(comparable_before, comparable_after)


def _own_terms(successor: Mapping[str, PlainData]) -> dict[str, PlainData]:
    return {name: successor.get(name) for name in ("capacity", "group", "mappa_role")}


def _parties(text: Mapping[str, PlainData]) -> dict[str, dict[str, PlainData]]:
    return {id_: party for party in mappings(text.get("parties")) if isinstance(id_ := party.get("organisation"), str)}


def _members(parties: Mapping[str, Mapping[str, PlainData]]) -> dict[str, tuple[str, ...]]:
    members: dict[str, tuple[str, ...]] = {}
    for id_, party in parties.items():
        group = party.get("group")
        if isinstance(group, str):
            members[group] = (*members.get(group, ()), id_)
    return members


def _by_id(flows: PlainData) -> dict[str, dict[str, PlainData]] | None:
    """Flows by id; None if two share an id, so that the lists are compared as written."""
    listed = mappings(flows)
    by_id = {id_: flow for flow in listed if isinstance(id_ := flow.get("id"), str)}
    return by_id if len(by_id) == len(listed) else None


def _has_only(flow: Mapping[str, PlainData], leavers: Iterable[str], members: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether only leavers are at one end of a flow."""
    gone = set(leavers)
    for end in _ENDS:
        bodies = {id_ for name in strings(flow.get(end)) for id_ in members.get(name, (name,))}
        if bodies and bodies <= gone:
            return True
    return False


def _without(flow: Mapping[str, PlainData], ids: Iterable[str]) -> dict[str, PlainData]:
    """The flow minus these bodies, and minus any difference in law that was theirs alone."""
    out = dict(flow)
    left_out = set(ids)
    for end in _ENDS:
        if end in flow:
            out[end] = [name for name in strings(flow[end]) if name not in left_out]
    if "law_differs" in flow:
        laws: list[dict[str, PlainData]] = [
            {**law, "for": [name for name in strings(law.get("for")) if name not in left_out]}
            for law in mappings(flow["law_differs"])
        ]
        out["law_differs"] = [law for law in laws if law["for"]]
    return out


def _without_newcomers(
    flow: dict[str, PlainData],
    old: Mapping[str, PlainData],
    leavers: Iterable[str],
    newcomers: Iterable[str],
    may_join: Callable[[str, Iterable[str]], bool],
) -> dict[str, PlainData]:
    """The flow minus newcomers who join beside a party with the same role."""
    out = dict(flow)
    joining = set(newcomers)
    for end in _ENDS:
        if end in flow or end in old:
            present = strings(old.get(end))
            out[end] = [name for name in strings(flow.get(end)) if name not in joining or not may_join(name, present)]
    if "law_differs" in flow or "law_differs" in old:
        laws = [_law_without(law, old, set(leavers), joining, may_join) for law in mappings(flow.get("law_differs"))]
        out["law_differs"] = [law for law in laws if law["for"]]
    return out


def _law_without(
    law: dict[str, PlainData],
    old: Mapping[str, PlainData],
    leavers: set[str],
    joining: set[str],
    may_join: Callable[[str, Iterable[str]], bool],
) -> dict[str, PlainData]:
    """A difference in law minus the newcomers who join a body that it was already stated for."""
    bodies = strings(law.get("for"))
    staying = [name for name in bodies if name not in joining]
    for earlier in mappings(old.get("law_differs")):
        present = strings(earlier.get("for"))
        same_law = {**earlier, "for": ()} == {**law, "for": ()}
        if same_law and [name for name in present if name not in leavers] == staying:
            return {**law, "for": [name for name in bodies if name not in joining or not may_join(name, present)]}
    return {**law, "for": [*bodies]}
