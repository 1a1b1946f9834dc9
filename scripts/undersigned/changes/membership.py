"""Membership: parties that join, leave or are succeeded, and what changes with them in the flows and no further."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from undersigned.changes.diff import Difference, differences
from undersigned.records.source import Data, mappings

_ENDS = ("from", "to")


def beyond_membership(
    before: Mapping[str, Data], after: Mapping[str, Data], *, succeeded: frozenset[str] = frozenset()
) -> list[Difference]:
    """What differs beside parties joining, leaving or succeeded and their ids in the flows.

    A newcomer may stand where a party of its role stood. A flow, or a difference in law, that had nobody but leavers
    at one end goes with them. A successor may state its own capacity, group and MAPPA role.
    """
    old, new = _parties(before), _parties(after)
    leavers, newcomers = old.keys() - new.keys(), new.keys() - old.keys()
    roles = {id_: party.get("role") for id_, party in {**new, **old}.items()}
    members = _members(old)

    def beside(newcomer: str, ends: Iterable[str]) -> bool:
        named = {id_ for end in ends for id_ in members.get(end, (end,))}
        return any(id_ in old and roles[id_] == roles[newcomer] for id_ in named)

    was, is_ = dict(before), dict(after)
    was["parties"] = [
        {**party, **_own_terms(new[id_])} if id_ in succeeded and id_ in new else party
        for id_, party in old.items()
        if id_ not in leavers
    ]
    is_["parties"] = [
        {**party, **_own_terms(party)} if id_ in succeeded else party
        for id_, party in new.items()
        if id_ not in newcomers
    ]
    old_flows, new_flows = _by_id(before.get("flows")), _by_id(after.get("flows"))
    if old_flows is not None and new_flows is not None:
        gone = {id_ for id_, flow in old_flows.items() if id_ not in new_flows and _only(flow, leavers, members)}
        was["flows"] = [_without(flow, leavers) for id_, flow in old_flows.items() if id_ not in gone]
        is_["flows"] = [
            # A leaver that the text still names is a fault of the text, not a change to it.
            _without(_without_newcomers(flow, old_flows.get(id_, {}), leavers, newcomers, beside), leavers)
            for id_, flow in new_flows.items()
        ]
    return differences(was, is_)


def _own_terms(heir: Mapping[str, Data]) -> dict[str, Data]:
    return {name: heir.get(name) for name in ("capacity", "group", "mappa_role")}


def _parties(text: Mapping[str, Data]) -> dict[str, dict[str, Data]]:
    return {
        party["organisation"]: party
        for party in mappings(text.get("parties"))
        if isinstance(party.get("organisation"), str)
    }


def _members(parties: Mapping[str, Mapping[str, Data]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for id_, party in parties.items():
        group = party.get("group")
        if isinstance(group, str):
            found[group] = (*found.get(group, ()), id_)
    return found


def _by_id(flows: Data) -> dict[str, dict[str, Data]] | None:
    """Flows by id; None where two share one, so that they are compared as they stand."""
    listed = mappings(flows)
    found = {flow["id"]: flow for flow in listed if isinstance(flow.get("id"), str)}
    return found if len(found) == len(listed) else None


def _names_in(ends: Data) -> list[str]:
    return [end for end in ends if isinstance(end, str)] if isinstance(ends, list) else []


def _only(flow: Mapping[str, Data], leavers: Iterable[str], members: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether one end of a flow is leavers and nobody else."""
    gone = set(leavers)
    for end in _ENDS:
        named = {id_ for name in _names_in(flow.get(end)) for id_ in members.get(name, (name,))}
        if named and named <= gone:
            return True
    return False


def _without(flow: Mapping[str, Data], ids: Iterable[str]) -> dict[str, Data]:
    """A flow that does not name these bodies; a difference in law that was theirs alone is left out."""
    out = dict(flow)
    left_out = set(ids)
    for end in _ENDS:
        if end in flow:
            out[end] = [name for name in _names_in(flow[end]) if name not in left_out]
    if "law_differs" in flow:
        laws = [
            {**law, "for": [name for name in _names_in(law.get("for")) if name not in left_out]}
            for law in mappings(flow["law_differs"])
        ]
        out["law_differs"] = [law for law in laws if law["for"]]
    return out


def _without_newcomers(
    flow: dict[str, Data],
    old: Mapping[str, Data],
    leavers: Iterable[str],
    newcomers: Iterable[str],
    beside: Callable[[str, Iterable[str]], bool],
) -> dict[str, Data]:
    """A flow without the newcomers that stand where a party of their role stood."""
    out = dict(flow)
    joining = set(newcomers)
    for end in _ENDS:
        if end in flow or end in old:
            stood = _names_in(old.get(end))
            out[end] = [name for name in _names_in(flow.get(end)) if name not in joining or not beside(name, stood)]
    if "law_differs" in flow or "law_differs" in old:
        out["law_differs"] = [
            law
            for law in (
                _law_without(law, old, set(leavers), joining, beside) for law in mappings(flow.get("law_differs"))
            )
            if law["for"]
        ]
    return out


def _law_without(
    law: dict[str, Data],
    old: Mapping[str, Data],
    leavers: set[str],
    joining: set[str],
    beside: Callable[[str, Iterable[str]], bool],
) -> dict[str, Data]:
    named = _names_in(law.get("for"))
    staying = [name for name in named if name not in joining]
    for earlier in mappings(old.get("law_differs")):
        stood = _names_in(earlier.get("for"))
        same_law = {**earlier, "for": ()} == {**law, "for": ()}
        if same_law and [name for name in stood if name not in leavers] == staying:
            return {**law, "for": [name for name in named if name not in joining or not beside(name, stood)]}
    return {**law, "for": named}
