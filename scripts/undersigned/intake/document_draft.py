"""From what an agreement says to a draft protocol: what is proposed, what a person chose of it, and what is still open.

Law is never concluded from the text: flows, powers, conditions and roles stay open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from undersigned.checks.engine import check_protocols
from undersigned.editing import EditingError
from undersigned.editing.new import answered, write_new
from undersigned.editing.new_protocol import render_read
from undersigned.editing.new_request import Question, Request, check_new_id, find_organisation, in_words
from undersigned.facts.bodies import Body, KnownBodies, Match, known_bodies
from undersigned.intake.document_facts import AgreementText, read_agreement
from undersigned.intake.document_parties import NamedParty, plain_name
from undersigned.intake.document_reader import Document
from undersigned.intake.headings import is_of_contacts
from undersigned.intake.plan import NewOrganisations, errors_of
from undersigned.records.fields import When
from undersigned.records.findings import Finding, new_findings
from undersigned.records.protocol import Protocol
from undersigned.records.reading import did_you_mean
from undersigned.records.schema import values_of
from undersigned.records.source import PlainData
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register
from undersigned.words.text import id_from

_HEAD = (
    "A draft that was read from a document by its headings, tables and signatures. Read every clause against the document: "
    "'covers' was proposed from headings alone. Nothing of the law was read: add the flows, with their powers and conditions."
)
_SHORTEST_CLAUSE = 30
#: What a cleaned text may not hold if it is the whole clause.
_LEFT_OUT = {
    "annex": "appendices and schedules are not clauses: make forms of them, or add what they say",
    "furniture": "it is about the document itself",
    "contacts": "posts and shared mailboxes belong in the signing record of each party",
    "signatures": "signatures are records of their own",
    "empty": "there is no text below it",
    "parties": "it only lists the parties",
    "tables": "what is shared goes into flows and data items, with its law",
}
#: The facts of a proposal that may be left out, in the order in which they are shown.
FACTS = ("reference", "start", "end", "review", "interval")


@dataclass(frozen=True)
class ProposedParty:
    """A body that the text names, and what its name means. `key`: `party-1` and so on."""

    key: str
    named: NamedParty
    match: Match

    @property
    def body(self) -> Body | None:
        return self.match.bodies[0] if self.match.answer == "same" else None


@dataclass(frozen=True)
class ProposedClause:
    """A section as a clause. `covers`: topics that its heading names. `hints`: topics of which only a person can say what holds."""

    key: str
    number: int
    heading: str
    text: str
    covers: tuple[str, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """A section that is not a clause, and why."""

    number: int
    heading: str
    reason: str


@dataclass
class Proposal:
    """What is proposed from a document."""

    file: str
    text: AgreementText
    title: str
    parties: list[ProposedParty]
    clauses: list[ProposedClause]
    left_out: list[LeftOut]


@dataclass
class Choices:
    """What a person takes of a proposal. `parties`: key to an id, the name in an open list, or `new:<kind>`; a party that is
    not there is left out. `clauses`: key to the topics that it covers. `facts`: of `FACTS`.
    """

    title: str
    kind: str
    publication: str = "public"
    lead: str = ""
    parties: dict[str, str] = field(default_factory=dict)
    clauses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    facts: frozenset[str] = frozenset(FACTS)


@dataclass(frozen=True)
class MadeDraft:
    """The files of a draft, the record itself last. `refused`: clauses that would be errors. `missing`: titles of open topics."""

    files: Mapping[str, str]
    refused: tuple[tuple[ProposedClause, Finding], ...]
    missing: tuple[str, ...]


def propose(document: Document, file: str, register: Register, *, as_of: date) -> Proposal:
    """What the document proposes for the register."""
    bodies = known_bodies(register, as_of=as_of)
    text = read_agreement(document, bodies.knows)
    parties = list(_parties(text, bodies))
    clauses: list[ProposedClause] = []
    left: list[LeftOut] = []
    for section in text.sections[1:]:
        body = section.text
        words = "".join(block.text for block in section.blocks if block.kind in ("text", "item") and not block.strong)
        reason = ""
        if section.part in ("annex", "furniture"):
            reason = "contacts" if is_of_contacts(section.heading) else section.part
        elif "signatures" in section.hints:
            reason = "signatures"
        elif "data-items" in section.hints and not words:
            reason = "tables"
        elif "parties" in section.hints and not any(len(plain_name(block.text)) > 110 for block in section.blocks):
            reason = "parties"
        elif len(body) < _SHORTEST_CLAUSE:
            reason = "empty"
        if reason:
            left.append(LeftOut(section.number, section.heading, _LEFT_OUT[reason]))
        else:
            key = f"clause-{len(clauses) + 1}"
            clauses.append(
                ProposedClause(key, section.number, section.heading[:200], body, section.topics, section.hints)
            )
    title = text.title.words if text.title is not None else ""
    return Proposal(file, text, title, parties, clauses, left)


def all_of(proposal: Proposal) -> Choices:
    """Every part of a proposal that needs no decision."""
    lead = next((one for one in proposal.parties if one.body and one.named.name == proposal.text.lead), None)
    return Choices(
        proposal.title,
        proposal.text.kind or "information-sharing-protocol",
        lead=lead.key if lead is not None else "",
        parties={one.key: one.body.key for one in proposal.parties if one.body is not None},
        clauses={one.key: one.covers for one in proposal.clauses},
    )


def make_draft(proposal: Proposal, choices: Choices, register: Register, id_: str, *, as_of: date) -> MadeDraft:
    """The draft that the choices make. A clause that would be an error is left out, with the finding."""
    new = NewOrganisations(register)
    by_name = {one.key: one for one in known_bodies(register, as_of=as_of).bodies}
    ids = {one.key: _id_of(one, choices.parties.get(one.key, ""), by_name, new) for one in proposal.parties}
    lead = choices.parties.get(choices.lead, choices.lead)
    lead = ids.get(choices.lead) or (new.id_of(by_name[lead]) if lead in by_name else "")
    path = f"protocols/{id_}/protocol.yaml"
    taken = [one for one in proposal.clauses if one.key in choices.clauses]
    refused: list[tuple[ProposedClause, Finding]] = []
    organisations = {f"signatories/{one}/organisation.yaml": raw.decode() for one, raw in new.texts.items()}
    while True:
        data = _data(proposal, choices, ids, lead, taken)
        files = {**organisations, path: render_read(data, _head(proposal))}
        after = register.with_files({one: text.encode("utf-8", "surrogatepass") for one, text in files.items()})
        faults = [
            finding
            for finding in new_findings(
                errors_of(register, (), (), as_of), errors_of(after, [id_], list(new.texts), as_of)
            )[0]
            if finding.path == path
        ]
        bad = _clauses_at(files[path], taken, faults)
        if not bad:
            return MadeDraft(files, tuple(refused), tuple(_missing(after, id_, as_of)))
        refused += bad
        taken = [one for one in taken if one not in {clause for clause, _ in bad}]


def questions_about(
    document: Document, file: str, register: Register, id_: str, *, as_of: date
) -> tuple[Proposal, list[Question]]:
    """What the document proposes, and what `new protocol --document` asks about it. Raises EditingError for a bad id."""
    check_new_id(id_, "a protocol")
    if register.has_protocol(id_):
        raise EditingError(f"the id '{id_}' is or was that of a protocol", "An id is never used again; choose another.")
    proposal = propose(document, file, register, as_of=as_of)
    offered = all_of(proposal)
    asked = [
        Question("title", "Its title", offered.title or in_words(id_)),
        Question("kind", "What sort of agreement", offered.kind, values_of(Protocol, "kind")),
        Question("publication", "May the public read it", "public", values_of(Protocol, "publication")),
        Question("lead", "The id of the organisation that leads, if it is known", offered.parties.get(offered.lead)),
    ]
    for one in proposal.parties:
        near = ", ".join(body.key for body in one.match.bodies)
        asked.append(
            Question(
                one.key,
                f"Who is '{one.named.name}': an id, new:KIND for a body to add, or none"
                + (f" (near: {near})" if near else ""),
                offered.parties.get(one.key),
            )
        )
    return proposal, asked


def draft_from_document(
    proposal: Proposal,
    asked: Iterable[Question],
    answers: Mapping[str, str],
    register: Register,
    id_: str,
    *,
    as_of: date,
) -> tuple[Path, Choices, MadeDraft]:
    """Writes the draft that the answers make of a proposal. Raises EditingError, and writes nothing, if it cannot."""
    questions = {question.name: question for question in asked}
    for name in answers:
        if name not in questions:
            raise EditingError(f"there is no question '{name}' about this document", did_you_mean(name, questions))
    given = {name: answered(question, answers) for name, question in questions.items()}
    choices = all_of(proposal)
    choices.title, choices.kind, choices.publication = given["title"], given["kind"], given["publication"]
    known = {body.key for body in known_bodies(register, as_of=as_of).bodies}
    for one in proposal.parties:
        answer = given[one.key]
        if answer in ("", "none"):
            choices.parties.pop(one.key, None)
        elif answer in known or answer.removeprefix("new:") in vocabulary().organisation_kinds:
            choices.parties[one.key] = answer
        else:
            choices.parties[one.key] = find_organisation(register, answer)
    choices.lead = (
        find_organisation(register, given["lead"]) if given["lead"] and given["lead"] not in known else given["lead"]
    )
    made = make_draft(proposal, choices, register, id_, as_of=as_of)
    path = write_new(Request(register, (id_,), id_, {}, None, as_of), made.files)
    return path, choices, made


def _parties(text: AgreementText, bodies: KnownBodies) -> Iterable[ProposedParty]:
    """The named bodies, each once: two names of one body are one party."""
    found: dict[str, ProposedParty] = {}
    for named in text.parties:
        match = bodies.match(named.name)
        key = match.bodies[0].key if match.answer == "same" else f"? {named.name.casefold()}"
        known = found.get(key)
        if known is None:
            found[key] = ProposedParty(f"party-{len(found) + 1}", named, match)
        else:
            numbers = tuple(dict.fromkeys((*known.named.numbers, *named.numbers)))
            sources = tuple(dict.fromkeys((*known.named.sources, *named.sources)))
            found[key] = replace(known, named=replace(known.named, numbers=numbers, sources=sources))
    return found.values()


def _id_of(party: ProposedParty, chosen: str, by_name: Mapping[str, Body], new: NewOrganisations) -> str:
    """The id of the chosen body; "" for none. A body that the register does not have gets a record."""
    if not chosen:
        return ""
    if chosen in by_name:
        return new.id_of(by_name[chosen])
    kind = chosen.removeprefix("new:")
    if chosen.startswith("new:") and kind in vocabulary().organisation_kinds:
        return new.id_of(Body(party.named.name, kind))
    return ""


def _head(proposal: Proposal) -> str:
    version = proposal.text.version
    return _HEAD + (f" The document calls itself version {version.words}." if version is not None else "")


def _data(
    proposal: Proposal, choices: Choices, ids: Mapping[str, str], lead: str, clauses: Iterable[ProposedClause]
) -> dict[str, PlainData]:
    text = proposal.text
    data: dict[str, PlainData] = {
        "title": choices.title,
        "kind": choices.kind,
        "status": "draft",
        "publication": choices.publication,
    }
    parties = list(dict.fromkeys(filter(None, ids.values())))
    if parties:
        data["parties"] = [{"organisation": one} for one in parties]
    if lead:
        data["lead"] = lead
    if text.reference is not None and "reference" in choices.facts:
        data["references"] = [text.reference.words]
    if text.start is not None and "start" in choices.facts:
        data["effective_from"] = _day(text.start[0])
    if text.end is not None and "end" in choices.facts:
        data["effective_to"] = _day(text.end[0])
    review: dict[str, PlainData] = {}
    if text.interval is not None and "interval" in choices.facts:
        review["interval_months"] = text.interval[0]
    if text.next_review is not None and "review" in choices.facts:
        review["next_due"] = _day(text.next_review[0])
    if review:
        data["review"] = review
    if choices.publication == "public":
        written = list(_clauses(clauses, choices))
        if written:
            data["clauses"] = [*written]
    return data


def _day(when: When) -> PlainData:
    return when if isinstance(when, date) else str(when)


def _clauses(clauses: Iterable[ProposedClause], choices: Choices) -> Iterable[dict[str, PlainData]]:
    used: set[str] = set()
    topics = set(vocabulary().content_topics)
    for clause in clauses:
        covers = [topic for topic in choices.clauses[clause.key] if topic in clause.covers]
        id_ = covers[0] if len(covers) == 1 and covers[0] not in used else id_from(clause.heading) or "clause"
        if id_ in topics and id_ not in covers:
            id_ = f"{id_}-text"  # a clause whose id is a topic would answer it
        free, number = id_, 2
        while free in used:
            free, number = f"{id_}-{number}", number + 1
        used.add(free)
        rest: list[PlainData] = [topic for topic in covers if topic != free]
        yield {"id": free, "title": clause.heading, **({"covers": rest} if rest else {}), "text": clause.text + "\n"}


def _clauses_at(
    text: str, clauses: list[ProposedClause], faults: Iterable[Finding]
) -> list[tuple[ProposedClause, Finding]]:
    """The clauses that the faults lie in. Raises EditingError for a fault elsewhere."""
    from undersigned.records.source import Source

    source = Source("protocol.yaml", text.encode("utf-8", "surrogatepass"))
    starts = [source.place("clauses", index).line for index in range(len(clauses))] if "\nclauses:" in text else []
    found: dict[str, tuple[ProposedClause, Finding]] = {}
    for fault in faults:
        before = [index for index, line in enumerate(starts) if line <= fault.line]
        if not before:
            raise EditingError(f"this would be an error: {fault.message}", fault.hint)
        clause = clauses[before[-1]]
        found.setdefault(clause.key, (clause, fault))
    return list(found.values())


def _missing(register: Register, id_: str, as_of: date) -> list[str]:
    """The titles of the topics that nothing in the draft answers yet."""
    findings = check_protocols(register, [id_], as_of=as_of)[0]
    said = "".join(finding.message for finding in findings if finding.code in ("missing-topic", "expected-topic"))
    topics = vocabulary().content_topics
    return [topics[one].title for one in re.findall(r"covers '([a-z-]+)'", said) if one in topics]
