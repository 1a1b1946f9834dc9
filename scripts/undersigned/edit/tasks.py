"""What each form of `edit` asks, and the files that its answers change. Nothing is written to the register.

The four issue forms and the forms of `tasks.toml` share one engine. A change of wording is a form made for the place.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from undersigned.edit.form_words import in_form_words, words_of_error
from undersigned.edit.questions import Fault, FaultyError
from undersigned.edit.reach import new_in_change
from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, amended
from undersigned.editing.atomic import write_bytes
from undersigned.editing.formatting import format_record
from undersigned.editing.new import new_record
from undersigned.editing.yaml_write import render_yaml
from undersigned.jobs.form_answers import AnswerReader, Answers, Problem, UnusableError, tidy_answers
from undersigned.jobs.form_definitions import Field, Form, forms, read_forms
from undersigned.jobs.issue_forms import RecordChange, record_change
from undersigned.jobs.messages import message
from undersigned.records.files import load_files
from undersigned.records.findings import Finding
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.signature import SigningRecord
from undersigned.records.source import PlainData, Source, list_of, mapping_of, text_of
from undersigned.register import ProtocolFolder, Register
from undersigned.words.dates import date_in_words, read_date
from undersigned.words.text import id_from

_FILE = Path(__file__).parent / "tasks.toml"
_LONGEST_TEXT = 20_000
#: What the fields with words are called.
_CALLED = {
    "title": "Title",
    "text": "Words",
    "summary": "Summary",
    "method": "How it is sent",
    "timing": "By when",
    "retention": "How long it is kept",
    "necessity": "Why nothing less would do",
    "if_not_shared": "What happens otherwise",
    "proportionality": "Why this much and no more",
    "consent": "Consent",
    "transparency": "What people are told",
    "vital_interests": "In an emergency",
}
#: Where the words of the issue forms speak of an issue.
_OWN_WORDS = {
    "missing": "Answer this question.",
    "recorded-already": "The register has all of this already. Change an answer, or go back.",
}
_RECORDED_OTHERWISE = (
    "The register has another answer here: {}. If that is right, give the same answer. If it is wrong, ask whoever keeps "
    "the register to correct it."
)
#: Where a finding's field has another name than the question that it comes from.
_QUESTION_OF = {
    "signed_by": "post",
    "reference": "authority_reference",
    "evidence": "evidence",
    "contact": "post",
    "nominated_officer": "post",
    "data_protection_officer": "dpo_post",
    "dissolved_on": "on",
    "successors": "organisation",
    "inherits": "organisation",
    "reviewed_by": "post",
}


@dataclass(frozen=True)
class Change:
    """What the answers would change: path to content. `title` is the first line of the commit.

    `care`: warnings and advice that the change brings, in the words of forms.
    """

    title: str
    files: Mapping[str, bytes]
    answers: tuple[tuple[str, str], ...]
    care: tuple[str, ...]


# -- the forms ---------------------------------------------------------------------------------------------------------------


@cache
def tasks() -> Mapping[str, Form]:
    """All forms by id: those that GitHub has too, and those of this room."""
    return {**forms().forms, **read_forms(_FILE).forms}


@dataclass(frozen=True)
class Wording:
    """A text of a protocol that can be changed: where it is, what a reader calls it, and what it says now."""

    slug: str
    path: tuple[str | int, ...]
    part: str
    name: str
    text: str

    @property
    def form(self) -> Form:
        """A form with one question: the new text."""
        field = Field(
            "text", "long" if "\n" in self.text or len(self.text) > 120 else "text", self.name, "", "", True, ()
        )
        return Form("wording", "", f"{self.part}: {self.name}", "", "", (field,))


def wordings(folder: ProtocolFolder) -> list[Wording]:
    """Every text of a protocol that has words, in the order of the record."""
    return list(_wordings(folder.record.source.data))


def _wordings(data: Mapping[str, PlainData]) -> Iterator[Wording]:
    if summary := text_of(data.get("summary")):
        yield Wording("summary", ("summary",), "The protocol", "Summary", summary)
    for group, heading in (("purpose", "Purpose"), ("considerations", "What was weighed up")):
        for name, text in mapping_of(data.get(group)).items():
            if isinstance(text, str):
                yield Wording(f"{group}.{name}", (group, name), heading, _CALLED.get(name) or name, text)
    for list_, names in (("flows", ("title", "method", "timing", "retention")), ("clauses", ("title", "text"))):
        for index, entry in enumerate(map(mapping_of, list_of(data.get(list_)))):
            id_ = text_of(entry.get("id"))
            for name in names if id_ else ():
                if text := text_of(entry.get(name)):
                    title = text_of(entry.get("title")) or id_
                    yield Wording(f"{list_}.{id_}.{name}", (list_, index, name), title, _CALLED.get(name, name), text)


# -- from answers to files ---------------------------------------------------------------------------------------------------


def change_of(form: Form, written: Mapping[str, str], register: Register, *, as_of: date) -> Change:
    """The change that the answers to a form ask for, checked. Raises FaultyError with every fault.

    `written`: what a person wrote, by the id of the field.
    """
    values, problems = tidy_answers(form, written)
    if problems:
        raise FaultyError([_fault(problem, form, register) for problem in problems])
    answers = Answers(form, values)
    with tempfile.TemporaryDirectory(prefix="undersigned-edit-") as scratch:
        try:
            change = (_made_here if form.id in _MAKERS else record_change)(
                answers, register, Path(scratch), as_of=as_of
            )
        except UnusableError as error:
            raise FaultyError([_fault(problem, form, register) for problem in error.problems]) from None
        except EditingError as error:
            raise FaultyError([Fault("", words_of_error(error))]) from None
    title = form.name
    if form.id in forms().forms:
        title = message("intake", "titles", form.id, **change.subject)
    elif change.subject:
        title = f"{form.name}: {', '.join(change.subject.values())}"
    return _checked(title, form, values, change.files, register, as_of)


def wording_change(wording: Wording, text: str, folder: ProtocolFolder, register: Register, *, as_of: date) -> Change:
    """The change of one text of a protocol, checked. Raises FaultyError."""
    new = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip("\n").split("\n"))
    values = {"text": new}
    if not new.strip():
        raise FaultyError([Fault("text", "Write the new words. To take the whole part away, edit the record itself.")])
    if len(new) > _LONGEST_TEXT:
        raise FaultyError([Fault("text", f"These words are too long. Write no more than {_LONGEST_TEXT:,} letters.")])
    if new.strip() == wording.text.strip():
        raise FaultyError([Fault("text", "This is what the protocol says already. Change the words, or go back.")])
    path = folder.record.path
    value = new + "\n" if "\n" in new or wording.text.endswith("\n") else new
    try:
        raw = amended(register, path, register.files.contents[path], Protocol, [Put(wording.path, value)])
    except EditingError as error:
        raise FaultyError([Fault("text", words_of_error(error))]) from None
    return _checked(f"{folder.id}: {wording.part}, {wording.name}", wording.form, values, {path: raw}, register, as_of)


def _checked(
    title: str, form: Form, values: Mapping[str, str], files: Mapping[str, bytes], register: Register, as_of: date
) -> Change:
    pairs = []
    for field in form.fields:
        if shown := _shown(field, values[field.id], register):
            pairs.append((field.label, shown))
    return checked(
        title, files, pairs, register, lambda finding, after: _placed(finding, form, files, after), as_of=as_of
    )


def _shown(field: Field, value: str, register: Register) -> str:
    """An answer as a person reads it: the words of a choice, a name, a day in words."""
    if field.type == "organisation" and register.has_organisation(value):
        return register.organisation_name(register.present_organisation(value))
    if (
        field.type == "protocol"
        and (record := register.protocol_record(value)) is not None
        and record.value is not None
    ):
        return record.value.title
    if field.type == "day" and (day := read_date(value)) is not None:
        return date_in_words(day)
    return {option: words for words, option in field.options}.get(value, value)


def checked(
    title: str,
    files: Mapping[str, bytes],
    answers: Iterable[tuple[str, str]],
    register: Register,
    placed: Callable[[Finding, Register], Fault],
    *,
    as_of: date,
) -> Change:
    """The change that these files are, if it brings no error. Otherwise raises FaultyError, each finding as `placed` says."""
    after = register.with_files(files)
    new = new_in_change(register, after, files, as_of=as_of)
    errors = [finding for finding in new if finding.severity == "error"]
    if errors:
        raise FaultyError([placed(finding, after) for finding in errors])
    return Change(title, dict(files), tuple(answers), tuple(in_form_words(finding, after) for finding in new))


def _placed(finding: Finding, form: Form, files: Mapping[str, bytes], register: Register) -> Fault:
    """The finding at the question that it is about, if one can be found."""
    words = in_form_words(finding, register)
    ids = {field.id for field in form.fields}
    raw = files.get(finding.path)
    path = Source(finding.path, raw).path_at(finding.place) if raw is not None else ()
    for part in reversed(path):
        if part in ids:
            return Fault(str(part), words)
        if _QUESTION_OF.get(str(part)) in ids:
            return Fault(_QUESTION_OF[str(part)], words)
    return Fault("text" if "text" in ids else "", words)


def _fault(problem: Problem, form: Form, register: Register) -> Fault:
    if problem.code == "recorded-otherwise":
        shown = _shown(form.field(problem.field), problem.detail, register)
        return Fault(problem.field, _RECORDED_OTHERWISE.format(shown))
    if problem.code in _OWN_WORDS:
        return Fault(problem.field, _OWN_WORDS[problem.code])
    return Fault(
        problem.field, message("intake", "problems", problem.code, detail=problem.detail, suggestion=problem.suggestion)
    )


# -- the makers of this room ---------------------------------------------------------------------------------------------


def _made_here(answers: Answers, register: Register, scratch: Path, *, as_of: date) -> RecordChange:
    aside = register.aside(scratch)
    subject = _MAKERS[answers.form.id](AnswerReader(answers, aside, as_of=as_of), aside, as_of)
    files = dict(load_files(scratch).contents)
    if all(register.files.contents.get(path) == raw for path, raw in files.items()):
        raise UnusableError(Problem("recorded-already"))
    return RecordChange(files, subject)


def _put(register: Register, path: str, model: type, changes: list[Put | Append]) -> None:
    write_bytes(register.root, path, amended(register, path, register.files.contents[path], model, changes))


def _the_protocol(reader: AnswerReader) -> ProtocolFolder:
    folder = reader.protocol("protocol")
    reader.raise_problems()
    if folder is None:
        raise UnusableError(Problem("no-protocol", "protocol"))
    return folder


def _review(reader: AnswerReader, register: Register, as_of: date) -> dict[str, str]:
    organisation = reader.organisation("organisation")
    folder = _the_protocol(reader)
    answers = {
        "outcome": reader.text("outcome"),
        "note": reader.text("note"),
        "organisation": organisation,
        "post": reader.text("post"),
    }
    new_record("review", register, [folder.id], answers=answers, as_of=as_of)
    return {"protocol": folder.id}


def _organisation(reader: AnswerReader, register: Register, as_of: date) -> dict[str, str]:
    name, website, mailbox = reader.text("name"), reader.website("website"), reader.mailbox("mailbox")
    reader.raise_problems()
    id_ = id_from(name)
    answers = {
        "name": name,
        "kind": reader.text("kind"),
        "jurisdiction": reader.text("jurisdiction"),
        "website": website,
    }
    given = {question: answer for question, answer in answers.items() if answer}
    new_record("organisation", register, [id_ or "organisation-1"], answers=given, as_of=as_of)
    if reader.text("post") or mailbox:
        path = f"signatories/{id_}/organisation.yaml"
        contact: dict[str, PlainData] = {"post": reader.text("post"), "mailbox": mailbox, "confirmed_on": as_of}
        value: PlainData = {name: part for name, part in contact.items() if part}
        raw = (register.root / path).read_bytes()
        now = register.with_files({path: raw})
        write_bytes(register.root, path, amended(now, path, raw, Organisation, [Put(("contact",), value)]))
    return {"organisation": name}


def _join(reader: AnswerReader, register: Register, as_of: date) -> dict[str, str]:
    organisation, day = reader.organisation("organisation"), reader.day("joined_on")
    folder = _the_protocol(reader)
    if organisation in _party_ids(folder, register):
        raise UnusableError(Problem("recorded-already", "organisation"))
    groups = [group.id for group in folder.value.groups]
    if reader.text("group") and reader.text("group") not in groups:
        raise UnusableError(Problem("not-an-option", "group", detail=", ".join(groups) or "none: leave it empty"))
    party: dict[str, PlainData] = {
        "organisation": organisation,
        "role": reader.text("role"),
        "capacity": reader.text("capacity"),
        "group": reader.text("group"),
        "joined_on": day,
    }
    entry = {name: value for name, value in party.items() if value}
    _put(register, folder.record.path, Protocol, [Append("parties", entry)])
    return {"organisation": organisation, "protocol": folder.id}


def _leave(reader: AnswerReader, register: Register, as_of: date) -> dict[str, str]:
    organisation, day = reader.organisation("organisation"), reader.day("left_on")
    folder = _the_protocol(reader)
    places = _party_ids(folder, register)
    if organisation not in places:
        raise UnusableError(Problem("no-party", "organisation", detail=", ".join(sorted(places))))
    _put(register, folder.record.path, Protocol, [Put(("parties", places[organisation], "left_on"), day)])
    return {"organisation": organisation, "protocol": folder.id}


def _party_ids(folder: ProtocolFolder, register: Register) -> dict[str, int]:
    """Present id of each party to its place in the working text."""
    return {
        register.present_organisation(party.organisation): index for index, party in enumerate(folder.value.parties)
    }


def _succession(reader: AnswerReader, register: Register, as_of: date) -> dict[str, str]:
    old, heir, day = reader.organisation("old"), reader.organisation("organisation"), reader.day("on")
    reader.raise_problems()
    if old == heir:
        raise UnusableError(Problem("cannot", "organisation", detail="a body cannot take its own place"))
    record = register.organisation(old)
    if record is None or record.value is None or day is None:
        raise UnusableError(Problem("cannot", "old", detail="its record cannot be read"))
    changes: list[Put | Append] = [Put(("dissolved_on",), day)]
    if heir not in record.value.successors:
        changes.append(Put(("successors",), [*record.value.successors, heir]))
    _put(register, record.path, Organisation, changes)
    inherits: dict[str, PlainData] = {
        "from": [old],
        "on": day,
        "by": reader.text("by"),
        "instrument": reader.text("instrument"),
    }
    signed = {id_ for id_, _record in register.signing_records_of(old)}
    for id_, line in register.protocol_lines():
        parties = map(register.present_organisation, line.parties if line is not None else ())
        folder = register.protocol(id_) if id_ in signed or old in parties else None
        if folder is None or not folder.readable or old not in (*_party_ids(folder, register), *folder.signing):
            continue
        signing = folder.signing.get(heir)
        if signing is None:
            path = f"signatories/{heir}/{folder.id}.yaml"
            raw = format_record(
                register, path, render_yaml({"inherits": inherits}, SigningRecord).encode(), SigningRecord
            )
            if raw is None:
                raise EditingError("these answers do not make a valid record", "Check them against the form.")
            write_bytes(register.root, path, raw, new=True)
            continue
        if signing.value is None:
            raise EditingError(f"{signing.path} cannot be read", "Correct what 'undersigned check' reports first.")
        before = signing.value.inherits
        if before is not None:
            if old in before.from_:
                continue
            raise EditingError(
                f"{signing.path} already says that it inherits from {', '.join(before.from_)}",
                "Add the second predecessor to that record by hand.",
            )
        _put(register, signing.path, SigningRecord, [Put(("inherits",), inherits)])
    return {"old": old, "organisation": heir}


_MAKERS: Mapping[str, Callable[[AnswerReader, Register, date], dict[str, str]]] = {
    "review": _review,
    "organisation": _organisation,
    "join": _join,
    "leave": _leave,
    "succession": _succession,
}
