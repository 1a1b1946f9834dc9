"""The pages on which a protocol is written: its parts, its clauses, what is still missing, and the proposal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, abort, render_template, request
from werkzeug.wrappers import Response

from undersigned.changes.compare import report_between
from undersigned.changes.render_html import render_html
from undersigned.checks.engine import check_protocols
from undersigned.edit.draft_pages import DraftPages, redirect_to
from undersigned.edit.drafts import Draft
from undersigned.edit.form_words import SECTION_OF_TOPIC, in_form_words, section_of, words_of_error
from undersigned.edit.outlets import OutletError
from undersigned.edit.questions import (
    Fault,
    Option,
    Question,
    Section,
    entry_changes,
    faults_of,
    free_id,
    present_answers,
    questions_of,
    read_answers,
    section_changes,
    sections,
)
from undersigned.editing import standard_texts
from undersigned.editing.amend import Append, Remove
from undersigned.editing.yaml_write import render_yaml
from undersigned.records.protocol import Protocol
from undersigned.records.source import KeyPath, PlainData, Source, mapping_of, mappings, strings
from undersigned.records.vocabulary import vocabulary

_STATUS = re.compile(rb"^status:[^\n]*$", re.MULTILINE)
_TOPIC = re.compile(r"covers '([a-z-]+)'")
#: What a draft lacks until it is stamped and signed, which nobody can settle on these pages.
_LATER = frozenset({"no-version"})
_FLOW_TOPICS = frozenset({"data-items", "regime", "lawful-basis", "gateway", "procedure", "retention"})


@dataclass(frozen=True)
class Missing:
    """One thing to settle before anybody signs: where, in what words, and whether signing waits for it.

    `address`: the page that asks about it.
    """

    section: str
    words: str
    must: bool
    address: str


class ProtocolPages(DraftPages):
    """The pages of one draft: its parts, what is missing, and the proposal."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(
            app,
            ("/protocol/<id_>", self.overview),
            ("/protocol/<id_>/part/<part>", self.section),
            ("/protocol/<id_>/part/<part>/<entry>", self.entry),
            ("/protocol/<id_>/clauses", self.clauses),
            ("/protocol/<id_>/clauses/adopt", self.adopt),
            ("/protocol/<id_>/propose", self.propose),
            ("/protocol/<id_>/give-up", self.give_up),
        )

    # -- the overview --------------------------------------------------------------------------------------------------

    def overview(self, id_: str) -> str:
        """What the draft holds, and what is still missing, as a list that shrinks."""
        draft = self.draft(id_)
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
            token=self.token,
        )

    def missing(self, draft: Draft) -> list[Missing]:
        """What the checks would ask for if the draft went out for signature today."""
        register = draft.register.with_files({draft.path: _at_signing(draft)})
        files = register.files.contents
        sources = {
            "protocol": Source(draft.path, files[draft.path]),
            "people": Source(draft.people_path, files.get(draft.people_path, b"")),
        }
        found = []
        for finding in check_protocols(register, [draft.protocol], as_of=self.as_of())[0]:
            record = {draft.path: "protocol", draft.people_path: "people"}.get(finding.path)
            if record is None or finding.code in _LATER:
                continue
            topic = _TOPIC.search(finding.message)
            if topic and topic[1] in vocabulary().content_topics:
                entry = vocabulary().content_topics[topic[1]]
                section = SECTION_OF_TOPIC.get(topic[1], "cards" if topic[1] in _FLOW_TOPICS else "clauses")
                words, address = f"{entry.title}: {entry.why}", _address(draft, section, ())
            else:
                path = sources[record].path_at(finding.place)
                section, words = section_of(path, record), in_form_words(finding, draft.register)
                address = _address(draft, section, path)
            found.append(Missing(section, words, finding.severity == "error", address))
        order = [*sections(), "cards"]
        return sorted(dict.fromkeys(found), key=lambda one: (not one.must, order.index(one.section)))

    # -- parts -----------------------------------------------------------------------------------------------------------

    def section(self, id_: str, part: str) -> str | Response:
        """A part with one page of questions, or the list of its entries."""
        draft, section = self.draft(id_), sections().get(part)
        if section is None:
            abort(404)
        if section.list is not None:
            return self._entries(draft, section)
        before = present_answers(section, _data_of(section, draft), {})
        questions = questions_of(section, draft, as_of=self.as_of())
        back = f"/protocol/{id_}"
        following = _following(section, draft)
        more = ("following", f"Save and go on: {following.title}") if following is not None else None
        if request.method == "GET":
            return self.page(section.title, questions, before, back=back, about=section.about, second=more, draft=draft)
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        if not faults:
            faults = self.save(draft, section_changes(section, answers, before), f"Draft: {section.title}", section)
        if faults:
            return self.page(
                section.title,
                questions,
                answers,
                back=back,
                faults=faults,
                about=section.about,
                second=more,
                draft=draft,
            )
        if following is not None and request.form.get("do") == "following":
            return redirect_to(f"{back}/part/{following.id}")
        return redirect_to(back)

    def _entries(self, draft: Draft, section: Section) -> str:
        entries = mappings(_data_of(section, draft).get(section.list or ""))
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
            "entries.html", draft=draft, section=section, entries=names, empty=empty, token=self.token
        )

    def entry(self, id_: str, part: str, entry: str) -> str | Response:
        """One entry of a list: a new one, or one that is there."""
        draft, section = self.draft(id_), sections().get(part)
        if section is None or section.list is None:
            abort(404)
        if section.record == "people" and not draft.people:
            return redirect_to(f"/protocol/{id_}/part/people")
        entries = mappings(_data_of(section, draft).get(section.list))
        index = int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 6 else None
        if (index is None and entry != "new") or (index is not None and index >= len(entries)):
            abort(404)
        groups = {group.id: group.title or group.id for group in draft.folder.value.groups}
        before = present_answers(section, {} if index is None else entries[index], groups)
        questions = questions_of(section, draft, as_of=self.as_of())
        back = f"/protocol/{id_}/part/{part}"
        title = f"{section.title}: add" if index is None else section.title
        more = ("another", "Save and add another") if index is None else ("remove", "Take it out")
        if request.method == "GET":
            given = before if index is not None else {**before, **{q.id: request.args.getlist(q.id) for q in questions}}
            return self.page(title, questions, given, back=back, about=section.about, second=more, draft=draft)
        answers = read_answers(questions, self.form())
        if request.form.get("do") == "remove" and index is not None:
            faults = self.save(draft, [Remove((section.list, index))], f"Draft: {section.title}, one out", section)
        else:
            faults = faults_of(questions, answers)
            if not faults:
                changes = entry_changes(section, answers, before, index, _data_of(section, draft))
                faults = self.save(draft, changes, f"Draft: {section.title}", section)
        if faults:
            return self.page(
                title, questions, answers, back=back, faults=faults, about=section.about, second=more, draft=draft
            )
        return redirect_to(f"{back}/new" if request.form.get("do") == "another" else back)

    # -- clauses -----------------------------------------------------------------------------------------------------------

    def clauses(self, id_: str) -> str | Response:
        """The clause picker: standard clauses for the topics that are not answered yet."""
        draft = self.draft(id_)
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
            return self.page("Standard clauses", questions, {"clauses": []}, back=back, button="Add", draft=draft)
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        if not answers["clauses"]:
            faults = [Fault("clauses", "Choose at least one, or go back.")]
        chosen = [one for one in standard if one["id"] in answers["clauses"]]
        changes = [Append("clauses", {name: one[name] for name in one}) for one in chosen]
        faults = faults or self.save(draft, changes, "Draft: standard clauses", sections()["clauses"])
        if faults:
            return self.page(
                "Standard clauses", questions, answers, back=back, faults=faults, button="Add", draft=draft
            )
        return redirect_to(back)

    def adopt(self, id_: str) -> str | Response:
        """Takes over clauses of the framework that the protocol is part of."""
        draft = self.draft(id_)
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
            return self.page(title, questions, given, back=back, button="Take over", draft=draft)
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        if not faults:
            there = {clause.id for clause in draft.folder.value.clauses}
            entry: dict[str, PlainData] = {
                "id": free_id("common-terms", there),
                "title": answers["title"][0],
                "adopts": {"protocol": framework, "version": str(version), "clauses": [*answers["clauses"]]},
            }
            faults = self.save(draft, [Append("clauses", entry)], "Draft: terms taken over", sections()["clauses"])
        if faults:
            return self.page(title, questions, answers, back=back, faults=faults, button="Take over", draft=draft)
        return redirect_to(back)

    # -- propose -----------------------------------------------------------------------------------------------------------

    def propose(self, id_: str) -> str | Response:
        """Shows what the draft means beside the main text, and proposes it."""
        draft = self.draft(id_)
        if draft.tip is None or not draft.files:
            return redirect_to(f"/protocol/{id_}")
        base, commit = draft.commit_to_compare()
        words = render_html(report_between(self.root, base, commit, as_of=self.as_of()))
        title = draft.folder.value.title
        errors = self.new_errors(Draft(draft.root, id_, None, base, {}, ()), draft.files)
        seen = (request.form.get("commit_base"), request.form.get("commit_tip")) == (base, draft.tip)
        refused = self.context.refusal(draft.files)
        problems = [*([refused] if refused else []), *(in_form_words(finding, draft.register) for finding in errors)]
        if request.method == "POST" and seen and not draft.moved and not problems:
            try:
                proposed = draft.proposed(f"{title}: draft", self.context.outlet)
                return render_template("proposed.html", title=title, proposed=proposed, words=words)
            except OutletError as error:
                problems = [words_of_error(error)]
        return render_template(
            "propose.html",
            draft=draft,
            title=title,
            words=words,
            base=base,
            errors=problems,
            missing=self.missing(draft),
            again=request.method == "POST",
            token=self.token,
        )

    def give_up(self, id_: str) -> str | Response:
        """Throws a draft away, after asking."""
        draft = self.draft(id_)
        if request.method == "POST":
            draft.given_up()
            return redirect_to("/")
        about = f"{draft.folder.value.title}: all that was written here since the last proposal is deleted."
        return self.page(
            "Throw this draft away?", (), {}, back=f"/protocol/{id_}", about=about, button="Throw it away", draft=draft
        )


def _at_signing(draft: Draft) -> bytes:
    """The working text as it would be at signing, each line where it was."""
    raw = draft.register.files.contents[draft.path]
    there = _STATUS.subn(b"status: signing", raw)
    if there[1] == 1:
        return there[0]
    return render_yaml({**draft.data, "status": "signing"}, Protocol).encode("utf-8", "surrogatepass")


def _data_of(section: Section, draft: Draft) -> Mapping[str, PlainData]:
    """The record that a part is about, as plain data."""
    return draft.people if section.record == "people" else draft.data


def _address(draft: Draft, section: str, path: KeyPath) -> str:
    """The page that asks about a place of the record."""
    here = f"/protocol/{draft.protocol}"
    if section == "cards":
        flows = draft.folder.value.flows
        index = path[1] if len(path) > 1 and path[0] == "flows" else None
        named = isinstance(index, int) and index < len(flows)
        return f"{here}/card?change={flows[index].id}" if named and isinstance(index, int) else "#cards"
    if len(path) > 1 and isinstance(path[1], int) and path[0] == sections()[section].list:
        return f"{here}/part/{section}/{path[1]}"
    return f"{here}/part/{section}"


def _following(section: Section, draft: Draft) -> Section | None:
    """The next part of the same record that has no answer yet, in the order of the overview; None after the last."""
    parts = [one for one in sections().values() if one.record == section.record]
    after = parts[parts.index(section) + 1 :]
    spelled_out = {"items"} if draft.folder.value.flows else set()  # as in the cards of a standard
    return next((one for one in after if one.id not in spelled_out and not _filled(one, draft)), None)


def _filled(section: Section, draft: Draft) -> bool:
    if section.list is not None:
        return bool(_data_of(section, draft).get(section.list))
    return any(present_answers(section, _data_of(section, draft), {}).values())


def _summary(entry: Mapping[str, PlainData]) -> str:
    """A line about an entry of a list."""
    for name in ("capacity", "why", "text", "pays_for"):
        if isinstance(entry.get(name), str):
            return " ".join(str(entry[name]).split())[:200]
    adopts = mapping_of(entry.get("adopts"))
    return f"Takes over: {', '.join(strings(adopts.get('clauses')))}" if adopts else ""
