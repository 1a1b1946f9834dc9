"""The pages on which a protocol begins, from nothing or from a standard one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Flask, request
from werkzeug.wrappers import Response

from undersigned.edit.draft_pages import DraftPages, redirect_to
from undersigned.edit.drafts import drafts, open_draft
from undersigned.edit.form_words import words_of_error
from undersigned.edit.main_text import main_register
from undersigned.edit.questions import Fault, Option, Question, faults_of, free_id, read_answers
from undersigned.editing import EditingError, standard_texts
from undersigned.editing.new import new_record
from undersigned.editing.yaml_write import render_yaml
from undersigned.jobs.form_definitions import organisation_options
from undersigned.records.files import load_files
from undersigned.records.protocol import ENDED, Protocol
from undersigned.records.source import PlainData
from undersigned.register import Register
from undersigned.words.labels import headings


class NewPages(DraftPages):
    """The pages on which a protocol begins."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(
            app, ("/new", self.new), ("/new/standard", self.new_from_standard), ("/new/joined", self.new_joined)
        )

    def new(self) -> str | Response:
        """Begins a protocol from nothing or from a standard one."""
        standards = [
            Option(
                id_,
                str(standard_texts.standard_protocol(id_)["title"]),
                "Its purpose, cards and clauses are filled in.",
            )
            for id_ in standard_texts.standard_ids("protocols")
        ]
        kinds = tuple(Option(value, words) for value, words in headings("kind").items())
        questions = [
            Question("title", "text", "What is the new protocol called?", "You can change it later.", (), True),
            Question("kind", "one", "What sort of agreement is it?", "", kinds, True),
            Question(
                "standard",
                "one",
                "Do you begin with a standard protocol?",
                "",
                (
                    Option("none", "No, from nothing"),
                    Option("joined", "No, from two protocols that could be one", "Both texts are put into one draft."),
                    *standards,
                ),
                True,
            ),
        ]
        if request.method == "GET":
            given = {"title": [], "kind": ["information-sharing-protocol"], "standard": []}
            return self.page("A new protocol", questions, given, back="/")
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        if faults:
            return self.page("A new protocol", questions, answers, back="/", faults=faults)
        title, kind, standard = (answers[name][0] for name in ("title", "kind", "standard"))
        if standard == "joined":
            return self._joined(title, {})
        if standard != "none":
            return self._from_standard(title, kind, standard, {})
        draft = open_draft(self.root, self._free_protocol(title))
        data: dict[str, PlainData] = {"title": title, "kind": kind, "status": "draft", "publication": "public"}
        draft = draft.saved({draft.path: render_yaml(data, Protocol).encode()}, f"Draft: {title}")
        return redirect_to(f"/protocol/{draft.protocol}")

    def _free_protocol(self, title: str) -> str:
        return free_id(title, {*main_register(self.root).protocol_ids, *drafts(self.root)})

    def new_from_standard(self) -> str | Response:
        """The second page of a new protocol from a standard one: which bodies are meant by each of its groups."""
        if request.method == "GET":
            return redirect_to("/new")
        form = self.form()
        title, kind, standard = (
            " ".join((form.get(name) or [""])[0].split()) for name in ("title", "kind", "standard")
        )
        if not title or kind not in headings("kind") or standard not in standard_texts.standard_ids("protocols"):
            return redirect_to("/new")
        return self._from_standard(title, kind, standard, form)

    def _from_standard(self, title: str, kind: str, standard: str, form: Mapping[str, list[str]]) -> str | Response:
        register, as_of = main_register(self.root), self.as_of()
        listed = organisation_options(register, as_of=as_of).items()
        kinds = {}
        for id_ in register.organisation_ids:
            record = register.organisation(id_)
            if record is not None and record.value is not None:
                kinds[id_] = record.value.kind
        questions = []
        for end in standard_texts.ends_of(standard_texts.flows_of(standard)):
            options = tuple(
                Option(id_, words.rpartition(" (")[0]) for words, id_ in listed if kinds.get(id_) in end.kinds
            )
            known = "" if options else "The register has none yet. You can add one later."
            questions.append(Question(f"end-{end.id}", "some", f"Who takes part as: {end.title}?", known, options))
        questions.append(
            Question("lead", "one", "Which organisation leads?", "", tuple(Option(id_, words) for words, id_ in listed))
        )
        answers = read_answers(questions, form)
        faults = faults_of(questions, answers)
        if "step" in form and not faults:
            id_ = self._free_protocol(title)
            given = {one.id.removeprefix("end-"): ", ".join(answers[one.id]) for one in questions if answers[one.id]}
            given |= {"title": title, "kind": kind, "publication": "public"}
            try:
                files = self._made(register, id_, given, standard=standard)
            except EditingError as error:
                faults = [Fault("", words_of_error(error))]
            else:
                open_draft(self.root, id_).saved(files, f"Draft: {title}, begun from the standard '{standard}'")
                return redirect_to(f"/protocol/{id_}")
        carried = [("title", title), ("kind", kind), ("standard", standard), ("step", "ends")]
        return self.page(
            "Who takes part?",
            questions,
            answers,
            back="/new",
            faults=faults,
            about="A standard protocol names groups of bodies. Say who is meant. What is open can be added later.",
            hidden=carried,
            action="/new/standard",
        )

    def new_joined(self) -> str | Response:
        """The second page of a protocol that joins two: which two."""
        form = self.form() if request.method == "POST" else {}
        title = " ".join((form.get("title") or [""])[0].split())
        return self._joined(title, form) if title else redirect_to("/new")

    def _joined(self, title: str, form: Mapping[str, list[str]]) -> str | Response:
        register = main_register(self.root)
        options = tuple(
            Option(id_, record.value.title)
            for id_ in register.protocol_ids
            if (record := register.protocol_record(id_)) is not None
            and record.value is not None
            and record.value.publication != "restricted"
            and record.value.status not in ENDED
        )
        both = (("one", "Which protocol is the first?"), ("other", "Which is the second?"))
        questions = [Question(name, "one", words, "", options, True) for name, words in both]
        answers = read_answers(questions, form)
        faults = faults_of(questions, answers) if "step" in form else []
        if "step" in form and not faults:
            id_ = self._free_protocol(title)
            merge = [answers[name][0] for name, _ in both]
            try:
                files = self._made(register, id_, {"title": title}, merge=merge)
            except EditingError as error:
                faults = [Fault("", words_of_error(error))]
            else:
                open_draft(self.root, id_).saved(files, f"Draft: {title}, joined from {' and '.join(merge)}")
                return redirect_to(f"/protocol/{id_}")
        return self.page(
            "Which two protocols become one?",
            questions,
            answers,
            back="/new",
            faults=faults,
            about="The draft has everything that either says, and both wordings wherever they differ, for you to choose.",
            hidden=[("title", title), ("step", "joined")],
            action="/new/joined",
        )

    def _made(
        self,
        register: Register,
        id_: str,
        given: Mapping[str, str],
        *,
        standard: str | None = None,
        merge: Sequence[str] = (),
    ) -> dict[str, bytes]:
        """The files of a new protocol, made aside. Raises EditingError."""
        with tempfile.TemporaryDirectory(prefix="undersigned-edit-") as scratch:
            aside = register.aside(Path(scratch))
            new_record("protocol", aside, [id_], answers=given, standard=standard, merge=merge, as_of=self.as_of())
            return dict(load_files(Path(scratch)).contents)
