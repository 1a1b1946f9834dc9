"""The gaps of a letter: words in square brackets become places to fill in that show those words at first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from undersigned.documents.model import (
    Block,
    Blocks,
    Bullets,
    Field,
    Inline,
    Inlines,
    Numbered,
    Paragraph,
    Quote,
    Styled,
    Table,
    Terms,
    Text,
    plain,
)
from undersigned.documents.words import word

#: How the name of a gap's field begins; no question of a form can have it.
GAP = "gap__"
#: Words in square brackets. Not within a word (`read[ing]`), not a mark (`[1]`, `[x]`, `[^note]`), and not without end.
_GAP = re.compile(r"(?<!\w)\[(?=[^\[\]]*[^\W\d_]{2})(?!\^)([^\[\]]{1,200})\]")
#: Longer words than these do not fit into a line.
_LINE = 70


def with_gaps(blocks: Blocks) -> Blocks:
    """The same with its gaps as fields, in the order of reading. Headings, notes and the words of links have none."""
    return _Gaps().blocks(blocks)


class _Gaps:
    """Counts the gaps: each has a name of its own, and those of the same words different labels."""

    def __init__(self) -> None:
        self._count = 0
        self._labels: Counter[str] = Counter()

    def blocks(self, blocks: Blocks) -> Blocks:
        return tuple(self._block(block) for block in blocks)

    def _block(self, block: Block) -> Block:
        match block:
            case Paragraph(content):
                return Paragraph(self._inlines(content))
            case Bullets(items):
                return Bullets(tuple(map(self.blocks, items)))
            case Numbered(items, start, numbering, brackets):
                return Numbered(tuple(map(self.blocks, items)), start, numbering, brackets)
            case Terms(items):
                return Terms(tuple((self._inlines(term), self.blocks(meaning)) for term, meaning in items))
            case Quote(inner):
                return Quote(self.blocks(inner))
            case Table(caption, widths, head, rows, row_heads, captioned):
                cells = tuple(tuple(map(self.blocks, row)) for row in rows)
                return Table(caption, widths, head, cells, row_heads, captioned)
        return block

    def _inlines(self, inlines: Inlines) -> Inlines:
        return tuple(made for inline in inlines for made in self._inline(inline))

    def _inline(self, inline: Inline) -> Iterator[Inline]:
        match inline:
            case Text(text):
                yield from self._text(text)
            case Styled(style, content):
                yield Styled(style, self._inlines(content))
            case _:
                yield inline

    def _text(self, text: str) -> Iterator[Inline]:
        end = 0
        for match in _GAP.finditer(text):
            if match.start() > end:
                yield Text(text[end : match.start()])
            yield self._field(plain(match[1]))
            end = match.end()
        if end < len(text):
            yield Text(text[end:])

    def _field(self, words: str) -> Field:
        self._count += 1
        label = words[:1].upper() + words[1:]
        self._labels[label] += 1
        if self._labels[label] > 1:
            label = word("form.gap_again", label=label, number=str(self._labels[label]))
        return Field("text" if len(words) <= _LINE else "multiline", f"{GAP}{self._count}", label, value=words)
