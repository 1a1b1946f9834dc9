"""Findings for somebody who sees forms and no record: the words, and the question that each is about.

A rule may say beside its hint what a form says instead (`form`), and beside its message (`form_message`). Everything else
is turned into words here: ids into the names of what they stand for, and names of fields into questions. A hint that still
speaks of files or code is left out, because the question beside it says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from undersigned.changes.git import HistoryError
from undersigned.checks.engine import rules
from undersigned.edit.outlets import OutletError
from undersigned.edit.questions import Fault, Section, sections
from undersigned.editing import EditingError
from undersigned.records.findings import Finding, Words
from undersigned.records.source import KeyPath, Source
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.register import Register
from undersigned.words.labels import labels
from undersigned.words.text import in_a_list, with_capital

SECTION_OF_TOPIC = {
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
#: What only somebody who sees files understands. A test looks for it in everything that a form can show.
CODE = re.compile(
    r"[{}\[\]|`<>]|\b[a-z]+_[a-z_0-9]+\b|'[a-z ]+:'|'[a-z_]+: [^']*'|\.yaml\b|\bYAML\b|\bundersigned\b|(?<!\w)--\w"
    r"|\b(?:[Dd]elete|[Ll]eave|[Aa]dd) (?:the|a) line\b|\b(?:when|regime|kind|status|role|method|change|authority|legal|group|consent|if): [a-z\[{|]"
    r"|(?<![\w/.-])(?:protocols|signatories|provision)/[\w/.-]+|\bindented\b|\bthis (?:line|file|key|folder)\b"
    r"|\bthe (?:folder|file|key)\b|\b(?:former )?ids?\b|\bits folder\b|\byear-month-day\b"
)
_IN_QUOTES = re.compile(r"'([a-z0-9][a-z0-9_-]*)'")
_FIELD = re.compile(r"(?<![\w/])[a-z]+(?:_[a-z0-9]+)+(?![\w/])")
_FLOW = re.compile(r"\b([fF])low(s?)\b")
_SENTENCES = re.compile(r"(?<=[.?!]) +(?=[A-Z'])")
_TWICE = re.compile(r"( \((?:[^()]|\([^()]*\))*\))\1")
_IDS = re.compile(r"(?<![\w/-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w/-])")
_PATHS = re.compile(r"(?:[\w.-]+/)*([\w-]+)\.yaml\b")
_FACT = re.compile(r"\{([a-z_]+)\}")
_LISTS_OF_LAW = (
    "lawful_bases",
    "recognised_interests",
    "special_category_conditions",
    "schedule_1_conditions",
    "law_enforcement_conditions",
    "gateways",
)


def section_of(path: KeyPath, record: str = "protocol") -> str:
    """The part of the pages that a place of a record belongs to. `record`: the protocol's own, or `people`."""
    names = tuple(part for part in path if isinstance(part, str))
    first = "people" if record == "people" else "about"
    if not names:
        return first
    if record == "protocol" and names[0] in _SECTION_OF_FIELD:
        return _SECTION_OF_FIELD[names[0]]
    for section in sections().values():
        if section.record == record and (
            section.list == names[0] or (not section.list and any(one.path[0] == names[0] for one in section.fields))
        ):
            return section.id
    return first


def at_question(finding: Finding, raw: bytes, section: Section | None, register: Register) -> Fault:
    """A finding at the question of a part that it is about, or in the summary. `raw`: the record that was to be saved."""
    file = "for-people.yaml" if section is not None and section.record == "people" else "protocol.yaml"
    path = Source(finding.path, raw).path_at(finding.place) if finding.path.endswith(f"/{file}") else ()
    names = tuple(part for part in path if isinstance(part, str))
    words = in_form_words(finding, register)
    if section is not None:
        within = names[1:] if section.list else names
        for one in section.fields:
            if within[: len(one.path)] == one.path and (not section.list or names[0] == section.list):
                return Fault(one.id, words)
    return Fault("", words)


def in_form_words(finding: Finding, register: Register) -> str:
    """A finding as sentences for somebody who sees forms and no record."""
    named = _Names(finding, register)
    found = _variant(finding)
    message, hint = finding.message, finding.hint
    if found is not None:
        words, facts = found
        if words.form_message:
            message = _filled(words.form_message, facts, named)
        else:
            message = _filled(words.message, facts, named)
        if words.form:
            hint = _filled(words.form, facts, named)
        elif words.form == "":
            hint = ""
        else:
            hint = named.said(hint)
    else:
        message, hint = named.said(message), named.said(hint)
    message = with_capital(_once(message)).rstrip(".")
    kept = [sentence for sentence in _SENTENCES.split(_once(hint)) if not CODE.search(sentence)]
    return f"{message}. {' '.join(kept)}".strip()


def _once(text: str) -> str:
    """The text with no legal reference repeated directly after itself."""
    return _TWICE.sub(r"\1", text)


def words_of_error(error: EditingError | HistoryError | OutletError) -> str:
    """Why something cannot be done. Advice about files or the command line is left out."""
    words, hint = str(error), "" if CODE.search(error.hint) else f" {error.hint}"
    return f"{with_capital(words)}.{hint}"


# -- which words of which rule it is ---------------------------------------------------------------------------------------


def _variant(finding: Finding) -> tuple[Words, dict[str, str]] | None:
    """The words of the rule that made a finding, and the facts in them; None if its message is of no rule."""
    for words, message, hint in _patterns(finding.code):
        found = message.fullmatch(finding.message)
        if found is None:
            continue
        more = hint.fullmatch(finding.hint)
        if more is not None:
            return words, {**more.groupdict(""), **found.groupdict("")}
    return None


@cache
def _patterns(code: str) -> tuple[tuple[Words, re.Pattern[str], re.Pattern[str]], ...]:
    rule = rules().get(code)
    if rule is None:
        return ()
    variants = sorted(rule.words.values(), key=lambda words: -len(_FACT.sub("", words.message)))
    return tuple((words, _pattern(words.message), _pattern(words.hint.strip())) for words in variants)


def _pattern(template: str) -> re.Pattern[str]:
    """A pattern that takes the facts out of a text made from a template."""
    pieces, seen = [], set[str]()
    for number, piece in enumerate(_FACT.split(template.replace("{{", "\0").replace("}}", "\1"))):
        if number % 2 == 0:
            pieces.append(re.escape(piece.replace("\0", "{").replace("\1", "}")))
        elif piece in seen:
            pieces.append(f"(?P={piece})")
        else:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>.*?)")
    return re.compile("".join(pieces).replace(r"\ ", r"\s+"), re.DOTALL)


def _filled(template: str, facts: Mapping[str, str], named: _Names) -> str:
    """A template of the rules with its facts in words."""
    parts = _FACT.split(template.replace("{{", "\0").replace("}}", "\1"))
    told = [named.fact(facts.get(part, "")) if number % 2 else named.said(part) for number, part in enumerate(parts)]
    return " ".join("".join(told).replace("\0", "{").replace("\1", "}").split())


# -- ids and fields in words ---------------------------------------------------------------------------------------------


class _Names:
    """What the ids of one protocol and its register are called."""

    def __init__(self, finding: Finding, register: Register) -> None:
        self._register = register
        top, _, rest = finding.path.partition("/")
        names = [part.removesuffix(".yaml") for part in rest.split("/")]
        protocol = {"protocols": names[0], "signatories": names[-1]}.get(top, "")
        self._of_protocol: dict[str, str] = {}
        folder = register.protocol(protocol) if protocol else None
        if folder is not None and folder.readable:
            value = folder.value
            self._of_protocol = {flow.id: flow.title for flow in value.flows if flow.title}
            self._of_protocol |= {group.id: group.title for group in value.groups if group.title}
            self._of_protocol |= {clause.id: clause.title for clause in value.clauses if clause.title}
            self._of_protocol |= {item.id: item.name for item in value.data_items}

    def fact(self, text: str) -> str:
        """A fact of a message: the name of what an id stands for, or a list of such names, or the text itself."""
        whole = self._name(text)
        if whole is not None:
            return whole
        parts = [part for part in re.split(r", | and ", text) if part]
        named = [self._name(part) for part in parts]
        if len(parts) > 1 and any(named):
            return in_a_list([name or part for name, part in zip(named, parts, strict=True)])
        text = _PATHS.sub(r"\1", text)
        return self.said(_IDS.sub(lambda found: self._name(found[0]) or found[0], text))

    def said(self, text: str) -> str:
        """A sentence with each id of law and each name of a field in words."""
        text = _FLOW.sub(lambda found: "cC"[found[1] == "F"] + f"ard{found[2]}", text)
        text = _IN_QUOTES.sub(lambda found: self._quoted(found[1]) or found[0], text)
        text = _laws().sub(lambda found: _law_in_words(found[0]), text)
        return _FIELD.sub(lambda found: _field_in_words(found[0]) or found[0].replace("_", " "), text)

    def _quoted(self, word: str) -> str | None:
        law = _law_names().get(word)
        name = self._of_protocol.get(word) or (law.title if law is not None else _field_in_words(word))
        return f"'{name}'" if name is not None else None

    def _name(self, id_: str) -> str | None:
        if id_ in self._of_protocol:
            return self._of_protocol[id_]
        if id_ in _law_names():
            return _law_in_words(id_)
        topic = vocabulary().content_topics.get(id_)
        if topic is not None:
            return topic.title
        if self._register.has_organisation(id_):
            return self._register.organisation_name(id_)
        other = self._register.protocol_record(id_)
        if other is not None and other.value is not None:
            return other.value.title
        return _field_in_words(id_) if "_" in id_ else None


@cache
def _law_names() -> Mapping[str, Entry]:
    return {id_: entry for name in _LISTS_OF_LAW for id_, entry in getattr(vocabulary(), name).items()}


@cache
def _laws() -> re.Pattern[str]:
    ids = sorted(_law_names(), key=len, reverse=True)
    return re.compile(r"\[?(?<![\w-])(?:" + "|".join(map(re.escape, ids)) + r")(?![\w-])\]?")


def _law_in_words(id_: str) -> str:
    entry = _law_names()[id_.strip("[]")]
    return f"{entry.title} ({entry.reference})"


def _field_in_words(name: str) -> str | None:
    """What a form calls a field of the record; None for a word that is not a field."""
    return labels("field").get(name)
