"""The registers of a catalogue, joined: bodies that occur in several, by their codes and never by name alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from undersigned.catalogue.published import Answer, PublishedBody, PublishedProtocol
from undersigned.words.text import in_reading_order

#: So many bodies of a contradiction are named.
_MOST_NAMED = 6


@dataclass(frozen=True)
class BodyHere:
    """A body as one register knows it."""

    answer: Answer
    body: PublishedBody

    @property
    def protocols(self) -> tuple[tuple[PublishedProtocol, str | None], ...]:
        """The protocols there that name it as a party, each with the state of its signature, as far as it is published."""
        data = self.answer.data
        return tuple(
            (protocol, party.state)
            for protocol in (data.protocols if data is not None else ())
            for party in protocol.parties
            if party.organisation == self.body.id
        )


@dataclass(frozen=True)
class Found:
    """A protocol in its register."""

    answer: Answer
    protocol: PublishedProtocol


@dataclass(frozen=True)
class Differs:
    """A clause with several lengths of time. `wordings`: each with the protocols that give it."""

    clause: str
    title: str
    wordings: tuple[tuple[tuple[str, ...], tuple[Found, ...]], ...]


@dataclass(frozen=True)
class SharedBody:
    """A body of several registers. `id`: made of its first code. `names`: what the registers call it."""

    id: str
    here: tuple[BodyHere, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.body.name for one in self.here))

    @property
    def codes(self) -> dict[str, str]:
        return {name: code for one in self.here for name, code in sorted(one.body.codes.items())}

    @property
    def protocols(self) -> tuple[Found, ...]:
        """The protocols of all registers that name it as a party."""
        return tuple(Found(one.answer, protocol) for one in self.here for protocol, _ in one.protocols)

    @property
    def by_kind(self) -> dict[str, tuple[Found, ...]]:
        """Its protocols by kind; those that publish no kind under ""."""
        groups: dict[str, list[Found]] = defaultdict(list)
        for found in self.protocols:
            groups[found.protocol.kind or ""].append(found)
        return {kind: tuple(groups[kind]) for kind in sorted(groups)}

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas whose protocols bind it or would, as far as they are published."""
        return tuple(sorted({area for found in self.protocols for area in found.protocol.areas}))

    @property
    def other_terms(self) -> tuple[Differs, ...]:
        """Clauses for which its protocols give lengths of time that differ, those of the most protocols first."""
        by_clause: dict[str, dict[tuple[str, ...], list[Found]]] = defaultdict(lambda: defaultdict(list))
        titles: dict[str, str] = {}
        for found in self.protocols:
            for term in found.protocol.terms:
                by_clause[term.clause][term.lengths].append(found)
                titles.setdefault(term.clause, term.title or term.clause.replace("-", " "))
        differ = [
            Differs(clause, titles[clause], tuple((lengths, tuple(ones)) for lengths, ones in sorted(wordings.items())))
            for clause, wordings in by_clause.items()
            if len(wordings) > 1
        ]
        return tuple(sorted(differ, key=lambda one: (-sum(len(ones) for _, ones in one.wordings), one.clause)))

    @property
    def partners(self) -> int:
        """How many other bodies are party to a protocol with it, counted by register."""
        return len(
            {
                (one.answer.listed.id, party.organisation)
                for one in self.here
                for protocol, _ in one.protocols
                for party in protocol.parties
                if party.organisation != one.body.id
            }
        )


@dataclass(frozen=True)
class Catalogue:
    """All answers, in the order of the list."""

    title: str
    answers: tuple[Answer, ...]

    @cached_property
    def protocols(self) -> tuple[Found, ...]:
        found = [
            Found(answer, protocol)
            for answer in self.answers
            if answer.data is not None
            for protocol in answer.data.protocols
        ]
        return tuple(sorted(found, key=lambda one: (in_reading_order(one.protocol.title), one.answer.listed.id)))

    @cached_property
    def shared(self) -> tuple[SharedBody, ...]:
        """Bodies of several registers, by name."""
        found = [SharedBody(_id_of(group), tuple(group)) for group in self._groups if not _contradiction(group)]
        return tuple(sorted(found, key=lambda one: (in_reading_order(one.names[0]), one.id)))

    @cached_property
    def contradictions(self) -> tuple[str, ...]:
        """Why bodies that share codes are not joined, each in a sentence. Nobody here can tell which code is wrong."""
        return tuple(sorted(filter(None, map(_contradiction, self._groups))))

    @cached_property
    def _groups(self) -> tuple[tuple[BodyHere, ...], ...]:
        """Bodies that share codes, directly or through others; each group has more than one."""
        by_code: dict[tuple[str, str], list[BodyHere]] = defaultdict(list)
        for answer in self.answers:
            for body in answer.data.bodies if answer.data is not None else ():
                for name, code in body.codes.items():
                    by_code[name, code.upper()].append(BodyHere(answer, body))
        group_of: dict[tuple[str, str], dict[tuple[str, str], BodyHere]] = {}
        for bodies in by_code.values():
            together: dict[tuple[str, str], BodyHere] = {}
            for one in bodies:
                together |= group_of.get(_key(one), {_key(one): one})
            for key in together:
                group_of[key] = together
        groups = {id(group): group for group in group_of.values()}
        return tuple(tuple(group.values()) for group in groups.values() if len(group) > 1)


def grouped(protocols: Iterable[Found], facet: str) -> dict[str, tuple[Found, ...]]:
    """Protocols by `area`, `kind` or `stage`, in the order of the ids; those that do not publish it are under ""."""
    groups: dict[str, list[Found]] = defaultdict(list)
    for one in protocols:
        for key in dict.fromkeys(_keys(one.protocol, facet)) or ("",):
            groups[key].append(one)
    return {key: tuple(groups[key]) for key in sorted(groups)}


def _keys(protocol: PublishedProtocol, facet: str) -> Iterable[str]:
    if facet == "area":
        return protocol.areas
    return protocol.stages if facet == "stage" else filter(None, [protocol.kind])


def _key(one: BodyHere) -> tuple[str, str]:
    return one.answer.listed.id, one.body.id


def _contradiction(group: Sequence[BodyHere]) -> str:
    """Why these cannot be one body: two are in one register, or they have different codes of one kind. "" if they can."""
    codes: dict[str, set[str]] = defaultdict(set)
    for one in group:
        for name, code in one.body.codes.items():
            codes[name].add(code.upper())
    several = sorted(name for name, values in codes.items() if len(values) > 1)
    registers = [one.answer.listed.id for one in group]
    twice = sorted({id_ for id_ in registers if registers.count(id_) > 1})
    if not several and not twice:
        return ""
    bodies = ", ".join(sorted(f"{one.answer.listed.id}/{one.body.id}" for one in group)[:_MOST_NAMED])
    why = f"different codes ({', '.join(several)})" if several else f"two bodies in one register ({', '.join(twice)})"
    return f"{bodies}: {why}"


def _id_of(group: Sequence[BodyHere]) -> str:
    """An address for a body: its first code, in small letters, without what an address cannot hold."""
    codes = sorted((name, code) for one in group for name, code in one.body.codes.items())
    name, code = codes[0]
    plain = "".join(character if character.isascii() and character.isalnum() else "-" for character in code.lower())
    return f"{name.replace('_', '-')}-{plain.strip('-') or 'x'}"[:80]
