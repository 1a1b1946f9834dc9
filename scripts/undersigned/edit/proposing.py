"""From a checked change to a proposal: the page on which answers are checked, and the branch that proposes them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from flask import render_template, request

from undersigned.changes.compare import report_between
from undersigned.changes.git import History
from undersigned.changes.render_html import render_html
from undersigned.edit.drafts import AUTHOR
from undersigned.edit.tasks import Change


class Proposals:
    """Proposes changes of the register in `root`. `as_of` is asked for each request; `token` goes into each form."""

    def __init__(self, root: Path, as_of: Callable[[], date], token: str) -> None:
        self._root, self._as_of, self._token = root, as_of, token

    def page(self, change: Change, *, action: str, carried: Iterable[tuple[str, str]]) -> str:
        """Makes the commit. Shows what it means; with the second button, makes the branch that points to it.

        `action`: the address to which the answers go. `carried`: the answers as they were sent, which travel in the page.
        Raises HistoryError if Git refuses.
        """
        with History(self._root) as history:
            base = history.resolve("HEAD")
            commit = history.commit(base, change.files, change.title + "\n", AUTHOR)
            words = render_html(report_between(self._root, base, commit, as_of=self._as_of()))
            if request.form.get("do") == "propose":
                if request.form.get("commit_base") == base:
                    branch = f"edit/{secrets.token_hex(4)}"
                    history.make_branch(branch, commit)
                    return render_template("proposed.html", change=change, branch=branch, words=words)
                moved = True
            else:
                moved = False
        return render_template(
            "check.html",
            action=action,
            change=change,
            words=words,
            carried=list(carried),
            base=base,
            moved=moved,
            token=self._token,
            uncommitted=self._uncommitted(change),
        )

    def _uncommitted(self, change: Change) -> list[str]:
        """The files of the change whose copy in the working tree was not committed yet."""
        found = []
        with History(self._root) as history:
            tree = history.names(history.resolve("HEAD"))
            for path in change.files:
                file = self._root / path
                if file.is_file() and (path not in tree or history.read(tree[path].id) != file.read_bytes()):
                    found.append(path)
        return found
