"""The verb `new`: a commented record to start from."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, CommandError, prompt, stop_on, write

KINDS = ("protocol", "organisation", "signature", "review", "form", "outcome")


@verb("new", example="undersigned new protocol housing-referrals --from housing")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--from", "standard", metavar="STANDARD", help="Copy a standard protocol, flow or form.")
@click.option(
    "--set",
    "answers",
    multiple=True,
    metavar="NAME=VALUE",
    help="Answer a question without being asked. May be given more than once.",
)
def new_command(common: Common, kind: str, ids: tuple[str, ...], standard: str | None, answers: tuple[str, ...]) -> int:
    """Write a new record with comments that say what to fill in.

    KIND is protocol, organisation, signature, review, form or outcome.
    """
    from undersigned.editing import EditingError
    from undersigned.editing.new import new_record, questions

    given = _answers(answers)
    with stop_on(EditingError):
        if sys.stdin.isatty() and sys.stderr.isatty():
            for question in questions(kind, common.register, ids, standard=standard, as_of=common.as_of):
                if question.name not in given:
                    given[question.name] = prompt(question.prompt, question.default or "")
        path = new_record(kind, common.register, ids, answers=given, standard=standard, as_of=common.as_of)
    write(f"{path.relative_to(common.root).as_posix()}\n", None)
    return EXIT_FINE


def _answers(texts: Sequence[str]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise CommandError(f"'{text}' is not NAME=VALUE")
        answers[name.strip()] = value.strip()
    return answers
