"""The status of protocols and signatures, and the review calendar, as a table, JSON, CSV, Markdown or a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from undersigned.parallel import Watch, map_protocols
from undersigned.records.fields import Month, When, earliest, in_time
from undersigned.register import Register
from undersigned.reports.tables import EXAMPLES, Cell, Sheet, counted, csv_text, json_text, text_table, workbook
from undersigned.status import Identities, ProtocolStatus, protocol_status
from undersigned.status.law import long_unseen
from undersigned.status.reviews import ReviewState
from undersigned.status.signing import COPY_DAYS, PartyStatus
from undersigned.words.markdown import inert
from undersigned.words.text import plain

PROTOCOL_COLUMNS = ("protocol", "title", "status", "version", "signed", "of", "review", "due on", "days")
PARTY_COLUMNS = (
    "protocol",
    "version",
    "organisation",
    "state",
    "signed version",
    "signed on",
    "copy returned",
    "days waiting",
)
_WAITING = frozenset({"stale", "awaiting", "not-sent", "declined", "withdrawn"})
_NOT_ASKED = frozenset({"not-required", "ended"})


@dataclass(frozen=True)
class ProtocolRow:
    """One protocol's status, and the organisation that leads it."""

    status: ProtocolStatus
    lead: str | None


@dataclass(frozen=True)
class StatusReport:
    """The status of every protocol that reads without a fault, and the paths of the records that do not.

    `law_seen_on`: when the law was last looked at, if that is long ago.
    """

    protocols: tuple[ProtocolRow, ...]
    left_out: tuple[str, ...]
    law_seen_on: date | None = None

    def only(self, protocols: Sequence[str]) -> StatusReport:
        """The report on these protocols alone."""
        return StatusReport(
            tuple(row for row in self.protocols if row.status.id in protocols),
            tuple(
                path
                for path in self.left_out
                if any(f"protocols/{id_}/" in path or path.endswith(f"/{id_}.yaml") for id_ in protocols)
            ),
            self.law_seen_on,
        )


def status_report(register: Register, *, as_of: date, processes: int = 1, watch: Watch | None = None) -> StatusReport:
    rows: list[ProtocolRow] = []
    left_out = [path for id_ in register.organisation_ids if (path := _unread_organisation(register, id_))]
    for found, unread in map_protocols(_status_of, register, as_of=as_of, processes=processes, watch=watch):
        rows.extend(found)
        left_out.extend(unread)
    unseen = long_unseen(register.law_states, as_of=as_of)
    return StatusReport(tuple(rows), tuple(sorted(left_out)), unseen.since if unseen else None)


def _unread_organisation(register: Register, id_: str) -> str | None:
    record = register.organisation(id_)
    return None if record is None or record.clean else record.path


def _status_of(register: Register, ids: Iterable[str], as_of: date) -> tuple[list[ProtocolRow], list[str]]:
    rows: list[ProtocolRow] = []
    left_out: list[str] = []
    for id_ in ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        left_out.extend(record.path for record in folder.records() if not record.clean)
        if folder.record.clean and all(record.clean for record in folder.versions.values()):
            clean = folder.clean_part()
            lead = Identities(clean, register, as_of=as_of).one(folder.value.lead)
            rows.append(ProtocolRow(_without_entries(protocol_status(clean, register, as_of=as_of)), lead))
        register.forget(id_)
    return rows, left_out


def _without_entries(status: ProtocolStatus) -> ProtocolStatus:
    """The status without the signing entries behind it: a report needs none, and is kept in the cache."""
    return replace(status, parties=tuple(replace(party, entry=None, signed_entry=None) for party in status.parties))


def render_status_json(report: StatusReport, as_of: date) -> str:
    return json_text({"as_of": as_of.isoformat(), "protocols": [_protocol_json(row) for row in report.protocols]})


def _protocol_json(row: ProtocolRow) -> dict[str, object]:
    status = row.status
    return {
        "id": status.id,
        "lead": row.lead,
        "title": status.title,
        "status": status.status,
        "version": status.version,
        "fingerprint": status.fingerprint,
        "unreleased_changes": status.unreleased_changes,
        "review": {
            "state": status.review.state,
            "due_on": iso(status.review.due_on),
            "days": status.review.days,
            "last_completed_on": iso(status.review.last_completed_on),
        },
        "parties": [
            {
                "organisation": party.organisation,
                "state": party.state,
                "signed_version": party.signed_version,
                "signed_on": iso(party.signed_on),
                "copy_returned": party.copy_returned,
                "bound_to": party.bound_to,
                "copy_outstanding_days": party.copy_outstanding_days,
                "days_waiting": party.days_waiting,
                **_counterpart_json(party),
                **_inherited_json(party),
            }
            for party in status.parties
        ],
        "in_force": [{"version": item.version, "between": list(item.between)} for item in status.in_force],
        "in_force_between": list(status.in_force_between),
        "counts": dict(status.counts),
    }


def _counterpart_json(party: PartyStatus) -> dict[str, object]:
    """How long the lead has owed the party its own signed copy; nothing if it owes none."""
    return {} if party.counterpart_days is None else {"counterpart_days": party.counterpart_days}


def _inherited_json(party: PartyStatus) -> dict[str, object]:
    """The positions of the bodies whose place the party has taken, if they differed; otherwise nothing."""
    if not party.inherited:
        return {}
    return {
        "inherited": [
            {"organisation": old.organisation, "state": old.state, "signed_version": old.signed_version}
            for old in party.inherited
        ]
    }


def iso(when: When | None) -> str | None:
    """A day or a month in ISO 8601."""
    return None if when is None else str(when)


def render_status_table(report: StatusReport, as_of: date) -> str:
    """A table of protocols, then the parties that each protocol waits for."""
    lines = text_table(PROTOCOL_COLUMNS, _protocol_rows(report), numbers={4, 5, 8}, widest={1: 44})
    for row in report.protocols:
        waiting = [
            party
            for party in row.status.parties
            if party.state in _WAITING
            or (party.copy_outstanding_days or 0) > COPY_DAYS
            or (party.counterpart_days or 0) > COPY_DAYS
        ]
        if waiting:
            lines += ["", plain(f"{row.status.id}:")]
            lines += [plain(f"  {party.organisation}: {_party_in_words(party)}") for party in waiting]
    lines += ["", f"{counted(len(report.protocols), 'protocol')}, as of {as_of}"]
    return "\n".join(lines) + "\n"


def _party_in_words(party: PartyStatus) -> str:
    words = [str(party.state)]
    if party.state == "stale":
        words.append(f"signed {party.signed_version}")
    if party.days_waiting is not None:
        words.append(counted(party.days_waiting, "day"))
    if party.copy_outstanding_days:
        words.append(f"copy outstanding for {counted(party.copy_outstanding_days, 'day')}")
    if (party.counterpart_days or 0) > COPY_DAYS:
        words.append(f"lead's copy owed for {counted(party.counterpart_days or 0, 'day')}")
    return ", ".join(words)


def render_status_csv(report: StatusReport, *, example: bool = False) -> str:
    """One row for each party of each protocol. `example`: the records are worked examples."""
    return csv_text(PARTY_COLUMNS, _party_rows(report), example=example)


def render_status_xlsx(report: StatusReport, as_of: date, *, example: bool = False) -> bytes:
    """A workbook of two sheets, protocols and signatures. `example`: the records are worked examples."""
    return workbook(
        (
            Sheet("Protocols", PROTOCOL_COLUMNS, list(_protocol_rows(report))),
            Sheet("Signatures", PARTY_COLUMNS, list(_party_rows(report))),
        ),
        title=f"Status of the register as of {as_of}",
        as_of=as_of,
        notice=EXAMPLES if example else "",
    )


def _protocol_rows(report: StatusReport) -> Iterator[Sequence[Cell]]:
    for row in report.protocols:
        status = row.status
        yield (
            status.id,
            status.title,
            status.status,
            status.version,
            status.counts["signed"],
            sum(number for state, number in status.counts.items() if state not in _NOT_ASKED),
            status.review.state,
            when_cell(status.review.due_on),
            status.review.days,
        )


def _party_rows(report: StatusReport) -> Iterator[Sequence[Cell]]:
    for row in report.protocols:
        for party in row.status.parties:
            yield (
                row.status.id,
                row.status.version,
                party.organisation,
                party.state,
                party.signed_version,
                when_cell(party.signed_on),
                "yes" if party.copy_returned else "no" if party.signed_on else None,
                party.days_waiting,
            )


def when_cell(when: When | None) -> Cell:
    """A day is a date in a spreadsheet; a month is text."""
    return str(when) if isinstance(when, Month) else when


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
