"""The fields of a PDF: their names, values, places and what they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pikepdf
from pikepdf import Array, Dictionary, Name

from undersigned.documents.model import plain
from undersigned.returned.pdf_text import Box, Shown, TooMuchError, box_of, shown_by_form, text_of
from undersigned.returned.values import Value, date_value, is_date, text_value
from undersigned.returned.verdict import UnreadableError

_DEEPEST = 30
_MOST_NODES = 5_000
_MOST_FIELDS = 1_200
_TOO_MANY = "The file has more fields than any copy of an agreement."
#: Filled in by us when a copy is made, and by nobody else.
STAMPED = frozenset({"copy__for", "copy__do"})


@dataclass(frozen=True)
class Widget:
    """A field where it shows: on which page (from 0) and in which box."""

    dictionary: pikepdf.Object
    page: int | None
    box: Box | None


@dataclass
class FormField:
    """A field by its full name (ISO 32000-1, 12.7.3.2). `kind` is its type, such as /Tx; `repeated` if two share the name, `loose` if
    it stands on a page without being in the form."""

    name: str
    kind: str
    dictionary: pikepdf.Object
    widgets: list[Widget] = field(default_factory=list)
    repeated: bool = False
    loose: bool = False

    @property
    def page(self) -> int | None:
        return next((widget.page for widget in self.widgets if widget.page is not None), None)

    @property
    def box(self) -> Box | None:
        return next((widget.box for widget in self.widgets if widget.box is not None), None)

    @property
    def signature(self) -> pikepdf.Object | None:
        """The signature dictionary in a signature field."""
        value = self.dictionary.get("/V") if self.kind == "/Sig" else None
        return value if isinstance(value, Dictionary) else None

    def value(self) -> Value:
        """What was filled in: None if nothing was, or only what the field was issued with."""
        written = self.dictionary.get("/V")
        if self.repeated or self.kind == "/Sig":
            return None
        if self.kind == "/Btn":
            states = [written, *(one.dictionary.get("/AS") for one in self.widgets if "/AS" in one.dictionary)]
            return all(isinstance(state, Name) and state != Name.Off for state in states)
        text = _text(written)
        if text is None or text == _text(self.dictionary.get("/DV")):
            return None
        return date_value(text) if is_date(self.name, str(self.dictionary.get("/TU", ""))) else text

    @cached_property
    def shown(self) -> Shown:
        """What its appearances draw on the page."""
        together = Shown()
        for widget in self.widgets:
            form = appearance_of(widget.dictionary)
            if form is None:
                continue
            part = shown_by_form(form, widget.box)
            together.letters += part.letters
            together.pictures += part.pictures
            together.shapes += part.shapes
            together.whole &= part.whole
        return together

    @property
    def shown_words(self) -> str:
        return text_of(self.shown.letters)


def appearance_of(annotation: pikepdf.Object) -> pikepdf.Object | None:
    """The normal appearance of an annotation in its present state (ISO 32000-1, 12.5.5)."""
    appearances = annotation.get("/AP")
    normal = appearances.get("/N") if isinstance(appearances, Dictionary) else None
    if isinstance(normal, pikepdf.Stream):
        return normal
    if isinstance(normal, Dictionary):
        chosen = normal.get(str(annotation.get("/AS", "/Off")))
        return chosen if isinstance(chosen, pikepdf.Stream) else None
    return None


def _text(written: pikepdf.Object | None) -> str | None:
    if isinstance(written, Array):
        return text_value("; ".join(str(part) for part in written if isinstance(part, pikepdf.String)))
    if isinstance(written, pikepdf.Stream):
        return text_value(str(pikepdf.String(written.read_bytes())))
    return text_value(str(written)) if isinstance(written, pikepdf.String) else None


def fields_of(file: pikepdf.Pdf) -> dict[str, FormField]:
    """The fields of a file by name: those of its form, and those that stand on a page without being in the form."""
    pages = {page.obj.objgen: number for number, page in enumerate(file.pages)}
    on_page: dict[tuple[int, int], int] = {}
    loose: list[tuple[int, pikepdf.Object]] = []
    for number, page in enumerate(file.pages):
        for annotation in annotations_of(page.obj):
            if annotation.get("/Subtype") == Name.Widget:
                on_page.setdefault(annotation.objgen, number)
                loose.append((number, annotation))
    found: dict[str, FormField] = {}
    seen: set[tuple[int, int]] = set()
    form = file.Root.get("/AcroForm")
    roots = form.get("/Fields", Array()) if isinstance(form, Dictionary) else Array()
    for name, kind, node, widgets in _nodes(roots, "", "", 0, [_MOST_NODES]):
        placed = [Widget(one, _page_of(one, on_page, pages), box_of(one.get("/Rect"))) for one in widgets]
        seen.update(one.objgen for one in widgets)
        _add(found, FormField(name, kind, node, placed))
    for number, widget in loose:
        if widget.objgen not in seen or widget.objgen == (0, 0):
            name, kind, node = _names_above(widget)
            _add(found, FormField(name, kind, node, [Widget(widget, number, box_of(widget.get("/Rect")))], loose=True))
    return found


def _add(found: dict[str, FormField], new: FormField) -> None:
    old = found.get(new.name)
    if old is None:
        found[new.name] = new
    else:
        old.repeated = True
        old.widgets += new.widgets
    if len(found) > _MOST_FIELDS:
        raise UnreadableError(_TOO_MANY)


def _page_of(
    widget: pikepdf.Object, on_page: Mapping[tuple[int, int], int], pages: Mapping[tuple[int, int], int]
) -> int | None:
    if widget.objgen in on_page and widget.objgen != (0, 0):
        return on_page[widget.objgen]
    page = widget.get("/P")
    return pages.get(page.objgen) if isinstance(page, Dictionary) else None


def annotations_of(page: pikepdf.Object) -> list[pikepdf.Object]:
    annotations = page.get("/Annots")
    if not isinstance(annotations, Array):
        return []
    return [one for one in annotations if isinstance(one, Dictionary)]


def _nodes(
    kids: pikepdf.Object, above: str, kind: str, depth: int, left: list[int]
) -> Iterator[tuple[str, str, pikepdf.Object, list[pikepdf.Object]]]:
    if depth > _DEEPEST:
        raise UnreadableError(_TOO_MANY)
    if not isinstance(kids, Array):
        return
    for kid in kids:
        left[0] -= 1
        if left[0] < 0:
            raise UnreadableError(_TOO_MANY)
        if not isinstance(kid, Dictionary):
            continue
        name = ".".join(part for part in (above, plain(str(kid.get("/T", "")))) if part)
        own = str(kid.get("/FT", kind))
        below = kid.get("/Kids", Array())
        below = below if isinstance(below, Array) else Array()
        widgets: list[pikepdf.Object] = [one for one in below if isinstance(one, Dictionary) and "/T" not in one]
        if len(widgets) == len(below):
            yield name, own, kid, widgets or [kid]
        else:
            yield from _nodes(below, name, own, depth + 1, left)


def _names_above(widget: pikepdf.Object) -> tuple[str, str, pikepdf.Object]:
    """Name, type and dictionary of a field that is known by one of its widgets."""
    parts: list[str] = []
    kind = ""
    node, owner = widget, widget
    for _ in range(_DEEPEST):
        if "/T" in node:
            if not parts:
                owner = node
            parts.append(plain(str(node.T)))
        kind = kind or str(node.get("/FT", ""))
        above = node.get("/Parent")
        if not isinstance(above, Dictionary):
            break
        node = above
    return ".".join(reversed(parts)), kind, owner


def shows_its_value(this: FormField) -> bool | None:
    """Whether a text or choice field shows the words that it holds. None if that cannot be told."""
    held = this.dictionary.get("/V")
    held_words = _text(held) or ""
    try:
        shown = this.shown
    except TooMuchError:
        return None
    if shown.pictures:
        return False
    seen = _bare(this.shown_words)
    if not shown.whole:
        return None
    if not seen:
        return True
    # What does not fit may be cut off.
    cut = seen.rstrip("…").rstrip(".")
    return _bare(held_words).startswith(cut) or seen == _bare(held_words)


def _bare(words: str) -> str:
    return "".join(words.split()).replace("?", "").casefold()
