"""Privacy: nothing in the register points at a person. Whoever commits it to a public repository has published it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from undersigned.checks.engine import (
    OrganisationSubject,
    ProtocolSubject,
    RecordLike,
    RegisterSubject,
    RuleSet,
    Subject,
)
from undersigned.checks.people import is_mailbox_of_a_person, name_in
from undersigned.checks.texts import MOST_OF_A_KIND, raw_bytes, texts_in
from undersigned.records.fields import Authored
from undersigned.records.findings import Finding, Place, Severity
from undersigned.records.reading import Record
from undersigned.records.source import KeyPath, Source
from undersigned.words.dates import MONTH_NAME

#: A code, where in the text, and the severity if it is not the rule's own.
Hit = tuple[str, int, Severity | None]

#: Fields that hold marks of other kinds.
_NOT_READ = frozenset({"fingerprint", "sha256", "ico_registration", "website"})
#: Fields with reference numbers of offices: a look-alike there is a warning.
_REFERENCES = frozenset({"reference", "minute", "instrument"})

#: An organisation's own address is an office by what the field says.
_OFFICE = "postal_address"

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

_BIRTH = re.compile(
    rf"""\b(?: born | dates?\ of\ birth | birth\ ?dates? | d\.?\ ?o\.?\ ?b\b\.? )
    (?P<between> [^\n\d]{{0,24}}? \s? )
    (?P<date> \d{{1,2}} \s?[/.-]\s? \d{{1,2}} \s?[/.-]\s? \d{{2,4}} | \d{{4}}-\d{{2}}-\d{{2}}
      | \d{{1,2}} (?:st|nd|rd|th)? \s+ (?:of\s+)? {MONTH_NAME} ,? \s+ \d{{2,4}}
      | {MONTH_NAME} \s+ \d{{1,2}} (?:st|nd|rd|th)? ,? \s+ \d{{4}} )(?!\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_DATE_THEN_BIRTH = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2})\s*\(?(?:d\.?o\.?b\.?|date of birth)\b", re.IGNORECASE
)
#: Words that make a rule about ages, or an example, of a date of birth.
_NOT_ONE_PERSON = re.compile(
    r"\b(?:after|before|since|between|until|from|by|example|such as|format|like)\b|e\.g\.", re.IGNORECASE
)

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

# -- looks ----------------------------------------------------------------------------------------------------------


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
        if is_mailbox_of_a_person(match[1], match[2]):
            yield "personal-email", match.start(), None


_LOOKS: tuple[Callable[[str], Iterator[Hit]], ...] = (
    _national_insurance,
    _nhs,
    _pnc,
    _prison,
    _case,
    _birth,
    _mobile,
    _home,
    _email,
)

# -- a quick look ---------------------------------------------------------------------------------------------------


def _shapes(*, capitals: bytes) -> bytes:
    """A table that turns digits into 9, small letters into a, and capitals into what is given."""
    table = bytearray(range(256))
    for low, high, mark in ((b"0", b"9", b"9"), (b"A", b"Z", capitals), (b"a", b"z", b"a")):
        for code in range(low[0], high[0] + 1):
            table[code] = mark[0]
    return bytes(table)


_SHAPES = _shapes(capitals=b"A")
_SHAPES_IN_SMALL = _shapes(capitals=b"a")
#: What may come between the parts of a number.
_GAPS = b" \t\r\n-()\\\xc2\xa0"
_DIGEST = re.compile(rb"sha256: ?[0-9a-f]{64}")
_LOWER_NATIONAL_INSURANCE = re.compile(rb"(?<![0-9a-z])[a-z]{2}[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[a-d](?![0-9a-z])")
_MOBILE_LOOK = re.compile(rb"07\d{9}")
#: The words born, birth, dob, d.o.b, "o. b" and "d o b". The pattern begins with the one byte that all have.
_BIRTH_WORD = re.compile(rb"b(?:orn|irth|(?<=dob)|(?<=d\.o\.b)|(?<=o\. b)|(?<=d o b))")
_DIGIT = re.compile(rb"[0-9]")


def may_point_at_somebody(raw: bytes) -> bool:
    """A quick look at a whole file, comments included: it may say yes too often, never no to what the slow one finds."""
    if b"sha256" in raw:
        raw = _DIGEST.sub(b"", raw)
    shape = raw.translate(_SHAPES)
    if b"A9999" in shape and (b"A9999AA" in shape or b"A999999" in shape):
        return True
    if b"9AA" in shape or (b"/" in raw and b"9/9" in shape and (b"99/9999" in shape or b"PNC" in raw)):
        return True
    joined = raw.translate(_SHAPES_IN_SMALL, _GAPS)
    if b"aa999999a" in joined and (
        b"AA999999A" in shape.translate(None, _GAPS) or _LOWER_NATIONAL_INSURANCE.search(raw)
    ):
        return True
    if b"9999999999" in joined:  # ten digits, as every number of a patient and of a mobile telephone has
        if b"999 999 9999" in shape or b"9999999999" in shape or b"999-999-9999" in shape:
            return True
        closed_up = raw.translate(None, b" -()")
        if _MOBILE_LOOK.search(closed_up) or b"+447" in closed_up or b"00447" in closed_up:
            return True
    if _some_day_beside_a_birth(raw.lower()):
        return True
    return b"@" in raw and _someis_mailbox_of_a_person(raw)


def _some_day_beside_a_birth(low: bytes) -> bool:
    return any(
        _DIGIT.search(low, max(0, match.start() - 18), match.start() + 90) for match in _BIRTH_WORD.finditer(low)
    )


def _someis_mailbox_of_a_person(raw: bytes) -> bool:
    at = raw.find(b"@")
    while at >= 0:
        text = raw[max(0, at - 65) : at + 80].decode("utf-8", "replace")
        if any(is_mailbox_of_a_person(match[1], match[2]) for match in _EMAIL.finditer(text)):
            return True
        at = raw.find(b"@", at + 1)
    return False


def _field(path: KeyPath) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def check_record(subject: Subject, record: Record[Authored]) -> Iterator[Finding]:
    """Nothing in a record or its comments points at a person."""
    if not may_point_at_somebody(raw_bytes(subject.register, record)):
        return
    for code, place, severity in islice(_hits(record.source), MOST_OF_A_KIND):
        yield from subject.find(code, record, at=place, severity=severity)


def _hits(source: Source) -> Iterator[tuple[str, Place, Severity | None]]:
    for words in texts_in(source.data):
        field = _field(words.path)
        if field in _NOT_READ:
            continue
        for code, offset, severity in _hits_in(words.text):
            if code == "home-address" and field == _OFFICE:
                continue
            weaker = severity or ("warning" if code == "case-number" and field in _REFERENCES else None)
            yield code, source.place_in(words.path, offset), weaker
    for number, line in enumerate(source.lines, 1):
        start = line.find("#")
        if start >= 0 and (start == 0 or line[start - 1] in " \t"):
            for code, offset, severity in _hits_in(line[start:]):
                yield code, Place(number, start + offset + 1), severity


def _hits_in(text: str) -> Iterator[Hit]:
    for look in _LOOKS:
        yield from look(text)


# -- rules ----------------------------------------------------------------------------------------------------------


def check_protocol_records(subject: ProtocolSubject) -> Iterator[Finding]:
    """No record of a protocol holds a number, an address or a date of birth that points at a person."""
    for record in subject.folder.records():
        yield from check_record(subject, record)


def check_organisation_record(subject: OrganisationSubject) -> Iterator[Finding]:
    """No organisation's record points at a person."""
    yield from check_record(subject, subject.record)  # type: ignore[arg-type]


def check_orphans(subject: RegisterSubject) -> Iterator[Finding]:
    """Nor does a signing record for a protocol that does not exist: it is published all the same."""
    for _organisation, _protocol, path in subject.register.orphan_signing_records():
        yield from check_record(subject, Record(Source(path, subject.register.files.contents[path])))


def check_root_records(subject: RegisterSubject) -> Iterator[Finding]:
    """Nor does a record at the root of the register."""
    for record in subject.register.root_records():
        yield from check_record(subject, record)


def _check_post(subject: Subject, record: RecordLike, path: KeyPath, post: str | None) -> Iterator[Finding]:
    offset = name_in(post) if post else None
    if offset is not None:
        yield from subject.find("personal-name", record, at=record.place_in(path, offset))


def check_posts(subject: ProtocolSubject) -> Iterator[Finding]:
    """Where a post is asked for, a post is given and not a name."""
    folder = subject.folder
    for index, owner in enumerate(subject.protocol.owner):
        yield from _check_post(subject, folder.record, ("owner", index, "post"), owner.post)
    for version in folder.versions.values():
        yield from _check_post(subject, version, ("judged_by",), version.value.judged_by if version.value else None)
    for review in folder.reviews.values():
        for index, reviewer in enumerate(review.value.reviewed_by if review.value else ()):
            yield from _check_post(subject, review, ("reviewed_by", index, "post"), reviewer.post)
    page = folder.for_people
    if page is not None and page.value is not None:
        for field, step in (("read_by", page.value.read_by), ("confirmed", page.value.confirmed)):
            yield from _check_post(subject, page, (field, "post"), step.post if step is not None else None)
    for record in folder.signing.values():
        signing = record.value
        if signing is None:
            continue
        officer = signing.nominated_officer
        if officer is not None:
            yield from _check_post(subject, record, ("nominated_officer", "post"), officer.post)
            yield from _check_post(subject, record, ("nominated_officer", "deputy_post"), officer.deputy_post)
        for index, other in enumerate(signing.other_officers):
            yield from _check_post(subject, record, ("other_officers", index, "post"), other.post)
        for index, signature in enumerate(signing.signatures):
            if signature.signed_by is not None:
                yield from _check_post(
                    subject, record, ("signatures", index, "signed_by", "post"), signature.signed_by.post
                )


def check_organisation_posts(subject: OrganisationSubject) -> Iterator[Finding]:
    """The contact and the data protection officer of an organisation are posts and not names."""
    organisation, record = subject.organisation, subject.record
    if organisation.contact is not None:
        yield from _check_post(subject, record, ("contact", "post"), organisation.contact.post)
    officer = organisation.data_protection_officer
    if officer is not None:
        yield from _check_post(subject, record, ("data_protection_officer", "post"), officer.post)


def check_owners_of_services(subject: RegisterSubject) -> Iterator[Finding]:
    """The owner of a service is a post and not a name."""
    for record in subject.register.provisions.values():
        if record.value is not None and record.value.owner is not None:
            yield from _check_post(subject, record, ("owner", "post"), record.value.owner.post)


RULES = RuleSet(
    protocol=(check_protocol_records, check_posts),
    organisation=(check_organisation_record, check_organisation_posts),
    register=(check_orphans, check_root_records, check_owners_of_services),
)
