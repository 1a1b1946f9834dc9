"""What people decided about a spreadsheet, kept in `imports/<name>.yaml`, and the workbook in which they decide it.

The record holds no cell of the spreadsheet but the names of bodies and the headings: rows are known by a hash. So two
people who import the same file get the same result, and no personal data is kept.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from undersigned.editing.yaml_write import render_yaml
from undersigned.facts.bodies import decision_key
from undersigned.intake.cells import Sheet, Value, text_of
from undersigned.intake.meaning import NOTHING, read_when
from undersigned.intake.shape import MEANINGS, Shape, heading_key
from undersigned.records.fields import KEBAB, Authored, When, Whole
from undersigned.records.reading import read_record
from undersigned.records.source import PlainData
from undersigned.records.vocabulary import vocabulary
from undersigned.reports.tables import neutral

if TYPE_CHECKING:
    from undersigned.intake.plan import Plan

_HEAD = """# How a spreadsheet was understood. Written by 'undersigned import'; a person may correct it.
# 'names' says which body each name means; 'rows' says which agreement each row became, by a hash of the row.
"""
_ANOTHER = "new: "
_NOBODY = "leave out"


class TakenRow(Authored):
    """Which protocol a row of the spreadsheet became, and a hash of the row as it was then."""

    protocol: str
    mark: str


class ImportRecord(Authored):
    """`columns`: heading to what it is about. `names`: name of a body to what it means. `rows`: hash to protocol."""

    sheet: str | None = None
    header_row: Whole | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)
    rows: dict[str, TakenRow] = Field(default_factory=dict)


class Taken(NamedTuple):
    """Which agreement a row became, and a hash of the row as it was then."""

    protocol: str
    mark: str


@dataclass
class Decisions:
    """`columns`: heading to meaning. `names`: name to an id, the name in an open list, `new:<kind>` or `none`.

    `protocols`: key of a row to a protocol's id or `new`. `days`: key of a row to the day or month of the agreement.
    `rows`: key of a row to what it became.
    """

    sheet: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    protocols: dict[str, str] = field(default_factory=dict)
    days: dict[str, When] = field(default_factory=dict)
    rows: dict[str, Taken] = field(default_factory=dict)

    def same_bodies(self) -> Mapping[str, str]:
        """The names that mean a body of the register or of an open list."""
        return {name: key for name, key in self.names.items() if key != "none" and not key.startswith("new:")}


def read_decisions(path: str, raw: bytes) -> Decisions:
    """The decisions of `imports/<name>.yaml`; none if the file has faults, for then everything is asked again."""
    value = read_record(path, raw, ImportRecord).value if raw else None
    if value is None:
        return Decisions()
    rows = {key: Taken(row.protocol, row.mark) for key, row in value.rows.items() if KEBAB.match(row.protocol)}
    return Decisions(value.sheet or "", dict(value.columns), dict(value.names), rows=rows)


def render_decisions(decisions: Decisions, shape: Shape, plan: Plan) -> str:
    """The text of `imports/<name>.yaml` after an import."""
    rows = dict(decisions.rows)
    for row in plan.rows:
        if row.key and row.protocol and row.action in ("new", "change", "same"):
            rows[row.key] = Taken(row.protocol, row.mark)
    data: dict[str, PlainData] = {
        "sheet": shape.sheet.name,
        "header_row": shape.header_row,
        "columns": dict(sorted(decisions.columns.items())),
        "names": dict(sorted(decisions.names.items())),
        "rows": {key: {"protocol": taken.protocol, "mark": taken.mark} for key, taken in sorted(rows.items())},
    }
    kept = {name: value for name, value in data.items() if value}
    return _HEAD + render_yaml(kept, ImportRecord)


# -- the workbook of questions -----------------------------------------------------------------------------------------


def questions_workbook(plan: Plan, shape: Shape, decisions: Decisions) -> bytes:
    """A workbook that asks what only a person can say, with lists to choose from. Answers given before stay in it."""
    import xlsxwriter
    from xlsxwriter.utility import xl_range_abs

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    locked = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#505a5f"})
    answer = book.add_format(
        {"text_wrap": True, "valign": "top", "bg_color": "#fff7bf", "border": 1, "num_format": "@"}
    )

    lists: list[list[str]] = []

    def sheet(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], choices: Sequence[Sequence[str]]) -> None:
        page = book.add_worksheet(name)
        page.write_row(0, 0, heads, heading)
        page.freeze_panes(1, 0)
        for column, head in enumerate(heads):
            page.set_column(column, column, 44 if head in ("Your answer", "As written", "Why we ask") else 24)
        for number, row in enumerate(rows, 1):
            for column, text in enumerate(row):
                page.write_string(number, column, neutral(text), answer if heads[column] == "Your answer" else locked)
            listed = [one for one in choices[number - 1] if one and len(one) < 200]
            if listed:
                if listed not in lists:
                    lists.append(listed)
                # Excel allows 255 characters in a list of its own, so the choices are on a hidden sheet.
                source = "=Lists!" + xl_range_abs(lists.index(listed), 0, lists.index(listed), len(listed) - 1)
                at = heads.index("Your answer")
                rule = {"validate": "list", "source": source, "error_type": "warning"}
                page.data_validation(number, at, number, at, rule)

    sheet(
        "Names",
        ("As written", "Your answer", "Why we ask", "Times", "Cells"),
        [
            (ask.as_written, "", ask.reason, str(len(ask.cells)), ", ".join(ask.cells[:20]))
            for ask in plan.questions
            if ask.about == "body"
        ],
        [
            (
                *(words for _, words in ask.suggestions),
                _NOBODY,
                *(_ANOTHER + kind for kind in vocabulary().organisation_kinds),
            )
            for ask in plan.questions
            if ask.about == "body"
        ],
    )
    columns = [column for column in shape.columns if not column.body]
    sheet(
        "Columns",
        ("As written", "Your answer", "Understood as"),
        [
            (column.heading, decisions.columns.get(heading_key(column.heading), ""), column.meaning or "left out")
            for column in columns
        ],
        [(*MEANINGS, _NOBODY)] * len(columns),
    )
    rows = [ask for ask in plan.questions if ask.about != "body"]
    sheet(
        "Agreements",
        ("As written", "Your answer", "Why we ask", "Cells", "Key"),
        [(ask.as_written, "", ask.reason, ", ".join(ask.cells), ask.key) for ask in rows],
        [[words for _, words in ask.suggestions] for ask in rows],
    )
    hidden = book.add_worksheet("Lists")
    hidden.hide()
    for number, choices in enumerate(lists):
        hidden.write_row(number, 0, [neutral(one) for one in choices])
    book.close()
    return out.getvalue()


def read_answers(sheets: Sequence[Sheet], plan: Plan, decisions: Decisions) -> list[str]:
    """Takes the answers of a workbook of questions into `decisions`. Returns what cannot be used, a line each."""
    problems: list[str] = []
    by_name = {sheet.name: sheet for sheet in sheets}
    bodies = {ask.key: {words: key for key, words in ask.suggestions} for ask in plan.questions}
    for written, given, row in _answered(by_name.get("Names")):
        key = decision_key(written)
        kind = given.removeprefix("new:").strip()
        if given.casefold() == _NOBODY:
            decisions.names[key] = "none"
        elif given.startswith("new:") and kind in vocabulary().organisation_kinds:
            decisions.names[key] = f"new:{kind}"
        elif given in bodies.get(key, {}):
            decisions.names[key] = bodies[key][given]
        elif KEBAB.match(given):
            decisions.names[key] = given
        else:
            problems.append(f"Names!B{row}: '{given}' is not one of the answers of the list")
    for written, given, row in _answered(by_name.get("Columns")):
        if given in MEANINGS:
            decisions.columns[heading_key(written)] = given
        elif given.casefold() in (_NOBODY, "left out"):
            decisions.columns[heading_key(written)] = ""
        else:
            problems.append(f"Columns!B{row}: '{given}' is not one of the answers of the list")
    keys = {ask.key: ask for ask in plan.questions if ask.about != "body"}
    sheet = by_name.get("Agreements")
    for number, cells in enumerate(sheet.rows[1:] if sheet else (), 2):
        given, key = (text_of(cells[at]) if at < len(cells) else "" for at in (1, 4))
        ask = keys.get(key)
        if not given or given.casefold() in NOTHING or ask is None:
            continue
        chosen = {words: id_ for id_, words in ask.suggestions}.get(given, given)
        when = read_when(cells[1]).when if ask.about == "day" else None
        if when is not None:
            decisions.days[key] = when
        elif ask.about == "protocol" and KEBAB.match(chosen):
            decisions.protocols[key] = chosen
        else:
            problems.append(f"Agreements!B{number}: '{given}' is not an answer to '{ask.reason}'")
    return problems


def _answered(sheet: Sheet | None) -> list[tuple[str, str, int]]:
    """What was written, the answer and the row, for each row with an answer."""
    if sheet is None:
        return []
    found = []
    for number, cells in enumerate(sheet.rows[1:], 2):
        values: list[Value] = [*cells, None, None]
        written, given = text_of(values[0]), text_of(values[1])
        if written and given:
            found.append((written, given, number))
    return found


def decisions_path(name: str) -> str:
    """`imports/<name>.yaml`."""
    return f"imports/{name}.yaml"


def profile_name(file: Path) -> str:
    """The name under which decisions about a file are kept: its own name as an id."""
    return "-".join(re.findall("[a-z0-9]+", file.stem.casefold()))[:60].strip("-") or "register"
