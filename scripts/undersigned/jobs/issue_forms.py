"""Turns an issue made with a form into a pull request with the record it asks for, or answers what to write instead.

The record is made and checked in an empty folder beside the register. Everything in the issue is data: no part of an
answer becomes a path, except the id of an organisation or protocol that the register has, or one that a new protocol may
have.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from markupsafe import Markup

from undersigned.changes.owners import Owners, OwnersError, render_owners
from undersigned.checks.engine import check_register
from undersigned.editing import EditingError, standard_texts
from undersigned.editing.amend import Append, Put, amended, render_entry
from undersigned.editing.atomic import write_bytes
from undersigned.editing.formatting import format_record
from undersigned.editing.new import new_record
from undersigned.github import GitHub
from undersigned.github.client import repeat_if_unanswered
from undersigned.github.issues import Issue, Issues, cut_to_body
from undersigned.github.pulls import PullRequestDraft, propose
from undersigned.jobs.form_answers import AnswerReader, Answers, Problem, UnusableError, read_answers
from undersigned.jobs.form_definitions import Form, forms
from undersigned.jobs.issue_sync import Mark, keep_comment
from undersigned.jobs.messages import RepositoryLinks, labels, message, render
from undersigned.records.fields import KEBAB, RESERVED, Authored
from undersigned.records.files import load_files
from undersigned.records.findings import Finding, new_findings
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.signature import Evidence, Signature, SigningRecord
from undersigned.records.source import PlainData
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Identities, party_text
from undersigned.words.markdown import inert
from undersigned.words.text import id_from

#: More findings than this are only counted; the check of the pull request shows all.
_MOST_FINDINGS = 20
_LONGEST_DETAIL = 1000


@dataclass(frozen=True)
class RecordChange:
    """The files that the answers of a form change, by path.

    `subject`: ids and numbers for the title. `notes`: things for a person to look at, as a code and what it is about.
    """

    files: dict[str, bytes]
    subject: dict[str, str]
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CheckedChange:
    """A change that passed the checks, and its answers. `findings`: warnings and advice that the change adds."""

    answers: Answers
    change: RecordChange
    findings: Sequence[Finding]


# -- the job ----------------------------------------------------------------------------------------------------------


def answer_issue(
    github: GitHub,
    register: Register,
    number: int,
    *,
    base: str,
    links: RepositoryLinks,
    account: str,
    as_of: date,
    processes: int = 1,
) -> str:
    """Propose what issue `number` asks for, and reply on the issue. Returns a line for the log.

    May be run again at any time, even after a run that was cut off.
    """
    return repeat_if_unanswered(
        lambda: _answer_issue(
            github, register, number, base=base, links=links, account=account, as_of=as_of, processes=processes
        )
    )


def _answer_issue(
    github: GitHub,
    register: Register,
    number: int,
    *,
    base: str,
    links: RepositoryLinks,
    account: str,
    as_of: date,
    processes: int,
) -> str:
    issues = Issues(github)
    issue = issues.one(number)
    if issue is None or not issue.open:
        return _log("not-open", number)
    try:
        checked = checked_change(issue.body, register, as_of=as_of, processes=processes)
    except UnusableError as error:
        return _reply_problems(issues, issue, error.problems, account)
    _add_label(issues, issue)
    outcome = propose(github, draft_of(checked, issue, register, base=base, into=links.branch, as_of=as_of))
    reply = render(
        "intake-comment.md", code=outcome.code, number=outcome.number, compare=links.compare(branch_of(issue))
    )
    keep_comment(issues, issue, Mark("intake", str(number)), reply, account=account)
    return _log(outcome.code, number, outcome.address)


def checked_change(body: str, register: Register, *, as_of: date, processes: int = 1) -> CheckedChange:
    """What the body of an issue asks for, made and checked in memory. UnusableError if it cannot be used."""
    answers = read_answers(body)
    with tempfile.TemporaryDirectory(prefix="undersigned-intake-") as scratch:
        change = record_change(answers, register, Path(scratch), as_of=as_of)
    before, _ = check_register(register, as_of=as_of, processes=processes)
    after, _ = check_register(register.with_files(change.files), as_of=as_of, processes=processes)
    new, _older = new_findings(before, after)
    errors = [finding for finding in new if finding.severity == "error"]
    if errors:
        raise UnusableError(*(Problem("check", detail=f"{one.message}. {one.hint}") for one in errors[:_MOST_FINDINGS]))
    return CheckedChange(answers, change, new)


def branch_of(issue: Issue) -> str:
    return f"intake/{issue.number}"


def draft_of(
    checked: CheckedChange, issue: Issue, register: Register, *, base: str, into: str, as_of: date
) -> PullRequestDraft:
    form, change = checked.answers.form, checked.change
    owners = _owners(register.with_files(change.files), as_of)
    warnings = [finding for finding in checked.findings if finding.severity == "warning"]
    body = render(
        "intake-pull.md",
        number=issue.number,
        form=form.name,
        answers=_questions_and_answers(form, checked.answers),
        paths=[{"path": path, "owners": owners.of(path)} for path in sorted(change.files)],
        notes=[(message("intake", "notes", code), about) for code, about in change.notes],
        findings=warnings[:_MOST_FINDINGS],
        more=len(warnings) - _MOST_FINDINGS,
        advice=sum(one.severity == "advice" for one in checked.findings),
        base=base[:12],
    )
    title = message("intake", "titles", form.id, **change.subject)
    return PullRequestDraft(branch_of(issue), base, into, title, cut_to_body(body), change.files)


def _add_label(issues: Issues, issue: Issue) -> None:
    """GitHub drops a form's label if the repository does not have it. Create it then, once."""
    label = labels()["intake"]
    if label.name not in issue.labels:
        if label.name.lower() not in issues.labels():
            issues.create_label(label.name, label.colour, label.about)
        issues.add_labels(issue.number, [label.name])


def _reply_problems(issues: Issues, issue: Issue, problems: Sequence[Problem], account: str) -> str:
    """Reply what to write instead. An issue without the label that no form made is not ours to answer."""
    if problems[0].code == "no-form" and labels()["intake"].name not in issue.labels:
        return _log("no-form", issue.number)
    reply = render("intake-problems.md", problems=[in_words(problem) for problem in problems])
    keep_comment(issues, issue, Mark("intake", str(issue.number)), reply, account=account)
    return _log("unusable", issue.number)


def in_words(problem: Problem) -> dict[str, str | Markup]:
    """A problem for the template: the question, the answer as the form words it, and what to do."""
    field = next((field for form in forms().forms.values() for field in form.fields if field.id == problem.field), None)
    options = {value: words for words, value in field.options} if field is not None else {}
    detail = inert(options.get(problem.detail, problem.detail), _LONGEST_DETAIL)
    suggestion = inert(problem.suggestion, _LONGEST_DETAIL)
    advice = message("intake", "problems", problem.code, detail=detail, suggestion=suggestion)
    return {
        "label": field.label if field is not None else "",
        "answer": options.get(problem.answer, problem.answer),
        "advice": Markup(advice),  # noqa: S704 - our words; detail and suggestion are inert
    }


def _questions_and_answers(form: Form, answers: Answers) -> list[tuple[str, str]]:
    """Each question with its answer, as the form words them."""
    pairs = []
    for field in form.fields:
        options = {value: words for words, value in field.options}
        answer = options.get(answers[field.id], answers[field.id])
        if answer:
            pairs.append((field.label, " / ".join(line for line in answer.split("\n") if line.strip())))
    return pairs


def _owners(register: Register, as_of: date) -> Owners:
    """Who owns which file; nobody in a register that does not name its keeper yet."""
    try:
        return Owners(render_owners(register, as_of=as_of))
    except OwnersError:
        return Owners("")


def _log(code: str, number: int, address: str = "") -> str:
    return message("intake", "log", code, number=str(number), address=address)


# -- the record -------------------------------------------------------------------------------------------------------


def record_change(answers: Answers, register: Register, scratch: Path, *, as_of: date) -> RecordChange:
    """The change that the answers ask for, written below `scratch`, an empty folder. UnusableError if they cannot be used."""
    aside = register.aside(scratch)
    try:
        change = _MAKERS[answers.form.id](AnswerReader(answers, aside, as_of=as_of), aside, as_of)
    except EditingError as error:
        raise UnusableError(Problem("cannot", detail=f"{error}. {error.hint}")) from None
    files = dict(load_files(scratch).contents)
    if all(register.files.contents.get(path) == raw for path, raw in files.items()):
        raise UnusableError(Problem("recorded-already"))
    return replace(change, files=files)


def _amend(register: Register, path: str, model: type[Authored], changes: list[Put | Append]) -> None:
    write_bytes(register.root, path, amended(register, path, register.files.contents[path], model, changes))


def _write_new(register: Register, path: str, model: type[Authored], lines: list[str]) -> None:
    raw = format_record(register, path, "\n".join([*lines, ""]).encode(), model)
    if raw is None:
        raise EditingError("these answers do not make a valid record", "Check them against the form.")
    write_bytes(register.root, path, raw, new=True)


def _party(reader: AnswerReader, register: Register, as_of: date) -> tuple[str, ProtocolFolder]:
    """The organisation and the protocol that it is a party to."""
    organisation, folder = reader.organisation("organisation"), reader.protocol("protocol")
    if organisation and folder is not None:
        heirs = Identities(folder, register, as_of=as_of).present(organisation)
        if organisation not in heirs:
            reader.add_problem("succeeded", "organisation", detail=", ".join(heirs))
    if organisation and folder is not None and organisation not in folder.signing:
        identities = Identities(folder, register, as_of=as_of)
        parties = {
            **identities.present_parties(folder.value.parties),
            **identities.present_parties(party_text(folder, as_of=as_of)),
        }
        if organisation not in parties:
            reader.add_problem("no-party", "organisation", detail=", ".join(sorted(parties)))
    if folder is None:
        reader.raise_problems()
        raise UnusableError(Problem("no-protocol", "protocol"))
    return organisation, folder


def _signature(reader: AnswerReader, register: Register, as_of: date) -> RecordChange:
    organisation, folder = _party(reader, register, as_of)
    version = reader.version("version", folder)
    days = {name: reader.day(name) for name in ("sent_on", "approved_on", "signed_on", "returned_on")}
    if link := Evidence(reference=reader.text("evidence") or None).link:
        reader.add_problem("evidence-link", "evidence", detail=link[0])
    reader.raise_problems()
    signed_by = {
        "post": reader.text("post"),
        "authority": reader.text("authority"),
        "reference": reader.text("authority_reference"),
    }
    entry: dict[str, PlainData] = {
        "version": version,
        **days,
        "signed_by": {name: answer for name, answer in signed_by.items() if answer},
        "method": reader.text("method"),
        "evidence": {"reference": reader.text("evidence")} if reader.text("evidence") else None,
    }
    entry = {name: value for name, value in entry.items() if value}
    record = folder.signing.get(organisation)
    path = record.path if record is not None else f"signatories/{organisation}/{folder.id}.yaml"
    subject = {"organisation": organisation, "protocol": folder.id, "version": version}
    if record is None:
        lines = render_entry(entry, SigningRecord, ("signatures", 0))
        items = [("    " if index else "  - ") + line for index, line in enumerate(lines)]
        _write_new(register, path, SigningRecord, ["signatures:", *items])
        return RecordChange({}, subject)
    signatures = record.value.signatures if record.value is not None else ()
    same = [index for index, one in enumerate(signatures) if one.version == version]
    unfinished = same[-1] if same and not (signatures[same[-1]].declined or signatures[same[-1]].withdrawn) else None
    if unfinished is None:
        _amend(register, path, SigningRecord, [Append("signatures", entry)])
    else:
        _amend(register, path, SigningRecord, _missing_fields(reader, signatures[unfinished], unfinished, entry))
    return RecordChange({}, subject)


def _missing_fields(
    reader: AnswerReader, recorded: Signature, index: int, entry: dict[str, PlainData]
) -> list[Put | Append]:
    """Fills in what the recorded entry lacks. A field that holds something else is never overwritten."""
    changes: list[Put | Append] = []
    questions = {
        "signed_by": {"post": "post", "authority": "authority", "reference": "authority_reference"},
        "evidence": {"reference": "evidence"},
    }
    for name, value in entry.items():
        if name == "version":
            continue
        inner = value if isinstance(value, dict) else {"": value}
        for part, wanted in inner.items():
            question = questions[name][part] if part else name
            holder = getattr(recorded, name) if part else recorded
            present = getattr(holder, part or name, None) if holder is not None else None
            if present is None:
                changes.append(Put(("signatures", index, name, part) if part else ("signatures", index, name), wanted))
            elif str(present) != str(wanted):
                reader.add_problem("recorded-otherwise", question, detail=str(present))
    reader.raise_problems()
    if not changes:
        raise UnusableError(Problem("recorded-already"))
    return changes


def _nomination(reader: AnswerReader, register: Register, as_of: date) -> RecordChange:
    organisation, folder = _party(reader, register, as_of)
    officer: dict[str, PlainData] = {
        "post": reader.text("post"),
        "mailbox": reader.mailbox("mailbox"),
        "deputy_post": reader.text("deputy_post"),
        "confirmed_on": as_of,
    }
    reader.raise_problems()
    officer = {name: value for name, value in officer.items() if value}
    record = folder.signing.get(organisation)
    path = record.path if record is not None else f"signatories/{organisation}/{folder.id}.yaml"
    if record is None:
        _write_new(register, path, SigningRecord, render_entry({"nominated_officer": officer}, SigningRecord, ()))
    else:
        changes: list[Put | Append] = [Put(("nominated_officer", name), value) for name, value in officer.items()]
        _amend(register, path, SigningRecord, changes)
    return RecordChange({}, {"organisation": organisation, "protocol": folder.id})


def _contact(reader: AnswerReader, register: Register, as_of: date) -> RecordChange:
    organisation = reader.organisation("organisation")
    answers = {
        ("contact", "post"): reader.text("post"),
        ("contact", "mailbox"): reader.mailbox("mailbox"),
        ("website",): reader.website("website"),
        ("data_protection_officer", "post"): reader.text("dpo_post"),
        ("data_protection_officer", "mailbox"): reader.mailbox("dpo_mailbox"),
    }
    reader.raise_problems()
    record = register.organisation(organisation)
    if record is None or record.value is None:
        raise EditingError(f"the record of {organisation} cannot be read", "Somebody has to repair it first.")
    contact = record.value.contact
    if contact is None and not answers["contact", "post"]:
        reader.add_problem("no-contact", "post")
        reader.raise_problems()
    changes: list[Put | Append] = [Put(path, value) for path, value in answers.items() if value]
    changes.append(Put(("contact", "confirmed_on"), as_of))
    _amend(register, record.path, Organisation, changes)
    old = contact.mailbox if contact is not None else None
    notes: tuple[tuple[str, str], ...] = ()
    if old and answers["contact", "mailbox"] and answers["contact", "mailbox"] != old:
        notes = tuple(("old-mailbox", path) for path in _signing_records_naming(register, organisation, old))
    return RecordChange({}, {"organisation": organisation}, notes)


def _signing_records_naming(register: Register, organisation: str, mailbox: str) -> list[str]:
    """The paths of the organisation's signing records that name a mailbox."""
    folder = f"signatories/{organisation}/"
    return [
        path
        for path in sorted(register.files.contents)
        if path.startswith(folder)
        and not path.endswith("/organisation.yaml")
        and mailbox.encode() in register.files.contents[path]
    ]


def _proposal(reader: AnswerReader, register: Register, as_of: date) -> RecordChange:
    title, standard = reader.text("title"), reader.text("standard") or None
    id_ = reader.text("id") or id_from(title)
    if not KEBAB.match(id_) or RESERVED.match(id_) or id_ == "organisation" or not 3 <= len(id_) <= 60:
        reader.add_problem("bad-id", "id", answer=id_, suggestion=id_from(title) or "county-housing")
    elif register.has_protocol(id_):
        reader.add_problem("taken-id", "id", answer=id_)
    lead, parties = reader.organisation("lead"), reader.organisations("parties")
    reader.raise_problems()
    everybody = list(dict.fromkeys([*([lead] if lead else []), *parties]))
    answers = {"title": title, "kind": reader.text("kind"), "lead": lead}
    placed, left = _by_group(register, everybody, standard)
    answers |= {group: ",".join(ids) for group, ids in placed.items()}
    new_record(
        "protocol",
        register,
        [id_],
        answers={name: answer for name, answer in answers.items() if answer},
        standard=standard,
        as_of=as_of,
    )
    path = f"protocols/{id_}/protocol.yaml"
    now = Register(register.root, load_files(register.root), repository_private=register.repository_private)
    record = now.protocol_record(id_)
    summary = "\n".join(line.strip() for line in reader.text("summary").split("\n")).strip() + "\n"
    changes: list[Put | Append] = [Put(("summary",), summary)]
    has_parties = record is not None and record.value is not None and bool(record.value.parties)
    changes += [Append("parties", {"organisation": one, "role": "controller"}) for one in left]
    write_bytes(register.root, path, amended(now, path, now.files.contents[path], Protocol, changes))
    notes = tuple(("no-place", one) for one in left) if has_parties or standard else ()
    return RecordChange({}, {"protocol": id_}, notes)


def _by_group(
    register: Register, organisations: list[str], standard: str | None
) -> tuple[dict[str, list[str]], list[str]]:
    """The organisations by the standard's group for their kind, and those whose kind has no group."""
    groups = standard_texts.ends_of(standard_texts.flows_of(standard)) if standard else []
    placed: dict[str, list[str]] = {}
    left: list[str] = []
    for id_ in organisations:
        record = register.organisation(id_)
        kind = record.value.kind if record is not None and record.value is not None else ""
        group = next((group.id for group in groups if kind in group.kinds), None)
        (placed.setdefault(group, []) if group is not None else left).append(id_)
    return placed, left


_MAKERS: dict[str, Callable[[AnswerReader, Register, date], RecordChange]] = {
    "signature": _signature,
    "nomination": _nomination,
    "contact": _contact,
    "proposal": _proposal,
}
