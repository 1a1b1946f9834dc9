"""The canonical form of a protocol's operative text, and its fingerprint, scheme `v1` (record format, "fingerprint")."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise

from undersigned.records.protocol import OPERATIVE_FIELDS
from undersigned.records.source import PlainData, mappings

_TRAILING_SPACES = re.compile(r" +(?=\n)")
#: What helps to read a clause and is not signed.
_READING_AIDS = frozenset({"in_short"})
_PARTY_FIELDS = ("organisation", "role", "capacity", "group", "signs", "mappa_role")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
#: The leaves that are not text, by the field that holds them. A test compares this with the record models.
_TYPED: dict[tuple[str, ...], str] = {
    ("parties", "signs"): "yes-no",
    ("forms", "*", "sections", "fields", "required"): "yes-no",
    ("review", "interval_months"): "whole",
}
_PREFIXES = frozenset(path[:length] for path in _TYPED for length in range(1, len(path)))


def operative_text(data: Mapping[str, PlainData], forms: Mapping[str, PlainData]) -> dict[str, PlainData]:
    """The operative fields of `data` (a protocol's, or the `text` of a version) with `forms` by id, in canonical form.

    Text in NFC, lines ended by LF and without trailing spaces, trimmed; what is empty left out at any depth; data items
    spelled out in the flows; parties sorted by organisation.
    """
    named = {id_: item for item in mappings(data.get("data_items")) if isinstance(id_ := item.get("id"), str)}
    chosen: dict[str, PlainData] = {}
    for field in OPERATIVE_FIELDS:
        value: PlainData = dict(forms) if field == "forms" else data.get(field)
        if field == "parties":
            value = [{key: party[key] for key in _PARTY_FIELDS if key in party} for party in mappings(value)]
        elif field == "flows":
            value = [_with_items(flow, named) for flow in mappings(value)]
        elif field == "clauses":
            value = [{key: clause[key] for key in clause if key not in _READING_AIDS} for clause in mappings(value)]
        canonical = _canonical(value, (field,))
        if canonical is not None:
            chosen[field] = canonical
    if "parties" in chosen:
        parties = mappings(chosen["parties"])
        chosen["parties"] = [*sorted(parties, key=lambda party: str(party.get("organisation", "")))]
    return chosen


def with_reading_aids(text: Mapping[str, PlainData], data: Mapping[str, PlainData]) -> dict[str, PlainData]:
    """Returns an operative text with the reading aids that `data`, of which it was made, has for its clauses."""
    aids = {clause.get("id"): clause for clause in mappings(data.get("clauses"))}
    clauses: list[PlainData] = [
        {**clause, **{key: aids[clause["id"]][key] for key in _READING_AIDS if key in aids.get(clause.get("id"), {})}}
        for clause in mappings(text.get("clauses"))
    ]
    return {**text, **({"clauses": clauses} if clauses else {})}


def canonical_json(text: Mapping[str, PlainData]) -> str:
    """Keys sorted, no spaces, non-ASCII kept."""
    return json.dumps(text, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint_of(text: Mapping[str, PlainData]) -> str:
    """`v1:sha256:` and 64 hexadecimal digits. `text` is what `operative_text` returns."""
    return "v1:sha256:" + hashlib.sha256(canonical_json(text).encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint_of_document(sha256: str) -> str:
    """The fingerprint of a version whose words are not entered: `d1` and the SHA-256 of the file of its document."""
    return f"d1:sha256:{sha256}"


#: The SHA-256 of a file without content.
_OF_NOTHING = hashlib.sha256(b"").hexdigest()
#: No digest of a file has so few different characters, or so many neighbours that are equally far apart: the chance is
#: below one in a hundred thousand million.
_FEWEST_DIFFERENT = 7
_MOST_STEPS = 26


def is_made_up(digest: str) -> bool:
    """Whether 64 hexadecimal digits are not the SHA-256 of anything: zeros, a pattern, counted digits, an empty file."""
    if digest == _OF_NOTHING or len(set(digest)) < _FEWEST_DIFFERENT:
        return True
    if any(digest == (digest[:period] * len(digest))[: len(digest)] for period in range(1, len(digest) // 2 + 1)):
        return True
    steps = [(int(later, 16) - int(digit, 16)) % 16 for digit, later in pairwise(digest)]
    return max(steps.count(step) for step in set(steps)) > _MOST_STEPS


def canonical_prose(text: str) -> str:
    """One text as the fingerprint sees it."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if " \n" in text:
        text = _TRAILING_SPACES.sub("", text)
    return text.strip()


def _with_items(flow: dict[str, PlainData], named: Mapping[str, dict[str, PlainData]]) -> dict[str, PlainData]:
    items = flow.get("items")
    if not isinstance(items, list):
        return flow
    spelled = [
        {key: value for key, value in named[item].items() if key != "id"}
        if isinstance(item, str) and item in named
        else item
        for item in items
    ]
    return {**flow, "items": spelled}


def _canonical(value: PlainData, path: tuple[str, ...] | None) -> PlainData:
    """None for what is empty. `path` is None below anything that holds only text."""
    if path is None or (path not in _PREFIXES and path not in _TYPED):
        return _canonical_text(value)
    if isinstance(value, dict):
        out: dict[str, PlainData] = {}
        for key, inner in value.items():
            canonical = _canonical(inner, _below(path, key))
            if canonical is not None:
                out[key] = canonical
        return out or None
    if isinstance(value, list):
        items: list[PlainData] = [canonical for item in value if (canonical := _canonical(item, path)) is not None]
        return items or None
    if path in _TYPED and isinstance(value, str) and value.strip():
        return _typed(value, _TYPED[path])
    return _canonical_text(value)


def _canonical_text(value: PlainData) -> PlainData:
    """The same where nothing is typed: most of a protocol, so kept short."""
    if isinstance(value, str):
        return canonical_prose(value) or None
    if isinstance(value, dict):
        return {key: inner for key, held in value.items() if (inner := _canonical_text(held)) is not None} or None
    if isinstance(value, list):
        return [inner for held in value if (inner := _canonical_text(held)) is not None] or None
    return value


def _below(path: tuple[str, ...], key: str) -> tuple[str, ...] | None:
    for step in ((*path, key), (*path, "*")):
        if step in _TYPED or step in _PREFIXES:
            return step
    return None


def _typed(value: str, kind: str) -> PlainData:
    if kind == "yes-no":
        return _YES_NO.get(value, value)
    return int(value) if value.isascii() and value.isdigit() else value
