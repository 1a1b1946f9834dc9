"""The answers in an issue that was made with a form, and what they mean in the register.

Answers are data: none of them is ever run, followed or shown as Markdown. GitHub writes `### ` and the label, an empty
line, the answer and an empty line; `_No response_` for no answer; and a ticked box as `- [x]` or `- [X]`. Source:
issue-ops/parser and stefanbuck/github-issue-parser, whose fixtures are real issues.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, TypeAlias

from undersigned.facts.bodies import SEVERAL, KnownBodies, own_bodies
from undersigned.jobs.form_definitions import Field, Form, forms
from undersigned.jobs.messages import message
from undersigned.records.fields import KEBAB, VERSION_NUMBER
from undersigned.records.slips import explain_date
from undersigned.register import ProtocolFolder, Register
from undersigned.status import has_happened
from undersigned.words.dates import date_in_words, read_date
from undersigned.words.form_links import LONGEST_NAME
from undersigned.words.labels import label
from undersigned.words.markdown import is_mailbox
from undersigned.words.text import one_line

#: In characters. GitHub itself takes 65,536 in all.
LONGEST_BODY, LONGEST_LINE, LONGEST_TEXT = 20_000, 300, 3_000
_MOST_PARTIES = 40
#: The most names of organisations or protocols that a hint offers.
_MOST_OFFERED = 4
_NO_ANSWER = ("_no response_", "none")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_WHOLLY_FENCED = re.compile(r"(`{3,}|~{3,})[^\n`]*\n(.*?)\n?\1\s*\Z", re.DOTALL)
_TICKED = re.compile(r"[-*] \[[xX]\] (.*\S)\s*\Z")
_ID_IN_BRACKETS = re.compile(r"(.*?) *\(([^()]*)\)\Z", re.DOTALL)
_IN_ANGLES = re.compile(r"[^<>@]*<([^<>\s]+)>")
_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_BREAKS = re.compile("[\x0b\x0c\u2028\u2029]")
#: Invisible, and without effect on text that runs from left to right.
_UNSEEN = re.compile("[\u00ad\u200b-\u200e\u202a\u202c\u2060-\u2064\u2066\u2069\ufeff]")
_BULLET = re.compile("(?:[•◦▪▫‣⁃∙·●○■□➢➤❖\uf0a7\uf0b7\uf0d8\uf076] *|[-*–+] +|o\t)")
_WEBSITE = re.compile(r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[!-~]*)?\Z")

#: A file that somebody dropped into the issue, as GitHub writes its address, or a picture.
_UPLOAD = re.compile(
    r"https://(?:github\.com/user-attachments/|(?:[a-z-]+\.)?githubusercontent\.com/"
    r"|github\.com/[\w.-]+/[\w.-]+/(?:files|assets)/\d)[^\s)>\"']*|<img\b[^>]*>?|!\[[^\]]*\]\([^)]*\)",
    re.IGNORECASE,
)

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
    "no-such-day",
    "unclear-day",
    "month-alone",
    "no-version",
    "no-organisation",
    "several-organisations",
    "two-organisations",
    "too-many-organisations",
    "no-protocol",
    "several-protocols",
    "two-protocols",
    "unreadable-protocol",
    "no-party",
    "recorded-otherwise",
    "recorded-already",
    "bad-id",
    "taken-id",
    "no-contact",
    "no-mailbox",
    "one-mailbox",
    "no-website",
    "no-https",
    "succeeded",
    "evidence-link",
    "upload",
    "check",
    "cannot",
]
#: For a name that nobody has, one that several have, and one that differs from the short name beside it.
_NameCodes: TypeAlias = tuple[ProblemCode, ProblemCode, ProblemCode]


@dataclass(frozen=True)
class Problem:
    """Why an answer cannot be used. `field` is "" for the issue as a whole.

    `detail` and `suggestion` fill the gaps in the message; the suggestion is what to write instead.
    """

    code: ProblemCode
    field: str = ""
    answer: str = ""
    detail: str = ""
    suggestion: str = ""


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
    if upload := _UPLOAD.search(body):
        raise UnusableError(Problem("upload", detail=upload[0]))
    lines = body.split("\n")
    form = _form_of(_headings(lines))
    parts = _parts(form, lines)
    values, problems = tidy_answers(form, {field.id: parts.get(field.label, "") for field in form.fields})
    ticked = {match[1] for line in parts.get(forms().promise_label, "").split("\n") if (match := _TICKED.match(line))}
    if forms().promise not in ticked:
        problems.append(Problem("promise"))
    if problems:
        raise UnusableError(*problems)
    return Answers(form, values)


def tidy_answers(form: Form, written: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The answers by the id of the field, as they are recorded, and what is wrong with them without a register.

    `written`: what a person wrote, by the id of the field.
    """
    problems: list[Problem] = []
    values: dict[str, str] = {}
    for field in form.fields:
        answer = _tidy(field, written.get(field.id, ""))
        problem = _problem_with(field, answer)
        if problem is not None:
            problems.append(problem)
        values[field.id] = dict(field.options).get(answer, answer)
    return values, problems


def _tidy(field: Field, answer: str) -> str:
    """The answer without what a paste from Word, Outlook or a web page brings along and nobody sees.

    Odd spaces become plain ones, bullets become hyphens, accents join their letters, and a choice is written as on the form.
    Anything that might change the meaning stays, to be reported.
    """
    several_lines = field.type in ("long", "organisations")
    answer = _LINE_BREAKS.sub("\n" if several_lines else " ", answer)
    text = "\n".join(_tidy_line(field, line) for line in answer.strip().split("\n"))
    return _choice(field, text) if field.type == "choice" else text


def _tidy_line(field: Field, line: str) -> str:
    line = _UNSEEN.sub("", unicodedata.normalize("NFC", line)).strip(" ")
    bullet = _BULLET.match(line)
    if bullet is not None:
        line = ("- " if field.type == "long" else "") + line[bullet.end() :]
    return " ".join(part for part in _SPACES.sub(" ", line).split(" ") if part)


def _choice(field: Field, answer: str) -> str:
    """The words of the option that the answer gives in other letters, or by its value; any other answer unchanged."""
    key = _key(answer)
    return next((words for words, value in field.options if key and key in (_key(words), _key(value))), answer)


def _problem_with(field: Field, answer: str) -> Problem | None:
    several_lines = field.type in ("long", "organisations")
    longest = LONGEST_TEXT if several_lines else LONGEST_LINE
    strange = next((character for character in answer if not (character.isprintable() or character == "\n")), None)
    if strange is not None:
        visible = "".join(character for character in answer if character.isprintable() or character == "\n")
        name = f"U+{ord(strange):04X} {unicodedata.name(strange, '')}".strip()
        return Problem("invisible", field.id, answer, name, visible)
    if len(answer) > longest:
        return Problem("too-long", field.id, answer, f"{longest:,}")
    if "\n" in answer and not several_lines:
        return Problem("several-lines", field.id, answer, suggestion=" ".join(answer.split()))
    if not answer:
        return Problem("missing", field.id) if field.required else None
    if field.type == "choice" and answer not in dict(field.options):
        return Problem("not-an-option", field.id, answer, ", ".join(f"“{words}”" for words, _ in field.options))
    return None


def _key(name: str) -> str:
    """A name as it is compared: "and" for "&", and no capitals, accents, punctuation or "The" at its beginning."""
    letters = unicodedata.normalize("NFKD", name.replace("&", " and ").replace("'", "").replace("’", "")).casefold()
    words = re.findall(r"[^\W_]+", "".join(letter for letter in letters if not unicodedata.combining(letter)))
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 2 else words)


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

    def __init__(self, answers: Answers, register: Register, *, as_of: date) -> None:
        self._answers = answers
        self._register = register
        self._as_of = as_of
        self._problems: list[Problem] = []

    def text(self, field: str) -> str:
        return self._answers[field]

    def add_problem(
        self, code: ProblemCode, field: str = "", *, detail: str = "", suggestion: str = "", answer: str | None = None
    ) -> None:
        self._problems.append(
            Problem(code, field, self._answers[field] if answer is None else answer, detail, suggestion)
        )

    def raise_problems(self) -> None:
        """UnusableError with every problem so far, if there is any."""
        if self._problems:
            raise UnusableError(*self._problems)

    def day(self, field: str) -> date | None:
        text = self.text(field)
        day = read_date(text)
        if day is not None or not text:
            return day
        code, variant, facts = explain_date(text)
        if code == "no-such-day" and variant == "month-length":
            self.add_problem("no-such-day", field, detail=f"{facts['month']} has {facts['days']} days")
        elif variant == "meant" and len(str(facts["plain"])) == len("2026-05-20"):
            self.add_problem("unclear-day", field, suggestion=str(facts["long"]))
        else:
            self.add_problem("month-alone" if variant in ("meant", "month") else "no-day", field)
        return None

    def mailbox(self, field: str) -> str:
        """A mailbox, also in the forms `mailto:a@b.org` and `Name <a@b.org>`."""
        text = self.text(field)
        in_brackets = _IN_ANGLES.fullmatch(text)
        mailbox = (in_brackets[1] if in_brackets else text).removeprefix("mailto:").rstrip(".,; ")
        if not mailbox or is_mailbox(mailbox):
            return mailbox
        named = [word for part in text.split() if is_mailbox(word := part.strip("<>()[],;."))]
        if len(named) == 1:
            self.add_problem("one-mailbox", field, suggestion=named[0])
        else:
            self.add_problem("no-mailbox", field)
        return ""

    def website(self, field: str) -> str:
        text = self.text(field)
        address = text.rstrip(".,; ")
        if not address or _WEBSITE.match(address):
            return address
        secure = "https://" + address.removeprefix("http://")
        if ("www." in address or "http://" in address) and _WEBSITE.match(secure):
            self.add_problem("no-https", field, suggestion=secure)
        else:
            self.add_problem("no-website", field)
        return ""

    def version(self, field: str, folder: ProtocolFolder) -> str:
        """A version of the protocol that can be read, also as `v2.0`, `Version 2.0` or `2`; "" if there is none."""
        number = re.sub(r"(?i)^v(?:ersion|\.)? *", "", self.text(field))
        number = f"{number}.0" if re.fullmatch("[0-9]+", number) else number
        versions = [version for version, _ in folder.read_versions()]
        if not VERSION_NUMBER.match(number) or number not in versions:
            self.add_problem("no-version", field, detail=", ".join(versions))
            return ""
        return number

    def organisation(self, field: str) -> str:
        """The present id of an organisation of the register; "" for no answer or an unknown name."""
        return self._organisation(field, self.text(field)) if self.text(field) else ""

    def organisations(self, field: str) -> list[str]:
        """The present ids of the organisations named, one on each line, without repeats."""
        names = [line for line in self.text(field).split("\n") if line]
        if len(names) > _MOST_PARTIES:
            self.add_problem("too-many-organisations", field, detail=str(_MOST_PARTIES), answer="")
            return []
        return list(dict.fromkeys(id_ for name in names if (id_ := self._organisation(field, name))))

    def _organisation(self, field: str, text: str) -> str:
        register = self._register
        if KEBAB.match(text) and register.has_organisation(text):  # as a list gives it
            return register.present_organisation(text)
        names = _BodyNames(self._bodies)
        for id_ in register.organisation_ids:
            record = register.organisation(id_)
            body = record.value if record is not None else None
            about = label("organisation_kind", body.kind) if body is not None else "its record cannot be read"
            if body is not None and body.dissolved_on is not None:
                verb = "ended" if has_happened(body.dissolved_on, self._as_of) else "ends"
                about += f", {verb} {date_in_words(body.dissolved_on)}"
            names.add(id_, [body.name] if body is not None else [], about)
        for former, id_ in register.former_organisations.items():
            names.add_former(former, id_)
        codes: _NameCodes = ("no-organisation", "several-organisations", "two-organisations")
        return self._id_of(codes, field, text, names)

    @cached_property
    def _bodies(self) -> KnownBodies:
        # One that has ended may be named: who took its place, or that it never signed, is recorded with these forms too.
        return KnownBodies(own_bodies(self._register))

    def protocol(self, field: str) -> ProtocolFolder | None:
        """A protocol of the register that can be read; None for an unknown name."""
        register = self._register
        text = self.text(field)
        # An id, as a list gives it, needs no names to compare with.
        id_ = register.present_protocol(text) if KEBAB.match(text) and register.has_protocol(text) else ""
        id_ = id_ or self._protocol_of(field, text)
        folder = register.protocol(id_) if id_ else None
        if folder is not None and not folder.readable:
            self.add_problem("unreadable-protocol", field)
            return None
        return folder

    def _protocol_of(self, field: str, text: str) -> str:
        register = self._register
        names = _Names()
        for id_, line in register.protocol_lines():
            about = label("status", line.status) if line is not None else "its record cannot be read"
            names.add(id_, [line.title] if line is not None else [], about)
        for former, id_ in register.former_protocols.items():
            names.add_former(former, id_)
        codes: _NameCodes = ("no-protocol", "several-protocols", "two-protocols")
        return self._id_of(codes, field, text, names)

    def _id_of(self, codes: _NameCodes, field: str, text: str, names: _Names) -> str:
        """The id that the text names; "" with a problem that offers near names, but never takes one of them."""
        none, several, two = codes
        if id_ := names.by_id(text):  # what every hint asks for
            return id_
        in_brackets = _ID_IN_BRACKETS.match(text)
        given = names.by_id(in_brackets[2].strip().lower()) if in_brackets else ""
        words = in_brackets[1] if in_brackets and given else text
        named = names.by_name(words)
        if given and named and given not in named:
            self.add_problem(two, field, detail=names.offer([*named, given]), answer=text)
        elif given and (named or not words or "-" in given):
            return given
        elif len(named) == 1 and not given:
            return named[0]
        elif len(named) > 1:
            self.add_problem(several, field, detail=names.offer(named), answer=text)
        else:
            offer = names.offer([given] if given else names.near(text))
            detail = message("intake", "hints", "offer" if offer else "no-offer", detail=offer)
            self.add_problem(none, field, detail=detail, answer=text)
        return ""


class _Names:
    """The names that a register has for its organisations or protocols."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._by_key: dict[str, list[str]] = {}

    def add(self, id_: str, names: Sequence[str], about: str) -> None:
        """`about` tells bodies of nearly the same name apart: the kind of an organisation, the status of a protocol."""
        if KEBAB.match(id_):
            self._shown[id_] = f"“{id_}” for {names[0] if names else id_} ({about})"
            self._ids[id_] = id_
            for name in (id_, *names):
                self._by_key.setdefault(_key(name), []).append(id_)
            if names:  # as a list of the form shows it
                self._by_key.setdefault(_key(one_line(names[0], LONGEST_NAME)), []).append(id_)

    def add_former(self, former: str, id_: str) -> None:
        if id_ in self._shown:
            self._ids.setdefault(former, id_)
            self._by_key.setdefault(_key(former), []).append(id_)

    def by_id(self, text: str) -> str:
        """The present id; "" if the text is neither an id nor a former one."""
        return self._ids.get(text, "")

    def by_name(self, text: str) -> list[str]:
        """The present ids of all that have this name."""
        return sorted(set(self._by_key.get(_key(text), ())))

    def near(self, text: str) -> list[str]:
        """The ids with the nearest names, the nearest first; empty if none is near."""
        key = _key(text)
        words = set(key.split())
        keys = difflib.get_close_matches(key, self._by_key, n=_MOST_OFFERED, cutoff=0.75)
        if len(key) > 3:
            keys += [other for other in self._by_key if words <= set(other.split())]
        return list(dict.fromkeys(id_ for near in keys for id_ in self._by_key[near]))[:_MOST_OFFERED]

    def offer(self, ids: Sequence[str]) -> str:
        return "; ".join(dict.fromkeys(self._shown[id_] for id_ in ids))


class _BodyNames(_Names):
    """The names of organisations, matched as everywhere (`facts.bodies`): only the same words are a body."""

    def __init__(self, bodies: KnownBodies) -> None:
        super().__init__()
        self._bodies = bodies

    def by_name(self, text: str) -> list[str]:
        match = self._bodies.match(text)
        named = [body.id for body in match.bodies] if match.answer == "same" or match.reason == SEVERAL else []
        return sorted(named) or super().by_name(text)

    def near(self, text: str) -> list[str]:
        return list(dict.fromkeys([*(body.id for body in self._bodies.match(text).bodies), *super().near(text)]))[
            :_MOST_OFFERED
        ]
