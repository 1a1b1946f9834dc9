"""The answers in an issue that a form made. They are data: nothing of them is ever run, followed or shown as Markdown.

GitHub writes `### ` and the label, an empty line, the answer, an empty line; `_No response_` for none; a ticked box as
`- [x]` or `- [X]`. Source: issue-ops/parser and stefanbuck/github-issue-parser, whose fixtures are real issues.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from undersigned.jobs.forms import Field, Form, forms

#: In characters. GitHub itself takes 65,536 in all.
LONGEST_BODY, LONGEST_LINE, LONGEST_TEXT = 20_000, 300, 3_000
_NO_ANSWER = ("_no response_", "none")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WHOLLY_FENCED = re.compile(r"(`{3,}|~{3,})[^\n`]*\n(.*?)\n?\1\s*\Z", re.DOTALL)
_TICKED = re.compile(r"[-*] \[[xX]\] (.*\S)\s*\Z")

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
    """Why an answer cannot be used. `field` is "" where it is about the whole; `detail` is a word of ours or of the answer."""

    code: ProblemCode
    field: str = ""
    answer: str = ""
    detail: str = ""


class UnusableError(Exception):
    """The answers cannot be used; nothing was made of them."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Answers:
    """What was answered, by the id of the field; "" where nothing was. One line each, a `long` field aside."""

    form: Form
    values: Mapping[str, str]

    def __getitem__(self, id_: str) -> str:
        return self.values.get(id_, "")

    def problem(self, code: ProblemCode, field: str, detail: str = "") -> UnusableError:
        return UnusableError(Problem(code, field, self[field], detail))


def read_answers(body: str) -> Answers:
    """The answers of an issue. UnusableError with every fault that can be seen without the register."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    if len(body) > LONGEST_BODY:
        raise UnusableError(Problem("body-too-long", detail=f"{LONGEST_BODY:,}"))
    form = _form_of(_headings(body.split("\n")))
    parts = _parts(form, body.split("\n"))
    problems: list[Problem] = []
    values: dict[str, str] = {}
    for field in form.fields:
        raw = parts.get(field.label, "")
        problem = _fault(field, raw)
        if problem is not None:
            problems.append(problem)
        values[field.id] = dict(field.options).get(raw, raw) if field.type == "choice" else raw
    ticked = {found[1] for line in parts.get(forms().promise_label, "").split("\n") if (found := _TICKED.match(line))}
    if forms().promise not in ticked:
        problems.append(Problem("promise"))
    if problems:
        raise UnusableError(*problems)
    return Answers(form, values)


def _fault(field: Field, answer: str) -> Problem | None:
    several = field.type in ("long", "organisations")
    if any(not (character.isprintable() or character == "\n") for character in answer):
        return Problem("invisible", field.id, answer)
    if len(answer) > (LONGEST_TEXT if several else LONGEST_LINE):
        return Problem("too-long", field.id, answer, f"{LONGEST_TEXT if several else LONGEST_LINE:,}")
    if "\n" in answer and not several:
        return Problem("several-lines", field.id, answer)
    if not answer:
        return Problem("missing", field.id) if field.required else None
    if field.type == "choice" and answer not in dict(field.options):
        return Problem("not-an-option", field.id, answer)
    return None


def _headings(lines: list[str]) -> list[tuple[int, str]]:
    """The line and the words of each heading of the third order that stands outside a block of code."""
    found: list[tuple[int, str]] = []
    fence = ""
    for index, line in enumerate(lines):
        opened = _FENCE.match(line)
        if fence:
            if opened and opened[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif opened:
            fence = opened[1]
        elif line.startswith("### "):
            found.append((index, line[4:].strip()))
    return found


def _form_of(headings: list[tuple[int, str]]) -> Form:
    """The form whose labels are the headings: that of which most are there, and at least half."""
    told = {words for _, words in headings}
    share = {
        id_: sum(field.label in told for field in form.fields) / len(form.fields) for id_, form in forms().forms.items()
    }
    best = max(share, key=lambda id_: share[id_])
    if share[best] < 0.5:
        raise UnusableError(Problem("no-form"))
    return forms().forms[best]


def _parts(form: Form, lines: list[str]) -> dict[str, str]:
    """Label to answer. A label that stands there twice makes it unknowable which of the two is the form's own."""
    labels = [*(field.label for field in form.fields), forms().promise_label]
    headings = [(index, words) for index, words in _headings(lines) if words in labels]
    told = [words for _, words in headings]
    twice = sorted({words for words in told if told.count(words) > 1})
    if twice:
        raise UnusableError(*(Problem("heading-twice", detail=words) for words in twice))
    ends = [index for index, _ in headings[1:]] + [len(lines)]
    return {
        words: _answer("\n".join(lines[index + 1 : end])) for (index, words), end in zip(headings, ends, strict=True)
    }


def _answer(text: str) -> str:
    text = text.strip()
    fenced = _WHOLLY_FENCED.match(text)
    text = fenced[2].strip() if fenced else text
    return "" if text.casefold() in _NO_ANSWER else text
