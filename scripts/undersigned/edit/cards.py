"""Cards: what a person answers about who tells whom what and why, and the standard flows as ready cards of a draft."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from undersigned.edit.drafts import Draft
from undersigned.edit.questions import Option, free_id
from undersigned.editing import standard_texts
from undersigned.editing.standard_texts import End
from undersigned.records.source import PlainData, mappings, strings


@dataclass(frozen=True)
class Purpose:
    """What a card is for. The lists hold legal ids, the usual one first."""

    id: str
    words: str
    grounds: tuple[str, ...]
    strict: tuple[str, ...]
    powers: tuple[str, ...]
    interest: str | None = None


@cache
def purposes() -> Mapping[str, Purpose]:
    """Every purpose by its id, in the order in which they are offered."""
    data = tomllib.loads((Path(__file__).parent / "purposes.toml").read_text(encoding="utf-8"))
    return {
        id_: Purpose(
            id_, one["words"], tuple(one["grounds"]), tuple(one["strict"]), tuple(one["powers"]), one.get("interest")
        )
        for id_, one in data.items()
    }


@dataclass(frozen=True)
class Card:
    """The answers to the questions of a card. Names in `senders` and `receivers` are ids of parties or groups.

    `uses`: for each body that could hold information under Part 3, `law-enforcement` or `uk-gdpr`. `tasks`: for each body
    that may or may not do a public task, whether it does. `ground`, `strict`: the conditions that she chose.
    """

    title: str
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    purpose: str
    when: str
    items: tuple[PlainData, ...]
    not_shared: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    uses: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, bool] = field(default_factory=dict)
    powers: tuple[str, ...] = ()
    ground: str | None = None
    strict: str | None = None
    consent: tuple[str, ...] = ()
    method: str = ""
    timing: str = ""
    retention: str = ""


# -- standard flows ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StandardCard:
    """A standard flow, with the parties of the draft that could be at each of its ends."""

    id: str
    title: str
    note: str
    ends: tuple[tuple[End, tuple[Option, ...]], ...]

    @property
    def fits(self) -> bool:
        """Returns whether the draft has a party for each end."""
        return all(options for _, options in self.ends)


def standard_cards(draft: Draft) -> list[StandardCard]:
    """Every standard flow; those first for which the draft has parties."""
    register = draft.register
    kinds = {}
    for party in draft.folder.value.parties:
        record = register.organisation(register.present_organisation(party.organisation))
        if record is not None and record.value is not None:
            kinds[party.organisation] = (record.value.kind, record.value.name)
    found = []
    for id_ in standard_texts.standard_ids("flows"):
        flow = standard_texts.standard_flow(id_)
        ends = tuple(
            (end, tuple(Option(org, name) for org, (kind, name) in kinds.items() if kind in end.kinds))
            for end in standard_texts.ends_of([flow])
        )
        found.append(StandardCard(id_, str(flow.data["title"]), flow.note, ends))
    return sorted(found, key=lambda card: (not card.fits, card.title))


def standard_flow_for(draft: Draft, id_: str, members: Mapping[str, Sequence[str]]) -> dict[str, PlainData]:
    """A standard flow with parties of the draft in place of its ends. `members`: for each end, the chosen parties."""
    data = dict(standard_texts.standard_flow(id_).data)
    groups: dict[str, set[str]] = {}
    for party in draft.folder.value.parties:
        if party.group:
            groups.setdefault(party.group, set()).add(party.organisation)

    def named(ends: Sequence[str]) -> list[PlainData]:
        chosen = list(dict.fromkeys(member for end in ends for member in members.get(end, ())))
        whole = [group for group, all_ in groups.items() if all_ <= set(chosen) and len(all_) > 1]
        covered = set().union(*(groups[group] for group in whole)) if whole else set()
        return [*whole, *(member for member in chosen if member not in covered)]

    for side in ("from", "to"):
        data[side] = named(strings(data[side]))
    differs = [{**law, "for": named(strings(law["for"]))} for law in mappings(data.pop("law_differs", None))]
    if any(law["for"] for law in differs):
        data["law_differs"] = [law for law in differs if law["for"]]
    data.pop("forms", None)
    taken = {flow.id for flow in draft.folder.value.flows}
    data["id"] = free_id(str(data["id"]), taken)
    return data
