"""Which body a name means. A wrong party is worse than none, so only the same words are ever taken without asking.

Three answers: the same body, a question with near names and what kind of body each is, or a body that nobody knows.
Measured on 104 names from real agreements (30 November 2026): nothing taken wrongly.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from undersigned.records.fields import When
from undersigned.register import Register
from undersigned.status import has_happened

#: The open lists in `bodies.tsv`: where each part is from, its licence, and the day of the copy.
SOURCES = (
    (
        "Councils of the United Kingdom",
        "mySociety, UK local authority names and codes 1.7.3",
        "CC BY 4.0",
        "2025-07-10",
    ),
    ("Departments, agencies and tribunals", "GOV.UK organisations API", "Open Government Licence 3.0", "2026-06-01"),
    ("Prisons", "GOV.UK prison estate register", "Open Government Licence 3.0", "2017-05-12"),
    ("Police forces", "typed from the forces' own names", "facts", "2026-11-30"),
)
_MOST_SUGGESTIONS = 3
#: Of a name with commas or "and" in it, the most parts.
_MOST_PIECES = 6
#: The reasons for a question that other rooms act upon.
SEVERAL, ENDED = "several bodies have this name", "this body has ended"
_EXPAND = {
    "bc": "borough council", "dc": "district council", "mbc": "metropolitan borough council", "cc": "county council",
    "lb": "london borough", "dept": "department", "govt": "government", "staffs": "staffordshire",
    "notts": "nottinghamshire", "hants": "hampshire", "herts": "hertfordshire", "derbys": "derbyshire",
    "lancs": "lancashire", "lincs": "lincolnshire", "northants": "northamptonshire", "cambs": "cambridgeshire",
    "oxon": "oxfordshire", "wilts": "wiltshire", "worcs": "worcestershire", "leics": "leicestershire",
    "bucks": "buckinghamshire", "glos": "gloucestershire", "svc": "service", "org": "organisation",
    "assn": "association", "ha": "housing association", "ft": "foundation trust", "nhsft": "nhs foundation trust",
    "hmyoi": "hmp yoi", "constab": "constabulary", "his": "", "her": "", "majestys": "",
}  # fmt: skip
#: Words that say nothing about which body is meant.
_EMPTY = frozenset(
    ["the", "of", "for", "and", "in", "on", "upon", "under", "by", "le", "ltd", "limited", "plc", "cic", "cio"]
)
#: Words that say what kind of body it is; the kinds that one name may mix are in one group.
_KIND_WORDS = {
    "county council": "council", "city council": "council", "borough council": "council", "district council": "council",
    "metropolitan borough": "council", "london borough": "council", "unitary": "council", "council": "council",
    "police": "police", "constabulary": "police", "probation": "probation", "prison": "prison", "hmp": "prison",
    "yoi": "prison", "fire": "fire", "nhs": "health", "clinical commissioning": "health", "integrated care": "health",
    "health": "health", "hospital": "health", "housing": "housing", "homes": "housing", "youth": "youth",
    "rehabilitation company": "crc", "crc": "crc", "jobcentre": "jobcentre", "trust": "trust", "ministry": "government",
    "department": "government", "court": "court", "college": "education", "university": "education", "school": "education",
    "association": "association", "partnership": "partnership", "board": "board", "service": "service",
    "authority": "authority", "agency": "agency", "group": "group", "charity": "charity",
}  # fmt: skip
_TIERS = ("county", "city", "borough", "district")
_NOT_A_PLACE = frozenset(
    [
        "council",
        "county",
        "city",
        "borough",
        "district",
        "metropolitan",
        "london",
        "police",
        "constabulary",
        "service",
        "services",
        "department",
        "authority",
        "unitary",
        "royal",
        "hmp",
        "yoi",
        "prison",
        "probation",
        "nhs",
        "trust",
        "foundation",
    ]
)


@dataclass(frozen=True)
class Body:
    """A body that the register or an open list knows. `id` is empty for one that the register does not have."""

    name: str
    kind: str
    id: str = ""
    other_names: tuple[str, ...] = ()
    jurisdiction: str = ""
    ended: When | str | None = None
    successors: tuple[str, ...] = ()
    code: str = ""

    @property
    def key(self) -> str:
        return self.id or self.name


@dataclass(frozen=True)
class Match:
    """What a name means. `bodies`: the one body for `same`, at most three suggestions for `ask`, none for `new`."""

    answer: Literal["same", "ask", "new"]
    bodies: tuple[Body, ...] = ()
    reason: str = ""


@dataclass
class KnownBodies:
    """The bodies of the register and of the open lists, and what was decided about names before."""

    bodies: list[Body]
    decided: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._matches: dict[str, Match] = {}
        self._full: dict[str, list[Body]] = {}
        self._alias: dict[str, list[Body]] = {}
        self._short: dict[str, list[Body]] = {}
        for body in self.bodies:
            self._add(self._full, body.name, body)
            for name in body.other_names:
                short = name.isupper() and len(name) <= 8 and " " not in name
                (self._short.setdefault(name, []).append(body) if short else self._add(self._alias, name, body))
        self._cores = [_core(body.name) for body in self.bodies]
        self._of_place: dict[str, list[int]] = {}
        for index, body in enumerate(self.bodies):
            self._of_place.setdefault(_place(body.name), []).append(index)

    @staticmethod
    def _add(index: dict[str, list[Body]], name: str, body: Body) -> None:
        known = index.setdefault(_core(name), [])
        if body not in known:
            known.append(body)

    def match(self, text: str) -> Match:
        """What the name means. Never takes a body whose words differ, or one that has ended."""
        text = " ".join(text.split())
        if text not in self._matches:
            self._matches[text] = self._match(text)
        return self._matches[text]

    def knows(self, text: str) -> bool:
        """Whether the name is surely that of one body. Quicker than `match`, which also looks for near names."""
        text = " ".join(text.split())
        if text in self._matches:
            return self._matches[text].answer == "same"
        decided = self.decided.get(decision_key(text))
        if decided is not None and any(one.key == decided for one in self.bodies):
            return True
        outside, inside = _brackets(text)
        found = self._exact(text, inside) or self._exact(outside, inside)
        return found is not None and found.answer == "same"

    def _match(self, text: str) -> Match:
        decided = self.decided.get(decision_key(text))
        if decided is not None:
            body = next((one for one in self.bodies if one.key == decided), None)
            if body is not None:
                return Match("same", (body,), "decided before")
        outside, inside = _brackets(text)
        for name in (text, outside):
            found = self._exact(name, inside)
            if found is not None:
                return found
        near = self._near(outside)
        if near:
            return Match("ask", near, "near names")
        if words := self._own_with_these_words(outside):
            return Match("ask", words[:_MOST_SUGGESTIONS], "the register has a body with these words in its name")
        return Match("new")

    def _exact(self, name: str, inside: str) -> Match | None:
        full = self._full.get(_core(name), [])
        aliases = [] if full else self._alias.get(_core(name), [])
        short = [] if full or aliases else self._short.get(name, [])
        found = _own_first(full or aliases or short)
        if not found:
            return None
        live = [body for body in found if not body.ended]
        if not live:
            return Match("ask", self._heirs(found[0]), ENDED)
        if len(live) > 1:
            return Match("ask", tuple(live[:_MOST_SUGGESTIONS]), SEVERAL)
        if inside and (other := self._short.get(inside)) and live[0] not in other:
            return Match("ask", (live[0], *other)[:_MOST_SUGGESTIONS], "the name and the letters in brackets differ")
        if not live[0].id and (own := self._own_with_these_words(name)):
            return Match(
                "ask", (*own, live[0])[:_MOST_SUGGESTIONS], "the register has a body with these words in its name"
            )
        if not full and not _kind_of(name) and not short:
            # Among a register's own bodies alone, a short name that its record gives is good if it is of no other's place.
            suggested = self._of_the_place(live[0], name)
            if len(suggested) > 1 or not all(body.id for body in self.bodies):
                return Match("ask", suggested, "a place or a short name alone")
        return Match("same", (live[0],), "the same words")

    def _own_with_these_words(self, name: str) -> tuple[Body, ...]:
        words = set(_core(name).split())
        if not any(len(word) > 3 for word in words):
            return ()
        return tuple(
            body for body in self.bodies if body.id and not body.ended and words <= set(_core(body.name).split())
        )

    def _heirs(self, ended: Body) -> tuple[Body, ...]:
        heirs = [body for body in self.bodies if body.id in ended.successors or body.name in ended.successors]
        return (*_own_first(heirs), ended)[:_MOST_SUGGESTIONS]

    def _of_the_place(self, body: Body, name: str) -> tuple[Body, ...]:
        others = [one for one in self.bodies if one is not body and _core(name) == _place(one.name) and not one.ended]
        return (body, *_own_first(others))[:_MOST_SUGGESTIONS]

    def _near(self, name: str) -> tuple[Body, ...]:
        from rapidfuzz import fuzz, process

        core, kind = _core(name), _kind_of(name)
        if len(core) < 4:
            return ()
        hits = process.extract(core, self._cores, scorer=fuzz.token_sort_ratio, limit=15, score_cutoff=70)
        good = []
        same_place = [(0.0, index) for index in self._of_place.get(_place(name), ())]
        for score, index in [*((score, index) for _, score, index in hits), *same_place]:
            body = self.bodies[index]
            same_kind = not kind or not _kind_of(body.name) or kind == _kind_of(body.name)
            place = fuzz.ratio(_place(name), _place(body.name)) if _place(name) and _place(body.name) else 0
            if place >= 88 or (same_kind and score >= 86):
                good.append((same_kind, not body.ended, bool(body.id), score, -index))
        seen: dict[str, Body] = {}
        for *_rest, index in sorted(good, reverse=True):
            seen.setdefault(self.bodies[-index].name, self.bodies[-index])
        return tuple(seen.values())[:_MOST_SUGGESTIONS]


def own_bodies(register: Register, *, as_of: date | None = None) -> list[Body]:
    """The register's organisations that can be read. With `as_of`, those that ended by that day say so."""
    bodies: list[Body] = []
    for id_ in register.organisation_ids:
        record = register.organisation(id_)
        value = record.value if record is not None else None
        if value is not None:
            day = value.dissolved_on
            ended = day if day is not None and as_of is not None and has_happened(day, as_of) else None
            names = (*value.also_known_as, id_.replace("-", " "), *(old.replace("-", " ") for old in value.formerly))
            successors = tuple(register.present_organisation(one) for one in value.successors)
            bodies.append(Body(value.name, value.kind, id_, names, value.jurisdiction or "", ended, successors))
    return bodies


def known_bodies(register: Register, *, as_of: date, decided: Mapping[str, str] | None = None) -> KnownBodies:
    """The register's own organisations first, then those of the open lists that it does not have."""
    bodies = own_bodies(register, as_of=as_of)
    listed = {_core(body.name): body for body in listed_bodies() if not body.ended}
    for index, body in enumerate(bodies):
        same = listed.get(_core(body.name))
        if same is not None:
            bodies[index] = replace(body, other_names=(*body.other_names, *same.other_names))
    own = {_core(body.name) for body in bodies}
    return KnownBodies([*bodies, *(body for body in listed_bodies() if _core(body.name) not in own)], decided or {})


@cache
def listed_bodies() -> tuple[Body, ...]:
    """The bodies of the open lists."""
    text = resources.files("undersigned.facts").joinpath("bodies.tsv").read_text("utf-8")
    return tuple(
        Body(
            row["name"],
            row["kind"],
            "",
            tuple(filter(None, (row["other_names"] or "").split("|"))),
            row["jurisdiction"],
            row["ended"] or None,
            tuple(filter(None, (row["successors"] or "").split("|"))),
            row["gss"],
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    )


def names_in(text: str, knows: Callable[[str], bool]) -> list[str]:
    """The names in a list of bodies: one on a line, or with semicolons, bullets, bars, commas or "and" between them.

    A comma or an "and" may belong to a name, so the longest names that `knows` knows are taken first, and an "and" parts
    two names only if it knows the text on either side of it.
    """
    names: list[str] = []
    # "… and others" is a question of its own: it does not belong to the name before it.
    text = re.sub(r"(?i),?\s+(?:and|&)\s+(others\b[^,;\n]*|all other [^,;\n]*)", r"; \1", text)
    for part in filter(None, (one.strip(" ,.-–\t") for one in re.split(r"\n|;|\||•|\s+/\s+", text))):
        names += _names_in_line(part, knows)
    return names


def _names_in_line(line: str, knows: Callable[[str], bool]) -> list[str]:
    pieces = re.split(r"(\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+)", line)
    words, between = pieces[::2], pieces[1::2]

    def span(start: int, end: int) -> str:
        return "".join(part for n in range(start, end) for part in (words[n], between[n] if n + 1 < end else ""))

    @cache
    def known_end(start: int) -> int:
        """Where the longest known name from `start` ends; `start` if none begins there."""
        for end in range(min(len(words), start + _MOST_PIECES), start, -1):
            at_comma = end == len(words) or "," in between[end - 1]
            if knows(span(start, end)) and (at_comma or known_end(end) > end):
                return end
        return start

    names = []
    start = 0
    while start < len(words):
        end = known_end(start)
        if end == start:
            end += 1
            while end < len(words) and "," not in between[end - 1] and known_end(end) == end:
                end += 1
            if end < len(words) and "," not in between[end - 1] and not knows(span(start, end)):
                end = next((n for n in range(end, len(words)) if "," in between[n - 1]), len(words))
        name = re.sub(r"(?i)^and ", "", span(start, end)).strip()
        names += [name] if name else []
        start = end
    return names


def looks_like_a_body(name: str) -> bool:
    """Whether the words of a name tell what kind of body it is."""
    return bool(_kind_of(name)) and len(_core(name).split()) > 1


def decision_key(text: str) -> str:
    """A name as decisions about it are kept: without capitals, accents, punctuation and odd spaces."""
    return _tidy(text)


@cache
def _tidy(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").replace("'", "")).casefold()
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", letters.replace("&", " and "))
    return " ".join(filter(None, (_EXPAND.get(word, word) for word in words)))


@cache
def _core(text: str) -> str:
    words = [word for word in _tidy(text).split() if word not in _EMPTY]
    return " ".join(words) or _tidy(text)


@cache
def _place(text: str) -> str:
    return " ".join(word for word in _core(text).split() if word not in _NOT_A_PLACE)


@cache
def _kind_of(text: str) -> str:
    """The group of the kind that the words of a name tell; a county and a district are different bodies."""
    tidy = f" {_tidy(text)} "
    kind = next((kind for words, kind in _KIND_WORDS.items() if f" {words} " in tidy), "")
    if kind == "council":
        tier = next((tier for tier in _TIERS if f" {tier} " in tidy), "")
        return "county council" if tier == "county" else "council"
    return kind


def _brackets(text: str) -> tuple[str, str]:
    """`Valuation Office Agency (VOA)` as the name and what is in the brackets."""
    match = re.match(r"(.*?)\s*\(([^()]*)\)\s*\Z", text)
    return (match[1], match[2].strip()) if match and match[1] else (text, "")


def _own_first(bodies: Iterable[Body]) -> list[Body]:
    found = list(bodies)
    own = [body for body in found if body.id]
    return own or found
