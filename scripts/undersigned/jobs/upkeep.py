"""Keeps CODEOWNERS and the issue forms in step with the records: proposes what has become stale in one pull request."""

from __future__ import annotations

from datetime import date

from undersigned.changes.owners import PATH, render_owners, stale_lines
from undersigned.github import GitHub
from undersigned.github.client import repeat_if_unanswered
from undersigned.github.pulls import PullRequestDraft, propose
from undersigned.jobs.form_definitions import render_forms, stale_forms
from undersigned.jobs.messages import message, render
from undersigned.register import Register

BRANCH = "upkeep/owners-and-forms"


def stale_files(register: Register, *, as_of: date) -> dict[str, bytes]:
    """Path to the new content of every file that no longer follows from the records."""
    forms = render_forms(register, as_of=as_of)
    files = {path: forms[path].encode() for path in stale_forms(register, as_of=as_of)}
    if stale_lines(register, as_of=as_of):
        files[PATH] = render_owners(register, as_of=as_of).encode()
    return dict(sorted(files.items()))


def upkeep(github: GitHub, register: Register, *, base: str, into: str, as_of: date) -> str:
    """Propose the stale files, if there are any. Returns a line for the log. May be run again."""
    files = stale_files(register, as_of=as_of)
    if not files:
        return message("intake", "upkeep", "current")
    body = render("upkeep-pull.md", paths=list(files), lines=stale_lines(register, as_of=as_of))
    draft = PullRequestDraft(BRANCH, base, into, message("intake", "upkeep", "title"), body, files, again=True)
    outcome = repeat_if_unanswered(lambda: propose(github, draft))
    return message("intake", "upkeep", outcome.code, address=outcome.address, branch=BRANCH)
