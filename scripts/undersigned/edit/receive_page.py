"""The page that reads what came back: an officer chooses files, sees what they are, and proposes the records.

The files are read in this process's memory. They are written nowhere, and nothing is sent to another machine.
"""

from __future__ import annotations

from flask import Flask, render_template, request

from undersigned.cache import DocumentCache
from undersigned.changes.compare import report_between
from undersigned.changes.git import History, HistoryError, record_contents
from undersigned.changes.render_html import render_html
from undersigned.edit.context import Context
from undersigned.edit.drafts import AUTHOR
from undersigned.edit.main_text import main_register
from undersigned.edit.outlets import OutletError, Proposal
from undersigned.jobs.receiving import MOST_READ, as_record, judged_files, uncommitted
from undersigned.returned.proposal import Proposer, in_words

ADDRESS = "/receive"
#: Of what one form may hold: a ZIP or an e-mail with the copies of several organisations.
LARGEST_FILES = MOST_READ


class ReceivePage:
    """What was shown and is not proposed yet is a commit that no branch names. The form holds its id, with a seal."""

    def __init__(self, context: Context) -> None:
        self._context, self._root, self._token = context, context.root, context.token
        self._cache = DocumentCache(None)

    def add_to(self, app: Flask) -> None:
        app.add_url_rule(ADDRESS, "receive", self.page, methods=["GET", "POST"])

    def page(self) -> str:
        if request.method == "GET":
            return render_template("receive.html", token=self._token)
        if request.form.get("do") == "propose":
            return self._propose(request.form.get("change", ""))
        files = [(one.filename or "file", one.read()) for one in request.files.getlist("files") if one.filename]
        if not files:
            return render_template("receive.html", token=self._token, fault="Choose a file.")
        return self._read(files)

    def _read(self, files: list[tuple[str, bytes]]) -> str:
        as_of, register = self._context.as_of(), main_register(self._root)
        found: list[tuple[str, bool]] = []
        records: dict[str, bytes] = {}
        for incoming, judged in judged_files(register, files, as_of=as_of, cache=self._cache):
            outcome, path, content = as_record(register, Proposer(register, as_of=as_of, came_on=as_of).propose(judged))
            if content is not None:
                register = register.with_files({path: content})
                records[path] = content
            found.append((in_words(incoming.name, judged, register, outcome), content is not None))
        key, words, fault = "", "", self._context.refusal(records) if records else ""
        if records and not fault:
            title = f"Record what came back: {', '.join(sorted(path.split('/')[1] for path in records))}"
            try:
                with History(self._root) as history:
                    changed = uncommitted(history, self._root, records)
                    base = history.resolve("HEAD")
                    if changed:
                        fault = f"{', '.join(changed)} has changes that are not committed. Commit them first."
                    else:
                        commit = history.commit(base, records, title + "\n", AUTHOR.get())
                        words = render_html(report_between(self._root, base, commit, as_of=as_of))
                        key = f"{base} {commit} {self._token.seal(f'{base} {commit}')}"
            except HistoryError as error:
                fault = f"{error}. {error.hint}".strip()
        return render_template("received.html", found=found, token=self._token, change=key, words=words, fault=fault)

    def _propose(self, key: str) -> str:
        base, _, rest = key.partition(" ")
        commit, _, seal = rest.partition(" ")
        if not self._token.has_sealed(f"{base} {commit}", seal):
            return render_template(
                "receive.html", token=self._token, fault="This page is too old. Choose the files again."
            )
        try:
            with History(self._root) as history:
                title, _, _ = history.described(commit)
                paths = history.changed_paths(base, commit)
                files = dict(record_contents(history, history.names(commit), paths))
            refused = self._context.refusal(files)
            if refused:
                raise OutletError(refused.rstrip("."))
            proposed = self._context.outlet.propose(Proposal(base, commit, title, files, AUTHOR.get()))
        except (OutletError, HistoryError) as error:
            return render_template("receive.html", token=self._token, fault=f"{error}. {error.hint}".strip())
        return render_template("received.html", found=[], token=self._token, proposed=proposed, title=title)
