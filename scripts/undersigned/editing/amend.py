"""Changes values in an existing record. Other lines, comments included, keep every byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import yaml

from undersigned.editing import EditingError
from undersigned.editing.formatting import format_record
from undersigned.editing.reorder import last_line
from undersigned.editing.yaml_write import key_order, render_inline, render_yaml
from undersigned.records.fields import Authored
from undersigned.records.source import KeyPath, PlainData, Source, list_of, mapping_of, value_at
from undersigned.register import Register

#: A new list or mapping that would make a longer line is written in block style.
_LONGEST_LINE = 100


@dataclass(frozen=True)
class Put:
    """Sets the value at `path`: text, a day, a number, or a mapping or list of them."""

    path: KeyPath
    value: PlainData


@dataclass(frozen=True)
class Remove:
    """Takes away the field or the list's item at `path`. What is then empty goes too. No fault if it is not there."""

    path: KeyPath


@dataclass(frozen=True)
class Append:
    """Adds a mapping to the end of the list that is the field `name` of the record."""

    name: str
    value: Mapping[str, PlainData]


def amended(
    register: Register, path: str, raw: bytes, model: type[Authored], changes: Sequence[Put | Append | Remove]
) -> bytes:
    """Returns the record with these changes. Writes nothing to disk.

    A record that was formatted is formatted again, with missing fingerprints filled in. In any other, every line that is
    not changed keeps every byte.

    Raises EditingError if the record has faults, or if its layout does not allow a safe change.
    """
    given = raw
    canonical = format_record(register, path, raw, model)
    if canonical is None:
        raise EditingError(f"{path} cannot be read", "Correct what 'undersigned check' reports first.")
    for change in changes:
        before = Source(path, raw)
        if isinstance(change, Put):
            text = _put(before, model, change)
        else:
            text = _appended(before, model, change) if isinstance(change, Append) else _removed(before, model, change)
        raw = text.encode("utf-8")
        after = Source(path, raw)
        if (
            after.faults
            or _as_read(after.data) != _as_read(_expected(before.data, change))
            or _lost(before.text, after.text)
        ):
            raise EditingError(f"{path} is laid out in a way that only a person can change", "Change the file by hand.")
    formatted = format_record(register, path, raw, model)
    if formatted is None:
        raise EditingError(f"{path} would have faults after this change", "Look at the answers again.")
    return formatted if canonical == given else raw


def render_entry(value: Mapping[str, PlainData], model: type[Authored], path: KeyPath) -> list[str]:
    """Returns the lines of a mapping, its fields in order: one for each field that fits in a line or is a short value."""
    lines: list[str] = []
    for name in (name for name in key_order(model, path) if name in value):
        said = f"{name}: {render_inline(value[name], model, (*path, name))}"
        if _is_long(value[name], said):
            lines += render_yaml({name: value[name]}, model, path).rstrip("\n").split("\n")
        else:
            lines.append(said)
    return lines


def _is_long(value: PlainData, said: str) -> bool:
    """Returns whether a value is better written in block style than as `said`, on one line."""
    if isinstance(value, Mapping):
        return len(said) > _LONGEST_LINE or any(_is_long(part, "") for part in value.values())
    if isinstance(value, list):
        return len(said) > _LONGEST_LINE or any(_is_long(part, "") for part in value)
    return isinstance(value, str) and "\n" in value


def _expected(data: dict[str, PlainData], change: Put | Append | Remove) -> dict[str, PlainData]:
    data = deepcopy(data)
    if isinstance(change, Remove):
        _take_away(data, change.path)
        return data
    if isinstance(change, Append):
        data[change.name] = [*list_of(data.get(change.name)), _as_read(dict(change.value))]
        return data
    here: PlainData = data
    for part, following in pairwise(change.path):
        if isinstance(here, dict) and isinstance(part, str):
            here.setdefault(part, {} if isinstance(following, str) else [])
        here = value_at(here, (part,))
    if isinstance(here, dict):
        here[str(change.path[-1])] = _as_read(change.value)
    elif isinstance(here, list):
        here[int(change.path[-1])] = _as_read(change.value)
    return data


def _take_away(data: dict[str, PlainData], path: KeyPath) -> None:
    """Removes the value at `path` from plain data, and each mapping or list above it that is then empty."""
    for end in range(len(path), 0, -1):
        above, part = value_at(data, path[: end - 1]), path[end - 1]
        if isinstance(above, dict) and part in above:
            del above[str(part)]
        elif isinstance(above, list) and part in range(len(above)):
            del above[int(part)]
        else:
            return
        if above:
            return


def _as_read(value: PlainData) -> PlainData:
    """Returns the value as the YAML reader would: dates and numbers as text."""
    if isinstance(value, Mapping):
        return {name: _as_read(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_read(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value.strip() if isinstance(value, str) else value


def _lost(before: str, after: str) -> bool:
    """Returns whether a comment was lost."""

    def comments(text: str) -> Counter[str]:
        return Counter(line.strip() for line in text.splitlines() if line.lstrip().startswith("#"))

    return bool(comments(before) - comments(after))


def _put(source: Source, model: type[Authored], change: Put) -> str:
    node = source.tree(*change.path)
    parent = source.tree(*change.path[:-1])
    if node is None and len(change.path) > 1 and (parent is None or isinstance(parent, yaml.ScalarNode)):
        # The mapping is missing or empty: write it together with its first field.
        return _put(source, model, Put(change.path[:-1], {str(change.path[-1]): change.value}))
    lines = _lines(source)
    if node is None:
        return _new_field(source, lines, model, change)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and len(change.path) == 1:
        lines[node.start_mark.line : last_line(node) + 1] = (
            render_yaml({str(change.path[0]): change.value}, model).rstrip("\n").split("\n")
        )
        return "\n".join(lines)
    in_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    many_lines = isinstance(change.value, str) and "\n" in change.value
    if (
        isinstance(node, yaml.ScalarNode)
        and (in_block or many_lines)
        and isinstance(parent, yaml.MappingNode)
        and not parent.flow_style
    ):
        return _put_block(lines, parent, node, model, change)
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        if isinstance(parent, yaml.MappingNode) and not parent.flow_style:
            return _put_block(lines, parent, node, model, change)
        if isinstance(parent, yaml.SequenceNode) and isinstance(change.value, dict):
            return _put_item(lines, parent, node, model, change.path, change.value)
    if in_block or (isinstance(node, yaml.CollectionNode) and not node.flow_style):
        raise EditingError(f"{source.path} has a longer text or a list there", "Change the file by hand.")
    said = render_inline(change.value, model, change.path)
    start, end = node.start_mark, node.end_mark
    empty = (start.line, start.column) == (end.line, end.column)
    before, after = lines[start.line][: start.column], lines[end.line][end.column :]
    lines[start.line : end.line + 1] = [before + (" " if empty and not before.endswith(" ") else "") + said + after]
    return "\n".join(lines)


def _put_block(lines: list[str], parent: yaml.MappingNode, node: yaml.Node, model: type[Authored], change: Put) -> str:
    """Writes a longer text or a list in place of another value of a block mapping."""
    key = next(key for key, value in parent.value if value is node)
    column, first = key.start_mark.column, key.start_mark.line
    said = render_yaml({str(change.path[-1]): change.value}, model, change.path[:-1]).rstrip("\n").split("\n")
    shown = [" " * column + line if line else "" for line in said]
    shown[0] = lines[first][:column] + said[0]  # what is before it may be the dash of a list's item
    lines[first : _after(node)] = shown
    return "\n".join(lines)


def _put_item(
    lines: list[str],
    parent: yaml.SequenceNode,
    node: yaml.Node,
    model: type[Authored],
    path: KeyPath,
    value: Mapping[str, PlainData],
) -> str:
    """Writes a mapping in place of an item of a block list."""
    first = node.start_mark.line
    lines[first : _after(node)] = _dashed(render_entry(value, model, path), " " * parent.start_mark.column)
    return "\n".join(lines)


def _new_field(source: Source, lines: list[str], model: type[Authored], change: Put) -> str:
    parent = source.tree(*change.path[:-1])
    name = str(change.path[-1])
    if not isinstance(parent, yaml.MappingNode):
        raise EditingError(f"{source.path} has another kind of value there", "Change the file by hand.")
    if parent.flow_style:
        end = parent.end_mark
        line = lines[end.line]
        said = f"{name}: {render_inline(change.value, model, change.path)}"
        before = line[: end.column - 1].rstrip()
        lines[end.line] = before + (", " if parent.value else "") + said + line[end.column - 1 :]
        return "\n".join(lines)
    if len(change.path) == 1:
        listed = isinstance(change.value, list) and any(isinstance(one, Mapping) for one in change.value)
        said = f"{name}: {render_inline(change.value, model, (name,))}\n"
        if listed or _is_long(change.value, said):
            said = render_yaml({name: change.value}, model)
        return _at_end(lines, said)
    indent = " " * parent.value[0][0].start_mark.column
    said = f"{name}: {render_inline(change.value, model, change.path)}"
    entry = [said]
    if _is_long(change.value, said):
        entry = render_yaml({name: change.value}, model, change.path[:-1]).rstrip("\n").split("\n")
    lines[_after(parent) : _after(parent)] = [indent + line if line else "" for line in entry]
    return "\n".join(lines)


def _removed(source: Source, model: type[Authored], change: Remove) -> str:
    parent, path = source.tree(*change.path[:-1]), change.path
    if isinstance(parent, yaml.SequenceNode) and isinstance(path[-1], int) and 0 <= path[-1] < len(parent.value):
        return _removed_item(source, model, parent, path)
    if not isinstance(parent, yaml.MappingNode):
        return "\n".join(_lines(source))
    at = next((index for index, (key, _) in enumerate(parent.value) if key.value == path[-1]), None)
    if at is None:
        return "\n".join(_lines(source))
    if len(parent.value) == 1 and len(path) > 1 and isinstance(path[-2], str):
        return _removed(source, model, Remove(path[:-1]))
    lines = _lines(source)
    if parent.flow_style:
        here = mapping_of(value_at(source.data, path[:-1]))
        rest: PlainData = {name: value for name, value in here.items() if name != path[-1]}
        start, end = parent.start_mark, parent.end_mark
        said = render_inline(rest, model, path[:-1])
        lines[start.line : end.line + 1] = [lines[start.line][: start.column] + said + lines[end.line][end.column :]]
        return "\n".join(lines)
    key, value = parent.value[at]
    first, last = key.start_mark.line, _after(value) - 1 if value.value else key.start_mark.line
    if lines[first][: key.start_mark.column].strip():  # the first field of a list's item shares its line with the dash
        if at + 1 == len(parent.value):
            raise EditingError(f"{source.path} would have an empty item there", "Change the file by hand.")
        following = parent.value[at + 1][0].start_mark
        dash = lines[first][: key.start_mark.column]
        lines[first : following.line + 1] = [dash + lines[following.line][following.column :]]
        return "\n".join(lines)
    del lines[first : last + 1]
    return "\n".join(lines)


def _removed_item(source: Source, model: type[Authored], parent: yaml.SequenceNode, path: KeyPath) -> str:
    index = path[-1]
    if len(parent.value) == 1 and isinstance(index, int):
        return _removed(source, model, Remove(path[:-1]))
    lines = _lines(source)
    if parent.flow_style:
        here = list_of(value_at(source.data, path[:-1]))
        said = render_inline([value for at, value in enumerate(here) if at != index], model, path[:-1])
        start, end = parent.start_mark, parent.end_mark
        lines[start.line : end.line + 1] = [lines[start.line][: start.column] + said + lines[end.line][end.column :]]
        return "\n".join(lines)
    node = parent.value[index]
    del lines[node.start_mark.line : _after(node)]
    return "\n".join(lines)


def _appended(source: Source, model: type[Authored], change: Append) -> str:
    lines = _lines(source)
    node = source.tree(change.name)
    entry = render_entry(change.value, model, (change.name, 0))
    if node is None:
        return _at_end(lines, "\n".join([f"{change.name}:", *_dashed(entry, "  ")]) + "\n")
    if not isinstance(node, yaml.SequenceNode) or node.flow_style:
        if source.data.get(change.name):
            raise EditingError(f"{source.path} holds the list '{change.name}' in brackets", "Change the file by hand.")
        return _put(source, model, Put((change.name,), [dict(change.value)]))
    column, at = node.start_mark.column, _after(node)
    while at < len(lines) and lines[at].lstrip().startswith("#") and len(lines[at]) - len(lines[at].lstrip()) > column:
        at += 1  # a comment about the last item stays with it
    lines[at:at] = _dashed(entry, " " * column)
    return "\n".join(lines)


def _dashed(entry: list[str], indent: str) -> list[str]:
    return [indent + ("- " if index == 0 else "  ") + line if line else "" for index, line in enumerate(entry)]


def _lines(source: Source) -> list[str]:
    return source.text.replace("\r\n", "\n").split("\n")


def _at_end(lines: list[str], said: str) -> str:
    return "\n".join(lines).rstrip("\n") + "\n" + said


def _after(node: yaml.Node) -> int:
    """Returns the line after the end of a block mapping or list."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return last_line(node) + 1
