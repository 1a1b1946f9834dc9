"""Content: the topics that every protocol answers, clauses that say something, and parts that are whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.rules.adoptions import clauses_adopted, signed_by, signing_parties
from undersigned.findings import Finding, Severity
from undersigned.records.protocol import Adoption, Clause, Flow
from undersigned.records.source import Path
from undersigned.records.vocabulary import ContentTopic, vocabulary

_SAYS_SOMETHING = re.compile(r"[^\W_]")


@cache
def _topics() -> tuple[ContentTopic, ...]:
    return tuple(vocabulary().content_topics.values())


# -- topics ---------------------------------------------------------------------------------------------------------

#: Topics answered flow by flow. Law that a flow lacks is the law's own finding, at that flow.
_BY_FLOW = frozenset({"data-items", "regime", "lawful-basis", "gateway", "procedure", "retention"})
#: What a text of this kind need not say where it has no flows, because nothing is shared under it by itself.
_NOT_ASKED: dict[str, frozenset[str]] = {
    "framework": frozenset({"data-items", "regime", "lawful-basis", "gateway"}),
    "memorandum-of-understanding": _BY_FLOW,
    "joint-controller-arrangement": frozenset({"regime", "lawful-basis", "gateway", "procedure"}),
    "processing-agreement": frozenset({"regime", "lawful-basis", "gateway", "procedure"}),
}


def topics_claimed(subject: ProtocolSubject) -> frozenset[str]:
    """The topics that some clause says it answers, itself or by adoption, read or not.

    A clause that could not be read, or that is empty, is a finding already: its topic is not asked for again.
    """
    claimed: set[str] = set()
    for clause in subject.protocol.clauses:
        if clause.adopts is None or clause.text is not None:
            claimed.update((clause.id, *clause.covers))
        if clause.adopts is not None:
            claimed.update(_adopted_topics(subject, clause.adopts))
            if not clause.adopts.clauses:
                claimed.update((clause.id, *clause.covers))
    if subject.record.was_dropped("clauses"):
        written = subject.record.source.data.get("clauses")
        for entry in written if isinstance(written, list) else ():
            if isinstance(entry, dict):
                covers = entry.get("covers")
                claimed.update(str(topic) for topic in (entry.get("id"), *(covers if isinstance(covers, list) else ())))
    return frozenset(claimed)


def _adopted_topics(subject: ProtocolSubject, adoption: Adoption) -> Iterator[str]:
    """The topics of adopted clauses that are there, say something, and bind at least one of the signing parties.

    Parties that have not signed the adopted text are named by a finding of their own.
    """
    folder = subject.register.protocol(adoption.protocol)
    if folder is not None and adoption.version is not None and adoption.version not in folder.versions:
        yield from adoption.clauses  # that the version is unknown has been said
        return
    live = subject.status_severity() == "error"
    if live and (parties := signing_parties(subject)):
        signed = signed_by(subject.register, adoption.protocol, adoption.version, as_of=subject.as_of)
        if not signed.intersection(parties) and subject.register.has_protocol(adoption.protocol):
            return
    known = clauses_adopted(subject.register, adoption)
    if known is not None and not known.keys() >= set(adoption.clauses):
        # A mistyped id has been named; any clause of that text may be the one that was meant.
        for id_, clause in known.items():
            yield id_
            yield from clause.covers
    for id_ in adoption.clauses:
        adopted = None if known is None else known.get(id_)
        if adopted is None:
            # Either the text cannot be known, or that the clause is unknown has been said.
            yield id_
        elif says_something(adopted):
            yield id_
            yield from adopted.covers


def says_something(clause: Clause) -> bool:
    """Whether a clause has words, or adopts some."""
    return clause.adopts is not None or (clause.text is not None and bool(_SAYS_SOMETHING.search(clause.text)))


def _answered_by_field(subject: ProtocolSubject, place: str) -> bool:
    """Whether a place named by the vocabulary answers. An unknown place would be a fault of ours: KeyError."""
    protocol = subject.protocol
    purpose, considered = protocol.purpose, protocol.considerations
    match place:
        case "title":
            return bool(protocol.title)
        case "summary" | "parties" | "people" | "effective_from" | "review" | "monitoring" | "funding" | "dpia":
            return bool(getattr(protocol, place))
        case "appropriate_policy_document":
            return protocol.appropriate_policy_document is not None
        case "purpose.aims" | "purpose.benefits" | "purpose.necessity":
            return purpose is not None and bool(getattr(purpose, place.partition(".")[2]))
        case "parties.role":
            return any(party.role for party in protocol.parties)
        case "considerations.proportionality" | "considerations.consent" | "considerations.transparency":
            return considered is not None and bool(getattr(considered, place.partition(".")[2]))
        case "flows.consent":
            return any(flow.consent for flow in protocol.flows)
        case "signing_records":
            return bool(subject.folder.signing)
        case _ if place.startswith("flows."):
            return bool(protocol.flows)
    raise KeyError(place)


def _fields_of(topic: ContentTopic) -> tuple[str, ...]:
    """The fields of `protocol.yaml` in which a topic can be answered, clauses among them."""
    named = (place.partition(".")[0] for place in topic.answered_by if place != "signing_records")
    return tuple(dict.fromkeys((*named, "clauses")))


def check_topics(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every content topic is answered by a structured field, by a clause that covers it, or by an adopted clause."""
    severity = subject.status_severity()
    if severity is None:
        return
    protocol, record = subject.protocol, subject.record
    claimed = topics_claimed(subject)
    not_asked = frozenset[str]() if protocol.flows else _NOT_ASKED.get(protocol.kind, frozenset())
    for topic in _topics():
        if topic.id in claimed or topic.id in not_asked or topic.asked_when != "always":
            continue
        if any(_answered_by_field(subject, place) for place in topic.answered_by):
            continue
        # A field that could not be read may well have answered it; a clause that could not has been counted.
        if any(not record.lacks(field) for field in _fields_of(topic) if field != "clauses"):
            continue
        if not protocol.clauses and not record.lacks("clauses"):
            continue
        expected = topic.level == "expected"
        chosen: Severity = "warning" if expected and severity == "error" else severity
        fields = [place for place in topic.answered_by if place != "signing_records" and not place.startswith("flows.")]
        yield from subject.find(
            "expected-topic" if expected else "missing-topic",
            record,
            words="field" if fields else "flow" if topic.id in _BY_FLOW else "default",
            severity=chosen,
            topic=topic.id,
            title=topic.title,
            meaning=_sentence(topic.meaning),
            why=_sentence(topic.why),
            law=topic.reference,
            fields=" or ".join(fields),
        )


def _sentence(text: str) -> str:
    return " ".join(text.split())


def check_clauses_say_something(subject: ProtocolSubject) -> Iterator[Finding]:
    """A clause has a text or adopts one."""
    topics = {topic.id for topic in _topics()}
    for index, clause in enumerate(subject.protocol.clauses):
        if says_something(clause):
            continue
        claims = [topic for topic in dict.fromkeys((clause.id, *clause.covers)) if topic in topics]
        words = "topic" if claims else "default"
        if clause.text is None:
            yield from subject.find(
                "empty-clause",
                subject.record,
                ("clauses", index),
                missing="text",
                words=words,
                id=clause.id,
                topics=claims,
            )
        else:
            yield from subject.find(
                "empty-clause", subject.record, ("clauses", index, "text"), words=words, id=clause.id, topics=claims
            )


# -- flows, items, parties, assessment ------------------------------------------------------------------------------

#: What each flow states, the topic it belongs to, and the highest severity of its absence.
_FLOW_FIELDS: tuple[tuple[str, str, Severity], ...] = (
    ("title", "", "warning"),
    ("from_", "", "error"),
    ("to", "", "error"),
    ("items", "data-items", "error"),
    ("regime", "regime", "error"),
    ("method", "procedure", "error"),
    ("timing", "procedure", "error"),
    ("retention", "retention", "error"),
)


def check_flows_are_whole(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each flow says from whom to whom, what, under which regime, how, when, and how long it is kept."""
    if subject.status_severity() is None or not subject.protocol.flows:
        return
    claimed: frozenset[str] | None = None
    for index, flow in enumerate(subject.protocol.flows):
        for field, topic, cap in _FLOW_FIELDS:
            if getattr(flow, field):
                continue
            if topic:
                claimed = topics_claimed(subject) if claimed is None else claimed
                if topic in claimed:
                    continue
            name = field.rstrip("_")
            yield from subject.find(
                "incomplete-flow", subject.record, ("flows", index), words=name, missing=field, cap=cap, flow=flow.id
            )
        yield from _items_are_whole(subject, index, flow)


def _items_are_whole(subject: ProtocolSubject, index: int, flow: Flow) -> Iterator[Finding]:
    for place, item in enumerate(flow.items):
        if not isinstance(item, str):
            path: Path = ("flows", index, "items", place)
            yield from _item_is_whole(subject, path, item.name, bool(item.sensitivity), bool(item.why))


def check_data_items_are_whole(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each data item says how sensitive it is and why it is needed."""
    if subject.status_severity() is None:
        return
    for index, item in enumerate(subject.protocol.data_items):
        yield from _item_is_whole(subject, ("data_items", index), item.name, bool(item.sensitivity), bool(item.why))


def _item_is_whole(subject: ProtocolSubject, path: Path, name: str, sensitive: bool, why: bool) -> Iterator[Finding]:
    if not sensitive:
        yield from subject.find("incomplete-item", subject.record, path, missing="sensitivity", name=name)
    if not why:
        yield from subject.find("incomplete-item", subject.record, path, words="why", missing="why", name=name)


def check_parties_are_whole(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each party has a role in data protection law and says what it does under the protocol."""
    if subject.status_severity() is None:
        return
    for index, party in enumerate(subject.protocol.parties):
        path: Path = ("parties", index)
        body = subject.organisation(party.organisation)
        if party.role is None and not (body is not None and body.kind == "partnership-board"):
            yield from subject.find("incomplete-party", subject.record, path, missing="role", party=party.organisation)
        if party.capacity is None:
            yield from subject.find(
                "incomplete-party",
                subject.record,
                path,
                words="capacity",
                missing="capacity",
                severity="advice",
                party=party.organisation,
            )


def check_impact_assessment(subject: ProtocolSubject) -> Iterator[Finding]:
    """An impact assessment that was completed has a day and a reference; one that is not needed has a reason."""
    dpia = subject.protocol.dpia
    severity = subject.status_severity()
    if dpia is None or severity is None:
        return
    match dpia.status:
        case "completed":
            if dpia.completed_on is None:
                yield from subject.find("incomplete-dpia", subject.record, ("dpia",), missing="completed_on")
            if dpia.reference is None:
                yield from subject.find(
                    "incomplete-dpia", subject.record, ("dpia",), words="reference", missing="reference", cap="warning"
                )
        case "not-needed":
            if dpia.reason is None:
                yield from subject.find("incomplete-dpia", subject.record, ("dpia",), words="reason", missing="reason")
        case "in-progress":
            if dpia.completed_on is not None:
                yield from subject.find(
                    "incomplete-dpia", subject.record, ("dpia", "status"), words="contradiction", cap="warning"
                )
            elif subject.protocol.status == "in-force":
                yield from subject.find(
                    "incomplete-dpia", subject.record, ("dpia", "status"), words="in-progress", cap="warning"
                )


RULES = RuleSet(
    protocol=(
        check_topics,
        check_clauses_say_something,
        check_flows_are_whole,
        check_data_items_are_whole,
        check_parties_are_whole,
        check_impact_assessment,
    )
)
