"""Questions of a board member about an area, from the two founding documents, each answered within two clicks.

The questions were written before the pages were looked at. A click follows a link of the page, as a reader would.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache

import pytest
from lxml import html

from support import example_facts
from undersigned.site.pages import PageSet, generated_pages

START = "areas/staffordshire/"
#: (the question, the words of the links on the way, what the answer says)
QUESTIONS = [
    (
        "Which of our protocols say the same?",
        ["What is double, missing, waiting and ending"],
        [r"\d+ pairs? of protocols could be one", r"Duty to Refer Protocol and Staffordshire Housing Protocol"],
    ),
    (
        "Who provides tier 3, and until when?",
        ["Who provides what in Staffordshire"],
        [r"Tier 3[^|]*Yes: Structured alcohol treatment, by Example Alcohol Service, until 31 March 2028"],
    ),
    (
        "How long do landlords take to sign?",
        ["What is double, missing, waiting and ending"],
        [r"Housing provider Half of the copies come back signed within \d+ days \(between \d+ and \d+"],
    ),
    (
        "What happened to people three months after release, and how sure are we?",
        ["What happened to people: outcome figures"],
        [r"Settled 3 months after release", r"Not known: 40 49 \(44 to 54\)", r"After 3 months[^|]*45, 45, 25 and 10"],
    ),
    (
        "How many protocols do we have, and between how many agencies?",
        [],
        [r"\d+ protocols in force or out for signature between \d+ bodies"],
    ),
    (
        "How long does it take us to agree one, from the first proposal? Is it three years?",
        ["What is double, missing, waiting and ending"],
        [r"How long a protocol takes to agree (Half of the protocols|Too few have ended)[^|]*first recorded step"],
    ),
    (
        "Which protocols depend on money that ends?",
        ["What is double, missing, waiting and ending"],
        [r"Money of protocols[^|]*Ends after the next review"],
    ),
    ("Who has not signed, and for how long?", [], [r"Example NHS Trust [^|]*Sent, not yet signed[^|]*\d{3}"]),
    (
        "Which help does nobody provide here, and who is in charge of the rest?",
        ["Who provides what in Staffordshire"],
        [r"Tier 4[^|]*No one", r"Owner Commissioning Manager, Example County Council"],
    ),
    (
        "Can every council be told of everybody who may be homeless, as the law asks?",
        ["What is double, missing, waiting and ending"],
        [r"Duty to refer homelessness 12 0 0 0 0"],
    ),
    (
        "Whose review is late, or due next?",
        [],
        [r"Staffordshire Information Sharing Framework [^|]{0,40}In force version[^|]{0,40}15 December 2026 Due soon"],
    ),
]


@cache
def pages() -> dict[str, html.HtmlElement]:
    return {
        page.url: html.document_fromstring(page.body)
        for page in generated_pages(PageSet(example_facts(), "A register"))
        if page.url.startswith(("areas/", "provision/"))
    }


def clicked(url: str, words: str) -> str:
    """The page to which the link with these words leads."""
    targets = {
        link.get("href").partition("#")[0]
        for link in pages()[url].iter("a")
        if " ".join(link.text_content().split()) == words
    }
    (target,) = targets
    return posixpath.normpath(posixpath.join(url, target)) + "/"


@pytest.mark.parametrize(("question", "clicks", "answers"), QUESTIONS, ids=[question for question, _, _ in QUESTIONS])
def test_a_board_member_finds_the_answer_within_two_clicks(
    question: str, clicks: list[str], answers: list[str]
) -> None:
    assert len(clicks) <= 2
    here = START
    for words in clicks:
        here = clicked(here, words)
    page = pages()[here]
    text = re.sub(r" (?=[,.;:])", "", " ".join(" ".join(page.itertext()).split()))
    for answer in answers:
        assert re.search(answer, text), (question, answer)
