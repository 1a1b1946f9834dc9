"""Questions of the protocol's pages: what a page asks, what was answered, and the changes that the answers make."""

from __future__ import annotations

import pathlib
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal, NotRequired, TypedDict

from undersigned.edit.drafts import Draft
from undersigned.editing.amend import Append, Put, Remove
from undersigned.editing.returns import read_figure
from undersigned.jobs.form_definitions import organisation_options, protocol_options
from undersigned.records.fields import when_of
from undersigned.records.source import KeyPath, PlainData, mappings
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register
from undersigned.words.dates import read_date
from undersigned.words.labels import headings
from undersigned.words.text import id_from, in_a_list

#: `figure`: a number of a return, or a mark such as `[c]`.
Kind = Literal["text", "long", "lines", "one", "some", "day", "number", "figure", "group"]
Answers = Mapping[str, list[str]]
_LONGEST_TEXT, _LONGEST_LINE, _MOST_LINES = 20_000, 500, 100


@dataclass(frozen=True)
class Fault:
    """What is wrong with one answer, in a sentence. `field` is "" for the answers as a whole."""

    field: str
    words: str


class FaultyError(Exception):
    """The answers cannot be used. Nothing was made from them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.words for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Option:
    """One choice. `hint` explains it; `quiet` ones are folded away until somebody opens them."""

    value: str
    words: str
    hint: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Question:
    """One question of a page. `path`: where its answer goes in the record, for the parts of a protocol."""

    id: str
    kind: Kind
    label: str
    help: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    path: KeyPath = ()


@dataclass(frozen=True)
class Section:
    """A part of a protocol. `list`: the field of the record whose entries it asks about, or None; `name`: what names one.

    `record`: the protocol's own record, or its page for the people whom the sharing is about.
    """

    id: str
    title: str
    about: str
    list: str | None
    name: str
    fields: tuple[Question, ...]
    choices: Mapping[str, str]
    record: Literal["protocol", "people"] = "protocol"


def sections() -> Mapping[str, Section]:
    """The parts of a protocol by id, in the order in which they are asked."""
    return sections_of("sections.toml")


@cache
def sections_of(file: str) -> Mapping[str, Section]:
    """The pages of one of the package's files, by id, in the order of the file."""
    data = tomllib.loads((pathlib.Path(__file__).parent / file).read_text(encoding="utf-8"))
    return {id_: _section(id_, one) for id_, one in data.items()}


class _QuestionData(TypedDict):
    """One question as the package's files write it. `list`: a closed list; `choices`: what fills in the options."""

    id: str
    kind: Kind
    label: str
    path: str
    help: NotRequired[str]
    required: NotRequired[bool]
    list: NotRequired[str]
    choices: NotRequired[str]


class _SectionData(TypedDict):
    """One page of questions as the package's files write it."""

    title: str
    about: str
    fields: list[_QuestionData]
    list: NotRequired[str]
    name: NotRequired[str]
    record: NotRequired[Literal["protocol", "people"]]


def _section(id_: str, data: _SectionData) -> Section:
    fields, choices = [], {}
    for one in data["fields"]:
        options: tuple[Option, ...] = ()
        if "list" in one:
            options = _listed(one["list"])
        if "choices" in one:
            choices[one["id"]] = one["choices"]
        fields.append(
            Question(
                one["id"],
                one["kind"],
                one["label"],
                one.get("help", ""),
                options,
                one.get("required", False),
                tuple(int(part) if part.isdigit() else part for part in one["path"].split(".")),
            )
        )
    record = data.get("record", "protocol")
    name = data.get("name", "")
    return Section(id_, data["title"], data["about"], data.get("list"), name, tuple(fields), choices, record)


def options_of(list_: str) -> tuple[Option, ...]:
    """The members of a closed list as choices, by their labels."""
    return tuple(Option(value, words) for value, words in headings(list_).items())


def organisation_choices(register: Register, *, as_of: date) -> tuple[Option, ...]:
    """The organisations that exist on a day, as choices."""
    return _by_name(organisation_options(register, as_of=as_of))


def protocol_choices(register: Register, *, as_of: date) -> tuple[Option, ...]:
    """The protocols that have not ended by a day, as choices."""
    return _by_name(protocol_options(register, as_of=as_of))


def _by_name(listed: Mapping[str, str]) -> tuple[Option, ...]:
    """Choices by their names alone; where two have one name, each with its id. `listed`: name and id, as words, to id."""
    names = {id_: words.removesuffix(f" ({id_})") for words, id_ in listed.items()}
    seen = Counter(names.values())
    return tuple(Option(id_, names[id_] if seen[names[id_]] == 1 else words) for words, id_ in listed.items())


def _listed(list_: str) -> tuple[Option, ...]:
    if list_ == "provision_kind":
        return tuple(Option(one.id, one.title, one.meaning) for one in vocabulary().provision_kinds.values())
    return options_of(list_)


def questions_of(section: Section, draft: Draft, *, as_of: date) -> list[Question]:
    """The questions of a part with the choices that the register and the draft have."""
    found = []
    for field in section.fields:
        source = section.choices.get(field.id)
        if source == "organisations":
            options = organisation_choices(draft.register, as_of=as_of)
        elif source == "protocols":
            listed = protocol_choices(draft.register, as_of=as_of)
            options = tuple(one for one in listed if one.value != draft.protocol)
        elif source == "topics":
            topics = vocabulary().content_topics.values()
            options = tuple(Option(topic.id, topic.title) for topic in topics if not topic.answered_by)
        elif source is not None and source in _OF_DRAFT:
            options = _OF_DRAFT[source](draft)
        else:
            options = field.options
        help_ = field.help
        if field.kind == "group":
            help_ = " ".join([help_, *groups_so_far(draft)])
        found.append(replace(field, options=options, help=help_))
    return found


def _versions(draft: Draft) -> tuple[Option, ...]:
    return tuple(Option(number, number) for number in reversed(draft.folder.versions))


def _shared_items(draft: Draft) -> tuple[Option, ...]:
    """What the cards pass on: by id, or by name where a card spells it out."""
    protocol = draft.folder.value
    found: dict[str, str] = {}
    for item in (item for flow in protocol.flows for item in flow.items):
        spelled = protocol.spelled_out(item)
        if spelled is not None:
            found.setdefault(item if isinstance(item, str) else spelled.name, spelled.name)
    return tuple(Option(value, words) for value, words in found.items())


def _shared_ends(draft: Draft) -> tuple[Option, ...]:
    """Whom the cards tell: groups and parties."""
    protocol = draft.folder.value
    groups = {group.id: group.title or group.id for group in protocol.groups}
    told = dict.fromkeys(end for flow in protocol.flows for end in flow.to)
    return tuple(Option(end, groups.get(end) or draft.register.organisation_name(end)) for end in told)


_OF_DRAFT: Mapping[str, Callable[[Draft], tuple[Option, ...]]] = {
    "versions": _versions,
    "shared-items": _shared_items,
    "shared-ends": _shared_ends,
    "agree": lambda _draft: (Option("you-agree", "No: only if the person agrees"),),
}


def groups_so_far(draft: Draft) -> list[str]:
    """A sentence that names the groups of the draft; none without groups."""
    names = [group.title or group.id for group in draft.folder.value.groups]
    return [f"Groups so far: {in_a_list(names)}."] if names else []


def shown_answer(question: Question, given: Sequence[str]) -> str:
    """An answer in words, one line for each part of it."""
    words = {option.value: option.words for option in question.options}
    return "\n".join(words.get(value, value) for value in given)


def read_answers(questions: Iterable[Question], form: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What was answered, tidied: one text for a line, the entries of a list, the choices that exist."""
    found: dict[str, list[str]] = {}
    for one in questions:
        given = [text.replace("\r\n", "\n").replace("\r", "\n") for text in form.get(one.id, [])]
        if one.kind == "some":
            found[one.id] = list(dict.fromkeys(text for text in given if text))
        elif one.kind == "lines":
            found[one.id] = [line.strip() for text in given for line in text.split("\n") if line.strip()]
        elif one.kind == "long":
            text = "\n".join(line.rstrip() for line in (given or [""])[0].strip("\n").split("\n"))
            found[one.id] = [text] if text.strip() else []
        else:
            text = " ".join((given or [""])[0].split())
            found[one.id] = [text] if text else []
    return found


def faults_of(questions: Iterable[Question], answers: Answers) -> list[Fault]:
    """What is wrong with answers by themselves: missing, too long, not a choice, not a day."""
    found = []
    for one in questions:
        given = answers[one.id]
        if not given:
            if one.required:
                found.append(
                    Fault(one.id, "Choose an answer." if one.kind in ("one", "some") else "Answer this question.")
                )
            continue
        known = {option.value for option in one.options}
        if one.kind in ("one", "some") and known and not set(given) <= known:
            found.append(Fault(one.id, "Choose from the list."))
        if one.kind == "long" and len(given[0]) > _LONGEST_TEXT:
            found.append(Fault(one.id, f"Write no more than {_LONGEST_TEXT:,} letters."))
        if one.kind != "long" and any(len(text) > _LONGEST_LINE for text in given):
            found.append(Fault(one.id, f"Write no more than {_LONGEST_LINE} letters in a line."))
        if one.kind == "lines" and len(given) > _MOST_LINES:
            found.append(Fault(one.id, f"Write no more than {_MOST_LINES} lines."))
        if one.kind == "day" and read_day(given[0]) is None:
            found.append(Fault(one.id, "Write a day, such as 1 April 2027, or a month, such as April 2027."))
        if one.kind == "figure" and not _is_figure(given[0]):
            found.append(Fault(one.id, "Write a whole number, such as 125. Leave it empty if nobody knows."))
        if one.kind == "number" and not (given[0].isascii() and given[0].isdigit() and int(given[0]) < 1000):
            found.append(Fault(one.id, "Write a whole number, such as 12."))
    return found


def _is_figure(text: str) -> bool:
    try:
        read_figure(text)
    except ValueError:
        return False
    return True


_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]


def read_day(text: str) -> PlainData:
    """A day, or a month as text, as people write them; None if it is neither."""
    month = re.fullmatch(r"([A-Za-z]+) (\d{4})", text)
    if month and month[1].lower() in _MONTHS:
        text = f"{month[2]}-{_MONTHS.index(month[1].lower()) + 1:02}"
    try:
        when = when_of(text)
    except ValueError:
        return read_date(text)
    return when if isinstance(when, date) else str(when)


# -- from the record to answers and back ---------------------------------------------------------------------------------


def present_answers(section: Section, data: Mapping[str, PlainData], groups: Mapping[str, str]) -> dict[str, list[str]]:
    """What the record says now, as answers. `data`: the record, or the entry of the list. `groups`: id to title."""
    found = {}
    for one in section.fields:
        value = _at(dict(data), one.path)
        if one.kind == "group":
            found[one.id] = [groups.get(str(value), str(value))] if value else []
        elif isinstance(value, list):
            found[one.id] = [str(part) for part in value if isinstance(part, str)]
        else:
            found[one.id] = [] if value is None else [str(value)]
    return found


def _at(data: PlainData, path: KeyPath) -> PlainData:
    for part in path:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and part < len(data) else None
            continue
        if isinstance(data, list) and data:
            data = data[0]  # the first of several owners
        data = data.get(part) if isinstance(data, dict) else None
    return data


def value_of(question: Question, given: list[str]) -> PlainData:
    """The value to record for an answer that has no faults; None for none."""
    if not given:
        return None
    if question.kind in ("lines", "some"):
        return given[0] if question.id in ("sensitivity", "if") and len(given) == 1 else list(given)
    if question.kind == "long":
        return given[0] + "\n" if "\n" in given[0] else given[0]
    if question.kind == "day":
        return read_day(given[0])
    return int(given[0]) if question.kind == "number" else given[0]


def section_changes(section: Section, answers: Answers, before: Answers) -> list[Put | Remove]:
    """The changes of the record that new answers to a part make. An answer that stays changes nothing."""
    changes: list[Put | Remove] = []
    for one in section.fields:
        if answers[one.id] == before[one.id] or _same_text(one, answers[one.id], before[one.id]):
            continue
        value = value_of(one, answers[one.id])
        changes.append(Remove(one.path) if value is None else Put(one.path, value))
    return changes


def _same_text(question: Question, now: list[str], before: list[str]) -> bool:
    """Whether only what a text box does to spaces and line ends differs."""
    if question.kind == "lines":
        return now == [part.strip() for text in before for part in text.split("\n") if part.strip()]
    return [" ".join(text.split()) for text in now] == [" ".join(text.split()) for text in before] and (
        question.kind != "long" or [t.strip() for t in now] == [t.strip() for t in before]
    )


def entry_changes(
    section: Section, answers: Answers, before: Answers, index: int | None, data: Mapping[str, PlainData]
) -> list[Put | Append | Remove]:
    """The changes that make a new entry of a list, or change one. A new group or id is made from the words."""
    name = section.list or ""
    changes: list[Put | Append | Remove] = []
    values: dict[str, PlainData] = {}
    for one in section.fields:
        value = value_of(one, answers[one.id])
        if one.kind == "group" and isinstance(value, str):
            value, group = _group(value, data)
            if group is not None:
                changes.append(Append("groups", group))
        values[one.id] = value
    if index is not None:
        for one in section.fields:
            if answers[one.id] != before[one.id] and not _same_text(one, answers[one.id], before[one.id]):
                path: KeyPath = (name, index, *one.path)
                value = values[one.id]
                changes.append(Remove(path) if value is None else Put(path, value))
        return changes
    entry = {str(one.path[0]): values[one.id] for one in section.fields if values[one.id] is not None}
    if name in ("data_items", "clauses"):
        taken = {str(each.get("id")) for each in mappings(data.get(name))}
        entry["id"] = free_id(str(entry.get("name") or entry.get("title")), taken)
    return [*changes, Append(name, entry)]


def _group(title: str, data: Mapping[str, PlainData]) -> tuple[str, dict[str, PlainData] | None]:
    """The id of a group with this title or id, and the group to add if there is none yet."""
    groups = mappings(data.get("groups"))
    for group in groups:
        if title.casefold() in (str(group.get("id")).casefold(), str(group.get("title")).casefold()):
            return str(group.get("id")), None
    id_ = free_id(title, {str(group.get("id")) for group in groups})
    return id_, {"id": id_, "title": title}


def free_id(words: str, taken: set[str]) -> str:
    """An id made from words that nothing has yet."""
    id_ = id_from(words, longest=40) or "entry"
    found, number = id_, 2
    while found in taken:
        found, number = f"{id_}-{number}", number + 1
    return found


def raise_faults(faults: Sequence[Fault]) -> None:
    """Raises FaultyError if there are any."""
    if faults:
        raise FaultyError(faults)
