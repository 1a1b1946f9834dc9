"""The verbs `import` and `export`: a spreadsheet register in and out."""

from __future__ import annotations

from pathlib import Path

import click

from undersigned.cli.options import Common, format_option, verb
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, CommandError, remark, stop_on, write


@verb("import", example="undersigned import agreements.xlsx --questions questions.xlsx")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--sheet", metavar="NAME", help="The sheet to read. Without it, the one with the most known headings.")
@click.option("--profile", metavar="NAME", help="The name under which decisions are kept in imports/.")
@click.option(
    "--questions",
    type=click.Path(path_type=Path),
    metavar="FILE.xlsx",
    help="A workbook that asks what only a person can say. If it exists, its answers are used first.",
)
@click.option("--write", "writes", is_flag=True, help="Write the records. Without it, only say what would be written.")
@format_option("text", "json")
def import_command(
    common: Common,
    file: Path,
    sheet: str | None,
    profile: str | None,
    questions: Path | None,
    writes: bool,
    format_: str,
) -> int:
    """Bring in a spreadsheet of agreements, and ask what only a person can say.

    Reads XLSX, XLS, ODS and CSV.
    Says for each row what it would become, and writes nothing without --write. Names of bodies are taken only if the words
    are the same; other names become questions.
    """
    from undersigned.editing import EditingError
    from undersigned.editing.atomic import write_all
    from undersigned.intake.cells import UnreadableError
    from undersigned.intake.imports import import_file, render_import_json, render_import_text
    from undersigned.records.fields import KEBAB

    if not file.is_file():
        raise CommandError(f"there is no file {file}")
    if profile is not None and not KEBAB.match(profile):
        raise CommandError(f"'{profile}' cannot name an import", "Use small letters, digits and single hyphens.")
    if questions is not None and questions.suffix.lower() != ".xlsx":
        raise CommandError(f"{questions} must end in .xlsx")
    with stop_on(UnreadableError, EditingError):
        answered = questions if questions is not None and questions.is_file() else None
        done = import_file(common.register, file, as_of=common.as_of, sheet=sheet, profile=profile, answers=answered)
        if writes:
            write_all(common.root, done.files())
        write(render_import_json(done) if format_ == "json" else render_import_text(done, written=writes), None)
        if questions is not None and done.shape is not None and (done.plan.questions or answered is None):
            write(done.questions(), questions)
            remark(
                f"undersigned: {questions} asks what only a person can say; fill it in and run the same command again"
            )
    found = (
        done.plan.questions or done.problems or any(one.finding.severity == "error" for one in done.plan.all_findings())
    )
    return EXIT_FOUND if found else EXIT_FINE


@verb("export", example="undersigned export --output register.xlsx")
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, metavar="FILE.xlsx", help="The workbook to write."
)
@click.option(
    "--return",
    "return_",
    metavar="PROTOCOL[/PERIOD]",
    help="Only an outcome return of this protocol, to fill in. Without a period, the one that is due.",
)
def export_command(common: Common, output: Path, return_: str | None) -> int:
    """Write the register as a workbook that people may edit. 'undersigned import' takes their edits.

    With --return, write one outcome return to fill in, begun from the last one.
    """
    from undersigned.editing import EditingError
    from undersigned.intake.return_sheet import return_workbook
    from undersigned.intake.roundtrip import register_workbook

    if output.suffix.lower() != ".xlsx":
        raise CommandError(f"{output} must end in .xlsx")
    if return_ is None:
        write(register_workbook(common.register, as_of=common.as_of), output)
        return EXIT_FINE
    protocol, _, period = return_.partition("/")
    with stop_on(EditingError):
        raw = return_workbook(common.register, protocol, period or None, as_of=common.as_of)
    write(raw, output)
    return EXIT_FINE
