"""What the pages of drafts share: one page of questions, the checks before a draft is saved, and saving it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Flask, abort, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from undersigned.changes.git import HistoryError
from undersigned.edit.context import Context
from undersigned.edit.drafts import Draft, open_draft
from undersigned.edit.form_words import at_question, words_of_error
from undersigned.edit.questions import Fault, Question, Section
from undersigned.edit.reach import new_in_change
from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, Remove, amended
from undersigned.editing.yaml_write import render_yaml
from undersigned.records.findings import Finding
from undersigned.records.for_people import ForPeople
from undersigned.records.protocol import Protocol

#: What other sentences of the page for people have to say: it is written sentence by sentence.
_LEFT_TO_SAY = frozenset({"people-silent", "people-receiver"})


class DraftPages:
    """What all pages of drafts share."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.root, self.as_of, self.token = context.root, context.as_of, context.token

    def add_rules(self, app: Flask, *rules: tuple[str, Callable[..., str | Response]]) -> None:
        """Adds pages to the application: for each its address and its view."""
        for rule, view in rules:
            app.add_url_rule(rule, f"protocol_{view.__name__}", view, methods=["GET", "POST"])

    def draft(self, id_: str) -> Draft:
        draft = open_draft(self.root, id_)
        found = draft.register.protocol(id_)
        if found is None or not found.readable:
            abort(404)
        return draft

    def form(self) -> dict[str, list[str]]:
        return {name: request.form.getlist(name) for name in request.form}

    def page(
        self,
        title: str,
        questions: Sequence[Question],
        answers: Mapping[str, list[str]],
        *,
        back: str,
        faults: Sequence[Fault] = (),
        about: str = "",
        notes: Sequence[str] = (),
        hidden: Sequence[tuple[str, str]] = (),
        button: str = "Save and continue",
        second: tuple[str, str] | None = None,
        draft: Draft | None = None,
        action: str = "",
        links: Sequence[tuple[str, str]] = (),
        beside: str | Markup = "",
    ) -> str:
        """A page of questions. `links`: addresses and words of what else can be done here. `beside`: shown above."""
        ids = {one.id: one.label for one in questions}
        return render_template(
            "questions.html",
            title=title,
            about=about,
            notes=notes,
            questions=questions,
            answers=answers,
            faults={id_: [fault.words for fault in faults if fault.field == id_] for id_ in ids},
            all_faults=[
                (one.field, f"{ids[one.field]} {one.words}") if one.field in ids else ("", one.words) for one in faults
            ],
            back=back,
            hidden=hidden,
            button=button,
            second=second,
            token=self.token,
            draft=draft,
            action=action,
            links=links,
            beside=beside,
        )

    def new_errors(self, draft: Draft, files: Mapping[str, bytes]) -> list[Finding]:
        """The errors that these files would bring."""
        after = draft.register.with_files(files)
        new = new_in_change(draft.register, after, files, as_of=self.as_of())
        return [finding for finding in new if finding.severity == "error"]

    def save(
        self,
        draft: Draft,
        changes: Sequence[Put | Append | Remove],
        message: str,
        section: Section | None = None,
        beside: Mapping[str, bytes] | None = None,
    ) -> list[Fault]:
        """Saves changes that bring no error; otherwise returns the faults, each at the question that it is about.

        `beside`: new files that are saved with them, path to content.
        """
        if not changes:
            return []
        of_people = section is not None and section.record == "people"
        path, model = (draft.people_path, ForPeople) if of_people else (draft.path, Protocol)
        try:
            now = draft.register.with_files(beside or {})
            before = now.files.contents.get(path)
            raw = _begun(changes) if before is None else amended(now, path, before, model, list(changes))
        except EditingError as error:
            return [Fault("", words_of_error(error))]
        files = {**(beside or {}), path: raw}
        after = draft.register.with_files(files)
        errors = [one for one in self.new_errors(draft, files) if one.code not in _LEFT_TO_SAY]
        faults = [at_question(finding, raw, section, after) for finding in errors]
        if faults:
            return faults
        try:
            draft.saved(files, message)
        except HistoryError:
            return [
                Fault("", "Somebody else saved this draft a moment ago. Look at it again: your answers are still here.")
            ]
        return []


def _begun(changes: Sequence[Put | Append | Remove]) -> bytes:
    """A new page for people, with the answers to its first questions."""
    data = {str(change.path[0]): change.value for change in changes if isinstance(change, Put)}
    return render_yaml(data, ForPeople).encode("utf-8", "surrogatepass")


def redirect_to(address: str) -> Response:
    """A redirect after a form, so that reloading a page never sends it twice."""
    return redirect(address, 303)


def rendered(template: str, **values: object) -> Markup:
    """A part of a page, to be shown in another."""
    return Markup(render_template(template, **values))  # noqa: S704 - the template escapes every value
