"""The verb `changes`: what a change between two revisions means."""

from __future__ import annotations

import click

from undersigned.cli.options import Common, format_option, verb
from undersigned.cli.output import EXIT_FINE, remark, stop_on, write


@verb("changes", example="undersigned changes main --format markdown")
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="[HEAD]", required=False)
@format_option("text", "markdown", "json")
@click.option(
    "--author",
    metavar="LOGIN",
    help="The account that asks for the change: signatures are judged as recorded by this account alone.",
)
def changes_command(common: Common, base: str, head: str | None, format_: str, author: str | None) -> int:
    """Say what the change between two revisions means: terms, signatures, reviews, and what looks odd.

    Without HEAD, the change from BASE to the commit that is checked out.
    """
    from undersigned.changes.compare import report_between
    from undersigned.changes.git import History, HistoryError
    from undersigned.changes.render_json import report_data
    from undersigned.changes.render_markdown import render_markdown
    from undersigned.changes.render_text import render_text
    from undersigned.reports.tables import json_text

    with stop_on(HistoryError):
        report = report_between(common.root, base, head or "HEAD", as_of=common.as_of, author_login=author)
        if head is None:
            with History(common.root) as history:
                uncommitted = history.count_uncommitted()
            if uncommitted:
                files = "1 record file" if uncommitted == 1 else f"{uncommitted} record files"
                remark(f"undersigned: changes to {files} are not committed, and are not counted here")
    match format_:
        case "json":
            text = json_text(report_data(report))
        case "markdown":
            text = render_markdown(report)
        case _:
            text = render_text(report)
    write(text, None)
    return EXIT_FINE
