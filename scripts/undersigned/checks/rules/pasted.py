"""Text pasted from Word, a web page or an e-mail that is read or printed differently from how it looks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice

from undersigned.checks.engine import OrganisationSubject, ProtocolSubject, RegisterSubject, RuleSet, Subject
from undersigned.checks.texts import MOST_OF_A_KIND, raw_bytes, texts_in, written_records
from undersigned.records.fields import Authored
from undersigned.records.findings import Finding, Place, Severity
from undersigned.records.form import Form
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.reading import Record
from undersigned.records.slips import BULLETS, name_of
from undersigned.records.source import Source
from undersigned.words.letters import Place as Where
from undersigned.words.letters import letters_lacking
from undersigned.words.text import in_a_list

# -- hidden characters ----------------------------------------------------------------------------------------------

_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_LOST = "\ufffc\ufffd"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010fffd"
_JOINERS = "\u200c\u200d"
_UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\uffa0\ufdd0-\ufdef"
    "\u2800\ufff0-\ufffb\u070f\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(
    f"(?P<direction>[{_DIRECTION}])|(?P<lost>[{_LOST}])|(?P<private>[{_PRIVATE}])|(?P<invisible>[{_JOINERS}{_UNSEEN}])"
)
_CODE = re.compile(rb"\\[uUxN_LP]")
#: More marks than any script puts over or under one letter: they cover the lines around it.
_STACKED = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
#: A character written by its number or its name, as in HTML. Markdown reads it as the character.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def hidden_in(text: str) -> Iterator[tuple[int, str]]:
    """Where a character is that nobody sees, or that is not what it seems, and the words for it."""
    for match in _HIDDEN.finditer(text):
        before = unicodedata.category(text[match.start() - 1]) if match.start() else ""
        # Joiners belong to the spelling of many scripts, and with variation selectors to pictures.
        belongs = before == "So" or (match[0] in _JOINERS and before in ("Lo", "Mn", "Mc"))
        if match.lastgroup is not None and not (match.lastgroup == "invisible" and belongs):
            yield match.start(), match.lastgroup
    for match in _STACKED.finditer(text):
        yield match.start(), "stacked"


def _hidden_by_entities(text: str) -> Iterator[tuple[int, str]]:
    """Where a character that nobody may use is written as an entity, and which it is."""
    for match in _ENTITY.finditer(text):
        character = unescape(match[0])
        control = (
            len(character) == 1 and unicodedata.category(character) in ("Cc", "Zl", "Zp") and character not in "\t\n"
        )
        if control or character == "\ufffd" or next(hidden_in(character), None):
            yield match.start(), character


def may_hide_characters(raw: bytes) -> bool:
    """A quick look at a whole file: hidden characters are not ASCII, or are written as a code after a backslash or &."""
    return not raw.isascii() or b"\\" in raw or b"&" in raw


def _check_hidden(subject: Subject, record: Record[Authored], *, stamped: bool = False) -> Iterator[Finding]:
    raw = raw_bytes(subject.register, record)
    for place, words, character in islice(_hidden(record.source, raw), MOST_OF_A_KIND):
        severity: Severity | None = "warning" if stamped else None  # a stamped text cannot be changed
        yield from subject.find(
            "hidden-character", record, at=place, words=words, severity=severity, what=name_of(character)
        )


def _hidden(source: Source, raw: bytes) -> Iterator[tuple[Place, str, str]]:
    if not raw.isascii():
        for number, line in enumerate(source.lines, 1):
            for offset, words in hidden_in(line) if not line.isascii() else ():
                yield Place(number, offset + 1), words, line[offset]
    if _CODE.search(raw):
        for text in texts_in(source.data):
            for offset, words in hidden_in(text.text):
                place = source.place_in(text.path, offset)
                if source.lines[place.line - 1][place.column - 1] == "\\":
                    yield place, words, text.text[offset]
    if b"&" in raw and _ENTITY.search(source.text):
        for text in texts_in(source.data):
            for offset, character in _hidden_by_entities(text.text) if "&" in text.text else ():
                yield source.place_in(text.path, offset), "entity", character


# -- letters that no font has ---------------------------------------------------------------------------------------

#: More letters than these make the message longer than anybody reads.
_MOST_LETTERS = 8


def _check_letters(subject: Subject, record: Record[Authored]) -> Iterator[Finding]:
    """Every letter that is printed can be printed."""
    for place, words, letters in islice(_lacking(record), MOST_OF_A_KIND):
        shown = in_a_list([f"'{letter}' (U+{ord(letter):04X})" for letter in letters], most=_MOST_LETTERS)
        yield from subject.find("unprintable-letter", record, at=place, words=words, letters=shown)


def _lacking(record: Record[Authored]) -> Iterator[tuple[Place, str, list[str]]]:
    for text in texts_in(record.source.data):
        if text.text.isascii():
            continue
        where: tuple[Where, ...] = ("text",)
        if isinstance(record.value, Organisation):
            where = ("text", "box") if text.path == ("name",) else ()
        for kind in where:
            if found := [] if record.was_dropped(*text.path) else list(letters_lacking(text.text, kind)):
                yield record.source.place_in(text.path, found[0][0]), kind, list(dict.fromkeys(one for _, one in found))
                break


# -- lists, tables and tabs -----------------------------------------------------------------------------------------

_MARK = re.compile(rf"[ \t]*(?P<mark>[{re.escape(BULLETS)}])[ \t\u00a0]*(?=\S)")
#: Marks that the reader of prose takes for words, because sentences begin with them too.
_NOT_BULLETS = "–—−o✓✔✗✘☐☑☒Øü§v"
#: What Word's other bullets become as plain text: ticks and boxes, and before a tab a letter of a font of signs.
_SIGN = re.compile(r"[ \t]*(?P<mark>[✓✔✗✘☐☑☒](?=\s)|[Øü§v](?=\t))[ \t]*(?=\S)")
#: A number of several parts before the text of a line, as in contracts.
_NUMBERED = re.compile(r"[ \t]*(?P<mark>\d{1,3}(?:\.\d{1,3})+\.?)[ \t]+(?=[^\W\d])")
#: A mark of an item, and the tab that Word puts after it.
_TAB_AFTER_MARK = re.compile(
    rf"[ \t]*(?:[{re.escape(BULLETS)}*+oØü§v\ue000-\uf8ff✓✔✗✘☐☑☒-]|\(?\w{{1,4}}(?:\.\d{{1,3}})*[.)]|\d{{1,3}}(?:\.\d{{1,3}})+)\t\s*"
)
_RUN_ON = re.compile(r"(?:(?<=\s)|\A)(?P<mark>[•·▪▫◦‣⁃∙●○■□◆◇❖➢➤►▶▸])\s")
_SMALL_O = re.compile(r"[ \t]*(?P<mark>o)[ \t]+(?=\S)")
_FENCE = re.compile(r" {0,3}(?P<mark>```+|~~~+)")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*\Z")
_RULE_OF_TABLE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*(?::?-+:?[ \t]*)?\Z")
_CELLS = re.compile(r"[ \t]*[^|\s][^|]*(?: \| [^|]*)+\Z")
#: The line below the head of a table that is drawn with spaces or with crosses.
_DRAWN = re.compile(r"[ \t]*(?:\+?[-=]{2,}\+[-=]{2,}[-=+]*|[-=]{3,}(?:[ ]{1,}[-=]{3,})+)[ \t]*\Z")
_MAY_BE_SMALL_O = re.compile(rb"o(?= )(?:(?<=\no)|(?<=  o))")
#: A row of a table has two bars. One bar begins a block of text.
_BARS = re.compile(rb"\|[^\n]*\||\S \| ")
_NUMBERS = re.compile(rb"\n[ \t]*[0-9]{1,3}(?:\.[0-9]{1,3})+\.?[ \t]")

#: A code, the offset in the text, the words, and the fact that they name.
_Fault = tuple[str, int, str, str]


def may_hold_pasted(raw: bytes) -> bool:
    """A quick look at a whole file: it may say yes too often, never no to what the slow one finds."""
    return (
        b"\t" in raw
        or may_hide_characters(raw)
        or (b"`" in raw and b"```" in raw)
        or (b"~" in raw and b"~~~" in raw)
        or (b"#" in raw and b" #" in raw)
        or _MAY_BE_SMALL_O.search(raw) is not None
        or _BARS.search(raw) is not None
        or _NUMBERS.search(raw) is not None
        or b"---" in raw
        or b"===" in raw
    )


def pasted_in(text: str) -> Iterator[_Fault]:
    """Marks that do not make a list, rows that do not make a table, and tabs, each reported once for all its lines."""
    lines, at = text.split("\n"), 0
    yield from _fence(lines)
    inside = ""
    marked = any(_MARK.match(line) for line in lines)
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        after = lines[number + 1] if number + 1 < len(lines) else ""
        kind = ""
        cells = line[match.end() :] if (match := _TAB_AFTER_MARK.match(line)) else line
        mark = (
            _MARK.match(line)
            or (_SIGN.match(line) if _SIGN.match(before) or _SIGN.match(after) else None)
            or (_SMALL_O.match(line) if marked or _SMALL_O.match(before) or _SMALL_O.match(after) else None)
        )
        if mark:
            kind = "list"
            if inside != kind:
                words = "item" if len(lines) == 1 else "bullet" if mark["mark"] not in _NOT_BULLETS else "default"
                yield "pasted-list", at + mark.start("mark"), words, mark["mark"]
        elif len(run_on := list(_RUN_ON.finditer(line))) > 1:
            yield "pasted-list", at + run_on[0].start("mark"), "run-on", run_on[0]["mark"]
        elif (numbered := _NUMBERED.match(line)) and (_NUMBERED.match(before) or _NUMBERED.match(after)):
            kind = "numbers"
            if inside != kind:
                yield "pasted-list", at + numbered.start("mark"), "numbers", numbered["mark"]
        elif "\t" in cells.strip():
            kind = "tabs"
            if inside != kind:
                words = "tabs" if "\t" in after.strip() or "\t" in before.strip() else "tab"
                yield (
                    "pasted-table",
                    at + _visible_before(line, line.strip().index("\t") + len(line) - len(line.lstrip())),
                    words,
                    "",
                )
        elif _ROW.match(line) or _bare_row(line, before, after):
            kind = "rows"
            if inside != kind:
                yield from _table(at, line, before, after)
        elif _DRAWN.match(line) and before.strip():
            yield "pasted-table", at + len(line) - len(line.lstrip()), "drawn", ""
        elif line.startswith("\t"):
            kind = "indent"
            if inside != kind:
                yield "pasted-table", at + len(line) - len(line.lstrip()), "indent", ""
        inside = kind or (inside if inside == "list" and line.strip() and line.startswith((" ", "\t")) else "")
        at += len(line) + 1


def _fence(lines: Sequence[str]) -> Iterator[_Fault]:
    """The first line that begins computer code."""
    at, opened = 0, ""
    found: tuple[int, str] | None = None
    for line in lines:
        if match := _FENCE.match(line):
            if not opened:
                opened = match["mark"]
                found = found or (at + match.start("mark"), opened)
            elif match["mark"].startswith(opened):
                opened = ""
        at += len(line) + 1
    if found is not None:
        yield "pasted-fence", found[0], "open" if opened else "default", found[1]


def _visible_before(line: str, tab: int) -> int:
    """The tab is placed where the word before it ends, because white space has no place of its own in a folded text."""
    return max(0, tab - 1)


def _bare_row(line: str, before: str, after: str) -> bool:
    """Whether a line without bars at its ends is a row: so is the line beside it, and none of the two is the rule."""
    if _RULE_OF_TABLE.match(line) or not _CELLS.match(line):
        return False
    return any(_CELLS.match(other) and not _RULE_OF_TABLE.match(other) for other in (before, after)) and not any(
        _RULE_OF_TABLE.match(other) for other in (before, after)
    )


def _table(at: int, line: str, before: str, after: str) -> Iterator[_Fault]:
    start = at + len(line) - len(line.lstrip())
    rule = _RULE_OF_TABLE.match(after) or _RULE_OF_TABLE.match(line)
    if not _ROW.match(line) or (_ROW.match(after) and not rule):
        yield "pasted-table", start, "no-rule", ""
    elif _RULE_OF_TABLE.match(after) and before.strip():
        yield "pasted-table", start, "no-blank-line", ""


# -- values ---------------------------------------------------------------------------------------------------------

_CURLY_AROUND = re.compile(r"[“„‘«](?P<text>[^“”„‘«»]*)[”’“»]\Z")
_HASH_LOOK = re.compile(rb"\S #[^#!\n]")
_COMMENT = re.compile(r" (?P<rest>#(?:[^\s#!].*| ?\d.*))\Z")
#: After words of a sentence, one space before the # is not how a comment is written.
_COMMENT_AFTER_WORDS = re.compile(r"(?<=\S) (?P<rest># ?[^\s#!].*)\Z")
_WEB_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")


def _cut_off(source: Source) -> Iterator[tuple[Place, str, str]]:
    """Where a plain value ends at a # that was probably part of it: its place, the value that is left, and the rest."""
    for end, value in source.plain_values():
        pattern = _COMMENT_AFTER_WORDS if " " in value or value[:1].isupper() else _COMMENT
        line = source.lines[end.line - 1]
        if match := pattern.match(line, end.column - 1) or _COMMENT.match(line, end.column - 1):
            yield Place(end.line, match.start("rest") + 1), value, match["rest"]


def _check_values(subject: Subject, record: Record[Authored], raw: bytes) -> Iterator[Finding]:
    if _HASH_LOOK.search(raw):
        for place, value, rest in islice(sorted(_cut_off(record.source)), MOST_OF_A_KIND):
            yield from subject.find("cut-off", record, at=place, value=value, rest=rest)
    if raw.isascii():
        return
    spaces: list[Place] = []
    for text in texts_in(record.source.data):
        if match := _CURLY_AROUND.match(text.text):
            place = record.source.place_in(text.path, 0)
            yield from subject.find("curly-quotes", record, at=place, plain=match["text"])
    for number, line in enumerate(record.source.lines, 1):
        spaces += [Place(number, match.start() + 1) for match in _WEB_SPACE.finditer(line)]
    if spaces:
        place, words = spaces[0], "default" if len(spaces) > 1 else "one"
        what = name_of(record.source.lines[place.line - 1][place.column - 1])
        yield from subject.find("web-space", record, at=place, words=words, what=what, count=len(spaces))


# -- rules ----------------------------------------------------------------------------------------------------------


def check_record(subject: Subject, record: Record[Authored]) -> Iterator[Finding]:
    """No text of a record hides a character, and none prints differently from how it looks."""
    raw = raw_bytes(subject.register, record)
    if not may_hold_pasted(raw):
        return
    yield from _check_hidden(subject, record)
    if not raw.isascii() and isinstance(record.value, Protocol | Form | Organisation):
        yield from _check_letters(subject, record)
    yield from _check_values(subject, record, raw)
    for place, code, words, fact in islice(_pasted(record), MOST_OF_A_KIND):
        yield from subject.find(code, record, at=place, words=words, mark=fact)


def _pasted(record: Record[Authored]) -> Iterator[tuple[Place, str, str, str]]:
    for text in texts_in(record.source.data):
        for code, offset, words, fact in pasted_in(text.text):
            yield record.source.place_in(text.path, offset), code, words, fact


def check_protocol_records(subject: ProtocolSubject) -> Iterator[Finding]:
    """The records that people write about a protocol are free of this. In a stamped text, only hidden characters matter."""
    for record in written_records(subject.folder):
        yield from check_record(subject, record)
    for version in subject.folder.versions.values():
        if may_hide_characters(raw_bytes(subject.register, version)):  # type: ignore[arg-type]
            yield from _check_hidden(subject, version, stamped=True)  # type: ignore[arg-type]


def check_organisation(subject: OrganisationSubject) -> Iterator[Finding]:
    """The record of an organisation is free of this."""
    yield from check_record(subject, subject.record)  # type: ignore[arg-type]


def check_root_records(subject: RegisterSubject) -> Iterator[Finding]:
    """Nor are the records of services, of areas and of the law."""
    for record in subject.register.root_records():
        yield from check_record(subject, record)


RULES = RuleSet(protocol=(check_protocol_records,), organisation=(check_organisation,), register=(check_root_records,))
