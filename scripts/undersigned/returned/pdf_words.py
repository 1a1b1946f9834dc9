"""Printed, flattened and re-saved PDFs: the words of each page compared with those that were issued, letter by letter
at their places, and what that lets us say of a file that another program wrote. Fonts, colours, pictures and lines are
not compared."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pikepdf

from undersigned.returned.docx import Opened, opened
from undersigned.returned.pdf_compare import Comparer, Comparison, page_contents
from undersigned.returned.pdf_objects import STAMPED, FormField, fields_of
from undersigned.returned.pdf_text import Box, Fonts, Letter, by_place, holds, is_within, shown_by_page, text_of
from undersigned.returned.verdict import Claim, ComparedWith, Difference, Issued, Verdict
from undersigned.returned.words import bare, changed, chunks_of, explained_by

#: Points by which a letter may be elsewhere, and the share of letters that must be at their places.
_ROOM: Final = 3.0
_ENOUGH: Final = 0.85
#: The share of a page's words that makes it the same page.
_ALIKE: Final = 0.5


@dataclass(frozen=True)
class Page:
    """A page's letters without spaces, its pictures and lines, and the boxes of the fields on it by name."""

    letters: tuple[Letter, ...]
    pictures: tuple[Box, ...] = ()
    shapes: tuple[Box, ...] = ()
    fields: tuple[tuple[str, Box], ...] = ()
    spaced: tuple[Letter, ...] = ()
    unread: tuple[Box, ...] = ()

    @cached_property
    def words(self) -> list[str]:
        return text_of(self.spaced).split()


@dataclass
class ByWords:
    """How a copy's pages compare. `origins`: for each page the page that was issued, or None. `placed`: what is in
    the boxes of fields, by name: words, and whether there is a picture or a mark. `unread`: pages with letters that no
    program can name.
    """

    differences: list[Difference] = field(default_factory=list)
    uncertain: list[Difference] = field(default_factory=list)
    origins: list[int | None] = field(default_factory=list)
    pictures_only: list[int] = field(default_factory=list)
    placed: dict[str, tuple[str, bool, bool]] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)


def pages_of(file: pikepdf.Pdf, fields: dict[str, FormField] | None = None, *, issued: bool = False) -> list[Page]:
    """The pages of a file. Of the fields, an `issued` file shows those that we stamped; another file shows all."""
    fields = fields_of(file) if fields is None else fields
    found = []
    fonts: Fonts = {}
    for number, page in enumerate(file.pages):
        shown = shown_by_page(page.obj, fonts)
        letters = list(shown.letters)
        boxes: list[tuple[str, Box]] = []
        for name, one in fields.items():
            if one.page != number:
                continue
            if name in STAMPED or not issued:
                letters += one.shown.letters
                shown.pictures += one.shown.pictures
                shown.shapes += one.shown.shapes
            boxes += [(name, widget.box) for widget in one.widgets if widget.box is not None and name not in STAMPED]
        found.append(
            Page(
                tuple(letter for letter in letters if not letter.text.isspace()),
                tuple(shown.pictures),
                tuple(shown.shapes),
                tuple(boxes),
                tuple(letters),
                tuple(shown.unread),
            )
        )
    return found


def by_words(issued: Sequence[Page], came: Sequence[Page], known: Sequence[int | None]) -> ByWords:
    """Each page that came with the one that was issued. Pages that were left out are for the caller to judge.

    `known`: the issued page of each page that draws the same.
    """
    found = ByWords(origins=origins_of(issued, came, known))
    for number, origin in enumerate(found.origins):
        page = came[number]
        if not page.letters and page.pictures:
            found.pictures_only.append(number)
        elif origin is None:
            if page.letters:
                found.differences.append(Difference("page that was not issued", text_of(page.spaced), number + 1))
        else:
            _page(found, issued[origin], page, number)
    return found


def origins_of(issued: Sequence[Page], came: Sequence[Page], known: Sequence[int | None]) -> list[int | None]:
    """The issued page for each page that came: the one at the same place if its words are alike, else the most alike."""
    texts: list[set[str]] | None = None
    every: list[str] | None = None
    found: list[int | None] = []
    for number, page in enumerate(came):
        if known[number] is not None:
            found.append(known[number])
            continue
        if len(issued) == len(came) and _in_place(issued[number].letters, page.letters):
            found.append(number)
            continue
        texts = texts or [set(one.words) for one in issued]
        words = set(page.words)
        if len(issued) == len(came) and _share(texts[number], words) >= _ALIKE:
            found.append(number)
            continue
        every = every or [bare("".join(one.words)) for one in issued]
        whole = bare("".join(page.words))
        same = next(
            (place for place, text in enumerate(every) if text == whole and place not in (*found, *known)), None
        )
        shares = [_share(text, words) for text in texts]
        if same is None and shares and max(shares) >= _ALIKE:
            same = shares.index(max(shares))
        found.append(same)
    return found


def _in_place(issued: Sequence[Letter], came: Sequence[Letter]) -> bool:
    """Whether the same letters are at the same places, in the same order."""
    return len(issued) == len(came) and all(
        one.text == other.text
        and abs(one.box[0] + one.box[2] - other.box[0] - other.box[2]) <= 2 * _ROOM
        and abs(one.box[1] + one.box[3] - other.box[1] - other.box[3]) <= 2 * _ROOM
        for one, other in zip(issued, came, strict=True)
    )


def _share(issued: set[str], came: set[str]) -> float:
    return (
        len(issued & came) / max(1, min(len(issued), len(came))) if issued and came else float(not issued and not came)
    )


def _page(found: ByWords, issued: Page, came: Page, number: int) -> None:
    left, over, scale = _unmatched(issued, came)
    _place(found, issued, came, scale)
    if came.unread:
        kept = [letter for letter in left if not _is_unread(letter, came.unread, scale)]
        if len(kept) < len(left):
            found.unread.add(number)
            left = kept
    if not left and not over:
        return
    if bare(text_of(by_place(issued.letters))) == bare(text_of(by_place(_outside(issued, came, scale)))):
        return
    matched = 1 - len(left) / max(1, len(issued.letters))
    if matched < _ENOUGH:
        _sequence(found, issued, came, number, scale)
        return
    before = _words_around(issued.spaced, left)
    after = _words_around(came.spaced, over)
    if bare(before) != bare(after):
        what, words = changed(before, after)
        found.differences.append(Difference(what, words, number + 1))


def _unmatched(issued: Page, came: Page) -> tuple[list[Letter], list[Letter], Scale]:
    """The letters of each page that have no match on the other, and how the page that came is scaled."""
    if not issued.fields and _in_place(issued.letters, came.letters):
        return [], [], Scale()
    best: tuple[list[Letter], list[Letter], Scale] | None = None
    for scale in (Scale(), Scale.of(issued.letters, came.letters)):
        left, over = _matched(issued.letters, _outside(issued, came, scale), scale)
        if best is None or len(left) + len(over) < len(best[0]) + len(best[1]):
            best = (left, over, scale)
        if not left and not over:
            break
    assert best is not None  # noqa: S101 - there are two scales
    return best


@dataclass(frozen=True, slots=True)
class Scale:
    """How a printed page lies on the issued one: points times a factor, then moved."""

    x: float = 1.0
    y: float = 1.0
    right: float = 0.0
    up: float = 0.0

    @classmethod
    def of(cls, issued: Sequence[Letter], came: Sequence[Letter]) -> Scale:
        if not issued or not came:
            return cls()
        one, other = _extent(issued), _extent(came)
        x = (one[2] - one[0]) / max(1.0, other[2] - other[0])
        y = (one[3] - one[1]) / max(1.0, other[3] - other[1])
        return cls(x, y, one[0] - other[0] * x, one[1] - other[1] * y)

    def box(self, box: Box) -> Box:
        return (
            box[0] * self.x + self.right,
            box[1] * self.y + self.up,
            box[2] * self.x + self.right,
            box[3] * self.y + self.up,
        )

    def middle(self, letter: Letter) -> tuple[float, float]:
        left, bottom, right, top = letter.box
        x, y, across, up = self.x, self.y, self.right, self.up
        return ((left * x + across) + (right * x + across)) / 2, ((bottom * y + up) + (top * y + up)) / 2


def _is_unread(letter: Letter, unread: Sequence[Box], scale: Scale) -> bool:
    return any(holds(scale.box(box), letter.middle, 1) for box in unread)


def _extent(letters: Sequence[Letter]) -> Box:
    return (
        min(letter.box[0] for letter in letters),
        min(letter.box[1] for letter in letters),
        max(letter.box[2] for letter in letters),
        max(letter.box[3] for letter in letters),
    )


def _outside(issued: Page, came: Page, scale: Scale) -> list[Letter]:
    """The letters that came outside the boxes that the form asks to be filled."""
    if not issued.fields:
        return list(came.letters)
    return [
        letter for letter in came.letters if not any(holds(box, scale.middle(letter), 1) for _, box in issued.fields)
    ]


def _matched(issued: Iterable[Letter], came: Iterable[Letter], scale: Scale) -> tuple[list[Letter], list[Letter]]:
    cells: dict[tuple[str, int, int], list[tuple[float, float, Letter]]] = defaultdict(list)
    for letter in came:
        x, y = scale.middle(letter)
        cells[letter.text, round(x / _ROOM), round(y / _ROOM)].append((x, y, letter))
    left = []
    for letter in issued:
        x, y = letter.middle
        for column, row in _NEAR:
            near = cells.get((letter.text, round(x / _ROOM) + column, round(y / _ROOM) + row))
            match = next((one for one in near or () if abs(one[0] - x) <= _ROOM and abs(one[1] - y) <= _ROOM), None)
            if near and match:
                near.remove(match)
                break
        else:
            left.append(letter)
    return left, [one[2] for cell in cells.values() for one in cell]


_NEAR: Final = sorted(((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)), key=lambda step: abs(step[0]) + abs(step[1]))


def _words_around(spaced: Sequence[Letter], some: Sequence[Letter]) -> str:
    """The whole words that hold some letters."""
    wanted = {id(letter) for letter in some}
    words: list[str] = []
    at = 0
    while at < len(spaced):
        end = at + 1
        while (
            end < len(spaced) and not spaced[end].text.isspace() and text_of(spaced[end - 1 : end + 1]).count(" ") == 0
        ):
            end += 1
        if any(id(letter) in wanted for letter in spaced[at:end]):
            words.append(text_of(spaced[at:end]))
        at = end
    return " ".join(words)


def _sequence(found: ByWords, issued: Page, came: Page, number: int, scale: Scale) -> None:
    """Where letters moved, the order of the words counts."""
    inside = {id(letter) for letter in came.letters} - {id(letter) for letter in _outside(issued, came, scale)}
    one = issued.words
    other = text_of(letter for letter in came.spaced if id(letter) not in inside).split()
    if bare("".join(one)) == bare("".join(other)):
        return
    for chunk in chunks_of(one, other):
        what, words = changed(" ".join(one[chunk.start : chunk.end]), " ".join(other[chunk.begin : chunk.stop]))
        found.differences.append(Difference(what, words, number + 1))


def _place(found: ByWords, issued: Page, came: Page, scale: Scale) -> None:
    """The text in the boxes of the form's fields, found by its position."""
    for name, box in issued.fields:
        words = text_of(letter for letter in came.spaced if holds(box, scale.middle(letter), 1))
        pictures = any(_is_in(scale.box(one), box) for one in came.pictures)
        marks = _marks(scale.box(one) for one in came.shapes)(box) > _marks(issued.shapes)(box)
        if words or pictures or marks:
            found.placed[name] = (words, pictures, marks)


def _marks(shapes: Iterable[Box]) -> Callable[[Box], int]:
    """How many lines are drawn well inside a box: its own outline is not."""
    every = list(shapes)

    def inside(box: Box) -> int:
        x, y = (box[2] - box[0]) * 0.06, (box[3] - box[1]) * 0.06
        inner = (box[0] + x, box[1] + y, box[2] - x, box[3] - y)
        return sum(is_within(one, inner) and max(one[2] - one[0], one[3] - one[1]) > 2 for one in every)

    return inside


def _is_in(one: Box, box: Box) -> bool:
    return holds(box, ((one[0] + one[2]) / 2, (one[1] + one[3]) / 2))


def judged_by_facts(
    issued: Sequence[Page], came: Sequence[Page], changing: Sequence[str]
) -> tuple[list[Difference], list[Difference]]:
    """The differences of whole texts, in those of the agreed words and those that facts outside them may explain.

    A copy that was made on another day names other posts and days: nothing shows whether those are the ones that were sent.
    """
    one, other = [word for page in issued for word in page.words], [word for page in came for word in page.words]
    pages = [number for number, page in enumerate(came) for _ in page.words]
    explains = explained_by(one, changing)
    certain: list[Difference] = []
    uncertain: list[Difference] = []
    for chunk in chunks_of(one, other):
        before, after = " ".join(one[chunk.start : chunk.end]), " ".join(other[chunk.begin : chunk.stop])
        what, words = changed(before, after)
        page = pages[min(chunk.begin, len(pages) - 1)] + 1 if pages else None
        (uncertain if explains(chunk) else certain).append(Difference(what, words, page))
    return certain, uncertain


_SAME = "The file was saved anew by another program. Its pages, fonts and fields are those that were issued. Look at its block once."
_ANEW_WITHOUT_FORM = (
    "The file was saved anew by another program. Its pages and fonts are those that were issued; the fields to fill in are gone. "
    "Look at its block: what it holds was read from the page."
)
_ANEW = "The file was saved anew by another program. Look at each difference that is listed."
_PRINTED = (
    "The file was printed to a file, or saved anew by another program."
    " Its words, page by page, are those that were issued."
)
_NOT_COMPARED: Final = (
    "Fonts, pictures, lines and colours could not be compared. Look at the pages before you rely on them."
)
_NOT_OURS = "The words of the file are not those of the agreement. Ask the sender which file was meant."
_FACTS = (
    "The agreed words are the same. Facts beside them, such as posts and days, are not those that are printed today,"
    " and nothing in the file shows which were sent. Compare them with what you sent."
)
#: More differences than this come from the order of reading, which programs write in their own way.
_MOST_DIFFERENCES: Final = 25
_EXPORTED = "The file is a PDF of the Word copy. Its words are those that were issued; its pages are others."
_LOOK = "Fonts, pictures, lines and colours could not be compared. Look at the pages before you rely on them."
_UNLIKE = (
    "The words of the file could not be compared: too many are in another order. Ask for the file that was sent, filled in, or compare "
    "it by eye."
)
_UNREADABLE = (
    "The letters of the file are drawn without saying which they are, so its words cannot be read. Look at it, "
    "or ask for the file that was sent, filled in."
)
_NUMBERS = re.compile(r"[0-9.\s\u2026]+")


@dataclass
class Judgement:
    """A verdict with its reasons. `placed` and `fields`: if a program lost the form, what is at the places of its fields.
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
            if sum(len(page.unread) for page in came) > sum(len(page.letters) for page in came):
                return Judgement("cannot-tell", notes=[_UNREADABLE])
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
        if self.compared_with == "issued" or not self.issued.changing:
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
    """A page's words without its header and footer, which are at its beginning or end."""
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
