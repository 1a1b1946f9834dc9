"""What an import says about a cell: a finding with the cell's address."""

from __future__ import annotations

from dataclasses import dataclass

from undersigned.intake.cells import Cell
from undersigned.records.findings import Finding, Severity

#: Severity, message and hint of each finding. `{…}` are facts of the cell.
_FINDINGS: dict[str, tuple[Severity, str, str]] = {
    "import-no-such-day": ("error", "'{text}' is not a day of the calendar", "Correct the day in the spreadsheet, then import again. The rest of the row is taken."),
    "import-not-a-date": ("error", "'{text}' is not a date", "Write one day, such as 1 May 2026, or one month, such as May 2026. The rest of the row is taken."),
    "import-several-dates": ("error", "'{text}' holds more than one date", "Keep the one date that the heading asks for. The rest of the row is taken."),
    "import-month-only": ("advice", "'{text}' names a month without a day; {read}", ""),
    "import-two-digit-year": ("advice", "'{text}' is read as {read}", "If that is the wrong century, write the year with four digits."),
    "import-review-past": ("warning", "'{text}' says when it was last reviewed; no review is recorded from it", "A review record needs a sentence on what was found and decided: 'undersigned new review' asks for it."),
    "import-personal-name": ("warning", "this cell seems to name a person, and it is left out", "The register holds posts and shared mailboxes. Give the post, such as Information Governance Manager."),
    "import-mailbox-left-out": ("advice", "e-mail addresses and telephone numbers are left out", "Record the shared mailbox of each body in its own record."),
    "import-body-ended": ("warning", "'{text}' names a body that has ended", "Choose the body that took its place, or leave the party out."),
    "import-no-title": ("error", "this row has no title in words, so it cannot become a protocol", "Write the title of the agreement in column {column}."),
    "import-several-agreements": ("error", "this row seems to hold several agreements", "Give each agreement a row of its own, then import again."),
    "import-section": ("advice", "this row holds only '{text}'; it is taken for a heading", ""),
    "import-hidden-row": ("warning", "this row is hidden in the spreadsheet", "Show it and look at it: hidden rows are imported like others."),
    "import-struck-through": ("warning", "this row is struck through in the spreadsheet", "If the agreement was withdrawn, say so in the status column. Nothing is concluded from the line."),
    "import-version": ("warning", "'{text}' is not a version number", "Write it as 1.0 or 2.1. It is recorded as 1.0 until then."),
    "import-version-number": ("error", "the spreadsheet turned this version into the number {text}: 1.10 and 1.1 look the same", "Format the cell as text and type the version again."),
    "import-status": ("warning", "'{text}' is not a status that the register knows", "Use one of: in force, signing, consultation, draft, superseded, withdrawn, expired."),
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
        "Change the record itself, so that somebody reviews it as a change.",
    ),
    "import-figure": ("error", "'{text}' is not a figure", "Write a whole number, such as 125, or leave the cell empty if nobody knows. The other figures are taken."),
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


def cell_finding(code: str, file: str, cell: Cell, **facts: str) -> CellFinding:
    """A finding at a cell. Facts that are not given are the cell's text."""
    severity, message, hint = _FINDINGS[code]
    words = {"text": short(cell.text), "read": "", "column": "", **facts}
    finding = Finding(file, cell.row, cell.column, code, severity, message.format_map(words), hint.format_map(words))
    return CellFinding(finding, cell.address)


def short(text: str) -> str:
    """The text on one line of at most 80 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
