"""A title and summary that the public can read: sentences short enough, acronyms written out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.findings import Finding

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
    if protocol.publication != "public" or not protocol.summary or protocol.status in ("superseded", "withdrawn"):
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
    if protocol.publication != "public" or protocol.status in ("superseded", "withdrawn"):
        return
    seen: set[str] = set()
    for field, text in (("title", protocol.title), ("summary", protocol.summary or "")):
        for match in _ACRONYM.finditer(text):
            word = match[0].removesuffix("s")
            if word in seen or word in _WELL_KNOWN or match[0] in _WELL_KNOWN or _ROMAN.match(word):
                continue
            seen.add(word)
            if not _written_out(word, record.source.text):
                yield from subject.find("acronym", record, at=record.place_in((field,), match.start()), acronym=word)


def _written_out(word: str, text: str) -> bool:
    """Whether an acronym is explained, or is only a word in capitals."""
    if f"({word})" in text or f"({word}s)" in text or f"{word} (" in text or f"({word}," in text:
        return True
    letters = [letter for letter in word if letter.isalpha()]
    initials = r"[\s-]+(?:(?:of|the|and|for|to|in|on|a|with)\s+)*".join(rf"{letter}[a-z]+" for letter in letters)
    if re.search(rf"\b{initials}\b", text):
        return True
    return re.search(rf"\b{re.escape(word.lower())}\b", text) is not None


RULES = RuleSet(protocol=(check_summary_reads_easily, check_acronyms))
