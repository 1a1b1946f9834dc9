"""Privacy: nothing in the register points at a person. Whoever commits it to a public repository has published it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from undersigned.checks.rule import (
    OrganisationSubject,
    ProtocolSubject,
    RecordLike,
    RegisterSubject,
    RuleSet,
    Subject,
)
from undersigned.checks.texts import MOST_OF_A_KIND, Path, Words, texts_in
from undersigned.findings import Finding, Place, Severity
from undersigned.records.fields import Authored
from undersigned.records.reading import Record
from undersigned.records.source import Source

#: A code, where in the text, and the severity if it is not the rule's own.
Hit = tuple[str, int, Severity | None]

#: Fields that hold marks of other kinds.
_NOT_READ = frozenset({"fingerprint", "sha256", "ico_registration", "website"})
#: Fields with reference numbers of offices: a look-alike there is a warning.
_REFERENCES = frozenset({"reference", "minute", "instrument"})

# -- numbers --------------------------------------------------------------------------------------------------------

_GAP = r"[ \t\u00a0]?\n?[ \t]*"
_NATIONAL_INSURANCE = re.compile(
    rf"(?<![\w/-])(?:[A-Z]{{2}}[ -]?{_GAP}\d{{2}}[ -]?{_GAP}\d{{2}}[ -]?{_GAP}\d{{2}}[ -]?{_GAP}[A-D]"
    r"|[a-ceghj-prtw-z][a-ceghj-nprtw-z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d])(?![\w-])"
)
_NHS = re.compile(r"(?<![\w/+.-])(\d{3})([ -]?)(\d{3})\2(\d{4})(?![\w/-]|\.\d)")
_SAYS_NHS = re.compile(r"\bNHS\b|\bhealth service n|\bCHI\b", re.IGNORECASE)
_NHS_LABEL = re.compile(r"\b(?:NHS|CHI)\s*(?:number|no\.?|num|n[ºo°])?\s*(?:is|of|:|=|#)?\s*\(?\s*\Z", re.IGNORECASE)
_PNC = re.compile(r"(?<![\w/.-])(?:19|20)?\d{2}/\d{1,7}[A-Z](?![\w/-])")
_SAYS_PNC = re.compile(r"\bPNC\b|police national computer", re.IGNORECASE)
_PRISON = re.compile(r"(?<![\w/-])[A-Z]\d{4}[A-Z]{2}(?![\w/-])")
_CASE = re.compile(r"(?<![\w/-])[A-Z]\d{6}(?![\w/-])")
_SAYS_CASE = re.compile(r"\bCRN\b|case reference", re.IGNORECASE)
_MOBILE = re.compile(r"(?<![\w+.-])(?:(?:\+|00)44[ -]?(?:\(0\)[ -]?)?|\(?0)7(?:\)?[ -]?\d){9}(?!\d)")

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_BIRTH = re.compile(
    rf"""\b(?: born | dates?\ of\ birth | birth\ ?dates? | d\.?\ ?o\.?\ ?b\b\.? )
    (?P<between> [^\n\d]{{0,24}}? \s? )
    (?P<date> \d{{1,2}} \s?[/.-]\s? \d{{1,2}} \s?[/.-]\s? \d{{2,4}} | \d{{4}}-\d{{2}}-\d{{2}}
      | \d{{1,2}} (?:st|nd|rd|th)? \s+ (?:of\s+)? {_MONTHS} ,? \s+ \d{{2,4}}
      | {_MONTHS} \s+ \d{{1,2}} (?:st|nd|rd|th)? ,? \s+ \d{{4}} )(?!\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_DATE_THEN_BIRTH = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2})\s*\(?(?:d\.?o\.?b\.?|date of birth)\b", re.IGNORECASE
)
#: Words that make a rule about ages, or an example, of a date of birth.
_NOT_ONE_PERSON = re.compile(r"\b(?:after|before|since|between|until|from|by|example|such as|format|like)\b|e\.g\.", re.IGNORECASE)

# -- addresses ------------------------------------------------------------------------------------------------------

_POSTCODE = r"(?:GIR[ ]?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-HJKMNP-Y\d]?[ ]{0,2}\d[ABD-HJLNP-UW-Z]{2})"
_HOME = re.compile(
    rf"(?<![\w/.-])(?:[Ff]lat\s+\w{{1,4}},?\s+)?\d{{1,4}}[A-Za-z]?,?\s+(?:(?:[A-Z][\w'’.-]*|of|the|upon|on|under|le|in),?\s+){{0,10}}{_POSTCODE}(?!\w)"
)
_ANY_POSTCODE = re.compile(rf"(?<!\w){_POSTCODE}(?!\w)")
_AN_OFFICE = re.compile(
    r"\b(?:office|offices|council|town hall|city hall|civic|centre|prison|police|station|court|headquarters|hospital|surgery|"
    r"floor|building|buildings|commissioner|service|trust|ltd|limited|plc|university|college|jobcentre|library|p\.?o\.? box)\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])([A-Za-z0-9_.+'-]{1,64})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_FREE_MAIL = re.compile(
    r"(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|rocketmail|icloud|me|mac|aol|btinternet|btopenworld|protonmail|"
    r"proton|pm|gmx|sky|virginmedia|ntlworld|blueyonder|talktalk|tiscali|tesco|o2|fastmail|zoho|mail|hey|tutanota|orange|"
    r"freeserve|hushmail|yandex|inbox|email)\.(?:com|co\.uk|net|me|de|uk|org|ru|fr|ie)\Z",
    re.IGNORECASE,
)

# -- names ----------------------------------------------------------------------------------------------------------

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
_TWO_WORDS = re.compile(r"\b([A-Z][a-z]+(?:-[A-Z][a-z]+)?)\s+(?:[A-Z]\.?\s+)?((?:O['’]|Mc|Mac|Fitz)?[A-Z][a-z]+(?:-[A-Z][a-z]+)?)\b")
_INITIALS = re.compile(r"\s*(?:[A-Z]\.\s*){1,3}([A-Z][a-z'’]\w+)\s*\Z|\s*[A-Z]\s([A-Z][a-z'’]\w+)\s*\Z")


def names_in(post: str) -> Iterator[int]:
    """Where a person's name starts in what should be a post. Cautious: places, wards and hostels bear first names too."""
    titled = _TITLED.search(post)
    if titled:
        yield titled.start()
        return
    for match in _TWO_WORDS.finditer(post):
        first, last = match[1].lower(), match[2].lower().replace("'", "").replace("’", "")
        if last in _POST_WORDS or first in _POST_WORDS:
            continue
        irish = match[2][:2] in ("O'", "O’", "Mc")
        if first.split("-")[0] in _FIRST_NAMES or last in _LAST_NAMES or irish:
            yield match.start()
            return
    initials = _INITIALS.match(post)
    if initials and (initials[1] or initials[2]).lower() not in _POST_WORDS:
        yield len(post) - len(post.lstrip())


def _mailbox_of_a_person(local: str, domain: str) -> bool:
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


def _nhs_valid(digits: str) -> bool:
    """The check digit of an NHS number (NHS Data Dictionary: modulus 11)."""
    if len(set(digits)) == 1:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (0 if check == 11 else check) == int(digits[9])


def _national_insurance(text: str) -> Iterator[Hit]:
    for match in _NATIONAL_INSURANCE.finditer(text):
        yield "national-insurance-number", match.start(), None


def _nhs(text: str) -> Iterator[Hit]:
    for match in _NHS.finditer(text):
        digits = match[1] + match[3] + match[4]
        near = text[max(0, match.start() - 60) : match.start()]
        if _NHS_LABEL.search(near):
            yield "nhs-number", match.start(), None
        elif _nhs_valid(digits):
            if _SAYS_NHS.search(near) or (match[2] and digits[0] != "0"):
                yield "nhs-number", match.start(), None
            elif digits[0] in "4679":
                yield "nhs-number", match.start(), "warning"


def _pnc(text: str) -> Iterator[Hit]:
    for match in _PNC.finditer(text):
        if len(match[0].partition("/")[2]) >= 5 or _SAYS_PNC.search(text[max(0, match.start() - 40) : match.start()]):
            yield "pnc-number", match.start(), None


def _prison(text: str) -> Iterator[Hit]:
    for match in _PRISON.finditer(text):
        yield "prison-number", match.start(), None


def _case(text: str) -> Iterator[Hit]:
    for match in _CASE.finditer(text):
        yield "case-number", match.start(), None


def _birth(text: str) -> Iterator[Hit]:
    for match in _BIRTH.finditer(text):
        if not _NOT_ONE_PERSON.search(match["between"]):
            yield "date-of-birth", match.start("date"), None
    for match in _DATE_THEN_BIRTH.finditer(text):
        yield "date-of-birth", match.start(), None


def _mobile(text: str) -> Iterator[Hit]:
    for match in _MOBILE.finditer(text):
        yield "mobile-number", match.start(), None


def _home(text: str) -> Iterator[Hit]:
    if not _ANY_POSTCODE.search(text):
        return
    for match in _HOME.finditer(text):
        if not _AN_OFFICE.search(text[max(0, match.start() - 60) : match.end()]):
            yield "home-address", match.start(), None


def _email(text: str) -> Iterator[Hit]:
    for match in _EMAIL.finditer(text):
        if _mailbox_of_a_person(match[1], match[2]):
            yield "personal-email", match.start(), None


_LOOKS: tuple[Callable[[str], Iterator[Hit]], ...] = (_national_insurance, _nhs, _pnc, _prison, _case, _birth, _mobile, _home, _email)

# -- a quick look ---------------------------------------------------------------------------------------------------

def _shapes() -> bytes:
    """A table that turns digits into 9, capitals into A and small letters into a."""
    table = bytearray(range(256))
    for low, high, mark in ((b"0", b"9", b"9"), (b"A", b"Z", b"A"), (b"a", b"z", b"a")):
        for code in range(low[0], high[0] + 1):
            table[code] = mark[0]
    return bytes(table)


_SHAPES = _shapes()
_DIGEST = re.compile(rb"sha256: ?[0-9a-f]{64}")
_LOWER_NATIONAL_INSURANCE = re.compile(rb"(?<![0-9a-z])[a-z]{2}[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[a-d](?![0-9a-z])")
_MOBILE_LOOK = re.compile(rb"07\d{9}")
_BIRTH_WORDS = (b"born", b"birth", b"dob", b"d.o.b", b"o. b", b"d o b")
_DIGIT = re.compile(rb"[0-9]")


def may_point_at_somebody(raw: bytes) -> bool:
    """A quick look at a whole file, comments included: it may say yes too often, never no to what the slow one finds."""
    if b"sha256" in raw:
        raw = _DIGEST.sub(b"", raw)
    shape = raw.translate(_SHAPES)
    if b"A9999AA" in shape or b"A999999" in shape or (b"9/9" in shape and (b"99/9999" in shape or b"PNC" in raw)):
        return True
    if b"999 999 9999" in shape or b"9999999999" in shape or b"999-999-9999" in shape or b"9AA" in shape:
        return True
    joined = shape.translate(None, b" \t\r\n-\xc2\xa0")
    if b"AA999999A" in joined or (b"aa999999a" in joined and _LOWER_NATIONAL_INSURANCE.search(raw)):
        return True
    closed_up = raw.translate(None, b" -()")
    if _MOBILE_LOOK.search(closed_up) or b"+447" in closed_up or b"00447" in closed_up:
        return True
    if _some_day_beside_a_birth(raw.lower()):
        return True
    return b"@" in raw and _some_mailbox_of_a_person(raw)


def _some_day_beside_a_birth(low: bytes) -> bool:
    for word in _BIRTH_WORDS:
        at = low.find(word)
        while at >= 0:
            if _DIGIT.search(low, at, at + 90) or _DIGIT.search(low, max(0, at - 14), at):
                return True
            at = low.find(word, at + 1)
    return False


def _some_mailbox_of_a_person(raw: bytes) -> bool:
    at = raw.find(b"@")
    while at >= 0:
        text = raw[max(0, at - 65) : at + 80].decode("utf-8", "replace")
        if any(_mailbox_of_a_person(match[1], match[2]) for match in _EMAIL.finditer(text)):
            return True
        at = raw.find(b"@", at + 1)
    return False


def _field(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def check_record(subject: Subject, record: Record[Authored], raw: bytes) -> Iterator[Finding]:
    """Nothing in a record or its comments points at a person."""
    if not may_point_at_somebody(raw):
        return
    for code, place, severity in islice(_hits(record.source), MOST_OF_A_KIND):
        yield from subject.find(code, record, at=place, severity=severity)


def _hits(source: Source) -> Iterator[tuple[str, Place, Severity | None]]:
    for words in texts_in(source.data):
        field = _field(words.path)
        if field in _NOT_READ:
            continue
        for code, offset, severity in _hits_in(words):
            weaker = severity or ("warning" if code == "case-number" and field in _REFERENCES else None)
            yield code, source.place_in(words.path, offset), weaker
    for number, line in enumerate(source.lines, 1):
        start = line.find("#")
        if start >= 0 and (start == 0 or line[start - 1] in " \t"):
            for look in _LOOKS:
                for code, offset, severity in look(line[start:]):
                    yield code, Place(number, start + offset + 1), severity


def _hits_in(words: Words) -> Iterator[Hit]:
    for look in _LOOKS:
        yield from look(words.text)


# -- rules ----------------------------------------------------------------------------------------------------------


def check_protocol_records(subject: ProtocolSubject) -> Iterator[Finding]:
    """No record of a protocol holds a number, an address or a date of birth that points at a person."""
    contents = subject.register.files.contents
    for record in subject.folder.records():
        yield from check_record(subject, record, contents.get(record.path, b""))


def check_organisation_record(subject: OrganisationSubject) -> Iterator[Finding]:
    """No organisation's record points at a person."""
    yield from check_record(subject, subject.record, subject.register.files.contents.get(subject.record.path, b""))  # type: ignore[arg-type]


def check_orphans(subject: RegisterSubject) -> Iterator[Finding]:
    """Nor does a signing record for a protocol that does not exist: it is published all the same."""
    for _organisation, _protocol, path in subject.register.orphan_signing_records():
        raw = subject.register.files.contents[path]
        if may_point_at_somebody(raw):
            yield from check_record(subject, Record(Source(path, raw)), raw)


def _post(subject: Subject, record: RecordLike, path: Path, post: str | None, place_in: Callable[[Path, int], Place]) -> Iterator[Finding]:
    if post:
        for offset in names_in(post):
            yield from subject.find("personal-name", record, at=place_in(path, offset))


def check_posts(subject: ProtocolSubject) -> Iterator[Finding]:
    """Where a post is asked for, a post is given and not a name."""
    folder = subject.folder
    owner = subject.protocol.owner
    if owner is not None:
        yield from _post(subject, folder.record, ("owner", "post"), owner.post, folder.record.place_in)
    for review in folder.reviews.values():
        for index, reviewer in enumerate(review.value.reviewed_by if review.value else ()):
            yield from _post(subject, review, ("reviewed_by", index, "post"), reviewer.post, review.place_in)
    for record in folder.signing.values():
        signing = record.value
        if signing is None:
            continue
        officer = signing.nominated_officer
        if officer is not None:
            yield from _post(subject, record, ("nominated_officer", "post"), officer.post, record.place_in)
            yield from _post(subject, record, ("nominated_officer", "deputy_post"), officer.deputy_post, record.place_in)
        for index, other in enumerate(signing.other_officers):
            yield from _post(subject, record, ("other_officers", index, "post"), other.post, record.place_in)
        for index, signature in enumerate(signing.signatures):
            if signature.signed_by is not None:
                yield from _post(subject, record, ("signatures", index, "signed_by", "post"), signature.signed_by.post, record.place_in)


def check_organisation_posts(subject: OrganisationSubject) -> Iterator[Finding]:
    """The contact and the data protection officer of an organisation are posts and not names."""
    organisation, record = subject.organisation, subject.record
    if organisation.contact is not None:
        yield from _post(subject, record, ("contact", "post"), organisation.contact.post, record.place_in)
    officer = organisation.data_protection_officer
    if officer is not None:
        yield from _post(subject, record, ("data_protection_officer", "post"), officer.post, record.place_in)


RULES = RuleSet(
    protocol=(check_protocol_records, check_posts),
    organisation=(check_organisation_record, check_organisation_posts),
    register=(check_orphans,),
)
