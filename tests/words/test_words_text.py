"""Dates and lists in words."""

from __future__ import annotations

import re
from datetime import date

import pytest

from undersigned.records.fields import Month
from undersigned.words.dates import MONTH_NAME, date_in_words, days_in_words, read_date
from undersigned.words.text import a_few, in_a_list, in_reading_order, name_of_id, one_line, plain


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a, x", "b"], "a, x; and b"),
        (["a, x", "b", "c"], "a, x; b; and c"),
    ],
)
def test_a_list_in_words(items: list[str], words: str) -> None:
    assert in_a_list(items) == words


def test_a_long_list_says_how_many_more() -> None:
    assert in_a_list([str(n) for n in range(1203)], most=2, rest="more") == "0, 1 and 1,201 more"
    assert a_few("fedcba") == "a, b, c, d and 2 others"


@pytest.mark.parametrize(
    ("when", "words"), [(date(2024, 4, 1), "1 April 2024"), (Month(2004, 5), "May 2004"), (None, "")]
)
def test_a_date_in_words(when: date | Month | None, words: str) -> None:
    assert date_in_words(when) == words


def test_days_in_words() -> None:
    assert [days_in_words(days) for days in (0, 1, -1, 40, 1100)] == [
        "0 days",
        "1 day",
        "1 day",
        "40 days",
        "1,100 days",
    ]


@pytest.mark.parametrize(
    "text",
    ["2026-09-03", "2026-9-3", "3/9/2026", "03.09.2026", "3 September 2026", "3rd of Sept, 2026", " 3 sep. 2026 "],
)
def test_a_date_that_a_person_typed(text: str) -> None:
    assert read_date(text) == date(2026, 9, 3)


@pytest.mark.parametrize(
    "text", ["", "31/02/2026", "3 Ju 2026", "3 Foo 2026", "9/2026", "2026-09-03T10:00", "٣/٩/٢٠٢٦ x"]
)
def test_no_date(text: str) -> None:
    assert read_date(text) is None


def test_names_of_months_in_a_pattern() -> None:
    month = re.compile(MONTH_NAME, re.IGNORECASE)
    assert all(month.fullmatch(name) for name in ("January", "jan", "Sep", "Sept", "SEPTEMBER", "may"))
    assert not month.match("marching")


def test_plain_text() -> None:
    assert plain("a\tb\x1b[31m\u202e") == "a b\ufffd[31m\ufffd"
    assert one_line("  a\n\n b\u2028c ", 4) == "a b…"


def test_the_name_of_an_id() -> None:
    assert [name_of_id(id_) for id_ in ("stoke-on-trent", "the-wirral", "Not an id")] == [
        "Stoke on Trent",
        "The Wirral",
        "Not an id",
    ]


def test_names_with_accents_come_where_a_reader_looks_for_them() -> None:
    names = [
        "Ynys Housing",
        "Ŷnys Housing",
        "Zebra",
        "Élan Valley",
        "Ely",
        "elan",
        "Øst",
        "Oak",
        "Łódź",
        "Lyme",
        "Æthel",
        "Aer",
    ]
    assert sorted(names, key=in_reading_order) == [
        "Aer",
        "Æthel",
        "elan",
        "Élan Valley",
        "Ely",
        "Łódź",
        "Lyme",
        "Oak",
        "Øst",
        "Ynys Housing",
        "Ŷnys Housing",
        "Zebra",
    ]
    assert a_few(["Zebra", "Élan"]) == "Élan and Zebra"
