"""Keeps scheduled workflows switched on.

In a public repository GitHub switches a schedule off after sixty days without a commit (GitHub Docs, "Disabling and
enabling a workflow"). Enabling a workflow that is on already restarts its sixty days without a commit made for that alone.
GitHub does not promise this, but others have relied on it for years (liskin/gh-workflow-keepalive;
gautamkrishnar/keepalive-workflow from 2.0.0). It is not relied on alone: any change of a record restarts the sixty days
too, and the site shows the day on which it was last checked.
"""

from __future__ import annotations

from collections.abc import Callable

from undersigned.github import GitHub, GitHubError
from undersigned.github.client import number_in, text_in
from undersigned.jobs.messages import message
from undersigned.words.text import one_line

#: A person who switched a workflow off meant to.
LEFT_OFF = ("disabled_manually", "disabled_fork", "deleted")
FOLDER = ".github/workflows/"
_LONGEST_PATH = 300


def heartbeat(github: GitHub, log: Callable[[str], None], *, dry_run: bool = False) -> bool:
    """Enable every workflow of the repository that no person switched off. Returns whether GitHub accepted all of it."""
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
