"""What changed between two operative texts, and which kinds of change may cover it. Pure: two texts in, values out.

Texts are as `records.fingerprint.operative_text` gives them, with every id under its present name (`Identities.rename`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import zip_longest

from undersigned.records.fields import Month, When, surely_before
from undersigned.records.source import Data
from undersigned.records.version import CHANGES, Change

Path = tuple[str, ...]

#: Lists whose entries are known by a field of theirs, and what one entry is called.
_KEYS: Mapping[str, tuple[str, str]] = {
    "parties": ("organisation", "party"), "groups": ("id", "group"), "flows": ("id", "flow"),
    "clauses": ("id", "clause"), "items": ("name", "item"), "fields": ("name", "field"),
}
_ENDS = ("from", "to")


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that differs. `path` names entries by their id; None on a side: the term is not there."""

    path: Path
    label: str
    before: Data
    after: Data


class Unmet(StrEnum):
    """What an extension lacks (record format, table of changes)."""

    NO_END_BEFORE = "the earlier text has no effective_to that could be extended"
    NOT_LATER = "effective_to is not later than before"
    PASSED = "it was agreed after the earlier effective_to had passed"
    NO_CLAUSE = "the summary does not name the clause that allows it"


# -- differences ----------------------------------------------------------------------------------------------------


def differences(before: Mapping[str, Data], after: Mapping[str, Data]) -> list[Difference]:
    """The terms that differ, in the order of the earlier text, added ones last within their part."""
    return list(_in_mapping(before, after, ()))


def _in_mapping(before: Mapping[str, Data], after: Mapping[str, Data], path: Path) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        yield from _between(before.get(name), after.get(name), (*path, name))


def _between(before: Data, after: Data, path: Path) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _in_mapping(before, after, path)
        return
    one, other = _keyed(before, path), _keyed(after, path)
    if one is None or other is None or path == ():
        yield Difference(path, label_of(path), before, after)
        return
    yield from _in_mapping(one, other, path)
    shared = [key for key in one if key in other]
    moved = [key for key in other if key in one]
    if shared != moved:
        yield Difference(path, f"order of {label_of(path)}", shared, moved)


def _keyed(value: Data, path: Path) -> dict[str, Data] | None:
    """A list's entries by what they are known by; None for what is one term as a whole."""
    last = path[-1] if path else ""
    if last == "forms":
        return value if isinstance(value, dict) else {} if value is None else None
    if last not in _KEYS and last not in ("law_differs", "sections"):
        return None
    if value is None:
        return {}
    if not isinstance(value, list):
        return None
    found: dict[str, Data] = {}
    for index, entry in enumerate(value):
        key = key_of(entry, last, index)
        if key is None or key in found:
            return None
        found[key] = entry
    return found


def key_of(entry: Data, name: str, index: int) -> str | None:
    """What an entry of the list `name` is known by in a path; None if by nothing."""
    if name == "sections":
        return str(index + 1)
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict) or (name not in _KEYS and name != "law_differs"):
        return None
    key = entry.get("for" if name == "law_differs" else _KEYS[name][0])
    if isinstance(key, list):
        return ", ".join(map(str, key))
    return key if isinstance(key, str) else None


def label_of(path: Path) -> str:
    """A path in words: `flow housing-referral: retention`."""
    words: list[str] = []
    index = 0
    while index < len(path):
        name = path[index]
        following = path[index + 1] if index + 1 < len(path) else None
        kind = {"forms": "form", "sections": "section", "law_differs": "law for"}.get(name) or _KEYS.get(name, ("", ""))[1]
        if kind and following is not None:
            words.append(f"{kind} {following}")
            index += 2
        else:
            words.append(name)
            index += 1
    return ": ".join(words)


# -- kinds of change ------------------------------------------------------------------------------------------------


def least_change(before: Mapping[str, Data], after: Mapping[str, Data]) -> set[Change]:
    """The kinds that may cover the change from one text to the other, by what they may touch."""
    covering: set[Change] = {"material"}
    changed = differences(before, after)
    if all(is_wording(difference) for difference in changed):
        covering.add("editorial")
    if not beyond_membership(before, after):
        covering.add("membership")
    if not beyond_extension(before, after):
        covering.add("extension")
    return {change for change in CHANGES if change in covering}


def excess(
    change: Change, before: Mapping[str, Data], after: Mapping[str, Data], *,
    summary: str, agreed_on: When, succeeded: frozenset[str] = frozenset(),
) -> list[Difference | Unmet]:
    """What a change touches beyond its kind, or lacks; empty if all is well.

    `succeeded`: parties of the earlier text, under present ids, that have taken another's place since.
    """
    match change:
        case "material":
            return []
        case "editorial":
            return [difference for difference in differences(before, after) if not is_wording(difference)]
        case "membership":
            return list(beyond_membership(before, after, succeeded=succeeded))
        case "extension":
            return beyond_extension(before, after) + lacking_for_extension(before, summary=summary, agreed_on=agreed_on)


def is_wording(difference: Difference) -> bool:
    """Whether an editorial change may touch it: other words for what was there and still is."""
    match difference.path:
        case ("title",) | ("clauses", _, "text") | ("considerations", _) | ("forms", _, "title" | "body"):
            optional = False
        case ("forms", _, "sections", _, "fields", _, "label"):
            optional = False
        case ("clauses", _, "title") | ("forms", _, "sections", _, "title"):
            optional = True
        case ("forms", _, "sections", _, "fields", _, "hint"):
            optional = True
        case _:
            return False
    sides = (difference.before, difference.after)
    return all(isinstance(side, str) or (optional and side is None) for side in sides)


def beyond_extension(before: Mapping[str, Data], after: Mapping[str, Data]) -> list[Difference | Unmet]:
    """What differs beside a later `effective_to`."""
    found: list[Difference | Unmet] = [d for d in differences(before, after) if d.path != ("effective_to",)]
    old, new = _when(before.get("effective_to")), _when(after.get("effective_to"))
    if old is None:
        if new is not None:
            found.append(Unmet.NO_END_BEFORE)
    elif old != new and (new is None or not surely_before(old, new)):
        found.append(Unmet.NOT_LATER)
    return found


def lacking_for_extension(before: Mapping[str, Data], *, summary: str, agreed_on: When) -> list[Difference | Unmet]:
    """Whether it was agreed too late, or the summary names no clause of the text."""
    found: list[Difference | Unmet] = []
    old = _when(before.get("effective_to"))
    if old is not None and surely_before(old, agreed_on):
        found.append(Unmet.PASSED)
    if not any(_names(summary, clause) for clause in _clause_ids(before)):
        found.append(Unmet.NO_CLAUSE)
    return found


def _clause_ids(text: Mapping[str, Data]) -> Iterator[str]:
    for clause in _mappings(text.get("clauses")):
        adopts = clause.get("adopts")
        for id_ in (clause.get("id"), *(adopts.get("clauses", ()) if isinstance(adopts, dict) else ())):
            if isinstance(id_, str):
                yield id_


def _names(summary: str, id_: str) -> bool:
    """Whether the id stands in the summary as a word of its own."""
    return id_ in summary and re.search(rf"(?<![\w-]){re.escape(id_)}(?![\w-])", summary) is not None


def _when(value: Data) -> When | None:
    if not isinstance(value, str):
        return None
    try:
        return Month(int(value[:4]), int(value[5:])) if len(value) == 7 else date.fromisoformat(value)
    except ValueError:
        return None


# -- membership -----------------------------------------------------------------------------------------------------


def beyond_membership(
    before: Mapping[str, Data], after: Mapping[str, Data], *, succeeded: frozenset[str] = frozenset()
) -> list[Difference]:
    """What differs beside parties joining, leaving or succeeded and their ids in the flows.

    A newcomer may stand where a party of its role stood. A flow, or a difference in law, that had nobody but leavers
    at one end goes with them. A successor may state its own capacity, group and MAPPA role.
    """
    old, new = _parties(before), _parties(after)
    leavers, newcomers = old.keys() - new.keys(), new.keys() - old.keys()
    roles = {id_: party.get("role") for id_, party in {**new, **old}.items()}
    members = _members(old)

    def beside(newcomer: str, ends: Iterable[str]) -> bool:
        named = {id_ for end in ends for id_ in members.get(end, (end,))}
        return any(id_ in old and roles[id_] == roles[newcomer] for id_ in named)

    was, is_ = dict(before), dict(after)
    was["parties"] = [
        {**party, **_own_terms(new[id_])} if id_ in succeeded and id_ in new else party
        for id_, party in old.items() if id_ not in leavers
    ]
    is_["parties"] = [
        {**party, **_own_terms(party)} if id_ in succeeded else party
        for id_, party in new.items() if id_ not in newcomers
    ]
    old_flows, new_flows = _by_id(before.get("flows")), _by_id(after.get("flows"))
    if old_flows is not None and new_flows is not None:
        gone = {id_ for id_, flow in old_flows.items() if id_ not in new_flows and _only(flow, leavers, members)}
        was["flows"] = [_without(flow, leavers) for id_, flow in old_flows.items() if id_ not in gone]
        is_["flows"] = [
            # A leaver that the text still names is a fault of the text, not a change to it.
            _without(_without_newcomers(flow, old_flows.get(id_, {}), leavers, newcomers, beside), leavers)
            for id_, flow in new_flows.items()
        ]
    return differences(was, is_)


def _own_terms(heir: Mapping[str, Data]) -> dict[str, Data]:
    return {name: heir.get(name) for name in ("capacity", "group", "mappa_role")}


def _mappings(value: Data) -> list[dict[str, Data]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _parties(text: Mapping[str, Data]) -> dict[str, dict[str, Data]]:
    return {
        party["organisation"]: party for party in _mappings(text.get("parties"))
        if isinstance(party.get("organisation"), str)
    }


def _members(parties: Mapping[str, Mapping[str, Data]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for id_, party in parties.items():
        group = party.get("group")
        if isinstance(group, str):
            found[group] = (*found.get(group, ()), id_)
    return found


def _by_id(flows: Data) -> dict[str, dict[str, Data]] | None:
    """Flows by id; None where two share one, so that they are compared as they stand."""
    listed = _mappings(flows)
    found = {flow["id"]: flow for flow in listed if isinstance(flow.get("id"), str)}
    return found if len(found) == len(listed) else None


def _names_in(ends: Data) -> list[str]:
    return [end for end in ends if isinstance(end, str)] if isinstance(ends, list) else []


def _only(flow: Mapping[str, Data], leavers: Iterable[str], members: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether one end of a flow is leavers and nobody else."""
    gone = set(leavers)
    for end in _ENDS:
        named = {id_ for name in _names_in(flow.get(end)) for id_ in members.get(name, (name,))}
        if named and named <= gone:
            return True
    return False


def _without(flow: Mapping[str, Data], ids: Iterable[str]) -> dict[str, Data]:
    """A flow that does not name these bodies; a difference in law that was theirs alone is left out."""
    out = dict(flow)
    left_out = set(ids)
    for end in _ENDS:
        if end in flow:
            out[end] = [name for name in _names_in(flow[end]) if name not in left_out]
    if "law_differs" in flow:
        laws = [
            {**law, "for": [name for name in _names_in(law.get("for")) if name not in left_out]}
            for law in _mappings(flow["law_differs"])
        ]
        out["law_differs"] = [law for law in laws if law["for"]]
    return out


def _without_newcomers(
    flow: dict[str, Data], old: Mapping[str, Data], leavers: Iterable[str], newcomers: Iterable[str],
    beside: Callable[[str, Iterable[str]], bool],
) -> dict[str, Data]:
    """A flow without the newcomers that stand where a party of their role stood."""
    out = dict(flow)
    joining = set(newcomers)
    for end in _ENDS:
        if end in flow or end in old:
            stood = _names_in(old.get(end))
            out[end] = [name for name in _names_in(flow.get(end)) if name not in joining or not beside(name, stood)]
    if "law_differs" in flow or "law_differs" in old:
        out["law_differs"] = [
            law for law in (_law_without(law, old, set(leavers), joining, beside) for law in _mappings(flow.get("law_differs")))
            if law["for"]
        ]
    return out


def _law_without(
    law: dict[str, Data], old: Mapping[str, Data], leavers: set[str], joining: set[str],
    beside: Callable[[str, Iterable[str]], bool],
) -> dict[str, Data]:
    named = _names_in(law.get("for"))
    staying = [name for name in named if name not in joining]
    for earlier in _mappings(old.get("law_differs")):
        stood = _names_in(earlier.get("for"))
        same_law = {**earlier, "for": ()} == {**law, "for": ()}
        if same_law and [name for name in stood if name not in leavers] == staying:
            return {**law, "for": [name for name in named if name not in joining or not beside(name, stood)]}
    return {**law, "for": named}


# -- obligations ----------------------------------------------------------------------------------------------------

_NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "hundred": 100, "thousand": 1000,
}
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}
#: "One" is a number only before a period of time; May is a month only beside a number.
_COUNTED = tuple(word for word in _NUMBERS if word != "one")
_MONTHS = (
    "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December",
)
_PERIOD = r"(?:working\s+|calendar\s+)?(?:hour|day|week|fortnight|month|quarter|year)s?"
_OBLIGATION = re.compile(
    r"(?P<number>\d+(?:[.,:/\-]\d+)*)"
    rf"|\b(?P<one>one)(?=\s+{_PERIOD}\b)"
    rf"|\b(?P<tens>{'|'.join(_TENS)})(?:[-\s](?P<unit>one|two|three|four|five|six|seven|eight|nine))?\b"
    rf"|\b(?P<word>{'|'.join(_COUNTED)})\b"
    r"|\b(?P<may_month>May)(?=\s+\d)|(?<=\d\s)(?P<may_after>May)\b"
    rf"|\b(?P<month>{'|'.join(_MONTHS)})\b"
    r"|\b(?P<must>must|shall|mustn['’]t|shan['’]t)\b"
    r"|\b(?P<may>may)\b"
    r"|\b(?P<not>not|never|cannot|no|none|nor|neither|\w+n['’]t)\b",
    re.IGNORECASE,
)
#: What says nothing of what is owed: the numbers of list items, addresses of pages, and the "no" of "no later than".
_NO_OBLIGATION = re.compile(r"^[ \t]*\d+[.)](?=\s)|https?://\S+|\bnot?(?=\s+later\s+than\b)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Obligation:
    """A number, a date, or a must, may or not, and where in its text it stands."""

    sort: str
    value: str
    offset: int
    written: str


def obligations(text: str) -> list[Obligation]:
    """The numbers, dates, musts, mays and nots of a text, in order. Numbers in words count as figures."""
    masked = _NO_OBLIGATION.sub(lambda found: " " * len(found[0]), text)
    out: list[Obligation] = []
    for found in _OBLIGATION.finditer(masked):
        kind = found.lastgroup or ""
        word = found[0].lower()
        at = found.start()
        if kind in ("may_month", "may_after"):
            out.append(Obligation("number", "may", at, found[0]))
        elif kind == "month":
            # A capital is what tells March from a march.
            if found[0][0].isupper():
                out.append(Obligation("number", word, at, found[0]))
        elif kind in ("tens", "unit"):
            unit = _NUMBERS[(found["unit"] or "zero").lower()]
            out.append(Obligation("number", str(_TENS[found["tens"].lower()] + unit), at, found[0]))
        elif kind == "number":
            out.append(Obligation("number", found[0].rstrip(".,:/-"), at, found[0]))
        elif kind in ("one", "word"):
            out.append(Obligation("number", str(_NUMBERS[word]), at, found[0]))
        elif kind == "must":
            out.append(Obligation("word", "must", at, found[0]))
            if word not in ("must", "shall"):
                out.append(Obligation("word", "not", at, found[0]))
        else:
            out.append(Obligation("word", kind, at, found[0]))
    return out


def changed_obligation(before: str, after: str) -> tuple[str | None, str | None, int] | None:
    """The first number, date, must, may or not that differs: as it was written, as it is (None: not there), and its
    offset in `after`. None if all of them are the same in the same order. Numbers and words are compared apart, so
    that a sentence may be turned round."""
    old, new = obligations(before), obligations(after)
    for sort in ("number", "word"):
        one = [obligation for obligation in old if obligation.sort == sort]
        other = [obligation for obligation in new if obligation.sort == sort]
        for was, is_ in zip_longest(one, other):
            if was is None or is_ is None or was.value != is_.value:
                return was.written if was else None, is_.written if is_ else None, is_.offset if is_ else 0
    return None


def obligation_changes(before: Mapping[str, Data], after: Mapping[str, Data]) -> list[Difference]:
    """The differences of wording that change a number, a date, or a must, may or not."""
    return [
        difference for difference in differences(before, after)
        if is_wording(difference) and changed_obligation(difference.before or "", difference.after or "") is not None
    ]

