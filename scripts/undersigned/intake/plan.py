"""From the rows of a sheet to proposed records. Nothing is written here.

One cell that cannot be used costs that fact alone, one row that cannot be used never stops another, and what only a person
can decide becomes a question.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from undersigned.checks.engine import check_organisation, check_protocols
from undersigned.checks.people import name_in
from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, amended
from undersigned.editing.yaml_write import Quoted, comment, render_yaml
from undersigned.findings import Finding, Severity, new_findings
from undersigned.intake.answers import Decisions
from undersigned.intake.cells import Cell, Sheet, column_letters, text_of
from undersigned.intake.meaning import NOTHING, read_interval, read_version, read_when, split_bodies
from undersigned.intake.shape import Shape
from undersigned.intake.who import Body, KnownBodies, Match, decision_key
from undersigned.records.fields import KEBAB, When, earliest, latest
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.signature import SigningRecord
from undersigned.records.source import Data
from undersigned.records.version import Version
from undersigned.register import Register
from undersigned.status import has_happened
from undersigned.words.dates import date_in_words
from undersigned.words.labels import label
from undersigned.words.text import id_from

Action = Literal["new", "change", "same", "question", "left-out"]
_NEW_TEXT = (
    "Made from a spreadsheet. The agreement's words are not entered: the register knows its parties and dates, not what it "
    "says. Complete it with the agreement beside you."
)
_TICKS = frozenset(["x", "y", "yes", "✓", "✔", "true", "signed", "party", "member", "included", "•"])
_STATUSES: tuple[tuple[str, str], ...] = (
    ("superseded", r"superseded|replaced( by .*)?"),
    ("expired", r"expired|lapsed|out of date|ran out"),
    ("withdrawn", r"withdrawn|terminated|ended|closed|archived|cancelled|no longer (in use|active)"),
    ("signing", r"(out for|awaiting|waiting for|with partners for) (signatures?|signing|sign[ -]?off)|signing|to be signed"),
    ("consultation", r"(out (for|to) )?consultation|(out )?for comments?"),
    ("draft", r"(first |in |being )*(draft(ed|ing)?|development|progress)|proposed|new|work in progress|wip"),
    ("in-force", r"in[ -]force|live|active|current|signed|agreed|complete(d)?|final|approved|in (use|place|operation)|operational|under review|review (due|overdue)|overdue"),
)  # fmt: skip
_KINDS: tuple[tuple[str, str], ...] = (
    ("framework", r"framework|overarching|tier ?1|charter|umbrella"),
    ("memorandum-of-understanding", r"memorandum|\bmou\b"),
    ("joint-controller-arrangement", r"joint controller"),
    ("processing-agreement", r"process(ing|or) (agreement|contract)|\bdpa\b"),
    ("disclosure-agreement", r"disclosure"),
    ("data-sharing-agreement", r"data (sharing|exchange)|\bdsa\b"),
    ("joint-working-protocol", r"joint working|working protocol|joint protocol"),
    ("information-sharing-protocol", r"information sharing|\bis[ap]\b|protocol|agreement"),
)
#: Severity, message and hint of each finding. `{…}` are facts of the cell.
_FINDINGS: dict[str, tuple[Severity, str, str]] = {
    "import-no-such-day": ("error", "'{text}' is no day of the calendar", "Correct the day in the spreadsheet, then import again. The rest of the row is taken."),
    "import-not-a-date": ("error", "'{text}' is not a date", "Write one day, such as 1 May 2026, or one month, such as May 2026. The rest of the row is taken."),
    "import-several-dates": ("error", "'{text}' holds more than one date", "Keep the one date that the heading asks for. The rest of the row is taken."),
    "import-month-only": ("advice", "'{text}' names a month without a day; it is recorded as a month", ""),
    "import-two-digit-year": ("advice", "'{text}' is read as {read}", "If that is the wrong century, write the year with four digits."),
    "import-review-past": ("warning", "'{text}' says when it was last reviewed; no review is recorded from it", "A review record needs a sentence on what was found and decided: 'undersigned new review' asks for it."),
    "import-personal-name": ("warning", "this cell seems to name a person, and it is left out", "The register holds posts and shared mailboxes. Give the post, such as Information Governance Manager."),
    "import-mailbox-left-out": ("advice", "e-mail addresses and telephone numbers are left out", "Record the shared mailbox of each body in its own record."),
    "import-body-ended": ("warning", "'{text}' names a body that has ended", "Choose the body that took its place, or leave the party out."),
    "import-no-title": ("error", "this row has no title, so it cannot become a protocol", "Write the title of the agreement in column {column}."),
    "import-section": ("advice", "this row holds only '{text}'; it is taken for a heading", ""),
    "import-hidden-row": ("warning", "this row is hidden in the spreadsheet", "Show it and look at it: hidden rows are imported like others."),
    "import-struck-through": ("warning", "this row is struck through in the spreadsheet", "If the agreement was withdrawn, say so in the status column. Nothing is concluded from the line."),
    "import-version": ("warning", "'{text}' is not a version number", "Write it as 1.0 or 2.1. It is recorded as 1.0 until then."),
    "import-version-number": ("error", "the spreadsheet turned this version into the number {text}: 1.10 and 1.1 look the same", "Format the cell as text and type the version again."),
    "import-status": ("warning", "'{text}' is no status that the register knows", "Use one of: in force, signing, consultation, draft, superseded, withdrawn, expired."),
    "import-end-before-start": ("error", "it ends on {text}, before it begins on {read}", "Correct one of the two dates. The end is left out."),
    "import-row-gone": ("warning", "the row of '{text}' is no longer in the spreadsheet", "Nothing is deleted. If the agreement has ended, record how."),
    "import-row-new": (
        "warning",
        "this row is new, and new rows are not taken from an exported workbook",
        "Make the record with 'undersigned new', or import a spreadsheet of agreements.",
    ),
    "import-row-unknown": (
        "warning",
        "the register no longer has this row of {text}",
        "Export again, and enter the change there.",
    ),
    "import-fixed": (
        "warning",
        "{read} is not changed from a spreadsheet; the cell now says '{text}'",
        "Change the record itself, so that the change is looked at as what it is.",
    ),
    "import-choice": ("error", "'{text}' cannot be written here", "Write one of: {read}."),
    "import-changed-since": ("warning", "the register has changed here since this workbook was made", "Export again, and enter the change there."),
    "import-column-unknown": ("advice", "the column '{text}' is left out: nobody has said what it is about", "Say in the workbook of questions what it is about, if the register needs it."),
    "import-cut": ("error", "this sheet is longer than the {text} rows that are read", "Split it into several sheets."),
    "import-check": ("error", "{text}", "{read}"),
    "import-twice": ("warning", "this row has the same {read} as row {text}", "Give each agreement a number of its own, or delete one row."),
    "import-lead-unknown": ("warning", "nobody knows '{text}', so the lead is left out", "Answer the question about this name."),
    "import-frozen": ("warning", "{text} has been typed in or stamped here; the spreadsheet's '{read}' is not taken", "Change the protocol itself."),
}  # fmt: skip


@dataclass(frozen=True)
class CellFinding:
    """A finding of a check, and the cell that it is about."""

    finding: Finding
    cell: str


@dataclass(frozen=True)
class Ask:
    """Something that a person must decide.

    `about`: the name of a body, an agreement that may be known already, or the day of an agreement.
    `suggestions`: what may be answered, with words for a reader. `cells`: every cell that it stands in.
    """

    about: Literal["body", "protocol", "day"]
    key: str
    as_written: str
    suggestions: tuple[tuple[str, str], ...]
    reason: str
    cells: tuple[str, ...]


@dataclass
class PlannedRow:
    """What a row becomes. `files`: path to the new content. `bodies`: ids of the new organisations that it needs."""

    cell: str
    action: Action
    protocol: str = ""
    title: str = ""
    key: str = ""
    mark: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[CellFinding] = field(default_factory=list)
    bodies: tuple[str, ...] = ()


@dataclass
class Plan:
    """What an import would do, row by row."""

    file: str
    rows: list[PlannedRow] = field(default_factory=list)
    questions: list[Ask] = field(default_factory=list)
    findings: list[CellFinding] = field(default_factory=list)

    def files(self) -> dict[str, bytes]:
        """Every file that the rows make, path to content."""
        return {path: raw for row in self.rows for path, raw in row.files.items()}

    def all_findings(self) -> list[CellFinding]:
        return [*self.findings, *(one for row in self.rows for one in row.findings)]


@dataclass
class _Facts:
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


def plan_rows(
    shape: Shape, register: Register, bodies: KnownBodies, decisions: Decisions, *, file: str, as_of: date
) -> Plan:
    """What the sheet would make of the register. Raises nothing for what a sheet may hold."""
    return _Planner(shape, register, bodies, decisions, file, as_of).plan()


def cell_finding(code: str, file: str, cell: Cell, **facts: str) -> CellFinding:
    """A finding at a cell. Facts that are not given are the cell's text."""
    severity, message, hint = _FINDINGS[code]
    words = {"text": _short(cell.text), "read": "", "column": "", **facts}
    finding = Finding(file, cell.row, cell.column, code, severity, message.format_map(words), hint.format_map(words))
    return CellFinding(finding, cell.address)


def sheet_findings(sheet: Sheet, file: str) -> Iterator[CellFinding]:
    """What is to be said about the sheet as a whole."""
    if sheet.cut:
        yield cell_finding("import-cut", file, Cell(sheet.name, 1, 1, None), text=f"{len(sheet.rows):,}")


class _Planner:
    """Reads the rows of one sheet against one register."""

    def __init__(
        self, shape: Shape, register: Register, bodies: KnownBodies, decisions: Decisions, file: str, as_of: date
    ) -> None:
        self._shape, self._register, self._bodies = shape, register, bodies
        self._decisions, self._file, self._as_of = decisions, file, as_of
        self._asked: dict[tuple[str, str], Ask] = {}
        self._cells: dict[int, Cell] = {}
        self._ids = {*register.protocol_ids, *register.former_protocols}
        self._new_bodies: dict[str, str] = {}
        self._body_texts: dict[str, bytes] = {}
        self._titles: dict[str, str] = {}
        self._references: dict[str, str] = {}
        for id_ in register.protocol_ids:
            record = register.protocol_record(id_)
            if record is not None and record.value is not None:
                self._titles.setdefault(_tidy(record.value.title), id_)
                for reference in getattr(record.value, "references", ()):
                    self._references.setdefault(_tidy(reference), id_)

    def plan(self) -> Plan:
        plan = Plan(self._file)
        plan.findings += sheet_findings(self._shape.sheet, self._file)
        plan.findings += self._unknown_columns()
        seen: dict[str, int] = {}
        for rows in self._groups(plan):
            planned = self._row(rows, seen)
            plan.rows.append(planned)
        self._judge(plan.rows)
        gone = [key for key in self._decisions.rows if key not in {row.key for row in plan.rows}]
        for key in gone:
            id_ = self._decisions.rows[key].protocol
            cell = Cell(self._shape.sheet.name, self._shape.header_row, 1, None)
            plan.findings.append(cell_finding("import-row-gone", self._file, cell, text=id_))
        plan.questions = list(self._asked.values())
        return plan

    def _unknown_columns(self) -> Iterator[CellFinding]:
        for column in self._shape.columns:
            if column.meaning is None and not column.body:
                yield cell_finding(
                    "import-column-unknown", self._file, self._shape.cell(self._shape.header_row, column.number)
                )

    # -- which rows make one agreement -------------------------------------------------------------------------------

    def _groups(self, plan: Plan) -> Iterator[list[int]]:
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
                plan.findings.append(cell_finding("import-section", self._file, self._shape.cell(number, column)))
                continue
            if one_party and groups and not titles and self._shape.cells(number, "party"):
                next(reversed(groups.values())).append(number)  # a merged title covers several rows
                continue
            key = self._key(number) if one_party and titles else f"row {number}"
            groups.setdefault(key, []).append(number)
        yield from groups.values()

    def _key(self, number: int) -> str:
        """What names the agreement of a row from one import to the next: its own number, else its title and lead."""
        reference = self._shape.cells(number, "reference")
        if reference:
            return "reference " + _tidy(reference[0].text)
        title, lead = self._shape.cells(number, "title"), self._shape.cells(number, "lead")
        return "title " + " ".join(_tidy(cell.text) for cell in (*title[:1], *lead[:1]))

    # -- one agreement ----------------------------------------------------------------------------------------------------

    def _row(self, rows: list[int], seen: dict[str, int]) -> PlannedRow:
        titles = self._shape.cells(rows[0], "title")
        column = self._shape.columns_of("title")[0]
        cell = titles[0] if titles else self._shape.cell(rows[0], column.number)
        planned = PlannedRow(cell.address, "left-out", title=_short(cell.text))
        for number in rows:
            for code, marked in (
                ("import-hidden-row", self._shape.sheet.hidden_rows),
                ("import-struck-through", self._shape.sheet.struck_rows),
            ):
                if number in marked:
                    planned.findings.append(cell_finding(code, self._file, replace_row(cell, number)))
        if not titles:
            fact = column_letters(column.number)
            planned.findings.append(cell_finding("import-no-title", self._file, cell, column=fact))
            return planned
        written = self._key(rows[0])
        planned.key, planned.mark = _hashed(written), self._mark(rows)
        if planned.key in seen:
            what = "number" if written.startswith("reference") else "title and lead"
            planned.findings.append(
                cell_finding("import-twice", self._file, cell, text=str(seen[planned.key]), read=what)
            )
            planned.key = ""
            return planned
        seen[planned.key] = rows[0]
        taken = self._decisions.rows.get(planned.key)
        if taken is not None and taken.mark == planned.mark and self._register.has_protocol(taken.protocol):
            planned.action, planned.protocol = "same", self._register.present_protocol(taken.protocol)
            return planned
        facts = self._facts(rows, planned.findings)
        if taken is not None and self._register.has_protocol(taken.protocol):
            self._change(facts, planned, self._register.present_protocol(taken.protocol))
            return planned
        self._new(facts, planned, cell)
        return planned

    def _mark(self, rows: list[int]) -> str:
        """A hash of the rows as they are now."""
        cells = [[text_of(value) for value in self._shape.sheet.rows[number - 1]] for number in rows]
        return _hashed(repr(cells))

    def _facts(self, rows: list[int], findings: list[CellFinding]) -> _Facts:
        facts = _Facts(rows)
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
                code = (
                    "import-mailbox-left-out" if "@" in cell.text or _is_number(cell.text) else "import-personal-name"
                )
                if code == "import-personal-name" and name_in(cell.text) is None:
                    continue  # a post: the register has no place for it in this record
                findings.append(cell_finding(code, self._file, cell, text=""))

    def _who(self, rows: list[int], facts: _Facts, findings: list[CellFinding]) -> None:
        for cell in self._shape.cells(rows[0], "lead"):
            body = self._body(cell, " ".join(cell.text.split()), facts, findings)
            if body is not None and facts.lead is None:
                facts.lead = body
                facts.parties[body.key] = body
        for number in rows:
            for cell in self._shape.cells(number, "parties"):
                for name in self._names_in(cell.text):
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

    def _grid_cell(self, cell: Cell, key: str, facts: _Facts, findings: list[CellFinding]) -> None:
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

    def _names_in(self, text: str) -> list[str]:
        """The names in a cell. A comma or an "and" may belong to a name, so the longest known names are taken first."""
        names: list[str] = []
        for part in split_bodies(text):
            if self._knows(part):
                names.append(part)
                continue
            pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
            while pieces:
                size = next((n for n in range(len(pieces), 0, -1) if self._knows(", ".join(pieces[:n]))), 1)
                name = ", ".join(pieces[:size])
                names += [name] if self._knows(name) else self._parted(re.sub(r"(?i)^and ", "", name))
                pieces = pieces[size:]
        return [name for name in names if name.casefold() not in NOTHING]

    def _parted(self, name: str) -> list[str]:
        """`A and B` as two names, if each side alone is a body that is known."""
        for match in re.finditer(r"(?i) (?:and|&) ", name):
            left, right = name[: match.start()], name[match.end() :]
            if self._knows(left) and self._knows(right):
                return [left, right]
        return [name]

    def _knows(self, name: str) -> bool:
        return self._bodies.match(name).answer == "same" or self._decisions.names.get(decision_key(name)) is not None

    def _party(self, cell: Cell, name: str, facts: _Facts, findings: list[CellFinding]) -> Body | None:
        body = self._body(cell, name, facts, findings)
        if body is not None:
            facts.parties[body.key] = body
        return body

    def _body(self, cell: Cell, name: str, facts: _Facts, findings: list[CellFinding]) -> Body | None:
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
        if match.reason == "this body has ended":
            findings.append(cell_finding("import-body-ended", self._file, cell, text=_short(name)))
        if name_in(name) is not None and match.answer == "new":
            findings.append(cell_finding("import-personal-name", self._file, cell, text=""))
            return None
        self._ask_body(cell, name, match)
        facts.open_names = True
        return None

    def _ask_body(self, cell: Cell, name: str, match: Match) -> None:
        suggestions = tuple((body.key, _described(body)) for body in match.bodies)
        reason = match.reason or "nobody knows this name"
        self._ask("body", decision_key(name), name, suggestions, reason, cell)

    def _ask(
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

    def _when(self, rows: list[int], facts: _Facts, findings: list[CellFinding]) -> None:
        first = rows[0]
        signed_by_party = bool(self._shape.columns_of("party"))
        for meaning in ("start", "end", "review", "interval", "signed", "reviewed"):
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
                when = self._day(cell, findings)
                if when is None:
                    continue
                if meaning == "start":
                    facts.start = facts.start or when
                elif meaning == "end":
                    facts.end = facts.end or when
                elif meaning == "signed":
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

    def _day(self, cell: Cell, findings: list[CellFinding]) -> When | None:
        read = read_when(cell.value)
        if read.problem is not None:
            code = {"no-such-day": "import-no-such-day", "several-dates": "import-several-dates"}.get(
                read.problem, "import-not-a-date"
            )
            findings.append(cell_finding(code, self._file, cell))
        elif read.when is not None and read.century_assumed:
            findings.append(cell_finding("import-two-digit-year", self._file, cell, read=date_in_words(read.when)))
        elif read.when is not None and not isinstance(read.when, date):
            findings.append(cell_finding("import-month-only", self._file, cell))
        return read.when

    def _what(self, row: int, facts: _Facts, findings: list[CellFinding]) -> None:
        for cell in self._shape.cells(row, "version"):
            version, certain = read_version(cell.value)
            if isinstance(cell.value, float) and not certain:
                findings.append(cell_finding("import-version-number", self._file, cell))
            elif not version and cell.text.casefold() not in NOTHING:
                findings.append(cell_finding("import-version", self._file, cell))
            facts.version = facts.version or version
        for cell in self._shape.cells(row, "status"):
            line = " ".join(cell.text.casefold().split()).strip(" .")
            facts.status = next((id_ for id_, words in _STATUSES if re.fullmatch(words, line)), "")
            if not facts.status and line not in NOTHING:
                findings.append(cell_finding("import-status", self._file, cell))
        words = " ".join(cell.text for cell in self._shape.cells(row, "kind")) or facts.title
        facts.kind = next((id_ for id_, pattern in _KINDS if re.search(pattern, words.casefold())), "")
        facts.kind = facts.kind or "information-sharing-protocol"
        for cell in self._shape.cells(row, "held"):
            if name_in(cell.text) is None and "@" not in cell.text and len(cell.text) <= 200:
                facts.held = facts.held or " ".join(cell.text.split())

    # -- records -----------------------------------------------------------------------------------------------------------

    def _new(self, facts: _Facts, planned: PlannedRow, cell: Cell) -> None:
        """A row that the register does not know yet."""
        decision = self._decisions.protocols.get(planned.key, "")
        known = self._references.get(_tidy(facts.references[0])) if facts.references else None
        known = known or self._titles.get(_tidy(facts.title))
        if known is not None and not decision:
            self._ask(
                "protocol",
                planned.key,
                facts.title,
                ((known, f"{known} is this agreement"), ("new", "another agreement with this title")),
                "the register has an agreement with this number or title",
                cell,
            )
            planned.action, planned.protocol = "question", known
            return
        if decision and decision != "new" and self._register.has_protocol(decision):
            self._change(facts, planned, self._register.present_protocol(decision))
            return
        if facts.open_names:
            planned.action = "question"
            return
        day = self._decisions.days.get(planned.key)
        begun = facts.agreed or facts.start or day
        status = facts.status or ("in-force" if begun is not None and has_happened(begun, self._as_of) else "draft")
        if status not in ("draft", "consultation") and begun is None:
            self._ask("day", planned.key, facts.title, (), "when was it agreed? A month is enough", cell)
            planned.action = "question"
            return
        id_ = self._new_id(facts.title)
        self._ids.add(id_)
        ids = {key: self._organisation(body) for key, body in facts.parties.items()}
        texts = self._texts(id_, facts, status, begun, ids)
        self._take(planned, "new", id_, {path: text.encode() for path, text in texts.items()}, ids.values(), cell)

    def _new_id(self, title: str) -> str:
        id_ = id_from(title) or "agreement"
        id_ = id_ if KEBAB.match(id_) and id_ != "organisation" else f"agreement-{id_}"
        number = 2
        free = id_
        while free in self._ids:
            free, number = f"{id_}-{number}", number + 1
        return free

    def _texts(
        self, id_: str, facts: _Facts, status: str, begun: When | None, ids: Mapping[str, str]
    ) -> dict[str, str]:
        """Path to text: the protocol, its version and its signing records. `ids`: of the parties' organisations."""
        texts: dict[str, str] = {}
        lead = ids[facts.lead.key] if facts.lead is not None else None
        # A text takes effect on the day on which it was agreed, unless it says otherwise (record format, versions).
        first_day = facts.start or (begun if status not in ("draft", "consultation") else None)
        data: dict[str, Data] = {
            "title": facts.title, "kind": facts.kind, "status": status, "publication": "public",
            **({"references": list(facts.references)} if facts.references else {}),
            **({"lead": lead} if lead else {}),
            **({"effective_from": str(first_day)} if first_day is not None else {}),
            **({"effective_to": str(facts.end)} if facts.end else {}),
        }  # fmt: skip
        if ids:
            data["parties"] = [{"organisation": one} for one in dict.fromkeys(ids.values())]
        review: dict[str, Data] = {}
        if facts.interval is not None:
            review["interval_months"] = facts.interval
        if facts.next_review is not None:
            review["next_due"] = str(facts.next_review)
        if review:
            data["review"] = review
        if status in ("superseded", "withdrawn", "expired") and facts.end is not None:
            data["ended_on"] = str(facts.end)
        texts[f"protocols/{id_}/protocol.yaml"] = "\n".join(comment(_NEW_TEXT)) + "\n\n" + render_yaml(data, Protocol)
        if status in ("draft", "consultation") or begun is None:
            return texts
        version = facts.version or "1.0"
        document: dict[str, Data] = {"held_by": lead or next(iter(ids.values()), "")}
        if facts.held or facts.references:
            document["reference"] = facts.held or facts.references[0]
        stamp: dict[str, Data] = {
            "agreed_on": str(begun),
            "change": "material",
            "summary": "Recorded from a spreadsheet; the words are on paper.",
        }
        if facts.start is not None and facts.agreed is not None:
            stamp["effective_from"] = str(facts.start)
        if document["held_by"]:
            stamp["document"] = document
        texts[f"protocols/{id_}/versions/{version}.yaml"] = render_yaml(stamp, Version)
        for key, when in facts.signed_on.items():
            entry: dict[str, Data] = {"version": Quoted(version), "signed_on": str(when)}
            texts[f"signatories/{ids[key]}/{id_}.yaml"] = render_yaml({"signatures": [entry]}, SigningRecord)
        return texts

    def _organisation(self, body: Body) -> str:
        """The id of a body. One that the register does not have yet gets a record."""
        if body.id:
            return body.id
        key = decision_key(body.name)
        if key not in self._new_bodies:
            id_ = id_from(body.name) or "body"
            number, free = 2, id_
            while self._register.has_organisation(free) or free in self._new_bodies.values():
                free, number = f"{id_}-{number}", number + 1
            self._new_bodies[key] = free
            data: dict[str, Data] = {"name": body.name, "kind": body.kind}
            if body.jurisdiction:
                data["jurisdiction"] = body.jurisdiction
            if body.code:
                data["codes"] = {"ons": body.code}
            self._body_texts[free] = render_yaml(data, Organisation).encode()
        return self._new_bodies[key]

    def _change(self, facts: _Facts, planned: PlannedRow, id_: str) -> None:
        """A row that is known and says something else than when it was last taken."""
        planned.protocol = id_
        folder = self._register.protocol(id_)
        if folder is None or not folder.readable:
            planned.findings.append(
                self._refusal(
                    planned, f"the record of {id_} cannot be read", "Correct what 'undersigned check' reports first."
                )
            )
            return
        if facts.open_names:
            planned.action = "question"
            return
        value, path = folder.value, f"protocols/{id_}/protocol.yaml"
        wanted: list[Put | Append] = []
        typed = bool(value.flows or value.clauses)
        for name, new in (("title", facts.title), ("effective_to", facts.end), ("effective_from", facts.start)):
            old = getattr(value, name)
            if new and str(new) != str(old or ""):
                if typed and name != "effective_from":
                    cell = self._shape.cells(facts.rows[0], "title" if name == "title" else "end")[0]
                    planned.findings.append(
                        cell_finding("import-frozen", self._file, cell, text=id_, read=_short(str(new)))
                    )
                else:
                    wanted.append(Put((name,), new if isinstance(new, str | date) else str(new)))
        review = value.review
        if facts.interval is not None and facts.interval != (review.interval_months if review else None) and not typed:
            wanted.append(Put(("review", "interval_months"), facts.interval))
        if facts.next_review is not None and str(facts.next_review) != str(getattr(review, "next_due", None) or ""):
            wanted.append(Put(("review", "next_due"), str(facts.next_review)))
        present = {self._register.present_organisation(party.organisation) for party in value.parties}
        joining = [] if typed else [self._organisation(body) for body in facts.parties.values()]
        joining = [organisation for organisation in joining if organisation not in present]
        wanted += [Append("parties", {"organisation": organisation}) for organisation in joining]
        raw = self._register.files.contents[path]
        try:
            changed = amended(self._register, path, raw, Protocol, wanted) if wanted else raw
        except EditingError as error:
            planned.findings.append(self._refusal(planned, str(error), error.hint))
            return
        if changed == raw:
            planned.action = "same"
            return
        cell = self._shape.cells(facts.rows[0], "title")[0]
        self._take(planned, "change", id_, {path: changed}, joining, cell)

    def _refusal(self, planned: PlannedRow, message: str, hint: str) -> CellFinding:
        sheet, address = planned.cell.rsplit("!", 1)
        match = re.fullmatch(r"([A-Z]+)([0-9]+)", address)
        row = int(match[2]) if match else 1
        return cell_finding("import-check", self._file, Cell(sheet, row, 1, None), text=message, read=hint)

    def _take(
        self, planned: PlannedRow, action: Action, id_: str, files: dict[str, bytes], bodies: Iterable[str], cell: Cell
    ) -> None:
        """Keeps the files until all rows are read and can be checked together."""
        planned.action, planned.protocol, planned.files = action, id_, files
        planned.bodies = tuple(dict.fromkeys(one for one in bodies if one in self._body_texts))
        self._cells[id(planned)] = cell

    def _judge(self, rows: Sequence[PlannedRow]) -> None:
        """Checks the register as it would be, and leaves out each row that would bring an error; its findings say why."""
        rows = [row for row in rows if row.files]
        made = {path: raw for row in rows for path, raw in row.files.items()}
        bodies = {f"signatories/{one}/organisation.yaml": raw for one, raw in self._body_texts.items()}
        changed = [row.protocol for row in rows if row.action == "change"]
        before = errors_of(self._register, changed, (), self._as_of)
        after = errors_of(
            self._register.with_files({**made, **bodies}),
            [row.protocol for row in rows],
            list(self._body_texts),
            self._as_of,
        )
        by_path: dict[str, list[Finding]] = {}
        for finding in new_findings(before, after)[0]:
            by_path.setdefault(finding.path, []).append(finding)
        given: set[str] = set()
        for row in rows:
            paths = [*row.files, *(f"signatories/{one}/organisation.yaml" for one in row.bodies)]
            faults = [finding for path in paths for finding in by_path.get(path, ())]
            for finding in faults:
                text = f"in {finding.path}: {finding.message}"
                where = self._cells[id(row)]
                row.findings.append(cell_finding("import-check", self._file, where, text=text, read=finding.hint))
            if faults:
                row.action, row.files = "left-out", {}
                continue
            for one in row.bodies:
                if one not in given:
                    row.files[f"signatories/{one}/organisation.yaml"] = self._body_texts[one]
                    given.add(one)


def replace_row(cell: Cell, row: int) -> Cell:
    """The cell of the same column in another row, without its value."""
    return Cell(cell.sheet, row, cell.column, None)


def errors_of(register: Register, protocols: Sequence[str], organisations: Sequence[str], as_of: date) -> list[Finding]:
    """The errors of these protocols and organisations, and of the register's files."""
    findings = [*register.findings, *check_protocols(register, protocols, as_of=as_of, errors_only=True)[0]]
    for organisation in organisations:
        findings += check_organisation(register, organisation, as_of=as_of)
    return [finding for finding in findings if finding.severity == "error"]


def _described(body: Body) -> str:
    """`Stafford Borough Council (local authority)`, so that near names are told apart."""
    words = f"{body.name} ({label('organisation_kind', body.kind)}"
    return words + (", ended" if body.ended else "") + ("" if body.id else "; not in the register yet") + ")"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _tidy(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    return " ".join(re.findall(r"[^\W_]+", letters))


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+0-9 ()./-]{7,}", text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
