"""The records of the law watch as files: `law/<item>.yaml`."""

from __future__ import annotations

import re
from datetime import date

from undersigned.editing.yaml_write import render_yaml
from undersigned.records.law import LawState, WatchedProvision
from undersigned.records.source import PlainData

_HEAD = (
    "# What the law watch saw at legislation.gov.uk. Whoever confirms it writes what it means here, under confirmed.\n"
)
#: A day is written as records write it, without quotes.
_DAY = re.compile(r'"(\d{4}-\d{2}-\d{2})"')
_NOT_YET = "# Nobody has looked at this Act yet: the list below is what the register's list of laws cites.\n"


def render_law_state(state: LawState, *, to_confirm_on: date | None = None) -> str:
    """The file of a state. With `to_confirm_on`, its confirmation is left for a person to fill in."""
    data: dict[str, PlainData] = {"item": state.item}
    if state.title:
        data["title"] = state.title
    if state.modified:
        data["modified"] = state.modified
    looked = to_confirm_on or state.looked
    if looked:
        data["looked"] = str(looked)
    data["provisions"] = [_provision(one) for one in state.provisions]
    confirmed = state.confirmed
    if to_confirm_on is None and confirmed is not None:
        said = {"on": str(confirmed.on or ""), "by": confirmed.by or "", "note": confirmed.note or ""}
        data["confirmed"] = {key: value for key, value in said.items() if value}
    seen = any(one.words or one.effects for one in state.provisions)
    text = (_HEAD if seen or to_confirm_on else _NOT_YET) + _DAY.sub(r"\1", render_yaml(data, LawState))
    return f"{text}confirmed:\n  on: {to_confirm_on}\n  by:\n  note:\n" if to_confirm_on else text


def _provision(one: WatchedProvision) -> PlainData:
    data: dict[str, PlainData] = {"path": one.path}
    for name, value in (("since", one.since), ("words", one.words), ("status", one.status)):
        if value is not None:
            data[name] = str(value)
    if one.effects:
        data["effects"] = list(one.effects)
    if one.changes:
        data["changes"] = [
            {
                key: str(value)
                for key, value in (
                    ("effect", change.effect),
                    ("on", change.on),
                    ("by", change.by),
                    ("what", change.what),
                )
                if value
            }
            for change in one.changes
        ]
    return data


def same_law(one: LawState, other: LawState) -> bool:
    """Whether two states say the same of the law. An editor who only saves the page again makes no difference."""
    return one.provisions == other.provisions
