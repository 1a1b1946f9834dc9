"""The verb `check`, and the findings that `build` asks for too."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from undersigned import __version__
from undersigned.cache import AnswerCache, answer_key
from undersigned.cli.asked import cache_of, day_asked, processes, root_of, wanted_paths
from undersigned.cli.streams import EXIT_FINE, EXIT_FOUND, CommandError, progress, write
from undersigned.findings import Finding, Severity
from undersigned.records.files import Files, load_files


def run_check(options: argparse.Namespace) -> int:
    from undersigned.reports import reports

    root, as_of = root_of(options), day_asked(options)
    files = load_files(root)
    wanted = wanted_paths(root, options.paths)
    kept = findings_of(root, files, as_of, cache_of(options))
    findings, older = kept.findings, None
    if options.since:
        findings, older = _only_new(root, options.since, as_of, findings)
    if wanted is not None:
        findings = [f for f in findings if any(f.path == path or f.path.startswith(path + "/") for path in wanted)]
    answer = reports.CheckAnswer(
        as_of=as_of.isoformat(),
        files=kept.files,
        protocols=kept.protocols,
        organisations=kept.organisations,
        signatures=kept.signatures,
        findings=findings,
        older=older,
    )
    match options.format:
        case "json":
            said = reports.render_check_json(answer)
        case "github":
            said = reports.render_check_github(answer)
        case "sarif":
            from undersigned.checks.engine import rules

            said = reports.render_check_sarif(
                answer, {code: (r.title, r.asks) for code, r in rules().items()}, __version__
            )
        case _:
            said = reports.render_check_text(answer, LineReader(files))
    write(said, None)
    return EXIT_FOUND if any(finding.severity == "error" for finding in findings) else EXIT_FINE


class LineReader:
    """Lines of record files, for showing a fault in its place."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lines: dict[str, list[str]] = {}

    def __call__(self, path: str, line: int) -> str | None:
        if path not in self._lines:
            raw = self._files.contents.get(path, b"")
            self._lines[path] = [text.rstrip("\r") for text in raw.decode("utf-8-sig", "replace").split("\n")]
        lines = self._lines[path]
        return lines[line - 1] if line <= len(lines) else None


class Kept:
    """What `check` keeps: findings and counts."""

    def __init__(
        self, findings: list[Finding], files: int, protocols: int, organisations: int, signatures: int
    ) -> None:
        self.findings, self.files, self.protocols = findings, files, protocols
        self.organisations, self.signatures = organisations, signatures


def findings_of(root: Path, files: Files, as_of: date, cache: AnswerCache) -> Kept:
    mkdocs = _mkdocs_digest(root)
    key = answer_key(files, "check", as_of.isoformat(), mkdocs)
    kept = cache.get("check", key)
    if isinstance(kept, dict):
        return Kept([Finding(*row) for row in kept["findings"]], *kept["counts"])
    from undersigned.checks.engine import check_register
    from undersigned.register import register_of

    register = register_of(root, files)
    findings, signatures = check_register(
        register, as_of=as_of, processes=processes(), watch=progress("Checking protocols")
    )
    counts = [len(files.contents), len(register.protocol_ids), len(register.organisation_ids), signatures]
    rows = [[f.path, f.line, f.column, f.code, f.severity, f.message, f.hint] for f in findings]
    cache.put("check", key, {"findings": rows, "counts": counts})
    return Kept(findings, *counts)


def _mkdocs_digest(root: Path) -> str:
    try:
        return (root / "mkdocs.yml").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def _only_new(
    root: Path, revision: str, as_of: date, findings: list[Finding]
) -> tuple[list[Finding], dict[Severity, int]]:
    """The findings that were not there at `revision`, and how many of each severity were."""
    from undersigned.changes.git import HistoryError, files_at
    from undersigned.checks.engine import check_register
    from undersigned.findings import count_by_severity, new_findings
    from undersigned.register import register_of

    try:
        before_files = files_at(root, revision)
    except HistoryError as error:
        raise CommandError(str(error), error.hint) from None
    before, _ = check_register(register_of(root, before_files), as_of=as_of, processes=processes())
    new, older = new_findings(before, findings)
    return new, count_by_severity(older)
