"""The sections of an agreement: which paragraph is a heading, what belongs to it, and what is not part of the terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from undersigned.intake.document_reader import Block
from undersigned.intake.headings import bare_heading, hints_of, is_annex, is_furniture, is_of_contacts, topics_of

Part = Literal["front", "terms", "annex", "furniture"]
_NUMBERED = re.compile(
    r"\s*(?:(?i:section |part |clause ))?(\(?(?:[0-9]{1,2}((?:\.[0-9]{1,2})*)[.):]*|[IVX]{1,6}[.)]|[A-Z][0-9]{1,2}[.):]*|[A-Z][.)]))\s*[-–]?\s+\S"
)
_OPENING = re.compile(
    r"introduction|background|overview|context|scope|preamble|recitals|foreword|general|summary|executive summary|it is agreed.*|"
    r"agreed terms|terms|the parties|definitions.*|principles|responsibilities|.* principles"
)
_LONGEST_HEADING = 110
_MOST_COLUMNS = 8


@dataclass
class Section:
    """A heading with what is below it. `number`: of the paragraph of its heading, or of the first block without one."""

    heading: str
    number: int
    part: Part
    blocks: list[Block] = field(default_factory=list)

    @property
    def topics(self) -> tuple[str, ...]:
        return topics_of(self.heading)

    @property
    def hints(self) -> tuple[str, ...]:
        return hints_of(self.heading)

    @property
    def text(self) -> str:
        """Its text in Markdown, as a clause has it."""
        return _markdown(self.blocks)


def unfolded(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with each table whose rows are sections, heading left and text right, as headings with their text."""
    found: list[Block] = []
    for block in blocks:
        if block.kind != "table" or not _has_sections_for_rows(block):
            found.append(block)
            continue
        for heading, text in block.rows:
            found += [
                replace(block, kind="heading", text=heading, rows=(), level=1),
                replace(block, kind="text", text=text, rows=()),
            ]
    return found


def _has_sections_for_rows(block: Block) -> bool:
    if len(block.rows) < 4 or any(len(row) != 2 for row in block.rows):
        return False
    heads = [head for head, _text in block.rows]
    known = [bool(topics_of(head) or hints_of(head)) for head in heads]
    return (
        all(heads)
        and sum(known) * 2 > len(heads)
        and sum(len(text) > 60 for _head, text in block.rows) * 2 > len(heads)
    )


def sections_of(blocks: Sequence[Block]) -> list[Section]:
    """The sections in order. The first is what comes before the first heading of the terms: title, front sheet, parties."""
    sections = [Section("", blocks[0].number if blocks else 1, "front")]
    level = 0
    for index, block in enumerate(blocks):
        found = _heading_level(block, blocks[index + 1] if index + 1 < len(blocks) else None)
        if found is not None and is_annex(block.text):
            sections.append(Section(_one_line(block.text), block.number, "annex"))
            level = found
        elif found is None or _joins(sections, block, found, level):
            sections[-1].blocks.append(block)
        else:
            heading = bare_heading(block.text)
            container = sections[-1].part == "terms" and not sections[-1].blocks and found > level
            level = min(level, found) if sections[-1].part == "terms" and level and not container else found
            sections.append(Section(heading, block.number, "furniture" if _is_no_term(heading) else "terms"))
    return sections


def _joins(sections: Sequence[Section], block: Block, found: int, level: int) -> bool:
    """Whether a heading is only a line of the section before it."""
    last, heading = sections[-1], bare_heading(block.text)
    known = bool(topics_of(heading) or hints_of(heading))
    numbered = _NUMBERED.match(block.text) is not None
    if last.part == "front":
        return not _begins_terms(block, heading, known, numbered)
    if last.part == "annex":
        return not (known and _few_terms(sections)) and "signatures" not in hints_of(heading)
    if found > level and not _is_own(heading, last):
        # "Agreed terms" with numbered clauses right below it only holds them.
        return not (numbered and last.part == "terms" and not last.blocks and not last.topics)
    plain_line = not known and not numbered and block.kind != "heading" and not _is_no_term(heading)
    return last.part == "terms" and plain_line  # a bold line inside a section


def _is_no_term(heading: str) -> bool:
    return is_furniture(heading) or is_of_contacts(heading)


def _few_terms(sections: Sequence[Section]) -> bool:
    """Whether a schedule comes before the terms, as particulars do in some contracts."""
    return sum(1 for one in sections if one.part == "terms" and one.blocks) < 2


def _is_own(heading: str, last: Section) -> bool:
    """Whether a lower heading is about something other than its section."""
    topics = set(topics_of(heading))
    return bool(topics) and not topics & set(last.topics)


def _begins_terms(block: Block, heading: str, known: bool, numbered: bool) -> bool:
    line = heading.casefold()
    match = re.search(r"\b(agreement|protocol|memorandum|arrangement|framework)\b", line)
    if match and not numbered:  # the title, unless what it is about comes first: "Parties to this agreement"
        before = line[: match.start()]
        return bool(
            re.match(
                r"(part(y|ies)|status|aims?|purposes?|objectives?|scope|background|review|duration|term|what)\b", before
            )
        )
    if not numbered and re.match(r"(between|on|for|about|in|relating|concerning|regarding|to)\b", line):
        return False  # the second line of a title
    return known or numbered or _is_no_term(heading) or bool(_OPENING.fullmatch(line)) or block.level == 2


def _heading_level(block: Block, following: Block | None) -> int | None:
    """The level of a heading, 1 for the highest; None for what is none."""
    text = " ".join(block.text.split())
    if block.kind == "table" or not text or len(text) > _LONGEST_HEADING or not re.search("[A-Za-z]{3}", text):
        return None
    numbered = _NUMBERED.match(text)
    depth = 1 + ((numbered[2] or "").count(".") if numbered else 0)
    if numbered and re.fullmatch(r"\.0+", numbered[2] or ""):
        depth = 1
    if block.kind == "heading":
        return max(block.level, depth)
    if re.search(r"[;,]\Z", text) or (text.endswith(".") and len(text.split()) > 3):
        return None
    bare = bare_heading(text)
    known = bool(topics_of(bare) or hints_of(bare) or _is_no_term(bare)) or is_annex(text)
    if block.kind == "item":
        alone = following is None or following.kind != "item" or following.level > block.level
        ordered = bool(re.fullmatch(r"[0-9A-Z]{1,2}\.", block.mark))
        return (
            1 if block.level == 0 and (block.strong or ordered) and known and alone and len(bare.split()) <= 9 else None
        )
    if block.strong:
        return depth if numbered else 2 if not known and not bare.isupper() else 1
    if following is None or following.kind == "heading":
        return None
    if numbered and len(bare.split()) <= 9 and (known or bare.isupper()) and re.match("[A-Z]", bare):
        return depth
    is_line = len(bare.split()) <= 6 and bool(re.match("[A-Z]", bare)) and ":" not in text
    return (
        1
        if is_line
        and (known or bool(_OPENING.fullmatch(bare.casefold())))
        and (bare.isupper() or len(following.text) > 60)
        else None
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _markdown(blocks: Sequence[Block]) -> str:
    parts: list[str] = []
    in_list = False
    for block in blocks:
        if block.kind == "item":
            mark = block.mark or "-"
            line = "  " * min(block.level, 3) + f"{mark} " + _safe(_one_line(block.text))
            if in_list:
                parts[-1] += "\n" + line
            else:
                parts.append(line)
        elif block.kind == "table":
            parts.append(_table(block))
        elif block.kind == "heading" or (block.strong and len(block.text) <= _LONGEST_HEADING):
            parts.append(f"**{_safe(_one_line(block.text)).replace('*', '')}**")
        else:
            parts.append("\n\n".join(_safe(line) for line in block.text.split("\n")))
        in_list = block.kind == "item"
    return "\n\n".join(parts)


def _safe(line: str) -> str:
    """A line that Markdown reads as the words it is."""
    line = re.sub(r"([\\`*_<>|])", r"\\\1", line)
    return re.sub(r"^(#+ |[-+=] |[-=]{2,}|~)", r"\\\1", line)


def _table(block: Block) -> str:
    width = min(max(map(len, block.rows)), _MOST_COLUMNS)
    rows = [[_safe(" ".join(cell.split())) or " " for cell in (*row, *[""] * width)][:width] for row in block.rows]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
