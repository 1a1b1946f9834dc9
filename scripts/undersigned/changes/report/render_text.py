"""A proposal for a terminal: plain lines, ended by one of summary. Text of records cannot steer the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from undersigned.changes.report.phrases import Speech, why_odd
from undersigned.changes.report.points import Oddity, Point, Proposal, Span, Trusted, Unread
from undersigned.changes.report.sections import Head, Line, Section, nothing, opening, sections
from undersigned.words.text import plain

_SPEECH = Speech(plain)


def render_text(proposal: Proposal) -> str:
    """What the change means, for a terminal."""
    empty = nothing(proposal)
    if empty is not None:
        return _head(empty) + "\n"
    lines = [_head(opening(proposal))]
    for section in sections(proposal):
        lines += ["", _head(section.head), *_section(section)]
    return "\n".join([*lines, "", summary(proposal, _SPEECH)]) + "\n"


def summary(proposal: Proposal, speech: Speech) -> str:
    """How much of each there is, in one line; what there is none of is not named."""
    said = [
        speech.say("summary", name, {"count": count})
        for name, count in proposal.counts().items()
        if count and name != "odd"
    ]
    return ", ".join(said) + "."


def line_words(line: Line, speech: Speech) -> str:
    """A line in words."""
    what = line.what
    match what:
        case Head():
            return speech.say("heads", what.code, what.values)
        case Unread():
            return speech.unread(what)
        case Oddity():
            return speech.oddity(what) if line.table == "odd" else speech.say(line.table, what.code, what.values)
        case Point():
            return speech.point(what)


def why_words(line: Line, speech: Speech) -> str:
    """Why an oddity is worth a second look; empty for anything else."""
    if not isinstance(line.what, Oddity) or line.table != "odd":
        return ""
    return speech.say("heads", "why", {"why": Trusted(why_odd(line.what.code))})


def _head(head: Head) -> str:
    return _SPEECH.say("heads", head.code, head.values)


def _section(section: Section, indent: str = "  ") -> Iterator[str]:
    for part in section.parts:
        yield f"{indent}{_head(part.head)}"
        yield from _section(part, indent + "  ")
    for line in section.lines:
        yield f"{indent}- {line_words(line, _SPEECH)}"
        why = why_words(line, _SPEECH)
        if why:
            yield f"{indent}  {why}"
        if isinstance(line.what, Point) and line.what.spans:
            yield f"{indent}  {_spans(line.what.spans)}"


def _spans(spans: Sequence[Span]) -> str:
    """Words that went in [-…-], words that came in {+…+}."""
    shown = {"same": "{}", "gap": "…", "out": "[-{}-]", "in": "{{+{}+}}"}
    return " ".join(shown[span.kind].format(plain(span.text)) for span in spans)
