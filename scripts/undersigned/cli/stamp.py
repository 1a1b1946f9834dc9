"""The verb `ci stamp`: a version stamped without a terminal, as a pull request."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

from undersigned.cli.asked import day, day_asked, root_of
from undersigned.cli.streams import EXIT_FINE, CommandError, write
from undersigned.records.files import load_files


def add_stamp_words(
    verb: Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser],
    add_github_words: Callable[[argparse.ArgumentParser], None],
) -> None:
    stamp = verb(
        "stamp", run_ci_stamp, "Propose the working text of a protocol as its next version, in a pull request."
    )
    stamp.add_argument("protocol", metavar="PROTOCOL")
    stamp.add_argument("--change", required=True, choices=("material", "membership", "extension", "editorial"))
    stamp.add_argument("--summary", required=True, metavar="TEXT")
    stamp.add_argument("--version", dest="number", default="", metavar="V")
    stamp.add_argument("--effective-from", type=_day_or_none, metavar="DATE")
    stamp.add_argument("--replaces-earlier-on", type=_day_or_none, metavar="DATE")
    add_github_words(stamp)


def _day_or_none(text: str) -> date | None:
    """A day; nothing where the box of a workflow was left empty."""
    return day(text) if text else None


def run_ci_stamp(options: argparse.Namespace) -> int:
    from undersigned.changes.git import History, HistoryError
    from undersigned.cli.ci import github_of, place_of
    from undersigned.github import GitHubError
    from undersigned.jobs import CiError
    from undersigned.jobs.stamp import Stamp, proposal_of, stamp
    from undersigned.register import register_of

    root, as_of = root_of(options), day_asked(options)
    register = register_of(root, load_files(root))
    asked = Stamp(
        options.protocol,
        options.change,
        options.summary,
        options.number or None,
        options.effective_from,
        options.replaces_earlier_on,
    )
    try:
        with History(root) as history:
            base = history.resolve("HEAD")
        if options.dry_run:
            made = proposal_of(register, asked, base=base, into="", as_of=as_of)
            write(f"{made.title}\n\n{made.body}\n", None)
            return EXIT_FINE
        github = github_of(options)
        write(stamp(github, register, asked, base=base, into=place_of(github).branch, as_of=as_of) + "\n", None)
    except (CiError, GitHubError, HistoryError) as error:
        raise CommandError(str(error), error.hint) from None
    return EXIT_FINE
