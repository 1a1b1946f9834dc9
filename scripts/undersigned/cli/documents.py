"""The verb `documents`: the PDF and DOCX that bodies sign."""

from __future__ import annotations

from pathlib import Path

import click

from undersigned.cli.options import Common, processes, verb
from undersigned.cli.output import EXIT_BROKEN, EXIT_FINE, CommandError, ended_by_signals, progress, remark, write
from undersigned.cli.status import remark_left_out


@verb("documents", example="undersigned documents housing --for example-council --output copies")
@click.argument("protocols", nargs=-1, metavar="[PROTOCOL]...")
@click.option(
    "--for",
    "organisations",
    multiple=True,
    metavar="ORG",
    help="Write this organisation's two copies, if it has to sign. May be given more than once.",
)
@click.option("--for-all", is_flag=True, help="Write the two copies of every party that has to sign.")
@click.option("--forms", is_flag=True, help="Write the standard forms too.")
@click.option("--dpia", is_flag=True, help="Write a draft of an impact assessment too, for a data protection officer.")
@click.option(
    "--papers",
    is_flag=True,
    help="Write all working papers of a data protection officer too: the impact assessment, the wording of a privacy "
    "notice, the legitimate interests assessment, the policy document, and the records of a disclosure, a refusal and a "
    "person's request.",
)
@click.option("--output", type=Path, metavar="DIR", help="The folder to write to. Default: build/documents.")
def documents_command(
    common: Common,
    protocols: tuple[str, ...],
    organisations: tuple[str, ...],
    for_all: bool,
    forms: bool,
    dpia: bool,
    papers: bool,
    output: Path | None,
) -> int:
    """Write the documents to sign, as PDF and DOCX: a master of each protocol, and copies for its parties.

    Without PROTOCOL, all public protocols are written. A restricted one is written only if it is named.
    """
    from undersigned.documents.content.dpo import FORMS
    from undersigned.documents.write import Copies, write_documents
    from undersigned.editing.standard_texts import standard_form_record

    register = common.register
    named = common.protocols_named(protocols)
    if for_all and organisations:
        raise CommandError(
            "--for and --for-all were both given", "--for-all already means every party, so leave one of the two out."
        )
    wanted = frozenset(common.organisations_named(organisations)) or None
    copies = None
    if for_all or wanted:
        copies = Copies(standard_form_record("officer-nomination"), wanted, all_masters=bool(named))
    cache = common.cache.documents()
    with ended_by_signals():
        written = write_documents(
            register,
            named or list(register.protocol_ids),
            output or common.root / "build" / "documents",
            as_of=common.as_of,
            public_only=not named,
            forms=forms,
            dpia=dpia,
            papers={id_: standard_form_record(id_) for id_ in FORMS} if papers else None,
            register_address=register.address,
            copies=copies,
            cache=cache,
            processes=processes(),
            watch=progress("Writing documents"),
        )
    cache.forget_old()
    write("".join(f"{_from_here(Path(name))}\n" for name in written.names), None)
    remark_left_out(list(written.unread))
    for id_ in written.restricted:
        remark(f"undersigned: {id_} is restricted; its documents are made only when it is named")
    for id_ in written.unsigned:
        remark(f"undersigned: nobody is asked to sign {id_} at present, so no copies of it were made")
    for id_, organisation, why in written.not_owed:
        remark(f"undersigned: {id_}: no copies for {organisation}: {why}")
    for organisation in sorted((wanted or frozenset()) - written.organisations):
        remark(f"undersigned: {organisation} has none of these protocols to sign, so no copies were made for it")
    for failure in written.failures:
        remark(f"undersigned: {failure}")
    return EXIT_BROKEN if written.failures else EXIT_FINE


def _from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
