from __future__ import annotations

import json

import pytest

from undersigned.documents.content import prose
from undersigned.documents.model import (
    Blocks,
    Bullets,
    Code,
    DocumentError,
    Heading,
    Link,
    Note,
    Numbered,
    Paragraph,
    Preformatted,
    Styled,
    Table,
    Text,
    every,
)


def read(text: str, below: int = 1) -> Blocks:
    return prose.read_prose([text], record="p", below=below)[0]


def words(blocks: object) -> str:
    return " ".join(node.text for node in every(blocks) if isinstance(node, Text | Code | Preformatted))


def test_each_kind_of_markdown_has_its_block() -> None:
    blocks = read(
        "A *b* **c** `d`.\n\n- x\n- y\n\n(a) one\n(b) two\n\n| h | i |\n|---|---|\n| 1 | 2 |\n\nz[^1]\n\n[^1]: note\n"
    )
    assert [type(block).__name__ for block in blocks] == ["Paragraph", "Bullets", "Numbered", "Table", "Paragraph"]
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
    assert isinstance(blocks[1], Bullets)
    assert len(blocks[1].items) == 2
    assert isinstance(blocks[2], Numbered)
    assert (blocks[2].numbering, blocks[2].brackets) == ("lower-alpha", "two")
    assert isinstance(blocks[3], Table)
    assert blocks[3].head == ("h", "i")
    assert any(isinstance(node, Note) for node in every(blocks[4]))


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


def test_texts_read_together_are_as_if_read_alone() -> None:
    texts = ["One *a*.", "", "# Two\n\n1. x", "```\nopen fence", "Four [^1]\n\n[^1]: mine", "Five [^1]", "> six"]
    assert prose.read_prose(texts, record="p") == [read(text) if text else () for text in texts]


def test_a_definition_does_not_reach_into_another_text() -> None:
    first, second = prose.read_prose(["[x]: https://example.org/evil\n\nA", "See [x]."], record="p")
    assert words(first) == "A"
    assert not [node for node in every(second) if isinstance(node, Link)]


def test_many_texts_need_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real = prose.run_pandoc

    def counting(arguments: list[str], text: str, *, record: str, epoch: int = 0) -> bytes:
        calls.append(text)
        return real(arguments, text, record=record, epoch=epoch)

    monkeypatch.setattr(prose, "run_pandoc", counting)
    prose.read_prose(["a", "b", "c"], record="p")
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n\n### b\n\n# c", [3, 4, 3]),
        ("##### a\n\n###### b", [3, 4]),
        ("###### a\n\n# b\n\n## c\n\n#### d", [3, 3, 4, 5]),
    ],
)
def test_headings_go_below_the_section_and_skip_no_level(text: str, levels: list[int]) -> None:
    assert [block.level for block in read(text, below=2) if isinstance(block, Heading)] == levels


def test_a_heading_inside_a_list_is_strong_text() -> None:
    blocks = read("- # a\n")
    assert not [node for node in every(blocks) if isinstance(node, Heading)]
    assert [node for node in every(blocks) if isinstance(node, Styled) and node.style == "strong"]


@pytest.mark.parametrize(
    "text",
    [">" * 300 + " a", "".join("  " * depth + "- a\n" for depth in range(60)), "*a **b " * 40 + "c" + "** d*" * 40],
)
def test_deep_nesting_is_refused_by_name(text: str) -> None:
    with pytest.raises(DocumentError, match=r"^p: its text is nested more than 24 deep"):
        read(text)


def test_a_runaway_text_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prose, "TIME_LIMIT", 0.001)
    with pytest.raises(DocumentError, match=r"my-protocol.*more than"):
        prose.read_prose(["x"], record="my-protocol")


def test_a_failing_pandoc_names_the_record() -> None:
    with pytest.raises(DocumentError, match="my-protocol: pandoc failed"):
        prose.run_pandoc(["-f", "no-such-format"], "x", record="my-protocol")


def test_pandoc_sees_no_files() -> None:
    with pytest.raises(DocumentError):
        prose.run_pandoc(
            ["-f", "rst", "-t", "json"],
            ".. include:: /etc/hostname\n\n.. csv-table:: x\n   :file: /etc/hostname\n",
            record="p",
        )
    tree = json.loads(prose.run_pandoc(["-f", "commonmark", "-t", "json"], "ok", record="p"))
    assert tree["blocks"]
