"""What pages about several protocols need of each protocol: little enough that one process holds a whole register."""

from __future__ import annotations

import pickle
from collections.abc import Hashable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cached_property
from io import BytesIO
from typing import TypeVar

from undersigned.facts.parties import PointOfContact
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.records.fields import KEBAB
from undersigned.records.protocol import Protocol
from undersigned.register import ProtocolFolder, Register
from undersigned.site.pages import Crumb
from undersigned.status import Bindings, version_between
from undersigned.words.text import in_reading_order

#: What a summary holds of any protocol, and of one that is not restricted.
_OF_ALL = (
    "status",
    "title",
    "_chosen",
    "parties_by_name",
    "versions",
    "reviews",
    "review_date",
    "news",
    "stages",
    "issued_texts",
    "seen",
    "_named",
)
_OF_OPEN = (
    "parties",
    "in_force",
    "acts",
    "agreeing",
    "outcomes",
    "late_returns",
    "participants",
    "cards",
    "for_people",
    "cards_to_sign",
)
#: Most of a text, and no page but its own shows it. Whatever asks a summary for one of these fields fails.
_LONG_FIELDS = ("groups", "parties", "considerations", "data_items", "flows", "clauses", "forms")
#: What a party's act of signing says, and what the text says of the party: only the protocol's own pages show it.
_SIGNING_FIELDS = ("text", "signature", "entry", "signed_entry")
_Value = TypeVar("_Value")


class ProtocolSummary(ProtocolFacts):
    """What pages about several protocols need of one. Anything else is worked out from the records when it is asked for.

    The records and texts in it lack `_LONG_FIELDS`, and its parties `_SIGNING_FIELDS`; whoever needs those reads `folder`.
    """

    register: Register

    def __init__(self, facts: ProtocolFacts) -> None:
        self.id, self.as_of, self._sizes, self._version = facts.id, facts.as_of, facts._sizes, None
        self._record = _without(facts.record, _LONG_FIELDS)
        known = {name: getattr(facts, name) for name in _OF_ALL}
        states = {one.organisation: _without(one, _SIGNING_FIELDS) for one in facts.status.parties}
        known["status"] = replace(facts.status, parties=tuple(states.values()))
        self._bindings: Bindings = ()
        if not facts.restricted:
            known |= {name: getattr(facts, name) for name in _OF_OPEN}
            parties = {one.id: _without(replace(one, status=states[one.id]), _SIGNING_FIELDS) for one in facts.parties}
            known["parties"] = tuple(parties.values())
            known["participants"] = tuple(replace(one, party=parties.get(one.id)) for one in facts.participants)
            self._bindings = facts.signing.bindings
        number, stamp, shown = facts._chosen
        if stamp is not None and stamp.text is not None:
            text = _without(stamp.text, _LONG_FIELDS)
            known["_chosen"] = (number, stamp.model_copy(update={"text": text}), shown)
        self.__dict__.update(known)

    @property
    def record(self) -> Protocol:
        return self._record

    @cached_property
    def folder(self) -> ProtocolFolder:  # type: ignore[override]
        found = self.register.protocol(self.id)
        if found is None:
            raise ValueError(f"{self.id} is gone")
        return found

    def version_between(self, one: str, other: str) -> str | None:
        return version_between(self._bindings, one, other)


def _without(value: _Value, names: Iterable[str]) -> _Value:
    """A copy that lacks some fields. They are absent, not empty, so that a page that asks for one fails."""
    short = copy(value)
    for name in names:
        short.__dict__.pop(name, None)
    return short


class SummarySite(RegisterFacts):
    """The whole register made of summaries."""

    def __init__(
        self, register: Register, summaries: Iterable[ProtocolSummary], *, as_of: date, sizes: Mapping[str, int]
    ) -> None:
        super().__init__(register, as_of=as_of, sizes=sizes)
        self._summaries = list(summaries)
        for summary in self._summaries:
            summary.register = register

    @cached_property
    def protocols(self) -> tuple[ProtocolFacts, ...]:
        return tuple(sorted(self._summaries, key=lambda protocol: (in_reading_order(protocol.title), protocol.id)))

    @cached_property
    def organisation_ids(self) -> frozenset[str]:
        return organisations_with_page(self.register)


def organisations_with_page(register: Register) -> frozenset[str]:
    records = {id_: register.organisation(id_) for id_ in register.organisation_ids if KEBAB.match(id_)}
    return frozenset(id_ for id_, record in records.items() if record is not None and record.value is not None)


# -- on the way from one process to another -----------------------------------------------------------------------


def packed(value: object) -> bytes:
    """The value as bytes, from which `unpacked` makes it again."""
    file = BytesIO()
    _Packer(file, pickle.HIGHEST_PROTOCOL).dump(value)
    return file.getvalue()


def unpacked(content: bytes, known: dict[Hashable, Hashable]) -> object:
    """What was `packed`. `known`: what is kept once though many protocols say it, such as the name of a body."""
    return _Unpacker(content, known).load()


class _Packer(pickle.Pickler):
    def persistent_id(self, value: object) -> object:
        return value if _is_said_often(value) else None


class _Unpacker(pickle.Unpickler):
    def __init__(self, content: bytes, known: dict[Hashable, Hashable]) -> None:
        super().__init__(BytesIO(content))
        self._known = known

    def persistent_load(self, value: Hashable) -> Hashable:
        return self._known.setdefault(value, value)


def _is_said_often(value: object) -> bool:
    """Whether it is text, a day, a contact, a breadcrumb, or a group of such: what equals another of these may take its place."""
    kind = type(value)
    if kind is tuple or kind is frozenset:
        return all(map(_is_said_often, value))  # type: ignore[call-overload]
    return kind in (str, date, PointOfContact, Crumb)
