"""A report as part of a web page: headings, lists, and marked words that a screen reader tells apart."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from undersigned.changes.diff import Span
from undersigned.changes.report import ChangeReport, Point
from undersigned.changes.sections import (
    Phrases,
    Section,
    heading_in_words,
    line_in_words,
    no_change,
    reason_in_words,
    sections,
    summary,
)
from undersigned.words.text import plain

_PHRASES = Phrases(plain)
_HIDDEN = Markup('<span class="govuk-visually-hidden">{}</span>')
_LOWEST = 6


def render_html(report: ChangeReport, *, level: int = 3) -> Markup:
    """What the change means, with headings from `level` on. Every word from a record is escaped."""
    only_line = no_change(report)
    if only_line is not None:
        return Markup('<p class="govuk-body">{}</p>').format(heading_in_words(only_line, _PHRASES))
    parts = [piece for section in sections(report) for piece in _section(section, level)]
    return Markup("\n").join([*parts, Markup('<p class="govuk-body">{}</p>').format(summary(report, _PHRASES))])


def _section(section: Section, level: int) -> Iterator[Markup]:
    heading = heading_in_words(section.heading, _PHRASES)
    yield Markup('<h{0} class="govuk-heading-s">{1}</h{0}>').format(min(level, _LOWEST), heading)
    if section.lines:
        yield Markup('<ul class="govuk-list govuk-list--bullet">')
        for line in section.lines:
            item = Markup("{}").format(line_in_words(line, _PHRASES))
            reason = reason_in_words(line, _PHRASES)
            if reason:
                item += Markup("<br>{}").format(reason)
            if isinstance(line.content, Point) and line.content.spans:
                item += Markup("<br>") + marked_words(line.content.spans)
            yield Markup("<li>{}</li>").format(item)
        yield Markup("</ul>")
    for part in section.parts:
        yield from _section(part, level + 1)


def marked_words(spans: tuple[Span, ...]) -> Markup:
    """Prose with `del` around the words that go and `ins` around those that come, and hidden words that say so."""
    pieces = []
    for span in spans:
        text = plain(span.text)
        match span.kind:
            case "out":
                before, after = _HIDDEN.format("[taken out: "), _HIDDEN.format("]")
                pieces.append(Markup("<del>{}{}{}</del>").format(before, text, after))
            case "in":
                before, after = _HIDDEN.format("[put in: "), _HIDDEN.format("]")
                pieces.append(Markup("<ins>{}{}{}</ins>").format(before, text, after))
            case "gap":
                pieces.append(Markup("…"))
            case _:
                pieces.append(Markup("{}").format(text))
    return Markup(" ").join(pieces)
