"""The page that reads what came back: an officer chooses files, sees what they are, and proposes the records.

The files are read in this process's memory. They are written nowhere, and nothing is sent to another machine.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import Flask, render_template, request

from undersigned.cache import DocumentCache
from undersigned.changes.compare import report_between
from undersigned.changes.git import History, HistoryError
from undersigned.changes.render_html import render_html
from undersigned.edit.drafts import AUTHOR
from undersigned.jobs.receiving import MOST_READ, as_record, judged_files, uncommitted
from undersigned.register import load_register
from undersigned.returned.proposal import Proposer, in_words

ADDRESS = "/receive"
#: Of what one form may hold: a ZIP or an e-mail with the copies of several organisations.
LARGEST_FILES = MOST_READ
#: Commits that were shown and not proposed yet are forgotten after so many others.
_MOST_HELD = 20


class ReceivePage:
    """`token`: what each form of these pages must hold."""

    def __init__(self, root: Path, as_of: Callable[[], date], token: str) -> None:
        self._root, self._as_of, self._token = root, as_of, token
        self._held: OrderedDict[str, tuple[str, str]] = OrderedDict()
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
        as_of, register = self._as_of(), load_register(self._root)
        found: list[tuple[str, bool]] = []
        records: dict[str, bytes] = {}
        for incoming, judged in judged_files(register, files, as_of=as_of, cache=self._cache):
            outcome, path, content = as_record(register, Proposer(register, as_of=as_of, came_on=as_of).propose(judged))
            if content is not None:
                register = register.with_files({path: content})
                records[path] = content
            found.append((in_words(incoming.name, judged, register, outcome), content is not None))
        key, words, fault = "", "", ""
        if records:
            title = f"Record what came back: {', '.join(sorted(path.split('/')[1] for path in records))}"
            try:
                with History(self._root) as history:
                    changed = uncommitted(history, self._root, records)
                    base = history.resolve("HEAD")
                    if changed:
                        fault = f"{', '.join(changed)} has changes that are not committed. Commit them first."
                    else:
                        commit = history.commit(base, records, title + "\n", AUTHOR)
                        words = render_html(report_between(self._root, base, commit, as_of=as_of))
                        key = self._hold(commit, title)
            except HistoryError as error:
                fault = f"{error}. {error.hint}".strip()
        return render_template("received.html", found=found, token=self._token, change=key, words=words, fault=fault)

    def _hold(self, commit: str, title: str) -> str:
        key = secrets.token_hex(8)
        self._held[key] = (commit, title)
        while len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)
        return key

    def _propose(self, key: str) -> str:
        held = self._held.pop(key, None)
        if held is None:
            again = "This page is too old, or its change was proposed already. Choose the files again."
            return render_template("receive.html", token=self._token, fault=again)
        branch = f"edit/{secrets.token_hex(4)}"
        with History(self._root) as history:
            history.make_branch(branch, held[0])
        return render_template("received.html", found=[], token=self._token, branch=branch, title=held[1])
