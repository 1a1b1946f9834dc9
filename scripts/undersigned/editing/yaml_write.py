"""Writes plain data as YAML that people can read: fields in the order of the models, comments for what is not known."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import yaml
from yaml.emitter import ScalarAnalysis

from undersigned.records.fields import Authored, Month
from undersigned.records.protocol import KEY_ORDER, Protocol
from undersigned.records.reading import field_names
from undersigned.records.schema import help_of, values_of
from undersigned.records.source import KeyPath, PlainData, mapping_of
from undersigned.records.version import Version

#: A model that extends another lists its own fields last, but people look for these first.
_FIRST: dict[str, tuple[str, ...]] = {
    "flows": ("id", "title", "from", "to", "when", "regime", "receives_under"),
    "law_differs": ("for",),
    "data_items": ("id",),
}


def key_order(model: type[Authored], path: KeyPath) -> tuple[str, ...]:
    """Returns the fields of the mapping at `path` of a record, in order; empty if its keys are free."""
    return _key_order(model, tuple("*" if isinstance(part, int) else part for part in path))


@cache
def _key_order(model: type[Authored], path: tuple[str, ...]) -> tuple[str, ...]:
    if model is Protocol and not path:
        return KEY_ORDER
    names = field_names(model, path)
    first = _FIRST.get(path[-2], ()) if len(path) > 1 and path[-1] == "*" else ()
    return (*(name for name in first if name in names), *(name for name in names if name not in first))


_TEXT = "tag:yaml.org,2002:str"
_FLOW_WIDTH = 96
#: A block of text can hold these characters; others (tabs, unusual line ends, invisible characters) need quotes.
_PLAIN_BLOCK = re.compile("[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*\\Z")


class Quoted(str):
    """Text that is always written in double quotes."""

    __slots__ = ()


class _Short(dict):  # type: ignore[type-arg]
    """A mapping written on one line."""


class _ShortList(list):  # type: ignore[type-arg]
    """A list written on one line."""


_ANALYSED: dict[str, ScalarAnalysis] = {}
_MOST_ANALYSED = 5_000


class _Dumper(yaml.SafeDumper):
    """PyYAML's own writer with its lists indented as people indent them."""

    blocks = True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def choose_scalar_style(self) -> str:
        style = super().choose_scalar_style()
        return '"' if style == "'" else style  # one kind of quotes, as people write them

    def ignore_aliases(self, data: object) -> bool:
        return True

    def analyze_scalar(self, scalar: str) -> ScalarAnalysis:
        """The same as in PyYAML, once for each text: names of fields, ids and days come again and again."""
        if scalar not in _ANALYSED:
            if len(_ANALYSED) > _MOST_ANALYSED:
                _ANALYSED.clear()
            _ANALYSED[scalar] = super().analyze_scalar(scalar)
        return _ANALYSED[scalar]


class _QuotingDumper(_Dumper):
    """Writes every text in quotes, for texts that a block cannot hold."""

    blocks = False


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if not dumper.blocks or not _PLAIN_BLOCK.match(text):
        style: str | None = '"'
    elif "\n" in text and not text[0].isspace():
        text, style = text.rstrip("\n") + "\n", "|"
    else:
        style = None if "\n" not in text and _reads_as_text(dumper, text) else '"'
    return dumper.represent_scalar(_TEXT, text, style=style)


def _reads_as_text(dumper: _Dumper, text: str) -> bool:
    """Returns whether a YAML reader takes it for text without quotes; it does not for 1.0, 2026-05-01, yes or null."""
    return bool(dumper.resolve(yaml.ScalarNode, text, (True, False)) == _TEXT)  # type: ignore[no-untyped-call]


def _quoted(dumper: _Dumper, text: Quoted) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT, str(text), style='"')


def _month(dumper: _Dumper, month: Month) -> yaml.Node:
    return dumper.represent_scalar(_TEXT, str(month))


def _yes_no(dumper: _Dumper, value: bool) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if value else "no")


def _mapping(dumper: _Dumper, value: Mapping[str, PlainData]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=False)


def _short_mapping(dumper: _Dumper, value: Mapping[str, PlainData]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


def _short_list(dumper: _Dumper, value: list[PlainData]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


for _kind in (_Dumper, _QuotingDumper):
    _kind.add_representer(str, _text)
    _kind.add_representer(Quoted, _quoted)
    _kind.add_representer(bool, _yes_no)
    _kind.add_representer(Month, _month)
    _kind.add_representer(dict, _mapping)
    _kind.add_representer(_Short, _short_mapping)
    _kind.add_representer(_ShortList, _short_list)


def render_yaml(
    data: Mapping[str, PlainData], model: type[Authored], path: KeyPath = (), *, quoted: bool = False
) -> str:
    """Returns the mapping at `path` of a record as YAML text, in block style.

    `quoted`: writes every text in double quotes, for texts that a block cannot hold exactly.
    """
    arranged = mapping_of(_arranged(dict(data), model, path))
    return yaml.dump(
        dict(arranged),
        Dumper=_QuotingDumper if quoted else _Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=2**31,
        default_flow_style=False,
    )


def render_inline(value: PlainData, model: type[Authored], path: KeyPath) -> str:
    """Returns the value at `path` of a record on one line, to follow a colon or go inside brackets."""
    listed = _ShortList([_inline(_arranged(value, model, path))])
    said = yaml.dump(listed, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**31)
    return said.strip()[1:-1]


def _inline(value: PlainData) -> PlainData:
    if isinstance(value, dict):
        return _Short({name: _inline(part) for name, part in value.items()})
    return _ShortList([_inline(part) for part in value]) if isinstance(value, list) else value


def _arranged(value: PlainData, model: type[Authored], path: KeyPath) -> PlainData:
    """Orders keys as the models do, and marks short values to be written on one line."""
    if isinstance(value, dict):
        order = {name: index for index, name in enumerate(key_order(model, path))}
        names = sorted(value, key=lambda name: order.get(name, len(order)))
        arranged = {name: _arranged(value[name], model, (*path, name)) for name in names}
        in_list = bool(path) and isinstance(path[-1], int)
        return _Short(arranged) if in_list and _fits(arranged) else arranged
    if isinstance(value, list):
        items = [_arranged(item, model, (*path, index)) for index, item in enumerate(value)]
        return _ShortList(items) if all(_is_word(item) for item in items) and _fits_list(items) else items
    return value


def _is_word(value: PlainData) -> bool:
    return isinstance(value, str | int) and "\n" not in str(value) and len(str(value)) <= 40


def _fits(mapping: Mapping[str, PlainData]) -> bool:
    if not all(isinstance(value, str | int) and "\n" not in str(value) for value in mapping.values()):
        return False
    return sum(len(name) + len(str(value)) + 4 for name, value in mapping.items()) <= _FLOW_WIDTH


def _fits_list(items: list[PlainData]) -> bool:
    return sum(len(str(item)) + 2 for item in items) <= _FLOW_WIDTH


_WIDTH = 110


def comment(text: str, indent: int = 0) -> list[str]:
    """Returns `text` as comment lines."""
    before = " " * indent + "# "
    return [
        before + line
        for line in textwrap.wrap(text, _WIDTH - len(before), break_on_hyphens=False, break_long_words=False)
    ]


def render_commented(
    model: type[Authored],
    data: Mapping[str, PlainData],
    *,
    examples: Mapping[str, str],
    leave_out: frozenset[str] = frozenset(),
    written: Mapping[str, Callable[[], list[str]]] | None = None,
) -> str:
    """Returns every field in order with its meaning above it; a field without a value becomes a comment with an example.

    `examples`: YAML for fields without a value. `leave_out`: fields to omit unless they have a value.
    `written`: functions that write the lines of some fields instead.
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


def render_version(facts: Mapping[str, str | date], text: Mapping[str, PlainData], *, quoted: bool = False) -> str:
    """Returns the YAML of a version file. `facts` excludes the text; `text` is what `operative_text` returns.

    `quoted`: writes every text in double quotes, for texts that a block cannot hold exactly.
    """
    whole: dict[str, PlainData] = {
        name: Quoted(value) if name == "fingerprint" else value for name, value in facts.items()
    }
    return render_yaml({**whole, "text": dict(text)}, Version, quoted=quoted)
