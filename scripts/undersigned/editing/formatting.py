"""Puts records in canonical order and style, and fills in missing fingerprints. Values are moved; only what was pasted is mended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

import yaml
from pydantic import BaseModel

from undersigned.editing.atomic import write_bytes
from undersigned.editing.mending import mended
from undersigned.editing.reorder import in_order, last_line
from undersigned.records.fields import FINGERPRINT, Authored
from undersigned.records.fingerprint import fingerprint_of, operative_text
from undersigned.records.for_people import ForPeople
from undersigned.records.form import Form
from undersigned.records.law import LawState
from undersigned.records.names import FOR_PEOPLE
from undersigned.records.organisation import Organisation
from undersigned.records.outcome import Outcome
from undersigned.records.protocol import Protocol
from undersigned.records.provision import AreaProvision, Provision
from undersigned.records.reading import Record, read_record
from undersigned.records.review import Review
from undersigned.records.signature import SigningRecord
from undersigned.records.source import KeyPath, PlainData, Source, list_of, mapping_of, text_of
from undersigned.register import Register

_IN_PROTOCOL: dict[str, type[Authored]] = {"forms": Form, "reviews": Review, "outcomes": Outcome}


@dataclass(frozen=True)
class FmtResult:
    """Paths relative to the root: records that changed (or would change), and records left alone because of faults."""

    changed: tuple[str, ...]
    unreadable: tuple[str, ...]


def fmt(register: Register, paths: Sequence[str] | None = None, *, check: bool = False) -> FmtResult:
    """Formats every record, or those at or under `paths` (relative to the root, with `/`). `check`: writes nothing.

    Comments and the order of lists are kept, and no fingerprint changes. Versions are never touched.
    """
    changed: list[str] = []
    unreadable: list[str] = []
    for path in sorted(register.files.contents):
        model = model_of(path)
        if model is None or (paths is not None and not any(path == p or path.startswith(p + "/") for p in paths)):
            continue
        raw = register.files.contents[path]
        formatted = format_record(register, path, raw, model)
        if formatted is None:
            unreadable.append(path)
        elif formatted != raw:
            changed.append(path)
            if not check:
                write_bytes(register.root, path, formatted)
    return FmtResult(tuple(changed), tuple(unreadable))


def format_record(register: Register, path: str, raw: bytes, model: type[Authored]) -> bytes | None:
    """Returns the formatted record, or None if it has faults that cannot be mended safely."""
    if not raw.isascii() or b"o " in raw:
        raw = mended(path, raw, model, stamped=_is_stamped(register, path, model))
    return arrange(path, raw, model, dict(_missing_fingerprints(register, path, raw, model)))


def _is_stamped(register: Register, path: str, model: type[Authored]) -> bool:
    """Returns whether the words of a record are those of a version that was agreed."""
    folder = register.protocol(path.split("/")[1]) if model in (Protocol, Form) else None
    if folder is None or not folder.versions:
        return False
    stamps = {record.value.fingerprint for record in folder.versions.values() if record.value is not None}
    return not folder.readable or folder.working_fingerprint in stamps


def model_of(path: str) -> type[Authored] | None:
    """Returns the kind of record at a path; None for a version, which nobody edits, and for other files."""
    match path.split("/"):
        case ["protocols", _, "protocol.yaml"]:
            return Protocol
        case ["protocols", _, name] if name == FOR_PEOPLE:
            return ForPeople
        case ["protocols", _, folder, _]:
            return _IN_PROTOCOL.get(folder)
        case ["law", _]:
            return LawState
        case ["provision", _, "area.yaml"]:
            return AreaProvision
        case ["provision", _, _]:
            return Provision
        case ["signatories", _, "organisation.yaml"]:
            return Organisation
        case ["signatories", _, _]:
            return SigningRecord
        case _:
            return None


def _missing_fingerprints(
    register: Register, path: str, raw: bytes, model: type[Authored]
) -> Iterator[tuple[KeyPath, str]]:
    """Yields the path of each signature, review or page for people that lacks a fingerprint, with the fingerprint of its version."""
    if model not in (SigningRecord, Review, ForPeople) or b"version" not in raw:
        return
    data = Source(path, raw).data
    protocol = path.split("/")[1] if model is not SigningRecord else path.rsplit("/", 1)[1].removesuffix(".yaml")
    entries: list[tuple[KeyPath, PlainData]] = [((), data)]
    if model is SigningRecord:
        entries = [(("signatures", index), one) for index, one in enumerate(list_of(data.get("signatures")))]
    for place, entry in ((place, mapping_of(entry)) for place, entry in entries):
        version = text_of(entry.get("version"))
        if version and "fingerprint" not in entry:
            fingerprint = _fingerprint(register, protocol, version)
            if fingerprint is not None:
                yield place, fingerprint


def _fingerprint(register: Register, protocol: str, version: str) -> str | None:
    """Returns a version's fingerprint; None if it is unknown or does not match the version's text."""
    folder = register.protocol(protocol)
    record = folder.versions.get(version) if folder is not None else None
    if folder is None or record is None or not record.clean or record.value is None:
        return None
    given = record.value.fingerprint
    return (
        given
        if given is not None and FINGERPRINT.match(given) and folder.fingerprint_of_text(version) in (None, given)
        else None
    )


#: The path of a signature or review in its record, and the fingerprint to fill in.
Missing = Mapping[KeyPath, str]

_YES_NO = {"true": "yes", "false": "no"}
#: A colon and an empty value, which may be written as "", ~ or null.
_EMPTY_VALUE = re.compile(r"""\s*:(?:\s*(?:""|''|~|null\b))?""")
_WORD = re.compile(r"[^\s{},\[\]]+")


def arrange(path: str, raw: bytes, model: type[Authored], missing: Missing) -> bytes | None:
    """Returns the record in canonical order and style, with its `missing` fingerprints filled in.

    Returns None if the record has faults, or if formatting would change more than order and style.
    """
    before = read_record(path, raw, model)
    if not before.clean:
        return None
    lines = before.source.text.replace("\r\n", "\n").split("\n")
    lines = _with_fingerprints(lines, Source(path, _joined(lines)), missing)
    filled = read_record(path, _joined(lines), model)
    if not filled.clean or not _only_filled(before.source.lines, lines, missing):
        return None
    # Try order and style, then each alone, then neither; keep the first that loses nothing.
    for ordered, tidied in ((True, True), (True, False), (False, True), (False, False)):
        attempt = _yes_and_no(lines, _tree(path, lines), model)
        if ordered:
            attempt = in_order(attempt, _tree(path, attempt), model)
        if tidied:
            attempt = _tidy(attempt, _tree(path, attempt))
        if _joined(attempt) == raw:
            return raw
        after = read_record(path, _joined(attempt), model)
        if after.clean and _same(filled, after) and _spelled(lines) == _spelled(attempt):
            return _joined(attempt)
    return None


def _joined(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def _tree(path: str, lines: list[str]) -> yaml.Node | None:
    return Source(path, _joined(lines)).tree()


def _same(before: Record[Authored], after: Record[Authored]) -> bool:
    """Returns whether both have the same values and the same fingerprint."""
    return before.value == after.value and _as_signed(before) == _as_signed(after)


def _as_signed(record: Record[Authored]) -> str:
    """Returns the fingerprint of the operative part."""
    data = record.source.data
    return fingerprint_of(
        operative_text({}, {"form": data}) if isinstance(record.value, Form) else operative_text(data, {})
    )


def _words(lines: list[str]) -> Counter[str]:
    return Counter(word for line in lines for word in _WORD.findall(line))


def _only_filled(before: list[str], after: list[str], missing: Missing) -> bool:
    """Returns whether the change only added fingerprints and removed empty values."""
    came, went = _words(after) - _words(before), _words(before) - _words(after)
    wanted = Counter(f'"{fingerprint}"' for fingerprint in missing.values())
    return came - Counter({"fingerprint:": len(missing)}) == wanted and not set(went) - {'""', "''", "~", "null"}


def _spelled(lines: list[str]) -> Counter[str]:
    """Counts every word, comments included, except list dashes and true or false."""
    words = Counter(
        {word: count for word, count in _words(lines).items() if word not in _YES_NO and word not in _YES_NO.values()}
    )
    del words["-"]
    return words


# -- fingerprints ---------------------------------------------------------------------------------------------------


def _with_fingerprints(lines: list[str], source: Source, missing: Missing) -> list[str]:
    """Adds a line `fingerprint: "…"` after each `version` that lacks one; inside curly brackets, on the same line."""
    lines = list(lines)
    edits: list[tuple[int, int, str]] = []
    for path, fingerprint in missing.items():
        node = source.tree(*path)
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, _ in node.value:
            if key.value == "fingerprint":  # the key is there, without a value
                edits.append((key.end_mark.line, key.end_mark.column, f': "{fingerprint}"'))
                break
        else:
            key, value = next((k, v) for k, v in node.value if k.value == "version")
            if node.flow_style:
                edits.append((value.end_mark.line, value.end_mark.column, f', fingerprint: "{fingerprint}"'))
            else:
                edits.append((value.end_mark.line, -1, f'\n{" " * key.start_mark.column}fingerprint: "{fingerprint}"'))
    for line, column, text in sorted(edits, reverse=True):
        at = len(lines[line]) if column == -1 else column
        before, after = lines[line][:at], lines[line][at:]
        if text.startswith(":"):
            after = _EMPTY_VALUE.sub("", after, count=1)
        lines[line : line + 1] = (before + text + after).split("\n")
    return lines


# -- yes and no -----------------------------------------------------------------------------------------------------


def _yes_and_no(lines: list[str], root: yaml.Node | None, model: type[Authored]) -> list[str]:
    """Writes `yes` for `true` and `no` for `false` in yes/no fields."""
    lines = list(lines)
    found = [
        node
        for name, node in _scalars(root, None)
        if name in _yes_no_fields(model) and not node.style and node.value in _YES_NO
    ]
    for node in sorted(found, key=lambda node: (node.start_mark.line, node.start_mark.column), reverse=True):
        start, end = node.start_mark, node.end_mark
        if start.line == end.line:
            line = lines[start.line]
            lines[start.line] = line[: start.column] + _YES_NO[node.value] + line[end.column :]
    return lines


def _scalars(node: yaml.Node | None, name: str | None) -> Iterator[tuple[str | None, yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode):
        yield name, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, key.value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, None)


@cache
def _yes_no_fields(model: type[BaseModel]) -> frozenset[str]:
    """Returns the names of all yes/no fields, at any depth."""
    found: set[str] = set()
    for name, info in model.model_fields.items():
        annotations = [info.annotation]
        for annotation in annotations:
            annotations.extend(get_args(annotation))
            if annotation is bool:
                found.add(info.alias or name)
            elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
                found |= _yes_no_fields(annotation)
    return frozenset(found)


# -- style ----------------------------------------------------------------------------------------------------------


def _tidy(lines: list[str], root: yaml.Node | None) -> list[str]:
    """Removes trailing spaces outside texts, and empty lines at both ends of the file."""
    inside: set[int] = set()
    for _, node in _scalars(root, None):
        last = last_line(node)
        inside.update(
            range(
                node.start_mark.line + 1 if node.style in ("|", ">") else node.start_mark.line,
                last + (node.style in ("|", ">")),
            )
        )
    tidied = [line if index in inside else line.rstrip(" \t") for index, line in enumerate(lines)]
    while len(tidied) > 1 and not tidied[-1].strip():
        tidied.pop()
    while len(tidied) > 1 and not tidied[0].strip():
        tidied.pop(0)
    return [*tidied, ""]
