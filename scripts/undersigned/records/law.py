"""Provisions of law: their addresses at legislation.gov.uk, and what the law watch last confirmed of an Act (`law/<item>.yaml`).

An address is an item (`ukpga/2018/12`: a type, a year and a number) and a path in it (`section/45`), in the form in which
legislation.gov.uk writes identifiers. A range ends its path with `45..48`. An address without a path is the whole item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from undersigned.records.fields import Authored, Day

SITE = "https://www.legislation.gov.uk/"
_PATH = r"(?:[a-z]+|[0-9]+[A-Z]*|[A-Z]+[0-9]*|[a-z]{1,5})"
_ADDRESS = re.compile(
    rf"(?P<item>[a-z]{{3,5}}/[0-9]{{4}}/[0-9]+)(?P<path>(?:/{_PATH})*?(?:/[0-9A-Za-z]+\.\.[0-9A-Za-z]+)?)\Z"
)


@dataclass(frozen=True, order=True)
class Provision:
    """One provision, or the range from it to `until`, which differs from it in the last part of the path only."""

    item: str
    path: tuple[str, ...] = ()
    until: str = ""

    def __str__(self) -> str:
        path = "/".join((self.item, *self.path))
        return f"{path}..{self.until}" if self.until else path

    @property
    def url(self) -> str:
        """The page that shows it; of a range, the page of its first provision."""
        return SITE + "/".join((self.item, *self.path))

    @property
    def page(self) -> tuple[str, ...]:
        """The part of the path that has its own address in the table of contents: `section/45`, `schedule/1/paragraph/6`."""
        depth = 4 if self.path[:1] == ("schedule",) and self.path[2:3] in (("paragraph",), ("part",)) else 2
        return self.path[:depth]


def provision(text: str) -> Provision:
    """Reads an address. ValueError if it is not one."""
    found = _ADDRESS.match(text)
    if found is None:
        raise ValueError(f"'{text}' is not an address such as ukpga/2018/12/section/45")
    path = tuple(part for part in found["path"].split("/") if part)
    if path and ".." in path[-1]:
        first, _, last = path[-1].partition("..")
        return Provision(found["item"], (*path[:-1], first), last)
    return Provision(found["item"], path)


# -- references in words -------------------------------------------------------------------------------------------


_KINDS = {
    "s": "section", "ss": "section", "section": "section", "sections": "section", "sch": "schedule",
    "schedule": "schedule", "para": "paragraph", "paras": "paragraph", "art": "article", "arts": "article",
    "article": "article", "articles": "article", "reg": "regulation", "regulation": "regulation", "part": "part",
    "chapter": "chapter", "annex": "annex",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<kind>sections?|ss?|Sch(?:edule)?|paras?|Arts?|arts?|Articles?|articles?|regs?|regulation|Part|Chapter|Annex)\b\.?\s*"
    r"|(?P<number>[0-9]+[A-Z]*(?:\([0-9a-zA-Z]+\))*|[IVX]+\b|(?:\([0-9a-zA-Z]+\))+)"
    r"|(?P<to>\s*(?:-|–|\bto\b)\s*)|(?P<comma>,\s*|\s+and\s+)|(?P<space>\s+)"
)
#: Asides that name no provision: chapter numbers of Acts, how much is meant, what a schedule sets out.
_ASIDE = re.compile(r"^Good practice;\s*|\((?:c\.\s?\d+|most|Article 8)\)|, (?:c\.|asc |asp )\d+(?=,)")


def provisions_in(reference: str, titles: Mapping[str, Iterable[str]]) -> list[Provision] | None:
    """The provisions that a reference names, such as `Data Protection Act 2018 Sch 1 para 6; UK GDPR Art 9`.

    `titles`: the titles of each item, such as `{"ukpga/2018/12": ["Data Protection Act 2018"]}`.

    None if any part of the reference cannot be read: an item that is not listed, or words beside numbers.
    """
    found: list[Provision] = []
    for title, rest in _by_item(_ASIDE.sub("", reference), titles):
        if title is None:
            return None
        read = _read(title, rest)
        if read is None:
            return None
        found += read
    return list(dict.fromkeys(found))


def _by_item(reference: str, names: Mapping[str, Iterable[str]]) -> Iterator[tuple[str | None, str]]:
    """The items that a reference names, each with the words that follow its title. None for words before any title."""
    titles = {title: item for item, some in names.items() for title in some}
    pattern = "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True))
    places = list(re.finditer(pattern, reference))
    if not places or reference[: places[0].start()].strip(" ("):
        yield None, reference
        return
    for place, after in zip(places, [*places[1:], None], strict=True):
        yield titles[place[0]], reference[place.end() : after.start() if after else len(reference)]


def _read(item: str, words: str) -> list[Provision] | None:
    """The provisions named after a title; the whole item if none is."""
    words = words.strip(" ,;()") if words.count("(") != words.count(")") else words.strip(" ,;")
    words = re.sub(r"^\(|\s*\((?:inserted by)?\s*$", "", words).strip(" ,;")
    if not words:
        return [Provision(item)]
    found: list[Provision] = []
    base: tuple[str, ...] = ()
    kind, ranged, place = "", False, 0
    while place < len(words):
        token = _TOKEN.match(words, place)
        if token is None:
            return None
        place = token.end()
        if token["kind"]:
            kind = _KINDS[token["kind"].lower()]
            # A paragraph or a part of a schedule, and a chapter of a part, lie in what was named last.
            nested = kind in ("paragraph", "chapter") or (kind == "part" and base[:1] == ("schedule",))
            if nested and found and found[-1].path[:2] == base[:2]:
                base = found.pop().path[:2]
            elif not nested:
                base = ()
        elif token["number"]:
            if not kind:
                return None
            number = tuple(re.findall(r"[0-9A-Za-z]+", token["number"]))
            if ranged:
                first = found.pop()
                found.append(Provision(item, first.path, number[-1]))
                ranged = False
                continue
            if token["number"].startswith("("):
                whole = found[-1].path
                above = whole[: len(whole) - len(number)]
                found.append(Provision(item, (*above, *number)))
                continue
            path = (*base, kind, *number) if kind in ("paragraph", "chapter", "part") else (kind, *number)
            if kind in ("schedule", "annex", "part"):
                base = path
            found.append(Provision(item, path))
        elif token["to"]:
            ranged = True
    return found


# -- comparing addresses ------------------------------------------------------------------------------------------------


def _rank(part: str) -> tuple[int, int, tuple[tuple[int, str], ...]] | None:
    """The place of a number in the order of a statute: 45, 45ZA, 45A, 45AA, 45B. None for words."""
    found = re.fullmatch(r"([0-9]+)(Z?)([A-Z]*)", part)
    if found is None:
        return None
    letters = tuple((1, letter) for letter in found[3])
    if found[2] and not found[3]:
        letters = ((1, "Z"),)
    elif found[2]:
        letters = ((0, "Z"), *letters)
    return 0, int(found[1]), letters


def _between(part: str, first: str, last: str) -> bool:
    ranks = [_rank(part), _rank(first), _rank(last)]
    if None in ranks:
        return first <= part <= last
    low, at, high = _rank(first), _rank(part), _rank(last)
    return low is not None and at is not None and high is not None and low <= at <= high


def touches(path: tuple[str, ...], start: tuple[str, ...], end: tuple[str, ...] | None = None) -> bool:
    """Whether something at `start`, or from `start` to `end`, bears on `path`: the same, above it, below it or in the range."""
    if end is None or start == end:
        shorter = min(len(path), len(start))
        return path[:shorter] == start[:shorter]
    at = next((number for number, (a, b) in enumerate(zip(start, end, strict=False)) if a != b), None)
    if at is None:
        return touches(path, min(start, end, key=len))
    if len(path) <= at:
        return path == start[: len(path)]
    return path[:at] == start[:at] and _between(path[at], start[at], end[at])


def _path(value: object) -> object:
    try:
        provision(f"ukpga/2000/1/{value}")
    except ValueError:
        raise PydanticCustomError("provision_path", "not the path of a provision, such as section/45") from None
    return value


ProvisionPath = Annotated[str, PlainValidator(_path), WithJsonSchema({"type": "string", "examples": ["section/45"]})]


class LawChange(Authored):
    """A change of a provision that is known with its day. `effect`: its id at legislation.gov.uk; `by`: what makes it."""

    effect: str
    on: Day
    by: str
    what: str | None = None


class WatchedProvision(Authored):
    """One provision as it was last seen. `words` is `sha256:` with the digest of its words, white space folded.

    Without `words` nobody has looked at it yet. `since`: from when that text applies. `effects`: the changes that were
    known and not yet in the text.
    """

    path: ProvisionPath
    since: Day | None = None
    words: str | None = None
    status: str | None = None
    effects: tuple[str, ...] = ()
    changes: tuple[LawChange, ...] = ()


class LawConfirmation(Authored):
    """Who looked at the news, when, and what it means here."""

    on: Day | None = None
    by: str | None = None
    note: str | None = None


class LawState(Authored):
    """`item` is the address of the Act or instrument, and names the file with hyphens for slashes.

    `looked`: a day on which the law watch saw it. It is not renewed at every look, which would be a commit a week.
    """

    item: str
    title: str | None = None
    modified: str | None = None
    looked: Day | None = None
    provisions: tuple[WatchedProvision, ...] = ()
    confirmed: LawConfirmation | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has looked at it and said what it means."""
        return self.confirmed is not None and bool(self.confirmed.on and self.confirmed.by and self.confirmed.note)

    def place_of(self, index: int) -> Provision:
        """The provision of an entry, with its item."""
        return provision(f"{self.item}/{self.provisions[index].path}")


def file_of(item: str) -> str:
    """The path of the record of an item: `law/ukpga-2018-12.yaml`."""
    return f"law/{item.replace('/', '-')}.yaml"
