"""Prose: Markdown without HTML, images or unsafe links, and a title and summary that the public can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.token import Token

from undersigned.checks.engine import OrganisationSubject, ProtocolSubject, RegisterSubject, RuleSet, Subject
from undersigned.checks.texts import MOST_OF_A_KIND, Words, is_html, raw_bytes, texts_in, written_records
from undersigned.records.fields import Authored
from undersigned.records.findings import Finding, Place
from undersigned.records.protocol import ENDED
from undersigned.records.reading import Record
from undersigned.records.source import KeyPath
from undersigned.words.prose import commonmark

#: Fields written in Markdown, by the end of their path; `text` of a reservation and of a clause alike.
_MARKDOWN = frozenset(
    {
        "necessity",
        "if_not_shared",
        "proportionality",
        "consent",
        "transparency",
        "vital_interests",
        "text",
        "body",
        "note",
        "notes",
        "summary",
    }
)
_MAY_BE_HTML = re.compile(rb"<[A-Za-z/!?]")
_MAY_BE_LINK = re.compile(rb"\][(\[:]")
_TAG = re.compile(r"<(?:!--|!\[CDATA\[|!DOCTYPE\b|\?\w|/?[A-Za-z][A-Za-z0-9-]*(?=[\s/>]))[^<>]*>?", re.IGNORECASE)
_NEVER_CLOSED = re.compile(r"<(?:script|iframe|img|svg|style|object|embed)\b", re.IGNORECASE)
_NAME_OF_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
#: A link to a place in the same text has no scheme; it is shown as text where it leads nowhere.
_SAFE = ("https://", "mailto:", "#")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")


# -- Markdown -------------------------------------------------------------------------------------------------------


@cache
def _parser() -> MarkdownIt:
    """The reader's own parser, with HTML told apart and addresses as they are written."""
    parser = commonmark(html=True)
    parser.normalizeLink = _as_written  # type: ignore[method-assign]
    return parser


def _as_written(url: str) -> str:
    return url


def _is_markdown(path: KeyPath) -> bool:
    name = path[-1] if path else ""
    return isinstance(name, str) and name in _MARKDOWN and not (name == "consent" and path[0] == "flows")


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        if token.children:
            yield from _flat(token.children)


#: A code, where in the text, which words, and the facts.
_Fault = tuple[str, int, str, str]


def faults_of_markdown(text: str) -> Iterator[_Fault]:
    """Raw HTML, images, links that lead elsewhere than https or mailto, and skipped headings, with their offsets."""
    if "<" not in text and "]" not in text and "#" not in text:
        return
    environment: dict[str, dict[str, dict[str, str]]] = {}
    tokens = _parser().parse(text, environment)
    lines = _line_starts(text)
    after = 0
    reported: set[str] = set()
    level = 0
    for token in _flat(tokens):
        if token.map and token.nesting >= 0 and token.type != "inline":
            after = max(after, lines[min(token.map[0], len(lines) - 1)])
        if token.type == "heading_open" and token.map:
            now = int(token.tag[1])
            if level and now > level + 1:
                yield "heading-skipped", _first_visible(text, lines[token.map[0]]), "default", f"{level} {now}"
            level = now
        elif token.type in ("html_inline", "html_block"):
            found = _html_at(text, token.content, after)
            if found is not None:
                after = found + 1
                if token.type == "html_block" or is_html(token.content, text):
                    yield from _html_fault(text, token, found)
        elif token.type == "image":
            found = _find(text, "![", after)
            after = found + 2
            yield "image", found, "default", ""
        elif token.type == "link_open":
            href = str(token.attrGet("href") or "")
            if not href.lower().startswith(_SAFE):
                found = _find(text, href, after) if href else _find(text, "](", after)
                reported.add(href)
                yield _link_fault(href, found, footnote=href in _notes(environment))
    for label, reference in (environment.get("references") or {}).items():
        href = reference.get("href", "")
        if href not in reported and not href.lower().startswith(_SAFE):
            yield _link_fault(href, _find(text, href, 0), footnote=label.startswith("^"))


def _notes(environment: Mapping[str, Mapping[str, Mapping[str, str]]]) -> set[str]:
    """What footnotes say, which Markdown without footnotes takes for addresses."""
    references = environment.get("references") or {}
    return {reference.get("href", "") for label, reference in references.items() if label.startswith("^")}


def _html_fault(text: str, token: Token, at: int) -> Iterator[_Fault]:
    """A block of HTML is reported at its first tag that is not a blank."""
    for match in _TAG.finditer(token.content.lstrip()):
        if is_html(match[0], text):
            yield "raw-html", at + match.start(), "default", match[0]
            return
    if _NEVER_CLOSED.search(token.content):
        yield "raw-html", at, "default", token.content.strip()


def _html_at(text: str, content: str, after: int) -> int | None:
    first = content.strip().split("\n", 1)[0]
    found = text.find(first, after)
    if found < 0:
        found = text.find(first)
    return found if found >= 0 else None


def _find(text: str, part: str, after: int) -> int:
    found = text.find(part, after)
    return found if found >= 0 else max(0, text.find(part))


def _link_fault(href: str, at: int, *, footnote: bool = False) -> _Fault:
    scheme = _SCHEME.match(href)
    words = "default" if scheme else "note" if footnote else "relative"
    if scheme and scheme[1].lower() == "http":
        words = "http"
    return "link-scheme", at, words, href


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for match in re.finditer("\n", text):
        starts.append(match.end())
    return starts


def _first_visible(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _openings(faults: Iterable[_Fault]) -> Iterator[_Fault]:
    """The faults without the closing tag of an element whose opening was reported."""
    opened: set[str] = set()
    for fault in faults:
        tag = _NAME_OF_TAG.match(fault[3]) if fault[0] == "raw-html" else None
        if tag and tag[1] and tag[2].lower() in opened:
            continue
        if tag:
            opened.add(tag[2].lower())
        yield fault


def _may_hold_marks(raw: bytes) -> bool:
    """A quick look for links, images and headings. One byte is looked for first because that is many times faster."""
    return (
        _MAY_BE_LINK.search(raw) is not None
        or (b"!" in raw and b"![" in raw)
        or (b"#" in raw and (b"## " in raw or b"##\t" in raw))
    )


def check_record(subject: Subject, record: Record[Authored], raw: bytes) -> Iterator[Finding]:
    """The prose of a record holds no raw HTML, no image, only links to https and mailto, and skips no heading; its
    plain texts hold no raw HTML either."""
    html = bool(_MAY_BE_HTML.search(raw))
    if not html and not _may_hold_marks(raw):
        return
    for code, place, words, fact in islice(_faults(record, html), MOST_OF_A_KIND):
        before, _, now = fact.partition(" ") if code == "heading-skipped" else ("", "", "")
        yield from subject.find(code, record, at=place, words=words, what=_short(fact), before=before, now=now)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def _faults(record: Record[Authored], html: bool) -> Iterator[tuple[str, Place, str, str]]:
    for words in texts_in(record.source.data):
        found = faults_of_markdown(words.text) if _is_markdown(words.path) else _html_in_plain(words) if html else ()
        for code, offset, variant, fact in _openings(found):
            yield code, record.source.place_in(words.path, offset), variant, fact


def _html_in_plain(words: Words) -> Iterator[_Fault]:
    for match in _TAG.finditer(words.text):
        if (match[0].endswith(">") and is_html(match[0], words.text)) or _NEVER_CLOSED.match(match[0]):
            yield "raw-html", match.start(), "plain", match[0]


def check_protocol_records(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every text that people write about a protocol is safe to show."""
    for record in written_records(subject.folder):
        yield from check_record(subject, record, raw_bytes(subject.register, record))


def check_versions(subject: ProtocolSubject) -> Iterator[Finding]:
    """So is the summary of a version; its text has been agreed, and is shown without what is unsafe."""
    for record in subject.folder.versions.values():
        summary = record.value.summary if record.value else ""
        if "<" in summary:
            for _code, offset, _words, fact in _openings(_html_in_plain(Words(("summary",), summary))):
                yield from subject.find(
                    "raw-html",
                    record,
                    at=record.place_in(("summary",), offset),
                    words="plain",
                    what=_short(fact),
                    before="",
                    now="",
                )


def check_organisation(subject: OrganisationSubject) -> Iterator[Finding]:
    """An organisation's texts are safe to show, and its website is an https address."""
    record: Record[Authored] = subject.record  # type: ignore[assignment]
    yield from check_record(subject, record, raw_bytes(subject.register, record))
    website = subject.organisation.website
    if website and not website.lower().startswith("https://"):
        words = "http" if website.lower().startswith("http://") else "website"
        yield from subject.find("link-scheme", record, ("website",), words=words, what=_short(website))


def check_root_records(subject: RegisterSubject) -> Iterator[Finding]:
    """So are the texts of services, of areas and of the law."""
    for record in subject.register.root_records():
        yield from check_record(subject, record, raw_bytes(subject.register, record))


#: US school grade. GOV.UK writes for a reading age of 9; this is where advice begins, not where it should end.
MOST_GRADE = 10.0
_FEWEST_WORDS = 30
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SENTENCE_END = re.compile(r"[.!?]+(?:[\s\"'”’)\]]|\Z)|\n\s*\n")


def syllables(word: str) -> int:
    """How many syllables an English word has, near enough: groups of vowels, a silent e left out."""
    word = word.lower().replace("'", "").replace("’", "")
    if word.endswith("es") and not word.endswith(("ses", "zes", "ches", "shes", "xes", "ges", "ces")) and len(word) > 4:
        word = word[:-1]
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and len(word) > 3:
        word = word[:-2]
    elif word.endswith("e") and not word.endswith(("le", "ee", "ie", "ye")) and len(word) > 2:
        word = word[:-1]
    return max(1, len(_VOWELS.findall(word)))


def reading_grade(text: str) -> float | None:
    """The Flesch-Kincaid grade of a text (Kincaid and others, 1975); None for a text too short to tell."""
    words = _WORD.findall(text)
    if len(words) < _FEWEST_WORDS:
        return None
    sentences = max(1, sum(1 for part in _SENTENCE_END.split(text) if _WORD.search(part)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def check_summary_reads_easily(subject: ProtocolSubject) -> Iterator[Finding]:
    """The summary of a public protocol can be read by most people."""
    protocol = subject.protocol
    if protocol.publication != "public" or not protocol.summary or protocol.status in ENDED:
        return
    grade = reading_grade(protocol.summary)
    if grade is not None and grade > MOST_GRADE:
        yield from subject.find(
            "hard-to-read", subject.record, ("summary",), grade=f"{grade:.0f}", most=f"{MOST_GRADE:.0f}"
        )


_ACRONYM = re.compile(r"(?<![\w&/-])[A-Z][A-Z&]{1,6}(?:s\b)?(?![\w&-])")
_KNOWN = (
    "UK EU US USA GB NHS GDPR BBC GP GPs HM TV DNA HIV PDF URL ID IDs PIN IT OK AM PM BST GMT VAT MP MPs PC FAQ SMS CCTV A&E BSL "
    "ISO PhD CV CVs NI AD BC"
)
_WELL_KNOWN = frozenset(_KNOWN.split())
_ROMAN = re.compile(r"[IVXLC]+\Z")


def check_acronyms(subject: ProtocolSubject) -> Iterator[Finding]:
    """An acronym in the title or the summary of a public protocol is written out somewhere in its record."""
    protocol, record = subject.protocol, subject.record
    if protocol.publication != "public" or protocol.status in ENDED:
        return
    seen: set[str] = set()
    for field, text in (("title", protocol.title), ("summary", protocol.summary or "")):
        for match in acronyms_in(text):
            word = match[0].removesuffix("s")
            if word in seen:
                continue
            seen.add(word)
            if not _written_out(word, record.source.text):
                yield from subject.find("acronym", record, at=record.place_in((field,), match.start()), acronym=word)


def acronyms_in(text: str) -> Iterator[re.Match[str]]:
    """Yields the acronyms that not everybody knows."""
    for match in _ACRONYM.finditer(text):
        word = match[0].removesuffix("s")
        if word not in _WELL_KNOWN and match[0] not in _WELL_KNOWN and not _ROMAN.match(word):
            yield match


def _written_out(word: str, text: str) -> bool:
    """Whether an acronym is explained, or is only a word in capitals."""
    if f"({word})" in text or f"({word}s)" in text or f"{word} (" in text or f"({word}," in text:
        return True
    letters = [letter for letter in word if letter.isalpha()]
    initials = r"[\s-]+(?:(?:of|the|and|for|to|in|on|a|with)\s+)*".join(rf"{letter}[a-z]+" for letter in letters)
    if re.search(rf"\b{initials}\b", text):
        return True
    return re.search(rf"\b{re.escape(word.lower())}\b", text) is not None


RULES = RuleSet(
    protocol=(check_protocol_records, check_versions, check_summary_reads_easily, check_acronyms),
    organisation=(check_organisation,),
    register=(check_root_records,),
)
