"""The reader: every scalar as typed, everything else refused at its place, and places inside any style of text."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.records.source import Source, text_of, value_at


def read(text: str | bytes) -> Source:
    return Source("x.yaml", text if isinstance(text, bytes) else text.encode())


def fault(text: str | bytes) -> tuple[str, int, int]:
    faults = read(text).faults
    assert len(faults) == 1, [f.code for f in faults]
    return faults[0].code, *faults[0].place


def test_every_scalar_is_the_text_that_was_typed() -> None:
    text = "a: 1.10\nb: NO\nc: 12:30\nd: 0755\ne: 2026-02-30\nf: 0x1F\ng: 1e3\nh: .inf\ni: yes\nj: '2026-01-01'\nk: 1_000\nl: =\n"
    assert read(text).data == {
        "a": "1.10",
        "b": "NO",
        "c": "12:30",
        "d": "0755",
        "e": "2026-02-30",
        "f": "0x1F",
        "g": "1e3",
        "h": ".inf",
        "i": "yes",
        "j": "2026-01-01",
        "k": "1_000",
        "l": "=",
    }


def test_nothing_null_and_empty_are_the_same() -> None:
    source = read("a:\nb: ''\nc: []\nd: {}\ne: ~\nf: null\ng: {h: '', i: [~]}\nj: [x, '', y]\nk: 'null'\nl: '  '\n")
    assert source.data == {"j": ["x", "y"], "k": "null"}
    assert ("g", "h") in source.empties


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfa: 1\nb: |\n  x\n  y\n",
        b"a: 1\r\nb: |\r\n  x\r\n  y\r\n",
        b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n",
        b"---\na: 1\nb: |\n  x\n  y\n",
    ],
)
def test_byte_order_mark_and_line_ends(raw: bytes) -> None:
    source = read(raw)
    assert (source.data, source.faults) == ({"a": "1", "b": "x\ny\n"}, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ("duplicate-key", 3, 1)),
        ("a: {b: 1, b: 2}\n", ("duplicate-key", 1, 11)),
        ("a: &x 1\n", ("yaml-anchor", 1, 4)),
        ("a:\n  - !!str d\n", ("yaml-tag", 2, 5)),
        ("a: !d x\n", ("yaml-tag", 1, 4)),
        ("%YAML 1.1\n---\na: 1\n", ("yaml-directive", 1, 1)),
        ("a: 1\n---\nb: 2\n", ("several-documents", 2, 1)),
        ("a: 1\n...\nb: 2\n", ("several-documents", 3, 1)),
        ("a:\n\tb: 1\n", ("tab-indentation", 2, 1)),
        ("a:\n  b: 1\n \tc: 1\n", ("tab-indentation", 3, 2)),
        ("a: x\x07y\n", ("control-character", 1, 5)),
        ("a: x\u2028y\n", ("control-character", 1, 5)),
        ('a: "x\\u001b[31m"\n', ("control-character", 1, 4)),
        ('a: [b, "\\x07"]\n', ("control-character", 1, 8)),
        ('"a\\0": b\n', ("control-character", 1, 1)),
        ("a: 1\rb: 2\n", ("control-character", 1, 5)),
        (b"a: b\nc: \xff\n", ("not-utf8", 2, 4)),
        (b"\xef\xbb\xbfa: b\nc: \xff\n", ("not-utf8", 2, 4)),
        (b"\xff\xfea\x00", ("not-utf8", 1, 1)),
        ("a: 1\n".encode("utf-16-le"), ("not-utf8", 1, 1)),
        (b"", ("empty-file", 1, 1)),
        ("# only a remark\n", ("empty-file", 1, 1)),
        ("- a\n- b\n", ("wrong-type", 1, 1)),
        ("just words\n", ("wrong-type", 1, 1)),
        ("title: Housing: the protocol\n", ("yaml-syntax", 1, 15)),
        ("a: 'it\nb: c\n", ("yaml-syntax", 1, 4)),
        ("a: [x, y\nb: c\n", ("yaml-syntax", 1, 4)),
        ("a: 1\n b: 2\n", ("yaml-syntax", 2, 3)),
        ("a: x\nno colon here\nb: y\n", ("yaml-syntax", 2, 1)),
        ("? [a]\n: b\n", ("wrong-type", 1, 3)),
    ],
)
def test_refused_at_its_place(text: str | bytes, expected: tuple[str, int, int]) -> None:
    assert fault(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  **bold** words\n  * an item\n  &c. and !important and 50%\n",
        "a: 'R&D *and* !'\n",
        "a: R&D 50% *x\n",
        "a: |\n  x\n  \ty\n",
        "a: b\tc\n",
        "a: b # c: d\n",
        'a: "x\\ty"\n',
        "? a\n: b\n",
    ],
)
def test_sound_text_draws_no_fault(text: str) -> None:
    assert read(text).faults == []


def test_a_file_of_one_mebibyte_and_one_byte_more() -> None:
    assert read(b"a: " + b"x" * (1024 * 1024 - 3)).faults == []
    assert fault(b"a: " + b"x" * (1024 * 1024 - 2)) == ("too-large", 1, 1)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "- - ? "])
@pytest.mark.parametrize("times", [40, 20_000, 100_000])
def test_depth_is_refused_and_never_exhausts_the_stack(opening: str, times: int) -> None:
    codes = {f.code for f in read("a:\n  " + opening * times).faults}
    # At forty, an unclosed bracket or a list as the name of a field is the nearer fault.
    assert codes == {"too-deep"} or (times == 40 and codes <= {"yaml-syntax", "wrong-type"})


def test_thirty_levels_are_enough() -> None:
    assert read("a: " + "[" * 29 + "x" + "]" * 29).faults == []
    assert fault("a: " + "[" * 30 + "x" + "]" * 30)[0] == "too-deep"


def test_several_faults_of_the_text_show_in_one_run() -> None:
    assert [f.code for f in read("a: &x 1\nb: *x\nc: !t d\n").faults] == ["yaml-anchor", "yaml-anchor", "yaml-tag"]


def test_control_characters_are_told_up_to_twenty_times() -> None:
    assert [f.code for f in read("a: " + "\x07" * 30).faults] == ["control-character"] * 20


def test_a_tab_is_told_though_the_text_would_read() -> None:
    assert [(f.code, *f.place) for f in read("a: [x,\n\ty,\n \tz]\nb: |\n  x\n  \ty\n").faults] == [
        ("tab-indentation", 2, 1),
        ("tab-indentation", 3, 2),
    ]


def test_a_line_of_blanks_may_hold_a_tab_and_one_after_a_fault_is_not_told() -> None:
    assert read("a: b\n \t\n  c\n").faults == []
    assert [(f.code, *f.place) for f in read("a:\n\tb: 1\n\tc: 1\n").faults] == [("tab-indentation", 2, 1)]


def test_an_anchor_is_told_and_what_follows_from_it_is_not() -> None:
    assert [f.code for f in read("a: &x 1\nb: 'never closed\n").faults] == ["yaml-anchor"]


def test_a_mebibyte_of_tabs_takes_no_longer_than_other_text() -> None:
    source = read("a:\n" + "\tb: 1\n" * 40_000)
    assert {f.code for f in source.faults} == {"tab-indentation"}


def test_places_of_values_and_keys() -> None:
    source = read("a: 1\nb:\n  - c: x\n    d: [y, '', z]\n")
    assert source.place("a") == (1, 4)
    assert source.key_place("b", 0, "d") == (4, 5)
    assert source.place("b", 0, "d", 1) == (4, 16)
    assert source.place("b", 0, "missing") == (3, 5)


words = st.text(alphabet=st.sampled_from("abcé ŵ'\"\\#:-&*%\n"), min_size=1, max_size=60).filter(
    lambda t: t.strip() and "NI" not in t
)


@settings(max_examples=400)
@given(words, words, st.sampled_from(["|", ">", "'", '"', None]), st.integers(10, 200))
def test_the_place_of_words_in_any_style(before: str, after: str, style: str | None, width: int) -> None:
    value = before + "ZQ" + after
    text = yaml.safe_dump({"k": {"text": value}}, default_style=style, allow_unicode=True, width=width)
    source = read(text)
    read_value = text_of(value_at(source.data, ("k", "text")))
    place = source.place_in(("k", "text"), read_value.index("ZQ"))
    line = text.split("\n")[place.line - 1]
    assert line[place.column - 1] == "Z"


def test_forty_side_by_side_are_not_deep() -> None:
    assert read("a: [" + "{b: [c]}, " * 40 + "'d &e']\nf: [" + "[g], " * 200 + "h]\n").faults == []


def test_places_pass_over_what_is_empty_and_keep_the_first_of_two() -> None:
    source = read("a: ['', one, two]\nb: 1\nb: 22\n")
    assert source.place_in(("a", 1), 1) == (1, 15)
    assert (source.place("b"), source.key_place("b")) == ((2, 4), (2, 1))


@pytest.mark.parametrize(
    ("written", "column"),
    [(r"\xe9Z", 9), (r"\u00e9Z", 11), (r"\U0001f600Z", 15), (r"\"Z", 7), (r"a\nZ", 8), (r"\U0001f600\u00e9Z", 21)],
)
def test_a_code_in_double_quotes_counts_with_all_its_characters(written: str, column: int) -> None:
    source = read(f'a: "{written}"\n')
    assert source.place_in(("a",), text_of(source.data["a"]).index("Z")) == (1, column)
