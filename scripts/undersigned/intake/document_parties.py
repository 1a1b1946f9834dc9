"""The parties that the text of an agreement names: in its title and front sheet, in a list of parties, in prose, in signatures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from undersigned.facts.bodies import looks_like_a_body, names_in
from undersigned.intake.document_reader import Block
from undersigned.intake.sections import Section

Source = Literal["front sheet", "title", "list of parties", "between … and …", "signatures"]
_BETWEEN = re.compile(
    r"(?is)(?:\b(?:between|amongst?)\b|\A(?:agreed|adopted|signed up to|made) by\b)(?: the following(?: parties| organisations| agencies| partners)?)?\s*:?\s*(.*)\Z"
)
_AFTER_NAMES = re.compile(
    r"(?i)(?:,? (?:for the purposes?|for sharing|for the sharing|for the exchange|in order to|to (?:share|enable|support|ensure|allow|govern|facilitate|set|help)|regarding|in relation to|in respect of|concerning|"
    r"relating to|about|on the sharing|sets? out|which|who|that|it (?:covers|sets)|under which|and (?:sets|covers|describes|relates)|is made|was made|dated|on (?:the )?[0-9]|\(together|\(collectively|\(the [“‘\"']?part)|"
    r"\.(?:\s|$)|;\s*(?:whereas|now))"
)
_PARTY_HEAD = re.compile(
    r"(?i)(?:name of )?(?:the )?(?:partner |signatory |participating |member |lead )?(?:organisations?|agenc(?:y|ies)|partners?|part(?:y|ies)|bod(?:y|ies)|authorit(?:y|ies)|signator(?:y|ies))(?: name)?(?: to (?:the|this) .*)?"
)
_BEHALF = re.compile(r"(?i)(?:for and )?on behalf of:?\s*(?:the )?([^\n]{3,120})")
_DEFINED = re.compile(
    r"\s*\((?:[^()]*?[“\"‘'][^()]*|hereafter[^()]*|hereinafter[^()]*|referred to[^()]*|known as[^()]*|the\s[^()]*|company (?:number|no)[^()]*|registered[^()]*|charity[^()]*)\)"
)
_DEFINED = re.compile(
    r"\s*\((?:[^()]*?[“\"‘'][^()]*|hereafter[^()]*|hereinafter[^()]*|referred to[^()]*|known as[^()]*|the\s[^()]*|company (?:number|no)[^()]*|registered[^()]*|charity[^()]*)\)"
)
_ROLE = re.compile(
    r"(?i)\s*[-–—:(,]+\s*(?:the )?(?:data |joint |lead )*(?:controllers?|processors?|lead(?: (?:agency|organisation|partner|authority))?|recipients?)\)?\s*\Z"
)
_ADDRESS = re.compile(
    r"(?i),? (?:of|at|whose (?:registered|principal|head) (?:office|address)[^,]*|having its[^,]*|with its (?:registered|principal)[^,]*) (?=.*(?:,|\b[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\b))"
)
_MOST_PARTIES = 80


@dataclass(frozen=True)
class NamedParty:
    """A body that the text names as a party, with the paragraphs that name it and what they are."""

    name: str
    numbers: tuple[int, ...]
    sources: tuple[Source, ...]


class PartyReader:
    """Collects the parties of one text. `knows`: whether a name is surely that of one body."""

    def __init__(self, knows: Callable[[str], bool]) -> None:
        self._knows = knows
        self._parties: dict[str, NamedParty] = {}

    @property
    def parties(self) -> list[NamedParty]:
        return list(self._parties.values())

    def read_title(self, words: str, number: int) -> None:
        """`… agreement between A and B` in the title."""
        if match := _BETWEEN.search(words):
            self._prose(match[1], number, "title")

    def read_front(self, words: str, number: int) -> None:
        """What is beside "Partners" or "Lead" on the front sheet."""
        self._names(words, number, "front sheet")

    def read_front_line(self, block: Block) -> None:
        """A line of the first page that holds nothing but names of known bodies."""
        line = " ".join(block.text.split())
        if block.kind in ("heading", "text", "item") and 5 < len(line) < 200:
            names = [plain_name(name) for name in names_in(line, self._knows)]
            if all(map(self._knows, names)):
                self._names(line, block.number, "front sheet")

    def read_section(self, section: Section) -> None:
        """What a section says of the parties: in a list of its own, in "between … and …", and in signatures."""
        if section.part == "furniture":
            return
        self._between(section.blocks)
        listed = "parties" in section.hints and not re.search(r"(?i)role|responsib|third", section.heading)
        in_annex = section.part == "annex" and re.search(
            r"(?i)\b(parties|partners|signatories|members)\b", section.heading
        )
        if listed or in_annex:
            self._listed(section.blocks)
        for block in section.blocks:
            if section.part == "front":
                self.read_front_line(block)
            if block.kind == "table":
                self._signed_table(block, "signatures" in section.hints)
            for text in (block.text, *(cell for row in block.rows for cell in row)):
                for match in _BEHALF.finditer(text):
                    self._signed(match[1], block.number)

    def _signed(self, words: str, number: int) -> None:
        name = re.split(r"[_…]{2,}|\.{3,}| {3,}|\t|\b(?:Signed|Signature|Name|Date|Position)\b\s*:?", words)[0]
        self._names(name, number, "signatures", whole=True)

    def _signed_table(self, block: Block, in_signatures: bool) -> None:
        """The column of organisations in a table that is signed, or in the front sheet's table of approvals."""
        head = [cell.strip(" :*") for cell in block.rows[0]]
        words = " ".join(head).casefold()
        signed = bool(re.search(r"\b(signatures?|signed|sign|approved|approval)\b|\bname\b.*\bdate\b", words))
        for at, cell in enumerate(head):
            named = re.search(r"(?i)\b(partner|signatory|participating|party)", cell) and len(head) > 1
            if _PARTY_HEAD.fullmatch(cell) and (signed or in_signatures or named) and len(block.rows) > 1:
                for row in block.rows[1:]:
                    if at < len(row):
                        self._names(row[at], block.number, "signatures", whole=True)
                return
        if in_signatures:
            for text in (cell for row in block.rows for cell in row):
                match = re.match(r"(?i)(?:signed )?for (?:the )?([A-Z][^\n]{3,100})", text)
                if match and self._knows(plain_name(match[1])):
                    self._signed(match[1], block.number)
        for row in block.rows if len(head) == 2 else ():
            if _PARTY_HEAD.fullmatch(row[0].strip(" :*")) and (
                in_signatures or re.search("(?i)organis|agency", row[0])
            ):
                self._names(row[1], block.number, "signatures", whole=True)

    def _listed(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            if block.kind == "table":
                head = [cell.strip(" :*") for cell in block.rows[0]]
                at = next((n for n, cell in enumerate(head) if _PARTY_HEAD.fullmatch(cell)), None)
                rows = block.rows[1:] if at is not None or not self._is_body(head[0]) else block.rows
                for row in rows:
                    if (at or 0) < len(row):
                        self._names(row[at or 0], block.number, "list of parties", sure=at is not None)
            elif block.kind == "item":
                self._listed_line(block)
            elif len(block.text) < 130 and not block.text.endswith((".", ":")) and not _BETWEEN.match(block.text):
                lines = block.text.split("\n")
                most = sum(self._is_body(plain_name(line)) for line in lines) * 2 >= len(lines) > 1
                for line in lines:
                    if most or self._is_body(line) or self._is_body(plain_name(line)):
                        self._names(line, block.number, "list of parties", whole=True)
            else:
                match = re.search(
                    r"(?i)\b(?:parties|partners|partner organisations|organisations|agencies|signatories|members|we)\b[^.:]{0,60}?(?:are|is|:|include)\s*:?\s+([A-Z][^.]{5,600})",
                    block.text,
                )
                if match:
                    self._prose(match[1], block.number, "list of parties")

    def _listed_line(self, block: Block) -> None:
        line = re.split(r"\n| – | - |: ", block.text)[0].strip()
        if len(line) < 110 and (self._is_body(plain_name(line)) or (line[:1].isupper() and not line.endswith("."))):
            self._names(line, block.number, "list of parties", whole=True)

    def _between(self, blocks: Sequence[Block]) -> None:
        """`… agreement … between A and B …` in a sentence, or with the parties in the paragraphs below."""
        for index, block in enumerate(blocks):
            if block.kind == "table" or not (match := _BETWEEN.search(block.text)):
                continue
            before = block.text[: match.start()]
            sentence = re.split(r"(?<=[a-z)])\.\s", before)[-1]
            if (
                not re.search(r"(?i)\b(agreement|protocol|memorandum|arrangement|made|entered|contract)\b", sentence)
                and before.strip()
            ):
                continue
            if len(match[1].strip()) > 3:
                self._prose(match[1], block.number, "between … and …")
            else:
                self._below(blocks[index + 1 :])

    def _below(self, blocks: Sequence[Block]) -> None:
        for block in blocks[:30]:
            line = " ".join(block.text.split())
            if block.kind in ("heading", "table") or re.match(
                r"(?i)(it is|whereas|now|background|recitals?|introduction|the parties|agreed|in this)\b", line
            ):
                return
            bare = re.sub(r"(?i)^\(?[0-9a-z]{1,2}[.)]\s*|^and\b\s*|[;,.]?\s*(?:and)?\s*\Z", "", line)
            if len(line) > 400 or not bare:
                if bare:
                    return
                continue
            if re.match(r"(?i)\(?(together|collectively|each|hereinafter)", bare):
                continue
            self._names(bare, block.number, "between … and …", whole=True)

    def _prose(self, words: str, number: int, source: Source) -> None:
        words = _DEFINED.sub("", " ".join(words.split()))
        end = _AFTER_NAMES.search(words)
        words = words[: end.start()] if end else words
        words = re.sub(r"\(?\b[0-9]\)\s*", "; ", words)
        if source != "list of parties" and "," not in words and len(re.findall(r"(?i)\s(?:and|&)\s", words)) == 1:
            words = re.sub(r"(?i)\s(?:and|&)\s", "; ", words)  # "between" needs two
        elif "," not in words:
            pieces = re.split(r"(?i)\s(?:and|&)\s", words)
            if len(pieces) > 2 and all(looks_like_a_body(piece) for piece in pieces):
                words = "; ".join(pieces)
        self._names(words, number, source)

    def _names(self, words: str, number: int, source: Source, *, whole: bool = False, sure: bool = True) -> None:
        """Takes each name in the words. `whole`: the words are one name, unless they hold several known ones."""
        text = "\n".join(plain_name(line) for line in words.split("\n"))
        listed = "," in text or "\n" in text.strip()
        # Without commas an "and" may belong to a name, as in "Police and Crime Commissioner": only known names part there.
        names = names_in(text, self._is_body if listed else self._knows)
        if whole and "\n" not in text.strip() and not all(self._is_body(name) for name in names):
            names = [text]
        for name in names:
            name = plain_name(name)
            if not _can_be_a_name(name) or (not sure and not self._is_body(name)):
                continue
            key = re.sub(r"\W+", " ", re.sub(r"\([^()]*\)\s*\Z", "", name).casefold().removeprefix("the ")).strip()
            known = self._parties.get(key)
            if known is None and len(self._parties) < _MOST_PARTIES:
                self._parties[key] = NamedParty(name, (number,), (source,))
            elif known is not None:
                numbers = tuple(dict.fromkeys((*known.numbers, number)))
                self._parties[key] = NamedParty(known.name, numbers, tuple(dict.fromkeys((*known.sources, source))))

    def _is_body(self, name: str) -> bool:
        return self._knows(name) or (looks_like_a_body(name) and not re.search(r"(?i) (?:and|&) |,", name))


def without_definitions(text: str) -> str:
    """A text without what it calls each party from then on, such as (hereinafter “the Prison”)."""
    return _DEFINED.sub("", text)


def plain_name(text: str) -> str:
    """A name without what is around it: its number, its role, the words that it is called by later, its address."""
    name = " ".join(text.split())
    name = re.sub(r"^\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.)]\s*", "", name)
    name = _DEFINED.sub("", name)
    name = _ROLE.sub("", name)
    if address := _ADDRESS.search(name):
        name = name[: address.start()]
    name = re.sub(r"(?i)[;,.:\s]*(?:\band\b)?[;,.:\s_…]*\Z", "", name)
    name = re.sub(r"(?i)^(?:and |between )?(?:the (?=[A-Z]))?", "", name)
    return name.strip(" *•-–,;")


def _can_be_a_name(name: str) -> bool:
    return (
        3 < len(name) <= 110
        and not re.match(r"(?i)(this|dated|the date)\b", name)
        and bool(re.match(r"[A-Z0-9(]", name))
        and "[" not in name
        and "@" not in name
        and not re.fullmatch(
            r"(?i)(signed|signature|name|date|position|job title|post|title|tbc|none|n/a|all (partners|parties).*|the (parties|partners)|parties|partners|organisations?|(above|below).*)",
            name,
        )
        and len(name.split()) <= 14
    )
