"""A PDF that another program wrote anew, printed, flattened or exported: compared page by page with what was issued."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pikepdf

from undersigned.returned.docx import Opened, opened
from undersigned.returned.pdf_compare import Comparer, Comparison, page_contents
from undersigned.returned.pdf_fields import STAMPED, FormField, fields_of
from undersigned.returned.pdf_text import Box, shown_by_page, text_of
from undersigned.returned.pdf_words import ByWords, Page, by_words, judged_by_facts, pages_of
from undersigned.returned.verdict import Claim, ComparedWith, Difference, Issued, Verdict
from undersigned.returned.words import bare, changed, chunks_of

_SAME = "The file was written anew by another program. Its pages, fonts and fields are those that were issued."
_ANEW_WITHOUT_FORM = (
    "The file was written anew by another program. Its pages and fonts are those that were issued; its form is gone."
)
_ANEW = "The file was written anew by another program."
_PRINTED = (
    "The file was printed, flattened or written anew by another program."
    " Its words, page by page, are those that were issued."
)
_NOT_COMPARED: Final = (
    "Fonts, pictures, lines and colours could not be compared. Look at the pages before you rely on them."
)
_NOT_OURS = "The words of the file are not those of the agreement."
_FACTS = (
    "What was sent was not recorded. The agreed words are the same, but facts beside them, such as posts and days,"
    " are not those of today, and nothing shows which were sent."
)
#: More differences than this come from the order of reading, which programs write in their own way.
_MOST_DIFFERENCES: Final = 25
_EXPORTED = "The file is a PDF of the Word copy. Its words are those that were issued; its pages are others."
_LOOK = "Fonts, pictures, lines and colours could not be compared. Look at the pages before you rely on them."
_UNLIKE = "The words of the file could not be compared: too many stand in another order."
_UNREADABLE = (
    "The letters of the file are drawn without saying which they are, so its words cannot be read. Look at it."
)
_NUMBERS = re.compile(r"[0-9.\s\u2026]+")


@dataclass
class Judgement:
    """A verdict with its reasons. `placed` and `fields`: if a program lost the form, what stands at the places of its fields.
    `drawn`: the boxes of what was drawn on each page (from 0)."""

    verdict: Verdict
    compared_with: ComparedWith = "nothing"
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    placed: dict[str, tuple[str, bool, bool]] = field(default_factory=dict)
    fields: dict[str, FormField] | None = None
    drawn: dict[int, list[Box]] = field(default_factory=dict)


def judgement_of(found: Comparison, compared_with: ComparedWith) -> Judgement:
    verdict: Verdict = "altered" if found.changes else "ours-with-additions" if found.additions else "ours"
    return Judgement(
        verdict, compared_with, [*found.changes, *found.additions], list(found.notes), drawn=dict(found.drawn)
    )


def judged_anew(file: pikepdf.Pdf, fields: dict[str, FormField], issued: Issued, claim: Claim) -> Judgement:
    """`issued.pdf` must be there."""
    from undersigned.returned.pdf import issued_digest

    assert issued.pdf is not None  # noqa: S101
    compared_with: ComparedWith = "issued" if issued_digest(issued.pdf) in issued.digests else "master"
    with pikepdf.open(io.BytesIO(issued.pdf)) as master:
        return _Judge(file, fields, master, issued, claim, compared_with).judge()


class _Judge:
    def __init__(
        self,
        file: pikepdf.Pdf,
        fields: dict[str, FormField],
        master: pikepdf.Pdf,
        issued: Issued,
        claim: Claim,
        compared_with: ComparedWith,
    ) -> None:
        self.file, self.fields, self.master, self.issued, self.claim = file, fields, master, issued, claim
        self.compared_with = compared_with
        self.master_fields = fields_of(master)

    def judge(self) -> Judgement:
        origins = self._by_contents()
        words = ByWords(origins=list(origins))
        before: list[Page] = []
        came: list[Page] = []
        if None in origins or set(self.fields) < set(self.master_fields):
            before = pages_of(self.master, self.master_fields, issued=True)
            came = pages_of(self.file, self.fields)
            words = by_words(before, came, origins)
        if not any(origin is not None for origin in words.origins):
            return self._elsewhere()
        if self.claim.protocol is None and came and not _is_known_by_words(before, came, words.origins):
            return Judgement("not-ours", notes=[_NOT_OURS])
        if words.differences and not self.fields and self.issued.docx is not None:
            # Pages of the Word copy may be like ours, and are not the same.
            exported = self._elsewhere()
            if exported.verdict == "same-words" or 0 < len(exported.differences) < len(words.differences):
                return exported
        found = Comparer(self.master, self.file, pages=words.origins, rewritten=True).compare()
        others = {number for number, _ in found.other_pages}
        by_word = [
            one
            for one in words.differences
            if one.page is None or one.page - 1 in others or words.origins[one.page - 1] is None
        ]
        missing = [place for place in range(len(self.master.pages)) if place not in words.origins]
        is_part = len(missing) * 2 > len(self.master.pages)
        kept = self.master_fields.keys() - found.lost_fields - STAMPED
        if found.lost_fields and any(name in self.fields for name in kept):
            # A program that flattens a form, or forgets it, does so with all of its fields.
            found.changes += [
                Difference("field removed", name, (self.master_fields[name].page or 0) + 1)
                for name in sorted(found.lost_fields)
            ]
        # A page that was scanned may be any of those that are missing.
        left_out = (
            []
            if is_part or len(missing) <= len(words.pictures_only)
            else [Difference("page left out", "", place + 1) for place in missing]
        )
        notes = [self._part(words)] if is_part else []
        notes += found.notes
        uncertain = self._uncertain(before, came, by_word, found) if (by_word or found.bands) and not left_out else []
        if uncertain:
            result = Judgement(
                "cannot-tell", self.compared_with, [*uncertain, *found.additions], [_FACTS, *notes], drawn=found.drawn
            )
        else:
            found.changes += [*by_word, *left_out]
            result = self._weighed(found, words, others, notes)
        if found.lost_fields:
            result.placed, result.fields = words.placed, self.master_fields
        return result

    def _by_contents(self) -> list[int | None]:
        """For each page the issued page that draws the same, if there is one: at the same place, or at the first free one."""
        issued = [page_contents(page.obj) for page in self.master.pages]
        found: list[int | None] = []
        for number, page in enumerate(self.file.pages):
            contents = page_contents(page.obj)
            if len(issued) == len(self.file.pages):
                found.append(
                    number
                    if contents == issued[number] or (len(issued[number]) > 50 and issued[number] in contents)
                    else None
                )
            else:
                found.append(
                    next((place for place, one in enumerate(issued) if one == contents and place not in found), None)
                )
        return found

    def _uncertain(
        self, before: list[Page], came: list[Page], by_word: list[Difference], found: Comparison
    ) -> list[Difference]:
        """Differences that facts outside the agreed text may explain; none if anything else differs."""
        if self.compared_with == "issued" or self.issued.digests or not self.issued.changing:
            return []
        # The line that says what to do names a post and a day; a font holds the letters that are used and no others.
        explained = [one for one in found.changes if one in found.bands or one.what.startswith("font")]
        if len(explained) < len(found.changes):
            return []
        certain, uncertain = judged_by_facts(before, came, self.issued.changing)
        return [*uncertain, *explained] if not certain else []

    def _part(self, words: ByWords) -> str:
        kept = ", ".join(str(origin + 1) for origin in words.origins if origin is not None)
        count = len(words.origins)
        pages = "1 page" if count == 1 else f"{count} pages"
        return f"Only {pages} came back of {len(self.master.pages)}: page {kept}. Nothing is known of the others."

    def _weighed(self, found: Comparison, words: ByWords, others: set[int], notes: list[str]) -> Judgement:
        result = judgement_of(found, self.compared_with)
        pictures = ", ".join(str(number + 1) for number in words.pictures_only)
        if result.verdict == "altered":
            result.notes = [_ANEW, *notes]
        elif pictures:
            result.verdict = "cannot-tell"
            result.notes = [f"Page {pictures} is a picture, so its words were not compared.", *notes]
        elif others:
            result.verdict = "same-words"
            unread = ", ".join(str(number + 1) for number in sorted(words.unread))
            some = [f"Some letters of page {unread} could not be read, so they were not compared."] if unread else []
            result.notes = [_PRINTED, *some, _NOT_COMPARED, *notes]
        elif result.verdict == "ours-with-additions":
            result.notes = [_ANEW, *notes]
        else:
            result.verdict = "same-words"
            result.notes = [_ANEW_WITHOUT_FORM if found.lost_fields else _SAME, *notes]
        return result

    def _elsewhere(self) -> Judgement:
        """No page is one of ours: exported from the Word copy, or another document."""
        found = compare_exported(self.file, self.issued, is_named=self.claim.protocol is not None)
        placed = {name: (words, False, False) for name, words in found.placed.items()}
        fields = self.master_fields if placed else None
        return Judgement(found.verdict, self.compared_with, found.differences, found.notes, placed, fields)


def _is_known_by_words(before: list[Page], came: list[Page], origins: list[int | None]) -> bool:
    """Whether a page of a file that names no protocol holds a fifth of the words of one that was issued. A page with two
    words in it, such as "Page 1", is like many others."""
    for page, origin in zip(came, origins, strict=True):
        issued = set(before[origin].words) if origin is not None else set()
        if issued and len(issued & set(page.words)) >= max(5, len(issued) / 5):
            return True
    return False


# -- exported from the Word copy ---------------------------------------------------------------------------------


@dataclass
class Exported:
    """`placed`: what was filled in, by the name of the field."""

    verdict: Verdict
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    placed: dict[str, str] = field(default_factory=dict)


def compare_exported(file: pikepdf.Pdf, issued: Issued, *, is_named: bool) -> Exported:
    """A PDF exported from the Word copy: its words compared with those of the Word copy, whatever their pages."""
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
    found = Exported("same-words", notes=[_EXPORTED, _LOOK])
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
    if len(found.differences) > _MOST_DIFFERENCES:
        return Exported("cannot-tell", notes=[_UNLIKE], placed=found.placed)
    if found.differences:
        found.verdict, found.notes = "altered", ["The file is a PDF of the Word copy."]
    return found
