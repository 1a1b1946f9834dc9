"""A standard form or letter, an annex of the text (`protocols/<id>/forms/<form-id>.yaml`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from undersigned.records.fields import Authored, Prose, YesNo

FieldType = Literal["text", "multiline", "date", "number", "choice", "checkbox", "signature"]


class FormField(Authored):
    name: str
    label: str
    type: FieldType
    required: YesNo = False
    hint: str | None = None
    options: tuple[str, ...] = ()


class Section(Authored):
    title: str | None = None
    fields: tuple[FormField, ...] = ()


class Form(Authored):
    """`from_` and `to` are organisation kinds, or `any`. A form has sections; a letter has a body."""

    title: str
    kind: Literal["form", "letter"] = "form"
    purpose: str | None = None
    from_: tuple[str, ...] = Field(alias="from")
    to: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    body: Prose | None = None
