"""What the heading of a section says that the section is about, as the content topics of the register.

A heading is a hint and no proof, so only clear words count: a topic that is missed is asked for, but one that is wrongly
given hides a gap. What only a person can settle is never proposed: the law of each flow, who is party and in what role,
what is shared, what consent is for, and whether an assessment was made.
"""

from __future__ import annotations

import re
from typing import Final

#: Topic, the words of a heading that name it, and words beside which they mean something else.
_TOPICS: Final = (
    ("purpose", r"why do we share|what (this|the) (agreement|protocol|memorandum) (does|is for)|purposes?|aims?|objectives?|reasons? for (the )?sharing|what (is )?(this|the) \w+ (is )?for|why (we|information|data|the)\b.*\b(share|sharing|shared|needed)", r"limitation|other purposes?|further|new purpose|not for"),
    ("people", r"who (this|the) (agreement|protocol) is for|eligibility( criteria)?|(service users|people|individuals|clients|families) (included|in scope)|data subjects?|whose (information|data)|people (affected|covered|concerned)|individuals (affected|covered|concerned)|who (the )?(information|data) is about", r"rights?|access|requests?|informing|telling|consent|complain|dispute"),
    ("necessity-and-proportionality", r"proportiona\w+|necessity|human rights|article 8", None),
    ("transparency", r"keeping (people|individuals|service users|clients|families) informed|what (do|will) we tell|privacy (notices?|information)|fair processing|transparency|(telling|informing) (people|individuals|data subjects|service users|clients|the public|tenants|customers|families)|right to be informed", None),
    ("procedure", r"(the )?(referral )?pathway|frequency and methods?\b.*|procedures?|process for (sharing|requesting|making)|how (the )?(information|data|referrals?|requests?)\b.*\b(shared|sent|made|passed|exchanged|requested|flows?)|(information|data) flows?|referral (process|pathway|route)|methods? of (sharing|transfer|exchange|transmission)|(making|handling) (a )?(referrals?|requests? for information)|(transfer|exchange|transmission) of (information|data|records)", r"complaint|breach|incident|subject access|lawful|grievance|dispute|disciplinary|outside|overseas|abroad|international|review"),
    ("accuracy", r"accura\w+|(data|information|record) quality|quality of (the )?(information|data|records)|correcti(ng|on)s?( of)? (errors|mistakes|records|information|data)", r"assurance of (the )?service"),
    ("retention", r"how long (do|will) we keep|storage and deletion|weeding|retention|retain(ed|ing)|dispos(al|ing)|destruction|destroying|delet(ion|ing)|storage limitation|how long (we|information|data|records|it)\b.*\b(keep|kept|held)", None),
    ("security", r"vetting|keep(ing)? (it|information|data|records) (safe|secure)|kept (safe|secure)|security|securely|(keeping|holding) (information|data|it|records) safe|safe ?keeping|protective marking|safeguarding of (information|data)|information assurance|technical and organisational measures", r"incident|breach|community|social security"),
    ("onward-disclosure", r"(conditions?|restrictions?|limits?) (of|on|for) (the )?use|onward\b.*|further (use|disclosure|sharing)|re-?use|secondary (use|purposes?)|passing (it|information|data) on|(disclosure|sharing|release|use) (to|by|with) (any )?(third|other) part(y|ies)|restrictions? on( the)? use|limits? on( the)? use|use limitation|purpose limitation|use for (other|another|any other) purposes?|use (and (further )?disclosure )?of (the )?(shared |disclosed )?(information|data)", None),
    ("individual-rights", r"subject access", None),
    ("individual-rights", r"see what we hold|see (their|your) (information|records|data)|data subject access|requests by individuals|subject access|rights? of (individuals|data subjects|the data subject|people|access)|(individuals?|data subjects?|people'?s?|persons?)[’']? rights?|individuals?[’']s? rights|data subjects?[’']s? rights|requests? (for|by|from) (access|individuals|data subjects)|access (to|requests?)( (by|from|for|to))? ?(personal|their|records|data subjects?|information by)?", r"human rights|system access|access control|freedom|intellectual|physical access|access to (the )?(system|building|service)"),
    ("breach", r"(goes|go|went) wrong|notification of incidents|breach(es)?|(data|information|security|personal data) (loss|incidents?)|incidents?|loss of (information|data)|near miss(es)?|unauthorised disclosure", r"breach(es)? of (an? |the )?(licence|tenancy|(community )?order|contract|supervision|bail|conditions?)|breach proceedings|critical incident|hate incidents?|reporting crime"),
    ("freedom-of-information", r"freedom of information|fo?ia?|environmental information|eirs?", None),
    ("complaints", r"complain|complaints?", None),
    ("start-and-review", r"look at this (protocol |agreement )?again|^starting|(date of )?commencement|start date|(period|duration|term) of (the |this )?(agreement|protocol|arrangements?|memorandum)|term and termination|duration|review(ing)?( (of|and)( (the|this))?( \w+)?)?|effective date", r"case review|retention|peer review|file review|serious|safeguarding practice|domestic homicide|risk|performance|review of cases|decision"),
    ("amendment", r"changing( and ending)?( this| the)? (agreement|protocol|memorandum)|amendments?|amending|variations?|varying|changes? to (the |this )?(agreement|protocol|document|memorandum)|reviews? and changes?|change control", r"history|record|log"),
    ("joining-and-leaving", r"ending( this| the)? (agreement|protocol|memorandum)|termination|terminating|withdraw(al|ing)( from (the |this )?(agreement|protocol|partnership|memorandum))?|leaving|joining|accession|new (partners|parties|members|signatories|organisations)|exit( arrangements| plan)?|adding (a )?(partners?|part(y|ies))", r"consent|refus|employment|hospital|home|care|prison|custody|tenancy"),
    ("disputes", r"disagree|resolving (problems|issues)|disputes?|disagreements?|escalation|resolving differences|conflict resolution", r"with (a )?(tenant|landlord|service user|data subject|individual|commissioner)|professional"),
    ("automated-decisions", r"automated (decisions?|decision[- ]making|processing)|profiling|artificial intelligence|algorithm\w*", None),
    ("international-transfers", r"(transfers?|sharing|processing|sending)\b.*\b(overseas|abroad|internationally|outside (the )?(uk|united kingdom|eea|eu))|international transfers?|overseas transfers?|third countr(y|ies)", None),
    ("equality", r"equalit(y|ies)|diversity|equal opportunities|public sector equality duty", None),
    ("training", r"training|staff awareness|awareness (raising|and training)", r"employment|referral"),
    ("outcomes", r"audits?|auditing|monitoring|evaluation|(measuring|measures of) (success|outcomes|performance)|outcomes?|performance (measures?|management|monitoring|indicators?)", r"equalit|electronic monitoring|call monitoring|offender|ethnic|outcomes? of (the )?(meeting|referral|assessment|request)"),
    ("liability", r"indemnit(y|ies)|liabilit(y|ies)|insurance", None),
    ("funding", r"funding|costs?|charges|charging|fees|resources", r"human resources|court costs"),
)  # fmt: skip
#: What a section may also be about; a person settles these, and nothing is proposed for them.
_HINTS: Final = (
    ("lawful-basis", r"(legal|lawful|statutory|legislative)\b.*\b(bas[ei]s|framework|context|powers?|gateways?|requirements?|considerations?|provisions?)|legislation|lawful (sharing|processing)|conditions? for processing|basis for sharing|powers? to share|vires|the law"),
    ("parties", r"part(y|ies)( to .*)?|who are we|(the )?(information|data)[- ]sharing partners|partners?|(partner|participating|signatory|member|partnering) (organisations|agencies|bodies|authorities)|organisations (involved|covered|who .*)|signatory .*|who (is involved|are the partners|this agreement is between)|membership|members|between whom"),
    ("controllership", r"(data |joint )?controllers?(hip)?.*|processors?"),
    ("data-items", r"(information|data|what|items?|types?|categories|extent|nature)\b.*\b(shared|exchanged|disclosed|provided)|data (items|sets?|specification|fields)|datasets?|minimum data ?set|(types?|categories|description) of (personal )?(information|data)"),
    ("consent", r"consent.*|.*\bconsent"),
    ("dpia", r"(data protection |privacy )?impact assessments?|dpias?"),
    ("policy-document", r"appropriate policy documents?"),
    ("signatures", r"signator(y|ies)|signatures?|signed.*|sign(ing)?[- ]?(off|up)|declaration.*|execution|approvals?( and.*)?|authorisation|agreed by|who has (agreed|signed).*|endorsement"),
)  # fmt: skip
_WORD_TOPICS = tuple(
    (topic, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])"), re.compile(rf"\b(?:{unless})") if unless else None)
    for topic, words, unless in _TOPICS
)
_WORD_HINTS = tuple((topic, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")) for topic, words in _HINTS)
_NUMBER = re.compile(
    r"\s*(?:(?:section|part|clause|article|chapter)\s+[0-9A-Za-z]{1,4}\s*[-–:.)]*\s+|"
    r"\(?[0-9]{1,2}(?:\.[0-9]{1,2})*[.):]*\s*[-–]?\s+|\(?[A-Za-z][.)]\s+|[A-Z][0-9]{1,2}[.):]*\s+|[IVX]{1,6}[.)]\s+)",
    re.IGNORECASE,
)
_ANNEX = re.compile(
    r"\s*(?:the\s+)?(?:appendi(?:x|ces)|annex(?:e|es|ure)?|schedules?|enclosures?|attachments?)\b", re.IGNORECASE
)
_FURNITURE = re.compile(
    r"(?:table of )?contents|index|(document|version|change|amendment) (control|history|record|log)( sheet)?|document (details|information|status)|"
    r"distribution( list)?|list of (appendices|annexes)|revision history"
)
_CONTACTS = re.compile(
    r"(?:key |main |list of |partner )?contacts?(?: (?:details|list|points|officers?|persons?|people))?|(?:single )?points? of contact|spocs?"
)


def bare_heading(text: str) -> str:
    """A heading without its number and its last marks."""
    line = " ".join(text.split())
    while (match := _NUMBER.match(line)) and match.end() < len(line):
        line = line[match.end() :]
    return line.strip(" :.-–")


def topics_of(heading: str) -> tuple[str, ...]:
    """The topics that the heading names, each of which a clause can answer."""
    line = _compared(heading)
    found = (
        topic
        for topic, words, unless in _WORD_TOPICS
        if words.search(line) and not (unless is not None and unless.search(line))
    )
    return tuple(dict.fromkeys(found))


def hints_of(heading: str) -> tuple[str, ...]:
    """The topics that the heading speaks of and that only a person can settle."""
    line = _compared(heading)
    return tuple(topic for topic, words in _WORD_HINTS if words.fullmatch(line) or words.match(line))


def is_annex(heading: str) -> bool:
    """Whether what follows is an appendix, annex or schedule: forms and lists that are not clauses."""
    return bool(_ANNEX.match(heading))


def is_furniture(heading: str) -> bool:
    """Whether the section is about the document itself: contents, history, words explained."""
    return bool(_FURNITURE.fullmatch(_compared(heading)))


def is_of_contacts(heading: str) -> bool:
    """Whether the section lists whom to ring and write to."""
    return bool(_CONTACTS.fullmatch(_compared(heading)))


def _compared(heading: str) -> str:
    return bare_heading(heading).casefold().replace("’", "'").replace("&", "and")
