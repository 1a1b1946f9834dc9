"""What the text of an agreement says of itself: title, kind, days, review, parties, sections, and the Acts that it names.

Only what is stated is taken, each with the paragraph that it was read in. Where two places differ, or a day is no single
day, nothing is taken and the place is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from undersigned.intake.document_parties import NamedParty, PartyReader, plain_name, without_definitions
from undersigned.intake.document_reader import Block, Document
from undersigned.intake.meaning import NOTHING, read_interval, read_kind, read_version, read_when
from undersigned.intake.people import MAILBOX, NAME, NUMBER, TakenOut, without_likely_people, without_people
from undersigned.intake.sections import Section, sections_of, unfolded
from undersigned.intake.shape import Meaning, meaning_of
from undersigned.records.fields import MONTHS, When

_KIND_WORDS = re.compile(
    r"(?i)\b(agreement|protocol|memorandum|framework|arrangements?|mou|isa|isp|dsa|concordat|compact)\b"
)
_GENERIC_TITLE = re.compile(
    r"(?i)(the )?(inter-?agency |multi-?agency |joint |personal |partnership )*((information|data)[ -](sharing|exchange) |disclosure |joint working |working )?"
    r"(agreement|protocol|memorandum of understanding|framework|isa|isp|dsa|mou)( \((isa|isp|dsa|mou)\))?"
)
_MONTH = "|".join((*MONTHS, *(month[:3] for month in MONTHS), "Sept"))
_DAY = (
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?(?: day)?(?: of)? (?:{_MONTH}),? [0-9]{{4}}|[0-9]{{1,2}}[/.][0-9]{{1,2}}[/.][0-9]{{4}}|"
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|(?:{_MONTH}) [0-9]{{4}})"
)
_ITSELF = r"(?:this |the )?(?:agreement|protocol|memorandum|document|arrangement|framework|isa|isp|dsa|mou|it)\b"
_STARTS = re.compile(
    rf"(?i)\b(?:(?:comes?|came|coming|enters?|entered) into (?:force|effect|operation)|(?:takes?|took) effect|(?:is |are |be )?effective|(?:commencement|start|effective) date|with effect|is dated|commences?|commencing|starts?|begins?)"
    rf"(?: on and)?(?: from| on)?:?(?: the)? ({_DAY})\b"
    rf"|\b(?:runs?|lasts?|continues?)(?: for)? [^.;]{{1,25}}?\bfrom(?: the)? ({_DAY})\b"
)
_ENDS = re.compile(
    rf"(?i)\b(?:(?:expires?|terminates?|ends?|lapses?|(?:expiry|end) date:?)(?: on| at the end of)?|(?:in|into) (?:force|effect|place)(?: up)? (?:until|to)|(?:continues?|remains?|runs?|lasts?)\b[^.]{{0,40}}\b(?:until|to))(?: the)? ({_DAY})"
)
_NEXT_REVIEW = re.compile(
    rf"(?i)\b(?:(?:next|first|due|date of|date for)[^.]{{0,20}} review[^.]{{0,25}}?|review(?:ed)?(?: date| is)?(?: due)?(?: by| on| in| no later than| before|:)+)[\s:]*({_DAY})\b|(?<=, )next on ({_DAY})\b"
)
_PERIOD = re.compile(
    rf"(?i)\b(?:review(?:ed|s|ing)?|look(?:s|ed)? at (?:it )?again)\b[^.;]{{0,60}}?\b(annually|every year|once a year|each year|yearly|biennially|every (?:two|three|four|five|[2-5]) years|every (?:six|twelve|eighteen|[0-9]{{1,2}}) months|quarterly|(?:each|every) (?:{'|'.join(MONTHS)})\b|(?:a |an )?(annual|biennial) (?:basis|review))"
    r"|\b(annual|biennial|yearly|six[- ]monthly) review\b"
)
_EACH_MONTH = re.compile(rf"(?i)(?:each|every) (?:{'|'.join(MONTHS)})")
_TWO_STAGES = re.compile(
    r"(?i)\b(thereafter|initially|first review|then (?:annually|every)|after (?:six|three|[0-9]+) months)\b"
)
_ACT = re.compile(
    r"\b((?:(?:[A-Z][\w’'-]*|and|of|the|for|in|to|etc\.?|\([A-Z][\w’' ]*\)),? ){1,12}?(?:Act|Regulations?|Order|Measure)) (?:\([A-Z][\w ]*\) )?((?:19|20)[0-9]{2})\b"
)
_VERSION_LINE = re.compile(
    r"(?i)(?:.{0,40}\b)?(?:(?:final |draft )?v(?:ersion|er)?[ .:]*|draft )([0-9]{1,2}(?:\.[0-9]{1,2})+|[0-9]{1,2}(?!\.))(?:[ ,;(].{0,40})?"
)


#: Between the facts of one line, as in "Ref: A1. Version 2, 20 January 2026".
_PIECES = re.compile(r"\n|\t|(?<=\w)\. (?=[A-Z])|; | [|–—] ")
_LINK = re.compile(r"(?i)(relating to|in relation to|in respect of|regarding|concerning|for|about|on)")
_TITLE_BETWEEN = re.compile(r"(?i)between [A-Z]")


@dataclass(frozen=True)
class Fact:
    """Something that is stated, and the paragraph that states it."""

    words: str
    number: int


@dataclass
class AgreementText:
    """What was read of an agreement. `unsure`: places that speak of a day or a period that cannot be used."""

    title: Fact | None = None
    kind: str = ""
    version: Fact | None = None
    reference: Fact | None = None
    start: tuple[When, int] | None = None
    end: tuple[When, int] | None = None
    next_review: tuple[When, int] | None = None
    interval: tuple[int, int] | None = None
    lead: str = ""
    parties: list[NamedParty] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    acts: list[Fact] = field(default_factory=list)
    unsure: list[Fact] = field(default_factory=list)
    taken_out: list[TakenOut] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def read_agreement(document: Document, knows: Callable[[str], bool]) -> AgreementText:
    """What the document says of itself, without people. `knows`: whether a name is a body that somebody knows."""
    return _Reader(document, knows).read()


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document, knows: Callable[[str], bool]) -> None:
        blocks, taken = without_people(unfolded(document.blocks))
        self._blocks = blocks
        self._text = AgreementText(taken_out=taken, notes=document.notes, sections=sections_of(blocks))
        self._parties = PartyReader(knows)
        self._days: dict[str, list[tuple[When, int]]] = {}
        self._periods: list[tuple[int, int]] = []

    def read(self) -> AgreementText:
        text = self._text
        labelled = list(self._labelled())
        self._read_labels(labelled)
        text.title = text.title or self._title()
        text.kind = read_kind(text.title.words if text.title else "") if text.title else ""
        for section in text.sections:
            self._read_days(section)
        if text.title is not None:
            self._parties.read_title(text.title.words, text.title.number)
        for section in text.sections:
            self._parties.read_section(section)
        text.start, text.end, text.next_review = (self._one_day(name) for name in ("start", "end", "review"))
        self._set_period()
        text.parties = self._parties.parties
        self._take_out_likely_people()
        text.acts = list(_acts(self._blocks))
        return text

    def _take_out_likely_people(self) -> None:
        """The second look at people, when the bodies are known by name: only in the sections, which become clauses."""
        text = self._text
        bodies = [party.name for party in self._parties.parties]
        for section in text.sections[1:]:
            section.blocks, taken = without_likely_people(section.blocks, [*bodies, section.heading])
            text.taken_out += taken

    # -- front sheet -------------------------------------------------------------------------------------------------------

    def _front(self) -> list[Block]:
        front = self._text.sections[0].blocks
        rest = [block for section in self._text.sections[1:] if section.part == "furniture" for block in section.blocks]
        return [*front, *rest]

    def _labelled(self) -> Iterator[tuple[Meaning, str, int]]:
        """The labels of the front sheet that are understood, with what is beside them."""
        for block in self._front():
            if block.kind == "table":
                yield from _pairs(block)
            else:
                for line in _PIECES.split(block.text):
                    label, colon, value = line.partition(":")
                    meaning = meaning_of(label) if colon and len(label) < 50 else None
                    if meaning is not None and value.strip():
                        yield meaning, value.strip(), block.number
                    elif match := _VERSION_LINE.fullmatch(line.strip(" ()-–")):
                        yield "version", match[1], block.number

    def _read_labels(self, labelled: Sequence[tuple[Meaning, str, int]]) -> None:
        text = self._text
        for meaning, value, number in labelled:
            line = " ".join(value.split())
            if line.casefold().strip(" .") in NOTHING or line in (NAME, MAILBOX, NUMBER):
                continue
            if meaning == "title" and text.title is None and len(line) > 5:
                text.title = Fact(line[:200], number)
            elif meaning == "reference" and text.reference is None and re.fullmatch(r"[\w./ -]{2,40}", line):
                text.reference = Fact(line, number)
            elif meaning == "version" and text.version is None and read_version(line)[0]:
                text.version = Fact(read_version(line)[0], number)
            elif meaning in ("start", "end", "review"):
                self._day(meaning, value, number)
            elif meaning == "interval":
                if (months := read_interval(line)) is not None:
                    self._periods.append((months, number))
                else:
                    text.unsure.append(Fact(line[:120], number))
            elif meaning in ("parties", "lead", "party"):
                self._parties.read_front(value, number)
                if meaning == "lead":
                    text.lead = text.lead or plain_name(line)

    def _day(self, name: str, value: str, number: int) -> None:
        read = read_when(" ".join(value.split()))
        if read.when is not None:
            self._days.setdefault(name, []).append((read.when, number))
        elif read.interval is not None and name == "review":
            self._periods.append((read.interval, number))
        elif read.problem is not None:
            self._text.unsure.append(Fact(" ".join(value.split())[:120], number))

    def _title(self) -> Fact | None:
        """The first lines that name an agreement, with the line after them where they say only what sort it is."""
        front = [block for block in self._text.sections[0].blocks[:15] if block.kind in ("heading", "text")]
        for index, block in enumerate(front):
            line = " ".join(block.text.split())
            if (
                not _KIND_WORDS.search(line)
                or len(line) > 200
                or line.endswith(".")
                or re.match(r"(?i)(this|the parties)\b", line)
            ):
                continue
            if ":" in line and meaning_of(line.partition(":")[0]):
                continue
            if _GENERIC_TITLE.fullmatch(line):
                after = [" ".join(one.text.split()) for one in front[index + 1 : index + 3]]
                if len(after) == 2 and _LINK.fullmatch(after[0]) and len(after[1]) < 120:
                    return Fact(f"{line} {after[0]} {after[1]}", block.number)
                if (
                    after
                    and _TITLE_BETWEEN.match(after[0])
                    and (said := without_definitions(after[0]))
                    and len(said) < 200
                ):
                    return Fact(f"{line} {said.rstrip('.')}", block.number)
                for other in (front[index + 1 : index + 2], front[index - 1 : index] if index else []):
                    words = " ".join(other[0].text.split()) if other else ""
                    if _goes_with_title(words):
                        joined = (
                            f"{line} {words}"
                            if other[0].number > block.number and _is_small(words)
                            else f"{line}: {words}"
                        )
                        return Fact(joined, block.number)
            return Fact(line, block.number)
        return None

    # -- days ----------------------------------------------------------------------------------------------------------------

    def _read_days(self, section: Section) -> None:
        if section.part in ("annex", "furniture"):
            return
        about_time = "start-and-review" in section.topics
        for block in section.blocks:
            for sentence in re.split(r"(?<=[.;])\s+|\n", block.text):
                itself = about_time or section.part == "front" or re.search(rf"(?i)\b{_ITSELF}", sentence)
                if not itself:
                    continue
                for name, pattern in (("start", _STARTS), ("end", _ENDS), ("review", _NEXT_REVIEW)):
                    for match in pattern.finditer(sentence):
                        self._stated_day(name, match[1] or match[2], block.number)
                if about_time or re.search(
                    r"(?i)\b(agreement|protocol|memorandum|document|isa|isp|dsa|mou)\b", sentence
                ):
                    self._stated_period(sentence, block.number)

    def _stated_day(self, name: str, words: str, number: int) -> None:
        plain = re.sub(r"(?i)(?<=[0-9a-z]) day of | day (?=[A-Z])| of (?=[A-Z])", " ", words).replace(",", "")
        read = read_when(plain)
        if read.when is not None:
            self._days.setdefault(name, []).append((read.when, number))
        else:
            self._text.unsure.append(Fact(words, number))

    def _stated_period(self, sentence: str, number: int) -> None:
        for match in _PERIOD.finditer(sentence):
            words = re.sub(r"(?i)^(a|an) | basis$| review$", "", (match[1] or match[3] or "").strip())
            months = 12 if _EACH_MONTH.fullmatch(words) else read_interval(words)
            if months is None or _TWO_STAGES.search(sentence):
                self._text.unsure.append(Fact(" ".join(sentence.split())[:120], number))
            else:
                self._periods.append((months, number))

    def _one_day(self, name: str) -> tuple[When, int] | None:
        """The day that is stated; None where two places state different days, which are then named."""
        found = self._days.get(name, [])
        days = {str(when) for when, _ in found}
        fuller = [one for one in found if isinstance(one[0], date)]
        if len(days) == 1:
            return found[0]
        if len({str(when) for when, _ in fuller}) == 1 and all(str(fuller[0][0]).startswith(one) for one in days):
            return fuller[0]
        self._text.unsure += [Fact(str(when), number) for when, number in found]
        return None

    def _set_period(self) -> None:
        months = {one for one, _ in self._periods}
        if len(months) == 1:
            self._text.interval = self._periods[0]
        else:
            self._text.unsure += [Fact(f"{one} months", number) for one, number in self._periods]


def _pairs(block: Block) -> Iterator[tuple[Meaning, str, int]]:
    """A label and what is to its right; or below it, in a table of two rows whose first row has labels only."""
    head = block.rows[0]
    if len(block.rows) == 2 and len(head) > 2 and all(meaning_of(cell) or not cell for cell in head):
        for cell, value in zip(head, block.rows[1], strict=False):
            meaning = meaning_of(cell)
            if meaning is not None and value:
                yield meaning, value, block.number
        return
    for row in block.rows:
        for at in range(0, len(row) - 1, 2):
            meaning = meaning_of(row[at]) if len(row[at]) < 60 else None
            if meaning is not None and row[at + 1] and meaning_of(row[at + 1]) is None:
                yield meaning, row[at + 1], block.number


def _goes_with_title(words: str) -> bool:
    return (
        bool(words)
        and len(words) < 120
        and not words.endswith((".", ":"))
        and not re.search(r"(?i)\b(version|date|draft|official|page|contents|logo|review)\b|[0-9]{4}|\[", words)
        and not _GENERIC_TITLE.fullmatch(words)
        and len(words.split()) > 1
    )


def _is_small(words: str) -> bool:
    return bool(re.match(r"(?i)(for|between|on|about|relating|regarding|in|to|under|of|concerning)\b", words))


def _acts(blocks: Sequence[Block]) -> Iterator[Fact]:
    """The Acts and regulations that the text names, each once."""
    seen: set[str] = set()
    for block in blocks:
        for match in _ACT.finditer(" ".join([block.text, *(cell for row in block.rows for cell in row)])):
            words = re.sub(
                r"^(?:(?:and|of|the|in|for|to|under|section|sections|see|by|from|with|The|Under|Section|See|In|Both|This)\s)+",
                "",
                match[1],
            )
            name = f"{words} {match[2]}"
            if name.casefold() not in seen and len(words) > 8:
                seen.add(name.casefold())
                yield Fact(name, block.number)
