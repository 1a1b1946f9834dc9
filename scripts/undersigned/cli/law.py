"""The verb `law`: asks legislation.gov.uk what has changed in the law that the register cites."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from undersigned.cli.options import COMMON_OPTIONS, Common, format_option, verb
from undersigned.cli.output import EXIT_FINE, CommandError, remark, stop_on, write

if TYPE_CHECKING:
    from undersigned.law import Legislation

#: The service could not be asked, or refused.
EXIT_AWAY = 3


@click.group(
    "law",
    params=list(COMMON_OPTIONS),
    subcommand_metavar="COMMAND [ARGUMENTS]...",
    epilog="Example:\n\n\b\n  undersigned law watch",
)
def law_command() -> None:
    """Ask legislation.gov.uk what has changed in the law that the register cites."""


@verb("watch", example="undersigned law watch ukpga/2018/12", group=law_command)
@click.argument("items", nargs=-1, metavar="[ITEM]...")
@format_option("text", "json")
@click.option("--write", "write_files", is_flag=True, help="Write what was seen into the folder law, to be confirmed.")
def watch_command(common: Common, items: tuple[str, ...], format_: str, write_files: bool) -> int:
    """Say what has changed since somebody last looked. ITEM: an address such as ukpga/2018/12. Exit 3: it cannot be asked."""
    from undersigned.editing.atomic import write_text
    from undersigned.editing.law_state import render_law_state, same_law
    from undersigned.law import AwayError
    from undersigned.law.watch import look
    from undersigned.records.law import file_of
    from undersigned.records.vocabulary import vocabulary
    from undersigned.reports.law import render_law_json, render_law_text

    known = vocabulary().cited
    unknown = [item for item in items if item not in known]
    if unknown:
        raise CommandError(f"the list of laws cites no '{unknown[0]}'", "Write an address such as ukpga/2018/12.")
    register = common.register
    with stop_on(AwayError):
        service = legislation(register.address)
    wanted = {item: provisions for item, provisions in known.items() if not items or item in items}
    found = look(service, register.law_states, wanted, as_of=common.as_of)
    answer = render_law_json(found, register, common.as_of) if format_ == "json" else render_law_text(found, register)
    write(answer, None)
    if write_files:
        for item, state in found.states.items():
            old = register.law_states.get(item)
            if old is None or not same_law(old, state):
                write_text(register.root, file_of(item), render_law_state(state, to_confirm_on=common.as_of))
                remark(f"undersigned: wrote {file_of(item)}; fill in by and note under confirmed")
    return EXIT_AWAY if found.away and not found.looked else EXIT_FINE


def legislation(address: str) -> Legislation:
    """The service. LAW_BASE may name a server on this computer in its place."""
    from undersigned.law import Legislation
    from undersigned.records.law import SITE

    return Legislation(base=os.environ.get("LAW_BASE", SITE), contact=address)
