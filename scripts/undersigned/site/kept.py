"""What is kept of a protocol that was worked out ahead, and the register made of it. Reads nothing but values of ours."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib import import_module
from itertools import combinations
from typing import TypeVar

from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import SiteFacts
from undersigned.records.fields import KEBAB
from undersigned.records.protocol import Operative, Protocol
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register
from undersigned.site.output import Files
from undersigned.site.pages import GeneratedPage
from undersigned.words.text import in_reading_order

#: What the pages of others ask of a protocol. Anything else is worked out from its records when it is asked for.
_KNOWN = ("standing", "record", "title", "_chosen", "parties_by_name", "versions", "reviews", "review_date", "news")
_KNOWN_IF_OPEN = ("parties", "in_force", "acts", "agreeing", "outcomes", "late_returns")
#: The only classes that are read back from the cache: values, whose making does nothing else.
_VALUES = ("undersigned.records.", "undersigned.status.", "undersigned.site.", "undersigned.facts.")
NOT_READABLE = (pickle.UnpicklingError, AttributeError, EOFError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Ready:
    """What one protocol gives the site. `known`: pickled, for most builds need it only if something changed. `asked`: the other protocols that its page looked at, with their digests."""

    known: bytes
    pages: tuple[GeneratedPage, ...]
    files: Files
    asked: tuple[tuple[str, str], ...]


class KeptFacts(ProtocolFacts):
    """A protocol whose records are parsed only if something is asked that was not worked out ahead.

    The texts of clauses and considerations are not among it: whoever needs them reads `folder`.
    """

    def __init__(self, id_: str, register: Register, ready: Ready, *, as_of: date, sizes: Mapping[str, int]) -> None:
        self.id = id_
        self.register = register
        self.as_of = as_of
        self._version = None
        self._sizes = sizes
        known = values(ready.known)
        if not isinstance(known, dict):
            raise pickle.UnpicklingError("no facts of a protocol")
        self._between: Mapping[tuple[str, str], str | None] = known.pop("between")
        self._record = known.pop("record")
        self.__dict__.update(known)

    @cached_property
    def folder(self) -> ProtocolFolder:  # type: ignore[override]
        found = self.register.protocol(self.id)
        if found is None:
            raise ValueError(f"{self.id} is gone")
        return found

    @property
    def record(self) -> Protocol:
        assert isinstance(self._record, Protocol)  # noqa: S101 - worked out as such
        return self._record

    def version_between(self, one: str, other: str) -> str | None:
        if (one, other) in self._between:
            return self._between[one, other]
        return super().version_between(one, other)


class ReadySite(SiteFacts):
    """The register of which each protocol was worked out ahead."""

    def __init__(
        self, register: Register, ready: Mapping[str, Ready], *, as_of: date, sizes: Mapping[str, int]
    ) -> None:
        super().__init__(register, as_of=as_of, sizes=sizes)
        self._ready = ready

    @cached_property
    def protocols(self) -> tuple[ProtocolFacts, ...]:
        found: list[ProtocolFacts] = [
            KeptFacts(id_, self.register, ready, as_of=self.as_of, sizes=self._sizes)
            for id_, ready in self._ready.items()
        ]
        return tuple(sorted(found, key=lambda protocol: (in_reading_order(protocol.title), protocol.id)))

    @cached_property
    def organisation_ids(self) -> frozenset[str]:
        return organisation_ids(self.register)


def organisation_ids(register: Register) -> frozenset[str]:
    """The organisations that have a page, known without any protocol."""
    records = {id_: register.organisation(id_) for id_ in register.organisation_ids if KEBAB.match(id_)}
    return frozenset(id_ for id_, record in records.items() if record is not None and record.value is not None)


def known_of(facts: ProtocolFacts) -> bytes:
    """What the pages of others may ask of it, pickled."""
    names = _KNOWN if facts.restricted else (*_KNOWN, *_KNOWN_IF_OPEN)
    known = {"between": _between(facts), **{name: getattr(facts, name) for name in names}}
    known.update(_without_long_texts(facts))
    return pickle.dumps(known, 5)


def _without_long_texts(facts: ProtocolFacts) -> dict[str, object]:
    """Record and versions with the clauses' titles alone: no other page says more, and they are most of the bytes."""
    if facts.restricted:
        return {}
    number, stamp, shown = facts._chosen
    return {
        "record": _short(facts.record),
        "_chosen": (number, None if stamp is None else _short_version(stamp), shown),
    }


def _short_version(version: Version) -> Version:
    text = version.text
    return (
        version if text is None else version.model_copy(update={"text": _short(text).model_copy(update={"forms": {}})})
    )


_Text = TypeVar("_Text", bound=Operative)


def _short(text: _Text) -> _Text:
    clauses = tuple(clause.model_copy(update={"text": None}) for clause in text.clauses)
    return text.model_copy(update={"clauses": clauses, "considerations": None})


def _between(facts: ProtocolFacts) -> dict[tuple[str, str], str | None]:
    """The version in force between each two of those who sign it or are bound by it."""
    if facts.restricted:
        return {}
    ids: set[str] = {id_ for id_, _name in facts.parties_by_name} | facts.bound
    return {(one, other): facts.version_between(one, other) for one, other in combinations(sorted(ids), 2)}


class _Values(pickle.Unpickler):
    """Reads values of our own classes and days, and refuses whatever else a changed file may name."""

    def find_class(self, module: str, name: str) -> type:
        return _value_class(module, name)


@cache
def _value_class(module: str, name: str) -> type:
    if (module, name) == ("datetime", "date"):
        return date
    if f"{module}.".startswith(_VALUES) and "." not in name:
        found = getattr(import_module(module), name)
        if isinstance(found, type) and found.__module__ == module:
            return found
    raise pickle.UnpicklingError(f"{module}.{name} is no value")


def values(raw: bytes) -> object:
    """What was pickled, as far as it is made of values of ours alone. Raises one of `NOT_READABLE`."""
    return _Values(io.BytesIO(raw)).load()


def ready_from(raw: bytes) -> Ready:
    ready = values(raw)
    if not isinstance(ready, Ready):
        raise pickle.UnpicklingError("no protocol")
    return ready
