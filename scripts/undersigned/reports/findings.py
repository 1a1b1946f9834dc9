"""What `check` found, as text, JSON, annotations of a GitHub workflow or SARIF."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from urllib.parse import quote

from undersigned.records.findings import SEVERITIES, Finding, Severity, count_by_severity
from undersigned.reports.tables import counted, json_text
from undersigned.words.text import plain

_WIDEST_LINE = 110
#: With more findings than this, the text begins with a summary.
_FITS_ON_A_SCREEN = 8


@dataclass(frozen=True)
class CheckReport:
    """The findings of a check, and how much was checked.

    `older` counts findings that a change did not bring, if only new ones were asked for.
    """

    as_of: date
    findings: Sequence[Finding]
    files: int
    protocols: int
    organisations: int
    signatures: int
    older: Mapping[Severity, int] | None = None


def render_check_json(report: CheckReport) -> str:
    answer: dict[str, object] = {
        "as_of": report.as_of.isoformat(),
        "counts": {
            "files": report.files,
            "protocols": report.protocols,
            "organisations": report.organisations,
            "signatures": report.signatures,
            **_severities_json(count_by_severity(report.findings)),
        },
        "findings": [asdict(finding) for finding in report.findings],
    }
    if report.older is not None:
        answer["older"] = _severities_json(report.older)
    return json_text(answer)


def _severities_json(counts: Mapping[Severity, int]) -> dict[str, int]:
    return {"errors": counts["error"], "warnings": counts["warning"], "advice": counts["advice"]}


def errors_first(findings: Sequence[Finding]) -> list[Finding]:
    """Errors, then warnings, then advice, each in the order given."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def render_check_text(report: CheckReport, line_of: Callable[[str, int], str | None]) -> str:
    """Each finding with its line, the place marked, and the hint, errors first. A line of counts is last.

    `line_of` gives a line of a file, or None.
    """
    parts = _overview(report.findings) if len(report.findings) > _FITS_ON_A_SCREEN else []
    for finding in errors_first(report.findings):
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
    parts.append(_summary(report))
    return "\n".join(parts) + "\n"


def _overview(findings: Sequence[Finding]) -> list[str]:
    """How many findings there are of each severity and code."""
    lines = [
        f"{counted(len(findings), 'finding')} in {counted(len({f.path for f in findings}), 'file')}, errors first:"
    ]
    for severity in SEVERITIES:
        codes = Counter(finding.code for finding in findings if finding.severity == severity)
        if codes:
            shown = ", ".join(f"{number:,} {code}" for code, number in codes.most_common())
            lines.append(f"  {_of_severity(codes.total(), severity)}: {shown}")
    return [*lines, ""]


def _of_severity(number: int, severity: Severity) -> str:
    return f"{number:,} advice" if severity == "advice" else counted(number, severity)


def _summary(report: CheckReport) -> str:
    by_severity = count_by_severity(report.findings)
    checked = ", ".join(
        (
            counted(report.protocols, "protocol"),
            counted(report.organisations, "organisation"),
            counted(report.signatures, "signature"),
            counted(report.files, "file"),
        )
    )
    matches = ", ".join(_of_severity(by_severity[severity], severity) for severity in SEVERITIES)
    older = ""
    if report.older is not None:
        older = f" (and {sum(report.older.values())} older, not counted against this change)"
    return f"{checked}: {matches}{older}, as of {report.as_of}"


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


def render_check_github(report: CheckReport) -> str:
    """Workflow commands, one for each finding: an annotation at its line."""
    level = {"error": "error", "warning": "warning", "advice": "notice"}
    lines = []
    for finding in errors_first(report.findings):
        text = finding.message + (f"\n{finding.hint}" if finding.hint else "")
        lines.append(
            f"::{level[finding.severity]} file={_property(finding.path)},line={finding.line},col={finding.column},"
            f"title={_property(finding.code)}::{_command_data(text)}"
        )
    lines.append(_command_data(_summary(report)))
    return "\n".join(lines) + "\n"


def _command_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _command_data(text).replace(":", "%3A").replace(",", "%2C")


def render_check_sarif(report: CheckReport, rules: Mapping[str, tuple[str, str]], version: str) -> str:
    """SARIF 2.1.0. `rules`: code to its title and what it asks."""
    level = {"error": "error", "warning": "warning", "advice": "note"}
    used = sorted({finding.code for finding in report.findings})
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
                                    "artifactLocation": {"uri": quote(finding.path, safe="/")},
                                    "region": {"startLine": finding.line, "startColumn": finding.column},
                                }
                            }
                        ],
                    }
                    for finding in report.findings
                ],
            }
        ],
    }
    return json.dumps(out, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
