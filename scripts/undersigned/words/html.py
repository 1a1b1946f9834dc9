"""Blocks as HTML. Every letter is escaped here; there is no other way in, so no text of a record becomes markup."""

from __future__ import annotations

from markupsafe import Markup, escape

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
    Marked,
    NewPage,
    Numbered,
    Numbering,
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
)

_TYPES: dict[Numbering, str] = {
    "decimal": "",
    "lower-alpha": ' type="a"',
    "upper-alpha": ' type="A"',
    "lower-roman": ' type="i"',
    "upper-roman": ' type="I"',
}
_TAGS: dict[Style, str] = {
    "emphasis": "em",
    "strong": "strong",
    "strike": "s",
    "superscript": "sup",
    "subscript": "sub",
    "inserted": "ins",
    "deleted": "del",
}
#: Not every screen reader tells `ins` and `del` (Faulkner, "Short note on making your mark more accessible", TPGi, 2023).
_HIDDEN: dict[Style, str] = {"inserted": "[added: ", "deleted": "[removed: "}


def html_of(blocks: Blocks, label: str = "") -> Markup:
    """Returns safe HTML. `label`: the name of the passage, which screen readers announce for each table in it."""
    writer = _Writer(label)
    return Markup("".join(writer.block(block) for block in blocks))  # noqa: S704 - the writer escapes every letter


class _Writer:
    def __init__(self, label: str) -> None:
        self._label = label
        self._tables = 0

    def block(self, block: Block) -> str:
        match block:
            case Paragraph(content):
                return f"<p>{_inlines(content)}</p>\n"
            case Heading(level, content):
                return f"<h{level}>{_inlines(content)}</h{level}>\n"
            case Bullets(items):
                return f"<ul>\n{self._items(items)}</ul>\n"
            case Numbered():
                return self._numbered(block)
            case Quote(inner) | Together(inner) | Pictured(blocks=inner) | Marked(blocks=inner):
                inside = "".join(map(self.block, inner))
                return f"<blockquote>\n{inside}</blockquote>\n" if isinstance(block, Quote) else inside
            case Preformatted(text):
                return f"<pre><code>{escape(text)}\n</code></pre>\n"
            case Rule():
                return "<hr>\n"
            case Table():
                return self._table(block)
            case NewPage():
                return ""

    def _numbered(self, block: Numbered) -> str:
        """The brackets of the marks are the style sheet's: `app-marks-two-lower-alpha` for (a)."""
        start = f' start="{block.start}"' if block.start != 1 else ""
        marks = "" if block.brackets == "full-stop" else f' class="app-marks-{block.brackets}-{block.numbering}"'
        return f"<ol{_TYPES[block.numbering]}{start}{marks}>\n{self._items(block.items)}</ol>\n"

    def _items(self, items: tuple[Blocks, ...]) -> str:
        return "".join(f"<li>{self._short(item)}</li>\n" for item in items)

    def _short(self, blocks: Blocks) -> str:
        """Blocks inside an item or cell: words that begin it need no paragraph, unless another paragraph follows."""
        if not blocks:
            return ""
        first, *rest = blocks
        if not isinstance(first, Paragraph) or any(isinstance(block, Paragraph) for block in rest):
            return "\n" + "".join(map(self.block, blocks))
        return _inlines(first.content) + ("\n" if rest else "") + "".join(map(self.block, rest))

    def _table(self, table: Table) -> str:
        """A frame that can be scrolled by keyboard, with a caption."""
        self._tables += 1
        name = escape(table.caption or f"{self._label or 'Text'}: table {self._tables}")
        shown = "" if table.caption and table.captioned else ' class="govuk-visually-hidden"'
        head = "".join(f'<th scope="col">{escape(cell)}</th>\n' for cell in table.head)
        rows = "".join(f"<tr>\n{self._row(row, table.row_heads)}</tr>\n" for row in table.rows)
        return (
            f'<div class="app-scroll" tabindex="0" role="region" aria-label="{name}"><table>'
            f"<caption{shown}>{name}</caption>\n"
            + (f"<thead>\n<tr>\n{head}</tr>\n</thead>\n" if head else "")
            + (f"<tbody>\n{rows}</tbody>\n" if rows else "")
            + "</table></div>\n"
        )

    def _row(self, row: tuple[Blocks, ...], row_heads: bool) -> str:
        cells = [f"<td>{self._short(cell)}</td>\n" for cell in row]
        if row_heads and row:
            cells[0] = f'<th scope="row">{self._short(row[0])}</th>\n'
        return "".join(cells)


def _inlines(inlines: Inlines) -> str:
    return "".join(map(_inline, inlines))


def _inline(inline: Inline) -> str:
    match inline:
        case Text(text):
            return str(escape(text))
        case Break():
            return "<br>\n"
        case Styled(style, content):
            tag, inside = _TAGS[style], _inlines(content)
            if style in _HIDDEN:
                inside = f"{_hidden(_HIDDEN[style])}{inside}{_hidden('] ')}"
            return f"<{tag}>{inside}</{tag}>"
        case Code(text):
            return f"<code>{escape(text)}</code>"
        case Link(url, content):
            return f'<a href="{escape(url)}" rel="noopener noreferrer">{_inlines(content)}</a>'
        case Field(label=label, value=value):
            return f"<span>[{escape(value or label)}]</span>"


def _hidden(words: str) -> str:
    return f'<span class="govuk-visually-hidden">{words}</span>'
