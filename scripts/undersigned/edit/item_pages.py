"""The pages on which several pieces of information are named at once: first their names, then what each could show."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask, request
from werkzeug.wrappers import Response

from undersigned.edit.draft_pages import DraftPages, redirect_to
from undersigned.edit.drafts import Draft
from undersigned.edit.questions import (
    Fault,
    Question,
    entry_changes,
    faults_of,
    present_answers,
    read_answers,
    sections,
)
from undersigned.editing.amend import Append, Put, Remove
from undersigned.records.source import list_of

_MOST_AT_ONCE = 12
_NAMES = Question(
    "names",
    "lines",
    "Which pieces of information?",
    "One a line, each exactly as much as is needed, such as: Date of release and conditions of the licence.",
    (),
    True,
)


class ItemPages(DraftPages):
    """The pages about information that may be shared."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(app, ("/protocol/<id_>/many-items", self.many_items))

    def many_items(self, id_: str) -> str | Response:
        """Asks for the names, and then on one page about all of them."""
        draft = self.draft(id_)
        form = self.form() if request.method == "POST" else {}
        names = read_answers([_NAMES], form)["names"]
        faults = faults_of([_NAMES], {"names": names}) if form else []
        if not faults and len(names) > _MOST_AT_ONCE:
            faults = [Fault("names", f"Name at most {_MOST_AT_ONCE} at once. You can come back for more.")]
        first = not form or bool(faults) or request.form.get("do") == "back"
        return self._names(draft, names, faults) if first else self._each(draft, names, form)

    def _names(self, draft: Draft, names: list[str], faults: list[Fault]) -> str:
        back = f"/protocol/{draft.protocol}/part/items"
        return self.page(
            "Name several at once", [_NAMES], {"names": names}, back=back, faults=faults, button="Continue", draft=draft
        )

    def _each(self, draft: Draft, names: list[str], form: dict[str, list[str]]) -> str | Response:
        section = sections()["items"]
        asked = [one for one in section.fields if one.id != "name"]
        questions = [
            replace(one, id=f"{one.id}-{index}", label=f"{name}: {one.label[:1].lower()}{one.label[1:]}")
            for index, name in enumerate(names)
            for one in asked
        ]
        answers = read_answers(questions, form)
        came = bool(form.get("step"))
        faults = faults_of(questions, answers) if came else []
        if came and not faults:
            working = {**draft.data}
            changes: list[Put | Append | Remove] = []
            for index, name in enumerate(names):
                given = {"name": [name], **{one.id: answers[f"{one.id}-{index}"] for one in asked}}
                for change in entry_changes(section, given, present_answers(section, {}, {}), None, working):
                    changes.append(change)
                    if isinstance(change, Append):  # the next one needs another id
                        working["data_items"] = [*list_of(working.get("data_items")), dict(change.value)]
            faults = self.save(draft, changes, "Draft: information", section)
            if not faults:
                return redirect_to(f"/protocol/{draft.protocol}/part/items")
        return self.page(
            "What could each of these show?",
            questions,
            answers,
            back="",
            faults=faults,
            hidden=[("names", "\n".join(names)), ("step", "each")],
            draft=draft,
        )
