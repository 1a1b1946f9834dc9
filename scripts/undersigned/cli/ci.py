"""The verb `ci`: what the scheduled jobs call. Where GitHub is, and who asks, it takes from the environment of a job."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from undersigned.cli.asked import day_asked, root_of
from undersigned.cli.intake import add_intake_words
from undersigned.cli.stamp import add_stamp_words
from undersigned.cli.streams import EXIT_BROKEN, EXIT_FINE, CommandError, remark, write
from undersigned.records.files import load_files

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from undersigned.github import GitHub
    from undersigned.jobs.place import Place
    from undersigned.jobs.standing import Standing
    from undersigned.register import Register

#: Who opens issues with the token of a job.
ACTIONS_ACCOUNT = "github-actions[bot]"


def add_ci_words(verb: Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]) -> None:
    """The words of `ci`. `verb` adds one verb below it, with what every verb takes."""
    for name, run, about in (
        ("reviews", run_ci_reviews, "Keep one issue for each protocol whose review is due soon, overdue or lapsed."),
        ("chase", run_ci_chase, "Keep one issue for each protocol that waits for signatures or copies."),
        ("heartbeat", run_ci_heartbeat, "Keep the scheduled workflows from being switched off after sixty quiet days."),
    ):
        one = verb(name, run, about)
        add_github_words(one)
    add_intake_words(verb, add_github_words)
    add_stamp_words(verb, add_github_words)


def add_github_words(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        default=os.environ.get("GITHUB_REPOSITORY", ""),
        help="the repository on GitHub (default: GITHUB_REPOSITORY)",
    )
    one.add_argument(
        "--account",
        metavar="LOGIN",
        default=ACTIONS_ACCOUNT,
        help=f"the account that the token belongs to (default: {ACTIONS_ACCOUNT})",
    )
    one.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run_ci_reviews(options: argparse.Namespace) -> int:
    from undersigned.jobs.reviews import standing_reviews

    return _keep(
        options, lambda register, day, place, root: standing_reviews(register, as_of=day, place=place, root=root)
    )


def run_ci_chase(options: argparse.Namespace) -> int:
    from undersigned.jobs.chase import standing_chases

    return _keep(
        options, lambda register, day, place, root: standing_chases(register, as_of=day, place=place, root=root)
    )


def run_ci_heartbeat(options: argparse.Namespace) -> int:
    from undersigned.github import GitHubError
    from undersigned.jobs.heartbeat import beat

    try:
        return EXIT_FINE if beat(github_of(options), remark, dry_run=options.dry_run) else EXIT_BROKEN
    except GitHubError as error:
        raise CommandError(str(error), error.hint) from None


def github_of(options: argparse.Namespace) -> GitHub:
    """The repository, with the token of the environment (`GITHUB_TOKEN`)."""
    from undersigned.github import API, GitHub, GitHubError

    if not options.repository:
        raise CommandError("which repository?", "Set GITHUB_REPOSITORY, or give --repository OWNER/NAME.")
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token and not options.dry_run:
        raise CommandError("there is no token", "Set GITHUB_TOKEN to a token that may write what is asked for.")
    try:
        return GitHub(options.repository, token, api=os.environ.get("GITHUB_API_URL", API))
    except GitHubError as error:
        raise CommandError(str(error), error.hint) from None


def place_of(github: GitHub) -> Place:
    """Where the repository is, with the branch that GitHub calls its default one."""
    from undersigned.github.json import as_object, text_in
    from undersigned.jobs.place import Place

    branch = text_in(as_object(github.get("")), "default_branch")
    return Place(
        os.environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"), github.repository, branch or "main"
    )


def _keep(options: argparse.Namespace, standing_of: Callable[[Register, date, Place, Path], Standing]) -> int:
    from undersigned.github import GitHubError
    from undersigned.github.issues import Issues
    from undersigned.jobs.apply import Keeper
    from undersigned.register import register_of

    root, as_of = root_of(options), day_asked(options)
    register = register_of(root, load_files(root))
    github = github_of(options)
    try:
        standing = standing_of(register, as_of, place_of(github), root)
        keeper = Keeper(Issues(github), options.account, lambda line: write(line + "\n", None), dry_run=options.dry_run)
        return EXIT_FINE if keeper.keep(standing, as_of=as_of) else EXIT_BROKEN
    except GitHubError as error:
        raise CommandError(str(error), error.hint) from None
