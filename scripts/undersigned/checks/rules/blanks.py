"""Blanks: nothing that was meant to be filled in is left in a text or a form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.texts import MOST_OF_A_KIND, Words, is_html, raw_bytes, texts_in
from undersigned.findings import Finding, Place
from undersigned.records.fields import Authored
from undersigned.records.form import Form
from undersigned.records.reading import Record
from undersigned.register import ProtocolFolder

_BRACKET_WORDS = (
    r"insert|enter|fill in|add|specify|state|select|choose|complete|delete as|delete if|describe|list|your|tbc|tbd|tba|"
    r"to be (?:confirmed|agreed|added|completed|decided|determined|inserted|supplied)|xx+|x|…|\.\.\.|_+|"
    r"names?|full name|first name|surname|dates?|day|month|year|posts?|job title|title|roles?|organisations?|organizations?|"
    r"agenc(?:y|ies)|council|part(?:y|ies)|company|address|e-?mail(?: address)?|mailbox|telephone(?: number)?|"
    r"phone(?: number)?|number|no\.|reference(?: number)?|ref|amount|signature|area|county|details?|text(?: here)?|blank|placeholder"
)
#: Marks such as [x] and [c] stand for figures that are not shown: they are no blanks.
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
#: What a quick look at a whole file, in small letters, takes for a blank.
_SURE_SIGNS = (
    b"tbc",
    b"tbd",
    b"tba",
    b"t.b.c",
    b"xxx",
    b"lorem",
    b"todo",
    b"fixme",
    b"placeholder",
    b"???",
    b"{{",
    b"\xe2\x80\xa6",
    b"..",
    b"__",
    b"---",
    b"[insert",
    b"[enter",
    b"- insert ",
    b"- enter ",
    b", insert ",
    b", enter ",
)
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
        any(sign in low for sign in _SURE_SIGNS)
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
            continue  # the clause says nothing, and that is told
        if match["word"] and _NUMBERED.search(words.text, 0, match.start()):
            continue  # Part XXX of an Act
        if fillable and match["bracket"] and not re.match(r"\[\s*(insert|tb[cda]|to be|xx)", blank, re.IGNORECASE):
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        yield start, " ".join(blank.split())
    # Written without quotes, a blank in square brackets is a list of one: [insert aims].
    if words.path and isinstance(words.path[-1], int) and (bare := _BARE.match(words.text)):
        yield 0, bare[0]


RULES = RuleSet(protocol=(check_placeholders,))
