"""What a person must judge when only wording changes: both wordings, the marks that differ, and who may lose by it.

The program never says that a change of wording is harmless, and never that it is harmful: it says where to look. What it
calls weaker looks weaker by its words alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from undersigned.changes.diff import TermPath, differences
from undersigned.changes.kinds import is_wording
from undersigned.changes.obligations import ChangedMark, Mark, changed_marks, marks
from undersigned.records.source import PlainData, mappings, strings

#: A sentence ends at a stop before a space, at an empty line, and where a list item begins.
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+|\n\s*\n|\n(?=\s*(?:[-*•]|\(?\w{1,3}[.)])\s)")
_NOT_OWED = re.compile(r"\bneed(?:s)?\s+not\b|\bnot\s+(?:have|need|required|obliged|bound)\b", re.IGNORECASE)
_JOINED = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_LIMIT = re.compile(r"\b(working|calendar|business)?\s*(hour|day|week|fortnight|month|quarter|year)s?\b", re.IGNORECASE)
#: Hours in a period. A working day counts as longer than a day, since seven days hold five of them.
_HOURS = {
    "hour": 1.0,
    "day": 24.0,
    "week": 168.0,
    "fortnight": 336.0,
    "month": 730.0,
    "quarter": 2190.0,
    "year": 8760.0,
}
#: Aligning the sentences of two texts costs one number times the other.
_MOST_WORK = 1_500_000
#: Longer texts, in characters, are not compared word by word.
_LONGEST = 100_000
#: Less than this share of a sentence's words is left if part of it was taken out.
_CUT = 0.6
#: Words that say who owes something by their place, and what they are called as bodies.
_SENDING, _RECEIVING = frozenset({"sender"}), frozenset({"receiver", "recipient"})


@dataclass(frozen=True)
class ChangedWording:
    """One text whose wording changed. A side is "" if the text does not exist there.

    `marks`: every must, may, not, number, date, condition or body that differs. `weaker`: whether a duty or a protection
    in it looks weaker by its words. `losers`: the parties, by id, that would lose by that; the people whom the information
    is about always may. `too_long`: the text was not compared word by word, so nothing is known of its marks.
    """

    path: TermPath
    label: str
    before: str
    after: str
    marks: tuple[ChangedMark, ...]
    weaker: bool = False
    losers: tuple[str, ...] = ()
    too_long: bool = False


@dataclass(frozen=True)
class Bodies:
    """The bodies of a text: each name in small letters with the id of its party or group, and the members of groups."""

    names: Mapping[str, str] = field(default_factory=dict)
    parties: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def members(self, ids: Sequence[str]) -> list[str]:
        """The parties that these ids of parties and groups mean."""
        return list(dict.fromkeys(id_ for name in ids for id_ in self.groups.get(name, (name,)) if id_ in self.parties))


def bodies_of(text: Mapping[str, PlainData], names: Mapping[str, Sequence[str]]) -> Bodies:
    """The bodies of an operative text. `names`: for each organisation's id, the names by which texts may call it."""
    parties: list[str] = []
    groups: dict[str, tuple[str, ...]] = {}
    for party in mappings(text.get("parties")):
        if isinstance(id_ := party.get("organisation"), str):
            parties.append(id_)
            if isinstance(group_id := party.get("group"), str):
                groups[group_id] = (*groups.get(group_id, ()), id_)
    by_name: dict[str, str] = {}
    for group in mappings(text.get("groups")):
        if isinstance(title := group.get("title"), str) and isinstance(group_id := group.get("id"), str):
            by_name.setdefault(_plain(title), group_id)
    for id_ in parties:
        for name in names.get(id_, ()):
            by_name.setdefault(_plain(name), id_)
    by_name.pop("", None)
    return Bodies(by_name, tuple(parties), groups)


def changed_wordings(
    before: Mapping[str, PlainData], after: Mapping[str, PlainData], names: Mapping[str, Sequence[str]]
) -> list[ChangedWording]:
    """Each text of two operative texts whose words differ, in the order of the text. Line breaks alone are not a difference.

    `names`: for each organisation's id, the names by which texts may call it.
    """
    bodies = bodies_of({**before, **after}, names)
    wordings = []
    for difference in differences(before, after):
        old, new = difference.before or "", difference.after or ""
        if not isinstance(old, str) or not isinstance(new, str):
            continue
        if is_wording(difference) and old.split() != new.split():
            wordings.append(_changed_wording(difference.path, difference.label, old, new, after, bodies))
    return wordings


def _changed_wording(
    path: TermPath, label: str, before: str, after: str, text: Mapping[str, PlainData], bodies: Bodies
) -> ChangedWording:
    if max(len(before), len(after)) > _LONGEST:
        return ChangedWording(path, label, before, after, (), too_long=True)
    changed = tuple(changed_marks(before, after, bodies.names))
    # A title or the label of a field promises nothing.
    weak = [] if path[-1] in ("title", "label") else list(_weaker_sentences(before, after, bodies))
    losers = dict.fromkeys(id_ for sentence in weak for id_ in _losers(sentence, text, bodies))
    return ChangedWording(path, label, before, after, changed, bool(weak), tuple(losers))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


# -- who may lose -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _WeakerSentence:
    """A sentence that looks weaker: the bodies and roles before its verb, and those that it no longer names."""

    subjects: tuple[str, ...]
    dropped: tuple[str, ...]


def _losers(sentence: _WeakerSentence, text: Mapping[str, PlainData], bodies: Bodies) -> list[str]:
    """The parties that may rely on what a sentence promises: those to whom it is owed, or all of them.

    What the receiver of information owes is owed to its senders, and the other way round. What a party owes is owed to
    the others.
    """
    flows = mappings(text.get("flows"))
    owing = set(bodies.members(sentence.subjects))
    if _RECEIVING.intersection(sentence.subjects):
        relying = bodies.members([end for flow in flows for end in strings(flow.get("from"))])
    elif _SENDING.intersection(sentence.subjects):
        relying = bodies.members([end for flow in flows for end in strings(flow.get("to"))])
    else:
        relying = [id_ for id_ in bodies.parties if id_ not in owing]
    return list(dict.fromkeys((*bodies.members(sentence.dropped), *(relying or bodies.parties))))


# -- what looks weaker --------------------------------------------------------------------------------------------------


def _weaker_sentences(before: str, after: str, bodies: Bodies) -> Iterator[_WeakerSentence]:
    old, new = _sentences(before), _sentences(after)
    if len(old) * len(new) > _MOST_WORK:
        old, new = [before], [after]
    matcher = SequenceMatcher(None, [_plain(one) for one in old], [_plain(one) for one in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        pairs = zip(old[a:b], new[c:d], strict=True) if b - a == d - c else ((" ".join(old[a:b]), " ".join(new[c:d])),)
        for was, now in pairs:
            one, other = _Sentence(was, bodies), _Sentence(now, bodies)
            if one.weaker(other):
                dropped = [body for body in one.bodies if body not in other.bodies]
                yield _WeakerSentence(one.subjects or other.subjects, tuple(dropped))


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]


class _Sentence:
    """What the words of a sentence say of its strength, counted."""

    def __init__(self, text: str, bodies: Bodies) -> None:
        self.text = text
        self.words = _plain(text).split()
        found = marks(text, bodies.names)
        self.musts = self._count(found, "must")
        self.advice = self._count(found, "should")
        self.consents = self._count(found, "condition", "consent") + self._count(found, "condition", "written")
        self.onlys = self._count(found, "condition", "only")
        self.exceptions = self._count(found, "condition", "except")
        self.conditions = self._count(found, "condition", "if")
        self.wholes = self._count(found, "extent", "all")
        self.anys = self._count(found, "extent", "any")
        self.somes = self._count(found, "extent", "some")
        self.floors = self._count(found, "extent", "at least")
        self.ceilings = self._count(found, "extent", "at most")
        self.needs = self._count(found, "extent", "necessary")
        self.at_once = self._count(found, "date", "immediately")
        self.mays, self.nots = self._permissions_and_prohibitions(found)
        self.bodies = [mark.value for mark in found if mark.sort == "body"]
        self.limit = _time_limit(found)
        self.joins = [match[0].lower() for match in _JOINED.finditer(text)]
        force = next((mark.offset for mark in found if mark.sort in ("must", "may", "should", "not")), None)
        at = force if force is not None else len(" ".join(text.split()[:2]))
        self.subjects = tuple(mark.value for mark in found if mark.sort == "body" and mark.offset < at)

    @staticmethod
    def _count(found: Sequence[Mark], sort: str, value: str | None = None) -> int:
        return sum(1 for mark in found if mark.sort == sort and value in (None, mark.value))

    def _permissions_and_prohibitions(self, found: Sequence[Mark]) -> tuple[int, int]:
        """'May not' and 'may only' prohibit; 'need not' permits."""
        not_owed = len(_NOT_OWED.findall(self.text))
        mays, nots = not_owed, -not_owed
        for at, mark in enumerate(found):
            following = found[at + 1] if at + 1 < len(found) else None
            restricted = following is not None and (following.sort == "not" or following.value == "only")
            near = following is not None and following.offset - mark.offset < len(mark.written) + 3
            if mark.sort == "may" and not (restricted and near):
                mays += 1
            elif mark.sort == "not":
                nots += 1
        return mays, nots

    def weaker(self, new: _Sentence) -> bool:
        """Whether the new sentence looks weaker than this one. Where a permission narrows, it does not."""
        if not new.words:
            return bool(self.words)
        if not self.words:  # a new sentence beside the old ones
            return new.mays > 0 or new.exceptions > 0
        permission = self.mays > 0 and not self.musts and not self.nots
        return (
            self._softer_verb(new)
            or (new.conditions + new.exceptions > self.conditions + self.exceptions and not permission)
            or (new.conditions < self.conditions and permission)
            or new.onlys < self.onlys
            or new.consents < self.consents
            or new.needs < self.needs
            or (new.floors < self.floors and new.ceilings > self.ceilings)
            or new.somes > self.somes
            or (new.wholes < self.wholes and new.anys > self.anys)
            or new.at_once < self.at_once
            or (self.limit is not None and (new.limit is None or new.limit > self.limit))
            or self._alternatives(new)
            or any(body not in new.bodies for body in self.bodies if body not in (*self.subjects, *new.subjects))
            or len(new.words) < _CUT * len(self.words)
        )

    def _softer_verb(self, new: _Sentence) -> bool:
        return (
            new.mays > self.mays
            or (new.advice > self.advice and new.mays >= self.mays)
            or new.musts < self.musts
            or (new.nots < self.nots and new.musts <= self.musts)
            or (new.nots > self.nots and new.musts <= self.musts and new.mays >= self.mays)
        )

    def _alternatives(self, new: _Sentence) -> bool:
        """Whether an 'and' became an 'or' in the same place."""
        if len(self.joins) != len(new.joins):
            return False
        return any(was == "and" and now == "or" for was, now in zip(self.joins, new.joins, strict=True))


def _time_limit(found: Sequence[Mark]) -> float | None:
    """The first limit of time in a sentence, such as 'within five working days', in hours."""
    for at, mark in enumerate(found):
        if mark.value != "within" or at + 2 >= len(found):
            continue
        number, period = found[at + 1], found[at + 2]
        unit = _LIMIT.fullmatch(period.value)
        if number.sort == "number" and period.sort == "date" and unit:
            try:
                amount = float(number.value.replace(",", ""))
            except ValueError:
                return None
            return amount * _HOURS[unit[2]] * (1.4 if unit[1] else 1.0)
    return None
