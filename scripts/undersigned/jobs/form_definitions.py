"""The issue forms: what each asks, and the files from which GitHub shows them. Their text is in `templates/forms.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from undersigned.jobs.messages import TEMPLATES, render_plain
from undersigned.records.protocol import ENDED
from undersigned.register import Register
from undersigned.status import has_happened
from undersigned.words.form_links import Named
from undersigned.words.labels import headings
from undersigned.words.text import in_reading_order

FieldType = Literal["organisation", "organisations", "protocol", "text", "long", "day", "choice"]

FOLDER = ".github/ISSUE_TEMPLATE"
#: Nobody reads a longer list. The question becomes a line to write in, and an unknown name gets the nearest one as a hint.
MOST_OPTIONS = 60
_ELEMENTS: dict[FieldType, str] = {
    "organisation": "input",
    "organisations": "textarea",
    "protocol": "input",
    "text": "input",
    "long": "textarea",
    "day": "input",
    "choice": "dropdown",
}


@dataclass(frozen=True)
class Field:
    """One question. `options` of a choice: pairs of the words shown and the value recorded."""

    id: str
    type: FieldType
    label: str
    help: str
    example: str
    required: bool
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """One form. The titles of its issues begin with `title`."""

    id: str
    file: str
    name: str
    about: str
    title: str
    fields: tuple[Field, ...]

    def field(self, id_: str) -> Field:
        return next(field for field in self.fields if field.id == id_)


@dataclass(frozen=True)
class Forms:
    """All forms, and the text that they share."""

    forms: dict[str, Form]
    warning: str
    after: str
    promise: str
    promise_label: str


@cache
def forms() -> Forms:
    """The forms by id, in the order in which GitHub shows them."""
    return read_forms(TEMPLATES / "forms.toml")


def read_forms(path: Path) -> Forms:
    """The forms of one of the package's own files, by id, in the order of the file."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    by_id = {
        id_: Form(
            id_,
            one.get("file", ""),
            one["name"],
            one["about"],
            one.get("title", ""),
            tuple(
                Field(
                    field["id"],
                    field["type"],
                    field["label"],
                    field["help"],
                    field.get("example", ""),
                    field.get("required", False),
                    _options(field.get("list"), {one["value"]: one["words"] for one in field.get("options", ())}),
                )
                for field in one["fields"]
            ),
        )
        for id_, one in data["forms"].items()
    }
    words = {name: data.get(name, "").strip() for name in ("warning", "next", "promise", "promise_label")}
    return Forms(by_id, words["warning"], words["next"], words["promise"], words["promise_label"])


def _options(name: str | None, words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs of the words shown and the value recorded.

    The members of the closed list `name` go by their labels, and `words` explain them. Those explained come first.
    """
    if name is None:
        return tuple((shown, value) for value, shown in words.items())
    titles = headings(name)
    explained = tuple((f"{titles[value]}: {shown}", value) for value, shown in words.items())
    return explained + tuple((title, value) for value, title in titles.items() if value not in words)


def render_forms(register: Register, *, as_of: date) -> dict[str, str]:
    """Path to text of each form's file, listing the organisations and protocols that the register has on that day."""
    organisations, protocols = organisation_options(register, as_of=as_of), protocol_options(register, as_of=as_of)
    shared = forms()
    return {
        f"{FOLDER}/{form.file}": render_plain(
            "form.yml",
            form=form,
            warning=shared.warning,
            after=shared.after,
            promise=shared.promise,
            promise_label=shared.promise_label,
            questions=[_question(field, organisations, protocols) for field in form.fields],
        )
        + "\n"
        for form in shared.forms.values()
    }


def stale_forms(register: Register, *, as_of: date) -> list[str]:
    """The paths of the files that `render_forms` would change."""
    stale = []
    for path, text in render_forms(register, as_of=as_of).items():
        file = register.root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale.append(path)
    return stale


def organisation_options(register: Register, *, as_of: date) -> dict[str, str]:
    """What a list of organisations shows, by option: the ids of those that have not been dissolved by that day."""
    options = {}
    for id_ in register.organisation_ids:
        record = register.organisation(id_)
        if record is not None and record.value is not None and not has_happened(record.value.dissolved_on, as_of):
            options[_option(record.value.name, id_)] = id_
    return dict(sorted(options.items(), key=lambda item: in_reading_order(item[0])))


def protocol_options(register: Register, *, as_of: date) -> dict[str, str]:
    """What a list of protocols shows, by option: the ids of those that have not ended by that day."""
    options = {}
    for id_, line in register.protocol_lines():
        if line is not None and line.status_on(as_of) not in ENDED:
            options[_option(line.title, id_)] = id_
    return dict(sorted(options.items(), key=lambda item: in_reading_order(item[0])))


def _option(name: str, id_: str) -> str:
    return Named(id_, name).option


def _question(field: Field, organisations: dict[str, str], protocols: dict[str, str]) -> dict[str, str]:
    """What the template needs for a field: each value as JSON, which is also YAML, and `options` as the lines of a list."""
    lists = {
        "organisation": list(organisations),
        "protocol": list(protocols),
        "choice": [words for words, _ in field.options],
    }
    options = lists.get(field.type, [])
    listed = 0 < len(options) <= MOST_OPTIONS
    return {
        "element": "dropdown" if listed else _ELEMENTS[field.type],
        "id": field.id,
        "label": _quoted(field.label),
        "help": _quoted(field.help),
        "example": "" if listed else _quoted(field.example) if field.example else "",
        "options": "\n".join(f"        - {_quoted(option)}" for option in options) if listed else "",
        "required": "true" if field.required else "false",
    }


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
