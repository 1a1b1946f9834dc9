"""Reads the standard protocols, flows, clauses and forms that `new --from` copies, from `standards/`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from undersigned.records.form import Form
from undersigned.records.reading import read_record
from undersigned.records.source import PlainData, Source, list_of, mapping_of, mappings, strings, text_of

#: When the law of the standards was last compared with the vocabularies, which name their sources.
LAW_CHECKED = "2026-11-30"
_FOLDER = Path(__file__).parent / "standards"


@dataclass(frozen=True)
class End:
    """A group of party that standard flows name. `kinds`: the kinds of organisation that fit."""

    id: str
    title: str
    asks: str
    kinds: tuple[str, ...]
    capacity: str
    mappa_role: str | None


@dataclass(frozen=True)
class StandardFlow:
    """A flow with its law; `note` says in words why that law applies."""

    data: dict[str, PlainData]
    note: str


def standard_ids(what: str) -> tuple[str, ...]:
    """The ids of the standard `protocols`, `flows` or `forms`."""
    return tuple(sorted(path.stem for path in (_FOLDER / what).glob("*.yaml")))


@cache
def ends() -> dict[str, End]:
    """Every group of party, in the order in which it is asked for."""
    return {
        id_: End(
            id_,
            text_of(one["title"]),
            text_of(one["asks"]),
            tuple(strings(one["kinds"])),
            text_of(one["capacity"]),
            text_of(one.get("mappa_role")) or None,
        )
        for id_, one in ((id_, mapping_of(one)) for id_, one in _source("ends").data.items())
    }


def ends_of(flows: Iterable[StandardFlow]) -> list[End]:
    """The groups that these flows name, in the order in which they are asked for."""
    named = {end for flow in flows for side in ("from", "to") for end in strings(flow.data[side])}
    return [end for end in ends().values() if end.id in named]


def standard_flow(id_: str) -> StandardFlow:
    source = _source(f"flows/{id_}")
    comments = [line[2:] for line in source.lines if line.startswith("# ")]
    return StandardFlow(source.data, "\n".join(comments))


def standard_protocol(id_: str) -> dict[str, PlainData]:
    """Returns the fields of a standard protocol without its flows, with its common clauses in full."""
    data = dict(_source(f"protocols/{id_}").data)
    common = {text_of(clause["id"]): clause for clause in common_clauses()}
    data["clauses"] = [*list_of(data["clauses"]), *(common[id_] for id_ in strings(data.pop("common_clauses")))]
    data.pop("flows")
    return data


def common_clauses() -> list[dict[str, PlainData]]:
    """The standard clauses, each with `id`, `title` and `text`."""
    return [dict(clause) for clause in mappings(_source("clauses").data["clauses"])]


def flows_of(id_: str) -> list[StandardFlow]:
    """The flows of a standard protocol."""
    return [standard_flow(flow) for flow in strings(_source(f"protocols/{id_}").data["flows"])]


def standard_form(id_: str) -> str:
    """The text of a standard form or letter."""
    return (_FOLDER / "forms" / f"{id_}.yaml").read_text(encoding="utf-8")


def standard_form_record(id_: str) -> Form:
    """A standard form or letter as a record."""
    record = read_record(f"standards/forms/{id_}.yaml", standard_form(id_).encode(), Form)
    if record.value is None:
        raise ValueError(f"{record.path}: {record.findings[0].message}")
    return record.value


@cache
def _source(name: str) -> Source:
    source = Source(f"standards/{name}.yaml", (_FOLDER / f"{name}.yaml").read_bytes())
    if source.faults:
        raise ValueError(f"{source.path}: {source.faults[0].message}")
    return source
