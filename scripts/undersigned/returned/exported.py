"""PDFs that were exported from the Word copy: their words compared with those of the Word copy, whatever their pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pikepdf

from undersigned.returned.docx import Opened, opened
from undersigned.returned.pdf_text import shown_by_page, text_of
from undersigned.returned.verdict import Difference, Issued, Verdict
from undersigned.returned.words import bare, changed, chunks_of

#: More differences than this come from the order of reading, which programs write in their own way.
_MOST: Final = 25
_SAME = "The file is a PDF of the Word copy. Its words are those that were issued; its pages are others."
_LOOK = "Fonts, pictures, lines and colours could not be compared. Look at the pages before you rely on them."
_NOT_OURS = "The words of the file are not those of the agreement."
_UNLIKE = "The words of the file could not be compared: too many stand in another order."
_UNREADABLE = (
    "The letters of the file are drawn without saying which they are, so its words cannot be read. Look at it."
)
_NUMBERS = re.compile(r"[0-9.\s\u2026]+")


@dataclass
class Exported:
    """`placed`: what was filled in, by the name of the field."""

    verdict: Verdict
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    placed: dict[str, str] = field(default_factory=dict)


def compare_exported(file: pikepdf.Pdf, issued: Issued, *, is_named: bool) -> Exported:
    if issued.docx is None:
        return Exported("cannot-tell" if is_named else "not-ours", notes=[_UNLIKE if is_named else _NOT_OURS])
    reference = opened(issued.docx)
    readable = [shown_by_page(page.obj) for page in file.pages]
    letters = [letter.text for one in readable for letter in one.letters if not letter.text.isspace()]
    named = sum(letter.isalnum() or letter.isascii() for letter in letters)
    if sum(len(one.unread) for one in readable) > len(letters) or named < 0.6 * len(letters):
        return Exported("cannot-tell", notes=[_UNREADABLE])
    margins = [_joined(part) for part in (*reference.text.headers, *reference.text.footers)]
    pages: list[int] = []
    came: list[str] = []
    for number, page in enumerate(readable, 1):
        words = _without_margins(text_of(page.letters).split(), [one for one in margins if one])
        kept = [one for one in words if _is_word(one)]
        came += kept
        pages += [number] * len(kept)
    before = [(one.text, reference.slot(one)) for one in reference.text.words if _is_word(one.text)]
    mine = {text for text, _ in before}
    if len(mine & set(came)) < 0.5 * len(mine):
        return Exported("cannot-tell" if is_named else "not-ours", notes=[_UNLIKE if is_named else _NOT_OURS])
    return _compared(reference, before, came, pages)


def _joined(words: Sequence[object]) -> str:
    return _NUMBERS.sub("", bare("".join(str(getattr(one, "text", one)) for one in words)))


def _is_word(text: str) -> bool:
    """Marks of lists and boxes to tick are drawn in many ways."""
    return any(letter.isalnum() for letter in text) or text in "\u2610\u2611\u2612"


def _without_margins(words: list[str], margins: list[str]) -> list[str]:
    """A page's words without its header and footer, which stand at its beginning or end."""
    for margin in margins:
        most = len(margin)
        for count in range(1, min(len(words), most) + 1):
            if _joined(words[-count:]) == margin and not words[-count].isdigit():
                words = words[:-count]
                break
            if _joined(words[:count]) == margin:
                words = words[count:]
                break
    return words


def _compared(reference: Opened, before: list[tuple[str, str | None]], came: list[str], pages: list[int]) -> Exported:
    texts = [text for text, _ in before]
    found = Exported("same-words", notes=[_SAME, _LOOK])
    for chunk in chunks_of(texts, came):
        old, new = " ".join(texts[chunk.start : chunk.end]), " ".join(came[chunk.begin : chunk.stop])
        slots = [slot for _, slot in before[chunk.start : chunk.end]]
        near = slots or [slot for _, slot in before[max(0, chunk.start - 1) : chunk.start + 1]]
        if all(slots) and any(near):
            found.placed[next(slot for slot in near if slot)] = new
        elif not old and reference.text.repeats(new):
            continue
        else:
            what, words = changed(old, new)
            page = pages[min(chunk.begin, len(pages) - 1)] if pages else None
            found.differences.append(Difference(what, words, page))
    if len(found.differences) > _MOST:
        return Exported("cannot-tell", notes=[_UNLIKE], placed=found.placed)
    if found.differences:
        found.verdict, found.notes = "altered", ["The file is a PDF of the Word copy."]
    return found
