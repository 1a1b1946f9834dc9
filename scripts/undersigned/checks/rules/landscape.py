"""The files at the root of a register: which areas make up others, and what people decided about overlaps."""

from __future__ import annotations

from collections.abc import Iterator

from undersigned.checks.engine import RegisterSubject, RuleSet
from undersigned.figures.combined import areas_in
from undersigned.records.findings import Finding
from undersigned.records.reading import did_you_mean
from undersigned.records.source import KeyPath


def check_areas(subject: RegisterSubject) -> Iterator[Finding]:
    """No area is part of itself, directly or through others."""
    record = subject.register.areas_record
    if record is None or record.value is None:
        return
    parts = record.value.parts
    for whole, inside in parts.items():
        for index, part in enumerate(inside):
            if whole in areas_in(part, parts):
                yield from subject.find("area-in-itself", record, (whole, index), area=whole, part=part)
            elif part in inside[:index]:
                yield from subject.find("area-in-itself", record, (whole, index), words="twice", area=whole, part=part)


def check_judged(subject: RegisterSubject) -> Iterator[Finding]:
    """A decision about an overlap names two protocols that exist, who decided, and the minute; and has been made."""
    record = subject.register.landscape_record
    if record is None or record.value is None:
        return
    seen: dict[frozenset[str], int] = {}
    for index, judged in enumerate(record.value.judged):
        path: KeyPath = ("judged", index)
        ids = [subject.register.present_protocol(id_) for id_ in judged.protocols]
        for place, id_ in enumerate(ids):
            if not subject.register.has_protocol(id_):
                near = did_you_mean(id_, subject.register.protocol_ids)
                yield from subject.find("judged-protocols", record, (*path, "protocols", place), id=id_, near=near)
        if len(set(ids)) != 2:
            yield from subject.find("judged-protocols", record, (*path, "protocols"), words="two")
        elif (first := seen.setdefault(frozenset(ids), index)) != index:
            line = record.place("judged", first).line
            yield from subject.find("judged-protocols", record, (*path, "protocols"), words="twice", line=line)
        for name in ("by", "minute"):
            if getattr(judged, name) is None:
                yield from subject.find("judged-by", record, path, missing=name, field=name)
        if judged.on > subject.as_of:
            yield from subject.find("judged-in-future", record, (*path, "on"), day=judged.on)


RULES = RuleSet(register=(check_areas, check_judged))
