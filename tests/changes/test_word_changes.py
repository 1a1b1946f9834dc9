"""Prose word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from undersigned.changes.diff import Span, word_changes


def shown(before: str, after: str) -> str:
    marks = {"same": "{}", "gap": "…", "out": "[-{}-]", "in": "{{+{}+}}"}
    return " ".join(marks[span.kind].format(span.text) for span in word_changes(before, after))


def test_only_the_words_around_a_change_are_shown() -> None:
    before = "One two three four five six seven must reply within five days of the request and then tell all of the others in writing."
    assert shown(before, before.replace("five days", "ten days")) == (
        "… five six seven must reply within [-five-] {+ten+} days of the request and then …"
    )


def test_additions_and_removals() -> None:
    assert shown("It may go.", "It may not go.") == "It may {+not+} go."
    assert shown("It may not go.", "It may go.") == "It may [-not-] go."
    assert shown("", "New words.") == "{+New words.+}"


def test_texts_with_little_in_common_are_shown_one_after_the_other() -> None:
    assert shown("a b c d e f", "u v w x y z") == "[-a b c d e f-] {+u v w x y z+}"


def test_two_changes_far_apart_have_a_gap_between() -> None:
    middle = " ".join(f"w{n}" for n in range(40))
    assert (
        shown(f"a {middle} b", f"x {middle} y") == "[-a-] {+x+} w0 w1 w2 w3 w4 w5 … w34 w35 w36 w37 w38 w39 [-b-] {+y+}"
    )


def test_line_breaks_and_spaces_do_not_count() -> None:
    assert not [span for span in word_changes("a b\nc", "a  b c\n") if span.kind in ("in", "out")]


def test_texts_too_long_to_compare_give_nothing() -> None:
    assert word_changes(" ".join(f"a{n}" for n in range(3000)), " ".join(f"b{n}" for n in range(3000))) == ()


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_without_gaps_the_spans_hold_both_texts(before: list[str], after: list[str]) -> None:
    spans = word_changes(" ".join(before), " ".join(after))
    if all(span.kind != "gap" for span in spans):

        def side(left_out: str) -> list[str]:
            return [word for span in spans if span.kind != left_out for word in span.text.split()]

        assert side("in") == before
        assert side("out") == after
    assert all(span.text or span.kind == "gap" for span in spans)
    assert Span("gap", "") not in (spans if len(before) + len(after) < 8 else ())
