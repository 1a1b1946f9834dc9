"""What the rows of a sheet say of each agreement: its title, bodies and days, and what only a person can decide.

One cell that cannot be used costs that fact alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from undersigned.checks.people import name_in
from undersigned.facts.bodies import ENDED, Body, KnownBodies, Match, decision_key, names_in
from undersigned.intake.answers import Decisions
from undersigned.intake.cell_findings import CellFinding, cell_finding, short
from undersigned.intake.cells import Cell, text_of
from undersigned.intake.meaning import (
    NOTHING,
    bare_words,
    read_interval,
    read_kind,
    read_status,
    read_version,
    read_when,
)
from undersigned.intake.people import is_a_name
from undersigned.intake.shape import Shape
from undersigned.records.fields import When, earliest, latest
from undersigned.words.dates import date_in_words
from undersigned.words.labels import label

_AS_MONTH = "it is recorded as a month"
#: A protocol begins and ends on a day: it surely applied from the last day of the month, or until then.
_MONTHS = {"start": "its last day is recorded, from which it surely applied", "end": "its last day is recorded"}
_TOTAL = re.compile(r"(?i)(grand )?(totals?|sub-?total|count|sum)( number)?( of [a-z]+)?\s*[:=]?\s*[0-9]*")
_NUMBERED = re.compile(
    r"(?i)(?:[0-9]{1,3}[.):]|\(?[a-z][.)]|[•▪*-]|(?:isa|isp|dsa|mou|agreement|protocol)[ :/-]*[0-9]+)"
)
_TICKS = frozenset(["x", "y", "yes", "✓", "✔", "true", "signed", "party", "member", "included", "•"])


@dataclass(frozen=True)
class Ask:
    """Something that a person must decide.

    `about`: the name of a body, an agreement that may be known already, or the day of an agreement.
    `suggestions`: what may be answered, with words for a reader. `cells`: every cell that it is in.
    """

    about: Literal["body", "protocol", "day"]
    key: str
    as_written: str
    suggestions: tuple[tuple[str, str], ...]
    reason: str
    cells: tuple[str, ...]


@dataclass
class Facts:
    """What the rows of one agreement say. Dates are None where they are not known."""

    rows: list[int]
    title: str = ""
    references: tuple[str, ...] = ()
    kind: str = ""
    status: str = ""
    version: str = ""
    lead: Body | None = None
    parties: dict[str, Body] = field(default_factory=dict)
    signed_on: dict[str, When] = field(default_factory=dict)
    agreed: When | None = None
    start: When | None = None
    end: When | None = None
    next_review: When | None = None
    interval: int | None = None
    held: str = ""
    open_names: bool = False


class RowReader:
    """Reads the rows of one sheet. `asked`: what a person must decide, in the order in which it was met."""

    def __init__(self, shape: Shape, bodies: KnownBodies, decisions: Decisions, file: str) -> None:
        self._shape, self._bodies, self._decisions, self._file = shape, bodies, decisions, file
        self._asked: dict[tuple[str, str], Ask] = {}

    @property
    def asked(self) -> list[Ask]:
        return list(self._asked.values())

    # -- which rows make one agreement -------------------------------------------------------------------------------

    def groups(self, findings: list[CellFinding]) -> Iterator[list[int]]:
        """Row numbers, by agreement. Where each row names one party, the rows of one agreement belong together."""
        one_party = bool(self._shape.columns_of("party"))
        groups: dict[str, list[int]] = {}
        for number in range(self._shape.header_row + 1, len(self._shape.sheet.rows) + 1):
            filled = [value for value in self._shape.sheet.rows[number - 1] if text_of(value)]
            if not filled:
                continue
            titles = self._shape.cells(number, "title")
            if len(filled) == 1 and len(self._shape.columns) > 2:
                column = next(i for i, value in enumerate(self._shape.sheet.rows[number - 1], 1) if text_of(value))
                findings.append(cell_finding("import-section", self._file, self._shape.cell(number, column)))
                continue
            first = next(value for value in self._shape.sheet.rows[number - 1] if text_of(value))
            if len(filled) <= 3 and _TOTAL.fullmatch(" ".join(text_of(first).split())):
                column = self._shape.sheet.rows[number - 1].index(first) + 1
                findings.append(cell_finding("import-section", self._file, self._shape.cell(number, column)))
                continue
            if one_party and groups and not titles and self._shape.cells(number, "party"):
                next(reversed(groups.values())).append(number)  # a merged title covers several rows
                continue
            key = self.key(number) if one_party and titles else f"row {number}"
            groups.setdefault(key, []).append(number)
        yield from groups.values()

    def holds_several(self, number: int) -> bool:
        """Whether a row holds several agreements: lines that are numbered, or a number of its own for each line."""
        lines = [cell.text.split("\n") for cell in self._shape.cells(number, "title")[:1]]
        numbers = [cell.text.split("\n") for cell in self._shape.cells(number, "reference")[:1]]
        if not lines or len(lines[0]) < 2:
            return False
        return sum(bool(_NUMBERED.match(line)) for line in lines[0]) > 1 or (bool(numbers) and len(numbers[0]) > 1)

    def key(self, number: int) -> str:
        """What names the agreement of a row from one import to the next: its own number, else its title and lead."""
        reference = self._shape.cells(number, "reference")
        if reference:
            return "reference " + bare_words(reference[0].text)
        title, lead = self._shape.cells(number, "title"), self._shape.cells(number, "lead")
        return "title " + " ".join(bare_words(cell.text) for cell in (*title[:1], *lead[:1]))

    def facts(self, rows: list[int], findings: list[CellFinding]) -> Facts:
        facts = Facts(rows)
        first = rows[0]
        facts.title = " ".join(self._shape.cells(first, "title")[0].text.split())
        facts.references = tuple(" ".join(one.text.split()) for one in self._shape.cells(first, "reference"))
        self._drop_people(rows, findings)
        self._who(rows, facts, findings)
        self._when(rows, facts, findings)
        self._what(first, facts, findings)
        return facts

    def _drop_people(self, rows: list[int], findings: list[CellFinding]) -> None:
        """Cells about people are never taken; a finding asks for the post instead."""
        for number in rows:
            for cell in self._shape.cells(number, "person"):
                if cell.text.casefold() in NOTHING:
                    continue
                reachable = "@" in cell.text or len(re.sub("[^0-9]", "", cell.text)) >= 9
                code = "import-mailbox-left-out" if reachable else "import-personal-name"
                if code == "import-personal-name" and name_in(cell.text) is None and not is_a_name(cell.text):
                    continue  # a post: the register has no place for it in this record
                findings.append(cell_finding(code, self._file, cell, text=""))

    def _who(self, rows: list[int], facts: Facts, findings: list[CellFinding]) -> None:
        for cell in self._shape.cells(rows[0], "lead"):
            body = self._body(cell, " ".join(cell.text.split()), facts, findings)
            if body is not None and facts.lead is None:
                facts.lead = body
                facts.parties[body.key] = body
        for number in rows:
            for cell in self._shape.cells(number, "parties"):
                for name in names_in(cell.text, self._knows):
                    self._party(cell, name, facts, findings)
            for cell in self._shape.cells(number, "party"):
                body = self._party(cell, " ".join(cell.text.split()), facts, findings)
                for signed in (*self._shape.cells(number, "party-signed"), *self._shape.cells(number, "signed")):
                    when = self._day(signed, findings)
                    if body is not None and when is not None:
                        facts.signed_on[body.key] = when
            for column in self._shape.grid:
                cell = self._shape.cell(number, column.number)
                self._grid_cell(cell, column.body, facts, findings)

    def _grid_cell(self, cell: Cell, key: str, facts: Facts, findings: list[CellFinding]) -> None:
        """A column of one body: a tick says that it is a party, a date when it signed."""
        text = cell.text.casefold().strip(" .")
        if not text or text in NOTHING - {"x"} or text in ("no", "n", "not signed", "declined"):
            return
        body = next(one for one in self._bodies.bodies if one.key == key)
        if text not in _TICKS:
            when = self._day(cell, findings)
            if when is None:
                return
            facts.signed_on[body.key] = when
        facts.parties[body.key] = body

    def _knows(self, name: str) -> bool:
        return self._bodies.knows(name) or self._decisions.names.get(decision_key(name)) is not None

    def _party(self, cell: Cell, name: str, facts: Facts, findings: list[CellFinding]) -> Body | None:
        body = self._body(cell, name, facts, findings)
        if body is not None:
            facts.parties[body.key] = body
        return body

    def _body(self, cell: Cell, name: str, facts: Facts, findings: list[CellFinding]) -> Body | None:
        """The body that a name means; None with a question if only a person can tell."""
        if not name or name.casefold() in NOTHING:
            return None
        decided = self._decisions.names.get(decision_key(name))
        if decided == "none":
            return None
        if decided is not None and decided.startswith("new:"):
            return Body(name, decided.removeprefix("new:"))
        match = self._bodies.match(name)
        if match.answer == "same":
            return match.bodies[0]
        if match.reason == ENDED:
            findings.append(cell_finding("import-body-ended", self._file, cell, text=short(name)))
        if name_in(name) is not None and match.answer == "new":
            findings.append(cell_finding("import-personal-name", self._file, cell, text=""))
            return None
        self._ask_body(cell, name, match)
        facts.open_names = True
        return None

    def _ask_body(self, cell: Cell, name: str, match: Match) -> None:
        suggestions = tuple((body.key, described(body)) for body in match.bodies)
        reason = match.reason or "nobody knows this name"
        self.ask("body", decision_key(name), name, suggestions, reason, cell)

    def ask(
        self,
        about: Literal["body", "protocol", "day"],
        key: str,
        as_written: str,
        suggestions: tuple[tuple[str, str], ...],
        reason: str,
        cell: Cell,
    ) -> None:
        known = self._asked.get((about, key))
        if known is None:
            self._asked[about, key] = Ask(about, key, as_written, suggestions, reason, (cell.address,))
        elif cell.address not in known.cells:
            self._asked[about, key] = replace(known, cells=(*known.cells, cell.address))

    def _when(self, rows: list[int], facts: Facts, findings: list[CellFinding]) -> None:
        first = rows[0]
        signed_by_party = bool(self._shape.columns_of("party"))
        for meaning in ("start", "end", "review", "interval", "agreed", "signed", "reviewed"):
            for cell in self._shape.cells(first, meaning):
                if meaning == "signed" and signed_by_party:
                    continue
                if meaning == "interval":
                    facts.interval = read_interval(cell.text) or self._bare_months(cell) or facts.interval
                    continue
                read = read_when(cell.value)
                if read.interval is not None:
                    facts.interval = read.interval
                    continue
                when = self._day(cell, findings, _MONTHS.get(meaning, _AS_MONTH))
                if when is None:
                    continue
                if meaning == "start":
                    facts.start = facts.start or when
                elif meaning == "end":
                    facts.end = facts.end or when
                elif meaning in ("agreed", "signed"):
                    facts.agreed = facts.agreed or when
                elif meaning == "review":
                    facts.next_review = facts.next_review or when
                else:
                    findings.append(cell_finding("import-review-past", self._file, cell))
        begun = facts.start or facts.agreed
        if facts.end is not None and begun is not None and latest(facts.end) < earliest(begun):
            cell = self._shape.cells(first, "end")[0]
            words = {"text": date_in_words(facts.end), "read": date_in_words(begun)}
            findings.append(cell_finding("import-end-before-start", self._file, cell, **words))
            facts.end = None

    @staticmethod
    def _bare_months(cell: Cell) -> int | None:
        """A number in a column of intervals counts months, unless the heading says years."""
        return cell.value if isinstance(cell.value, int) and 1 <= cell.value <= 120 else None

    def _day(self, cell: Cell, findings: list[CellFinding], month: str = _AS_MONTH) -> When | None:
        read = read_when(cell.value)
        if read.problem is not None:
            code = {"no-such-day": "import-no-such-day", "several-dates": "import-several-dates"}.get(
                read.problem, "import-not-a-date"
            )
            findings.append(cell_finding(code, self._file, cell))
        elif read.when is not None and read.century_assumed:
            findings.append(cell_finding("import-two-digit-year", self._file, cell, read=date_in_words(read.when)))
        elif read.when is not None and not isinstance(read.when, date):
            findings.append(cell_finding("import-month-only", self._file, cell, read=month))
        return read.when

    def _what(self, row: int, facts: Facts, findings: list[CellFinding]) -> None:
        for cell in self._shape.cells(row, "version"):
            version, certain = read_version(cell.value)
            if isinstance(cell.value, float) and not certain:
                findings.append(cell_finding("import-version-number", self._file, cell))
            elif not version and cell.text.casefold() not in NOTHING:
                findings.append(cell_finding("import-version", self._file, cell))
            facts.version = facts.version or version
        for cell in self._shape.cells(row, "status"):
            facts.status = read_status(cell.text)
            if not facts.status and cell.text.casefold().strip(" .") not in NOTHING:
                findings.append(cell_finding("import-status", self._file, cell))
        words = " ".join(cell.text for cell in self._shape.cells(row, "kind")) or facts.title
        facts.kind = read_kind(words) or "information-sharing-protocol"
        for cell in self._shape.cells(row, "held"):
            if name_in(cell.text) is None and "@" not in cell.text and len(cell.text) <= 200:
                facts.held = facts.held or " ".join(cell.text.split())


def described(body: Body) -> str:
    """`Stafford Borough Council (local authority)`, so that near names are told apart."""
    words = f"{body.name} ({label('organisation_kind', body.kind)}"
    return words + (", ended" if body.ended else "") + ("" if body.id else "; not in the register yet") + ")"
