"""The pages about what is provided in an area: a new service, a change, and the kinds that nobody provides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Flask, abort, request
from werkzeug.wrappers import Response

from undersigned.edit.draft_pages import redirect_to, rendered
from undersigned.edit.main_text import main_register
from undersigned.edit.questions import (
    Fault,
    FaultyError,
    Option,
    Question,
    Section,
    faults_of,
    free_id,
    organisation_choices,
    present_answers,
    read_answers,
    section_changes,
    sections_of,
    value_of,
)
from undersigned.edit.record_pages import RecordPages, Step, pairs_of
from undersigned.edit.tasks import Change
from undersigned.editing.amend import Append, Put, Remove, amended
from undersigned.editing.yaml_write import render_yaml
from undersigned.figures.combined import areas_in
from undersigned.figures.provision import area_ids
from undersigned.records.files import PROVISION_FOLDER
from undersigned.records.provision import AreaProvision, Provision
from undersigned.records.source import PlainData, mapping_of, mappings, value_at
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register
from undersigned.words.text import name_of_id

_STEPS = ("service", "who", "money")


class ServicePages(RecordPages):
    """The pages about services."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(
            app,
            ("/services", self.services),
            ("/services/<area>/none", self.nobody_provides),
            ("/services/<area>/new", self.new_service),
            ("/services/<area>/<service>", self.service),
        )

    def services(self) -> str | Response:
        """The services by area, and where to add one."""
        register = main_register(self.root)
        areas = self._areas(register)
        questions = [
            Question("area", "one", "In which area?", "", tuple(Option(id_, name_of_id(id_)) for id_ in areas), True)
        ]
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers) if request.method == "POST" else []
        if request.method == "POST" and not faults:
            return redirect_to(f"/services/{answers['area'][0]}/new")
        listed = {
            area: [
                (id_, record.value.title)
                for (of, id_), record in register.provisions.items()
                if of == area and record.value is not None
            ]
            for area in areas
        }
        beside = rendered(
            "services.html", areas=[(area, name_of_id(area), found) for area, found in listed.items() if found]
        )
        return self.page(
            "Who provides what", questions, answers, back="/", faults=faults, beside=beside, button="Add a service"
        )

    def new_service(self, area: str) -> str | Response:
        """A service that the register does not know yet."""
        register = main_register(self.root)
        if area not in self._areas(register):
            abort(404)
        steps = self._steps(register, {})

        def change(answers: Mapping[str, list[str]]) -> Change:
            taken = {id_ for of, id_ in register.provisions if of == area} | {"area", "new", "none"}
            id_ = free_id(answers["title"][0], taken)
            data: dict[str, PlainData] = {"area": area, "confirmed_on": self.as_of()}
            for name in _STEPS:
                for question in _section(name).fields:
                    value = value_of(question, answers[question.id])
                    if value is not None:
                        _put(data, question, value)
            path = f"{PROVISION_FOLDER}/{area}/{id_}.yaml"
            _refuse_money_without_source(data)
            return self._change(f"New service: {answers['title'][0]}", path, _rendered(data), answers, register)

        return self.walk(steps, change, back="/services", action=f"/services/{area}/new")

    def service(self, area: str, service: str) -> str | Response:
        """A service that has changed. What is saved counts as confirmed today."""
        register = main_register(self.root)
        record = register.provisions.get((area, service))
        if record is None or record.value is None:
            abort(404)
        data = record.source.data
        title = record.value.title

        def change(answers: Mapping[str, list[str]]) -> Change:
            changes: list[Put | Append | Remove] = []
            for name in _STEPS:
                section = _section(name)
                changes += section_changes(section, answers, present_answers(section, data, {}))
            changes = _whole_funding(changes, data)
            changes.append(Put(("confirmed_on",), self.as_of()))
            raw = amended(register, record.path, register.files.contents[record.path], Provision, changes)
            return self._change(f"Service: {title}", record.path, raw, answers, register)

        return self.walk(self._steps(register, data), change, back="/services", action=f"/services/{area}/{service}")

    def nobody_provides(self, area: str) -> str | Response:
        """The kinds of service that nobody provides in the area, as its keeper knows."""
        register = main_register(self.root)
        if area not in self._areas(register):
            abort(404)
        record = register.provision_areas.get(area)
        if record is not None and record.value is None:
            abort(404)
        path = f"{PROVISION_FOLDER}/{area}/area.yaml"
        kinds = tuple(Option(one.id, one.title, one.meaning) for one in vocabulary().provision_kinds.values())
        question = Question(
            "none",
            "some",
            "Which kinds of service does nobody provide?",
            "Tick only what you know. What is neither ticked nor provided counts as not known.",
            kinds,
            path=("none",),
        )
        present = list(record.value.none) if record is not None and record.value is not None else []
        step = Step("none", f"What is missing in {name_of_id(area)}?", (question,), {"none": present})

        def change(answers: Mapping[str, list[str]]) -> Change:
            none: list[PlainData] = [*answers["none"]]
            today = self.as_of()
            if record is None:
                if not none:
                    raise FaultyError([Fault("none", "Tick at least one, or go back.")])
                raw = render_yaml({"none": none, "confirmed_on": today}, AreaProvision).encode()
            else:
                changes: list[Put | Append | Remove] = [Put(("confirmed_on",), today)]
                if none != present:
                    changes.append(Put(("none",), none) if none else Remove(("none",)))
                raw = amended(register, path, register.files.contents[path], AreaProvision, changes)
            title = f"What nobody provides in {name_of_id(area)}"
            return self.checked(title, {path: raw}, pairs_of([question], answers), register, [question])

        return self.walk([step], change, back="/services", action=f"/services/{area}/none")

    def _areas(self, register: Register) -> list[str]:
        """The areas that have services, that the register knows, or that a protocol covers."""
        parts = register.parts_of_areas
        named = [area for _, line in register.protocol_lines() if line is not None for area in line.areas]
        found = dict.fromkeys([*area_ids(register), *parts, *named])
        inside = {part for whole in parts for part in areas_in(whole, parts) if part != whole}
        return sorted(area for area in found if area not in inside or area in area_ids(register))

    def _steps(self, register: Register, data: Mapping[str, PlainData]) -> list[Step]:
        choices = organisation_choices(register, as_of=self.as_of())
        found = []
        for name in _STEPS:
            section = _section(name)
            questions = tuple(
                replace(one, options=choices) if section.choices.get(one.id) == "organisations" else one
                for one in section.fields
            )
            found.append(Step(name, section.title, questions, present_answers(section, data, {}), section.about))
        return found

    def _change(
        self, title: str, path: str, raw: bytes, answers: Mapping[str, list[str]], register: Register
    ) -> Change:
        steps = self._steps(register, {})
        questions = [one for step in steps for one in step.questions]
        return self.checked(title, {path: raw}, pairs_of(questions, answers), register, questions)


def _section(name: str) -> Section:
    return sections_of("records.toml")[name]


def _put(data: dict[str, PlainData], question: Question, value: PlainData) -> None:
    """Sets the value at the question's path: a field of the record, of a part of it, or of the first entry of a list."""
    first, *rest = question.path
    if not rest:
        data[str(first)] = value
        return
    inside = data.setdefault(str(first), [{}] if isinstance(rest[0], int) else {})
    mapping_of(value_at(inside, rest[:-1]))[str(rest[-1])] = value


def _refuse_money_without_source(data: Mapping[str, PlainData]) -> None:
    if any("source" not in entry for entry in mappings(data.get("funding"))):
        raise FaultyError([Fault("source", "Say where the money comes from.")])


def _whole_funding(changes: list[Put | Append | Remove], data: Mapping[str, PlainData]) -> list[Put | Append | Remove]:
    """The same changes, with one new entry of money where the record has none yet."""
    if data.get("funding"):
        return changes
    of_money = [one for one in changes if isinstance(one, Put) and one.path[0] == "funding"]
    entry = {str(one.path[-1]): one.value for one in of_money}
    if entry:
        _refuse_money_without_source({"funding": [entry]})
    others = [one for one in changes if one not in of_money]
    return [*others, *([Append("funding", entry)] if entry else [])]


def _rendered(data: Mapping[str, PlainData]) -> bytes:
    return render_yaml(data, Provision).encode("utf-8", "surrogatepass")
