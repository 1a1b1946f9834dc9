"""The verbs `receive` and `verify`: what a file that came back is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from undersigned.cli.options import Common, day, format_option, verb
from undersigned.cli.output import EXIT_BROKEN, EXIT_FINE, EXIT_FOUND, CommandError, remark, stop_on, write
from undersigned.cli.proposals import Proposals, proposal_options

if TYPE_CHECKING:
    from undersigned.records.signature import SigningMethod
    from undersigned.returned.judging import Judged
    from undersigned.returned.proposal import Seen
    from undersigned.returned.reading import Incoming

_TRUSTED: Final = click.option(
    "--trusted-list",
    type=Path,
    envvar="UNDERSIGNED_TRUSTED_LIST",
    metavar="FILE",
    help="The trusted list (XML) by which issuers of certificates are looked up. Nothing is fetched.",
)


@verb("verify", example="undersigned verify signed-copy.pdf")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=Path)
@format_option("text", "json")
@_TRUSTED
def verify_command(common: Common, files: tuple[Path, ...], format_: str, trusted_list: Path | None) -> int:
    """Say what a copy of an agreement is: current, superseded, altered, or none of ours.

    Exit status 0 for a copy of the current text, 1 for a superseded or altered one, 2 where it is none of ours or nobody
    can tell. Nothing leaves this computer, and nothing is written.
    """
    from undersigned.returned.proposal import in_words

    found = _judged(common, files, trusted_list)
    if format_ == "json":
        _write_json([judged.json(incoming.name) for incoming, judged in found])
    else:
        write("\n".join(in_words(incoming.name, judged, common.register) for incoming, judged in found), None)
    return max((_status(judged) for _, judged in found), default=EXIT_BROKEN)


def _status(judged: Judged) -> int:
    verdict = judged.copy.verdict
    if verdict in ("not-ours", "cannot-tell", "image") or judged.standing.state == "unknown":
        return EXIT_BROKEN
    if verdict in ("altered", "ours-with-additions") or judged.standing.state == "superseded":
        return EXIT_FOUND
    return EXIT_FINE


@verb("receive", example="undersigned receive reply.eml --on 2026-12-04 --write")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=Path)
@click.option("--write", "write_records", is_flag=True, help="Write what is proposed into the signing records.")
@proposal_options
@click.option("--on", "came_on", type=day, metavar="DATE", help="The day on which the files came. Default: today.")
@format_option("text", "json")
@_TRUSTED
@click.option("--pictures", type=Path, metavar="DIR", help="Draw the pages to look at into this folder, as PNG files.")
@click.option("--held-by", metavar="ORG", help="Who keeps the files as evidence. Default: the lead of the protocol.")
@click.option("--reference", metavar="TEXT", help="Where the keeper finds them: a reference of its records system.")
@click.option(
    "--seen",
    nargs=2,
    metavar="PROTOCOL ORG",
    help="You looked at the one file yourself: ORG signed PROTOCOL in it. For scans, photographs, e-mails and minutes.",
)
@click.option("--signed-on", type=day, metavar="DATE", help="With --seen: the day of the signature.")
@click.option("--post", metavar="POST", help="With --seen: the post that signed. Never a name.")
@click.option("--authority", metavar="TEXT", help="With --seen: by what authority, and its reference.")
@click.option(
    "--method",
    type=click.Choice(("wet-ink", "electronic", "digital-certificate", "deed", "minute")),
    help="With --seen. Default: wet-ink; for an e-mail, electronic.",
)
def receive_command(
    common: Common,
    files: tuple[Path, ...],
    write_records: bool,
    make_branch: bool,
    make_pull: bool,
    repository: str,
    came_on: date | None,
    format_: str,
    trusted_list: Path | None,
    pictures: Path | None,
    held_by: str | None,
    reference: str | None,
    seen: tuple[str, str] | None,
    signed_on: date | None,
    post: str | None,
    authority: str | None,
    method: SigningMethod | None,
) -> int:
    """Read what came back, say what it is, and propose the signing record.

    Takes PDF, DOCX, scans, e-mails (.eml) with attachments and ZIP. Exit status 2 if anything could not be recorded.
    """
    from undersigned.jobs.receiving import as_record, draft_of
    from undersigned.returned.proposal import Proposer, in_words
    from undersigned.returned.reading import can_draw

    if write_records + make_branch + make_pull > 1:
        raise CommandError("--write, --branch and --pull exclude each other", "Give one of them.")
    look = _seen(common, seen, signed_on, post, authority, method)

    if pictures is not None and not can_draw():
        raise CommandError("--pictures needs pdftoppm", "Install poppler (poppler-utils), or open the files yourself.")
    if pictures is not None and _is_of_the_register(pictures, common.root):
        raise CommandError(
            f"{pictures} lies among the records", "A picture of a signed copy never belongs in the register."
        )
    on = came_on or common.as_of
    if on > common.as_of:
        raise CommandError(f"--on {on.isoformat()} has not come yet", "Give the day on which the files came.")
    keeper = common.organisations_named([held_by])[0] if held_by else None
    register = common.register
    entries: list[dict[str, object]] = []
    reports: list[str] = []
    records: dict[str, bytes] = {}
    proposed = refused = 0
    found = _judged(common, files, trusted_list, of=look.organisation if look is not None else None)
    if look is not None and len(found) != 1:
        raise CommandError(f"--seen is about one file, and these are {len(found)}", "Save the one, and name it alone.")
    for incoming, judged in found:
        proposer = Proposer(register, as_of=common.as_of, came_on=on, held_by=keeper, reference=reference)
        outcome = proposer.propose(judged) if look is None else proposer.propose_seen(judged, look)
        outcome, path, content = as_record(register, outcome)
        if content is not None:
            register = register.with_files({path: content})
            records[path] = content
        proposed += outcome.proposal is not None
        refused += bool(outcome.reasons)
        written = write_records and content is not None
        if written and content is not None:
            _write_record(common.root, path, content)
        drawn = list(_drawn(incoming, judged, pictures)) if pictures is not None else []
        reports.append(in_words(incoming.name, judged, register, outcome))
        reports[-1] += "".join(f"  picture: {picture}\n" for picture in drawn)
        if written:
            reports[-1] += f"  written: {path}\n"
        proposal = outcome.proposal.json() | {"path": path, "written": written} if outcome.proposal else None
        entries.append({**judged.json(incoming.name), "proposal": proposal, "reasons": list(outcome.reasons)})
    if records and (make_branch or make_pull):
        desk = Proposals(common.root, pull=make_pull, repository=repository)
        desk.propose(
            [
                draft_of(register, path, content, on=on, base=desk.base, into=desk.into)
                for path, content in records.items()
            ]
        )
    if format_ == "json":
        _write_json(entries)
    else:
        write("\n".join(reports), None)
    if proposed and not (write_records or make_branch or make_pull):
        remark(
            "undersigned: nothing was written; --write writes what is proposed, --branch puts it on a branch, and --pull "
            "opens a pull request"
        )
    return EXIT_BROKEN if refused or not proposed else EXIT_FINE


def _seen(
    common: Common,
    seen: tuple[str, str] | None,
    signed_on: date | None,
    post: str | None,
    authority: str | None,
    method: SigningMethod | None,
) -> Seen | None:
    from undersigned.returned.proposal import Seen

    if seen is None:
        if any(one is not None for one in (signed_on, post, authority, method)):
            raise CommandError(
                "--signed-on, --post, --authority and --method go with --seen",
                "Name the protocol and the organisation.",
            )
        return None
    if signed_on is None or not post:
        raise CommandError("--seen needs --signed-on and --post", "Say on which day which post signed.")
    [protocol], [organisation] = common.protocols_named([seen[0]]), common.organisations_named([seen[1]])
    return Seen(protocol, organisation, signed_on, post, authority, method)


def _is_of_the_register(folder: Path, root: Path) -> bool:
    try:
        inside = folder.resolve().relative_to(root.resolve())
    except ValueError:
        return False
    return inside.parts[:1] != ("build",)


def _drawn(incoming: Incoming, judged: Judged, folder: Path) -> Iterator[Path]:
    from undersigned.returned.reading import draw, keep_pictures, pages_to_look_at

    if judged.pictures:
        folder.mkdir(parents=True, exist_ok=True)
        yield from keep_pictures(incoming.name, judged.pictures, folder)
        return
    pages = pages_to_look_at(judged.copy)
    if incoming.content is None or not pages:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield from draw(incoming.name, incoming.content, pages, folder)
    except OSError as error:
        raise CommandError(f"no pictures can be written to {folder}: {error.strerror}") from None


def _write_record(root: Path, path: str, content: bytes) -> None:
    from undersigned.editing import EditingError
    from undersigned.editing.atomic import write_bytes

    with stop_on(EditingError):
        write_bytes(root, path, content)


def _judged(
    common: Common, files: tuple[Path, ...], listed: Path | None, *, of: str | None = None
) -> list[tuple[Incoming, Judged]]:
    from undersigned.jobs.receiving import judged_files
    from undersigned.returned.trust import TrustError, trusted_list

    trusted = None
    if listed is not None:
        try:
            trusted = trusted_list(_content(listed))
        except TrustError as error:
            raise CommandError(
                f"{listed} is not read as a trusted list: {error}",
                "Download the XML file of the list from its publisher, and name that.",
            ) from None
    named = ((str(path), _content(path)) for path in files)
    cache = common.cache.documents()
    return list(judged_files(common.register, named, as_of=common.as_of, cache=cache, trusted=trusted, of=of))


def _content(path: Path) -> bytes:
    from undersigned.jobs.receiving import MOST_READ

    try:
        with path.open("rb") as file:
            return file.read(MOST_READ)
    except FileNotFoundError:
        raise CommandError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise CommandError(f"{path} is a folder", "Name the files in it.") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None


def _write_json(entries: Sequence[Mapping[str, object]]) -> None:
    answer = {"schema_version": 1, "files": entries}
    write(json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False) + "\n", None)
