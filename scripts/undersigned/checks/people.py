"""Names of people, told from posts and from mailboxes of offices. Shared by the rooms of rules; holds none itself."""

from __future__ import annotations

import re
from functools import lru_cache

_FREE_MAIL = re.compile(
    r"(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|rocketmail|icloud|me|mac|aol|btinternet|btopenworld|protonmail|"
    r"proton|pm|gmx|sky|virginmedia|ntlworld|blueyonder|talktalk|tiscali|tesco|o2|fastmail|zoho|mail|hey|tutanota|orange|"
    r"freeserve|hushmail|yandex|inbox|email)\.(?:com|co\.uk|net|me|de|uk|org|ru|fr|ie)\Z",
    re.IGNORECASE,
)
_FIRST = (
    "aaron abdul abigail adam adele adrian ahmed aisha alan alastair albert alex alexander alexandra alfred alice alison amanda "
    "amelia amina amy andrea andrew angela anita ann anna anne annette anthony antony archie arthur ashley barbara barry beatrice "
    "ben benjamin bernard beth bethany bob bradley brenda brian bridget bruce bryan callum cameron carl carol caroline catherine "
    "cathy charles charlie charlotte cheryl chloe chris christine christopher claire clare clive colin connor craig daniel daniella "
    "darren dave david dawn dean deborah debbie denise dennis derek diana diane dominic donald donna dorothy douglas duncan dylan "
    "edith edward eileen elaine eleanor elizabeth ella ellen ellie emily emma eric erica ethan eva evelyn fatima fiona frances "
    "francis fred frederick gareth gary gavin gemma geoff geoffrey george georgina gerald gillian glenn gordon graeme graham greg "
    "gwen hannah harriet harry hassan hazel heather helen henry hilary howard hugh ian ibrahim imran irene isaac isabel isabella "
    "isla jack jacob jacqueline jake james jamie jan jane janet janice jason jayne jean jeff jeffrey jennifer jenny jeremy jess "
    "jessica jill jim joan joanna joanne joe joel john jonathan jordan joseph joshua joyce juan judith julia julian julie justin "
    "karen karl kate katherine kathleen kathryn katie katy keith kelly kenneth kerry kevin khalid kieran kim kirsty kyle laura "
    "lauren lawrence leanne lee leon leonard leslie lewis liam linda lindsay lisa liz lorraine louis louise lucy luke lynn lynne "
    "malcolm margaret maria marie marilyn marion martin mary mathew matthew maureen megan melanie melissa michael michelle mike "
    "mohamed mohammad mohammed molly monica morgan muhammad naomi natalie natasha nathan neil niall nicholas nick nicola nicole "
    "nigel nina noah norman oliver olivia omar oscar owen pamela patricia patrick paul paula pauline penny peter philip phil "
    "phillip priya rachael rachel raymond rebecca richard rita rob robert robin roger ronald rory rosemary roy russell ruth ryan "
    "sally sam samantha samuel sandra sanjay sara sarah scott sean shane sharon shaun sheila shirley sian simon sophia sophie "
    "stacey stella stephanie stephen steve steven stewart stuart sue susan suzanne sylvia tara teresa terence theresa thomas tim "
    "timothy tina toby tom tony tracey tracy trevor valerie vanessa vera veronica vicky vikram vincent vivien walter wayne wendy "
    "william yasmin yusuf yvonne zara zoe"
)
_LAST = (
    "smith jones taylor brown williams wilson johnson davies davis robinson wright thompson evans walker roberts edwards hughes "
    "lewis clarke jackson patel khan ahmed hussain begum singh kaur ali morris martin cooper harrison morgan baker campbell "
    "anderson allen scott watson parker bennett griffiths murphy kelly simpson marshall collins phillips richards richardson "
    "stevenson henderson macdonald mcdonald reid murray stewart fraser doe bloggs doyle oconnor obrien"
)
_FIRST_NAMES = frozenset(_FIRST.split())
_LAST_NAMES = frozenset(_LAST.split())
_OF_A_POST = (
    "manager officer director lead head team service services house ward office unit centre center project trust court street road "
    "park place hall lodge hospital infirmary hostel square region area district county council college school prison police "
    "probation housing health support worker advisor adviser coordinator co-ordinator administrator assistant executive chair "
    "secretary clerk chief deputy senior principal superintendent inspector constable sergeant governor warden commissioner "
    "practitioner nurse doctor counsel solicitor partner partnership board desk duty hub line network programme group department "
    "division society association foundation charity church mission aid shelter home homes residence wing caseworker specialist "
    "consultant analyst guardian controller ambassador representative champion"
)
_POST_WORDS = frozenset(_OF_A_POST.split())
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Revd?|Prof(?:essor)?)\b\.?\s+(?:[A-Z]\.?\s*)*[A-Z][\w'’-]*")
_TWO_WORDS = re.compile(
    r"\b([A-Z][a-z]+(?:-[A-Z][a-z]+)?)\s+(?:[A-Z]\.?\s+)?((?:O['’]|Mc|Mac|Fitz)?[A-Z][a-z]+(?:-[A-Z][a-z]+)?)\b"
)
_INITIALS = re.compile(r"\s*(?:[A-Z]\.\s*){1,3}([A-Z][a-z'’]\w+)\s*\Z|\s*[A-Z]\s([A-Z][a-z'’]\w+)\s*\Z")


@lru_cache(maxsize=4096)  # few posts, many times
def name_in(post: str) -> int | None:
    """Where a person's name starts in what should be a post; None if it holds no name.

    Cautious: places, wards and hostels bear first names too.
    """
    titled = _TITLED.search(post)
    if titled:
        return titled.start()
    for match in _TWO_WORDS.finditer(post):
        first, last = match[1].lower(), match[2].lower().replace("'", "").replace("’", "")
        if last in _POST_WORDS or first in _POST_WORDS:
            continue
        irish = match[2][:2] in ("O'", "O’", "Mc")
        if first.split("-")[0] in _FIRST_NAMES or last in _LAST_NAMES or irish:
            return match.start()
    initials = _INITIALS.match(post)
    if initials and (initials[1] or initials[2]).lower() not in _POST_WORDS:
        return len(post) - len(post.lstrip())
    return None


@lru_cache(maxsize=4096)
def is_mailbox_of_a_person(local: str, domain: str) -> bool:
    """Whether an address is a person's: at a free provider, or made of a first name or initial and a surname."""
    if _FREE_MAIL.search(domain):
        return True
    parts = [part for part in re.split(r"[._-]", local.lower()) if part]
    if len(parts) == 2 and not _POST_WORDS.intersection(parts):
        first, last = parts[0], re.sub(r"\d+\Z", "", parts[1])
        if last in ("surname", "lastname", "smith", "doe", "bloggs"):
            return True
        if first in _FIRST_NAMES:
            return last.replace("'", "").isalpha()
        return last in _LAST_NAMES
    if len(parts) == 3 and parts[0] in _FIRST_NAMES and len(parts[1]) == 1:
        return True
    return len(parts) == 1 and len(parts[0]) > 5 and parts[0][1:] in _LAST_NAMES
