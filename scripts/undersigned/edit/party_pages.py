"""The pages on which parties and their groups are added and taken out."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from flask import Flask, abort, request
from werkzeug.wrappers import Response

from undersigned.edit.draft_pages import DraftPages, redirect_to
from undersigned.edit.form_words import words_of_error
from undersigned.edit.questions import (
    Fault,
    Option,
    Question,
    entry_changes,
    faults_of,
    groups_so_far,
    present_answers,
    questions_of,
    read_answers,
    sections,
)
from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, Remove
from undersigned.editing.new import new_record
from undersigned.jobs.form_definitions import organisation_options
from undersigned.records.files import load_files
from undersigned.records.source import list_of, mappings, text_of
from undersigned.records.vocabulary import vocabulary
from undersigned.words.labels import headings
from undersigned.words.text import id_from

_MOST_ON_A_PAGE = 12


class PartyPages(DraftPages):
    """The pages about parties and their groups."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(
            app,
            ("/protocol/<id_>/organisation", self.organisation),
            ("/protocol/<id_>/many-parties", self.many_parties),
            ("/protocol/<id_>/what-each-does", self.what_each_does),
            ("/protocol/<id_>/group/<group>/remove", self.remove_group),
        )

    def many_parties(self, id_: str) -> str | Response:
        """Adds several parties at once, each as a controller."""
        draft = self.draft(id_)
        there = {draft.register.present_organisation(party.organisation) for party in draft.folder.value.parties}
        listed = organisation_options(draft.register, as_of=self.as_of()).items()
        options = tuple(Option(value, words.rpartition(" (")[0]) for words, value in listed if value not in there)
        agreements = tuple(
            Option(other, line.title)
            for other, line in draft.register.protocol_lines()
            if line is not None and line.parties and other != id_
        )
        questions = [
            Question("parties", "some", "Which organisations take part?", "Tick all.", options),
            Question("as_in", "one", "Take over all parties of another agreement?", "", agreements),
        ]
        back = f"/protocol/{id_}/part/parties"
        if request.method == "GET":
            return self.page("Who takes part", questions, {"parties": [], "as_in": []}, back=back, draft=draft)
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        chosen = list(answers["parties"])
        if answers["as_in"] and not faults:
            other = draft.register.protocol(answers["as_in"][0])
            parties = other.value.parties if other is not None and other.readable else ()
            chosen += [draft.register.present_organisation(one.organisation) for one in parties if one.left_on is None]
        changes = [
            Append("parties", {"organisation": organisation, "role": "controller"})
            for organisation in dict.fromkeys(chosen)
            if organisation not in there
        ]
        if not faults and not changes:
            faults = [Fault("parties", "Choose at least one that does not take part yet.")]
        faults = faults or self.save(draft, changes, "Draft: parties", sections()["parties"])
        if faults:
            return self.page("Who takes part", questions, answers, back=back, faults=faults, draft=draft)
        return redirect_to(f"/protocol/{id_}/what-each-does")

    def what_each_does(self, id_: str) -> str | Response:
        """One page for what each party does here, of those that do not say it yet."""
        draft, section = self.draft(id_), sections()["parties"]
        asked = {one.id: one for one in section.fields}
        data = mappings(draft.data.get("parties"))
        groups = {group.id: group.title or group.id for group in draft.folder.value.groups}
        before = {index: present_answers(section, party, groups) for index, party in enumerate(data)}
        shown = [index for index in before if not before[index]["capacity"]][:_MOST_ON_A_PAGE]
        back = f"/protocol/{id_}/part/parties"
        if not shown:
            return redirect_to(back)
        questions = []
        for index in shown:
            name = draft.register.organisation_name(
                draft.register.present_organisation(text_of(data[index]["organisation"]))
            )
            questions.append(replace(asked["capacity"], id=f"capacity-{index}", label=f"What does {name} do here?"))
            label_ = f"Does {name} belong to a group of parties?"
            questions.append(replace(asked["group"], id=f"group-{index}", label=label_, help=""))
        about = " ".join(
            (
                "Parties that send or receive the same things can be named together, as a group such as Housing providers.",
                "Write the group's name, or leave it empty.",
                *groups_so_far(draft),
            )
        )
        title = "What does each do here?"
        if request.method == "GET":
            given = {f"{name}-{index}": before[index][name] for index in shown for name in ("capacity", "group")}
            return self.page(title, questions, given, back=back, about=about, draft=draft)
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        working = {**draft.data}
        changes: list[Put | Append | Remove] = []
        for index in shown:
            given = {**before[index], **{name: answers[f"{name}-{index}"] for name in ("capacity", "group")}}
            for change in entry_changes(section, given, before[index], index, working):
                changes.append(change)
                if isinstance(change, Append):  # the next party may name the same new group
                    working["groups"] = [*list_of(working.get("groups")), dict(change.value)]
        faults = faults or self.save(draft, changes, "Draft: what each party does", section)
        if faults:
            return self.page(title, questions, answers, back=back, faults=faults, about=about, draft=draft)
        return redirect_to(back)

    def remove_group(self, id_: str, group: str) -> str | Response:
        """Takes out a group that no party belongs to, also from the cards that name it."""
        draft = self.draft(id_)
        protocol = draft.folder.value
        ids = [one.id for one in protocol.groups]
        if group not in ids or any(party.group == group for party in protocol.parties):
            abort(404)
        title = next(one.title or one.id for one in protocol.groups if one.id == group)
        back, faults = f"/protocol/{id_}/part/parties", []
        gone = [flow for flow in protocol.flows if {group} in (set(flow.from_), set(flow.to))]
        if request.method == "POST":
            changes: list[Put | Append | Remove] = []
            for index, flow in reversed(list(enumerate(protocol.flows))):
                if flow in gone:
                    changes.append(Remove(("flows", index)))
                    continue
                for side, names in (("from", flow.from_), ("to", flow.to)):
                    if group in names:
                        changes.append(Put(("flows", index, side), [name for name in names if name != group]))
                for place, differs in reversed(list(enumerate(flow.law_differs))):
                    if set(differs.for_) == {group}:
                        changes.append(Remove(("flows", index, "law_differs", place)))
                    elif group in differs.for_:
                        path = ("flows", index, "law_differs", place, "for")
                        changes.append(Put(path, [name for name in differs.for_ if name != group]))
            changes.append(Remove(("groups", ids.index(group))))
            faults = self.save(draft, changes, f"Draft: group '{group}' out")
            if not faults:
                return redirect_to(back)
        about = f"{title}: no party belongs to it."
        if gone:
            about += (
                f" These cards have nobody else at one end, and go with it: {', '.join(f.title or f.id for f in gone)}."
            )
        return self.page("Take this group out?", (), {}, back=back, about=about, faults=faults, button="Take it out")

    def organisation(self, id_: str) -> str | Response:
        """Adds an organisation that the register does not know, in the same draft."""
        draft = self.draft(id_)
        kinds = tuple(Option(kind.id, kind.title) for kind in vocabulary().organisation_kinds.values())
        places = tuple(Option(value, words) for value, words in headings("jurisdiction").items())
        questions = [
            Question("name", "text", "What is its full name?", "As it signs.", (), True),
            Question(
                "kind", "one", "What kind of body is it?", "The law that applies to it follows from this.", kinds, True
            ),
            Question("jurisdiction", "one", "Where does it act?", "", places, True),
        ]
        section = sections()["parties"]
        questions += [
            one for one in questions_of(section, draft, as_of=self.as_of()) if one.id in ("role", "capacity", "group")
        ]
        back = f"/protocol/{id_}/part/parties"
        title, more = "An organisation that is not in the register", ("another", "Save and add another")
        if request.method == "GET":
            empty: dict[str, list[str]] = {one.id: [] for one in questions} | {"role": ["controller"]}
            return self.page(title, questions, empty, back=back, second=more, draft=draft)
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        if not faults:
            name = answers["name"][0]
            organisation = id_from(name) or "organisation-1"
            with tempfile.TemporaryDirectory(prefix="undersigned-edit-") as scratch:
                aside = draft.register.aside(Path(scratch))
                given = {one: answers[one][0] for one in ("name", "kind", "jurisdiction")}
                try:
                    new_record("organisation", aside, [organisation], answers=given, as_of=self.as_of())
                    files = dict(load_files(Path(scratch)).contents)
                except EditingError as error:
                    faults = [Fault("name", words_of_error(error))]
        if not faults:
            party = {**{one.id: [] for one in section.fields}, **answers, "organisation": [organisation]}
            before = present_answers(section, {}, {})
            changes = entry_changes(section, party, before, None, draft.data)
            faults = self.save(draft, changes, f"Draft: add {name}", section, files)
        if faults:
            return self.page(title, questions, answers, back=back, faults=faults, second=more, draft=draft)
        return redirect_to(f"/protocol/{id_}/organisation" if request.form.get("do") == "another" else back)
