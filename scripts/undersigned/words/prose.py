"""The one reader of prose: Markdown from a record as blocks, the same for the site, PDF, DOCX and comparisons.

It is CommonMark with tables (GitHub Flavored Markdown 0.29, 4.10), and it also reads what legal texts need: lists that
are marked (a), (i), A. or •. What is hostile is only text here: raw HTML is its own letters, an image its description,
and a link that is neither https nor mailto its words. No word is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_block.table import escapedSplit, getLine, table
from markdown_it.token import Token

from undersigned.words.blocks import (
    Block,
    Blocks,
    Brackets,
    Break,
    Bullets,
    Code,
    Heading,
    Inline,
    Inlines,
    Link,
    Numbered,
    Numbering,
    Paragraph,
    Preformatted,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Text,
    every,
    literal,
    plain,
)

#: What is nested deeper is shown as plain paragraphs: no agreement needs it, and each output would have to survive it.
MAX_DEPTH = 24
MAX_HEADING = 6
#: Never a place on the web (RFC 2606): pages use it to mark fields, so no prose may.
FIELD_HOST = "field.invalid"
_MOST_KEPT = 4096

#: Paragraphs without any mark of Markdown, as in most prose. They need no parser.
_PLAIN_LINE = r"[A-Za-z](?:[A-Za-z0-9,.;:'()/%£’–— -]*[A-Za-z0-9,.;:'()/%£’–—-])?"
_PLAIN = re.compile(rf"{_PLAIN_LINE}(?:\n{{1,2}}{_PLAIN_LINE})*\n?", re.ASCII)
_MAY_BE_ITEM = re.compile(r"^[A-Za-z]{1,7}[.)](?: |$)", re.ASCII | re.MULTILINE)


@lru_cache(maxsize=_MOST_KEPT)
def read(text: str, below: int = 1) -> Blocks:
    """Returns the blocks of a text. Its highest heading is one level under `below`, and no level is skipped.

    A heading inside a list or quotation becomes strong words, because it would tear the outline of the page.
    """
    if _PLAIN.fullmatch(text) and not _MAY_BE_ITEM.search(text):
        paragraphs = text.removesuffix("\n").split("\n\n")
        return tuple(Paragraph((Text(paragraph.replace("\n", " ")),)) for paragraph in paragraphs)
    tokens = commonmark().parse(text)
    try:
        return _fitted(_Reader(tokens).blocks(), below)
    except _TooDeepError:
        parts = re.split(r"\n[ \t]*\n", text)
        return tuple(Paragraph((Text(plain(part)),)) for part in parts if part.strip())


def words_of(blocks: Blocks) -> str:
    """Returns the bare words of blocks in one line."""
    parts: list[str] = []
    for node in every(blocks):
        match node:
            case Text(text) | Code(text):
                parts.append(text)
            case Preformatted(text):
                parts += [" ", text, " "]
            case Table(head=head):
                parts += [" ", *(f"{cell} " for cell in head)]
            case Paragraph() | Heading() | Break():
                parts.append(" ")
    return " ".join("".join(parts).split())


def is_safe_link(url: str) -> bool:
    """Whether a link may stay one: https with a host, or mailto, and no blank or control character in it."""
    if any(ord(character) < 33 or ord(character) == 127 for character in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return bool(parts.path)
    return parts.scheme == "https" and bool(host) and host != FIELD_HOST and not str(host).endswith("." + FIELD_HOST)


# -- the parser -----------------------------------------------------------------------------------------------------


@lru_cache
def commonmark(*, html: bool = False) -> MarkdownIt:
    """Returns the parser. `html`: tells raw HTML apart, for those who look for it; it is never passed on."""
    # A list is two levels: twice the depth, and room to see that a text goes deeper.
    parser = MarkdownIt("commonmark", {"html": html, "maxNesting": 2 * MAX_DEPTH + 6}).enable("table")
    # People indent paragraphs by hand. Code is between fences.
    parser.disable("code")
    parser.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.at("reference", _reference, {"alt": []})
    parser.validateLink = _any_link  # type: ignore[method-assign]
    return parser


def _any_link(url: str) -> bool:
    """Every link is a link to the parser; which of them may lead anywhere is decided in one place."""
    return isinstance(url, str)


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """As GitHub's, but the cells that a row has too many stay in its last cell; GitHub's leaves them out."""
    before = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    if silent:
        return True
    rows = [at for at in range(before, len(state.tokens)) if state.tokens[at].type == "tr_open"]
    count = sum(token.type == "th_open" for token in state.tokens[before:])
    for at in rows:
        line = state.tokens[at].map
        cells = _cells(getLine(state, line[0])) if line else []
        if len(cells) > count:
            last = at + 3 * (count - 1) + 2
            state.tokens[last].content = " | ".join(cell.strip() for cell in cells[count - 1 :])
    return True


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Notes where references lead, and leaves their lines in the text: what is written is never lost."""
    line = start
    while line < end and reference(state, line, end, silent):
        line = state.line
    state.line = start
    return False


def _cells(line: str) -> list[str]:
    cells = escapedSplit(line.strip())
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return cells


#: Marks that Word and web pages put before the items of a list, which nobody writes at the beginning of a sentence.
_BULLETS = "•·▪▫◦‣⁃∙●○■□◆◇❖➢➤►▶▸\uf0a7\uf0b7"
_BULLET = re.compile(rf"[-+*](?=[ \t\n]|\Z)|[{_BULLETS}](?=[^{_BULLETS}]|\Z)")
_MARK = re.compile(r"(?P<open>\()?(?:(?P<digits>[0-9]{1,9})|(?P<letters>[A-Za-z]{1,7}))(?P<close>[.)])(?=[ \t\n]|\Z)")
_ROMAN = re.compile(r"(?=[ivxl])(?:x{1,3}|xl)?(?:i{1,3}|i?v|vi{1,3}|ix)?\Z")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50}
#: How far ahead a second item is looked for, in letters, before a first one with an ambiguous mark makes a list.
_AHEAD = 4000


class _Mark(NamedTuple):
    """The mark of an item. `readings`: the numberings that it may be of, the likelier first, each with its number."""

    end: int
    brackets: Brackets
    readings: dict[Numbering, int]


def _mark_at(src: str, start: int, end: int) -> _Mark | None:
    match = _MARK.match(src, start, end)
    if match is None or (match["open"] and match["close"] == "."):
        return None
    brackets: Brackets = "two" if match["open"] else "one" if match["close"] == ")" else "full-stop"
    readings = _readings(match["digits"], match["letters"])
    return _Mark(match.end(), brackets, readings) if readings else None


def _readings(digits: str | None, letters: str | None) -> dict[Numbering, int]:
    if digits:
        return {"decimal": int(digits)}
    if not letters or not (letters.islower() or letters.isupper()):
        return {}
    small = letters.lower()
    found: list[tuple[Numbering, int]] = []
    if _ROMAN.match(small):
        values = [_ROMAN_DIGITS[letter] for letter in small]
        number = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
        found.append(("lower-roman" if letters.islower() else "upper-roman", number))
    if len(small) == 1:
        letter: tuple[Numbering, int] = ("lower-alpha" if letters.islower() else "upper-alpha", ord(small) - 96)
        found.insert(len(found) if small in "ivx" else 0, letter)
    return dict(found)


def _item_follows(state: StateBlock, line: int, end: int, mark: _Mark) -> bool:
    """Whether a later line has the next mark of the same list."""
    limit = state.bMarks[line] + _AHEAD
    for later in range(line + 1, end):
        start = state.bMarks[later] + state.tShift[later]
        if start > limit:
            return False
        other = _mark_at(state.src, start, state.eMarks[later])
        if other and other.brackets == mark.brackets:
            if _narrowed(mark.readings, other, 1):
                return True
            if other.readings == mark.readings:
                return False
    return False


def _narrowed(first: dict[Numbering, int], mark: _Mark, count: int) -> dict[Numbering, int]:
    """The numberings of a list, by its first number, in which `mark` is the next after `count` items."""
    return {kind: number for kind, number in first.items() if mark.readings.get(kind) == number + count}


def _starts_list(state: StateBlock, line: int, end: int, mark: _Mark, *, interrupts: bool) -> bool:
    """Whether a mark begins a list here, and not a sentence: `A. Smith`, or `(a) of the Act` at the start of a line."""
    if interrupts and 1 not in mark.readings.values():
        return False
    spaces = state.src[mark.end : mark.end + 2]
    if state.sCount[line] < state.blkIndent:
        return True  # the next item of the list that this line is in
    initial = mark.brackets == "full-stop" and state.src[mark.end - 2].isupper() and not spaces.isspace()
    within = interrupts and "decimal" not in mark.readings
    if within:
        before = state.src[state.bMarks[line - 1] : state.eMarks[line - 1]].rstrip()
        within = not before.endswith((":", ";", "–", "—", "-"))
    return not (initial or within) or _item_follows(state, line, end, mark)


def _list(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A list (CommonMark 0.31, 5.2 and 5.3). A number that is not the next one begins a new list, so that each item keeps its mark."""
    if state.is_code_block(start_line) or (
        state.listIndent >= 0
        and state.sCount[start_line] - state.listIndent >= 4
        and state.sCount[start_line] < state.blkIndent
    ):
        return False
    interrupts = silent and state.parentType == "paragraph" and state.sCount[start_line] >= state.blkIndent
    start, stop = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line]
    mark = _mark_at(state.src, start, stop)
    bullet = None if mark else _BULLET.match(state.src, start, stop)
    if mark:
        if not _starts_list(state, start_line, end_line, mark, interrupts=interrupts):
            return False
        after = mark.end
    elif bullet:
        after = bullet.end()
    else:
        return False
    if interrupts and state.skipSpaces(after) >= stop:
        return False
    if silent:
        return True

    opening = state.push("ordered_list_open" if mark else "bullet_list_open", "ol" if mark else "ul", 1)
    readings, count, lazy = (mark.readings if mark else {}), 0, False
    parent, state.parentType = state.parentType, "list"
    line = start_line
    while True:
        _item(state, line, end_line, after)
        line, count = state.line, count + 1
        if line >= end_line or state.sCount[line] < state.blkIndent or state.is_code_block(line):
            break
        if any(rule(state, line, end_line, True) for rule in state.md.block.ruler.getRules("list")):
            break
        at, stop = state.bMarks[line] + state.tShift[line], state.eMarks[line]
        if bullet:
            another = _BULLET.match(state.src, at, stop)
            if another is None or another[0] != bullet[0]:
                break
            after = another.end()
        else:
            following = _mark_at(state.src, at, stop)
            if mark is None or following is None or following.brackets != mark.brackets:
                break
            # All ones, as people write who let the program count.
            lazy = readings == {"decimal": 1} and following.readings == readings and (lazy or count == 1)
            narrowed = readings if lazy else _narrowed(readings, following, count)
            if not narrowed:
                break
            readings, after = narrowed, following.end
    state.push("ordered_list_close" if mark else "bullet_list_close", "ol" if mark else "ul", -1)
    if mark:
        numbering, number = next(iter(readings.items()))
        opening.meta = {"numbering": numbering, "start": number, "brackets": mark.brackets}
    state.line = line
    opening.map = [start_line, line]
    state.parentType = parent
    return True


def _item(state: StateBlock, line: int, end_line: int, after: int) -> None:
    """Reads the blocks of one item. `after`: the place in the text behind its mark."""
    stop = state.eMarks[line]
    initial = offset = state.sCount[line] + after - (state.bMarks[line] + state.tShift[line])
    content = after
    while content < stop and state.src[content] in " \t":
        offset += 4 - (offset + state.bsCount[line]) % 4 if state.src[content] == "\t" else 1
        content += 1
    indent = 1 if content >= stop or offset - initial > 4 else offset - initial
    state.push("list_item_open", "li", 1).map = [line, 0]
    kept = state.tight, state.tShift[line], state.sCount[line], state.listIndent, state.blkIndent
    state.listIndent, state.blkIndent = state.blkIndent, initial + indent
    state.tight, state.tShift[line], state.sCount[line] = True, content - state.bMarks[line], offset
    if content >= stop and state.isEmpty(line + 1):
        state.line = min(line + 2, end_line)  # an empty item ends before what follows
    else:
        state.md.block.tokenize(state, line, end_line)
    state.tight, state.tShift[line], state.sCount[line], state.listIndent, state.blkIndent = kept
    state.push("list_item_close", "li", -1)


# -- tokens to blocks -----------------------------------------------------------------------------------------------


class _TooDeepError(Exception):
    pass


_STYLES: dict[str, Style] = {"em_open": "emphasis", "strong_open": "strong"}


class _Reader:
    """Walks the parser's tokens once."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = iter(tokens)

    def blocks(self, closing: str = "", depth: int = 0) -> Blocks:
        """The blocks up to the token that closes what holds them."""
        if depth > MAX_DEPTH:
            raise _TooDeepError
        out: list[Block] = []
        for token in self._tokens:
            if token.type == closing:
                break
            out += self._block(token, depth)
        return tuple(out)

    def _block(self, token: Token, depth: int) -> Iterator[Block]:
        match token.type:
            case "paragraph_open":
                yield Paragraph(self._inlines())
            case "heading_open":
                yield Heading(int(token.tag[1]), self._inlines())
            case "bullet_list_open":
                yield Bullets(tuple(self._items("bullet_list_close", depth)))
            case "ordered_list_open":
                meta = token.meta
                items = tuple(self._items("ordered_list_close", depth))
                yield Numbered(items, meta["start"], meta["numbering"], meta["brackets"])
            case "blockquote_open":
                yield Quote(self.blocks("blockquote_close", depth + 1))
            case "fence":
                # The words after the fence are often the first words of the text, so they are not read as a language.
                yield Preformatted(literal(f"{token.info.strip()}\n{token.content}".strip("\n")))
            case "hr":
                yield Rule()
            case "table_open":
                yield self._table()

    def _items(self, closing: str, depth: int) -> Iterator[Blocks]:
        for token in self._tokens:
            if token.type == closing:
                return
            if token.type == "list_item_open":
                yield self.blocks("list_item_close", depth + 1)

    def _inlines(self) -> Inlines:
        """The content of a paragraph, heading or cell, up to its end."""
        found: Inlines = ()
        for token in self._tokens:
            if token.type == "inline":
                found = _inlines(token.children or ())
            elif token.nesting < 0:
                break
        return found

    def _table(self) -> Table:
        head: list[str] = []
        rows: list[tuple[Blocks, ...]] = []
        cells: list[Blocks] = []
        for token in self._tokens:
            match token.type:
                case "th_open":
                    head.append(words_of((Paragraph(self._inlines()),)))
                case "td_open":
                    content = self._inlines()
                    cells.append((Paragraph(content),) if content else ())
                case "tr_close":
                    if cells:
                        rows.append(tuple(cells))
                    cells = []
                case "table_close":
                    break
        return Table("", (1.0,) * len(head), tuple(head), tuple(rows))


def _inlines(tokens: Iterable[Token]) -> Inlines:
    """The inlines of a line of tokens. Those of an image are its description."""
    levels: list[tuple[Token | None, list[Inline]]] = [(None, [])]
    for token in tokens:
        content = levels[-1][1]
        if token.nesting > 0:
            if len(levels) > MAX_DEPTH:
                raise _TooDeepError
            levels.append((token, []))
        elif token.nesting < 0:
            opening, inner = levels.pop()
            levels[-1][1].extend(_wrapped(opening, tuple(inner)))
        elif token.type == "image":
            for inline in _inlines(token.children or ()):
                _add(content, inline)
        elif token.type == "hardbreak":
            content.append(Break())
        elif token.type == "code_inline":
            content.append(Code(literal(token.content)))
        else:
            _add(content, Text(" " if token.type == "softbreak" else literal(token.content)))
    return tuple(levels[0][1])


def _add(content: list[Inline], inline: Inline) -> None:
    """Adds an inline. Text joins the text before it, so that the same words are always the same tree."""
    if isinstance(inline, Text):
        if not inline.text:
            return
        if content and isinstance(last := content[-1], Text):
            content[-1] = Text(last.text + inline.text)
            return
    content.append(inline)


def _wrapped(opening: Token | None, content: Inlines) -> Inlines:
    if opening is None:
        return content
    if opening.type == "link_open":
        url = str(opening.attrGet("href") or "")
        return (Link(url, content),) if is_safe_link(url) else content
    return (Styled(_STYLES[opening.type], content),)


# -- headings -------------------------------------------------------------------------------------------------------


def _fitted(blocks: Blocks, below: int) -> Blocks:
    """The same with its headings under level `below`, and no level skipped."""
    top = min((block.level for block in blocks if isinstance(block, Heading)), default=1)
    out: list[Block] = []
    last = below
    for block in blocks:
        if not isinstance(block, Heading):
            out.append(_without_headings(block))
        elif below >= MAX_HEADING:
            out.append(_strong(block))
        else:
            last = min(below + 1 + block.level - top, last + 1, MAX_HEADING)
            out.append(Heading(last, block.content))
    return tuple(out)


def _strong(heading: Heading) -> Paragraph:
    return Paragraph((Styled("strong", heading.content),))


def _flat(blocks: Blocks) -> Blocks:
    return tuple(_strong(block) if isinstance(block, Heading) else _without_headings(block) for block in blocks)


def _without_headings(block: Block) -> Block:
    match block:
        case Bullets(items):
            return Bullets(tuple(map(_flat, items)))
        case Numbered(items, start, numbering, brackets):
            return Numbered(tuple(map(_flat, items)), start, numbering, brackets)
        case Quote(inner):
            return Quote(_flat(inner))
    return block
