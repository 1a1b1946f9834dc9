"""The pages on which a protocol is written: its parts, its cards, its clauses, what is still missing, and the proposal."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from flask import Flask, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from undersigned.changes.compare import report_between
from undersigned.changes.git import HistoryError
from undersigned.changes.render_html import render_html
from undersigned.checks.engine import check_organisation, check_protocols
from undersigned.edit.card_steps import STEPS, TITLES, Builder, form_of_card, standard_cards, standard_flow_for
from undersigned.edit.drafts import Draft, drafts, open_draft
from undersigned.edit.flow_law import Card, CardLaw
from undersigned.edit.questions import (
    Option,
    Question,
    Section,
    entry_changes,
    faults_of,
    free_id,
    groups_so_far,
    present_answers,
    questions_of,
    read_answers,
    section_changes,
    sections,
)
from undersigned.edit.tasks import Fault
from undersigned.editing import EditingError, standard_texts
from undersigned.editing.amend import Append, Put, Remove, amended
from undersigned.editing.new import new_record
from undersigned.editing.yaml_write import render_yaml
from undersigned.facts.flows import legal_references
from undersigned.findings import Finding, new_findings
from undersigned.jobs.form_definitions import organisation_options
from undersigned.records.files import load_files
from undersigned.records.protocol import Flow, Protocol
from undersigned.records.source import Data, Source
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register, load_register
from undersigned.words.labels import headings, label
from undersigned.words.text import id_from, with_capital

_TOPIC = re.compile(r"covers '([a-z-]+)'")
_MOST_ON_A_PAGE = 12
#: What a draft lacks until it is stamped and signed, which nobody can settle on these pages.
_LATER = frozenset({"no-version"})
_FLOW_TOPICS = frozenset({"data-items", "regime", "lawful-basis", "gateway", "procedure", "retention"})
_SECTION_OF_TOPIC = {
    "title": "about",
    "summary": "about",
    "purpose": "purpose",
    "people": "purpose",
    "parties": "parties",
    "controllership": "parties",
    "necessity-and-proportionality": "weighing",
    "consent": "weighing",
    "transparency": "weighing",
    "dpia": "care",
    "policy-document": "care",
    "start-and-review": "review",
    "funding": "funding",
}
#: The part of the pages that each field of the record belongs to, where no question has that path.
_SECTION_OF_FIELD = {"flows": "cards", "groups": "parties", "owner": "about", "status": "about"}


@dataclass(frozen=True)
class Missing:
    """One thing to settle before anybody signs: where, in what words, and whether signing waits for it."""

    section: str
    words: str
    must: bool


class ProtocolPages:
    """The pages of drafts. `as_of` is asked for each request; `token` goes into each form."""

    def __init__(self, root: Path, as_of: Callable[[], date], token: str) -> None:
        self._root, self._as_of, self._token = root, as_of, token

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        for rule, view in (
            ("/new", self.new),
            ("/new/standard", self.new_from_standard),
            ("/protocol/<id_>", self.overview),
            ("/protocol/<id_>/part/<part>", self.section),
            ("/protocol/<id_>/part/<part>/<entry>", self.entry),
            ("/protocol/<id_>/card", self.card),
            ("/protocol/<id_>/card/<flow>/remove", self.remove_card),
            ("/protocol/<id_>/standard-cards", self.standard_cards),
            ("/protocol/<id_>/standard-cards/<card>", self.standard_card),
            ("/protocol/<id_>/clauses", self.clauses),
            ("/protocol/<id_>/clauses/adopt", self.adopt),
            ("/protocol/<id_>/organisation", self.organisation),
            ("/protocol/<id_>/many-parties", self.many_parties),
            ("/protocol/<id_>/what-each-does", self.what_each_does),
            ("/protocol/<id_>/group/<group>/remove", self.remove_group),
            ("/protocol/<id_>/propose", self.propose),
            ("/protocol/<id_>/give-up", self.give_up),
        ):
            app.add_url_rule(rule, f"protocol_{view.__name__}", view, methods=["GET", "POST"])

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _draft(self, id_: str) -> Draft:
        draft = open_draft(self._root, id_)
        found = draft.register.protocol(id_)
        if found is None or not found.readable:
            abort(404)
        return draft

    def _form(self) -> dict[str, list[str]]:
        return {name: request.form.getlist(name) for name in request.form}

    def _page(
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
    ) -> str:
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
            token=self._token,
            draft=draft,
            action=action,
        )

    def _new_errors(self, draft: Draft, files: Mapping[str, bytes]) -> list[Finding]:
        """The errors that these files would bring."""
        after = draft.register.with_files(files)
        old, new = (self._findings(one, draft.protocol, files) for one in (draft.register, after))
        return [finding for finding in new_findings(old, new)[0] if finding.severity == "error"]

    def _findings(self, register: Register, protocol: str, files: Mapping[str, bytes]) -> list[Finding]:
        found = list(register.findings)
        if register.has_protocol(protocol):
            found += check_protocols(register, [protocol], as_of=self._as_of())[0]
        for path in files:
            top, name, *_ = path.split("/")
            if top == "signatories" and register.has_organisation(name):
                found += check_organisation(register, name, as_of=self._as_of())
        return found

    def _save(
        self, draft: Draft, changes: Sequence[Put | Append | Remove], message: str, section: Section | None = None
    ) -> list[Fault]:
        """Saves changes that bring no error; otherwise returns the faults, each at the question that it is about."""
        if not changes:
            return []
        try:
            raw = amended(
                draft.register, draft.path, draft.register.files.contents[draft.path], Protocol, list(changes)
            )
        except EditingError as error:
            return [Fault("", f"{with_capital(str(error))}. {error.hint}")]
        errors = self._new_errors(draft, {draft.path: raw})
        if errors:
            return [_at_question(finding, raw, section) for finding in errors]
        try:
            draft.saved({draft.path: raw}, message)
        except HistoryError:
            return [
                Fault("", "Somebody else saved this draft a moment ago. Look at it again: your answers are still here.")
            ]
        return []

    # -- a new protocol ------------------------------------------------------------------------------------------------

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
                (Option("none", "No, from nothing"), *standards),
                True,
            ),
        ]
        if request.method == "GET":
            given = {"title": [], "kind": ["information-sharing-protocol"], "standard": []}
            return self._page("A new protocol", questions, given, back="/")
        answers = read_answers(questions, self._form())
        faults = faults_of(questions, answers)
        if faults:
            return self._page("A new protocol", questions, answers, back="/", faults=faults)
        title, kind, standard = (answers[name][0] for name in ("title", "kind", "standard"))
        if standard != "none":
            return self._from_standard(title, kind, standard, {})
        draft = open_draft(self._root, self._free_protocol(title))
        data: dict[str, Data] = {"title": title, "kind": kind, "status": "draft", "publication": "public"}
        draft = draft.saved({draft.path: render_yaml(data, Protocol).encode()}, f"Draft: {title}")
        return redirect_to(f"/protocol/{draft.protocol}")

    def _free_protocol(self, title: str) -> str:
        return free_id(title, {*load_register(self._root).protocol_ids, *drafts(self._root)})

    def new_from_standard(self) -> str | Response:
        """The second page of a new protocol from a standard one: which bodies are meant by each of its groups."""
        if request.method == "GET":
            return redirect_to("/new")
        form = self._form()
        title, kind, standard = (
            " ".join((form.get(name) or [""])[0].split()) for name in ("title", "kind", "standard")
        )
        if not title or kind not in headings("kind") or standard not in standard_texts.standard_ids("protocols"):
            return redirect_to("/new")
        return self._from_standard(title, kind, standard, form)

    def _from_standard(self, title: str, kind: str, standard: str, form: Mapping[str, list[str]]) -> str | Response:
        register, as_of = load_register(self._root), self._as_of()
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
            with tempfile.TemporaryDirectory(prefix="undersigned-edit-") as scratch:
                aside = register.with_files({})
                aside.root = Path(scratch)
                try:
                    new_record("protocol", aside, [id_], answers=given, standard=standard, as_of=as_of)
                    files = dict(load_files(Path(scratch)).contents)
                except EditingError as error:
                    faults = [Fault("", f"{with_capital(str(error))}. {error.hint}")]
            if not faults:
                open_draft(self._root, id_).saved(files, f"Draft: {title}, begun from the standard '{standard}'")
                return redirect_to(f"/protocol/{id_}")
        carried = [("title", title), ("kind", kind), ("standard", standard), ("step", "ends")]
        return self._page(
            "Who takes part?",
            questions,
            answers,
            back="/new",
            faults=faults,
            about="A standard protocol names groups of bodies. Say who is meant. What is open can be added later.",
            hidden=carried,
            action="/new/standard",
        )

    # -- the overview --------------------------------------------------------------------------------------------------

    def overview(self, id_: str) -> str:
        """What the draft holds, and what is still missing, as a list that shrinks."""
        draft = self._draft(id_)
        missing = self.missing(draft)
        protocol = draft.folder.value
        counts = {
            section: sum(one.must for one in missing if one.section == section) for section in (*sections(), "cards")
        }
        return render_template(
            "draft.html",
            draft=draft,
            protocol=protocol,
            sections=[(section, counts[section.id], _filled(section, draft)) for section in sections().values()],
            counts=counts,
            missing=missing,
            organisation=draft.register.organisation_name,
            groups={group.id: group.title or group.id for group in protocol.groups},
            token=self._token,
        )

    def missing(self, draft: Draft) -> list[Missing]:
        """What the checks would ask for if the draft went out for signature today."""
        data = {**draft.data, "status": "signing"}
        register = draft.register.with_files({draft.path: render_yaml(data, Protocol).encode("utf-8", "surrogatepass")})
        source = Source(draft.path, register.files.contents[draft.path])
        found = []
        for finding in check_protocols(register, [draft.protocol], as_of=self._as_of())[0]:
            if finding.path != draft.path or finding.code in _LATER or finding.severity == "advice":
                continue
            topic = _TOPIC.search(finding.message)
            if topic and topic[1] in vocabulary().content_topics:
                entry = vocabulary().content_topics[topic[1]]
                section = _SECTION_OF_TOPIC.get(topic[1], "cards" if topic[1] in _FLOW_TOPICS else "clauses")
                words = f"{entry.title}: {entry.why}"
            else:
                section, words = _section_of(source.path_at(finding.place)), in_form_words(finding)
            found.append(Missing(section, words, finding.severity == "error"))
        order = [*sections(), "cards"]
        return sorted(dict.fromkeys(found), key=lambda one: (not one.must, order.index(one.section)))

    # -- parts -----------------------------------------------------------------------------------------------------------

    def section(self, id_: str, part: str) -> str | Response:
        """A part with one page of questions, or the list of its entries."""
        draft, section = self._draft(id_), sections().get(part)
        if section is None:
            abort(404)
        if section.list is not None:
            return self._entries(draft, section)
        before = present_answers(section, draft.data, {})
        questions = questions_of(section, draft, as_of=self._as_of())
        back = f"/protocol/{id_}"
        if request.method == "GET":
            return self._page(section.title, questions, before, back=back, about=section.about, draft=draft)
        answers = read_answers(questions, self._form())
        faults = faults_of(questions, answers)
        if not faults:
            faults = self._save(draft, section_changes(section, answers, before), f"Draft: {section.title}", section)
        if faults:
            return self._page(
                section.title, questions, answers, back=back, faults=faults, about=section.about, draft=draft
            )
        return redirect_to(back)

    def _entries(self, draft: Draft, section: Section) -> str:
        entries = [entry for entry in draft.data.get(section.list or "") or [] if isinstance(entry, dict)]
        names = []
        for entry in entries:
            name = str(entry.get(section.name) or entry.get("id") or "")
            if section.name == "organisation":
                name = draft.register.organisation_name(draft.register.present_organisation(name))
            names.append((name, _summary(entry)))
        protocol = draft.folder.value
        used = {party.group for party in protocol.parties}
        empty = [group for group in protocol.groups if group.id not in used] if section.id == "parties" else []
        return render_template(
            "entries.html", draft=draft, section=section, entries=names, empty=empty, token=self._token
        )

    def entry(self, id_: str, part: str, entry: str) -> str | Response:
        """One entry of a list: a new one, or one that is there."""
        draft, section = self._draft(id_), sections().get(part)
        if section is None or section.list is None:
            abort(404)
        entries = draft.data.get(section.list) or []
        index = int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 6 else None
        if (index is None and entry != "new") or (index is not None and index >= len(entries)):
            abort(404)
        groups = {group.id: group.title or group.id for group in draft.folder.value.groups}
        before = present_answers(section, {} if index is None else entries[index], groups)
        questions = questions_of(section, draft, as_of=self._as_of())
        back = f"/protocol/{id_}/part/{part}"
        title = f"{section.title}: add" if index is None else section.title
        more = ("another", "Save and add another") if index is None else ("remove", "Take it out")
        if request.method == "GET":
            given = before if index is not None else {**before, **{q.id: request.args.getlist(q.id) for q in questions}}
            return self._page(title, questions, given, back=back, about=section.about, second=more, draft=draft)
        answers = read_answers(questions, self._form())
        if request.form.get("do") == "remove" and index is not None:
            faults = self._save(draft, [Remove((section.list, index))], f"Draft: {section.title}, one out", section)
        else:
            faults = faults_of(questions, answers)
            if not faults:
                changes = entry_changes(section, answers, before, index, draft.data)
                faults = self._save(draft, changes, f"Draft: {section.title}", section)
        if faults:
            return self._page(
                title, questions, answers, back=back, faults=faults, about=section.about, second=more, draft=draft
            )
        return redirect_to(f"{back}/new" if request.form.get("do") == "another" else back)

    def many_parties(self, id_: str) -> str | Response:
        """Adds several parties at once, each as a controller."""
        draft = self._draft(id_)
        there = {draft.register.present_organisation(party.organisation) for party in draft.folder.value.parties}
        listed = organisation_options(draft.register, as_of=self._as_of()).items()
        options = tuple(Option(value, words.rpartition(" (")[0]) for words, value in listed if value not in there)
        agreements = tuple(
            Option(folder.id, folder.value.title)
            for folder in draft.register.protocols()
            if folder.readable and folder.value.parties and folder.id != id_
        )
        questions = [
            Question("parties", "some", "Which organisations take part?", "Tick all.", options),
            Question("as_in", "one", "Take over all parties of another agreement?", "", agreements),
        ]
        back = f"/protocol/{id_}/part/parties"
        if request.method == "GET":
            return self._page("Who takes part", questions, {"parties": [], "as_in": []}, back=back, draft=draft)
        answers = read_answers(questions, self._form())
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
        faults = faults or self._save(draft, changes, "Draft: parties", sections()["parties"])
        if faults:
            return self._page("Who takes part", questions, answers, back=back, faults=faults, draft=draft)
        return redirect_to(f"/protocol/{id_}/what-each-does")

    def what_each_does(self, id_: str) -> str | Response:
        """One page for what each party does here, of those that do not say it yet."""
        draft, section = self._draft(id_), sections()["parties"]
        asked = {one.id: one for one in section.fields}
        data = draft.data.get("parties") or []
        groups = {group.id: group.title or group.id for group in draft.folder.value.groups}
        before = {index: present_answers(section, party, groups) for index, party in enumerate(data)}
        shown = [index for index in before if not before[index]["capacity"]][:_MOST_ON_A_PAGE]
        back = f"/protocol/{id_}/part/parties"
        if not shown:
            return redirect_to(back)
        questions = []
        for index in shown:
            name = draft.register.organisation_name(draft.register.present_organisation(data[index]["organisation"]))
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
            return self._page(title, questions, given, back=back, about=about, draft=draft)
        answers = read_answers(questions, self._form())
        faults = faults_of(questions, answers)
        working = {**draft.data}
        changes: list[Put | Append | Remove] = []
        for index in shown:
            given = {**before[index], **{name: answers[f"{name}-{index}"] for name in ("capacity", "group")}}
            for change in entry_changes(section, given, before[index], index, working):
                changes.append(change)
                if isinstance(change, Append):  # the next party may name the same new group
                    working["groups"] = [*(working.get("groups") or []), dict(change.value)]
        faults = faults or self._save(draft, changes, "Draft: what each party does", section)
        if faults:
            return self._page(title, questions, answers, back=back, faults=faults, about=about, draft=draft)
        return redirect_to(back)

    def remove_group(self, id_: str, group: str) -> str | Response:
        """Takes out a group that no party belongs to, also from the cards that name it."""
        draft = self._draft(id_)
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
            faults = self._save(draft, changes, f"Draft: group '{group}' out")
            if not faults:
                return redirect_to(back)
        about = f"{title}: no party belongs to it."
        if gone:
            about += (
                f" These cards have nobody else at one end, and go with it: {', '.join(f.title or f.id for f in gone)}."
            )
        return self._page("Take this group out?", (), {}, back=back, about=about, faults=faults, button="Take it out")

    def organisation(self, id_: str) -> str | Response:
        """Adds an organisation that the register does not know, in the same draft."""
        draft = self._draft(id_)
        kinds = tuple(Option(kind.id, kind.title) for kind in vocabulary().organisation_kinds.values())
        places = tuple(Option(value, words) for value, words in headings("jurisdiction").items())
        questions = [
            Question("name", "text", "What is its full name?", "As it signs.", (), True),
            Question(
                "kind", "one", "What kind of body is it?", "The law that applies to it follows from this.", kinds, True
            ),
            Question("jurisdiction", "one", "Where does it act?", "", places, True),
        ]
        back = f"/protocol/{id_}/part/parties"
        if request.method == "GET":
            empty: dict[str, list[str]] = {one.id: [] for one in questions}
            return self._page("An organisation that is not in the register", questions, empty, back=back, draft=draft)
        answers = read_answers(questions, self._form())
        faults = faults_of(questions, answers)
        if not faults:
            name = answers["name"][0]
            organisation = id_from(name) or "organisation-1"
            with tempfile.TemporaryDirectory(prefix="undersigned-edit-") as scratch:
                aside = draft.register.with_files({})
                aside.root = Path(scratch)
                given = {one.id: answers[one.id][0] for one in questions}
                try:
                    new_record("organisation", aside, [organisation], answers=given, as_of=self._as_of())
                    files = dict(load_files(Path(scratch)).contents)
                except EditingError as error:
                    faults = [Fault("name", f"{with_capital(str(error))}. {error.hint}")]
            if not faults:
                draft.saved(files, f"Draft: add {name}")
                return redirect_to(f"/protocol/{id_}/part/parties/new?organisation={organisation}")
        return self._page(
            "An organisation that is not in the register", questions, answers, back=back, faults=faults, draft=draft
        )

    # -- cards -----------------------------------------------------------------------------------------------------------

    def card(self, id_: str) -> str | Response:
        """The flow builder: each request holds all answers so far, and asks the next open question."""
        draft = self._draft(id_)
        if not draft.folder.value.parties:
            return redirect_to(f"/protocol/{id_}/part/parties")
        as_of = self._as_of()
        if request.method == "GET":
            form: dict[str, list[str]] = {}
            if request.args.get("copy") or request.args.get("change"):
                name = request.args.get("copy") or request.args.get("change") or ""
                try:
                    form = form_of_card(draft, name)
                except KeyError:
                    abort(404)
                if request.args.get("change"):
                    form["replaces"] = [name]
                if request.args.get("way") == "back":
                    form["senders"], form["receivers"] = form["receivers"], form["senders"]
            return self._step(Builder(draft, form, as_of=as_of), "who")
        form = self._form()
        builder = Builder(draft, form, as_of=as_of)
        step, do = (form.get("step") or [""])[0], request.form.get("do", "")
        if step not in (*STEPS, "card"):
            abort(404)
        if do == "back":
            return self._step(builder, builder.step_before(step).id)
        if do.startswith("to-") and do[3:] in STEPS:
            return self._step(builder, do[3:])
        if step == "card":
            return self._add_card(draft, builder, form)
        faults = builder.faults(builder.step(step))
        if faults:
            return self._step(builder, step, faults)
        if step == "what" and (item := builder.new_item()) is not None:
            faults = self._save(draft, [Append("data_items", item)], "Draft: information", sections()["items"])
            if faults:
                named = {"name": "new_name", "sensitivity": "new_sensitivity", "why": "new_why"}
                return self._step(builder, step, [Fault(named.get(one.field, "new_name"), one.words) for one in faults])
            form["items"] = [*form.get("items", []), str(item["id"])]
            for name in ("new_name", "new_sensitivity", "new_why"):
                form.pop(name, None)
            builder = Builder(self._draft(id_), form, as_of=as_of)
            if do == "another":
                return self._step(builder, "what")
        following = builder.next_step(step)
        return self._card_page(builder) if following is None else self._step(builder, following.id)

    def _step(self, builder: Builder, id_: str, faults: Sequence[Fault] = ()) -> str:
        step = builder.step(id_)
        shown = {question.id for question in step.questions}
        return self._page(
            TITLES[id_],
            step.questions,
            {**{one: [] for one in shown}, **builder.answers(id_)},
            back="" if id_ != "who" else f"/protocol/{builder.draft.protocol}",
            faults=faults,
            notes=step.notes,
            hidden=[*((name, value) for name, value in builder.hidden if name not in shown), ("step", id_)],
            button="Continue",
            second=("another", "Add it and name another") if id_ == "what" else None,
            draft=builder.draft,
        )

    def _card_page(self, builder: Builder, faults: Sequence[Fault] = ()) -> str:
        law = builder.law()
        flows = law.flows()
        judged = law.judged(flows)
        register = builder.draft.register.with_files(
            {
                builder.draft.path: render_yaml(
                    {**builder.draft.data, "flows": flows, "status": "draft"}, Protocol
                ).encode("utf-8", "surrogatepass")
            }
        )
        folder = register.protocol(builder.draft.protocol)
        shown = folder.value.flows if folder is not None and folder.readable else ()
        return render_template(
            "card.html",
            draft=builder.draft,
            cards=[_shown(flow, builder.draft) for flow in shown],
            hidden=[*builder.hidden, ("step", "card")],
            faults=faults,
            errors=[in_form_words(finding) for _, finding in judged if finding.severity == "error"],
            warnings=[in_form_words(finding) for _, finding in judged if finding.severity == "warning"],
            steps=[(id_, TITLES[id_]) for id_ in STEPS if builder.step(id_).questions],
            token=self._token,
        )

    def _add_card(self, draft: Draft, builder: Builder, form: Mapping[str, list[str]]) -> str | Response:
        for step in STEPS:
            asked = builder.step(step)
            if asked.questions and (faults := builder.faults(asked)):
                return self._step(builder, step, faults)
        law = builder.law()
        flows = law.flows()
        refused = refused_law(law, flows)
        if refused:
            return self._card_page(builder, [Fault("", in_form_words(one)) for one in refused])
        replaces = (form.get("replaces") or [""])[0]
        ids = [str(flow.get("id")) for flow in draft.data.get("flows") or [] if isinstance(flow, dict)]
        changes: list[Put | Append | Remove] = []
        left = list(flows)
        if replaces in ids:
            changes.append(Put(("flows", ids.index(replaces)), {**left.pop(0), "id": replaces}))
        changes += [Append("flows", flow) for flow in left]
        faults = self._save(draft, changes, f"Draft: card '{law.card.title}'")
        return self._card_page(builder, faults) if faults else redirect_to(f"/protocol/{draft.protocol}#cards")

    def remove_card(self, id_: str, flow: str) -> str | Response:
        """Takes a card out of the draft."""
        draft = self._draft(id_)
        ids = [one.id for one in draft.folder.value.flows]
        if flow not in ids:
            abort(404)
        if request.method == "POST":
            faults = self._save(draft, [Remove(("flows", ids.index(flow)))], f"Draft: card '{flow}' out")
            if not faults:
                return redirect_to(f"/protocol/{id_}")
        return self._page(
            "Take this card out?",
            (),
            {},
            back=f"/protocol/{id_}",
            about=f"{draft.folder.value.flows[ids.index(flow)].title or flow}. You can make it again.",
            button="Take it out",
            draft=draft,
        )

    def standard_cards(self, id_: str) -> str:
        """The standard cards; those for which the draft has parties come first."""
        draft = self._draft(id_)
        return render_template("standard_cards.html", draft=draft, cards=standard_cards(draft))

    def standard_card(self, id_: str, card: str) -> str | Response:
        """Adds a standard card for the parties that are chosen."""
        draft = self._draft(id_)
        found = next((one for one in standard_cards(draft) if one.id == card), None)
        if found is None or not found.fits:
            abort(404)
        questions = [
            Question(end.id, "some", f"Which of the parties are meant by: {end.title}?", "", options, True)
            for end, options in found.ends
        ]
        back = f"/protocol/{id_}/standard-cards"
        if request.method == "GET":
            only = {end.id: [options[0].value] if len(options) == 1 else [] for end, options in found.ends}
            return self._page(found.title, questions, only, back=back, about=found.note, button="Add", draft=draft)
        answers = read_answers(questions, self._form())
        faults = faults_of(questions, answers)
        if not faults:
            flow = standard_flow_for(draft, card, answers)
            probe = Card(found.title, tuple(flow["from"]), tuple(flow["to"]), "other", "routine", ())
            refused = refused_law(CardLaw(draft.register, id_, probe, as_of=self._as_of()), [flow])
            faults = [Fault("", in_form_words(finding)) for finding in refused]
            faults = faults or self._save(draft, [Append("flows", flow)], f"Draft: standard card '{card}'")
        if faults:
            return self._page(
                found.title, questions, answers, back=back, faults=faults, about=found.note, button="Add", draft=draft
            )
        return redirect_to(f"/protocol/{id_}#cards")

    # -- clauses -----------------------------------------------------------------------------------------------------------

    def clauses(self, id_: str) -> str | Response:
        """The clause picker: standard clauses for the topics that are not answered yet."""
        draft = self._draft(id_)
        there = {clause.id for clause in draft.folder.value.clauses}
        topics = vocabulary().content_topics
        standard = [one for one in standard_texts.common_clauses() if one["id"] not in there]
        options = tuple(
            Option(
                str(one["id"]),
                str(one["title"]),
                " ".join(str(one["text"]).split())[:240] + "…",
                quiet=str(one["id"]) not in topics,
            )
            for one in standard
        )
        questions = [
            Question("clauses", "some", "Which standard clauses do you take?", "You can change their words.", options)
        ]
        back = f"/protocol/{id_}/part/clauses"
        if request.method == "GET":
            return self._page("Standard clauses", questions, {"clauses": []}, back=back, button="Add", draft=draft)
        answers = read_answers(questions, self._form())
        faults = faults_of(questions, answers)
        if not answers["clauses"]:
            faults = [Fault("clauses", "Choose at least one, or go back.")]
        chosen = [one for one in standard if one["id"] in answers["clauses"]]
        changes = [Append("clauses", {name: one[name] for name in one}) for one in chosen]
        faults = faults or self._save(draft, changes, "Draft: standard clauses", sections()["clauses"])
        if faults:
            return self._page(
                "Standard clauses", questions, answers, back=back, faults=faults, button="Add", draft=draft
            )
        return redirect_to(back)

    def adopt(self, id_: str) -> str | Response:
        """Takes over clauses of the framework that the protocol is part of."""
        draft = self._draft(id_)
        framework = draft.folder.value.part_of
        other = draft.register.protocol(framework) if framework else None
        if other is None or not other.readable or not other.versions:
            abort(404)
        version = list(other.versions)[-1]
        text = other.text_of(version)
        clauses = text.clauses if text is not None else ()
        taken = {
            id_ for clause in draft.folder.value.clauses if clause.adopts for id_ in (*clause.adopts.clauses, clause.id)
        }
        options = tuple(
            Option(clause.id, clause.title or clause.id, " ".join((clause.text or "").split())[:240] + "…")
            for clause in clauses
            if clause.id not in taken and clause.text
        )
        questions = [
            Question("title", "text", "What is the clause called that takes them over?", "", (), True),
            Question("clauses", "some", "Which terms are taken over?", "", options, True),
        ]
        back = f"/protocol/{id_}/part/clauses"
        title = f"Terms of {other.value.title}"
        given = {"title": [f"Terms taken from {other.value.title}"], "clauses": []}
        if request.method == "GET":
            return self._page(title, questions, given, back=back, button="Take over", draft=draft)
        answers = read_answers(questions, self._form())
        faults = faults_of(questions, answers)
        if not faults:
            there = {clause.id for clause in draft.folder.value.clauses}
            entry: dict[str, Data] = {
                "id": free_id("common-terms", there),
                "title": answers["title"][0],
                "adopts": {"protocol": framework, "version": str(version), "clauses": answers["clauses"]},
            }
            faults = self._save(draft, [Append("clauses", entry)], "Draft: terms taken over", sections()["clauses"])
        if faults:
            return self._page(title, questions, answers, back=back, faults=faults, button="Take over", draft=draft)
        return redirect_to(back)

    # -- propose -----------------------------------------------------------------------------------------------------------

    def propose(self, id_: str) -> str | Response:
        """Shows what the draft means beside the main text, and proposes it."""
        draft = self._draft(id_)
        if draft.tip is None or not draft.files:
            return redirect_to(f"/protocol/{id_}")
        base, commit = draft.commit_to_compare()
        words = render_html(report_between(self._root, base, commit, as_of=self._as_of()))
        title = draft.folder.value.title
        errors = self._new_errors(Draft(draft.root, id_, None, base, {}, ()), draft.files)
        seen = (request.form.get("commit_base"), request.form.get("commit_tip")) == (base, draft.tip)
        if request.method == "POST" and seen and not draft.moved and not errors:
            branch, _, _ = draft.proposed(f"{title}: draft")
            return render_template("proposed.html", change={"title": title}, branch=branch, words=words)
        return render_template(
            "propose.html",
            draft=draft,
            title=title,
            words=words,
            base=base,
            errors=[in_form_words(finding) for finding in errors],
            missing=self.missing(draft),
            again=request.method == "POST",
            token=self._token,
        )

    def give_up(self, id_: str) -> str | Response:
        """Throws a draft away, after asking."""
        draft = self._draft(id_)
        if request.method == "POST":
            draft.given_up()
            return redirect_to("/")
        about = f"{draft.folder.value.title}: all that was written here since the last proposal is deleted."
        return self._page(
            "Throw this draft away?", (), {}, back=f"/protocol/{id_}", about=about, button="Throw it away", draft=draft
        )


def redirect_to(address: str) -> Response:
    """A redirect after a form, so that reloading a page never sends it twice."""
    return redirect(address, 303)


def refused_law(law: CardLaw, flows: Sequence[Mapping[str, Data]]) -> list[Finding]:
    """The errors that the checks find in law that these flows name. What is left open is no such error."""
    return [finding for field, finding in law.judged(flows) if finding.severity == "error" and field in _NAMED_LAW]


_NAMED_LAW = frozenset(
    {
        "gateways",
        "lawful_bases",
        "recognised_interests",
        "special_category_conditions",
        "schedule_1_conditions",
        "law_enforcement_conditions",
        "official_authority",
        "regime",
        "receives_under",
        "consent",
        "statutory_consents",
    }
)


def _shown(flow: Flow, draft: Draft) -> dict[str, object]:
    """A card as a practitioner sees it, beside its law."""
    protocol, register = draft.folder.value, draft.register
    groups = {group.id: group.title or group.id for group in protocol.groups}

    def named(ids: Iterable[str]) -> list[str]:
        return [groups.get(id_) or register.organisation_name(id_) for id_ in ids]

    items = [protocol.spelled_out(item) for item in flow.items]
    laws = [((), flow), *((differs.for_, differs) for differs in flow.law_differs)]
    return {
        "title": flow.title or flow.id,
        "senders": named(flow.from_),
        "receivers": named(flow.to),
        "when": label("when", flow.when) if flow.when else "",
        "first": [label("consent_condition", one) for one in flow.consent],
        "items": [item.name for item in items if item is not None],
        "not_shared": flow.not_shared,
        "method": flow.method,
        "timing": flow.timing,
        "retention": flow.retention,
        "regime": label("regime", flow.regime) if flow.regime else "",
        "receives": label("regime", flow.receives_under) if flow.receives_under else "",
        "laws": [
            (
                named(ends),
                [
                    (label("field", ref.field), ref.entry.title_with_reference if ref.entry else ref.id)
                    for ref in legal_references(law)
                ],
            )
            for ends, law in laws
        ],
    }


def _filled(section: Section, draft: Draft) -> bool:
    if section.list is not None:
        return bool(draft.data.get(section.list))
    return any(present_answers(section, draft.data, {}).values())


def _summary(entry: Mapping[str, Data]) -> str:
    """A line about an entry of a list."""
    for name in ("capacity", "why", "text", "pays_for"):
        if isinstance(entry.get(name), str):
            return " ".join(str(entry[name]).split())[:200]
    if isinstance(entry.get("adopts"), dict):
        return f"Takes over: {', '.join(str(one) for one in entry['adopts'].get('clauses', []))}"
    return ""


def _section_of(path: tuple[str | int, ...]) -> str:
    """The part of the pages that a place of the record belongs to."""
    names = tuple(part for part in path if isinstance(part, str))
    if not names:
        return "about"
    if names[0] in _SECTION_OF_FIELD:
        return _SECTION_OF_FIELD[names[0]]
    for section in sections().values():
        if section.list == names[0] or any(one.path[0] == names[0] for one in section.fields):
            return section.id
    return "about"


def _at_question(finding: Finding, raw: bytes, section: Section | None) -> Fault:
    """A finding at the question of a part that it is about, or in the summary."""
    path = Source(finding.path, raw).path_at(finding.place) if finding.path.endswith("protocol.yaml") else ()
    names = tuple(part for part in path if isinstance(part, str))
    if section is not None:
        within = names[1:] if section.list else names
        for one in section.fields:
            if within[: len(one.path)] == one.path:
                return Fault(one.id, in_form_words(finding))
    return Fault("", in_form_words(finding))


def in_form_words(finding: Finding) -> str:
    """A finding as a sentence for somebody who sees forms and no record."""
    return with_capital(finding.message) + (f". {finding.hint}" if finding.hint else ".")
