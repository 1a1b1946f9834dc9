"""A draft protocol: a standard one, a standard flow with what it needs, or an empty one with every field explained."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from undersigned.editing.commented import comment, render_commented
from undersigned.editing.emit import render_yaml
from undersigned.editing.library import End, StandardFlow, ends_of
from undersigned.records.protocol import Protocol
from undersigned.records.source import Data

_EXAMPLES: dict[str, str] = {
    "summary": "|\n  One paragraph in plain English.",
    "jurisdictions": "[england]",
    "areas": "[staffordshire]",
    "lead": "(an id of a folder under signatories)",
    "owner": "{organisation: (the id of the board), post: Chair}",
    "effective_from": "2027-04-01",
    "effective_to": "2030-03-31",
    "required_by": "cja03-s325",
    "supersedes": "[(the id of the older protocol)]",
    "part_of": "(the id of the framework)",
    "groups": "\n  - {id: landlords, title: Registered providers in the county}",
    "parties": "\n  - organisation: (an id of a folder under signatories)\n    role: controller\n    capacity: What it does here",
    "purpose": "\n  aims:\n    - What the sharing is to bring about\n  benefits:\n    - Who is better off\n"
    "  necessity: |\n    Why nothing less would do.\n  if_not_shared: |\n    What happens otherwise.",
    "people": "[people on probation]",
    "considerations": "\n  proportionality: |\n    Why this much and no more.\n  consent: |\n    Where the person is asked.\n"
    "  transparency: |\n    What people are told.\n  vital_interests: |\n    What happens in an emergency.",
    "data_items": "\n  - {id: risk-level, name: Level of risk of serious harm, sensitivity: criminal-offence, why: To plan}",
    "flows": "\n  - id: referral\n    title: Referral\n    from: [(who sends)]\n    to: [(who receives)]\n    when: routine\n"
    "    regime: crossing\n    lawful_bases: [a6e-public-task]\n    gateways: [oma07-s14]\n    consent: [courtesy]\n"
    "    items: [risk-level]\n    method: Secure e-mail\n    timing: Within 5 working days\n    retention: 2 years",
    "clauses": "\n  - id: accuracy\n    title: Keeping information accurate\n    text: |\n      The words that are signed.",
    "dpia": "{status: in-progress, reference: DPIA-1}",
    "appropriate_policy_document": "{reference: APD-1}",
    "funding": "\n  - {source: Where the money comes from, pays_for: What it pays for, ends_on: 2029-03-31}",
    "milestones": "\n  - {stage: drafting, on: 2026-11-02}",
    "monitoring": "\n  - {point: release, measures: [mi014], by: (an id), every: quarter}",
    "review": "{interval_months: 12, triggers: [a change in the law it relies on]}",
}


#: What is published of a restricted protocol.
_FACTS = frozenset(
    {
        "title",
        "kind",
        "status",
        "publication",
        "jurisdictions",
        "areas",
        "lead",
        "effective_from",
        "effective_to",
        "parties",
    }
)


@dataclass
class Draft:
    """What a draft is made of. `members`: for each group that its flows name, the organisations in it (perhaps none)."""

    data: dict[str, Data]
    flows: list[StandardFlow] = field(default_factory=list)
    members: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def ends(self) -> list[End]:
        return ends_of(self.flows)

    def forms(self) -> list[str]:
        """The ids of the forms that its flows use, each once."""
        return list(dict.fromkeys(form for flow in self.flows for form in flow.data.get("forms", ())))


def render_draft(draft: Draft, *, taken: Iterable[str], facts_only: bool = False) -> str:
    """The text of `protocol.yaml`. `taken`: ids of organisations, which no group may have.

    `facts_only`: title, parties and dates, as of a restricted protocol whose text is kept elsewhere.
    """
    names = _group_names(draft, frozenset(taken))
    data = dict(draft.data)
    if facts_only:
        return render_commented(
            Protocol,
            data,
            examples=_EXAMPLES,
            leave_out=frozenset(Protocol.model_fields) - _FACTS,
            written={"parties": lambda: _parties(draft, names, facts_only=True)} if draft.flows else None,
        )
    groups = [{"id": names[end.id][0], "title": end.title} for end in draft.ends if _is_group(draft, end)]
    if groups:
        data["groups"] = groups
    written = {}
    if draft.flows:
        written = {"parties": lambda: _parties(draft, names), "flows": lambda: _flows(draft, names)}
    return render_commented(Protocol, data, examples=_EXAMPLES, leave_out=frozenset({"formerly"}), written=written)


def _is_group(draft: Draft, end: End) -> bool:
    """Not so where a member is in an earlier group already: a party has one. Then flows name the members themselves."""
    earlier = {member for other in draft.ends[: draft.ends.index(end)] for member in draft.members.get(other.id, ())}
    return not earlier.intersection(draft.members.get(end.id, ()))


def _group_names(draft: Draft, taken: frozenset[str]) -> dict[str, list[str]]:
    """What stands in a flow for each group."""
    return {
        end.id: [f"{end.id}-group" if end.id in taken else end.id]
        if _is_group(draft, end)
        else [*draft.members[end.id]]
        for end in draft.ends
    }


def _parties(draft: Draft, names: Mapping[str, list[str]], *, facts_only: bool = False) -> list[str]:
    known: set[str] = set()
    lines: list[str] = []
    for end in draft.ends:
        for member in draft.members.get(end.id, ()) or [""]:
            if member in known:
                continue
            party = {"role": "controller", "capacity": end.capacity, "mappa_role": end.mappa_role}
            if facts_only:
                del party["capacity"]
            elif _is_group(draft, end):
                party["group"] = names[end.id][0]
            shown = (
                render_yaml(
                    {"organisation": member or "x", **{key: value for key, value in party.items() if value}},
                    Protocol,
                    ("parties", 0),
                )
                .rstrip("\n")
                .split("\n")
            )
            if member:
                known.add(member)
                lines += [f"  - {shown[0]}", *(f"    {line}" for line in shown[1:])]
            else:
                lines += [
                    f"  # - organisation: ({end.asks}: an id of a folder under signatories)",
                    *(f"  #   {line}" for line in shown[1:]),
                ]
    return ["parties:" if known else "# parties:", *lines]


def _flows(draft: Draft, names: Mapping[str, list[str]]) -> list[str]:
    lines = ["flows:"]
    for flow in draft.flows:
        lines += [line for text in flow.note.split("\n") if text for line in comment(text, 2)]
        data = dict(flow.data)
        for side in ("from", "to"):
            data[side] = _named(data[side], names)
        if "law_differs" in data:
            data["law_differs"] = [{**law, "for": _named(law["for"], names)} for law in data["law_differs"]]
        shown = render_yaml(data, Protocol, ("flows", 0)).rstrip("\n")
        lines += ("  - " + textwrap.indent(shown, "    ").lstrip()).split("\n")
    return lines


def _named(ends: list[str], names: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(name for end in ends for name in names[end]))
