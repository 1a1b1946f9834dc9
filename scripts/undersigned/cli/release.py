"""The verb `release`: stamp the working text."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from undersigned.cli.options import Common, day, verb
from undersigned.cli.output import EXIT_FINE, prompt, remark, stop_on, write

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
@click.option(
    "--judged-by",
    metavar="POST",
    help="For an editorial change: the post that compared both wordings and judged that nobody owes more or less.",
)
def release_command(
    common: Common,
    protocol: str,
    change: Change,
    summary: str,
    number: str | None,
    effective_from: date | None,
    replaces_earlier_on: date | None,
    judged_by: str | None,
) -> int:
    """Stamp the working text of a protocol as its next version, agreed on the day of --as-of."""
    from undersigned.changes.render_text import side_by_side
    from undersigned.editing import EditingError
    from undersigned.editing.release import release, wordings_of_stamp

    id_ = common.register.present_protocol(protocol)
    wordings = wordings_of_stamp(common.register, id_, agreed_on=common.as_of) if change == "editorial" else []
    if wordings:
        remark(side_by_side(wordings, width=min(120, max(60, shutil.get_terminal_size((100, 24)).columns))))
        if judged_by is None and sys.stdin.isatty() and sys.stderr.isatty():
            judged_by = prompt("Which post compared them, and judged that nobody owes more or less?", "") or None
    with stop_on(EditingError):
        path = release(
            common.register,
            id_,
            change=change,
            summary=summary,
            version=number,
            agreed_on=common.as_of,
            effective_from=effective_from,
            replaces_earlier_on=replaces_earlier_on,
            judged_by=judged_by,
        )
    if wordings and judged_by is None:
        remark(
            "undersigned: nobody is named as having judged these words. Have somebody compare them before you propose this:"
        )
        remark("  then delete the new file, and stamp again with --judged-by and their post.")
    write(f"{path.relative_to(common.root).as_posix()}\n", None)
    return EXIT_FINE
