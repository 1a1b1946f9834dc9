"""Rules on the page for the people whom the sharing is about: it is silent about nothing, promises nothing, and reads easily."""

from __future__ import annotations

import re
from collections.abc import Iterator

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.rules.dates import future
from undersigned.checks.rules.prose import acronyms_in, reading_grade
from undersigned.checks.rules.versions import check_fingerprint, check_version_named
from undersigned.checks.suggestions import suggest
from undersigned.records.findings import Finding, Severity
from undersigned.records.for_people import PICTURES, ForPeople, is_blank
from undersigned.records.protocol import Operative
from undersigned.records.reading import Record
from undersigned.status.for_people import (
    SharedItem,
    covers,
    known_ends,
    known_items,
    newer_version,
    normalised,
    page_text,
    receivers,
    shared_items,
)

#: A sentence for everybody has at most 15 words (GOV.UK: 25 is hard; easy read: 10 to 15).
MOST_IN_SENTENCE = 15
MOST_GRADE = 5.0
MOST_WORDS = 350
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
#: Words of offices and of the law, and what people say instead.
_PLAINER = {
    "offender": "you, or a person on probation",
    "offenders": "you, or people on probation",
    "disclose": "tell",
    "disclosed": "told",
    "disclosure": "telling",
    "process": "use",
    "processed": "used",
    "processing": "using",
    "data subject": "you",
    "data controller": "the name of the body",
    "pursuant": "under",
    "in accordance with": "as it says",
    "prior to": "before",
    "in respect of": "about",
    "third party": "somebody else",
    "third parties": "other people",
    "stakeholders": "who they are",
    "service user": "you",
    "service users": "people",
    "will be shared": "we tell them, or we pass on",
    "will be retained": "we keep",
    "will be held": "we keep",
    "may be shared": "we may pass on",
    "is retained": "we keep",
}
_HARD = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _PLAINER), key=len, reverse=True)) + r")\b", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:will|may|can|must) (?:only |also |not )?be \w+(?:ed|en|pt|ld)\b", re.IGNORECASE)
#: Small words, which two sentences may share without speaking of one thing.
_SMALL_WORDS = (
    "a about all an and any anybody anyone anything are as at be by for from full has have if in is it list name names no not of on or other "
    "our part person people that the their them they this to what who with you your"
)
_SMALL = frozenset(_SMALL_WORDS.split())


def _page(subject: ProtocolSubject) -> tuple[Record[ForPeople], ForPeople] | None:
    """The page, if there is one that reads."""
    record = subject.folder.for_people
    return None if record is None or record.value is None else (record, record.value)


def _written_page(subject: ProtocolSubject) -> tuple[Record[ForPeople], ForPeople, Operative] | None:
    """The page with the text that it was written from, if something can be asked of that text."""
    found = _page(subject)
    text = None if found is None else page_text(subject.folder, found[1])
    return None if found is None or text is None or not subject.has_text else (*found, text)


def _severity(subject: ProtocolSubject) -> Severity:
    """What the page leaves out, or promises wrongly, is an error once people rely on it."""
    return "error" if subject.protocol.status == "in-force" else "warning"


def check_version(subject: ProtocolSubject) -> Iterator[Finding]:
    """A page names the text that it was written from, and is written anew after a material version."""
    found = _page(subject)
    if found is None:
        return
    record, page = found
    if page.version is None:
        if subject.folder.versions and not record.was_dropped("version"):
            newest = next(reversed(subject.folder.versions))
            yield from subject.find("people-stale", record, missing="version", words="unstated", version=newest)
    else:
        yield from check_version_named(subject, record, (), page.version)
        if page.version in subject.folder.versions:
            yield from check_fingerprint(subject, record, (), page.version, page.fingerprint, required=True)
    newer = newer_version(subject.folder, page, as_of=subject.as_of)
    if newer is not None:
        yield from subject.find("people-stale", record, ("version",), version=page.version, newer=newer)
    for field, what in (("read_by", "the reading of this page"), ("confirmed", "the confirmation of this page")):
        step = getattr(page, field)
        if step is not None:
            yield from future(subject, record, (field, "on"), what, step.on)
    if page.easy_read is not None:
        yield from future(subject, record, ("easy_read", "on"), "the test of the easy-read version", page.easy_read.on)
        if not page.easy_read.document.startswith("https://"):
            yield from subject.find("people-unknown", record, ("easy_read", "document"), words="address")


def check_names(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every item, end and picture that a page names exists."""
    found = _page(subject)
    if found is None:
        return
    record, page = found
    for section, picture in page.pictures.named().items():
        if picture not in PICTURES:
            near = suggest(picture, PICTURES)
            yield from subject.find(
                "people-unknown",
                record,
                ("pictures", section),
                words="picture",
                name=picture,
                near=near,
                known=", ".join(PICTURES),
            )
    text = page_text(subject.folder, page)
    if text is None or not subject.has_text:
        return
    items = known_items(subject.folder, text)
    for index, sentence in enumerate(page.what):
        for place, name in enumerate(sentence.items):
            if normalised(name) not in items:
                near = suggest(normalised(name), sorted(items))
                yield from subject.find("people-unknown", record, ("what", index, "items", place), name=name, near=near)
    ends = known_ends(text, subject.register)
    present = subject.register.present_organisation
    for index, reader in enumerate(page.who):
        for place, name in enumerate(reader.ends):
            if name not in ends and present(name) not in {present(end) for end in ends}:
                near = suggest(name, sorted(ends))
                path = ("who", index, "ends", place)
                yield from subject.find("people-unknown", record, path, words="end", name=name, near=near)


def check_nothing_is_left_out(subject: ProtocolSubject) -> Iterator[Finding]:
    """Nothing that is shared about the person, and nobody who is told, is missing from a page."""
    found = _written_page(subject)
    if found is None:
        return
    record, page, text = found
    items = shared_items(subject.folder, text)
    covered = {normalised(name) for entry in page.what for name in entry.items}
    severity = _severity(subject)
    for item in items.values():
        if not item.names & covered:
            where = ("what",) if page.what else ()
            yield from subject.find(
                "people-silent",
                record,
                where,
                severity=severity,
                on_key=bool(where),
                name=item.name,
                id=item.id or item.name,
                flow=item.flows[0].id,
            )
    readers = frozenset(end for entry in page.who for end in entry.ends)
    for end in receivers(subject.folder, text, items):
        if not covers(end, readers, text, subject.register):
            where = ("who",) if page.who else ()
            yield from subject.find("people-receiver", record, where, severity=severity, on_key=bool(where), end=end)


def check_choice(subject: ProtocolSubject) -> Iterator[Finding]:
    """A page says `if: you-agree` of what is only passed on with agreement, and of nothing else."""
    found = _written_page(subject)
    if found is None:
        return
    record, page, text = found
    items = shared_items(subject.folder, text)
    by_name: dict[str, SharedItem] = {name: item for item in items.values() for name in item.names}
    plainly = {normalised(name) for sentence in page.what if sentence.if_ is None for name in sentence.items}
    agreed = (
        by_name.get(normalised(name)) for sentence in page.what if sentence.if_ is not None for name in sentence.items
    )
    asked = frozenset(id_ for item in agreed if item is not None for id_ in _asked_in(item))
    for index, sentence in enumerate(page.what):
        for place, name in enumerate(sentence.items):
            item = by_name.get(normalised(name))
            if item is None:
                continue
            at = ("what", index, "items", place)
            if sentence.if_ is None and item.needs_agreement and not (item.confided and _asked_in(item) & asked):
                yield from subject.find("people-choice", record, at, severity=_severity(subject), name=item.name)
            elif sentence.if_ is not None and not item.may_need_agreement and not item.names & plainly:
                flow = next(flow for flow in item.flows if not {"basis", "confidence", "statutory"} & set(flow.consent))
                yield from subject.find(
                    "people-choice", record, at, words="none", severity=_severity(subject), flow=flow.id, name=item.name
                )


def _asked_in(item: SharedItem) -> frozenset[str]:
    return frozenset(flow.id for flow in item.flows)


def check_never(subject: ProtocolSubject) -> Iterator[Finding]:
    """What a page says is never passed on, the text does not share, and some flow forbids."""
    found = _written_page(subject)
    if found is None:
        return
    record, page, text = found
    forbidden = [words for flow in text.flows for words in flow.not_shared]
    if forbidden and not page.never:
        yield from subject.find("people-never", record, missing="never", words="missing")
    shared = shared_items(subject.folder, text)
    for index, sentence in enumerate(page.never):
        named = next((item for item in shared.values() if normalised(item.name) in normalised(sentence)), None)
        if named is not None:
            yield from subject.find(
                "people-never",
                record,
                ("never", index),
                words="shared",
                severity=_severity(subject),
                name=named.name,
                flow=named.flows[0].id,
            )
        elif not any(_stems(sentence) & _stems(words) for words in forbidden):
            yield from subject.find("people-never", record, ("never", index))


def _stems(text: str) -> frozenset[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word.removesuffix("s")[:6] for word in words if word not in _SMALL)


def check_words(subject: ProtocolSubject) -> Iterator[Finding]:
    """A page can be read by nearly everybody: short, in short sentences, without the words of offices."""
    found = _page(subject)
    if found is None or subject.protocol.publication != "public":
        return
    record, page = found
    texts = [(path, text) for path, text in page.sentences() if not is_blank(text)]
    for path, text in texts:
        offset = 0
        for sentence in _SENTENCE_END.split(text):
            at = text.index(sentence, offset)
            offset = at + len(sentence)
            count = len(_WORD.findall(sentence))
            if count > MOST_IN_SENTENCE:
                place = record.place_in(path, at)
                yield from subject.find("people-words", record, path, at=place, count=count, most=MOST_IN_SENTENCE)
        for words, match, fact in _hard(text):
            place = record.place_in(path, match.start())
            yield from subject.find("people-words", record, path, at=place, words=words, word=match[0], plainer=fact)
    whole = " ".join(text if text.rstrip().endswith((".", "!", "?")) else f"{text}." for _path, text in texts)
    count = len(_WORD.findall(whole))
    if count > MOST_WORDS:
        yield from subject.find("people-words", record, words="long", count=count, most=MOST_WORDS)
    grade = reading_grade(whole)
    if grade is not None and grade > MOST_GRADE:
        yield from subject.find("people-words", record, words="grade", grade=f"{grade:.0f}", most=f"{MOST_GRADE:.0f}")


def _hard(text: str) -> Iterator[tuple[str, re.Match[str], str]]:
    for match in acronyms_in(text):
        yield "letters", match, ""
    reported = set()
    for match in _HARD.finditer(text):
        reported.add(match.start())
        yield "word", match, _PLAINER[match[0].lower()]
    for match in _PASSIVE.finditer(text):
        if match.start() not in reported:
            yield "passive", match, ""


RULES = RuleSet(
    protocol=(check_version, check_names, check_nothing_is_left_out, check_choice, check_never, check_words)
)
