"""The pages of an outcome return: which protocol, which days, and the figures, begun from the last return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from flask import Flask, abort, request
from werkzeug.wrappers import Response

from undersigned.edit.draft_pages import redirect_to
from undersigned.edit.main_text import main_register
from undersigned.edit.questions import Fault, Kind, Question, faults_of, protocol_choices, read_answers, read_day
from undersigned.edit.record_pages import RecordPages, Step, pairs_of
from undersigned.edit.tasks import Change
from undersigned.editing import EditingError
from undersigned.editing.returns import (
    Asked,
    Begun,
    begin_return,
    due_period,
    make_return,
    name_of,
    read_figure,
    recorded_figures,
)
from undersigned.intake.return_sheet import return_workbook
from undersigned.records.vocabulary import vocabulary
from undersigned.register import ProtocolFolder, Register
from undersigned.words.dates import date_in_words
from undersigned.words.labels import label
from undersigned.words.text import one_line

_TITLE = "An outcome return"
_MOST_ON_A_PAGE = 12


class ReturnPages(RecordPages):
    """The pages of an outcome return."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(
            app,
            ("/return", self.which_return),
            ("/return/<protocol>", self.which_days),
            ("/return/<protocol>/<period>", self.figures),
            ("/return/<protocol>/<period>/return.xlsx", self.workbook),
        )

    def which_return(self) -> str | Response:
        """Which protocol the return is for."""
        choices = protocol_choices(main_register(self.root), as_of=self.as_of())
        return self.choose(_TITLE, "Which protocol is it for?", choices, "/return/")

    def which_days(self, protocol: str) -> str | Response:
        """Which days it covers; those that are due are filled in."""
        folder = self._folder(main_register(self.root), protocol)
        questions = [
            Question("from", "day", "Which is the first day that it covers?", "", (), True),
            Question("to", "day", "Which is the last day?", "", (), True),
        ]
        form = self.form()
        days = due_period(folder, as_of=self.as_of())
        given = read_answers(questions, form)
        faults = faults_of(questions, given) if request.method == "POST" else []
        if request.method == "POST" and not faults:
            first, last = (read_day(given[name][0]) for name in ("from", "to"))
            if not isinstance(first, date) or not isinstance(last, date):
                faults = [Fault("from", "Write a day, such as 1 April 2027.")]
            elif first > last:
                faults = [Fault("to", "The last day is before the first. Correct one of them.")]
            else:
                return redirect_to(f"/return/{folder.id}/{name_of(first, last)}")
        if request.method == "GET":
            given = {"from": [date_in_words(days[0])], "to": [date_in_words(days[1])]}
        return self.page(
            "Which days does it cover?",
            questions,
            given,
            back="/return",
            faults=faults,
            about=f"{folder.value.title}. The days of the return that is due are filled in.",
            button="Continue",
        )

    def figures(self, protocol: str, period: str) -> str | Response:
        """The figures, then where they come from, then the answers to check."""
        register = main_register(self.root)
        folder = self._folder(register, protocol)
        try:
            begun = begin_return(folder, period)
        except EditingError:
            abort(404)
        steps = [*_pages_of_figures(begun, folder, register), _about_them(begun)]
        if len(steps) == 1:
            return self.page(
                _TITLE,
                (),
                {},
                back=f"/return/{folder.id}",
                about="Nothing is asked for: the protocol does not say what is counted, and there is no return yet. "
                "Ask whoever keeps the register to add what is counted.",
                button="Go back",
                action=f"/return/{folder.id}",
            )

        def change(answers: Mapping[str, list[str]]) -> Change:
            return self._change(register, folder, begun, steps, answers)

        return self.walk(steps, change, back=f"/return/{folder.id}", action=f"/return/{folder.id}/{period}")

    def workbook(self, protocol: str, period: str) -> Response:
        """The same return as a spreadsheet, for whoever has the figures."""
        try:
            raw = return_workbook(main_register(self.root), protocol, period, as_of=self.as_of())
        except EditingError:
            abort(404)
        return Response(raw, mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

    def _folder(self, register: Register, protocol: str) -> ProtocolFolder:
        folder = register.protocol(protocol)
        if folder is None or not folder.readable:
            abort(404)
        return folder

    def _change(
        self,
        register: Register,
        folder: ProtocolFolder,
        begun: Begun,
        steps: Sequence[Step],
        answers: Mapping[str, list[str]],
    ) -> Change:
        made = make_return(
            register,
            begun,
            {(one.id, name): "\n".join(answers[_id(one, name)]) for one in begun.asked for name in one.fields},
            area="".join(answers["area"]),
            source="".join(answers["source"]),
            notes="".join(answers["notes"]),
            as_of=self.as_of(),
        )
        questions = [one for step in steps for one in step.questions]
        pairs = pairs_of([one for one in questions if one.id in ("area", "source", "notes")], answers)
        recorded = recorded_figures(made.files[begun.path], begun.path, begun)
        shown = [pair for one in begun.asked for pair in _shown(one, answers, recorded)]
        title = f"Outcome return: {folder.value.title}, {begun.name}"
        return self.checked(title, made.files, [*shown, *pairs], register, questions)


def _id(one: Asked, field: str) -> str:
    return f"{one.id}.{field}"


def _pages_of_figures(begun: Begun, folder: ProtocolFolder, register: Register) -> Iterator[Step]:
    """One page for a few measures, so that no page is long."""
    pages: list[list[tuple[Asked, list[Question]]]] = [[]]
    for number, one in enumerate(begun.asked):
        questions = [_question(one, name, number, begun, register) for name in one.fields]
        if pages[-1] and sum(len(asked) for _, asked in pages[-1]) + len(questions) > _MOST_ON_A_PAGE:
            pages.append([])
        pages[-1].append((one, questions))
    about = (
        f"{folder.value.title}, {date_in_words(begun.days[0])} to {date_in_words(begun.days[1])}. Write the figures as you "
        "have them. Leave out what nobody knows. Small counts of people are hidden, and figures are rounded where the last "
        "return was; you see the result before you propose it."
    )
    for number, page in enumerate(pages, 1):
        if page:
            more = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
            before = {
                _id(one, name): one.now[name].split("\n") if name in one.now else []
                for one, _ in page
                for name in one.fields
            }
            shown = tuple(question for _, asked in page for question in asked)
            sheet = (
                f"/return/{folder.id}/{begun.name}/return.xlsx",
                "The same as a spreadsheet, for whoever has the figures",
            )
            yield Step(f"figures-{number}", f"The figures{more}", shown, before, about, links=(sheet,))


def _question(one: Asked, name: str, number: int, begun: Begun, register: Register) -> Question:
    help_ = []
    if name == one.fields[0]:
        help_.append(vocabulary().outcome_measures[str(one.facts["measure"])].meaning)
        if one.by:
            help_.append(f"Asked of {register.organisation_name(register.present_organisation(one.by))}.")
    if name in one.before:
        help_.append(f"Last time ({begun.last}): {_said(one.before[name])}.")
    place = ("results", number if one.index is None else one.index, name)
    kind: Kind = "lines" if name == "offered" else "figure"
    return Question(_id(one, name), kind, one.question(name), " ".join(help_), (), False, place)


def _said(figure: str) -> str:
    marks = {"[c]": "hidden"}
    if figure.startswith("["):
        return marks.get(figure, label("figure_mark", figure))
    return ", ".join(figure.split("\n"))


def _about_them(begun: Begun) -> Step:
    last = f" Last time: {one_line(begun.last_notes, 200)}" if begun.last_notes else ""
    questions = (
        Question(
            "source",
            "text",
            "Where do the figures come from?",
            "Such as: Probation accommodation return.",
            (),
            False,
            ("source",),
        ),
        Question(
            "area", "text", "Which area do they cover?", "Its short name, such as staffordshire.", (), False, ("area",)
        ),
        Question(
            "notes",
            "long",
            "What must a reader know to understand them?",
            f"Such as: one council did not answer. Nothing about a person.{last}",
            (),
            False,
            ("notes",),
        ),
    )
    before = {"source": [begun.source] if begun.source else [], "area": [begun.area] if begun.area else [], "notes": []}
    return Step("about", "Where the figures come from", questions, before)


def _shown(
    one: Asked, answers: Mapping[str, list[str]], recorded: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    """Each figure as it was written, and what the record says instead where that is something else."""
    for name in one.fields:
        words = one.question(name)
        given, kept = "\n".join(answers[_id(one, name)]), recorded.get((one.id, name), "")
        if name != "offered" and given and str(read_figure(given)) != kept:
            kept = f"{given}, which the record gives as: {_said(kept)}"
        elif not given:
            kept = "Not known" if kept else ""
        if kept:
            yield words, kept
