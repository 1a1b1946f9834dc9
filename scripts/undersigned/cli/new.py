"""The verb `new`: a commented record to start from."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, CommandError, prompt, stop_on, write

KINDS = ("protocol", "organisation", "signature", "review", "form", "outcome", "provision", "for-people")


class _New(click.Command):
    """Lists the standards under the help of `new`."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        import textwrap

        from undersigned.editing.standard_texts import standard_ids

        super().format_epilog(ctx, formatter)
        for kind, what in (("protocol", "protocols"), ("protocol", "flows"), ("form", "forms")):
            with formatter.section(f"Standard {what}, for 'new {kind} … --from'"):
                indent = " " * formatter.current_indent
                lines = textwrap.wrap(
                    ", ".join(standard_ids(what)), formatter.width - len(indent), break_on_hyphens=False
                )
                formatter.write("".join(f"{indent}{line}\n" for line in lines))


@verb("new", example="undersigned new protocol housing-referrals --from housing-referral", cls=_New)
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--from",
    "standards",
    multiple=True,
    metavar="STANDARD",
    help="Copy a standard protocol, flow or form, named below.",
)
@click.option(
    "--on-paper",
    is_flag=True,
    help="Record an agreement that was signed on paper: its parties, its days and where the paper is. Only for a protocol.",
)
@click.option(
    "--merge",
    multiple=True,
    metavar="PROTOCOL",
    help="Join two protocols into a new draft that supersedes both. Give it twice. Only for a protocol.",
)
@click.option(
    "--document",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Begin with the text of an agreement: DOCX, ODT, or a PDF with text. Only for a protocol.",
)
@click.option(
    "--set",
    "answers",
    multiple=True,
    metavar="NAME=VALUE",
    help="Answer a question without being asked. May be given more than once.",
)
def new_command(
    common: Common,
    kind: str,
    ids: tuple[str, ...],
    standards: tuple[str, ...],
    on_paper: bool,
    merge: tuple[str, ...],
    document: Path | None,
    answers: tuple[str, ...],
) -> int:
    """Write a new record with comments that say what to fill in.

    \b
    undersigned new protocol ID
    undersigned new protocol ID --on-paper
    undersigned new protocol ID --merge ONE --merge OTHER
    undersigned new protocol ID --document FILE
    undersigned new organisation ID
    undersigned new signature ORGANISATION PROTOCOL
    undersigned new review PROTOCOL
    undersigned new form PROTOCOL FORM
    undersigned new outcome PROTOCOL PERIOD
    undersigned new provision AREA SERVICE
    undersigned new for-people PROTOCOL
    """
    from undersigned.editing import EditingError
    from undersigned.editing.new import new_record, questions
    from undersigned.editing.new_protocol import ON_PAPER

    if len(standards) > 1:
        raise CommandError(
            "--from was given twice", "A record can be copied from only one standard, so leave the other out."
        )
    if on_paper and (kind != "protocol" or standards):
        raise CommandError(
            "--on-paper makes the record of a protocol and copies no standard",
            "Write: undersigned new protocol ID --on-paper",
        )
    if merge and (kind != "protocol" or standards or on_paper or len(merge) != 2):
        raise CommandError(
            "--merge joins two protocols into a new one, and goes with neither --from nor --on-paper",
            "Write: undersigned new protocol ID --merge ONE --merge OTHER",
        )
    if document is not None:
        if kind != "protocol" or standards or on_paper or merge or len(ids) != 1:
            raise CommandError(
                "--document makes a draft of one protocol, and goes with no other way to begin it",
                "Write: undersigned new protocol ID --document FILE",
            )
        return _from_document(common, ids[0], document, answers_given(answers))
    standard = ON_PAPER if on_paper else standards[0] if standards else None
    given = answers_given(answers)
    with stop_on(EditingError):
        if sys.stdin.isatty() and sys.stderr.isatty():
            for question in questions(kind, common.register, ids, standard=standard, merge=merge, as_of=common.as_of):
                if question.name not in given:
                    given[question.name] = prompt(question.prompt, question.default or "")
        path = new_record(kind, common.register, ids, answers=given, standard=standard, merge=merge, as_of=common.as_of)
    write(f"{path.relative_to(common.root).as_posix()}\n", None)
    return EXIT_FINE


def _from_document(common: Common, id_: str, file: Path, given: dict[str, str]) -> int:
    from undersigned.editing import EditingError
    from undersigned.intake.cells import UnreadableError
    from undersigned.intake.document_draft import draft_from_document, questions_about
    from undersigned.intake.document_reader import read_document
    from undersigned.intake.document_report import render_document_text
    from undersigned.records.files import printable

    if not file.is_file():
        raise CommandError(f"there is no file {file}")
    with stop_on(UnreadableError, EditingError):
        document = read_document(file.read_bytes(), printable(file.name))
        proposal, asked = questions_about(document, printable(file.name), common.register, id_, as_of=common.as_of)
        if sys.stdin.isatty() and sys.stderr.isatty():
            for question in asked:
                if question.name not in given:
                    given[question.name] = prompt(question.prompt, question.default or "")
        path, choices, made = draft_from_document(proposal, asked, given, common.register, id_, as_of=common.as_of)
    write(render_document_text(proposal, choices, made), None)
    write(f"{path.relative_to(common.root).as_posix()}\n", None)
    return EXIT_FINE


def answers_given(texts: Sequence[str]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise CommandError(f"'{text}' is not NAME=VALUE")
        answers[name.strip()] = value.strip()
    return answers
