"""The objects of a PDF compared by what they hold, and its form fields: what each holds, and what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name

from undersigned.documents.model import plain
from undersigned.documents.pdf.metadata import NAMESPACE
from undersigned.returned.pdf_text import Box, Shown, TooMuchError, box_of, shown_by_form, text_of
from undersigned.returned.verdict import UnreadableError
from undersigned.returned.words import Value, date_value, is_date, text_value

#: Keys that lead back to the page, the tree or the field that an object hangs on.
BACKWARD: Final = frozenset({"/P", "/Parent", "/StructParent", "/StructParents", "/Pg", "/Data"})
_PACKING: Final = frozenset({"/Length", "/Filter", "/DecodeParms", "/DL", "/F", "/FFilter", "/FDecodeParms"})
_NODES: Final = (Dictionary, Array, pikepdf.Stream)
_MOST_STEPS = 1_500_000
#: Programs write numbers anew with fewer digits.
_ROUNDING = 0.002
_TOO_MUCH = "The file holds more than any copy of an agreement."


class Pair:
    """Two files whose objects are compared. A page is the same as another if it has the same number."""

    def __init__(self, before: pikepdf.Pdf, after: pikepdf.Pdf) -> None:
        self.before, self.after = before, after
        self._pages = [{page.obj.objgen: number for number, page in enumerate(file.pages)} for file in (before, after)]
        self._same: set[tuple[tuple[int, int], tuple[int, int]]] = set()
        self._steps = _MOST_STEPS

    def same(self, one: object, other: object, *, without: frozenset[str] = frozenset()) -> bool:
        """Whether everything below two objects is the same. `without`: keys of the two that do not count."""
        waiting: list[tuple[object, object]] = []
        trail: list[tuple[tuple[int, int], tuple[int, int]]] = []
        alike = self._step(one, other, without, waiting, trail)
        while alike and waiting:
            alike = self._step(*waiting.pop(), frozenset(), waiting, trail)
        if not alike:
            # These were taken as the same only while the rest was.
            self._same.difference_update(trail)
        return alike

    def _step(
        self,
        one: object,
        other: object,
        without: frozenset[str],
        waiting: list[tuple[object, object]],
        trail: list[tuple[tuple[int, int], tuple[int, int]]],
    ) -> bool:
        self._steps -= 1
        if self._steps < 0:
            raise UnreadableError(_TOO_MUCH)
        if isinstance(one, _NODES) and isinstance(other, pikepdf.Object):
            if one.objgen != (0, 0) and other.objgen != (0, 0):
                numbers = (self._pages[0].get(one.objgen), self._pages[1].get(other.objgen))
                if numbers != (None, None):
                    return numbers[0] == numbers[1]
                pair = (one.objgen, other.objgen)
                if pair in self._same:
                    return True
                if not without:
                    self._same.add(pair)
                    trail.append(pair)
            if isinstance(one, pikepdf.Stream):
                return isinstance(other, pikepdf.Stream) and self._streams(one, other, waiting)
            if isinstance(other, pikepdf.Stream):
                return False
            if isinstance(one, Dictionary):
                return isinstance(other, Dictionary) and _keys(one, other, BACKWARD | without, waiting)
            if not isinstance(other, Array) or len(one) != len(other):
                return False
            waiting.extend(zip(one, other, strict=True))
            return True
        return _values(one, other)

    def _streams(self, one: pikepdf.Object, other: pikepdf.Object, waiting: list[tuple[object, object]]) -> bool:
        if not _keys(one, other, BACKWARD | _PACKING, waiting):
            return False
        return contents_of(one) == contents_of(other)


def contents_of(stream: pikepdf.Object) -> bytes:
    """The data of a stream, unpacked if the packing is known (a picture stays as it is packed)."""
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError:
        return bytes(stream.read_raw_bytes())


def _keys(
    one: pikepdf.Object, other: pikepdf.Object, left_out: frozenset[str], waiting: list[tuple[object, object]]
) -> bool:
    mine, theirs = set(one.keys()) - left_out, set(other.keys()) - left_out
    # /Type only repeats what the place of an object says already.
    if mine - {"/Type"} != theirs - {"/Type"}:
        return False
    waiting.extend((one[key], other[key]) for key in mine & theirs)
    return True


def _values(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return abs(float(one) - float(other)) <= _ROUNDING
    if isinstance(one, pikepdf.String) and isinstance(other, pikepdf.String):
        return bytes(one) == bytes(other)
    if isinstance(one, pikepdf.Name) and isinstance(other, pikepdf.Name):
        return str(one) == str(other)
    return (
        isinstance(one, pikepdf.Object)
        and isinstance(other, pikepdf.Object)
        and type(one) is type(other)
        and one == other
    )


def inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """An attribute of a page, or of the nodes above it (ISO 32000-1, 7.7.3.4)."""
    node: pikepdf.Object | None = page
    for _ in range(50):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            found: pikepdf.Object = node[key]
            return found
        node = node.get("/Parent")
    return None


def keys_of(value: pikepdf.Object | None) -> set[str]:
    return set(value.keys()) if isinstance(value, Dictionary) else set()


def entry(value: pikepdf.Object | None, *keys: str) -> pikepdf.Object | None:
    """The object under a path of keys; None if a step is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Dictionary) else None
    return value


def named_files(tree: pikepdf.Object | None, most: int = 50) -> Iterable[tuple[str, pikepdf.Object]]:
    """The entries of a name tree (ISO 32000-1, 7.9.6), no more than `most`."""
    waiting, found = [tree], 0
    seen: set[tuple[int, int]] = set()
    while waiting and found < most:
        node = waiting.pop()
        if not isinstance(node, Dictionary) or (node.objgen != (0, 0) and node.objgen in seen):
            continue
        seen.add(node.objgen)
        pairs = node.get("/Names", Array())
        for at in range(0, len(pairs) - 1, 2) if isinstance(pairs, Array) else ():
            found += 1
            yield str(pairs[at]), pairs[at + 1]
        kids = node.get("/Kids", Array())
        waiting.extend(kids if isinstance(kids, Array) else ())


# -- properties -------------------------------------------------------------------------------------------------

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def properties_of(file: pikepdf.Pdf) -> dict[str, str]:
    """Our own properties and the title, from the file's metadata; the information dictionary adds what is missing there."""
    found: dict[str, str] = {}
    info = file.trailer.get("/Info")
    for key in keys_of(info):
        value = info[key] if info is not None else None
        if isinstance(value, pikepdf.String) and (key == "/Title" or key not in _STANDARD):
            found[key[1:]] = str(value)
    metadata = file.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream):
        return found
    try:
        root = etree.fromstring(contents_of(metadata), _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return found
    start = f"{{{NAMESPACE}}}"
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith(start):
            found[element.tag.removeprefix(start)] = element.text or ""
        # Some programs write simple properties as attributes (ISO 16684-1, 7.9.2.2).
        for name, written in element.attrib.items():
            if str(name).startswith(start):
                found[str(name).removeprefix(start)] = str(written)
    title = root.find(f".//{_TITLE}")
    if title is not None:
        found["Title"] = "".join(str(part) for part in title.itertext()).strip()
    return found


_STANDARD = frozenset(
    f"/{key}" for key in ("Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Trapped")
)


_DEEPEST = 30
_MOST_NODES = 5_000
_MOST_FIELDS = 1_200
_TOO_MANY = "The file has more fields than any copy of an agreement."
#: Filled in by us when a copy is made, and by nobody else.
STAMPED = frozenset({"copy__for", "copy__do", "copy__name"})


@dataclass(frozen=True)
class Widget:
    """A field where it shows: on which page (from 0) and in which box."""

    dictionary: pikepdf.Object
    page: int | None
    box: Box | None


@dataclass
class FormField:
    """A field by its full name (ISO 32000-1, 12.7.3.2). `kind` is its type, such as /Tx; `repeated` if two share the name, `loose` if
    it is on a page without being in the form."""

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
    """The fields of a file by name: those of its form, and those that are on a page without being in the form."""
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
    """Whether a text or choice field shows the words that it holds. None if nobody can know."""
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
