"""A returned DOCX read: its content controls, its properties, the digest of its words and what stands where people sign.

LibreOffice keeps the order of the controls, but of many it loses the tag and the title: the names of the fields in
their order, given by the caller or by the file itself (`FieldNames`), tell which is which.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import Final

from undersigned.documents.docx.controls import control_tag, names_carried
from undersigned.documents.docx.word_xml import W14, Element, w
from undersigned.documents.model import ANSWER, SIGNED_ANSWER
from undersigned.documents.words import word
from undersigned.returned.limits import MOST_FIELDS, part_of, parts_of
from undersigned.returned.parts import (
    SIGNATURE,
    Mark,
    Reading,
    ReturnedError,
    Value,
    date_value,
    is_date,
    property_value,
    text_value,
)
from undersigned.returned.words import digest_of, words_below

_CUSTOM = "docProps/custom.xml"
_TYPES = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
_PICTURES = (w("drawing"), w("pict"), w("object"))
_KINDS: Final = {
    "authority": ("checkbox",),
    "name": ("text",),
    "post": ("text",),
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


@dataclass(frozen=True, slots=True)
class Control:
    """A content control as it stands; `title` and `tag` are empty where a program lost them."""

    tag: str
    title: str
    kind: str
    element: Element


def read_docx(content: bytes, names: tuple[str, ...]) -> Reading:
    """ReturnedError where the file cannot be read; what is odd in it is told in notes. `names` as in `read_returned`."""
    with _archive(content) as archive:
        parts = parts_of(archive)
        root = _main(archive, parts)
        properties = _properties(part_of(archive, _CUSTOM)) if _CUSTOM in parts else {}
        digest = digest_of(archive, parts, root)
    controls = controls_of(root)
    known = names or names_carried(properties)
    named, unexpected = _named(controls, known)
    repeated = sorted(name for name, count in Counter(name for name, _ in named).items() if count > 1)
    values: dict[str, Value] = {}
    marks: dict[str, Mark] = {}
    notes: list[str] = []
    for name, control in named:
        values[name] = None if name in repeated else value_of(name, control)
        mark = _mark(name, control)
        if mark and name not in repeated:
            marks[name] = mark
        if _is_odd(control):
            notes.append(word("returned.placeholder_words", field=name))
    notes += [word("returned.repeated", field=name) for name in repeated]
    if any(not control.tag and name not in known for name, control in named):
        notes.append(word("returned.names_lost"))
    notes += [word("returned.unexpected", field=name) for name in unexpected]
    if any(part.startswith("_xmlsignatures/") for part in parts):
        notes.append(word("returned.word_signatures"))
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        notes.append(word("returned.macros"))
    return Reading(
        kind="docx",
        properties=properties,
        values=values,
        marks=marks,
        digest=digest,
        notes=tuple(notes),
        places=tuple(dict.fromkeys(name for name, control in named if _is_place(name, control))),
        certificates={},
        unexpected=(*repeated, *unexpected),
    )


def names_of_docx(content: bytes) -> tuple[str, ...]:
    """The names of the fields in the order of reading, as the file itself carries them or by its tags."""
    with _archive(content) as archive:
        parts = parts_of(archive)
        carried = names_carried(_properties(part_of(archive, _CUSTOM))) if _CUSTOM in parts else ()
        return carried or tuple(control.tag for control in controls_of(_main(archive, parts)))


def digest_of_docx(content: bytes) -> str:
    with _archive(content) as archive:
        parts = parts_of(archive)
        return digest_of(archive, parts, _main(archive, parts))


def _archive(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ReturnedError("broken_docx") from error


def _main(archive: zipfile.ZipFile, parts: set[str]) -> Element:
    """The root of the part that holds the text (ISO 29500-1, 11.3.10)."""
    if "_rels/.rels" not in parts:
        raise ReturnedError("neither")
    targets = {
        str(relation.get("Type")): str(relation.get("Target", "")).lstrip("/")
        for relation in part_of(archive, "_rels/.rels").iter(_RELATION)
    }
    if _STRICT in targets:
        raise ReturnedError("strict_docx")
    if targets.get(_MAIN) not in parts:
        raise ReturnedError("neither")
    root = part_of(archive, targets[_MAIN])
    if root.tag != w("document"):
        raise ReturnedError("neither")
    return root


def _properties(root: Element) -> dict[str, str]:
    """Custom properties that are text (ISO 29500-1, 22.3)."""
    return {
        property_value(str(entry.get("name", ""))): property_value(
            "".join(value.text or "" for value in entry.iter(f"{_TYPES}lpwstr"))
        )
        for entry in root
    }


# -- controls ---------------------------------------------------------------------------------------------------


def controls_of(root: Element) -> list[Control]:
    """Every control in the order of reading. One around another gives it the title and tag that the inner one lost."""
    found: list[Control] = []
    outer: dict[Element, tuple[str, str]] = {}
    for element in root.iter(w("sdt")):
        properties = element.find(w("sdtPr"))
        kinds = {str(child.tag) for child in properties} if properties is not None else set()
        if w("docPartObj") in kinds:
            continue
        tag, title = _given(properties, "tag"), _given(properties, "alias")
        inner = next((one for one in element.iter(w("sdt")) if one is not element), None)
        if not tag and not title:
            tag, title = outer.get(element, ("", ""))
        if inner is not None:
            outer[inner] = (tag, title)
            continue
        found.append(Control(tag, title, _kind(kinds), element))
        if len(found) > MOST_FIELDS:
            raise ReturnedError("too_large")
    return found


def _given(properties: Element | None, name: str) -> str:
    element = properties.find(w(name)) if properties is not None else None
    return property_value(str(element.get(w("val"), ""))) if element is not None else ""


def _kind(kinds: set[str]) -> str:
    if f"{{{W14}}}checkbox" in kinds:
        return "checkbox"
    return next((kind for kind in ("date", "dropDownList", "comboBox", "text", "picture") if w(kind) in kinds), "rich")


def _named(controls: list[Control], known: tuple[str, ...]) -> tuple[list[tuple[str, Control]], list[str]]:
    """The controls with the names of their fields, and the names of those that the document never had.

    By tag; else by place, where there are as many controls as names and no tag speaks against it; else by title.
    """
    by_tag = {control_tag(name): name for name in known}
    by_place = len(controls) == len(known) and all(
        _fits(control, name)
        and by_tag.get(control.tag, name) == name
        and not (control.tag and control.tag not in by_tag)
        for control, name in zip(controls, known, strict=True)
    )
    named: list[tuple[str, Control]] = []
    unexpected: list[str] = []
    for place, control in enumerate(controls):
        name = by_tag.get(control.tag) or (known[place] if by_place else "")
        if not name:
            name = control.tag or control.title or word("returned.nameless", place=str(place + 1))
            if known:
                unexpected.append(name)
        named.append((name, control))
    return named, unexpected


def _fits(control: Control, name: str) -> bool:
    """Whether a control is of the kind that its name asks for, where the name tells."""
    kinds = _KINDS.get(name.rpartition("__")[2] if not name.startswith(ANSWER) else "")
    return kinds is None or control.kind in kinds


def value_of(name: str, control: Control) -> Value:
    """What the control holds: None where nothing, or the words that ask for it."""
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
    return None if written is None or _asks(control) or written in _placeholders() else written


def _asks(control: Control) -> bool:
    """Whether the control says itself that its words only ask for others (ISO 29500-1, 17.5.2.39)."""
    flag = control.element.find(f"{w('sdtPr')}/{w('showingPlcHdr')}")
    return flag is not None and flag.get(w("val")) not in ("0", "false", "off")


def _is_odd(control: Control) -> bool:
    """Whether it shows words of its own and yet calls them a placeholder."""
    written = text_value(words_below(control.element))
    return _asks(control) and written is not None and written not in _placeholders() | _WORDS_OF_WORD


def _placeholders() -> frozenset[str]:
    return frozenset(
        word(f"form.{name}")
        for name in ("text_placeholder", "date_placeholder", "signature_placeholder", "choose_short")
    )


def _is_place(name: str, control: Control) -> bool:
    return name.endswith(SIGNATURE) or (name.startswith(ANSWER) and name.endswith(SIGNED_ANSWER))


def _mark(name: str, control: Control) -> Mark | None:
    if not _is_place(name, control):
        return None
    if next(control.element.iter(*_PICTURES), None) is not None:
        return "picture"
    return "typed" if _typed(control) else None
