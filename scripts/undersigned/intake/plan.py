"""From the rows of a sheet to proposed records. Nothing is written here.

One cell that cannot be used costs that fact alone, one row that cannot be used never stops another, and what only a person
can decide becomes a question.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from undersigned.checks.engine import check_organisation, check_protocols
from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, amended
from undersigned.editing.yaml_write import Quoted, comment, render_yaml
from undersigned.facts.bodies import Body, KnownBodies, decision_key
from undersigned.intake.answers import Decisions
from undersigned.intake.cell_findings import CellFinding, cell_finding, short
from undersigned.intake.cells import Cell, Sheet, column_letters, text_of
from undersigned.intake.meaning import bare_words
from undersigned.intake.rows import Ask, Facts, RowReader
from undersigned.intake.shape import Shape
from undersigned.records.fields import KEBAB, When, latest
from undersigned.records.findings import Finding, new_findings
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.signature import SigningRecord
from undersigned.records.source import PlainData
from undersigned.records.version import Version
from undersigned.register import Register
from undersigned.status import has_happened
from undersigned.words.text import id_from

Action = Literal["new", "change", "same", "question", "left-out"]
_NEW_TEXT = (
    "Made from a spreadsheet. The agreement's words are not entered: the register knows its parties and dates, not what it "
    "says. Complete it with the agreement beside you."
)


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


def plan_rows(
    shape: Shape, register: Register, bodies: KnownBodies, decisions: Decisions, *, file: str, as_of: date
) -> Plan:
    """What the sheet would make of the register. Raises nothing for what a sheet may hold."""
    return _Planner(shape, register, bodies, decisions, file, as_of).plan()


def sheet_findings(sheet: Sheet, file: str) -> Iterator[CellFinding]:
    """Remarks about the sheet as a whole."""
    if sheet.cut:
        yield cell_finding("import-cut", file, Cell(sheet.name, 1, 1, None), text=f"{len(sheet.rows):,}")


class NewOrganisations:
    """The records of bodies that an import needs and the register does not have. `texts`: id to the text of its record."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._ids: dict[str, str] = {}
        self.texts: dict[str, bytes] = {}

    def id_of(self, body: Body) -> str:
        """The id of a body. One that the register does not have yet gets a record."""
        if body.id:
            return body.id
        key = decision_key(body.name)
        if key not in self._ids:
            id_ = id_from(body.name) or "body"
            number, free = 2, id_
            while self._register.has_organisation(free) or free in self.texts:
                free, number = f"{id_}-{number}", number + 1
            self._ids[key] = free
            data: dict[str, PlainData] = {"name": body.name, "kind": body.kind}
            if body.jurisdiction:
                data["jurisdiction"] = body.jurisdiction
            if body.code:
                data["codes"] = {"ons": body.code}
            self.texts[free] = render_yaml(data, Organisation).encode()
        return self._ids[key]


class _Planner:
    """Reads the rows of one sheet against one register."""

    def __init__(
        self, shape: Shape, register: Register, bodies: KnownBodies, decisions: Decisions, file: str, as_of: date
    ) -> None:
        self._shape, self._register, self._bodies = shape, register, bodies
        self._decisions, self._file, self._as_of = decisions, file, as_of
        self._reader = RowReader(shape, bodies, decisions, file)
        self._cells: dict[int, Cell] = {}
        self._ids = {*register.protocol_ids, *register.former_protocols}
        self._new = NewOrganisations(register)
        self._titles: dict[str, str] = {}
        self._references: dict[str, str] = {}
        for id_ in register.protocol_ids:
            record = register.protocol_record(id_)
            if record is not None and record.value is not None:
                self._titles.setdefault(bare_words(record.value.title), id_)
                for reference in getattr(record.value, "references", ()):
                    self._references.setdefault(bare_words(reference), id_)

    def plan(self) -> Plan:
        plan = Plan(self._file)
        plan.findings += sheet_findings(self._shape.sheet, self._file)
        plan.findings += self._unknown_columns()
        seen: dict[str, int] = {}
        for rows in self._reader.groups(plan.findings):
            planned = self._row(rows, seen)
            plan.rows.append(planned)
        self._judge(plan.rows)
        gone = [key for key in self._decisions.rows if key not in {row.key for row in plan.rows}]
        for key in gone:
            id_ = self._decisions.rows[key].protocol
            cell = Cell(self._shape.sheet.name, self._shape.header_row, 1, None)
            plan.findings.append(cell_finding("import-row-gone", self._file, cell, text=id_))
        plan.questions = self._reader.asked
        return plan

    def _unknown_columns(self) -> Iterator[CellFinding]:
        for column in self._shape.columns:
            if column.meaning is None and not column.body:
                yield cell_finding(
                    "import-column-unknown", self._file, self._shape.cell(self._shape.header_row, column.number)
                )

    def _row(self, rows: list[int], seen: dict[str, int]) -> PlannedRow:
        titles = self._shape.cells(rows[0], "title")
        column = self._shape.columns_of("title")[0]
        cell = titles[0] if titles else self._shape.cell(rows[0], column.number)
        planned = PlannedRow(cell.address, "left-out", title=short(cell.text))
        for number in rows:
            for code, marked in (
                ("import-hidden-row", self._shape.sheet.hidden_rows),
                ("import-struck-through", self._shape.sheet.struck_rows),
            ):
                if number in marked:
                    planned.findings.append(cell_finding(code, self._file, replace_row(cell, number)))
        if not re.search("[A-Za-z]{2}", cell.text):
            fact = column_letters(column.number)
            planned.findings.append(cell_finding("import-no-title", self._file, cell, column=fact))
            return planned
        if self._reader.holds_several(rows[0]):
            planned.findings.append(cell_finding("import-several-agreements", self._file, cell))
            return planned
        written = self._reader.key(rows[0])
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
        facts = self._reader.facts(rows, planned.findings)
        if taken is not None and self._register.has_protocol(taken.protocol):
            self._change(facts, planned, self._register.present_protocol(taken.protocol))
            return planned
        self._added(facts, planned, cell)
        return planned

    def _mark(self, rows: list[int]) -> str:
        """A hash of the rows as they are now."""
        cells = [[text_of(value) for value in self._shape.sheet.rows[number - 1]] for number in rows]
        return _hashed(repr(cells))

    # -- records -----------------------------------------------------------------------------------------------------------

    def _added(self, facts: Facts, planned: PlannedRow, cell: Cell) -> None:
        """A row that the register does not know yet."""
        decision = self._decisions.protocols.get(planned.key, "")
        known = self._references.get(bare_words(facts.references[0])) if facts.references else None
        known = known or self._titles.get(bare_words(facts.title))
        if known is not None and not decision:
            self._reader.ask(
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
        # A text is agreed when the first party signs it, at the latest.
        begun = facts.agreed or earliest_of(
            [*facts.signed_on.values(), *(one for one in (facts.start, day) if one is not None)]
        )
        status = facts.status or ("in-force" if begun is not None and has_happened(begun, self._as_of) else "draft")
        if status not in ("draft", "consultation") and begun is None:
            self._reader.ask("day", planned.key, facts.title, (), "when was it agreed? A month is enough", cell)
            planned.action = "question"
            return
        id_ = self._new_id(facts.title)
        self._ids.add(id_)
        ids = {key: self._new.id_of(body) for key, body in facts.parties.items()}
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

    def _texts(self, id_: str, facts: Facts, status: str, begun: When | None, ids: Mapping[str, str]) -> dict[str, str]:
        """Path to text: the protocol, its version and its signing records. `ids`: of the parties' organisations."""
        texts: dict[str, str] = {}
        lead = ids[facts.lead.key] if facts.lead is not None else None
        # A text takes effect on the day on which it was agreed, unless it says otherwise (record format, versions).
        first_day = facts.start or (begun if status not in ("draft", "consultation") else None)
        data: dict[str, PlainData] = {
            "title": facts.title, "kind": facts.kind, "status": status, "publication": "public",
            **({"references": list(facts.references)} if facts.references else {}),
            **({"lead": lead} if lead else {}),
            **({"effective_from": str(latest(first_day))} if first_day is not None else {}),
            **({"effective_to": str(latest(facts.end))} if facts.end else {}),
        }  # fmt: skip
        if ids:
            data["parties"] = [{"organisation": one} for one in dict.fromkeys(ids.values())]
        review: dict[str, PlainData] = {}
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
        document: dict[str, PlainData] = {"held_by": lead or next(iter(ids.values()), "")}
        if facts.held or facts.references:
            document["reference"] = facts.held or facts.references[0]
        stamp: dict[str, PlainData] = {
            "agreed_on": str(begun),
            "change": "material",
            "summary": "Recorded from a spreadsheet; the words are on paper.",
        }
        if facts.start is not None and facts.agreed is not None:
            stamp["effective_from"] = str(latest(facts.start))
        if document["held_by"]:
            stamp["document"] = document
        texts[f"protocols/{id_}/versions/{version}.yaml"] = render_yaml(stamp, Version)
        for key, when in facts.signed_on.items():
            entry: dict[str, PlainData] = {"version": Quoted(version), "signed_on": str(when)}
            texts[f"signatories/{ids[key]}/{id_}.yaml"] = render_yaml({"signatures": [entry]}, SigningRecord)
        return texts

    def _change(self, facts: Facts, planned: PlannedRow, id_: str) -> None:
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
        for name, new in (
            ("title", facts.title),
            ("effective_to", _last_day(facts.end)),
            ("effective_from", _last_day(facts.start)),
        ):
            old = getattr(value, name)
            if new and str(new) != str(old or ""):
                if typed and name != "effective_from":
                    cell = self._shape.cells(facts.rows[0], "title" if name == "title" else "end")[0]
                    planned.findings.append(
                        cell_finding("import-frozen", self._file, cell, text=id_, read=short(str(new)))
                    )
                else:
                    wanted.append(Put((name,), new if isinstance(new, str | date) else str(new)))
        review = value.review
        if facts.interval is not None and facts.interval != (review.interval_months if review else None) and not typed:
            wanted.append(Put(("review", "interval_months"), facts.interval))
        if facts.next_review is not None and str(facts.next_review) != str(getattr(review, "next_due", None) or ""):
            wanted.append(Put(("review", "next_due"), str(facts.next_review)))
        present = {self._register.present_organisation(party.organisation) for party in value.parties}
        joining = [] if typed else [self._new.id_of(body) for body in facts.parties.values()]
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
        planned.bodies = tuple(dict.fromkeys(one for one in bodies if one in self._new.texts))
        self._cells[id(planned)] = cell

    def _judge(self, rows: Sequence[PlannedRow]) -> None:
        """Checks the register as it would be, and leaves out each row that would bring an error; its findings say why."""
        rows = [row for row in rows if row.files]
        made = {path: raw for row in rows for path, raw in row.files.items()}
        bodies = {f"signatories/{one}/organisation.yaml": raw for one, raw in self._new.texts.items()}
        changed = [row.protocol for row in rows if row.action == "change"]
        before = errors_of(self._register, changed, (), self._as_of)
        after = errors_of(
            self._register.with_files({**made, **bodies}),
            [row.protocol for row in rows],
            list(self._new.texts),
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
                    row.files[f"signatories/{one}/organisation.yaml"] = self._new.texts[one]
                    given.add(one)


def replace_row(cell: Cell, row: int) -> Cell:
    """The cell of the same column in another row, without its value."""
    return Cell(cell.sheet, row, cell.column, None)


def _last_day(when: When | None) -> date | None:
    """The last day of a month: from then on it surely applied, or until then."""
    return latest(when) if when is not None else None


def earliest_of(days: Sequence[When]) -> When | None:
    """The day or month that surely was first; None without any."""
    return min(days, key=latest, default=None)


def errors_of(register: Register, protocols: Sequence[str], organisations: Sequence[str], as_of: date) -> list[Finding]:
    """The errors of these protocols and organisations, and of the register's files."""
    findings = [*register.findings, *check_protocols(register, protocols, as_of=as_of, errors_only=True)[0]]
    for organisation in organisations:
        findings += check_organisation(register, organisation, as_of=as_of)
    return [finding for finding in findings if finding.severity == "error"]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
