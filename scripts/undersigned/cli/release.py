"""The verb `release`: stamp the working text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from undersigned.cli.options import Common, day, verb
from undersigned.cli.output import EXIT_FINE, stop_on, write

if TYPE_CHECKING:
    from undersigned.records.version import Change

CHANGES = ("material", "membership", "extension", "editorial")


@verb("release", example='undersigned release housing --change material --summary "Referrals within two working days"')
@click.argument("protocol", metavar="PROTOCOL")
@click.option("--change", required=True, type=click.Choice(CHANGES), help="What kind of change this version makes.")
@click.option("--summary", required=True, metavar="TEXT", help="What has changed, in a sentence.")
@click.option("--version", "number", metavar="V", help="The version's number. Default: the next one.")
@click.option("--effective-from", type=day, metavar="DATE", help="The day from which the version applies.")
@click.option(
    "--replaces-earlier-on", type=day, metavar="DATE", help="The day on which earlier versions stop applying."
)
def release_command(
    common: Common,
    protocol: str,
    change: Change,
    summary: str,
    number: str | None,
    effective_from: date | None,
    replaces_earlier_on: date | None,
) -> int:
    """Stamp the working text of a protocol as its next version, agreed on the day of --as-of."""
    from undersigned.editing import EditingError
    from undersigned.editing.release import release

    with stop_on(EditingError):
        path = release(
            common.register,
            common.register.present_protocol(protocol),
            change=change,
            summary=summary,
            version=number,
            agreed_on=common.as_of,
            effective_from=effective_from,
            replaces_earlier_on=replaces_earlier_on,
        )
    write(f"{path.relative_to(common.root).as_posix()}\n", None)
    return EXIT_FINE
