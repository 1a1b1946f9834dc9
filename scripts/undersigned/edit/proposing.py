"""From a checked change to a proposal: the page on which answers are checked, and the proposal."""

from __future__ import annotations

from collections.abc import Iterable

from flask import render_template, request

from undersigned.changes.compare import report_between
from undersigned.changes.git import History
from undersigned.changes.render_html import render_html
from undersigned.edit.context import Context
from undersigned.edit.drafts import AUTHOR
from undersigned.edit.outlets import OutletError, Proposal
from undersigned.edit.tasks import Change


class Proposals:
    """Proposes changes through the outlet."""

    def __init__(self, context: Context) -> None:
        self._context, self._root = context, context.root

    def page(self, change: Change, *, action: str, carried: Iterable[tuple[str, str]]) -> str:
        """Makes the commit. Shows what it means; with the second button, proposes it.

        `action`: the address to which the answers go. `carried`: the answers as they were sent, which travel in the page.
        Raises HistoryError if Git refuses, and OutletError if the person may not propose it or the outlet refuses.
        """
        if refused := self._context.refusal(change.files):
            raise OutletError(refused.rstrip("."))
        with History(self._root) as history:
            base = history.resolve("HEAD")
            commit = history.commit(base, change.files, change.title + "\n", AUTHOR.get())
            words = render_html(report_between(self._root, base, commit, as_of=self._context.as_of()))
            if request.form.get("do") == "propose":
                if request.form.get("commit_base") == base:
                    proposal = Proposal(base, commit, change.title, change.files, AUTHOR.get())
                    proposed = self._context.outlet.propose(proposal)
                    return render_template("proposed.html", title=change.title, proposed=proposed, words=words)
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
            token=self._context.token,
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
