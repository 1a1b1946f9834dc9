"""The verb `redline`: what changed between two texts of a protocol, word by word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, CommandError, stop_on, write

if TYPE_CHECKING:
    from undersigned.register import ProtocolFolder

#: What `--to` takes for the text that is being prepared.
WORKING = "working"
_FORMATS = ("text", "html", "docx", "pdf")
#: These are of no use on a terminal.
_FILES = ("docx", "pdf")


@verb("redline", example="undersigned redline housing --from 1.0 --format docx --output changes.docx")
@click.argument("protocol", metavar="PROTOCOL")
@click.option("--from", "earlier", metavar="VERSION", help="The earlier text.")
@click.option("--for", "signer", metavar="ORG", help="In place of --from: the text that this organisation signed last.")
@click.option(
    "--to",
    "later",
    metavar="VERSION",
    help=f"The later text: a version, or '{WORKING}' for the text being prepared. Default: the newest version.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="How to write it. docx has tracked changes.",
)
@click.option(
    "--output",
    type=Path,
    metavar="FILE",
    help="The file to write. Default: standard output; for docx and pdf a file in build/redline.",
)
def redline_command(
    common: Common,
    protocol: str,
    earlier: str | None,
    signer: str | None,
    later: str | None,
    format_: str,
    output: Path | None,
) -> int:
    """Show what changed between two texts of a protocol, word by word. Not for signature.

    Accepting all changes in the DOCX gives the later text, and rejecting all gives the earlier one.
    """
    from undersigned.documents.model import DocumentError
    from undersigned.documents.redline import NoTextError, RedlineFormat, redline
    from undersigned.facts.agreement import agreement_of
    from undersigned.status import agreed_versions

    (id_,) = common.protocols_named([protocol])
    folder = common.register.protocol(id_)
    assert folder is not None  # noqa: S101 - it was just found
    if not folder.readable:
        raise CommandError(f"the record of {id_} has errors", "'undersigned check' shows them.")
    numbers = [number for number, _ in agreed_versions(folder, as_of=common.as_of)]
    if not numbers:
        raise CommandError(
            f"no version of {id_} had been agreed by {common.as_of}", "Versions come from 'undersigned release'."
        )
    if (earlier is None) == (signer is None):
        raise CommandError(
            "which text is the earlier one?", "Write its version after --from, or an organisation after --for."
        )
    wanted = (earlier or _signed_by(common, folder, signer or ""), later or numbers[-1])
    for number in wanted:
        if number not in (*numbers, WORKING):
            raise CommandError(
                f"{id_} has no version '{number}' by {common.as_of}", f"Its versions are: {', '.join(numbers)}."
            )
    texts = [
        agreement_of(
            folder,
            common.register,
            as_of=common.as_of,
            version=None if number == WORKING else number,
            working=number == WORKING,
        )
        for number in wanted
    ]
    chosen: RedlineFormat = next(name for name in get_args(RedlineFormat) if name == format_)
    with stop_on(NoTextError, DocumentError):
        made = redline(texts[0], texts[1], chosen)
    if output is None and format_ in _FILES:
        folder_ = common.root / "build" / "redline"
        folder_.mkdir(parents=True, exist_ok=True)
        output = folder_ / f"{id_}-{wanted[0]}-to-{wanted[1]}.{format_}"
        write(f"{output}\n", None)
    write(made, output)
    return EXIT_FINE


def _signed_by(common: Common, folder: ProtocolFolder, organisation: str) -> str:
    """The version that an organisation signed last."""
    from undersigned.status import protocol_status

    (id_,) = common.organisations_named([organisation])
    parties = protocol_status(folder, common.register, as_of=common.as_of).parties
    signed = next((party.signed_version for party in parties if party.organisation == id_), None)
    if signed is None:
        raise CommandError(f"{id_} has signed no version of {folder.id} by {common.as_of}", "Name a text with --from.")
    return signed
