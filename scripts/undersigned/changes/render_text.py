"""A report for a terminal: plain lines, the summary last. Text of records cannot steer the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from undersigned.changes.diff import Span
from undersigned.changes.report import ChangeReport, Point
from undersigned.changes.sections import (
    Phrases,
    Section,
    heading_in_words,
    line_in_words,
    no_change,
    opening,
    reason_in_words,
    sections,
    summary,
)
from undersigned.changes.versions import WordingToJudge
from undersigned.words.blocks import lines_of
from undersigned.words.prose import read
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


def side_by_side(wordings: Sequence[WordingToJudge], *, width: int = 100) -> str:
    """Each changed text in two columns, before and now, with the points under it; for the person who judges them."""
    column = (width - 3) // 2
    lines: list[str] = []
    for one in wordings:
        columns = [
            [heading, "", *_wrapped(text, column)]
            for heading, text in (
                (_PHRASES.phrase("heads", "wording-before", {}), one.wording.before),
                (_PHRASES.phrase("heads", "wording-now", {}), one.wording.after),
            )
        ]
        lines += [plain(one.wording.label), ""]
        lines += [f"  {old:<{column}} | {new}".rstrip() for old, new in zip_longest(*columns, fillvalue="")]
        lines += ["", *(f"  - {_PHRASES.point(point)}" for point in one.points), *([""] if one.points else [])]
    return "\n".join(lines).rstrip() + "\n" if lines else ""


def _wrapped(text: str, width: int) -> list[str]:
    """The paragraphs and items of a text in lines no wider than a column."""
    lines: list[str] = []
    for line in lines_of(read(text)):
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(plain(line.strip()), width, initial_indent=indent, subsequent_indent=indent) or [""]
    return lines


def marked_words(spans: Sequence[Span]) -> str:
    """Prose with the words marked that were taken out or put in."""
    return " ".join(_MARKS[span.kind].format(plain(span.text)) for span in spans)
