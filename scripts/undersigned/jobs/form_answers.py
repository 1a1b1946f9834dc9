"""The answers in an issue that was made with a form, and what they mean in the register.

Answers are data: none of them is ever run, followed or shown as Markdown. GitHub writes `### ` and the label, an empty
line, the answer and an empty line; `_No response_` for no answer; and a ticked box as `- [x]` or `- [X]`. Source:
issue-ops/parser and stefanbuck/github-issue-parser, whose fixtures are real issues.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from undersigned.checks.suggestions import nearest
from undersigned.jobs.form_definitions import Field, Form, forms
from undersigned.records.fields import KEBAB, VERSION_NUMBER
from undersigned.register import ProtocolFolder, Register
from undersigned.words.dates import read_date
from undersigned.words.markdown import is_mailbox

#: In characters. GitHub itself takes 65,536 in all.
LONGEST_BODY, LONGEST_LINE, LONGEST_TEXT = 20_000, 300, 3_000
_MOST_PARTIES = 40
_NO_ANSWER = ("_no response_", "none")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WHOLLY_FENCED = re.compile(r"(`{3,}|~{3,})[^\n`]*\n(.*?)\n?\1\s*\Z", re.DOTALL)
_TICKED = re.compile(r"[-*] \[[xX]\] (.*\S)\s*\Z")
_ID_IN_BRACKETS = re.compile(r".*\(([^()]*)\)\Z", re.DOTALL)
_WEBSITE = re.compile(r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[!-~]*)?\Z")

ProblemCode = Literal[
    "missing",
    "too-long",
    "several-lines",
    "invisible",
    "not-an-option",
    "promise",
    "no-form",
    "heading-twice",
    "body-too-long",
    "no-day",
    "no-version",
    "no-organisation",
    "no-protocol",
    "no-party",
    "recorded-otherwise",
    "recorded-already",
    "bad-id",
    "taken-id",
    "no-contact",
    "no-mailbox",
    "no-website",
    "check",
    "cannot",
]


@dataclass(frozen=True)
class Problem:
    """Why an answer cannot be used. `field` is "" for the issue as a whole; `detail` fills the gap in the message."""

    code: ProblemCode
    field: str = ""
    answer: str = ""
    detail: str = ""


class UnusableError(Exception):
    """The answers cannot be used, and nothing was made from them."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Answers:
    """The answers by the id of the field; "" for no answer. Only `long` and `organisations` have more than one line."""

    form: Form
    values: Mapping[str, str]

    def __getitem__(self, id_: str) -> str:
        return self.values.get(id_, "")


# -- finding the answers ----------------------------------------------------------------------------------------------


def read_answers(body: str) -> Answers:
    """The answers in an issue. UnusableError with every fault that can be seen without the register."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    if len(body) > LONGEST_BODY:
        raise UnusableError(Problem("body-too-long", detail=f"{LONGEST_BODY:,}"))
    lines = body.split("\n")
    form = _form_of(_headings(lines))
    parts = _parts(form, lines)
    problems: list[Problem] = []
    values: dict[str, str] = {}
    for field in form.fields:
        answer = parts.get(field.label, "")
        problem = _problem_with(field, answer)
        if problem is not None:
            problems.append(problem)
        values[field.id] = dict(field.options).get(answer, answer) if field.type == "choice" else answer
    ticked = {match[1] for line in parts.get(forms().promise_label, "").split("\n") if (match := _TICKED.match(line))}
    if forms().promise not in ticked:
        problems.append(Problem("promise"))
    if problems:
        raise UnusableError(*problems)
    return Answers(form, values)


def _problem_with(field: Field, answer: str) -> Problem | None:
    several_lines = field.type in ("long", "organisations")
    longest = LONGEST_TEXT if several_lines else LONGEST_LINE
    if any(not (character.isprintable() or character == "\n") for character in answer):
        return Problem("invisible", field.id, answer)
    if len(answer) > longest:
        return Problem("too-long", field.id, answer, f"{longest:,}")
    if "\n" in answer and not several_lines:
        return Problem("several-lines", field.id, answer)
    if not answer:
        return Problem("missing", field.id) if field.required else None
    if field.type == "choice" and answer not in dict(field.options):
        return Problem("not-an-option", field.id, answer)
    return None


def _headings(lines: list[str]) -> list[tuple[int, str]]:
    """Line number and text of each third-level heading outside a block of code."""
    headings: list[tuple[int, str]] = []
    fence = ""
    for index, line in enumerate(lines):
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif match:
            fence = match[1]
        elif line.startswith("### "):
            headings.append((index, line[4:].strip()))
    return headings


def _form_of(headings: list[tuple[int, str]]) -> Form:
    """The form with the largest share of its labels among the headings, if that is at least half."""
    texts = {text for _, text in headings}
    share = {
        id_: sum(field.label in texts for field in form.fields) / len(form.fields)
        for id_, form in forms().forms.items()
    }
    best = max(share, key=lambda id_: share[id_])
    if share[best] < 0.5:
        raise UnusableError(Problem("no-form"))
    return forms().forms[best]


def _parts(form: Form, lines: list[str]) -> dict[str, str]:
    """Label to answer. UnusableError if a label appears twice, because nobody can tell which one is the form's own."""
    labels = [*(field.label for field in form.fields), forms().promise_label]
    headings = [(index, text) for index, text in _headings(lines) if text in labels]
    texts = [text for _, text in headings]
    repeated = sorted({text for text in texts if texts.count(text) > 1})
    if repeated:
        raise UnusableError(*(Problem("heading-twice", detail=text) for text in repeated))
    ends = [index for index, _ in headings[1:]] + [len(lines)]
    return {text: _answer("\n".join(lines[index + 1 : end])) for (index, text), end in zip(headings, ends, strict=True)}


def _answer(text: str) -> str:
    text = text.strip()
    fenced = _WHOLLY_FENCED.match(text)
    text = fenced[2].strip() if fenced else text
    return "" if text.casefold() in _NO_ANSWER else text


# -- what the answers mean --------------------------------------------------------------------------------------------


class AnswerReader:
    """Reads one answer after another against the register, and collects every problem so that all are reported at once."""

    def __init__(self, answers: Answers, register: Register) -> None:
        self._answers = answers
        self._register = register
        self._problems: list[Problem] = []

    def text(self, field: str) -> str:
        return self._answers[field]

    def add_problem(self, code: ProblemCode, field: str = "", *, detail: str = "", answer: str | None = None) -> None:
        self._problems.append(Problem(code, field, self._answers[field] if answer is None else answer, detail))

    def raise_problems(self) -> None:
        """UnusableError with every problem so far, if there is any."""
        if self._problems:
            raise UnusableError(*self._problems)

    def day(self, field: str) -> date | None:
        text = self.text(field)
        day = read_date(text) if text else None
        if text and day is None:
            self.add_problem("no-day", field)
        return day

    def mailbox(self, field: str) -> str:
        text = self.text(field)
        if text and not is_mailbox(text):
            self.add_problem("no-mailbox", field)
        return text

    def website(self, field: str) -> str:
        text = self.text(field)
        if text and not _WEBSITE.match(text):
            self.add_problem("no-website", field)
        return text

    def organisation(self, field: str) -> str:
        """The present id of an organisation of the register; "" for no answer or an unknown name."""
        return self._organisation(field, self.text(field)) if self.text(field) else ""

    def organisations(self, field: str) -> list[str]:
        """The present ids of the organisations named, one on each line, without repeats."""
        lines = [line.strip().lstrip("-*").strip() for line in self.text(field).split("\n")]
        names = [line for line in lines if line]
        if len(names) > _MOST_PARTIES:
            self.add_problem("too-long", field, detail=f"{_MOST_PARTIES} lines of", answer="")
            return []
        return list(dict.fromkeys(id_ for name in names if (id_ := self._organisation(field, name))))

    def _organisation(self, field: str, text: str) -> str:
        register = self._register
        ids: dict[str, list[str]] = {}
        names: list[str] = []
        for id_ in register.organisation_ids:
            record = register.organisation(id_)
            value = record.value if record is not None else None
            for name in (id_, *((value.name, *value.also_known_as) if value else ())):
                ids.setdefault(name.casefold(), []).append(id_)
                names.append(name)
        for former, id_ in register.former_organisations.items():
            ids.setdefault(former.casefold(), []).append(id_)
        return self._id_of("no-organisation", field, text, ids, names)

    def protocol(self, field: str) -> ProtocolFolder | None:
        """A protocol of the register that can be read; None for an unknown name."""
        register = self._register
        ids: dict[str, list[str]] = {}
        names: list[str] = []
        for id_ in register.protocol_ids:
            record = register.protocol_record(id_)
            for name in (id_, *((record.value.title,) if record is not None and record.value is not None else ())):
                ids.setdefault(name.casefold(), []).append(id_)
                names.append(name)
        for former, id_ in register.former_protocols.items():
            ids.setdefault(former.casefold(), []).append(id_)
        id_ = self._id_of("no-protocol", field, self.text(field), ids, names)
        folder = register.protocol(id_) if id_ else None
        if folder is not None and not folder.readable:
            self.add_problem("no-protocol", field)
            return None
        return folder

    def _id_of(self, code: ProblemCode, field: str, text: str, ids: Mapping[str, list[str]], names: list[str]) -> str:
        """The only id with this name, or the id in brackets after it."""
        in_brackets = _ID_IN_BRACKETS.match(text)
        for name in (text, in_brackets[1] if in_brackets else ""):
            candidates = sorted(set(ids.get(" ".join(name.split()).casefold(), ())))
            if len(candidates) == 1 and KEBAB.match(candidates[0]):
                return candidates[0]
        self.add_problem(code, field, detail=nearest(text, names, few=0), answer=text)
        return ""

    def version(self, field: str, folder: ProtocolFolder) -> str:
        """A version of the protocol that can be read; "" if there is no such version."""
        text = self.text(field).removeprefix("v").removeprefix("V").strip()
        versions = [number for number, _ in folder.read_versions()]
        if not VERSION_NUMBER.match(text) or text not in versions:
            self.add_problem("no-version", field, detail=", ".join(versions))
            return ""
        return text
