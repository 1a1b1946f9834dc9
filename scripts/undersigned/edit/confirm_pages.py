"""The page on which an organisation says that what the register holds about it is still right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask, abort
from werkzeug.wrappers import Response

from undersigned.edit.main_text import main_register
from undersigned.edit.questions import Fault, FaultyError, Option, Question, organisation_choices
from undersigned.edit.record_pages import RecordPages, Step
from undersigned.edit.tasks import Change
from undersigned.editing.amend import Put, amended
from undersigned.records.fields import Authored
from undersigned.records.organisation import Organisation
from undersigned.records.provision import Provision
from undersigned.records.signature import SigningRecord
from undersigned.records.source import KeyPath
from undersigned.register import Register
from undersigned.status import review_state
from undersigned.words.dates import date_in_words


@dataclass(frozen=True)
class _Held:
    """Something that the register holds and that can be confirmed. `path`: where the day of the answer goes."""

    id: str
    file: str
    model: type[Authored]
    path: KeyPath
    words: str
    hint: str


class ConfirmPages(RecordPages):
    """The pages on which nothing has changed."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(app, ("/confirm", self.whose), ("/confirm/<organisation>", self.confirm))

    def whose(self) -> str | Response:
        """Whose records are confirmed."""
        choices = organisation_choices(main_register(self.root), as_of=self.as_of())
        return self.choose("Nothing has changed", "Which organisation?", choices, "/confirm/")

    def confirm(self, organisation: str) -> str | Response:
        """What the register holds about it: its contacts, and the services that it is in charge of."""
        register = main_register(self.root)
        record = register.organisation(organisation)
        if record is None or record.value is None:
            abort(404)
        name, today = record.value.name, self.as_of()
        held = list(_held(register, organisation))
        reviews = [
            (f"/task/review?protocol={id_}&outcome=no-change&organisation={organisation}", line.title)
            for id_, line in register.protocol_lines()
            if line is not None
            and register.present_organisation(line.lead or "") == organisation
            and (folder := register.protocol(id_)) is not None
            and review_state(folder, as_of=today).state not in ("none", "current")
        ]
        question = Question(
            "right",
            "some",
            "What is still right?",
            "Tick what somebody there has confirmed. What is not ticked stays as it is.",
            tuple(Option(one.id, one.words, one.hint) for one in held),
        )
        step = Step(
            "right",
            f"Nothing has changed at {name}",
            (question,),
            {},
            about="" if held else "The register holds no contact and no service of this organisation yet.",
            links=(
                (f"/task/contact?organisation={organisation}", "A contact has changed"),
                *((address, f"The review of {title}: nothing has to change") for address, title in reviews),
            ),
        )

        def change(answers: Mapping[str, list[str]]) -> Change:
            chosen = [one for one in held if one.id in answers["right"]]
            if not chosen:
                raise FaultyError([Fault("right", "Tick at least one, or go back.")])
            files: dict[str, bytes] = {}
            for one in chosen:
                raw = files.get(one.file, register.files.contents[one.file])
                files[one.file] = amended(register.with_files(files), one.file, raw, one.model, [Put(one.path, today)])
            if all(register.files.contents[path] == raw for path, raw in files.items()):
                raise FaultyError(
                    [Fault("right", "All of this was confirmed today already. Tick something else, or go back.")]
                )
            pairs = [("Still right", one.words) for one in chosen]
            return self.checked(f"{name}: nothing has changed", files, pairs, register, [question])

        return self.walk([step], change, back="/confirm", action=f"/confirm/{organisation}")


def _held(register: Register, organisation: str) -> Iterator[_Held]:
    record = register.organisation(organisation)
    if record is not None and record.value is not None and record.value.contact is not None:
        contact = record.value.contact
        hint = _last(contact.confirmed_on, contact.mailbox)
        yield _Held("contact", record.path, Organisation, ("contact", "confirmed_on"), f"Contact: {contact.post}", hint)
    titles = {id_: line.title for id_, line in register.protocol_lines() if line is not None}
    for id_, signing in register.signing_records_of(organisation):
        officer = signing.value.nominated_officer if signing.value is not None else None
        if officer is None or id_ not in titles:
            continue
        yield _Held(
            f"officer-{id_}",
            signing.path,
            SigningRecord,
            ("nominated_officer", "confirmed_on"),
            f"Nominated officer for {titles[id_]}: {officer.post}",
            _last(officer.confirmed_on, officer.mailbox),
        )
    for (area, id_), service in register.provisions.items():
        value = service.value
        if value is None:
            continue
        owner = value.owner.organisation if value.owner is not None else None
        charged = (owner,) if owner else value.commissioned_by or value.provider
        if organisation in {register.present_organisation(body) for body in charged if body}:
            yield _Held(
                f"service-{area}-{id_}",
                service.path,
                Provision,
                ("confirmed_on",),
                f"Service: {value.title}",
                _last(value.confirmed_on, None),
            )


def _last(day: object, mailbox: str | None) -> str:
    confirmed = f"Last confirmed on {date_in_words(day)}." if day else "Never confirmed."  # type: ignore[arg-type]
    return f"{mailbox}. {confirmed}" if mailbox else confirmed
