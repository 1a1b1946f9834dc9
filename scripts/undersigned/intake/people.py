"""Takes people out of the text of an agreement before anything is written: names, telephone numbers, e-mail addresses.

A mailbox stays only if its name is clearly a post's or an office's. A name is recognised by what is around it (a label, a title, a
signature, an address made of it) and is then taken out wherever it occurs. Nobody can recognise every name in a text, so the
answer says what was taken out, and a person reads the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from undersigned.checks.people import is_mailbox_of_a_person, name_in
from undersigned.intake.document_reader import Block

#: What takes the place of what is taken out. 'undersigned check' names each as a blank, so that none is forgotten.
NAME, MAILBOX, NUMBER = "[name of the post]", "[mailbox]", "[telephone number]"
_EMAIL = re.compile(r"(?:mailto:)?([A-Za-z0-9][\w.+'’-]{0,63})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_PHONE = re.compile(
    r"(?<![\w/.-])(?:\(?\+?44\)?[ .-]?(?:\(0\)[ .-]?)?|\(?0)[0-9]{2,5}\)?(?:[ .-]?[0-9]{2,8}){1,4}(?:\s?(?:x|ext\.?|extension)\s?[0-9]{1,6})?(?![\w/])"
)
_OFFICES = (
    "info information enquiries enquiry admin office mail contact contacts post help helpdesk dpo dataprotection data protection foi "
    "foia sar sars dsar dsars governance infogov ig igteam isa informationgovernance informationmanagement records compliance legal safeguarding mash "
    "marac mappa housing homelessness homeless options duty team teams referrals referral reception service services secretary security "
    "complaints disclosure disclosures intelligence partnership partnerships licensing probation police adultsocialcare "
    "childrens adults customer customerservices hub unit desk support privacy risk feedback communitysafety iom asb csp yot gdpr ict antisocialbehaviour tenancy lettings resettlement tasking discharge moveon rights accommodation prevention incidents breaches"
)
_OF_AN_OFFICE = frozenset(_OFFICES.split())
_SURELY_AN_OFFICE = frozenset({"team", "office", "desk", "helpdesk", "hub", "unit", "enquiries", "referrals", "rights"})
_ONLY_OFFICES = re.compile(f"(?:{'|'.join(sorted(_OF_AN_OFFICE, key=len, reverse=True))})+")
_RANK = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Revd?|Prof(?:essor)?|Cllr|Councillor|DCI|DCC|ACC|DI|DS|DC|PC|PS|PCSO|Insp(?:ector)?|Sgt|Sergeant|(?:Chief |Detective )?Supt|(?:Chief |Detective )*(?:Superintendent|Inspector|Constable))"
_PART = r"(?:(?:O['’]|Mc|Mac|Fitz|D['’])?[A-ZÀ-ÖØ-ÞĀ-Ž][a-zß-öø-ÿā-ž]+(?:[-–][A-ZÀ-ÖØ-ÞĀ-Ž][a-zß-öø-ÿā-ž]+)?|[A-Z]\.?)"
_PARTICLES = (
    r"(?:van der |van den |van de |van |von |de la |de |del |della |di |da |dos |le |la |al-|el-|bin |ibn |ap )"
)
_PERSON = rf"{_PART}(?: {_PARTICLES}?{_PART}){{1,2}}"
_RANKED = re.compile(rf"\b({_RANK}\.?)\s+((?:[0-9]{{2,6}}\s+)?{_PART}(?: {_PART}){{0,2}})")
#: A label or words after which a person is named.
_CUE = re.compile(
    r"(?i:\b(?:names?|print(?:ed)? name|full name|author(?:s|ed by)?|owner|contacts?|contact (?:name|officer|person)|lead officer|"
    r"responsible officer|drawn up by|drafted by|prepared by|written by|produced by|reviewed by|approved by|authorised by|signed by|signed|chair|chaired by|"
    r"sponsor|spoc|ring|telephone|e-?mail|write to|speak to|ask for|contacting|for the attention of|designated (?:officer|person|manager)|nominated (?:officer|person)|caldicott guardian|data protection officer|siro|"
    r"(?:senior |project |service |team |housing |information |governance |records )?(?:manager|officer|co-?ordinator|director|lead|adviser|advisor|analyst)(?: is| was| will be)?|chief (?:executive|officer|constable)|head of [a-z ]{3,30}) *"
    rf"(?::|–|-|,|\bis\b|\()? *)({_PERSON})(?![\w])"
)
_LABEL = re.compile(
    r"(?i).{0,30}\b(?:names?|authors?|owners?|contacts?|officers?|managers?|leads?|persons?|people|signator(?:y|ies)|chair|sponsor|spoc|"
    r"representatives?|guardian|dpo|siro|(?:drawn up|drafted|prepared|written|reviewed|approved|authorised|signed|agreed|completed) by)\b.{0,30}"
)
#: Words that are not part of a person's name, beside those of posts and of kinds of bodies.
_INSTITUTIONS = (
    "the this that and for with from act acts data information sharing agreement protocol memorandum partnership party parties partner "
    "partners controller controllers processor purpose section schedule appendix annex part version date review signed signature print full name "
    "position post job title role organisation organisations agency agencies authority authorities council county city borough district "
    "metropolitan police constabulary probation service services prison national health nhs trust foundation board group team unit "
    "office officer officers manager managers director head chief executive constable superintendent inspector sergeant lead leads "
    "commissioner crime disorder community communities safety housing homes home association society support social care children adults adult "
    "young people public protection data-protection freedom human rights court courts justice ministry department secretary state local government "
    "general regulation uk gdpr law legal governance security records management compliance assurance information-governance digital senior deputy "
    "assistant principal caldicott guardian chair vice member members monday tuesday wednesday thursday friday saturday sunday january "
    "february march april may june july august september october november december north south east west northern southern eastern western "
    "midlands england wales scotland ireland britain united kingdom river valley street road lane avenue house hall court park place square centre "
    "center hill bridge green wood forest vale dale bay isle island street station tower building close drive way gardens mount "
    "college school university church hospital clinic surgery practice charity project network forum hub panel conference committee cabinet "
    "risk serious harm domestic abuse violence referral form template flow minimum standard standards code policy procedure process guidance framework "
    "personal special category criminal offence sensitive confidential official restricted draft final page table figure annexe email telephone tel "
    "mobile fax address phone contact details signatory on behalf of as to in by at it is are will shall must may not no yes all any each other both "
    "between new old first second third one two three joint integrated multi single strategic operational regional area central "
    "limited ltd plc cic llp company companies enterprise business life safe safer recovery rehabilitation offender offenders management youth "
    "offending fire rescue ambulance clinical commissioning care integrated employment work pensions jobcentre plus education learning skills "
    "drug alcohol substance treatment mental homeless homelessness refuge aid advice citizens advocacy victim victims witness"
)
_PLACES = "north south east west wood hill green forest vale dale bay park hall close young church street bridge may march august place lane house mount square court way gardens tower station drive avenue road"
_PLACE_WORDS = frozenset(_PLACES.split())
_NOT_A_NAME = frozenset(_INSTITUTIONS.split()) - _PLACE_WORDS


@dataclass(frozen=True)
class TakenOut:
    """Something that was taken out of a paragraph. `what`: name, mailbox or number. Its words are not kept."""

    number: int
    what: str


def without_people(blocks: Iterable[Block]) -> tuple[list[Block], list[TakenOut]]:
    """The blocks without names, telephone numbers and e-mail addresses of people, and what was taken out of which."""
    found = list(blocks)
    names = _names_in(found)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names, key=len, reverse=True)))
    taken: list[TakenOut] = []
    cleaned = []
    for block in found:
        rows = tuple(tuple(_clean(cell, block.number, names, pattern, taken) for cell in row) for row in block.rows)
        text = _clean(block.text, block.number, names, pattern, taken)
        cleaned.append(replace(block, text=text, rows=rows))
    return cleaned, taken


def without_likely_people(blocks: Iterable[Block], bodies: Iterable[str]) -> tuple[list[Block], list[TakenOut]]:
    """Blocks of clauses without words that are likely a person's name: two or three with capitals, of which none is written
    small anywhere in these blocks, and none is of an institution or of one of `bodies`.
    """
    found = list(blocks)
    text = "\n".join("\n".join([block.text, *(cell for row in block.rows for cell in row)]) for block in found)
    small = set(re.findall(r"(?<!\w)[a-zß-öø-ÿā-ž]+", text))
    of_bodies = {word.casefold() for name in bodies for word in re.findall(r"\w+", name)}
    names = set()
    for match in re.finditer(rf"(?<![\w’'-]){_PERSON}(?![\w’'])", text):
        words = re.sub(rf"(?<= ){_PARTICLES}", "", match[0]).replace(".", "").split()
        lower = {part for word in words for part in word.casefold().split("-")}
        if not lower & (small | of_bodies) and not lower & _PLACE_WORDS and _person(match[0]):
            names.add(match[0])
    if not names:
        return found, []
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names, key=len, reverse=True)))
    taken: list[TakenOut] = []

    def cleaned(words: str, number: int) -> str:
        taken.extend(TakenOut(number, "name") for _ in pattern.finditer(words))
        return pattern.sub(NAME, words)

    return [
        replace(
            block,
            text=cleaned(block.text, block.number),
            rows=tuple(tuple(cleaned(cell, block.number) for cell in row) for row in block.rows),
        )
        for block in found
    ], taken


def clean_text(text: str) -> str:
    """One text without names, telephone numbers and e-mail addresses of people."""
    (block,), _ = without_people([Block(1, "text", text)])
    return block.text


def _clean(text: str, number: int, names: set[str], pattern: re.Pattern[str], taken: list[TakenOut]) -> str:
    def out(what: str, words: str) -> str:
        taken.append(TakenOut(number, what))
        return words

    def mailbox(match: re.Match[str]) -> str:
        return match[0] if _is_of_an_office(match[1], match[2]) else out("mailbox", MAILBOX)

    def phone(match: re.Match[str]) -> str:
        digits = re.sub("[^0-9]", "", match[0])
        return out("number", NUMBER) if 9 <= len(digits) <= 17 else match[0]

    text = _EMAIL.sub(mailbox, text)
    text = _PHONE.sub(phone, text)
    text = _RANKED.sub(lambda match: out("name", NAME) if _is_ranked(match) else match[0], text)
    if names:
        text = pattern.sub(lambda _: out("name", NAME), text)
    lines = []
    for line in text.split("\n"):
        for _ in range(20):
            at = name_in(line)
            if (
                at is None
                or (match := re.compile(rf"(?:{_RANK}\.?\s+)?{_PERSON}|{_PART}(?:\s{_PART})*").match(line, at)) is None
            ):
                break
            line = line[: match.start()] + out("name", NAME) + line[match.end() :]
        lines.append(line)
    return "\n".join(lines)


def _names_in(blocks: list[Block]) -> set[str]:
    """The names of people that labels, signatures, titles and addresses tell, as they are written."""
    names: set[str] = set()
    text = "\n".join("\n".join([block.text, *(cell for row in block.rows for cell in row)]) for block in blocks)
    for match in _CUE.finditer(text):
        names.update(_person(match[1]))
    for line in text.split("\n"):
        label, colon, after = line.partition(":")
        if colon and _LABEL.fullmatch(label.strip(" .*")):
            names.update(_person(re.split(r"[,(;–]| - |\t", after.strip())[0]))
    for block in blocks:
        names.update(_names_in_table(block))
    for match in _EMAIL.finditer(text):
        names.update(_names_of_address(match[1], text))
    return names


def _names_in_table(block: Block) -> set[str]:
    names: set[str] = set()
    heads = [bool(_LABEL.fullmatch(cell.strip(" :.*"))) for cell in block.rows[0]] if block.rows else []
    for number, row in enumerate(block.rows):
        for at, cell in enumerate(row):
            labelled = (at > 0 and _LABEL.fullmatch(row[at - 1].strip(" :.*"))) or (
                number > 0 and at < len(heads) and heads[at]
            )
            if labelled:
                for line in cell.split("\n"):
                    for piece in re.split(r"[,;/(&]| and | - | – ", line):
                        names.update(_person(piece.strip(" .)")))
    return names


def _names_of_address(local: str, text: str) -> set[str]:
    """`wanda.kowalczyk` tells the name Wanda Kowalczyk, if the text has it."""
    parts = [part for part in re.split(r"[._-]", re.sub("[0-9]", "", local)) if len(part) > 1]
    if len(parts) < 2 or _OF_AN_OFFICE & {part.casefold() for part in parts}:
        return set()
    first, last = re.escape(parts[0]), re.escape(parts[-1])
    return {match[0] for match in re.finditer(rf"(?i)\b{first}(?: [A-Z]\.?)? {last}\b", text)}


def is_a_name(text: str) -> bool:
    """Whether a whole text can be nothing but a person's name, perhaps with a post after a comma."""
    return bool(_person(re.split(r"[,(;\n–]| - ", text.strip())[0].strip()))


def _person(text: str) -> set[str]:
    """The text, if it can be nothing but a person's name."""
    name = " ".join(text.split())
    words = re.sub(rf"(?<= ){_PARTICLES}", "", name).replace(".", "").split()
    if not 2 <= len(words) <= 4 or not re.fullmatch(_PERSON, name):
        return set()
    lower = {word.casefold() for word in words}
    if lower & _NOT_A_NAME or lower <= _PLACE_WORDS or all(len(word) == 1 for word in words):
        return set()
    return {name}


def _is_ranked(match: re.Match[str]) -> bool:
    words = [word for word in re.sub("[0-9.]", "", match[2]).split() if len(word) > 1]
    return bool(words) and not any(word.casefold() in _NOT_A_NAME for word in words[:1])


def _is_of_an_office(local: str, domain: str) -> bool:
    parts = [part for part in re.split(r"[0-9._+'’-]+", local.casefold()) if part]
    if is_mailbox_of_a_person(local, domain) or not parts:
        return False
    # "pathway.team" is not a person's, whatever the first word means.
    return parts[-1] in _SURELY_AN_OFFICE or all(map(_ONLY_OFFICES.fullmatch, parts))
