"""The verb `fmt`: records in their usual order and style."""

from __future__ import annotations

import click

from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, remark, stop_on, write


@verb("fmt", example="undersigned fmt protocols/housing")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a file would change.")
def fmt_command(common: Common, paths: tuple[str, ...], check: bool) -> int:
    """Put records into their usual order and style, and fill in missing fingerprints. Comments are kept."""
    from undersigned.editing import EditingError
    from undersigned.editing.formatting import fmt

    with stop_on(EditingError):
        result = fmt(common.register, common.relative_paths(paths), check=check)
    write("".join(f"{path}\n" for path in result.changed), None)
    if result.unreadable:
        remark(
            f"undersigned: not changed, because these records have errors ('undersigned check' shows them): {', '.join(result.unreadable)}"
        )
    return EXIT_FOUND if check and result.changed else EXIT_FINE
