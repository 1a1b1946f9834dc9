"""A proposal as one comment on a pull request. Text of records is inert in it: no markup, no link, no mention, no reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from undersigned.changes.report.phrases import Speech
from undersigned.changes.report.points import Point, Proposal, Span
from undersigned.changes.report.render_text import line_words, summary, why_words
from undersigned.changes.report.sections import Head, Section, nothing, opening, revisions, sections
from undersigned.words.markdown import inert

#: GitHub takes 65,536 characters for a comment; a mark, and words of other rooms, need some.
MOST = 60_000
_MOST_OPEN = 8
_ROOM_AT_END = 600
_SPEECH = Speech(inert)


def render_markdown(proposal: Proposal, *, most: int = MOST) -> str:
    """What the change means, as GitHub's Markdown of fewer than `most` characters; says what it had to leave out."""
    empty = nothing(proposal)
    if empty is not None:
        return _head(empty) + "\n"
    paper = _Paper(most - _ROOM_AT_END)
    paper.write(f"**{summary(proposal, _SPEECH)}**", "")
    for section in sections(proposal):
        _write(section, paper)
    if paper.left_out:
        paper.close("", _SPEECH.say("heads", "left-out", {**revisions(proposal), "count": paper.left_out}))
    paper.close("", f"<sub>{_head(opening(proposal))}</sub>")
    return "\n".join(paper.lines) + "\n"


class _Paper:
    """Lines with an end to them: what no longer fits is counted."""

    def __init__(self, most: int) -> None:
        self.lines: list[str] = []
        self.left_out = 0
        self._left = most

    def reserve(self, *lines: str) -> bool:
        """Keeps room for lines; False where there is none."""
        size = sum(len(line) + 1 for line in lines)
        if size > self._left:
            return False
        self._left -= size
        return True

    def write(self, *lines: str) -> bool:
        fits = self.reserve(*lines)
        if fits:
            self.lines += lines
        return fits

    def close(self, *lines: str) -> None:
        """Lines for which room was kept."""
        self.lines += lines


def _write(section: Section, paper: _Paper) -> None:
    """A section with as many of its lines as fit; one of many lines is folded."""
    count = len(section.lines) + sum(len(part.lines) for part in section.parts)
    folded = section.folded and count > _MOST_OPEN
    before = (f"<details><summary>{_head(section.head)}</summary>" if folded else f"### {_head(section.head)}", "")
    after = ("", "</details>", "") if folded else ("",)
    bullets = list(_bullets(section))
    if not paper.reserve(*before, *bullets[0], *after):
        paper.left_out += count
        return
    paper.close(*before, *bullets[0])
    for lines in bullets[1:]:
        if not paper.write(*lines):
            paper.left_out += 1
    paper.close(*after)


def _bullets(section: Section) -> Iterator[list[str]]:
    for at, part in enumerate(section.parts):
        first, *rest = _bullets(part)
        yield [*([""] if at else []), f"**{_head(part.head)}**", "", *first]
        yield from rest
    for at, line in enumerate(section.lines):
        said = [*([""] if section.parts and not at else []), f"- {line_words(line, _SPEECH)}"]
        why = why_words(line, _SPEECH)
        if why:
            said.append(f"  <br><sub>{why}</sub>")
        if isinstance(line.what, Point) and line.what.spans:
            said.append(f"  <br>{_spans(line.what.spans)}")
        yield said


def _head(head: Head) -> str:
    return _SPEECH.say("heads", head.code, head.values)


def _spans(spans: Sequence[Span]) -> str:
    shown = {"same": "{}", "gap": "…", "out": "<del>{}</del>", "in": "<ins>{}</ins>"}
    return " ".join(shown[span.kind].format(inert(span.text)) for span in spans)
