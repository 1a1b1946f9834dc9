"""The review calendar as a table, JSON or Markdown. `feeds` has it as iCalendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from undersigned.records.fields import When, earliest, in_time
from undersigned.reports.status import ProtocolRow, iso, when_cell
from undersigned.reports.tables import Cell, counted, json_text, text_table
from undersigned.status.reviews import ReviewState
from undersigned.words.markdown import inert

REVIEW_COLUMNS = ("due on", "days", "state", "protocol", "title", "lead", "last completed")


@dataclass(frozen=True)
class ReviewRow:
    """The next review of one protocol. `days` until it is due, negative when past; None if it is due in a month."""

    due_on: When
    days: int | None
    state: ReviewState
    protocol: str
    title: str
    lead: str | None
    version: str | None
    last_completed_on: When | None

    @property
    def cells(self) -> Sequence[Cell]:
        return (
            when_cell(self.due_on),
            self.days,
            self.state,
            self.protocol,
            self.title,
            self.lead,
            when_cell(self.last_completed_on),
        )


def review_rows(protocols: Iterable[ProtocolRow], *, as_of: date, within: int | None = None) -> list[ReviewRow]:
    """The reviews that are due, most urgent first; with `within`, only those due in so many days or past."""
    rows = []
    for row in protocols:
        status, review = row.status, row.status.review
        if review.due_on is None or (within is not None and (earliest(review.due_on) - as_of).days > within):
            continue
        rows.append(
            ReviewRow(
                review.due_on,
                review.days,
                review.state,
                status.id,
                status.title,
                row.lead,
                status.version,
                review.last_completed_on,
            )
        )
    return sorted(rows, key=lambda row: (in_time(row.due_on), row.protocol))


def render_reviews_json(rows: Iterable[ReviewRow], as_of: date) -> str:
    reviews = [
        {
            "protocol": row.protocol,
            "title": row.title,
            "lead": row.lead,
            "version": row.version,
            "state": row.state,
            "due_on": iso(row.due_on),
            "days": row.days,
            "last_completed_on": iso(row.last_completed_on),
        }
        for row in rows
    ]
    return json_text({"as_of": as_of.isoformat(), "reviews": reviews})


def render_reviews_table(rows: Sequence[ReviewRow], as_of: date) -> str:
    lines = text_table(REVIEW_COLUMNS, [row.cells for row in rows], numbers={1}, widest={4: 44})
    return "\n".join([*lines, "", f"{counted(len(rows), 'review')}, as of {as_of}"]) + "\n"


def render_reviews_markdown(rows: Iterable[ReviewRow], as_of: date) -> str:
    """A table for an issue, a comment or the summary of a job. Text of records is inert in it."""
    lines = [
        f"Reviews as of {as_of}",
        "",
        "| " + " | ".join(REVIEW_COLUMNS) + " |",
        "|" + " --- |" * len(REVIEW_COLUMNS),
    ]
    for row in rows:
        lines.append("| " + " | ".join(inert("" if cell is None else str(cell)) for cell in row.cells) + " |")
    return "\n".join(lines) + "\n"
