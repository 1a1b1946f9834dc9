"""One text of a protocol: its clauses with what they adopt, its forms, and how a text being prepared differs from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from undersigned.facts.flows import spelled_out, title_from_id
from undersigned.records.fields import When
from undersigned.records.form import Form
from undersigned.records.protocol import Adoption, Clause, Flow, Item, Operative, Protocol, Publication, StampedText
from undersigned.records.version import Change, Document
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Identities, agreed_versions, takes_effect
from undersigned.words.text import in_a_list

#: How many steps are followed from a clause that adopts a clause that adopts a clause.
MOST_STEPS = 3

#: Why the text of an adopted clause is not given: its protocol is restricted; the text is not in this register; no
#: version is named, so nobody can say which text is meant; or there are too many steps, perhaps a circle.
Missing = Literal["restricted", "not-kept", "no-version", "too-far"]


@dataclass(frozen=True)
class VersionFacts:
    """An agreed version. `takes_effect`: never before the protocol does; a month if the records know no more."""

    number: str
    agreed_on: When
    takes_effect: When
    change: Change
    fingerprint: str | None
    summary: str
    judged_by: str | None
    document: Document | None = None


@dataclass(frozen=True)
class AdoptedClause:
    """`text` is None if it is not given; the clause may adopt others itself."""

    title: str
    text: str | None = None
    adopted: AdoptedClauses | None = None


@dataclass(frozen=True)
class AdoptedClauses:
    """What a clause adopts from the protocol called `title`. `ask`: who can be asked for the text if it is missing."""

    title: str
    version: str | None
    clauses: tuple[AdoptedClause, ...]
    missing: Missing | None = None
    ask: str | None = None


@dataclass(frozen=True)
class ClauseFacts:
    """A clause of a text. `number` counts from 1."""

    number: int
    clause: Clause
    title: str
    adopted: AdoptedClauses | None


def versions_of(folder: ProtocolFolder, *, as_of: date) -> tuple[VersionFacts, ...]:
    """The versions agreed by the day, newest first."""
    return tuple(
        VersionFacts(
            number,
            version.agreed_on,
            takes_effect(folder, version),
            version.change,
            version.fingerprint,
            version.summary,
            version.judged_by,
            version.document,
        )
        for number, version in reversed(agreed_versions(folder, as_of=as_of))
    )


def forms_of(text: Operative, folder: ProtocolFolder) -> Mapping[str, Form]:
    """The forms of a text by id: of a stamped text those that were stamped, of the working text those in the folder."""
    if isinstance(text, StampedText):
        return dict(sorted(text.forms.items()))
    return {id_: record.value for id_, record in sorted(folder.forms.items()) if record.value is not None}


def clauses_of(
    text: Operative, publication: Publication, register: Register, *, as_of: date
) -> tuple[ClauseFacts, ...]:
    """The clauses of a text, with the text of those that they adopt. Nothing of a restricted protocol enters a public one."""
    return tuple(
        ClauseFacts(
            number,
            clause,
            _clause_title(clause.id, clause),
            _adopted(clause.adopts, publication, register, MOST_STEPS, as_of) if clause.adopts else None,
        )
        for number, clause in enumerate(text.clauses, start=1)
    )


def _adopted(adopts: Adoption, publication: Publication, register: Register, steps: int, as_of: date) -> AdoptedClauses:
    other = register.protocol(adopts.protocol)
    if other is None or not other.readable:
        return AdoptedClauses(adopts.protocol, adopts.version, _untold(adopts, {}), missing="not-kept")
    identities = Identities(other, register, as_of=as_of)
    leads = identities.present(other.value.lead) if other.value.lead else ()
    lead = in_a_list([register.organisation_name(id_) for id_ in leads]) or None
    title = other.value.title
    if other.value.publication == "restricted" and publication != "restricted":
        return AdoptedClauses(title, adopts.version, _untold(adopts, {}), missing="restricted", ask=lead)
    # A working text is nobody's agreement: without a version no text is adopted.
    text = other.text_of(adopts.version) if adopts.version else None
    known = {clause.id: clause for clause in text.clauses} if text else {}
    missing: Missing | None = None if text else "not-kept" if adopts.version else "no-version"
    if missing or not steps:
        return AdoptedClauses(title, adopts.version, _untold(adopts, known), missing=missing or "too-far", ask=lead)
    clauses = tuple(
        AdoptedClause(
            _clause_title(id_, clause),
            clause.text if clause else None,
            _adopted(clause.adopts, publication, register, steps - 1, as_of) if clause and clause.adopts else None,
        )
        for id_, clause in ((id_, known.get(id_)) for id_ in adopts.clauses)
    )
    return AdoptedClauses(title, adopts.version, clauses, ask=lead)


def _untold(adopts: Adoption, known: Mapping[str, Clause]) -> tuple[AdoptedClause, ...]:
    return tuple(AdoptedClause(_clause_title(id_, known.get(id_))) for id_ in adopts.clauses)


def _clause_title(id_: str, clause: Clause | None) -> str:
    return (clause.title if clause else None) or title_from_id(id_)


# -- an amendment being prepared --------------------------------------------------------------------------------


def changed_terms(folder: ProtocolFolder) -> tuple[str, ...]:
    """The operative fields in which the working text differs from the newest stamp."""
    if not folder.versions:
        return ()
    stamped = folder.stamped_text(next(reversed(folder.versions))) or {}
    working = folder.working_text
    return tuple(key for key in sorted({*stamped, *working}) if stamped.get(key) != working.get(key))


def changed_flows(record: Protocol, shown: Operative) -> tuple[tuple[int, Flow], ...]:
    """Flows of the working text that are new or changed, with their numbers in it."""
    before = {flow.id: _with_items(flow, record) for flow in shown.flows}
    numbered = enumerate(record.flows, start=1)
    return tuple((number, flow) for number, flow in numbered if before.get(flow.id) != _with_items(flow, record))


def changed_clauses(record: Protocol, shown: Operative) -> tuple[Clause, ...]:
    """Clauses of the working text that are new or changed."""
    before = {clause.id: _without_aids(clause) for clause in shown.clauses}
    return tuple(clause for clause in record.clauses if before.get(clause.id) != _without_aids(clause))


def _without_aids(clause: Clause) -> Clause:
    """What is signed of a clause."""
    return clause.model_copy(update={"in_short": None})


def _with_items(flow: Flow, record: Protocol) -> tuple[Flow, tuple[Item, ...]]:
    """A flow without its items, and the items in full: a data item named by id is the same as one written out."""
    items = tuple(
        Item.model_validate(spelled_out(item, record).model_dump(include=set(Item.model_fields))) for item in flow.items
    )
    return flow.model_copy(update={"items": ()}), items
