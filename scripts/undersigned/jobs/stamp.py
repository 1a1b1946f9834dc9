"""From a protocol, a kind of change and a sentence to a pull request with the stamped version. What `release` refuses is
refused here in the same words."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from undersigned.editing import EditingError
from undersigned.editing.release import release
from undersigned.github import GitHub, UnansweredError
from undersigned.jobs import CiError
from undersigned.jobs.branch import Outcome, Proposal, propose
from undersigned.jobs.comment import fitting
from undersigned.jobs.wording import render, render_plain
from undersigned.records.files import load_files
from undersigned.records.version import Change
from undersigned.register import Register
from undersigned.status import protocol_status

_TRIES = 3


@dataclass(frozen=True)
class Stamp:
    """What is asked for: the working text of a protocol as its next version, or as `version`."""

    protocol: str
    change: Change
    summary: str
    version: str | None = None
    effective_from: date | None = None
    replaces_earlier_on: date | None = None


def stamp(github: GitHub, register: Register, asked: Stamp, *, base: str, into: str, as_of: date) -> str:
    """Opens the pull request, or brings its own one up to date. Returns a line for the log.

    CiError with `release`'s words where there is nothing to stamp, or the kind of change is wrong. Safe to be asked again.
    """
    proposal = proposal_of(register, asked, base=base, into=into, as_of=as_of)
    for left in reversed(range(_TRIES)):
        try:
            return _told(propose(github, proposal), proposal)
        except UnansweredError:
            if not left:
                raise
    raise AssertionError


def _told(outcome: Outcome, proposal: Proposal) -> str:
    return render_plain(
        "stamp-log.txt", code=outcome.code, address=outcome.address, title=proposal.title, branch=proposal.branch
    )


def proposal_of(register: Register, asked: Stamp, *, base: str, into: str, as_of: date) -> Proposal:
    """The pull request: one new version file, made beside the register, with who must sign then."""
    id_ = register.present_protocol(asked.protocol)
    with tempfile.TemporaryDirectory(prefix="undersigned-stamp-") as folder:
        scratch = Path(folder)
        aside = Register(
            scratch, register.files, repository_private=register.repository_private, address=register.address
        )
        try:
            written = release(
                aside,
                id_,
                change=asked.change,
                summary=asked.summary,
                version=asked.version or None,
                agreed_on=as_of,
                effective_from=asked.effective_from,
                replaces_earlier_on=asked.replaces_earlier_on,
            )
        except EditingError as error:
            raise CiError(str(error), error.hint) from None
        number = written.stem
        files = dict(load_files(scratch).contents)
    stamped = register.with_files(files)
    after = stamped.protocol(id_)
    assert after is not None  # noqa: S101 - it has just been stamped
    status = protocol_status(after, stamped, as_of=as_of)
    must_sign = [party.organisation for party in status.parties if party.state in ("stale", "awaiting", "not-sent")]
    body = render(
        "stamp-pull.md",
        title=after.value.title,
        id=id_,
        number=number,
        change=asked.change,
        summary=asked.summary,
        agreed_on=as_of,
        must_sign=sorted(register.organisation_name(party) for party in must_sign),
        signing=sum(party.state != "not-required" for party in status.parties),
        base=base[:12],
    )
    title = render_plain("titles.txt", title="stamp", number=number, id=id_)
    return Proposal(f"upkeep/stamp-{id_}-{number}", base, into, title, fitting(body), files)
