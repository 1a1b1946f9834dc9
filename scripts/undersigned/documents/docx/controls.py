"""Content controls of a DOCX: the names that Word gives a field, and the control itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from undersigned.documents.docx.word_xml import W14, Element, make, run
from undersigned.documents.model import Field
from undersigned.documents.stamping import PARTY, mark
from undersigned.documents.words import word

#: What Word takes as the title or tag of a control.
_TITLE_LENGTH = 64
#: The properties in which a file names its fields, in reading order, separated by spaces: as many properties as needed,
#: numbered from the second, none longer than Word shows.
FIELD_NAMES = "FieldNames"
_LONGEST_PROPERTY = 250
#: As many as the names of one block and of what is stamped can need.
_MOST_LINES = 6


@dataclass(frozen=True)
class Planned:
    """A field with its names in Word. Titles differ even where labels had to be cut, because some programs lose the tags."""

    field: Field
    number: int
    title: str
    tag: str


def planned_controls(fields: tuple[Field, ...]) -> dict[str, Planned]:
    titles: set[str] = set()
    planned: dict[str, Planned] = {}
    for number, field in enumerate(fields, 1):
        title = _cut(field.label)
        for count in range(2, len(fields) + 2):
            if title not in titles:
                break
            title = _cut(field.label, f" ({count})")
        titles.add(title)
        planned[field.name] = Planned(field, number, title, control_tag(field.name))
    return planned


def control_tag(name: str) -> str:
    """Returns the tag of a field's control: its name or, if that is too long for Word, a digest of it and its end."""
    if len(name) <= _TITLE_LENGTH:
        return name
    return f"{hashlib.sha256(name.encode()).hexdigest()[:12]}-{name[-(_TITLE_LENGTH - 13) :]}"


def _cut(label: str, ending: str = "") -> str:
    room = _TITLE_LENGTH - len(ending)
    return (label if len(label) <= room else label[: room - 1].rstrip() + "…") + ending


def control(planned: Planned, *, in_common: bool = False) -> Element:
    """`in_common`: its name and label are those of one body, and are put into each copy."""
    field = planned.field
    properties = make(
        "sdtPr",
        make("alias", val=mark(f"title {field.name}") if in_common else planned.title),
        make("tag", val=mark(f"tag {field.name}") if in_common else planned.tag),
        make("id", val=str(planned.number)),
        make("lock", val="sdtContentLocked" if field.kind == "stamped" else "sdtLocked"),
    )
    if field.kind not in ("checkbox", "stamped"):
        properties.append(make("showingPlcHdr"))
    shown = word("form.text_placeholder")
    match field.kind:
        case "checkbox":
            properties.append(_checkbox())
            shown = "\u2610"
        case "date":
            properties.append(
                make(
                    "date",
                    make("dateFormat", val="dd/MM/yyyy"),
                    make("lid", val="en-GB"),
                    make("storeMappedDataAs", val="dateTime"),
                    make("calendar", val="gregorian"),
                )
            )
            shown = word("form.date_placeholder")
        case "choice":
            items = [make("listItem", displayText=option, value=option) for option in field.options]
            properties.append(make("dropDownList", *items))
            shown = word("form.choose_short")
        case "multiline":
            # Of no type: LibreOffice runs the lines of one for plain text together when it saves.
            shown = _words_of_gap(field) or shown
        case "signature":
            # Of no type: a signatory may put a picture in, or type.
            shown = word("form.signature_placeholder")
        case "stamped":
            properties.append(make("text"))
            shown = mark(f"field {field.name}")
        case _:
            properties.append(make("text"))
            shown = _words_of_gap(field) or shown
    if field.required and field.kind not in ("checkbox", "stamped") and planned.title.endswith("…"):
        shown = word("form.required_label", label=shown)  # the title had no room for it
    written = run(shown)
    if field.kind == "checkbox":
        written.insert(0, make("rPr", make("rFonts", ascii="MS Gothic", hAnsi="MS Gothic", eastAsia="MS Gothic")))
    elif field.kind != "stamped":
        written.insert(0, make("rPr", make("color", val="595959")))
    return make("sdt", properties, make("sdtContent", written))


def _words_of_gap(field: Field) -> str:
    """In brackets, because on paper nothing else shows that they are to be replaced."""
    return word("form.gap_shown", words=field.value) if field.value else ""


def _checkbox() -> Element:
    box = etree.Element(f"{{{W14}}}checkbox", nsmap={"w14": W14})
    for name, attributes in (
        ("checked", {"val": "0"}),
        ("checkedState", {"val": "2612", "font": "MS Gothic"}),
        ("uncheckedState", {"val": "2610", "font": "MS Gothic"}),
    ):
        element = etree.SubElement(box, f"{{{W14}}}{name}")
        for key, value in attributes.items():
            element.set(f"{{{W14}}}{key}", value)
    return box


# -- names of fields --------------------------------------------------------------------------------------------


def field_names_property(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Returns the properties that hold the names of a document's fields. Empty if a name is too long for one."""
    if any(len(name) > _LONGEST_PROPERTY for name in names):
        return []
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + 1 + len(name) <= _LONGEST_PROPERTY:
            lines[-1] += f" {name}"
        else:
            lines.append(name)
    return [(_numbered(number), line) for number, line in enumerate(lines, 1)]


def names_property(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The properties with the names, or marks for them where each copy has names of its own."""
    if not any(name.startswith(PARTY) for name in names):
        return field_names_property(names)
    return [(_numbered(number), mark(f"names {number}")) for number in range(1, _MOST_LINES + 1)]


def names_in_copy(fields: Iterable[str], places: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What the marks hold in one copy: titles and tags of the places of its block, and the names of all its fields."""
    found: dict[str, str] = {}
    for name, (own, label) in places.items():
        found |= {f"title {name}": _cut(label), f"tag {name}": control_tag(own)}
    if places:
        lines = [line for _name, line in field_names_property((*fields, *(own for own, _label in places.values())))]
        for number in range(1, _MOST_LINES + 1):
            found[f"names {number}"] = lines[number - 1] if number <= len(lines) <= _MOST_LINES else ""
    return found


def names_carried(properties: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the names of a document's fields from its properties."""
    lines: list[str] = []
    while (name := _numbered(len(lines) + 1)) in properties:
        lines.append(properties[name])
    return tuple(" ".join(lines).split())


def _numbered(number: int) -> str:
    return FIELD_NAMES if number == 1 else f"{FIELD_NAMES}{number}"
