"""The one reader of prose: which blocks a text has, what never gets through, and that no word is lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from undersigned.words.blocks import (
    Blocks,
    Bullets,
    Code,
    Heading,
    Link,
    Numbered,
    Paragraph,
    Preformatted,
    Quote,
    Styled,
    Table,
    Text,
    every,
    mark_of,
)
from undersigned.words.html import html_of
from undersigned.words.prose import read, words_of


def words(blocks: Blocks) -> str:
    return " ".join(node.text for node in every(blocks) if isinstance(node, Text | Code | Preformatted))


def outline(blocks: Blocks) -> list[object]:
    """Blocks as nested lists: the marks and words of items."""
    found: list[object] = []
    for block in blocks:
        match block:
            case Numbered(items):
                found.append([(mark_of(block, at), outline(item)) for at, item in enumerate(items)])
            case Bullets(items):
                found.append([("•", outline(item)) for item in items])
            case Quote(inner):
                found.append(outline(inner))
            case _:
                found.append(words_of((block,)))
    return found


def test_each_kind_of_markdown_has_its_block() -> None:
    blocks = read("A *b* **c** `d`.\n\n- x\n- y\n\n(a) one\n(b) two\n\n| h | i |\n|---|---|\n| 1 | 2 |\n\n> z")
    assert [type(block).__name__ for block in blocks] == ["Paragraph", "Bullets", "Numbered", "Table", "Quote"]
    assert blocks[0] == Paragraph(
        (
            Text("A "),
            Styled("emphasis", (Text("b"),)),
            Text(" "),
            Styled("strong", (Text("c"),)),
            Text(" "),
            Code("d"),
            Text("."),
        )
    )
    assert isinstance(blocks[3], Table)
    assert blocks[3].head == ("h", "i")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (
            "The parties will:\n\n(a) check;\n(b) tell; and\n(c) keep\n    (i) two years, or\n    (ii) the order.\n\n(d) more.",
            [
                "The parties will:",
                [
                    ("(a)", ["check;"]),
                    ("(b)", ["tell; and"]),
                    ("(c)", ["keep", [("(i)", ["two years, or"]), ("(ii)", ["the order."])]]),
                    ("(d)", ["more."]),
                ],
            ],
        ),
        ("The parties:\n(a) x\n(b) y", ["The parties:", [("(a)", ["x"]), ("(b)", ["y"])]]),
        ("(h) x\n(i) y\n(j) z", [[("(h)", ["x"]), ("(i)", ["y"]), ("(j)", ["z"])]]),
        ("(iv) x\n\n(v) y", [[("(iv)", ["x"]), ("(v)", ["y"])]]),
        ("(v) x", [[("(v)", ["x"])]]),
        ("a. x\nb. y", [[("a.", ["x"]), ("b.", ["y"])]]),
        ("A. x\nB. y", [[("A.", ["x"]), ("B.", ["y"])]]),
        ("1) x\n2) y", [[("1)", ["x"]), ("2)", ["y"])]]),
        ("1. x\n1. y\n1. z", [[("1.", ["x"]), ("2.", ["y"]), ("3.", ["z"])]]),
        ("1. x\n3. y\n4. z", [[("1.", ["x"])], [("3.", ["y"]), ("4.", ["z"])]]),
        ("(a) x\n(c) y", [[("(a)", ["x"])], [("(c)", ["y"])]]),
        ("• x\n•\u00a0y\n•\tz", [[("•", ["x"]), ("•", ["y"]), ("•", ["z"])]]),
        # What only looks like a mark.
        ("as in section 115\n(a) of the Act", ["as in section 115 (a) of the Act"]),
        ("Signed by\nA. Smith", ["Signed by A. Smith"]),
        ("A. Smith signs.", ["A. Smith signs."]),
        ("in\n2026. Then", ["in 2026. Then"]),
        ("(aa) x\n\n(abc) y", ["(aa) x", "(abc) y"]),
        ("    by hand", ["by hand"]),
    ],
)
def test_a_list_is_read_with_the_marks_that_are_written(text: str, read_as: list[object]) -> None:
    assert outline(read(text)) == read_as


def test_a_table_needs_no_empty_line_and_loses_no_cell() -> None:
    lead, table = read("The periods:\n| Body | Period |\n|---|---|\n| A | 1 | 2 |\n| B |")
    assert words_of((lead,)) == "The periods:"
    assert isinstance(table, Table)
    assert [[words_of(cell) for cell in row] for row in table.rows] == [["A", "1 | 2"], ["B", ""]]


def test_an_address_that_is_defined_apart_is_still_shown() -> None:
    blocks = read("See [a].\n\n[a]: https://example.org\n[note]: later")
    assert words_of(blocks) == "See a. a: https://example.org note: later"
    assert [node.url for node in every(blocks) if isinstance(node, Link)] == ["https://example.org"] * 2


@pytest.mark.parametrize(
    ("attack", "shown"),
    [
        ('`#read("x")`{=typst}', '#read("x")'),
        ("```{=openxml}\n<w:p/>\n```", "<w:p/>"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a <b onclick=x>c</b>", "<b onclick=x>"),
        (r"\input{/etc/passwd} $x$", "$x$"),
    ],
)
def test_markup_of_other_languages_is_letters(attack: str, shown: str) -> None:
    assert shown in words(read(attack))


@pytest.mark.parametrize(
    "attack",
    [
        "[x](javascript:alert(1))",
        "[x](file:///etc/passwd)",
        "[x](http://example.org)",
        "[x](https://field.invalid/sig)",
        "[x](https://a.field.invalid/sig)",
        "[x](//example.org)",
        "[x](data:text/html,x)",
        "<javascript:alert(1)>",
        "[x](https:///nohost)",
        "[x](mailto:)",
    ],
)
def test_a_link_that_is_neither_https_nor_mailto_is_its_words(attack: str) -> None:
    blocks = read(attack)
    assert not [node for node in every(blocks) if isinstance(node, Link)]
    assert words(blocks)


def test_https_and_mailto_links_stay() -> None:
    found = [
        node.url for node in every(read("[a](https://example.org/?q=1) <dpo@example.org>")) if isinstance(node, Link)
    ]
    assert found == ["https://example.org/?q=1", "mailto:dpo@example.org"]


def test_an_image_is_its_description() -> None:
    assert words(read("![a map](../../etc/passwd)")) == "a map"


def test_private_and_control_characters_do_not_get_through() -> None:
    shown = words(read("a\ue000name\ue001b \u202ec"))
    assert "\ue000" not in shown
    assert "\u202e" not in shown
    assert shown == "a\ufffdname\ufffdb \ufffdc"


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n\n### b\n\n# c", [3, 4, 3]),
        ("##### a\n\n###### b", [3, 4]),
        ("###### a\n\n# b\n\n## c\n\n#### d", [3, 3, 4, 5]),
    ],
)
def test_headings_go_below_the_section_and_skip_no_level(text: str, levels: list[int]) -> None:
    assert [block.level for block in read(text, 2) if isinstance(block, Heading)] == levels


def test_a_heading_inside_a_list_is_strong_text() -> None:
    blocks = read("- # a\n")
    assert not [node for node in every(blocks) if isinstance(node, Heading)]
    assert [node for node in every(blocks) if isinstance(node, Styled) and node.style == "strong"]


@pytest.mark.parametrize(
    "text",
    [">" * 300 + " a", "".join("  " * depth + "- a\n" for depth in range(60)), "*a **b " * 40 + "c" + "** d*" * 40],
)
def test_what_is_nested_too_deep_is_plain_words(text: str) -> None:
    blocks = read(text)
    assert re.findall(r"\w+", words_of(blocks)) == re.findall(r"\w+", text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20000,
        "*a **b " * 5000,
        "A. x\n" * 5000,
        "x\n(a) y\n" * 3000,
        "1. x\n3. y\n" * 3000,
        "|a|\n|-|\n" * 5000,
        "![" * 9000,
    ],
)
def test_a_hostile_text_is_read_in_reasonable_time(text: str) -> None:
    begun = time.process_time()
    html_of(read(text))
    assert time.process_time() - begun < 5


_HOSTILE = st.text(alphabet="ab1ivx()*_`|-:.>#[]<&; \n\\•", max_size=120)


@given(_HOSTILE)
def test_html_has_the_words_of_the_blocks_in_their_order(text: str) -> None:
    blocks = read(text)
    page = html.fragment_fromstring(str(html_of(blocks)), create_parent="div")
    for caption in page.iter("caption"):
        caption.clear(keep_tail=True)
    for element in page.iter("br", "p", "li", "td", "th", "pre", "h1", "h2", "h3", "h4", "h5", "h6"):
        element.tail = f" {element.tail or ''}"
    assert page.text_content().split() == words_of(blocks).split()


@given(_HOSTILE)
def test_no_word_is_lost(text: str) -> None:
    """Letters and figures of a text are all there: as words, as the marks of lists, or as the entity that they name."""
    if "&" in text or "[" in text:
        return
    blocks = read(text)
    marks = "".join(
        mark_of(node, at) for node in every(blocks) if isinstance(node, Numbered) for at in range(len(node.items))
    )
    assert sorted(re.findall(r"\w", words_of(blocks) + marks)) == sorted(re.findall(r"\w", text))
