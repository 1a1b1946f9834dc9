"""The verb `report`: the yearly report of an area, or of one protocol, to its board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from undersigned.cli.options import Common, processes, verb
from undersigned.cli.output import EXIT_FINE, CommandError, progress, stop_on, write
from undersigned.cli.status import remark_left_out


@verb("report", example="undersigned report staffordshire --output build/reports")
@click.argument("of", metavar="AREA_OR_PROTOCOL")
@click.option("--output", type=Path, metavar="DIR", help="The folder to write to. Default: build/reports.")
def report_command(common: Common, of: str, output: Path | None) -> int:
    """Write the yearly report of an area, or of one protocol, to its board, as PDF and DOCX: one page with the decisions that it asks for, and an annex.

    It says what is in force, who is not bound, which reviews are late, how long signing takes, what is double or missing,
    who provides help, what ends, and the outcomes that were returned. That of a protocol says nothing of what is double,
    missing or provided.
    """
    from undersigned.documents.content.board import board_document
    from undersigned.documents.content.first_page import epoch_of
    from undersigned.documents.docx.docx import docx_of
    from undersigned.documents.model import DocumentError
    from undersigned.documents.pdf.setting import pdf_of
    from undersigned.documents.write import write_whole
    from undersigned.facts.area import AreaFacts
    from undersigned.figures.combined import areas_in
    from undersigned.figures.landscape import areas_of
    from undersigned.records.reading import did_you_mean
    from undersigned.reports.landscape import all_seen
    from undersigned.status import protocol_status

    register = common.register
    protocols, left_out = all_seen(
        register, as_of=common.as_of, processes=processes(), watch=progress("Reading protocols")
    )
    parts = register.parts_of_areas
    known = {*areas_of(protocols), *parts, *(part for inside in parts.values() for part in inside)}
    only = next((one for one in protocols if one.id == of and of not in known), None)
    if only is None and of not in known:
        names = sorted({*known, *(one.id for one in protocols)})
        raise CommandError(f"there is no protocol for the area '{of}', and none with that id", did_you_mean(of, names))
    if only is not None and not (only.areas and (only.live or only.coming)):
        raise CommandError(f"there is nothing to report on '{of}': it has ended, or it names no area")
    area = of if only is None else only.areas[0]
    within = areas_in(area, parts)
    here = [
        (one, protocol_status(folder.clean_part(), register, as_of=common.as_of))
        for one in protocols
        if (one is only if only else within & set(one.areas)) and (folder := register.protocol(one.id)) is not None
    ]
    found = AreaFacts(area, common.as_of, register, tuple(here))
    document = board_document(found if only is None else replace(found, protocol=only.id))
    stem = (output or common.root / "build" / "reports") / f"{of}-{common.as_of}"
    written = []
    with stop_on(DocumentError):
        for ending, make in ((".pdf", pdf_of), (".docx", docx_of)):
            written.append(write_whole(Path(f"{stem}{ending}"), make(document, epoch=epoch_of(common.as_of))))
    write("".join(f"{path}\n" for path in written), None)
    remark_left_out(left_out)
    return EXIT_FINE
