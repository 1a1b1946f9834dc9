"""What a text demands: its musts, mays, nots, numbers, dates, conditions and bodies, and which of them a change touches.

English only, and only words: nothing here understands a sentence. It shows a person where to look, and its answers are
never a verdict on what is owed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import zip_longest
from typing import Literal

from undersigned.records.fields import MONTHS

Sort = Literal["must", "may", "should", "not", "number", "date", "condition", "extent", "body"]
#: Marks are compared group by group, each in its order, so that a sentence may be turned round.
_GROUPS: tuple[frozenset[Sort], ...] = (
    frozenset({"must", "may", "should", "not"}),
    frozenset({"number", "date"}),
    frozenset({"condition", "extent"}),
    frozenset({"body"}),
)

_NUMBERS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "hundred": 100,
    "thousand": 1000,
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("once", "twice", "half", "dozen", "couple", "few"),
)
#: "One" is a number only before a period of time; May is a month only beside a number.
_COUNTED = tuple(word for word in _NUMBERS if word != "one")
_MONTHS = tuple(name for name in MONTHS if name != "May")
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_UNIT = r"hour|day|week|fortnight|month|quarter|year"
_PERIOD = rf"(?:working\s+|calendar\s+)?(?:{_UNIT})s?"
_POSSIBLE = r"possible|practicable|practical|appropriate|reasonable|convenient|feasible|able|suitable|resources\s+(?:allow|permit)"
_BE = r"(?:is|are|be|was|were)"

#: Words beyond those that the record format names, each with its sort and with what counts as the same.
#: None of them contains a number, a month, or a must, may or not.
_FURTHER: Mapping[str, tuple[Sort, str]] = {
    r"will|undertakes?\s+to|agrees?\s+to|promises?\s+to|commits?\s+to|guarantees?|ensures?"
    rf"|{_BE}\s+responsible\s+for": ("must", "will"),
    rf"{_BE}\s+(?:required|obliged|bound|compelled)\s+to|(?:has|have|needs?)\s+to|(?:is|are)\s+to(?=\s+[a-z])": (
        "must",
        "must",
    ),
    rf"{_BE}\s+(?:permitted|allowed|entitled|free|welcome|authori[sz]ed)\s+to": ("may", "may"),
    r"(?:has|have)\s+(?:a|the)\s+duty\s+to|duty\s+to": ("must", "duty"),
    r"(?:has|have)\s+(?:a|the)\s+(?:power|right|discretion)\s+to|(?:power|right)\s+to": ("may", "power"),
    r"can|could|might": ("may", "can"),
    r"at\s+(?:(?:its|their|the\s+\w+['’]s|his|her)\s+)?(?:own\s+|sole\s+|absolute\s+)?discretion": (
        "may",
        "discretion",
    ),
    r"(?:if|as|where)\s+(?:it|they|he|she)\s+(?:wish(?:es)?|choose?s?|prefers?|sees?\s+fit|thinks?\s+fit)": (
        "may",
        "wish",
    ),
    r"optional(?:ly)?|voluntar(?:y|ily)": ("may", "optional"),
    r"should|ought\s+to": ("should", "should"),
    rf"(?:aims?|intends?|tr(?:y|ies)|seeks?|endeavours?|hopes?|plans?|strives?|attempts?)\s+to|{_BE}\s+"
    r"(?:expected|encouraged|advised|recommended|asked|invited)\s+to": ("should", "try"),
    r"(?:all\s+)?(?:reasonable|best)\s+(?:endeavours|efforts|steps)": ("should", "endeavours"),
    rf"(?:as|so)\s+far\s+as\s+(?:is\s+)?(?:reasonably\s+)?(?:{_POSSIBLE})"
    rf"|(?:where(?:ver)?|if|when(?:ever)?)\s+(?:it\s+is\s+|they\s+are\s+)?(?:reasonably\s+)?(?:{_POSSIBLE})": (
        "should",
        "possible",
    ),
    r"normally|usually|generally|ordinarily|typically|in\s+principle|preferably|ideally|as\s+a\s+rule": (
        "should",
        "normally",
    ),
    r"nobody|nothing|nowhere|no-one": ("not", "not"),
    r"without(?!\s+(?:undue\s+)?delay)|prohibited|forbidden|refrains?|prevented\s+from": ("not", "without"),
    r"refus(?:es?|ed|al)|declin(?:es?|ed)|lacks?|lacking|fails?\s+to|failed\s+to|stops?|ceases?|hardly|rarely|seldom": (
        "not",
        "refuses",
    ),
    r"same(?=\s+(?:working\s+)?(?:day|week|month|year)\b)": ("date", "same"),
    r"next(?=\s+(?:working\s+)?(?:day|week|month|year|quarter)\b)": ("date", "next"),
    r"midnight|midday|noon": ("date", "hour of the day"),
    r"hourly": ("date", "hourly"),
    r"daily": ("date", "daily"),
    r"weekly": ("date", "weekly"),
    r"fortnightly": ("date", "fortnightly"),
    r"monthly": ("date", "monthly"),
    r"quarterly": ("date", "quarterly"),
    r"annual(?:ly)?|yearly": ("date", "yearly"),
    r"immediately|forthwith|at\s+once|straight\s*away|without\s+(?:undue\s+)?delay|promptly|instantly": (
        "date",
        "immediately",
    ),
    r"as\s+soon\s+as": ("date", "soon"),
    r"in\s+(?:good|due)\s+(?:time|course)|eventually|from\s+time\s+to\s+time|periodically|regularly|occasionally": (
        "date",
        "some time",
    ),
    r"before(?:hand)?|prior\s+to|in\s+advance": ("date", "before"),
    r"after(?:wards)?|following(?=\s+(?:the|a|an|its|their|receipt)\b)": ("date", "after"),
    r"until|till": ("date", "until"),
    r"during": ("date", "during"),
    r"unless|except(?:ing)?|save(?=\s+(?:for|where|that|what|as|in|to)\b)|other\s+than|apart\s+from": (
        "condition",
        "except",
    ),
    r"if|in\s+case|on\s+condition|provid(?:ed|ing)(?=\s+(?:that|the|it|they|each|all)\b)|subject\s+to|(?:as|so)\s+long\s+as"
    r"|in\s+the\s+event|where(?:ver|upon)?|when(?:ever)?": ("condition", "if"),
    r"regardless\s+of|irrespective\s+of|despite|notwithstanding|even\s+if": ("condition", "despite"),
    r"excluding|excludes?|excluded": ("condition", "except"),
    r"including|includes?|included": ("condition", "including"),
    r"only|solely|exclusively": ("condition", "only"),
    r"consent(?:s|ed|ing)?|permission|approv(?:al|es?|ed)|authori[sz](?:ation|es?|ed)": ("condition", "consent"),
    r"in\s+writing|written": ("condition", "written"),
    r"otherwise": ("condition", "otherwise"),
    r"all|each|every|both|everybody|everyone|whenever": ("extent", "all"),
    r"any|either|anybody|anyone": ("extent", "any"),
    r"some|certain|selected|most|several|parts?\s+of": ("extent", "some"),
    r"at\s+least|minimum": ("extent", "at least"),
    r"at\s+most|up\s+to|maximum": ("extent", "at most"),
    r"more\s+than|over(?=\s+\d)|longer\s+than|above(?=\s+\d)": ("extent", "more than"),
    r"less\s+than|fewer\s+than|under(?=\s+\d)|below(?=\s+\d)": ("extent", "less than"),
    r"necessary|relevant|proportionate|essential|strictly|needed|who\s+needs?": ("extent", "necessary"),
    r"serious(?:ly)?|substantial(?:ly)?|significant(?:ly)?": ("extent", "serious"),
    r"reasonable|reasonably": ("extent", "reasonable"),
    r"high(?:er|est)?": ("extent", "high"),
    r"medium": ("extent", "medium"),
    r"low(?:er|est)?": ("extent", "low"),
    r"secure(?:ly)?|encrypted|encryption": ("extent", "secure"),
    r"pseudonymised|anonymised|depersonalised|redacted": ("extent", "without names"),
}
#: What agreements call the bodies and people of an exchange, beside their names. Singular and plural count as the same.
_ROLES = (
    r"senders?|receivers?|recipients?|leads?|lead\s+organisations?|part(?:y|ies)|partners?|signator(?:y|ies)|agenc(?:y|ies)"
    r"|organisations?|controllers?|processors?|councils?|local\s+authorit(?:y|ies)|police|probation|prisons?|hospitals?"
    r"|trusts?|landlords?|providers?|courts?|jobcentres?|charit(?:y|ies)|employers?|boards?|commissioners?"
    r"|data\s+protection\s+officers?|information\s+commissioner(?:['’]s\s+office)?|ombudsman|chief\s+executives?"
    r"|practitioners?|officers?|managers?|staff|volunteers?|contractors?"
    r"|the\s+person|the\s+public|victims?|witness(?:es)?|child(?:ren)?|parents?|famil(?:y|ies)|data\s+subjects?"
)
_STRICT = (
    r"(?P<number>[£€$]?\d+(?:[.,:/\-]\d+)*(?:\s?%|\s+per\s*cent\b)?)"
    r"|\b(?:part|paragraph|clause|point|article|section|annex|schedule)\s+(?P<letter>\([a-z]{1,4}\))"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})\b"
    rf"|\b(?P<one>one)(?=\s+{_PERIOD}\b)"
    rf"|\b(?P<tens>{'|'.join(_TENS)})(?:[-\s](?P<unit>one|two|three|four|five|six|seven|eight|nine))?\b"
    rf"|\b(?P<word>{'|'.join(_COUNTED)})\b"
    r"|\b(?P<may_month>May)(?=\s+\d)|(?<=\d\s)(?P<may_after>May)\b"
    rf"|\b(?P<month>{'|'.join(_MONTHS)})\b"
    r"|\b(?P<must>must|shall|mustn['’]t|shan['’]t)\b"
    r"|\b(?P<may>may)\b"
    r"|\b(?P<not>not|never|cannot|no|none|nor|neither|\w+n['’]t)\b"
)
#: Words with a capital, such as a body that is not a party: 'Shelter', 'Stoke City Council', 'the Chamber of Commerce'.
_NAME = re.compile(r"[A-Z][\w&'’-]*(?:\s+(?:(?:of|for|on|upon|and|the)\s+)*[A-Z][\w&'’-]*)*")
_JOINED = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:un|in|im|ir|il|dis|non-?)(?P<stem>[a-z]{3,})\b", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:\A|[.:;!?]\s|\n)\W*\Z")
#: The first two words of each sentence.
_FIRST_WORDS = re.compile(r"(?:\A|[.:;!?]\s|\n)\W*([A-Z][\w&'’-]*)\s+(\w+)")
#: Aligning two lists costs one length times the other.
_MOST_WORK = 1_500_000
_MEANINGS = tuple(_FURTHER.values())
#: What does not count: the numbers of list items, and web addresses.
_IGNORED = re.compile(r"^[ \t]*\d+[.)](?=\s)|https?://\S+", re.MULTILINE)


@cache
def _pattern() -> re.Pattern[str]:
    """All marks in one pattern; made when first asked for, because it takes a while and few commands need it."""
    return re.compile(
        r"\b(?P<within>(?:no|not)\s+later\s+than|within|by(?=\s+(?:the\s+)?(?:end|close|next|noon|midday|\d"
        rf"|{'|'.join(MONTHS)}|{_WEEKDAYS})))\b|{_STRICT}"
        + "".join(rf"|\b(?P<further_{number}>{pattern})\b" for number, pattern in enumerate(_FURTHER))
        + rf"|\b(?P<period>(?:(?:working|calendar|business)\s+)?(?:{_UNIT}))s?\b|\b(?P<weekday>{_WEEKDAYS})s?\b"
        rf"|\b(?P<role>{_ROLES})\b",
        re.IGNORECASE,
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or phrase that may say what is owed: its sort, what counts as the same, and where it is in its text.

    `named`: the record format names it, so that an editorial change to it is a finding: a number, a date, or a must, may
    or not.
    """

    sort: Sort
    value: str
    offset: int
    written: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class ChangedMark:
    """A mark that differs between two wordings, as written before and after; None if it does not exist there."""

    sort: Sort
    before: str | None
    after: str | None


def marks(text: str, bodies: Mapping[str, str] | None = None) -> list[Mark]:
    """The marks of a text, in order. Numbers in words count as figures.

    `bodies`: names in small letters, and what each means; beside them the usual roles count as bodies.
    """
    masked = _IGNORED.sub(lambda match: " " * len(match[0]), text)
    named = list(_named_bodies(masked, bodies or {}))
    for mark in named:
        end = mark.offset + len(mark.written)
        masked = masked[: mark.offset] + " " * len(mark.written) + masked[end:]
    return sorted((*named, *_marks(masked)), key=lambda mark: mark.offset)


def _marks(text: str) -> Iterator[Mark]:
    for match in _pattern().finditer(text):
        kind = match.lastgroup or ""
        word = match[0].lower()
        at, written = match.start(), match[0]
        match kind:
            case "may_month" | "may_after":
                yield Mark("date", "may", at, written, named=True)
            case "month":
                if written[0].isupper():  # only the capital tells March from a march
                    yield Mark("date", word, at, written, named=True)
            case "number":
                value = re.sub(r"\s*(?:%|per\s*cent)", "%", written.rstrip(".,:/-"), flags=re.IGNORECASE)
                yield Mark("number", value, at, written, named=True)
            case "letter":
                yield Mark("number", word.split("(")[-1].rstrip(")"), at, written)
            case "ordinal":
                yield Mark("number", word, at, written)
            case "one" | "word":
                yield Mark("number", str(_NUMBERS[word]), at, written, named=True)
            case "tens" | "unit":
                unit = _NUMBERS[(match["unit"] or "zero").lower()]
                yield Mark("number", str(_TENS[match["tens"].lower()] + unit), at, written, named=True)
            case "must":
                yield Mark("must", "must", at, written, named=True)
                if word not in ("must", "shall"):
                    yield Mark("not", "not", at, written, named=True)
            case "may" | "not":
                yield Mark("may" if kind == "may" else "not", kind, at, written, named=True)
            case "within":
                yield Mark("date", "within", at, written)
            case "period" | "weekday":
                yield Mark("date", " ".join(match[kind].lower().split()), at, written)
            case "role":
                yield Mark("body", _singular(word), at, written)
            case _:
                sort, value = _MEANINGS[int(kind.removeprefix("further_"))]
                yield Mark(sort, value, at, written)


def _named_bodies(text: str, bodies: Mapping[str, str]) -> Iterator[Mark]:
    if not bodies:
        return
    names = "|".join(re.escape(name) for name in sorted(bodies, key=len, reverse=True))
    for match in re.finditer(rf"(?<!\w)(?:{names})(?!\w)", text, re.IGNORECASE):
        yield Mark("body", bodies[" ".join(match[0].lower().split())], match.start(), match[0])


def _singular(word: str) -> str:
    """A role without its plural, so that 'each party' and 'the parties' name the same."""
    word = " ".join(word.split())
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("children", "child")):
        if word.endswith(plural):
            return word.removesuffix(plural) + singular
    return word.removesuffix("s") if not word.endswith("ss") else word


def changed_marks(before: str, after: str, bodies: Mapping[str, str] | None = None) -> list[ChangedMark]:
    """Every mark that differs between two wordings. Marks are compared in their order, each group by itself."""
    changed: list[ChangedMark] = []
    all_old, all_new = marks(before, bodies), marks(after, bodies)
    all_old += [*_other_names(before, all_old, after), *_negated(before, all_old, after)]
    all_new += [*_other_names(after, all_new, before), *_negated(after, all_new, before)]
    for group in _GROUPS:
        old, new = (
            sorted((mark for mark in found if mark.sort in group), key=lambda mark: mark.offset)
            for found in (all_old, all_new)
        )
        for was, now in _unequal(old, new):
            mark = now or was
            if mark is not None:
                changed.append(ChangedMark(mark.sort, was.written if was else None, now.written if now else None))
    return [*changed, *_turned_joins(before, after)]


def _turned_joins(before: str, after: str) -> Iterator[ChangedMark]:
    """Every 'and' that became an 'or' in its place, and the other way round. Elsewhere they only list."""
    old, new = (_JOINED.findall(text) for text in (before, after))
    if len(old) == len(new):
        yield from (
            ChangedMark("condition", was, now)
            for was, now in zip(old, new, strict=True)
            if was.casefold() != now.casefold()
        )


def _negated(text: str, known: Sequence[Mark], other: str) -> list[Mark]:
    """Words such as 'unlawful' and 'disproportionate' where the other wording has the word without its beginning."""
    words, here = set(re.findall(r"\w+", other.casefold())), set(re.findall(r"\w+", text.casefold()))
    covered = {mark.offset for mark in known if mark.sort == "not"}
    return [
        Mark("not", match[0].casefold(), match.start(), match[0])
        for match in _NEGATION.finditer(text)
        if match["stem"].casefold() in words - here
        and match[0].casefold() not in words
        and match.start() not in covered
    ]


def _other_names(text: str, known: Sequence[Mark], other: str) -> list[Mark]:
    """Names with a capital that are not a mark yet and do not occur in the other wording, in small letters or capitals.

    A single word that begins a sentence does not count, because any word would; but it does where only that word
    changed, as in 'Nacro keeps it' and 'Shelter keeps it'.
    """
    covered = {at for mark in known for at in range(mark.offset, mark.offset + len(mark.written))}
    words = " ".join(other.casefold().split())
    names = []
    for match in _NAME.finditer(text):
        single = " " not in " ".join(match[0].split())
        begins = _SENTENCE_START.search(text[max(0, match.start() - 10) : match.start()]) is not None
        value = " ".join(match[0].casefold().split())
        follows = re.match(r"\s+(\w+)", text[match.end() :])
        swapped = follows is not None and any(
            first.casefold() != value and after.casefold() == follows[1].casefold()
            for first, after in _FIRST_WORDS.findall(other)
        )
        if (swapped or not (single and begins)) and covered.isdisjoint(range(*match.span())) and value not in words:
            names.append(Mark("body", value, match.start(), match[0]))
    return names


def _unequal(old: Sequence[Mark], new: Sequence[Mark]) -> Iterator[tuple[Mark | None, Mark | None]]:
    """The marks that differ, in pairs: by place if there are as many as before, or else by the fewest changes."""
    if len(old) == len(new):
        yield from ((was, now) for was, now in zip(old, new, strict=True) if was.value != now.value)
        return
    if len(old) * len(new) > _MOST_WORK:  # too many to align: what has gone, then what is new, whatever the order
        yield from ((mark, None) for mark in _surplus(old, new))
        yield from ((None, mark) for mark in _surplus(new, old))
        return
    matcher = SequenceMatcher(None, [mark.value for mark in old], [mark.value for mark in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield from zip_longest(old[a:b], new[c:d])


def _surplus(marks_: Sequence[Mark], others: Sequence[Mark]) -> Iterator[Mark]:
    """The marks whose value occurs more often here than among the others."""
    remaining = Counter(mark.value for mark in others)
    for mark in marks_:
        if remaining[mark.value] <= 0:
            yield mark
        remaining[mark.value] -= 1


def changed_obligation(before: str, after: str) -> tuple[str | None, str | None, int] | None:
    """The first number, date, must, may or not that differs; None if all are the same in the same order.

    Returns it as it was written and as it is written now (None: it does not exist), and its offset in `after`. Numbers
    and dates are compared apart from the words.
    """
    old, new = ([mark for mark in marks(text) if mark.named] for text in (before, after))
    for quantities in (True, False):
        old_in_group = [mark for mark in old if (mark.sort in ("number", "date")) is quantities]
        new_in_group = [mark for mark in new if (mark.sort in ("number", "date")) is quantities]
        for was, now in zip_longest(old_in_group, new_in_group):
            if was is None or now is None or was.value != now.value:
                return was.written if was else None, now.written if now else None, now.offset if now else 0
    return None
