"""Findings as text, annotations and SARIF: what a reader meets first, and what other programs make of the places."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import unquote, urlsplit

from undersigned.records.findings import Finding, Severity
from undersigned.reports.findings import (
    CheckReport,
    render_check_github,
    render_check_json,
    render_check_sarif,
    render_check_text,
)

TODAY = date(2026, 11, 22)


def report(*findings: Finding) -> CheckReport:
    return CheckReport(TODAY, findings, files=3, protocols=1, organisations=1, signatures=1)


def finding(severity: Severity, path: str = "protocols/p/protocol.yaml", line: int = 1, column: int = 1) -> Finding:
    return Finding(path, line, column, f"{severity}-code", severity, f"this is {severity}", "Do this.")


#: In the order of files and lines, as `check` gives them.
MIXED = (finding("advice", "a"), finding("warning", "b"), finding("error", "c"), finding("advice", "d"))


def severities(lines: list[str]) -> list[str]:
    return [
        word
        for line in lines
        for word in ("error", "warning", "advice")
        if f"{word}[" in line or line.startswith(f"::{word} ")
    ]


def no_lines(path: str, line: int) -> None:
    return None


def test_errors_come_before_warnings_before_advice() -> None:
    lines = render_check_text(report(*MIXED), no_lines).splitlines()
    assert severities(lines) == ["error", "warning", "advice", "advice"]
    assert [line.split(":")[0] for line in lines if "advice[" in line] == ["a", "d"]
    annotations = render_check_github(report(*MIXED)).splitlines()
    assert [line.split()[0] for line in annotations[:-1]] == ["::error", "::warning", "::notice", "::notice"]


def test_json_keeps_the_order_of_files() -> None:
    answer = json.loads(render_check_json(report(*MIXED)))
    assert [one["path"] for one in answer["findings"]] == ["a", "b", "c", "d"]


def test_many_findings_begin_with_a_summary() -> None:
    many = [finding("advice", line=line) for line in range(1, 10)]
    text = render_check_text(report(*many, finding("error", "z"), finding("error", "z", line=2)), no_lines)
    assert text.splitlines()[:4] == [
        "11 findings in 2 files, errors first:",
        "  2 errors: 2 error-code",
        "  9 advice: 9 advice-code",
        "",
    ]
    assert text.splitlines()[-1] == (
        "1 protocol, 1 organisation, 1 signature, 3 files: 2 errors, 0 warnings, 9 advice, as of 2026-11-22"
    )


def test_few_findings_begin_with_the_first() -> None:
    assert render_check_text(report(*MIXED), no_lines).startswith("c:1:1: error[error-code]: this is error\n")


def test_sarif_names_a_file_by_a_uri_that_leads_back_to_it() -> None:
    """SARIF 2.1.0, 3.4.3: `uri` is a URI reference (RFC 3986), in which `#`, `%`, `?` and spaces mean something else."""
    path = "protocols/100% #1?/ŷ protocol.yaml"
    log = json.loads(render_check_sarif(report(finding("error", path)), {}, "1.0"))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    parts = urlsplit(location["uri"])
    assert location["uri"].isascii()
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote(parts.path) == path


def test_sarif_says_in_what_its_columns_count() -> None:
    """SARIF 2.1.0, 3.14.17: `columnKind`. In UTF-16 code units, a letter outside the basic plane counts as two."""
    line = "𝒯𝒾𝓉𝓁𝑒: wrong"
    units = {
        "unicodeCodePoints": list(line),
        "utf16CodeUnits": [
            line.encode("utf-16-le")[at : at + 2].decode("utf-16-le", "replace") for at in range(0, 2 * 17, 2)
        ],
    }
    log = json.loads(render_check_sarif(report(finding("error", column=line.index("wrong") + 1)), {}, "1.0"))
    run = log["runs"][0]
    start = run["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] - 1
    assert "".join(units[run["columnKind"]][start:]) == "wrong"


def test_sarif_describes_each_rule_once_and_refers_to_it() -> None:
    log = json.loads(render_check_sarif(report(*MIXED), {"error-code": ("Title", "Asks this.")}, "1.0"))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [one.code for one in MIXED]
    assert [result["level"] for result in run["results"]] == ["note", "warning", "error", "note"]
    assert len({rule["id"] for rule in rules}) == len(rules) == 3
    assert rules[1]["shortDescription"] == {"text": "Title"}
    assert all(rule["fullDescription"]["text"] for rule in rules)
