"""When the law of a protocol last changed, and when somebody last looked at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from undersigned.records.fields import earliest
from undersigned.records.law import LawState, Provision, touches
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.register import ProtocolFolder


def last_change(entry: Entry, states: Mapping[str, LawState], as_of: date) -> tuple[Provision, date] | None:
    """The newest change of a provision that an entry cites, of those that a person has confirmed and that have begun."""
    found: list[tuple[date, Provision]] = []
    for cited in entry.legislation:
        state = states.get(cited.item)
        if state is None or not state.is_confirmed:
            continue
        for index, one in enumerate(state.provisions):
            if not cited.path or one.path == "whole":
                continue
            at = state.place_of(index)
            if not touches(cited.path, at.path, (*at.path[:-1], at.until) if at.until else None):
                continue
            days = [one.since, *(change.on for change in one.changes)]
            found += [(day, cited) for day in days if day is not None and day <= as_of]
    if not found:
        return None
    day, at = max(found, key=lambda pair: pair[0])
    return at, day


def law_last_read(folder: ProtocolFolder, *, as_of: date) -> date | None:
    """The day on which somebody last looked at the law of a protocol: in a review, or when its newest text was agreed."""
    days = [earliest(day) for day, record in folder.reviews.items() if record.value and "law" in record.value.checked]
    days += [
        earliest(version.agreed_on)
        for _number, version in folder.read_versions()
        if version.agreed_on is not None and version.change == "material"
    ]
    return max((day for day in days if day <= as_of), default=None)


@dataclass(frozen=True)
class ChangedLaw:
    """A law that a protocol rests on, and that changed after somebody last looked at the law of the protocol."""

    entry: Entry
    provision: Provision
    changed_on: date
    read_on: date


def changed_laws(
    folder: ProtocolFolder, entries: Iterable[Entry], states: Mapping[str, LawState], *, as_of: date
) -> Iterator[ChangedLaw]:
    """Each provision that changed since, once. Nothing while nobody can be said to have looked at all."""
    read_on = law_last_read(folder, as_of=as_of)
    if read_on is None or not states:
        return
    reported: set[Provision] = set()
    for entry in entries:
        change = last_change(entry, states, as_of)
        if change is not None and change[1] > read_on and change[0] not in reported:
            reported.add(change[0])
            yield ChangedLaw(entry, change[0], change[1], read_on)


# -- when somebody last looked ------------------------------------------------------------------------------------

#: Days without a look at the law after which every output says so.
LONG_DAYS: Final = 28


def law_looked_on(entry: Entry, states: Mapping[str, LawState], *, as_of: date) -> date | None:
    """The day on which all that an entry cites was last looked at: by whoever wrote the entry, or by the law watch."""
    items = dict.fromkeys(one.item for one in entry.legislation)
    return min((day for item in items if (day := _seen_on(states.get(item), [entry], as_of))), default=None) or (
        entry.checked if entry.checked <= as_of else None
    )


@dataclass(frozen=True)
class LongUnseen:
    """`since`: the day on which the Act that has waited longest was last looked at. `item`: its address. `acts`: how many wait."""

    since: date
    item: str
    acts: int


def long_unseen(states: Mapping[str, LawState], *, as_of: date) -> LongUnseen | None:
    """The Acts that nobody has looked at for more than `LONG_DAYS`; None for a register that does not watch the law."""
    cited = vocabulary().cited
    found: list[tuple[date, str]] = []
    for item, state in states.items():
        entries = [entry for entries in cited.get(item, {}).values() for entry in entries]
        day = _seen_on(state, entries, as_of)
        if day is not None and (as_of - day).days > LONG_DAYS:
            found.append((day, item))
    return LongUnseen(*min(found), len(found)) if found else None


def _seen_on(state: LawState | None, entries: Iterable[Entry], as_of: date) -> date | None:
    days = [entry.checked for entry in entries]
    if state is not None:
        days += [day for day in (state.looked, state.confirmed.on if state.confirmed else None) if day is not None]
    return max((day for day in days if day <= as_of), default=None)
