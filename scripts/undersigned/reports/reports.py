"""Answers as text and bytes: findings, status and reviews in every format of the command line. Nothing here prints."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from undersigned.findings import Finding, Severity, count_by_severity
from undersigned.parallel import Watch, in_pieces
from undersigned.register import Register
from undersigned.status import ProtocolStatus, protocol_status
from undersigned.words.markdown import inert
from undersigned.words.text import plain

SCHEMA_VERSION = 1
Json = Mapping[str, object]
_WIDEST_LINE = 110


def render_json(answer: Mapping[str, object]) -> str:
    """Sorted keys, the version of the schema first among equals, one final newline."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **answer}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


# -- findings -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CheckAnswer:
    """What `check` found. `older` counts findings that a change did not bring, where one was asked about."""

    as_of: str
    files: int
    protocols: int
    organisations: int
    signatures: int
    findings: Sequence[Finding]
    older: Mapping[Severity, int] | None = None

    def counts(self) -> dict[str, int]:
        by_severity = count_by_severity(self.findings)
        return {
            "files": self.files,
            "protocols": self.protocols,
            "organisations": self.organisations,
            "signatures": self.signatures,
            "errors": by_severity["error"],
            "warnings": by_severity["warning"],
            "advice": by_severity["advice"],
        }


def render_check_json(answer: CheckAnswer) -> str:
    out: dict[str, object] = {
        "as_of": answer.as_of,
        "counts": answer.counts(),
        "findings": [asdict(finding) for finding in answer.findings],
    }
    if answer.older is not None:
        out["older"] = {
            "errors": answer.older["error"],
            "warnings": answer.older["warning"],
            "advice": answer.older["advice"],
        }
    return render_json(out)


def render_check_text(answer: CheckAnswer, line_of: Callable[[str, int], str | None]) -> str:
    """Each finding, the line it is about with the place marked, the hint; last a line of counts.

    `line_of` gives a line of a file, or None.
    """
    parts: list[str] = []
    for finding in answer.findings:
        parts.append(
            f"{plain(finding.path)}:{finding.line}:{finding.column}: "
            f"{finding.severity}[{finding.code}]: {plain(finding.message)}"
        )
        line = line_of(finding.path, finding.line)
        if line is not None and line.strip():
            parts.extend(_marked(line, finding.line, finding.column))
        if finding.hint:
            parts.append(f"    hint: {plain(finding.hint)}")
        parts.append("")
    parts.append(_summary(answer))
    return "\n".join(parts) + "\n"


def _summary(answer: CheckAnswer) -> str:
    by_severity = count_by_severity(answer.findings)
    register = ", ".join(
        (
            _count(answer.protocols, "protocol"),
            _count(answer.organisations, "organisation"),
            _count(answer.signatures, "signature"),
            _count(answer.files, "file"),
        )
    )
    said = f"{register}: {_count(by_severity['error'], 'error')}, {_count(by_severity['warning'], 'warning')}, {by_severity['advice']} advice"
    if answer.older is not None:
        said += f" (and {sum(answer.older.values())} older, not counted against this change)"
    return f"{said}, as of {answer.as_of}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _marked(line: str, number: int, column: int) -> list[str]:
    """The line, shortened around the place if it is long, and a caret under the place."""
    start = 0
    if len(line) > _WIDEST_LINE:
        start = max(0, min(column - 1 - _WIDEST_LINE // 2, len(line) - _WIDEST_LINE))
    shown = (
        ("…" if start else "") + line[start : start + _WIDEST_LINE] + ("…" if start + _WIDEST_LINE < len(line) else "")
    )
    at = column - 1 - start + (1 if start else 0)
    margin = f"{number:>5} | "
    return [margin + plain(shown), " " * (len(margin) + at) + "^"]


def render_check_github(answer: CheckAnswer) -> str:
    """Workflow commands, one for each finding: an annotation at its line."""
    level = {"error": "error", "warning": "warning", "advice": "notice"}
    lines = []
    for finding in answer.findings:
        words = finding.message + (f"\n{finding.hint}" if finding.hint else "")
        lines.append(
            f"::{level[finding.severity]} file={_property(finding.path)},line={finding.line},col={finding.column},"
            f"title={_property(finding.code)}::{_command_data(words)}"
        )
    lines.append(_command_data(_summary(answer)))
    return "\n".join(lines) + "\n"


def _command_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _command_data(text).replace(":", "%3A").replace(",", "%2C")


def render_check_sarif(answer: CheckAnswer, rules: Mapping[str, tuple[str, str]], version: str) -> str:
    """SARIF 2.1.0. `rules`: code to its title and what it asks."""
    level = {"error": "error", "warning": "warning", "advice": "note"}
    used = sorted({finding.code for finding in answer.findings})
    out = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "columnKind": "unicodeCodePoints",
                "tool": {
                    "driver": {
                        "name": "undersigned",
                        "version": version,
                        "rules": [
                            {
                                "id": code,
                                "shortDescription": {"text": rules.get(code, (code, ""))[0]},
                                "fullDescription": {"text": rules.get(code, ("", code))[1] or code},
                            }
                            for code in used
                        ],
                    }
                },
                "results": [
                    {
                        "ruleId": finding.code,
                        "ruleIndex": used.index(finding.code),
                        "level": level[finding.severity],
                        "message": {"text": finding.message + (f" {finding.hint}" if finding.hint else "")},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": _uri(finding.path)},
                                    "region": {"startLine": finding.line, "startColumn": finding.column},
                                }
                            }
                        ],
                    }
                    for finding in answer.findings
                ],
            }
        ],
    }
    return json.dumps(out, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/")


# -- status ---------------------------------------------------------------------------------------------------------


def status_json(status: ProtocolStatus, *, lead: str | None) -> dict[str, object]:
    """One protocol as `status --format json` shows it."""
    return {
        "id": status.id,
        "lead": lead,
        "title": status.title,
        "status": status.status,
        "version": status.version,
        "fingerprint": status.fingerprint,
        "unreleased_changes": status.unreleased_changes,
        "review": {
            "state": status.review.state,
            "due_on": _iso(status.review.due_on),
            "days": status.review.days,
            "last_completed_on": _iso(status.review.last_completed_on),
        },
        "parties": [
            {
                "organisation": party.organisation,
                "state": party.state,
                "signed_version": party.signed_version,
                "signed_on": _iso(party.signed_on),
                "copy_returned": party.copy_returned,
                "copy_outstanding_days": party.copy_outstanding_days,
                "days_waiting": party.days_waiting,
            }
            for party in status.parties
        ],
        "in_force": [{"version": item.version, "between": list(item.between)} for item in status.in_force],
        "in_force_between": list(status.in_force_between),
        "counts": dict(status.counts),
    }


def status_rows(
    register: Register, *, as_of: date, processes: int = 1, watch: Watch | None = None
) -> tuple[list[dict[str, object]], list[str]]:
    """Every wholly readable protocol's status as `status` tells it, and the paths of records that were not read."""
    rows: list[dict[str, object]] = []
    left_out = [path for id_ in register.organisation_ids if (path := _unread_organisation(register, id_))]
    for found, unread in in_pieces(_status_piece, register, as_of=as_of, processes=processes, watch=watch):
        rows.extend(found)
        left_out.extend(unread)
    return rows, sorted(left_out)


def _unread_organisation(register: Register, id_: str) -> str | None:
    record = register.organisation(id_)
    return None if record is None or record.clean else record.path


def _status_piece(register: Register, ids: Iterable[str], as_of: date) -> tuple[list[dict[str, object]], list[str]]:
    rows: list[dict[str, object]] = []
    left_out: list[str] = []
    for id_ in ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        left_out.extend(record.path for record in folder.records() if not record.clean)
        if folder.record.clean and all(record.clean for record in folder.versions.values()):
            clean = folder.clean_part()
            rows.append(status_json(protocol_status(clean, register, as_of=as_of), lead=folder.value.lead))
        register.forget(id_)
    return rows, left_out


def review_rows(statuses: Iterable[Json]) -> list[dict[str, object]]:
    """The reviews of live protocols, most urgent first, out of their status."""
    rows = []
    for status in statuses:
        review = _mapping(status["review"])
        if review["due_on"] is not None:
            rows.append(
                {
                    "protocol": status["id"],
                    "title": status["title"],
                    "lead": status["lead"],
                    "version": status["version"],
                    "state": review["state"],
                    "due_on": review["due_on"],
                    "days": review["days"],
                    "last_completed_on": review["last_completed_on"],
                }
            )
    return sorted(rows, key=lambda row: (str(row["due_on"]), str(row["protocol"])))


def _iso(when: object) -> str | None:
    return None if when is None else str(when)


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


def _protocol_rows(protocols: Iterable[Json]) -> list[list[object]]:
    rows: list[list[object]] = []
    for protocol in protocols:
        review, counts = _mapping(protocol["review"]), _mapping(protocol["counts"])
        asked = sum(_int(number) for state, number in counts.items() if state not in ("not-required", "ended"))
        rows.append(
            [
                protocol["id"],
                protocol["title"],
                protocol["status"],
                protocol["version"] or "",
                counts["signed"],
                asked,
                review["state"],
                _day(review["due_on"]),
                review["days"],
            ]
        )
    return rows


def _party_rows(protocols: Iterable[Json]) -> list[list[object]]:
    rows: list[list[object]] = []
    for protocol in protocols:
        for party in _list(protocol["parties"]):
            one = _mapping(party)
            rows.append(
                [
                    protocol["id"],
                    protocol["version"] or "",
                    one["organisation"],
                    one["state"],
                    one["signed_version"] or "",
                    _day(one["signed_on"]),
                    "yes" if one["copy_returned"] else "no" if one["signed_on"] else "",
                    one["days_waiting"],
                ]
            )
    return rows


def render_status_table(protocols: Sequence[Json], as_of: str) -> str:
    """A table of protocols, then for each protocol not wholly signed the parties it waits for."""
    lines = _table(PROTOCOL_COLUMNS, _protocol_rows(protocols), numbers={4, 5, 8}, widest={1: 44})
    for protocol in protocols:
        open_parties = [
            party
            for party in map(_mapping, _list(protocol["parties"]))
            if party["state"] in ("stale", "awaiting", "not-sent", "declined", "withdrawn")
            or _int(party["copy_outstanding_days"] or 0) > 28
        ]
        if open_parties:
            lines += ["", f"{protocol['id']}:"]
            lines += [f"  {party['organisation']}: {_party_words(party)}" for party in open_parties]
    lines += ["", f"{_count(len(protocols), 'protocol')}, as of {as_of}"]
    return "\n".join(plain(line) for line in lines) + "\n"


def _party_words(party: Json) -> str:
    words = str(party["state"])
    if party["state"] == "stale":
        words += f", signed {party['signed_version']}"
    if party["days_waiting"] is not None:
        words += f", {_count(_int(party['days_waiting']), 'day')}"
    if party["copy_outstanding_days"]:
        words += f", copy outstanding for {_count(_int(party['copy_outstanding_days']), 'day')}"
    return words


def render_status_csv(protocols: Iterable[Json]) -> str:
    """One row for each party of each protocol; lines end in CR LF (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(PARTY_COLUMNS)
    for row in _party_rows(protocols):
        writer.writerow([neutral("" if cell is None else str(cell)) for cell in row])
    return out.getvalue()


def neutral(text: str) -> str:
    """A cell that a spreadsheet shows and never works out: one beginning with = + - @ (or a tab) gets an apostrophe."""
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@")) or text[:1] in ("\t", "\r", "\n") else text


def render_status_xlsx(protocols: Sequence[Json], as_of: str) -> bytes:
    """A workbook of two sheets, protocols and signatures: frozen header, filters, real dates, text cells neutralised."""
    import xlsxwriter

    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    moment = datetime.fromisoformat(as_of)
    workbook.set_properties({"title": f"Status of the register as of {as_of}", "created": moment})
    bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    for name, columns, rows in (
        ("Protocols", PROTOCOL_COLUMNS, _protocol_rows(protocols)),
        ("Signatures", PARTY_COLUMNS, _party_rows(protocols)),
    ):
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, columns, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                elif isinstance(cell, int) and not isinstance(cell, bool):
                    sheet.write_number(number, column, cell)
                elif cell is not None:
                    sheet.write_string(number, column, neutral(str(cell)))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
        for column, title in enumerate(columns):
            widest = max([len(title), *(len(str(row[column] or "")) for row in rows[:200])])
            sheet.set_column(column, column, min(60, widest + 3))
    workbook.close()
    return out.getvalue()


# -- reviews --------------------------------------------------------------------------------------------------------

REVIEW_URGENCY = ("lapsed", "overdue", "due-soon", "current", "none")
REVIEW_COLUMNS = ("due on", "days", "state", "protocol", "title", "lead", "last completed")


def render_reviews_table(rows: Sequence[Json], as_of: str) -> str:
    lines = _table(REVIEW_COLUMNS, _review_rows(rows), numbers={1}, widest={4: 44})
    lines += ["", f"{_count(len(rows), 'review')}, as of {as_of}"]
    return "\n".join(plain(line) for line in lines) + "\n"


def render_reviews_markdown(rows: Sequence[Json], as_of: str) -> str:
    """A table for an issue or a comment; text is escaped, so that no title can be markup."""
    lines = [
        f"Reviews as of {as_of}",
        "",
        "| " + " | ".join(REVIEW_COLUMNS) + " |",
        "|" + " --- |" * len(REVIEW_COLUMNS),
    ]
    for row in _review_rows(rows):
        lines.append("| " + " | ".join(inert("" if cell is None else str(cell)) for cell in row) + " |")
    return "\n".join(lines) + "\n"


def _review_rows(rows: Iterable[Json]) -> list[list[object]]:
    return [
        [
            _day(row["due_on"]),
            row["days"],
            row["state"],
            row["protocol"],
            row["title"],
            row["lead"] or "",
            _day(row["last_completed_on"]),
        ]
        for row in rows
    ]


# -- tables ---------------------------------------------------------------------------------------------------------


def _table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: set[int], widest: Mapping[int, int]
) -> list[str]:
    cells = [[_cut("" if cell is None else str(cell), widest.get(i)) for i, cell in enumerate(row)] for row in rows]
    widths = [max([len(column), *(len(row[i]) for row in cells)]) for i, column in enumerate(columns)]

    def line(row: Sequence[str]) -> str:
        return "  ".join(c.rjust(widths[i]) if i in numbers else c.ljust(widths[i]) for i, c in enumerate(row)).rstrip()

    return [line(columns), line(["-" * width for width in widths]), *(line(row) for row in cells)]


def _cut(text: str, widest: int | None) -> str:
    return text if widest is None or len(text) <= widest else text[: widest - 1] + "…"


def _day(value: object) -> object:
    """A date out of an ISO day, so that a spreadsheet gets a real one; a month stays text."""
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError("a mapping is wanted")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise TypeError("a list is wanted")
    return value


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a number is wanted")
    return value


# -- rules ----------------------------------------------------------------------------------------------------------


def render_rule_list(titles: Mapping[str, str]) -> str:
    """Every code with its title."""
    width = max(map(len, titles), default=0)
    return "".join(f"{code.ljust(width)}  {title}\n" for code, title in sorted(titles.items()))


def render_rule(code: str, rule: Mapping[str, object]) -> str:
    """What one rule asks, why and by what source, with a good and a bad example."""
    parts = [
        f"{code}: {rule['title']}",
        "",
        str(rule["asks"]).strip(),
        "",
        f"Why: {str(rule['why']).strip()}",
        f"Source: {str(rule['source']).strip()}",
        f"Severity: {rule['severity']}",
        "",
        "Good:",
        _indented(str(rule["good"])),
        "",
        "Not so good:",
        _indented(str(rule["bad"])),
    ]
    return "\n".join(parts) + "\n"


def _indented(text: str) -> str:
    return "\n".join("    " + line if line.strip() else "" for line in text.rstrip().splitlines())
