"""The `undersigned` command: finds the verb, runs it, and turns every error into a message and an exit status."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from undersigned import __version__
from undersigned.cli.options import COMMON_OPTIONS, Common
from undersigned.cli.output import EXIT_BROKEN, EXIT_FINE, CommandError, complain, flush, leave_streams, settle_streams

#: Each verb with the line that `undersigned --help` shows for it, so that no verb is imported to list them all.
VERBS = {
    "check": "Check every record, or show only the findings about the paths given.",
    "status": "Show where every protocol and every signature has got to.",
    "reviews": "List the reviews that are due, most urgent first.",
    "documents": "Write the documents to sign, as PDF and DOCX.",
    "send": "Make the packs, e-mail drafts and records for those who have to sign.",
    "counterpart": "Make the e-mail draft that returns the lead's signed copy, and record that day.",
    "build": "Check the register, then write the documents and the site into site/.",
    "serve": "Show the site on this computer, and reload it when a record changes.",
    "edit": "Change the register with forms in a browser.",
    "new": "Write a new record with comments that say what to fill in.",
    "receive": "Read what came back, say what it is, and propose the signing record.",
    "verify": "Say what a copy of an agreement is: current, superseded, altered, or none of ours.",
    "release": "Stamp the working text of a protocol as its next version.",
    "import": "Bring in a spreadsheet of agreements, and ask what only a person can say.",
    "export": "Write the register as a workbook that people may edit.",
    "fmt": "Put records into their usual order and style, and fill in missing fingerprints.",
    "changes": "Say what the change between two revisions means.",
    "outcomes": "Show outcome returns side by side and added up, or say how to make one safe.",
    "redline": "Show what changed between two texts of a protocol, word by word.",
    "law": "Ask legislation.gov.uk what has changed in the law that the register cites.",
    "landscape": "Show what an area has twice, what is missing, what waits and what ends.",
    "report": "Write the yearly report of an area, or of one protocol, to its board, as PDF and DOCX.",
    "catalogue": "Read many registers, join them, and write one site that finds what is in them.",
    "schema": "Print the JSON Schema of one kind of record, or of all.",
    "explain": "Say what a rule asks and why, with a good and a bad example.",
    "init": "Make a new register: settings, pages, workflows and forms.",
    "upgrade": "Bring a register's workflows, forms and schemas to the installed version.",
    "ci": "Run a job of the register's workflows on GitHub.",
}
#: Verbs that share a file with another.
_FILE_OF = {
    "verify": "receive",
    "counterpart": "send",
    "schema": "explain",
    "upgrade": "init",
    "reviews": "status",
    "import": "spreadsheet",
    "export": "spreadsheet",
}


class Verbs(click.Group):
    """Imports a verb's file when that verb is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"undersigned.cli.{_FILE_OF.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=Verbs,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=lambda ctx, _, value: _show_version(ctx) if value else None,
            help="Show the version and exit.",
        ),
        *COMMON_OPTIONS,
    ],
    subcommand_metavar="VERB [ARGUMENTS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "obj": Common()},
    epilog="'undersigned VERB --help' shows the options of a verb and an example.",
)
def undersigned() -> None:
    """A register of the agreements under which agencies share information about people."""


def _show_version(context: click.Context) -> None:
    click.echo(f"undersigned {__version__}")
    context.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status: 0 fine, 1 errors found, 2 could not do what was asked."""
    settle_streams()
    try:
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        flush()
        return status
    except CommandError as error:
        return complain(str(error), error.hint)
    except KeyboardInterrupt:
        return complain("stopped", "")
    except BrokenPipeError:  # the reader of `undersigned status | head` has left
        leave_streams()
        return EXIT_BROKEN
    except ImportError as error:
        return complain(f"a part of the program is missing: {error}", "Install the program again, as its README says.")
    except OSError as error:
        name = f" ({error.filename})" if error.filename else ""
        status = complain(f"{error.strerror or error}{name}", "")
        leave_streams()  # if the output itself failed, nothing more can be written
        return status


def _run(arguments: list[str]) -> int:
    try:
        with undersigned.make_context("undersigned", arguments) as context:
            status = undersigned.invoke(context)
            return status if isinstance(status, int) else EXIT_FINE
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.message, err=True)
        return EXIT_BROKEN
    except click.UsageError as error:
        return complain(*_wrong_usage(error))


def _wrong_usage(error: click.UsageError) -> tuple[str, str]:
    """What is wrong with the words that were typed, and what to write instead."""
    context = error.ctx
    if context is None:  # click names no verb if an option lacks its value
        name = error.option_name if isinstance(error, click.BadOptionUsage) else ""
        return _sentence(error.message), f"'undersigned VERB --help' says what to write after {name or 'an option'}."
    path, command = context.command_path, context.command
    hint = f"Write: {command.get_usage(context).removeprefix('Usage: ')}\n  '{path} --help' shows an example."
    match error:
        case click.exceptions.NoSuchCommand():
            noun = "job" if context.parent else "verb"
            names = command.list_commands(context) if isinstance(command, click.Group) else []
            nearest = _nearest(error.command_name, names)
            return f"there is no {noun} '{error.command_name}'", f"{nearest}'{path} --help' lists the {noun}s."
        case click.NoSuchOption():
            names = [name for param in command.get_params(context) for name in param.opts if name.startswith("--")]
            nearest = _nearest(error.option_name, names)
            return f"'{path}' has no option '{error.option_name}'", f"{nearest}'{path} --help' lists its options."
        case click.MissingParameter(param=click.Parameter() as param):
            return f"'{path}' needs {_name_of(param, context)}", hint
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_name_of(param, context)}: {error.message.rstrip('.')}", hint
    return _sentence(error.format_message()), hint


def _name_of(param: click.Parameter, context: click.Context) -> str:
    return param.opts[0] if isinstance(param, click.Option) else param.make_metavar(context).strip("[].")


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _nearest(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    return "".join(f"Did you mean '{name}'? " for name in get_close_matches(word, known, 1))
