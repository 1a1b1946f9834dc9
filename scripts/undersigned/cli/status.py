"""The verb `status`, and the statuses that `reviews` asks for too."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from undersigned.cli.options import Common, processes, verb
from undersigned.cli.output import EXIT_FINE, CommandError, progress, remark, write


@verb("status", example="undersigned status --format xlsx --output status.xlsx")
@click.argument("protocols", nargs=-1, metavar="[PROTOCOL]...")
@click.option("--format", "format_", type=click.Choice(["table", "json", "csv", "xlsx"]), default="table")
@click.option("--output", type=Path, metavar="FILE", help="Write to FILE instead of standard output.")
def status_command(common: Common, protocols: tuple[str, ...], format_: str, output: Path | None) -> int:
    """Show where every protocol and every signature has got to, or only those of the protocols named."""
    from undersigned.reports import reports

    rows, left_out = statuses(common)
    if protocols:
        wanted = common.protocols_named(protocols)
        rows = [row for row in rows if row["id"] in wanted]
        left_out = [
            path
            for path in left_out
            if any(f"protocols/{id_}/" in path or path.endswith(f"/{id_}.yaml") for id_ in wanted)
        ]
    as_of = common.as_of.isoformat()
    match format_:
        case "json":
            answer: str | bytes = reports.render_json({"as_of": as_of, "protocols": rows})
        case "csv":
            answer = reports.render_status_csv(rows)
        case "xlsx":
            if output is None and sys.stdout is not None and sys.stdout.isatty():
                raise CommandError("a spreadsheet cannot be shown on a terminal", "Name a file with --output FILE.")
            answer = reports.render_status_xlsx(rows, as_of)
        case _:
            answer = reports.render_status_table(rows, as_of)
    write(answer, output)
    remark_left_out(left_out)
    return EXIT_FINE


def statuses(common: Common) -> tuple[list[dict[str, object]], list[str]]:
    """Every protocol's status as JSON data, and the paths of the records that could not be read."""
    from undersigned.cache import answer_key

    key = answer_key(common.files, "status", common.as_of.isoformat())
    cached = common.cache.get("status", key)
    if isinstance(cached, dict):
        return cached["protocols"], cached["left_out"]
    from undersigned.reports.reports import status_rows

    rows, left_out = status_rows(
        common.register, as_of=common.as_of, processes=processes(), watch=progress("Working out status")
    )
    common.cache.put("status", key, {"protocols": rows, "left_out": left_out})
    return rows, left_out


def remark_left_out(left_out: Sequence[str]) -> None:
    """Name the records that an answer leaves out because they could not be read."""
    if left_out:
        remark(
            f"undersigned: left out, because not wholly readable ('undersigned check' says why): {', '.join(left_out)}"
        )
