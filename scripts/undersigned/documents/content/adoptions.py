"""Clauses adopted from another protocol, with their text from its stamped version. Chooses no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from undersigned.records.protocol import Adoption, Clause, Operative, Publication
from undersigned.register import ProtocolFolder, Register

#: How far a clause that adopts a clause that adopts a clause is followed.
MOST_STEPS = 3

#: Why no text stands here: it is another body's to show; it is not kept in this register; or no version is named,
#: so that nobody can say which text is meant; or it is adopted in too many steps, perhaps in a circle.
Missing = Literal["restricted", "not-kept", "no-version", "too-far"]


@dataclass(frozen=True)
class AdoptedClause:
    """`text` is None where it has none here; then it may adopt clauses itself."""

    title: str
    text: str | None = None
    adopts: Adopted | None = None


@dataclass(frozen=True)
class Adopted:
    """What a clause adopts: the other protocol's title, the version and its clauses, and who can be asked for them."""

    title: str
    version: str | None
    clauses: tuple[AdoptedClause, ...]
    missing: Missing | None = None
    ask: str | None = None


def adopted_by(text: Operative, publication: Publication, register: Register) -> Mapping[str, Adopted]:
    """What each clause of a text adopts, by the clause's id. The text of a restricted protocol enters no public one."""
    return {
        clause.id: _resolved(clause.adopts, publication, register, MOST_STEPS)
        for clause in text.clauses
        if clause.adopts
    }


def _resolved(adopts: Adoption, publication: Publication, register: Register, steps: int) -> Adopted:
    other = register.protocol(adopts.protocol)
    if other is None or not other.readable:
        return Adopted(adopts.protocol, adopts.version, _titles(adopts, {}), missing="not-kept")
    lead = register.organisation_name(other.value.lead) if other.value.lead else None
    title = other.value.title
    text, missing = _text(other, adopts.version)
    known = {clause.id: clause for clause in text.clauses} if text else {}
    if other.value.publication == "restricted" and publication != "restricted":
        return Adopted(title, adopts.version, _titles(adopts, known), missing="restricted", ask=lead)
    if missing or not steps:
        return Adopted(title, adopts.version, _titles(adopts, known), missing=missing or "too-far", ask=lead)
    clauses = tuple(
        AdoptedClause(
            _title(id_, known),
            known[id_].text if id_ in known else None,
            _further(known.get(id_), publication, register, steps - 1),
        )
        for id_ in adopts.clauses
    )
    return Adopted(title, adopts.version, clauses, ask=lead)


def _further(clause: Clause | None, publication: Publication, register: Register, steps: int) -> Adopted | None:
    return _resolved(clause.adopts, publication, register, steps) if clause and clause.adopts else None


def _text(other: ProtocolFolder, version: str | None) -> tuple[Operative | None, Missing | None]:
    """The stamped text that is adopted. A working text is nobody's agreement: it is not looked at."""
    if version is None:
        return None, "no-version"
    text = other.text_of(version)
    return text, None if text else "not-kept"


def _titles(adopts: Adoption, known: Mapping[str, Clause]) -> tuple[AdoptedClause, ...]:
    return tuple(AdoptedClause(_title(id_, known)) for id_ in adopts.clauses)


def _title(id_: str, known: Mapping[str, Clause]) -> str:
    """A clause's title; its id in words where the title is not known."""
    clause = known.get(id_)
    return (clause.title if clause else None) or id_.replace("-", " ").capitalize()
