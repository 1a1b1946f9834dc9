"""Regimes and roles: who may work under Part 3, and what processors and joint controllers must have agreed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.law.capacity import UNITED_KINGDOM, FlowEnd, FlowView, PathTo, law_rules, names
from undersigned.records.findings import Finding, Severity
from undersigned.records.protocol import Clause

Views = Sequence[FlowView]
_MAPPA = "cja03-s325"
_PROCESSOR = re.compile(
    r"\barticles?\s+28\b|\bart\.?\s*28\b|\bsection\s+59\b|\bs\.?\s?59\b|\bprocess(?:ing|or) (?:agreement|contract|terms)\b"
    r"|\bprocessors?\b.{0,160}\b(?:contract|terms|instructions?)\b|\b(?:contract|terms)\b.{0,160}\bprocessors?\b"
    r"|\b(?:written|documented) instructions?\b|\binstructions? of the controllers?\b"
    r"|\bonly (?:on|as|under)\b.{0,60}\binstruct\w*",
    re.IGNORECASE | re.DOTALL,
)
_SPEAKS_OF_PROCESSOR = re.compile(r"\bprocessors?\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|not|nor|neither|never|none)\b[^.;:]{0,40}\Z", re.IGNORECASE)
_JOINT = re.compile(
    r"\barticles?\s+26\b|\bart\.?\s*26\b|\bsection\s+58\b|\bs\.?\s?58\b|\bjoint(?:ly)?[ -]control"
    r"|\b(?:jointly|together) (?:determine|decide)\b(?=.{0,120}\b(?:purposes?|means|why|how)\b)"
    r"|\b(?:decide|determine)\b(?=.{0,120}\b(?:purposes?|means|why|how)\b).{0,60}\b(?:together|jointly)\b",
    re.IGNORECASE | re.DOTALL,
)
_SPEAKS_OF_JOINT = re.compile(r"\bjoint(?:ly)?\b", re.IGNORECASE)
#: Ids and topics of clauses that hold such terms.
_PROCESSOR_ID = re.compile(r"article-28|processor|(?:data-)?processing-(?:terms|agreement|contract)")
_JOINT_ID = re.compile(r"article-26|joint-control")
_DETAILS = (
    r"(?:names?|initials|addresses|address|contacts?|details?|views?|wish(?:es)?|whereabouts|locations?|statements?"
    r"|identity|identities|telephone|phone|e-?mail|dates? of birth|age|ages|schools?|workplaces?|photographs?|relationship)"
)
_WHO = r"(?:victim|witness)(?:['’]s|s['’]|es['’]|es|s)?(?!\w)"
#: A name that joins somebody else's details in: details beside a victim or a witness. What else is said of victims without
#: naming one is about the subject.
_OTHERS = re.compile(
    rf"(?<!jehovah['’]s )\b{_WHO}[^.;:()]{{0,30}}?\b{_DETAILS}\b"
    rf"|\b{_DETAILS}\b[^.;:()]{{0,40}}?\b(?:of|about|for|from|by)\b[^.;:()]{{0,24}}?\b{_WHO}"
    rf"|\b(?:who|where)\b[^.;:()]{{0,12}}\b{_WHO}",
    re.IGNORECASE,
)
_CHILD = re.compile(
    r"\b(?:names?|addresses|address|details|schools?|dates? of birth|whereabouts|identity|views|statements?)\b.{0,24}\bof (?:the |a |any |each )?(?:child|children)\b"
    r"|\b(?:child|children)(?:['’]s)? (?:names?|address|details|schools?|dates? of birth|whereabouts|identity|views|statements?)\b",
    re.IGNORECASE,
)
_NOT_JOINED = re.compile(
    r"\b(?:no|not|non|without|never|except|excluding|whether|kinds? of|types? of|groups?|age band|awareness|empathy|protect\w*|exclusion"
    r"|conditions?|restrictions?|level|risk to|risk of|contact with|impact|attitude\w*|relationship to"
    r"|as an? (?:\w+ )?(?:victim|witness)|surcharge|liaison|contact (?:scheme|service|unit|officer|team)|amends|willing\w*|meet(?:ing)?)\b",
    re.IGNORECASE,
)


def check_not_competent(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Part 3 is named only at the end of a competent authority, or of a body within section 325 of the 2003 Act."""
    for view in views:
        flow = view.flow
        if not view.identifies:
            continue
        found: dict[tuple[PathTo, str], list[FlowEnd]] = {}
        regime = (*view.path, "regime")
        received = (*view.path, "receives_under") if flow.receives_under else regime
        for end in view.senders:
            if flow.regime == "law-enforcement" and _MAPPA in end.law.gateways:
                continue
            if flow.regime in ("law-enforcement", "crossing") and not end.capacity.foreign:
                words = "crossing" if flow.regime == "crossing" else "default"
                found.setdefault((regime, _degree(end, words)), []).append(end)
        if flow.receiving_regime == "law-enforcement":
            without_power = {sender.id for sender in view.senders if _MAPPA not in sender.law.gateways}
            for end in view.receivers:
                deemed = bool(view.sender_ids - {end.id}) and without_power <= {end.id}
                if not deemed and not end.capacity.foreign:
                    found.setdefault((received, _degree(end, "default")), []).append(end)
        for (path, words), ends in found.items():
            if words:
                yield from subject.find(
                    "not-competent",
                    subject.record,
                    path,
                    words=words,
                    flow=flow.id,
                    ends=names(ends),
                    cap="warning" if words == "unsure" else None,
                )


def _degree(end: FlowEnd, words: str) -> str:
    """The words for an end that is not, or not surely, a competent authority; empty for one that is."""
    if end.capacity.processor:
        return ""  # only controllers must be competent (DPA 2018 s.32); a processor acts for one (s.59)
    if end.capacity.competent == "no" and not end.capacity.sure("competent_authority"):
        return "unsure"
    return {"yes": "", "no": words, "depends": "unsure"}[end.capacity.competent]


def _outside_part_3(end: FlowEnd) -> bool:
    """Whether a receiver holds what it gets outside Part 3: no competent authority, nor a processor for one."""
    return end.capacity.competent == "no" and not end.capacity.processor


def check_crossing_regime(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """What leaves law enforcement for another use is written as a crossing, and a crossing does not end in Part 3."""
    for view in views:
        flow = view.flow
        if not view.identifies:
            continue
        if flow.regime == "law-enforcement" and flow.receiving_regime == "uk-gdpr":
            ends = [end for end in view.receivers if _outside_part_3(end) and not end.capacity.foreign]
            if ends and not any(_MAPPA in end.law.gateways for end in view.senders):
                yield from subject.find(
                    "crossing-regime",
                    subject.record,
                    (*view.path, "regime"),
                    cap="warning",
                    flow=flow.id,
                    ends=names(ends),
                )
        elif flow.regime == "crossing" and flow.receiving_regime == "law-enforcement":
            if any(_outside_part_3(end) for end in view.receivers):
                continue  # that Part 3 is named at such an end has been reported
            yield from subject.find(
                "crossing-regime",
                subject.record,
                (*view.path, "receives_under"),
                words="into-part-3",
                cap="warning",
                flow=flow.id,
            )


def check_foreign_regime(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """`foreign` is for senders and recipients outside the United Kingdom, and for all of those."""
    for view in views:
        flow = view.flow
        yield from _foreign_senders(subject, view)
        if flow.receiving_regime == "foreign":
            inside = [end for end in view.receivers if end.capacity.places and end.capacity.places <= UNITED_KINGDOM]
            if inside and flow.receives_under:
                yield from subject.find(
                    "foreign-regime", subject.record, (*view.path, "receives_under"), flow=flow.id, ends=names(inside)
                )
            elif inside:
                yield from subject.find(
                    "foreign-regime",
                    subject.record,
                    view.path,
                    missing="receives_under",
                    words="not-said",
                    flow=flow.id,
                    ends=names(inside),
                )
        elif view.identifies and flow.receiving_regime in ("uk-gdpr", "law-enforcement"):
            abroad = [end for end in view.receivers if end.capacity.foreign]
            if abroad and flow.receives_under:
                yield from subject.find(
                    "foreign-regime",
                    subject.record,
                    (*view.path, "receives_under"),
                    words="abroad",
                    cap="warning",
                    flow=flow.id,
                    ends=names(abroad),
                    regime=flow.receiving_regime,
                )
            elif abroad:
                yield from subject.find(
                    "foreign-regime",
                    subject.record,
                    view.path,
                    missing="receives_under",
                    words="abroad",
                    cap="warning",
                    flow=flow.id,
                    ends=names(abroad),
                    regime=flow.receiving_regime,
                )


def _foreign_senders(subject: ProtocolSubject, view: FlowView) -> Iterator[Finding]:
    """A sender abroad is not written as under a law of the United Kingdom, nor one at home as under another country's."""
    regime, path = view.flow.regime, (*view.path, "regime")
    if regime == "foreign":
        words, ends = "sender", [e for e in view.senders if e.capacity.places and e.capacity.places <= UNITED_KINGDOM]
    elif regime in ("uk-gdpr", "law-enforcement", "crossing") and view.identifies:
        words, ends = "sender-abroad", [end for end in view.senders if end.capacity.foreign]
    else:
        return
    if ends:
        cap: Severity | None = "warning" if words == "sender-abroad" else None
        yield from subject.find(
            "foreign-regime",
            subject.record,
            path,
            words=words,
            cap=cap,
            flow=view.flow.id,
            ends=names(ends),
            regime=regime,
        )


# -- what parties must have agreed ----------------------------------------------------------------------------------


def check_processor_terms(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A processor works under the terms of Article 28, set out in the protocol or in a contract it names."""
    if subject.protocol.kind != "processing-agreement":
        yield from _roles(subject, "processor", "processor-terms", _PROCESSOR, _PROCESSOR_ID, _SPEAKS_OF_PROCESSOR)


def check_joint_controller_terms(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Joint controllers have an arrangement, and the protocol says what it is."""
    if subject.protocol.kind != "joint-controller-arrangement":
        yield from _roles(subject, "joint-controller", "joint-controller-terms", _JOINT, _JOINT_ID, _SPEAKS_OF_JOINT)


def _roles(
    subject: ProtocolSubject,
    role: str,
    code: str,
    words: re.Pattern[str],
    ids: re.Pattern[str],
    mention: re.Pattern[str],
) -> Iterator[Finding]:
    """Parties of a role whose terms no clause sets out; a warning where a clause speaks of that role in other words."""
    found = [(index, party) for index, party in enumerate(subject.protocol.parties) if party.role == role]
    if not found or any(_speaks_of(subject, clause, words, ids) for clause in subject.protocol.clauses):
        return
    if any(party.capacity and words.search(party.capacity) for _, party in found):
        return
    organisations = [subject.register.organisation_name(party.organisation) for _, party in found]
    mentioned = any(_says(f"{clause.title or ''}\n{clause.text or ''}", mention) for clause in subject.protocol.clauses)
    yield from subject.find(
        code,
        subject.record,
        ("parties", found[0][0], "role"),
        cap="warning" if mentioned else None,
        organisations=organisations[:5],
    )


def _speaks_of(subject: ProtocolSubject, clause: Clause, words: re.Pattern[str], ids: re.Pattern[str]) -> bool:
    """Whether a clause, or one it adopts, holds such terms: by its id or topics, or by what it says."""
    if (clause.text or clause.adopts) and any(ids.match(name) for name in (clause.id, *clause.covers)):
        return True
    if clause.text and _says(f"{clause.title or ''}\n{clause.text}", words):
        return True
    if clause.adopts is None:
        return False
    if any(ids.match(name) for name in clause.adopts.clauses):
        return True
    record = subject.register.protocol_record(clause.adopts.protocol)
    if record is None or record.value is None:
        return False
    taken = set(clause.adopts.clauses)
    return any(other.id in taken and other.text and _says(other.text, words) for other in record.value.clauses)


def _says(text: str, words: re.Pattern[str]) -> bool:
    """Whether these words occur in a text, other than to say that there is no such thing."""
    return any(not _DENIED.search(text, max(0, found.start() - 60), found.start()) for found in words.finditer(text))


def check_victim_details(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Details of a victim, a witness or a child are said to be about that person."""
    reported: set[PathTo] = set()
    for view in views:
        for shared in view.shared:
            item, path = shared.item, shared.origin
            if item.about != "subject" or path in reported or item.sensitivity == ("depersonalised",):
                continue
            joined = _OTHERS.search(item.name) or _CHILD.search(item.name)
            if not joined or _NOT_JOINED.search(item.name) or not subject.record.lacks(*path, "about"):
                continue
            reported.add(path)
            yield from subject.find("victim-details", subject.record, (*path, "name"), cap="warning", item=item.name)


RULES = RuleSet(
    protocol=(
        law_rules(
            check_not_competent,
            check_crossing_regime,
            check_foreign_regime,
            check_processor_terms,
            check_joint_controller_terms,
            check_victim_details,
        ),
    )
)
