"""Forms: each form that a flow names exists, and each form has what its kind needs."""

from __future__ import annotations

from collections.abc import Iterator

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.suggestions import suggest
from undersigned.records.findings import Finding
from undersigned.records.form import Form
from undersigned.records.reading import Record
from undersigned.records.source import KeyPath
from undersigned.records.vocabulary import vocabulary


def check_forms_exist(subject: ProtocolSubject) -> Iterator[Finding]:
    """Each form that a flow names is in the protocol's folder `forms`."""
    forms = subject.folder.forms
    for number, flow in enumerate(subject.protocol.flows):
        for index, form in enumerate(flow.forms):
            if form not in forms:
                yield from subject.find(
                    "unknown-form",
                    subject.record,
                    ("flows", number, "forms", index),
                    id=form,
                    protocol=subject.folder.id,
                    near=suggest(form, {id_: [_title(record)] for id_, record in forms.items()}),
                )


def _title(record: Record[Form]) -> str:
    return record.value.title if record.value else ""


def check_forms(subject: ProtocolSubject) -> Iterator[Finding]:
    """A form names known kinds of organisation and holds what its kind needs; its fields have names of their own."""
    for record in subject.folder.forms.values():
        form = record.value
        if form is None:
            continue
        titles = {kind.id: [kind.title] for kind in vocabulary().organisation_kinds.values()}
        for field, named in (("from_", form.from_), ("to", form.to)):
            for index, kind in enumerate(named):
                if kind != "any" and kind not in titles:
                    yield from subject.find(
                        "unknown-kind",
                        record,
                        (field, index),
                        id=kind,
                        near=suggest(kind, {"any": [], **titles}, few=40),
                    )
        if form.kind == "letter":
            if form.body is None:
                yield from subject.find("form-content", record, words="letter", missing="body")
        elif not form.sections:
            yield from subject.find("form-content", record, missing="sections")
        yield from _check_form_fields(subject, record, form)


def _check_form_fields(subject: ProtocolSubject, record: Record[Form], form: Form) -> Iterator[Finding]:
    for number, section in enumerate(form.sections):
        for index, field in enumerate(section.fields):
            path: KeyPath = ("sections", number, "fields", index)
            if field.type == "choice" and not field.options:
                yield from subject.find("form-options", record, path, missing="options", name=field.name)
            elif field.type != "choice" and field.options and not record.was_dropped(*path, "type"):
                yield from subject.find(
                    "form-options",
                    record,
                    (*path, "options"),
                    words="unused",
                    severity="warning",
                    name=field.name,
                    type=field.type,
                )


RULES = RuleSet(protocol=(check_forms_exist, check_forms))
