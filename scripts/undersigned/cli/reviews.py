"""The verb `reviews`: the review calendar."""

from __future__ import annotations

import click

from undersigned.cli.options import Common, format_option, verb, whole_number
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, write
from undersigned.cli.status import remark_left_out, statuses

#: The states that `--fail-on` takes, least urgent first.
_URGENCY = ("due-soon", "overdue", "lapsed")


@verb("reviews", example="undersigned reviews --within 90 --format markdown")
@click.option(
    "--within", type=whole_number, metavar="DAYS", help="List only reviews due within so many days, or overdue."
)
@format_option("table", "json", "markdown", "ics")
@click.option(
    "--fail-on",
    type=click.Choice(_URGENCY),
    multiple=True,
    help="Exit with 1 if a review listed is in this state or a more urgent one. May be given more than once.",
)
def reviews_command(common: Common, within: int | None, format_: str, fail_on: tuple[str, ...]) -> int:
    """List the reviews that are due, most urgent first."""
    from undersigned.reports import status as reports

    report = statuses(common)
    rows = reports.review_rows(report.protocols, as_of=common.as_of, within=within)
    match format_:
        case "json":
            answer: str | bytes = reports.render_reviews_json(rows, common.as_of)
        case "markdown":
            answer = reports.render_reviews_markdown(rows, common.as_of)
        case "ics":
            from undersigned.reports.feeds import render_reviews_ics

            answer = render_reviews_ics(common.register, as_of=common.as_of, within=within)
        case _:
            answer = reports.render_reviews_table(rows, common.as_of)
    write(answer, None)
    remark_left_out(report.left_out)
    failing = {state for named in fail_on for state in _URGENCY[_URGENCY.index(named) :]}
    return EXIT_FOUND if any(row.state in failing for row in rows) else EXIT_FINE
