"""The verbs `init` and `upgrade`: a new register, and moving one to the installed version."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from undersigned.cli.new import answers_given
from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, prompt, remark, stop_on, write

_STATE_WORDS = {
    "new": "new",
    "updated": "updated",
    "yours": "left alone: you have changed it",
    "gone": "no longer needed: you can delete it",
}


@verb("init", example="undersigned init county-register")
@click.argument("folder", required=False, type=Path, metavar="[DIR]")
@click.option(
    "--set",
    "answers",
    multiple=True,
    metavar="NAME=VALUE",
    help="Answer a question without being asked: publisher, site_name, keeper, contact_mailbox, privacy_mailbox or "
    "accessibility_mailbox. May be given more than once.",
)
def init_command(common: Common, folder: Path | None, answers: tuple[str, ...]) -> int:
    """Make a new register: settings, pages, workflows and forms. DIR is its folder; without it, the present one."""
    from undersigned.starter import QUESTIONS, StarterError, init

    given = answers_given(answers)
    if sys.stdin.isatty() and sys.stderr.isatty():
        for question in QUESTIONS:
            if question.name not in given:
                given[question.name] = prompt(question.prompt, question.default or "")
    with stop_on(StarterError):
        paths = init(folder or Path(), given, as_of=common.as_of)
    write("".join(f"{path}\n" for path in paths), None)
    remark("The register is ready. Its README says how to look at it; 'undersigned new' makes the first records.")
    return EXIT_FINE


@verb("upgrade", example="undersigned upgrade --check")
@click.option("--check", is_flag=True, help="Only say what would change; exit with 1 if anything would.")
def upgrade_command(common: Common, check: bool) -> int:
    """Bring a register's workflows, forms and schemas to the installed version. Shows what changes.

    Files that you have changed yourself are left alone, and named.
    """
    from undersigned.starter import StarterError, upgrade

    with stop_on(StarterError):
        result = upgrade(common.root, check=check)
    shown = {path: _STATE_WORDS[state] for path, state in result.files.items() if state in _STATE_WORDS}
    write("".join(f"{path}: {words}\n" for path, words in shown.items()), None)
    from undersigned import __version__

    if result.before == __version__ and not result.changes:
        remark(f"The register is at version {__version__} already.")
    else:
        remark(f"Version {result.before} to {__version__}. The changelog says what is new.")
    return EXIT_FOUND if check and result.changes else EXIT_FINE
