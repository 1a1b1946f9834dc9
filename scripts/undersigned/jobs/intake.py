"""From an issue that a form made to a pull request with the record that it asks for, checked; or to a comment that says
what to write instead. Everything in the issue is data."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from markupsafe import Markup

from undersigned.changes.owners import Owners, OwnersError, render_owners
from undersigned.checks.engine import check_register
from undersigned.findings import Finding, new_findings
from undersigned.github import GitHub, UnansweredError
from undersigned.github.issues import Issue, Issues
from undersigned.jobs.branch import Proposal, propose
from undersigned.jobs.comment import fitting, keep_comment
from undersigned.jobs.form_answers import Answers, Problem, UnusableError, read_answers
from undersigned.jobs.forms import Form, forms
from undersigned.jobs.intake_records import Recorded, record
from undersigned.jobs.labels import labels
from undersigned.jobs.marks import Mark
from undersigned.jobs.place import Place
from undersigned.jobs.wording import TEMPLATES, render
from undersigned.register import Register
from undersigned.words.markdown import inert

#: So many findings are shown; the check of the pull request shows all.
_MOST_FINDINGS = 20
_TRIES = 3


@dataclass(frozen=True)
class Made:
    """A checked change, and what it was made from. `findings`: those that were not there before; no error is among them."""

    answers: Answers
    recorded: Recorded
    findings: Sequence[Finding]


def make(body: str, register: Register, *, as_of: date, processes: int = 1) -> Made:
    """What the body of an issue asks for, made and checked. UnusableError where it cannot be used; nothing is written."""
    answers = read_answers(body)
    with tempfile.TemporaryDirectory(prefix="undersigned-intake-") as scratch:
        recorded = record(answers, register, Path(scratch), as_of=as_of)
    before, _ = check_register(register, as_of=as_of, processes=processes)
    after, _ = check_register(register.with_files(recorded.files), as_of=as_of, processes=processes)
    new, _older = new_findings(before, after)
    errors = [finding for finding in new if finding.severity == "error"]
    if errors:
        raise UnusableError(*(Problem("check", detail=f"{one.message}. {one.hint}") for one in errors[:_MOST_FINDINGS]))
    return Made(answers, recorded, new)


def intake(
    github: GitHub,
    register: Register,
    number: int,
    *,
    base: str,
    place: Place,
    account: str,
    as_of: date,
    processes: int = 1,
) -> str:
    """Does what issue `number` asks for, and says on the issue what was done. Returns a line for the log.

    Safe to be asked again at any time, also after it was cut half-way.
    """
    for left in reversed(range(_TRIES)):
        try:
            return _intake(
                github, register, number, base=base, place=place, account=account, as_of=as_of, processes=processes
            )
        except UnansweredError:
            if not left:
                raise
    raise AssertionError


def _intake(
    github: GitHub,
    register: Register,
    number: int,
    *,
    base: str,
    place: Place,
    account: str,
    as_of: date,
    processes: int,
) -> str:
    issues = Issues(github)
    issue = issues.one(number)
    if issue is None or not issue.open:
        return _log("not-open", number)
    try:
        made = make(issue.body, register, as_of=as_of, processes=processes)
    except UnusableError as error:
        return _refuse(issues, issue, error.problems, account)
    _label(issues, issue)
    outcome = propose(github, proposal_of(made, issue, register, base=base, into=place.branch))
    said = render(
        "intake-comment.md", code=outcome.code, number=outcome.number, compare=place.compare(branch_of(issue))
    )
    keep_comment(issues, issue, Mark("intake", str(number)), said, account=account)
    return _log(outcome.code, number, outcome.address)


def _label(issues: Issues, issue: Issue) -> None:
    """GitHub leaves out of a form's issue a label that the repository has not: then it is made, once."""
    label = labels()["intake"]
    if label.name not in issue.labels:
        if label.name.lower() not in issues.labels():
            issues.make_label(label.name, label.colour, label.about)
        issues.add_labels(issue.number, [label.name])


def _refuse(issues: Issues, issue: Issue, problems: Sequence[Problem], account: str) -> str:
    """Says what to write instead. An issue that no form made, and that has not its label, is none of ours."""
    if problems[0].code == "no-form" and labels()["intake"].name not in issue.labels:
        return _log("no-form", issue.number)
    said = render("intake-problems.md", problems=[_told(problem) for problem in problems])
    keep_comment(issues, issue, Mark("intake", str(issue.number)), said, account=account)
    return _log("unusable", issue.number)


@cache
def _all_words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads((TEMPLATES / "intake.toml").read_text(encoding="utf-8"))
    return found


def told(part: str, name: str, **facts: str) -> str:
    """Words of `intake.toml`, with facts that have been made inert where they must be."""
    return _all_words()[part][name].format(**facts).strip()


def _log(code: str, number: int, address: str = "") -> str:
    return told("log", code, number=str(number), address=address)


def _told(problem: Problem) -> dict[str, str | Markup]:
    """A problem as the template shows it: the question, the answer in the words of the form, and what to do."""
    field = (
        next((field for form in forms().forms.values() for field in form.fields if field.id == problem.field), None)
        if problem.field
        else None
    )
    options = {value: said for said, value in field.options} if field is not None else {}
    detail = options.get(problem.detail, problem.detail)
    return {
        "label": field.label if field is not None else "",
        "answer": options.get(problem.answer, problem.answer),
        "said": Markup(told("problems", problem.code, detail=inert(detail, 1000))),  # noqa: S704 - our words; what they quote is inert
    }


def branch_of(issue: Issue) -> str:
    return f"intake/{issue.number}"


def proposal_of(made: Made, issue: Issue, register: Register, *, base: str, into: str) -> Proposal:
    """The pull request that a checked change makes."""
    form, recorded = made.answers.form, made.recorded
    owners = _owners(register.with_files(recorded.files))
    warnings = [finding for finding in made.findings if finding.severity == "warning"]
    body = render(
        "intake-pull.md",
        number=issue.number,
        form=form.name,
        answers=_answers(form, made.answers),
        paths=[{"path": path, "owners": owners.of(path)} for path in sorted(recorded.files)],
        notes=[(told("notes", code), named) for code, named in recorded.notes],
        findings=warnings[:_MOST_FINDINGS],
        more=len(warnings) - _MOST_FINDINGS,
        advice=sum(one.severity == "advice" for one in made.findings),
        base=base[:12],
    )
    title = told("titles", form.id, **recorded.subject)
    return Proposal(branch_of(issue), base, into, title, fitting(body), recorded.files)


def _owners(register: Register) -> Owners:
    """Who owns which file. A register whose keeper is not named yet takes answers all the same."""
    try:
        return Owners(render_owners(register))
    except OwnersError:
        return Owners("")


def _answers(form: Form, answers: Answers) -> list[tuple[str, str]]:
    """Question and answer, as they stood on the form."""
    found = []
    for field in form.fields:
        options = {value: said for said, value in field.options}
        answer = options.get(answers[field.id], answers[field.id])
        if answer:
            found.append((field.label, " / ".join(line for line in answer.split("\n") if line.strip())))
    return found
