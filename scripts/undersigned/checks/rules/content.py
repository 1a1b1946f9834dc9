"""Content: every topic that a protocol must answer is answered, and nothing is left blank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.rules.adoption import clauses_adopted, signed_by, signing_parties
from undersigned.checks.texts import MOST_OF_A_KIND, Words, is_html, raw_bytes, texts_in
from undersigned.records.fields import Authored
from undersigned.records.findings import Finding, Place, Severity
from undersigned.records.form import Form
from undersigned.records.protocol import ENDED, Adoption, Clause
from undersigned.records.reading import Record
from undersigned.records.source import PlainData, mappings
from undersigned.records.version import Version
from undersigned.records.vocabulary import ContentTopic, vocabulary
from undersigned.register import ProtocolFolder

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
        if signed is not None and not signed.intersection(parties) and subject.register.has_protocol(adoption.protocol):
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


def _open_topics(subject: ProtocolSubject) -> Iterator[ContentTopic]:
    """The content topics that nothing answers. What could not be read may have answered."""
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
        if protocol.clauses or record.lacks("clauses"):
            yield topic


def check_topics(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every content topic is answered by a structured field, by a clause that covers it, or by an adopted clause."""
    severity = subject.status_severity()
    if severity is None:
        return
    for topic in _open_topics(subject):
        expected = topic.level == "expected"
        chosen: Severity = "warning" if expected and severity == "error" else severity
        fields = [place for place in topic.answered_by if place != "signing_records" and not place.startswith("flows.")]
        yield from subject.find(
            "expected-topic" if expected else "missing-topic",
            subject.record,
            words="field" if fields else "flow" if topic.id in _BY_FLOW else "default",
            severity=chosen,
            topic=topic.id,
            title=topic.title,
            meaning=_sentence(topic.meaning),
            why=_sentence(topic.why),
            law=topic.reference,
            fields=" or ".join(fields),
        )


def check_text_is_entered(subject: ProtocolSubject) -> Iterator[Finding]:
    """The words of an agreement are entered. While they are only on paper, one warning covers everything that is open."""
    if subject.on_paper is None or subject.protocol.status in ENDED:
        return
    if subject.protocol.publication == "restricted" and not subject.register.repository_private:
        return  # its words must not be entered here
    number, _version = subject.on_paper
    yield from subject.find(
        "text-not-entered",
        subject.folder.versions[number],
        ("document",),
        on_key=True,
        version=number,
        count=sum(1 for _topic in _open_topics(subject)),
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


_LONGEST_IN_SHORT = 160


def check_in_short(subject: ProtocolSubject) -> Iterator[Finding]:
    """The line that says a clause in short is one line, and is read again when the clause has changed."""
    if subject.protocol.status in ENDED:
        return
    with_line = [
        (index, clause) for index, clause in enumerate(subject.protocol.clauses) if clause.in_short is not None
    ]
    if not with_line:
        return
    stamps = [(number, version) for number, version in subject.folder.read_versions() if version.text is not None]
    working = _clauses_of(subject.folder.working_text)
    for index, clause in with_line:
        path = ("clauses", index, "in_short")
        line = clause.in_short or ""
        if len(line) > _LONGEST_IN_SHORT or "\n" in line.strip():
            yield from subject.find("in-short", subject.record, path, words="long", most=_LONGEST_IN_SHORT)
        number = _changed_under(subject.folder, stamps, clause, working)
        if number is not None:
            yield from subject.find("in-short", subject.record, path, id=clause.id, version=number)


def _clauses_of(text: Mapping[str, PlainData] | None) -> dict[str, PlainData]:
    return {str(clause.get("id")): clause for clause in mappings((text or {}).get("clauses"))}


def _changed_under(
    folder: ProtocolFolder, stamps: list[tuple[str, Version]], clause: Clause, working: Mapping[str, PlainData]
) -> str | None:
    """The version since which, or with which, the words of a clause have changed under the same line; None if none."""
    if not stamps:
        return None
    number, newest = stamps[-1]
    stamped = _clauses_of(folder.stamped_text(number))
    lines = {entry.id: entry.in_short for entry in newest.text.clauses} if newest.text else {}
    if clause.id in stamped and stamped[clause.id] != working.get(clause.id):
        return number if lines.get(clause.id) in (None, clause.in_short) else None
    if len(stamps) < 2 or newest.change != "material" or lines.get(clause.id) != clause.in_short:
        return None
    earlier, before = stamps[-2]
    was = _clauses_of(folder.stamped_text(earlier)).get(clause.id)
    same_line = before.text is not None and any(
        entry.id == clause.id and entry.in_short == clause.in_short for entry in before.text.clauses
    )
    return number if same_line and was is not None and was != stamped.get(clause.id) else None


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
            elif subject.protocol.status == "signing":
                yield from subject.find("incomplete-dpia", subject.record, ("dpia", "status"), words="signing")


_BRACKET_WORDS = (
    r"insert|enter|fill in|add|specify|state|select|choose|complete|delete as|delete if|describe|list|your|tbc|tbd|tba|"
    r"to be (?:confirmed|agreed|added|completed|decided|determined|inserted|supplied)|xx+|x|…|\.\.\.|_+|"
    r"names?|full name|first name|surname|dates?|day|month|year|posts?|job title|title|roles?|organisations?|organizations?|"
    r"agenc(?:y|ies)|council|part(?:y|ies)|company|address|e-?mail(?: address)?|mailbox|telephone(?: number)?|"
    r"phone(?: number)?|number|no\.|reference(?: number)?|ref|amount|signature|area|county|details?|text(?: here)?|blank|placeholder"
)
#: Marks such as [x] and [c] replace figures that are not shown: they are not blanks.
_PLACEHOLDER = re.compile(
    rf"""
    (?P<bracket> (?<![!\]\w]) \[ \s* (?: (?: insert | enter | fill\ in | add | specify | state | select | choose | complete | describe
        | delete\ (?:as|if) | your | to\ be | name\ of | names\ of | date\ of | number\ of | title\ of | details\ of | tbc | tbd | tba
      ) \b [^\[\]]{{0,120}} | (?!x\s*\]) (?:{_BRACKET_WORDS}) (?:\s+(?:here|of|and|or|to)\b[^\[\]\n]{{0,80}})? ) \s* \] (?![(\[:]) )
  | (?P<angle> (?<!\w) <<? [A-Za-z] (?: [\w ,/'’.-]{{0,60}} [\w.] )? > )
  | (?P<word> (?<![\w@.-]) (?: tbc | tbd | t\.b\.c\. | x{{3,}} | lorem\ ipsum ) (?![\w@]) )
  | (?P<mark> (?-i: (?<!\w) (?:TBA|TODO|FIXME|PLACEHOLDER) (?!\w) ) | \?{{3,}} | \{{\{{ [^{{}}\n]{{0,80}} \}}\}} )
  | (?P<promise> (?: (?<=:) [ \t]* | \A ) to\ be\ (?:confirmed|agreed|added|completed|decided|determined|inserted|supplied|advised)
      \s* \.? (?= \s* (?:\n|\Z) ) )
  | (?P<dots> \A \s* (?: [….]+ | \.(?:\s*\.)+ | _{{2,}} | -{{3,}} ) \s* \Z )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BARE = re.compile(r"(?:insert|enter)(?: [\w'’-]+){1,5}\Z", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?:part|chapter|title|schedule|article|book|volume)s?\s+\Z", re.IGNORECASE)
#: What a quick look at a whole file, in small letters, takes for a blank: tbc, tbd, tba, t.b.c, xxx, fixme, ???, {{, two
#: dots, two low lines, three hyphens, and "insert" or "enter" where a value begins. Each pattern begins with one byte
#: that is rare in records, because `re` looks for one byte many times faster than for several.
_SURE_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        rb"b(?:(?<=tb)[acd]|(?<=t\.b)\.c)",
        rb"x(?:xx|(?<=fix)me)",
        rb"\?(?=\?\?)",
        rb"\{(?=\{)",
        rb"\.(?=\.)",
        rb"_(?=_)",
        rb"-(?=--| insert | enter )",
        rb",(?= insert | enter )",
        rb"\[(?=insert|enter)",
    )
)
_SURE_WORDS = (b"lorem", b"todo", b"placeholder")
_MAY_BE_BLANK = re.compile(rb"<[a-z]")
_MAY_BE_PROMISE = re.compile(
    rb"to be\s+(?:confirmed|agreed|added|completed|decided|determined|inserted|supplied|advised)\s*\.?\s*[\n\"'},\]]"
)
_MAY_BE_BRACKET = re.compile(
    rb"\[\s*(?:insert|enter|fill|add|spec|stat|sele|choo|comp|desc|list|your|tb|to be|x|delete|\.\.|_|name|full|first|sur|date|day|mon|"
    rb"year|post|job|title|role|orga|agen|coun|part|address|e-?mail|mailbox|tele|phone|numb|no\.|ref|amount|sign|area|county|detail|"
    rb"text|blank|place)"
)
#: The name of a field that holds a list: what follows in square brackets is that list, and no blank.
_BEFORE_A_LIST = re.compile(
    rb"(?:jurisdictions|areas|supersedes|formerly|aims|benefits|people|sensitivity|from|to|for|lawful_bases|recognised_interests|"
    rb"special_category_conditions|schedule_1_conditions|law_enforcement_conditions|gateways|consent|statutory_consents|items|"
    rb"not_shared|forms|stage|covers|clauses|measures|triggers|options): \Z"
)


def may_hold_blanks(raw: bytes) -> bool:
    """A quick look at a whole file: it may say yes too often, never no to what the slow one finds."""
    low = raw.lower()
    return (
        any(sign.search(low) for sign in _SURE_SIGNS)
        or any(word in low for word in _SURE_WORDS)
        or (not low.isascii() and b"\xe2\x80\xa6" in low)
        or _MAY_BE_BLANK.search(low) is not None
        or (b"to be" in low and _MAY_BE_PROMISE.search(low + b"\n") is not None)
        or any(
            not _BEFORE_A_LIST.search(low, max(0, match.start() - 32), match.start())
            for match in _MAY_BE_BRACKET.finditer(low)
        )
    )


#: Fields that hold ids, marks and numbers only.
_NOT_WORDS = frozenset(
    {
        "id",
        "version",
        "fingerprint",
        "from",
        "to",
        "gateways",
        "lawful_bases",
        "forms",
        "covers",
        "clauses",
        "organisation",
    }
)


def _texts_of(folder: ProtocolFolder) -> Iterator[Record[Authored]]:
    """The working text and its forms."""
    yield folder.record  # type: ignore[misc]
    yield from folder.forms.values()  # type: ignore[misc]


def check_placeholders(subject: ProtocolSubject) -> Iterator[Finding]:
    """No blank that was meant to be filled in is left in the text or in a form."""
    if subject.status_severity() is None:
        return
    for record in _texts_of(subject.folder):
        if not may_hold_blanks(raw_bytes(subject.register, record)):
            continue
        letter = isinstance(record.value, Form) and record.value.kind == "letter"
        for place, blank in islice(_blanks_of(record, letter=letter), MOST_OF_A_KIND):
            yield from subject.find("placeholder", record, at=place, blank=blank)
    page: Record[Authored] | None = subject.folder.for_people  # type: ignore[assignment]
    if page is not None and may_hold_blanks(raw_bytes(subject.register, page)):
        for place, blank in islice(_blanks_of(page, letter=False), MOST_OF_A_KIND):
            yield from subject.find("placeholder", page, at=place, severity="warning", words="page", blank=blank)


def _blanks_of(record: Record[Authored], *, letter: bool) -> Iterator[tuple[Place, str]]:
    for words in texts_in(record.source.data):
        key = next((part for part in reversed(words.path) if isinstance(part, str)), "")
        if key not in _NOT_WORDS:
            for start, blank in placeholders_in(words, fillable=letter and key == "body"):
                yield record.source.place_in(words.path, start), blank


def placeholders_in(words: Words, *, fillable: bool = False) -> Iterator[tuple[int, str]]:
    """Where each blank in a text starts, and what it says. `fillable`: a letter, in which brackets are filled in later."""
    for match in _PLACEHOLDER.finditer(words.text):
        blank = match[0].strip()
        if match["angle"] and is_html(blank, words.text):
            continue
        if match["dots"] and words.path[:1] == ("clauses",) and words.path[-1] == "text":
            continue  # the clause says nothing, and another finding says so
        if match["word"] and _NUMBERED.search(words.text, 0, match.start()):
            continue  # Part XXX of an Act
        if fillable and match["bracket"] and not re.match(r"\[\s*(insert|tb[cda]|to be|xx)", blank, re.IGNORECASE):
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        yield start, " ".join(blank.split())
    # Written without quotes, a blank in square brackets is a list of one: [insert aims].
    if words.path and isinstance(words.path[-1], int) and (bare := _BARE.match(words.text)):
        yield 0, bare[0]


RULES = RuleSet(
    protocol=(
        check_topics,
        check_text_is_entered,
        check_in_short,
        check_clauses_say_something,
        check_impact_assessment,
        check_placeholders,
    )
)
