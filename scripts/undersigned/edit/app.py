"""The web application of `edit`: pages made on the server, usable without JavaScript, for one person on their own machine.

It never writes to the register's files or to the branch that is checked out. An answer becomes a commit on a branch of its
own. Security follows OWASP's guidance for forms: a key in the first address, a token in each form, the origin and the host
compared, a policy that runs nothing, and every answer escaped.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask, Response, abort, render_template, request, send_from_directory
from werkzeug.exceptions import HTTPException

from undersigned.changes.git import HistoryError
from undersigned.edit.card_pages import CardPages
from undersigned.edit.confirm_pages import ConfirmPages
from undersigned.edit.context import Context, FormToken
from undersigned.edit.document_page import DocumentPage
from undersigned.edit.drafts import AUTHOR, EDITOR, drafts
from undersigned.edit.form_words import words_of_error
from undersigned.edit.guard import Guard, LocalGuard
from undersigned.edit.item_pages import ItemPages
from undersigned.edit.main_text import main_register
from undersigned.edit.new_pages import NewPages
from undersigned.edit.outlets import BranchOutlet, Outlet, OutletError
from undersigned.edit.party_pages import PartyPages
from undersigned.edit.proposing import Proposals
from undersigned.edit.protocol_pages import ProtocolPages
from undersigned.edit.questions import Fault, FaultyError, organisation_choices, protocol_choices
from undersigned.edit.receive_page import ADDRESS, ReceivePage
from undersigned.edit.return_pages import ReturnPages
from undersigned.edit.service_pages import ServicePages
from undersigned.edit.stamp_pages import StampPages
from undersigned.edit.tasks import Change, Wording, change_of, tasks, wording_change, wordings
from undersigned.jobs.form_definitions import Field, Form
from undersigned.register import ProtocolFolder, Register
from undersigned.words.text import name_of_id

_ASSETS = Path(__file__).parents[1] / "site" / "theme" / "assets"
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
#: Nobody reads a longer list; a line to write in takes its place, and a near name gets a hint.
_LONGEST_LIST = 400
_LARGEST_BODY = 1 << 20
_GROUPS = (
    ("Often", ("signature", "contact", "nomination", "review")),
    ("Now and then", ("proposal", "organisation", "join", "leave", "succession")),
)


@dataclass(frozen=True)
class _Page:
    """What a form page needs beside the form: who is chosen already, and where the answers go."""

    form: Form
    action: str
    back: str


def make_app(root: Path, *, as_of: Callable[[], date], key: str | None = None, outlet: Outlet | None = None) -> Flask:
    """The application for the register in `root`, for one person. `as_of` is asked for each request.

    `key` opens the first page. `outlet`: where proposals go; a branch of this repository if none is given.
    """
    key = key or secrets.token_urlsafe(24)
    token = FormToken(secrets.token_bytes(32), day=as_of)
    context = Context(root, as_of, token, outlet or BranchOutlet(root))
    return app_with(context, LocalGuard(token, key))


def app_with(context: Context, guard: Guard) -> Flask:
    """The application with the pages that one's own computer and a host have in common."""
    app = Flask("undersigned.edit", template_folder=str(Path(__file__).parent / "templates"), static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.config["MAX_FORM_PARTS"] = 200
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    pages = _Pages(context, guard)
    app.before_request(_as_editor)
    app.before_request(guard.before)
    app.after_request(_protect)
    app.register_error_handler(HTTPException, pages.refused)
    for rule, view in (
        ("/", pages.home),
        ("/assets/<path:name>", pages.asset),
        ("/task/<id_>", pages.task),
        ("/wording/<protocol>", pages.wording_list),
        ("/wording/<protocol>/<slug>", pages.wording),
    ):
        app.add_url_rule(rule, view.__name__, view, methods=["GET", "POST"])
    for more in (
        NewPages,
        DocumentPage,
        ProtocolPages,
        PartyPages,
        ItemPages,
        CardPages,
        ReturnPages,
        ServicePages,
        ConfirmPages,
        StampPages,
    ):
        more(context).add_to(app)
    ReceivePage(context).add_to(app)
    return app


def first_address(host: str, port: int, key: str) -> str:
    """The address to open: it holds the key, which then lives in a cookie."""
    return f"http://{host}:{port}/?key={key}"


def _as_editor() -> None:
    """Whoever asked before on this thread, a new request is nobody's until it is known whose it is."""
    AUTHOR.set(EDITOR)


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"  # for browsers that do not read the policy
    # With "no-referrer" browsers send "Origin: null", and every form would be refused.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if not request.path.startswith("/assets/"):
        response.headers["Cache-Control"] = "no-store"
    return response


class _Pages:
    """The pages. Each request reads the register again, so that a page never shows an old record."""

    def __init__(self, context: Context, guard: Guard) -> None:
        self._context, self._guard = context, guard
        self._root, self._as_of, self.token = context.root, context.as_of, context.token
        self._proposals = Proposals(context)

    def refused(self, error: HTTPException) -> tuple[str, int]:
        """A page for what is not there or not allowed."""
        words = {
            403: self._guard.refusal,
            429: "You have sent too much in a short time. Wait a minute, and go on: your answers are still in your browser.",
            404: "There is no such page. Go back to the list of jobs.",
            413: "The files are too large for copies of an agreement."
            if request.path in (ADDRESS, "/document")
            else "The answers are too long. Write no more than a million letters in all.",
        }
        code = error.code or 500
        return render_template("message.html", words=words.get(code, "This cannot be done.")), code

    # -- pages -------------------------------------------------------------------------------------------------------

    def asset(self, name: str) -> Response:
        return send_from_directory(_ASSETS, name)

    def home(self) -> str:
        register = main_register(self._root)
        known = tasks()
        groups = [(title, [known[id_] for id_ in ids]) for title, ids in _GROUPS]
        return render_template(
            "home.html", groups=groups, protocols=_protocols(register), drafts=self._drafts(register)
        )

    def _drafts(self, register: Register) -> list[tuple[str, str]]:
        """Id and title of each protocol that is being written here."""
        try:
            ids = drafts(self._root)
        except HistoryError:
            return []  # a folder that Git does not know has no drafts; the first form says so
        titles = dict(_protocols(register))
        return [(id_, titles.get(id_, name_of_id(id_))) for id_ in ids]

    def task(self, id_: str) -> str:
        form = tasks().get(id_)
        if form is None:
            abort(404)
        register = main_register(self._root)
        as_of = self._as_of()
        return self._answer(
            _Page(form, f"/task/{id_}", "/"), register, lambda written: change_of(form, written, register, as_of=as_of)
        )

    def wording_list(self, protocol: str) -> str:
        _register, folder = self._folder(protocol)
        parts: dict[str, list[Wording]] = {}
        for one in wordings(folder):
            parts.setdefault(one.part, []).append(one)
        return render_template("wordings.html", folder=folder, parts=parts)

    def wording(self, protocol: str, slug: str) -> str:
        register, folder = self._folder(protocol)
        one = next((one for one in wordings(folder) if one.slug == slug), None)
        if one is None:
            abort(404)
        as_of = self._as_of()
        page = _Page(one.form, f"/wording/{folder.id}/{slug}", f"/wording/{folder.id}")
        return self._answer(
            page,
            register,
            lambda written: wording_change(one, written.get("text", ""), folder, register, as_of=as_of),
            {"text": one.text},
        )

    def _folder(self, protocol: str) -> tuple[Register, ProtocolFolder]:
        register = main_register(self._root)
        folder = register.protocol(protocol)
        if folder is None or not folder.readable:
            abort(404)
        return register, folder

    # -- ask, check, propose -----------------------------------------------------------------------------------------

    def _answer(
        self,
        page: _Page,
        register: Register,
        make: Callable[[Mapping[str, str]], Change],
        present: Mapping[str, str] | None = None,
    ) -> str:
        """The form, the form with faults, the answers to check, or what was proposed."""
        ids = [field.id for field in page.form.fields]
        if request.method == "GET":
            given = {id_: request.args.get(id_, (present or {}).get(id_, "")) for id_ in ids}
            return self._form(page, register, given, ())
        written = {id_: request.form.get(id_, "") for id_ in ids}
        if request.form.get("do") == "back":
            return self._form(page, register, written, ())
        try:
            change = make(written)
        except FaultyError as error:
            return self._form(page, register, written, error.faults)
        try:
            return self._proposals.page(change, action=page.action, carried=written.items())
        except (HistoryError, OutletError) as error:
            return self._form(page, register, written, (Fault("", words_of_error(error)),))

    def _form(self, page: _Page, register: Register, written: Mapping[str, str], faults: tuple[Fault, ...]) -> str:
        ids = {field.id for field in page.form.fields}
        return render_template(
            "form.html",
            page=page,
            fields=[(field, self._options(field, register)) for field in page.form.fields],
            written=written,
            faults={field: [one.words for one in faults if one.field == field] for field in ids},
            all_faults=[_in_summary(one, page.form) for one in faults],
            token=self.token,
        )

    def _options(self, field: Field, register: Register) -> list[tuple[str, str]]:
        """Words and value of each choice; empty for a line to write in."""
        if field.type == "choice":
            return [(words, value) for words, value in field.options]
        listed = {
            "organisation": lambda: organisation_choices(register, as_of=self._as_of()),
            "protocol": lambda: protocol_choices(register, as_of=self._as_of()),
        }.get(field.type)
        options = [(one.words, one.value) for one in listed()] if listed is not None else []
        return options if len(options) <= _LONGEST_LIST else []


def _in_summary(fault: Fault, form: Form) -> tuple[str, str]:
    """The question to lead to, and the words of the summary: they name the question where there are several."""
    field = next((one for one in form.fields if one.id == fault.field), None)
    if field is None:
        return "", fault.words
    return field.id, f"{field.label} {fault.words}" if len(form.fields) > 1 else fault.words


def _protocols(register: Register) -> list[tuple[str, str]]:
    """Id and title of each protocol that can be read."""
    return [(id_, line.title) for id_, line in register.protocol_lines() if line is not None]
