"""What answers mean in the register: organisations and protocols by name or id, days as people write them, mailboxes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from undersigned.checks.suggestions import nearest
from undersigned.jobs.form_answers import Answers, Problem, ProblemCode, UnusableError
from undersigned.jobs.forms import Form
from undersigned.records.fields import KEBAB, VERSION_NUMBER
from undersigned.register import ProtocolFolder, Register
from undersigned.words.dates import read_date
from undersigned.words.markdown import is_mailbox

_ID_IN_BRACKETS = re.compile(r".*\(([^()]*)\)\Z", re.DOTALL)
_MOST_PARTIES = 40


class Reading:
    """Reads answers one after another, and collects what is wrong with them: all of it is told at once."""

    def __init__(self, answers: Answers, register: Register) -> None:
        self._answers = answers
        self._register = register
        self._problems: list[Problem] = []

    @property
    def form(self) -> Form:
        return self._answers.form

    def text(self, field: str) -> str:
        return self._answers[field]

    def wrong(self, code: ProblemCode, field: str = "", *, detail: str = "", answer: str | None = None) -> None:
        self._problems.append(Problem(code, field, self._answers[field] if answer is None else answer, detail))

    def stop_if_wrong(self) -> None:
        """UnusableError with all that was found wrong so far."""
        if self._problems:
            raise UnusableError(*self._problems)

    def day(self, field: str) -> date | None:
        text = self.text(field)
        found = read_date(text) if text else None
        if text and found is None:
            self.wrong("no-day", field)
        return found

    def mailbox(self, field: str) -> str:
        text = self.text(field)
        if text and not is_mailbox(text):
            self.wrong("no-mailbox", field)
        return text

    def website(self, field: str) -> str:
        text = self.text(field)
        if text and not re.match(r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[!-~]*)?\Z", text):
            self.wrong("no-website", field)
        return text

    def organisation(self, field: str) -> str:
        """The present id of an organisation of the register; "" where there is none, or nothing was answered."""
        return self._organisation(field, self.text(field)) if self.text(field) else ""

    def organisations(self, field: str) -> list[str]:
        """One on each line, each once."""
        lines = [line.strip().lstrip("-*").strip() for line in self.text(field).split("\n")]
        named = [line for line in lines if line]
        if len(named) > _MOST_PARTIES:
            self.wrong("too-long", field, detail=f"{_MOST_PARTIES} lines of", answer="")
            return []
        return list(dict.fromkeys(id_ for line in named if (id_ := self._organisation(field, line))))

    def _organisation(self, field: str, text: str) -> str:
        register = self._register
        names: dict[str, list[str]] = {}
        shown: list[str] = []
        for id_ in register.organisation_ids:
            record = register.organisation(id_)
            value = record.value if record is not None else None
            for name in (id_, *((value.name, *value.also_known_as) if value else ())):
                names.setdefault(name.casefold(), []).append(id_)
                shown.append(name)
        for former, id_ in register.former_organisations.items():
            names.setdefault(former.casefold(), []).append(id_)
        return self._found("no-organisation", field, text, names, shown)

    def protocol(self, field: str) -> ProtocolFolder | None:
        """A protocol of the register that reads; None where there is none."""
        register = self._register
        names: dict[str, list[str]] = {}
        shown: list[str] = []
        for id_ in register.protocol_ids:
            record = register.protocol_record(id_)
            for name in (id_, *((record.value.title,) if record is not None and record.value is not None else ())):
                names.setdefault(name.casefold(), []).append(id_)
                shown.append(name)
        for former, id_ in register.former_protocols.items():
            names.setdefault(former.casefold(), []).append(id_)
        id_ = self._found("no-protocol", field, self.text(field), names, shown)
        folder = register.protocol(id_) if id_ else None
        if folder is not None and not folder.readable:
            self.wrong("no-protocol", field)
            return None
        return folder

    def _found(self, code: ProblemCode, field: str, text: str, names: Mapping[str, list[str]], shown: list[str]) -> str:
        """The one id that goes by this name, or that stands in brackets after it."""
        bracketed = _ID_IN_BRACKETS.match(text)
        for word in (text, bracketed[1] if bracketed else ""):
            ids = sorted(set(names.get(" ".join(word.split()).casefold(), ())))
            if len(ids) == 1 and KEBAB.match(ids[0]):
                return ids[0]
        self.wrong(code, field, detail=nearest(text, shown, few=0), answer=text)
        return ""

    def version(self, field: str, folder: ProtocolFolder) -> str:
        """A version of the protocol that reads; "" where there is none."""
        text = self.text(field).removeprefix("v").removeprefix("V").strip()
        versions = [number for number, _ in folder.read_versions()]
        if not VERSION_NUMBER.match(text) or text not in versions:
            self.wrong("no-version", field, detail=", ".join(versions))
            return ""
        return text
