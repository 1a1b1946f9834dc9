"""Printed, flattened and re-saved PDFs: the words of each page compared with those that were issued, letter by letter at
their places. Fonts, colours, pictures and lines are not compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pikepdf

from undersigned.returned.pdf_fields import STAMPED, FormField, fields_of
from undersigned.returned.pdf_text import Box, Letter, by_place, holds, is_within, shown_by_page, text_of
from undersigned.returned.verdict import Difference
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

    @property
    def words(self) -> list[str]:
        return text_of(self.spaced).split()


@dataclass
class ByWords:
    """How a copy's pages compare. `origins`: for each page the page that was issued, or None. `placed`: what stands in
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
    for number, page in enumerate(file.pages):
        shown = shown_by_page(page.obj)
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
    texts = [set(page.words) for page in issued]
    every = [bare("".join(page.words)) for page in issued]
    found: list[int | None] = []
    for number, page in enumerate(came):
        if known[number] is not None:
            found.append(known[number])
            continue
        words = set(page.words)
        if len(issued) == len(came) and _share(texts[number], words) >= _ALIKE:
            found.append(number)
            continue
        whole = bare("".join(page.words))
        same = next(
            (place for place, text in enumerate(every) if text == whole and place not in (*found, *known)), None
        )
        best = max(range(len(issued)), key=lambda place: _share(texts[place], words), default=None)
        if same is None and best is not None and _share(texts[best], words) >= _ALIKE:
            same = best
        found.append(same)
    return found


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
        box = self.box(letter.box)
        return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


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
    """What stands in the boxes of the form's fields, read by where it stands."""
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
