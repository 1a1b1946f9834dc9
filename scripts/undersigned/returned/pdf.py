"""A returned PDF read: its fields, its properties, the digest of its text and what was put where people sign."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from undersigned.documents.pdf.metadata import NAMESPACE
from undersigned.documents.words import word
from undersigned.returned.fields import Place, shown_by
from undersigned.returned.limits import MOST_FIELDS, MOST_PAGES, Budget, check_pdf, tree_of
from undersigned.returned.parts import (
    Mark,
    Reading,
    ReturnedError,
    Seen,
    Value,
    date_value,
    is_date,
    property_value,
    text_value,
)
from undersigned.returned.signatures import certificates_of

_STANDARD = frozenset(
    f"/{key}"
    for key in ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Trapped")
)
_DEEPEST: Final = 30
#: Of the tree of fields. Two nodes may hold the same third, so that few of them make many.
_MOST_NODES: Final = 5_000


def opened(content: bytes) -> pikepdf.Pdf:
    """The file. ReturnedError where it is broken, locked or too large. It is never repaired: what one program repairs
    in one way, another shows in another.
    """
    check_pdf(content)
    try:
        file = pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True)
        if file.is_encrypted:
            raise ReturnedError("locked")
        if len(file.pages) > MOST_PAGES:
            raise ReturnedError("too_large")
    except pikepdf.PasswordError as error:
        raise ReturnedError("locked") from error
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ReturnedError("broken_pdf") from error
    return file


@contextmanager
def _file(content: bytes) -> Iterator[pikepdf.Pdf]:
    """The open file; what goes wrong while it is read is its own fault, and ReturnedError says so."""
    try:
        with opened(content) as file:
            yield file
    except (
        pikepdf.PdfError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        RecursionError,
        NotImplementedError,
    ) as error:
        raise ReturnedError("broken_pdf") from error


def digest_of_pdf(content: bytes) -> str:
    with _file(content) as file:
        return digest_of(file)


def names_of_pdf(content: bytes) -> tuple[str, ...]:
    with _file(content) as file:
        return tuple(places_of(file)[0])


def read_pdf(content: bytes, trust_roots: tuple[bytes, ...]) -> Reading:
    """ReturnedError where the file cannot be read; what is odd in it is told in notes."""
    with _file(content) as file:
        places, repeated = places_of(file)
        properties, notes = properties_of_file(file)
        signing = {name: place for name, place in places.items() if place.kind == "/Sig"}
        marks = {name: mark for name, place in signing.items() if (mark := _mark(place))}
        signed = tuple(name for name, place in signing.items() if "/V" in place.dictionary)
        values = {name: None if name in repeated else value_of(place) for name, place in places.items()}
        digest = digest_of(file)
    return Reading(
        kind="pdf",
        properties=properties,
        values=values,
        places=tuple(signing),
        marks=marks,
        digest=digest,
        certificates=certificates_of(content, signed, trust_roots, seen_at=seen_at) if signed else {},
        notes=(*notes, *(word("returned.repeated", field=name) for name in sorted(repeated))),
        unexpected=tuple(sorted(repeated)),
    )


def seen_at(content: bytes) -> Seen:
    """The same, of the file as it was when it ended there."""
    with opened(content) as file:
        places, _ = places_of(file)
        budget = Budget()
        return Seen(
            {name: shown_by(place, budget) for name, place in places.items()},
            frozenset(name for name, place in places.items() if place.kind == "/Sig"),
            properties_of_file(file)[0],
            digest_of(file),
        )


# -- fields -----------------------------------------------------------------------------------------------------


def places_of(file: pikepdf.Pdf) -> tuple[dict[str, Place], set[str]]:
    """Every field by its full name (ISO 32000-1, 12.7.3.2), and the names that two fields bear."""
    form = file.Root.get("/AcroForm")
    found: dict[str, Place] = {}
    repeated: set[str] = set()
    if not isinstance(form, Dictionary):
        return found, repeated
    for place in _fields(form.get("/Fields", Array()), "", "", 0, Budget(_MOST_NODES)):
        if place.name in found:
            repeated.add(place.name)
        else:
            found[place.name] = place
        if len(found) > MOST_FIELDS:
            raise ReturnedError("too_large")
    return found, repeated


def _fields(kids: pikepdf.Object, above: str, kind: str, depth: int, budget: Budget) -> Iterator[Place]:
    if depth > _DEEPEST or not isinstance(kids, Array) or len(kids) > MOST_FIELDS:
        raise ReturnedError("broken_pdf")
    for kid in kids:
        budget.spend(1)
        if not isinstance(kid, Dictionary):
            continue
        name = ".".join(part for part in (above, property_value(str(kid.get("/T", "")))) if part)
        own = str(kid.get("/FT", kind))
        below = kid.get("/Kids", Array())
        widgets: list[pikepdf.Object] = [one for one in below if isinstance(one, Dictionary) and "/T" not in one]
        if len(widgets) == len(below):
            yield Place(name, own, kid, widgets or [kid])
        else:
            yield from _fields(below, name, own, depth + 1, budget)


def value_of(place: Place) -> Value:
    """What the field holds: None where nothing, or only what it held when it was issued."""
    written = place.dictionary.get("/V")
    if place.kind == "/Sig":
        return None
    if place.kind == "/Btn":
        states = [written, *(widget["/AS"] for widget in place.widgets if "/AS" in widget)]
        return all(isinstance(state, Name) and state != Name.Off for state in states)
    if isinstance(written, Array):
        written = pikepdf.String("; ".join(str(part) for part in written if isinstance(part, pikepdf.String)))
    if isinstance(written, pikepdf.Stream):
        written = pikepdf.String(written.read_bytes())
    if not isinstance(written, pikepdf.String):
        return None
    if place.dictionary.get("/DV") == written:
        return None
    text = str(written)
    return date_value(text) if is_date(place.name, str(place.dictionary.get("/TU", ""))) else text_value(text)


# -- the rest ---------------------------------------------------------------------------------------------------


def properties_of_file(file: pikepdf.Pdf) -> tuple[dict[str, str], tuple[str, ...]]:
    """Our properties from the XMP and from the information dictionary, and a note where the two differ."""
    told = {
        key.removeprefix("/"): property_value(str(value))
        for key, value in file.docinfo.items()
        if key not in _STANDARD and isinstance(value, pikepdf.String)
    }
    packet = file.Root.get("/Metadata")
    given = _given(packet.read_bytes()) if isinstance(packet, pikepdf.Stream) else {}
    differ = sorted(name for name in told.keys() & given.keys() if told[name] != given[name])
    return told | given, tuple(word("returned.properties_differ", property=name) for name in differ)


def _given(packet: bytes) -> dict[str, str]:
    try:
        root = tree_of(packet)
    except ReturnedError:
        return {}
    start = f"{{{NAMESPACE}}}"
    found: dict[str, str] = {}
    for element in root.iter(f"{start}*"):
        found[str(element.tag).removeprefix(start)] = property_value(element.text or "")
    for element in root.iter():
        # Some programs write simple properties as attributes (ISO 16684-1, 7.9.2.2).
        for key, value in element.attrib.items():
            if str(key).startswith(start):
                found[str(key).removeprefix(start)] = property_value(str(value))
    return found


def digest_of(file: pikepdf.Pdf) -> str:
    """SHA-256 over what the pages draw, in the order of the pages: contents, then forms that they draw, unpacked.

    Fields and marks are not part of it, so it stays the same while a copy is filled in, signed and saved anew.
    """
    digest, budget = hashlib.sha256(), Budget()
    told: set[tuple[int, int]] = set()
    for page in file.pages:
        contents = page.obj.get("/Contents", Array())
        parts: list[bytes] = []
        for part in contents if isinstance(contents, Array) else [contents]:
            parts.append(part.read_bytes())
            budget.spend(len(parts[-1]))
        # Where one stream ends and the next begins means nothing (ISO 32000-1, 7.8.2).
        digest.update(hashlib.sha256(b"\n".join(parts).rstrip()).digest())
        for form in _drawn(page.obj.get("/Resources", Dictionary()), told, 0):
            content = form.read_bytes()
            budget.spend(len(content))
            digest.update(hashlib.sha256(content.rstrip()).digest())
    return digest.hexdigest()


def _drawn(resources: pikepdf.Object, told: set[tuple[int, int]], depth: int) -> Iterator[pikepdf.Object]:
    """The forms that a page draws, and those that they draw, each once."""
    objects = resources.get("/XObject", Dictionary())
    for name in sorted(objects.keys()):
        drawn = objects[name]
        if not isinstance(drawn, pikepdf.Stream) or drawn.get("/Subtype") != Name.Form or drawn.objgen in told:
            continue
        told.add(drawn.objgen)
        yield drawn
        if depth < _DEEPEST:
            yield from _drawn(drawn.get("/Resources", Dictionary()), told, depth + 1)


def _mark(place: Place) -> Mark | None:
    """What somebody put over the place for a signature with the tools for comments: words, or a picture or ink."""
    for widget in place.widgets:
        page = widget.get("/P")
        if not isinstance(page, Dictionary) or "/Rect" not in widget:
            continue
        for annotation in page.get("/Annots", Array()):
            kind = annotation.get("/Subtype")
            if kind in (Name.Stamp, Name.Ink, Name.FreeText) and _covers(annotation.get("/Rect"), widget.Rect):
                return "typed" if kind == Name.FreeText else "picture"
    return None


def _covers(mark: pikepdf.Object | None, place: pikepdf.Object) -> bool:
    """Whether the middle of a mark lies within a place."""
    if mark is None:
        return False
    left, bottom, right, top = (float(edge) for edge in mark)
    x, y = (left + right) / 2, (bottom + top) / 2
    a, b, c, d = (float(edge) for edge in place)
    return min(a, c) <= x <= max(a, c) and min(b, d) <= y <= max(b, d)
