"""Text made harmless, judged by a parser of GitHub's Markdown that is not ours."""

from __future__ import annotations

import string
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks import ATTACKS, Shown, shown_by_github
from undersigned.words.markdown import fenced, inert, mail_link
from undersigned.words.text import one_line

#: Every place that the program puts text into, with the blocks that the place itself makes.
PLACES = {
    "paragraph": "{}",
    "after a paragraph": "words\n{}",
    "sentence": "Words “{}” and {}.",
    "item": "- {}",
    "before a colon": "- {}: {}: words. {}",
    "task": "- [ ] {}",
    "heading": "### {}",
    "link": "- [{}](https://example.org)",
    "bold": "**{}**",
    "cell": "| a | b |\n| --- | --- |\n| {} | {} |\n| c | d |",
    "summary": "<details><summary>{}</summary>\n\n- {}\n\n</details>",
    "deletion": "- words\n  <br><del>{}</del> <ins>{}</ins>",
}


#: Harmless where they are shown, because the attack needs company or another program.
IDLE_ON_GITHUB = (
    "[^1]",
    "[x] done",
    ":--",
    "costs $5",
    "\u202e",
    "a\u200bb",
    "\x1b",
    "line\u2028",
    "a\tb",
    "{",
    "javascript:",
    "xxx",
)


def shown_in(place: str, texts: Sequence[str]) -> Shown:
    """One page with every text in this place, because each run of the parser starts a program."""
    return shown_by_github("\n\nNext.\n\n".join(place.replace("{}", text) for text in texts))


@pytest.mark.parametrize("place", PLACES)
def test_no_attack_works(place: str) -> None:
    harmless = shown_in(PLACES[place], ["plain words"] * len(ATTACKS))
    ours = shown_in(PLACES[place], [inert(text) for text in ATTACKS])
    assert set(ours.links) <= {"https://example.org"}
    assert ours.structure == harmless.structure
    assert ours.live_words() == []


@pytest.mark.parametrize("text", [text for text in ATTACKS if not text.startswith(IDLE_ON_GITHUB)])
def test_the_parser_sees_each_attack(text: str) -> None:
    """Each attack works somewhere on raw text, so the test above would notice it."""
    raw, harmless = (
        "\n\n".join(place.replace("{}", words) for place in PLACES.values()) for words in (text, "plain words")
    )
    ours, without = shown_by_github(raw), shown_by_github(harmless)
    assert ours.links != without.links or ours.live_words() or ours.structure != without.structure


def test_the_text_is_shown_as_written() -> None:
    shown = shown_by_github("\n".join(f"- x {inert(text)} y" for text in ATTACKS)).words.replace("\u200b", "")
    wanted = [["x", *one_line(text).replace("\u200b", "").split(), "y"] for text in ATTACKS]
    assert [line.split() for line in shown.split("\n") if line.strip()] == wanted


@settings(max_examples=60)
@given(st.lists(st.text(alphabet=string.punctuation + "@#:/.w1af 2)\n\u200b", max_size=16), min_size=20, max_size=20))
def test_no_text_works(texts: list[str]) -> None:
    """Twenty at once, because each run of the parser starts a program."""
    page = "".join(f"- {inert(text) or 'x'}\n" for text in texts)
    shown = shown_by_github(page)
    assert (shown.links, shown.active, shown.live_words()) == ([], [], [])
    assert set(shown.tags) <= {"<span>", "</span>"}
    assert set(shown.blocks) <= {"BulletList", "Plain"}


def test_long_text_is_cut() -> None:
    assert inert("word " * 100, 20) == "word word word word…"


def test_a_fence_is_longer_than_any_inside() -> None:
    assert fenced("a ```` b\n```", "yaml").startswith("`````yaml\n")


@pytest.mark.parametrize(
    "mailbox",
    ["a@b", "a b@example.org", "x@example.org)(", "x@example.org?cc=y@example.org", "javascript:alert(1)", ""],
)
def test_only_a_mailbox_makes_a_link(mailbox: str) -> None:
    assert shown_by_github(mail_link(mailbox, mailbox)).links == []
