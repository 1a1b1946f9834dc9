"""Proposes a stamped version in a pull request. Refuses whatever `undersigned release` refuses, in the same words."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from undersigned.changes.render_markdown import side_by_side
from undersigned.editing import EditingError
from undersigned.editing.release import refuse_unjudged, release, wordings_of_stamp
from undersigned.github import GitHub
from undersigned.github.client import repeat_if_unanswered
from undersigned.github.issues import cut_to_body
from undersigned.github.pulls import PullRequestDraft, propose
from undersigned.jobs import JobError
from undersigned.jobs.messages import render, render_plain
from undersigned.records.files import load_files
from undersigned.records.version import Change
from undersigned.register import Register
from undersigned.status import protocol_status
from undersigned.words.text import in_reading_order


@dataclass(frozen=True)
class StampRequest:
    """The working text of `protocol` as its next version, or as `version` if that is given."""

    protocol: str
    change: Change
    summary: str
    version: str | None = None
    effective_from: date | None = None
    replaces_earlier_on: date | None = None
    judged_by: str | None = None


def stamp(github: GitHub, register: Register, request: StampRequest, *, base: str, into: str, as_of: date) -> str:
    """Open the pull request, or bring the existing one up to date. Returns a line for the log. May be run again.

    JobError, in the words of `release`, if there is nothing to stamp or the kind of change is wrong.
    """
    draft = draft_of(register, request, base=base, into=into, as_of=as_of)
    outcome = repeat_if_unanswered(lambda: propose(github, draft))
    return render_plain(
        "stamp-log.txt", code=outcome.code, address=outcome.address, title=draft.title, branch=draft.branch
    )


def draft_of(register: Register, request: StampRequest, *, base: str, into: str, as_of: date) -> PullRequestDraft:
    """The pull request with one new version file, and who must sign after it is merged."""
    id_ = register.present_protocol(request.protocol)
    with tempfile.TemporaryDirectory(prefix="undersigned-stamp-") as folder:
        scratch = Path(folder)
        aside = register.aside(scratch)
        try:
            if request.change == "editorial" and not request.judged_by:
                refuse_unjudged(aside, id_, agreed_on=as_of)
            wordings = wordings_of_stamp(aside, id_, agreed_on=as_of) if request.change == "editorial" else []
            written = release(
                aside,
                id_,
                change=request.change,
                summary=request.summary,
                version=request.version or None,
                agreed_on=as_of,
                effective_from=request.effective_from,
                replaces_earlier_on=request.replaces_earlier_on,
                judged_by=request.judged_by or None,
            )
        except EditingError as error:
            raise JobError(str(error), error.hint) from None
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
        change=request.change,
        summary=request.summary,
        agreed_on=as_of,
        must_sign=sorted((register.organisation_name(party) for party in must_sign), key=in_reading_order),
        signing=sum(party.state != "not-required" for party in status.parties),
        base=base[:12],
        judged_by=request.judged_by,
        wordings=Markup(side_by_side(wordings)),  # noqa: S704 - it makes the texts inert
    )
    title = render_plain("titles.txt", title="stamp", number=number, id=id_)
    return PullRequestDraft(f"upkeep/stamp-{id_}-{number}", base, into, title, cut_to_body(body), files)
