"""What `fmt` mends of text that was pasted: marks of lists, spaces of the web, and quotation marks around a value of a list.

Only what cannot mean anything else is changed, and every other byte stays. A text that somebody may have signed is left
as it is: its words would then differ from those that were stamped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from undersigned.editing.reorder import last_line
from undersigned.records.fields import Authored
from undersigned.records.reading import Record, read_record
from undersigned.records.slips import BULLETS, ODD_SPACES
from undersigned.records.source import PlainData

_ODD_SPACE = re.compile(f"[{ODD_SPACES}]")
_DASHES = "–—−"
_SURE = "".join(mark for mark in BULLETS if mark not in _DASHES) + "\uf0a7\uf0b7"
#: The mark of an item, and its words. A dash and a small o are marks only in a row of items.
_ITEM = re.compile(
    rf"(?P<indent>[ \t]*)(?P<mark>[{_SURE}]|[{_DASHES}](?=\s)|o(?=\s))[ \t{ODD_SPACES}]*(?P<words>\S.*)\Z"
)
_QUOTES = "“”„‟‘’«»\"'"
_LONG_DASH = re.compile("[‐‑‒–—−]")
_NOT_LETTERS = re.compile(r"[\W_]|(?m:^\s*o\s)")
_MOST_ROUNDS = 50


def mended(path: str, raw: bytes, model: type[Authored], *, stamped: bool) -> bytes:
    """Returns the record with what is safe to mend. `stamped`: its words are those of a version, so they stay."""
    before = read_record(path, raw, model)
    if before.clean and stamped:
        return raw
    best, found = raw, before
    attempts = (_with_plain_values,) if stamped else (_with_plain_values, _with_plain_spaces, _with_hyphens)
    for _ in range(_MOST_ROUNDS):
        for attempt in attempts:
            text = attempt(found)
            after = read_record(path, text.encode(), model) if text is not None else None
            if text is not None and after is not None and _is_better(found, after):
                best, found = text.encode(), after
                break
        else:
            break
    return best


def _is_better(before: Record[Authored], after: Record[Authored]) -> bool:
    """Whether nothing but marks and spaces changed in a record that reads, or there are fewer faults in one that does not."""
    if before.clean:
        return after.clean and _letters(before.source.data) == _letters(after.source.data)
    return len(after.findings) < len(before.findings)


def _letters(data: PlainData) -> PlainData:
    """The same without anything but letters and figures in its texts, and without the small o that begins an item."""
    if isinstance(data, str):
        return _NOT_LETTERS.sub("", data)
    if isinstance(data, dict):
        return {key: _letters(value) for key, value in data.items()}
    return [_letters(item) for item in data] if isinstance(data, list) else data


# -- values of closed lists -----------------------------------------------------------------------------------------


def _with_plain_values(record: Record[Authored]) -> str | None:
    """The text with the first faulty value of a closed list in plain characters; None if there is none to mend."""
    lines = list(record.source.lines)
    for finding in record.findings:
        if finding.code != "unknown-value" or finding.place.line > len(lines):
            continue
        line = lines[finding.place.line - 1]
        start = finding.place.column - 1
        match = re.match(rf"[{_QUOTES}]*(?P<value>[^\s,\[\]{{}}{_QUOTES}#:]+)[{_QUOTES}]*", line[start:])
        if match is None:
            continue
        plain = _LONG_DASH.sub("-", match["value"])
        if plain != match[0] and re.fullmatch(r"[a-z0-9-]+", plain):
            lines[finding.place.line - 1] = line[:start] + plain + line[start + match.end() :]
            return _joined(record, lines)
    return None


# -- spaces and marks -----------------------------------------------------------------------------------------------


def _with_plain_spaces(record: Record[Authored]) -> str | None:
    text = record.source.text
    return _ODD_SPACE.sub(" ", text) if _ODD_SPACE.search(text) else None


def _with_hyphens(record: Record[Authored]) -> str | None:
    """The text with a hyphen before each item of its lists; None if no other mark is there."""
    lines = list(record.source.lines)
    for first, last in _blocks_of_text(record):
        lines[first : last + 1] = _items_with_hyphens(lines[first : last + 1])
    if not record.source.parsed or record.findings:
        lines = [_item_of_yaml(line) for line in lines]
    return _joined(record, lines) if lines != list(record.source.lines) else None


def _item_of_yaml(line: str) -> str:
    match = _ITEM.match(line)
    return f"{match['indent']}- {match['words']}" if match and match["mark"] in _SURE else line


def _items_with_hyphens(lines: list[str]) -> list[str]:
    """A small o after another mark is Word's second level, so it goes two spaces further in."""
    found = [_ITEM.match(line) for line in lines]
    out: list[str] = []
    for place, (line, match) in enumerate(zip(lines, found, strict=True)):
        if match is None:
            out.append(line)
            continue
        near = [other for other in (found[place - 1] if place else None, *found[place + 1 : place + 2]) if other]
        if match["mark"] in _SURE or any(other["mark"] in (*_SURE, match["mark"]) for other in near):
            deeper = "  " if match["mark"] == "o" and _first_mark(found, place) in _SURE else ""
            out.append(f"{match['indent']}{deeper}- {match['words']}")
        else:
            out.append(line)
    return out


def _first_mark(found: list[re.Match[str] | None], place: int) -> str:
    """The mark of the first item in the unbroken row of items before a place."""
    while place and (before := found[place - 1]):
        place -= 1
        if before["mark"] != "o":
            return before["mark"]
    here = found[place]
    return here["mark"] if here else ""


def _blocks_of_text(record: Record[Authored]) -> Iterator[tuple[int, int]]:
    """The first and last line, counted from 0, of each text that keeps its lines."""
    waiting = [record.source.tree()] if record.source.parsed else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode) and node.style == "|":
            yield node.start_mark.line + 1, last_line(node)
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _joined(record: Record[Authored], lines: list[str]) -> str:
    return ("\r\n" if "\r\n" in record.source.text else "\n").join(lines)
