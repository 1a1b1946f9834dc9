"""The verbs `send` and `counterpart`: packs and e-mail drafts, and what the signing records say of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from undersigned.cli.options import Common, day, verb
from undersigned.cli.output import EXIT_FINE, CommandError, ended_by_signals, remark, stop_on, write
from undersigned.cli.proposals import Proposals, proposal_options

if TYPE_CHECKING:
    from undersigned.register import ProtocolFolder

_NO_CODES = (
    "the pages have no codes, because the register has no address: no program will know a scan of them. To have codes, set site_url "
    "in mkdocs.yml to where the site is published before you send."
)
_DRAFTS = "Nothing has been sent: open each .eml file in your mail program, look at it, and send it."


@verb("send", example="undersigned send housing --for example-council")
@click.argument("protocol", metavar="PROTOCOL")
@click.option(
    "--for",
    "organisations",
    multiple=True,
    metavar="ORG",
    help="Send to this organisation, even if the text was sent to it before. May be given more than once.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--on", "sent_on", type=day, metavar="DATE", help="The day on which the copies go out. Default: today.")
@click.option("--output", type=Path, metavar="DIR", help="The folder for the packs. Default: build/send.")
@proposal_options
def send_command(
    common: Common,
    protocol: str,
    organisations: tuple[str, ...],
    dry_run: bool,
    sent_on: date | None,
    output: Path | None,
    make_branch: bool,
    make_pull: bool,
    repository: str,
) -> int:
    """Make the packs, e-mail drafts and records for those who have to sign.

    Without --for: those who were not sent the newest text yet. It never sends an e-mail.
    """
    from undersigned.documents.model import DocumentError
    from undersigned.editing import EditingError
    from undersigned.editing.standard_texts import standard_form_record
    from undersigned.jobs.sending import Offer, Round, SendingError, draft_of, written_files
    from undersigned.words.prose import is_safe_link

    if make_branch and make_pull:
        raise CommandError("--branch and --pull exclude each other", "Give one of them.")
    register, on = common.register, _day(common, sent_on)
    wanted = common.organisations_named(organisations)
    place = output or common.root / "build" / "send"
    with stop_on(SendingError, DocumentError, EditingError), ended_by_signals():
        round_ = Round(_folder(common, protocol), register, on=on, as_of=common.as_of)
        addressees = round_.addressees(wanted)
        for one in addressees:
            again = f"; it was sent this version on {one.before} before" if one.before is not None else ""
            to = one.contact.address_line or "the register names nobody there"
            remark(f"undersigned: {one.organisation}: version {round_.version} for signature, to {to}{again}")
            if one.contact.mailbox is None:
                remark(f"undersigned: {one.organisation}: the draft has no address; add a mailbox to its record")
        if not addressees:
            remark(f"undersigned: version {round_.version} of {round_.folder.id} does not have to be sent to anybody")
            for id_, before in round_.already_sent():
                remark(f"  it was sent to {id_} on {before}, and {id_} has not signed; --for {id_} sends it again")
            return EXIT_FINE
        value = round_.folder.value
        if value is not None and value.publication != "restricted" and not is_safe_link(register.address):
            remark(f"undersigned: {_NO_CODES}")
        if dry_run:
            remark("undersigned: nothing was written; leave out --dry-run to write it")
            return EXIT_FINE
        cache = common.cache.documents()
        desk = Proposals(common.root, pull=make_pull, repository=repository) if make_branch or make_pull else None
        if desk is not None:
            desk.refuse_uncommitted([f"signatories/{one.organisation}/{round_.folder.id}.yaml" for one in addressees])
        sent = round_.send(
            addressees,
            common.root if desk is None else None,
            place,
            nomination=standard_form_record("officer-nomination"),
            cache=cache,
        )
        if desk is not None:
            desk.propose([draft_of(Offer(round_, addressees), sent, base=desk.base, into=desk.into)])
    cache.forget_old()
    names = [str(_from_here(place / name)) for name in written_files(sent)]
    records = [one.record for one in sent] if desk is None else []
    write("".join(f"{name}\n" for name in (*names, *records)), None)
    remark(f"undersigned: {_DRAFTS} Then {'commit the records' if desk is None else 'merge the change'}.")
    return EXIT_FINE


@verb("counterpart", example="undersigned counterpart housing example-council --attach signed.pdf")
@click.argument("protocol", metavar="PROTOCOL")
@click.argument("organisation", metavar="ORG")
@click.option("--attach", type=Path, metavar="FILE", help="The copy that the lead has signed, to put into the draft.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--on", "sent_on", type=day, metavar="DATE", help="The day on which the copy goes back. Default: today.")
@click.option("--output", type=Path, metavar="DIR", help="The folder for the draft. Default: build/send.")
def counterpart_command(
    common: Common,
    protocol: str,
    organisation: str,
    attach: Path | None,
    dry_run: bool,
    sent_on: date | None,
    output: Path | None,
) -> int:
    """Make the e-mail draft that returns the lead's signed copy, and record that day.

    It never sends an e-mail.
    """
    from undersigned.editing import EditingError
    from undersigned.jobs.sending import SendingError, counterpart, write_counterpart

    on = _day(common, sent_on)
    [body] = common.organisations_named([organisation])
    attachment = None
    if attach is not None:
        if not attach.is_file():
            raise CommandError(f"there is no file {attach}")
        attachment = (attach.name, attach.read_bytes())
    folder = _folder(common, protocol)
    with stop_on(SendingError, EditingError), ended_by_signals():
        mail, path, content = counterpart(folder, common.register, body, on=on, attachment=attachment)
        remark(
            f"undersigned: {body}: the lead's signed copy goes back to {mail.to or 'the register names no mailbox there'}"
        )
        if dry_run:
            remark("undersigned: nothing was written; leave out --dry-run to write it")
            return EXIT_FINE
        place = (output or common.root / "build" / "send") / folder.id
        files = write_counterpart(mail, path, content, common.root, place, f"counterpart-{body}", attachment)
    write("".join(f"{name}\n" for name in (*(str(_from_here(file)) for file in files), path)), None)
    remark(f"undersigned: {_DRAFTS} Then commit the record.")
    return EXIT_FINE


def _day(common: Common, given: date | None) -> date:
    on = given or common.as_of
    if on > common.as_of:
        raise CommandError(
            f"--on {on.isoformat()} has not come yet", "Give the day on which it goes out, or leave it out."
        )
    return on


def _folder(common: Common, protocol: str) -> ProtocolFolder:
    [id_] = common.protocols_named([protocol])
    folder = common.register.protocol(id_)
    if folder is None or not folder.readable:
        raise CommandError(f"{id_} has faults", f"'undersigned check protocols/{id_}' lists them.")
    return folder


def _from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
