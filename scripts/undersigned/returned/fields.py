"""A field of a returned PDF, and a digest of all of it that a reader sees or a program reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary

from undersigned.returned.limits import Budget

_DEEPEST: Final = 30
#: Flags that only say whether a program lets one type, and must have been filled in (ISO 32000-1, table 221).
_HARMLESS_FLAGS: Final = 0b111
#: Where an object leads back to the page, the tree or the file it hangs on.
_BACKWARD = frozenset({"/P", "/Parent", "/StructParent", "/StructParents", "/Data"})


@dataclass
class Place:
    """A field by its full name: the dictionary that names it, and where it shows."""

    name: str
    kind: str
    dictionary: pikepdf.Object
    widgets: list[pikepdf.Object] = field(default_factory=list)


def shown_by(place: Place, budget: Budget) -> str:
    """A digest of all of a field that a reader sees or a program reads."""
    parts = [_told(place.dictionary, 0, budget), *(_told(widget, 0, budget) for widget in place.widgets)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _told(value: pikepdf.Object | object, depth: int, budget: Budget) -> str:
    """Any object in words, the same for the same content wherever it lies in the file."""
    budget.spend(100)
    if depth > _DEEPEST:
        return "deep"
    if isinstance(value, pikepdf.Stream):
        try:
            content = value.read_bytes()
        except pikepdf.PdfError:
            content = value.read_raw_bytes()
        budget.spend(len(content))
        rest = {key: one for key, one in value.items() if key not in ("/Length", "/Filter", "/DecodeParms")}
        return f"stream {hashlib.sha256(content).hexdigest()} {_pairs(rest, depth, budget)}"
    if isinstance(value, Dictionary):
        return _pairs(dict(value.items()), depth, budget)
    if isinstance(value, Array):
        return f"[{' '.join(_told(one, depth + 1, budget) for one in value)}]"
    if isinstance(value, pikepdf.String):
        return f"({bytes(value).hex()})"
    return str(value)


def _pairs(pairs: Mapping[str, pikepdf.Object], depth: int, budget: Budget) -> str:
    told = (
        f"{key} {int(value) & ~_HARMLESS_FLAGS if key == '/Ff' else _told(value, depth + 1, budget)}"
        for key, value in sorted(pairs.items())
        if key not in _BACKWARD
        and not (key == "/Type" and depth == 0)
        and not (key == "/Ff" and not int(value) & ~_HARMLESS_FLAGS)
    )
    return f"<{' '.join(told)}>"
