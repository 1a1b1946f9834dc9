"""Keeps a repository in order: CODEOWNERS and the issue forms follow the records, and schedules stay switched on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from undersigned.changes.owners import PATH, render_owners, stale_lines
from undersigned.github import GitHub, GitHubError
from undersigned.github.client import number_in, repeat_if_unanswered, text_in
from undersigned.github.pulls import PullRequestDraft, propose
from undersigned.jobs.form_definitions import render_forms, stale_forms
from undersigned.jobs.messages import message, render
from undersigned.register import Register
from undersigned.words.text import one_line

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


#: A person who switched a workflow off meant to.
LEFT_OFF = ("disabled_manually", "disabled_fork", "deleted")
FOLDER = ".github/workflows/"
_LONGEST_PATH = 300


def heartbeat(github: GitHub, log: Callable[[str], None], *, dry_run: bool = False) -> bool:
    """Enable every workflow of the repository that no person switched off. Returns whether GitHub accepted all of it.

    In a public repository GitHub switches a schedule off after sixty days without a commit (GitHub Docs, "Disabling and
    enabling a workflow"). Enabling a workflow that is on already restarts its sixty days without a commit made for that
    alone. GitHub does not promise this, but others have relied on it for years (liskin/gh-workflow-keepalive;
    gautamkrishnar/keepalive-workflow from 2.0.0). The register does not rely on it alone: any change of a record restarts
    the sixty days too, and the site shows the day on which it was last checked.
    """
    all_accepted = True
    for workflow in github.pages("actions/workflows"):
        path, state = one_line(text_in(workflow, "path"), _LONGEST_PATH), text_in(workflow, "state")
        if not path.startswith(FOLDER):  # one of GitHub's own, such as that of Pages
            continue
        if state in LEFT_OFF:
            log(message("words", "log", "left-off", path=path, state=state.replace("_", " ")))
            continue
        try:
            if not dry_run:
                github.put(f"actions/workflows/{number_in(workflow, 'id')}/enable")
        except GitHubError as error:
            log(message("words", "log", "failed", subject=path, error=error))
            all_accepted = False
            continue
        log(message("words", "log", "kept-on" if state == "active" else "switched-on", path=path))
    return all_accepted
