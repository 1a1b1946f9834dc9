"""One text of a protocol: its clauses with what they adopt, its forms, and how a text being prepared differs from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from undersigned.facts.flows import spelled_out, title_from_id
from undersigned.records.fields import When, earliest
from undersigned.records.fingerprint import canonical_json
from undersigned.records.form import Form
from undersigned.records.protocol import (
    ENDED,
    Adoption,
    Clause,
    Flow,
    Item,
    Operative,
    Protocol,
    Publication,
    StampedText,
)
from undersigned.records.version import Change, Document
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Identities, agreed_versions, takes_effect
from undersigned.words.dates import date_in_words
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
    fingerprint: str | None = None


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


def form_digests(folder: ProtocolFolder, version: str) -> Mapping[str, str]:
    """SHA-256 (hex) of the canonical JSON of each form of a version, by id: what the fingerprint of the text covers of it."""
    text = folder.stamped_text(version) or folder.working_text
    forms = text.get("forms")
    return {
        id_: hashlib.sha256(canonical_json(form).encode("utf-8", "surrogatepass")).hexdigest()
        for id_, form in sorted((forms if isinstance(forms, dict) else {}).items())
        if isinstance(form, dict)
    }


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
    # Nobody has agreed to a working text: without a version no text is adopted.
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
    stamp = other.versions[adopts.version].value if adopts.version in other.versions else None
    return AdoptedClauses(
        title, adopts.version, clauses, ask=lead, fingerprint=stamp.fingerprint if stamp is not None else None
    )


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


# -- whether a text is the current one --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Whether a text is the current one. `by` and `change`: of a superseded text, the newest version and its kind of change."""

    state: Literal["current", "superseded", "unknown"]
    by: str | None = None
    change: str | None = None
    note: str = ""


def standing_of(folder: ProtocolFolder, register: Register, number: str, *, as_of: date) -> Standing:
    """Returns whether a version is the current text on a day; unknown if it had not been agreed."""
    versions = agreed_versions(folder, as_of=as_of)
    if number not in dict(versions):
        return Standing("unknown")
    newest, stamped = versions[-1]
    status = folder.value.status_on(as_of)
    if status in ENDED:
        by = next(iter(register.superseding.get(folder.id, ())), None)
        ended = "superseded" if status == "superseded" else "ended"
        note = f"The protocol has {'been ' if ended == 'superseded' else ''}{ended}" + (f" by {by}." if by else ".")
        return Standing("superseded", by, status, note)
    if number == newest:
        return Standing("current")
    effect = takes_effect(folder, stamped)
    if earliest(effect) > as_of:
        note = f"Version {newest} takes its place on {date_in_words(effect)}."
    else:
        note = f"Version {newest} has taken its place ({stamped.change})."
    return Standing("superseded", newest, stamped.change, note)


def issued_digests(folder: ProtocolFolder, version: str) -> Iterator[str]:
    """What the signing records keep of the copies of a version that were sent: SHA-256 (hex) of a PDF, `v1:` of a DOCX."""
    for record in folder.signing.values():
        for signature in record.value.signatures if record.value is not None else ():
            if signature.version == version and signature.issued is not None:
                pdf_digest, docx_digest = signature.issued.pdf, signature.issued.docx
                yield from (pdf_digest.strip().lower().removeprefix("sha256:"),) if pdf_digest else ()
                yield from (docx_digest.strip(),) if docx_digest else ()


def _words_issued(folder: ProtocolFolder, version: str) -> Iterator[str]:
    for organisation, record in folder.signing.items():
        for signature in record.value.signatures if record.value is not None else ():
            if signature.version == version and signature.issued is not None and signature.issued.docx:
                digest = signature.issued.docx.strip().removeprefix("v1:")
                yield f"{digest}:{hashlib.sha256(f'{digest} {organisation}'.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class IssuedText:
    """An agreed text whose copies can be checked by anybody. `issued`: SHA-256 (hex) of the PDF copies that were sent, which
    the records publish; it does not say whose each is. `words`: of each Word copy the SHA-256 (hex) of its words, a colon, and a
    mark of whose it is: the first 16 digits of the SHA-256 of the digest, a space and the organisation's id, so that a file that
    names an organisation can be believed or not. `lead`: may sign every copy."""

    protocol: str
    title: str
    number: str
    fingerprint: str
    standing: Standing
    lead: str
    issued: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def short(self) -> str:
        """The fingerprint as a page's foot has it: sixteen digits in groups of four."""
        digits = self.fingerprint.rpartition(":")[2][:16]
        return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def issued_texts(folder: ProtocolFolder, register: Register, *, as_of: date) -> list[IssuedText]:
    """Returns the agreed texts of a protocol, newest first; none of a restricted one or one whose record has faults."""
    if not folder.readable or folder.value.publication == "restricted":
        return []
    lead = register.present_organisation(folder.value.lead) if folder.value.lead else ""
    return [
        IssuedText(
            folder.id,
            folder.value.title,
            number,
            version.fingerprint,
            standing_of(folder, register, number, as_of=as_of),
            lead,
            tuple(sorted({one for one in issued_digests(folder, number) if len(one) == 64})),  # a PDF's, not a DOCX's
            tuple(sorted(_words_issued(folder, number))),
        )
        for number, version in reversed(agreed_versions(folder, as_of=as_of))
        if version.fingerprint is not None
    ]
