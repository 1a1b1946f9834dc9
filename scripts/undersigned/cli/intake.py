"""The words of `ci` that concern proposals: `intake`, `comment`, `owners`, `forms` and `upkeep`."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

from undersigned.cli.asked import day_asked, processes, root_of, whole_number
from undersigned.cli.streams import EXIT_FINE, EXIT_FOUND, CommandError, remark, write
from undersigned.records.files import load_files

_LARGEST_EVENT = 10 * 1024 * 1024
_LARGEST_TEXT = 1024 * 1024


def add_intake_words(
    verb: Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser],
    github_words: Callable[[argparse.ArgumentParser], None],
) -> None:
    intake = verb(
        "intake", run_ci_intake, "Turn an issue that a form made into a pull request with the record it asks for."
    )
    intake.add_argument(
        "--issue", type=whole_number, metavar="NUMBER", help="the issue (default: that of the event, GITHUB_EVENT_PATH)"
    )
    github_words(intake)
    comment = verb("comment", run_ci_comment, "Keep one comment on a pull request that says what its change means.")
    comment.add_argument("text", type=Path, metavar="FILE", help="the Markdown that is said")
    comment.add_argument("--pull", type=whole_number, required=True, metavar="NUMBER", help="the pull request")
    github_words(comment)
    github_words(verb("upkeep", run_ci_upkeep, "Propose owners and issue forms as the records now have them."))
    for name, run, about in (
        ("owners", run_ci_owners, "Write .github/CODEOWNERS from the records."),
        ("forms", run_ci_forms, "Write the issue forms with the names that the register has."),
    ):
        one = verb(name, run, about)
        one.add_argument("--check", action="store_true", help="only tell; exit with 1 if something would change")


def run_ci_intake(options: argparse.Namespace) -> int:
    from undersigned.changes.git import History, HistoryError
    from undersigned.cli.ci import github_of, place_of
    from undersigned.github import GitHubError
    from undersigned.github.issues import Issues
    from undersigned.jobs import CiError
    from undersigned.jobs.form_answers import UnusableError
    from undersigned.jobs.intake import intake, make
    from undersigned.register import register_of

    root, as_of = root_of(options), day_asked(options)
    number = options.issue or _issue_of_event()
    register = register_of(root, load_files(root))
    github = github_of(options)
    try:
        if options.dry_run:
            issue = Issues(github).one(number)
            made = make(issue.body if issue else "", register, as_of=as_of, processes=processes())
            write("".join(f"{path}\n" for path in sorted(made.recorded.files)), None)
            return EXIT_FINE
        with History(root) as history:
            base = history.resolve("HEAD")
        write(
            intake(
                github,
                register,
                number,
                base=base,
                place=place_of(github),
                account=options.account,
                as_of=as_of,
                processes=processes(),
            )
            + "\n",
            None,
        )
    except UnusableError as error:
        remark(f"undersigned: {error}")
        return EXIT_FOUND
    except (CiError, GitHubError, HistoryError) as error:
        raise CommandError(str(error), error.hint) from None
    return EXIT_FINE


def _issue_of_event() -> int:
    """The number of the issue that the job was started for."""
    try:
        event = json.loads(_read(Path(os.environ["GITHUB_EVENT_PATH"]), _LARGEST_EVENT))
        number = event["issue"]["number"]
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            return number
    except (KeyError, TypeError, ValueError, OSError):
        pass
    raise CommandError("which issue?", "Give --issue NUMBER, or set GITHUB_EVENT_PATH to the event of an issue.")


def _read(path: Path, most: int) -> str:
    with path.open("rb") as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise CommandError(f"{path} is too large")
    return raw.decode("utf-8", "replace")


def run_ci_comment(options: argparse.Namespace) -> int:
    from undersigned.cli.ci import github_of
    from undersigned.github import GitHubError, UnansweredError
    from undersigned.github.issues import Issues
    from undersigned.jobs.comment import keep_comment
    from undersigned.jobs.marks import Mark

    issues = Issues(github_of(options))
    text = _read(options.text, _LARGEST_TEXT)
    mark = Mark("changes", "pull")
    try:
        for left in (2, 1, 0):
            issue = issues.one(options.pull)
            if issue is None:
                raise CommandError(f"there is no pull request {options.pull}")
            if options.dry_run:
                return EXIT_FINE
            try:
                done = keep_comment(issues, issue, mark, text, account=options.account)
                remark(
                    f"undersigned: #{options.pull}: {'said what the change means' if done else 'nothing new to say'}"
                )
                return EXIT_FINE
            except UnansweredError:
                if not left:
                    raise
    except GitHubError as error:
        raise CommandError(str(error), error.hint) from None
    return EXIT_FINE


def run_ci_upkeep(options: argparse.Namespace) -> int:
    from undersigned.changes.git import History, HistoryError
    from undersigned.changes.owners import OwnersError
    from undersigned.cli.ci import github_of, place_of
    from undersigned.github import GitHubError
    from undersigned.jobs import CiError
    from undersigned.jobs.upkeep import stale_files, upkeep
    from undersigned.register import register_of

    root = root_of(options)
    register = register_of(root, load_files(root))
    try:
        if options.dry_run:
            write("".join(f"{path}\n" for path in stale_files(register)), None)
            return EXIT_FINE
        github = github_of(options)
        with History(root) as history:
            base = history.resolve("HEAD")
        write(upkeep(github, register, base=base, into=place_of(github).branch) + "\n", None)
    except (CiError, GitHubError, HistoryError, OwnersError) as error:
        raise CommandError(str(error), error.hint) from None
    return EXIT_FINE


def run_ci_owners(options: argparse.Namespace) -> int:
    from undersigned.changes.owners import PATH, OwnersError, render_owners, stale_lines
    from undersigned.register import register_of

    root = root_of(options)
    register = register_of(root, load_files(root))
    try:
        stale = stale_lines(register)
        if stale and not options.check:
            _write(root, {PATH: render_owners(register)})
    except OwnersError as error:
        raise CommandError(str(error), error.hint) from None
    write("".join(f"{line}\n" for line in stale) if options.check else f"{PATH}\n" if stale else "", None)
    return EXIT_FOUND if stale and options.check else EXIT_FINE


def run_ci_forms(options: argparse.Namespace) -> int:
    from undersigned.jobs.forms import render_forms, stale_forms
    from undersigned.register import register_of

    root = root_of(options)
    register = register_of(root, load_files(root))
    stale = stale_forms(register)
    if stale and not options.check:
        texts = render_forms(register)
        _write(root, {path: texts[path] for path in stale})
    write("".join(f"{path}\n" for path in stale), None)
    return EXIT_FOUND if stale and options.check else EXIT_FINE


def _write(root: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write(text, root / path)
