"""Two texts as one, with what was put in and taken out marked: whole blocks, items and rows, and words within them.

Taking the insertions and leaving the deletions out gives the later text exactly; the other way round gives the earlier.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import TypeVar

from undersigned.words.blocks import (
    Block,
    Blocks,
    Break,
    Bullets,
    Code,
    Field,
    Heading,
    Inline,
    Inlines,
    Link,
    Mark,
    Marked,
    NewPage,
    Numbered,
    Paragraph,
    Pictured,
    Preformatted,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Text,
    Together,
    every,
)

T = TypeVar("T")

#: Blocks with fewer words in common are two blocks, not one that changed.
_ALIKE = 0.4
#: The cost of a comparison is one length times the other. Above this, blocks are not paired and words not compared.
_MOST_PAIRS = 10_000
_MOST_WORK = 4_000_000
#: If less than this share of the words is kept, all are taken out and put in.
_LEAST_KEPT = 0.3


def compare(earlier: Blocks, later: Blocks) -> Blocks:
    """Returns the later blocks with what differs from the earlier ones marked. Lines across and page breaks are left out."""
    return _compared(_simple(earlier), _simple(later))


def differences(blocks: Blocks) -> int:
    """Counts the passages that a comparison marked: each run of words and each whole block."""
    return sum(
        isinstance(node, Marked) or (isinstance(node, Styled) and node.style in ("inserted", "deleted"))
        for node in every(blocks)
    )


def in_words(blocks: Blocks, mark: Mark | None = None) -> Blocks:
    """Returns a comparison with every mark around words, for outputs that know no marked blocks.

    An item keeps the number that it has in its own text, so a list in which items came or went is in parts.
    """
    out: list[Block] = []
    for block in blocks:
        match block:
            case Marked(kind, inner):
                out += in_words(inner, kind)
            case Paragraph(content):
                out.append(Paragraph(_styled(mark, content)))
            case Heading(level, content, listed):
                out.append(Heading(level, _styled(mark, content), listed))
            case Bullets(items):
                out.append(Bullets(tuple(in_words(item, mark) for item in items)))
            case Numbered():
                out += _numbered_in_words(block, mark)
            case Quote(inner):
                out.append(Quote(in_words(inner, mark)))
            case Table():
                rows = tuple(tuple(in_words(cell, mark) for cell in row) for row in block.rows)
                head = block.head
                if mark and head:  # the head of a table can bear no mark, so it becomes its first row
                    rows, head = (tuple((Paragraph(_styled(mark, (Text(cell),))),) for cell in head), *rows), ()
                out.append(Table(block.caption, block.widths, head, rows, block.row_heads, block.captioned))
            case _:
                out.append(block)
    return tuple(out)


def _styled(mark: Mark | None, content: Inlines) -> Inlines:
    return (Styled(mark, content),) if mark and content else content


def _numbered_in_words(block: Numbered, mark: Mark | None) -> Iterator[Block]:
    """Parts of the list in which the numbers run on. A deleted item has its number in the earlier text."""
    earlier = later = block.start
    parts: list[tuple[int, list[Blocks]]] = []
    for item in block.items:
        kind = item[0].mark if item and isinstance(item[0], Marked) else None
        number = earlier if kind == "deleted" else later
        if not parts or parts[-1][0] + len(parts[-1][1]) != number:
            parts.append((number, []))
        parts[-1][1].append(in_words(item, mark))
        earlier += kind != "inserted"
        later += kind != "deleted"
    for start, items in parts:
        yield Numbered(tuple(items), start, block.numbering, block.brackets)


# -- blocks ---------------------------------------------------------------------------------------------------------


def _simple(blocks: Blocks) -> Blocks:
    """The same words in the blocks whose changes every output can mark."""
    out: list[Block] = []
    for block in blocks:
        match block:
            case Together(inner) | Pictured(blocks=inner):
                out += _simple(inner)
            case Rule() | NewPage():
                continue
            case Preformatted(text):
                lines: list[Inline] = []
                for line in text.split("\n"):
                    lines += [Break(), Code(line)] if line else [Break()]
                out.append(Paragraph(tuple(lines[1:])))
            case Bullets(items):
                out.append(Bullets(tuple(map(_simple, items))))
            case Numbered(items, start, numbering, brackets):
                out.append(Numbered(tuple(map(_simple, items)), start, numbering, brackets))
            case Quote(inner):
                out.append(Quote(_simple(inner)))
            case Table():
                rows = tuple(tuple(_simple(cell) or (Paragraph(()),) for cell in row) for row in block.rows)
                out.append(Table(block.caption, block.widths, block.head, rows, block.row_heads, block.captioned))
            case _:
                out.append(block)
    return tuple(out)


def _compared(earlier: Blocks, later: Blocks) -> Blocks:
    out: list[Block] = []
    for before, after in _aligned(earlier, later, _may_be_one):
        if before is None and after is not None:
            out.append(Marked("inserted", (after,)))
        elif after is None and before is not None:
            out.append(Marked("deleted", (before,)))
        elif before is not None and after is not None:
            out.append(after if before == after else _merged(before, after))
    return tuple(_joined(out))


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Neighbours with the same mark as one."""
    for mark, group in groupby(blocks, key=lambda block: block.mark if isinstance(block, Marked) else None):
        if mark is None:
            yield from group
        else:
            inner = tuple(part for block in group if isinstance(block, Marked) for part in block.blocks)
            yield Marked(mark, inner)


def _may_be_one(before: Block, after: Block) -> bool:
    """Whether two blocks can be one that changed."""
    match before, after:
        case (Paragraph(), Paragraph()) | (Bullets(), Bullets()) | (Quote(), Quote()):
            return True
        case Heading(level, _, listed), Heading(other, _, also):
            return level == other and listed == also
        case Numbered(), Numbered():
            return (before.start, before.numbering, before.brackets) == (after.start, after.numbering, after.brackets)
        case Table(), Table():
            return (before.caption, before.captioned, before.head, before.row_heads, before.widths) == (
                after.caption,
                after.captioned,
                after.head,
                after.row_heads,
                after.widths,
            )
    return False


def _merged(before: Block, after: Block) -> Block:
    match before, after:
        case Paragraph(old), Paragraph(new):
            return Paragraph(_words(old, new))
        case Heading(level, old, listed), Heading(_, new, _):
            return Heading(level, _words(old, new), listed)
        case Bullets(old_items), Bullets(new_items):
            return Bullets(tuple(_items(old_items, new_items)))
        case Numbered(old_items, start, numbering, brackets), Numbered(new_items):
            return Numbered(tuple(_items(old_items, new_items)), start, numbering, brackets)
        case Quote(old_blocks), Quote(new_blocks):
            return Quote(_compared(old_blocks, new_blocks))
        case Table(), Table():
            rows = tuple(_rows(before.rows, after.rows))
            return Table(after.caption, after.widths, after.head, rows, after.row_heads, after.captioned)
    raise TypeError(f"{type(before).__name__} and {type(after).__name__} are not one block")


def _items(earlier: Sequence[Blocks], later: Sequence[Blocks]) -> Iterator[Blocks]:
    for before, after in _aligned(earlier, later, _always):
        merged = _compared(before, after) if before is not None and after is not None else ()
        if before == after and after is not None:
            yield after
        elif merged and not isinstance(merged[0], Marked):
            yield merged
        else:  # the first block of an item bears its number, so it cannot come or go alone
            if before is not None:
                yield (Marked("deleted", before),)
            if after is not None:
                yield (Marked("inserted", after),)


def _rows(earlier: Sequence[tuple[Blocks, ...]], later: Sequence[tuple[Blocks, ...]]) -> Iterator[tuple[Blocks, ...]]:
    for before, after in _aligned(earlier, later, _same_length):
        if before == after and after is not None:
            yield after
            continue
        if before is not None and after is not None:
            cells = tuple(_cell(old, new) for old, new in zip(before, after, strict=True))
            if not any(_ends_marked(cell) for cell in cells):
                yield cells
                continue
        if before is not None:
            yield tuple((Marked("deleted", cell),) for cell in before)
        if after is not None:
            yield tuple((Marked("inserted", cell),) for cell in after)


def _cell(before: Blocks, after: Blocks) -> Blocks:
    if before == after:
        return after
    match before, after:
        case (Paragraph(old),), (Paragraph(new),):
            return (Paragraph(_words(old, new)),)
    return _compared(before, after)


def _ends_marked(blocks: Blocks) -> bool:
    """Whether the last paragraph of a cell came or went as a whole. No program can take that paragraph out of the cell."""
    match blocks[-1] if blocks else None:
        case Marked():
            return True
        case Bullets(items) | Numbered(items):
            return _ends_marked(items[-1])
        case Quote(inner):
            return _ends_marked(inner)
    return False


def _always(_before: object, _after: object) -> bool:
    return True


def _same_length(before: Sequence[object], after: Sequence[object]) -> bool:
    return len(before) == len(after)


# -- pairs ----------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"\w+|[^\w\s]")


def _aligned(
    earlier: Sequence[T], later: Sequence[T], may_pair: Callable[[T, T], bool]
) -> Iterator[tuple[T | None, T | None]]:
    """Yields pairs in order: equal ones, those that are most alike, and those that came or went alone."""
    matcher: SequenceMatcher[T] = SequenceMatcher(None, earlier, later, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(earlier[a:b], later[c:d], strict=True)
        else:
            yield from _paired(earlier[a:b], later[c:d], may_pair)


def _paired(
    earlier: Sequence[T], later: Sequence[T], may_pair: Callable[[T, T], bool]
) -> Iterator[tuple[T | None, T | None]]:
    """The pairs of which the sum of likeness is greatest, in order."""
    rows, columns = len(earlier), len(later)
    if not rows or not columns or rows * columns > _MOST_PAIRS:
        yield from ((before, None) for before in earlier)
        yield from ((None, after) for after in later)
        return
    bags = [_bag(before) for before in earlier], [_bag(after) for after in later]
    likeness = [
        [
            _likeness(bags[0][row], bags[1][column]) if may_pair(earlier[row], later[column]) else 0.0
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            alike = likeness[row][column]
            both = best[row + 1][column + 1] + alike if alike else 0.0
            best[row][column] = max(best[row + 1][column], best[row][column + 1], both)
    row = column = 0
    while row < rows or column < columns:
        if (
            row < rows
            and column < columns
            and likeness[row][column]
            and best[row][column] == (best[row + 1][column + 1] + likeness[row][column])
        ):
            yield earlier[row], later[column]
            row, column = row + 1, column + 1
        elif row < rows and (column == columns or best[row][column] == best[row + 1][column]):
            yield earlier[row], None
            row += 1
        else:
            yield None, later[column]
            column += 1


def _bag(value: object) -> Counter[str]:
    words: Counter[str] = Counter()
    for node in every(value):
        if isinstance(node, Text | Code):
            words.update(_WORD.findall(node.text))
    return words


def _likeness(before: Counter[str], after: Counter[str]) -> float:
    """The share of words in common, or 0 if that is too small for a pair."""
    total = before.total() + after.total()
    share = 2 * (before & after).total() / total if total else 1.0
    return share if share >= _ALIKE else 0.0


# -- words ----------------------------------------------------------------------------------------------------------

_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
#: What words are wrapped in, outside in: a style or the address of a link.
_Wrapper = tuple[Style | None, str]
#: A piece of text, or another inline as it is; and its wrappers.
_Atom = tuple[str | Inline, tuple[_Wrapper, ...]]


def _words(earlier: Inlines, later: Inlines) -> Inlines:
    """The later inlines with the words that differ marked; what is taken out comes before what is put in."""
    old, new = list(_atoms(earlier)), list(_atoms(later))
    if len(old) * len(new) > _MOST_WORK:
        return (*_styled("deleted", _built(old)), *_styled("inserted", _built(new)))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    codes = matcher.get_opcodes()
    kept = sum(
        len(atom[0]) for kind, a, b, _, _ in codes if kind == "equal" for atom in old[a:b] if isinstance(atom[0], str)
    )
    letters = max(1, sum(len(atom[0]) for atom in (*old, *new) if isinstance(atom[0], str)) // 2)
    if kept / letters < _LEAST_KEPT:
        codes = [("replace", 0, len(old), 0, len(new))]
    out: list[Inline] = []
    taken: list[_Atom] = []
    put: list[_Atom] = []

    def settle() -> None:
        out.extend((*_styled("deleted", _built(taken)), *_styled("inserted", _built(put))))
        taken.clear()
        put.clear()

    for at, (kind, a, b, c, d) in enumerate(codes):
        between = kind == "equal" and 0 < at < len(codes) - 1 and b - a == 1 and _is_small(old[a])
        if kind == "equal" and not between:
            settle()
            out += _built(old[a:b])
        else:
            taken += old[a:b]
            put += new[c:d]
    settle()
    return tuple(out)


def _is_small(atom: _Atom) -> bool:
    """A space or a sign between two changes is easier to read as part of them."""
    return isinstance(atom[0], str) and not any(letter.isalnum() for letter in atom[0])


def _atoms(inlines: Inlines, wrappers: tuple[_Wrapper, ...] = ()) -> Iterator[_Atom]:
    for inline in inlines:
        match inline:
            case Text(text):
                yield from ((piece, wrappers) for piece in _PIECES.findall(text))
            case Styled(style, content):
                yield from _atoms(content, (*wrappers, (style, "")))
            case Link(url, content):
                yield from _atoms(content, (*wrappers, (None, url)))
            case Code() | Break() | Field():
                yield inline, wrappers


def _built(atoms: Sequence[_Atom], depth: int = 0) -> Inlines:
    """The inlines of atoms: neighbours in the same wrapper are in one."""
    out: list[Inline] = []
    for wrapper, group in groupby(atoms, key=lambda atom: atom[1][depth] if len(atom[1]) > depth else None):
        members = list(group)
        if wrapper is not None:
            style, url = wrapper
            content = _built(members, depth + 1)
            out.append(Styled(style, content) if style else Link(url, content))
            continue
        for is_text, run in groupby(members, key=lambda atom: isinstance(atom[0], str)):
            if is_text:
                out.append(Text("".join(str(atom[0]) for atom in run)))
            else:
                out += [atom[0] for atom in run if not isinstance(atom[0], str)]
    return tuple(out)
