"""The order in which the fields of records are written: that of the models, with what names a thing first."""

from __future__ import annotations

from functools import cache

from undersigned.records.fields import Authored
from undersigned.records.protocol import KEY_ORDER, Protocol
from undersigned.records.reading import field_names
from undersigned.records.source import Path

#: A model that extends another has its own fields last; people look for these first.
_FIRST: dict[str, tuple[str, ...]] = {
    "flows": ("id", "title", "from", "to", "when", "regime", "receives_under"),
    "law_differs": ("for",),
    "data_items": ("id",),
}


def key_order(model: type[Authored], path: Path) -> tuple[str, ...]:
    """The fields of the mapping at `path` of a record, in order; empty where its keys are free."""
    return _key_order(model, tuple("*" if isinstance(part, int) else part for part in path))


@cache
def _key_order(model: type[Authored], path: tuple[str, ...]) -> tuple[str, ...]:
    if model is Protocol and not path:
        return KEY_ORDER
    names = field_names(model, path)
    first = _FIRST.get(path[-2], ()) if len(path) > 1 and path[-1] == "*" else ()
    return (*(name for name in first if name in names), *(name for name in names if name not in first))
