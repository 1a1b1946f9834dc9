"""A report as one comment on a pull request. Text of records does nothing in it: no markup, link, mention or reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from undersigned.changes.diff import Span, word_changes
from undersigned.changes.report import ChangeReport, Point
from undersigned.changes.sections import (
    Heading,
    Phrases,
    Section,
    heading_in_words,
    line_in_words,
    no_change,
    opening,
    reason_in_words,
    sections,
    short_ids,
    summary,
)
from undersigned.changes.versions import WordingToJudge
from undersigned.words.markdown import inert

#: GitHub takes 65,536 characters for a comment. The rest is left for what others add to it.
MOST = 60_000
#: A section with more lines is folded.
_MOST_OPEN = 8
_ROOM_AT_END = 600
_PHRASES = Phrases(inert)
_MARKS = {"same": "{}", "gap": "…", "out": "<del>{}</del>", "in": "<ins>{}</ins>"}


def render_markdown(report: ChangeReport, *, most: int = MOST) -> str:
    """What the change means, in GitHub's Markdown, in fewer than `most` characters; says how many points it leaves out."""
    only_line = no_change(report)
    if only_line is not None:
        return _heading(only_line) + "\n"
    comment = _Comment(most - _ROOM_AT_END)
    comment.write(f"**{summary(report, _PHRASES)}**", "")
    for section in sections(report):
        _write(section, comment)
    if comment.left_out:
        values = {**short_ids(report), "count": comment.left_out}
        comment.append("", _PHRASES.phrase("heads", "left-out", values))
    comment.append("", f"<sub>{_heading(opening(report))}</sub>")
    return "\n".join(comment.lines) + "\n"


class _Comment:
    """Lines up to a limit of characters, and a count of the points that no longer fit."""

    def __init__(self, most: int) -> None:
        self.lines: list[str] = []
        self.left_out = 0
        self._left = most

    def reserve(self, *lines: str) -> bool:
        """Reserves room for lines; False if there is too little."""
        size = sum(len(line) + 1 for line in lines)
        if size > self._left:
            return False
        self._left -= size
        return True

    def write(self, *lines: str) -> bool:
        """Appends lines if there is room for them."""
        fits = self.reserve(*lines)
        if fits:
            self.append(*lines)
        return fits

    def append(self, *lines: str) -> None:
        """Appends lines whose room is reserved."""
        self.lines += lines


def _write(section: Section, comment: _Comment) -> None:
    """Writes as many lines of the section as fit."""
    count = len(section.lines) + sum(len(part.lines) for part in section.parts)
    folded = section.folded and count > _MOST_OPEN
    heading = _heading(section.heading)
    before = (f"<details><summary>{heading}</summary>" if folded else f"### {heading}", "")
    after = ("", "</details>", "") if folded else ("",)
    bullets = list(_bullets(section))
    if not comment.reserve(*before, *bullets[0], *after):
        comment.left_out += count
        return
    comment.append(*before, *bullets[0])
    for lines in bullets[1:]:
        if not comment.write(*lines):
            comment.left_out += 1
    comment.append(*after)


def _bullets(section: Section) -> Iterator[list[str]]:
    """The lines of each bullet; a part's heading goes with its first bullet."""
    for at, part in enumerate(section.parts):
        first, *rest = _bullets(part)
        yield [*([""] if at else []), f"**{_heading(part.heading)}**", "", *first]
        yield from rest
    for at, line in enumerate(section.lines):
        lines = [*([""] if section.parts and not at else []), f"- {line_in_words(line, _PHRASES)}"]
        reason = reason_in_words(line, _PHRASES)
        if reason:
            lines.append(f"  <br><sub>{reason}</sub>")
        if isinstance(line.content, Point) and line.content.spans:
            lines.append(f"  <br>{marked_words(line.content.spans)}")
        yield lines


def _heading(heading: Heading) -> str:
    return heading_in_words(heading, _PHRASES)


def side_by_side(wordings: Sequence[WordingToJudge], *, most: int = MOST // 2) -> str:
    """Each changed text in a table of two columns, before and now, with the points under it; "" if there is none.

    Only the words around a change are shown of a long text. Texts beyond `most` characters are counted.
    """
    blocks: list[str] = []
    left_out = 0
    for one in wordings:
        spans = word_changes(one.wording.before, one.wording.after)
        before = (
            marked_words([span for span in spans if span.kind != "in"]) if spans else inert(one.wording.before, 2000)
        )
        now = marked_words([span for span in spans if span.kind != "out"]) if spans else inert(one.wording.after, 2000)
        headings = [_PHRASES.phrase("heads", code, {}) for code in ("wording-before", "wording-now")]
        lines = [
            f"**{inert(one.wording.label)}**",
            "",
            f"| {' | '.join(headings)} |",
            "| --- | --- |",
            f"| {before} | {now} |",
        ]
        lines += ["", *(f"- {_PHRASES.point(point)}" for point in one.points), *([""] if one.points else [])]
        block = "\n".join(lines)
        if len(block) < most:
            most -= len(block)
            blocks.append(block)
        else:
            left_out += 1
    if left_out:
        blocks.append(_PHRASES.phrase("heads", "wordings-left-out", {"count": left_out}))
    return "\n".join(blocks).rstrip()


def marked_words(spans: Sequence[Span]) -> str:
    """Prose with the words marked that were taken out or put in."""
    return " ".join(_MARKS[span.kind].format(inert(span.text)) for span in spans)
