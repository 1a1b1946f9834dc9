"""A report for a terminal: plain lines, the summary last. Text of records cannot steer the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from undersigned.changes.diff import Span
from undersigned.changes.phrases import Phrases
from undersigned.changes.report import ChangeReport, Point
from undersigned.changes.sections import (
    Section,
    heading_in_words,
    line_in_words,
    no_change,
    opening,
    reason_in_words,
    sections,
    summary,
)
from undersigned.words.text import plain

_PHRASES = Phrases(plain)
#: As `wdiff` marks words: taken out [-…-], put in {+…+}.
_MARKS = {"same": "{}", "gap": "…", "out": "[-{}-]", "in": "{{+{}+}}"}


def render_text(report: ChangeReport) -> str:
    """What the change means, for a terminal."""
    only_line = no_change(report)
    if only_line is not None:
        return heading_in_words(only_line, _PHRASES) + "\n"
    lines = [heading_in_words(opening(report), _PHRASES)]
    for section in sections(report):
        lines += ["", heading_in_words(section.heading, _PHRASES), *_section(section)]
    return "\n".join([*lines, "", summary(report, _PHRASES)]) + "\n"


def _section(section: Section, indent: str = "  ") -> Iterator[str]:
    for part in section.parts:
        yield f"{indent}{heading_in_words(part.heading, _PHRASES)}"
        yield from _section(part, indent + "  ")
    for line in section.lines:
        yield f"{indent}- {line_in_words(line, _PHRASES)}"
        reason = reason_in_words(line, _PHRASES)
        if reason:
            yield f"{indent}  {reason}"
        if isinstance(line.content, Point) and line.content.spans:
            yield f"{indent}  {marked_words(line.content.spans)}"


def marked_words(spans: Sequence[Span]) -> str:
    """Prose with the words marked that were taken out or put in."""
    return " ".join(_MARKS[span.kind].format(plain(span.text)) for span in spans)
