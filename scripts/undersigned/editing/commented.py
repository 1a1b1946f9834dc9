"""A new record's text: what is known, and for everything else a comment that says in plain words what may stand there."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from undersigned.editing.emit import render_yaml
from undersigned.editing.order import key_order
from undersigned.records.fields import Authored
from undersigned.records.schema import help_of, values_of
from undersigned.records.source import Data

_WIDTH = 110


def comment(text: str, indent: int = 0) -> list[str]:
    """`text` as comment lines."""
    before = " " * indent + "# "
    return [
        before + line
        for line in textwrap.wrap(text, _WIDTH - len(before), break_on_hyphens=False, break_long_words=False)
    ]


def render_commented(
    model: type[Authored],
    data: Mapping[str, Data],
    *,
    examples: Mapping[str, str],
    leave_out: frozenset[str] = frozenset(),
    written: Mapping[str, Callable[[], list[str]]] | None = None,
) -> str:
    """Every field in order with its meaning above it; a field without a value stands as a comment with an example.

    `examples`: YAML for fields without a value. `leave_out`: fields that are not mentioned unless they have a value.
    `written`: for some fields, how their lines are written instead.
    """
    blocks: list[str] = []
    for field in key_order(model, ()):
        if field in leave_out and field not in data:
            continue
        lines = comment(help_of(model, field))
        values = values_of(model, field)
        if values:
            lines += comment(f"One of: {', '.join(values)}.")
        if written is not None and field in written:
            lines += written[field]()
        elif field in data:
            lines += render_yaml({field: data[field]}, model).rstrip("\n").split("\n")
        else:
            example = f"{field}: {examples[field]}" if field in examples else f"{field}:"
            lines += [("# " + line).rstrip() for line in example.split("\n")]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
