"""Whether two objects of two PDFs are the same, however they are numbered, packed and written."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary

from undersigned.documents.pdf.metadata import NAMESPACE
from undersigned.returned.verdict import UnreadableError

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
