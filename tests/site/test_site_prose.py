"""Prose of records: what is let through and what is not."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from undersigned.site.html import first_words, render_prose


def test_raw_html_is_text() -> None:
    assert render_prose("<b>x</b> <script>y</script>") == (
        "<p>&lt;b&gt;x&lt;/b&gt; &lt;script&gt;y&lt;/script&gt;</p>\n"
    )


def test_links_lead_to_https_and_mailto_only() -> None:
    text = "[a](https://a.example) [b](http://b.example) [c](javascript:c) [d](mailto:d@example.org) [e](../e) [f](#f)"
    assert re.findall(r'href="([^"]*)"', render_prose(text)) == ["https://a.example", "mailto:d@example.org"]


def test_an_image_is_not_loaded() -> None:
    assert "<img" not in render_prose("![x](https://a.example/x.png)")


def test_headings_stay_below_the_page() -> None:
    tags = re.findall(r"<(h\d)>", render_prose("# a\n\n### b\n\n###### c\n\n## d", 4))
    assert tags == ["h4", "h5", "h6", "h5"]


def test_a_table_has_caption_scope_and_a_frame() -> None:
    page = html.fragment_fromstring(render_prose("| a | b |\n|---|:-:|\n| 1 | 2 |", 4, "Breach"), create_parent=True)
    frame = page.cssselect("div.app-scroll")[0]
    assert frame.get("aria-label") == "Breach: table 1"
    assert frame.cssselect("caption")[0].text == "Breach: table 1"
    assert [head.get("scope") for head in frame.cssselect("th")] == ["col", "col"]
    assert not frame.xpath(".//@style")


@given(st.text(alphabet="ab1-. \n:'()/=’", max_size=40))
def test_plain_paragraphs_are_as_the_parser_has_them(text: str) -> None:
    """A mark at the end brings the parser in, and is taken out again."""
    with_mark = render_prose(f"{text}\n\n<")
    assert with_mark.removesuffix("<p>&lt;</p>\n") == render_prose(text)


def test_first_words_end_at_a_word() -> None:
    assert first_words("**One** `two` three", 160) == "One two three"
    assert first_words("One two three", 10) == "One two…"


def test_first_words_are_whole_sentences_where_they_fill_half_the_room() -> None:
    assert first_words("One two three. Four five.", 20) == "One two three."
    assert first_words("One two three. Four five.", 14) == "One two three."
    assert first_words("Is it? It is! Four five six.", 20) == "Is it? It is!"
    # Too short a beginning, and a full stop that ends no sentence.
    assert first_words("One. Two three four five six.", 20) == "One. Two three…"
    assert first_words("A doctor, e.g. one for each person.", 30) == "A doctor, e.g. one for each…"
    assert first_words("By section no. 14 of the statute.", 28) == "By section no. 14 of the…"


_MARKDOWN = st.text(alphabet="#<>[]()!*_`|-: \n\"'&;/=jscript:{%}\\~123", max_size=200)


@given(_MARKDOWN, st.integers(3, 6))
def test_whatever_is_written_is_inert_and_in_order(text: str, level: int) -> None:
    page = html.fragment_fromstring(str(render_prose(text, level)), create_parent="div")
    for element in page.iter():
        assert element.tag not in ("script", "img", "style", "svg", "h1", "h2")
        assert set(element.attrib) <= {
            "href",
            "rel",
            "type",
            "scope",
            "start",
            "class",
            "tabindex",
            "role",
            "aria-label",
        }
        assert element.get("href", "https://").lower().startswith(("https://", "mailto:"))
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch(r"h\d", str(element.tag))]
    for before, after in zip([level - 1, *levels], levels, strict=False):
        assert level <= after <= before + 1
