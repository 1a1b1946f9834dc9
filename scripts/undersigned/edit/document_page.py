"""The page on which a protocol begins with the text of an agreement: left the document, right what was made of it, to tick.

The file is read in a process of its own and kept nowhere. Between two pages the form carries its text, without people, under
a seal. Nothing is taken that is not ticked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from flask import Flask, render_template, request
from werkzeug.wrappers import Response

from undersigned.changes.git import HistoryError
from undersigned.edit.draft_pages import DraftPages, redirect_to
from undersigned.edit.drafts import drafts, open_draft
from undersigned.edit.main_text import main_register
from undersigned.edit.questions import Option, Question, free_id
from undersigned.editing import EditingError
from undersigned.intake.cells import UnreadableError
from undersigned.intake.document_draft import Choices, Proposal, ProposedClause, ProposedParty, make_draft, propose
from undersigned.intake.document_reader import LARGEST, Block, Document, read_document
from undersigned.intake.document_report import (
    facts_in_words,
    open_in_words,
    paragraphs,
    party_in_words,
    taken_out_in_words,
    topic_title,
)
from undersigned.intake.people import without_people
from undersigned.intake.rows import described
from undersigned.intake.sections import Section
from undersigned.records.files import printable
from undersigned.words.labels import headings
from undersigned.words.text import with_capital

ADDRESS = "/document"
#: Of what one form may hold: a file, or the text of one with the answers. Word's pictures are not read, but they are sent.
LARGEST_FORM = LARGEST + (1 << 20)
#: Of the text that the form carries, in bytes, and of its answers.
LARGEST_TEXT, MOST_ANSWERS = 2_000_000, 4_000
_AGAIN = "This page is too old. Choose the file again."


@dataclass(frozen=True)
class _Row:
    """A section of the document, and the clause that was made of it, or why none was."""

    section: Section
    clause: ProposedClause | None
    reason: str


class DocumentPage(DraftPages):
    """The page for a file, and the page that shows what was read of it."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(app, (ADDRESS, self.document))

    def document(self) -> str | Response:
        """The form for a file; what was read of it; and, with what is ticked, the draft."""
        if request.method == "GET":
            return self._ask_for_file()
        if "text" in request.form:
            return self._answered()
        file = request.files.get("file")
        if file is None or not file.filename:
            return self._ask_for_file("Choose a file.")
        name = printable(file.filename)[:120]
        try:
            read = read_document(file.read(), name)
        except UnreadableError as error:
            return self._ask_for_file(f"{with_capital(str(error))}. {error.hint}")
        blocks, taken = without_people(read.blocks)
        text = _packed(name, Document(tuple(blocks), read.title, read.notes))
        if len(text.encode("utf-8")) > LARGEST_TEXT:
            return self._ask_for_file("The document is longer than this page can show. Leave its appendices out.")
        proposal = self._proposal(name, Document(tuple(blocks), read.title, read.notes))
        proposal.text.taken_out += taken
        return self._show(proposal, text, {"title": [proposal.title], "kind": [proposal.text.kind]})

    def _ask_for_file(self, fault: str = "") -> str:
        return render_template("document.html", token=self.token, fault=fault)

    def _proposal(self, name: str, document: Document) -> Proposal:
        return propose(document, name, main_register(self.root), as_of=self.as_of())

    def _answered(self) -> str | Response:
        text, answers = request.form["text"].replace("\r\n", "\n"), self.form()
        if not self.token.has_sealed(text, request.form.get("seal", "")):
            return self._ask_for_file(_AGAIN)
        name, document = _unpacked(text)
        proposal = self._proposal(name, document)
        if request.form.get("do") == "all":
            facts = [id_ for id_, _, _ in facts_in_words(proposal)]
            answers |= {"take": [one.key for one in proposal.clauses], "fact": facts}
            answers |= {one.key: ["yes"] for one in proposal.parties if one.body is not None}
            return self._show(proposal, text, answers)
        title = " ".join((answers.get("title") or [""])[0].split())
        kind = (answers.get("kind") or [""])[0]
        faults = [("title", "What is it called? Write a title.")] if not title else []
        faults += [("kind", "What sort of agreement is it? Choose one.")] if kind not in headings("kind") else []
        if faults:
            return self._show(proposal, text, answers, faults)
        return self._make(proposal, text, answers, Choices(title, kind))

    def _make(
        self, proposal: Proposal, text: str, answers: Mapping[str, list[str]], choices: Choices
    ) -> str | Response:
        """The draft of what is ticked. What cannot be taken is said, and nothing is saved until it is left out."""
        choices.parties = dict(_parties_chosen(proposal.parties, answers))
        choices.facts = frozenset(answers.get("fact", ()))
        choices.clauses = {
            clause.key: tuple(topic for topic in clause.covers if topic in answers.get(f"covers-{clause.key}", ()))
            for clause in proposal.clauses
            if clause.key in answers.get("take", ())
        }
        register, as_of = main_register(self.root), self.as_of()
        id_ = free_id(choices.title, {*register.protocol_ids, *drafts(self.root)})
        try:
            made = make_draft(proposal, choices, register, id_, as_of=as_of)
            if made.refused:
                faults = [
                    (clause.key, f"{clause.heading} cannot be taken as it is: {finding.message}. {finding.hint}")
                    for clause, finding in made.refused
                ]
                return self._show(proposal, text, answers, faults)
            files = {path: words.encode("utf-8", "surrogatepass") for path, words in made.files.items()}
            open_draft(self.root, id_).saved(files, f"Draft: {choices.title}, begun from a document")
        except (EditingError, HistoryError) as error:
            return self._show(proposal, text, answers, [("", f"{with_capital(str(error))}. {error.hint}")])
        return redirect_to(f"/protocol/{id_}")

    def _show(
        self, proposal: Proposal, text: str, answers: Mapping[str, list[str]], faults: Sequence[tuple[str, str]] = ()
    ) -> str:
        clauses = {one.number: one for one in proposal.clauses}
        reasons = {one.number: one.reason for one in proposal.left_out}
        first, *rest = proposal.text.sections
        kinds = tuple(Option(value, words) for value, words in headings("kind").items())
        return render_template(
            "document_read.html",
            token=self.token,
            text=text,
            seal=self.token.seal(text),
            file=proposal.file,
            notes=proposal.text.notes,
            front=first,
            rows=[_Row(one, clauses.get(one.number), reasons.get(one.number, "")) for one in rest],
            title=Question("title", "text", "What is it called?", "", (), True),
            kind=Question("kind", "one", "What sort of agreement is it?", "", kinds, True),
            facts=facts_in_words(proposal),
            parties=[(one, party_in_words(one), _choices(one)) for one in proposal.parties],
            unsettled=[*taken_out_in_words(proposal), *open_in_words(proposal)],
            answers=answers,
            faults=faults,
            topic_title=topic_title,
            paragraphs=paragraphs,
        )


def _choices(party: ProposedParty) -> list[tuple[str, str]]:
    """What may be answered about a body that is not sure."""
    near = [(body.key, described(body)) for body in party.match.bodies]
    kinds = [(f"new:{kind}", f"A body to add: {words}") for kind, words in headings("organisation_kind").items()]
    return [*near, *kinds]


def _parties_chosen(parties: Sequence[ProposedParty], answers: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """The key of each party that is taken, with the body that was chosen. Only what was offered counts."""
    chosen = []
    for one in parties:
        answer = (answers.get(one.key) or [""])[0]
        if one.body is not None and answer == "yes":
            chosen.append((one.key, one.body.key))
        elif one.body is None and answer in dict(_choices(one)):
            chosen.append((one.key, answer))
    return chosen


def _packed(name: str, document: Document) -> str:
    return json.dumps({"name": name, **asdict(document)}, ensure_ascii=False)


def _unpacked(text: str) -> tuple[str, Document]:
    data = json.loads(text)
    blocks = tuple(Block(**{**one, "rows": tuple(tuple(row) for row in one["rows"])}) for one in data["blocks"])
    return str(data["name"]), Document(blocks, data["title"], tuple(data["notes"]))
