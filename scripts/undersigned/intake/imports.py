"""One import from the file to the plan, with the answers given before; and the plan as text and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from undersigned.facts.bodies import known_bodies
from undersigned.intake.answers import (
    Decisions,
    decisions_path,
    profile_name,
    questions_workbook,
    read_answers,
    read_decisions,
    render_decisions,
)
from undersigned.intake.cell_findings import CellFinding
from undersigned.intake.cells import Sheet, UnreadableError, read_workbook
from undersigned.intake.plan import Plan, plan_rows
from undersigned.intake.return_sheet import is_return, plan_return
from undersigned.intake.roundtrip import is_ours, plan_edits
from undersigned.intake.shape import Shape, find_shape
from undersigned.records.files import printable
from undersigned.records.findings import SEVERITIES
from undersigned.register import Register
from undersigned.reports.tables import counted, json_text
from undersigned.words.text import plain

_MOST_SHOWN = 200


@dataclass(frozen=True)
class Import:
    """A file, how it was understood, and what it would make. `problems`: answers that cannot be used.

    `shape` is None for a workbook that `export` made.
    """

    plan: Plan
    shape: Shape | None
    decisions: Decisions
    profile: str
    problems: tuple[str, ...] = ()

    def files(self) -> Mapping[str, bytes]:
        """Every file to write, path to content, with the record of what was decided."""
        if self.shape is None:
            return self.plan.files()
        record = render_decisions(self.decisions, self.shape, self.plan)
        return {**self.plan.files(), decisions_path(self.profile): record.encode("utf-8")}

    def questions(self) -> bytes:
        """The workbook of questions; empty bytes if nothing can be asked."""
        if self.shape is None:
            return b""
        return questions_workbook(self.plan, self.shape, self.decisions)


def import_file(
    register: Register,
    file: Path,
    *,
    as_of: date,
    sheet: str | None = None,
    profile: str | None = None,
    answers: Path | None = None,
) -> Import:
    """Reads a spreadsheet of agreements against the register and plans the records. Writes nothing.

    `sheet`: the name of the sheet; without it, the one with the most known headings. `profile`: the name under which
    decisions are kept; without it, made from the file's name. `answers`: a workbook of questions with answers in it.
    Raises UnreadableError for a file that is not a spreadsheet or holds no register, and OSError.
    """
    sheets = read_workbook(file)
    name = profile or profile_name(file)
    if is_ours(sheets):
        edits = plan_edits(sheets, register, file=printable(file.name), as_of=as_of)
        return Import(edits, None, Decisions(), name)
    if is_return(sheets):
        return Import(plan_return(sheets, register, file=printable(file.name), as_of=as_of), None, Decisions(), name)
    decisions = read_decisions(decisions_path(name), _kept(register, decisions_path(name)))
    given = read_workbook(answers) if answers is not None else []
    read_answers([one for one in given if one.name == "Columns"], Plan(""), decisions)
    shape = _shape(register, sheets, sheet or decisions.sheet or None, decisions, file, as_of)
    path = printable(file.name)
    plan = _plan(register, shape, decisions, path, as_of)
    problems = read_answers(given, plan, decisions)
    if given:
        plan = _plan(register, shape, decisions, path, as_of)
    return Import(plan, shape, decisions, name, tuple(problems))


def _kept(register: Register, path: str) -> bytes:
    file = register.root / path
    return file.read_bytes() if file.is_file() and not file.is_symlink() else b""


def _plan(register: Register, shape: Shape, decisions: Decisions, path: str, as_of: date) -> Plan:
    bodies = known_bodies(register, as_of=as_of, decided=decisions.same_bodies())
    return plan_rows(shape, register, bodies, decisions, file=path, as_of=as_of)


def _shape(
    register: Register, sheets: Sequence[Sheet], wanted: str | None, decisions: Decisions, file: Path, as_of: date
) -> Shape:
    bodies = known_bodies(register, as_of=as_of, decided=decisions.same_bodies())
    candidates = [one for one in sheets if wanted is None or one.name.casefold() == wanted.casefold()]
    names = ", ".join(one.name for one in sheets)
    if not candidates:
        raise UnreadableError(f"{file.name} has no sheet '{wanted}'", f"Its sheets: {names}.")
    shapes = [found for one in candidates if not one.hidden and (found := find_shape(one, bodies, decisions.columns))]
    if not shapes:
        raise UnreadableError(
            f"no row of headings was found in {file.name}",
            "A register needs a row with at least three headings, one of them for the title. Headings such as "
            "Title, Reference, Lead organisation, Partners, Start date, Review date, Status are understood; sheets: "
            f"{names}.",
        )
    return max(shapes, key=lambda one: (sum(1 for column in one.columns if column.meaning), len(one.sheet.rows)))


# -- reports -----------------------------------------------------------------------------------------------------------


def render_import_json(done: Import) -> str:
    """The answer of `import --format json`: rows, questions, and findings with their cells."""
    plan = done.plan
    return json_text(
        {
            "file": plan.file,
            "sheet": done.shape.sheet.name if done.shape is not None else None,
            "rows": [
                {
                    "cell": row.cell,
                    "action": row.action,
                    "protocol": row.protocol or None,
                    "files": sorted(row.files),
                    "findings": [_finding_json(one) for one in row.findings],
                }
                for row in plan.rows
                if done.shape is not None or row.action != "same" or row.findings
            ],
            "questions": [
                {
                    "cell": ask.cells[0],
                    "cells": list(ask.cells),
                    "about": ask.about,
                    "as_written": ask.as_written,
                    "reason": ask.reason,
                    "suggestions": [words for _, words in ask.suggestions],
                }
                for ask in plan.questions
            ],
            "findings": [_finding_json(one) for one in plan.all_findings()],
        }
    )


def _finding_json(one: CellFinding) -> dict[str, object]:
    return {**asdict(one.finding), "cell": one.cell}


def render_import_text(done: Import, *, written: bool) -> str:
    """What was understood, what each row becomes, what is asked, and what is wrong, errors first."""
    plan = done.plan
    rows = [row for row in plan.rows if done.shape is not None or row.action != "same" or row.findings]
    lines = _understood(plan, done.shape)
    for row in rows[:_MOST_SHOWN]:
        what = f" {row.protocol}" if row.protocol else ""
        files = f" ({counted(len(row.files), 'file')})" if row.files else ""
        lines.append(f"{plain(row.cell)}: {row.action.replace('-', ' ')}{what}{files}: {plain(row.title)}")
    if len(rows) > _MOST_SHOWN:
        lines.append(f"… and {len(rows) - _MOST_SHOWN:,} more rows")
    for ask in plan.questions:
        offered = "; ".join(plain(words) for _, words in ask.suggestions)
        places = f"{plain(ask.cells[0])}" + (f" and {len(ask.cells) - 1} more" if len(ask.cells) > 1 else "")
        lines += [
            "",
            f"question at {places}: '{plain(ask.as_written)}': {ask.reason}" + (f": {offered}?" if offered else ""),
        ]
    findings = sorted(plan.all_findings(), key=lambda one: SEVERITIES.index(one.finding.severity))
    for one in findings:
        where = f"{plan.file}!{plain(one.cell)}"
        lines += ["", f"{where}: {one.finding.severity}[{one.finding.code}]: {plain(one.finding.message)}"]
        if one.finding.hint:
            lines.append(f"    hint: {plain(one.finding.hint)}")
    lines += [*(["", *map(plain, done.problems)] if done.problems else []), "", _counts(plan, written)]
    return "\n".join(lines) + "\n"


def _understood(plan: Plan, shape: Shape | None) -> list[str]:
    if shape is None:
        return [f"{plan.file}: a workbook of this register", ""]
    taken = [f"{plain(column.heading)} = {column.meaning}" for column in shape.columns if column.meaning]
    head = f"{plan.file}, sheet {plain(shape.sheet.name)}, headings in row {shape.header_row}: "
    grid = [plain(column.heading) for column in shape.grid]
    return [head + "; ".join(taken), *([f"One column for each body: {', '.join(grid)}"] if grid else []), ""]


def _counts(plan: Plan, written: bool) -> str:
    actions: Counter[str] = Counter(row.action for row in plan.rows)
    names = ("new", "change", "same", "question", "left-out")
    rows = ", ".join(f"{actions[name]:,} {name.replace('-', ' ')}" for name in names if actions[name]) or "none"
    files = counted(len(plan.files()), "file")
    return f"{counted(len(plan.rows), 'row')}: {rows}. " + (
        f"{files} written." if written else f"{files} would be written with --write."
    )
