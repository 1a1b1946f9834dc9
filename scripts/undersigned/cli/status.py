"""The verbs `status` and `reviews`: where protocols and signatures have got to, and the review calendar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from undersigned.cli.options import Common, answer_options, format_option, processes, verb, whole_number
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, progress, remark, write

if TYPE_CHECKING:
    from undersigned.reports.status import StatusReport

#: The states that `--fail-on` takes, least urgent first.
_URGENCY = ("due-soon", "overdue", "lapsed")


@verb("status", example="undersigned status --format xlsx --output status.xlsx")
@click.argument("protocols", nargs=-1, metavar="[PROTOCOL]...")
@answer_options("table", "json", "csv", "xlsx")
def status_command(common: Common, protocols: tuple[str, ...], format_: str, output: Path | None) -> int:
    """Show where every protocol and every signature has got to, or only those of the protocols named."""
    from undersigned.reports import status as reports
    from undersigned.words.dates import date_in_words

    report = statuses(common)
    if protocols:
        report = report.only(common.protocols_named(protocols))
    match format_:
        case "json":
            answer: str | bytes = reports.render_status_json(report, common.as_of)
        case "csv":
            answer = reports.render_status_csv(report, example=common.register.example)
        case "xlsx":
            answer = reports.render_status_xlsx(report, common.as_of, example=common.register.example)
        case _:
            answer = reports.render_status_table(report, common.as_of)
    write(answer, output)
    remark_left_out(report.left_out)
    if report.law_seen_on is not None:
        day = date_in_words(report.law_seen_on)
        remark(f"undersigned: the law was last looked at on {day}; run 'undersigned law watch --write'")
    return EXIT_FINE


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


def statuses(common: Common) -> StatusReport:
    """The status of every protocol, or the answer from the cache if no file has changed since."""
    from pydantic import TypeAdapter

    from undersigned.cache import answer_key
    from undersigned.reports.status import StatusReport, status_report

    stored = TypeAdapter(StatusReport)
    key = answer_key(common.files, "status", common.as_of.isoformat())
    cached = common.cache.get("status", key)
    if cached is not None:
        return stored.validate_python(cached)
    report = status_report(
        common.register, as_of=common.as_of, processes=processes(), watch=progress("Working out status")
    )
    common.cache.put("status", key, stored.dump_python(report, mode="json"))
    return report


def remark_left_out(left_out: Sequence[str]) -> None:
    """Name the records that an answer leaves out because they could not be read."""
    if left_out:
        remark(
            f"undersigned: left out, because these records have errors ('undersigned check' shows them): {', '.join(left_out)}"
        )
