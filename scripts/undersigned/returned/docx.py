"""A returned DOCX: its words and how they look compared with what was issued, and what its blocks hold."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from undersigned.documents.digest import words_below
from undersigned.documents.docx.controls import control_tag, names_carried
from undersigned.documents.docx.word_xml import W14, Element, w
from undersigned.documents.model import ANSWER, plain
from undersigned.documents.words import word
from undersigned.returned.docx_parts import Package, package_of
from undersigned.returned.docx_text import Text, Word, text_of_docx
from undersigned.returned.pdf_objects import STAMPED
from undersigned.returned.signatures import Place, blocks_of
from undersigned.returned.verdict import (
    Claim,
    ComparedWith,
    Difference,
    How,
    Issued,
    ReturnedCopy,
    UnreadableError,
    Verdict,
    listed,
)
from undersigned.returned.words import (
    BLOCK_FIELDS,
    Chunk,
    Value,
    bare,
    block_of,
    changed,
    chunks_of,
    date_value,
    explained_by,
    is_date,
    is_placeholder,
    organisation_of,
    text_value,
)

_MOST_FIELDS: Final = 1_200
_PICTURES = (w("drawing"), w("pict"), w("object"))
_INK = (w("contentPart"),)
_KINDS: Final = {
    "authority": ("checkbox",),
    "name": ("text",),
    "post": ("text",),
    "basis": ("text",),
    "reservation": ("text",),
    "date": ("date", "text"),
    "signature": ("rich", "picture"),
}
#: What Word itself puts into a control that was emptied.
_WORDS_OF_WORD = frozenset(
    {
        "Click or tap here to enter text.",
        "Click here to enter text.",
        "Click or tap to enter a date.",
        "Click here to enter a date.",
        "Choose an item.",
    }
)
_LOOKS_NOT_COMPARED = (
    "The words are those that were sent, and none is struck out or hidden."
    " Their colours, sizes and fonts could not be compared, because the document cannot be made again as it was: look at it once."
)
_RENUMBERED = (
    "The program that saved the file renumbered its lists, as happens on the way through an old format (DOC). "
    "The other words are those that were issued. Look at the numbers, or ask for a copy saved as DOCX or PDF."
)
_FIRST_NUMBER = re.compile(r"\(?[1aAiI][.)]?")
_PAGE_NUMBER = re.compile(r"\s*[0-9]+$")


@dataclass(frozen=True, slots=True)
class Control:
    """A content control; `title` and `tag` are empty if a program lost them."""

    tag: str
    title: str
    kind: str
    element: Element


@dataclass(frozen=True)
class Opened:
    """A file with its words and its controls by name. `names`: of the controls in order, "" if not known."""

    package: Package
    text: Text
    controls: tuple[Control, ...]
    names: tuple[str, ...]
    repeated: frozenset[str]

    def slot(self, one: Word) -> str | None:
        """The name of the field that holds a word, unless it is one that we stamped. A control that is not known is text."""
        name = self.names[one.slot] if one.slot is not None else ""
        return name if name and name not in STAMPED else None


def claim_of_docx(content: bytes) -> Claim:
    return _claim(package_of(content))


def _claim(package: Package) -> Claim:
    properties = package.properties
    number = properties.get("CopyNumber", "")[:1]
    return Claim(
        properties.get("ProtocolId") or None,
        properties.get("ProtocolVersion") or None,
        properties.get("Fingerprint") or None,
        properties.get("Organisation") or None,
        int(number) if number.isdigit() else None,
        properties.get("IssuedOn") or None,
        properties.get("FormId") or None,
        properties.get("TextDigest") or None,
    )


def opened(content: bytes, known: tuple[str, ...] = ()) -> Opened:
    """`known`: the names of the document's fields in order. UnreadableError if the file cannot be judged."""
    package = package_of(content)
    text = text_of_docx(package)
    if len(text.controls) > _MOST_FIELDS:
        raise UnreadableError("The file has more fields than any copy of an agreement.")
    controls = tuple(_control(element) for element in text.controls)
    names = _named(controls, known or names_carried(package.properties))
    counted = Counter(name for name in names if name)
    return Opened(package, text, controls, names, frozenset(name for name, count in counted.items() if count > 1))


def read_docx(content: bytes, issued: Issued | None) -> ReturnedCopy:
    """UnreadableError if the file cannot be judged."""
    reference = opened(issued.docx) if issued is not None and issued.docx is not None else None
    came = opened(content, reference.names if reference is not None else ())
    return _Judge(content, came, reference, issued).read()


class _Judge:
    def __init__(self, content: bytes, came: Opened, reference: Opened | None, issued: Issued | None) -> None:
        self.content, self.came, self.reference, self.issued = content, came, reference, issued
        self.changes: list[Difference] = []
        self.additions: list[Difference] = []
        self.forms: list[Difference] = []
        self.notes: list[str] = []
        self.placed: dict[str, str] = {}
        self.lost: set[str] = set()
        self.is_less = False
        self.renumbered: list[Difference] = []

    def read(self) -> ReturnedCopy:
        verdict, compared_with = self._verdict()
        blocks, foreign = blocks_of(self._places(), [], self.issued, typing_shows=False)
        if foreign and verdict == "ours":
            verdict = "ours-with-additions"
        self._remarks()
        differences, more = listed([*self.changes, *self.additions, *foreign, *self.forms])
        claim = _claim(self.came.package)
        if claim.organisation is None and self.issued is not None and verdict not in ("not-ours", "cannot-tell"):
            claim = replace(claim, organisation=self.issued.organisation)
        values = self._values()
        return ReturnedCopy(
            "docx",
            hashlib.sha256(self.content).hexdigest(),
            verdict,
            claim,
            compared_with,
            differences,
            tuple(blocks),
            {
                name: value
                for name, value in values.items()
                if value is not None and block_of(name) is None and name not in STAMPED
            },
            (*self.notes, *more),
        )

    # the verdict

    def _verdict(self) -> tuple[Verdict, ComparedWith]:
        is_issued = self.issued is not None and issued_digest_of(self.came) in self.issued.digests
        if self.reference is None:
            return self._without_reference(is_issued)
        assert self.issued is not None and self.issued.docx is not None  # noqa: S101, PT018 - there is a reference
        recorded = issued_digest_of(self.reference) in self.issued.digests
        if is_issued and not recorded:
            # Facts beside the text have changed since, so the document that can be made today is another.
            self.notes.append(_LOOKS_NOT_COMPARED)
            return "same-words", "issued"
        compared_with: ComparedWith = "issued" if recorded or is_issued else "master"
        uncertain = self._compare(self.reference)
        if self._shared(self.reference) < 0.5 and _claim(self.came.package).protocol is None:
            self._forget()
            self.notes = ["The words of the file are not those of the agreement. Ask the sender which file was meant."]
            return "not-ours", compared_with
        if self.changes:
            return "altered", compared_with
        if uncertain:
            self.changes = uncertain
            self.notes.append(
                "What was sent was not recorded. The agreed words are the same, but facts beside them, such as posts and days,"
                " are not those of today, and nothing shows which were sent. Compare them with what you sent."
            )
            return "cannot-tell", compared_with
        if self.renumbered:
            self.changes = self.renumbered
            self.notes.append(_RENUMBERED)
            return "cannot-tell", compared_with
        if self.lost or self.forms or self.is_less:
            return "same-words", compared_with
        return ("ours-with-additions" if self.additions else "ours"), compared_with

    def _without_reference(self, is_issued: bool) -> tuple[Verdict, ComparedWith]:
        if is_issued:
            self.notes.append(_LOOKS_NOT_COMPARED)
            return "same-words", "issued"
        if _claim(self.came.package).protocol is None:
            self.notes.append(
                "Nothing in the file says that it is a copy of an agreement in this register. Ask the sender which file was meant."
            )
            return "not-ours", "nothing"
        self.notes.append(
            "The text that the file says it is a copy of is not known here, so nothing was compared. Take it to the register that sent it."
        )
        return "cannot-tell", "nothing"

    def _forget(self) -> None:
        self.changes, self.additions, self.forms = [], [], []

    def _shared(self, reference: Opened) -> float:
        mine, theirs = ({one.text for one in side.text.words} for side in (reference, self.came))
        return len(mine & theirs) / max(1, len(mine))

    def _compare(self, reference: Opened) -> list[Difference]:
        """Fills in what differs; returns what facts outside the agreed text may explain."""
        self.lost = {name for name in reference.names if name and name not in self.came.names}
        uncertain = self._body(reference)
        for what, before, after in (
            ("header", reference.text.headers, self.came.text.headers),
            ("footer", reference.text.footers, self.came.text.footers),
        ):
            self._margins(what, before, after)
        self._contents(reference)
        self._extras(reference)
        self._controls()
        width, page = self.came.text.page
        before_width, before_page = reference.text.page
        if before_width and page and (width < 0.7 * before_width or page < 0.7 * before_page):
            self.changes.append(Difference("width of the page or of its text"))
        if self.lost:
            self.notes.append(
                "The program that saved the file lost fields of the form. What was filled in was read from its place in the document. Compare it with the document."
            )
        return uncertain

    def _body(self, reference: Opened) -> list[Difference]:
        before = [one for one in reference.text.words if (name := reference.slot(one)) is None or name in self.lost]
        after = [one for one in self.came.text.words if self.came.slot(one) is None]
        if not any(one.is_number for one in after) and any(one.is_number for one in before):
            self.notes.append(
                "The program that saved the file lost the numbers of lists, so they were not compared. Look at them."
            )
            before = [one for one in before if not one.is_number]
        is_slot = [reference.slot(one) is not None for one in before]
        texts, came = [one.text for one in before], [one.text for one in after]
        phrases = self.issued.changing if self.issued is not None and not self.issued.digests else ()
        explains = explained_by(texts, phrases)
        uncertain: list[Difference] = []
        chunks = chunks_of(texts, came)
        for chunk in chunks:
            old, new = " ".join(texts[chunk.start : chunk.end]), " ".join(came[chunk.begin : chunk.stop])
            if all(is_slot[chunk.start : chunk.end]) and (old or _near(is_slot, chunk.start)):
                self._take(reference, before, chunk.start, new)
                continue
            if not old and reference.text.repeats(new):
                continue
            what, words = changed(old, new)
            if self.lost and _counted_anew(before[chunk.start : chunk.end], after[chunk.begin : chunk.stop]):
                # Old formats keep no fields, and begin a list at each of its items.
                self.renumbered.append(Difference("number of a list", words))
            elif explains(chunk):
                uncertain.append(Difference(what, words))
            else:
                self.changes.append(Difference(what, words))
        self._looks(before, after, chunks)
        return uncertain

    def _take(self, reference: Opened, before: list[Word], at: int, words: str) -> None:
        """Words at the place of a control that was lost: what was filled in there."""
        for place in (at, at - 1):
            if 0 <= place < len(before) and (name := reference.slot(before[place])) is not None:
                self.placed[name] = words
                return

    def _looks(self, before: list[Word], after: list[Word], chunks: list[Chunk]) -> None:
        """Words that are the same, but struck out, hidden or of another look."""
        faults: dict[str, list[str]] = {}
        forms: list[str] = []
        for old, new in _pairs(before, after, chunks):
            for fault in sorted(new.look.faults - old.look.faults):
                faults.setdefault(fault, []).append(new.text)
            if new.look.form != old.look.form and not new.is_number:
                forms.append(new.text)
        # Words that were added may be hidden as well; that they were added is said already.
        for fault, words in faults.items():
            self.changes.append(Difference(f"words {fault}", " ".join(words)))
        if forms:
            self.forms.append(Difference("words of another look: colour, size, font or emphasis", " ".join(forms)))

    def _margins(self, what: str, before: list[list[Word]], after: list[list[Word]]) -> None:
        issued = {bare("".join(one.text for one in part)): part for part in before}
        came = {bare("".join(one.text for one in part)): part for part in after}
        issued.pop("", None), came.pop("", None)
        if issued and not came:
            self.notes.append(
                f"The program that saved the file lost the {what} of the pages. They hold no agreed words: you need do nothing."
            )
            self.is_less = True
            return
        for key, part in came.items():
            words = " ".join(one.text for one in part)
            if key not in issued:
                self.changes.append(Difference(f"{what} of the pages", words))
                continue
            faults = {
                fault
                for one, old in zip(part, issued[key], strict=False)
                for fault in one.look.faults - old.look.faults
            }
            self.changes += [Difference(f"{what} {fault}", words) for fault in sorted(faults)]

    def _contents(self, reference: Opened) -> None:
        self.changes += [
            Difference("line among the contents", line) for line in _stray_lines(self.came.text, reference.text)
        ]

    def _extras(self, reference: Opened) -> None:
        old, new = (Counter(_each_link_once(side.text.extras)) for side in (reference, self.came))
        self.additions += list((new - old).elements())
        if old - new:
            self.notes.append(
                "The program that saved the file lost pictures, links or parts of it. Compare it by eye with what you sent."
            )
            self.is_less = True

    def _controls(self) -> None:
        """Fields that we did not put there."""
        for name in sorted(self.came.repeated):
            self.changes.append(Difference("second field of the same name", name))
        for name, control in zip(self.came.names, self.came.controls, strict=True):
            # Where a program lost names, the words of its nameless fields are compared as text.
            if not name and not self.lost:
                words = text_value(words_below(control.element)) or control.title
                self.additions.append(Difference("field", words))

    # what was filled in

    def _values(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, control in zip(self.came.names, self.came.controls, strict=True):
            if name:
                found[name] = None if name in self.came.repeated else value_of(name, control)
        for name, words in self.placed.items():
            found.setdefault(name, _placed_value(name, words))
        return found

    def _places(self) -> list[Place]:
        values = self._values()
        by_name = {name: control for name, control in zip(self.came.names, self.came.controls, strict=True) if name}
        every = dict.fromkeys([*(self.reference.names if self.reference else ()), *self.came.names])
        places = []
        for name in every:
            organisation = organisation_of(name) if name else None
            if organisation is None:
                continue
            held = {kind: values.get(f"{organisation}__{kind}") for kind in BLOCK_FIELDS}
            control = by_name.get(name)
            how = None if name in self.came.repeated else _mark(control) if control is not None else None
            if control is None and self.placed.get(name) and not is_placeholder(self.placed[name]):
                how = "typed"
            notes = [
                f"The field {one} is there more than once, so its value is not taken. Look at the document."
                for one in sorted(self.came.repeated)
                if block_of(one) == organisation
            ]
            signature = _typed(control) if control is not None else self.placed.get(name)
            if how == "typed" and signature and bare(signature) != bare(str(held["name"] or "")):
                notes.append(f"In the place of the signature is: {Difference('', signature).short().words}")
            places.append(Place(organisation, held, how, None, None, tuple(notes)))
        return places

    def _remarks(self) -> None:
        parts = self.came.package.names
        if any(part.startswith("_xmlsignatures/") for part in parts):
            self.notes.append(
                "The document holds digital signatures made in Word. They cannot be checked here: open it in Word to see whose they are."
            )
        for name, control in zip(self.came.names, self.came.controls, strict=True):
            if _is_odd(control):
                self.notes.append(
                    f"The field {name or control.title} shows words that are marked as a placeholder. They are not taken as its value. Look at the document."
                )


def _each_link_once(extras: list[Difference]) -> list[Difference]:
    links = dict.fromkeys(one for one in extras if one.what == "link")
    return [*links, *(one for one in extras if one.what != "link")]


def _stray_lines(text: Text, issued: Text) -> list[str]:
    """Lines among the contents that repeat nothing of the text: they are text like any other."""
    known = bare(" ".join(one.text for one in issued.words)) + bare(word("cover.contents"))
    return [line for line in text.lines if bare(_PAGE_NUMBER.sub("", line)) not in known and bare(line) not in known]


def _near(is_slot: list[bool], at: int) -> bool:
    return any(is_slot[max(0, at - 1) : at + 1])


def _pairs(before: list[Word], after: list[Word], chunks: list[Chunk]) -> list[tuple[Word, Word]]:
    found: list[tuple[Word, Word]] = []
    one = other = 0
    for chunk in [*chunks, Chunk(len(before), len(before), len(after), len(after))]:
        found += zip(before[one : chunk.start], after[other : chunk.begin], strict=False)
        one, other = chunk.end, chunk.stop
    return [(old, new) for old, new in found if old.text == new.text]


def issued_digest_docx(content: bytes) -> str:
    """What `issued.docx` of a signing record holds: `v1:` and a SHA-256 over the words outside fields, with how they look,
    headers, footers, and what is beside the words. Programs that save the file anew leave it as it was."""
    return issued_digest_of(opened(content))


def issued_digest_of(file: Opened) -> str:
    parts = ["|".join((one.text, *sorted(one.look.faults))) for one in file.text.words if file.slot(one) is None]
    for what, margins in (("header", file.text.headers), ("footer", file.text.footers)):
        parts += sorted({f"{what} {' '.join(one.text for one in part)}" for part in margins if part})
    parts += _stray_lines(file.text, file.text)
    parts += sorted(f"{one.what}: {one.words}" for one in _each_link_once(file.text.extras))
    parts += sorted(name for name in file.names if not name)
    return "v1:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


# -- controls ---------------------------------------------------------------------------------------------------


def _control(element: Element) -> Control:
    properties = element.find(w("sdtPr"))
    tag, title = _given(properties, "tag"), _given(properties, "alias")
    if not tag and not title:
        # One around it may have kept what it lost.
        above = next(element.iterancestors(w("sdt")), None)
        if above is not None:
            tag, title = _given(above.find(w("sdtPr")), "tag"), _given(above.find(w("sdtPr")), "alias")
    kinds = {str(child.tag) for child in properties} if properties is not None else set()
    return Control(tag, title, _kind(kinds), element)


def _given(properties: Element | None, name: str) -> str:
    element = properties.find(w(name)) if properties is not None else None
    return plain(str(element.get(w("val"), ""))) if element is not None else ""


def _kind(kinds: set[str]) -> str:
    if f"{{{W14}}}checkbox" in kinds:
        return "checkbox"
    return next((kind for kind in ("date", "dropDownList", "comboBox", "text", "picture") if w(kind) in kinds), "rich")


def _named(controls: tuple[Control, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the controls: by tag; else by place, if there are as many controls as names and no tag speaks against it;
    "" for a control that the document never had."""
    if not known:
        return tuple(control.tag for control in controls)
    by_tag = {control_tag(name): name for name in known}
    by_place = len(controls) == len(known) and all(
        _fits(control, name)
        and by_tag.get(control.tag, name) == name
        and not (control.tag and control.tag not in by_tag)
        for control, name in zip(controls, known, strict=True)
    )
    return tuple(
        by_tag.get(control.tag) or (known[place] if by_place else "") for place, control in enumerate(controls)
    )


def _fits(control: Control, name: str) -> bool:
    """Whether a control is of the kind that its name asks for, where the name tells."""
    kinds = _KINDS.get(name.rpartition("__")[2] if not name.startswith(ANSWER) else "")
    return kinds is None or control.kind in kinds


def value_of(name: str, control: Control) -> Value:
    """What the control holds: None if nothing, or the words that ask for it."""
    if control.kind == "checkbox":
        checked = next(control.element.iter(f"{{{W14}}}checked"), None)
        return checked is not None and checked.get(f"{{{W14}}}val") in ("1", "true", "on")
    written = _typed(control)
    if written is None:
        return None
    if control.kind != "date" and not is_date(name, control.title):
        return written
    day = date_value(written)
    date = control.element.find(f"{w('sdtPr')}/{w('date')}")
    picked = date_value(str(date.get(w("fullDate"), ""))[:10]) if date is not None else None
    # What a reader sees comes first; a day in other words, such as "2 May 2026", is known by what was picked.
    return day if day != written or picked is None else picked


def _typed(control: Control) -> str | None:
    written = text_value(words_below(control.element))
    return None if written is None or _asks(control) or is_placeholder(written) else written


def _asks(control: Control) -> bool:
    """Whether the control says itself that its words only ask for others (ISO 29500-1, 17.5.2.39)."""
    flag = control.element.find(f"{w('sdtPr')}/{w('showingPlcHdr')}")
    return flag is not None and flag.get(w("val")) not in ("0", "false", "off")


def _is_odd(control: Control) -> bool:
    """Whether it shows words of its own and yet calls them a placeholder."""
    written = text_value(words_below(control.element))
    return _asks(control) and written is not None and not is_placeholder(written) and written not in _WORDS_OF_WORD


def _placed_value(name: str, words: str) -> Value:
    if name.endswith("__authority"):
        return "\u2612" in words or "\u2611" in words
    written = text_value(words)
    if written is None or is_placeholder(written):
        return None
    return date_value(written) if name.endswith("__date") else written


def _mark(control: Control) -> How | None:
    if next(control.element.iter(*_INK), None) is not None:
        return "drawn"
    if next(control.element.iter(*_PICTURES), None) is not None:
        return "image"
    return "typed" if _typed(control) else None


def _counted_anew(before: list[Word], after: list[Word]) -> bool:
    """Whether numbers of lists became first numbers."""
    return (
        len(before) == len(after)
        and all(one.is_number for one in (*before, *after))
        and all(_FIRST_NUMBER.fullmatch(one.text) for one in after)
    )
