"""CODEOWNERS and the issue forms follow the records: one pull request proposes what has become stale."""

from __future__ import annotations

from undersigned.changes.owners import PATH, render_owners, stale_lines
from undersigned.github import GitHub, UnansweredError
from undersigned.jobs.branch import Proposal, propose
from undersigned.jobs.forms import render_forms, stale_forms
from undersigned.jobs.intake import told
from undersigned.jobs.wording import render
from undersigned.register import Register

BRANCH = "upkeep/owners-and-forms"
_TRIES = 3


def stale_files(register: Register) -> dict[str, bytes]:
    """Path to content of what is not as the records would have it."""
    forms = render_forms(register)
    found = {path: forms[path].encode() for path in stale_forms(register)}
    if stale_lines(register):
        found[PATH] = render_owners(register).encode()
    return dict(sorted(found.items()))


def upkeep(github: GitHub, register: Register, *, base: str, into: str) -> str:
    """Proposes it, where anything is stale. Returns a line for the log. Safe to be asked again."""
    files = stale_files(register)
    if not files:
        return told("upkeep", "current")
    body = render("upkeep-pull.md", paths=list(files), lines=stale_lines(register))
    proposal = Proposal(BRANCH, base, into, told("upkeep", "title"), body, files, again=True)
    for left in reversed(range(_TRIES)):
        try:
            outcome = propose(github, proposal)
            return told("upkeep", outcome.code, address=outcome.address, branch=BRANCH)
        except UnansweredError:
            if not left:
                raise
    raise AssertionError
