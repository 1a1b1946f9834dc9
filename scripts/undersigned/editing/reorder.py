"""Reorders mappings by moving lines or parts of a line. Each entry keeps the comments above it; no value is rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from undersigned.editing.yaml_write import key_order
from undersigned.records.fields import Authored
from undersigned.records.source import KeyPath


def in_order(lines: list[str], root: yaml.Node | None, model: type[Authored]) -> list[str]:
    """Returns the lines of a record, whose tree is `root`, with every mapping in the order of the models.

    A part that cannot be cut safely keeps its order; the caller compares the values of the two texts.
    """
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return lines
    return _Arrangement(_flow_in_order(lines, root, model), model).whole(root)


@dataclass(frozen=True)
class _Entry:
    """One entry of a mapping: the empty lines and comments above it, and its own lines, the first without indent."""

    key: str
    gap: list[str]
    comments: list[str]
    body: list[str]


class _Arrangement:
    """Reorders the block mappings of one file."""

    def __init__(self, lines: list[str], model: type[Authored]) -> None:
        self._lines = lines
        self._model = model

    def whole(self, root: yaml.MappingNode) -> list[str]:
        first = root.value[0][0].start_mark.line
        # A comment at the head of the file is about the file; after an empty line, it is about the first field.
        head = next((index + 1 for index in range(first - 1, -1, -1) if not self._lines[index].strip()), first)
        return [*self._lines[:head], *self._mapping(root, (), head, len(self._lines))]

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, start: int, end: int) -> list[str]:
        keys = [key for key, _ in node.value]
        column = keys[0].start_mark.column
        firsts = [key.start_mark.line for key in keys]
        prefix = self._lines[firsts[0]][:column]
        if prefix.strip(" -") or any(self._lines[line][:column].strip() for line in firsts[1:]):
            return self._lines[start:end]  # an unusual layout: leave it alone
        leads = [start]
        for (_, value), following in zip(node.value, firsts[1:], strict=False):
            leads.append(self._lead_start(value, following, column))
        stop = self._lead_start(node, end, column)
        entries: list[_Entry] = []
        for (key, value), lead, first, last in zip(node.value, leads, firsts, [*leads[1:], stop], strict=True):
            below = self._render(value, (*path, key.value), first + 1, last)
            above = self._lines[lead:first]
            empty = next((index for index, line in enumerate(above) if line.strip()), len(above))
            entries.append(_Entry(key.value, above[:empty], above[empty:], [self._lines[first][column:], *below]))
        return [*self._joined(entries, path, prefix), *self._lines[stop:end]]

    def _joined(self, entries: list[_Entry], path: KeyPath, prefix: str) -> list[str]:
        order = {name: index for index, name in enumerate(key_order(self._model, path))}
        arranged = sorted(entries, key=lambda entry: order.get(entry.key, len(order)))
        top, was_top = arranged[0], entries[0]
        out: list[str] = []
        for entry in arranged:
            # Empty lines stay between entries: the entry that moves to the top hands its own on.
            gap = was_top.gap if entry is top else top.gap if entry is was_top else entry.gap
            if entry is top and prefix.strip():  # a list's dash is in front, so the comments go above it
                indent = prefix[: len(prefix) - len(prefix.lstrip())]
                out += [
                    *gap,
                    *(indent + line.strip() for line in entry.comments),
                    prefix + entry.body[0],
                    *entry.body[1:],
                ]
            else:
                out += [*gap, *entry.comments, " " * len(prefix) + entry.body[0], *entry.body[1:]]
        return out

    def _sequence(self, node: yaml.SequenceNode, path: KeyPath, start: int, end: int) -> list[str]:
        column = node.start_mark.column
        dashes: list[int] = []
        for item in node.value:
            line = item.start_mark.line
            while line >= start and self._lines[line][column : column + 1] != "-":
                line -= 1
            if line < start or (dashes and line <= dashes[-1]) or self._lines[line][:column].strip():
                return self._lines[start:end]
            dashes.append(line)
        leads = [dashes[0]]
        for item, following in zip(node.value, dashes[1:], strict=False):
            leads.append(self._lead_start(item, following, column))
        stop = self._lead_start(node, end, column)
        out = self._lines[start : dashes[0]]
        for index, (item, dash, lead, last) in enumerate(
            zip(node.value, dashes, leads, [*leads[1:], stop], strict=True)
        ):
            out += [*self._lines[lead:dash], *self._render(item, (*path, index), dash, last)]
        return [*out, *self._lines[stop:end]]

    def _render(self, node: yaml.Node, path: KeyPath, start: int, end: int) -> list[str]:
        """Returns the lines from `start` up to `end`, which hold only `node`, in order."""
        if (
            isinstance(node, yaml.CollectionNode)
            and not node.flow_style
            and node.value
            and node.start_mark.line >= start
        ):
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path, start, end)
            if isinstance(node, yaml.SequenceNode):
                return self._sequence(node, path, start, end)
        return self._lines[start:end]

    def _lead_start(self, node: yaml.Node, end: int, column: int) -> int:
        """Returns the line after `node` where the next entry begins: its empty lines and its comments, no deeper than it."""
        lead = start = self._content_end(node)
        for index in range(start, end):
            line = self._lines[index]
            if line.lstrip().startswith("#"):
                if len(line) - len(line.lstrip()) <= column:
                    break
                lead = index + 1
        return lead

    def _content_end(self, node: yaml.Node) -> int:
        """Returns the line after the end of `node`, without the empty lines after a block of text."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            node = last[1] if isinstance(last, tuple) else last
        end = last_line(node) + 1
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            header = self._lines[node.start_mark.line][node.start_mark.column :].split("#")[0]
            while "+" not in header and end > node.start_mark.line + 1 and not self._lines[end - 1]:
                end -= 1
        return end


def last_line(node: yaml.Node) -> int:
    """Returns the last line of a scalar or bracketed value; libyaml ends a block of text where the next value begins."""
    end = node.end_mark
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and end.column == 0:
        return max(int(node.start_mark.line), int(end.line) - 1)
    return int(end.line)


# -- mappings in curly brackets -------------------------------------------------------------------------------------


def _flow_in_order(lines: list[str], root: yaml.Node, model: type[Authored]) -> list[str]:
    """Reorders entries in curly brackets on one line. Every line keeps its length, so places stay valid."""
    lines = list(lines)
    for node, path in _outermost_flows(root, ()):
        start, end = node.start_mark, node.end_mark
        if start.line == end.line:
            line = lines[start.line]
            lines[start.line] = line[: start.column] + _flow_text(line, node, path, model) + line[end.column :]
    return lines


def _outermost_flows(node: yaml.Node, path: KeyPath) -> Iterator[tuple[yaml.Node, KeyPath]]:
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        yield node, path
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _outermost_flows(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _outermost_flows(item, (*path, index))


def _flow_text(line: str, node: yaml.Node, path: KeyPath, model: type[Authored]) -> str:
    start, end = node.start_mark.column, node.end_mark.column
    if not isinstance(node, yaml.CollectionNode) or not node.value:
        return line[start:end]
    out, at = "", start
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            out += line[at : item.start_mark.column] + _flow_text(line, item, (*path, index), model)
            at = item.end_mark.column
        return out + line[at:end]
    entries = [
        (
            key.value,
            line[key.start_mark.column : value.start_mark.column] + _flow_text(line, value, (*path, key.value), model),
        )
        for key, value in node.value
    ]
    order = {name: index for index, name in enumerate(key_order(model, path))}
    arranged = sorted(entries, key=lambda entry: order.get(entry[0], len(order)))
    for (key, value), (_, text) in zip(node.value, arranged, strict=True):
        out += line[at : key.start_mark.column] + text
        at = value.end_mark.column
    return out + line[at:end]
