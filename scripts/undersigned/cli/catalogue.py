"""The verb `catalogue`: many registers as one site."""

from __future__ import annotations

from pathlib import Path

import click

from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, CommandError, remark, stop_on, write


@verb("catalogue", example="undersigned catalogue registers.yaml --output catalogue-site")
@click.argument("list_", type=click.Path(path_type=Path), metavar="LIST")
@click.option("--output", type=Path, metavar="DIR", help="The folder to write the site to. Default: build/catalogue.")
@click.option(
    "--kept", type=Path, metavar="DIR", help="Where the last good answers are kept. Default: build/catalogue-kept."
)
@click.option("--read", "only", metavar="REGISTER", help="Read only this register, by its id, and write no site.")
@click.option("--join", "join", is_flag=True, help="Read nothing. Make the site from the answers that are kept.")
def catalogue_command(
    common: Common, list_: Path, output: Path | None, kept: Path | None, only: str | None, join: bool
) -> int:
    """Read many registers, join them, and write one site that finds what is in them.

    A register that cannot be read leaves its last good answer, marked as old. With --read, each register can have a job of its own; --join makes the site from what these jobs kept.
    """
    from undersigned.catalogue.joined import Catalogue
    from undersigned.catalogue.published import CatalogueError, kept_answer, read_list, refresh
    from undersigned.catalogue.site import write_site
    from undersigned.records.reading import did_you_mean
    from undersigned.site.search import SearchError

    if only is not None and join:
        raise click.UsageError("--read and --join exclude each other")
    try:
        listed = read_list(list_)
    except OSError as error:
        raise CommandError(f"{list_} cannot be read: {error.strerror}") from error
    except CatalogueError as error:
        for finding in error.findings:
            remark(f"{list_}:{finding.line}:{finding.column}: {finding.message}\n    {finding.hint}".rstrip())
        return EXIT_FOUND
    kept = kept or common.root / "build" / "catalogue-kept"
    by_id = {one.id: one for one in listed.registers}
    if only is not None and only not in by_id:
        raise CommandError(f"{list_} has no register '{only}'", did_you_mean(only, by_id))
    with stop_on(SearchError, OSError):
        answers = []
        for one in [by_id[only]] if only is not None else listed.registers:
            answer = (
                kept_answer(one, kept) if join else refresh(one, beside=list_.parent, kept=kept, as_of=common.as_of)
            )
            answers.append(answer)
            if answer.fault:
                was = "nothing of it is kept" if answer.data is None else f"its answer of {answer.read_on} is kept"
                remark(f"undersigned: {one.id} was not read: {answer.fault}; {was}")
            elif answer.data is not None and answer.data.faults:
                remark(f"undersigned: {one.id}: {len(answer.data.faults)} entries are left out")
        if only is None:
            place = output or common.root / "build" / "catalogue"
            number = write_site(Catalogue(listed.title, tuple(answers)), place, as_of=common.as_of)
            write(f"{place}: {number} pages of {len(answers)} registers\n", None)
    return EXIT_FINE
