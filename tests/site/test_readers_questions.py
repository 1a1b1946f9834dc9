"""Twenty questions that readers really ask: the guidance answers each in the first screen of a page.

The questions were written before the pages were rewritten, from the four readers' work and not from the pages.
"""

from typing import NamedTuple


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
        "",
    ),
    Question(
        "housing officer",
        "He leaves prison in six weeks with nowhere to go. Do our duties start now?",
        "housing/homelessness-duties.md",
        "",
    ),
    Question(
        "housing officer",
        "He was in prison here. Does that give him a local connection?",
        "housing/homelessness-duties.md",
        "",
    ),
    Question(
        "housing officer",
        "What must a referral hold before I can place somebody safely?",
        "housing/good-referral.md",
        "",
    ),
    Question("housing officer", "We are a Welsh council. Which duties are ours?", "housing/wales.md", ""),
    Question(
        "probation practitioner",
        "Can I tell a private landlord what the person was convicted of?",
        "sharing/landlords-employers.md",
        "",
    ),
    Question("probation practitioner", "The person says no. Can I still share?", "sharing/consent.md", ""),
    Question(
        "probation practitioner",
        "Somebody may be hurt tonight. Can I ring the hostel?",
        "sharing/can-i-share/share-now.md",
        "",
    ),
    Question(
        "probation practitioner",
        "What may the treatment provider tell me about missed appointments?",
        "alcohol/treatment-requirements.md",
        "",
    ),
    Question(
        "probation practitioner",
        "We have no agreement with this council. Can I share at all?",
        "sharing/can-i-share/no-protocol.md",
        "",
    ),
    Question("landlord", "May I ask an applicant about old convictions?", "work/landlords.md", ""),
    Question("landlord", "Who do I ring, and who helps, if it goes wrong?", "work/landlords.md", ""),
    Question(
        "landlord",
        "We are a housing association. May we warn our staff about a tenant?",
        "sharing/landlords-employers.md",
        "",
    ),
    Question("landlord", "We are asked to a MAPPA meeting. What may we do with what we hear?", "sharing/mappa.md", ""),
    Question(
        "landlord",
        "I was given something wrong about a tenant. What do I do?",
        "sharing/refusing-recording-correcting.md",
        "",
    ),
    Question(
        "data protection officer", "Which law lets probation share this with that body?", "sharing/gateway.md", ""
    ),
    Question("data protection officer", "Is consent the lawful basis?", "sharing/lawful-basis.md", ""),
    Question(
        "data protection officer",
        "Which documents do I need before we sign?",
        "making/for-data-protection-officers.md",
        "",
    ),
    Question(
        "data protection officer",
        "Must everybody sign again if we change a sentence?",
        "making/changing-joining-leaving.md",
        "",
    ),
    Question("data protection officer", "Can we publish a figure of three people?", "outcomes/reporting-safely.md", ""),
)
