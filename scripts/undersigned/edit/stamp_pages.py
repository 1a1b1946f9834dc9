"""The pages on which a version is stamped: both wordings side by side, and who judged them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import cast

from flask import Flask, abort
from markupsafe import Markup
from werkzeug.wrappers import Response

from undersigned.changes.sections import Phrases
from undersigned.edit.draft_pages import rendered
from undersigned.edit.main_text import main_register
from undersigned.edit.questions import Fault, FaultyError, Option, Question, protocol_choices, read_day
from undersigned.edit.record_pages import RecordPages, Step, pairs_of
from undersigned.edit.tasks import Change
from undersigned.editing.release import refuse_unjudged, release, wordings_of_stamp
from undersigned.records.files import load_files
from undersigned.records.version import CHANGES
from undersigned.records.version import Change as KindOfChange
from undersigned.register import ProtocolFolder, Register
from undersigned.words.dates import date_in_words
from undersigned.words.labels import headings, label
from undersigned.words.text import plain

_PHRASES = Phrases(plain)


class StampPages(RecordPages):
    """The pages on which a version is stamped."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(app, ("/stamp", self.which_stamp), ("/stamp/<protocol>", self.stamp))

    def which_stamp(self) -> str | Response:
        """Which protocol is stamped."""
        choices = protocol_choices(main_register(self.root), as_of=self.as_of())
        return self.choose("Stamp a version", "Which protocol has been agreed?", choices, "/stamp/")

    def stamp(self, protocol: str) -> str | Response:
        """What kind of change it is, then the facts of the version, then the answers to check."""
        register = main_register(self.root)
        folder = register.protocol(protocol)
        if folder is None or not folder.readable:
            abort(404)
        chosen = (self.form().get("change") or [""])[0]
        steps = [self._kind(register, folder), self._facts(register, folder, chosen)]

        def change(answers: Mapping[str, list[str]]) -> Change:
            return self._stamped(register, folder, steps, answers)

        return self.walk(steps, change, back="/stamp", action=f"/stamp/{folder.id}")

    def _kind(self, register: Register, folder: ProtocolFolder) -> Step:
        words = headings("change")
        kinds = CHANGES if folder.versions else ("material",)
        options = tuple(Option(kind, words[kind], label("change_meaning", kind)) for kind in kinds)
        question = Question("change", "one", "What kind of change is it?", "", options, True, ("change",))
        newest = next(reversed(folder.versions), None)
        about = f"{folder.value.title}. " + (
            f"The last version is {newest}." if newest else "It has no version yet, so this is its first."
        )
        return Step("kind", "Stamp a version", (question,), {}, about, beside=self._wordings(register, folder))

    def _facts(self, register: Register, folder: ProtocolFolder, change: str) -> Step:
        questions = [
            Question("summary", "text", "What has changed, in a sentence?", "For the parties.", (), True, ("summary",)),
            Question("agreed_on", "day", "On which day was it agreed?", "", (), True, ("agreed_on",)),
            Question(
                "effective_from",
                "day",
                "From which day does it apply?",
                "Leave it empty if it applies from the day on which it was agreed.",
                path=("effective_from",),
            ),
        ]
        if change == "material" and folder.versions:
            questions.append(
                Question(
                    "replaces_earlier_on",
                    "day",
                    "On which day do earlier versions stop applying?",
                    "Leave it empty if they go on between those who have not signed this one.",
                    path=("replaces_earlier_on",),
                )
            )
        beside = Markup()
        if change == "editorial":
            beside = self._wordings(register, folder)
            questions.append(
                Question(
                    "judged_by",
                    "text",
                    "Which post compared both wordings, and judged that nobody owes more or less?",
                    "A person must judge this; the program cannot. A post such as Information Governance Manager, never a "
                    "person's name.",
                    (),
                    bool(wordings_of_stamp(register, folder.id, agreed_on=self.as_of())),
                    ("judged_by",),
                )
            )
        before = {"agreed_on": [date_in_words(self.as_of())]}
        return Step("facts", "The version", tuple(questions), before, beside=beside)

    def _wordings(self, register: Register, folder: ProtocolFolder) -> Markup:
        """Both wordings of each changed text, side by side, with what a person must judge."""
        found = [
            (one.wording.label, one.wording.before, one.wording.after, [_PHRASES.point(point) for point in one.points])
            for one in wordings_of_stamp(register, folder.id, agreed_on=self.as_of())
        ]
        return rendered("side_by_side.html", wordings=found)

    def _stamped(
        self, register: Register, folder: ProtocolFolder, steps: list[Step], answers: Mapping[str, list[str]]
    ) -> Change:
        days = {}
        for name in ("agreed_on", "effective_from", "replaces_earlier_on"):
            day = read_day(answers[name][0]) if answers.get(name) else None
            if day is not None and not isinstance(day, date):
                raise FaultyError([Fault(name, "Write a whole day, such as 1 April 2027.")])
            days[name] = day
        agreed_on = cast("date", days["agreed_on"])
        if agreed_on > self.as_of():
            raise FaultyError(
                [Fault("agreed_on", "This day has not come yet. Stamp the version when it has been agreed.")]
            )
        kind = cast("KindOfChange", answers["change"][0])
        judged_by = next(iter(answers.get("judged_by", [])), None)
        with tempfile.TemporaryDirectory(prefix="undersigned-edit-") as scratch:
            aside = register.aside(Path(scratch))
            if kind == "editorial" and not judged_by:
                refuse_unjudged(aside, folder.id, agreed_on=agreed_on)
            release(
                aside,
                folder.id,
                change=kind,
                summary=answers["summary"][0],
                agreed_on=agreed_on,
                effective_from=days["effective_from"],
                replaces_earlier_on=days["replaces_earlier_on"],
                judged_by=judged_by,
            )
            files = dict(load_files(Path(scratch)).contents)
        number = next(iter(files)).rpartition("/")[2].removesuffix(".yaml")
        questions = [one for step in steps for one in step.questions]
        pairs = [("Number", number), *pairs_of(questions, answers)]
        return self.checked(f"{folder.value.title}: version {number}", files, pairs, register, questions)
