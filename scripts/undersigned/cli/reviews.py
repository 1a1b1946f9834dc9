"""The verb `reviews`: the review calendar."""

from __future__ import annotations

from collections.abc import Sequence

import click

from undersigned.cli.options import Common, verb, whole_number
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, write
from undersigned.cli.status import remark_left_out, statuses

#: The states that `--fail-on` takes, least urgent first.
_URGENCY = ("due-soon", "overdue", "lapsed")


@verb("reviews", example="undersigned reviews --within 90 --format markdown")
@click.option(
    "--within", type=whole_number, metavar="DAYS", help="List only reviews due within so many days, or overdue."
)
@click.option("--format", "format_", type=click.Choice(["table", "json", "markdown", "ics"]), default="table")
@click.option(
    "--fail-on",
    type=click.Choice(_URGENCY),
    multiple=True,
    help="Exit with 1 if a review listed is in this state or a more urgent one. May be given more than once.",
)
def reviews_command(common: Common, within: int | None, format_: str, fail_on: tuple[str, ...]) -> int:
    """List the reviews that are due, most urgent first."""
    from undersigned.reports import reports

    protocols, left_out = statuses(common)
    as_of = common.as_of.isoformat()
    rows = reports.review_rows(protocols)
    if within is not None:
        rows = [row for row in rows if isinstance(row["days"], int) and row["days"] <= within]
    match format_:
        case "json":
            answer: str | bytes = reports.render_json({"as_of": as_of, "reviews": rows})
        case "markdown":
            answer = reports.render_reviews_markdown(rows, as_of)
        case "ics":
            from undersigned.reports import feeds

            answer = feeds.render_reviews_ics(common.register, as_of=common.as_of, within=within)
        case _:
            answer = reports.render_reviews_table(rows, as_of)
    write(answer, None)
    remark_left_out(left_out)
    return EXIT_FOUND if _fails(rows, fail_on) else EXIT_FINE


def _fails(rows: Sequence[dict[str, object]], fail_on: Sequence[str]) -> bool:
    states = {state for named in fail_on for state in _URGENCY[_URGENCY.index(named) :]}
    return any(row["state"] in states for row in rows)
