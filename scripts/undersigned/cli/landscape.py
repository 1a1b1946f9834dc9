"""The verb `landscape`: what an area has twice, what is missing, what waits and what ends."""

from __future__ import annotations

from pathlib import Path

import click

from undersigned.cli.options import Common, answer_options, processes, verb
from undersigned.cli.output import EXIT_FINE, CommandError, progress, write
from undersigned.cli.status import remark_left_out


@verb("landscape", example="undersigned landscape staffordshire --format xlsx --output landscape.xlsx")
@click.argument("area", required=False, metavar="[AREA]")
@answer_options("table", "json", "csv", "xlsx")
def landscape_command(common: Common, area: str | None, format_: str, output: Path | None) -> int:
    """Show what an area has twice, what is missing, what waits and what ends.

    Without AREA, the whole register, where protocols are compared within each area.
    """
    from undersigned.figures.landscape import areas_of, landscape
    from undersigned.records.reading import did_you_mean
    from undersigned.reports import landscape as reports

    register = common.register
    protocols, left_out = reports.all_seen(
        register, as_of=common.as_of, processes=processes(), watch=progress("Reading protocols")
    )
    parts = register.parts_of_areas
    known = {*areas_of(protocols), *parts, *(part for areas in parts.values() for part in areas)}
    if area is not None and area not in known:
        raise CommandError(f"there is no protocol for the area '{area}'", did_you_mean(area, sorted(known)))
    found = landscape(register, protocols, area=area, as_of=common.as_of)
    match format_:
        case "json":
            answer: str | bytes = reports.render_landscape_json(found)
        case "csv":
            answer = reports.render_landscape_csv(found)
        case "xlsx":
            answer = reports.render_landscape_xlsx(found)
        case _:
            answer = reports.render_landscape_table(found, register)
    write(answer, output)
    remark_left_out(left_out)
    return EXIT_FINE
