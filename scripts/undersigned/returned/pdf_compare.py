"""What differs between two states of one PDF: what was issued and what came back, or what was signed and what it is now.

Everything that a reader can see or a program can run is compared as it is reached from the catalogue. Only the form's own
fields, what they show, and what signing needs may differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from undersigned.returned.pdf_objects import (
    STAMPED,
    FormField,
    Pair,
    annotations_of,
    appearance_of,
    contents_of,
    entry,
    fields_of,
    inherited,
    keys_of,
    named_files,
    properties_of,
    shows_its_value,
)
from undersigned.returned.pdf_text import (
    Box,
    Shown,
    box_of,
    is_within,
    shown_by_form,
    shown_by_page,
    text_of,
    touches,
    words_in,
)
from undersigned.returned.verdict import Difference
from undersigned.returned.words import changed_words

#: What filling in and signing change of a field: its value, what it shows, and when.
_FILLING: Final = frozenset(
    {"/V", "/AS", "/AP", "/M", "/RV", "/I", "/MK", "/BS", "/Border", "/DA", "/Type", "/Subtype"}
)
_SHOWING: Final = frozenset({"/V", "/AS", "/AP", "/RV", "/I"})
#: Bits of /Ff that only say whether one may type (ISO 32000-1, table 221), and of /F that neither hide nor move.
_TYPING_BITS, _HARMLESS_BITS = 0b111, 4 | 64 | 128 | 512
_PRINTED: Final = 4
#: Colour spaces that take the place of plain grey, red-green-blue and print colours (ISO 32000-1, 8.6.5.6): with one of
#: them, words that the contents draw in black may be white.
_IN_PLACE_OF_PLAIN: Final = frozenset({"/DefaultGray", "/DefaultRGB", "/DefaultCMYK"})
_BOXES: Final = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit")
_CATALOGUE_SIGNING: Final = frozenset(
    {
        "/AcroForm",
        "/Metadata",
        "/Extensions",
        "/DSS",
        "/Perms",
        "/Version",
        "/Type",
        "/Pages",
        "/StructTreeRoot",
        "/Names",
    }
)
_RUNS: Final = frozenset({"/OpenAction", "/AA"})
_PAGE_COMPARED: Final = frozenset(
    {"/Type", "/Parent", "/Annots", "/Contents", "/Resources", "/StructParents", "/LastModified", "/PieceInfo", *_BOXES}
)
_MARKS: Final = {
    "/StrikeOut": "strike-out",
    "/FreeText": "typed comment",
    "/Text": "comment",
    "/Stamp": "stamp",
    "/Ink": "drawing",
    "/Highlight": "highlight",
    "/Underline": "underline",
    "/Squiggly": "underline",
    "/Caret": "insertion mark",
    "/Redact": "redaction mark",
    "/FileAttachment": "attached file",
    "/Link": "link",
}
#: State that is saved and moved, as programs do that put a page on another.
_ONLY_PLACED = re.compile(rb"(?:\s|q(?=\s)|(?:[-+.0-9]+\s+){6}cm(?=\s))*")
_ONLY_OPEN = re.compile(rb"(?:\s*q(?=\s))*\s*")


@dataclass
class Comparison:
    """`changes`: what is no longer as it was. `additions`: what was put on it. Pages count from 0 in all but differences.

    `filled`: the fields that were filled in since. `drawn`: what was drawn on each page, with its boxes. `other_pages`:
    pages whose contents are others, to be compared by their words. `bands`: those changes that are in the line that says what to do
    with the copy. `in_fields`: those additions that are what a field shows. `clear_signatures`: those additions that are signatures
    in fields of their own, over no words and no other field.
    """

    changes: list[Difference] = field(default_factory=list)
    additions: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)
    new_fields: list[FormField] = field(default_factory=list)
    lost_fields: set[str] = field(default_factory=set)
    drawn: dict[int, list[Box]] = field(default_factory=dict)
    other_pages: list[tuple[int, int]] = field(default_factory=list)
    bands: list[Difference] = field(default_factory=list)
    in_fields: list[Difference] = field(default_factory=list)
    clear_signatures: list[Difference] = field(default_factory=list)


class Comparer:
    """Compares two states of a file. `pages`: for each page after, the page before that it should be, or None.

    `rewritten`: the file was rewritten by another program, so that what is lost without being seen is noted only.
    """

    def __init__(
        self, before: pikepdf.Pdf, after: pikepdf.Pdf, *, pages: list[int | None] | None = None, rewritten: bool = False
    ) -> None:
        self.before, self.after, self.rewritten = before, after, rewritten
        self.pair = Pair(before, after)
        self.pages: list[int | None] = pages if pages is not None else list(range(len(after.pages)))
        self.fields_before, self.fields_after = fields_of(before), fields_of(after)
        self.result = Comparison()
        self._shown: dict[int, Shown] = {}

    def compare(self) -> Comparison:
        if not self.rewritten and len(self.before.pages) != len(self.after.pages):
            self._change("number of pages", f"{len(self.before.pages)} before, {len(self.after.pages)} now")
        self._fields()
        for number, origin in enumerate(self.pages):
            if origin is not None and origin < len(self.before.pages) and number < len(self.after.pages):
                self._page(number, origin)
        self._catalogue()
        self._form()
        self._names()
        if not self.rewritten:
            self._properties()
        return self.result

    def shown_before(self, number: int) -> Shown:
        """What a page before showed, with the words that we stamped on it."""
        if number not in self._shown:
            shown = shown_by_page(self.before.pages[number].obj)
            for name in STAMPED:
                stamped = self.fields_before.get(name)
                if stamped is not None and stamped.page == number:
                    shown.letters += stamped.shown.letters
            self._shown[number] = shown
        return self._shown[number]

    def _change(self, what: str, words: str = "", page: int | None = None) -> None:
        self.result.changes.append(Difference(what, words, None if page is None else page + 1))

    def _add(self, what: str, words: str = "", page: int | None = None) -> None:
        self.result.additions.append(Difference(what, words, None if page is None else page + 1))

    def _origin(self, page: int | None) -> int | None:
        return self.pages[page] if page is not None and page < len(self.pages) else None

    def _words_under(self, page: int | None, boxes: Iterable[Box]) -> str:
        origin = self._origin(page)
        return words_in(self.shown_before(origin).letters, boxes) if origin is not None else ""

    # fields

    def _fields(self) -> None:
        for name, old in self.fields_before.items():
            new = self.fields_after.get(name)
            if new is None:
                if not self.rewritten:
                    self._change("field removed", name, old.page)
                elif old.page is None or old.page in self.pages:
                    self.result.lost_fields.add(name)
                continue
            self._field(old, new)
        for name, new in self.fields_after.items():
            if name not in self.fields_before:
                self._new_field(new)

    def _field(self, old: FormField, new: FormField) -> None:
        name = old.name
        if new.repeated and not old.repeated:
            self._change("second field of the same name", name, new.page)
        if new.loose and not old.loose and not self.rewritten:
            self._change("field taken out of the form", name, new.page)
        if len(new.widgets) != len(old.widgets) and not new.repeated:
            self._change("field in other places", name, new.page)
        if old.signature is not None and not self.pair.same(old.signature, new.dictionary.get("/V")):
            self._change("signature removed or replaced", name, new.page)
        for before, after in zip(old.widgets, new.widgets, strict=False):
            self._widget(old, new, before.dictionary, after.dictionary, self._origin(after.page), before.page)
        looks = any(
            not self.pair.same(self._part(one.dictionary, key), self._part(other.dictionary, key))
            for one, other in zip(old.widgets, new.widgets, strict=False)
            for key in _SHOWING
        )
        holds = not self.pair.same(old.dictionary.get("/V"), new.dictionary.get("/V"))
        if not looks and not holds:
            return
        self.result.filled.add(name)
        if name in STAMPED:
            self._change(
                "the words that say whose copy it is", new.shown_words or str(new.dictionary.get("/V", "")), new.page
            )
            if name == "copy__do":
                self.result.bands.append(self.result.changes[-1])
            return
        self._appearance(old, new)

    def _part(self, widget: pikepdf.Object, key: str) -> pikepdf.Object | None:
        found: pikepdf.Object | None = widget.get(key)
        return found

    def _appearance(self, old: FormField, new: FormField) -> None:
        """A field must show what it holds: a reader sees the one, a program reads the other."""
        if new.kind == "/Sig" and new.signature is None and (new.shown_words or any(True for _ in new.shown.boxes())):
            self._add("words or a drawing in the place of a signature, without a signature", new.shown_words, new.page)
        pointed_at = self._shown_when_pointed_at(old, new)
        if pointed_at:
            self._add("field that shows other words when it is pointed at or pressed", pointed_at, new.page)
        if new.kind in ("/Tx", "/Ch") and shows_its_value(new) is False:
            self._add("field that shows other words than it holds", new.shown_words or new.name, new.page)
            self.result.in_fields.append(self.result.additions[-1])
        if new.kind == "/Btn":
            drawn = any(True for _ in new.shown.boxes())
            if drawn != bool(new.value()) or new.shown.letters:
                issued = [entry(one.dictionary, "/AP") for one in old.widgets]
                now = [entry(one.dictionary, "/AP") for one in new.widgets]
                alike = all(self.pair.same(a, b) for a, b in zip(issued, now, strict=False))
                if not alike and not (new.shown_words in _TICKS and drawn == bool(new.value())):
                    self._add("box that shows other than it holds", new.shown_words or new.name, new.page)
                    self.result.in_fields.append(self.result.additions[-1])

    def _shown_when_pointed_at(self, old: FormField, new: FormField) -> str:
        """The words of a field's other two appearances that the first does not show (ISO 32000-1, 12.5.5)."""
        words: list[str] = []
        for before, after in zip(old.widgets, new.widgets, strict=False):
            for key in ("/R", "/D"):
                drawn = entry(after.dictionary, "/AP", key)
                if self.pair.same(entry(before.dictionary, "/AP", key), drawn):
                    continue
                states = [drawn] if isinstance(drawn, pikepdf.Stream) else [entry(drawn, one) for one in keys_of(drawn)]
                for state in states:
                    if isinstance(state, pikepdf.Stream):
                        words.append(text_of(shown_by_form(state, after.box).letters))
        return "; ".join(dict.fromkeys(one for one in words if one and one not in (new.shown_words, *_TICKS)))

    def _widget(
        self,
        old: FormField,
        new: FormField,
        before: pikepdf.Object,
        after: pikepdf.Object,
        origin: int | None,
        page_before: int | None,
    ) -> None:
        where = new.page
        place, now = box_of(before.get("/Rect")), box_of(after.get("/Rect"))
        if place is not None and (now is None or any(abs(a - b) > 1 for a, b in zip(place, now, strict=True))):
            self._change("field moved or resized", self._field_words(new, now), where)
        if page_before is not None and origin != page_before and not (self.rewritten and where is None):
            self._change("field on another page", old.name, where)
        flags = [int(one.get("/F", 0)) for one in (before, after)]
        if flags[0] & ~_HARMLESS_BITS != flags[1] & ~_HARMLESS_BITS:
            self._change("field hidden or shown", old.name, where)
        elif flags[0] & _PRINTED and not flags[1] & _PRINTED:
            self._change("field that is left out when the page is printed", old.name, where)
        pairs = (
            [(before, after)]
            if _is_same_object(before, old.dictionary)
            else [(before, after), (old.dictionary, new.dictionary)]
        )
        for one, other in pairs:
            bits = [int(each.get("/Ff", 0)) & ~_TYPING_BITS for each in (one, other)]
            if bits[0] != bits[1]:
                self._change("field of another kind", old.name, where)
            for key in sorted(
                (keys_of(one) | keys_of(other))
                - _FILLING
                - {"/Rect", "/F", "/Ff", "/P", "/Parent", "/Kids", "/StructParent", "/T"}
            ):
                if self.pair.same(one.get(key), other.get(key)):
                    continue
                if key in ("/A", "/AA"):
                    self._add("script or action in a field", _script_words(other.get(key)) or old.name, where)
                elif not (self.rewritten and key not in other and key in ("/TU", "/Lock", "/DV", "/Q")):
                    self._change(f"entry {key} of a field", old.name, where)

    def _field_words(self, this: FormField, box: Box | None) -> str:
        return self._words_under(this.page, [box] if box else []) or this.name

    def _new_field(self, new: FormField) -> None:
        self.result.new_fields.append(new)
        signature = new.signature
        if signature is not None and signature.get("/Type") == Name.DocTimeStamp and not _is_seen(new):
            self.result.notes.append("A timestamp was added. It shows when the file existed, not who signed it.")
            return
        boxes = [widget.box for widget in new.widgets if widget.box is not None]
        under = self._words_under(new.page, boxes)
        words = "; ".join(
            part for part in (new.shown_words, str(new.value() or ""), f"over: {under}" if under else "") if part
        )
        what = "signature field" if new.kind == "/Sig" else "field"
        self._add(what, words or new.name, new.page)
        if new.kind == "/Sig" and not under and not any(self._touches_field(new, box) for box in boxes):
            self.result.clear_signatures.append(self.result.additions[-1])
        for widget in new.widgets:
            for key in ("/A", "/AA"):
                if key in widget.dictionary:
                    self._add(
                        "script or action in a field", _script_words(widget.dictionary[key]) or new.name, new.page
                    )

    def _touches_field(self, new: FormField, box: Box) -> bool:
        return any(
            old.page == self._origin(new.page) and touches(box, widget.box, 1)
            for old in self.fields_before.values()
            for widget in old.widgets
            if widget.box is not None
        )

    # pages

    def _page(self, number: int, origin: int) -> None:
        before, after = self.before.pages[origin].obj, self.after.pages[number].obj
        for key in _BOXES:
            old, new = inherited(before, key), inherited(after, key)
            if key not in ("/MediaBox", "/Rotate", "/UserUnit"):
                # A box that is not given is the one around it (ISO 32000-1, 14.11.2).
                old, new = old or inherited(before, "/MediaBox"), new or inherited(after, "/MediaBox")
            elif key != "/MediaBox" and (old or 0) == (new or 0):
                continue
            if not self.pair.same(old, new) and not _same_box(old, new):
                self._change("edges or turn of the page", self._cut_off(origin, new), number)
        for key in sorted((keys_of(before) | keys_of(after)) - _PAGE_COMPARED):
            if self.pair.same(before.get(key), after.get(key)):
                continue
            if key == "/AA":
                self._add("action that a page starts", _script_words(after.get(key)), number)
            elif not (self.rewritten and (key not in after or key in ("/Tabs", "/Group", "/Metadata"))):
                self._change(f"entry {key} of the page", "", number)
        self._contents(number, origin, before, after)
        self._annotations(number, origin, before, after)

    def _cut_off(self, origin: int, box: pikepdf.Object | None) -> str:
        area = box_of(box)
        if area is None:
            return ""
        return text_of(one for one in self.shown_before(origin).letters if not is_within(one.box, area, 2))

    def _contents(self, number: int, origin: int, before: pikepdf.Object, after: pikepdf.Object) -> None:
        old, new = page_contents(before), page_contents(after)
        same, added = _same_contents(old, new, before, after)
        if not same:
            if old and old in new and not _ONLY_PLACED.fullmatch(new[: new.index(old)]):
                self._change("something before the contents of the page, which may hide them", "", number)
            elif self.rewritten:
                self.result.other_pages.append((number, origin))
            else:
                self._change("contents of the page", _changed_words(before, after), number)
            return
        self._resources(number, before, after)
        if added:
            self._drawing(number, origin, before, after)

    def _resources(self, number: int, before: pikepdf.Object, after: pikepdf.Object) -> None:
        old, new = inherited(before, "/Resources"), inherited(after, "/Resources")
        for kind in sorted(keys_of(old)):
            ours, theirs = entry(old, kind), entry(new, kind)
            if not isinstance(ours, Dictionary):
                continue
            for name in sorted(keys_of(ours)):
                if self.pair.same(ours[name], entry(theirs, name)):
                    continue
                if kind == "/Font":
                    letters = [one for one in shown_by_page(before).letters if one.font == name]
                    if letters:
                        self._change("font: its letters may look like others", text_of(letters), number)
                elif kind == "/XObject":
                    form = ours[name]
                    words = text_of(shown_by_form(form).letters) if form.get("/Subtype") == Name.Form else ""
                    self._change("picture or drawing of the page", words, number)
                else:
                    self._change(f"colours or lines of the page ({kind[1:]})", "", number)
        added = keys_of(entry(new, "/ColorSpace")) - keys_of(entry(old, "/ColorSpace"))
        if added & _IN_PLACE_OF_PLAIN:
            self._change("colours of the page, which may hide its words", "", number)

    def _drawing(self, number: int, origin: int, before: pikepdf.Object, after: pikepdf.Object) -> None:
        old, new = shown_by_page(before), shown_by_page(after)
        letters = new.letters[len(old.letters) :]
        boxes = [*new.pictures[len(old.pictures) :], *new.shapes[len(old.shapes) :]]
        every = [*boxes, *(letter.box for letter in letters), *new.unread[len(old.unread) :]]
        self.result.drawn[number] = every
        lost = [
            widget.box
            for name in self.result.lost_fields
            for widget in self.fields_before[name].widgets
            if widget.page == origin and widget.box is not None
        ]
        # A program that flattens a form draws what its fields showed.
        outside = [box for box in every if not any(is_within(box, area, 2) for area in lost)]
        if outside:
            drawn = text_of(letter for letter in letters if not any(is_within(letter.box, area, 2) for area in lost))
            under = words_in(self.shown_before(origin).letters, outside)
            what = "picture drawn on the page" if new.pictures[len(old.pictures) :] else "drawing on the page"
            self._add(what, "; ".join(part for part in (drawn, f"over: {under}" if under else "") if part), number)

    def _annotations(self, number: int, origin: int, before: pikepdf.Object, after: pikepdf.Object) -> None:
        old = [one for one in annotations_of(before) if one.get("/Subtype") != Name.Widget]
        new = [one for one in annotations_of(after) if one.get("/Subtype") != Name.Widget]
        for one in old:
            match = next((other for other in new if self.pair.same(one, other, without=_NOT_OF_LINK)), None)
            if match is None and self.rewritten and len(self.before.pages) != len(self.after.pages):
                # A link within the file leads to a page that is not here, or is at another place.
                match = next((other for other in new if _leads_within(one, other)), None)
            if match is not None:
                new.remove(match)
            elif self.rewritten and not any(other.get("/Subtype") == one.get("/Subtype") for other in new):
                self._note(
                    "The program that saved the file anew dropped links. The words are not touched: to follow a link, open the file that was sent."
                )
            else:
                self._change("link or mark of the page", self._under(number, one), number)
        for other in new:
            kind = str(other.get("/Subtype", ""))
            if kind == "/Popup":
                continue
            what = _MARKS.get(kind, f"mark ({kind[1:]})" if kind else "mark")
            written = [str(other[key]) for key in ("/Contents",) if isinstance(other.get(key), pikepdf.String)]
            form = appearance_of(other)
            drawn = text_of(shown_by_form(form, box_of(other.get("/Rect"))).letters) if form is not None else ""
            if drawn and drawn not in written:
                written.append(drawn)
            under = self._under(number, other)
            self._add(what, "; ".join([*written, *([f"over: {under}"] if under else [])]), number)
            if keys_of(other) & {"/A", "/AA"} and kind != "/Link":
                self._add("action in a mark", _script_words(other.get("/A") or other.get("/AA")), number)

    def _under(self, number: int, annotation: pikepdf.Object) -> str:
        return self._words_under(
            number, _quads(annotation) or [box for box in [box_of(annotation.get("/Rect"))] if box]
        )

    # the file

    def _note(self, note: str) -> None:
        if note not in self.result.notes:
            self.result.notes.append(note)

    def _catalogue(self) -> None:
        old, new = self.before.Root, self.after.Root
        for key in sorted((keys_of(old) | keys_of(new)) - _CATALOGUE_SIGNING):
            if self.pair.same(old.get(key), new.get(key)):
                continue
            if key in _RUNS:
                self._add("action that the file starts", _script_words(new.get(key)))
            elif key == "/OCProperties":
                self._add("layers that can be shown or hidden")
            elif key == "/AF":
                self._add("attached file", "; ".join(_file_name(one) for one in new.get(key, Array())))
            elif self.rewritten and (key not in new or key in _LOOK_OF_READER):
                self._note(
                    "The program that saved the file anew dropped settings, such as its language and how a reader opens it. No page is touched: you need do nothing."
                )
            elif key not in old and key == "/PieceInfo":
                self._note("A program put data for itself into the file. No page shows them: you need do nothing.")
            else:
                self._change(f"entry {key} of the file")
        self._structure(old.get("/StructTreeRoot"), new.get("/StructTreeRoot"))

    def _structure(self, old: pikepdf.Object | None, new: pikepdf.Object | None) -> None:
        """What screen readers say: the words that stand for pictures and letters, in their order."""
        if self.rewritten and new is None:
            self._note(
                "The program that saved the file anew dropped the tags from which screen readers read a page out. No page is touched. Give whoever uses a screen reader the file that was sent."
            )
            return
        said_before, said_now = spoken(old), spoken(new)
        left = list(said_now)
        for one in said_before:
            if one in left:
                left.remove(one)
            elif not self.rewritten:
                self._change("words that screen readers say", one)
        for one in left:
            self._add("words that only screen readers say", one)
        if not self.rewritten and old is not None and not _grows(self.pair, old, new):
            self._change("order in which screen readers read")

    def _form(self) -> None:
        old, new = self.before.Root.get("/AcroForm"), self.after.Root.get("/AcroForm")
        for key in sorted(keys_of(new) - _FORM_SIGNING):
            if not self.pair.same(entry(old, key), entry(new, key)):
                what = "second form inside the file (XFA)" if key == "/XFA" else f"entry {key} of the form"
                self._add(what)
        if entry(new, "/XFA") is not None and entry(old, "/XFA") is None:
            self._add("second form inside the file (XFA)")
        calculated = entry(new, "/CO")
        if isinstance(calculated, Array) and len(calculated) and not self.pair.same(entry(old, "/CO"), calculated):
            self._add("script or action in a field")

    def _names(self) -> None:
        old, new = self.before.Root.get("/Names"), self.after.Root.get("/Names")
        for key in sorted(keys_of(old) | keys_of(new)):
            if self.pair.same(entry(old, key), entry(new, key)):
                continue
            entries = list(named_files(entry(new, key)))
            if key == "/EmbeddedFiles":
                for name, one in entries:
                    self._add("attached file", _file_name(one) or name)
            elif key == "/JavaScript":
                for name, one in entries:
                    self._add("script", _script_words(one) or name)
            elif key == "/Dests":
                if not self.rewritten:
                    self._change("places that links lead to")
            elif key in keys_of(new):
                self._add(f"entry {key} of the file")

    def _properties(self) -> None:
        old, new = properties_of(self.before), properties_of(self.after)
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                self._change(f"property {name} of the file", new.get(name, ""))
        # Two places hold the title, and some programs show the one in the title of their window, others the other.
        titles = [entry(one.trailer.get("/Info"), "/Title") for one in (self.before, self.after)]
        if old.get("Title") == new.get("Title") and titles[1] is not None and str(titles[0]) != str(titles[1]):
            self._change("property Title of the file", str(titles[1]))


_TICKS = frozenset({"", "4", "8", "X", "x", "l", "n", "u", "H", "\u2713", "\u2714", "\u2717", "\u2718", "3"})
_OBJECT = frozenset({"/Obj"})
_NOT_OF_LINK = frozenset({"/M", "/NM", "/F", "/Type"})
_LOOK_OF_READER = frozenset(
    {
        "/PageMode",
        "/PageLayout",
        "/ViewerPreferences",
        "/PageLabels",
        "/Outlines",
        "/MarkInfo",
        "/Lang",
        "/OutputIntents",
        "/PieceInfo",
    }
)
_FORM_SIGNING = frozenset({"/Fields", "/DR", "/DA", "/SigFlags", "/NeedAppearances", "/Q", "/CO", "/XFA"})


def _same_box(one: pikepdf.Object | None, other: pikepdf.Object | None) -> bool:
    """Programs that print round the edges of a page to whole points."""
    first, second = box_of(one), box_of(other)
    return first is not None and second is not None and all(abs(a - b) <= 1 for a, b in zip(first, second, strict=True))


def _is_same_object(one: pikepdf.Object, other: pikepdf.Object) -> bool:
    return bool(one.objgen == other.objgen != (0, 0))


def _is_seen(this: FormField) -> bool:
    return any(
        widget.box is not None
        and widget.box[2] - widget.box[0] > 0.5
        and widget.box[3] - widget.box[1] > 0.5
        and not int(widget.dictionary.get("/F", 0)) & 0b100010
        for widget in this.widgets
    )


# -- contents ---------------------------------------------------------------------------------------------------


def page_contents(page: pikepdf.Object) -> bytes:
    """The contents of a page as one piece (ISO 32000-1, 7.8.2)."""
    contents = page.get("/Contents", Array())
    parts = contents if isinstance(contents, Array) else [contents]
    return b"\n".join(contents_of(part) for part in parts if isinstance(part, pikepdf.Stream)).strip()


def _same_contents(old: bytes, new: bytes, before: pikepdf.Object, after: pikepdf.Object) -> tuple[bool, bool]:
    """Whether a page still draws all that it drew, first and unchanged; and whether more is drawn after that."""
    if old == new:
        return True, False
    if _begins_with(new, old):
        return True, True
    old_steps, new_steps = _written_anew(before), _written_anew(after)
    if old_steps == new_steps:
        return True, False
    return (True, True) if _begins_with(new_steps, old_steps) else (False, False)


def _begins_with(new: bytes, old: bytes) -> bool:
    """Whether `new` draws `old` before anything else: only the state may have been saved before."""
    opened = _ONLY_OPEN.match(new)
    start = opened.end() if opened else 0
    # `old` may begin by saving the state itself.
    for at in range(start, -1, -1):
        if new.startswith(old, at) and new[at + len(old) : at + len(old) + 1] in (b"", b" ", b"\n", b"\r", b"\t"):
            return _ONLY_OPEN.fullmatch(new, 0, at) is not None
    return False


def _written_anew(page: pikepdf.Object) -> bytes:
    if len(page_contents(page)) > 4 << 20:
        return b""
    try:
        return bytes(pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page))).strip()
    except (pikepdf.PdfError, ValueError, TypeError, NotImplementedError):
        return b""


def _changed_words(before: pikepdf.Object, after: pikepdf.Object) -> str:
    return changed_words(text_of(shown_by_page(before).letters), text_of(shown_by_page(after).letters))


def _leads_within(one: pikepdf.Object, other: pikepdf.Object) -> bool:
    """Whether two links at the same place both lead to a place in their file, or the second to none."""
    kinds = [entry(each, "/A", "/S") for each in (one, other)]
    return (
        one.get("/Subtype") == other.get("/Subtype") == Name.Link
        and ("/Dest" in one or kinds[0] == Name.GoTo)
        and kinds[1] in (None, Name.GoTo)
        and not keys_of(other) & {"/AA"}
        and _same_box(one.get("/Rect"), other.get("/Rect"))
    )


def _quads(annotation: pikepdf.Object) -> list[Box]:
    """The boxes of a mark over words (ISO 32000-1, table 179)."""
    points = annotation.get("/QuadPoints")
    if not isinstance(points, Array):
        return []
    try:
        numbers = [float(part) for part in list(points)[:800]]
    except (TypeError, ValueError):
        return []
    return [
        (min(eight[0::2]), min(eight[1::2]), max(eight[0::2]), max(eight[1::2]))
        for eight in (numbers[at : at + 8] for at in range(0, len(numbers) - 7, 8))
    ]


# -- words about what a program would run, and what is only said ---------------------------------------------------


def _script_words(action: pikepdf.Object | None) -> str:
    if not isinstance(action, Dictionary):
        return ""
    script = action.get("/JS")
    if isinstance(script, pikepdf.Stream):
        return contents_of(script)[:300].decode("latin-1")
    if isinstance(script, pikepdf.String):
        return str(script)[:300]
    return str(action.get("/URI") or action.get("/S") or "")[:300]


def _file_name(specification: pikepdf.Object) -> str:
    return str(entry(specification, "/UF") or entry(specification, "/F") or "")


def spoken(tree: pikepdf.Object | None) -> list[str]:
    """The words that the structure of a file holds beside its pages (ISO 32000-1, 14.9.3 to 14.9.5)."""
    said: list[str] = []
    for element in _elements(tree):
        for key in ("/Alt", "/ActualText", "/E"):
            value = element.get(key)
            if isinstance(value, pikepdf.String) and str(value).strip():
                said.append(str(value))
    return said


def _elements(tree: pikepdf.Object | None, most: int = 100_000) -> Iterable[pikepdf.Object]:
    waiting: list[pikepdf.Object | None] = [tree]
    seen: set[tuple[int, int]] = set()
    while waiting and most:
        most -= 1
        node = waiting.pop()
        if isinstance(node, Array):
            waiting.extend(one for one in reversed(list(node)) if isinstance(one, (Dictionary, Array)))
        elif isinstance(node, Dictionary):
            if node.objgen != (0, 0):
                if node.objgen in seen:
                    continue
                seen.add(node.objgen)
            yield node
            kids = node.get("/K")
            if isinstance(kids, (Dictionary, Array)):
                waiting.append(kids)


def _grows(pair: Pair, old: pikepdf.Object, new: pikepdf.Object | None) -> bool:
    """Whether a structure is the old one, with elements for new marks and fields at most."""
    waiting: list[tuple[pikepdf.Object, pikepdf.Object | None]] = [(old, new)]
    while waiting:
        one, other = waiting.pop()
        if not isinstance(other, Dictionary):
            return False
        for key in ("/S", "/T", "/Lang", "/A", "/C", "/Pg"):
            if not pair.same(one.get(key), other.get(key)):
                return False
        mine, theirs = _kids(one), _kids(other)
        if len(theirs) < len(mine):
            return False
        for kid, match in zip(mine, theirs, strict=False):
            if isinstance(kid, Dictionary) and "/S" in kid:
                waiting.append((kid, match))
            # A reference to a mark or a field: what became of that is compared elsewhere.
            elif not pair.same(kid, match, without=_OBJECT):
                return False
    return True


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K")
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]
