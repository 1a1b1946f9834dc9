"""Findings for somebody who sees forms and no record: the words, and the question that each is about."""

from __future__ import annotations

from undersigned.edit.questions import Section, sections
from undersigned.edit.tasks import Fault
from undersigned.findings import Finding
from undersigned.records.source import Source
from undersigned.register import Register
from undersigned.words.text import with_capital

SECTION_OF_TOPIC = {
    "title": "about",
    "summary": "about",
    "purpose": "purpose",
    "people": "purpose",
    "parties": "parties",
    "controllership": "parties",
    "necessity-and-proportionality": "weighing",
    "consent": "weighing",
    "transparency": "weighing",
    "dpia": "care",
    "policy-document": "care",
    "start-and-review": "review",
    "funding": "funding",
}
#: The part of the pages that each field of the record belongs to, where no question has that path.
_SECTION_OF_FIELD = {"flows": "cards", "groups": "parties", "owner": "about", "status": "about"}


def section_of(path: tuple[str | int, ...]) -> str:
    """The part of the pages that a place of the record belongs to."""
    names = tuple(part for part in path if isinstance(part, str))
    if not names:
        return "about"
    if names[0] in _SECTION_OF_FIELD:
        return _SECTION_OF_FIELD[names[0]]
    for section in sections().values():
        if section.list == names[0] or any(one.path[0] == names[0] for one in section.fields):
            return section.id
    return "about"


def at_question(finding: Finding, raw: bytes, section: Section | None) -> Fault:
    """A finding at the question of a part that it is about, or in the summary."""
    path = Source(finding.path, raw).path_at(finding.place) if finding.path.endswith("protocol.yaml") else ()
    names = tuple(part for part in path if isinstance(part, str))
    if section is not None:
        within = names[1:] if section.list else names
        for one in section.fields:
            if within[: len(one.path)] == one.path:
                return Fault(one.id, in_form_words(finding))
    return Fault("", in_form_words(finding))


def in_form_words(finding: Finding, register: Register | None = None) -> str:
    """A finding as a sentence for somebody who sees forms and no record."""
    return with_capital(finding.message) + (f". {finding.hint}" if finding.hint else ".")
