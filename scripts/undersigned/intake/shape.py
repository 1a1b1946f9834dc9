"""Where in a sheet the register is: which row holds the headings, and what each column is about.

Headings are matched by the words that real registers use for them; a column that nobody recognises is named in the answer
and left out. A grid with one column for each body is recognised too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from undersigned.facts.bodies import KnownBodies
from undersigned.intake.cells import Cell, Sheet, Value, text_of

Meaning = Literal[
    "title", "reference", "kind", "lead", "parties", "party", "party-signed", "version", "start", "end", "review", "reviewed",
    "interval", "agreed", "signed", "status", "held", "person", "summary", "area",
]  # fmt: skip
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
#: The words that a heading is, the most telling first. Whole words, in any case.
_HEADS: tuple[tuple[Meaning, str], ...] = (
    ("person", r"(information asset |ig |policy |document |agreement )?owners?|authors?|drawn up by|(ig|dpo?|caldicott) (lead|contact|officer)|contacts?|contact (name|details|person|officer)|lead officers?|responsible (officer|person)|(lead )?officers?|signed by|e-?mail|telephone|phone|names? of .*(officer|person|lead)"),
    ("reference", r"((isa|isp|dsa|agreement|protocol|our|unique|register|document|file) )?(ref(erence)?|id|identifier)( ?(no|number|code))?\.?|isa (no|number)\.?|no\.?|number|unique (id|identifier)"),
    ("parties", r"(other |all |partner |participating |signatory |which )*(parties|partners?|organisations|agencies|bodies|signatories|members)( to (it|the agreement))?( involved| covered)?|parties to .*|shared? with|between|who is it with|data controllers?|controllers?"),
    ("party", r"(party|partner|organisation|agency|signatory|body)( name)?"),
    ("lead", r"lead( (organisation|agency|authority|partner|body|controller))?|(owning|host|responsible) (organisation|agency|authority|body)|owned by"),
    ("title", r"((name|title) of (the )?)?((information|data) sharing )?(agreement|protocol|isa|isp|dsa|document|arrangement)s?( (name|title))?|titles?|names?|(name|title) of (the )?(project|scheme|initiative)|(project|scheme) (name|title)|description of agreement"),
    ("interval", r"(review )?(frequency|cycle|interval|period)|review every|how often( reviewed)?"),
    ("reviewed", r"(date )?(last |previous )?reviewed( on)?|(date of )?(last|previous|latest) review( date)?"),
    ("review", r"(date of |date for |next |due |planned )*review( (date|due|by|on|due date))?|(next|renewal) .*review.*|date due for review|review date ?\(next\)|renewal date"),
    ("party-signed", r"(date )?(organisation|partner|agency|party) signed( on)?"),
    ("signed", r"(date )?(signed|signature|signing|sign(ed)?[ -]?off)( date| on)?|date of (signature|signing|sign-?off)"),
    ("agreed", r"(date )?(agreed|approved|approval|agreement)( date| on)?|date of (agreement|approval)"),
    ("start", r"(start|effective|commencement|live|implementation|in force)( date| from)?|(date )?(into|in) force|date (into|in|of) .*(force|effect|commencement)|date( (the|this))? .*(comes?|came|coming) into (force|effect)|from|date( live| started)?|valid from|commenced"),
    ("end", r"(end|expiry|expires?|termination)( date| on)?|date of (expiry|termination)|valid (to|until)|until|expires"),
    ("version", r"(current |document |latest )?(version|ver|issue)( ?(no|number))?\.?"),
    ("status", r"(current |document )?(status|state|stage|progress|position)"),
    ("held", r"(location|where|copy|signed copy|file|storage|link|path)( of)?( (the )?(signed )?(copy|agreement|document|file))?( (is )?(held|kept|stored|saved))?|held (by|at)|saved (in|at)|document location|hyperlink"),
    ("kind", r"(agreement |document |protocol )?(type|kind|category)( of (agreement|document|protocol))?"),
    ("area", r"area|county|locality|region|geograph\w+( area)?"),
    ("summary", r"purpose|summary|description|aims?|about|purpose of (the )?(agreement|sharing)|brief description"),
)  # fmt: skip
_COMPILED = tuple((meaning, re.compile(rf"(?:{pattern})\Z")) for meaning, pattern in _HEADS)
_FEWEST_HEADS, _ROWS_SEARCHED = 3, 40
#: Facts that only one column can give; the first column with such a heading counts.
_ONCE = frozenset(
    {"title", "reference", "lead", "kind", "version", "start", "end", "review", "interval", "status", "party"}
)


@dataclass(frozen=True)
class Column:
    """A column. `body` is set for a column of a grid with one column for each body."""

    number: int
    heading: str
    meaning: Meaning | None = None
    body: str = ""


@dataclass
class Shape:
    """A sheet with the row of its headings and its columns."""

    sheet: Sheet
    header_row: int
    columns: list[Column] = field(default_factory=list)

    def cell(self, row: int, column: int) -> Cell:
        cells = self.sheet.rows[row - 1]
        return Cell(self.sheet.name, row, column, cells[column - 1] if column <= len(cells) else None)

    def cells(self, row: int, meaning: Meaning) -> list[Cell]:
        """The filled cells of a row with this meaning."""
        found = (self.cell(row, column.number) for column in self.columns if column.meaning == meaning)
        return [cell for cell in found if cell.text]

    def columns_of(self, meaning: Meaning) -> list[Column]:
        return [column for column in self.columns if column.meaning == meaning]

    @property
    def grid(self) -> list[Column]:
        return [column for column in self.columns if column.body]


def heading_key(text: str) -> str:
    """A heading as it is compared: small letters, no notes in brackets, no punctuation at its ends."""
    line = re.sub(r"\([^()]*\)", " ", " ".join(text.split()).casefold())
    return " ".join(re.sub(r"[*:?#]+", " ", line).split()).strip(" .,-/")


def meaning_of(heading: str) -> Meaning | None:
    """What a column with this heading is about; None if its words are not known."""
    key = heading_key(heading)
    return next((meaning for meaning, pattern in _COMPILED if key and pattern.match(key)), None)


def find_shape(sheet: Sheet, bodies: KnownBodies, taught: Mapping[str, str]) -> Shape | None:
    """The row of headings with the most known ones among the first rows, at least three and a title; None without one.

    `taught`: heading (as `heading_key` gives it) to the meaning that a person chose, "" for none.
    """
    best: Shape | None = None
    most = _FEWEST_HEADS - 1
    for number, row in enumerate(sheet.rows[:_ROWS_SEARCHED], 1):
        if sum(1 for value in row if text_of(value)) < _FEWEST_HEADS:
            continue
        shape = Shape(sheet, number, _columns(row, bodies, taught))
        known = sum(1 for column in shape.columns if column.meaning)
        if known > most and shape.columns_of("title"):
            best, most = shape, known
    return best


def _columns(row: list[Value], bodies: KnownBodies, taught: Mapping[str, str]) -> list[Column]:
    columns: list[Column] = []
    used: set[Meaning] = set()
    for number, value in enumerate(row, 1):
        heading = " ".join(text_of(value).split()) if isinstance(value, str) else ""
        if not heading:
            continue
        chosen = taught.get(heading_key(heading))
        meaning = meaning_of(heading) if chosen is None else next((one for one in MEANINGS if one == chosen), None)
        if meaning in _ONCE and meaning in used:
            meaning = None
        if meaning is not None:
            used.add(meaning)
        columns.append(Column(number, heading, meaning))
    if "parties" not in used and "party" not in used:
        for index, column in enumerate(columns):
            if column.meaning is None:
                match = bodies.match(column.heading)
                if match.answer == "same":
                    columns[index] = Column(column.number, column.heading, None, match.bodies[0].key)
    return columns
