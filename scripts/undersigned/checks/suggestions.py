"""What to write instead of an id that nothing has: the id whose name was written, the nearest one, or the few there are.

A wrong body in an agreement is worse than none. So another body is offered only if the name is the same, or nearly the
same word for word, and always with its name and its kind beside it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from undersigned.records.protocol import Protocol
from undersigned.records.reading import Record
from undersigned.records.slips import lookalike, odd_character, plain_of
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.register import Register
from undersigned.status import has_happened
from undersigned.words.text import id_from as id_of
from undersigned.words.text import in_a_list

#: So many known ids a hint may list.
FEW = 12
_MOST_OFFERED = 3
_MOST_PROVISIONS = 4
#: Two words are the same but for a slip of the keyboard.
_SAME_WORD = 0.8
#: So much of two names is the same words.
_NEAR_NAME = 0.6
_ACCENT = re.compile("[\u0300-\u036f]")
_SMALL_WORDS = frozenset(["the", "of", "and", "for", "in", "on", "at", "a", "an", "ltd", "limited", "plc"])


def fully_read(record: Record[Protocol], field: str, has_value: bool) -> bool:
    """Whether a field holds all that its writer put there: not if a part of it could not be read."""
    return not record.was_dropped(field) and (has_value or record.lacks(field))


def id_from(name: str) -> str:
    """A name as an id: `The Probation Service` as `the-probation-service`. Empty if it has no letters to make one of."""
    return id_of(plain_of(name).replace("&", " and "))


# -- ids ------------------------------------------------------------------------------------------------------------


def suggest(written: str, names: Mapping[str, Sequence[str]] | Iterable[str], *, few: int = FEW) -> str:
    """What to write instead of `written`. `names`: the known ids, with the names that each one has.

    The id itself with a slip, the id whose name was written, or all of them if there are at most `few`. Otherwise nothing.
    """
    known = names if isinstance(names, Mapping) else dict.fromkeys(names, ())
    named = [id_ for id_, of_id in known.items() if any(_same_name(written, name) for name in (id_, *of_id))]
    if len(named) == 1:
        return f"Write '{named[0]}'.{_looks_alike(written, named[0])}"
    close = (
        named or _slips(written, known) or difflib.get_close_matches(plain_of(written).lower(), list(known), 1, 0.72)
    )
    if close:
        return f"Did you mean {_one_of(close[:_MOST_OFFERED])}?{_looks_alike(written, close[0])}"
    shown = ", ".join(known)
    return f"Use one of: {shown}." if 0 < len(known) <= few else ""


def _looks_alike(written: str, id_: str) -> str:
    """What nobody sees of an id that was written with a character that is not on a keyboard."""
    odd = lookalike(written, id_) if len(written) == len(id_) or odd_character(written) else None
    return f" What is written there contains {odd}." if odd and not re.search(r"[A-Z]|\S\s+\S", written) else ""


def _typed(text: str) -> str:
    """An id without the letters of another script in it, which look like those of a keyboard."""
    return "" if text.isascii() or " " in text else text.encode("ascii", "ignore").decode()


def _one_of(ids: Sequence[str]) -> str:
    return " or ".join(f"'{id_}'" for id_ in ids)


def _letters(name: str) -> str:
    return "".join(word for word in _words(name.replace("&", " and ")) if word != "the")


def _same_name(one: str, other: str) -> bool:
    """Whether two names are the same letters, whatever their spaces, capitals, hyphens and 'the'."""
    return _letters(one) == _letters(other) != ""


def _slips(written: str, known: Iterable[str]) -> list[str]:
    """The ids that differ from what was written by slips of the keyboard only, the nearest first."""
    words = _words(written)
    close = [id_ for id_ in known if _slip(words, _words(id_))]
    return sorted(close, key=lambda id_: -difflib.SequenceMatcher(None, written.lower(), id_).ratio())


def _words(name: str) -> list[str]:
    """The words of a name in small letters, whatever its script; an accent on a Latin letter does not make another word."""
    return re.findall(r"[^\W_]+", _ACCENT.sub("", unicodedata.normalize("NFKD", plain_of(name).casefold())))


def _slip(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names have the same words, each but for a slip. East is not west, and a short word has no slips."""
    if len(one) != len(other):
        joined, joined_other = "".join(one), "".join(other)
        return len(joined) > 5 and difflib.SequenceMatcher(None, joined, joined_other).ratio() >= 0.9
    return all(
        mine == its or (min(len(mine), len(its)) > 3 and difflib.SequenceMatcher(None, mine, its).ratio() >= _SAME_WORD)
        for mine, its in zip(one, other, strict=True)
    )


# -- organisations --------------------------------------------------------------------------------------------------


def suggest_organisation(written: str, register: Register, *, as_of: date) -> str:
    """What to write instead of an organisation's id that no folder has, or nothing if no body is near enough."""
    named = [id_ for id_ in register.organisation_ids if any(_same_name(written, n) for n in _names(register, id_))]
    if len(named) == 1:
        return (
            f"Write '{named[0]}', the id of {_described(register, named[0], as_of)}.{_looks_alike(written, named[0])}"
        )
    ids = register.organisation_ids
    close = named or _slips(written, ids) or _near_names(written, register) or _slips(_typed(written), ids)
    if close:
        offered = in_a_list([f"'{id_}' ({_described(register, id_, as_of)})" for id_ in close[:_MOST_OFFERED]])
        sure = "Use it only if it is the body that you mean." if len(close) == 1 else "Use the one that you mean."
        return f"The nearest {'is' if len(close) == 1 else 'are'} {offered}. {sure}{_looks_alike(written, close[0])}"
    return ""


def _names(register: Register, id_: str) -> tuple[str, ...]:
    record = register.organisation(id_)
    return (
        (id_,)
        if record is None or record.value is None
        else tuple(filter(None, (id_, record.value.name, record.value.name_cy, *record.value.also_known_as)))
    )


def _described(register: Register, id_: str, as_of: date) -> str:
    """A body by its name and its kind, and whether it has ended or will end."""
    record = register.organisation(id_)
    if record is None or record.value is None:
        return "its record cannot be read"
    kind = vocabulary().organisation_kinds[record.value.kind].title.lower()
    end = record.value.dissolved_on
    ending = "" if end is None else f", {'dissolved' if has_happened(end, as_of) else 'to be dissolved'} on {end}"
    return f"{record.value.name}, {kind}{ending}"


def _near_names(written: str, register: Register) -> list[str]:
    """The bodies whose names have mostly the same words, the nearest first."""
    words = set(_words(written)) - _SMALL_WORDS
    scores: dict[str, float] = {}
    for id_ in register.organisation_ids:
        for name in _names(register, id_):
            others = set(_words(name)) - _SMALL_WORDS
            # Names that each have a word which the other lacks are two bodies: east and west, one town and another.
            if len(words & others) > 1 and (words <= others or others <= words):
                scores[id_] = max(scores.get(id_, 0.0), len(words & others) / len(words | others))
    near = sorted((id_ for id_, score in scores.items() if score >= _NEAR_NAME), key=lambda id_: -scores[id_])
    return [id_ for id_ in near if scores[id_] >= scores[near[0]] - 0.1]


# -- law ------------------------------------------------------------------------------------------------------------

#: A provision as people cite it: `s.115`, `Article 6(1)(e)`, `Sch 1`, `6(1)(e)`.
_PROVISION = re.compile(
    r"\b(?P<kind>annex|sch|para|reg|art|s)[a-z]*\.? ?(?P<number>[0-9]+[a-z]{0,2})(?P<inside>(?:\([a-z0-9]+\))*)"
    r"|\b(?P<bare>[0-9]{1,3}(?:\([a-z0-9]+\))+)"
)
_LAW_WORD = re.compile(r"[a-z]+[0-9]{2}|[a-z]+|[0-9]{4}")
#: Paragraphs of Schedule 1 are numbered with two figures, `s1p06`.
_ZEROS = re.compile(r"(?<=p)0+(?=[0-9])")
_UNSAID = frozenset(["the", "of", "and", "act", "for", "in", "etc", "uk"])


def suggest_law(written: str, entries: Mapping[str, Entry]) -> str:
    """The ids of the law that was cited by its Act and section or by its title, or those near the id, or nothing."""
    id_written = _ZEROS.sub("", plain_of(written).lower())
    found = [
        id_ for id_, entry in entries.items() if _same_name(written, entry.title) or _ZEROS.sub("", id_) == id_written
    ]
    found = found or _cited(written, entries)
    if (
        not found
        and len(of_act := [id_ for id_ in entries if id_.split("-")[0] == id_written.split("-")[0]]) <= _MOST_OFFERED
    ):
        found = of_act
    found = found or difflib.get_close_matches(id_written, list(entries), 1, 0.72)
    shown = [f"'{id_}' ({_law_described(entries[id_])})" for id_ in found[:_MOST_PROVISIONS]]
    return f"Did you mean {' or '.join(shown)}?" if shown else ""


def _law_described(entry: Entry) -> str:
    return entry.title if entry.title.casefold() == entry.reference.casefold() else f"{entry.reference}, {entry.title}"


def _cited(written: str, entries: Mapping[str, Entry]) -> list[str]:
    """The provisions that a citation names. Without an Act it must fit one only."""
    words, provisions, _ = _citation(written)
    if not provisions:
        return []
    found: list[str] = []
    for id_, entry in entries.items():
        its_words, its_provisions, initials = _citation(entry.reference)
        act = id_.split("-")[0]
        if provisions <= its_provisions and words <= its_words | {act, act.rstrip("0123456789"), initials}:
            found.append(id_)
    return found if words or len(found) == 1 else []


def _citation(text: str) -> tuple[frozenset[str], frozenset[str], str]:
    """The words of a citation that name the Act, its provisions (`s115`, `art6(1)(e)`, `sch1`), and the Act's initials.

    Only articles are distinguished by what follows in brackets.
    """
    text = plain_of(text).lower().replace("&", "and")
    provisions = frozenset(
        f"art{match['bare']}"
        if match["bare"]
        else f"{match['kind']}{match['number']}{match['inside'] if match['kind'] == 'art' else ''}"
        for match in _PROVISION.finditer(text)
    )
    rest = _PROVISION.sub(" ", text)
    act = re.match(r"[^0-9]+", rest)
    initials = "".join(word[0] for word in re.findall(r"[a-z]+", act[0] if act else "") if word not in _SMALL_WORDS)
    return frozenset(_LAW_WORD.findall(rest)) - _UNSAID, provisions, initials
