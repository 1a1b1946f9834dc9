"""The verb `changes`: what a change between two revisions means."""

from __future__ import annotations

import argparse

from undersigned.cli.asked import day_asked, root_of
from undersigned.cli.streams import EXIT_FINE, CommandError, remark, write


def run_changes(options: argparse.Namespace) -> int:
    from undersigned.changes.git import History, HistoryError
    from undersigned.changes.report import proposal_between, proposal_data, render_markdown, render_text
    from undersigned.reports import reports

    root = root_of(options)
    try:
        proposal = proposal_between(
            root, options.base, options.head or "HEAD", as_of=day_asked(options), author_login=options.author
        )
        if options.head is None:
            with History(root) as history:
                left_out = history.uncommitted()
            if left_out:
                files = "1 record file" if left_out == 1 else f"{left_out} record files"
                remark(f"undersigned: changes to {files} are not committed, and are not counted here")
    except HistoryError as error:
        raise CommandError(str(error), error.hint) from None
    match options.format:
        case "json":
            said = reports.render_json(proposal_data(proposal))
        case "markdown":
            said = render_markdown(proposal)
        case _:
            said = render_text(proposal)
    write(said, None)
    return EXIT_FINE
