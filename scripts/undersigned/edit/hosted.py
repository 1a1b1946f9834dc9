"""`edit` for many people: behind a sign-in proxy that names who asks, with a second person who approves.

Nothing is kept beside Git but the host's key and counters in memory. Every request is judged by the records as they are now.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from undersigned.changes.git import History
from undersigned.edit.app import app_with
from undersigned.edit.approving import ApprovalError, Approvals, Names, Waiting
from undersigned.edit.context import Context, FormToken
from undersigned.edit.drafts import AUTHOR, is_id, open_draft
from undersigned.edit.guard import check_form
from undersigned.edit.main_text import main_register
from undersigned.edit.officers import Directory, Officer, TableEntry
from undersigned.edit.outlets import BranchOutlet, Outlet

KEY_FILE = "undersigned-edit-key"
#: How many requests one mailbox may make in a minute, and how many of these may send a form.
MOST_REQUESTS, MOST_FORMS = 240, 60
#: A longer header is not a mailbox.
_LONGEST_MAILBOX = 254


@dataclass(frozen=True)
class Hosting:
    """How a host is set up. `proxies`: the addresses from which the sign-in proxy connects.

    `header`: the header in which it names the mailbox of who signed in. `site`: the address that browsers use, such as
    https://edit.example.org. `table`: the private table of mailboxes. `clock`: seconds that never go back.
    """

    proxies: frozenset[str]
    header: str
    site: str
    table: Mapping[str, TableEntry]
    clock: Callable[[], float]

    @property
    def origin(self) -> str:
        parts = urlsplit(self.site)
        return f"{parts.scheme}://{parts.netloc}"


class Limits:
    """Counts requests of each mailbox in the present minute."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, Lock()
        self._minute = 0
        self._counts: dict[tuple[str, bool], int] = {}

    def allows(self, mailbox: str, *, sends: bool) -> bool:
        """Counts a request, and returns whether it is within the limits."""
        with self._lock:
            minute = int(self._clock() // 60)
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            for kind in {False, sends}:
                self._counts[mailbox, kind] = self._counts.get((mailbox, kind), 0) + 1
            few_forms = not sends or self._counts[mailbox, True] <= MOST_FORMS
            return few_forms and self._counts[mailbox, False] <= MOST_REQUESTS


class HostedGuard:
    """Lets in whoever the proxy names and the records know. `refusal`: the words for everybody else."""

    refusal = (
        "You are not known here, or you may not do this. Sign in through the address of this service. If you have, ask "
        "whoever looks after the register to add your organisation's mailbox or website to its record."
    )

    def __init__(self, root: Path, hosting: Hosting, token: FormToken, as_of: Callable[[], date]) -> None:
        self._root, self._hosting, self._token, self._as_of = root, hosting, token, as_of
        self._limits = Limits(hosting.clock)
        self._kept: tuple[tuple[str, date], Directory] | None = None

    def before(self) -> Response | None:
        if request.remote_addr not in self._hosting.proxies:
            abort(403)  # whatever its headers say
        if request.host != urlsplit(self._hosting.site).netloc:
            abort(403)
        if request.path.startswith("/assets/"):
            return None
        mailbox = request.headers.get(self._hosting.header, "").strip()
        if not mailbox or len(mailbox) > _LONGEST_MAILBOX:
            abort(403)
        if not self._limits.allows(mailbox.casefold(), sends=request.method == "POST"):
            abort(429)
        directory = self._directory()
        officer = directory.officer(mailbox)
        if officer is None:
            abort(403)
        g.officer, g.directory = officer, directory
        AUTHOR.set(directory.author(officer))
        check_form(self._token, self._hosting.origin)
        self._judge_protocol(officer, directory)
        return None

    def _directory(self) -> Directory:
        """What the records say now. It is kept until the register or the day changes: no request reads all records."""
        as_of = self._as_of()
        with History(self._root) as history:
            commit = history.resolve("HEAD")
            if self._kept is None or self._kept[0] != (commit, as_of):
                settings = history.settings_at(commit) or b""
                register = main_register(self._root, commit)
                self._kept = (commit, as_of), Directory(register, settings, self._hosting.table, as_of=as_of)
        return self._kept[1]

    def _judge_protocol(self, officer: Officer, directory: Directory) -> None:
        """Ends a request about a protocol that the officer may not read or, with a form, may not change."""
        given = request.view_args or {}
        is_draft = request.path.startswith("/protocol/")
        protocol = given.get("protocol", "") or (given.get("id_", "") if is_draft else "")
        if not is_id(protocol):
            return  # the page says that there is none
        if not directory.may_read(officer, protocol):
            abort(404)
        if is_draft and request.method == "POST" and not may_draft(self._root, officer, directory, protocol):
            abort(403)


def may_draft(root: Path, officer: Officer, directory: Directory, protocol: str) -> bool:
    """Whether an officer may change the draft of a protocol: of one that the register has, as for a proposal.

    Of a new one: whoever began it, and its parties and its lead.
    """
    path = f"protocols/{protocol}/protocol.yaml"
    if directory.refusal(officer, [path]):
        return False
    draft = open_draft(root, protocol)
    if officer.is_keeper or draft.tip is None or not directory.is_new(path):
        return True
    with History(root) as history:
        begun_by = history.authors(draft.base, draft.tip)
    bodies = set()
    with suppress(KeyError):
        value = draft.folder.value
        bodies = {party.organisation for party in value.parties} | ({value.lead} if value.lead else set())
    return directory.author(officer)[0] in begun_by or not bodies.isdisjoint(officer.organisations)


def officer_now() -> Officer:
    """Who asks. Only in a request that the guard let through."""
    found = g.officer
    if not isinstance(found, Officer):
        raise TypeError
    return found


def directory_now() -> Directory:
    """What the records say of mailboxes, in the present request."""
    found = g.directory
    if not isinstance(found, Directory):
        raise TypeError
    return found


def read_key(repository: Path) -> bytes:
    """The host's key, beside the repository's own files; made the first time. OSError if it cannot be read or made."""
    path = repository / KEY_FILE
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
    key = path.read_bytes()
    if len(key) != 32:
        raise OSError(f"{path} does not hold 32 bytes; delete it, and the program makes a new one")
    return key


def clear_locks(repository: Path) -> list[str]:
    """Removes the locks on branches that a killed run left. Only while no other program writes to the repository."""
    found = [
        *(repository / "refs" / "heads").rglob("*.lock"),
        repository / "HEAD.lock",
        repository / "packed-refs.lock",
    ]
    cleared = []
    for path in found:
        with suppress(FileNotFoundError):
            path.unlink()
            cleared.append(path.relative_to(repository).as_posix())
    return cleared


def make_hosted_app(
    root: Path, hosting: Hosting, key: bytes, *, as_of: Callable[[], date], outlet: Outlet | None = None
) -> Flask:
    """The application for the bare repository in `root`. Without an `outlet`, proposals are approved on a page here."""
    token = FormToken(key, who=lambda: officer_now().mailbox, day=as_of)
    names = Names(key)
    here = BranchOutlet(root, how="page", name=lambda one: names.of(one, officer_now().mailbox))
    context = Context(
        root, as_of, token, outlet or here, lambda paths: directory_now().refusal(officer_now(), list(paths))
    )
    app = app_with(context, HostedGuard(root, hosting, token, as_of))
    approvals = Approvals(root, names) if outlet is None else None

    @app.context_processor
    def _who() -> dict[str, object]:
        return {"hosted": True, "officer": g.get("officer"), "post": AUTHOR.get()[0], "approves": approvals is not None}

    if approvals is not None:
        ProposalPages(context, approvals).add_to(app)
    return app


class ProposalPages:
    """The pages on which a second person looks at a proposal, and approves it or sends it back."""

    def __init__(self, context: Context, approvals: Approvals) -> None:
        self._context, self._approvals = context, approvals

    def add_to(self, app: Flask) -> None:
        for rule, view in (
            ("/proposals", self.proposals),
            ("/proposals/<name>", self.proposal),
            ("/proposals/sent-back/<name>", self.forget),
        ):
            app.add_url_rule(rule, f"proposals_{view.__name__}", view, methods=["GET", "POST"])

    def proposals(self) -> str:
        officer = officer_now()
        waiting = [(one, self._approvals.is_by(one, officer.mailbox)) for one in self._approvals.waiting()]
        return render_template(
            "proposals.html",
            waiting=[(one, mine) for one, mine in waiting if self._may_read(one)],
            sent_back=[one for one in self._approvals.sent_back() if self._may_read(one)],
            token=self._context.token,
        )

    def _may_read(self, one: Waiting) -> bool:
        with History(self._context.root) as history:
            begun = history.common_ancestor(history.resolve("HEAD"), one.tip)
            paths = history.changed_paths(begun, one.tip)
        return self._sees(paths)

    def _sees(self, paths: Mapping[str, bool] | tuple[str, ...]) -> bool:
        parts = [path.split("/") for path in paths]
        protocols = {part[1] for part in parts if part[0] == "protocols" and len(part) > 2}
        protocols |= {part[2].removesuffix(".yaml") for part in parts if part[0] == "signatories" and len(part) == 3}
        return all(directory_now().may_read(officer_now(), protocol) for protocol in protocols)

    def proposal(self, name: str) -> str | AnyResponse:
        one = self._approvals.find(name)
        if one is None:
            abort(404)
        merged = self._approvals.on_main(one)
        if not self._sees(merged.paths):
            abort(404)
        officer, as_of = officer_now(), self._context.as_of()
        mine = self._approvals.is_by(one, officer.mailbox)
        owns = directory_now().may_approve(officer, merged.paths)
        fault = ""
        if request.method == "POST":
            try:
                if request.form.get("do") == "approve":
                    if mine is not False or not owns:
                        abort(403)
                    if request.form.get("tip") != one.tip:
                        raise ApprovalError(
                            "the proposal has changed since you looked at this page", "Look at it again."
                        )
                    self._approvals.approve(one, request.form.get("main", ""), as_of=as_of)
                    return render_template("approved.html", one=one)
                if not mine and not owns:
                    abort(403)
                self._approvals.send_back(one, request.form.get("reason", ""))
                return redirect("/proposals", 303)
            except ApprovalError as error:
                fault = f"{str(error)[:1].upper()}{str(error)[1:]}. {error.hint}".strip()
        return render_template(
            "proposal.html",
            one=one,
            merged=merged,
            words=merged.words(as_of=as_of),
            errors=[f"{finding.message}. {finding.hint}".strip() for finding in merged.errors(as_of=as_of)],
            mine=mine,
            owns=owns,
            fault=fault,
            reason=request.form.get("reason", ""),
            token=self._context.token,
        )

    def forget(self, name: str) -> AnyResponse:
        """Takes what was sent back off the list, for its proposer and for the keeper."""
        found = next((one for one in self._approvals.sent_back() if one.name == name), None)
        if found is None or request.method != "POST":
            abort(404)
        if not self._approvals.is_by(found, officer_now().mailbox) and not officer_now().is_keeper:
            abort(403)
        self._approvals.forget(name)
        return redirect("/proposals", 303)
