"""Law that has changed since somebody looked: from the states that the law watch confirmed, never from the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from undersigned.checks.engine import ProtocolSubject, RegisterSubject, RuleSet
from undersigned.checks.law.capacity import FlowView, PathTo, law_rules
from undersigned.records.findings import Finding
from undersigned.records.law import file_of
from undersigned.records.vocabulary import Entry, item_titles, vocabulary
from undersigned.status.law import changed_laws, long_unseen

_FIELDS = (
    "lawful_bases",
    "recognised_interests",
    "special_category_conditions",
    "schedule_1_conditions",
    "law_enforcement_conditions",
    "gateways",
)


def check_law_changed(subject: ProtocolSubject, views: tuple[FlowView, ...]) -> Iterator[Finding]:
    """Every provision that a flow rests on has been looked at since it changed."""
    states = subject.register.law_states
    if not states or not subject.is_live:
        return
    known = vocabulary()
    places: dict[str, tuple[str, PathTo]] = {}
    named: dict[str, Entry] = {}
    for view in views:
        for path, law in view.laws():
            for field in _FIELDS:
                entries: Mapping[str, Entry] = getattr(known, field)
                for index, id_ in enumerate(getattr(law, field)):
                    if id_ in entries and id_ not in named:
                        named[id_] = entries[id_]
                        places[id_] = view.flow.id, (*path, field, index)
    for one in changed_laws(subject.folder, named.values(), states, as_of=subject.as_of):
        flow, place = places[one.entry.id]
        yield from subject.find(
            "law-changed",
            subject.record,
            place,
            cap="warning",
            flow=flow,
            law=one.entry.title_with_reference,
            day=one.changed_on,
            read_on=one.read_on,
            address=one.provision.url,
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
    unseen = long_unseen(subject.register.law_states, as_of=subject.as_of)
    if unseen is not None:
        record = next(one for one in subject.register.law_records if one.value and one.value.item == unseen.item)
        yield from subject.find("law-unseen", record, ("item",), since=unseen.since, acts=unseen.acts)


RULES = RuleSet(protocol=(law_rules(check_law_changed),), register=(check_law_states,))
