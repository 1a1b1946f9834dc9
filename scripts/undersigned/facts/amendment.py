"""What an amendment being prepared would change: the working text against the newest stamp, or the text shown. Facts only."""

from __future__ import annotations

from undersigned.facts.flows import spelled_out
from undersigned.records.protocol import Clause, Flow, Item, Operative, Protocol
from undersigned.register import ProtocolFolder


def changed_terms(folder: ProtocolFolder) -> tuple[str, ...]:
    """The operative fields in which the working text differs from the newest stamp."""
    if not folder.versions:
        return ()
    stamped = folder.stamped_text(next(reversed(folder.versions))) or {}
    working = folder.working_text
    return tuple(key for key in sorted({*stamped, *working}) if stamped.get(key) != working.get(key))


def changed_flows(record: Protocol, shown: Operative) -> tuple[tuple[int, Flow], ...]:
    """Flows of the working text that are new or changed, with their numbers in it."""
    before = {flow.id: _spelled(flow, record) for flow in shown.flows}
    numbered = enumerate(record.flows, start=1)
    return tuple((number, flow) for number, flow in numbered if before.get(flow.id) != _spelled(flow, record))


def changed_clauses(record: Protocol, shown: Operative) -> tuple[Clause, ...]:
    """Clauses of the working text that are new or changed."""
    before = {clause.id: clause for clause in shown.clauses}
    return tuple(clause for clause in record.clauses if before.get(clause.id) != clause)


def _spelled(flow: Flow, record: Protocol) -> tuple[Flow, tuple[Item, ...]]:
    items = tuple(
        Item.model_validate(spelled_out(item, record).model_dump(include=set(Item.model_fields))) for item in flow.items
    )
    return flow.model_copy(update={"items": ()}), items
