"""Makes new records: what to ask for each kind, and the commented record that the answers make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from undersigned.checks.engine import check_organisation, check_protocols, check_root_records
from undersigned.editing import EditingError
from undersigned.editing.atomic import write_text
from undersigned.editing.new_for_people import ask_for_people, write_for_people
from undersigned.editing.new_protocol import ask_protocol, write_protocol
from undersigned.editing.new_records import (
    ask_form,
    ask_organisation,
    ask_outcome,
    ask_provision,
    ask_review,
    ask_signature,
    write_form,
    write_organisation,
    write_outcome,
    write_provision,
    write_review,
    write_signature,
)
from undersigned.editing.new_request import Question, Request
from undersigned.records.files import PROVISION_FOLDER
from undersigned.records.findings import Finding, new_findings
from undersigned.records.reading import did_you_mean
from undersigned.register import Register

__all__ = ["Question", "new_record", "questions"]


@dataclass(frozen=True)
class _Kind:
    """How to make one kind of record. `texts`: path to text, the record itself last. `protocol`: which id names a protocol."""

    ids: tuple[str, ...]
    example: str
    questions: Callable[[Request], list[Question]]
    texts: Callable[[Request], dict[str, str]]
    protocol: int | None = 0


_KINDS: dict[str, _Kind] = {
    "protocol": _Kind(("ID",), "county-housing", ask_protocol, write_protocol),
    "organisation": _Kind(("ID",), "brackenford-borough-council", ask_organisation, write_organisation, None),
    "signature": _Kind(
        ("ORG", "PROTOCOL"), "brackenford-borough-council county-housing", ask_signature, write_signature, 1
    ),
    "review": _Kind(("PROTOCOL",), "county-housing", ask_review, write_review),
    "form": _Kind(("PROTOCOL", "FORM"), "county-housing risk-summary", ask_form, write_form),
    "outcome": _Kind(("PROTOCOL", "PERIOD"), "county-housing 2026-27-q1", ask_outcome, write_outcome),
    "for-people": _Kind(("PROTOCOL",), "county-housing", ask_for_people, write_for_people),
    "provision": _Kind(("AREA", "ID"), "county structured-alcohol-treatment", ask_provision, write_provision, None),
}


def questions(
    kind: str,
    register: Register,
    ids: Sequence[str],
    *,
    standard: str | None = None,
    merge: Sequence[str] = (),
    as_of: date,
) -> list[Question]:
    """Returns what to ask before `new_record`, in order. Raises EditingError if no answer could make the record valid."""
    return _kind(kind).questions(_request(kind, register, ids, {}, standard, merge, as_of))


def new_record(
    kind: str,
    register: Register,
    ids: Sequence[str],
    *,
    answers: Mapping[str, str],
    standard: str | None = None,
    merge: Sequence[str] = (),
    as_of: date,
) -> Path:
    """Writes a commented record that adds no error to `check`, and returns its path.

    `kind`: protocol, organisation, signature, review, form, outcome, provision or for-people; `ids` as on the command line. `answers` maps a
    question's name to its answer; the default applies to the others. `merge`: two protocols that a new one joins. A standard protocol or flow brings its forms along.
    Raises EditingError, and writes nothing, if it cannot.
    """
    request = _request(kind, register, ids, answers, standard, merge, as_of)
    asked = {question.name: question for question in _kind(kind).questions(request)}
    for name in answers:
        if name not in asked:
            raise EditingError(f"there is no question '{name}' for a new {kind}", did_you_mean(name, asked))
    request = replace(request, answers={name: answered(question, answers) for name, question in asked.items()})
    return write_new(request, _kind(kind).texts(request))


def write_new(request: Request, texts: Mapping[str, str]) -> Path:
    """Writes new files that add no error to `check`, and returns the path of the last one.

    Raises EditingError, and writes nothing, if a file exists already or would bring an error.
    """
    register = request.register
    for path in texts:
        if path in register.files.contents or (register.root / path).exists():
            raise EditingError(f"{path} exists already", "Edit that file, or choose another id.")
    _refuse_new_errors(request, texts)
    return [write_text(register.root, path, text, new=True) for path, text in texts.items()][-1]


def answered(question: Question, answers: Mapping[str, str]) -> str:
    """The answer to a question, or its default. Raises EditingError for an answer that its choices do not have."""
    value = answers.get(question.name, "").strip() or question.default or ""
    if value and question.choices and value not in question.choices:
        raise EditingError(f"'{value}' is not an answer to '{question.name}'", did_you_mean(value, question.choices))
    return value


def _kind(kind: str) -> _Kind:
    if kind not in _KINDS:
        raise EditingError(f"there is no kind of record '{kind}'", did_you_mean(kind, _KINDS))
    return _KINDS[kind]


def _request(
    kind: str,
    register: Register,
    ids: Sequence[str],
    answers: Mapping[str, str],
    standard: str | None,
    merge: Sequence[str],
    as_of: date,
) -> Request:
    maker = _kind(kind)
    if len(ids) != len(maker.ids):
        raise EditingError(
            f"'new {kind}' takes {' and '.join(maker.ids)}", f"For example: undersigned new {kind} {maker.example}"
        )
    if standard is not None and kind not in ("protocol", "form"):
        raise EditingError(f"there is no standard {kind} to copy", "Leave --from out.")
    protocol_id = "" if maker.protocol is None else ids[maker.protocol]
    return Request(register, tuple(ids), protocol_id, answers, standard, as_of, tuple(merge))


def _refuse_new_errors(request: Request, texts: Mapping[str, str]) -> None:
    """Checks the register with the new record in it. Raises EditingError if the record brings an error."""
    before = request.register
    after = before.with_files({path: text.encode("utf-8", "surrogatepass") for path, text in texts.items()})
    new, _older = new_findings(_errors(before, request, texts), _errors(after, request, texts))
    for finding in new:
        raise EditingError(f"this would be an error in {finding.path}: {finding.message}", finding.hint)


def _errors(register: Register, request: Request, texts: Mapping[str, str]) -> list[Finding]:
    findings = list(register.findings)
    if request.protocol_id:
        findings += check_protocols(register, [request.protocol_id], as_of=request.as_of)[0]
    else:
        findings += check_organisation(register, request.ids[0], as_of=request.as_of)
    if any(path.startswith(PROVISION_FOLDER) for path in texts):
        findings += check_root_records(register, as_of=request.as_of)
    return [finding for finding in findings if finding.severity == "error"]
