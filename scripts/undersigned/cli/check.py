"""The verb `check`, and the findings that `build` asks for too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from undersigned import __version__
from undersigned.cli.options import Common, format_option, processes, verb
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, progress, stop_on, write
from undersigned.records.findings import Finding

if TYPE_CHECKING:
    from undersigned.records.files import Files
    from undersigned.reports.findings import CheckReport


@verb("check", example="undersigned check protocols/housing --format json")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_option("text", "json", "github", "sarif")
@click.option(
    "--since", metavar="REV", help="Show only the findings that the change since REV brought; count the others."
)
def check_command(common: Common, paths: tuple[str, ...], format_: str, since: str | None) -> int:
    """Check every record, or show only the findings about the paths given.

    The whole register is always checked, because records refer to each other. Nothing in it is changed.
    The exit status is 1 if there are errors.
    """
    from undersigned.reports import findings as reports

    wanted = common.relative_paths(paths)
    report = checked(common, workers=processes(), watch=progress("Checking protocols"))
    if since:
        report = _only_new(common, since, report)
    if wanted is not None:
        report = replace(report, findings=[f for f in report.findings if _lies_in(f.path, wanted)])
    match format_:
        case "json":
            text = reports.render_check_json(report)
        case "github":
            text = reports.render_check_github(report)
        case "sarif":
            from undersigned.checks.engine import rules

            texts = {code: (rule.title, rule.asks) for code, rule in rules().items()}
            text = reports.render_check_sarif(report, texts, __version__)
        case _:
            text = reports.render_check_text(report, LineReader(common.files))
    write(text, None)
    return EXIT_FOUND if any(finding.severity == "error" for finding in report.findings) else EXIT_FINE


def _lies_in(path: str, wanted: Sequence[str]) -> bool:
    return any(path == one or path.startswith(one + "/") for one in wanted)


class LineReader:
    """Lines of record files, to show a fault in its place."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lines: dict[str, list[str]] = {}

    def __call__(self, path: str, line: int) -> str | None:
        if path not in self._lines:
            raw = self._files.contents.get(path, b"")
            self._lines[path] = [text.rstrip("\r") for text in raw.decode("utf-8-sig", "replace").split("\n")]
        lines = self._lines[path]
        return lines[line - 1] if line <= len(lines) else None


def checked(common: Common, *, workers: int, watch: Callable[[int, int], None] | None = None) -> CheckReport:
    """Check the register, or take the answer from the cache if no file has changed since.

    `workers`: how many processes to use; `watch`: called with how many protocols are checked, and of how many.
    """
    from undersigned.cache import answer_key
    from undersigned.reports.findings import CheckReport

    key = answer_key(common.files, "check", common.as_of.isoformat(), _mkdocs_text(common.root))
    cached = common.cache.get("check", key)
    if isinstance(cached, dict):
        return CheckReport(common.as_of, [Finding(*row) for row in cached["findings"]], *cached["counts"])
    from undersigned.checks.engine import check_register

    register = common.register
    findings, signatures = check_register(register, as_of=common.as_of, processes=workers, watch=watch)
    counts = (len(common.files.contents), len(register.protocol_ids), len(register.organisation_ids), signatures)
    rows = [[f.path, f.line, f.column, f.code, f.severity, f.message, f.hint] for f in findings]
    common.cache.put("check", key, {"findings": rows, "counts": counts})
    return CheckReport(common.as_of, findings, *counts)


def _mkdocs_text(root: Path) -> str:
    """The site's settings, which say whether the repository is private; empty if they cannot be read."""
    try:
        return (root / "mkdocs.yml").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def _only_new(common: Common, revision: str, report: CheckReport) -> CheckReport:
    """The report with only the findings that were not there at `revision`, the others counted."""
    from undersigned.changes.git import HistoryError, files_at
    from undersigned.checks.engine import check_register
    from undersigned.records.findings import count_by_severity, new_findings
    from undersigned.register import register_of

    with stop_on(HistoryError):
        files = files_at(common.root, revision)
    before, _ = check_register(register_of(common.root, files), as_of=common.as_of, processes=processes())
    new, older = new_findings(before, report.findings)
    return replace(report, findings=new, older=count_by_severity(older))
