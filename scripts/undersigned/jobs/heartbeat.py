"""Keeps scheduled workflows switched on.

In a public repository GitHub switches off a schedule after sixty days without a commit (GitHub Docs, "Disabling and enabling a
workflow"). To enable each workflow anew, although it is on, starts its own sixty days again, without commits made for that
alone. GitHub promises this nowhere; others live by it for years (liskin/gh-workflow-keepalive; gautamkrishnar/keepalive-workflow
from 2.0.0). So it is not trusted alone: any change of a record beats too, and the site says for which day it was last checked.
"""

from __future__ import annotations

from collections.abc import Callable

from undersigned.github import GitHub, GitHubError
from undersigned.github.json import number_in, text_in
from undersigned.jobs.wording import say
from undersigned.words.text import one_line

#: A person who switched one off meant it.
LEFT_OFF = ("disabled_manually", "disabled_fork", "deleted")
FOLDER = ".github/workflows/"


def beat(github: GitHub, log: Callable[[str], None], *, dry_run: bool = False) -> bool:
    """Enables every workflow of the repository that no person switched off; whether all of them took it."""
    whole = True
    for workflow in github.pages("actions/workflows"):
        path, state = one_line(text_in(workflow, "path")), text_in(workflow, "state")
        if not path.startswith(FOLDER):  # GitHub's own, such as that of Pages
            continue
        if state in LEFT_OFF:
            log(say("log", "left-off", path=path, state=state.replace("_", " ")))
            continue
        try:
            if not dry_run:
                github.put(f"actions/workflows/{number_in(workflow, 'id')}/enable")
        except GitHubError as error:
            log(say("log", "failed", subject=path, error=error))
            whole = False
            continue
        log(say("log", "kept-on" if state == "active" else "switched-on", path=path))
    return whole
