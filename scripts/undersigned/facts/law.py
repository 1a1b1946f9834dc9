"""Which protocols rest on a provision, and how a provision is named."""

from __future__ import annotations

from undersigned.facts.flows import legal_references
from undersigned.records.legislation import Provision
from undersigned.records.vocabulary import item_titles
from undersigned.register import Register

_LIVE = ("draft", "consultation", "signing", "in-force")


def law_of_provision(one: Provision) -> str:
    """A provision in words: `Data Protection Act 2018, section 45`."""
    title = item_titles().get(one.item, (one.item,))[0]
    words = [
        f"{kind} {number}" if kind.isalpha() else f"({kind})"
        for kind, number in zip(one.path[::2], one.path[1::2], strict=False)
    ]
    if one.path[:1] in (("section",), ("article",), ("regulation",)):
        words = [
            f"{one.path[0]} {one.path[1] if len(one.path) > 1 else ''}" + "".join(f"({part})" for part in one.path[2:])
        ]
    until = f" to {one.until}" if one.until else ""
    return ", ".join([title, *reversed(words)]) + until if words else title


def protocols_by_provision(register: Register) -> dict[Provision, list[str]]:
    """For each provision that a flow of a living protocol rests on, the ids of these protocols in order."""
    found: dict[Provision, list[str]] = {}
    for id_ in register.protocol_ids:
        folder = register.protocol(id_)
        if folder is None or not folder.readable or folder.value.status not in _LIVE:
            continue
        laws = (law for flow in folder.value.flows for law in (flow, *flow.law_differs))
        entries = [named.entry for law in laws for named in legal_references(law)]
        for one in sorted({one for entry in entries if entry is not None for one in entry.legislation}):
            found.setdefault(one, []).append(id_)
    return found
