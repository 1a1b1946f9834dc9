"""Content: topics by status, by clause and by adoption, and what is no blank."""

from __future__ import annotations

import pytest
from test_references import ADOPTS, framework
from text_register import FLOW, PARTIES, codes, findings, head, sound, terms

from undersigned.checks.rules.content import may_hold_blanks, placeholders_in
from undersigned.checks.texts import Words

P = "protocols/p/protocol.yaml"


def test_a_sound_protocol_is_silent() -> None:
    assert codes("content", {P: sound()}) == []


@pytest.mark.parametrize(
    ("status", "topic", "severity"),
    [
        ("signing", "breach", "error"),
        ("in-force", "breach", "error"),
        ("draft", "breach", "advice"),
        ("consultation", "breach", "advice"),
        ("in-force", "disputes", "warning"),
        ("signing", "disputes", "warning"),
        ("draft", "disputes", "advice"),
    ],
)
def test_a_missing_topic_is_as_severe_as_its_stage_of_life(status: str, topic: str, severity: str) -> None:
    (found,) = findings("content", {P: head(status) + PARTIES + FLOW + terms(topic)})
    assert (found.severity, f"'{topic}'" in found.message) == (severity, True)


def test_superseded_withdrawn_and_restricted_texts_are_not_asked() -> None:
    for status in ("superseded", "withdrawn"):
        assert codes("content", {P: head(status) + PARTIES}) == []
    assert codes("content", {P: head(publication="restricted") + PARTIES}) == []


def test_a_clause_answers_by_its_id_and_a_field_answers_by_itself() -> None:
    by_id = terms("breach") + "  - {id: breach, text: Told within 24 hours.}\n"
    assert codes("content", {P: head() + PARTIES + FLOW + by_id}) == []
    by_field = (
        terms("people", "dpia") + "people: [people on probation]\ndpia: {status: not-needed, reason: Counts only}\n"
    )
    assert codes("content", {P: head() + PARTIES + FLOW + by_field}) == []


def test_an_adopted_clause_answers_where_somebody_has_signed_it() -> None:
    text = head() + PARTIES + FLOW + terms("security") + ADOPTS
    assert codes("content", {P: text, **framework("a", "b")}) == []
    assert codes("content", {P: text, **framework("a")}) == []
    assert codes("content", {P: text, **framework()}) == ["missing-topic"]


def test_an_empty_clause_is_told_once() -> None:
    text = terms("breach") + "  - {id: breach, title: Breaches}\n"
    assert codes("content", {P: head() + PARTIES + FLOW + text}) == ["empty-clause"]


def test_a_clause_that_does_not_read_still_answers() -> None:
    text = terms("breach") + "  - {id: breach, text: Told., covers: breach}\n"
    assert codes("content", {P: head() + PARTIES + FLOW + text}) == []


def test_flows_owe_nothing_that_a_clause_says_for_all() -> None:
    bare = FLOW.replace("    retention: 1 year\n", "")
    assert codes("content", {P: head() + PARTIES + bare + terms()}) == []
    assert codes("content", {P: head() + PARTIES + bare + terms("retention")}) == ["incomplete-flow"]


def test_a_framework_without_flows_is_not_asked_for_the_law_of_flows() -> None:
    text = head(kind="framework") + PARTIES + terms("data-items", "regime", "lawful-basis", "gateway")
    assert codes("content", {P: text}) == []
    assert len(codes("content", {P: text.replace("framework", "joint-working-protocol")})) == 4


@pytest.mark.parametrize(
    "text",
    [
        "[insert name]",
        "[Insert the name of the officer]",
        "[name]",
        "[Name of organisation]",
        "[date]",
        "[TBC]",
        "TBC",
        "Retention: tbc.",
        "ring xxx",
        "XXXX",
        "<name>",
        "<insert post>",
        "<address>",
        "To: to be confirmed",
        "To be agreed.",
        "…",
        "...",
        "Lorem ipsum dolor",
        "TODO write",
        "by ??? at the latest",
        "{{ name }}",
        "[…]",
        "____",
        "[insert the\nname]",
    ],
)
def test_blanks_are_found(text: str) -> None:
    assert list(placeholders_in(Words(("clauses", 0, "title"), text))), text
    assert may_hold_blanks(f"title: {text}\n".encode()) or may_hold_blanks(f"title: '{text}'\n".encode())


@pytest.mark.parametrize(
    "text",
    [
        "See [the code](https://example.org/) first.",
        "[name](https://example.org/)",
        "Write [c] or [x].",
        "the [Secretary of State] may",
        "[name][ref]",
        "[name]: https://example.org/",
        "<https://example.org/>",
        "<post@example.org>",
        "a < b and c > d",
        "less than <5",
        "The date is to be confirmed in writing by the lead.",
        "terms to be agreed between the parties",
        "and so on…",
        "Wait... then go.",
        "Part XX and Chapter XIX",
        "Part XXX of the Act",
        "The tbcs of life",
        "- [ ] tick",
        "the <b>bold</b>",
        "a<br>b",
        "<details><summary>x</summary></details>",
        "(name of the officer)",
        "A list: one, two",
        "housing@tbc.example.org",
    ],
)
def test_what_is_no_blank(text: str) -> None:
    assert list(placeholders_in(Words(("clauses", 0, "title"), text))) == []


def test_a_blank_written_without_quotes_is_found_in_the_list_it_makes() -> None:
    (found,) = findings("content", {P: sound("people: [people on probation, insert others]\n")})
    assert (found.code, found.message.endswith("insert others")) == ("placeholder", True)
    assert codes("content", {P: sound("people: [people who insert coins into many machines on the pier]\n")}) == []


def test_brackets_in_a_letter_are_filled_in_later() -> None:
    letter = "title: Letter\nkind: letter\nfrom: [any]\nto: [any]\nbody: Dear [name], of [organisation]\n"
    assert codes("content", {P: sound(), "protocols/p/forms/l.yaml": letter}) == []
    assert codes("content", {P: sound(), "protocols/p/forms/l.yaml": letter.replace("[name]", "[insert name]")}) == [
        "placeholder"
    ]


def test_the_place_is_that_of_the_words_in_a_folded_block() -> None:
    text = terms() + "  - id: more\n    text: >\n      One line and\n      then TBC here.\n"
    (found,) = findings("content", {P: head() + PARTIES + FLOW + text})
    lines = (head() + PARTIES + FLOW + text).split("\n")
    assert lines[found.line - 1][found.column - 1 :].startswith("TBC")


def test_comments_hold_what_their_writers_like() -> None:
    assert codes("content", {P: sound("# TBC: ask [insert name]\n")}) == []
