"""Twenty questions that readers really ask: the guidance answers each in the first screen of a page.

The questions were written before the pages were rewritten, from the four readers' work and not from the pages.
"""

import re
from collections import deque
from pathlib import Path
from typing import NamedTuple

import pytest

GUIDANCE = Path(__file__).parents[2] / "scripts/undersigned/handbook/guidance"
#: What fits on the first screen of a laptop, below the head of a page.
FIRST_SCREEN = 150
_LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]*)[^)]*\)")


class Question(NamedTuple):
    """What a reader asks, the page that answers (below `handbook/guidance`) and words from its answer."""

    reader: str
    asks: str
    page: str
    answer: str


QUESTIONS = (
    Question(
        "housing officer",
        "A duty-to-refer e-mail gives only a name and a number. May I ask for more?",
        "housing/duty-to-refer.md",
        "A council that gets such a notice may ask for more",
    ),
    Question(
        "housing officer",
        "He leaves prison in six weeks with nowhere to go. Do our duties start now?",
        "housing/homelessness-duties.md",
        "the help is due now",
    ),
    Question(
        "housing officer",
        "He was in prison here. Does that give him a local connection?",
        "housing/homelessness-duties.md",
        "Time in prison does not by itself give a",
    ),
    Question(
        "housing officer",
        "What must a referral hold before I can place somebody safely?",
        "housing/good-referral.md",
        "Together they say who the person is",
    ),
    Question(
        "housing officer",
        "We are a Welsh council. Which duties are ours?",
        "housing/wales.md",
        "A council in Wales must help anyone",
    ),
    Question(
        "probation practitioner",
        "Can I tell a private landlord what the person was convicted of?",
        "sharing/landlords-employers.md",
        "We found no general power for probation to tell a private landlord",
    ),
    Question(
        "probation practitioner",
        "The person says no. Can I still share?",
        "sharing/consent.md",
        "If they say no, leave out what needs their agreement",
    ),
    Question(
        "probation practitioner",
        "Somebody may be hurt tonight. Can I ring the hostel?",
        "sharing/can-i-share/share-now.md",
        "You need no protocol, no form and no consent",
    ),
    Question(
        "probation practitioner",
        "What may the treatment provider tell me about missed appointments?",
        "alcohol/treatment-requirements.md",
        "which appointments they kept and missed",
    ),
    Question(
        "probation practitioner",
        "We have no agreement with this council. Can I share at all?",
        "sharing/can-i-share/no-protocol.md",
        "The law may let you share without a protocol",
    ),
    Question(
        "landlord",
        "May I ask an applicant about old convictions?",
        "work/landlords.md",
        "the question does not reach spent ones",
    ),
    Question(
        "landlord",
        "Who do I ring, and who helps, if it goes wrong?",
        "work/landlords.md",
        "ask for one number that answers on the same day",
    ),
    Question(
        "landlord",
        "We are a housing association. May we warn our staff about a tenant?",
        "sharing/landlords-employers.md",
        "A housing association may warn its own staff about a visit",
    ),
    Question(
        "landlord",
        "We are asked to a MAPPA meeting. What may we do with what we hear?",
        "sharing/mappa.md",
        "ask the chair or the co-ordinator before you pass it on",
    ),
    Question(
        "landlord",
        "I was given something wrong about a tenant. What do I do?",
        "sharing/refusing-recording-correcting.md",
        "tell everyone who gave it to you or got it from you",
    ),
    Question(
        "data protection officer",
        "Which law lets probation share this with that body?",
        "sharing/gateway.md",
        "Probation may tell a council, the police or a government department under section 14",
    ),
    Question(
        "data protection officer", "Is consent the lawful basis?", "sharing/lawful-basis.md", "Consent is seldom right"
    ),
    Question(
        "data protection officer",
        "Which documents do I need before we sign?",
        "making/for-data-protection-officers.md",
        "An impact assessment (DPIA)",
    ),
    Question(
        "data protection officer",
        "Must everybody sign again if we change a sentence?",
        "making/changing-joining-leaving.md",
        "If it only corrects wording, nobody does",
    ),
    Question(
        "data protection officer",
        "Can we publish a figure of three people?",
        "outcomes/reporting-safely.md",
        "Do not publish a count of three people",
    ),
)


def words_until(page: str, answer: str) -> int:
    """The number of words from the page's title to the end of the paragraph (or row) that has the answer."""
    body = (GUIDANCE / page).read_text(encoding="utf-8").split("---\n", 2)[2]
    seen = 0
    for block in re.split(r"\n\n|(?<=\|)\n", body):
        seen += len(re.findall(r"\w[\w'-]*", _LINK.sub(r"\1", block)))
        if answer in " ".join(_LINK.sub(r"\1", block).split()):
            return seen
    raise AssertionError(f"{page} does not say: {answer}")


def clicks_from_the_index() -> dict[str, int]:
    """How many links a reader follows from the guidance's front page to each page, in the order of the links."""
    clicks = {"index.md": 0}
    waiting = deque(clicks)
    while waiting:
        page = waiting.popleft()
        for _, to in _LINK.findall((GUIDANCE / page).read_text(encoding="utf-8")):
            path = (GUIDANCE / page).parent.joinpath(to).resolve()
            if path.suffix == ".md" and path.is_relative_to(GUIDANCE) and path.is_file():
                name = path.relative_to(GUIDANCE).as_posix()
                if name not in clicks:
                    clicks[name] = clicks[page] + 1
                    waiting.append(name)
    return clicks


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.asks)
def test_the_first_screen_answers(question: Question) -> None:
    assert words_until(question.page, question.answer) <= FIRST_SCREEN


def test_two_links_lead_to_each_answer() -> None:
    clicks = clicks_from_the_index()
    assert {
        question.page: clicks.get(question.page) for question in QUESTIONS if clicks.get(question.page, 9) > 2
    } == {}


def test_four_readers_ask_five_questions_each() -> None:
    readers = [question.reader for question in QUESTIONS]
    assert {reader: readers.count(reader) for reader in readers} == {
        "housing officer": 5,
        "probation practitioner": 5,
        "landlord": 5,
        "data protection officer": 5,
    }


if __name__ == "__main__":  # the table for a person to read
    for row in QUESTIONS:
        print(f"| {row.reader} | {row.asks} | {row.page} | {words_until(row.page, row.answer)} |")
