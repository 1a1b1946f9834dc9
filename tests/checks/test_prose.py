"""Prose: Markdown that is safe, and how easily a summary reads."""

from __future__ import annotations

import pytest
from text_register import codes, findings, head, organisation, sound

from undersigned.checks.rules.prose import faults_of_markdown, reading_grade, syllables

P = "protocols/p/protocol.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "See [the code](https://example.org/a?b=c&d).",
        "Write to [us](mailto:housing@example.org).",
        "<https://example.org/>",
        "<post@example.org>",
        "`<b>` and\n\n```\n<script>\n```\n\nas code",
        "```\n<b>\n```",
        "1 < 2 and 3 > 2",
        "a <name> to fill in",
        "&lt;b&gt;",
        "Note [1] and [c].",
        "# One\n\n## Two\n\n### Three\n\n## Two",
        "### Only",
        "Issue #3 and ## not a heading",
        "[HTTPS](HTTPS://EXAMPLE.ORG)",
        "* a\n* b\n\n| a | b |",
        "http://example.org is no link here",
        "[a]: https://example.org\n\nSee [a].",
    ],
)
def test_safe_markdown_is_silent(text: str) -> None:
    assert list(faults_of_markdown(text)) == []


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("so <b>bold</b>", "raw-html", "<b>"),
        ("indented by hand:\n\n    <script>", "raw-html", "<script>"),
        ("(a) in a list: <b>x</b>", "raw-html", "<b>"),
        ("<div>\nx\n</div>", "raw-html", "<div>"),
        ("a <!-- b --> c", "raw-html", "<!--"),
        ("x\n\n<img src=x onerror=alert(1)>", "raw-html", "<img"),
        ("a ![b](https://example.org/c.png)", "image", "!["),
        ("[a](http://example.org)", "link-scheme", "http:"),
        ("[a](javascript:alert(1))", "link-scheme", "javascript:"),
        ("[a](//example.org)", "link-scheme", "//"),
        ("[a](../b.md)", "link-scheme", "../"),
        ("<ftp://example.org>", "link-scheme", "ftp:"),
        ("[a][b]\n\n[b]: data:text/html,x", "link-scheme", "data:"),
        ("text\n\n[unused]: file:///etc", "link-scheme", "file:"),
        ("# A\n\ntext\n\n### B", "heading-skipped", "### B"),
        ("A\n=\n\n### B", "heading-skipped", "### B"),
        ("[x](<java script:alert(1)>)", "link-scheme", "java"),
    ],
)
def test_faults_and_their_places(text: str, code: str, at: str) -> None:
    faults = list(faults_of_markdown(text))
    assert faults[0][0] == code
    assert text[faults[0][1] :].startswith(at)


def test_a_stamp_is_not_judged_again() -> None:
    stamp = (
        f"agreed_on: 2024-01-01\nchange: material\nsummary: First\nfingerprint: v1:sha256:{'0' * 64}\n"
        "text:\n  title: T\n  clauses:\n    - {id: c, text: 'a <b>bold</b> word'}\n"
    )
    assert codes("prose", {P: sound(), "protocols/p/versions/1.0.yaml": stamp}) == []
    assert codes("prose", {P: sound(), "protocols/p/versions/1.0.yaml": stamp.replace("First", "<i>First</i>")}) == [
        "raw-html"
    ]


def test_plain_fields_show_angle_brackets_as_they_are() -> None:
    name = organisation("Fish & Chips <Stafford> Ltd", "voluntary", "website: HTTPS://example.org\n")
    assert codes("prose", {P: sound(), "signatories/b/organisation.yaml": name}) == []
    (found,) = findings(
        "prose", {P: sound(), "signatories/b/organisation.yaml": name.replace("Fish", "<script>x</script> Fish")}
    )
    assert (found.code, found.line, found.column) == ("raw-html", 1, 7)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("the", 1),
        ("people", 2),
        ("housing", 2),
        ("probation", 3),
        ("shared", 1),
        ("needed", 2),
        ("places", 2),
        ("area", 2),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert abs(syllables(word) - count) <= (1 if word == "area" else 0)


def test_reading_grade_tells_easy_from_hard() -> None:
    easy = "The council finds homes. It asks the person first. It tells them what it says. " * 4
    hard = (
        "Organisational interoperability necessitates comprehensive multilateral harmonisation of administrative responsibilities. "
        * 4
    )
    assert reading_grade("Too short to tell.") is None
    assert (reading_grade(easy) or 99) < 5
    assert (reading_grade(hard) or 0) > 15


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ("The NHS and the UK GDPR are known.", []),
        ("MAPPA meets.", ["acronym"]),
        ("Multi-Agency Public Protection Arrangements (MAPPA) meet.", []),
        ("Victims are NOT named. We do not name them.", []),
        ("Part II applies.", []),
        ("ATRs help.", ["acronym"]),
    ],
)
def test_acronyms(summary: str, found: list[str]) -> None:
    text = head().replace("It says what two bodies tell each other.", summary)
    assert codes("prose", {P: text}) == found
    assert codes("prose", {P: text.replace("publication: public", "publication: restricted")}) == []
