"""Law that has changed since somebody looked: from the states that the law watch confirmed, never from the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from undersigned.checks.engine import ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.law.capacity import FlowView, law_rules
from undersigned.findings import Finding
from undersigned.records.fields import earliest
from undersigned.records.law import LawState, file_of
from undersigned.records.legislation import Provision, touches
from undersigned.records.vocabulary import Entry, item_titles, vocabulary

_FIELDS = (
    "lawful_bases",
    "recognised_interests",
    "special_category_conditions",
    "schedule_1_conditions",
    "law_enforcement_conditions",
    "gateways",
)


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


def law_last_read(subject: ProtocolSubject) -> date | None:
    """The day on which somebody last looked at the law of a protocol: in a review, or when its newest text was agreed."""
    days = [
        earliest(day)
        for day, record in subject.folder.reviews.items()
        if record.value and "law" in record.value.checked
    ]
    days += [
        earliest(version.agreed_on)
        for _number, version in subject.folder.read_versions()
        if version.agreed_on is not None and version.change == "material"
    ]
    return max((day for day in days if day <= subject.as_of), default=None)


def check_law_changed(subject: ProtocolSubject, views: tuple[FlowView, ...]) -> Iterator[Finding]:
    """Every provision that a flow rests on has been looked at since it changed."""
    read_on = law_last_read(subject)
    states = subject.register.law_states
    if read_on is None or not states or not subject.is_live:
        return
    known = vocabulary()
    told: set[Provision] = set()
    for view in views:
        for path, law in view.laws():
            for field in _FIELDS:
                entries: Mapping[str, Entry] = getattr(known, field)
                for index, id_ in enumerate(getattr(law, field)):
                    change = last_change(entries[id_], states, subject.as_of) if id_ in entries else None
                    if change is None or change[1] <= read_on or change[0] in told:
                        continue
                    told.add(change[0])
                    yield from subject.find(
                        "law-changed",
                        subject.record,
                        (*path, field, index),
                        cap="warning",
                        flow=view.flow.id,
                        law=entries[id_].title_with_reference,
                        day=change[1],
                        read_on=read_on,
                        address=change[0].url,
                    )


def check_law_states(subject: RegisterSubject) -> Iterator[Finding]:
    """The records of the law watch are about the laws that are cited, and a confirmation says what the news means."""
    for record in subject.register.law_records:
        state = record.value
        if state is None:
            continue
        if state.item not in item_titles():
            yield from subject.find("law-item", record, ("item",), item=state.item)
        elif record.path != file_of(state.item):
            yield from subject.find(
                "law-item", record, ("item",), words="name", item=state.item, file=file_of(state.item)
            )
        if state.confirmed is not None and not state.is_confirmed:
            lacking = [name for name in ("on", "by", "note") if not getattr(state.confirmed, name)]
            yield from subject.find(
                "law-unconfirmed", record, ("confirmed",), lacking=lacking, title=state.title or state.item
            )


RULES = RuleSet(protocol=(law_rules(check_law_changed),), register=(check_law_states,))
