"""Forms of several pages about one record other than a protocol: the pages, the answers carried between them, and the proposal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from undersigned.changes.git import HistoryError
from undersigned.edit.context import Context
from undersigned.edit.draft_pages import DraftPages, redirect_to
from undersigned.edit.form_words import in_form_words, words_of_error
from undersigned.edit.outlets import OutletError
from undersigned.edit.proposing import Proposals
from undersigned.edit.questions import Fault, FaultyError, Option, Question, faults_of, read_answers, shown_answer
from undersigned.edit.tasks import Change, checked
from undersigned.editing import EditingError
from undersigned.records.findings import Finding
from undersigned.records.source import KeyPath, Source
from undersigned.register import Register

_CHECK = "check"


@dataclass(frozen=True)
class Step:
    """One page of a form. `before`: what the answers are before anybody answers. `beside`: what is shown above them."""

    id: str
    title: str
    questions: tuple[Question, ...]
    before: Mapping[str, list[str]]
    about: str = ""
    notes: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    beside: str | Markup = ""


class RecordPages(DraftPages):
    """What forms about other records share."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._proposals = Proposals(context)

    def walk(
        self, steps: Sequence[Step], change: Callable[[Mapping[str, list[str]]], Change], *, back: str, action: str
    ) -> str | Response:
        """The page that is due: the next questions, those with faults, or the answers to check.

        `change`: makes the change of all answers; it may raise FaultyError or EditingError. `action`: the form's address.
        """
        if request.method == "GET":
            given = {
                one.id: request.args.getlist(one.id) or steps[0].before.get(one.id, []) for one in steps[0].questions
            }
            return self._asked(steps, 0, given, back=back, action=action)
        form = self.form()
        names = [step.id for step in steps]
        came = (form.get("step") or [""])[0]
        at = names.index(came) if came in names else 0
        if form.get("do") == ["back"]:
            return self._asked(steps, 0 if came == _CHECK else max(0, at - 1), form, back=back, action=action)
        for number, step in enumerate(steps if came == _CHECK else steps[: at + 1]):
            faults = faults_of(step.questions, read_answers(step.questions, form))
            if faults:
                return self._asked(steps, number, form, back=back, action=action, faults=faults)
        if came != _CHECK and at + 1 < len(steps):
            following = steps[at + 1]
            begun = {one.id for one in following.questions} & form.keys() or following.id in form.get("seen", [])
            return self._asked(steps, at + 1, form if begun else {**following.before, **form}, back=back, action=action)
        answers = {id_: given for step in steps for id_, given in read_answers(step.questions, form).items()}
        try:
            made = change(answers)
            carried = [*_carried(form), ("step", _CHECK)]
            return self._proposals.page(made, action=action, carried=carried)
        except FaultyError as error:
            faults = list(error.faults)
        except (EditingError, HistoryError, OutletError) as error:
            faults = [Fault("", words_of_error(error))]
        asked = {one.field for one in faults}
        place = next((n for n, step in enumerate(steps) if asked & {one.id for one in step.questions}), len(steps) - 1)
        return self._asked(steps, place, form, back=back, action=action, faults=faults)

    def _asked(
        self,
        steps: Sequence[Step],
        at: int,
        form: Mapping[str, list[str]],
        *,
        back: str,
        action: str,
        faults: Sequence[Fault] = (),
    ) -> str:
        step = steps[at]
        here = {one.id for one in step.questions}
        hidden = [pair for pair in _carried(form) if pair[0] not in here] if request.method == "POST" else []
        seen = {value for name, value in hidden if name == "seen"}
        hidden += [("step", step.id), *([] if step.id in seen else [("seen", step.id)])]
        answers = read_answers(step.questions, form)
        return self.page(
            step.title,
            step.questions,
            {**answers, **{fault.field: form.get(fault.field, []) for fault in faults if fault.field in here}},
            back=back if at == 0 else "",
            faults=faults,
            about=step.about,
            notes=step.notes,
            links=step.links,
            beside=step.beside,
            hidden=hidden,
            button="Continue",
            action=action,
        )

    def choose(self, title: str, question: str, options: Sequence[Option], to: str) -> str | Response:
        """A page that asks which protocol or body is meant, and leads to its form: `to` and the answer."""
        questions = [Question("which", "one", question, "", tuple(options), True)]
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers) if request.method == "POST" else []
        if request.method == "POST" and not faults:
            return redirect_to(to + answers["which"][0])
        return self.page(title, questions, answers, back="/", faults=faults, button="Continue")

    def checked(
        self,
        title: str,
        files: Mapping[str, bytes],
        answers: Sequence[tuple[str, str]],
        register: Register,
        questions: Sequence[Question],
        within: KeyPath = (),
    ) -> Change:
        """The change of these files, or FaultyError with each finding at the question that is about its place.

        `within`: where the paths of the questions begin in the record.
        """
        return checked(
            title,
            files,
            answers,
            register,
            lambda finding, after: _placed(finding, files, questions, within, after),
            as_of=self.as_of(),
        )


def pairs_of(questions: Sequence[Question], answers: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """The questions that were answered with their answers, as they are shown to be checked."""
    return [(one.label, shown_answer(one, answers[one.id])) for one in questions if answers.get(one.id)]


def _carried(form: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    skipped = {"token", "do", "step", "commit_base"}
    return [(name, value) for name, values in form.items() if name not in skipped for value in values]


def _placed(
    finding: Finding, files: Mapping[str, bytes], questions: Sequence[Question], within: KeyPath, register: Register
) -> Fault:
    words = in_form_words(finding, register)
    raw = files.get(finding.path)
    path = Source(finding.path, raw).path_at(finding.place) if raw is not None else ()
    if path[: len(within)] == within:
        inner = path[len(within) :]
        best = max(questions, key=lambda one: _shared(one.path, inner), default=None)
        if best is not None and _shared(best.path, inner):
            return Fault(best.id, words)
    return Fault("", words)


def _shared(asked: KeyPath, place: KeyPath) -> int:
    """How much of a question's path is the path of a place; 0 unless one leads to the other."""
    length = min(len(asked), len(place))
    return length if length and asked[:length] == place[:length] else 0
