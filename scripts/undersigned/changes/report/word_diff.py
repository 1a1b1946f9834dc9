"""Prose compared word by word, shown compactly: what went, what came, and a few words around. Pure: two texts in."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest

from undersigned.changes.report.points import Span

#: Words kept on each side of a change.
_AROUND = 6
#: Comparing costs one length times the other: above this nothing is shown but that it was rewritten.
_MOST_WORK = 1_500_000
#: Where less than this share of the words stayed, one text follows the other whole.
_LEAST_ALIKE = 0.3


def word_changes(before: str, after: str) -> tuple[Span, ...]:
    """The spans of a change of prose; empty where the texts are too long and too unlike to be set side by side."""
    one, other = before.split(), after.split()
    head = next((at for at, (a, b) in enumerate(zip_longest(one, other)) if a != b), len(one))
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    old, new = one[head : len(one) - tail], other[head : len(other) - tail]
    if len(old) * len(new) > _MOST_WORK:
        return ()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    spans = [Span("same", " ".join(one[:head]))]
    if matcher.ratio() < _LEAST_ALIKE:
        spans += [Span("out", " ".join(old)), Span("in", " ".join(new))]
    else:
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                spans.append(Span("same", " ".join(old[a:b])))
            else:
                spans += [Span("out", " ".join(old[a:b])), Span("in", " ".join(new[c:d]))]
    spans.append(Span("same", " ".join(one[len(one) - tail :])))
    return tuple(_compact([span for span in spans if span.text]))


def _compact(spans: list[Span]) -> list[Span]:
    """Only a few words of what stayed, next to what changed."""
    out: list[Span] = []
    for at, span in enumerate(spans):
        words = span.text.split(" ")
        first, last = at == 0, at == len(spans) - 1
        if span.kind != "same" or len(words) <= _AROUND * (1 if first or last else 2):
            out.append(span)
            continue
        if not first:
            out.append(Span("same", " ".join(words[:_AROUND])))
        out.append(Span("gap", ""))
        if not last:
            out.append(Span("same", " ".join(words[-_AROUND:])))
    return out
